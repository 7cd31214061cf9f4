//! What can go wrong between an address of a tile and its bytes.

use crate::TileCoord;

/// Why a tile cannot be named or cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A part of the address is not a plain decimal number.
    #[error("« {0} » is not a tile coordinate (plain decimal digits)")]
    NotANumber(String),
    /// The zoom is too deep.
    #[error("zoom {0} is over {max}", max = TileCoord::MAX_ZOOM)]
    Zoom(u8),
    /// The column or the row does not exist at this zoom.
    #[error("tile {z}/{x}/{y} does not exist: x and y are less than 2^{z}")]
    OutsideZoom {
        /// Zoom.
        z: u8,
        /// Column.
        x: u32,
        /// Row.
        y: u32,
    },
    /// A tile holds each layer once: readers find layers by name.
    #[error("layer {0} is asked twice in one tile")]
    LayerTwice(String),
}
