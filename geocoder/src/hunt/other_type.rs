//! Another type of street than the one it has, where no town is named: « rue Lacassagne » for an avenue. In a town its
//! names are compared letter by letter; here the words of the name are looked for without the type.

use super::{Hunt, half_words::is_known, names_town};
use crate::{
    Error,
    candidates::{Tolerance, expand},
    effort, noise,
    parse::{Query, says_a_name},
    rank::{Answer, Wording},
};

/// An answer this like, with every word typed, is no other type of street.
const AS_TYPED: f32 = 0.85;

impl Hunt<'_> {
    /// Looks for what is called as typed, and of another type.
    pub(super) fn other_type(&mut self) -> Result<(), Error> {
        let is_open = |query: &&Query| {
            let begins =
                query.words.split_first().is_some_and(|(first, rest)| noise::is_type(first) && says_a_name(rest));
            begins && query.scope.as_ref().is_none_or(|scope| !scope.whole)
        };
        // A street of that type has the words typed, and others.
        let is_as_typed = |answer: &Answer<'_>| {
            let is_there = matches!(answer.wording, Wording::Whole | Wording::Part | Wording::Begun);
            is_there && answer.score.text >= AS_TYPED
        };
        if names_town(&self.queries) || self.answers.iter().any(is_as_typed) {
            return Ok(());
        }
        for query in self.queries.iter().filter(is_open).cloned().collect::<Vec<_>>() {
            for at in 0..self.contexts.len() {
                let context = &mut self.contexts[at];
                let part = context.part;
                let words = expand(context, &query, Tolerance::Exact);
                if self.effort.is_spent() || !words.iter().all(|word| is_known(part, word)) {
                    continue;
                }
                self.effort.spend(effort::READING);
                let mut held = self.held(at, (&query, Tolerance::Exact), &words[1..], &words)?;
                held.retain(|(_, likeness)| likeness.wording == Wording::OtherType);
                for held in held {
                    self.believe(held, &query, |_| 1.0);
                }
            }
        }
        Ok(())
    }
}
