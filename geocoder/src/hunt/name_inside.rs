//! A whole name of a street inside a text that names no town: « part dieu bd vivier merle », « 12 rue garibaldi derrière
//! la mairie ». The name, from its type on, is the answer; what is around it says where that is to who knows the place.

use super::{Hunt, half_words::is_known, is_size, names_town};
use crate::{
    Error,
    candidates::{Tolerance, expand},
    effort,
    house_number::is_detached_suffix,
    noise,
    normalize::{self, Word},
    parse::{Query, Typed, readings},
    rank::House,
};

/// How far the name is from the whole text, when what is around it is known to be a complement, or stands before it.
const AROUND_DROPPED: f32 = 0.97;
/// The same when nothing is known of the words after it, which may be of the name: not to be taken without a look.
const AFTER_DROPPED: f32 = 0.785;
const AFTER_DROPPED_NO_NUMBER: f32 = 0.77;
/// The same when the only number typed is left out.
const NUMBER_DROPPED: f32 = 0.85;
/// Least likeness of the words and the name: one word of three may be missing.
const WHOLE_NAME: f32 = 0.9;
/// Letters of the longest number of a house: « 12bis », « 204p10 ».
const MOST_OF_NUMBER: usize = 6;
/// Most parts of a text that are looked for.
const MOST_PARTS: usize = 24;

impl Hunt<'_> {
    /// Looks for the longest name that begins at each type of street.
    pub(super) fn name_inside(&mut self) -> Result<(), Error> {
        if names_town(&self.queries) || names_town(&self.without_ends()) {
            return Ok(());
        }
        let mut left = MOST_PARTS;
        for typed in self.writings.clone() {
            let mut from = 0;
            while let Some(start) = (from..typed.words.len()).find(|&at| may_begin(&typed.words, at)) {
                from = start + 1;
                for end in (start + 2..=typed.words.len()).rev() {
                    if left == 0 || self.effort.is_spent() {
                        return Ok(());
                    }
                    left -= 1;
                    if self.inner(&typed, start, end)? {
                        from = end;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the words between those are the name of a street, with the number before it or at its end; kept if so.
    fn inner(&mut self, typed: &Typed, start: usize, end: usize) -> Result<bool, Error> {
        let from = with_number(&typed.words, start);
        if from == 0 && end == typed.words.len() {
            return Ok(false); // the text itself
        }
        let (before, after) = (&typed.words[..from], &typed.words[end..]);
        let part = typed.ended(&typed.words[from..end], 1.0);
        let is_street = |query: &Query| {
            let is_closed = query.words.last().is_some_and(|word| !normalize::is_article(&word.typed));
            query.scope.is_none() && is_closed && noise::may_be_street(&query.words)
        };
        let queries = readings(&part, &self.geocoder.gazetteer, &self.geocoder.first.shard.places, false);
        let drops_number = before.iter().chain(after).any(is_number);
        let is_known = after.is_empty() || noise::is_complement(after);
        for query in queries.into_iter().filter(is_street) {
            let faith = |house: House| match house {
                _ if drops_number && query.number.is_none() => NUMBER_DROPPED * AFTER_DROPPED,
                _ if is_known => AROUND_DROPPED,
                House::Found(..) => AFTER_DROPPED,
                _ => AFTER_DROPPED_NO_NUMBER,
            };
            if self.is_whole_name(&query, faith)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the words are the whole name of a place, which is kept.
    fn is_whole_name(&mut self, query: &Query, faith: impl Fn(House) -> f32) -> Result<bool, Error> {
        let mut is_some = false;
        for at in 0..self.contexts.len() {
            let context = &mut self.contexts[at];
            let part = context.part;
            let words = expand(context, query, Tolerance::Exact);
            if !words.iter().all(|word| is_known(part, word)) {
                continue;
            }
            self.effort.spend(effort::READING);
            for held in self.held(at, (query, Tolerance::Exact), &words, &words)? {
                is_some |= held.1.text >= WHOLE_NAME && self.believe(held, query, &faith);
            }
        }
        Ok(is_some)
    }
}

/// Whether a name may begin there: a type of street does, « Petite Rue », or what follows the number.
fn may_begin(words: &[Word], at: usize) -> bool {
    let is_closed = !is_number(&words[at]) && !is_detached_suffix(&words[at].typed);
    let is_sized = is_size(&words[at]) && words.get(at + 1).is_some_and(noise::is_type);
    is_sized || noise::begins_address(&words[at]) || (is_closed && with_number(words, at) < at)
}

/// Where the number before a name begins, or the name when there is none.
fn with_number(words: &[Word], start: usize) -> usize {
    match start {
        1.. if is_number(&words[start - 1]) => start - 1,
        2.. if is_detached_suffix(&words[start - 1].typed) && is_number(&words[start - 2]) => start - 2,
        _ => start,
    }
}

fn is_number(word: &Word) -> bool {
    word.typed.starts_with(|c: char| c.is_ascii_digit()) && word.typed.len() <= MOST_OF_NUMBER
}
