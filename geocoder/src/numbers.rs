//! Every house number, packed and memory-mapped beside the index: 16 bytes each, sorted by street,
//! number and suffix; further positions of the same address aside; a static KD-tree over all positions.
//!
//! `numbers.bin`: four lengths (u64: numbers, other positions, bytes of suffixes, bytes of the tree),
//! the tree (first, so that it is aligned), the numbers, the other positions, the suffixes.

use std::{collections::BTreeSet, io::Write, ops::Range, path::Path};

use geo_index::kdtree::{KDTreeBuilder, KDTreeIndex, KDTreeRef};
use layers::LonLat;
use memmap2::Mmap;

use crate::{
    Error,
    address::{Packed, Position, PositionKind},
    house_number::HouseNumber,
    packed::{self, i32_at, u16_at, u32_at},
};

const HEADER: usize = 32;
const ENTRY: usize = 16;
const OTHER: usize = 12;
const CERTIFIED: u8 = 1;

/// A house number as the build knows it, its best position first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewNumber {
    pub house: HouseNumber,
    pub positions: Vec<(Packed, PositionKind)>,
    pub certified: bool,
}

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Numbers {
    map: Mmap,
    len: u32,
    tree: Range<usize>,
    /// Sorted, so that comparing two ids compares two suffixes.
    suffixes: Vec<String>,
}

/// Writes the table; `numbers` are in the order of their streets, then of number and suffix.
pub(crate) fn write(path: &Path, numbers: &[NewNumber]) -> Result<(), Error> {
    let suffixes: BTreeSet<&str> = numbers.iter().map(|number| number.house.suffix.as_str()).collect();
    let suffixes: Vec<&str> = suffixes.into_iter().collect();
    let (mut entries, mut others) = (Vec::new(), Vec::new());
    for (index, number) in numbers.iter().enumerate() {
        let suffix = suffixes.binary_search(&number.house.suffix.as_str()).unwrap_or_default();
        let suffix = u16::try_from(suffix).map_err(|_| Error::TooMany { what: "distinct suffixes", limit: 65_536 })?;
        let Some(((first, kind), rest)) = number.positions.split_first() else { continue };
        entries.extend(number.house.number.to_le_bytes());
        entries.extend(suffix.to_le_bytes());
        entries.extend([kind.to_byte(), if number.certified { CERTIFIED } else { 0 }]);
        entries.extend(first.lon.to_le_bytes());
        entries.extend(first.lat.to_le_bytes());
        for (at, _) in rest {
            others.extend(packed::count(index, "house numbers")?.to_le_bytes());
            others.extend(at.lon.to_le_bytes());
            others.extend(at.lat.to_le_bytes());
        }
    }
    let tree = tree(numbers)?;
    let suffixes = suffixes.join("\n");
    packed::write_synced(path, |out| {
        for len in [numbers.len(), others.len() / OTHER, suffixes.len(), tree.len()] {
            out.write_all(&(len as u64).to_le_bytes())?;
        }
        for part in [&tree, &entries, &others, suffixes.as_bytes()] {
            out.write_all(part)?;
        }
        Ok(())
    })
}

/// The tree's items are the numbers' first positions, then the other positions, in their orders.
fn tree(numbers: &[NewNumber]) -> Result<Vec<u8>, Error> {
    let positions = numbers.iter().map(|number| number.positions.len()).sum();
    let mut builder = KDTreeBuilder::<i32>::new(packed::count(positions, "positions")?);
    let first = numbers.iter().flat_map(|number| number.positions.first());
    for (at, _) in first.chain(numbers.iter().flat_map(|number| number.positions.iter().skip(1))) {
        builder.add(at.lon, at.lat);
    }
    Ok(if positions == 0 { Vec::new() } else { builder.finish().into_inner() })
}

