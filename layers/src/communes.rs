//! The communes a feature lies in: said by an attribute, or found by its geometry.

use std::collections::BTreeSet;

use geo::{CoordinatePosition, Distance, Euclidean, Line, coordinate_position::CoordPos};
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex, sort::HilbertSort};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use crate::{
    Bbox, Commune, CommuneCode, CommuneRule, Error, Feature, FeatureRef, GridBox, GridPoint, MERCATOR_HALF_SIDE,
    PartKind, PartRole, Snapshot, Value, shape::Shape,
};

/// The polygons of the communes, ready to say which of them a feature touches.
#[derive(Debug)]
pub struct CommuneShapes {
    /// By increasing code.
    communes: Vec<Commune>,
    outlines: Vec<Outline>,
}

/// A commune on the grid. Grid steps are whole numbers below 2^32: exact as `f64`.
#[derive(Debug)]
struct Outline {
    bounds: GridBox,
    area: MultiPolygon<f64>,
    sides: Vec<Line<f64>>,
    /// Boxes of `sides`.
    tree: RTree<f64>,
}

/// The communes of a feature by the layer's rule, sorted. Without shapes, none is found by geometry.
pub(crate) fn communes_of(
    feature: &Feature,
    shape: &Shape,
    rule: &CommuneRule,
    shapes: Option<&CommuneShapes>,
) -> Vec<CommuneCode> {
    let found: BTreeSet<CommuneCode> = match rule {
        CommuneRule::Attribute(name) => code_of(feature.value(name)).into_iter().collect(),
        CommuneRule::List(name) => codes_in(feature.value(name)),
        CommuneRule::Geometry { margin_m } => shapes.map(|shapes| shapes.touched(shape, *margin_m)).unwrap_or_default(),
    };
    found.into_iter().collect()
}

fn code_of(value: &Value) -> Option<CommuneCode> {
    match value {
        Value::Text(text) => text.trim().parse().ok(),
        // 1004 is 01004 whose zero a spreadsheet lost.
        Value::Int(code) => format!("{code:05}").parse().ok(),
        Value::Float(code) if code.fract() == 0.0 => format!("{code:05.0}").parse().ok(),
        Value::Null | Value::Bool(_) | Value::Float(_) => None,
    }
}

fn codes_in(value: &Value) -> BTreeSet<CommuneCode> {
    let Value::Text(text) = value else { return code_of(value).into_iter().collect() };
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '[' | ']' | '{' | '}' | '"' | '\'');
    text.split(between).filter_map(|code| code.parse().ok()).collect()
}

impl CommuneShapes {
    /// Reads the communes from the snapshot of the layer that draws them: each feature's code and
    /// name are attributes of the source. A commune in several features is put together.
    ///
    /// Errors: a feature that is no polygon, has no valid code or no name.
    pub fn from_snapshot(snapshot: &Snapshot, code_attribute: &str, name_attribute: &str) -> Result<Self, Error> {
        let mut found: Vec<(Commune, MultiPolygon<f64>)> = Vec::new();
        for feature in snapshot.features() {
            let id = feature.id();
            let refuse = |what: &str| Error::CommuneShapes(format!("feature {} {what}", id.0));
            let record = snapshot.record(id)?.ok_or_else(|| refuse("has no record"))?;
            let value = |name: &str| record.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            let code = value(code_attribute).and_then(code_of);
            let code = code.ok_or_else(|| refuse(&format!("has no INSEE code in « {code_attribute} »")))?;
            let Some(Value::Text(name)) = value(name_attribute) else {
                return Err(refuse(&format!("has no name in « {name_attribute} »")));
            };
            let area = area(&feature).ok_or_else(|| refuse("is not a polygon"))?;
            match found.iter_mut().find(|(commune, _)| commune.code == code) {
                Some((_, known)) => known.0.extend(area.0),
                None => found.push((Commune { code, name: name.clone() }, area)),
            }
        }
        found.sort_by_key(|(commune, _)| commune.code);
        let (communes, areas): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let outlines = areas.into_iter().map(outline).collect::<Option<_>>();
        let outlines = outlines.ok_or_else(|| Error::CommuneShapes("a commune without an outline".to_owned()))?;
        Ok(Self { communes, outlines })
    }

