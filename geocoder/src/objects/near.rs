//! A point → the visible objects and parcels around it, by the distance to their extents: who stands in a park is at no
//! distance from it, however far its middle is.

use std::collections::BinaryHeap;

use layers::{Bbox, LonLat, Territory};

use crate::{
    Filter, Geocoder, Nearby, Suggestion,
    address::ground_distance_m,
    objects::{parcels::ParcelTable, part::ObjectPart, table::NamedObjects, wanted::Wanted},
    rank::{Answer, House, Wording},
    request::MAX_LIMIT,
    reverse::{MAX_RADIUS_M, window},
    suggestion::{Score, Verdicts},
    tree::{self, Box, Centre, Nearest, Tree},
};

/// Objects whose extents the point is in are put in order by their middles: so many more are looked at.
const IN_SEVERAL: usize = 32;
/// Most visible objects and parcels of a layer looked at: a filter that none passes would walk all that is within the
/// radius. Hidden ones are not counted, or where a walk ends would tell of them.
const MOST_OBJECTS: usize = 20_000;
const MOST_PARCELS: usize = 5_000;

impl Geocoder {
    /// The visible objects nearest to a point, nearest first, none farther than the radius. The distance is that to the
    /// extent, 0 inside; of objects as near, the one whose middle is nearest for its size comes first.
    pub(crate) fn nearest_objects(&self, nearby: &Nearby) -> Vec<Suggestion> {
        self.objects_around(nearby, window(&nearby.filter), &|_| true)
    }

    /// The same of those whose extents meet a box and that `meets` keeps, which has the geometry to tell: what somebody
    /// drew is asked what it meets, not where the middles are.
    pub fn objects_meeting(&self, nearby: &Nearby, bbox: Bbox, meets: impl Fn(&Suggestion) -> bool) -> Vec<Suggestion> {
        self.objects_around(nearby, Some(bbox), &meets)
    }

    fn objects_around(
        &self,
        nearby: &Nearby,
        window: Option<Bbox>,
        meets: &dyn Fn(&Suggestion) -> bool,
    ) -> Vec<Suggestion> {
        let wanted = Wanted::new(self, &nearby.filter, None);
        let around = Around { nearby, window: window.map(Box::of), meets };
        let mut found = Vec::new();
        for visible in &nearby.objects {
            let Some(part) = self.part_of_layer(visible) else { continue };
            let kind = part.objects.kind().as_kind();
            if nearby.filter.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&kind)) {
                continue;
            }
            match (part.objects.named(), part.objects.parcels()) {
                (Some(table), _) => found.extend(self.named_near(part, table, &visible.territory, &around, &wanted)),
                (_, Some(table)) => found.extend(self.parcels_near(part, table, &visible.territory, &around)),
                (None, None) => {}
            }
        }
        let offset = |it: &Suggestion| offset(it, nearby.point);
        let metres = |it: &Suggestion| it.distance_m.unwrap_or_default();
        found.sort_by(|a, b| metres(a).total_cmp(&metres(b)).then_with(|| offset(a).total_cmp(&offset(b))));
        found.truncate(nearby.limit.min(MAX_LIMIT));
        found
    }

    fn named_near(
        &self,
        part: &ObjectPart,
        table: &NamedObjects,
        territory: &Territory,
        around: &Around<'_>,
        wanted: &Wanted,
    ) -> Vec<Suggestion> {
        let nearby = around.nearby;
        let Some(tree) = table.tree() else { return Vec::new() };
        let view = table.seen_by(territory);
        if view.objects.is_empty() || !view.may_hold(&nearby.filter) {
            return Vec::new();
        }
        let is_visible = |object: u32| view.objects.binary_search(&object).is_ok();
        let is_wanted = |near: &Nearest<u32>| wanted.keeps(self, table, part.place(table, near.what));
        let extent = |object: u32| {
            let bbox = table.places.get(object).bbox();
            vec![(object, Box::of(bbox))]
        };
        let walked = walk(&tree, around, is_visible, extent).take(MOST_OBJECTS);
        let suggestion = |near: Nearest<u32>| {
            let score = score(near.distance);
            let place = part.place(table, near.what);
            let verdicts = Verdicts::default();
            let answer = Answer {
                place,
                house: House::NotAsked,
                score,
                verdicts,
                wording: Wording::Whole,
                skips: false,
                other_name: None,
            };
            let found = self.object_suggestion(part, table, answer, None);
            Suggestion { distance_m: Some(tree::metres(near.distance)), ..found }
        };
        let near = walked.filter(is_wanted).map(suggestion).filter(|it| (around.meets)(it));
        near.take(nearby.limit.min(MAX_LIMIT) + IN_SEVERAL).collect()
    }

    fn parcels_near(
        &self,
        part: &ObjectPart,
        table: &ParcelTable,
        territory: &Territory,
        around: &Around<'_>,
    ) -> Vec<Suggestion> {
        let nearby = around.nearby;
        let Some(tree) = table.tree() else { return Vec::new() };
        let opened = table.opened(territory);
        if !opened.contains(&true) {
            return Vec::new();
        }
        let extents = |block: u32| {
            let rows = table.block(block).map(|index| (index, table.row(index)));
            rows.filter(|(_, row)| row.is_open(&opened))
                .map(|(index, row)| (index, Box::around(row.corners())))
                .collect()
        };
        let filter = Filter { kinds: None, ..nearby.filter.clone() };
        let suggestion = |near: Nearest<u32>| {
            let found = self.parcel_suggestion(part, table.row(near.what), None);
            Suggestion { score: score(near.distance), distance_m: Some(tree::metres(near.distance)), ..found }
        };
        let near = walk(&tree, around, |_| true, extents).take(MOST_PARCELS).map(suggestion);
        let keeps = self.keeper(&filter, None);
        near.filter(|it| keeps(it) && (around.meets)(it)).take(nearby.limit.min(MAX_LIMIT) + IN_SEVERAL).collect()
    }
}

