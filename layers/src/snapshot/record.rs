//! record.fgb: every attribute and the geometry of every feature, in the coordinate system of the
//! source, as a FlatGeobuf file that any GIS opens. It is written once, and read one feature at a
//! time through the map, at the offset that cut.bin keeps.
//!
//! The crate's writer spools features in the system's temporary folder, which needs as much room
//! as the file.

use std::{collections::HashMap, io, path::Path};

use flatgeobuf::{
    ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType, packed_r_tree::PackedRTree,
    size_prefixed_root_as_feature, size_prefixed_root_as_header,
};
use geo_types::{Geometry, MultiPoint};
use geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor, error::GeozeroError};

use super::write::Prepared;
use crate::{
    CommuneCode, Crs, Error, FeatureId, Properties, Value, durable,
    fgb::{self, FgbColumn},
};

/// Our own column: FlatGeobuf sorts features as it writes, so their place says nothing.
const ID_COLUMN: &str = "traboule_id";

/// Everything the source says of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Identifier in the layer.
    pub id: FeatureId,
    /// Communes it lies in; empty when unknown or none.
    pub communes: Vec<CommuneCode>,
    /// Every attribute, in the order of the source.
    pub properties: Properties,
    /// Geometry in degrees, longitude first; polygons as repaired.
    pub geometry: Geometry<f64>,
}

/// Writes record.fgb with its index. Features that hold no row leave a valid, empty file.
pub(super) fn write(path: &Path, name: &str, crs: Crs, features: &[Prepared]) -> Result<(), Error> {
    let columns = columns_of(features);
    let failed = |e: String| Error::Io { path: path.to_owned(), source: io::Error::other(e) };
    let (kind, promote) = geometry_type(features);
    let options = FgbWriterOptions {
        write_index: true,
        detect_type: false,
        promote_to_multi: promote,
        crs: FgbCrs { org: Some("EPSG"), code: crs.epsg().cast_signed(), ..FgbCrs::default() },
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options(name, kind, options).map_err(|e| failed(e.to_string()))?;
    writer.add_column(ID_COLUMN, ColumnType::Long, |_, column| {
        column.nullable = false;
        column.unique = true;
    });
    for (column, kind) in &columns {
        writer.add_column(column, *kind, |_, _| {});
    }
    let places: HashMap<&str, usize> = columns.iter().map(|(name, _)| *name).zip(1..).collect();
    for prepared in features {
        add(&mut writer, prepared, kind, &columns, &places).map_err(failed)?;
    }
    durable::write(path, |out| writer.write(out).map_err(|e| io::Error::other(e.to_string())))
}

fn add(
    writer: &mut FgbWriter<'_>,
    prepared: &Prepared,
    kind: GeometryType,
    columns: &[(&str, ColumnType)],
    places: &HashMap<&str, usize>,
) -> Result<(), String> {
    let multi = match &prepared.feature.geometry {
        Geometry::Point(point) if kind == GeometryType::MultiPoint => Some(MultiPoint(vec![*point]).into()),
        _ => None,
    };
    let geometry: &Geometry<f64> = multi.as_ref().unwrap_or(&prepared.feature.geometry);
    let mut outcome = Ok(false);
    let added = writer.add_feature_geom(GeometryRef(geometry), |out| {
        outcome = out.property(0, ID_COLUMN, &ColumnValue::Long(prepared.id.0.cast_signed()));
        for (name, value) in &prepared.feature.properties {
            let Some(place) = places.get(name.as_str()) else { continue };
            if outcome.is_ok() {
                outcome = property(out, *place, columns[*place - 1], value);
            }
        }
    });
    added.and(outcome.map(drop)).map_err(|e| e.to_string())
}

/// A borrowed geometry for a writer that takes its input by value.
struct GeometryRef<'a>(&'a Geometry<f64>);

impl GeozeroGeometry for GeometryRef<'_> {
    fn process_geom<P: GeomProcessor>(&self, processor: &mut P) -> Result<(), GeozeroError> {
        self.0.process_geom(processor)
    }
}

fn property(
    out: &mut impl PropertyProcessor,
    place: usize,
    (name, kind): (&str, ColumnType),
    value: &Value,
) -> Result<bool, GeozeroError> {
    match (kind, value) {
        (_, Value::Null) => Ok(false),
        (ColumnType::Bool, Value::Bool(b)) => out.property(place, name, &ColumnValue::Bool(*b)),
        (ColumnType::Long, Value::Int(i)) => out.property(place, name, &ColumnValue::Long(*i)),
        (ColumnType::Double, Value::Float(f)) => out.property(place, name, &ColumnValue::Double(*f)),
        #[allow(clippy::cast_precision_loss)] // a column of whole and other numbers is a column of doubles
        (ColumnType::Double, Value::Int(i)) => out.property(place, name, &ColumnValue::Double(*i as f64)),
        (_, Value::Text(text)) => out.property(place, name, &ColumnValue::String(text)),
        (_, Value::Bool(b)) => out.property(place, name, &ColumnValue::String(&b.to_string())),
        (_, Value::Int(i)) => out.property(place, name, &ColumnValue::String(&i.to_string())),
        (_, Value::Float(f)) => out.property(place, name, &ColumnValue::String(&f.to_string())),
    }
}

