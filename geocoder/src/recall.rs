//! Of the places that match, the few dozen to rank: those nearest to the centre, with as few other words as possible,
//! much lived in.
//!
//! The result is that of looking at every match; what keeps it cheap is the order. Places are looked at in rings: the
//! home territory when it is preferred, what is around the centre, the towns, then farther and farther. Nothing in a
//! ring or after it can be better than its nearest edge allows: once as many are kept as are ranked, and the least of
//! them is better than that, the rest is left alone. Within a ring a match costs two bytes unless it may be kept.

use std::{cmp::Ordering, collections::BinaryHeap, iter::Peekable, ops::Range};

use layers::LonLat;

use crate::{
    Filter, Near, effort, filter,
    matching::Matching,
    places::Place,
    rank::{self, Fading},
    stretches::Stretches,
    tree::{self, Centre, Tree},
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
    near: Option<(LonLat, Fading)>,
    /// Words typed, articles apart.
    typed: f32,
    prefers_home: bool,
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
    /// What is near is preferred when there is a centre, then what has the words typed, articles apart, and few others.
    #[allow(clippy::cast_precision_loss)] // a handful of words
    pub(crate) fn new(near: Option<Near>, typed: usize, prefers_home: bool) -> Self {
        Self { near: near.map(|near| (near.at, Fading::of(near))), typed: typed as f32, prefers_home }
    }

    /// Never less for a place of fewer words, of more importance, nearer or at home.
    fn key(&self, known: Known) -> f32 {
        self.own(known.words, known.importance) - self.taken_off(known.metres, known.at_home)
    }

    fn own(&self, words: u8, importance: f32) -> f32 {
        0.3 * (self.typed / f32::from(words.max(1))).min(1.0) + 0.2 * importance
    }

    fn taken_off(&self, metres: f64, at_home: bool) -> f32 {
        let far = self.near.map_or(0.0, |(_, fading)| fading.at(metres));
        4.0 * far + if self.prefers_home && !at_home { AWAY } else { 0.0 }
    }

    fn of(&self, place: Place<'_>) -> f32 {
        let metres = self.near.map_or(0.0, |(at, _)| rank::metres_to(place, at));
        let importance = rank::importance(place);
        self.key(Known { words: place.words(), importance, metres, at_home: place.is_metropole() })
    }
}

/// The best matches, the best first. `visible` gives a place that may be kept, if it may.
pub(crate) fn recall<'p>(
    matching: &Matching,
    stretches: &Stretches,
    preference: Preference,
    filter: &Filter,
    visible: impl Fn(u32) -> Option<Place<'p>>,
) -> Vec<u32> {
    let kept = |index| visible(index).filter(|&place| filter::may_hold(filter, place));
    if matching.most() <= FEW {
        return best_of([everything(stretches)], matching, stretches, preference, kept);
    }
    let tree = stretches.tree().filter(|_| preference.near.is_some());
    let rings = Rings::new(stretches, tree.as_ref(), preference, filter);
    best_of(rings, matching, stretches, preference, kept)
}

