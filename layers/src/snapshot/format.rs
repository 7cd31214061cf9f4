//! The layout of cut.bin: a header, then flat little-endian arrays, each starting on a multiple
//! of eight bytes. Rows, parts and points are read in place from the map, without any cast.
//!
//! ```text
//! header      magic 8 · version u32 · number of sections u32 · (offset u64, length u64) a section
//! Features    a row a feature, in the order of record.fgb (see `FeatureRow`)
//! Parts       end of its points u32 · role u32
//! Points      x u32 · y u32
//! Values      a u32 a column and feature: an entry of Dictionary, or NO_VALUE
//! Dictionary  distinct values: kind u32 · length u32 · payload u64
//! Text        UTF-8 of the text values
//! Sets        distinct sets of communes: count u32, then five bytes a code
//! Index       packed Hilbert R-tree of the boxes in steps of two (geo-index, u32)
//! ById        row numbers u32 by increasing identifier
//! ```

use std::ops::Range;

use crate::{FeatureId, GridBox, GridPoint, PartKind, PartRole};

/// First bytes of the file.
pub(super) const MAGIC: [u8; 8] = *b"traboule";
/// Raised whenever the layout changes: another version is refused and the layer imported again.
pub(super) const VERSION: u32 = 1;
/// A feature without a value in a column.
pub(super) const NO_VALUE: u32 = u32::MAX;

/// The arrays, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Features,
    Parts,
    Points,
    Values,
    Dictionary,
    Text,
    Sets,
    Index,
    ById,
}

/// How many sections there are.
pub(super) const SECTIONS: usize = 9;
const HEADER: usize = 16 + SECTIONS * 16;

/// The header for sections of these lengths, and where each section starts.
pub(super) fn header(lengths: [usize; SECTIONS]) -> (Vec<u8>, [usize; SECTIONS]) {
    let mut bytes = Vec::with_capacity(HEADER);
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(9_u32.to_le_bytes());
    let mut starts = [0; SECTIONS];
    let mut end = HEADER;
    for (start, length) in starts.iter_mut().zip(lengths) {
        *start = end.next_multiple_of(8);
        end = *start + length;
        bytes.extend((*start as u64).to_le_bytes());
        bytes.extend((length as u64).to_le_bytes());
    }
    (bytes, starts)
}

/// Where each section lies in the file; an error says what is wrong.
pub(super) fn sections(file: &[u8]) -> Result<[Range<usize>; SECTIONS], String> {
    let header = file.get(..HEADER).ok_or("cut.bin is shorter than its header")?;
    if header[..8] != MAGIC {
        return Err("cut.bin does not start as one".to_owned());
    }
    let version = u32_at(header, 2);
    if version != VERSION {
        return Err(format!("cut.bin is of version {version}, this program reads version {VERSION}"));
    }
    let (words, _) = header[16..].as_chunks::<8>();
    let word = |i: usize| usize::try_from(u64::from_le_bytes(words[i])).unwrap_or(usize::MAX);
    let range = |i: usize| word(2 * i)..word(2 * i).saturating_add(word(2 * i + 1));
    let sections: [Range<usize>; SECTIONS] = std::array::from_fn(range);
    match sections.iter().all(|range| range.start % 8 == 0 && range.end <= file.len()) {
        true => Ok(sections),
        false => Err("a section of cut.bin goes beyond its end".to_owned()),
    }
}

/// One row of `Features`. Its parts and points end where they say and start where those of the row before end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FeatureRow {
    pub(super) id: FeatureId,
    /// Where its feature starts in record.fgb, size prefix included.
    pub(super) record: u64,
    pub(super) bounds: GridBox,
    pub(super) rank: u32,
    pub(super) commune_set: u32,
    pub(super) parts_end: u32,
    pub(super) min_zoom: u8,
    pub(super) kind: PartKind,
}

impl FeatureRow {
    /// Bytes of a row.
    pub(super) const SIZE: usize = 48;

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.id.0.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.record.to_le_bytes());
        let GridBox { min, max } = self.bounds;
        let words = [min.x, min.y, max.x, max.y, self.rank, self.commune_set, self.parts_end];
        for (place, word) in bytes[16..44].as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes[44] = self.min_zoom;
        bytes[45] = match self.kind {
            PartKind::Point => 0,
            PartKind::Line => 1,
            PartKind::Polygon => 2,
        };
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let long = |i: usize| u64::from(u32_at(bytes, i)) | u64::from(u32_at(bytes, i + 1)) << 32;
        let point = |i: usize| GridPoint { x: u32_at(bytes, i), y: u32_at(bytes, i + 1) };
        Self {
            id: FeatureId(long(0)),
            record: long(2),
            bounds: GridBox { min: point(4), max: point(6) },
            rank: u32_at(bytes, 8),
            commune_set: u32_at(bytes, 9),
            parts_end: u32_at(bytes, 10),
            min_zoom: bytes[44],
            kind: match bytes[45] {
                0 => PartKind::Point,
                1 => PartKind::Line,
                _ => PartKind::Polygon,
            },
        }
    }
}

/// A box as the index holds it, `[min x, min y, max x, max y]`: in steps of two, because the
/// Hilbert sort of geo-index adds both ends of a box in 32 bits. Rounding down at both ends keeps
/// every pair that meets; the exact box of the row decides.
pub(super) fn index_box(b: GridBox) -> [u32; 4] {
    [b.min.x / 2, b.min.y / 2, b.max.x / 2, b.max.y / 2]
}

/// The number a role is written as.
pub(super) fn role_code(role: PartRole) -> u32 {
    match role {
        PartRole::Points => 0,
        PartRole::Line => 1,
        PartRole::Exterior => 2,
        PartRole::Interior => 3,
    }
}

/// The role a number stands for.
pub(super) fn role_of(code: u32) -> PartRole {
    match code {
        0 => PartRole::Points,
        1 => PartRole::Line,
        2 => PartRole::Exterior,
        _ => PartRole::Interior,
    }
}

/// The `index`th little-endian number of an array.
pub(super) fn u32_at(bytes: &[u8], index: usize) -> u32 {
    u32::from_le_bytes(bytes.as_chunks::<4>().0[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let row = FeatureRow {
            id: FeatureId(FeatureId::MAX),
            record: 1 << 40,
            bounds: GridBox { min: GridPoint { x: 1, y: 2 }, max: GridPoint { x: 3, y: u32::MAX } },
            rank: 7,
            commune_set: 8,
            parts_end: 9,
            min_zoom: 14,
            kind: PartKind::Line,
        };
        assert_eq!(FeatureRow::from_bytes(&row.to_bytes()), row);
    }

    #[test]
    fn a_header_that_lies_is_refused() {
        let (mut file, starts) = header([48, 8, 8, 0, 0, 0, 4, 0, 4]);
        file.resize(starts[8] + 4, 0);
        assert!(sections(&file).is_ok());
        assert!(sections(&file[..file.len() - 1]).unwrap_err().contains("beyond its end"));
        file[8] = 99;
        assert!(sections(&file).unwrap_err().contains("version 99"));
    }
}
