//! Whether the rings of one polygon, rounded and clipped, still make a polygon.
//! Strict on purpose: any contact sends the polygon to `repair`, which is rare and slow;
//! what passes here is valid without further thought.

use std::ops::Range;

use crate::quantize::{TilePoint, turn};

/// Several paths in one flat array: the lines, or the rings, of a feature.
/// Of a polygon's rings, an exterior comes first and its interiors follow.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    points: Vec<TilePoint>,
    ends: Vec<usize>,
}

/// Room for `is_sound`: the edges by their western end.
#[derive(Debug, Default)]
pub(crate) struct SoundScratch {
    edges: Vec<Edge>,
}

/// One edge of a ring, and the two edges beside it.
#[derive(Debug, Clone, Copy)]
struct Edge {
    a: TilePoint,
    b: TilePoint,
    index: usize,
    before: usize,
    after: usize,
}

impl Paths {
    pub(crate) fn clear(&mut self) {
        self.points.clear();
        self.ends.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn points(&self) -> &[TilePoint] {
        &self.points
    }

    pub(crate) fn push(&mut self, path: &[TilePoint]) {
        self.points.extend_from_slice(path);
        self.ends.push(self.points.len());
    }

    /// A path whose points come in the other direction.
    pub(crate) fn push_reversed(&mut self, path: &[TilePoint]) {
        self.points.extend(path.iter().rev());
        self.ends.push(self.points.len());
    }

    /// Adds the segment `from`–`to`: to the last path, which ends at `from`, or as a new one.
    pub(crate) fn continue_or_start(&mut self, is_continued: bool, from: TilePoint, to: TilePoint) {
        if is_continued {
            self.points.push(to);
            if let Some(end) = self.ends.last_mut() {
                *end += 1;
            }
        } else {
            self.push(&[from, to]);
        }
    }

    pub(crate) fn append(&mut self, other: &Self) {
        let shift = self.points.len();
        self.points.extend_from_slice(&other.points);
        self.ends.extend(other.ends.iter().map(|end| end + shift));
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[TilePoint]> {
        self.ranges().map(|range| &self.points[range])
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start..end)
    }
}

/// Whether the rings touch neither themselves nor each other, every interior lies in the
/// exterior and none in another. The rings are tidy and their winding is right.
pub(crate) fn is_sound(rings: &Paths, scratch: &mut SoundScratch) -> bool {
    if rings.len() == 1 && rings.points.len() == 3 {
        return true;
    }
    let edges = &mut scratch.edges;
    edges.clear();
    for range in rings.ranges() {
        edges.extend(range.clone().map(|i| {
            let after = if i + 1 == range.end { range.start } else { i + 1 };
            let before = if i == range.start { range.end - 1 } else { i - 1 };
            Edge { a: rings.points[i], b: rings.points[after], index: i, before, after }
        }));
    }
    no_contact(edges) && interiors_in_place(rings)
}

fn no_contact(edges: &mut [Edge]) -> bool {
    edges.sort_unstable_by_key(|e| (e.west(), e.index));
    edges.iter().enumerate().all(|(i, e)| {
        let beside = |other: &Edge| other.index == e.before || other.index == e.after;
        let rivals = edges[i + 1..].iter().take_while(|other| other.west() <= e.east());
        // Neighbouring edges share a point; the spikes, where they share more, are gone already.
        rivals.filter(|other| !beside(other)).all(|other| !e.touches(other))
    })
}

impl Edge {
    fn west(&self) -> i64 {
        self.a.x.min(self.b.x)
    }

    fn east(&self) -> i64 {
        self.a.x.max(self.b.x)
    }

    fn touches(&self, other: &Self) -> bool {
        let (low, high) = (self.a.y.min(self.b.y), self.a.y.max(self.b.y));
        if other.a.y.max(other.b.y) < low || other.a.y.min(other.b.y) > high {
            return false;
        }
        // Each one's ends on both sides of the other, or on it. Boxes meet, so aligned edges touch
        // unless they are only aligned: that case is sent to repair for nothing, and stays right.
        let sides = |p: &Self, q: &Self| turn(p.a, p.b, q.a).signum() * turn(p.a, p.b, q.b).signum();
        sides(self, other) <= 0 && sides(other, self) <= 0
    }
}

/// With no contact between rings, one point tells where a whole ring lies.
fn interiors_in_place(rings: &Paths) -> bool {
    let mut all = rings.iter();
    let Some(exterior) = all.next() else { return true };
    let interiors: Vec<&[TilePoint]> = all.collect();
    interiors.iter().enumerate().all(|(i, hole)| {
        let point = hole[0];
        contains(exterior, point) && !interiors.iter().enumerate().any(|(j, other)| i != j && contains(other, point))
    })
}

/// Whether a point that is not on the ring lies inside: an odd number of edges to its east.
pub(crate) fn contains(ring: &[TilePoint], point: TilePoint) -> bool {
    let Some(&last) = ring.last() else { return false };
    let mut inside = false;
    let mut a = last;
    for &b in ring {
        if (a.y > point.y) != (b.y > point.y) && (turn(a, b, point) > 0) == (b.y > a.y) {
            inside = !inside;
        }
        a = b;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantize::tests::points;

    fn sound(rings: &[&[(i64, i64)]]) -> bool {
        let mut paths = Paths::default();
        for ring in rings {
            paths.push(&points(ring));
        }
        is_sound(&paths, &mut SoundScratch::default())
    }

    const SQUARE: &[(i64, i64)] = &[(0, 0), (10, 0), (10, 10), (0, 10)];

    #[test]
    fn a_simple_polygon_is_sound_with_or_without_interiors() {
        assert!(sound(&[&[(0, 0), (10, 0), (10, 10)]]));
        assert!(sound(&[SQUARE]));
        assert!(sound(&[SQUARE, &[(2, 2), (2, 4), (4, 4), (4, 2)], &[(6, 6), (6, 8), (8, 8)]]));
        assert!(sound(&[&[(0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)]]));
    }

    #[test]
    fn a_ring_that_meets_itself_is_not() {
        assert!(!sound(&[&[(0, 0), (10, 10), (10, 0), (0, 10)]]), "crossing");
        assert!(!sound(&[&[(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)]]), "same point twice");
        assert!(!sound(&[&[(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)]]), "point on an edge");
        assert!(!sound(&[&[(0, 0), (9, 0), (9, 9), (6, 9), (6, 0), (3, 0), (3, 9), (0, 9)]]), "edge on an edge");
    }

    #[test]
    fn an_interior_that_leaves_its_place_is_not() {
        assert!(!sound(&[SQUARE, &[(5, 5), (5, 15), (8, 15)]]), "crossing");
        assert!(!sound(&[SQUARE, &[(20, 20), (20, 25), (25, 25)]]), "outside");
        assert!(!sound(&[SQUARE, &[(10, 3), (8, 3), (8, 5)]]), "touching");
        assert!(!sound(&[SQUARE, SQUARE]), "equal");
        assert!(!sound(&[SQUARE, &[(1, 1), (1, 9), (9, 9), (9, 1)], &[(3, 3), (3, 5), (5, 5)]]), "nested");
    }
}
