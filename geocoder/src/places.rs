//! Every street, lieu-dit, arrondissement and commune, packed and memory-mapped beside the full-text index
//! (`places.bin`, described at [`MAGIC`]): what ranking needs of a candidate costs a few loads, where a document store
//! costs a decompression.

pub(crate) mod write;

use std::{ops::Range, path::Path};

use layers::{Bbox, LonLat};

use crate::{
    Error,
    address::{Kind, Packed},
    numbers::block,
    packed::{self, i32_at, u16_at, u32_at},
    row::BanId,
    sections::{Magic, Sections},
};

pub(crate) const FILE: &str = "places.bin";
/// A record of 64 bytes a street or lieu-dit, then one a town, then their texts (a name that many places bear is there
/// once), their identifiers in the national base (16 bytes a place, towns first, when any has one), and the other names
/// some have (`names`), in the order of the places. Towns (communes, arrondissements, former communes) have the first
/// indexes, parents anywhere among them.
pub(crate) const MAGIC: Magic = *b"TRBPLC2\n";

const STREETS: usize = 0;
const TOWNS: usize = 1;
const TEXTS: usize = 2;
const BAN_IDS: usize = 3;
const OTHER_NAMES: usize = 4;
pub(crate) const SECTIONS: usize = 5;

pub(crate) const RECORD: usize = 64;
/// Bytes of a row of other names: the place, where the name is, its length and that of what it folds to.
pub(crate) const OTHER_NAME: usize = 12;
pub(crate) const METROPOLE: u8 = 1;
pub(crate) const FORMER: u8 = 2;
/// It has other names.
pub(crate) const NAMED_OTHERWISE: u8 = 4;
/// Its identifier is its INSEE code, an underscore and the four characters that stand where the text's offset would.
pub(crate) const CODED: u8 = 8;
/// Its position is the middle of its town.
pub(crate) const APPROXIMATE: u8 = 16;

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Places {
    file: Sections<SECTIONS>,
    count: u32,
    towns: u32,
    /// The arrondissements, after the city each is in; sorted.
    arrondissements: Vec<(u32, u32)>,
    shard: u8,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub index: u32,
    /// Which of the open tables it is of.
    pub shard: u8,
    record: &'a [u8],
    texts: &'a [u8],
}

impl Places {
    /// Maps the table. Errors: unreadable, cut, or its tables do not go together.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let file: Sections<SECTIONS> = Sections::open(folder, FILE, MAGIC)?;
        let records = |section| u32::try_from(file.get(section).len() / RECORD).ok();
        let (Some(towns), Some(count)) = (records(TOWNS), records(TOWNS).zip(records(STREETS)).and_then(sum)) else {
            return Err(Error::Damaged { folder: folder.to_owned(), what: format!("{FILE}: impossible lengths") });
        };
        let mut places = Self { file, count, towns, arrondissements: Vec::new(), shard: 0 };
        let inside = places.towns().filter(|town| town.parent() != town.index && !town.is_former());
        places.arrondissements = inside.map(|town| (town.parent(), town.index)).collect();
        places.arrondissements.sort_unstable();
        Ok(places)
    }

    /// The same table, its places saying that they are of this one.
    pub(crate) fn of_shard(self, shard: u8) -> Self {
        Self { shard, ..self }
    }

    /// How many places.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    /// A place by index; past the last one, a place without name.
    pub(crate) fn get(&self, index: u32) -> Place<'_> {
        let (section, rank) = match index.checked_sub(self.towns) {
            None => (TOWNS, index),
            Some(rank) => (STREETS, rank),
        };
        let at = rank as usize * RECORD;
        let record = self.file.get(section).get(at..at + RECORD).unwrap_or_default();
        Place { index, shard: self.shard, record, texts: self.file.get(TEXTS) }
    }

    /// Its identifier in the national base (`id_ban_toponyme`, `id_ban_commune`).
    pub(crate) fn ban_id(&self, index: u32) -> Option<BanId> {
        let id: BanId = packed::bytes(self.file.get(BAN_IDS), index as usize * size_of::<BanId>());
        Some(id).filter(|id| *id != [0; 16])
    }

    /// The other names of a place, each as written and folded.
    pub(crate) fn other_names(&self, place: Place<'_>) -> impl Iterator<Item = (&str, &str)> {
        // Most places have one name: their record says so, which saves the search.
        let rows = if place.is_named_otherwise() { self.file.get(OTHER_NAMES) } else { &[] };
        let rows = rows.as_chunks::<OTHER_NAME>().0;
        let first = rows.partition_point(|row| u32_at(row, 0) < place.index);
        let own = rows[first..].iter().take_while(move |row| u32_at(*row, 0) == place.index);
        own.map(|row| {
            let (at, name, folded) = (u32_at(row, 4) as usize, u16_at(row, 8).into(), u16_at(row, 10).into());
            let texts = self.file.get(TEXTS);
            (packed::text(texts, at, name), packed::text(texts, at + name, folded))
        })
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
        let towns = towns.to_vec();
        let places =
            self.codes_of(&towns).into_iter().flat_map(|code| self.of_commune(code)).map(|index| self.get(index));
        places.filter(move |&place| self.is_within(place, &towns))
    }

    /// The INSEE codes streets have that lie in some towns, each once: a town's own, its commune's if it is a former
    /// one, those inside it.
    pub(crate) fn codes_of(&self, towns: &[u32]) -> Vec<&str> {
        let own = towns.iter().map(|&town| self.get(town));
        let communes = own.map(|own| if own.is_former() { self.get(own.parent()) } else { own });
        let inside = towns.iter().flat_map(|&town| self.arrondissements_of(town));
        let mut codes: Vec<&str> = communes.chain(inside).map(Place::insee).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    fn arrondissements_of(&self, city: u32) -> impl Iterator<Item = Place<'_>> {
        let first = self.arrondissements.partition_point(|&(known, _)| known < city);
        let own = self.arrondissements[first..].iter().take_while(move |&&(known, _)| known == city);
        own.map(|&(_, town)| self.get(town))
    }

    /// The streets and lieux-dits of an INSEE code: they follow one another.
    pub(crate) fn of_commune(&self, code: &str) -> Range<u32> {
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
}

