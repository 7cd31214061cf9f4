//! A strict reader of vector tiles, written from the specification alone
//! (<https://github.com/mapbox/vector-tile-spec/tree/master/2.1>) and sharing no code with what
//! it judges. Usual readers accept tiles that are wrong; this one says everything that is wrong.
//!
//! `mvt_strict/wire.rs` reads protocol buffers, `geometry.rs` the commands, `rings.rs` judges polygons.

#![allow(dead_code, unreachable_pub, unused_imports)] // each test that includes this file uses a part of it

#[path = "mvt_strict/geometry.rs"]
mod geometry;
#[path = "mvt_strict/rings.rs"]
mod rings;
#[path = "mvt_strict/wire.rs"]
mod wire;

use std::{collections::HashSet, fmt};

pub use geometry::{Geometry, Point, Polygon};
use wire::{Field, Malformed, Message, Payload};

/// What a tile holds, for tests that look further.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    pub layers: Vec<Layer>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub name: String,
    pub version: u64,
    pub extent: u64,
    pub features: Vec<Feature>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub id: Option<u64>,
    pub properties: Vec<(String, Value)>,
    pub geometry: Geometry,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Float(f32),
    Double(f64),
    Int(i64),
    Uint(u64),
    Sint(i64),
    Bool(bool),
}

/// Something wrong in a tile: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub layer: Option<String>,
    /// Position of the feature in its layer, from 0.
    pub feature: Option<usize>,
    pub what: String,
}

/// How much is asked of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// What the specification says must be, in its first or second version.
    Must,
    /// And what it says should be, and what a server of ours has no reason not to do: version 2,
    /// no empty layer, no unknown geometry, distinct identifiers, keys and values, none unused,
    /// points within one tile's side around the tile.
    Should,
}

impl Summary {
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name == name)
    }

    pub fn feature_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.features.len()).sum()
    }
}

impl Feature {
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = &self.layer {
            write!(f, "layer « {layer} », ")?;
        }
        if let Some(feature) = self.feature {
            write!(f, "feature {feature}, ")?;
        }
        f.write_str(&self.what)
    }
}

/// Reads a tile (not compressed) and judges it by every rule.
pub fn validate(tile: &[u8]) -> Result<Summary, Vec<Violation>> {
    validate_by(tile, Rules::Should)
}

/// Reads a tile (not compressed) and judges it by the rules asked.
pub fn validate_by(tile: &[u8], rules: Rules) -> Result<Summary, Vec<Violation>> {
    let mut judge = Judge { rules, layer: None, feature: None, violations: Vec::new() };
    let mut summary = Summary::default();
    let mut names = HashSet::new();
    judge.fields(tile, |judge, field| match (field.number, field.payload) {
        (3, Payload::Bytes(bytes)) => {
            let layer = read_layer(bytes, judge);
            judge.require(names.insert(layer.name.clone()), || "another layer has the same name".to_owned());
            judge.layer = None;
            summary.layers.push(layer);
            true
        }
        _ => false,
    });
    if judge.violations.is_empty() { Ok(summary) } else { Err(judge.violations) }
}

/// Collects what is wrong while reading goes on.
struct Judge {
    rules: Rules,
    layer: Option<String>,
    feature: Option<usize>,
    violations: Vec<Violation>,
}

impl Judge {
    fn blame(&mut self, what: impl Into<String>) {
        self.violations.push(Violation { layer: self.layer.clone(), feature: self.feature, what: what.into() });
    }

    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.blame(what());
        }
    }

    fn recommend(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if self.rules == Rules::Should {
            self.require(holds, what);
        }
    }

    /// Reads the fields of a message; `known` says whether it knows the field in that form.
    fn fields<'a>(&mut self, bytes: &'a [u8], mut known: impl FnMut(&mut Self, Field<'a>) -> bool) {
        for field in Message::new(bytes) {
            match field {
                Ok(field) => {
                    let Field { number, payload } = field;
                    if !known(self, field) {
                        self.blame(format!(
                            "field {number} is unknown here, or not of its wire type ({})",
                            payload.kind()
                        ));
                    }
                }
                Err(Malformed(what)) => self.blame(what),
            }
        }
    }
}

