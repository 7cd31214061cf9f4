//! What becomes of each row of a source: rejected and why, projected, identified, in its communes.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::{fs, path::Path};

use common::{collection, import_text, layer, point};
use layers::{CommuneRule, CommuneShapes, Crs, Error, FeatureId, Imported, Layer, Reason, import};

fn reasons(imported: &Imported) -> Vec<(u64, Reason)> {
    imported.report.rejected.iter().map(|rejected| (rejected.row, rejected.reason)).collect()
}

#[test]
fn every_bad_row_is_rejected_with_its_reason_and_the_others_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let good = point(0.0, 0.0);
    let rows = [
        ("null", "null"),
        ("[]", good.as_str()),
        ("{}", r#"{"type":"Point","coordinates":[]}"#),
        ("{}", r#"{"type":"Point","coordinates":[4.8]}"#),
        ("{}", r#"{"type":"Point","coordinates":["4.8","45.7"]}"#),
        ("{}", r#"{"type":"Cercle","coordinates":[4.8,45.7]}"#),
        ("{}", r#"{"type":"Point","coordinates":[4.8,97]}"#),
        ("{}", r#"{"type":"LineString","coordinates":[[4.8,45.7],[4.8,45.7]]}"#),
        ("{}", r#"{"type":"Polygon","coordinates":[[[4.8,45.7],[4.9,45.7],[4.8,45.7],[4.8,45.7]]]}"#),
        ("{}", r#"{"type":"MultiPolygon","coordinates":[]}"#),
        ("{}", r#"{"type":"Polygon","coordinates":[[[4.8,45.7],[4.9,45.8],[4.9,45.7],[4.8,45.8],[4.8,45.7]]]}"#),
        (
            "{}",
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[4.8,45.7]},{"type":"LineString","coordinates":[[4.8,45.7],[4.9,45.7]]}]}"#,
        ),
    ];
    let imported = import_text(folder.path(), &collection(&rows), |_| {}).unwrap();
    use Reason::{EmptyGeometry, MixedCollection, NoArea, NullGeometry, OutOfDomain, UnreadableGeometry, ZeroLength};
    let expected = [
        (1, NullGeometry),
        (3, EmptyGeometry),
        (4, UnreadableGeometry),
        (5, UnreadableGeometry),
        (6, UnreadableGeometry),
        (7, OutOfDomain),
        (8, ZeroLength),
        (9, NoArea),
        (10, EmptyGeometry),
        (12, MixedCollection),
    ];
    assert_eq!(reasons(&imported), expected);
    assert_eq!((imported.report.read, imported.report.accepted, imported.report.repaired), (12, 2, 1));
    let kept = folder.path().join("store/essai").join(imported.snapshot.revision()).join("report.json");
    let report: layers::Report = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    assert_eq!(report, imported.report);
}

#[test]
fn the_declared_coordinate_system_is_honoured_and_the_configured_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let cc46 = |name: &str| {
        let features = collection(&[("{}", r#"{"type":"Point","coordinates":[1842500,5174500]}"#)]);
        let crs = format!(r#"{{"crs":{{"type":"name","properties":{{"name":"{name}"}}}},"type""#);
        features.replacen(r#"{"type""#, &crs, 1)
    };
    let declared = import_text(folder.path(), &cc46("urn:ogc:def:crs:EPSG::3946"), |_| {}).unwrap();
    assert_eq!((declared.snapshot.crs(), declared.report.accepted), (Crs::Cc46, 1));
    let error = import_text(folder.path(), &cc46("EPSG:27572"), |_| {}).unwrap_err();
    assert!(error.to_string().contains("27572"), "{error}");
    let given = import_text(folder.path(), &cc46("EPSG:27572"), |layer| layer.source.crs = Some(Crs::Cc46)).unwrap();
    assert_eq!(given.snapshot.len(), 1);
    let degrees = import_text(folder.path(), &collection(&[("{}", &point(0.0, 0.0))]), |_| {}).unwrap();
    assert_eq!(degrees.snapshot.crs(), Crs::Wgs84);
}

#[test]
fn keys_give_identifiers_and_doubles_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let at: Vec<_> = (0..7).map(|i| point(f64::from(i) / 100.0, 0.0)).collect();
    let keys = [
        r#"{"k":12}"#,
        r#"{"k":"A1"}"#,
        r#"{"k":12}"#,
        r#"{"k":null}"#,
        r#"{"k":"A1"}"#,
        r#"{"k":-3}"#,
        r#"{"k":14.0}"#,
    ];
    let rows: Vec<_> = keys.iter().zip(&at).map(|(key, at)| (*key, at.as_str())).collect();
    let keyed = |layer: &mut Layer| layer.key = Some("k".to_owned());
    let imported = import_text(folder.path(), &collection(&rows), keyed).unwrap();
    assert_eq!(reasons(&imported), [(3, Reason::DuplicateKey), (5, Reason::DuplicateKey)]);
    assert_eq!((imported.report.accepted, imported.report.without_key), (5, 1));
    let mut ids: Vec<u64> = imported.snapshot.features().map(|feature| feature.id().0).collect();
    ids.sort_unstable();
    assert!(ids.starts_with(&[12, 14]) && ids.iter().all(|id| *id < 1 << 53), "{ids:?}");

    // The order of the rows does not change who is who.
    let reversed: Vec<_> = rows.iter().take(2).rev().copied().collect();
    let again = import_text(folder.path(), &collection(&reversed), keyed).unwrap();
    assert!(again.snapshot.features().all(|feature| ids.contains(&feature.id().0)));
}

#[test]
fn equal_rows_without_a_key_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = point(0.0, 0.0);
    let imported = import_text(folder.path(), &collection(&[("{}", &at), ("{}", &at), ("{}", &at)]), |_| {}).unwrap();
    assert_eq!((imported.snapshot.len(), imported.report.rejected_rows()), (3, 0));
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

#[test]
fn communes_are_found_by_geometry_on_the_border_and_within_the_margin() {
    let folder = tempfile::tempdir().unwrap();
    let shapes = two_communes(folder.path());
    let at = |lon: f64| format!(r#"{{"type":"Point","coordinates":[{lon},45.75]}}"#);
    let around = r#"{"type":"Polygon","coordinates":[[[4.7,45.6],[5.1,45.6],[5.1,45.9],[4.7,45.9],[4.7,45.6]]]}"#;
    let across = r#"{"type":"LineString","coordinates":[[4.7,45.75],[4.95,45.75]]}"#;
    let apart = r#"{"type":"MultiPoint","coordinates":[[4.7,45.75],[4.95,45.75]]}"#;
    let geometries = [at(4.85), at(4.9), at(4.899), at(5.2), around.to_owned(), across.to_owned(), apart.to_owned()];
    let names: Vec<_> = (1..=7).map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    let rows: Vec<_> = names.iter().zip(&geometries).map(|(n, g)| (n.as_str(), g.as_str())).collect();
    let path = folder.path().join("points.geojson");
    fs::write(&path, collection(&rows)).unwrap();
    let found = |margin_m: f64| -> Vec<String> {
        let mut layer = layer("points", &path, &[]);
        layer.key = Some("n".to_owned());
        layer.commune = Some(CommuneRule::Geometry { margin_m });
        let snapshot = import(&layer, folder.path(), Some(&shapes)).unwrap().snapshot;
        let communes = |n| snapshot.record(FeatureId(n)).unwrap().unwrap().communes;
        (1..=7)
            .map(|n| communes(n).iter().map(|code| if code.as_str() == "69029" { 'B' } else { 'V' }).collect())
            .collect()
    };
    assert_eq!(found(0.0), ["B", "BV", "B", "", "BV", "BV", "V"]);
    // One thousandth of a degree of longitude is 78 m at Lyon.
    assert_eq!(found(70.0)[2], "B");
    assert_eq!(found(85.0)[2], "BV");
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
    let error =
        import_text(folder.path(), &text, |layer| layer.commune = Some(CommuneRule::Geometry { margin_m: 0.0 }));
    assert!(matches!(error, Err(Error::NoCommuneShapes(_))));
}
