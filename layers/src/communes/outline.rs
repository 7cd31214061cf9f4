//! Features against the outline of a commune, on the grid: what they touch, and what they share.
//!
//! Nearly every feature is far from any border, and a look in the index of the outline's sides
//! says so. Only a polygon that meets the border pays for an intersection.

use geo::{Area, BooleanOps, CoordinatePosition, Distance, Euclidean, Line, coordinate_position::CoordPos};
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex, sort::HilbertSort};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::clip::clip;
use crate::{GridBox, GridPoint, MERCATOR_HALF_SIDE, PartKind, PartRole, shape::Shape};

/// Area on the ground, in m², that a polygon and a commune may share without belonging together:
/// two surveys of one border never agree to the last centimetre.
const BORDER_NOISE_M2: f64 = 1.0;
/// The same for polygons smaller than ten times that, as a part of their own area.
const BORDER_NOISE_PART: f64 = 0.1;

/// A commune on the grid. Grid steps are whole numbers below 2^32: exact as `f64`.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) bounds: GridBox,
    area: MultiPolygon<f64>,
    sides: Vec<Line<f64>>,
    /// Boxes of `sides`.
    tree: RTree<f64>,
}

/// A feature as it is compared with outlines.
pub(super) struct Probe {
    /// Its sides; a position is a line of no length.
    lines: Vec<Line<f64>>,
    /// A point of each part.
    starts: Vec<Coord<f64>>,
    /// None for points, lines and polygons that enclose nothing on the grid.
    area: Option<MultiPolygon<f64>>,
    bounds: GridBox,
    /// In grid steps.
    margin: f64,
    /// Shared area from which a polygon belongs to a commune, in square grid steps.
    least_area: f64,
}

impl Probe {
    pub(super) fn of(shape: &Shape, margin_m: f64) -> Self {
        let (mut lines, mut starts, mut rings) = (Vec::new(), Vec::new(), Vec::new());
        for (role, points) in shape.parts() {
            let points: Vec<_> = points.iter().copied().map(coord).collect();
            match role {
                PartRole::Points => {
                    lines.extend(points.iter().map(|at| Line::new(*at, *at)));
                    starts.extend(points);
                    continue;
                }
                PartRole::Line => lines.extend(points.windows(2).map(|pair| Line::new(pair[0], pair[1]))),
                PartRole::Exterior | PartRole::Interior => rings.push((role, points.clone())),
            }
            starts.extend(points.first());
        }
        let area = (shape.kind == PartKind::Polygon).then(|| polygons(rings.into_iter()));
        lines.extend(area.iter().flat_map(sides));
        let area = area.filter(|area| area.unsigned_area() > 0.0);
        let own = area.as_ref().map_or(0.0, Area::unsigned_area);
        let least_area = (BORDER_NOISE_M2 * steps(1.0, shape.bounds).powi(2)).min(BORDER_NOISE_PART * own);
        Self { lines, starts, area, bounds: shape.bounds, margin: steps(margin_m, shape.bounds), least_area }
    }
}

/// How many grid steps a distance on the ground is, at the latitude of a box.
fn steps(metres: f64, at: GridBox) -> f64 {
    let latitude = at.min.to_lonlat().lat.to_radians();
    metres / latitude.cos() * 4_294_967_296.0 / (2.0 * MERCATOR_HALF_SIDE)
}

