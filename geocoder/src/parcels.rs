//! From a section of the land register to the blocks of house numbers that have an address in it, memory-mapped beside
//! them: `parcels.bin`. Which address lies on which parcel is in the blocks; a section is a few dozen of them at most.
//!
//! Two sections: pages of 64 pairs (section, block of `numbers.bin`) in order, each pair told by what changes from the
//! one before; and where each page begins (u32). While the index is built, pairs wait on disk by department.

use std::path::Path;

use crate::{
    Error,
    numbers::{
        block::{self, NewNumber},
        parcels::{COMMUNE, PREFIX, Parcel, SECTION},
    },
    packed::{self, u32_at},
    sections::{Magic, SectionWriter, Sections},
    spill::Spill,
    varint::{self, Cursor},
};

const FILE: &str = "parcels.bin";
const MAGIC: Magic = *b"TRBPRC2\n";
const SCRATCH: &str = "parcels.scratch";

const PAGES: usize = 0;
const TABLE: usize = 1;
const SECTIONS: usize = 2;

/// Pairs of a page.
const MOST: usize = 64;
/// Bytes of a pair while it waits.
const PAIR: usize = SECTION + 4;
/// How many leading characters are those of the section before, by tag.
const KEPT: [usize; 4] = [SECTION, PREFIX, COMMUNE, 0];
const TAG_BITS: u32 = 2;

/// A parcel without its number: commune, prefix and the section's letters.
pub(crate) type Section = [u8; SECTION];

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Parcels {
    file: Sections<SECTIONS>,
    pages: u32,
}

/// The table being gathered.
#[derive(Debug)]
pub(crate) struct ParcelsWriter {
    out: SectionWriter,
    pairs: Spill,
}

