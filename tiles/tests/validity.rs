//! Whatever valid geometry comes in, every tile is strictly valid, and an independent reader
//! (fast-mvt) understands it as the validator does.

#![allow(clippy::unwrap_used)] // a test and its helpers may fail loudly

mod common;
#[path = "../../tests/support/mvt_strict.rs"]
mod mvt_strict;

use std::{collections::HashSet, f64::consts::TAU};

use common::{cut_whole, feature, imported, raw, read, tile_at};
use fast_mvt::MvtReaderRef;
use geo_types::{Geometry as Decoded, LineString, Polygon as DecodedPolygon};
use mvt_strict::{Geometry, Point, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const LON: f64 = 4.85;
const LAT: f64 = 45.75;

/// Points around a centre by increasing angle: a ring that does not cross itself.
fn star(lon: f64, lat: f64, radius: f64, spokes: &[f64]) -> Vec<[f64; 2]> {
    let count = f64::from(u32::try_from(spokes.len()).unwrap());
    let mut ring: Vec<[f64; 2]> = (0u32..)
        .zip(spokes)
        .map(|(i, spoke)| {
            let angle = f64::from(i) / count * TAU;
            [lon + angle.cos() * radius * spoke, lat + angle.sin() * radius * spoke]
        })
        .collect();
    ring.push(ring[0]);
    ring
}

/// Half a metre to twenty kilometres.
fn any_radius() -> impl Strategy<Value = f64> {
    (-5.3f64..-0.7).prop_map(|power| 10f64.powf(power))
}

fn any_place() -> impl Strategy<Value = (f64, f64)> {
    (-0.05f64..0.05, -0.05f64..0.05).prop_map(|(x, y)| (LON + x, LAT + y))
}

fn any_polygon() -> impl Strategy<Value = Json> {
    let spokes = || prop::collection::vec(0.05f64..1.0, 3..40);
    (any_place(), any_radius(), spokes(), prop::option::of(spokes())).prop_map(|((lon, lat), radius, outer, inner)| {
        let least = outer.iter().copied().fold(1.0, f64::min);
        let mut rings = vec![star(lon, lat, radius, &outer)];
        // Inside the circle that the shortest spokes and the chord between two of them leave.
        let room = radius * least * (TAU / 2.0 / outer.len() as f64).cos() * 0.9;
        rings.extend(inner.map(|spokes| star(lon, lat, room, &spokes)));
        json!({ "type": "Polygon", "coordinates": rings })
    })
}

fn any_line() -> impl Strategy<Value = Json> {
    (any_place(), any_radius(), prop::collection::vec((-1.0f64..1.0, -1.0f64..1.0), 2..30)).prop_map(
        |((lon, lat), radius, steps)| {
            let line: Vec<[f64; 2]> = steps.into_iter().map(|(x, y)| [lon + x * radius, lat + y * radius]).collect();
            json!({ "type": "LineString", "coordinates": line })
        },
    )
}

fn any_features() -> impl Strategy<Value = Vec<Json>> {
    let geometry = prop_oneof![3 => any_polygon(), 2 => any_line(), 1 => any_place().prop_map(|(lon, lat)| json!({ "type": "Point", "coordinates": [lon, lat] }))];
    prop::collection::vec(geometry, 1..60).prop_map(|geometries| {
        let with_id = |(id, geometry): (u32, Json)| {
            feature(geometry, json!({ "id": id, "nom": format!("n{}", id % 7), "cote": f64::from(id) / 4.0 }))
        };
        (1..).zip(geometries).map(with_id).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_tile_of_valid_features_is_valid_and_read_alike_by_another_reader(features in any_features()) {
        let layer = imported("essai", &["nom", "cote"], None, &features);
        for z in 8..=20 {
            for (dx, dy) in [(0.0, 0.0), (0.01, 0.02), (-0.03, 0.04)] {
                let tile = cut_whole(&layer, tile_at(z, LON + dx, LAT + dy));
                let summary = read(&tile);
                let ours: Vec<Flat> = summary.layers.iter().flat_map(|l| &l.features).map(flat).collect();
                prop_assert_eq!(ours, read_by_fast_mvt(&raw(&tile)));
            }
        }
    }
}

/// A feature in a form that both readers can be brought to: closed rings, names and values as text.
#[derive(Debug, PartialEq)]
struct Flat {
    id: Option<u64>,
    properties: Vec<(String, String)>,
    kind: &'static str,
    paths: Vec<Vec<(i64, i64)>>,
}

fn flat(feature: &mvt_strict::Feature) -> Flat {
    let path = |points: &[Point]| points.iter().map(|p| (p.x, p.y)).collect::<Vec<_>>();
    let ring = |points: &[Point]| path(&[points, &points[..1]].concat());
    let (kind, paths) = match &feature.geometry {
        Geometry::Unknown => ("unknown", Vec::new()),
        Geometry::Points(points) => ("points", points.iter().map(|p| vec![(p.x, p.y)]).collect()),
        Geometry::Lines(lines) => ("lines", lines.iter().map(|line| path(line)).collect()),
        Geometry::Polygons(polygons) => (
            "polygons",
            polygons.iter().flat_map(|p| std::iter::once(&p.exterior).chain(&p.interiors)).map(|r| ring(r)).collect(),
        ),
    };
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Double(number) => number.to_string(),
        other => panic!("{other:?} is not among the values of this test"),
    };
    Flat {
        id: feature.id,
        properties: feature.properties.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        kind,
        paths,
    }
}

fn read_by_fast_mvt(bytes: &[u8]) -> Vec<Flat> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let layers = reader.layers();
    layers
        .flat_map(|layer| layer.features().collect::<Vec<_>>())
        .map(|feature| {
            let text = |value: fast_mvt::MvtValueRef<'_>| match value {
                fast_mvt::MvtValueRef::String(text) => text.to_string(),
                fast_mvt::MvtValueRef::Double(number) => number.to_string(),
                other => panic!("{other:?} is not among the values of this test"),
            };
            let properties = feature
                .properties()
                .map(|property| property.map(|(name, value)| (name.to_owned(), text(value))).unwrap());
            let (kind, paths) = decoded_paths(feature.geometry().unwrap());
            Flat { id: feature.id(), properties: properties.collect(), kind, paths }
        })
        .collect()
}

