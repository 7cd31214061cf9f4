//! Points and convex cells of the flat plan, in metres (EPSG:3946 before bending).
//! Everything is cut out of convex cells by straight lines, because convex pieces stay
//! convex: no general polygon clipping, and two pieces share the very points of their cut.

use std::ops::{Add, Mul, Sub};

/// A position, or the vector between two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Add for Point {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self { x: self.x + o.x, y: self.y + o.y }
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self { x: self.x - o.x, y: self.y - o.y }
    }
}

impl Mul<f64> for Point {
    type Output = Self;
    fn mul(self, k: f64) -> Self {
        Self { x: self.x * k, y: self.y * k }
    }
}

impl Point {
    pub(crate) fn dot(self, o: Self) -> f64 {
        self.x * o.x + self.y * o.y
    }

    pub(crate) fn cross(self, o: Self) -> f64 {
        self.x * o.y - self.y * o.x
    }

    pub(crate) fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    /// The vector turned a quarter to the left.
    pub(crate) fn left(self) -> Self {
        Self { x: -self.y, y: self.x }
    }

    /// The vector turned by an angle in radians, counter-clockwise.
    pub(crate) fn turned(self, angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self { x: self.x * cos - self.y * sin, y: self.x * sin + self.y * cos }
    }

    /// The vector at length one; itself when it has no length.
    pub(crate) fn unit(self) -> Self {
        let length = self.length();
        if length > 0.0 { self * (1.0 / length) } else { self }
    }
}

/// What lies along a side of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The edge of the commune; the number is the site on the other side.
    Border(usize),
    /// A street of the commune, by index.
    Street(usize),
    /// Another lot of the same block.
    Lot,
    /// The verge of a fast road or of a lake: nobody enters from there.
    Verge,
}

/// A corner of a cell and the side that starts at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Corner {
    pub(crate) at: Point,
    pub(crate) side: Side,
}

/// A convex polygon, counter-clockwise, the closing point not repeated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell(pub(crate) Vec<Corner>);

/// The smallest rectangle around a cell: its centre, the direction of its long side, both sizes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axes {
    pub(crate) centre: Point,
    pub(crate) along: Point,
    pub(crate) length: f64,
    pub(crate) width: f64,
}

/// Nearer than this to a line, a corner is on it (a micrometre).
const ON_LINE: f64 = 1e-6;

impl Cell {
    pub(crate) fn square(centre: Point, half: f64, side: Side) -> Self {
        let corner = |x: f64, y: f64| Corner { at: centre + Point { x: x * half, y: y * half }, side };
        Self(vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)])
    }

    /// Each side as its corner and the point where it ends.
    pub(crate) fn sides(&self) -> impl Iterator<Item = (Corner, Point)> + '_ {
        self.0.iter().enumerate().map(|(i, corner)| (*corner, self.0[(i + 1) % self.0.len()].at))
    }

    pub(crate) fn points(&self) -> impl Iterator<Item = Point> + '_ {
        self.0.iter().map(|corner| corner.at)
    }

    /// Area in square metres.
    pub(crate) fn area(&self) -> f64 {
        let origin = self.0[0].at; // coordinates are in millions: differences keep the digits
        self.sides().map(|(a, b)| (a.at - origin).cross(b - origin)).sum::<f64>() / 2.0
    }

    /// Mean of the corners.
    #[allow(clippy::cast_precision_loss)] // a cell has a few corners
    pub(crate) fn middle(&self) -> Point {
        self.points().fold(Point { x: 0.0, y: 0.0 }, Add::add) * (1.0 / self.0.len() as f64)
    }

    /// The parts left and right of the line through `origin`; each gets `side` along the cut.
    pub(crate) fn split(&self, origin: Point, direction: Point, side: Side) -> (Option<Self>, Option<Self>) {
        let normal = direction.unit().left();
        let distance = |p: Point| {
            let d = (p - origin).dot(normal);
            if d.abs() < ON_LINE { 0.0 } else { d }
        };
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (corner, end) in self.sides() {
            let (from, to) = (distance(corner.at), distance(end));
            if from >= 0.0 {
                left.push(Corner { side: if from == 0.0 && to < 0.0 { side } else { corner.side }, ..corner });
            }
            if from <= 0.0 {
                right.push(Corner { side: if from == 0.0 && to > 0.0 { side } else { corner.side }, ..corner });
            }
            if from * to < 0.0 {
                let at = corner.at + (end - corner.at) * (from / (from - to));
                left.push(Corner { at, side: if from > 0.0 { side } else { corner.side } });
                right.push(Corner { at, side: if from < 0.0 { side } else { corner.side } });
            }
        }
        let whole = |corners: Vec<Corner>| Some(Self(corners)).filter(|cell| cell.0.len() > 2 && cell.area() > 1e-3);
        (whole(left), whole(right))
    }

    /// What remains once each side has moved inwards by its own distance; it keeps its name.
    pub(crate) fn inset(&self, by: impl Fn(Side) -> f64) -> Option<Self> {
        let mut cell = self.clone();
        for (corner, end) in self.sides() {
            let direction = (end - corner.at).unit();
            cell = cell.split(corner.at + direction.left() * by(corner.side), direction, corner.side).0?;
        }
        Some(cell)
    }

    /// The outline with a point every `step` metres, enough to follow the bend, shared with the neighbours.
    pub(crate) fn outline(&self, step: f64) -> Vec<Point> {
        self.sides().flat_map(|(corner, end)| shared(corner.at, end, step)).collect()
    }

    /// Distance from a point, 0 inside.
    pub(crate) fn distance(&self, p: Point) -> f64 {
        if self.contains(p) {
            return 0.0;
        }
        self.sides().map(|(a, b)| nearest_on(a.at, b, p).1).fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn contains(&self, p: Point) -> bool {
        self.sides().all(|(a, b)| (b - a.at).cross(p - a.at) >= 0.0)
    }

    /// The smallest rectangle around the cell (one of its sides lies on one of the cell's).
    pub(crate) fn axes(&self) -> Axes {
        let mut best: Option<Axes> = None;
        for (corner, end) in self.sides() {
            let along = (end - corner.at).unit();
            let (low, high) = self.extent(along);
            let (near, far) = self.extent(along.left());
            let centre = along * ((low + high) / 2.0) + along.left() * ((near + far) / 2.0);
            let (length, width) = (high - low, far - near);
            if best.is_none_or(|b| length * width < b.length * b.width) {
                best = Some(if length >= width {
                    Axes { centre, along, length, width }
                } else {
                    Axes { centre, along: along.left(), length: width, width: length }
                });
            }
        }
        best.expect("a cell has at least three sides")
    }

    fn extent(&self, along: Point) -> (f64, f64) {
        self.points().map(|p| p.dot(along)).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), d| (l.min(d), h.max(d)))
    }
}

