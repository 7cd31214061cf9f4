//! Files that are not what they are said to be: each is an error that names the file and the
//! place, and costs the last snapshot nothing.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::{fs, path::Path};

use common::{collection, import_text, layer, point};
use layers::{CommuneRule, Error, Layer, Snapshot, SourceFormat, import};

#[test]
fn files_that_are_not_what_they_are_said_to_be_are_named_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let good = collection(&[(r#"{"nom":"a"}"#, &point(0.0, 0.0)), (r#"{"nom":"b"}"#, &point(0.1, 0.0))]);
    import_text(folder.path(), &good, |_| {}).unwrap();
    let record = fs::read_dir(store.join("essai")).unwrap().find_map(|entry| {
        let path = entry.unwrap().path().join("record.fgb");
        path.exists().then(|| fs::read(path).unwrap())
    });
    let record = record.unwrap();
    let nan = good.replace("4.8,", "NaN,");
    let one = r#"{"type":"Feature","geometry":null,"properties":{}}"#;
    let between = record.len() - last_feature(&record);
    let cases: [(&str, &[u8], &str); 12] = [
        ("absent.geojson", &[], "No such file"),
        ("vide.geojson", &[], "the file is empty"),
        ("renomme.geojson", &record, "it starts as a FlatGeobuf file"),
        ("renomme.fgb", good.as_bytes(), "it starts as JSON"),
        ("carte.geojson", b"<html>".as_slice(), "XML or HTML"),
        ("liste.geojson", b"[1,2]".as_slice(), "it starts as JSON"),
        ("objet.geojson", br#"{"type":"Topology","objects":{}}"#.as_slice(), "Topology"),
        ("un.geojson", one.as_bytes(), "a FeatureCollection is wanted"),
        ("coupe.geojson", &good.as_bytes()[..good.len() - 20], "after 1 features, line 1"),
        ("nan.geojson", nan.as_bytes(), "after 0 features"),
        ("coupe.fgb", &record[..record.len() - 4], "after 1 of 2 features: the file ends"),
        ("net.fgb", &record[..between], "after 1 of 2 features: the file ends"),
    ];
    for (name, bytes, message) in cases {
        let path = folder.path().join(name);
        if !name.starts_with("absent") {
            fs::write(&path, bytes).unwrap();
        }
        let error = import(&layer("essai", &path, &[]), &store, None).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(message), "{name}: {error}");
        let kept = Snapshot::open_current(&store, &"essai".parse().unwrap()).unwrap().unwrap();
        assert_eq!(kept.len(), 2, "{name} cost the last snapshot something");
    }
}

/// Bytes of the last of two features of a FlatGeobuf file: everything after the first one.
fn last_feature(file: &[u8]) -> usize {
    let size = |at: usize| 4 + u32::from_le_bytes(*file[at..].first_chunk().unwrap()) as usize;
    let first = 8 + size(8) + 40 * 3; // magic, header, an index of two leaves and a root
    file.len() - first - size(first)
}

#[test]
fn a_truncated_gzip_is_an_error_and_a_whole_one_is_read_through() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let at = point(0.0, 0.0);
    let rows: Vec<_> = (0..500).map(|_| ("{}", at.as_str())).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(collection(&rows).as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    // No name needs to say it.
    let path = folder.path().join("points.geojson");
    fs::write(&path, &bytes).unwrap();
    assert_eq!(import(&layer("points", &path, &[]), folder.path(), None).unwrap().report.read, 500);
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = import(&layer("points", &path, &[]), folder.path(), None).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[test]
fn damaged_flatgeobuf_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let hole = r#"{"type":"Polygon","coordinates":[[[4.8,45.7],[4.9,45.7],[4.9,45.8],[4.8,45.7]],[[4.85,45.71],[4.88,45.71],[4.88,45.74],[4.85,45.71]]]}"#;
    let two = r#"{"type":"MultiPolygon","coordinates":[[[[4.8,45.7],[4.9,45.7],[4.9,45.8],[4.8,45.7]]],[[[5.0,45.7],[5.1,45.7],[5.1,45.8],[5.0,45.7]]]]}"#;
    let text = collection(&[(r#"{"nom":"é","n":1,"x":1.5,"b":true}"#, hole), (r#"{"nom":null}"#, two)]);
    let first = import_text(folder.path(), &text, |_| {}).unwrap().snapshot;
    let record = fs::read(folder.path().join("store/essai").join(first.revision()).join("record.fgb")).unwrap();
    let path = folder.path().join("abime.fgb");
    let layer = layer("abime", &path, &[]);
    let mut seed = 1_u64;
    let (mut errors, mut rejected) = (0, 0);
    for at in (0..record.len()).step_by(3) {
        let mut bytes = record.clone();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes[at] = (seed >> 56) as u8;
        fs::write(&path, &bytes).unwrap();
        match import(&layer, folder.path(), None) {
            Ok(imported) => rejected += imported.report.rejected_rows(),
            Err(_) => errors += 1,
        }
    }
    assert!(errors > 20 && rejected > 5, "{errors} errors, {rejected} rejected rows");
}

#[test]
fn an_attribute_that_no_row_has_is_refused_with_those_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = collection(&[(r#"{"nom":"a","code_insee":"69029"}"#, &point(0.0, 0.0))]);
    let error =
        |change: &dyn Fn(&mut Layer)| import_text(folder.path(), &text, |layer| change(layer)).unwrap_err().to_string();
    let tile = error(&|layer| layer.attributes = self::layer("x", Path::new("x"), &["nom", "libelle"]).attributes);
    assert!(tile.contains("« libelle »") && tile.contains("code_insee, nom"), "{tile}");
    assert!(error(&|layer| layer.key = Some("id".to_owned())).contains("named by key"));
    let commune = error(&|layer| layer.commune = Some(CommuneRule::Attribute("insee".to_owned())));
    assert!(commune.contains("named by commune"), "{commune}");
}

#[test]
fn the_format_is_said_by_the_configuration_and_not_by_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.txt");
    fs::write(&path, format!("\u{feff}{}", collection(&[("{}", &point(0.0, 0.0))]))).unwrap();
    let mut layer = layer("points", &path, &[]);
    layer.source.format = SourceFormat::GeoJson(path);
    assert_eq!(import(&layer, folder.path(), None).unwrap().report.accepted, 1);
}

#[test]
fn a_failed_export_does_not_empty_a_layer() {
    let folder = tempfile::tempdir().unwrap();
    let id = "essai".parse().unwrap();
    let metres = collection(&[("{}", r#"{"type":"Point","coordinates":[842363.96,6519249.87]}"#)]);
    let import = |text: &str| import_text(folder.path(), text, |_| {});
    // Nothing to lose: rows that are all bad are an error all the same, no row at all is not.
    assert!(matches!(import(&metres).unwrap_err(), Error::NothingAccepted { read: 1, .. }));
    assert!(Snapshot::open_current(&folder.path().join("store"), &id).unwrap().is_none());
    assert!(import(&collection(&[])).unwrap().snapshot.is_empty());
    assert!(import(&collection(&[])).unwrap().snapshot.is_empty());

    let full = import(&collection(&[("{}", &point(0.0, 0.0))])).unwrap().snapshot;
    for (text, read) in [(metres, "none of the 1 rows"), (collection(&[]), "none of the 0 rows")] {
        let error = import(&text).unwrap_err().to_string();
        assert!(error.contains("essai.geojson") && error.contains(read), "{error}");
        let kept = Snapshot::open_current(&folder.path().join("store"), &id).unwrap().unwrap();
        assert_eq!((kept.len(), kept.revision()), (1, full.revision()));
    }
}
