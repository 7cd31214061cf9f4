//! Every street, lieu-dit, arrondissement and commune, packed and memory-mapped beside the full-text
//! index: what ranking needs of a candidate costs a few loads, where a document store costs a decompression.
//!
//! `places.bin`: count, towns (u64 each), then one record of 64 bytes a place, then their texts.
//! Towns (communes, arrondissements, former communes) come first, parents anywhere among them.

use std::{io::Write, ops::Range, path::Path};

use layers::{Bbox, CommuneCode, LonLat};
use memmap2::Mmap;

use crate::{
    Error,
    address::{Kind, Packed},
    packed::{self, i32_at, u16_at, u32_at},
};

const HEADER: usize = 16;
const RECORD: usize = 64;
const METROPOLE: u8 = 1;
const FORMER: u8 = 2;

/// A place as the build knows it; `Place` is the same read back.
#[derive(Debug, Clone)]
pub(crate) struct NewPlace {
    pub kind: Kind,
    pub name: String,
    pub id: String,
    /// Town it lies in, by index; its own index for a commune.
    pub parent: u32,
    pub insee: CommuneCode,
    pub position: LonLat,
    pub bbox: Bbox,
    /// First of its numbers in `numbers.bin`, and how many.
    pub numbers: Range<u32>,
    /// Addresses under it: its numbers, or all those of the town.
    pub weight: u32,
    pub postcode: Option<u32>,
    /// Everything a typed postcode may mean this town by.
    pub postcodes: Vec<u32>,
    pub metropole: bool,
    /// A commune merged into another.
    pub former: bool,
}

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Places {
    map: Mmap,
    count: u32,
    towns: u32,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub index: u32,
    record: &'a [u8],
    texts: &'a [u8],
}

/// Writes the table. Errors: disk, or more texts than 4 GiB.
pub(crate) fn write(path: &Path, places: &[NewPlace], towns: usize) -> Result<(), Error> {
    let mut texts = Vec::new();
    let mut records = Vec::with_capacity(places.len() * RECORD);
    for place in places {
        push(&mut records, place, &mut texts)?;
    }
    packed::write_synced(path, |out| {
        out.write_all(&(places.len() as u64).to_le_bytes())?;
        out.write_all(&(towns as u64).to_le_bytes())?;
        out.write_all(&records)?;
        out.write_all(&texts)
    })
}

fn push(records: &mut Vec<u8>, place: &NewPlace, texts: &mut Vec<u8>) -> Result<(), Error> {
    let folded = crate::normalize::fold(&place.name);
    let postcodes: String = place.postcodes.iter().map(|postcode| format!("{postcode:05}")).collect();
    records.extend(packed::count(texts.len(), "bytes of names")?.to_le_bytes());
    for text in [&place.name, &folded, &place.id, &postcodes] {
        let len = u16::try_from(text.len()).map_err(|_| Error::TooMany { what: "bytes in one name", limit: 65_535 })?;
        records.extend(len.to_le_bytes());
        texts.extend(text.as_bytes());
    }
    records.extend(place.parent.to_le_bytes());
    let corners = [(place.bbox.west, place.bbox.south), (place.bbox.east, place.bbox.north)];
    for at in std::iter::once(place.position).chain(corners.map(|(lon, lat)| LonLat { lon, lat })) {
        let packed = Packed::new(at);
        records.extend(packed.lon.to_le_bytes());
        records.extend(packed.lat.to_le_bytes());
    }
    for number in [place.numbers.start, place.numbers.len() as u32, place.postcode.unwrap_or(0)] {
        records.extend(number.to_le_bytes());
    }
    let words = folded.split_ascii_whitespace().filter(|word| !crate::normalize::is_article(word)).count();
    records.push(kind_byte(place.kind));
    records.push(u8::try_from(words).unwrap_or(u8::MAX));
    records.push(if place.metropole { METROPOLE } else { 0 } | if place.former { FORMER } else { 0 });
    records.extend(place.insee.to_bytes());
    records.extend(place.weight.to_le_bytes());
    debug_assert_eq!(records.len() % RECORD, 0, "a record is {RECORD} bytes");
    Ok(())
}

