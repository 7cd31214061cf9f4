//! Tile coordinates: z, x, y checked once, when they are made, so that nothing after has to.
//! `TileId` is the same as one number, along the Hilbert curve of each zoom.

use std::{f64::consts::PI, fmt};

use layers::{Bbox, GridBox, GridPoint};

use crate::{Error, quantize::EXTENT_BITS};

/// Bits of a side of the fixed-point grid.
pub(crate) const GRID_BITS: u8 = 32;

/// A tile of the Web Mercator pyramid, y downwards (the XYZ scheme).
///
/// Zoom is at most 30 and `x`, `y` are less than 2^zoom: there is no other way to make one.
///
/// ```
/// use tiles::TileCoord;
/// let bellecour = TileCoord::parse("14", "8411", "5844.mvt").unwrap();
/// assert_eq!((bellecour.z(), bellecour.x(), bellecour.y()), (14, 8411, 5844));
/// assert!(TileCoord::new(1, 2, 0).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

/// A tile as one number: every tile of a zoom comes after those of the zooms before it, and
/// inside a zoom the tiles follow the Hilbert curve, so that neighbours have near numbers.
/// This is the numbering of PMTiles 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId(u64);

impl TileCoord {
    /// The deepest zoom.
    pub const MAX_ZOOM: u8 = 30;

    /// The tile at zoom `z`, column `x` from the antimeridian, row `y` from the top.
    ///
    /// # Errors
    /// When `z` is over 30, or `x` or `y` is 2^z or more.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, Error> {
        if z > Self::MAX_ZOOM {
            return Err(Error::Zoom(z));
        }
        if x >> z != 0 || y >> z != 0 {
            return Err(Error::OutsideZoom { z, x, y });
        }
        Ok(Self { z, x, y })
    }

    /// The tile of three path segments; the last may end in `.mvt` or `.pbf`.
    ///
    /// # Errors
    /// When a segment is not a plain decimal number (no sign, space, leading zero or fraction,
    /// ASCII digits only), so that each tile has one address; or as [`TileCoord::new`].
    pub fn parse(z: &str, x: &str, y: &str) -> Result<Self, Error> {
        let y = y.strip_suffix(".mvt").or_else(|| y.strip_suffix(".pbf")).unwrap_or(y);
        let z = decimal(z)?;
        Self::new(u8::try_from(z).unwrap_or(u8::MAX), decimal(x)?, decimal(y)?)
    }

    /// Zoom.
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column, from the antimeridian eastwards.
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row, from the top southwards.
    pub fn y(self) -> u32 {
        self.y
    }

    /// The tile that holds this one, a zoom above; none above zoom 0.
    pub fn parent(self) -> Option<Self> {
        (self.z > 0).then(|| Self { z: self.z - 1, x: self.x / 2, y: self.y / 2 })
    }

    /// The four tiles that share this one, a zoom below, row by row; none below zoom 30.
    pub fn children(self) -> Option<[Self; 4]> {
        let child = |dx, dy| Self { z: self.z + 1, x: self.x * 2 + dx, y: self.y * 2 + dy };
        (self.z < Self::MAX_ZOOM).then(|| [child(0, 0), child(1, 0), child(0, 1), child(1, 1)])
    }

    /// The part of the fixed-point grid that this tile and `buffer` tile units (4096ths of
    /// its side) around it show, cut at the edge of the square. Half a unit wider than asked,
    /// so that it holds whatever rounds into the buffer.
    pub fn window(self, buffer: u16) -> GridBox {
        let side = 1u64 << (GRID_BITS - self.z);
        let margin = ((u64::from(buffer) * 2 + 1) * side).div_ceil(2 << EXTENT_BITS);
        let from = |index: u32| clamp_to_grid((u64::from(index) * side).saturating_sub(margin));
        let to = |index: u32| clamp_to_grid((u64::from(index) + 1) * side + margin);
        GridBox { min: GridPoint { x: from(self.x), y: from(self.y) }, max: GridPoint { x: to(self.x), y: to(self.y) } }
    }

    /// The box of the tile, without buffer, in degrees.
    pub fn bbox(self) -> Bbox {
        let tiles = f64::from(1u32 << self.z);
        let lon = |x: u32| f64::from(x) / tiles * 360.0 - 180.0;
        let lat = |y: u32| ((1.0 - 2.0 * f64::from(y) / tiles) * PI).sinh().atan().to_degrees();
        Bbox { west: lon(self.x), south: lat(self.y + 1), east: lon(self.x + 1), north: lat(self.y) }
    }
}

