//! FlatGeobuf's pieces as values: a verified feature's geometry and properties, with every offset
//! checked. The crate's own readers trust the offsets inside a feature and panic on a bad one.

use flatgeobuf::{ColumnType, Feature, Geometry as FgbGeometry, GeometryType, Header};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use crate::{Properties, Value, report::Reason};

/// The eight bytes every file starts with; the fourth is the major version, the last a patch level.
pub(crate) const MAGIC: [u8; 8] = *b"fgb\x03fgb\x00";

/// Name and type of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FgbColumn {
    pub(crate) name: String,
    pub(crate) kind: ColumnType,
}

/// The columns a header declares.
pub(crate) fn columns(header: &Header<'_>) -> Vec<FgbColumn> {
    let declared = header.columns().into_iter().flatten();
    declared.map(|column| FgbColumn { name: column.name().to_owned(), kind: column.type_() }).collect()
}

/// The geometry of a feature, Z and M dropped. `declared` is the type the header gives to all.
pub(crate) fn geometry(feature: &Feature<'_>, declared: GeometryType) -> Result<Geometry<f64>, Reason> {
    read(&feature.geometry().ok_or(Reason::NullGeometry)?, declared)
}

fn read(geometry: &FgbGeometry<'_>, declared: GeometryType) -> Result<Geometry<f64>, Reason> {
    let kind = if declared == GeometryType::Unknown { geometry.type_() } else { declared };
    let coords = coords(geometry);
    if coords.is_empty() && geometry.parts().is_none_or(|parts| parts.is_empty()) {
        return Err(Reason::EmptyGeometry);
    }
    Ok(match kind {
        GeometryType::Point => Point(*coords.first().ok_or(Reason::EmptyGeometry)?).into(),
        GeometryType::MultiPoint => MultiPoint(coords.into_iter().map(Point).collect()).into(),
        GeometryType::LineString => LineString(coords).into(),
        GeometryType::MultiLineString => MultiLineString(runs(geometry, &coords)?).into(),
        GeometryType::Polygon | GeometryType::Triangle => polygon(geometry, &coords)?.into(),
        GeometryType::MultiPolygon => multi_polygon(geometry)?.into(),
        GeometryType::GeometryCollection => {
            let parts = geometry.parts().into_iter().flatten();
            Geometry::GeometryCollection(parts.map(|part| read(&part, part.type_())).collect::<Result<_, _>>()?)
        }
        _ => return Err(Reason::UnsupportedGeometry),
    })
}

fn coords(geometry: &FgbGeometry<'_>) -> Vec<Coord<f64>> {
    let bytes = geometry.xy().map_or(&[][..], |xy| xy.bytes());
    let (numbers, _) = bytes.as_chunks::<8>();
    let (pairs, _) = numbers.as_chunks::<2>();
    pairs.iter().map(|[x, y]| Coord { x: f64::from_le_bytes(*x), y: f64::from_le_bytes(*y) }).collect()
}

/// The coordinates cut at `ends`; a single run when there are none.
fn runs(geometry: &FgbGeometry<'_>, coords: &[Coord<f64>]) -> Result<Vec<LineString<f64>>, Reason> {
    let Some(ends) = geometry.ends().filter(|ends| !ends.is_empty()) else {
        return Ok(vec![LineString(coords.to_vec())]);
    };
    let mut start = 0;
    let cut = |end: u32| {
        let run = coords.get(start..end as usize).ok_or(Reason::UnreadableGeometry)?;
        start = end as usize;
        Ok(LineString(run.to_vec()))
    };
    ends.iter().map(cut).collect()
}

fn polygon(geometry: &FgbGeometry<'_>, coords: &[Coord<f64>]) -> Result<Polygon<f64>, Reason> {
    let mut rings = runs(geometry, coords)?.into_iter();
    let exterior = rings.next().ok_or(Reason::EmptyGeometry)?;
    Ok(Polygon::new(exterior, rings.collect()))
}

fn multi_polygon(geometry: &FgbGeometry<'_>) -> Result<MultiPolygon<f64>, Reason> {
    match geometry.parts() {
        Some(parts) => parts.iter().map(|part| polygon(&part, &self::coords(&part))).collect(),
        // One polygon may be written without the list of parts.
        None => polygon(geometry, &self::coords(geometry)).map(|single| MultiPolygon(vec![single])),
    }
}

/// The properties of a feature, every declared column in order, absent ones `Null`.
/// None when the bytes do not fit the columns.
pub(crate) fn properties(feature: &Feature<'_>, columns: &[FgbColumn]) -> Option<Properties> {
    let mut values: Properties = columns.iter().map(|column| (column.name.clone(), Value::Null)).collect();
    let mut bytes = feature.properties().map_or(&[][..], |properties| properties.bytes());
    // GDAL leaves a trailing byte after a last binary column: less than an index is the end.
    while bytes.len() >= 2 {
        let column = usize::from(u16::from_le_bytes(take(&mut bytes)?));
        values.get_mut(column)?.1 = value(&mut bytes, columns.get(column)?.kind)?;
    }
    Some(values)
}

fn value(bytes: &mut &[u8], kind: ColumnType) -> Option<Value> {
    Some(match kind {
        ColumnType::Byte => Value::Int(i8::from_le_bytes(take(bytes)?).into()),
        ColumnType::UByte => Value::Int(u8::from_le_bytes(take(bytes)?).into()),
        ColumnType::Bool => Value::Bool(take::<1>(bytes)? != [0]),
        ColumnType::Short => Value::Int(i16::from_le_bytes(take(bytes)?).into()),
        ColumnType::UShort => Value::Int(u16::from_le_bytes(take(bytes)?).into()),
        ColumnType::Int => Value::Int(i32::from_le_bytes(take(bytes)?).into()),
        ColumnType::UInt => Value::Int(u32::from_le_bytes(take(bytes)?).into()),
        ColumnType::Long => Value::Int(i64::from_le_bytes(take(bytes)?)),
        ColumnType::ULong => whole(u64::from_le_bytes(take(bytes)?)),
        ColumnType::Float => float(f32::from_le_bytes(take(bytes)?).into()),
        ColumnType::Double => float(f64::from_le_bytes(take(bytes)?)),
        ColumnType::String | ColumnType::Json | ColumnType::DateTime => Value::Text(text(bytes)?),
        ColumnType::Binary => {
            sized(bytes)?;
            Value::Null // bytes have no reading on a record sheet
        }
        _ => return None,
    })
}

/// A whole number of the source; one beyond 2^63 − 1 stays exact as text.
pub(crate) fn whole(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
}

/// A number of the source; NaN and infinities are `Null`.
pub(crate) fn float(number: f64) -> Value {
    if number.is_finite() { Value::Float(number) } else { Value::Null }
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    Some(String::from_utf8_lossy(sized(bytes)?).into_owned())
}

fn sized<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(bytes)?) as usize;
    let (head, tail) = bytes.split_at_checked(length)?;
    *bytes = tail;
    Some(head)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = bytes.split_first_chunk::<N>()?;
    *bytes = tail;
    Some(*head)
}
