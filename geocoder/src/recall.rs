//! Of the places that match, the few dozen to rank: those nearest to the centre, with as few other words as possible,
//! much lived in. The result is that of looking at every match, while there is effort left; what keeps it cheap is the
//! order, that of `rings`: once as many are kept as are ranked, and nothing in a ring or after it can be better than
//! the least of them, the rest is left alone.

use std::{cmp::Ordering, collections::BinaryHeap};

use layers::LonLat;

use crate::{
    Filter, Near, effort, filter,
    matching::Matching,
    places::Place,
    rank::{self, Fading},
    rings::{Ring, Rings, everything},
    stretches::Stretches,
};

/// How many places are ranked for one reading.
const RECALL: usize = 100;
/// Matches that are all looked at: fewer than rings would cost.
const FEW: u32 = 1_000;
/// Taken off outside the home territory.
const AWAY: f32 = 0.4;

/// What decides between two matches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preference {
    pub near: Option<(LonLat, Fading)>,
    /// Words typed, articles apart.
    typed: f32,
    pub prefers_home: bool,
}

/// What is known of a place, or the best that is possible of many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub words: u8,
    pub importance: f32,
    pub metres: f64,
    pub at_home: bool,
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
    matching: Matching,
    stretches: &Stretches,
    preference: Preference,
    filter: &Filter,
    visible: impl Fn(u32) -> Option<Place<'p>>,
) -> Vec<u32> {
    let kept = |index| visible(index).filter(|&place| filter::may_hold(filter, place));
    if matching.most() <= FEW {
        let mut best = Best::default();
        best.take(everything(stretches), matching, stretches, preference, kept);
        return best.into_places();
    }
    let tree = stretches.tree().filter(|_| preference.near.is_some());
    let rings = Rings::new(stretches, tree.as_ref(), preference, filter);
    best_of(rings, &matching, stretches, preference, kept)
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
        if effort.is_spent() || best.least().is_some_and(|least| least > preference.key(ring.at_best)) {
            break;
        }
        best.take(ring, matching.clone(), stretches, preference, &kept);
    }
    best.into_places()
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

    /// Takes what is worth it of the matches in a ring; `pass` stands before the first of them. A match costs two bytes
    /// unless it may be kept.
    fn take<'p>(
        &mut self,
        ring: Ring,
        mut pass: Matching,
        stretches: &Stretches,
        preference: Preference,
        kept: impl Fn(u32) -> Option<Place<'p>>,
    ) {
        let effort = pass.effort().clone();
        for run in ring.runs {
            let taken_off = preference.taken_off(run.metres, run.at_home);
            pass.visit(run.places, |index| {
                let weight = stretches.weight(index);
                let at_best = preference.own(weight.words, weight.importance) - taken_off;
                let may_be_kept = self.least().is_none_or(|least| at_best >= least);
                if may_be_kept && let Some(place) = kept(index) {
                    effort.spend(effort::WEIGH);
                    self.offer(Kept { key: preference.of(place), place: index });
                }
            });
        }
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
                (hidden == 0 || !index.is_multiple_of(hidden + 1))
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
        assert!((1_000..all / 2).contains(&sizes[0]), "{sizes:?}");
    }
}
