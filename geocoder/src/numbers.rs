//! Every house number, packed in blocks and memory-mapped beside the index: a street is a run of blocks,
//! a number is found by reading one or two of them, and a tree over the blocks' boxes finds what is near.
//!
//! `numbers.bin`: the blocks; where each begins and the place it is of (two u32); the tree, over the blocks and
//! then the toponyms without number; those toponyms (u32); the texts of suffixes and of lieux-dits.

pub(crate) mod block;
pub(crate) mod parcels;
mod street;
pub(crate) mod write;

use std::path::Path;

use crate::{
    Error, HouseNumber,
    address::{Packed, Position, PositionKind},
    numbers::block::{Block, Entry},
    packed::{self, u32_at},
    sections::Sections,
    tree::Tree,
};

pub(crate) const FILE: &str = "numbers.bin";
pub(crate) const MAGIC: crate::sections::Magic = *b"TRBNUM2\n";

const BLOCKS: usize = 0;
const TABLE: usize = 1;
const TREE: usize = 2;
const TOPONYMS: usize = 3;
const SUFFIXES: usize = 4;
const COMPLEMENTS: usize = 5;
pub(crate) const SECTIONS: usize = 6;

/// Bytes of a row of the table of blocks.
const ROW: usize = 8;
/// An entry is the index of its block and its place there: 32 a block.
const PLACE_BITS: u32 = 5;

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Numbers {
    file: Sections<SECTIONS>,
    blocks: u32,
    toponyms: u32,
    suffixes: Vec<String>,
}

/// What an answer says of a house beyond its number and best position.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct HouseDetails {
    /// Its other positions.
    pub others: Vec<Position>,
    /// 14 characters each.
    pub parcels: Vec<String>,
    /// `lieudit_complement_nom`.
    pub locality: Option<String>,
    /// Identifier in the national base, as a UUID is written.
    pub ban_id: Option<String>,
}

impl Numbers {
    /// Maps the table. Errors: unreadable, cut, or its tables do not go together.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let file = Sections::open(folder, FILE, MAGIC)?;
        let damaged = |what: &str| Error::Damaged { folder: folder.to_owned(), what: format!("{FILE}: {what}") };
        let rows = file.get(TABLE).len() / ROW;
        let (Some(blocks), toponyms) = (rows.checked_sub(1), file.get(TOPONYMS).len() / 4) else {
            return Err(damaged("no table of blocks"));
        };
        let (Ok(blocks), Ok(toponyms)) = (u32::try_from(blocks), u32::try_from(toponyms)) else {
            return Err(damaged("impossible lengths"));
        };
        let tree = Tree::read(file.get(TREE)).map_or(0, |tree| tree.items());
        if u64::from(tree) != u64::from(blocks) + u64::from(toponyms) {
            return Err(damaged("its tree is not that of its blocks"));
        }
        let texts = packed::text(file.get(SUFFIXES), 0, file.get(SUFFIXES).len());
        let suffixes = texts.split('\n').map(str::to_owned).collect();
        Ok(Self { file, blocks, toponyms, suffixes })
    }

    /// A house number by entry.
    pub(crate) fn house(&self, entry: u32) -> HouseNumber {
        self.entry(entry).map_or(HouseNumber { number: 0, suffix: String::new() }, |entry| self.house_of(entry))
    }

    fn house_of(&self, entry: Entry<'_>) -> HouseNumber {
        let suffix = self.suffixes.get(entry.suffix as usize).cloned().unwrap_or_default();
        HouseNumber { number: entry.number, suffix }
    }

    /// Its best position, and whether the commune certified the address.
    pub(crate) fn position(&self, entry: u32) -> (Position, bool) {
        let nowhere = (position(Packed { lon: 0, lat: 0 }, PositionKind::Unknown), false);
        self.entry(entry).map_or(nowhere, |entry| (position(entry.at, entry.kind), entry.certified))
    }

    /// The rest of what is known of it; `insee` is the code of its place.
    pub(crate) fn details(&self, entry: u32, insee: &str) -> HouseDetails {
        let details = self.block(entry >> PLACE_BITS).details(index_in_block(entry), insee);
        let text = |parcel: &parcels::Parcel| String::from_utf8_lossy(parcel).into_owned();
        HouseDetails {
            others: self
                .entry(entry)
                .map(|e| e.others().map(|(at, kind)| position(at, kind)).collect())
                .unwrap_or_default(),
            parcels: details.parcels.iter().map(text).collect(),
            locality: Some(self.complement(details.complement)).filter(|name| !name.is_empty()).map(str::to_owned),
            ban_id: details.ban.map(uuid),
        }
    }

    /// The entries of a block that lie on a parcel; `insee` is the code of their place.
    pub(crate) fn on_parcel(&self, block: u32, parcel: &parcels::Parcel, insee: &str) -> impl Iterator<Item = u32> {
        self.block(block).on_parcel(parcel, insee).into_iter().map(move |index| entry_of(block, index))
    }

    /// The parcels of a block, with repetitions; `insee` is the code of its place.
    pub(crate) fn parcels_of_block(&self, block: u32, insee: &str) -> Vec<parcels::Parcel> {
        self.block(block).parcels(insee)
    }

    /// The place a block is of.
    pub(crate) fn place_of_block(&self, block: u32) -> u32 {
        u32_at(self.file.get(TABLE), block as usize * ROW + 4)
    }

    /// How many blocks; the tree's items after them are toponyms.
    pub(crate) fn blocks(&self) -> u32 {
        self.blocks
    }

    /// The numbers of a block with their entries.
    pub(crate) fn entries(&self, block: u32) -> impl Iterator<Item = (u32, Entry<'_>)> + '_ {
        self.block(block).entries().zip(0..).map(move |(entry, index)| (entry_of(block, index), entry))
    }

    /// The place of a toponym without number, by its rank among them.
    pub(crate) fn toponym(&self, rank: u32) -> Option<u32> {
        (rank < self.toponyms).then(|| u32_at(self.file.get(TOPONYMS), rank as usize * 4))
    }

    /// The identifiers that numbers of a block have in the national base.
    pub(crate) fn identifiers(&self, block: u32) -> impl Iterator<Item = crate::row::BanId> + '_ {
        self.block(block).identifiers()
    }

    /// The tree over the blocks and the toponyms; none when there is nothing to find.
    pub(crate) fn tree(&self) -> Option<Tree<'_>> {
        Tree::read(self.file.get(TREE))
    }

    fn entry(&self, entry: u32) -> Option<Entry<'_>> {
        self.block(entry >> PLACE_BITS).entries().nth(index_in_block(entry))
    }

    fn block(&self, block: u32) -> Block<'_> {
        let (table, row) = (self.file.get(TABLE), block as usize * ROW);
        let (start, end) = (u32_at(table, row), u32_at(table, row + ROW));
        Block(self.file.get(BLOCKS).get(start as usize..end as usize).unwrap_or_default())
    }

    /// The table of lieux-dits: where each begins (u32, one more than there are), then the texts.
    fn complement(&self, id: u32) -> &str {
        let (texts, row) = (self.file.get(COMPLEMENTS), id as usize * 4);
        let (start, end) = (u32_at(texts, row) as usize, u32_at(texts, row + 4) as usize);
        if id == 0 { "" } else { packed::text(texts, start, end.saturating_sub(start)) }
    }
}

