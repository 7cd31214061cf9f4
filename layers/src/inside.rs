//! One point that stands for a feature: where a pin goes, and whose commune is the feature's.

use geo::{InteriorPoint, MultiLineString, MultiPoint};
use geo_types::{Geometry, LineString};

use crate::{FeatureRef, GridBox, GridPoint, PartKind, communes};

impl FeatureRef<'_> {
    /// A point in the feature's area, on its line, or one of its positions: the one nearest to the middle, as far as
    /// that is cheap to say. The middle of its box when it has neither area nor length on the grid.
    pub fn inside(&self) -> GridPoint {
        let lines = || self.parts().map(|part| part.points.iter().map(communes::coord).collect::<LineString<f64>>());
        let geometry: Geometry<f64> = match self.kind() {
            PartKind::Point => lines().flat_map(LineString::into_points).collect::<MultiPoint<f64>>().into(),
            PartKind::Line => MultiLineString(lines().collect()).into(),
            PartKind::Polygon => communes::area(self).into(),
        };
        geometry.interior_point().map_or_else(|| middle(self.bounds()), |point| on_grid(point.x(), point.y()))
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it lies between points of the grid
fn on_grid(x: f64, y: f64) -> GridPoint {
    GridPoint { x: x.round() as u32, y: y.round() as u32 }
}

fn middle(bounds: GridBox) -> GridPoint {
    let half = |a: u32, b: u32| a.midpoint(b);
    GridPoint { x: half(bounds.min.x, bounds.max.x), y: half(bounds.min.y, bounds.max.y) }
}

#[cfg(test)]
mod tests {
    use crate::{Access, CommuneRule, CommuneShapes, Crs, Layer, LonLat, Snapshot, SourceFormat, SourceSpec, import};

    /// A horseshoe, whose middle is not in it, a line, two positions.
    const SHAPES: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"id":1,"insee":"69029","nom":"Bron"},"geometry":{"type":"Polygon","coordinates":
            [[[4.0,45.0],[4.9,45.0],[4.9,45.9],[4.0,45.9],[4.0,45.8],[4.8,45.8],[4.8,45.1],[4.0,45.1],[4.0,45.0]]]}},
        {"type":"Feature","properties":{"id":2,"insee":"69266","nom":"Villeurbanne"},"geometry":{"type":"Polygon","coordinates":
            [[[4.0,45.1],[4.8,45.1],[4.8,45.8],[4.0,45.8],[4.0,45.1]]]}}]}"#;
    const LINES: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"id":1},"geometry":{"type":"LineString","coordinates":[[4.2,45.2],[4.2,45.4],[4.2,45.6]]}},
        {"type":"Feature","properties":{"id":2},"geometry":{"type":"MultiPoint","coordinates":[[4.3,45.3],[4.3,45.31]]}}]}"#;

    fn snapshot(json: &str) -> (Snapshot, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.geojson");
        std::fs::write(&path, json).unwrap();
        let layer = Layer {
            id: "x".parse().unwrap(),
            theme: String::new(),
            title: String::new(),
            summary: String::new(),
            source: SourceSpec { format: SourceFormat::GeoJson(path), crs: Some(Crs::Wgs84) },
            key: Some("id".to_owned()),
            attributes: Vec::new(),
            zooms: (10, 16),
            access: Access::Agents,
            commune: None::<CommuneRule>,
            producer: String::new(),
            licence: String::new(),
            frequency: String::new(),
            date: None,
        };
        (import(&layer, folder.path(), None).unwrap().snapshot, folder)
    }

    #[test]
    fn a_feature_is_told_by_a_point_of_its_own_and_the_commune_there() {
        let (areas, _folder) = snapshot(SHAPES);
        let communes = CommuneShapes::from_snapshot(&areas, "insee", "nom").unwrap();
        for feature in areas.features() {
            let here = communes.at(feature.inside()).unwrap();
            assert_eq!(here.as_str(), if feature.id().0 == 1 { "69029" } else { "69266" }, "its own area");
        }
        let (others, _folder) = snapshot(LINES);
        let at = |id| others.feature(crate::FeatureId(id)).unwrap().inside().to_lonlat();
        let LonLat { lon, lat } = at(1);
        assert!((lon - 4.2).abs() < 1e-6 && (lat - 45.4).abs() < 1e-6, "half way: {lon} {lat}");
        assert!((at(2).lon - 4.3).abs() < 1e-6);
        assert!(communes.at(crate::GridPoint { x: 0, y: 0 }).is_none());
    }
}
