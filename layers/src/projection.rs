//! The coordinate systems of the Métropole, and plain functions between them.
//! The mathematics are proj4rs'; the tests hold it to PROJ's own `cs2cs`.

use std::{fmt, str::FromStr, sync::LazyLock};

use geo::MapCoords;
use geo_types::{Coord, Geometry};
use proj4rs::Proj;
use serde::{Deserialize, Serialize};

use crate::{LonLat, envelope::MERCATOR_HALF_SIDE};

/// A coordinate system a source may be in. Axis order is always easting (or longitude) first.
/// RGF93 and WGS 84 are taken as equal, as PROJ does by default (they differ by less than a metre
/// of definition, not of measure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Crs {
    /// EPSG:2154, Lambert-93, metres.
    Lambert93,
    /// EPSG:3946, conic conformal zone 5 (CC46), metres. The SIG's own.
    Cc46,
    /// EPSG:4171, RGF93 geographic, degrees.
    Rgf93,
    /// EPSG:4326 or CRS84, WGS 84 geographic, degrees.
    Wgs84,
    /// EPSG:3857, Web Mercator, metres.
    WebMercator,
}

/// A coordinate system this service does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("coordinate system {0} is not one of EPSG:2154, 3946, 4171, 4326, 3857")]
pub struct UnknownCrs(pub String);

/// A position that has no image in the target system.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("position {0}, {1} lies outside the domain of {2}")]
pub struct OutOfDomain(pub f64, pub f64, pub Crs);

impl Crs {
    /// Every coordinate system, in the order of their documentation.
    pub const ALL: [Self; 5] = [Self::Lambert93, Self::Cc46, Self::Rgf93, Self::Wgs84, Self::WebMercator];

    /// EPSG code.
    pub fn epsg(self) -> u32 {
        match self {
            Self::Lambert93 => 2154,
            Self::Cc46 => 3946,
            Self::Rgf93 => 4171,
            Self::Wgs84 => 4326,
            Self::WebMercator => 3857,
        }
    }

    /// Whether coordinates are degrees.
    pub fn is_geographic(self) -> bool {
        matches!(self, Self::Rgf93 | Self::Wgs84)
    }

    fn proj(self) -> &'static Proj {
        static LAMBERT_93: LazyLock<Proj> = LazyLock::new(|| {
            proj(
                "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +units=m +no_defs",
            )
        });
        static CC46: LazyLock<Proj> = LazyLock::new(|| {
            proj(
                "+proj=lcc +lat_0=46 +lon_0=3 +lat_1=45.25 +lat_2=46.75 +x_0=1700000 +y_0=5200000 +ellps=GRS80 +units=m +no_defs",
            )
        });
        static GEOGRAPHIC: LazyLock<Proj> = LazyLock::new(|| proj("+proj=longlat +ellps=GRS80 +no_defs"));
        static MERCATOR: LazyLock<Proj> = LazyLock::new(|| {
            proj(
                "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs",
            )
        });
        match self {
            Self::Lambert93 => &LAMBERT_93,
            Self::Cc46 => &CC46,
            Self::Rgf93 | Self::Wgs84 => &GEOGRAPHIC,
            Self::WebMercator => &MERCATOR,
        }
    }
}

fn proj(definition: &str) -> Proj {
    Proj::from_proj_string(definition).expect("the five definitions are constants that the tests read")
}

/// A position in degrees of a position in `crs`.
pub fn to_lonlat(crs: Crs, x: f64, y: f64) -> Result<LonLat, OutOfDomain> {
    let refuse = || OutOfDomain(x, y, crs);
    if !(x.is_finite() && y.is_finite()) {
        return Err(refuse());
    }
    let (lon, lat) = if crs.is_geographic() {
        (x, y)
    } else {
        let mut point = (x, y, 0.0);
        proj4rs::transform::transform(crs.proj(), Crs::Wgs84.proj(), &mut point).map_err(|_| refuse())?;
        (point.0.to_degrees(), point.1.to_degrees())
    };
    let on_earth = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
    if on_earth { Ok(LonLat { lon, lat }) } else { Err(refuse()) }
}

