//! The words of the address trade, as BAL defines them: position, voie, numéro; and the
//! two small measures everything else needs: packed degrees and metres on the ground.

use layers::{Bbox, LonLat};
use serde::{Deserialize, Serialize};

/// Mean radius of the Earth in metres (IUGG).
pub(crate) const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// What an answer, or a document of the index, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A house number in a street.
    House,
    /// A street (voie).
    Street,
    /// A lieu-dit, or any toponym that is not a street.
    Locality,
    /// A municipal arrondissement, or a former commune inside a merged one.
    District,
    /// A commune.
    City,
    /// A point of the map, typed as coordinates.
    Point,
    /// Where two streets meet.
    Crossing,
    /// A parcel of the land register.
    Parcel,
    /// A point of interest: a feature of a layer of them.
    Poi,
    /// A feature of any other searchable layer.
    Object,
}

/// What a position points at (BAL column `position`), best for finding a door first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionKind {
    /// `entrée`
    Entrance,
    /// `cage d’escalier`
    Staircase,
    /// `bâtiment`
    Building,
    /// `logement`
    Dwelling,
    /// `délivrance postale`
    PostalDelivery,
    /// `service technique`
    TechnicalService,
    /// `parcelle`
    Parcel,
    /// Not said.
    Unknown,
    /// `segment`: a point of the street, not of the house.
    Segment,
}

/// Where an address is, and what that point is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Position {
    /// Degrees.
    pub at: LonLat,
    /// What the point is.
    pub kind: PositionKind,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::House,
        Self::Street,
        Self::Locality,
        Self::District,
        Self::City,
        Self::Point,
        Self::Crossing,
        Self::Parcel,
        Self::Poi,
        Self::Object,
    ];

    /// What an index of addresses answers with.
    pub const ADDRESSES: [Self; 7] =
        [Self::House, Self::Street, Self::Locality, Self::District, Self::City, Self::Point, Self::Crossing];

    /// What an index of objects answers with, parcels apart.
    pub const OBJECTS: [Self; 2] = [Self::Poi, Self::Object];

    /// Whether it is a commune or a part of one, which streets lie in.
    pub(crate) fn is_town(self) -> bool {
        matches!(self, Self::City | Self::District)
    }

    /// The word of Photon's `type`, also the term indexed; Photon says `other` of what is no address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::Street => "street",
            Self::Locality => "locality",
            Self::District => "district",
            Self::City => "city",
            Self::Point | Self::Crossing | Self::Parcel | Self::Poi | Self::Object => "other",
        }
    }

    /// The OpenStreetMap key and value that Photon clients show and filter on; an object has its own.
    pub fn osm_tag(self) -> (&'static str, &'static str) {
        match self {
            Self::House => ("place", "house"),
            Self::Street => ("highway", "street"),
            Self::Locality => ("place", "locality"),
            Self::District => ("boundary", "administrative"),
            Self::City => ("place", "city"),
            Self::Point => ("place", "point"),
            Self::Crossing => ("highway", "crossing"),
            Self::Parcel => ("place", "plot"),
            Self::Poi | Self::Object => ("place", "other"),
        }
    }
}

impl PositionKind {
    const ALL: [Self; 9] = [
        Self::Entrance,
        Self::Staircase,
        Self::Building,
        Self::Dwelling,
        Self::PostalDelivery,
        Self::TechnicalService,
        Self::Parcel,
        Self::Unknown,
        Self::Segment,
    ];

    /// Reads the BAL column; anything unknown is `Unknown`, since a misspelt position is still one.
    pub fn from_bal(text: &str) -> Self {
        match crate::normalize::fold(text).as_str() {
            "entree" => Self::Entrance,
            "cage d escalier" => Self::Staircase,
            "batiment" => Self::Building,
            "logement" => Self::Dwelling,
            "delivrance postale" => Self::PostalDelivery,
            "service technique" => Self::TechnicalService,
            "parcelle" => Self::Parcel,
            "segment" => Self::Segment,
            _ => Self::Unknown,
        }
    }

    /// One byte for the packed table.
    pub(crate) fn to_byte(self) -> u8 {
        self as u8
    }

    /// The reverse of [`to_byte`](Self::to_byte).
    pub(crate) fn from_byte(byte: u8) -> Self {
        Self::ALL.get(usize::from(byte)).copied().unwrap_or(Self::Unknown)
    }
}

/// Degrees as packed tables hold them: ten-millionths, 11 mm of latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Packed {
    /// Longitude × 10⁷.
    pub lon: i32,
    /// Latitude × 10⁷.
    pub lat: i32,
}

impl Packed {
    /// Packs a position; degrees beyond ±180 saturate.
    #[allow(clippy::cast_possible_truncation)] // `as` saturates, and ±180 × 10⁷ fits an i32
    pub(crate) fn new(at: LonLat) -> Self {
        Self { lon: (at.lon * 1e7).round() as i32, lat: (at.lat * 1e7).round() as i32 }
    }

    /// Back to degrees.
    pub(crate) fn unpack(self) -> LonLat {
        LonLat { lon: f64::from(self.lon) / 1e7, lat: f64::from(self.lat) / 1e7 }
    }
}

/// Distance on the ground in metres (haversine on the mean sphere: within 0.5 % of the ellipsoid).
pub fn ground_distance_m(a: LonLat, b: LonLat) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

/// The smallest box around some positions; none for no position.
pub(crate) fn bbox_of(points: impl IntoIterator<Item = LonLat>) -> Option<Bbox> {
    points.into_iter().fold(None, |found, p| {
        let b = found.unwrap_or(Bbox { west: p.lon, south: p.lat, east: p.lon, north: p.lat });
        Some(Bbox {
            west: b.west.min(p.lon),
            south: b.south.min(p.lat),
            east: b.east.max(p.lon),
            north: b.north.max(p.lat),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_measured_on_the_ground() {
        let bellecour = LonLat { lon: 4.8320, lat: 45.7578 };
        let part_dieu = LonLat { lon: 4.8590, lat: 45.7606 };
        let metres = ground_distance_m(bellecour, part_dieu);
        assert!((metres - 2_117.0).abs() < 10.0, "{metres}");
        assert!(ground_distance_m(bellecour, bellecour).abs() < 1e-9);
    }

    #[test]
    fn packing_keeps_a_centimetre() {
        let at = LonLat { lon: 4.832_012_345_6, lat: -45.757_800_012_3 };
        assert!(ground_distance_m(at, Packed::new(at).unpack()) < 0.012);
    }

    #[test]
    fn every_position_of_the_format_survives_its_byte() {
        for kind in PositionKind::ALL {
            assert_eq!(PositionKind::from_byte(kind.to_byte()), kind);
        }
        assert_eq!(PositionKind::from_bal("cage d’escalier"), PositionKind::Staircase);
        assert_eq!(PositionKind::from_bal("Entrée"), PositionKind::Entrance);
        assert_eq!(PositionKind::from_bal("au fond"), PositionKind::Unknown);
    }
}