fn best_of<'p>(
    rings: impl IntoIterator<Item = Ring>,
    matching: &Matching,
    stretches: &Stretches,
    preference: Preference,
    kept: impl Fn(u32) -> Option<Place<'p>>,
) -> Vec<u32> {
    let (mut best, effort) = (Best::default(), matching.effort());
    for ring in rings {
        if best.least().is_some_and(|least| least > preference.key(ring.at_best)) {
            break;
        }
        let mut pass = matching.clone();
        for run in ring.runs {
            let taken_off = preference.taken_off(run.metres, run.at_home);
            pass.visit(run.places, |index| {
                let weight = stretches.weight(index);
                let at_best = preference.own(weight.words, weight.importance) - taken_off;
                let may_be_kept = best.least().is_none_or(|least| at_best >= least);
                if may_be_kept && let Some(place) = kept(index) {
                    effort.spend(effort::WEIGH);
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
    /// Some place of it may be of the home territory.
    at_home: bool,
}

/// What anything may be.
const ANYTHING: Known = Known { words: 1, importance: 1.0, metres: 0.0, at_home: true };

fn everything(stretches: &Stretches) -> Ring {
    let run = Run { places: stretches.run(0..stretches.len()), metres: 0.0, at_home: true };
    Ring { runs: vec![run], at_best: ANYTHING }
}

/// Rings still to be looked at.
struct Rings<'a> {
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
    fn new(stretches: &'a Stretches, tree: Option<&'a Tree<'a>>, preference: Preference, filter: &'a Filter) -> Self {
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

    /// Some stretches as a run; none when there are none, or when it is one that the filter refuses. Those of the
    /// home territory are looked at first where that counts.
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use layers::Bbox;
    use proptest::prelude::*;

    use super::*;
    use crate::{BuildOptions, Geocoder, build, effort::Effort, matching::AnyOf};

    const WORDS: [&str; 8] = ["Rue", "Place", "Jaurès", "Hugo", "Gare", "Bois", "Vert", "Moulin"];

    /// Communes in rows of eight, some kilometres apart, whose streets have one to four of eight words.
    fn geocoder(folder: &Path) -> Geocoder {
        let mut lines = vec!["cle_interop;voie_nom;numero;commune_insee;commune_nom;long;lat".to_owned()];
        let mut state = 7u64;
        let mut draw = move |end: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % end
        };
        for commune in 0..48u64 {
            let code = format!("{}{:03}", ["01", "38", "69"][commune as usize / 16], commune % 16 + 1);
            let (lon, lat) = (4.5 + (commune % 8) as f64 * 0.12, 45.3 + (commune / 8) as f64 * 0.15);
            for street in 0..60 {
                let name: Vec<&str> = (0..=draw(3)).map(|_| WORDS[draw(8) as usize]).collect();
                let (name, lon) = (format!("{} {street}", name.join(" ")), lon + draw(99) as f64 * 1e-3);
                for number in 1..=1 + draw(9) * draw(9) {
                    let key = format!("{code}_{street:04}_{number:05}");
                    lines.push(format!("{key};{name};{number};{code};Ville {commune};{lon};{lat}"));
                }
            }
        }
        std::fs::write(folder.join("bal.csv"), lines.join("\n")).unwrap();
        let metropole = ["69001", "69002", "38005"].map(|code| code.parse().unwrap()).into();
        let options = BuildOptions { metropole, ..BuildOptions::default() };
        build(&[folder.join("bal.csv")], &folder.join("index"), &options, &mut |_| ()).unwrap();
        Geocoder::open(&folder.join("index")).unwrap()
    }

    fn near() -> impl Strategy<Value = Option<Near>> {
        let point = (3.0..7.0f64, 44.0..47.0f64).prop_map(|(lon, lat)| LonLat { lon, lat });
        let near = (point, 2.0..18.0f64, 0.0..1.0f64);
        prop::option::of(near.prop_map(|(at, zoom, scale)| Near { zoom, scale, ..Near::from(at) }))
    }

    fn filter() -> impl Strategy<Value = Filter> {
        let bbox = (4.4..5.4f64, 45.2..46.2f64, 0.0..0.6f64).prop_map(|(west, south, size)| Bbox {
            west,
            south,
            east: west + size,
            north: south + size,
        });
        (prop::option::of(bbox), prop::option::of(any::<bool>())).prop_map(|(bbox, metropole)| Filter {
            bbox,
            metropole,
            ..Filter::default()
        })
    }

    #[test]
    fn what_is_recalled_is_what_looking_at_every_match_finds() {
        let folder = tempfile::tempdir().unwrap();
        let geocoder = geocoder(folder.path());
        let shard = &geocoder.first.shard;
        let searcher = shard.reader.searcher();
        let segment = searcher.segment_reader(0);
        let effort = Effort::of(u64::MAX);
        let clauses = prop::collection::vec(0usize..8, 1..3);
        let cases = (clauses, near(), filter(), 1usize..4, any::<bool>(), 0u32..3);
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
        let checked = runner.run(&cases, |(words, near, filter, typed, prefers_home, hidden)| {
            let clause = |&at: &usize| {
                AnyOf::read(segment, [shard.fields.beginning_term(&WORDS[at].to_lowercase()[..1])].into_iter(), &effort)
            };
            let all = words.iter().map(clause).collect::<Result<Vec<_>, _>>().unwrap();
            let matching = Matching::new(all, Vec::new(), 0, &effort);
            let preference = Preference::new(near, typed, prefers_home);
            let kept = |index: u32| {
                let place = shard.places.get(index);
                (hidden == 0 || index % (hidden + 1) != 0)
                    .then_some(place)
                    .filter(|&place| filter::may_hold(&filter, place))
            };
            let tree = shard.stretches.tree();
            let rings = Rings::new(&shard.stretches, tree.as_ref(), preference, &filter);
            let found = best_of(rings, &matching, &shard.stretches, preference, kept);
            let every = best_of([everything(&shard.stretches)], &matching, &shard.stretches, preference, kept);
            prop_assert_eq!(found, every);
            Ok(())
        });
        checked.unwrap();
    }

    #[test]
    fn around_a_centre_most_places_are_never_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let geocoder = geocoder(folder.path());
        let stretches = &geocoder.first.shard.stretches;
        let near = Some(Near { zoom: 18.0, ..Near::from(LonLat { lon: 4.55, lat: 45.3 }) });
        let preference = Preference::new(near, 1, false);
        let filter = Filter::default();
        let sizes: Vec<u32> = Rings::new(stretches, stretches.tree().as_ref(), preference, &filter)
            .map(|ring| ring.runs.iter().map(|run| run.places.end - run.places.start).sum())
            .collect();
        let all = geocoder.first.shard.places.len();
        assert_eq!(sizes.iter().sum::<u32>(), all, "every place is in one ring: {sizes:?}");
        assert!(sizes[0] >= FIRST_RING && sizes[0] < all / 2, "{sizes:?}");
    }
}
