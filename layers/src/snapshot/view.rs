//! What the map of a snapshot hands out: features, parts, points and values, read in place.

use std::ops::Range;

use super::{
    Snapshot,
    format::{FeatureRow, NO_VALUE, Section, role_of, u32_at},
};
use crate::{FeatureId, GridBox, GridPoint, PartKind, PartRole};

/// Index of a distinct tile value in its snapshot; see `Snapshot::value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

/// A tile value, borrowed from the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
    /// Text.
    Text(&'a str),
}

/// One feature of a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct FeatureRef<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) row_number: usize,
    pub(super) row: FeatureRow,
}

/// A run of points of a feature. An `Exterior` is followed by its `Interior`s.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What the points are.
    pub role: PartRole,
    /// The points; a ring does not repeat its first point at the end.
    pub points: Points<'a>,
}

/// Points on the grid, read from the map one by one.
#[derive(Debug, Clone, Copy)]
pub struct Points<'a>(&'a [[u8; 8]]);

impl<'a> FeatureRef<'a> {
    /// Identifier in the layer.
    pub fn id(&self) -> FeatureId {
        self.row.id
    }

    /// Box of its points.
    pub fn bounds(&self) -> GridBox {
        self.row.bounds
    }

    /// Importance in the layer: distinct for each feature, larger is more important.
    pub fn rank(&self) -> u32 {
        self.row.rank
    }

    /// The first zoom at which it shows.
    pub fn min_zoom(&self) -> u8 {
        self.row.min_zoom
    }

    /// Index in `Snapshot::commune_sets` of the communes it lies in.
    pub fn commune_set(&self) -> u32 {
        self.row.commune_set
    }

    /// Whether it is points, lines or polygons.
    pub fn kind(&self) -> PartKind {
        self.row.kind
    }

    /// Its parts, in order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let snapshot = self.snapshot;
        self.part_numbers().map(move |number| snapshot.part(number))
    }

    /// Its tile values, by increasing column of `Snapshot::columns`; absent ones are left out.
    pub fn values(&self) -> impl Iterator<Item = (usize, ValueId)> + use<'a> {
        let columns = self.snapshot.columns().len();
        let all = self.snapshot.section(Section::Values);
        let start = self.row_number * columns;
        (0..columns)
            .map(move |column| (column, u32_at(all, start + column)))
            .filter_map(|(column, value)| (value != NO_VALUE).then_some((column, ValueId(value))))
    }

    fn part_numbers(&self) -> Range<usize> {
        let start = match self.row_number {
            0 => 0,
            row => self.snapshot.row(row - 1).parts_end as usize,
        };
        start..self.row.parts_end as usize
    }
}

impl Snapshot {
    /// A part by its number in the file; its points start where those of the part before end.
    pub(super) fn part(&self, number: usize) -> Part<'_> {
        let parts = self.section(Section::Parts);
        let start = if number == 0 { 0 } else { u32_at(parts, 2 * number - 2) as usize };
        let points = self.section(Section::Points).as_chunks::<8>().0;
        let points = Points(&points[start..u32_at(parts, 2 * number) as usize]);
        Part { role: role_of(u32_at(parts, 2 * number + 1)), points }
    }
}

impl<'a> Points<'a> {
    /// How many points.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none; a stored part always has some.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The point at `index`. Panics beyond the last one, as a slice does.
    pub fn get(&self, index: usize) -> GridPoint {
        point(&self.0[index])
    }

    /// The points in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = GridPoint> + use<'a> {
        self.0.iter().map(point)
    }
}

fn point(bytes: &[u8; 8]) -> GridPoint {
    let [x, y] = [u32_at(bytes, 0), u32_at(bytes, 1)];
    GridPoint { x, y }
}
