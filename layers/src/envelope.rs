//! Boxes and points, each type in one coordinate system only:
//! `LonLat` and `Bbox` in degrees, `Envelope` in Web Mercator metres,
//! `GridPoint` and `GridBox` on the fixed-point grid that snapshots and tiles share.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Half the side of the Web Mercator square, in metres (EPSG:3857).
pub const MERCATOR_HALF_SIDE: f64 = 20_037_508.342_789_244;

/// A position in degrees, longitude first (WGS 84; RGF93 is taken as equal to it).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LonLat {
    /// Longitude in degrees, east positive.
    pub lon: f64,
    /// Latitude in degrees, north positive.
    pub lat: f64,
}

/// An axis-aligned box in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bbox {
    /// Smallest longitude.
    pub west: f64,
    /// Smallest latitude.
    pub south: f64,
    /// Largest longitude.
    pub east: f64,
    /// Largest latitude.
    pub north: f64,
}

/// An axis-aligned box in Web Mercator metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Envelope {
    /// Smallest easting.
    pub min_x: f64,
    /// Smallest northing.
    pub min_y: f64,
    /// Largest easting.
    pub max_x: f64,
    /// Largest northing.
    pub max_y: f64,
}

/// A point of the fixed-point grid: the Web Mercator square in 2^32 steps a side,
/// origin at its north-west corner, y downwards as in tiles. One step is 9 mm at the
/// equator, 6.5 mm on the ground at Lyon. A tile's origin and scale are powers of two,
/// so tile coordinates are a subtraction and a shift: neighbours round alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GridPoint {
    /// Steps east of the antimeridian.
    pub x: u32,
    /// Steps south of the top of the square.
    pub y: u32,
}

/// A box of the fixed-point grid, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridBox {
    /// North-west corner.
    pub min: GridPoint,
    /// South-east corner.
    pub max: GridPoint,
}

impl GridPoint {
    /// The nearest grid point of a Web Mercator position in metres; none outside the square.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the range is checked just above the casts
    pub fn from_mercator(x: f64, y: f64) -> Option<Self> {
        let step = |metres: f64| {
            let steps = (metres / (2.0 * MERCATOR_HALF_SIDE) * 4_294_967_296.0).round();
            (0.0..=4_294_967_296.0).contains(&steps).then(|| steps.min(4_294_967_295.0) as u32)
        };
        Some(Self { x: step(x + MERCATOR_HALF_SIDE)?, y: step(MERCATOR_HALF_SIDE - y)? })
    }

    /// The Web Mercator position in metres.
    pub fn to_mercator(self) -> (f64, f64) {
        let metres = |steps: u32| f64::from(steps) / 4_294_967_296.0 * 2.0 * MERCATOR_HALF_SIDE;
        (metres(self.x) - MERCATOR_HALF_SIDE, MERCATOR_HALF_SIDE - metres(self.y))
    }

    /// The position in degrees (the spherical formulas of EPSG:3857).
    pub fn to_lonlat(self) -> LonLat {
        let (x, y) = self.to_mercator();
        let radius = MERCATOR_HALF_SIDE / PI;
        LonLat { lon: (x / radius).to_degrees(), lat: (y / radius).sinh().atan().to_degrees() }
    }
}

impl GridBox {
    /// The box of some points; none for no point.
    pub fn around(points: impl IntoIterator<Item = GridPoint>) -> Option<Self> {
        points.into_iter().fold(None, |found, p| {
            let b: Self = found.unwrap_or(Self { min: p, max: p });
            Some(Self {
                min: GridPoint { x: b.min.x.min(p.x), y: b.min.y.min(p.y) },
                max: GridPoint { x: b.max.x.max(p.x), y: b.max.y.max(p.y) },
            })
        })
    }

    /// The box around both; either may be missing.
    pub fn union(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        Self::around([a, b].into_iter().flatten().flat_map(|b| [b.min, b.max]))
    }

    /// The box in degrees.
    pub fn to_bbox(self) -> Bbox {
        let (north_west, south_east) = (self.min.to_lonlat(), self.max.to_lonlat());
        Bbox { west: north_west.lon, south: south_east.lat, east: south_east.lon, north: north_west.lat }
    }

    /// Whether the boxes share at least a point.
    pub fn intersects(&self, other: &Self) -> bool {
        self.min.x <= other.max.x && other.min.x <= self.max.x && self.min.y <= other.max.y && other.min.y <= self.max.y
    }

    /// Whether `other` lies entirely inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.min.x <= other.min.x && other.max.x <= self.max.x && self.min.y <= other.min.y && other.max.y <= self.max.y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_keeps_a_position_within_half_a_step() {
        let (x, y) = (539_000.123, 5_742_000.456);
        let (back_x, back_y) = GridPoint::from_mercator(x, y).unwrap().to_mercator();
        assert!((x - back_x).abs() < 0.005 && (y - back_y).abs() < 0.005);
    }

    #[test]
    fn a_grid_point_is_where_it_was_in_degrees() {
        let bellecour = LonLat { lon: 4.832, lat: 45.757 };
        let (x, y) = crate::from_lonlat(bellecour, crate::Crs::WebMercator).unwrap();
        let back = GridPoint::from_mercator(x, y).unwrap().to_lonlat();
        assert!((back.lon - bellecour.lon).abs() < 1e-7 && (back.lat - bellecour.lat).abs() < 1e-7, "{back:?}");
    }

    #[test]
    fn nothing_outside_the_square_is_a_grid_point() {
        assert!(GridPoint::from_mercator(2.1e7, 0.0).is_none());
        assert!(GridPoint::from_mercator(f64::NAN, 0.0).is_none());
        assert_eq!(GridPoint::from_mercator(-MERCATOR_HALF_SIDE, MERCATOR_HALF_SIDE), Some(GridPoint { x: 0, y: 0 }));
    }

    #[test]
    fn boxes_touching_at_a_corner_intersect() {
        let b = |x0, y0, x1, y1| GridBox { min: GridPoint { x: x0, y: y0 }, max: GridPoint { x: x1, y: y1 } };
        assert!(b(0, 0, 5, 5).intersects(&b(5, 5, 9, 9)));
        assert!(!b(0, 0, 5, 5).intersects(&b(6, 0, 9, 9)));
        assert!(b(0, 0, 9, 9).contains(&b(0, 3, 9, 9)));
    }
}
