//! Snapshots made from GeoJSON through a real import, and tiles read back.

#![allow(dead_code, unreachable_pub)] // each test that includes this file uses a part of it

use std::io::Read;

use flate2::read::GzDecoder;
use layers::{Access, Attribute, CommuneRule, Layer, LayerId, Snapshot, SourceFormat, SourceSpec, Territory};
use serde_json::{Value, json};
use tempfile::TempDir;
use tiles::{CutLayer, CutOptions, Tile, TileCoord, cut};

use crate::mvt_strict::{Summary, validate};

/// A layer imported in a folder of its own.
pub struct Imported {
    pub layer: Layer,
    pub snapshot: Snapshot,
    folder: TempDir,
}

/// Imports GeoJSON features (degrees) as a layer; `commune` names the attribute of their communes.
pub fn imported(id: &str, attributes: &[&str], commune: Option<&str>, features: &[Value]) -> Imported {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("source.geojson");
    std::fs::write(&file, json!({ "type": "FeatureCollection", "features": features }).to_string()).unwrap();
    let layer = Layer {
        key: Some("id".to_owned()),
        attributes: attributes
            .iter()
            .map(|&name| Attribute { name: name.to_owned(), label: name.to_owned() })
            .collect(),
        access: if commune.is_some() { Access::Commune } else { Access::Agents },
        commune: commune.map(|name| CommuneRule::List(name.to_owned())),
        ..layer(id, SourceFormat::GeoJson(file))
    };
    let made = import(layer, folder);
    assert_eq!(made.snapshot.len(), features.len(), "a feature was rejected");
    made
}

/// Imports a file as a layer, without attributes in its tiles.
pub fn import_file(id: &str, format: SourceFormat) -> Imported {
    import(layer(id, format), TempDir::new().unwrap())
}

fn import(layer: Layer, folder: TempDir) -> Imported {
    let made = layers::import(&layer, &folder.path().join("store"), None).unwrap();
    Imported { layer, snapshot: made.snapshot, folder }
}

/// A layer of which nothing is said that matters here.
fn layer(id: &str, format: SourceFormat) -> Layer {
    Layer {
        id: id.parse::<LayerId>().unwrap(),
        theme: "voirie".to_owned(),
        title: format!("Les {id}"),
        summary: String::new(),
        source: SourceSpec { format, crs: None },
        key: None,
        attributes: Vec::new(),
        zooms: (0, 20),
        access: Access::Agents,
        commune: None,
        producer: "Métropole de Lyon".to_owned(),
        licence: "LO-2.0".to_owned(),
        frequency: "mensuelle".to_owned(),
        date: None,
    }
}

pub fn feature(geometry: Value, properties: Value) -> Value {
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

pub fn point(id: u32, lon: f64, lat: f64) -> Value {
    feature(json!({ "type": "Point", "coordinates": [lon, lat] }), json!({ "id": id }))
}

/// One layer of a tile, for the whole territory.
pub fn cut_whole(layer: &Imported, tile: TileCoord) -> Tile {
    cut_for(layer, tile, &Territory::Whole, &CutOptions::default())
}

pub fn cut_for(layer: &Imported, tile: TileCoord, territory: &Territory, options: &CutOptions) -> Tile {
    cut(tile, &[CutLayer { name: layer.layer.id.as_str(), snapshot: &layer.snapshot, territory }], options).unwrap()
}

/// The bytes of a tile before gzip.
pub fn raw(tile: &Tile) -> Vec<u8> {
    let mut raw = Vec::new();
    if tile.features > 0 {
        GzDecoder::new(&tile.bytes[..]).read_to_end(&mut raw).unwrap();
    }
    assert_eq!(raw.len(), tile.raw_len);
    raw
}

/// What a tile holds, by the strict validator.
pub fn read(tile: &Tile) -> Summary {
    let summary = validate(&raw(tile))
        .unwrap_or_else(|violations| panic!("{} violations, first: {}", violations.len(), violations[0]));
    assert_eq!(summary.feature_count(), tile.features as usize);
    summary
}

/// The tile of a zoom that holds a position.
pub fn tile_at(z: u8, lon: f64, lat: f64) -> TileCoord {
    let (x, y) = place(z, lon, lat);
    let index = |v: f64| format!("{}", (v / 4096.0).floor());
    TileCoord::parse(&z.to_string(), &index(x), &index(y)).unwrap()
}

/// A position in tile units of its zoom, from the corner of the world: the textbook formula.
pub fn place(z: u8, lon: f64, lat: f64) -> (f64, f64) {
    let side = f64::from(1u32 << z) * 4096.0;
    let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
    ((lon + 180.0) / 360.0 * side, y * side)
}
