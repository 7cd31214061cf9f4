//! A point → the addresses around it, by true distance on the ground, and the streets and towns they are of. The parts
//! of an index are walked together, each nearest first, so that none is read farther than answers come from.

use std::{collections::BinaryHeap, iter::Peekable};

use layers::{Bbox, LonLat};

use crate::{
    Error, Filter, Geocoder, Kind, Nearby, Suggestion,
    address::{Packed, bbox_of},
    filter::{has_postcode, is_inside},
    places::Place,
    rank::{Answer, House, Wording},
    request::MAX_LIMIT,
    shard::{Part, Shard},
    suggestion::{Score, Verdicts},
    tree::{self, Box, Centre, Nearest, Tree},
};

/// Largest radius searched, in metres.
pub const MAX_RADIUS_M: f64 = 50_000.0;

/// Most addresses looked at: towns are few, and a limit that is never reached would walk all that is within the radius.
const MOST_WALKED: usize = 20_000;

/// An address at one of its positions, or a toponym without number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    place: u32,
    entry: Option<u32>,
    at: Packed,
}

impl Geocoder {
    /// The house numbers nearest to a point, nearest first, none farther than the radius
    /// (at most [`MAX_RADIUS_M`]). An address of several positions counts once, by the nearest.
    ///
    /// When other kinds are asked for: the streets of the nearest addresses, the nearest toponyms, and the towns the
    /// nearest addresses lie in, each once, with the distance of what is nearest in it. The box and the polygon of
    /// the filter are those of that nearest address.
    ///
    /// With layers in `objects`: their nearest objects and parcels among them, unless other kinds are asked for, by the
    /// distance to their extent.
    ///
    /// Errors: none today; the signature is that of `search`.
    pub fn reverse(&self, nearby: &Nearby) -> Result<Vec<Suggestion>, Error> {
        let limit = nearby.limit.min(MAX_LIMIT);
        let mut answers: Vec<(f64, Found, Answer<'_>)> = Vec::with_capacity(limit);
        let parts = self.parts().filter(|_| wants_addresses(nearby));
        let trees: Vec<_> = parts.filter_map(|part| Some((part, part.shard.numbers.tree()?))).collect();
        let mut walks: Vec<_> = trees
            .iter()
            .map(|(part, tree)| (*part, self.walk(part, tree, nearby).take(MOST_WALKED).peekable()))
            .collect();
        while let Some((part, Nearest { distance, what: found })) = nearest(&mut walks) {
            for (place, house) in self.meant(part, found, nearby) {
                let known = |(_, _, answer): &(_, _, Answer<'_>)| {
                    answer.place.key() == place.key() && answer.house.entry() == house
                };
                if answers.len() < limit && !answers.iter().any(known) {
                    answers.push((distance, found, near_answer(place, house, found, distance)));
                }
            }
            if answers.len() >= limit {
                break;
            }
        }
        let suggestion = |(distance, found, answer)| self.near_suggestion(nearby, distance, found, answer);
        let mut found: Vec<Suggestion> = answers.into_iter().map(suggestion).collect();
        if !nearby.objects.is_empty() {
            found.extend(self.nearest_objects(nearby));
            found.sort_by(|a, b| a.distance_m.partial_cmp(&b.distance_m).unwrap_or(std::cmp::Ordering::Equal));
            found.truncate(limit);
        }
        Ok(found)
    }

    /// Addresses and toponyms of a part that pass the filter, kinds apart, nearest first.
    fn walk<'a>(
        &self,
        part: &'a Part,
        tree: &'a Tree<'a>,
        nearby: &'a Nearby,
    ) -> impl Iterator<Item = Nearest<Found>> + use<'a> {
        let numbers = &part.shard.numbers;
        let (from, filter) = (Centre::new(nearby.point), &nearby.filter);
        let reach = tree::of_metres(nearby.radius_m.clamp(0.0, MAX_RADIUS_M));
        let towns: Vec<u32> = filter.communes.iter().flat_map(|code| self.gazetteer.code(code)).copied().collect();
        let toponyms = wants(nearby, Kind::Locality) || wants(nearby, Kind::Street);
        let keep = move |item: u32| {
            let place = match item.checked_sub(numbers.blocks()) {
                None => Some(numbers.place_of_block(item)),
                Some(rank) => numbers.toponym(rank).filter(|_| toponyms),
            };
            place.is_some_and(|place| !part.hides(place) && keeps_place(part, filter, &towns, place))
        };
        let mut items = tree.nearest(from, reach, window(filter).map(Box::of), keep).peekable();
        let mut heap: BinaryHeap<Nearest<Found>> = BinaryHeap::new();
        std::iter::from_fn(move || {
            // A block whose box is as near as the nearest address may hold one as near, or nearer.
            while let Some(item) = items.next_if(|item| heap.peek().is_none_or(|found| item.distance <= found.distance))
            {
                let found = positions(&part.shard, item.what)
                    .into_iter()
                    .filter(|found| keeps_point(filter, found.at.unpack()));
                let measured = found.map(|found| Nearest { distance: from.to_point(found.at), what: found });
                heap.extend(measured.filter(|found| found.distance <= reach));
            }
            heap.pop()
        })
    }

    /// What was asked for of an address: itself, its street, its towns.
    fn meant<'a>(&'a self, part: &'a Part, found: Found, nearby: &Nearby) -> Vec<(Place<'a>, Option<u32>)> {
        let mut meant = Vec::new();
        let places = &part.shard.places;
        let place = places.get(found.place);
        if found.entry.is_some() && wants(nearby, Kind::House) {
            meant.push((place, found.entry));
        }
        let towns = places.parents(place).map(|town| self.first.shard.places.get(part.number_in_first(town.index)));
        let around = std::iter::once(place).chain(towns);
        meant.extend(around.filter(|place| wants(nearby, place.kind())).map(|place| (place, None)));
        meant
    }

    fn near_suggestion(&self, nearby: &Nearby, distance: f64, found: Found, answer: Answer<'_>) -> Suggestion {
        let mut suggestion = self.suggestion(answer, Some(nearby.point));
        suggestion.distance_m = Some(tree::metres(distance));
        // The position that is near comes first, of those the address has.
        let near = |position: &&mut crate::Position| Packed::new(position.at) == found.at;
        if suggestion.kind == Kind::House
            && let Some(other) = suggestion.other_positions.iter_mut().find(near)
        {
            std::mem::swap(other, &mut suggestion.position);
        }
        suggestion
    }
}

