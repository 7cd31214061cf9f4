//! A geometry on the fixed-point grid: what the cut of a snapshot stores and tiles are made of.
//! Every vertex is rounded on its own, so borders that are shared in the source stay shared here.

use geo_types::{Coord, Geometry, LineString, Polygon};

use crate::{Crs, GridBox, GridPoint, report::Reason, to_mercator};

/// What a feature is made of; one feature is never two of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// Positions.
    Point,
    /// Lines.
    Line,
    /// Areas.
    Polygon,
}

/// The role of a run of points in its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartRole {
    /// Positions, each for itself.
    Points,
    /// One line, at least two points.
    Line,
    /// The outer ring of a polygon, at least three points, not closed.
    Exterior,
    /// A hole of the polygon before it, at least three points, not closed.
    Interior,
}

/// A geometry on the grid, its parts one after the other in one list of points.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) kind: PartKind,
    /// Role of each part, and where its points end in `points`.
    pub(crate) ends: Vec<(PartRole, u32)>,
    pub(crate) points: Vec<GridPoint>,
    pub(crate) bounds: GridBox,
}

impl Shape {
    /// Projects a geometry of `crs` on the grid. Parts that collapse on it (6 mm) are left out.
    pub(crate) fn project(geometry: &Geometry<f64>, crs: Crs) -> Result<Self, Reason> {
        let mut draft = Draft { crs, parts: Vec::new(), points: Vec::new() };
        let (kind, nothing_left) = match geometry {
            Geometry::Point(point) => (draft.points([point.0])?, Reason::EmptyGeometry),
            Geometry::MultiPoint(points) => (draft.points(points.iter().map(|p| p.0))?, Reason::EmptyGeometry),
            Geometry::LineString(line) => (draft.line(line)?, Reason::ZeroLength),
            Geometry::MultiLineString(lines) => {
                lines.iter().try_for_each(|line| draft.line(line).map(drop))?;
                (PartKind::Line, Reason::ZeroLength)
            }
            Geometry::Polygon(polygon) => (draft.polygon(polygon)?, Reason::NoArea),
            Geometry::MultiPolygon(polygons) => {
                polygons.iter().try_for_each(|polygon| draft.polygon(polygon).map(drop))?;
                (PartKind::Polygon, Reason::NoArea)
            }
            _ => return Err(Reason::UnsupportedGeometry),
        };
        let bounds = GridBox::around(draft.points.iter().copied()).ok_or(nothing_left)?;
        Ok(Self { kind, ends: draft.parts, points: draft.points, bounds })
    }

    /// Its parts, each with its points.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (PartRole, &[GridPoint])> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end as usize));
        self.ends.iter().zip(starts).map(|((role, end), start)| (*role, &self.points[start..*end as usize]))
    }
}

struct Draft {
    crs: Crs,
    parts: Vec<(PartRole, u32)>,
    points: Vec<GridPoint>,
}

impl Draft {
    fn points(&mut self, coords: impl IntoIterator<Item = Coord<f64>>) -> Result<PartKind, Reason> {
        for coord in coords {
            let point = self.project(coord)?;
            self.points.push(point);
        }
        self.close(PartRole::Points, 0, 1);
        Ok(PartKind::Point)
    }

    fn line(&mut self, line: &LineString<f64>) -> Result<PartKind, Reason> {
        let start = self.points.len();
        self.run(&line.0, start)?;
        self.close(PartRole::Line, start, 2);
        Ok(PartKind::Line)
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) -> Result<PartKind, Reason> {
        if self.ring(polygon.exterior(), PartRole::Exterior)? {
            for hole in polygon.interiors() {
                self.ring(hole, PartRole::Interior)?;
            }
        }
        Ok(PartKind::Polygon)
    }

    fn ring(&mut self, ring: &LineString<f64>, role: PartRole) -> Result<bool, Reason> {
        let start = self.points.len();
        self.run(&ring.0, start)?;
        while self.points.len() > start + 1 && self.points.last() == self.points.get(start) {
            self.points.pop();
        }
        Ok(self.close(role, start, 3))
    }

    /// Appends points, each different from the one before it in this part.
    fn run(&mut self, coords: &[Coord<f64>], start: usize) -> Result<(), Reason> {
        for coord in coords {
            let point = self.project(*coord)?;
            if self.points.len() == start || self.points.last() != Some(&point) {
                self.points.push(point);
            }
        }
        Ok(())
    }

    /// Ends the part that began at `start`, or takes it back when it has too few points.
    fn close(&mut self, role: PartRole, start: usize, least: usize) -> bool {
        let enough = self.points.len() - start >= least;
        match u32::try_from(self.points.len()) {
            Ok(end) if enough => self.parts.push((role, end)),
            _ => self.points.truncate(start),
        }
        enough
    }

    fn project(&self, at: Coord<f64>) -> Result<GridPoint, Reason> {
        if !(at.x.is_finite() && at.y.is_finite()) {
            return Err(Reason::NotFinite);
        }
        let (x, y) = to_mercator(self.crs, at.x, at.y).map_err(|_| Reason::OutOfDomain)?;
        GridPoint::from_mercator(x, y).ok_or(Reason::OutOfDomain)
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{MultiPoint, line_string, polygon};

    use super::*;

    #[test]
    fn rings_lose_their_closing_point_and_holes_follow_their_polygon() {
        let square = polygon!(
            exterior: [(x: 4.0, y: 45.0), (x: 5.0, y: 45.0), (x: 5.0, y: 46.0), (x: 4.0, y: 46.0)],
            interiors: [[(x: 4.4, y: 45.4), (x: 4.6, y: 45.4), (x: 4.6, y: 45.6)]],
        );
        let shape = Shape::project(&square.into(), Crs::Wgs84).unwrap();
        assert_eq!(shape.ends, [(PartRole::Exterior, 4), (PartRole::Interior, 7)]);
        assert_eq!(shape.kind, PartKind::Polygon);
    }

    #[test]
    fn what_collapses_on_the_grid_is_no_shape() {
        let dot = line_string![(x: 4.8, y: 45.7), (x: 4.800_000_000_1, y: 45.7)];
        assert_eq!(Shape::project(&dot.into(), Crs::Wgs84), Err(Reason::ZeroLength));
        let sliver = polygon![(x: 4.8, y: 45.7), (x: 4.9, y: 45.7), (x: 4.8, y: 45.7)];
        assert_eq!(Shape::project(&sliver.into(), Crs::Wgs84), Err(Reason::NoArea));
        assert_eq!(Shape::project(&MultiPoint::new(vec![]).into(), Crs::Wgs84), Err(Reason::EmptyGeometry));
    }

    #[test]
    fn positions_that_make_no_sense_say_why() {
        let at = |x, y| Shape::project(&geo_types::Point::new(x, y).into(), Crs::Wgs84);
        assert_eq!(at(f64::NAN, 45.0), Err(Reason::NotFinite));
        assert_eq!(at(4.8, 89.9), Err(Reason::OutOfDomain));
        assert_eq!(at(1_842_000.0, 5_175_000.0), Err(Reason::OutOfDomain));
    }
}
