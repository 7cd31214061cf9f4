//! Names compared letter by letter with what was typed, spaces apart, in the towns that were named: they are few.

use super::Hunt;
use crate::{
    effort,
    normalize::{self, Word},
    parse::Query,
    rank::{Likeness, Wording},
    spelling::{Spelt, glued},
};

impl Hunt<'_> {
    /// Compares the letters of every name of the towns named with those typed, spaces apart.
    pub(super) fn in_town(&mut self, enough: f32) {
        let with_objects = self.needs_objects(enough);
        let scoped = |query: &&Query| !query.words.is_empty() && query.scope.as_ref().is_some_and(|scope| scope.whole);
        let mut seen: Vec<(String, Vec<u32>)> = Vec::new();
        for query in self.queries.iter().filter(scoped).cloned().collect::<Vec<_>>() {
            let Some(scope) = &query.scope else { continue };
            let mut spellings = vec![
                glued(query.words.iter().map(Word::canonical)),
                glued(query.words.iter().map(|word| word.typed.as_str())),
            ];
            spellings.dedup();
            for typed in spellings {
                let looked_for = (typed, scope.towns.clone());
                if !seen.contains(&looked_for) && !self.effort.is_spent() {
                    self.compare(&looked_for.0, &query, &scope.towns, with_objects);
                    seen.push(looked_for);
                }
            }
        }
    }

    fn compare(&mut self, typed: &str, query: &Query, towns: &[u32], with_objects: bool) {
        let Some(spelt) = Spelt::new(typed) else { return };
        for part in self.contexts.iter().map(|context| context.part) {
            for place in part.shard.places.within(&part.towns(towns)).filter(|place| !part.hides(place.index)) {
                self.effort.spend(effort::COMPARE_NAME);
                let Some(likeness) = part.shard.places.spelling(place, &spelt) else { continue };
                let is_other = is_of_other_type(query, place.folded());
                let wording = if is_other { Wording::OtherType } else { likeness.wording };
                let answer = self.answer(place, query, Likeness { wording, ..likeness });
                self.answers.extend(answer);
            }
        }
        let with_objects = with_objects && self.may_mean_object(query);
        for at in (0..self.objects.len()).filter(|_| with_objects) {
            let found = self.objects[at].spelt(&spelt, towns);
            self.keep(found, query);
        }
    }
}

/// Whether one type of street was typed and a name has another, which are no misspelling of each other as « cour » is of
/// « cours »: « Route Édouard Herriot » has nearly all the letters of the Rue.
fn is_of_other_type(query: &Query, name: &str) -> bool {
    let (Some(typed), Some(own)) = (query.words.first().map(Word::canonical), name.split(' ').next()) else {
        return false;
    };
    let are_types = [typed, own].into_iter().all(normalize::is_street_type);
    are_types && !own.starts_with(typed) && !typed.starts_with(own)
}
