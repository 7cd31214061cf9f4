//! `searchgeom`: the circle or the polygon in which a reverse looks for addresses, and those or the point or the line
//! that features must meet; as GeoJSON in degrees (a circle, which GeoJSON has not, as the Géoplateforme writes it: a
//! centre and a radius in metres).

use geocoder::ground_distance_m;
use layers::{Figure, LonLat};
use serde::Deserialize;

use crate::http::problem::Problem;

/// Largest radius of a circle, and largest side of the box of anything else, in metres.
const LARGEST_M: f64 = 1000.0;
/// Points a polygon or a line may have.
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
    Point(LonLat),
    Line(Vec<LonLat>),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Circle { coordinates: [f64; 2], radius: f64 },
    Polygon { coordinates: Vec<Vec<[f64; 2]>> },
    Point { coordinates: [f64; 2] },
    LineString { coordinates: Vec<[f64; 2]> },
}

impl Area {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let read = || match serde_json::from_str(text).ok()? {
            Geometry::Circle { coordinates, radius } if radius > 0.0 && radius <= LARGEST_M => {
                Some(Self::Circle { centre: point(coordinates)?, radius_m: radius })
            }
            Geometry::Circle { .. } => None,
            Geometry::Polygon { coordinates } => {
                let [ring] = &coordinates[..] else { return None };
                let is_closed = ring.len() >= 4 && ring.first() == ring.last();
                points(ring).filter(|_| is_closed).map(Self::Polygon)
            }
            Geometry::Point { coordinates } => point(coordinates).map(Self::Point),
            Geometry::LineString { coordinates } => {
                points(&coordinates).filter(|points| points.len() >= 2).map(Self::Line)
            }
        };
        read().ok_or_else(wrong)
    }

    /// Whether addresses may be looked for in it: they are points, which a point or a line would miss.
    pub(super) fn holds_addresses(&self) -> bool {
        matches!(self, Self::Circle { .. } | Self::Polygon(_))
    }

    /// The middle: the centre, or that of the box.
    pub(super) fn middle(&self) -> LonLat {
        match self {
            Self::Circle { centre: at, .. } | Self::Point(at) => *at,
            Self::Polygon(points) | Self::Line(points) => {
                let (low, high) = corners(points);
                LonLat { lon: f64::midpoint(low.lon, high.lon), lat: f64::midpoint(low.lat, high.lat) }
            }
        }
    }

    /// Metres from a point to the farthest of the area.
    pub(super) fn reach_m(&self, from: LonLat) -> f64 {
        match self {
            Self::Circle { centre, radius_m } => ground_distance_m(from, *centre) + radius_m,
            Self::Point(at) => ground_distance_m(from, *at),
            Self::Polygon(points) | Self::Line(points) => {
                points.iter().map(|&at| ground_distance_m(from, at)).fold(0.0, f64::max)
            }
        }
    }

    /// The same as one ring; the points of what has no inside.
    pub(super) fn ring(&self) -> Vec<LonLat> {
        match self {
            Self::Polygon(points) | Self::Line(points) => points.clone(),
            Self::Point(at) => vec![*at],
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

    /// The same as what features meet.
    pub(super) fn figure(&self) -> Figure {
        match self {
            Self::Circle { .. } | Self::Polygon(_) => Figure::area(&self.ring()),
            Self::Point(at) => Figure::point(*at),
            Self::Line(points) => Figure::line(points),
        }
    }
}

/// Points that are neither too many nor too far apart.
fn points(coordinates: &[[f64; 2]]) -> Option<Vec<LonLat>> {
    let points = coordinates.iter().copied().map(point).collect::<Option<Vec<_>>>()?;
    let (low, high) = corners(&points);
    let mut sides = [LonLat { lat: low.lat, ..high }, LonLat { lon: low.lon, ..high }].into_iter();
    let is_small = points.len() <= MOST_POINTS && sides.all(|corner| ground_distance_m(low, corner) <= LARGEST_M);
    is_small.then_some(points)
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
        "Le paramètre searchgeom est un objet GeoJSON en degrés : un Point, une LineString, un Polygon d'un seul contour \
         fermé, de {LARGEST_M} m de côté et de {MOST_POINTS} points au plus, ou \
         {{\"type\":\"Circle\",\"coordinates\":[lon,lat],\"radius\":mètres}}, {LARGEST_M} m au plus."
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
    fn a_point_and_a_line_are_for_features_alone() {
        let at = LonLat { lon: 4.9, lat: 45.7 };
        let point = Area::parse(r#"{"type":"Point","coordinates":[4.9,45.7]}"#).unwrap();
        assert_eq!((point.middle(), point.reach_m(at), point.holds_addresses()), (at, 0.0, false));
        let line = Area::parse(r#"{"type":"LineString","coordinates":[[4.9,45.7],[4.9,45.7089]]}"#).unwrap();
        assert!((line.middle().lat - 45.70445).abs() < 1e-9 && !line.holds_addresses());
        assert!((line.reach_m(at) - 989.6).abs() < 1.0, "{}", line.reach_m(at));
        assert!(Area::parse(SQUARE).unwrap().holds_addresses());
    }

    #[test]
    fn other_shapes_and_sizes_are_refused() {
        for bad in [
            "",
            "{}",
            "[1]",
            r#"{"type":"MultiPoint","coordinates":[[4.9,45.7]]}"#,
            r#"{"type":"Point","coordinates":[4.9]}"#,
            r#"{"type":"Point","coordinates":[4.9,95]}"#,
            r#"{"type":"LineString","coordinates":[[4.9,45.7]]}"#,
            r#"{"type":"LineString","coordinates":[[4.9,45.7],[4.9,45.71]]}"#,
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
