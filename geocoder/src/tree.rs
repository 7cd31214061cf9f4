//! A packed Hilbert R-tree over boxes of packed degrees, read in place, nearest first.
//!
//! Distances are halves of chords squared on the unit sphere (`sin²` of half the angle, the haversine): they grow
//! with the distance on the ground and cost no arc sine. A box's is never more than that of any point in it,
//! which is what makes the first point to come out the nearest of all.

use std::{cmp::Ordering, collections::BinaryHeap};

use geo_index::{
    indices::Indices,
    rtree::{DEFAULT_RTREE_NODE_SIZE, RTreeBuilder, RTreeMetadata, sort::HilbertSort},
};
use layers::{Bbox, LonLat};

use crate::{
    address::{EARTH_RADIUS_M, Packed},
    packed::u16_at,
};

/// A box of packed degrees, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Box {
    min: Packed,
    max: Packed,
}

impl Box {
    /// The smallest box around some points; an empty one, which nothing meets, around none.
    pub(crate) fn around(points: impl IntoIterator<Item = Packed>) -> Self {
        let empty = Self { min: Packed { lon: i32::MAX, lat: i32::MAX }, max: Packed { lon: i32::MIN, lat: i32::MIN } };
        points.into_iter().fold(empty, |found, point| Self {
            min: Packed { lon: found.min.lon.min(point.lon), lat: found.min.lat.min(point.lat) },
            max: Packed { lon: found.max.lon.max(point.lon), lat: found.max.lat.max(point.lat) },
        })
    }

    /// A box of degrees.
    pub(crate) fn of(bbox: Bbox) -> Self {
        Self {
            min: Packed::new(LonLat { lon: bbox.west, lat: bbox.south }),
            max: Packed::new(LonLat { lon: bbox.east, lat: bbox.north }),
        }
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.min.lon <= other.max.lon
            && other.min.lon <= self.max.lon
            && self.min.lat <= other.max.lat
            && other.min.lat <= self.max.lat
    }
}

/// The bytes of a tree; none for no box. Its numbers are halves, rounded outwards: the builder adds two of them, and
/// takes one from another across all of the Earth, in 32 bits.
pub(crate) fn build(boxes: &[Box]) -> Vec<u8> {
    if boxes.is_empty() {
        return Vec::new();
    }
    let mut builder = RTreeBuilder::<i32>::new(boxes.len() as u32);
    let (down, up) = (|end: i32| end >> 1, |end: i32| (end >> 1) + (end & 1));
    for Box { min, max } in boxes {
        builder.add(down(min.lon), down(min.lat), up(max.lon), up(max.lat));
    }
    builder.finish::<HilbertSort>().into_inner()
}

/// A tree read in place: its boxes from the leaves up, four halves each, and for each box the item it is of, or
/// where its children begin. Read by bounds that are checked: the bytes may be damaged.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    boxes: &'a [i32],
    indices: Indices<'a>,
    metadata: RTreeMetadata<i32>,
}

/// Where a walk of the tree is: a node to open, or an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Node(usize),
    Item(u32),
}

/// Something with its distance; the least comes first out of a heap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nearest<T> {
    pub distance: f64,
    pub what: T,
}

