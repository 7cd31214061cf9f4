//! From a cadastral parcel to the addresses that lie on it, memory-mapped beside the house numbers: `parcels.bin`.
//!
//! Two sections: blocks of 64 pairs (parcel, entry of `numbers.bin`) in order, each pair told by what changes from the
//! one before; and where each block begins (u32). While the index is built, pairs wait on disk by department.

use std::path::Path;

use crate::{
    Error,
    numbers::{
        block::{self, NewNumber},
        entry_of,
        parcels::{self, LENGTH, Parcel},
    },
    packed::{self, u32_at},
    sections::{Magic, SectionWriter, Sections},
    spill::Spill,
    varint::{self, Cursor},
};

const FILE: &str = "parcels.bin";
const MAGIC: Magic = *b"TRBPRC1\n";
const SCRATCH: &str = "parcels.scratch";

const BLOCKS: usize = 0;
const TABLE: usize = 1;
const SECTIONS: usize = 2;

/// Pairs of a block.
const MOST: usize = 64;
/// Bytes of a pair while it waits.
const PAIR: usize = LENGTH + 4;
/// Characters of the commune and the prefix.
const PREFIX: usize = 8;

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Parcels {
    file: Sections<SECTIONS>,
    blocks: u32,
}

/// The table being gathered.
#[derive(Debug)]
pub(crate) struct ParcelsWriter {
    out: SectionWriter,
    pairs: Spill,
}

impl ParcelsWriter {
    /// Starts the table in a revision's folder.
    pub(crate) fn create(folder: &Path) -> Result<Self, Error> {
        let out = SectionWriter::create(&folder.join(FILE), MAGIC)?;
        Ok(Self { out, pairs: Spill::create(&folder.join(SCRATCH))? })
    }

