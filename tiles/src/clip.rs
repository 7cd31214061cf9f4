//! Cutting geometry to the square window of a tile, in integers.
//! Rings and lines are cut by the same function and each edge is cut from its smaller end,
//! so that two neighbours, or a polygon and its outline, are cut at the same points.

use crate::quantize::TilePoint;

/// The square that a tile keeps, both ends included: the tile and its buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) min: i64,
    pub(crate) max: i64,
}

/// One side of the window: the half-plane that it keeps.
#[derive(Debug, Clone, Copy)]
enum Side {
    West(i64),
    East(i64),
    North(i64),
    South(i64),
}

/// Room for the ring between two sides.
#[derive(Debug, Default)]
pub(crate) struct ClipScratch {
    ring: Vec<TilePoint>,
}

impl Window {
    pub(crate) fn new(extent: u32, buffer: u16) -> Self {
        Self { min: -i64::from(buffer), max: i64::from(extent) + i64::from(buffer) }
    }

    pub(crate) fn contains(self, point: TilePoint) -> bool {
        let kept = self.min..=self.max;
        kept.contains(&point.x) && kept.contains(&point.y)
    }

    fn sides(self) -> [Side; 4] {
        [Side::West(self.min), Side::East(self.max), Side::North(self.min), Side::South(self.max)]
    }
}

impl Side {
    fn keeps(self, point: TilePoint) -> bool {
        match self {
            Self::West(limit) => point.x >= limit,
            Self::East(limit) => point.x <= limit,
            Self::North(limit) => point.y >= limit,
            Self::South(limit) => point.y <= limit,
        }
    }

    /// Where the edge a–b, whose ends lie on different sides, crosses.
    fn crossing(self, a: TilePoint, b: TilePoint) -> TilePoint {
        match self {
            Self::West(x) | Self::East(x) => {
                let (a, b) = if a.x < b.x { (a, b) } else { (b, a) };
                TilePoint { x, y: a.y + proportion(x - a.x, b.x - a.x, b.y - a.y) }
            }
            Self::North(y) | Self::South(y) => {
                let (a, b) = if a.y < b.y { (a, b) } else { (b, a) };
                TilePoint { x: a.x + proportion(y - a.y, b.y - a.y, b.x - a.x), y }
            }
        }
    }
}

/// `length * part / whole`, to the nearest. `part` lies between 0 and `whole`.
fn proportion(part: i64, whole: i64, length: i64) -> i64 {
    let (part, whole, length) = (i128::from(part), i128::from(whole), i128::from(length));
    (2 * length * part + whole).div_euclid(2 * whole) as i64
}

/// Cuts a ring in place (Sutherland–Hodgman). A ring that enters several times comes out as one,
/// joined along the window's edge: `polygon::is_sound` finds those and `repair` parts them.
pub(crate) fn clip_ring(ring: &mut Vec<TilePoint>, window: Window, scratch: &mut ClipScratch) {
    for side in window.sides() {
        let Some(&last) = ring.last() else { return };
        let kept = &mut scratch.ring;
        kept.clear();
        let mut from = last;
        for &to in &*ring {
            match (side.keeps(from), side.keeps(to)) {
                (true, true) => kept.push(to),
                (true, false) => kept.push(side.crossing(from, to)),
                (false, true) => kept.extend([side.crossing(from, to), to]),
                (false, false) => {}
            }
            from = to;
        }
        std::mem::swap(ring, kept);
    }
}

/// The part of a segment that the window keeps, end for end (Liang–Barsky's order of sides,
/// with the crossings of `clip_ring`); it may be a single point.
pub(crate) fn clip_segment(mut a: TilePoint, mut b: TilePoint, window: Window) -> Option<(TilePoint, TilePoint)> {
    for side in window.sides() {
        match (side.keeps(a), side.keeps(b)) {
            (true, true) => {}
            (true, false) => b = side.crossing(a, b),
            (false, true) => a = side.crossing(a, b),
            (false, false) => return None,
        }
    }
    Some((a, b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::quantize::{double_area, tests::points};

    const WINDOW: Window = Window { min: 0, max: 100 };

    fn clipped(list: &[(i64, i64)]) -> Vec<TilePoint> {
        let mut ring = points(list);
        clip_ring(&mut ring, WINDOW, &mut ClipScratch::default());
        ring
    }

    #[test]
    fn a_ring_over_a_corner_keeps_the_corner() {
        let mut ring = clipped(&[(50, 50), (150, 50), (150, 150), (50, 150)]);
        ring.sort();
        assert_eq!(ring, points(&[(50, 50), (50, 100), (100, 50), (100, 100)]));
    }

    #[test]
    fn a_ring_around_the_window_becomes_the_window_and_one_elsewhere_nothing() {
        assert_eq!(double_area(&clipped(&[(-500, -500), (500, -500), (500, 500), (-500, 500)])), 2 * 100 * 100);
        assert!(clipped(&[(200, 200), (300, 200), (300, 300)]).is_empty());
    }

    #[test]
    fn a_segment_is_cut_at_both_ends() {
        let cut = |a: (i64, i64), b: (i64, i64)| clip_segment(points(&[a])[0], points(&[b])[0], WINDOW);
        let pair = |a: (i64, i64), b: (i64, i64)| Some((points(&[a])[0], points(&[b])[0]));
        assert_eq!(cut((-50, 50), (150, 50)), pair((0, 50), (100, 50)));
        assert_eq!(cut((-50, 0), (50, 100)), pair((0, 50), (50, 100)));
        assert_eq!(cut((-50, 40), (40, -50)), None);
        assert_eq!(cut((10, 10), (20, 20)), pair((10, 10), (20, 20)));
    }

    #[test]
    fn an_edge_from_the_other_side_of_the_world_does_not_overflow() {
        let far = 1i64 << 43;
        let cut = clip_segment(TilePoint { x: -far, y: -far }, TilePoint { x: far, y: far }, WINDOW);
        assert_eq!(cut, Some((TilePoint { x: 0, y: 0 }, TilePoint { x: 100, y: 100 })));
    }

    fn any_point() -> impl Strategy<Value = TilePoint> {
        (-300i64..400, -300i64..400).prop_map(|(x, y)| TilePoint { x, y })
    }

    proptest! {
        #[test]
        fn what_is_clipped_lies_inside(mut ring in prop::collection::vec(any_point(), 0..20)) {
            clip_ring(&mut ring, WINDOW, &mut ClipScratch::default());
            prop_assert!(ring.iter().all(|&p| WINDOW.contains(p)));
        }

        #[test]
        fn an_edge_is_cut_alike_in_both_directions(a in any_point(), b in any_point()) {
            let forth = clip_segment(a, b, WINDOW);
            let back = clip_segment(b, a, WINDOW);
            prop_assert_eq!(forth, back.map(|(b, a)| (a, b)));
            if let Some((a, b)) = forth {
                prop_assert!(WINDOW.contains(a) && WINDOW.contains(b));
            }
        }

        #[test]
        fn clipping_twice_changes_nothing(mut ring in prop::collection::vec(any_point(), 3..20)) {
            clip_ring(&mut ring, WINDOW, &mut ClipScratch::default());
            let once = ring.clone();
            clip_ring(&mut ring, WINDOW, &mut ClipScratch::default());
            prop_assert_eq!(ring, once);
        }
    }
}