impl<'a> Tree<'a> {
    /// Reads the bytes of [`build`]; none when they are no tree.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let usual = u16_at(bytes, 2) == DEFAULT_RTREE_NODE_SIZE; // another would be damage, and the reader asserts
        let metadata = usual.then(|| RTreeMetadata::from_slice(bytes).ok()).flatten()?;
        Some(Self { boxes: metadata.boxes_slice(bytes), indices: metadata.indices_slice(bytes), metadata })
    }

    /// How many items.
    pub(crate) fn items(&self) -> u32 {
        self.metadata.num_items()
    }

    fn index(&self, at: usize) -> usize {
        match self.indices {
            Indices::U16(indices) => indices.get(at / 4).copied().map(usize::from),
            Indices::U32(indices) => indices.get(at / 4).map(|&index| index as usize),
        }
        .unwrap_or(usize::MAX)
    }

    /// The children of a node, each with its box. They lie one level below it: a walk of damaged bytes ends too.
    fn children(&self, node: usize) -> impl Iterator<Item = (Step, Box)> + '_ {
        let bounds = self.metadata.level_bounds();
        let level = |at: usize| bounds.partition_point(|&bound| bound <= at);
        let first = self.index(node);
        let last = first.saturating_add(4 * usize::from(self.metadata.node_size()));
        let end = if level(first) + 1 == level(node) { last.min(bounds[level(first)]) } else { first };
        (first..end).step_by(4).filter_map(|at| Some((self.step(at), self.at(at)?)))
    }

    fn step(&self, at: usize) -> Step {
        if at < self.items() as usize * 4 { Step::Item(self.index(at) as u32) } else { Step::Node(at) }
    }

    fn at(&self, at: usize) -> Option<Box> {
        let &[west, south, east, north] = self.boxes.get(at..at + 4)? else { return None };
        let packed = |lon: i32, lat: i32| Packed { lon: lon.saturating_mul(2), lat: lat.saturating_mul(2) };
        Some(Box { min: packed(west, south), max: packed(east, north) })
    }

    /// Walks the items by distance to their boxes, none farther than `reach`, none outside `window` or refused by
    /// `keep`.
    pub(crate) fn nearest<'t>(
        &'t self,
        from: Centre,
        reach: f64,
        window: Option<Box>,
        keep: impl Fn(u32) -> bool + 't,
    ) -> impl Iterator<Item = Nearest<u32>> + 't {
        let measured = move |(step, own): (Step, Box)| {
            let distance = from.to_box(own);
            let far = distance > reach || window.is_some_and(|window| !own.meets(window));
            let refused = matches!(step, Step::Item(item) if !keep(item));
            (!far && !refused).then_some(Nearest { distance, what: step })
        };
        // The root of a tree of one item is that item.
        let root = self.boxes.len().checked_sub(4).and_then(|root| Some((self.step(root), self.at(root)?)));
        let mut heap: BinaryHeap<Nearest<Step>> = root.and_then(&measured).into_iter().collect();
        std::iter::from_fn(move || {
            loop {
                let Nearest { distance, what } = heap.pop()?;
                let node = match what {
                    Step::Item(item) => return Some(Nearest { distance, what: item }),
                    Step::Node(node) => node,
                };
                heap.extend(self.children(node).filter_map(&measured));
            }
        })
    }
}

impl<T: Ord> Ord for Nearest<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance.total_cmp(&self.distance).then_with(|| other.what.cmp(&self.what))
    }
}

impl<T: Ord> PartialOrd for Nearest<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Nearest<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Ord> Eq for Nearest<T> {}

/// A point to measure from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Centre {
    at: LonLat,
    cos_lat: f64,
}

/// What makes a box's distance a little less than computed: rounding must not put it after a point in it.
const SLACK: f64 = 1.0 - 1e-9;

impl Centre {
    pub(crate) fn new(at: LonLat) -> Self {
        Self { at, cos_lat: at.lat.to_radians().cos() }
    }

    /// The distance to a point.
    pub(crate) fn to_point(self, point: Packed) -> f64 {
        let point = point.unpack();
        let (lat, lon) = (half_sin2(point.lat - self.at.lat), half_sin2(point.lon - self.at.lon));
        lat + self.cos_lat * point.lat.to_radians().cos() * lon
    }

    /// At most the distance to any point of a box.
    pub(crate) fn to_box(self, own: Box) -> f64 {
        let (min, max) = (own.min.unpack(), own.max.unpack());
        let lat = (min.lat - self.at.lat).max(self.at.lat - max.lat).max(0.0);
        let (west, east) = (min.lon - self.at.lon, self.at.lon - max.lon);
        let around = 360.0 - west.abs().max(east.abs()); // the other way round the Earth
        let lon = west.max(east).max(0.0).min(around.max(0.0));
        let narrowest = min.lat.abs().max(max.lat.abs()).to_radians().cos();
        (half_sin2(lat) + self.cos_lat * narrowest * half_sin2(lon)) * SLACK
    }
}

/// `sin²` of half an angle in degrees.
fn half_sin2(degrees: f64) -> f64 {
    (degrees.to_radians() / 2.0).sin().powi(2)
}

/// Metres on the ground → a distance as this file measures them.
pub(crate) fn of_metres(metres: f64) -> f64 {
    half_sin2((metres / EARTH_RADIUS_M).to_degrees())
}

