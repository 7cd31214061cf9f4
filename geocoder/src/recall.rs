//! Of the places that match, the few dozen to rank: those nearest to the centre, with as few other words as possible,
//! much lived in.
//!
//! The result is that of looking at every match; what keeps it cheap is the order. Places are looked at in rings: the
//! home territory when it is preferred, what is around the centre, the towns, then farther and farther. Nothing in a
//! ring or after it can be better than its nearest edge allows: once as many are kept as are ranked, and the least of
//! them is better than that, the rest is left alone. Within a ring a match costs two bytes unless it may be kept.

use std::{cmp::Ordering, collections::BinaryHeap, ops::Range};

use layers::LonLat;

use crate::{
    Filter, Near, filter,
    matching::Matching,
    places::Place,
    rank,
    stretches::{Stretch, Stretches},
};

/// How many places are ranked for one reading.
const RECALL: usize = 100;
/// Matches that are all looked at: fewer than rings would cost.
const FEW: u32 = 1_000;
/// Places of the first ring around the centre; each further one has so many times more.
const FIRST_RING: u32 = 1_000;
const GROWTH: u32 = 4;
/// Taken off outside the home territory.
const AWAY: f32 = 0.4;

/// What decides between two matches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preference {
    pub near: Option<Near>,
    /// Words typed, articles apart.
    pub typed: f32,
    pub prefers_home: bool,
}

/// What is known of a place, or the best that is possible of many.
#[derive(Debug, Clone, Copy)]
struct Known {
    words: u8,
    importance: f32,
    metres: f64,
    at_home: bool,
}

impl Preference {
    /// Never less for a place of fewer words, of more importance, nearer or at home.
    fn key(&self, known: Known) -> f32 {
        self.own(known.words, known.importance) - self.taken_off(known.metres, known.at_home)
    }

    fn own(&self, words: u8, importance: f32) -> f32 {
        0.3 * (self.typed / f32::from(words.max(1))).min(1.0) + 0.2 * importance
    }

    fn taken_off(&self, metres: f64, at_home: bool) -> f32 {
        let far = self.near.map_or(0.0, |near| rank::fading(metres, near));
        4.0 * far + if self.prefers_home && !at_home { AWAY } else { 0.0 }
    }

    fn of(&self, place: Place<'_>) -> f32 {
        let metres = self.near.map_or(0.0, |near| rank::metres_to(place, near.at));
        let importance = rank::importance(place);
        self.key(Known { words: place.words(), importance, metres, at_home: place.is_metropole() })
    }
}

/// The best matches, the best first. `is_visible` is asked of a place before it is kept.
pub(crate) fn recall<'p>(
    matching: &Matching,
    stretches: &Stretches,
    preference: Preference,
    filter: &Filter,
    visible: impl Fn(u32) -> Option<Place<'p>>,
) -> Vec<u32> {
    let mut best = Best::default();
    for ring in Rings::new(stretches, preference, filter, matching.most() <= FEW) {
        if best.least().is_some_and(|least| least > preference.key(ring.at_best)) {
            break;
        }
        let mut pass = matching.clone();
        for run in ring.runs {
            let taken_off = preference.taken_off(run.metres, run.some_home);
            pass.visit(run.places, |index| {
                let weight = stretches.weight(index);
                let at_best = preference.own(weight.words, weight.importance) - taken_off;
                if best.least().is_none_or(|least| at_best >= least)
                    && let Some(place) = visible(index).filter(|&place| filter::may_hold(filter, place))
                {
                    best.offer(Kept { key: preference.of(place), place: index });
                }
            });
        }
    }
    best.into_places()
}

/// Places to look through together, in their order.
struct Ring {
    runs: Vec<Run>,
    /// The best that is possible in this ring and in those after it.
    at_best: Known,
}

struct Run {
    places: Range<u32>,
    /// No place of it is nearer.
    metres: f64,
    some_home: bool,
}

/// Rings still to be looked at.
struct Rings<'a> {
    stretches: &'a Stretches,
    filter: &'a Filter,
    steps: std::vec::IntoIter<Step>,
    /// Stretches around the centre, nearest first.
    around: std::iter::Peekable<std::vec::IntoIter<(usize, f64)>>,
    /// Stretches that some ring has had, by number.
    taken: Vec<bool>,
    home_taken: bool,
}

#[derive(Clone, Copy)]
enum Step {
    Everything,
    Home,
    /// Around the centre: so many places.
    Around(u32),
    Towns,
    Rest,
}

