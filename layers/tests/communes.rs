//! The communes of a feature: by an attribute, a list or its geometry.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::{fs, path::Path};

use common::{collection, import_text, layer, point};
use layers::{CommuneRule, CommuneShapes, Error, FeatureId, Layer, Snapshot, import};

fn by_geometry(margin_m: f64) -> CommuneRule {
    CommuneRule::Geometry { margin_m, of: "communes".parse().unwrap(), code: "insee".to_owned() }
}

/// Two communes side by side: Bron to the west of 4.9, Vénissieux to the east.
fn two_communes(folder: &Path) -> CommuneShapes {
    let square = |west: f64, east: f64| {
        format!(
            r#"{{"type":"Polygon","coordinates":[[[{west},45.7],[{east},45.7],[{east},45.8],[{west},45.8],[{west},45.7]]]}}"#
        )
    };
    let text = collection(&[
        (r#"{"insee":"69259","nom":"Vénissieux"}"#, &square(4.9, 5.0)),
        (r#"{"insee":69029,"nom":"Bron"}"#, &square(4.8, 4.9)),
    ]);
    let snapshot = import_text(folder, &text, |_| {}).unwrap().snapshot;
    CommuneShapes::from_snapshot(&snapshot, "insee", "nom").unwrap()
}

/// For each geometry, `B` when it is of Bron and `V` when it is of Vénissieux.
fn placed(folder: &Path, shapes: &CommuneShapes, geometries: &[String], margin_m: f64) -> Vec<String> {
    let names: Vec<_> = (1..=geometries.len()).map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    let rows: Vec<_> = names.iter().zip(geometries).map(|(n, g)| (n.as_str(), g.as_str())).collect();
    let path = folder.join("lieux.geojson");
    fs::write(&path, collection(&rows)).unwrap();
    let mut layer = layer("lieux", &path, &[]);
    layer.key = Some("n".to_owned());
    layer.commune = Some(by_geometry(margin_m));
    let snapshot = import(&layer, folder, Some(shapes)).unwrap().snapshot;
    let communes = |n| snapshot.record(FeatureId(n)).unwrap().unwrap().communes;
    let letters = |n| communes(n).iter().map(|code| if code.as_str() == "69029" { 'B' } else { 'V' }).collect();
    (1..=geometries.len() as u64).map(letters).collect()
}

/// The corners of a rectangle in the middle of the height of the communes, closed.
fn corners(west: f64, east: f64, height: f64) -> String {
    let (south, north) = (45.75, 45.75 + height);
    format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]")
}

fn rectangle(west: f64, east: f64, height: f64) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, corners(west, east, height))
}