/// A distance of this file → metres on the ground.
pub(crate) fn metres(distance: f64) -> f64 {
    2.0 * EARTH_RADIUS_M * distance.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::address::ground_distance_m;

    fn points() -> impl Strategy<Value = Vec<Packed>> {
        // Few distinct coordinates, so that equal points and equal distances happen.
        prop::collection::vec((-100..100i32, -100..100i32), 1..200).prop_map(|points| {
            let point =
                |(lon, lat): (i32, i32)| Packed { lon: 48_000_000 + lon * 9_000, lat: 457_000_000 + lat * 9_000 };
            points.into_iter().map(point).collect()
        })
    }

    proptest! {
        #[test]
        fn a_box_is_never_farther_than_a_point_in_it(
            a in (-179.9..179.9f64, -89.0..89.0f64), b in (-179.9..179.9f64, -89.0..89.0f64),
            share in (0.0..=1.0f64, 0.0..=1.0f64), from in (-179.9..179.9f64, -89.0..89.0f64),
        ) {
            let corner = |(lon, lat)| Packed::new(LonLat { lon, lat });
            let inside = corner((a.0 + (b.0 - a.0) * share.0, a.1 + (b.1 - a.1) * share.1));
            let from = Centre::new(LonLat { lon: from.0, lat: from.1 });
            prop_assert!(from.to_box(Box::around([corner(a), corner(b), inside])) <= from.to_point(inside));
        }

        #[test]
        fn items_come_nearest_first_and_all_of_them(points in points(), from in (4.7..4.9f64, 45.6..45.8f64)) {
            let boxes: Vec<Box> = points.iter().map(|&point| Box::around([point])).collect();
            let bytes = build(&boxes);
            let tree = Tree::read(&bytes).unwrap();
            let from = Centre::new(LonLat { lon: from.0, lat: from.1 });
            let found: Vec<u32> = tree.nearest(from, f64::INFINITY, None, |_| true).map(|found| found.what).collect();
            let distances: Vec<f64> = found.iter().map(|&item| from.to_point(points[item as usize])).collect();
            prop_assert_eq!(found.len(), points.len());
            prop_assert!(distances.windows(2).all(|pair| pair[0] <= pair[1] * (1.0 + 1e-6)));
        }

        #[test]
        fn a_damaged_tree_is_walked_to_an_end(points in points(), at in 8..1_000usize, byte: u8) {
            let mut bytes = build(&points.iter().map(|&point| Box::around([point])).collect::<Vec<_>>());
            if let Some(damaged) = bytes.get_mut(at) {
                *damaged = byte;
            }
            if let Some(tree) = Tree::read(&bytes) {
                let from = Centre::new(LonLat { lon: 4.8, lat: 45.7 });
                tree.nearest(from, f64::INFINITY, None, |_| true).count();
            }
        }
    }

    #[test]
    fn distances_are_those_of_the_ground() {
        let (a, b) = (LonLat { lon: 4.8320, lat: 45.7578 }, LonLat { lon: 4.8590, lat: 45.7606 });
        let distance = Centre::new(a).to_point(Packed::new(b));
        assert!((metres(distance) - ground_distance_m(a, b)).abs() < 1e-6);
        assert!((metres(of_metres(1_234.5)) - 1_234.5).abs() < 1e-6);
    }

    #[test]
    fn one_item_is_refused_as_any_other_is() {
        let bytes = build(&[Box::around([Packed { lon: 48_000_000, lat: 457_000_000 }])]);
        let tree = Tree::read(&bytes).unwrap();
        let from = Centre::new(LonLat { lon: 4.8, lat: 45.7 });
        let elsewhere = Box::around([Packed { lon: 0, lat: 0 }]);
        assert_eq!(tree.nearest(from, 1.0, None, |_| true).count(), 1);
        assert_eq!(tree.nearest(from, 1.0, None, |_| false).count(), 0);
        assert_eq!(tree.nearest(from, 1.0, Some(elsewhere), |_| true).count(), 0);
        assert_eq!(tree.nearest(Centre::new(LonLat { lon: 5.8, lat: 45.7 }), 1e-9, None, |_| true).count(), 0);
    }

    #[test]
    fn a_country_on_all_oceans_is_a_tree() {
        let islands = [(-178.1, -14.3), (-149.6, -17.5), (-61.5, 16.2), (4.8, 45.7), (55.5, -21.1), (166.4, -22.3)];
        let points: Vec<Packed> = islands.iter().map(|&(lon, lat)| Packed::new(LonLat { lon, lat })).collect();
        let many: Vec<Box> = (0..600).map(|at| Box::around([points[at % points.len()]])).collect();
        let bytes = build(&many);
        let tree = Tree::read(&bytes).unwrap();
        for (at, &(lon, lat)) in islands.iter().enumerate() {
            let from = Centre::new(LonLat { lon, lat });
            let nearest: Vec<u32> = tree.nearest(from, 1e-9, None, |_| true).map(|found| found.what).collect();
            assert_eq!(nearest.len(), 100);
            assert!(nearest.iter().all(|&item| item as usize % points.len() == at), "{at}: {nearest:?}");
        }
    }

    #[test]
    fn a_thousand_addresses_at_one_point_are_a_tree() {
        let bytes = build(&[Box::around([Packed { lon: 1, lat: 2 }]); 1000]);
        let tree = Tree::read(&bytes).unwrap();
        let from = Centre::new(LonLat { lon: 4.8, lat: 45.7 });
        assert_eq!(tree.nearest(from, f64::INFINITY, None, |_| true).count(), 1000);
        assert_eq!(build(&[]), Vec::<u8>::new());
    }
}
