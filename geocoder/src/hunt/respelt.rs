//! Other writings of a text: the address inside it, its words cut or run together, the town it misspells.

use super::{Hunt, SETTLED};
use crate::{
    Error,
    candidates::Tolerance,
    noise,
    normalize::Word,
    objects::beside_stop,
    parse::{Query, Typed, readings},
    respace,
};

/// Places inside a text where an address may begin that are tried: a text of many numbers is none.
const MOST_ANCHORS: usize = 6;
/// How far each other writing is from what was typed.
const NOISE_DROPPED: f32 = 0.97;
pub(super) const NUMBER_DROPPED: f32 = 0.85;
/// The same of what a stop that is not there is named after.
const STOP_DROPPED: f32 = 0.8;

impl Hunt<'_> {
    /// Looks for the other writings of the text.
    pub(super) fn respelt(&mut self, enough: f32) -> Result<(), Error> {
        let mut writings = self.writings.clone();
        for typed in &self.writings {
            writings.extend(anchored(typed));
            let abroad = noise::without_misspelt_country(&typed.words);
            writings.extend(abroad.map(|words| typed.rewritten(words.to_vec(), NOISE_DROPPED)));
        }
        let respaced: Vec<Typed> = writings
            .iter()
            .filter_map(|typed| respace::respaced(typed, &self.geocoder.first.shard.vocabulary))
            .collect();
        writings.extend(respaced);
        let geocoder = self.geocoder;
        let mut queries: Vec<Query> = Vec::new();
        for query in
            writings.iter().flat_map(|typed| readings(typed, &geocoder.gazetteer, &geocoder.first.shard.places, true))
        {
            let is_known = self.queries.contains(&query) || queries.contains(&query);
            // A town alone is no answer to what was looked for inside it, however little of the text is left; all of
            // the text may be one.
            let is_misspelt_town = query.said.respelt && query.number.is_none();
            if !is_known && (is_misspelt_town || !query.words.is_empty()) {
                queries.push(query);
            }
        }
        let beside = self.queries.iter().filter_map(beside_stop);
        queries.extend(beside.map(|rest| Query { faith: rest.faith * STOP_DROPPED, left_out: true, ..rest }));
        let queries = self.nearest(queries);
        self.look(&queries, Tolerance::Exact, enough)?;
        if self.best() < SETTLED {
            self.look(&queries, Tolerance::Corrected, SETTLED)?;
        }
        self.add(queries);
        Ok(())
    }
}

/// The ends of a text where an address may begin.
pub(super) fn anchored(typed: &Typed) -> Vec<Typed> {
    let ends = noise::anchored(&typed.words, &typed.signs).into_iter().take(MOST_ANCHORS);
    let end = |words: &[Word]| {
        let before = &typed.words[..typed.words.len() - words.len()];
        let left_out = before.iter().any(noise::is_type) && !noise::is_complement(before);
        Typed { left_out, ..typed.rewritten(words.to_vec(), faith_in(typed, words)) }
    };
    ends.map(end).collect()
}

/// How far the end of a text is from the whole: a number left out was more than noise.
fn faith_in(typed: &Typed, words: &[Word]) -> f32 {
    let left_out = &typed.words[..typed.words.len() - words.len()];
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit());
    if left_out.iter().any(is_number) { NUMBER_DROPPED } else { NOISE_DROPPED }
}
