//! What becomes of each row of a source: rejected and why, projected, identified.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::fs;

use common::{collection, import_text, point};
use layers::{Crs, Imported, Layer, Reason};

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

/// Before projection, on the numbers of the file: an overflow inside the library that rebuilds polygons.
#[test]
fn one_row_that_makes_the_library_panic_is_rejected_and_the_others_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let bow_tie = r#"{"type":"Polygon","coordinates":[[[0,0],[1e-300,1e-300],[1e-300,0],[0,1e-300],[0,0]]]}"#;
    let (one, two) = (point(0.0, 0.0), point(0.1, 0.0));
    let rows = [("{}", one.as_str()), ("{}", bow_tie), ("{}", two.as_str())];
    let imported = import_text(folder.path(), &collection(&rows), |_| {}).unwrap();
    assert_eq!(reasons(&imported), [(2, Reason::Unrepairable)]);
    assert_eq!((imported.report.accepted, imported.snapshot.len()), (2, 2));
}
