//! cut.bin from prepared features, in the order of record.fgb.

use std::{collections::HashMap, io::Write, path::Path};

use geo_index::rtree::{RTreeBuilder, sort::HilbertSort};

use super::format::{FeatureRow, NO_VALUE, SECTIONS, header, index_box, role_code};
use crate::{CommuneCode, Error, Feature, FeatureId, LayerId, Value, durable, shape::Shape};

/// A feature ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) id: FeatureId,
    /// Geometry (repaired, in the coordinate system of the source), properties and communes (sorted, distinct).
    pub(crate) feature: Feature,
    pub(crate) shape: Shape,
    pub(crate) rank: u32,
    pub(crate) min_zoom: u8,
}

/// The arrays while they grow. Their layout is said in `format`.
#[derive(Default)]
struct Arrays<'a> {
    rows: Vec<u8>,
    parts: Vec<u8>,
    points: Vec<u8>,
    values: Vec<u8>,
    dictionary: Vec<u8>,
    text: Vec<u8>,
    known: HashMap<Key<'a>, u32>,
    sets: Vec<u8>,
    known_sets: HashMap<&'a [CommuneCode], u32>,
}

/// What makes two values one entry of the dictionary: type and bits. 1 and 1.0 stay apart.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(&'a str),
}

/// Writes cut.bin. `order` lists the features as record.fgb holds them, each with its offset there.
pub(super) fn write_cut(
    path: &Path,
    layer: &LayerId,
    columns: &[&str],
    order: &[(&Prepared, u64)],
) -> Result<(), Error> {
    let mut arrays = Arrays::default();
    for (prepared, record) in order {
        arrays.add(prepared, *record, columns).map_err(|what| Error::TooLarge(layer.clone(), what))?;
    }
    let index = index(order, layer)?;
    let sections = [
        arrays.rows,
        arrays.parts,
        arrays.points,
        arrays.values,
        arrays.dictionary,
        arrays.text,
        arrays.sets,
        index,
        by_id(order),
    ];
    let lengths: [usize; SECTIONS] = std::array::from_fn(|i| sections[i].len());
    let (head, starts) = header(lengths);
    durable::write(path, |out| {
        out.write_all(&head)?;
        let mut end = head.len();
        for (section, start) in sections.iter().zip(starts) {
            out.write_all(&[0; 8][..start - end])?;
            out.write_all(section)?;
            end = start + section.len();
        }
        Ok(())
    })
}

impl<'a> Arrays<'a> {
    fn add(&mut self, prepared: &'a Prepared, record: u64, columns: &[&str]) -> Result<(), &'static str> {
        let base = count(&self.points, 8, "points")?;
        for (role, end) in &prepared.shape.ends {
            let end = base.checked_add(*end).ok_or("points")?;
            self.parts.extend(end.to_le_bytes());
            self.parts.extend(role_code(*role).to_le_bytes());
        }
        for point in &prepared.shape.points {
            self.points.extend(point.x.to_le_bytes());
            self.points.extend(point.y.to_le_bytes());
        }
        for column in columns {
            let value = self.value(prepared.feature.value(column))?;
            self.values.extend(value.to_le_bytes());
        }
        let row = FeatureRow {
            id: prepared.id,
            record,
            bounds: prepared.shape.bounds,
            rank: prepared.rank,
            commune_set: self.commune_set(&prepared.feature.communes)?,
            parts_end: count(&self.parts, 8, "parts")?,
            min_zoom: prepared.min_zoom,
            kind: prepared.shape.kind,
        };
        self.rows.extend(row.to_bytes());
        Ok(())
    }

    fn value(&mut self, value: &'a Value) -> Result<u32, &'static str> {
        let (key, kind, length, payload) = match value {
            Value::Null => return Ok(NO_VALUE),
            Value::Bool(b) => (Key::Bool(*b), 0, 0, u64::from(*b)),
            Value::Int(i) => (Key::Int(*i), 1, 0, i.cast_unsigned()),
            Value::Float(f) => (Key::Float(f.to_bits()), 2, 0, f.to_bits()),
            Value::Text(text) => {
                let length = u32::try_from(text.len()).map_err(|_| "bytes of text in one value")?;
                (Key::Text(text), 3, length, self.text.len() as u64)
            }
        };
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let id = count(&self.dictionary, 16, "distinct values")?;
        self.dictionary.extend(u32::to_le_bytes(kind));
        self.dictionary.extend(length.to_le_bytes());
        self.dictionary.extend(payload.to_le_bytes());
        if let Key::Text(text) = key {
            self.text.extend(text.as_bytes());
        }
        self.known.insert(key, id);
        Ok(id)
    }

    fn commune_set(&mut self, communes: &'a [CommuneCode]) -> Result<u32, &'static str> {
        if let Some(known) = self.known_sets.get(communes) {
            return Ok(*known);
        }
        let id = u32::try_from(self.known_sets.len()).map_err(|_| "sets of communes")?;
        let length = u32::try_from(communes.len()).map_err(|_| "communes in a set")?;
        self.sets.extend(length.to_le_bytes());
        communes.iter().for_each(|code| self.sets.extend(code.to_bytes()));
        self.known_sets.insert(communes, id);
        Ok(id)
    }
}

fn count(array: &[u8], stride: usize, what: &'static str) -> Result<u32, &'static str> {
    u32::try_from(array.len() / stride).ok().filter(|n| *n < NO_VALUE).ok_or(what)
}

fn index(order: &[(&Prepared, u64)], layer: &LayerId) -> Result<Vec<u8>, Error> {
    let features = u32::try_from(order.len()).map_err(|_| Error::TooLarge(layer.clone(), "features"))?;
    if features == 0 {
        return Ok(Vec::new());
    }
    let mut builder = RTreeBuilder::<u32>::new(features);
    for (prepared, _) in order {
        let [min_x, min_y, max_x, max_y] = index_box(prepared.shape.bounds);
        builder.add(min_x, min_y, max_x, max_y);
    }
    Ok(builder.finish::<HilbertSort>().into_inner())
}

fn by_id(order: &[(&Prepared, u64)]) -> Vec<u8> {
    let mut rows: Vec<(FeatureId, u32)> = order.iter().map(|(prepared, _)| prepared.id).zip(0..).collect();
    rows.sort_unstable();
    rows.into_iter().flat_map(|(_, row)| row.to_le_bytes()).collect()
}
