//! `zonage-plu`: zones under CNIG field names, with invented rules.

use super::text;
use crate::{
    output::{Geometry, Row, schema::Layer},
    plan::Commune,
};

/// A rule: label, its meaning, main use (CNIG DESTDOMI).
type Rule = (&'static str, &'static str, &'static str);

const CENTRAL: [Rule; 4] = [
    ("UCe1", "Zone urbaine de centre, îlots continus", "03"),
    ("UCe2", "Zone urbaine de centre, îlots ouverts", "03"),
    ("UCe3", "Zone urbaine de centre de quartier", "03"),
    ("UCe4", "Zone urbaine de centre de bourg", "03"),
];
const URBAN: [Rule; 4] = [
    ("URm1", "Zone urbaine mixte de formes compactes", "01"),
    ("URm2", "Zone urbaine mixte de formes diverses", "01"),
    ("URi1", "Zone urbaine d'habitat individuel", "01"),
    ("UEi1", "Zone urbaine d'activités économiques", "02"),
];
const FUTURE: [Rule; 2] =
    [("AU1", "Zone à urbaniser sous conditions", "03"), ("AU2", "Zone à urbaniser différée", "03")];
const FARMED: [Rule; 2] = [("A1", "Zone agricole protégée", "07"), ("A2", "Zone agricole", "07")];
const NATURAL: [Rule; 2] = [("N1", "Zone naturelle protégée", "08"), ("N2", "Zone naturelle de loisirs", "04")];

pub(super) fn zones(commune: &Commune, rows: &mut Vec<Row>) {
    for zone in &commune.zones {
        let rules: &[Rule] = match (zone.kind, zone.central) {
            ("U", true) => &CENTRAL,
            ("U", false) => &URBAN,
            ("AU", _) => &FUTURE,
            ("A", _) => &FARMED,
            _ => &NATURAL,
        };
        let (label, meaning, main_use) = rules[zone.rank % rules.len()];
        let ring = commune.ground.place_all(zone.cell.outline(130.0));
        rows.push(Row {
            layer: Layer::ZonagePlu,
            geometry: Geometry::Polygon(ring),
            values: [label, meaning, zone.kind, main_use, "20240115"].map(text).to_vec(),
        });
    }
}