/// The parts of a layer, before its features can be understood.
#[derive(Default)]
struct RawLayer<'a> {
    names: Vec<&'a [u8]>,
    versions: Vec<u64>,
    extents: Vec<u64>,
    features: Vec<&'a [u8]>,
    keys: Vec<String>,
    values: Vec<Value>,
}

fn read_layer(bytes: &[u8], judge: &mut Judge) -> Layer {
    let mut raw = RawLayer::default();
    // The name first, so that everything else that is wrong is told under it.
    for field in Message::new(bytes).flatten() {
        if let Field { number: 1, payload: Payload::Bytes(name) } = field {
            judge.layer = Some(String::from_utf8_lossy(name).into_owned());
        }
    }
    judge.fields(bytes, |judge, field| {
        match (field.number, field.payload) {
            (1, Payload::Bytes(name)) => raw.names.push(name),
            (2, Payload::Bytes(feature)) => raw.features.push(feature),
            (3, Payload::Bytes(key)) => raw.keys.push(text(key, "a key", judge)),
            (4, Payload::Bytes(value)) => raw.values.extend(read_value(value, judge)),
            (5, Payload::Varint(extent)) => raw.extents.push(extent),
            (15, Payload::Varint(version)) => raw.versions.push(version),
            _ => return false,
        }
        true
    });
    judge_layer(&raw, judge);
    let name = raw.names.first().map_or_else(String::new, |name| text(name, "the name", judge));
    let extent = raw.extents.first().copied().unwrap_or(4096);
    let mut used = Used::default();
    let features = (0..).zip(&raw.features).filter_map(|(nth, bytes)| {
        judge.feature = Some(nth);
        let feature = read_feature(bytes, &raw, extent, &mut used, judge);
        judge.feature = None;
        feature
    });
    let layer =
        Layer { name, version: raw.versions.first().copied().unwrap_or(1), extent, features: features.collect() };
    judge_whole_layer(&layer, &raw, &used, judge);
    layer
}

/// The keys and values that some feature uses.
#[derive(Default)]
struct Used {
    keys: HashSet<usize>,
    values: HashSet<usize>,
}

fn judge_layer(raw: &RawLayer<'_>, judge: &mut Judge) {
    judge.require(raw.names.len() == 1, || format!("{} names, there must be one", raw.names.len()));
    judge.require(raw.names.first().is_none_or(|name| !name.is_empty()), || "the name is empty".to_owned());
    judge.require(raw.extents.len() <= 1, || "several extents".to_owned());
    judge.require(raw.extents.iter().all(|e| (1..=u64::from(u32::MAX)).contains(e)), || {
        format!("extent {:?}", raw.extents)
    });
    let known = raw.versions.len() == 1 && raw.versions.iter().all(|v| matches!(v, 1 | 2));
    judge.require(known, || format!("versions {:?}, there must be one and known", raw.versions));
    judge.recommend(raw.versions == [2], || format!("versions {:?}, not 2", raw.versions));
    judge.recommend(raw.extents.len() == 1, || "no extent".to_owned());
    judge.recommend(!raw.features.is_empty(), || "no feature".to_owned());
}

fn judge_whole_layer(layer: &Layer, raw: &RawLayer<'_>, used: &Used, judge: &mut Judge) {
    let distinct_keys: HashSet<&String> = raw.keys.iter().collect();
    judge.recommend(distinct_keys.len() == raw.keys.len(), || "a key is there twice".to_owned());
    // Their printed form tells apart values of different types, and a float from itself.
    let distinct_values: HashSet<String> = raw.values.iter().map(|v| format!("{v:?}")).collect();
    judge.recommend(distinct_values.len() == raw.values.len(), || "a value is there twice".to_owned());
    let all_used = used.keys.len() == raw.keys.len() && used.values.len() == raw.values.len();
    judge.recommend(all_used, || "a key or a value is used by no feature".to_owned());
    let mut ids = HashSet::new();
    let twice = layer.features.iter().filter_map(|feature| feature.id).find(|&id| !ids.insert(id));
    judge.recommend(twice.is_none(), || format!("two features have the identifier {twice:?}"));
}

