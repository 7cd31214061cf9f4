//! TileJSON 3.0.0, the description of a set of tiles that maps read first:
//! <https://github.com/mapbox/tilejson-spec/tree/master/3.0.0>.

use std::collections::BTreeMap;

use layers::{AttributeType, Bbox, Layer, Snapshot, Territory};
use serde::Serialize;

/// One layer to describe, and the part of it that was granted.
#[derive(Debug, Clone, Copy)]
pub struct TileJsonLayer<'a> {
    /// What the administrator says of it.
    pub layer: &'a Layer,
    /// Its features.
    pub snapshot: &'a Snapshot,
    /// What the decision opens of it: the bounds are those of this part only.
    pub territory: &'a Territory,
}

/// A TileJSON document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TileJson {
    /// Version of the specification.
    pub tilejson: &'static str,
    /// Title of the layer, or of each.
    pub name: String,
    /// Address of a tile, with `{z}`, `{x}` and `{y}` in place of numbers.
    pub tiles: [String; 1],
    /// What the tiles hold.
    pub vector_layers: Vec<VectorLayer>,
    /// First zoom of any layer.
    pub minzoom: u8,
    /// Last zoom of any layer; maps enlarge its tiles beyond.
    pub maxzoom: u8,
    /// West, south, east, north in degrees of what may be seen; absent when that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 4]>,
    /// Producers, each once.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub attribution: String,
}

/// One layer of a TileJSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VectorLayer {
    /// Name of the layer in the tiles.
    pub id: String,
    /// What it holds, in words.
    pub description: String,
    /// First zoom.
    pub minzoom: u8,
    /// Last zoom.
    pub maxzoom: u8,
    /// Attributes carried by the tiles, and the type of each.
    pub fields: BTreeMap<String, AttributeType>,
}

/// Describes the tiles of these layers, at least one. `url` is the address of a tile, with
/// `{z}`, `{x}` and `{y}` in place of numbers.
pub fn tilejson(layers: &[TileJsonLayer<'_>], url: String) -> TileJson {
    let mut producers: Vec<&str> = Vec::new();
    for producer in layers.iter().map(|l| l.layer.producer.as_str()) {
        if !producer.is_empty() && !producers.contains(&producer) {
            producers.push(producer);
        }
    }
    let bounds = layers.iter().filter_map(|l| l.snapshot.extent(l.territory).bbox).reduce(union);
    TileJson {
        tilejson: "3.0.0",
        name: layers.iter().map(|l| l.layer.title.as_str()).collect::<Vec<_>>().join(", "),
        tiles: [url],
        vector_layers: layers.iter().map(vector_layer).collect(),
        minzoom: layers.iter().map(|l| l.layer.zooms.0).min().unwrap_or(0),
        maxzoom: layers.iter().map(|l| l.layer.zooms.1).max().unwrap_or(0),
        bounds: bounds.map(|b| [b.west, b.south, b.east, b.north]),
        attribution: producers.join(", "),
    }
}

fn vector_layer(described: &TileJsonLayer<'_>) -> VectorLayer {
    let Layer { id, title, summary, zooms: (minzoom, maxzoom), .. } = described.layer;
    VectorLayer {
        id: id.to_string(),
        description: if summary.is_empty() { title.clone() } else { summary.clone() },
        minzoom: *minzoom,
        maxzoom: *maxzoom,
        fields: described.snapshot.columns().iter().map(|column| (column.name.clone(), column.kind)).collect(),
    }
}

fn union(a: Bbox, b: Bbox) -> Bbox {
    Bbox {
        west: a.west.min(b.west),
        south: a.south.min(b.south),
        east: a.east.max(b.east),
        north: a.north.max(b.north),
    }
}