    /// Takes the parcels of the numbers of a street, whose blocks begin at `first`.
    pub(crate) fn add(&mut self, first: u32, numbers: &[NewNumber]) -> Result<(), Error> {
        for (block, part) in (first..).zip(numbers.chunks(block::MOST)) {
            for (index, number) in (0..).zip(part) {
                for parcel in &number.parcels {
                    let mut pair = [0; PAIR];
                    pair[..LENGTH].copy_from_slice(parcel);
                    pair[LENGTH..].copy_from_slice(&entry_of(block, index).to_be_bytes());
                    let [a, b, c, ..] = *parcel;
                    self.pairs.append(u32::from_be_bytes([0, a, b, c]), &pair)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the pairs in order and writes them; the file is on disk when this returns.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let (mut table, mut bytes) = (Vec::new(), Vec::new());
        for key in self.pairs.keys() {
            let mut waiting = self.pairs.take(key)?;
            let (pairs, _) = waiting.as_chunks_mut::<PAIR>();
            pairs.sort_unstable();
            for part in pairs.chunks(MOST) {
                let at = packed::count(usize::try_from(self.out.len()).unwrap_or(usize::MAX), "bytes of parcels")?;
                table.extend(at.to_le_bytes());
                bytes.clear();
                put(&mut bytes, part);
                self.out.write(&bytes)?;
            }
        }
        let end = packed::count(usize::try_from(self.out.len()).unwrap_or(usize::MAX), "bytes of parcels")?;
        table.extend(end.to_le_bytes());
        self.pairs.remove()?;
        self.out.close()?;
        self.out.section(&table)?;
        self.out.finish()
    }
}

fn put(out: &mut Vec<u8>, pairs: &[[u8; PAIR]]) {
    let (mut before, mut last) = (parcels::origin(""), 0);
    for pair in pairs {
        let (parcel, entry): (Parcel, _) = (packed::bytes(pair, 0), u32::from_be_bytes(packed::bytes(pair, LENGTH)));
        parcels::put(out, &parcel, &before);
        varint::put_signed(out, i64::from(entry) - i64::from(last));
        (before, last) = (parcel, entry);
    }
}

impl Parcels {
    /// Maps the table. Errors: unreadable, cut, or not this table.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let file: Sections<SECTIONS> = Sections::open(folder, FILE, MAGIC)?;
        let rows = u32::try_from(file.get(TABLE).len() / 4).ok();
        let Some(blocks) = rows.and_then(|rows| rows.checked_sub(1)) else {
            return Err(Error::Damaged { folder: folder.to_owned(), what: format!("{FILE}: no table of blocks") });
        };
        Ok(Self { file, blocks })
    }

    /// The entries of the addresses on a parcel.
    pub(crate) fn entries<'a>(&'a self, parcel: &'a Parcel) -> impl Iterator<Item = u32> + 'a {
        self.from(*parcel).take_while(move |(found, _)| found == parcel).map(|(_, entry)| entry)
    }

    /// The parcels of a commune with this section and number (`AB0123`), one for each prefix it has.
    pub(crate) fn in_commune(&self, insee: &str, plot: [u8; LENGTH - PREFIX]) -> Vec<Parcel> {
        let mut from = parcels::origin(insee);
        let mut found = Vec::new();
        // A commune has a prefix for each that it took in; every turn goes past one, and none
        // comes back, even in a damaged file.
        while let Some((mut parcel, _)) = self
            .from(from)
            .find(|(parcel, _)| *parcel > from)
            .filter(|(parcel, _)| parcel.starts_with(insee.as_bytes()))
        {
            parcel[PREFIX..].copy_from_slice(&plot);
            if self.entries(&parcel).next().is_some() {
                found.push(parcel);
            }
            from = parcel;
            from[PREFIX..].fill(u8::MAX);
        }
        found
    }

    /// Every pair from a parcel on, in order.
    fn from(&self, parcel: Parcel) -> impl Iterator<Item = (Parcel, u32)> + '_ {
        let (mut low, mut high) = (0, self.blocks);
        while low < high {
            let middle = low + (high - low) / 2;
            // The addresses of one parcel may begin in the block before the one whose first it is.
            let before = self.block(middle).next().is_some_and(|(first, _)| first < parcel);
            if before { low = middle + 1 } else { high = middle }
        }
        let blocks = low.saturating_sub(1)..self.blocks;
        blocks.flat_map(|block| self.block(block)).skip_while(move |(found, _)| *found < parcel)
    }

    fn block(&self, block: u32) -> impl Iterator<Item = (Parcel, u32)> + '_ {
        let at = |row: u32| u32_at(self.file.get(TABLE), row as usize * 4) as usize;
        let bytes = self.file.get(BLOCKS).get(at(block)..at(block + 1)).unwrap_or_default();
        let (mut cursor, mut before, mut last) = (Cursor(bytes), parcels::origin(""), 0i64);
        std::iter::from_fn(move || {
            (!cursor.is_empty()).then(|| {
                before = parcels::take(&mut cursor, &before);
                last = last.wrapping_add(cursor.signed());
                (before, u32::try_from(last).unwrap_or(u32::MAX))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::address::{Packed, PositionKind};

    fn number(parcels: Vec<Parcel>) -> NewNumber {
        let positions = vec![(Packed { lon: 0, lat: 0 }, PositionKind::Entrance)];
        NewNumber { number: 1, suffix: 0, positions, certified: false, complement: 0, parcels, ban: None }
    }

    /// The table of streets one after the other, and every pair there should be.
    fn table(streets: &[Vec<Vec<Parcel>>]) -> (Parcels, Vec<(Parcel, u32)>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ParcelsWriter::create(folder.path()).unwrap();
        let (mut first, mut expected) = (0, Vec::new());
        for street in streets {
            let numbers: Vec<NewNumber> = street.iter().cloned().map(number).collect();
            writer.add(first, &numbers).unwrap();
            for (at, parcels) in street.iter().enumerate() {
                let entry = entry_of(first + (at / block::MOST) as u32, (at % block::MOST) as u32);
                expected.extend(parcels.iter().map(|&parcel| (parcel, entry)));
            }
            first += street.len().div_ceil(block::MOST) as u32;
        }
        writer.finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no scratch file is left");
        (Parcels::open(folder.path()).unwrap(), expected, folder)
    }

    fn parcel() -> impl Strategy<Value = Parcel> {
        "(69266|69383|01004)(000|123)(AB|0C)00[0-9]{2}".prop_map(|text| text.as_bytes().try_into().unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_address_of_a_parcel_is_found(
            streets in prop::collection::vec(prop::collection::vec(prop::collection::vec(parcel(), 0..4), 0..80), 0..6),
            asked in parcel(),
        ) {
            let (table, expected, _folder) = table(&streets);
            for parcel in expected.iter().map(|(parcel, _)| parcel).chain([&asked]) {
                let mut of_it: Vec<u32> = expected.iter().filter(|(p, _)| p == parcel).map(|&(_, entry)| entry).collect();
                of_it.sort_unstable();
                prop_assert_eq!(table.entries(parcel).collect::<Vec<_>>(), of_it);
            }
            let plot = packed::bytes(&asked, PREFIX);
            let mut like: Vec<Parcel> = expected.iter().map(|&(p, _)| p).filter(|p| p.starts_with(&asked[..5]) && p[PREFIX..] == plot).collect();
            like.sort_unstable();
            like.dedup();
            prop_assert_eq!(table.in_commune(std::str::from_utf8(&asked[..5]).unwrap(), plot), like);
        }
    }

    #[test]
    fn damaged_tables_give_some_addresses_and_end() {
        let street = |section: u8| {
            (0..90u8)
                .map(|n| {
                    vec![
                        [b"69266000A", &[section][..], b"00", &[b'0' + n / 10, b'0' + n % 10]]
                            .concat()
                            .try_into()
                            .unwrap(),
                    ]
                })
                .collect()
        };
        let (parcels, _, folder) = table(&[street(b'A'), street(b'B')]);
        drop(parcels);
        let whole = std::fs::read(folder.path().join(FILE)).unwrap();
        for step in 1..60 {
            let mut damaged = whole.clone();
            for at in (8 + step..whole.len() - 80).step_by(step) {
                damaged[at] = if step % 2 == 0 { u8::MAX } else { damaged[at].wrapping_mul(31) };
            }
            std::fs::write(folder.path().join(FILE), &damaged).unwrap();
            let Ok(parcels) = Parcels::open(folder.path()) else { continue };
            parcels.in_commune("69266", *b"AB0012");
            parcels.entries(b"69266000AB0012").count();
        }
    }

    #[test]
    fn no_parcel_makes_an_empty_table() {
        let (table, _, _folder) = table(&[vec![Vec::new()]]);
        assert_eq!(table.entries(b"69266000AB0123").count(), 0);
        assert!(table.in_commune("69266", *b"AB0123").is_empty());
    }
}