impl fmt::Display for TileCoord {
    /// `14/8411/5844`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

impl TileId {
    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl From<TileCoord> for TileId {
    fn from(tile: TileCoord) -> Self {
        let (mut x, mut y, mut along) = (tile.x, tile.y, 0u64);
        for bit in (0..tile.z).rev() {
            let (right, low) = (x >> bit & 1, y >> bit & 1);
            along = along << 2 | u64::from((3 * right) ^ low);
            (x, y) = turn(bit, x, y, right, low);
        }
        Self(first_of_zoom(tile.z) + along)
    }
}

impl TryFrom<TileId> for TileCoord {
    type Error = Error;

    fn try_from(id: TileId) -> Result<Self, Error> {
        let z = (0..=Self::MAX_ZOOM).rev().find(|&z| first_of_zoom(z) <= id.0).unwrap_or(0);
        let along = id.0 - first_of_zoom(z);
        if along >> (2 * z) != 0 {
            return Err(Error::Zoom(Self::MAX_ZOOM + 1));
        }
        let (mut x, mut y) = (0u32, 0u32);
        for bit in 0..z {
            let quadrant = along >> (2 * bit) & 3;
            let right = u32::from(quadrant >= 2);
            let low = u32::from(quadrant == 1 || quadrant == 2);
            (x, y) = turn(bit, x, y, right, low);
            (x, y) = (x | right << bit, y | low << bit);
        }
        Self::new(z, x, y)
    }
}

impl From<u64> for TileId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

/// Number of the first tile of a zoom: how many tiles the zooms above it have.
fn first_of_zoom(z: u8) -> u64 {
    ((1u64 << (2 * z)) - 1) / 3
}

/// Turns the bits below `bit` so that the curve of a quadrant starts and ends beside its neighbours'.
fn turn(bit: u8, x: u32, y: u32, right: u32, low: u32) -> (u32, u32) {
    let below = (1u32 << bit) - 1;
    let (x, y) = (x & below, y & below);
    match (right, low) {
        (0, 0) => (y, x),
        (1, 0) => (below - y, below - x),
        _ => (x, y),
    }
}

fn decimal(text: &str) -> Result<u32, Error> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let refuse = || Error::NotANumber(text.chars().take(20).collect());
    if plain { text.parse().map_err(|_| refuse()) } else { Err(refuse()) }
}

fn clamp_to_grid(steps: u64) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tile(z: u8, x: u32, y: u32) -> TileCoord {
        TileCoord::new(z, x, y).unwrap()
    }

    fn any_tile() -> impl Strategy<Value = TileCoord> {
        (0..=TileCoord::MAX_ZOOM)
            .prop_flat_map(|z| (Just(z), 0..1u32 << z, 0..1u32 << z))
            .prop_map(|(z, x, y)| tile(z, x, y))
    }

    #[test]
    fn a_tile_lies_inside_its_zoom() {
        assert!(TileCoord::new(0, 0, 0).is_ok());
        assert!(TileCoord::new(30, (1 << 30) - 1, 0).is_ok());
        for (z, x, y) in [(0, 1, 0), (0, 0, 1), (14, 16_384, 0), (30, 1 << 30, 0), (31, 0, 0), (255, 0, 0)] {
            assert!(TileCoord::new(z, x, y).is_err(), "{z}/{x}/{y}");
        }
    }