impl Numbers {
    /// Maps the table. Errors: unreadable, or its lengths do not add up.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let map = packed::map(&folder.join("numbers.bin"))?;
        let damaged = |what: &str| Error::Damaged { folder: folder.to_owned(), what: format!("numbers.bin: {what}") };
        let [len, others, suffixes, tree] = [0, 8, 16, 24].map(|at| packed::usize_at(&map, at));
        let tables = len.checked_mul(ENTRY).zip(others.checked_mul(OTHER)).and_then(|(a, b)| a.checked_add(b));
        let heads = tree.checked_add(HEADER).zip(tables).and_then(|(a, b)| a.checked_add(b));
        let (Some(heads), Ok(len)) = (heads, u32::try_from(len)) else {
            return Err(damaged("impossible lengths"));
        };
        if heads.checked_add(suffixes) != Some(map.len()) {
            return Err(damaged("its length is not the one announced"));
        }
        let suffixes = packed::text(&map, heads, suffixes).split('\n').map(str::to_owned).collect();
        let tree = HEADER..HEADER + tree;
        if len > 0 && KDTreeRef::<i32>::try_new(&&map[tree.clone()]).is_err() {
            return Err(damaged("its tree does not read"));
        }
        Ok(Self { map, len, tree, suffixes })
    }

    /// The entry of a house number among those of a street.
    pub(crate) fn find(&self, street: Range<u32>, house: &HouseNumber) -> Option<u32> {
        let suffix = self.suffixes.binary_search(&house.suffix).ok()?;
        let wanted = (house.number, u16::try_from(suffix).ok()?);
        let (mut low, mut high) = (street.start, street.end.min(self.len));
        while low < high {
            let middle = low + (high - low) / 2;
            let found = (u32_at(&self.map, self.at(middle)), u16_at(&self.map, self.at(middle) + 4));
            match found.cmp(&wanted) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// A house number by entry.
    pub(crate) fn house(&self, entry: u32) -> HouseNumber {
        let at = self.at(entry);
        let suffix = self.suffixes.get(usize::from(u16_at(&self.map, at + 4))).cloned().unwrap_or_default();
        HouseNumber { number: u32_at(&self.map, at), suffix }
    }

    /// Its best position, and whether the commune certified the address.
    pub(crate) fn position(&self, entry: u32) -> (Position, bool) {
        let at = self.at(entry);
        let [kind, flags] = packed::bytes(&self.map, at + 6);
        (Position { at: self.point(at + 8), kind: PositionKind::from_byte(kind) }, flags & CERTIFIED != 0)
    }

    /// Every position (entry and degrees) in a box of degrees, both ends included.
    pub(crate) fn within(&self, min: LonLat, max: LonLat) -> Vec<(u32, LonLat)> {
        let data = &self.map[self.tree.clone()];
        let (min, max) = (Packed::new(min), Packed::new(max));
        let found = match KDTreeRef::<i32>::try_new(&data) {
            Ok(tree) if self.len > 0 => tree.range(min.lon, min.lat, max.lon, max.lat),
            _ => Vec::new(),
        };
        found.into_iter().map(|item| self.item(item)).collect()
    }

    fn item(&self, item: u32) -> (u32, LonLat) {
        match item.checked_sub(self.len) {
            None => (item, self.point(self.at(item) + 8)),
            Some(other) => {
                let at = self.at(self.len) + other as usize * OTHER;
                (u32_at(&self.map, at), self.point(at + 4))
            }
        }
    }

    fn at(&self, entry: u32) -> usize {
        self.tree.end + entry as usize * ENTRY
    }

    fn point(&self, at: usize) -> LonLat {
        Packed { lon: i32_at(&self.map, at), lat: i32_at(&self.map, at + 4) }.unpack()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, points: &[(f64, f64)]) -> NewNumber {
        let positions =
            points.iter().map(|&(lon, lat)| (Packed::new(LonLat { lon, lat }), PositionKind::Entrance)).collect();
        NewNumber { house: text.parse().unwrap(), positions, certified: text == "12" }
    }

    fn open(numbers: &[NewNumber]) -> Numbers {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("numbers.bin"), numbers).unwrap();
        Numbers::open(folder.path()).unwrap()
    }

    #[test]
    fn a_number_is_found_in_its_street_only() {
        let table = open(&[
            number("12", &[(4.8, 45.7)]),
            number("12bis", &[(4.81, 45.71), (4.82, 45.72)]),
            number("3", &[(4.9, 45.8)]),
        ]);
        assert_eq!(table.len, 3);
        assert_eq!(table.find(0..2, &"12bis".parse().unwrap()), Some(1));
        assert_eq!(table.find(0..2, &"3".parse().unwrap()), None);
        assert_eq!(table.find(0..2, &"12z".parse().unwrap()), None);
        assert_eq!(table.find(2..3, &"3".parse().unwrap()), Some(2));
        assert_eq!(table.house(1).to_string(), "12bis");
        assert!(table.position(0).1 && !table.position(1).1);
        assert!((table.position(1).0.at.lon - 4.81).abs() < 1e-9);
    }

    #[test]
    fn every_position_of_an_address_is_on_the_map() {
        let table = open(&[number("1", &[(4.8, 45.7), (4.82, 45.72)])]);
        let around = |lon: f64, lat: f64| {
            table.within(LonLat { lon: lon - 0.001, lat: lat - 0.001 }, LonLat { lon: lon + 0.001, lat: lat + 0.001 })
        };
        assert_eq!(around(4.8, 45.7).len(), 1);
        assert_eq!(around(4.82, 45.72)[0].0, 0);
        assert!(around(4.81, 45.71).is_empty());
    }

    #[test]
    fn an_index_of_toponyms_only_has_no_number_and_opens() {
        let table = open(&[]);
        assert_eq!(table.len, 0);
        assert!(table.within(LonLat { lon: -180.0, lat: -90.0 }, LonLat { lon: 180.0, lat: 90.0 }).is_empty());
    }
}