/// The section a parcel is in.
pub(crate) fn section(parcel: &Parcel) -> Section {
    packed::bytes(parcel, 0)
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
            let mut sections: Vec<Section> = part.iter().flat_map(|number| &number.parcels).map(section).collect();
            sections.sort_unstable();
            sections.dedup();
            for section in sections {
                let mut pair = [0; PAIR];
                pair[..SECTION].copy_from_slice(&section);
                pair[SECTION..].copy_from_slice(&block.to_be_bytes());
                let [a, b, c, ..] = section;
                self.pairs.append(u32::from_be_bytes([0, a, b, c]), &pair)?;
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
    let (mut before, mut last): (Section, u32) = ([0; SECTION], 0);
    for pair in pairs {
        let (section, block): (Section, _) = (packed::bytes(pair, 0), u32::from_be_bytes(packed::bytes(pair, SECTION)));
        let tag = KEPT.iter().position(|&kept| section[..kept] == before[..kept]).unwrap_or(KEPT.len() - 1);
        let step = block.wrapping_sub(last).cast_signed(); // modulo 2³²
        let zigzag = (step << 1 ^ step >> 31).cast_unsigned();
        varint::put(out, u64::from(zigzag) << TAG_BITS | tag as u64);
        out.extend_from_slice(&section[KEPT[tag]..]);
        (before, last) = (section, block);
    }
}

impl Parcels {
    /// Maps the table. Errors: unreadable, cut, or not this table.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let file: Sections<SECTIONS> = Sections::open(folder, FILE, MAGIC)?;
        let rows = u32::try_from(file.get(TABLE).len() / 4).ok();
        let Some(pages) = rows.and_then(|rows| rows.checked_sub(1)) else {
            return Err(Error::Damaged { folder: folder.to_owned(), what: format!("{FILE}: no table of pages") });
        };
        Ok(Self { file, pages })
    }

    /// The blocks with a house number in a section, each once.
    pub(crate) fn blocks(&self, section: Section) -> impl Iterator<Item = u32> + '_ {
        self.from(section).take_while(move |(found, _)| *found == section).map(|(_, block)| block)
    }

    /// The sections that begin so, in order, with each block that has a house number in them.
    pub(crate) fn beginning<'a>(&'a self, start: &[u8]) -> impl Iterator<Item = (Section, u32)> + use<'a> {
        let mut from = [0; SECTION];
        let known = start.len().min(SECTION);
        from[..known].copy_from_slice(&start[..known]);
        self.from(from).take_while(move |(section, _)| section[..known] == from[..known])
    }

    /// The sections of a commune with these two letters, one for each prefix it has.
    pub(crate) fn in_commune(&self, insee: &str, letters: [u8; SECTION - PREFIX]) -> Vec<Section> {
        let mut from = [0; SECTION];
        let Some(start) = from.get_mut(..insee.len()) else { return Vec::new() };
        start.copy_from_slice(insee.as_bytes());
        let mut found = Vec::new();
        // A commune has a prefix for each that it took in; every turn goes past one, and none
        // comes back, even in a damaged file.
        while let Some((mut section, _)) = self
            .from(from)
            .find(|(section, _)| *section > from)
            .filter(|(section, _)| section.starts_with(insee.as_bytes()))
        {
            section[PREFIX..].copy_from_slice(&letters);
            if self.blocks(section).next().is_some() {
                found.push(section);
            }
            from = section;
            from[PREFIX..].fill(u8::MAX);
        }
        found
    }

    /// Every pair from a section on, in order.
    fn from(&self, section: Section) -> impl Iterator<Item = (Section, u32)> + '_ {
        let (mut low, mut high) = (0, self.pages);
        while low < high {
            let middle = low + (high - low) / 2;
            // The blocks of one section may begin in the page before the one whose first it is.
            let before = self.page(middle).next().is_some_and(|(first, _)| first < section);
            if before { low = middle + 1 } else { high = middle }
        }
        let pages = low.saturating_sub(1)..self.pages;
        pages.flat_map(|page| self.page(page)).skip_while(move |(found, _)| *found < section)
    }

    fn page(&self, page: u32) -> impl Iterator<Item = (Section, u32)> + '_ {
        let at = |row: u32| u32_at(self.file.get(TABLE), row as usize * 4) as usize;
        let bytes = self.file.get(PAGES).get(at(page)..at(page + 1)).unwrap_or_default();
        let (mut cursor, mut before, mut last): (_, Section, u32) = (Cursor(bytes), [0; SECTION], 0);
        std::iter::from_fn(move || {
            (!cursor.is_empty()).then(|| {
                let head = cursor.unsigned();
                let zigzag = (head >> TAG_BITS) as u32; // 32 bits were written
                last = last.wrapping_add(zigzag >> 1 ^ (zigzag & 1).wrapping_neg());
                let changed = &mut before[KEPT[(head & 3) as usize]..];
                let own = cursor.take(changed.len());
                if own.len() == changed.len() {
                    changed.copy_from_slice(own); // there is less in damaged bytes only
                }
                (before, last)
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
    fn table(streets: &[Vec<Vec<Parcel>>]) -> (Parcels, Vec<(Section, u32)>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ParcelsWriter::create(folder.path()).unwrap();
        let (mut first, mut expected) = (0, Vec::new());
        for street in streets {
            let numbers: Vec<NewNumber> = street.iter().cloned().map(number).collect();
            writer.add(first, &numbers).unwrap();
            for (at, parcels) in street.iter().enumerate() {
                expected.extend(parcels.iter().map(|parcel| (section(parcel), first + (at / block::MOST) as u32)));
            }
            first += street.len().div_ceil(block::MOST) as u32;
        }
        expected.sort_unstable();
        expected.dedup();
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
        fn every_block_of_a_section_is_found_once(
            streets in prop::collection::vec(prop::collection::vec(prop::collection::vec(parcel(), 0..4), 0..80), 0..30),
            asked in parcel(),
        ) {
            let (table, expected, _folder) = table(&streets);
            for section in expected.iter().map(|&(section, _)| section).chain([section(&asked)]) {
                let of_it: Vec<u32> = expected.iter().filter(|(s, _)| *s == section).map(|&(_, block)| block).collect();
                prop_assert_eq!(table.blocks(section).collect::<Vec<_>>(), of_it);
            }
            let letters = packed::bytes(&asked, PREFIX);
            let mut like: Vec<Section> = expected.iter().map(|&(s, _)| s).filter(|s| s.starts_with(&asked[..5]) && s[PREFIX..] == letters).collect();
            like.dedup();
            prop_assert_eq!(table.in_commune(std::str::from_utf8(&asked[..5]).unwrap(), letters), like);
        }
    }

    #[test]
    fn damaged_tables_give_some_blocks_and_end() {
        let street = |n: u8| vec![vec![[&b"69266000A"[..], &[b'A' + n % 26], b"0012"].concat().try_into().unwrap()]];
        let (parcels, _, folder) = table(&(0..150).map(street).collect::<Vec<_>>());
        drop(parcels);
        let whole = std::fs::read(folder.path().join(FILE)).unwrap();
        for step in 1..60 {
            let mut damaged = whole.clone();
            for at in (8 + step..whole.len() - 80).step_by(step) {
                damaged[at] = if step % 2 == 0 { u8::MAX } else { damaged[at].wrapping_mul(31) };
            }
            std::fs::write(folder.path().join(FILE), &damaged).unwrap();
            let Ok(parcels) = Parcels::open(folder.path()) else { continue };
            parcels.in_commune("69266", *b"AB");
            parcels.blocks(*b"69266000AB").count();
        }
    }

    #[test]
    fn no_parcel_makes_an_empty_table() {
        let (table, _, _folder) = table(&[vec![Vec::new()]]);
        assert_eq!(table.blocks(*b"69266000AB").count(), 0);
        assert!(table.in_commune("69266", *b"AB").is_empty());
    }
}
