//! A place as the answer to one reading: where it is, against where the text says it is, and its house of the number asked
//! for.

use super::{Hunt, WHOLE, WORST};
use crate::{
    HouseNumber, noise,
    parse::{Query, says_a_name},
    places::Place,
    rank::{self, Answer, Candidate, House, Likeness},
};

/// A town whose name was corrected further than this binds only the reading that corrected it.
const SURE_TOWN: f32 = 0.85;

/// Towns named in a reading: a promise for the others too (« rue garibaldi bron » read as a name).
#[derive(Debug, PartialEq)]
pub(super) struct Promise {
    towns: Vec<u32>,
    /// They are the arrondissements of a number typed, of no city.
    is_ordinal: bool,
}

impl<'a> Hunt<'a> {
    /// The towns that a reading names, unless it leaves no street to be looked for there (« rue de bron »): none was
    /// typed, not even as noise.
    pub(super) fn promise(&self, query: &Query) -> Option<Promise> {
        let towns = query.said.named.clone()?;
        // « 17 rue n° 1064 »: a second number is a name.
        let is_numbered = query.number.is_some() && query.words.iter().any(|word| noise::is_digits(&word.typed));
        let has_words = self.writings.len() > 1 && !query.words.is_empty();
        // « rue pas bron »: the second type is no type there.
        let has_two = query.words.iter().filter(|word| noise::is_type(word)).count() > 1;
        let is_street = says_a_name(&query.words) || is_numbered || has_words || has_two;
        // « Place belcour » is not « place bel, La Tour … ».
        let is_sure = !query.said.respelt || query.faith >= SURE_TOWN;
        (is_street && is_sure).then_some(Promise { towns, is_ordinal: query.said.is_ordinal })
    }

    /// A place as the answer to a reading; none for one that cannot be, whose house nobody needs to look up.
    pub(super) fn answer(&self, place: Place<'a>, query: &Query, likeness: Likeness<'a>) -> Option<Answer<'a>> {
        if likeness.text * query.faith < WORST {
            return None;
        }
        let located = self.located(place, query);
        if rank::breaks_promise(&located, query, likeness, false) {
            return None;
        }
        rank::score(self.with_house(located, query), query, likeness, self.near, false)
    }

    /// A place and what the text says of where it is, with the house asked for.
    pub(super) fn candidate(&self, place: Place<'a>, query: &Query) -> Candidate<'a> {
        self.with_house(self.located(place, query), query)
    }

    fn with_house(&self, located: Candidate<'a>, query: &Query) -> Candidate<'a> {
        Candidate { house: self.house(located.place, query.number.as_ref()), ..located }
    }

    fn located(&self, place: Place<'a>, query: &Query) -> Candidate<'a> {
        let is_within = |towns: &[u32]| self.geocoder.is_within(place, towns);
        // « route 2e » is a name; without its end it is another street.
        let may_be_name = |promise: &&Promise| promise.is_ordinal && query.faith >= WHOLE;
        let commune = match &query.said.named {
            Some(towns) => Some(is_within(towns)),
            None if query.scope.is_none() || query.said.postcode.is_some() => {
                let promises = self.promises.iter().filter(|promise| !may_be_name(promise));
                promises.map(|promise| is_within(&promise.towns)).reduce(|a, b| a || b)
            }
            None => None,
        };
        let postcode = query.said.postcode.as_ref().map(|(code, towns)| {
            self.geocoder.postcode_of(place) == Some(*code)
                || is_within(towns) && !self.is_of_another_part(place, *code)
        });
        let at_home = !self.geocoder.has_home || place.is_metropole() || self.is_said_away(query);
        Candidate { place, house: House::NotAsked, commune, postcode, at_home }
    }

    /// Whether what was typed says where to look, and no town at home may be meant by it as well: « 7e arrondissement » is
    /// that of Lyon before that of Paris.
    fn is_said_away(&self, query: &Query) -> bool {
        let Some(scope) = query.scope.as_ref().filter(|_| !query.said.is_ordinal) else { return false };
        let is_home = |&town: &u32| self.geocoder.first.shard.places.get(town).is_metropole();
        query.said.postcode.is_some() || !scope.towns.iter().any(is_home)
    }

    /// The number inside the street: as written, in its other spelling, then without its suffix.
    fn house(&self, place: Place<'_>, number: Option<&HouseNumber>) -> House {
        let Some(number) = number.filter(|_| self.wants_houses) else { return House::NotAsked };
        let numbers = &self.geocoder.part_of(place).shard.numbers;
        let find = |number: &HouseNumber| {
            let entry = numbers.find(place.blocks(), number)?;
            Some((entry, numbers.position(entry).0.at))
        };
        if let Some((entry, at)) = find(number).or_else(|| find(&number.other_spelling()?)) {
            return House::Found(entry, at);
        }
        let bare = number.without_suffix();
        match find(&bare).filter(|_| bare != *number) {
            Some((entry, at)) => House::WithoutSuffix(entry, at),
            None => House::Unknown(number.number),
        }
    }

    /// Whether a place lies in a former commune that has a postcode, of which this is none.
    fn is_of_another_part(&self, place: Place<'_>, postcode: u32) -> bool {
        if self.geocoder.object_part(place).is_some() {
            return false; // it lies in no town of this table
        }
        let parents = self.geocoder.part_of(place).shard.places.parents(place);
        let former = std::iter::once(place).chain(parents).find(|town| town.is_former());
        former
            .is_some_and(|former| former.postcodes().next().is_some() && former.postcodes().all(|own| own != postcode))
    }
}