/// The point of the segment `a b` nearest to `p`, and its distance.
pub(crate) fn nearest_on(a: Point, b: Point, p: Point) -> (Point, f64) {
    let along = b - a;
    let t = ((p - a).dot(along) / along.dot(along).max(1e-12)).clamp(0.0, 1.0);
    let at = a + along * t;
    (at, (p - at).length())
}

/// The points of a polyline every `step` metres at most, its own included.
pub(crate) fn densified(line: &[Point], step: f64) -> Vec<Point> {
    let mut points = line.first().copied().into_iter().collect::<Vec<_>>();
    for pair in line.windows(2) {
        let pieces = ((pair[1] - pair[0]).length() / step).ceil().max(1.0);
        let mut k = 1.0;
        while k < pieces {
            points.push(pair[0] + (pair[1] - pair[0]) * (k / pieces));
            k += 1.0;
        }
        points.push(pair[1]);
    }
    points
}

/// The points from `from` (included) to `to` (not), every `step` metres at most: the same ones whichever
/// end is named first, so that two cells share their side to the last digit.
pub(crate) fn shared(from: Point, to: Point, step: f64) -> Vec<Point> {
    let onward = (from.x, from.y) <= (to.x, to.y);
    let mut points = densified(&if onward { [from, to] } else { [to, from] }, step);
    if !onward {
        points.reverse();
    }
    points.pop();
    points
}

/// A line moved sideways by `by` metres, to its left when positive.
pub(crate) fn shifted(line: &[Point], by: f64) -> Vec<Point> {
    let direction = |i: usize| {
        let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(line.len() - 1)]);
        (after - before).unit()
    };
    line.iter().enumerate().map(|(i, p)| *p + direction(i).left() * by).collect()
}

/// Length of a line in metres.
pub(crate) fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|pair| (pair[1] - pair[0]).length()).sum()
}

/// The position and the direction at `along` metres from the start of a line of two points or more.
pub(crate) fn walk(line: &[Point], along: f64) -> (Point, Point) {
    let mut left = along;
    for pair in line.windows(2) {
        let step = (pair[1] - pair[0]).length();
        if left <= step {
            let direction = (pair[1] - pair[0]).unit();
            return (pair[0] + direction * left, direction);
        }
        left -= step;
    }
    let last = line.len() - 1;
    (line[last], (line[last] - line[last - 1]).unit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Cell {
        Cell::square(Point { x: 1_840_000.0, y: 5_170_000.0 }, 50.0, Side::Verge)
    }

    #[test]
    fn both_parts_of_a_cut_share_its_points_and_the_whole_area() {
        let cell = square();
        let (left, right) = cell.split(cell.middle(), Point { x: 1.0, y: 0.3 }, Side::Street(4));
        let (left, right) = (left.unwrap(), right.unwrap());
        assert!((left.area() + right.area() - 10_000.0).abs() < 1e-6);
        let cut =
            |cell: &Cell| cell.sides().find(|(c, _)| c.side == Side::Street(4)).map(|(c, end)| (c.at, end)).unwrap();
        let (a, b) = cut(&left);
        assert_eq!(cut(&right), (b, a));
    }

    #[test]
    fn an_inset_moves_each_side_by_its_own_distance_and_may_leave_nothing() {
        let inner = square().inset(|_| 10.0).unwrap();
        assert!((inner.area() - 6400.0).abs() < 1e-6);
        assert!(square().inset(|_| 60.0).is_none());
    }

    #[test]
    fn the_axes_follow_the_long_side() {
        let (half, _) = square().split(square().middle(), Point { x: 1.0, y: 0.0 }, Side::Lot);
        let axes = half.unwrap().axes();
        assert!((axes.length - 100.0).abs() < 1e-6 && (axes.width - 50.0).abs() < 1e-6 && axes.along.y.abs() < 1e-9);
    }
}