/// The entry of the number at a place of a block.
pub(crate) fn entry_of(block: u32, index: u32) -> u32 {
    block << PLACE_BITS | index
}

fn index_in_block(entry: u32) -> usize {
    (entry & ((1 << PLACE_BITS) - 1)) as usize
}

fn position(at: Packed, kind: PositionKind) -> Position {
    Position { at: at.unpack(), kind }
}

/// Eight, four, four, four and twelve digits.
pub(crate) fn uuid(id: crate::row::BanId) -> String {
    let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use layers::LonLat;

    use super::{block::NewNumber, write::NumbersWriter, *};
    use crate::tree::Centre;

    /// A number and its positions in degrees.
    type Written<'a> = (&'a str, &'a [(f64, f64)]);

    /// A table of streets, each a list of numbers.
    fn open(streets: &[&[Written<'_>]]) -> (Numbers, Vec<Range<u32>>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = NumbersWriter::create(folder.path()).unwrap();
        let number = |text: &str, points: &[(f64, f64)], writer: &mut NumbersWriter| {
            let house: HouseNumber = text.parse().unwrap();
            let point = |&(lon, lat): &(f64, f64)| (Packed::new(LonLat { lon, lat }), PositionKind::Entrance);
            NewNumber {
                number: house.number,
                suffix: writer.suffix(&house.suffix),
                positions: points.iter().map(point).collect(),
                certified: text == "12",
                complement: writer.complement(if text == "12bis" { "Le Clos" } else { "" }),
                parcels: vec![*b"69029000AB0012"],
                ban: None,
            }
        };
        let mut ranges = Vec::new();
        for (street, place) in streets.iter().zip(10..) {
            let numbers: Vec<_> = street.iter().map(|(text, points)| number(text, points, &mut writer)).collect();
            ranges.push(writer.push(place, "69029", &numbers).unwrap());
        }
        writer.push_toponym(99, Packed::new(LonLat { lon: 5.0, lat: 45.0 }));
        writer.finish().unwrap();
        (Numbers::open(folder.path()).unwrap(), ranges, folder)
    }

    #[test]
    fn a_number_is_found_in_its_street_only() {
        let two = [(4.81, 45.71), (4.82, 45.72)];
        let (table, streets, _folder) = open(&[&[("12", &[(4.8, 45.7)]), ("12bis", &two)], &[("3", &[(4.9, 45.8)])]]);
        let find = |street: usize, house: &str| table.find(streets[street].clone(), &house.parse().unwrap());
        let bis = find(0, "12bis").unwrap();
        assert_eq!((table.house(bis).to_string(), table.place_of_block(bis >> PLACE_BITS)), ("12bis".to_owned(), 10));
        assert_eq!((find(0, "3"), find(0, "12z"), find(0, "11"), find(0, "13")), (None, None, None, None));
        assert!(find(1, "3").is_some() && find(0, "12").is_some_and(|entry| table.position(entry).1));
        assert!((table.position(bis).0.at.lon - 4.81).abs() < 1e-9 && !table.position(bis).1);
        let details = table.details(bis, "69029");
        assert_eq!((details.others.len(), details.parcels), (1, vec!["69029000AB0012".to_owned()]));
        assert_eq!((details.locality.as_deref(), details.ban_id), (Some("Le Clos"), None));
        assert_eq!(table.details(bis - 1, "69029").locality, None);
    }

    #[test]
    fn every_number_of_a_long_street_is_found_across_its_blocks() {
        let at: &[(f64, f64)] = &[(4.8, 45.7)];
        // One number with so many suffixes that it lies in two blocks.
        let mut texts: Vec<String> = (1..90u32).map(|n| n.to_string()).collect();
        texts.extend(('a'..='z').map(|letter| format!("30{letter}")));
        texts.sort_by_key(|text| text.parse::<HouseNumber>().unwrap());
        let street: Vec<Written<'_>> = texts.iter().map(|text| (text.as_str(), at)).collect();
        let (table, streets, _folder) = open(&[&street, &[("30", at)]]);
        assert!(streets[0].len() >= 4);
        for text in &texts {
            let found = table.find(streets[0].clone(), &text.parse().unwrap());
            assert_eq!(found.map(|entry| table.house(entry).to_string()).as_ref(), Some(text));
        }
        let all = streets[0].clone().flat_map(|block| table.entries(block));
        assert_eq!(all.map(|(entry, _)| table.house(entry).to_string()).collect::<Vec<_>>(), texts);
    }

    #[test]
    fn the_neighbours_of_a_missing_number_are_on_its_side_of_the_street() {
        let at: &[(f64, f64)] = &[(4.8, 45.7)];
        let texts: Vec<String> = (1..120u32).filter(|n| !(50..=61).contains(n)).map(|n| n.to_string()).collect();
        let street: Vec<Written<'_>> = texts.iter().map(|text| (text.as_str(), at)).collect();
        let (table, streets, _folder) = open(&[&street]);
        let around = |number| {
            let (below, above) = table.around(streets[0].clone(), number);
            [below, above].map(|known| known.map(|known| known.house.number))
        };
        assert_eq!(around(56), [Some(48), Some(62)]);
        assert_eq!(around(55), [Some(49), Some(63)]);
        assert_eq!(around(8), [Some(6), Some(10)]);
        assert_eq!((around(0), around(500)), ([None, Some(2)], [Some(118), None]));
    }

    #[test]
    fn the_tree_holds_the_blocks_and_then_the_toponyms() {
        let (table, _, _folder) = open(&[&[("1", &[(4.8, 45.7), (4.82, 45.72)])]]);
        let tree = table.tree().unwrap();
        let nearest = |lon, lat| {
            let from = Centre::new(LonLat { lon, lat });
            tree.nearest(from, f64::INFINITY, None, |_| true).map(|found| found.what).collect::<Vec<_>>()
        };
        assert_eq!((nearest(4.81, 45.71), nearest(5.0, 45.01)), (vec![0, 1], vec![1, 0]));
        assert_eq!((table.blocks(), table.toponym(0), table.toponym(1)), (1, Some(99), None));
    }

    #[test]
    fn an_index_of_towns_only_has_no_number_and_opens() {
        let folder = tempfile::tempdir().unwrap();
        NumbersWriter::create(folder.path()).unwrap().finish().unwrap();
        let table = Numbers::open(folder.path()).unwrap();
        assert!(table.tree().is_none() && table.blocks() == 0);
        assert_eq!(table.find(0..3, &"1".parse().unwrap()), None);
        assert_eq!(table.house(7).number, 0);
    }
}
