//! From the outline of an area, as loose edges, to valid polygons.
//! Where several rings pass by one point there is a choice of ways to join the edges; always
//! turning towards the inside keeps together exactly what is in one piece.

use std::collections::{HashMap, HashSet};

use crate::{
    polygon::{Paths, contains},
    quantize::{TilePoint, double_area},
};

/// From one point to another, with the inside on the hand where an exterior has it.
pub(crate) type Edge = (TilePoint, TilePoint);

type Ring = Vec<TilePoint>;

/// An exterior with its interiors.
struct Polygon {
    exterior: Ring,
    interiors: Vec<Ring>,
}

/// Adds to `into` the polygons whose outline these edges are. Edges meet at their ends only, and
/// as many leave a point as arrive there.
pub(crate) fn trace(edges: Vec<Edge>, into: &mut Paths) {
    let mut polygons: Vec<Polygon> = Vec::new();
    let mut lone_interiors: Vec<Ring> = Vec::new();
    for walk in walks(edges) {
        // One walk is one side of one piece of the inside: at most one exterior, and the
        // interiors that touch it or each other.
        let (exteriors, interiors): (Vec<Ring>, Vec<Ring>) =
            loops(walk).into_iter().partition(|ring| double_area(ring) > 0);
        match exteriors.into_iter().next() {
            Some(exterior) => polygons.push(Polygon { exterior, interiors }),
            None => lone_interiors.extend(interiors),
        }
    }
    for interior in lone_interiors {
        let around = polygons.iter_mut().filter(|polygon| surrounds(&polygon.exterior, &interior));
        if let Some(nearest) = around.min_by_key(|polygon| double_area(&polygon.exterior)) {
            nearest.interiors.push(interior);
        }
    }
    for polygon in &polygons {
        into.push(&polygon.exterior);
        polygon.interiors.iter().for_each(|ring| into.push(ring));
    }
}

/// Follows edges until each has been walked once, every walk ending where it began.
fn walks(edges: Vec<Edge>) -> Vec<Ring> {
    let mut ways: HashMap<TilePoint, Vec<TilePoint>> = HashMap::new();
    for &(from, to) in &edges {
        ways.entry(from).or_default().push(to);
    }
    let mut left: HashSet<Edge> = edges.iter().copied().collect();
    let mut walks = Vec::new();
    for start in edges {
        let mut walk = Vec::new();
        let (mut from, mut to) = start;
        while left.remove(&(from, to)) {
            walk.push(from);
            let Some(next) = inmost(from, to, &ways) else { break };
            (from, to) = (to, next);
        }
        if walk.len() > 2 {
            walks.push(walk);
        }
    }
    walks
}

/// Of the ways on from `at`, reached from `from`, the first when turning from the way back over
/// the inside: the one that has nothing but inside between.
fn inmost(from: TilePoint, at: TilePoint, ways: &HashMap<TilePoint, Vec<TilePoint>>) -> Option<TilePoint> {
    let ways = ways.get(&at)?;
    if let [only] = ways[..] {
        return Some(only);
    }
    let back = Direction::of(at, from);
    ways.iter().copied().min_by(|&a, &b| {
        let (a, b) = (Direction::of(at, a), Direction::of(at, b));
        // Which of the two is met first when turning from `back` against the angles.
        let is_past = |d: Direction| d.angle_is_over(back) || d == back;
        is_past(a).cmp(&is_past(b)).then_with(|| b.by_angle(a))
    })
}

/// A direction from a point, compared by its angle from the x axis towards the y axis.
#[derive(Debug, Clone, Copy)]
struct Direction {
    x: i64,
    y: i64,
}

impl Direction {
    fn of(from: TilePoint, to: TilePoint) -> Self {
        Self { x: to.x - from.x, y: to.y - from.y }
    }

    fn half(self) -> bool {
        self.y < 0 || self.y == 0 && self.x < 0
    }

    fn by_angle(self, other: Self) -> std::cmp::Ordering {
        self.half().cmp(&other.half()).then_with(|| (self.y * other.x).cmp(&(self.x * other.y)))
    }

    fn angle_is_over(self, other: Self) -> bool {
        self.by_angle(other).is_gt()
    }
}

impl PartialEq for Direction {
    fn eq(&self, other: &Self) -> bool {
        self.by_angle(*other).is_eq()
    }
}

/// Parts a walk that passes several times by a point into rings that do not.
fn loops(walk: Ring) -> Vec<Ring> {
    let mut found = Vec::new();
    let mut path: Ring = Vec::with_capacity(walk.len());
    let mut place: HashMap<TilePoint, usize> = HashMap::new();
    for point in walk {
        if let Some(&start) = place.get(&point) {
            let ring: Ring = path.drain(start..).collect();
            for passed in &ring {
                place.remove(passed);
            }
            found.push(ring);
        }
        place.insert(point, path.len());
        path.push(point);
    }
    found.push(path);
    found.retain(|ring| ring.len() > 2);
    found
}

/// Whether an interior lies in an exterior that it does not cross.
fn surrounds(exterior: &[TilePoint], interior: &[TilePoint]) -> bool {
    let apart = interior.iter().find(|point| !exterior.contains(point));
    double_area(exterior) > -double_area(interior) && apart.is_some_and(|&point| contains(exterior, point))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantize::tests::points;

    /// The area of each ring of the polygons that the edges of these rings outline.
    fn traced(rings: &[&[(i64, i64)]]) -> Vec<i64> {
        let edges = rings.iter().flat_map(|ring| {
            let ring = points(ring);
            let next: Vec<_> = ring.iter().copied().cycle().skip(1).take(ring.len()).collect();
            ring.into_iter().zip(next)
        });
        let mut into = Paths::default();
        trace(edges.collect(), &mut into);
        into.iter().map(|ring| double_area(ring) / 2).collect()
    }

    const SQUARE: &[(i64, i64)] = &[(0, 0), (5, 0), (10, 0), (10, 5), (10, 10), (5, 10), (0, 10), (0, 5)];

    #[test]
    fn areas_that_touch_at_a_point_are_two_polygons() {
        assert_eq!(traced(&[&[(0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10)]]), [25, 25]);
    }

    #[test]
    fn an_interior_that_touches_its_exterior_once_stays_an_interior() {
        let pinched: &[(i64, i64)] = &[(0, 0), (5, 0), (3, 5), (7, 5), (5, 0), (10, 0), (10, 10), (0, 10)];
        assert_eq!(traced(&[pinched]), [100, -10]);
    }

    #[test]
    fn an_interior_that_touches_its_exterior_twice_parts_it() {
        let band: &[(i64, i64)] = &[(0, 5), (5, 7), (10, 5), (5, 3)];
        assert_eq!(traced(&[SQUARE, band]), [40, 40]);
    }

    #[test]
    fn an_area_inside_an_interior_is_a_polygon_of_its_own() {
        let hole: &[(i64, i64)] = &[(1, 1), (1, 9), (9, 9), (9, 1)];
        let island: &[(i64, i64)] = &[(1, 1), (4, 2), (4, 4)];
        let pool: &[(i64, i64)] = &[(3, 3), (3, 4), (4, 4), (4, 3)];
        let wide: &[(i64, i64)] = &[(2, 2), (6, 2), (6, 6), (2, 6)];
        assert_eq!(traced(&[SQUARE, hole, island]), [100, -64, 3]);
        assert_eq!(traced(&[SQUARE, hole, wide, pool]), [100, -64, 16, -1]);
    }
}
