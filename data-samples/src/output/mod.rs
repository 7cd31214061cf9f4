//! From rows to files. Rows come in EPSG:3946 metres; each file has its own system.

pub(crate) mod bal;
mod flatgeobuf;
mod geojson;
pub(crate) mod place;
pub(crate) mod schema;

use std::path::Path;

use anyhow::Result;
use layers::{Crs, Value, from_lonlat, to_lonlat};

use crate::plane::Point;
use schema::{Format, Layer, SCHEMAS};

/// Geometry of a row, EPSG:3946. A ring is counter-clockwise and does not repeat its first point.
#[derive(Debug, Clone)]
pub(crate) enum Geometry {
    Point(Point),
    Line(Vec<Point>),
    Polygon(Vec<Point>),
}

/// One feature, its values in the order of the layer's columns (`id` apart).
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) layer: Layer,
    pub(crate) geometry: Geometry,
    pub(crate) values: Vec<Value>,
}

/// The eighteen files being written.
pub(crate) struct Files {
    writers: Vec<Writer>,
    /// Features written, by layer.
    pub(crate) counts: [u64; 18],
}

enum Writer {
    FlatGeobuf(Box<flatgeobuf::Writer>),
    GeoJson(geojson::Writer),
}

impl Files {
    /// Starts every file of the folder; nothing bears its final name before [`Files::finish`].
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let writer = |schema: &'static schema::Schema| -> Result<Writer> {
            Ok(match schema.format {
                Format::FlatGeobuf => Writer::FlatGeobuf(Box::new(flatgeobuf::Writer::create(folder, schema)?)),
                Format::GeoJson => Writer::GeoJson(geojson::Writer::create(folder, schema)?),
            })
        };
        Ok(Self { writers: SCHEMAS.iter().map(writer).collect::<Result<_>>()?, counts: [0; 18] })
    }

    /// Writes one row, in its file's coordinate system.
    pub(crate) fn push(&mut self, row: &Row) -> Result<()> {
        let rank = row.layer as usize;
        let schema = row.layer.schema();
        self.counts[rank] += 1;
        let mut values = row.values.clone();
        if schema.numbered {
            values.insert(0, Value::Int(i64::try_from(self.counts[rank])?));
        }
        let geometry = projected(&row.geometry, schema.crs)?;
        match &mut self.writers[rank] {
            Writer::FlatGeobuf(writer) => writer.push(&geometry, &values),
            Writer::GeoJson(writer) => writer.push(&geometry, &values),
        }
    }

    /// Completes every file and gives it its name.
    pub(crate) fn finish(self) -> Result<[u64; 18]> {
        for writer in self.writers {
            match writer {
                Writer::FlatGeobuf(writer) => writer.finish()?,
                Writer::GeoJson(writer) => writer.finish()?,
            }
        }
        Ok(self.counts)
    }
}

/// The names of a schema's columns, `id` included.
fn columns(schema: &'static schema::Schema) -> impl Iterator<Item = (&'static str, schema::Kind)> {
    schema.numbered.then_some(("id", schema::Kind::Int)).into_iter().chain(schema.columns.iter().copied())
}

fn projected(geometry: &Geometry, crs: Crs) -> Result<geo_types::Geometry<f64>> {
    let coord = |p: Point| -> Result<geo_types::Coord<f64>> {
        let (x, y) = position(p, crs)?;
        Ok(geo_types::Coord { x, y })
    };
    let line = |points: &[Point]| {
        Ok::<_, anyhow::Error>(geo_types::LineString(points.iter().map(|p| coord(*p)).collect::<Result<_>>()?))
    };
    Ok(match geometry {
        Geometry::Point(p) => geo_types::Point(coord(*p)?).into(),
        Geometry::Line(points) => line(points)?.into(),
        Geometry::Polygon(ring) => geo_types::Polygon::new(line(ring)?, Vec::new()).into(),
    })
}

/// A position in another system, rounded to the centimetre (1e-7 degree).
pub(crate) fn position(p: Point, crs: Crs) -> Result<(f64, f64)> {
    let (x, y) = if crs == Crs::Cc46 { (p.x, p.y) } else { from_lonlat(to_lonlat(Crs::Cc46, p.x, p.y)?, crs)? };
    let steps = if crs.is_geographic() { 1e7 } else { 100.0 };
    Ok(((x * steps).round() / steps, (y * steps).round() / steps))
}