fn decoded_paths(geometry: Decoded<i32>) -> (&'static str, Vec<Vec<(i64, i64)>>) {
    let path = |line: &LineString<i32>| line.0.iter().map(|c| (i64::from(c.x), i64::from(c.y))).collect::<Vec<_>>();
    let rings = |polygon: &DecodedPolygon<i32>| -> Vec<Vec<(i64, i64)>> {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(path).collect()
    };
    match geometry {
        Decoded::Point(p) => ("points", vec![vec![(i64::from(p.x()), i64::from(p.y()))]]),
        Decoded::MultiPoint(points) => {
            ("points", points.iter().map(|p| vec![(i64::from(p.x()), i64::from(p.y()))]).collect())
        }
        Decoded::LineString(line) => ("lines", vec![path(&line)]),
        Decoded::MultiLineString(lines) => ("lines", lines.iter().map(path).collect()),
        Decoded::Polygon(polygon) => ("polygons", rings(&polygon)),
        Decoded::MultiPolygon(polygons) => ("polygons", polygons.iter().flat_map(rings).collect()),
        other => panic!("{other:?} does not exist in tiles"),
    }
}

/// A sheet of parcels whose borders are shared exactly, corners moved about.
fn parcels(corners: &[(f64, f64)], side: usize) -> Vec<Json> {
    let corner = |column: usize, row: usize| {
        let (dx, dy) = corners[row * (side + 1) + column];
        [LON + (column as f64 + dx) * 4e-4, LAT + (row as f64 + dy) * 4e-4]
    };
    let parcel = |i: usize| {
        let (c, r) = (i % side, i / side);
        let ring = [corner(c, r), corner(c + 1, r), corner(c + 1, r + 1), corner(c, r + 1), corner(c, r)];
        feature(json!({ "type": "Polygon", "coordinates": [ring] }), json!({ "id": i + 1 }))
    };
    (0..side * side).map(parcel).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Every edge between two parcels is there twice, once in each direction: no gap, no overlap.
    #[test]
    fn neighbours_keep_their_common_border_at_every_zoom(corners in prop::collection::vec((-0.3f64..0.3, -0.3f64..0.3), 13 * 13)) {
        let layer = imported("parcelles", &[], None, &parcels(&corners, 12));
        for z in 13..=18 {
            let summary = read(&cut_whole(&layer, tile_at(z, LON + 24e-4, LAT + 24e-4)));
            let mut edges: HashSet<(Point, Point)> = HashSet::new();
            for feature in &summary.layers[0].features {
                let Geometry::Polygons(polygons) = &feature.geometry else { panic!() };
                for ring in polygons.iter().map(|p| &p.exterior) {
                    let next = ring.iter().cycle().skip(1);
                    edges.extend(ring.iter().copied().zip(next.copied()));
                }
            }
            let edge_of_window = |p: Point| [-64, 4160].contains(&p.x) || [-64, 4160].contains(&p.y);
            let alone = edges.iter().filter(|(a, b)| !edges.contains(&(*b, *a))).filter(|(a, b)| !(edge_of_window(*a) && edge_of_window(*b)));
            // What is left is the outer border of the sheet, 12 edges a side.
            prop_assert!(alone.count() <= 48, "zoom {}", z);
        }
    }
}
