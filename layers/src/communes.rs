//! The communes a feature lies in: said by an attribute, or found by its geometry.

mod clip;
mod outline;

use std::collections::BTreeSet;

use geo_types::MultiPolygon;

pub(crate) use self::outline::coord;
use self::outline::{Outline, Probe, polygons};
use crate::{
    Bbox, Commune, CommuneCode, CommuneRule, Error, Feature, FeatureRef, GridPoint, PartKind, Snapshot, Value,
    shape::Shape,
};

/// The polygons of the communes, ready to say in which of them a feature lies.
#[derive(Debug)]
pub struct CommuneShapes {
    /// Of the snapshot they were read from.
    revision: String,
    /// By increasing code.
    communes: Vec<Commune>,
    outlines: Vec<Outline>,
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
        CommuneRule::Geometry { margin_m, .. } => {
            shapes.map(|shapes| shapes.around(shape, *margin_m)).unwrap_or_default()
        }
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
            if feature.kind() != PartKind::Polygon {
                return Err(refuse("is not a polygon"));
            }
            let area = area(&feature);
            match found.iter_mut().find(|(commune, _)| commune.code == code) {
                Some((_, known)) => known.0.extend(area.0),
                None => found.push((Commune { code, name: name.clone() }, area)),
            }
        }
        found.sort_by_key(|(commune, _)| commune.code);
        let (communes, areas): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let outlines = areas.into_iter().map(Outline::of).collect::<Option<_>>();
        let outlines = outlines.ok_or_else(|| Error::CommuneShapes("a commune without an outline".to_owned()))?;
        Ok(Self { revision: snapshot.revision().to_owned(), communes, outlines })
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

    /// The commune a point lies in, the first by its code on a border.
    pub fn at(&self, point: GridPoint) -> Option<CommuneCode> {
        let here = self.outlines.iter().position(|outline| outline.holds(point))?;
        Some(self.communes[here].code)
    }

    fn place(&self, code: CommuneCode) -> Option<usize> {
        self.communes.binary_search_by_key(&code, |commune| commune.code).ok()
    }

    /// Revision of the snapshot they were read from.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The communes of a shape, as `CommuneRule::Geometry` says it.
    fn around(&self, shape: &Shape, margin_m: f64) -> BTreeSet<CommuneCode> {
        let probe = Probe::of(shape, margin_m);
        let found = self.communes.iter().zip(&self.outlines).filter(|(_, outline)| outline.has(&probe));
        found.map(|(commune, _)| commune.code).collect()
    }
}

/// The area of a feature that is one, on the grid.
pub(crate) fn area(feature: &FeatureRef<'_>) -> MultiPolygon<f64> {
    polygons(feature.parts().map(|part| (part.role, part.points.iter().map(coord).collect())))
}
