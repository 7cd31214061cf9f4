//! From the fixed-point grid to the units of one tile: a subtraction and a shift.
//! Then the care of one ring: repeated points, spikes, area.

use layers::GridPoint;

use crate::{TileCoord, coord::GRID_BITS};

pub(crate) const EXTENT_BITS: u8 = 12;

/// Units along a side of a tile.
pub(crate) const EXTENT: u32 = 1 << EXTENT_BITS;

/// A point in tile units, origin at the tile's north-west corner, y downwards.
/// Wide, because before the clip a point may lie on the other side of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TilePoint {
    pub(crate) x: i64,
    pub(crate) y: i64,
}

/// Where a tile lies on the grid, and its scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    origin: TilePoint,
    zoom: u8,
}

impl Frame {
    pub(crate) fn of(tile: TileCoord) -> Self {
        let origin = |index: u32| i64::from(index) << (GRID_BITS - tile.z());
        Self { origin: TilePoint { x: origin(tile.x()), y: origin(tile.y()) }, zoom: tile.z() }
    }

    /// The nearest tile unit, halves upwards. An origin is a whole number of units, so the same
    /// grid point rounds to the same place in every tile that shows it.
    pub(crate) fn quantize(self, point: GridPoint) -> TilePoint {
        TilePoint {
            x: self.scale(i64::from(point.x) - self.origin.x),
            y: self.scale(i64::from(point.y) - self.origin.y),
        }
    }

    fn scale(self, steps: i64) -> i64 {
        const ONE_TO_ONE: u8 = GRID_BITS - EXTENT_BITS;
        if self.zoom < ONE_TO_ONE {
            let shift = ONE_TO_ONE - self.zoom;
            (steps + (1 << (shift - 1))) >> shift
        } else {
            steps << (self.zoom - ONE_TO_ONE)
        }
    }
}

/// Twice the signed area of a ring: positive for an exterior, as MVT wants it with y downwards.
pub(crate) fn double_area(ring: &[TilePoint]) -> i64 {
    let Some(&last) = ring.last() else { return 0 };
    let sum = ring.iter().fold((0, last), |(sum, a), &b| (sum + a.x * b.y - b.x * a.y, b));
    sum.0
}

/// Twice the signed area of the triangle a, b, c: zero when they are aligned.
pub(crate) fn turn(a: TilePoint, b: TilePoint, c: TilePoint) -> i64 {
    (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)
}

/// Removes, in place, the repeated points and the spikes of a ring that has no closing point;
/// empties a ring that encloses nothing. Points in the middle of a straight edge stay: the
/// neighbour across the edge has them too.
pub(crate) fn tidy_ring(ring: &mut Vec<TilePoint>) {
    let mut kept = 0;
    for i in 0..ring.len() {
        let point = ring[i];
        while kept >= 2 && is_spike(ring[kept - 2], ring[kept - 1], point) {
            kept -= 1;
        }
        if kept == 0 || ring[kept - 1] != point {
            ring[kept] = point;
            kept += 1;
        }
    }
    ring.truncate(kept);
    tidy_seam(ring);
    if ring.len() < 3 || double_area(ring) == 0 {
        ring.clear();
    }
}

/// The same at the place where the end of the ring meets its start.
fn tidy_seam(ring: &mut Vec<TilePoint>) {
    while let [first, second, .., before, last] = ring[..] {
        if first == last || is_spike(before, last, first) {
            ring.pop();
        } else if is_spike(last, first, second) {
            ring.remove(0);
        } else {
            return;
        }
    }
}

