//! The parcels of a layer, in the order of their identifiers: half a million of them in 22 MB, read in place
//! (`parcels.bin`, described at `MAGIC`).

use std::{ops::Range, path::Path};

use layers::{Bbox, FeatureId, Territory};

use crate::{
    Error,
    address::Packed,
    cadastre,
    numbers::parcels::{LENGTH, Parcel, origin},
    objects::{
        Object,
        audience::{self, AudienceWriter},
    },
    packed::{self, i32_at, u16_at},
    parcel_parts,
    sections::{Magic, SectionWriter, Sections},
    tree::{self, Tree},
};

const FILE: &str = "parcels.bin";
/// A row of 40 bytes a parcel; the lists of communes that may see them (`audience`); a tree of the extents of blocks of
/// 64 rows, since neighbours in the order are most often neighbours on the ground.
const MAGIC: Magic = *b"TRBPCL1\n";

const ROWS: usize = 0;
const AUDIENCES: usize = 1;
const TREE: usize = 2;
const SECTIONS: usize = 3;

/// Identifier (14 bytes), list of communes (u16), feature (u64), longitude and latitude of its point (i32 each, packed
/// degrees), and how far its extent goes west, south, east and north of it (u16 each, millionths of a degree).
const ROW: usize = 40;
/// Rows of a block.
const BLOCK: u32 = 64;
/// Packed degrees of a step of an extent.
const STEP: i32 = 10;
/// Characters of the commune and the prefix.
const PREFIX: usize = 8;
/// Prefixes a commune may have: three digits.
const PREFIXES: usize = 1_000;

/// The parcels of a layer, mapped.
#[derive(Debug)]
pub(crate) struct ParcelTable {
    file: Sections<SECTIONS>,
    count: u32,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParcelRow<'a>(&'a [u8]);

/// Writes the parcels of a layer in an empty folder: how many there are, and how many features are none.
pub(crate) fn write(folder: &Path, objects: impl Iterator<Item = Object>) -> Result<(u32, u64), Error> {
    let (mut refused, mut audiences) = (0, AudienceWriter::default());
    let mut rows: Vec<[u8; ROW]> = Vec::new();
    for object in objects {
        let Some(parcel) = cadastre::identifier(&object.id) else {
            refused += 1;
            continue;
        };
        let audience = audiences.add(&object.audience)?;
        let too_many = |_| Error::TooMany { what: "lists of communes for the parcels of a layer", limit: 65_536 };
        rows.push(row(&parcel, u16::try_from(audience).map_err(too_many)?, &object));
    }
    rows.sort_unstable_by_key(|row| ParcelRow(row).order());
    let count = packed::count(rows.len(), "parcels")?;
    let extent = |block: &[[u8; ROW]]| tree::Box::around(block.iter().flat_map(|row| ParcelRow(row).corners()));
    let extents: Vec<tree::Box> = rows.chunks(BLOCK as usize).map(extent).collect();
    let mut out = SectionWriter::create(&folder.join(FILE), MAGIC)?;
    rows.iter().try_for_each(|row| out.write(row))?;
    out.close()?;
    out.section(&audiences.finish())?;
    out.section(&tree::build(&extents))?;
    out.finish()?;
    Ok((count, refused))
}

fn row(parcel: &Parcel, audience: u16, object: &Object) -> [u8; ROW] {
    let at = Packed::new(object.at);
    let corner = |lon, lat| Packed::new(layers::LonLat { lon, lat });
    let (min, max) = object.bbox.map_or((at, at), |b| (corner(b.west, b.south), corner(b.east, b.north)));
    // Rounded outwards: an extent may be a step too large, never too small.
    let steps = |length: i32| {
        u16::try_from((i64::from(length.max(0)) + i64::from(STEP) - 1) / i64::from(STEP)).unwrap_or(u16::MAX)
    };
    let mut row = [0; ROW];
    row[..LENGTH].copy_from_slice(parcel);
    row[14..16].copy_from_slice(&audience.to_le_bytes());
    row[16..24].copy_from_slice(&object.feature.0.to_le_bytes());
    row[24..28].copy_from_slice(&at.lon.to_le_bytes());
    row[28..32].copy_from_slice(&at.lat.to_le_bytes());
    let sides = [
        at.lon.saturating_sub(min.lon),
        at.lat.saturating_sub(min.lat),
        max.lon.saturating_sub(at.lon),
        max.lat.saturating_sub(at.lat),
    ];
    for (side, length) in sides.into_iter().enumerate() {
        row[32 + 2 * side..34 + 2 * side].copy_from_slice(&steps(length).to_le_bytes());
    }
    row
}

