//! Addresses that are not where the text says: in the town of an INSEE code that is a postcode too, in a neighbour of the
//! commune named, in the other part of a merged commune. Only when the town typed has no such street: named, it keeps it.

use super::{ANSWERED, EXACT, Hunt, SETTLED, WHOLE};
use crate::{
    Error,
    candidates::{Tolerance, expand},
    parse::{Query, Scope, readings_by_code},
    places::{Place, Places},
    rank::{self, Answer, House, Wording},
    suggestion::Verdict,
};

/// People confuse communes that are near each other: metres beyond the one named, and beyond one whose postcode was
/// typed too.
const NEIGHBOURHOOD_M: f64 = 12_000.0;
const NEXT_DOOR_M: f64 = 8_000.0;

impl Hunt<'_> {
    /// Looks in the towns whose INSEE code the postcode is.
    pub(super) fn as_code(&mut self, enough: f32) -> Result<(), Error> {
        if self.is_settled() {
            return Ok(());
        }
        let queries: Vec<Query> =
            self.writings.iter().flat_map(|typed| readings_by_code(typed, &self.geocoder.gazetteer)).collect();
        self.look(&queries, Tolerance::Exact, enough)
    }

    /// A commune that has the street keeps it, whatever the number: it was named.
    fn is_settled(&self) -> bool {
        let settles = |answer: &Answer<'_>| {
            answer.score.text >= SETTLED
                && is_one_name(answer)
                && answer.score.commune < f32::EPSILON
                && self.counts(answer)
        };
        self.answers.iter().any(settles)
    }

    /// Looks near the towns typed, in case they are wrong.
    pub(super) fn elsewhere(&mut self) -> Result<(), Error> {
        if self.is_settled() {
            return Ok(());
        }
        // A name and a postcode that go together are believed as long as a street there is spelt like the one typed.
        let is_like = |answer: &Answer<'_>| {
            let is_door = matches!(answer.house, House::Found(..));
            is_one_name(answer) && answer.score.text >= if is_door { ANSWERED } else { SETTLED }
        };
        let has = |is_it: &dyn Fn(&Answer<'_>) -> bool| {
            self.answers.iter().any(|answer| is_it(answer) && self.counts(answer))
        };
        let is_alike = |answer: &Answer<'_>| answer.score.text >= ANSWERED && answer.score.commune < f32::EPSILON;
        let there = There { is_found: has(&is_like), is_alike: has(&is_alike) };
        // What was written otherwise than typed (« Chemin du Clos Co llinot » without its end) has no say elsewhere once
        // something answers in the town.
        let least = if self.best() < ANSWERED { 0.0 } else { WHOLE };
        let scoped = |query: &&Query| {
            let is_named = query.scope.as_ref().is_some_and(|scope| scope.whole);
            is_named && !query.words.is_empty() && query.faith >= least
        };
        for query in self.queries.iter().filter(scoped).cloned().collect::<Vec<_>>() {
            let Some(scope) = query.scope.clone() else { continue };
            let open = Query { scope: None, ..query };
            for at in 0..self.contexts.len() {
                if self.effort.is_spent() {
                    return Ok(());
                }
                self.around(&open, &scope, at, there)?;
            }
        }
        Ok(())
    }

    /// Looks for exactly the address typed in one part, near the towns it was said to be in but not in them; and for the
    /// street, in another part of a merged commune.
    fn around(&mut self, open: &Query, scope: &Scope, at: usize, there: There) -> Result<(), Error> {
        let towns = &self.geocoder.first.shard.places;
        let context = &mut self.contexts[at];
        let part = context.part;
        let words = expand(context, open, Tolerance::Exact);
        context.centre_on(centre(scope, towns));
        let held = self.held(at, (open, Tolerance::Exact), &words, &words)?;
        self.contexts[at].centre_back();
        let merged: Vec<u32> = scope.towns.iter().map(|&town| towns.get(town)).filter_map(merged_into).collect();
        for (place, likeness) in held {
            if part.is_within(place, &scope.towns) || !self.is_neighbour(place, scope, open) {
                continue;
            }
            let candidate = self.candidate(place, open);
            let is_part = part.is_within(place, &merged);
            let contradicts_both = [candidate.commune, candidate.postcode] == [Some(false); 2];
            // A postcode of both towns goes with the one named.
            let is_against_both = contradicts_both || (candidate.postcode == Some(true) && !is_part);
            let is_less = there.is_alike && likeness.wording != Wording::Whole;
            if is_less || (there.is_found && is_against_both && open.said.is_twice()) {
                continue;
            }
            let is_there = match candidate.house {
                House::Found(..) => true,
                House::NotAsked => rank::is_street(place) && likeness.wording == Wording::Whole,
                House::WithoutSuffix(..) | House::Interpolated(_) | House::Unknown(_) => false,
            } || is_part;
            let answer = rank::score(candidate, open, likeness, self.near, true).filter(|_| is_there);
            self.answers.extend(answer.filter(|answer| answer.score.text >= EXACT));
        }
        Ok(())
    }

    fn is_neighbour(&self, place: Place<'_>, scope: &Scope, open: &Query) -> bool {
        let most = if open.said.is_twice() { NEXT_DOOR_M } else { NEIGHBOURHOOD_M };
        let near = |&town: &u32| rank::metres_to(self.geocoder.first.shard.places.get(town), place.position()) <= most;
        scope.towns.iter().any(near)
    }
}

/// What the towns that were typed have.
#[derive(Clone, Copy)]
struct There {
    /// The street, spelt nearly so: name and postcode are not both wrong.
    is_found: bool,
    /// Something like what was typed: nearer to it than a part of a name elsewhere.
    is_alike: bool,
}

/// Whether it may be what was typed, spelt so or nearly: one of another type, or whose name goes on, may have been meant
/// as much as the very address next door.
fn is_one_name(answer: &Answer<'_>) -> bool {
    let goes_on = answer.wording == Wording::Part && answer.verdicts.street != Some(Verdict::Ok);
    answer.wording != Wording::OtherType && !goes_on
}

/// The commune of today that a former one is part of.
fn merged_into(town: Place<'_>) -> Option<u32> {
    town.is_former().then(|| town.parent())
}

/// The middle of the largest town of a scope.
fn centre(scope: &Scope, places: &Places) -> Option<layers::LonLat> {
    let towns = scope.towns.iter().map(|&town| places.get(town));
    towns.max_by_key(|town| town.weight()).map(Place::position)
}
