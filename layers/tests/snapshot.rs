//! Snapshots as the tile cutter and the record sheet read them.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::{fs, path::Path};

use common::{collection, import_text, layer, point, values};
use layers::{
    AttributeType, CommuneRule, FeatureId, GeometryKind, GridBox, GridPoint, PartKind, PartRole, Snapshot, Territory,
    Value, import,
};
use proptest::prelude::*;

fn grid(lon: f64, lat: f64) -> GridPoint {
    let (x, y) = layers::to_mercator(layers::Crs::Wgs84, lon, lat).unwrap();
    GridPoint::from_mercator(x, y).unwrap()
}

fn window(west: f64, south: f64, east: f64, north: f64) -> GridBox {
    GridBox { min: grid(west, north), max: grid(east, south) }
}

#[test]
fn a_feature_keeps_its_parts_values_and_record() {
    let folder = tempfile::tempdir().unwrap();
    let square = r#"{"type":"MultiPolygon","coordinates":[[
        [[4.8,45.7,200],[4.9,45.7,200],[4.9,45.8,200],[4.8,45.8,200],[4.8,45.7,200]],
        [[4.83,45.73],[4.83,45.76],[4.86,45.76],[4.83,45.73]]],
        [[[5.0,45.7],[5.1,45.7],[5.1,45.8],[5.0,45.7]]]]}"#;
    let properties = r#"{"nom":"Parc","aire":12.5,"n":7,"clos":true,"vide":null,"autre":{"b":[1,2]}}"#;
    let text = collection(&[(properties, square)]);
    let snapshot = import_text(folder.path(), &text, |layer| {
        layer.key = Some("n".to_owned());
        layer.attributes = self::layer("x", Path::new("x"), &["clos", "nom", "aire", "n", "vide"]).attributes;
    })
    .unwrap()
    .snapshot;

    let feature = snapshot.feature(FeatureId(7)).unwrap();
    assert_eq!((feature.kind(), snapshot.geometry()), (PartKind::Polygon, GeometryKind::Polygon));
    let parts: Vec<_> = feature.parts().map(|part| (part.role, part.points.len())).collect();
    assert_eq!(parts, [(PartRole::Exterior, 4), (PartRole::Interior, 3), (PartRole::Exterior, 3)]);
    assert_eq!(feature.parts().next().unwrap().points.get(2), grid(4.9, 45.8));
    let expected = [(0, "true"), (1, "« Parc »"), (2, "12.5"), (3, "7")].map(|(c, v)| (c, v.to_owned()));
    assert_eq!(values(&snapshot, FeatureId(7)), expected);
    let kinds: Vec<_> = snapshot.columns().iter().map(|column| column.kind).collect();
    use AttributeType::{Boolean, Number, String as Text};
    assert_eq!(kinds, [Boolean, Text, Number, Number, Text]);

    let record = snapshot.record(FeatureId(7)).unwrap().unwrap();
    let names: Vec<_> = record.properties.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["nom", "aire", "n", "clos", "vide", "autre"]);
    assert_eq!(record.properties[2].1, Value::Int(7));
    assert_eq!(record.properties[4].1, Value::Null);
    assert_eq!(record.properties[5].1, Value::Text(r#"{"b":[1,2]}"#.to_owned()));
    let geo_types::Geometry::MultiPolygon(polygons) = record.geometry else { panic!("{:?}", record.geometry) };
    assert_eq!(polygons.0[0].exterior().0[2], geo_types::Coord { x: 4.9, y: 45.8 });
    assert!(snapshot.record(FeatureId(8)).unwrap().is_none());
}

#[test]
fn the_record_of_a_lambert_layer_is_in_degrees() {
    let folder = tempfile::tempdir().unwrap();
    let bellecour = r#"{"type":"Point","coordinates":[842363.96,6519249.87]}"#;
    let snapshot = import_text(folder.path(), &collection(&[("{}", bellecour)]), |layer| {
        layer.source.crs = Some(layers::Crs::Lambert93);
    })
    .unwrap()
    .snapshot;
    let id = snapshot.features().next().unwrap().id();
    let geo_types::Geometry::Point(at) = snapshot.record(id).unwrap().unwrap().geometry else { panic!() };
    assert!((at.x() - 4.832).abs() < 0.01 && (at.y() - 45.757).abs() < 0.01, "{at:?}");
}

#[test]
fn a_territory_counts_and_bounds_what_it_opens() {
    let folder = tempfile::tempdir().unwrap();
    let points: Vec<_> = [(0.0, "69029"), (0.1, "69029,69266"), (0.2, "69266"), (0.3, "")]
        .map(|(x, codes)| (format!(r#"{{"codes":"{codes}"}}"#), point(x, 0.0)))
        .to_vec();
    let features: Vec<_> = points.iter().map(|(p, g)| (p.as_str(), g.as_str())).collect();
    let imported = import_text(folder.path(), &collection(&features), |layer| {
        layer.commune = Some(CommuneRule::List("codes".to_owned()));
    })
    .unwrap();
    assert_eq!(imported.report.without_commune, 1);
    let extent = |codes: &[&str]| {
        let territory = Territory::of(codes.iter().map(|code| code.parse().unwrap()));
        imported.snapshot.extent(&territory)
    };
    assert_eq!(imported.snapshot.extent(&Territory::Whole).count, 4);
    let bron = extent(&["69029"]);
    assert_eq!(bron.count, 2);
    assert!((bron.bbox.unwrap().east - 4.9).abs() < 1e-6 && (bron.bbox.unwrap().west - 4.8).abs() < 1e-6);
    assert_eq!(extent(&["69029", "69266"]).count, 3);
    assert_eq!((extent(&["69381"]).count, extent(&["69381"]).bbox), (0, None));
}

#[test]
fn an_empty_layer_is_a_snapshot_like_another() {
    let folder = tempfile::tempdir().unwrap();
    let imported = import_text(folder.path(), &collection(&[]), |_| {}).unwrap();
    assert!(imported.snapshot.is_empty() && imported.report.read == 0);
    assert_eq!(imported.snapshot.within(window(-180.0, -80.0, 180.0, 80.0), 18).count(), 0);
    assert_eq!(imported.snapshot.extent(&Territory::Whole).bbox, None);
}

#[test]
fn any_changed_byte_is_seen_when_the_snapshot_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let features: Vec<_> = (0..50).map(|i| point(f64::from(i) / 1000.0, 0.0)).collect();
    let features: Vec<_> = features.iter().map(|point| (r#"{"nom":"é"}"#, point.as_str())).collect();
    let imported = import_text(folder.path(), &collection(&features), |_| {}).unwrap();
    let revision = folder.path().join("store/essai").join(imported.snapshot.revision());
    assert!(Snapshot::open(&revision).is_ok());
    for name in ["cut.bin", "record.fgb"] {
        let path = revision.join(name);
        let good = fs::read(&path).unwrap();
        for at in (0..good.len()).step_by(97) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(&path, &bad).unwrap();
            let error = Snapshot::open(&revision).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("import the layer again"), "{error}");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert!(Snapshot::open(&revision).unwrap_err().to_string().contains("bytes"));
        fs::write(&path, &good).unwrap();
    }
    assert!(Snapshot::open(&revision).is_ok());
}

#[test]
fn the_record_file_imports_again_as_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let line = r#"{"type":"LineString","coordinates":[[4.8,45.7],[4.81,45.71]]}"#;
    let many = r#"{"type":"MultiLineString","coordinates":[[[4.8,45.7],[4.81,45.71]],[[4.9,45.7],[4.91,45.71]]]}"#;
    let at = point(0.05, 0.05);
    let text = collection(&[(r#"{"n":1}"#, line), (r#"{"n":2.5}"#, many), (r#"{"t":"à"}"#, &at)]);
    let first = import_text(folder.path(), &text, |_| {}).unwrap().snapshot;
    let record = folder.path().join("store/essai").join(first.revision()).join("record.fgb");
    let second = import(&layer("encore", &record, &["n", "t"]), &folder.path().join("store"), None).unwrap().snapshot;
    assert_eq!((first.geometry(), second.geometry()), (GeometryKind::Mixed, GeometryKind::Mixed));
    let sheets = |snapshot: &Snapshot| {
        let sheet = |id| snapshot.record(id).unwrap().unwrap();
        let mut sheets: Vec<_> = snapshot
            .features()
            .map(|f| sheet(f.id()))
            .map(|r| format!("{:?} {:?}", r.properties, r.geometry))
            .collect();
        sheets.sort();
        sheets
    };
    assert_eq!(sheets(&first), sheets(&second));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The index finds exactly the features whose box meets the window and that show at the zoom.
    #[test]
    fn within_finds_what_looking_at_every_feature_finds(
        boxes in prop::collection::vec((0.0..0.4_f64, 0.0..0.3_f64, 0.000_01..0.02_f64, 0.000_01..0.02_f64), 0..120),
        windows in prop::collection::vec((0.0..0.4_f64, 0.0..0.3_f64, 0.0..0.2_f64, 0.0..0.2_f64), 1..10),
        zoom in 9_u8..18,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let polygon = |(x, y, w, h): &(f64, f64, f64, f64)| {
            let (x, y) = (4.7 + x, 45.6 + y);
            format!(r#"{{"type":"Polygon","coordinates":[[[{x},{y}],[{},{y}],[{x},{}],[{x},{y}]]]}}"#, x + w, y + h)
        };
        let polygons: Vec<_> = boxes.iter().map(polygon).collect();
        let features: Vec<_> = polygons.iter().map(|polygon| ("{}", polygon.as_str())).collect();
        let snapshot = import_text(folder.path(), &collection(&features), |_| {}).unwrap().snapshot;
        prop_assert_eq!(snapshot.len(), boxes.len());
        for (x, y, w, h) in windows {
            let window = window(4.7 + x, 45.6 + y, 4.7 + x + w, 45.6 + y + h);
            let shows = |f: &layers::FeatureRef<'_>| f.bounds().intersects(&window) && f.min_zoom() <= zoom;
            let expected: Vec<_> = snapshot.features().filter(shows).map(|f| f.id()).collect();
            let found: Vec<_> = snapshot.within(window, zoom).map(|f| f.id()).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// A position comes back from the grid within half a step, whatever the order of the roundings.
    #[test]
    fn the_grid_keeps_positions(lon in -179.9..179.9_f64, lat in -85.0..85.0_f64) {
        let point = grid(lon, lat);
        let back = point.to_lonlat();
        prop_assert_eq!(grid(back.lon, back.lat), point);
    }
}