impl<'a> Place<'a> {
    /// What tells it from every other place of an open index.
    pub(crate) fn key(self) -> (u8, u32) {
        (self.shard, self.index)
    }

    pub(crate) fn name(self) -> &'a str {
        packed::text(self.texts, u32_at(self.record, 0) as usize, self.len_at(4))
    }

    /// The name's words as `normalize::fold` gives them.
    pub(crate) fn folded(self) -> &'a str {
        packed::text(self.texts, u32_at(self.record, 0) as usize + self.len_at(4), self.len_at(6))
    }

    fn len_at(self, at: usize) -> usize {
        usize::from(u16_at(self.record, at))
    }

    /// The street's identifier in the national base's former numbering, the INSEE code for a town.
    pub(crate) fn id(self) -> String {
        if self.is_coded() {
            return format!("{}_{}", self.insee(), packed::text(self.record, 8, 4));
        }
        packed::text(self.texts, u32_at(self.record, 8) as usize, usize::from(self.byte(12))).to_owned()
    }

    fn is_coded(self) -> bool {
        self.byte(57) & CODED != 0
    }

    pub(crate) fn postcodes(self) -> impl Iterator<Item = u32> {
        let at = u32_at(self.record, 8) as usize + usize::from(self.byte(12));
        let digits = packed::text(self.texts, at, usize::from(self.byte(13)) * 5).as_bytes();
        digits.chunks_exact(5).filter_map(|five| std::str::from_utf8(five).ok()?.parse().ok())
    }

    pub(crate) fn parent(self) -> u32 {
        u32_at(self.record, 16)
    }

    pub(crate) fn position(self) -> LonLat {
        self.point(20)
    }

    /// Whether that is the middle of its town, for want of one of its own.
    pub(crate) fn is_approximate(self) -> bool {
        self.byte(57) & APPROXIMATE != 0
    }

    pub(crate) fn bbox(self) -> Bbox {
        let (min, max) = (self.point(28), self.point(36));
        Bbox { west: min.lon, south: min.lat, east: max.lon, north: max.lat }
    }

    fn point(self, at: usize) -> LonLat {
        Packed { lon: i32_at(self.record, at), lat: i32_at(self.record, at + 4) }.unpack()
    }

    /// Its blocks in `numbers.bin`; a town has none of its own.
    pub(crate) fn blocks(self) -> Range<u32> {
        let first = u32_at(self.record, 44);
        let blocks = if self.kind().is_town() { 0 } else { self.weight().div_ceil(block::MOST as u32) };
        first..first.saturating_add(blocks)
    }

    pub(crate) fn postcode(self) -> Option<u32> {
        Some(u32_at(self.record, 48)).filter(|&postcode| postcode != 0)
    }

    pub(crate) fn kind(self) -> Kind {
        match self.byte(14) {
            0 => Kind::City,
            1 => Kind::District,
            2 => Kind::Street,
            4 => Kind::Poi,
            5 => Kind::Object,
            _ => Kind::Locality,
        }
    }

    /// Words of the name, articles apart.
    pub(crate) fn words(self) -> u8 {
        self.byte(15)
    }

    pub(crate) fn is_metropole(self) -> bool {
        self.byte(57) & METROPOLE != 0
    }

    /// A commune merged into another: its INSEE code is no longer one.
    pub(crate) fn is_former(self) -> bool {
        self.byte(57) & FORMER != 0
    }

    fn is_named_otherwise(self) -> bool {
        self.byte(57) & NAMED_OTHERWISE != 0
    }

    pub(crate) fn insee(self) -> &'a str {
        packed::text(self.record, 52, 5)
    }

    /// Addresses under it.
    pub(crate) fn weight(self) -> u32 {
        u32_at(self.record, 60)
    }

    fn byte(self, at: usize) -> u8 {
        self.record.get(at).copied().unwrap_or_default()
    }
}

fn sum((a, b): (u32, u32)) -> Option<u32> {
    a.checked_add(b)
}