impl Places {
    /// Maps the table. Errors: unreadable, or shorter than it says.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let map = packed::map(&folder.join("places.bin"))?;
        let (count, towns) = (packed::usize_at(&map, 0), packed::usize_at(&map, 8));
        let fits = count.checked_mul(RECORD).and_then(|n| n.checked_add(HEADER)).is_some_and(|n| n <= map.len());
        match (u32::try_from(count), u32::try_from(towns)) {
            (Ok(count), Ok(towns)) if fits && towns <= count => Ok(Self { map, count, towns }),
            _ => Err(Error::Damaged { folder: folder.to_owned(), what: "places.bin is too short".to_owned() }),
        }
    }

    /// How many places.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    /// A place by index; the last one's texts are empty past the end.
    pub(crate) fn get(&self, index: u32) -> Place<'_> {
        let at = HEADER + index as usize * RECORD;
        let texts = HEADER + self.count as usize * RECORD;
        Place {
            index,
            record: self.map.get(at..at + RECORD).unwrap_or_default(),
            texts: self.map.get(texts..).unwrap_or_default(),
        }
    }

    /// Communes, arrondissements and former communes.
    pub(crate) fn towns(&self) -> impl Iterator<Item = Place<'_>> {
        (0..self.towns).map(|index| self.get(index))
    }

    /// The towns a place lies in, nearest first, down to the commune.
    pub(crate) fn parents(&self, place: Place<'_>) -> impl Iterator<Item = Place<'_>> {
        let mut next = Some(place.parent()).filter(|&parent| parent != place.index);
        std::iter::from_fn(move || {
            let town = self.get(next?);
            next = Some(town.parent()).filter(|&parent| parent != town.index);
            Some(town)
        })
        .take(4) // a former commune, its commune; an arrondissement, its city: a loop can only be damage
    }

    /// Whether a place is one of these towns or lies in one.
    pub(crate) fn is_within(&self, place: Place<'_>, towns: &[u32]) -> bool {
        towns.contains(&place.index) || self.parents(place).any(|town| towns.contains(&town.index))
    }

    /// The streets and lieux-dits of some towns: those of one commune follow one another.
    pub(crate) fn within(&self, towns: &[u32]) -> impl Iterator<Item = Place<'_>> {
        let mut codes: Vec<&str> = towns.iter().flat_map(|&town| self.codes_of(town)).collect();
        codes.sort_unstable();
        codes.dedup();
        let towns = towns.to_vec();
        let places = codes.into_iter().flat_map(|code| self.of_commune(code)).map(|index| self.get(index));
        places.filter(move |&place| self.is_within(place, &towns))
    }

    /// The INSEE codes streets have that lie in a town: its own, its commune's if it is a former one, those inside it.
    fn codes_of(&self, town: u32) -> impl Iterator<Item = &str> {
        let inside = self.towns().filter(move |inner| inner.parent() == town && !inner.is_former());
        let own = self.get(town);
        let commune = if own.is_former() { self.get(own.parent()) } else { own };
        inside.chain(std::iter::once(commune)).map(Place::insee)
    }

    fn of_commune(&self, code: &str) -> Range<u32> {
        let first = |past: bool| {
            let (mut low, mut high) = (self.towns, self.count);
            while low < high {
                let middle = low + (high - low) / 2;
                let found = self.get(middle).insee();
                if found < code || (past && found == code) { low = middle + 1 } else { high = middle }
            }
            low
        };
        first(false)..first(true)
    }

    /// The place whose numbers hold the `entry`-th one.
    pub(crate) fn of_number(&self, entry: u32) -> Place<'_> {
        let (mut low, mut high) = (self.towns, self.count);
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).numbers().start <= entry { low = middle } else { high = middle }
        }
        self.get(low)
    }
}