impl<'a> Rings<'a> {
    fn new(stretches: &'a Stretches, preference: Preference, filter: &'a Filter, few: bool) -> Self {
        let mut steps = if preference.prefers_home { vec![Step::Home] } else { Vec::new() };
        let around = preference.near.filter(|_| !few).map(|near| near.at);
        steps.extend(around.map(|_| Step::Around(FIRST_RING)));
        steps.push(Step::Towns);
        let sizes = std::iter::successors(Some(FIRST_RING), |size| size.checked_mul(GROWTH)).skip(1);
        steps.extend(around.into_iter().flat_map(|_| sizes.clone().map(Step::Around)));
        steps.push(Step::Rest);
        let steps = if few { vec![Step::Everything] } else { steps };
        let near = |at: LonLat| stretches.around(at, rank::FARTHEST_M);
        let around = around.map(near).unwrap_or_default().into_iter().peekable();
        let taken = vec![false; if few { 0 } else { stretches.len() }];
        Self { stretches, filter, steps: steps.into_iter(), around, taken, home_taken: false }
    }

    fn ring(&mut self, step: Step) -> Ring {
        let streets = Known {
            words: 1,
            importance: self.stretches.best_street,
            metres: self.around.peek().map_or(rank::FARTHEST_M, |&(_, metres)| metres),
            at_home: !self.home_taken,
        };
        let anything = Known { importance: 1.0, metres: 0.0, at_home: true, ..streets };
        match step {
            Step::Everything => {
                let everything = Run { places: 0..self.stretches.places(), metres: 0.0, some_home: true };
                Ring { runs: vec![everything], at_best: anything }
            }
            Step::Home => {
                self.home_taken = true;
                Ring { runs: self.every(0.0, |stretch| stretch.some_home), at_best: anything }
            }
            Step::Towns => Ring { runs: self.every(0.0, |stretch| stretch.towns), at_best: anything },
            Step::Around(places) => Ring { runs: self.nearest(places), at_best: streets },
            Step::Rest => Ring { runs: self.every(streets.metres, |_| true), at_best: streets },
        }
    }

    /// Every stretch of some sort that no ring has had; none nearer than that.
    fn every(&mut self, metres: f64, is_meant: impl Fn(&Stretch) -> bool) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (at, stretch) in self.stretches.iter().enumerate() {
            if self.taken[at] || !is_meant(&stretch) {
                continue;
            }
            self.taken[at] = true;
            let Some(run) = self.run(stretch, metres) else { continue };
            match runs.last_mut().filter(|last| last.places.end == run.places.start && last.some_home == run.some_home) {
                Some(last) => last.places.end = run.places.end,
                None => runs.push(run),
            }
        }
        runs
    }

    /// The nearest stretches that no ring has had, up to so many places.
    fn nearest(&mut self, places: u32) -> Vec<Run> {
        let (mut runs, mut count) = (Vec::new(), 0);
        while count < places
            && let Some((at, metres)) = self.around.next()
        {
            if !std::mem::replace(&mut self.taken[at], true)
                && let Some(run) = self.run(self.stretches.get(at), metres)
            {
                count += run.places.end.saturating_sub(run.places.start);
                runs.push(run);
            }
        }
        runs.sort_by_key(|run| run.places.start);
        runs
    }

    /// A stretch as a run; none when the filter refuses all of it.
    fn run(&self, stretch: Stretch, metres: f64) -> Option<Run> {
        let is_wanted = filter::may_meet(self.filter, &stretch);
        is_wanted.then_some(Run { places: stretch.places, metres, some_home: stretch.some_home })
    }
}

impl Iterator for Rings<'_> {
    type Item = Ring;

    fn next(&mut self) -> Option<Ring> {
        loop {
            let step = self.steps.next()?;
            let is_past = matches!(step, Step::Around(_)) && self.around.peek().is_none();
            if !is_past {
                return Some(self.ring(step));
            }
        }
    }
}

/// A match and its key, the least first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kept {
    key: f32,
    place: u32,
}

/// The best matches so far.
#[derive(Default)]
struct Best(BinaryHeap<Kept>);

impl Best {
    /// Key of the least of them, once there are as many as are ranked.
    fn least(&self) -> Option<f32> {
        self.0.peek().filter(|_| self.0.len() >= RECALL).map(|kept| kept.key)
    }

    fn offer(&mut self, offered: Kept) {
        if self.0.len() < RECALL {
            self.0.push(offered);
        } else if let Some(mut least) = self.0.peek_mut()
            && offered < *least
        {
            *least = offered;
        }
    }

    fn into_places(self) -> Vec<u32> {
        self.0.into_sorted_vec().into_iter().map(|kept| kept.place).collect()
    }
}

impl Ord for Kept {
    /// The better the less: a heap then has the least good at its top. Of equals the first place is the better.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.total_cmp(&self.key).then_with(|| self.place.cmp(&other.place))
    }
}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Kept {}
