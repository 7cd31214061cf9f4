//! A FlatGeobuf file with its coordinate system and its spatial index.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};
use layers::Value;

use super::{
    columns,
    place::Draft,
    schema::{Kind, Schema, Shape},
};

/// A file being written; its features wait in an unnamed temporary file until they are sorted.
pub(crate) struct Writer {
    inner: FgbWriter<'static>,
    folder: PathBuf,
    schema: &'static Schema,
}

impl Writer {
    pub(crate) fn create(folder: &Path, schema: &'static Schema) -> Result<Self> {
        let shape = match schema.shape {
            Shape::Point => GeometryType::Point,
            Shape::Line => GeometryType::LineString,
            Shape::Polygon => GeometryType::Polygon,
            Shape::Mixed => anyhow::bail!("{}: mixed geometries are written as GeoJSON", schema.file),
        };
        let crs = FgbCrs { org: Some("EPSG"), code: i32::try_from(schema.crs.epsg())?, ..Default::default() };
        let options = FgbWriterOptions { promote_to_multi: false, crs, ..Default::default() };
        let title = schema.file.trim_end_matches(".fgb");
        let mut inner = FgbWriter::create_with_options(title, shape, options)?;
        for (name, kind) in columns(schema) {
            let column = match kind {
                Kind::Text => ColumnType::String,
                Kind::Int => ColumnType::Long,
                Kind::Float => ColumnType::Double,
                Kind::Bool => ColumnType::Bool,
            };
            inner.add_column(name, column, |_, _| {});
        }
        Ok(Self { inner, folder: folder.to_owned(), schema })
    }

    pub(crate) fn push(&mut self, geometry: &geo_types::Geometry<f64>, values: &[Value]) -> Result<()> {
        let mut outcome = Ok(());
        let written = self.inner.add_feature_geom(geometry.clone(), |feature| {
            for (rank, (value, (name, _))) in values.iter().zip(columns(self.schema)).enumerate() {
                let value = match value {
                    Value::Null => continue,
                    Value::Bool(v) => ColumnValue::Bool(*v),
                    Value::Int(v) => ColumnValue::Long(*v),
                    Value::Float(v) => ColumnValue::Double(*v),
                    Value::Text(v) => ColumnValue::String(v),
                };
                if let Err(error) = feature.property(rank, name, &value) {
                    outcome = Err(error);
                }
            }
        });
        written.and(outcome).with_context(|| format!("cannot write a feature of {}", self.schema.file))
    }

    pub(crate) fn finish(self) -> Result<()> {
        let mut draft = Draft::create(&self.folder, self.schema.file)?;
        self.inner.write(&mut draft)?;
        draft.finish()
    }
}
