//! The names of a place: the official one, which answers show, and those it is found by as well (in another language,
//! an alias of the national base, the name it had before a duplicate of it was settled).

use crate::{
    likeness::{Likeness, QueryWord, Wording, likeness},
    places::{Place, Places},
    spelling::Spelt,
};

/// Likeness of another name to the official one: a place that is officially named so comes first.
const OTHERWISE: f32 = 0.99;

impl Places {
    /// The names of a place, folded, the official one first; the others with how they are written.
    pub(crate) fn names<'a>(&'a self, place: Place<'a>) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let others = self.other_names(place).map(|(name, folded)| (folded, Some(name)));
        std::iter::once((place.folded(), None)).chain(others)
    }

    /// How alike the words typed and a place's likest name are.
    pub(crate) fn likeness<'a>(&'a self, place: Place<'a>, words: &[QueryWord]) -> Likeness<'a> {
        let alike = self.names(place).map(|(name, written)| known_as(likeness(name, words), written));
        likest(alike).unwrap_or_else(|| likeness(place.folded(), words))
    }

    /// The same for letters typed without regard to where words end; none when no name is made of about those.
    pub(crate) fn spelling<'a>(&'a self, place: Place<'a>, typed: &Spelt<'_>) -> Option<Likeness<'a>> {
        likest(self.names(place).filter_map(|(name, written)| {
            let text = typed.likeness(name)?;
            Some(known_as(
                Likeness { text, weakest: text, wording: Wording::of_letters(text), skips: false, other_name: None },
                written,
            ))
        }))
    }
}

fn known_as<'n>(likeness: Likeness<'_>, written: Option<&'n str>) -> Likeness<'n> {
    let share = if written.is_some() { OTHERWISE } else { 1.0 };
    let Likeness { text, weakest, wording, skips, .. } = likeness;
    Likeness { text: text * share, weakest, wording, skips, other_name: written }
}

/// The first of the likest: the official name when another says no more.
fn likest<'n>(mut all: impl Iterator<Item = Likeness<'n>>) -> Option<Likeness<'n>> {
    let first = all.next()?;
    Some(all.fold(first, |best, other| if other.text > best.text { other } else { best }))
}