impl<'a> Place<'a> {
    pub(crate) fn name(self) -> &'a str {
        self.text(0)
    }

    /// The name's words as `normalize::fold` gives them.
    pub(crate) fn folded(self) -> &'a str {
        self.text(1)
    }

    /// The street's identifier in the national base, the INSEE code for a town.
    pub(crate) fn id(self) -> &'a str {
        self.text(2)
    }

    pub(crate) fn postcodes(self) -> impl Iterator<Item = u32> {
        self.text(3).as_bytes().chunks_exact(5).filter_map(|five| std::str::from_utf8(five).ok()?.parse().ok())
    }

    /// The `field`-th of the four texts, which follow one another.
    fn text(self, field: usize) -> &'a str {
        let len = |field: usize| usize::from(u16_at(self.record, 4 + 2 * field));
        let before: usize = (0..field).map(len).sum();
        packed::text(self.texts, u32_at(self.record, 0) as usize + before, len(field))
    }

    pub(crate) fn parent(self) -> u32 {
        u32_at(self.record, 12)
    }

    pub(crate) fn position(self) -> LonLat {
        self.point(16)
    }

    pub(crate) fn bbox(self) -> Bbox {
        let (min, max) = (self.point(24), self.point(32));
        Bbox { west: min.lon, south: min.lat, east: max.lon, north: max.lat }
    }

    fn point(self, at: usize) -> LonLat {
        Packed { lon: i32_at(self.record, at), lat: i32_at(self.record, at + 4) }.unpack()
    }

    pub(crate) fn numbers(self) -> Range<u32> {
        let first = u32_at(self.record, 40);
        first..first.saturating_add(u32_at(self.record, 44))
    }

    pub(crate) fn postcode(self) -> Option<u32> {
        Some(u32_at(self.record, 48)).filter(|&postcode| postcode != 0)
    }

    pub(crate) fn kind(self) -> Kind {
        match self.byte(52) {
            0 => Kind::City,
            1 => Kind::District,
            2 => Kind::Street,
            _ => Kind::Locality,
        }
    }

    /// Words of the name, articles apart.
    pub(crate) fn words(self) -> u8 {
        self.byte(53)
    }

    pub(crate) fn is_metropole(self) -> bool {
        self.byte(54) & METROPOLE != 0
    }

    /// A commune merged into another: its INSEE code is no longer one.
    pub(crate) fn is_former(self) -> bool {
        self.byte(54) & FORMER != 0
    }

    pub(crate) fn insee(self) -> &'a str {
        packed::text(self.record, 55, 5)
    }

    /// Addresses under it.
    pub(crate) fn weight(self) -> u32 {
        u32_at(self.record, 60)
    }

    fn byte(self, at: usize) -> u8 {
        self.record.get(at).copied().unwrap_or_default()
    }
}

fn kind_byte(kind: Kind) -> u8 {
    match kind {
        Kind::City => 0,
        Kind::District => 1,
        Kind::Street | Kind::House => 2, // a house is a number inside a street, never a place of its own
        Kind::Locality => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, kind: Kind, parent: u32, numbers: Range<u32>) -> NewPlace {
        let at = LonLat { lon: 4.8, lat: 45.7 };
        NewPlace {
            kind,
            name: name.to_owned(),
            id: "69029_0455".to_owned(),
            parent,
            insee: "69029".parse().unwrap(),
            position: at,
            bbox: Bbox { west: at.lon, south: at.lat, east: at.lon + 0.1, north: at.lat + 0.1 },
            weight: numbers.len() as u32,
            numbers,
            postcode: Some(69500),
            postcodes: vec![69500, 1000],
            metropole: true,
            former: false,
        }
    }

    #[test]
    fn a_place_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let all = [
            place("Bron", Kind::City, 0, 0..0),
            place("Avenue de l’Été", Kind::Street, 0, 0..3),
            place("Le Clos", Kind::Locality, 0, 3..3),
            place("Rue A", Kind::Street, 0, 3..5),
        ];
        write(&folder.path().join("places.bin"), &all, 1).unwrap();
        let places = Places::open(folder.path()).unwrap();
        assert_eq!((places.len(), places.towns().count()), (4, 1));
        let street = places.get(1);
        assert_eq!((street.name(), street.folded(), street.id()), ("Avenue de l’Été", "avenue de l ete", "69029_0455"));
        assert_eq!((street.kind(), street.words(), street.numbers()), (Kind::Street, 2, 0..3));
        assert_eq!((street.insee(), street.postcode(), street.is_metropole()), ("69029", Some(69500), true));
        assert_eq!(street.postcodes().collect::<Vec<_>>(), [69500, 1000]);
        assert_eq!(places.parents(street).map(Place::name).collect::<Vec<_>>(), ["Bron"]);
        assert!((street.bbox().north - 45.8).abs() < 1e-6);
        assert_eq!(places.of_number(2).name(), "Avenue de l’Été");
        assert_eq!(places.of_number(3).name(), "Rue A");
    }

    #[test]
    fn a_truncated_table_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("places.bin"), [9u8; 20]).unwrap();
        assert!(matches!(Places::open(folder.path()), Err(Error::Damaged { .. })));
    }
}
