//! A GeoJSON FeatureCollection, one feature a line, with a `crs` member when it is not WGS 84
//! (the 2008 form that GDAL reads: RFC 7946 has no other system).
//! Members are written one by one, in an order that no map type decides.

use std::{io::Write, path::Path};

use anyhow::Result;
use geo_types::{Coord, Geometry};
use layers::{Crs, Value};
use serde_json::to_string;

use super::{columns, place::Draft, schema::Schema};

/// A file being written.
pub(crate) struct Writer {
    draft: Draft,
    schema: &'static Schema,
    first: bool,
}

impl Writer {
    pub(crate) fn create(folder: &Path, schema: &'static Schema) -> Result<Self> {
        let mut draft = Draft::create(folder, schema.file)?;
        let name = schema.file.trim_end_matches(".geojson");
        writeln!(draft, r#"{{"type":"FeatureCollection","name":"{name}","#)?;
        if schema.crs != Crs::Wgs84 {
            let epsg = schema.crs.epsg();
            writeln!(draft, r#""crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{epsg}"}}}},"#)?;
        }
        write!(draft, r#""features":["#)?;
        Ok(Self { draft, schema, first: true })
    }

    pub(crate) fn push(&mut self, geometry: &Geometry<f64>, values: &[Value]) -> Result<()> {
        self.draft.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        write!(self.draft, r#"{{"type":"Feature","properties":{{"#)?;
        for (rank, ((name, _), value)) in columns(self.schema).zip(values).enumerate() {
            let comma = if rank == 0 { "" } else { "," };
            write!(self.draft, "{comma}{}:{}", to_string(name)?, to_string(value)?)?;
        }
        write!(self.draft, r#"}},"geometry":{}}}"#, written(geometry)?)?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        self.draft.write_all(b"\n]}\n")?;
        self.draft.finish()
    }
}

fn written(geometry: &Geometry<f64>) -> Result<String> {
    let (kind, coordinates) = match geometry {
        Geometry::Point(point) => ("Point", pair(&point.0)),
        Geometry::LineString(line) => ("LineString", list(&line.0)),
        Geometry::Polygon(polygon) => ("Polygon", format!("[{}]", list(&polygon.exterior().0))),
        other => anyhow::bail!("the samples have no {other:?}"),
    };
    Ok(format!(r#"{{"type":"{kind}","coordinates":{coordinates}}}"#))
}

fn list(coords: &[Coord<f64>]) -> String {
    format!("[{}]", coords.iter().map(pair).collect::<Vec<_>>().join(","))
}

fn pair(coord: &Coord<f64>) -> String {
    format!("[{},{}]", coord.x, coord.y)
}