    #[test]
    fn a_tile_has_one_spelling() {
        for y in ["5844", "5844.mvt", "5844.pbf"] {
            assert_eq!(TileCoord::parse("14", "8411", y).unwrap(), tile(14, 8411, 5844));
        }
        assert_eq!(TileCoord::parse("0", "0", "0").unwrap(), tile(0, 0, 0));
        for bad in ["", "014", "+14", " 14", "14 ", "14.0", "-1", "1e1", "１４", "0x1", "00", "99999999999999999999"]
        {
            assert!(TileCoord::parse(bad, "0", "0").is_err(), "z {bad:?}");
            assert!(TileCoord::parse("14", bad, "0").is_err(), "x {bad:?}");
            assert!(TileCoord::parse("14", "0", bad).is_err(), "y {bad:?}");
        }
        for bad in ["1.mvt.mvt", "1.png", ".mvt", "1.MVT"] {
            assert!(TileCoord::parse("14", "0", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_window_is_the_tile_and_its_buffer_and_half_a_unit() {
        // At zoom 12 a unit is 256 steps of the grid and a tile 2^20.
        let window = tile(12, 5, 7).window(64);
        assert_eq!(window.min, GridPoint { x: (5 << 20) - 64 * 256 - 128, y: (7 << 20) - 64 * 256 - 128 });
        assert_eq!(window.max, GridPoint { x: (6 << 20) + 64 * 256 + 128, y: (8 << 20) + 64 * 256 + 128 });
    }

    #[test]
    fn the_window_stops_at_the_edge_of_the_square() {
        let all = GridBox { min: GridPoint { x: 0, y: 0 }, max: GridPoint { x: u32::MAX, y: u32::MAX } };
        assert_eq!(tile(0, 0, 0).window(u16::MAX), all);
        assert_eq!(tile(1, 1, 1).window(0).max, all.max);
    }

    #[test]
    fn the_box_of_a_tile_is_known_in_degrees() {
        let b = tile(1, 1, 0).bbox();
        assert!((b.west, b.east, b.south) == (0.0, 180.0, 0.0) && (b.north - 85.051_128_78).abs() < 1e-8);
        let lyon = tile(14, 8411, 5844).bbox();
        assert!(lyon.west < 4.83 && 4.83 < lyon.east && lyon.south < 45.757 && 45.757 < lyon.north, "{lyon:?}");
    }

    #[test]
    fn tile_numbers_are_those_of_pmtiles() {
        for (z, x, y, id) in [
            (0, 0, 0, 0),
            (1, 0, 0, 1),
            (1, 0, 1, 2),
            (1, 1, 1, 3),
            (1, 1, 0, 4),
            (2, 0, 0, 5),
            (12, 3423, 1763, 19_078_479),
        ] {
            assert_eq!(TileId::from(tile(z, x, y)).get(), id, "{z}/{x}/{y}");
        }
        assert!(TileCoord::try_from(TileId::from(u64::MAX)).is_err());
    }

    proptest! {
        #[test]
        fn a_tile_number_leads_back_to_the_tile(t in any_tile()) {
            prop_assert_eq!(TileCoord::try_from(TileId::from(t)).unwrap(), t);
        }

        #[test]
        fn consecutive_tiles_of_a_zoom_touch(t in any_tile()) {
            let next = TileCoord::try_from(TileId(TileId::from(t).get() + 1));
            if let Ok(next) = next && next.z() == t.z() {
                prop_assert_eq!(t.x().abs_diff(next.x()) + t.y().abs_diff(next.y()), 1);
            }
        }

        #[test]
        fn children_lie_in_their_parent(t in any_tile()) {
            for child in t.children().into_iter().flatten() {
                prop_assert_eq!(child.parent(), Some(t));
                prop_assert!(t.window(0).contains(&child.window(0)));
            }
        }

        #[test]
        fn a_tile_printed_parses_back(t in any_tile()) {
            let text = t.to_string();
            let parts: Vec<&str> = text.split('/').collect();
            prop_assert_eq!(TileCoord::parse(parts[0], parts[1], parts[2]).unwrap(), t);
        }
    }
}
