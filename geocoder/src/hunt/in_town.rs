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
            let spellings: [Vec<&str>; 2] = [
                query.words.iter().map(Word::canonical).collect(),
                query.words.iter().map(|word| word.typed.as_str()).collect(),
            ];
            for words in spellings {
                let looked_for = (glued(words.iter().copied()), scope.towns.clone());
                if !seen.contains(&looked_for) && !self.effort.is_spent() {
                    self.compare(&words, &query, &scope.towns, with_objects);
                    seen.push(looked_for);
                }
            }
        }
    }

    fn compare(&mut self, words: &[&str], query: &Query, towns: &[u32], with_objects: bool) {
        let typed = glued(words.iter().copied());
        let Some(spelt) = Spelt::new(&typed) else { return };
        let shorter = without_a_word(words);
        let shorter: Vec<Spelt<'_>> = shorter.iter().filter_map(|typed| Spelt::new(typed)).collect();
        for part in self.contexts.iter().map(|context| context.part) {
            for place in part.shard.places.within(&part.towns(towns)).filter(|place| !part.hides(place.index)) {
                self.effort.spend(effort::COMPARE_NAME);
                let Some(likeness) = part.shard.places.spelling(place, &spelt) else { continue };
                let is_other = is_of_other_type(query, place.folded());
                let wording = if is_other { Wording::OtherType } else { likeness.wording };
                // « Rue frs Truffaut » is no misspelling of Rue Truffaut: a word of it is left out.
                let is_liker =
                    |spelt| part.shard.places.spelling(place, spelt).is_some_and(|it| it.text > likeness.text);
                let query = &Query { left_out: query.left_out || shorter.iter().any(is_liker), ..query.clone() };
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

/// The words glued, each time without one of them that tells: no article, no letter alone (which may be of a word that
/// was cut), and no type of street first.
fn without_a_word(words: &[&str]) -> Vec<String> {
    let is_telling = |&at: &usize| {
        words[at].len() > 1 && !normalize::is_article(words[at]) && (at > 0 || !normalize::is_street_type(words[at]))
    };
    let without = |at: usize| glued(words[..at].iter().chain(&words[at + 1..]).copied());
    (0..words.len()).filter(is_telling).map(without).collect()
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
