//! `searchgeom`: the circle or the polygon in which a reverse looks for addresses, as GeoJSON in degrees
//! (a circle, which GeoJSON has not, as the Géoplateforme writes it: a centre and a radius in metres).

use geocoder::ground_distance_m;
use layers::LonLat;
use serde::Deserialize;

use crate::http::problem::Problem;

/// Largest radius of a circle, and largest side of a polygon's box, in metres.
const LARGEST_M: f64 = 1000.0;
/// Points a polygon may have.
const MOST_POINTS: usize = 500;
/// Sides of the polygon that stands for a circle.
const SIDES: u32 = 64;

/// Where to look.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Area {
    Circle {
        centre: LonLat,
        radius_m: f64,
    },
    /// One ring, degrees.
    Polygon(Vec<LonLat>),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Circle { coordinates: [f64; 2], radius: f64 },
    Polygon { coordinates: Vec<Vec<[f64; 2]>> },
}

impl Area {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        match serde_json::from_str(text) {
            Ok(Geometry::Circle { coordinates, radius }) if radius > 0.0 && radius <= LARGEST_M => {
                let centre = point(coordinates).ok_or_else(wrong)?;
                Ok(Self::Circle { centre, radius_m: radius })
            }
            Ok(Geometry::Polygon { coordinates }) => match &coordinates[..] {
                [ring] if (4..=MOST_POINTS).contains(&ring.len()) && ring.first() == ring.last() => {
                    let ring = ring.iter().copied().map(point).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
                    let (low, high) = corners(&ring);
                    let sides = [LonLat { lat: low.lat, ..high }, LonLat { lon: low.lon, ..high }];
                    if sides.into_iter().any(|corner| ground_distance_m(low, corner) > LARGEST_M) {
                        return Err(wrong());
                    }
                    Ok(Self::Polygon(ring))
                }
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }

    /// The middle: the centre, or that of the box.
    pub(super) fn middle(&self) -> LonLat {
        match self {
            Self::Circle { centre, .. } => *centre,
            Self::Polygon(ring) => {
                let (low, high) = corners(ring);
                LonLat { lon: f64::midpoint(low.lon, high.lon), lat: f64::midpoint(low.lat, high.lat) }
            }
        }
    }

    /// Metres from a point to the farthest of the area.
    pub(super) fn reach_m(&self, from: LonLat) -> f64 {
        match self {
            Self::Circle { centre, radius_m } => ground_distance_m(from, *centre) + radius_m,
            Self::Polygon(ring) => ring.iter().map(|&at| ground_distance_m(from, at)).fold(0.0, f64::max),
        }
    }

    /// The same as one ring.
    pub(super) fn ring(&self) -> Vec<LonLat> {
        match self {
            Self::Polygon(ring) => ring.clone(),
            Self::Circle { centre, radius_m } => {
                let north = LonLat { lat: centre.lat + 0.01, ..*centre };
                let lat = 0.01 * radius_m / ground_distance_m(*centre, north);
                let lon = lat / centre.lat.to_radians().cos().max(0.01);
                let corner = |side: u32| {
                    let angle = f64::from(side) * std::f64::consts::TAU / f64::from(SIDES);
                    LonLat { lon: centre.lon + lon * angle.cos(), lat: centre.lat + lat * angle.sin() }
                };
                (0..=SIDES).map(corner).collect()
            }
        }
    }
}

fn point([lon, lat]: [f64; 2]) -> Option<LonLat> {
    ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some(LonLat { lon, lat })
}

fn corners(ring: &[LonLat]) -> (LonLat, LonLat) {
    let start = (LonLat { lon: 180.0, lat: 90.0 }, LonLat { lon: -180.0, lat: -90.0 });
    ring.iter().fold(start, |(low, high), at| {
        (
            LonLat { lon: low.lon.min(at.lon), lat: low.lat.min(at.lat) },
            LonLat { lon: high.lon.max(at.lon), lat: high.lat.max(at.lat) },
        )
    })
}

fn wrong() -> Problem {
    Problem::BadRequest(format!(
        "Le paramètre searchgeom est un objet GeoJSON en degrés : un Polygon d'un seul contour fermé, de {LARGEST_M} m de \
         côté et de {MOST_POINTS} points au plus, ou {{\"type\":\"Circle\",\"coordinates\":[lon,lat],\"radius\":mètres}}, \
         {LARGEST_M} m au plus."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str =
        r#"{"type":"Polygon","coordinates":[[[4.90,45.73],[4.91,45.73],[4.91,45.735],[4.90,45.735],[4.90,45.73]]]}"#;

    #[test]
    fn a_circle_and_the_polygon_that_stands_for_it_are_as_large() {
        let circle = Area::parse(r#"{"type":"Circle","coordinates":[4.9,45.7],"radius":400}"#).unwrap();
        assert_eq!(circle.middle(), LonLat { lon: 4.9, lat: 45.7 });
        assert!((circle.reach_m(circle.middle()) - 400.0).abs() < 1e-6);
        for at in circle.ring() {
            assert!((ground_distance_m(circle.middle(), at) - 400.0).abs() < 1.0);
        }
    }

    #[test]
    fn a_polygon_is_reached_from_its_middle_and_from_elsewhere() {
        let square = Area::parse(SQUARE).unwrap();
        let middle = square.middle();
        assert!((middle.lon - 4.905).abs() < 1e-9 && (middle.lat - 45.7325).abs() < 1e-9);
        let half_diagonal = ground_distance_m(middle, LonLat { lon: 4.90, lat: 45.73 });
        assert!((square.reach_m(middle) - half_diagonal).abs() < 1.0);
        assert!(square.reach_m(LonLat { lon: 5.0, lat: 45.7 }) > 7000.0);
        assert_eq!(square.ring().len(), 5);
    }

    #[test]
    fn other_shapes_and_sizes_are_refused() {
        for bad in [
            "",
            "{}",
            "[1]",
            r#"{"type":"Point","coordinates":[4.9,45.7]}"#,
            r#"{"type":"Circle","coordinates":[4.9,45.7]}"#,
            r#"{"type":"Circle","coordinates":[4.9,45.7],"radius":0}"#,
            r#"{"type":"Circle","coordinates":[4.9,45.7],"radius":1000.5}"#,
            r#"{"type":"Circle","coordinates":[4.9,95],"radius":10}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
            r#"{"type":"Polygon","coordinates":[[[4.9,45.7],[4.91,45.7],[4.9,45.71]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[4.9,45.7],[4.91,45.7],[4.91,45.71],[4.9,45.71]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[4.8,45.7],[4.9,45.7],[4.9,45.8],[4.8,45.7]]]}"#,
        ] {
            assert!(Area::parse(bad).is_err(), "{bad}");
        }
        let holed = SQUARE.replace("]]]}", "]],[[4.902,45.731],[4.903,45.731],[4.903,45.732],[4.902,45.731]]]}");
        assert!(Area::parse(&holed).is_err(), "a hole is refused rather than forgotten");
    }
}