impl Outline {
    /// The outline of a commune; none when it has no side.
    pub(super) fn of(area: MultiPolygon<f64>) -> Option<Self> {
        let sides: Vec<Line<f64>> = sides(&area).collect();
        let mut builder = RTreeBuilder::<f64>::new(u32::try_from(sides.len()).ok().filter(|n| *n > 0)?);
        for Line { start: a, end: b } in &sides {
            builder.add(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y));
        }
        let bounds = GridBox::around(sides.iter().map(|side| point(side.start)))?;
        Some(Self { bounds, sides, area, tree: builder.finish::<HilbertSort>() })
    }

    /// Whether the commune is one of the feature's. Without a margin, a polygon must share area
    /// with it: the border belongs to both neighbours, what lies behind it does not.
    pub(super) fn has(&self, probe: &Probe) -> bool {
        boxes_meet(self.bounds, probe.bounds, probe.margin)
            && match &probe.area {
                Some(area) if probe.margin == 0.0 => self.shares_area(area, probe),
                _ => self.is_touched(probe),
            }
    }

    /// Whether a point lies in the commune or on its border.
    pub(super) fn holds(&self, at: GridPoint) -> bool {
        self.bounds.contains(&GridBox { min: at, max: at })
            && self.area.coordinate_position(&coord(at)) != CoordPos::Outside
    }

    fn is_touched(&self, probe: &Probe) -> bool {
        let holds = |at: &Coord<f64>| self.area.coordinate_position(at) != CoordPos::Outside;
        probe.starts.iter().any(holds)
            || probe.lines.iter().any(|line| self.is_near(*line, probe.margin))
            || probe.area.as_ref().is_some_and(|area| self.has_part_in(area))
    }

    fn shares_area(&self, area: &MultiPolygon<f64>, probe: &Probe) -> bool {
        let Some(window) = overlap(self.bounds, probe.bounds) else { return false };
        if probe.lines.iter().any(|line| self.is_near(*line, 0.0)) {
            let ours = clip(&self.area, self.bounds, window);
            return ours.intersection(&*clip(area, probe.bounds, window)).unsigned_area() > probe.least_area;
        }
        // The borders are apart: every part of one lies wholly inside the other or outside it.
        probe.starts.iter().any(|at| self.area.coordinate_position(at) == CoordPos::Inside) || self.has_part_in(area)
    }

    fn is_near(&self, line: Line<f64>, margin: f64) -> bool {
        let (a, b) = (line.start, line.end);
        let [west, north] = [a.x.min(b.x) - margin, a.y.min(b.y) - margin];
        let [east, south] = [a.x.max(b.x) + margin, a.y.max(b.y) + margin];
        let near = self.tree.search(west, north, east, south);
        near.into_iter().any(|side| Euclidean.distance(&self.sides[side as usize], &line) <= margin)
    }

    /// Whether the feature encloses a polygon of the commune: then no border need be near.
    fn has_part_in(&self, area: &MultiPolygon<f64>) -> bool {
        let corners = self.area.iter().filter_map(|part| part.exterior().0.first());
        corners.into_iter().any(|at| area.coordinate_position(at) != CoordPos::Outside)
    }
}

fn boxes_meet(a: GridBox, b: GridBox, margin: f64) -> bool {
    let meet = |a: (u32, u32), b: (u32, u32)| {
        f64::from(a.0) <= f64::from(b.1) + margin && f64::from(b.0) <= f64::from(a.1) + margin
    };
    meet((a.min.x, a.max.x), (b.min.x, b.max.x)) && meet((a.min.y, a.max.y), (b.min.y, b.max.y))
}

/// The box that two boxes share; none when it has no area.
fn overlap(a: GridBox, b: GridBox) -> Option<GridBox> {
    let min = GridPoint { x: a.min.x.max(b.min.x), y: a.min.y.max(b.min.y) };
    let max = GridPoint { x: a.max.x.min(b.max.x), y: a.max.y.min(b.max.y) };
    (min.x < max.x && min.y < max.y).then_some(GridBox { min, max })
}

/// Polygons of rings without their closing point, each exterior followed by its interiors.
pub(super) fn polygons(rings: impl Iterator<Item = (PartRole, Vec<Coord<f64>>)>) -> MultiPolygon<f64> {
    let mut polygons: Vec<Polygon<f64>> = Vec::new();
    for (role, ring) in rings {
        match (polygons.last_mut(), role) {
            (Some(polygon), PartRole::Interior) => polygon.interiors_push(LineString(ring)),
            _ => polygons.push(Polygon::new(LineString(ring), Vec::new())),
        }
    }
    MultiPolygon(polygons)
}

fn sides(area: &MultiPolygon<f64>) -> impl Iterator<Item = Line<f64>> {
    area.iter().flat_map(|polygon| {
        let holes = polygon.interiors().iter().flat_map(LineString::lines);
        polygon.exterior().lines().chain(holes)
    })
}

pub(crate) fn coord(at: GridPoint) -> Coord<f64> {
    Coord { x: f64::from(at.x), y: f64::from(at.y) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it came from a grid point
fn point(at: Coord<f64>) -> GridPoint {
    GridPoint { x: at.x as u32, y: at.y as u32 }
}
