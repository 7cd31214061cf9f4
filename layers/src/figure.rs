//! What somebody drew on a map, and whether it meets what a layer holds: a point, a line, an area.

use geo::{BoundingRect, Intersects};
use geo_types::{Coord, Geometry, LineString, Polygon, Rect};

use crate::{Bbox, LonLat, Record};

/// Half the side of a point, in degrees: about a centimetre, as finely as positions are told apart.
const POINT: f64 = 1e-7;

/// A point, a line or an area, in degrees.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure(Geometry<f64>);

impl Figure {
    /// A point.
    pub fn point(at: LonLat) -> Self {
        let corner = |by: f64| Coord { x: at.lon + by, y: at.lat + by };
        Self(Rect::new(corner(-POINT), corner(POINT)).to_polygon().into())
    }

    /// A line from point to point.
    pub fn line(points: &[LonLat]) -> Self {
        Self(line_string(points).into())
    }

    /// What a ring encloses, closed or not.
    pub fn area(ring: &[LonLat]) -> Self {
        Self(Polygon::new(line_string(ring), Vec::new()).into())
    }

    /// Its box; none of a figure without points.
    pub fn bbox(&self) -> Option<Bbox> {
        let rect = self.0.bounding_rect()?;
        Some(Bbox { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y })
    }

    /// Whether a feature and the figure have a point in common, edges included.
    pub fn meets(&self, record: &Record) -> bool {
        self.0.intersects(&record.geometry)
    }

    /// The same of a box, such as the extent of a feature: what does not meet that one does not meet the feature.
    pub fn meets_box(&self, bbox: Bbox) -> bool {
        let corner = |lon, lat| Coord { x: lon, y: lat };
        let rect = Rect::new(corner(bbox.west, bbox.south), corner(bbox.east, bbox.north));
        self.0.intersects(&Geometry::from(rect))
    }
}

fn line_string(points: &[LonLat]) -> LineString<f64> {
    points.iter().map(|at| Coord { x: at.lon, y: at.lat }).collect()
}

#[cfg(test)]
mod tests {
    use geo_types::wkt;

    use super::*;
    use crate::{FeatureId, Properties};

    fn record(geometry: impl Into<Geometry<f64>>) -> Record {
        Record { id: FeatureId(1), communes: Vec::new(), properties: Properties::default(), geometry: geometry.into() }
    }

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn a_figure_meets_what_it_is_in_crosses_or_touches_and_not_what_is_in_the_same_box() {
        // A parcel in the shape of an L: its box holds what it does not.
        let parcel = record(wkt!(POLYGON((4.0 45.0,4.4 45.0,4.4 45.1,4.1 45.1,4.1 45.4,4.0 45.4,4.0 45.0))));
        let check = |figure: Figure, meets: bool| {
            assert!(figure.meets_box(Bbox { west: 4.0, south: 45.0, east: 4.4, north: 45.4 }), "{figure:?}");
            assert_eq!(figure.meets(&parcel), meets, "{figure:?}");
        };
        check(Figure::point(at(4.05, 45.3)), true);
        check(Figure::point(at(4.4, 45.05)), true);
        check(Figure::point(at(4.3, 45.3)), false);
        check(Figure::line(&[at(3.9, 45.3), at(4.2, 45.3)]), true);
        check(Figure::line(&[at(4.2, 45.2), at(4.3, 45.3)]), false);
        check(Figure::area(&[at(4.2, 45.2), at(4.3, 45.2), at(4.3, 45.3)]), false);
        check(Figure::area(&[at(4.2, 45.2), at(4.3, 45.2), at(4.3, 45.05)]), true);
        check(Figure::area(&[at(3.9, 44.9), at(5.0, 44.9), at(5.0, 46.0), at(3.9, 46.0)]), true);
        assert!(!Figure::point(at(4.5, 45.3)).meets_box(Bbox { west: 4.0, south: 45.0, east: 4.4, north: 45.4 }));
    }

    #[test]
    fn a_position_is_met_where_an_answer_says_it_is() {
        let stop = record(wkt!(POINT(4.835_123_456_7 45.757_000_04)));
        assert!(Figure::point(at(4.835_123_5, 45.757)).meets(&stop));
        assert!(!Figure::point(at(4.835_124, 45.757)).meets(&stop));
        assert_eq!(Figure::line(&[]).bbox(), None);
    }
}