/// The columns in the order in which rows first name them, each with the narrowest type that holds every value.
fn columns_of(features: &[Prepared]) -> Vec<(&str, ColumnType)> {
    let mut columns: Vec<(&str, Option<ColumnType>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (name, value) in features.iter().flat_map(|prepared| &prepared.feature.properties) {
        if name == ID_COLUMN {
            continue; // the file is a record of ours read again: its identifiers are given anew
        }
        let place = *places.entry(name).or_insert_with(|| {
            columns.push((name, None));
            columns.len() - 1
        });
        let kind = match value {
            Value::Null => continue,
            Value::Bool(_) => ColumnType::Bool,
            Value::Int(_) => ColumnType::Long,
            Value::Float(_) => ColumnType::Double,
            Value::Text(_) => ColumnType::String,
        };
        let widest = columns[place].1.map_or(kind, |known| wider(known, kind));
        columns[place].1 = Some(widest);
    }
    columns.into_iter().map(|(name, kind)| (name, kind.unwrap_or(ColumnType::String))).collect()
}

fn wider(a: ColumnType, b: ColumnType) -> ColumnType {
    match (a, b) {
        _ if a == b => a,
        (ColumnType::Long, ColumnType::Double) | (ColumnType::Double, ColumnType::Long) => ColumnType::Double,
        _ => ColumnType::String,
    }
}

/// The type the header declares, and whether single geometries are to be promoted to it.
fn geometry_type(features: &[Prepared]) -> (GeometryType, bool) {
    let (mut kinds, mut any_multi) = ([false; 3], false);
    for prepared in features {
        let (kind, multi) = match &prepared.feature.geometry {
            Geometry::Point(_) => (0, false),
            Geometry::MultiPoint(_) => (0, true),
            Geometry::LineString(_) => (1, false),
            Geometry::MultiLineString(_) => (1, true),
            Geometry::Polygon(_) => (2, false),
            _ => (2, true),
        };
        kinds[kind] = true;
        any_multi |= multi;
    }
    match (kinds, any_multi) {
        ([true, false, false], false) => (GeometryType::Point, false),
        ([true, false, false], true) => (GeometryType::MultiPoint, false),
        ([false, true, false], false) => (GeometryType::LineString, false),
        ([false, true, false], true) => (GeometryType::MultiLineString, true),
        ([false, false, true], false) => (GeometryType::Polygon, false),
        ([false, false, true], true) => (GeometryType::MultiPolygon, true),
        _ => (GeometryType::Unknown, false),
    }
}

/// Header facts needed to read one feature.
#[derive(Debug)]
pub(super) struct RecordFile {
    columns: Vec<FgbColumn>,
    geometry: GeometryType,
    /// Where the first feature starts.
    first: usize,
    features: usize,
}

impl RecordFile {
    /// Reads the header of a record file, verified.
    pub(super) fn read(file: &[u8]) -> Result<Self, String> {
        let body = file.get(fgb::MAGIC.len()..).ok_or("record.fgb has no header")?;
        let header = size_prefixed_root_as_header(body).map_err(|e| format!("record.fgb: {e}"))?;
        let size = body.first_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
        let features = usize::try_from(header.features_count()).map_err(|e| e.to_string())?;
        let index = if features == 0 { 0 } else { PackedRTree::index_size(features, PackedRTree::DEFAULT_NODE_SIZE) };
        let columns = fgb::columns(&header);
        Ok(Self { columns, geometry: header.geometry_type(), first: fgb::MAGIC.len() + 4 + size + index, features })
    }

    /// Identifier and offset of every feature, in the order of the file.
    pub(super) fn offsets(&self, file: &[u8]) -> Result<Vec<(FeatureId, u64)>, String> {
        let mut offsets = Vec::with_capacity(self.features);
        let mut at = self.first;
        while at < file.len() {
            let bytes = feature_bytes(file, at)?;
            offsets.push((id(bytes)?, at as u64));
            at += bytes.len();
        }
        Ok(offsets)
    }

    /// Properties and geometry (in the coordinate system of the file) of the feature at `offset`.
    pub(super) fn feature(&self, file: &[u8], offset: u64) -> Result<(Properties, Geometry<f64>), String> {
        let bytes = feature_bytes(file, usize::try_from(offset).map_err(|e| e.to_string())?)?;
        let feature = size_prefixed_root_as_feature(bytes).map_err(|e| e.to_string())?;
        let geometry = fgb::geometry(&feature, self.geometry).map_err(|reason| format!("{reason:?}"))?;
        let mut properties = fgb::properties(&feature, &self.columns).ok_or("properties do not fit the columns")?;
        properties.retain(|(name, _)| name != ID_COLUMN);
        Ok((properties, geometry))
    }
}

/// The identifier of a feature: its first property, as `add` writes it.
fn id(bytes: &[u8]) -> Result<FeatureId, String> {
    let feature = size_prefixed_root_as_feature(bytes).map_err(|e| e.to_string())?;
    let properties = feature.properties().map_or(&[][..], |properties| properties.bytes());
    let number = properties.strip_prefix(&[0, 0]).and_then(|rest| rest.first_chunk());
    number.map(|id| FeatureId(u64::from_le_bytes(*id))).ok_or_else(|| format!("a feature has no {ID_COLUMN}"))
}

fn feature_bytes(file: &[u8], at: usize) -> Result<&[u8], String> {
    let rest = file.get(at..).unwrap_or_default();
    let size = rest.first_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
    rest.get(..4 + size).ok_or_else(|| "record.fgb ends inside a feature".to_owned())
}
