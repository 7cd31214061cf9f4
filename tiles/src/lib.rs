//! From features to vector tiles; a pipeline of plain functions.
//!
//! Reading order: `cut` (the whole pipeline), then its steps `select` (which features),
//! `draw` (one feature: `quantize`, `clip`, `polygon`, and `repair` with `trace`) and `encode` (bytes);
//! `coord` names tiles, `cache` keeps them, `tilejson` describes them.

mod cache;
mod clip;
mod coord;
mod cut;
mod draw;
mod encode;
mod error;
mod polygon;
mod quantize;
mod repair;
mod select;
mod tilejson;
mod trace;

#[cfg(test)]
#[path = "../../tests/support/mvt_strict.rs"]
mod mvt_strict;

pub use cache::{TileCache, TileKey};
pub use coord::{TileCoord, TileId};
pub use cut::{CutLayer, CutOptions, Tile, cut};
pub use error::Error;
pub use tilejson::{TileJson, TileJsonLayer, VectorLayer, tilejson};
