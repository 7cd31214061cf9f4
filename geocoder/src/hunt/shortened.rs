//! What stands between a street and its town, or after the town, and is in the name of neither: the street is the
//! beginning of the words. Where a complement of the address is known to begin, that beginning is looked for like any
//! text; where nothing tells, the longest beginning that is the whole name of a street of the town is believed.

use super::{
    EXACT, Hunt, SETTLED,
    respelt::{NUMBER_DROPPED, anchored},
};
use crate::{
    Error,
    candidates::{Tolerance, expand},
    effort, noise,
    normalize::{self, Word},
    parse::{Query, Typed, readings},
    rank::{House, Wording},
};

/// How far the beginning of a text is from the whole, when a complement of the address followed it.
const COMPLEMENT_DROPPED: f32 = 0.97;
/// The same when it was followed by words of which nothing is known: « 2 Rue Alain Fournier » is not « 2 Rue Alain », so
/// that a look is worth it; surest when the number is there too.
const WORDS_DROPPED: f32 = 0.80;
const WORDS_DROPPED_NO_NUMBER: f32 = 0.78;
/// Readings that are tried: a text of many towns, numbers and complements is no address.
const MOST_QUERIES: usize = 40;
/// Addresses inside a text that are tried.
const MOST_INSIDE: usize = 2;

impl Hunt<'_> {
    /// Looks for the beginning of what was typed.
    pub(super) fn shortened(&mut self, enough: f32) -> Result<(), Error> {
        let mut whole = self.without_ends();
        whole.extend(self.inside());
        let shortened = self.queries.iter().chain(&whole).flat_map(without_complement).collect::<Vec<_>>();
        let mut queries: Vec<Query> = Vec::new();
        for query in shortened.into_iter().chain(whole) {
            let is_known = self.queries.contains(&query) || queries.contains(&query);
            if noise::may_be_street(&query.words) && !is_known && queries.len() < MOST_QUERIES {
                queries.push(query);
            }
        }
        let queries = self.nearest(queries);
        self.look(&queries, Tolerance::Exact, enough)?;
        self.add(queries.clone());
        if self.best() < enough {
            self.begun(enough)?;
        }
        if self.best() < SETTLED {
            self.look(&queries, Tolerance::Corrected, SETTLED)?;
        }
        Ok(())
    }

    /// The readings of the text cut after the last town in it, and of the text without the areas larger than a town.
    pub(crate) fn without_ends(&self) -> Vec<Query> {
        let (gazetteer, places) = (&self.geocoder.gazetteer, &self.geocoder.first.shard.places);
        let mut cut = Vec::new();
        for typed in &self.writings {
            if let Some(end) = noise::end_of_town(&typed.words, gazetteer) {
                let (words, after) = typed.words.split_at(end);
                let is_known =
                    noise::is_complement(after) || noise::without_areas(after, gazetteer).len() < after.len();
                let faith = if is_known { COMPLEMENT_DROPPED } else { WORDS_DROPPED };
                cut.push(Typed { left_out: !is_known, ..typed.ended(words, faith) });
            }
            let within = noise::without_areas(&typed.words, gazetteer);
            if within.len() < typed.words.len() {
                cut.push(typed.ended(within, COMPLEMENT_DROPPED));
            }
        }
        cut.iter().flat_map(|typed| readings(typed, gazetteer, places, false)).collect()
    }

    /// The readings of the addresses that begin inside the text: what comes before a number may be a place too.
    fn inside(&self) -> Vec<Query> {
        let (gazetteer, places) = (&self.geocoder.gazetteer, &self.geocoder.first.shard.places);
        let numbered = self.writings.iter().flat_map(|typed| anchored(typed).into_iter().take(MOST_INSIDE));
        let is_number = |typed: &Typed| typed.words[0].typed.starts_with(|c: char| c.is_ascii_digit());
        numbered.filter(is_number).flat_map(|typed| readings(&typed, gazetteer, places, false)).collect()
    }

    /// Looks for the longest beginning of each reading that is a street of the town named.
    fn begun(&mut self, enough: f32) -> Result<(), Error> {
        let is_scoped = |query: &&Query| query.words.len() > 2 && query.scope.as_ref().is_some_and(|scope| scope.whole);
        for query in self.queries.iter().filter(is_scoped).cloned().collect::<Vec<_>>() {
            for len in (2..query.words.len()).rev() {
                let (words, after) = query.words.split_at(len);
                let is_open = words.last().is_some_and(|word| normalize::is_article(&word.typed));
                if is_open || !noise::may_be_street(words) {
                    continue;
                }
                let begun = Query { words: words.to_vec(), unfinished: false, ..query.clone() };
                if self.effort.is_spent() || self.best() >= enough || self.is_street(&begun, after)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether the words are the whole name of a place, which is kept. It is surer `before` what may be a complement or
    /// is another place of the town.
    fn is_street(&mut self, query: &Query, before: &[Word]) -> Result<bool, Error> {
        let mut is_some = false;
        let mut is_known = noise::is_complement(before);
        for at in 0..self.contexts.len() {
            self.effort.spend(effort::READING);
            let words = expand(&mut self.contexts[at], query, Tolerance::Exact);
            for held in self.held(at, (query, Tolerance::Exact), &words, &words)? {
                if held.1.text < EXACT || held.1.wording == Wording::OtherType {
                    continue;
                }
                is_known = is_known || self.is_name(before, query)?;
                let faith = |house| match house {
                    _ if is_known => COMPLEMENT_DROPPED,
                    House::Found(..) => WORDS_DROPPED,
                    _ => WORDS_DROPPED_NO_NUMBER,
                };
                let query = Query { left_out: query.left_out || !is_known, ..query.clone() };
                is_some |= self.believe(held, &query, faith);
            }
        }
        Ok(is_some)
    }

    /// Whether words are the whole name of a place where a reading looks: « 5 chemin des Balmes, les Grandes Balmes ».
    fn is_name(&mut self, words: &[Word], query: &Query) -> Result<bool, Error> {
        let named = Query { number: None, words: words.to_vec(), unfinished: false, ..query.clone() };
        for at in 0..self.contexts.len() {
            self.effort.spend(effort::READING);
            let words = expand(&mut self.contexts[at], &named, Tolerance::Exact);
            let held = self.held(at, (&named, Tolerance::Exact), &words, &words)?;
            if held.iter().any(|(_, likeness)| likeness.wording == Wording::Whole) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A reading without each complement its words may end with. What drops the only number typed may drop the address.
fn without_complement(query: &Query) -> impl Iterator<Item = Query> {
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit());
    noise::complements(&query.words).map(move |len| {
        let (words, complement) = query.words.split_at(len);
        let drops_number = query.number.is_none() && complement.iter().any(is_number);
        let faith = match drops_number {
            true if query.scope.is_some() => NUMBER_DROPPED,
            true => NUMBER_DROPPED * WORDS_DROPPED, // no town speaks for the rest
            false => COMPLEMENT_DROPPED,
        };
        let faith = query.faith * faith;
        Query { words: words.to_vec(), unfinished: false, faith, ..query.clone() }
    })
}