/// Value: exactly one field, of a type that the specification names.
fn read_value(bytes: &[u8], judge: &mut Judge) -> Option<Value> {
    let mut values = Vec::new();
    judge.fields(bytes, |judge, field| {
        values.push(match (field.number, field.payload) {
            (1, Payload::Bytes(bytes)) => Value::Text(text(bytes, "a value", judge)),
            (2, Payload::Fixed32(bytes)) => Value::Float(f32::from_le_bytes(bytes)),
            (3, Payload::Fixed64(bytes)) => Value::Double(f64::from_le_bytes(bytes)),
            (4, Payload::Varint(number)) => Value::Int(number.cast_signed()),
            (5, Payload::Varint(number)) => Value::Uint(number),
            (6, Payload::Varint(number)) => Value::Sint(wire::unzigzag(number)),
            (7, Payload::Varint(number)) => {
                judge.require(number <= 1, || format!("{number} is no boolean"));
                Value::Bool(number != 0)
            }
            _ => return false,
        });
        true
    });
    judge.require(values.len() == 1, || format!("a value has {} known fields, it must have one", values.len()));
    values.pop()
}

fn read_feature(bytes: &[u8], raw: &RawLayer<'_>, extent: u64, used: &mut Used, judge: &mut Judge) -> Option<Feature> {
    let (mut ids, mut tags, mut kinds, mut geometries) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    judge.fields(bytes, |_, field| {
        match (field.number, field.payload) {
            (1, Payload::Varint(id)) => ids.push(id),
            (2, Payload::Bytes(packed)) => tags.push(packed),
            (3, Payload::Varint(kind)) => kinds.push(kind),
            (4, Payload::Bytes(packed)) => geometries.push(packed),
            _ => return false,
        }
        true
    });
    let once = ids.len() <= 1 && tags.len() <= 1 && kinds.len() == 1 && geometries.len() == 1;
    judge.require(once, || {
        let counts = [ids.len(), tags.len(), kinds.len(), geometries.len()];
        format!("{counts:?} identifiers, tags, types and geometries: at most one, one, and exactly one, one")
    });
    judge.recommend(ids.len() == 1, || "no identifier".to_owned());
    let properties = read_tags(tags.first().copied().unwrap_or_default(), raw, used, judge);
    let commands = numbers(geometries.first()?, "geometry", judge)?;
    let geometry = geometry::read(*kinds.first()?, &commands, judge)?;
    geometry::judge_reach(&geometry, extent, judge);
    Some(Feature { id: ids.first().copied(), properties, geometry })
}

fn read_tags(packed: &[u8], raw: &RawLayer<'_>, used: &mut Used, judge: &mut Judge) -> Vec<(String, Value)> {
    let tags = numbers(packed, "tags", judge).unwrap_or_default();
    judge.require(tags.len().is_multiple_of(2), || "an odd number of tags".to_owned());
    let mut properties: Vec<(String, Value)> = Vec::new();
    for pair in tags.as_chunks::<2>().0 {
        let [key, value] = pair.map(|index| index as usize);
        match (raw.keys.get(key), raw.values.get(value)) {
            (Some(name), Some(content)) => {
                used.keys.insert(key);
                used.values.insert(value);
                judge.require(properties.iter().all(|(other, _)| other != name), || {
                    format!("attribute « {name} » twice")
                });
                properties.push((name.clone(), content.clone()));
            }
            _ => judge.blame(format!(
                "tag {key}, {value}: the layer has {} keys and {} values",
                raw.keys.len(),
                raw.values.len()
            )),
        }
    }
    properties
}

/// A packed array of uint32.
fn numbers(packed: &[u8], what: &str, judge: &mut Judge) -> Option<Vec<u32>> {
    match wire::packed_u32(packed) {
        Ok(numbers) => Some(numbers),
        Err(Malformed(why)) => {
            judge.blame(format!("{what}: {why}"));
            None
        }
    }
}

fn text(bytes: &[u8], what: &str, judge: &mut Judge) -> String {
    judge.require(std::str::from_utf8(bytes).is_ok(), || format!("{what} is not UTF-8"));
    String::from_utf8_lossy(bytes).into_owned()
}
