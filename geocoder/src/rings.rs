//! The order in which places are looked at for those nearest to a centre: the home territory when it is preferred, what
//! is around the centre, the towns, then farther and farther, and at last the rest. Each ring says the best that is
//! possible in it and after it, so that whoever looks knows when to stop. Rings are made of stretches, and a stretch is
//! in one ring.

use std::{iter::Peekable, ops::Range};

use layers::LonLat;

use crate::{
    Filter, filter,
    rank::{self, Fading},
    recall::{Known, Preference},
    stretches::Stretches,
    tree::{self, Centre, Tree},
};

/// Places of the first ring around the centre; each further one has so many times more.
const FIRST_RING: u32 = 1_000;
const GROWTH: u32 = 4;

/// Places to look through together, in their order.
pub(crate) struct Ring {
    pub runs: Vec<Run>,
    /// The best that is possible in this ring and in those after it.
    pub at_best: Known,
}

/// Places that follow one another.
pub(crate) struct Run {
    pub places: Range<u32>,
    /// No place of it is nearer.
    pub metres: f64,
    /// Some place of it may be of the home territory.
    pub at_home: bool,
}

/// What anything may be.
const ANYTHING: Known = Known { words: 1, importance: 1.0, metres: 0.0, at_home: true };

/// All there is, in one ring.
pub(crate) fn everything(stretches: &Stretches) -> Ring {
    let run = Run { places: stretches.run(0..stretches.len()), metres: 0.0, at_home: true };
    Ring { runs: vec![run], at_best: ANYTHING }
}

/// Rings still to be looked at.
pub(crate) struct Rings<'a> {
    stretches: &'a Stretches,
    filter: &'a Filter,
    steps: std::vec::IntoIter<Step>,
    /// Stretches around the centre, nearest first, each with a distance that nothing of it is nearer than, in metres.
    around: Peekable<Box<dyn Iterator<Item = (usize, f64)> + 'a>>,
    /// Stretches that some ring has had.
    taken: Vec<Range<usize>>,
    has_home_first: bool,
    are_towns_taken: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Home,
    /// Around the centre: so many places.
    Around(u32),
    Towns,
    Rest,
}

impl<'a> Rings<'a> {
    /// `tree` is that of the stretches when there is a centre.
    pub(crate) fn new(
        stretches: &'a Stretches,
        tree: Option<&'a Tree<'a>>,
        preference: Preference,
        filter: &'a Filter,
    ) -> Self {
        let mut steps = Vec::new();
        steps.extend(preference.prefers_home.then_some(Step::Home));
        let sizes = std::iter::successors(Some(FIRST_RING), |size| size.checked_mul(GROWTH)).map(Step::Around);
        let mut sizes = sizes.filter(|_| tree.is_some());
        steps.extend(sizes.next());
        steps.push(Step::Towns);
        steps.extend(sizes);
        steps.push(Step::Rest);
        let walk = |(tree, (at, _)): (&'a Tree<'a>, (LonLat, Fading))| {
            let (centre, reach) = (Centre::new(at), tree::of_metres(rank::FARTHEST_M));
            let walk = tree.nearest(centre, reach, None, |_| true);
            walk.map(|found| (found.what as usize, tree::metres(found.distance)))
        };
        let around: Box<dyn Iterator<Item = (usize, f64)>> =
            Box::new(tree.zip(preference.near).map(walk).into_iter().flatten());
        Self {
            stretches,
            filter,
            steps: steps.into_iter(),
            around: around.peekable(),
            taken: Vec::new(),
            has_home_first: preference.prefers_home,
            are_towns_taken: false,
        }
    }

    fn ring(&mut self, step: Step) -> Ring {
        let nearest = self.around.peek().map_or(rank::FARTHEST_M, |&(_, metres)| metres);
        let streets = Known { importance: self.stretches.best_street, metres: nearest, at_home: false, ..ANYTHING };
        let at_best = if self.are_towns_taken { streets } else { ANYTHING };
        let runs = match step {
            Step::Home => self.home(),
            Step::Around(places) => self.nearest(places),
            Step::Towns => self.towns(),
            Step::Rest => self.left(0..self.stretches.len(), nearest),
        };
        Ring { runs, at_best }
    }

    fn home(&mut self) -> Vec<Run> {
        let home = &self.stretches.home;
        self.taken.extend(home.iter().map(|&at| at..at + 1));
        let runs = home.iter().filter_map(|&at| self.run(at..at + 1, 0.0));
        runs.map(|run| Run { at_home: true, ..run }).collect()
    }

    fn towns(&mut self) -> Vec<Run> {
        let towns = 0..self.stretches.towns;
        let runs = self.left(towns.clone(), 0.0);
        self.taken.push(towns);
        self.are_towns_taken = true;
        runs
    }

    /// The nearest stretches that no ring has had, up to so many places.
    fn nearest(&mut self, places: u32) -> Vec<Run> {
        let (mut runs, mut count) = (Vec::new(), 0);
        while count < places
            && let Some((at, metres)) = self.around.next()
        {
            let is_town = at < self.stretches.towns;
            if (is_town && self.are_towns_taken) || (self.has_home_first && self.stretches.holds(at).home) {
                continue;
            }
            self.taken.push(at..at + 1);
            let Some(run) = self.run(at..at + 1, metres) else { continue };
            count += run.places.end.saturating_sub(run.places.start);
            runs.push(run);
        }
        runs.sort_by_key(|run| run.places.start);
        runs
    }

    /// What no ring has had of some stretches; nothing of it is nearer than some metres.
    fn left(&mut self, among: Range<usize>, metres: f64) -> Vec<Run> {
        self.taken.sort_unstable_by_key(|taken| taken.start);
        let (mut runs, mut from) = (Vec::new(), among.start);
        for taken in self.taken.iter().chain([&(among.end..among.end)]) {
            let gap = from..taken.start.min(among.end);
            if self.filter.bbox.is_none() && self.filter.metropole.is_none() {
                runs.extend(self.run(gap, metres));
            } else {
                runs.extend(gap.filter_map(|at| self.run(at..at + 1, metres)));
            }
            from = from.max(taken.end);
        }
        // Of thousands of stretches that the filter lets pass, a few runs.
        runs.dedup_by(|next, last| {
            let touches = last.places.end == next.places.start;
            last.places.end = if touches { next.places.end } else { last.places.end };
            touches
        });
        runs
    }

    /// Some stretches as a run; none when there are none, or when it is one that the filter refuses.
    fn run(&self, stretches: Range<usize>, metres: f64) -> Option<Run> {
        let is_refused = stretches.len() == 1 && !filter::may_meet(self.filter, self.stretches, stretches.start);
        let run = || Run { places: self.stretches.run(stretches.clone()), metres, at_home: false };
        (!stretches.is_empty() && !is_refused).then(run)
    }
}

impl Iterator for Rings<'_> {
    type Item = Ring;

    fn next(&mut self) -> Option<Ring> {
        let step = loop {
            let step = self.steps.next()?;
            if !matches!(step, Step::Around(_)) || self.around.peek().is_some() {
                break step;
            }
        };
        Some(self.ring(step))
    }
}