#[test]
fn communes_are_found_by_geometry_on_the_border_and_within_the_margin() {
    let folder = tempfile::tempdir().unwrap();
    let shapes = two_communes(folder.path());
    let at = |lon: f64| format!(r#"{{"type":"Point","coordinates":[{lon},45.75]}}"#);
    let around = r#"{"type":"Polygon","coordinates":[[[4.7,45.6],[5.1,45.6],[5.1,45.9],[4.7,45.9],[4.7,45.6]]]}"#;
    let across = r#"{"type":"LineString","coordinates":[[4.7,45.75],[4.95,45.75]]}"#;
    let along = r#"{"type":"LineString","coordinates":[[4.9,45.74],[4.9,45.76]]}"#;
    let apart = r#"{"type":"MultiPoint","coordinates":[[4.7,45.75],[4.95,45.75]]}"#;
    let [around, across, along, apart] = [around, across, along, apart].map(str::to_owned);
    let geometries = [at(4.85), at(4.9), at(4.899), at(5.2), around, across, along, apart];
    let found = |margin_m| placed(folder.path(), &shapes, &geometries, margin_m);
    assert_eq!(found(0.0), ["B", "BV", "B", "", "BV", "BV", "BV", "V"]);
    // One thousandth of a degree of longitude is 78 m at Lyon.
    assert_eq!(found(70.0)[2], "B");
    assert_eq!(found(85.0)[2], "BV");
}

#[test]
fn the_neighbours_zone_along_the_border_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    let shapes = two_communes(folder.path());
    let whole = r#"[[4.8,45.7],[4.9,45.7],[4.9,45.8],[4.8,45.8],[4.8,45.7]]"#;
    let large = r#"[[4.7,45.6],[5.1,45.6],[5.1,45.9],[4.7,45.9],[4.7,45.6]]"#;
    let polygon = |rings: &str| format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#);
    // A ten-millionth of a degree is 8 mm from west to east, 11 mm from south to north.
    let cases = [
        (rectangle(4.89, 4.9, 0.01), "B"),
        (rectangle(4.9, 4.91, 0.01), "V"),
        (rectangle(4.89, 4.900_000_3, 0.000_05), "B"), // 0.1 m² beyond
        (rectangle(4.89, 4.900_01, 0.000_05), "BV"),   // 4 m² beyond
        (rectangle(4.85, 4.850_005, 0.000_005), "B"),  // a post, far below 1 m², inside
        (rectangle(4.9, 4.900_005, 0.000_005), "V"),   // the same on the border
        (rectangle(4.899_997, 4.900_003, 0.000_005), "BV"),
        (polygon(whole), "B"),
        (polygon(large), "BV"),
        (polygon(&format!("{large},{whole}")), "V"), // all but Bron
        (polygon(&format!("{},{}", corners(4.88, 4.92, 0.04), corners(4.9, 4.91, 0.02))), "BV"),
        (
            format!(
                r#"{{"type":"MultiPolygon","coordinates":[[{}],[{}]]}}"#,
                corners(4.9, 4.91, 0.01),
                corners(5.2, 5.3, 0.01)
            ),
            "V",
        ),
    ];
    let (geometries, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    assert_eq!(placed(folder.path(), &shapes, &geometries, 0.0), expected);
    assert_eq!(placed(folder.path(), &shapes, &geometries, 1.0)[..2], ["BV", "BV"]);
}

#[test]
fn a_snapshot_names_the_communes_it_was_placed_by() {
    let folder = tempfile::tempdir().unwrap();
    let shapes = two_communes(folder.path());
    let communes = Snapshot::open_current(&folder.path().join("store"), &"essai".parse().unwrap()).unwrap().unwrap();
    let path = folder.path().join("lieux.geojson");
    fs::write(&path, collection(&[("{}", &point(0.0, 0.05))])).unwrap();
    let with = |rule| Layer { commune: rule, ..layer("lieux", &path, &[]) };
    let placed = with(Some(by_geometry(0.0)));
    let snapshot = import(&placed, folder.path(), Some(&shapes)).unwrap().snapshot;
    assert_eq!(snapshot.placed_by(), Some(communes.revision()));
    assert_eq!(communes.placed_by(), None);
    assert!(snapshot.is_of(&placed));
    let (of, code) = ("communes".parse().unwrap(), "insee".to_owned());
    let others = [
        CommuneRule::Geometry { margin_m: 0.0, of: "arrondissements".parse().unwrap(), code },
        CommuneRule::Geometry { margin_m: 0.0, of, code: "code".to_owned() },
        by_geometry(1.0),
    ];
    for other in others {
        assert!(!snapshot.is_of(&with(Some(other.clone()))), "{other:?}");
    }
}

#[test]
fn commune_shapes_know_names_and_boxes() {
    let folder = tempfile::tempdir().unwrap();
    let shapes = two_communes(folder.path());
    let codes: Vec<_> = shapes.communes().iter().map(|commune| commune.code.to_string()).collect();
    assert_eq!(codes, ["69029", "69259"]);
    let bron = "69029".parse().unwrap();
    assert_eq!(shapes.name(bron), Some("Bron"));
    let bbox = shapes.bbox(bron).unwrap();
    assert!((bbox.west - 4.8).abs() < 1e-6 && (bbox.east - 4.9).abs() < 1e-6);
    assert_eq!(shapes.bbox("69381".parse().unwrap()), None);
    let points =
        import_text(folder.path(), &collection(&[(r#"{"insee":"69029"}"#, &point(0.0, 0.0))]), |_| {}).unwrap();
    assert!(
        CommuneShapes::from_snapshot(&points.snapshot, "insee", "nom").unwrap_err().to_string().contains("« nom »")
    );
}

#[test]
fn communes_come_from_one_attribute_or_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let at = point(0.0, 0.0);
    let communes = |rule: CommuneRule, value: &str| {
        let text = collection(&[(&format!(r#"{{"c":{value}}}"#), &at)]);
        let imported = import_text(folder.path(), &text, |layer| layer.commune = Some(rule)).unwrap();
        imported.snapshot.commune_sets()[0].iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let one = |value| communes(CommuneRule::Attribute("c".to_owned()), value);
    let list = |value| communes(CommuneRule::List("c".to_owned()), value);
    assert_eq!(
        [one(r#""69029""#), one("69029"), one("1004"), one(r#""Bron""#), one("null")],
        ["69029", "69029", "01004", "", ""]
    );
    assert_eq!(list(r#""69266; 69029|69259,69029""#), "69029 69259 69266");
    assert_eq!(list(r#"["69266","69029"]"#), "69029 69266");
}

#[test]
fn communes_by_geometry_without_shapes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = collection(&[("{}", &point(0.0, 0.0))]);
    let error = import_text(folder.path(), &text, |layer| layer.commune = Some(by_geometry(0.0)));
    assert!(matches!(error, Err(Error::NoCommuneShapes(_))));
}
