//! The places that hold the words of a reading, and what is kept of them: what every way to look has in common.

use super::Hunt;
use crate::{
    Error,
    candidates::{Tolerance, candidates},
    effort,
    parse::Query,
    places::Place,
    rank::{self, House, Likeness, QueryWord},
};

impl<'a> Hunt<'a> {
    /// The places of the part `at` that `hold` some words of a reading, each with how like its name is to all of them.
    ///
    /// Errors: those of the engine.
    pub(super) fn held(
        &mut self,
        at: usize,
        (query, tolerance): (&Query, Tolerance),
        hold: &[QueryWord],
        words: &[QueryWord],
    ) -> Result<Vec<(Place<'a>, Likeness<'a>)>, Error> {
        let context = &mut self.contexts[at];
        let places = &context.part.shard.places;
        let found = candidates(context, query, hold, tolerance)?;
        self.effort.spend((found.len() * words.len()) as u64 * effort::RANK);
        let with_likeness = |place| (places.get(place), places.likeness(places.get(place), words));
        Ok(found.into_iter().map(with_likeness).collect())
    }

    /// Keeps a place as the answer to a reading that is as far from what was typed as the house found makes it, if it
    /// can be one; says whether it is.
    pub(super) fn believe(
        &mut self,
        (place, likeness): (Place<'a>, Likeness<'a>),
        query: &Query,
        faith: impl Fn(House) -> f32,
    ) -> bool {
        let candidate = self.candidate(place, query);
        let query = Query { faith: query.faith * faith(candidate.house), ..query.clone() };
        let answer = rank::score(candidate, &query, likeness, self.near, false);
        self.answers.extend(answer);
        answer.is_some()
    }
}