/// A position in `crs` of a position in degrees.
pub fn from_lonlat(position: LonLat, crs: Crs) -> Result<(f64, f64), OutOfDomain> {
    if crs.is_geographic() {
        return Ok((position.lon, position.lat));
    }
    let mut point = (position.lon.to_radians(), position.lat.to_radians(), 0.0);
    proj4rs::transform::transform(Crs::Wgs84.proj(), crs.proj(), &mut point)
        .map_err(|_| OutOfDomain(position.lon, position.lat, crs))?;
    if point.0.is_finite() && point.1.is_finite() {
        Ok((point.0, point.1))
    } else {
        Err(OutOfDomain(position.lon, position.lat, crs))
    }
}

/// A position in Web Mercator metres of a position in `crs`; refused outside the Web Mercator square.
pub fn to_mercator(crs: Crs, x: f64, y: f64) -> Result<(f64, f64), OutOfDomain> {
    let (mx, my) = if crs == Crs::WebMercator { (x, y) } else { from_lonlat(to_lonlat(crs, x, y)?, Crs::WebMercator)? };
    let inside = mx.abs() <= MERCATOR_HALF_SIDE && my.abs() <= MERCATOR_HALF_SIDE;
    if inside { Ok((mx, my)) } else { Err(OutOfDomain(x, y, crs)) }
}

/// A geometry in degrees of a geometry in `crs`; refused whole when one position is.
pub(crate) fn to_degrees(geometry: &Geometry<f64>, crs: Crs) -> Result<Geometry<f64>, OutOfDomain> {
    geometry.try_map_coords(|at| to_lonlat(crs, at.x, at.y).map(|p| Coord { x: p.lon, y: p.lat }))
}

impl TryFrom<u32> for Crs {
    type Error = UnknownCrs;

    fn try_from(epsg: u32) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|crs| crs.epsg() == epsg).ok_or_else(|| UnknownCrs(format!("EPSG:{epsg}")))
    }
}

impl From<Crs> for u32 {
    fn from(crs: Crs) -> Self {
        crs.epsg()
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.epsg())
    }
}

impl FromStr for Crs {
    type Err = UnknownCrs;

    /// Reads the spellings found in files: `EPSG:2154`, `urn:ogc:def:crs:EPSG::2154`,
    /// `urn:ogc:def:crs:OGC:1.3:CRS84`, `http://www.opengis.net/def/crs/EPSG/0/2154`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.ends_with("CRS84") {
            return Ok(Self::Wgs84);
        }
        let code = text.rsplit([':', '/']).next().unwrap_or_default();
        code.parse::<u32>().ok().and_then(|epsg| Self::try_from(epsg).ok()).ok_or_else(|| UnknownCrs(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_files_are_read() {
        for (text, crs) in [
            ("EPSG:2154", Crs::Lambert93),
            ("urn:ogc:def:crs:EPSG::3946", Crs::Cc46),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Wgs84),
            ("http://www.opengis.net/def/crs/EPSG/0/4171", Crs::Rgf93),
        ] {
            assert_eq!(text.parse::<Crs>().unwrap(), crs);
        }
        assert!("EPSG:27572".parse::<Crs>().is_err());
        assert!("".parse::<Crs>().is_err());
    }

    #[test]
    fn every_system_comes_back_where_it_started() {
        let bellecour = LonLat { lon: 4.832, lat: 45.757 };
        for crs in Crs::ALL {
            let (x, y) = from_lonlat(bellecour, crs).unwrap();
            let back = to_lonlat(crs, x, y).unwrap();
            assert!((back.lon - bellecour.lon).abs() < 1e-10 && (back.lat - bellecour.lat).abs() < 1e-10, "{crs}");
        }
    }

    #[test]
    fn swapped_axes_and_nonsense_are_refused() {
        assert!(to_lonlat(Crs::Wgs84, 4.8, 95.0).is_err());
        assert!(to_lonlat(Crs::Lambert93, f64::NAN, 0.0).is_err());
        assert!(to_mercator(Crs::Wgs84, 4.8, 89.9).is_err());
    }
}