/// Where objects are looked for, and what they must be beside.
struct Around<'a> {
    nearby: &'a Nearby,
    /// Their extents meet it.
    window: Option<Box>,
    meets: &'a dyn Fn(&Suggestion) -> bool,
}

/// What the items of a tree hold, by distance to its extent, nearest first.
fn walk<'a>(
    tree: &'a Tree<'a>,
    around: &Around<'_>,
    keep: impl Fn(u32) -> bool + 'a,
    extents: impl Fn(u32) -> Vec<(u32, Box)> + 'a,
) -> impl Iterator<Item = Nearest<u32>> + 'a {
    let &Around { nearby, window, .. } = around;
    let from = Centre::new(nearby.point);
    let reach = tree::of_metres(nearby.radius_m.clamp(0.0, MAX_RADIUS_M));
    let mut items = tree.nearest(from, reach, window, keep).peekable();
    let mut heap: BinaryHeap<Nearest<u32>> = BinaryHeap::new();
    std::iter::from_fn(move || {
        // An item whose box is as near as the nearest object found may hold one as near, or nearer.
        while let Some(item) = items.next_if(|item| heap.peek().is_none_or(|found| item.distance <= found.distance)) {
            let meets = |extent: Box| window.is_none_or(|window| extent.meets(window));
            let held = extents(item.what).into_iter().filter(|(_, extent)| meets(*extent));
            let measured = held.map(|(what, extent)| Nearest { distance: from.to_box(extent), what });
            heap.extend(measured.filter(|found| found.distance <= reach));
        }
        heap.pop()
    })
}

/// How far a point is from the middle of an answer, for its size: 0 there, about 1 at its corners.
fn offset(suggestion: &Suggestion, point: LonLat) -> f64 {
    let half = suggestion.bbox.map_or(1.0, |b| {
        ground_distance_m(LonLat { lon: b.west, lat: b.south }, LonLat { lon: b.east, lat: b.north }) / 2.0
    });
    ground_distance_m(suggestion.position.at, point) / half.max(1.0)
}

#[allow(clippy::cast_possible_truncation)] // a ratio between 0 and 1
fn score(distance: f64) -> Score {
    let far = (tree::metres(distance) / 10_000.0).min(1.0) as f32;
    Score { text: 1.0, far, confidence: 1.0 - far, ..Score::default() }
}
