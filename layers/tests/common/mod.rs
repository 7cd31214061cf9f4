//! What the tests of this crate share: a layer over a file, and small GeoJSON.
#![allow(dead_code, unreachable_pub)] // each test file uses a part of it

use std::{fs, path::Path};

use layers::{
    Access, Attribute, Error, FeatureId, Imported, Layer, Snapshot, SourceFormat, SourceSpec, ValueRef, import,
};

/// A layer of a file; its format is what the name says.
pub fn layer(id: &str, path: &Path, attributes: &[&str]) -> Layer {
    let format = match path.to_string_lossy().contains(".fgb") {
        true => SourceFormat::FlatGeobuf(path.to_owned()),
        false => SourceFormat::GeoJson(path.to_owned()),
    };
    let attribute = |name: &&str| Attribute { name: (*name).to_owned(), label: (*name).to_owned() };
    Layer {
        id: id.parse().unwrap(),
        theme: "essai".to_owned(),
        title: id.to_owned(),
        summary: String::new(),
        source: SourceSpec { format, crs: None },
        key: None,
        attributes: attributes.iter().map(attribute).collect(),
        zooms: (10, 16),
        access: Access::Agents,
        commune: None,
        producer: String::new(),
        licence: String::new(),
        frequency: String::new(),
        date: None,
    }
}

/// A FeatureCollection of features given as (properties, geometry).
pub fn collection(features: &[(&str, &str)]) -> String {
    let feature = |(properties, geometry): &(&str, &str)| {
        format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
    };
    let features: Vec<String> = features.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Imports text as the GeoJSON file of a layer.
pub fn import_text(folder: &Path, text: &str, change: impl FnOnce(&mut Layer)) -> Result<Imported, Error> {
    let path = folder.join("essai.geojson");
    fs::write(&path, text).unwrap();
    let mut layer = layer("essai", &path, &[]);
    change(&mut layer);
    import(&layer, &folder.join("store"), None)
}

/// A point of the Métropole, as GeoJSON.
pub fn point(x: f64, y: f64) -> String {
    format!(r#"{{"type":"Point","coordinates":[{},{}]}}"#, 4.8 + x, 45.7 + y)
}

/// The tile values of a feature as text, by column.
pub fn values(snapshot: &Snapshot, id: FeatureId) -> Vec<(usize, String)> {
    let feature = snapshot.feature(id).unwrap();
    let text = |value| match snapshot.value(value) {
        ValueRef::Bool(b) => format!("{b}"),
        ValueRef::Int(i) => format!("{i}"),
        ValueRef::Float(f) => format!("{f:?}"),
        ValueRef::Text(t) => format!("« {t} »"),
    };
    feature.values().map(|(column, value)| (column, text(value))).collect()
}
