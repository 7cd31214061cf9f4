//! Whether polygons are valid in the sense of the OGC's Simple Features, by an index over their
//! segments: `geo` compares every segment with every other, seconds for one river.
//! One rule is left out: an interior that touching rings cut in pieces passes.

use geo::{
    CoordinatePosition, HasDimensions, Line, coordinate_position::CoordPos, line_intersection::LineIntersection,
    line_intersection::line_intersection,
};
use geo_index::rtree::{RTreeBuilder, RTreeIndex, sort::HilbertSort};
use geo_types::{Coord, LineString, Polygon};

/// Below as many segments, comparing all pairs is faster than an index.
const FEW: usize = 40;

/// A segment that has a length, and where it stands in its feature.
struct Segment {
    line: Line<f64>,
    ring: usize,
    place: usize,
    /// Segments of its ring.
    of: usize,
}

/// Whether the polygons of one feature are valid, each and together. Repeated points do no harm.
pub(crate) fn is_valid(polygons: &[Polygon<f64>]) -> bool {
    let rings = polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let mut segments = Vec::new();
    for (number, ring) in rings.filter(|ring| !ring.is_empty()).enumerate() {
        let lines: Vec<_> = ring.lines().filter(|line| line.start != line.end).collect();
        if lines.len() < 3 {
            return false;
        }
        let of = lines.len();
        segments.extend(lines.into_iter().enumerate().map(|(place, line)| Segment { line, ring: number, place, of }));
    }
    !any_bad_pair(&segments) && holes_lie_inside(polygons) && parts_lie_apart(polygons)
}

fn any_bad_pair(segments: &[Segment]) -> bool {
    if segments.len() <= FEW {
        let later = |i: usize| segments[i + 1..].iter();
        return (0..segments.len()).any(|i| later(i).any(|other| is_bad(&segments[i], other)));
    }
    let Ok(count) = u32::try_from(segments.len()) else { return false };
    let mut builder = RTreeBuilder::<f64>::new(count);
    for Segment { line, .. } in segments {
        let (a, b) = (line.start, line.end);
        builder.add(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y));
    }
    let tree = builder.finish::<HilbertSort>();
    segments.iter().enumerate().any(|(i, segment)| {
        let (a, b) = (segment.line.start, segment.line.end);
        let near = tree.search(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y));
        near.into_iter().any(|j| j as usize > i && is_bad(segment, &segments[j as usize]))
    })
}

/// Neighbours may share the point between them; segments of two rings may touch at a point.
fn is_bad(a: &Segment, b: &Segment) -> bool {
    match line_intersection(a.line, b.line) {
        None => false,
        Some(LineIntersection::Collinear { intersection }) => {
            intersection.start != intersection.end || !may_touch(a, b)
        }
        Some(LineIntersection::SinglePoint { is_proper, .. }) => is_proper || !may_touch(a, b),
    }
}

fn may_touch(a: &Segment, b: &Segment) -> bool {
    a.ring != b.ring || (a.place + 1) % a.of == b.place || (b.place + 1) % a.of == a.place
}

/// No ring crosses another: a hole is inside its polygon when its vertices and the middles of its sides are.
fn holes_lie_inside(polygons: &[Polygon<f64>]) -> bool {
    polygons.iter().filter(|polygon| !polygon.interiors().is_empty()).all(|polygon| {
        let shell = Polygon::new(polygon.exterior().clone(), Vec::new());
        let holes: Vec<_> = polygon.interiors().iter().map(|hole| Polygon::new(hole.clone(), Vec::new())).collect();
        holes.iter().enumerate().all(|(i, hole)| {
            let mut places = probes(hole.exterior()).map(|at| shell.coordinate_position(&at)).peekable();
            let inside = places.peek().is_none() || places.all(|place| place != CoordPos::Outside);
            inside && holes[i + 1..].iter().all(|other| lie_apart(hole, other))
        })
    })
}

fn parts_lie_apart(polygons: &[Polygon<f64>]) -> bool {
    polygons.iter().enumerate().all(|(i, a)| polygons[i + 1..].iter().all(|b| lie_apart(a, b)))
}

fn lie_apart(a: &Polygon<f64>, b: &Polygon<f64>) -> bool {
    let reaches_in = |a: &Polygon<f64>, b: &Polygon<f64>| {
        probes(a.exterior()).any(|at| b.coordinate_position(&at) == CoordPos::Inside)
    };
    !boxes_meet(a.exterior(), b.exterior()) || !(reaches_in(a, b) || reaches_in(b, a))
}

fn boxes_meet(a: &LineString<f64>, b: &LineString<f64>) -> bool {
    use geo::{BoundingRect, Intersects};
    a.bounding_rect().zip(b.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b))
}

fn probes(ring: &LineString<f64>) -> impl Iterator<Item = Coord<f64>> + '_ {
    ring.lines().flat_map(|line| [line.start, (line.start + line.end) / 2.0])
}

#[cfg(test)]
mod tests {
    use geo_types::wkt;

    use super::*;

    fn circle(points: u32, pinch: bool) -> Polygon<f64> {
        let at = |i: u32| {
            let turn = f64::from(i) / f64::from(points) * std::f64::consts::TAU;
            Coord { x: turn.cos(), y: turn.sin() }
        };
        let mut ring: Vec<_> = (0..points).map(at).collect();
        if pinch {
            let half = points as usize / 2;
            ring[half] = ring[0];
        }
        Polygon::new(LineString(ring), vec![])
    }

    #[test]
    fn large_rings_are_judged_as_small_ones_are() {
        for points in [6, 8, 2000] {
            assert!(is_valid(&[circle(points, false)]), "{points}");
            assert!(!is_valid(&[circle(points, true)]), "{points}");
        }
    }

    #[test]
    fn holes_may_touch_their_shell_but_not_leave_it() {
        let touching = wkt!(POLYGON((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(0. 2.,2. 1.,2. 3.,0. 2.)));
        assert!(is_valid(&[touching]));
        let outside = wkt!(POLYGON((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(5. 5.,6. 5.,6. 6.,5. 5.)));
        assert!(!is_valid(&[outside]));
        let along = wkt!(POLYGON((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(0. 1.,2. 1.,2. 3.,0. 3.,0. 1.)));
        assert!(!is_valid(&[along]));
        let nested = wkt!(POLYGON((0. 0.,9. 0.,9. 9.,0. 9.,0. 0.),(1. 1.,8. 1.,8. 8.,1. 1.),(4. 3.,6. 3.,6. 4.,4. 3.)));
        assert!(!is_valid(&[nested]));
    }

    #[test]
    fn an_island_in_the_lake_of_its_own_feature_is_valid() {
        let shore = wkt!(POLYGON((0. 0.,9. 0.,9. 9.,0. 9.,0. 0.),(2. 2.,7. 2.,7. 7.,2. 7.,2. 2.)));
        let island = wkt!(POLYGON((3. 3.,5. 3.,5. 5.,3. 3.)));
        assert!(is_valid(&[shore.clone(), island]));
        assert!(!is_valid(&[shore, wkt!(POLYGON((0.5 0.5,1. 0.5,1. 1.,0.5 0.5)))]));
    }

    #[test]
    fn a_spike_is_not_valid() {
        assert!(!is_valid(&[wkt!(POLYGON((0. 0.,4. 0.,4. 4.,4. 6.,4. 4.,0. 4.,0. 0.)))]));
    }
}