impl ParcelTable {
    /// Maps the table. Errors: unreadable, cut, or not this table.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let file: Sections<SECTIONS> = Sections::open(folder, FILE, MAGIC)?;
        let count = packed::count(file.get(ROWS).len() / ROW, "parcels")?;
        Ok(Self { file, count })
    }

    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    pub(crate) fn row(&self, index: u32) -> ParcelRow<'_> {
        let at = index as usize * ROW;
        ParcelRow(self.file.get(ROWS).get(at..at + ROW).unwrap_or_default())
    }

    /// Whether a territory opens each list of communes.
    pub(crate) fn opened(&self, territory: &Territory) -> Vec<bool> {
        audience::opened(self.file.get(AUDIENCES), territory)
    }

    /// The extents of the blocks; none without parcel.
    pub(crate) fn tree(&self) -> Option<Tree<'_>> {
        Tree::read(self.file.get(TREE))
    }

    /// The rows of a block of the tree.
    pub(crate) fn block(&self, block: u32) -> Range<u32> {
        let first = block.saturating_mul(BLOCK).min(self.count);
        first..first.saturating_add(BLOCK).min(self.count)
    }

    /// The first visible row of an identifier.
    pub(crate) fn find(&self, parcel: &Parcel, opened: &[bool]) -> Option<ParcelRow<'_>> {
        let from = self.from(parcel);
        let rows = (from..self.count).map(|index| self.row(index)).take_while(|row| row.id() == *parcel);
        rows.into_iter().find(|row| row.is_open(opened))
    }

    /// The visible parcels of a commune with this section and number (`AB0123`), one for each prefix it has.
    pub(crate) fn in_commune(&self, insee: &str, plot: [u8; LENGTH - PREFIX], opened: &[bool]) -> Vec<Parcel> {
        let mut from = origin(insee);
        let mut found = Vec::new();
        for _ in 0..PREFIXES {
            let mut parcel = self.row(self.from(&from)).id();
            if !parcel.starts_with(insee.as_bytes()) {
                break;
            }
            parcel[PREFIX..].copy_from_slice(&plot);
            found.extend(self.find(&parcel, opened).map(ParcelRow::id));
            from = parcel;
            from[PREFIX..].fill(u8::MAX);
        }
        found
    }

    /// The visible parcels of a pattern, in order.
    pub(crate) fn like(&self, pattern: &Parcel, opened: &[bool]) -> Vec<Parcel> {
        let known = parcel_parts::known(pattern);
        let mut from = [0; LENGTH];
        from[..known.len()].copy_from_slice(known);
        let rows = (self.from(&from)..self.count).map(|index| self.row(index));
        let rows = rows.take_while(|row| row.id().starts_with(known)).filter(|row| row.is_open(opened));
        rows.map(ParcelRow::id).filter(|id| parcel_parts::is_like(id, pattern)).collect()
    }

    /// The first row that is not before a parcel.
    fn from(&self, parcel: &Parcel) -> u32 {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.row(middle).id() < *parcel { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl ParcelRow<'_> {
    /// Zeros for a row that is not there.
    pub(crate) fn id(self) -> Parcel {
        packed::bytes(self.0, 0)
    }

    pub(crate) fn feature(self) -> FeatureId {
        FeatureId(u64::from_le_bytes(packed::bytes(self.0, 16)))
    }

    fn order(self) -> (Parcel, u64) {
        (self.id(), self.feature().0)
    }

    pub(crate) fn is_open(self, opened: &[bool]) -> bool {
        opened.get(usize::from(u16_at(self.0, 14))).copied().unwrap_or(false)
    }

    pub(crate) fn point(self) -> Packed {
        Packed { lon: i32_at(self.0, 24), lat: i32_at(self.0, 28) }
    }

    /// South-west and north-east.
    pub(crate) fn corners(self) -> [Packed; 2] {
        let at = self.point();
        let side = |side: usize| i32::from(u16_at(self.0, 32 + 2 * side)) * STEP;
        [
            Packed { lon: at.lon.saturating_sub(side(0)), lat: at.lat.saturating_sub(side(1)) },
            Packed { lon: at.lon.saturating_add(side(2)), lat: at.lat.saturating_add(side(3)) },
        ]
    }

    /// In degrees.
    pub(crate) fn bbox(self) -> Bbox {
        let [min, max] = self.corners().map(Packed::unpack);
        Bbox { west: min.lon, south: min.lat, east: max.lon, north: max.lat }
    }
}