/// The nearest of what several walks come to next.
fn nearest<'a, W: Iterator<Item = Nearest<Found>>>(
    walks: &mut [(&'a Part, Peekable<W>)],
) -> Option<(&'a Part, Nearest<Found>)> {
    let next = walks.iter_mut().enumerate().filter_map(|(at, (_, walk))| Some((at, walk.peek()?.distance)));
    let (at, _) = next.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (part, walk) = &mut walks[at];
    Some((part, walk.next()?))
}

/// Whether a place lies in the towns, the postcodes and the Métropole asked for.
fn keeps_place(part: &Part, filter: &Filter, towns: &[u32], place: u32) -> bool {
    let place = part.shard.places.get(place);
    filter.metropole.is_none_or(|wanted| place.is_metropole() == wanted)
        && (filter.communes.is_empty() || part.is_within(place, towns))
        && has_postcode(filter, place)
}

/// What an item of the tree holds: every position of every number of a block, or a toponym.
fn positions(shard: &Shard, item: u32) -> Vec<Found> {
    let numbers = &shard.numbers;
    if let Some(rank) = item.checked_sub(numbers.blocks()) {
        let place = numbers.toponym(rank).unwrap_or_default();
        return vec![Found { place, entry: None, at: Packed::new(shard.places.get(place).position()) }];
    }
    let place = numbers.place_of_block(item);
    let all = numbers
        .entries(item)
        .flat_map(|(entry, known)| known.positions().map(move |(at, _)| Found { place, entry: Some(entry), at }));
    all.collect()
}

#[allow(clippy::cast_possible_truncation)] // a ratio between 0 and 1
fn near_answer(place: Place<'_>, entry: Option<u32>, found: Found, distance: f64) -> Answer<'_> {
    let far = (tree::metres(distance) / 10_000.0).min(1.0) as f32;
    let house = entry.map_or(House::NotAsked, |entry| House::Found(entry, found.at.unpack()));
    let score = Score { text: 1.0, far, confidence: 1.0 - far, ..Score::default() };
    Answer {
        place,
        house,
        score,
        verdicts: Verdicts::default(),
        wording: Wording::Whole,
        skips: false,
        other_name: None,
    }
}

/// Whether a position lies in the box and in the polygon asked for.
fn keeps_point(filter: &Filter, at: LonLat) -> bool {
    let in_box = |b: Bbox| (b.west..=b.east).contains(&at.lon) && (b.south..=b.north).contains(&at.lat);
    filter.bbox.is_none_or(in_box) && filter.within.as_deref().is_none_or(|ring| is_inside(ring, at))
}

/// A box outside which no position passes; none when positions are free.
pub(crate) fn window(filter: &Filter) -> Option<Bbox> {
    let ring = filter.within.as_deref().and_then(|ring| bbox_of(ring.iter().copied()));
    let (Some(a), Some(b)) = (filter.bbox, ring) else { return filter.bbox.or(ring) };
    Some(Bbox {
        west: a.west.max(b.west),
        south: a.south.max(b.south),
        east: a.east.min(b.east),
        north: a.north.min(b.north),
    })
}

/// Whether anything but objects and parcels can answer.
fn wants_addresses(nearby: &Nearby) -> bool {
    nearby.filter.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| Kind::ADDRESSES.contains(kind)))
}

/// Houses when nothing was said.
fn wants(nearby: &Nearby, kind: Kind) -> bool {
    nearby.filter.kinds.as_ref().map_or(kind == Kind::House, |kinds| kinds.contains(&kind))
}