    /// The communes, by increasing code.
    pub fn communes(&self) -> &[Commune] {
        &self.communes
    }

    /// The box of a commune in degrees.
    pub fn bbox(&self, code: CommuneCode) -> Option<Bbox> {
        Some(self.outlines[self.place(code)?].bounds.to_bbox())
    }

    /// The name of a commune.
    pub fn name(&self, code: CommuneCode) -> Option<&str> {
        Some(&self.communes[self.place(code)?].name)
    }

    fn place(&self, code: CommuneCode) -> Option<usize> {
        self.communes.binary_search_by_key(&code, |commune| commune.code).ok()
    }

    /// The communes a shape touches, and those within `margin_m` metres on the ground.
    fn touched(&self, shape: &Shape, margin_m: f64) -> BTreeSet<CommuneCode> {
        let probe = Probe::of(shape, margin_m);
        let near = self.communes.iter().zip(&self.outlines).filter(|(_, outline)| outline.is_touched(&probe));
        near.map(|(commune, _)| commune.code).collect()
    }
}

/// A feature as it is compared with outlines.
struct Probe {
    /// Its sides; a position is a line of no length.
    lines: Vec<Line<f64>>,
    /// A point of each part.
    starts: Vec<Coord<f64>>,
    area: Option<MultiPolygon<f64>>,
    bounds: GridBox,
    /// In grid steps.
    margin: f64,
}

impl Probe {
    fn of(shape: &Shape, margin_m: f64) -> Self {
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
        Self { lines, starts, area, bounds: shape.bounds, margin: steps(margin_m, shape.bounds) }
    }
}

/// How many grid steps a distance on the ground is, at the latitude of a box.
fn steps(metres: f64, at: GridBox) -> f64 {
    let latitude = at.min.to_lonlat().lat.to_radians();
    metres / latitude.cos() * 4_294_967_296.0 / (2.0 * MERCATOR_HALF_SIDE)
}

impl Outline {
    fn is_touched(&self, probe: &Probe) -> bool {
        let holds = |at: &Coord<f64>| self.area.coordinate_position(at) != CoordPos::Outside;
        boxes_meet(self.bounds, probe.bounds, probe.margin)
            && (probe.starts.iter().any(holds)
                || probe.lines.iter().any(|line| self.is_near(*line, probe.margin))
                || probe.area.as_ref().is_some_and(|area| self.has_part_in(area)))
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

fn area(feature: &FeatureRef<'_>) -> Option<MultiPolygon<f64>> {
    let parts = feature.parts().map(|part| (part.role, part.points.iter().map(coord).collect()));
    (feature.kind() == PartKind::Polygon).then(|| polygons(parts))
}

fn polygons(rings: impl Iterator<Item = (PartRole, Vec<Coord<f64>>)>) -> MultiPolygon<f64> {
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

fn outline(area: MultiPolygon<f64>) -> Option<Outline> {
    let sides: Vec<Line<f64>> = sides(&area).collect();
    let mut builder = RTreeBuilder::<f64>::new(u32::try_from(sides.len()).ok().filter(|n| *n > 0)?);
    for Line { start: a, end: b } in &sides {
        builder.add(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y));
    }
    let bounds = GridBox::around(sides.iter().map(|side| point(side.start)))?;
    Some(Outline { bounds, sides, area, tree: builder.finish::<HilbertSort>() })
}

fn coord(at: GridPoint) -> Coord<f64> {
    Coord { x: f64::from(at.x), y: f64::from(at.y) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it came from a grid point
fn point(at: Coord<f64>) -> GridPoint {
    GridPoint { x: at.x as u32, y: at.y as u32 }
}