/// Whether the path goes back over itself at `b`.
fn is_spike(a: TilePoint, b: TilePoint, c: TilePoint) -> bool {
    let forward = (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y);
    forward < 0 && turn(a, b, c) == 0
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn points(list: &[(i64, i64)]) -> Vec<TilePoint> {
        list.iter().map(|&(x, y)| TilePoint { x, y }).collect()
    }

    fn tidied(list: &[(i64, i64)]) -> Vec<TilePoint> {
        let mut ring = points(list);
        tidy_ring(&mut ring);
        ring
    }

    #[test]
    fn a_tile_spans_4096_units_at_every_zoom() {
        for z in 0..=30 {
            let last = (1u32 << z) - 1;
            let frame = Frame::of(TileCoord::new(z, last, last).unwrap());
            let corner = u32::try_from(u64::from(last) << (32 - z)).unwrap();
            assert_eq!(frame.quantize(GridPoint { x: corner, y: corner }), TilePoint { x: 0, y: 0 });
            let beyond = frame.quantize(GridPoint { x: u32::MAX, y: u32::MAX });
            assert_eq!(beyond.x, if z <= 20 { 4096 - i64::from(z == 20) } else { 4096 - (1 << (z - 20)) }, "zoom {z}");
        }
    }

    #[test]
    fn spikes_and_repeats_go_and_straight_points_stay() {
        let square = points(&[(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)]);
        assert_eq!(tidied(&[(0, 0), (0, 0), (5, 0), (10, 0), (10, 10), (20, 20), (10, 10), (0, 10), (0, 0)]), square);
        assert_eq!(tidied(&[(0, 0), (5, 0), (10, 0), (10, 10), (0, 10), (0, 20), (0, 15), (0, 10)]), square);
        assert_eq!(tidied(&[(0, -9), (0, 0), (5, 0), (10, 0), (10, 10), (0, 10), (0, 0), (0, -4)]), square);
    }

    #[test]
    fn a_ring_that_encloses_nothing_is_emptied() {
        for flat in [
            &[][..],
            &[(1, 1)],
            &[(1, 1), (5, 5)],
            &[(0, 0), (5, 5), (9, 9)],
            &[(0, 0), (4, 0), (4, 4), (4, 0)],
            &[(3, 3), (3, 3), (3, 3), (3, 3)],
        ] {
            assert!(tidied(flat).is_empty(), "{flat:?}");
        }
    }

    #[test]
    fn an_exterior_has_a_positive_area_with_y_downwards() {
        assert_eq!(double_area(&points(&[(0, 0), (10, 0), (10, 10), (0, 10)])), 200);
        assert_eq!(double_area(&points(&[(0, 10), (10, 10), (10, 0), (0, 0)])), -200);
    }

    proptest! {
        #[test]
        fn what_is_quantized_stays_where_it_is(z in 0u8..=20, x: u32, y: u32) {
            let tile = TileCoord::new(z, x >> (32 - u32::from(z)).min(31) & ((1 << z) - 1), 0).unwrap();
            let frame = Frame::of(tile);
            let once = frame.quantize(GridPoint { x, y });
            let on_grid = |unit: i64, origin: i64| u32::try_from((unit << (20 - z)) + origin).ok();
            if let (Some(gx), Some(gy)) = (on_grid(once.x, frame.origin.x), on_grid(once.y, frame.origin.y)) {
                prop_assert_eq!(frame.quantize(GridPoint { x: gx, y: gy }), once);
            }
        }

        #[test]
        fn neighbouring_tiles_round_alike(z in 1u8..=30, px: u32, py: u32, column in 0u32..2) {
            let a = Frame::of(TileCoord::new(z, column % (1 << z), 0).unwrap());
            let b = Frame::of(TileCoord::new(z, 0, 0).unwrap());
            let (in_a, in_b) = (a.quantize(GridPoint { x: px, y: py }), b.quantize(GridPoint { x: px, y: py }));
            prop_assert_eq!((in_a.x + i64::from(column) * 4096, in_a.y), (in_b.x, in_b.y));
        }

        #[test]
        fn tidying_twice_changes_nothing(mut ring in prop::collection::vec((-4i64..4, -4i64..4), 0..12).prop_map(|p| points(&p))) {
            tidy_ring(&mut ring);
            let once = ring.clone();
            tidy_ring(&mut ring);
            prop_assert_eq!(ring, once);
        }
    }
}
