//! Places by where they lie: what lets a search look around a point first, and stop.
//!
//! A stretch is a run of places that lie together: the streets of one INSEE code, or the towns of one department.
//! `stretches.bin`: importance and number of words of every place (a byte each), a row of 24 bytes a stretch, and the
//! tree over their boxes. All of it could be worked out from `places.bin`, which a search has no time to read.

use std::{ops::Range, path::Path};

use layers::{Bbox, LonLat};

use crate::{
    Error,
    address::Packed,
    packed::{i32_at, u32_at},
    places::{Place, Places},
    rank,
    sections::{Magic, SectionWriter, Sections},
    tree::{self, Box, Tree},
};

pub(crate) const FILE: &str = "stretches.bin";
const MAGIC: Magic = *b"TRBSTR1\n";

const WEIGHTS: usize = 0;
const ROWS: usize = 1;
const TREE: usize = 2;
const SECTIONS: usize = 3;

/// Bytes of a row: first place, the box (west, south, east, north), what is in it.
const ROW: usize = 24;
const TOWNS: u8 = 1;
const SOME_HOME: u8 = 2;
const SOME_AWAY: u8 = 4;

/// The mapped table.
#[derive(Debug)]
pub(crate) struct Stretches {
    file: Sections<SECTIONS>,
    places: u32,
    /// How many stretches are of towns: the first ones.
    pub towns: usize,
    /// Those with a place of the home territory, by number.
    pub home: Vec<usize>,
    /// Importance of the street of most importance.
    pub best_street: f32,
}

/// Which territories the places of a stretch are of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Holds {
    /// Some place is of the home territory.
    pub home: bool,
    /// Some place is not.
    pub away: bool,
}

/// What a place weighs, whatever is typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weight {
    /// At least its importance, by less than a hundredth.
    pub importance: f32,
    /// Words of its name, articles apart; 255 for more.
    pub words: u8,
}

impl Stretches {
    /// Maps the table. Errors: unreadable, cut, or its tables do not go together.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let file: Sections<SECTIONS> = Sections::open(folder, FILE, MAGIC)?;
        let count = |section, len| u32::try_from(file.get(section).len() / len).ok();
        let tree = Tree::read(file.get(TREE)).map_or(0, |tree| tree.items());
        let (Some(places), Some(true)) = (count(WEIGHTS, 2), count(ROWS, ROW).map(|rows| rows == tree)) else {
            return Err(Error::Damaged { folder: folder.to_owned(), what: format!("{FILE}: impossible lengths") });
        };
        let rows: &[[u8; ROW]] = file.get(ROWS).as_chunks().0;
        let towns = rows.partition_point(|row| row[20] & TOWNS != 0);
        let home = (0..rows.len()).filter(|&at| rows[at][20] & SOME_HOME != 0).collect();
        let best_street = importance(rows[towns..].iter().map(|row| row[21]).max().unwrap_or(0));
        Ok(Self { places, towns, home, best_street, file })
    }

    /// How many stretches.
    pub(crate) fn len(&self) -> usize {
        self.rows().len()
    }

    fn rows(&self) -> &[[u8; ROW]] {
        self.file.get(ROWS).as_chunks().0
    }

    /// The places of some stretches that follow one another.
    pub(crate) fn run(&self, stretches: Range<usize>) -> Range<u32> {
        let first = |at: usize| self.rows().get(at).map_or(self.places, |row| u32_at(row, 0));
        first(stretches.start)..first(stretches.end)
    }

    /// The box around every place of a stretch, whole.
    pub(crate) fn bbox(&self, at: usize) -> Bbox {
        let row = self.rows().get(at).map_or(&[][..], |row| &row[..]);
        let point = |at| Packed { lon: i32_at(row, at), lat: i32_at(row, at + 4) }.unpack();
        let (min, max) = (point(4), point(12));
        Bbox { west: min.lon, south: min.lat, east: max.lon, north: max.lat }
    }

    /// Which territories its places are of.
    pub(crate) fn holds(&self, at: usize) -> Holds {
        let holds = self.rows().get(at).map_or(0, |row| row[20]);
        Holds { home: holds & SOME_HOME != 0, away: holds & SOME_AWAY != 0 }
    }

    /// What a place weighs; nothing past the last.
    pub(crate) fn weight(&self, place: u32) -> Weight {
        let bytes = self.file.get(WEIGHTS).as_chunks::<2>().0;
        let [least, words] = bytes.get(place as usize).copied().unwrap_or_default();
        Weight { importance: importance(least), words }
    }

    /// The tree over the boxes of the stretches; none when it is damaged.
    pub(crate) fn tree(&self) -> Option<Tree<'_>> {
        Tree::read(self.file.get(TREE))
    }
}

/// Writes the table of some places in their folder; it is on disk when this returns. Errors: disk.
pub(crate) fn write(folder: &Path, places: &Places) -> Result<(), Error> {
    let mut out = SectionWriter::create(&folder.join(FILE), MAGIC)?;
    let mut gathered: Vec<Gathered> = Vec::new();
    for place in (0..places.len()).map(|index| places.get(index)) {
        let best = least_byte(rank::importance(place));
        out.write(&[best, place.words()])?;
        match gathered.last_mut().filter(|last| places.get(last.first).is_beside(place)) {
            Some(last) => last.add(place, best),
            None => gathered.push(Gathered::new(place, best)),
        }
    }
    out.close()?;
    out.section(&gathered.iter().flat_map(Gathered::row).collect::<Vec<u8>>())?;
    out.section(&tree::build(&gathered.iter().map(|it| Box::around([it.min, it.max])).collect::<Vec<_>>()))?;
    out.finish()
}

/// A stretch being gathered.
struct Gathered {
    first: u32,
    min: Packed,
    max: Packed,
    holds: u8,
    best: u8,
}

impl Gathered {
    fn new(place: Place<'_>, best: u8) -> Self {
        let at = Packed::new(place.position());
        let mut gathered = Self { first: place.index, min: at, max: at, holds: 0, best };
        gathered.add(place, best);
        gathered
    }

    fn add(&mut self, place: Place<'_>, best: u8) {
        let own = place.bbox();
        let corners = [(own.west, own.south), (own.east, own.north)].map(|(lon, lat)| LonLat { lon, lat });
        for at in corners.into_iter().chain([place.position()]).map(Packed::new) {
            self.min = Packed { lon: self.min.lon.min(at.lon), lat: self.min.lat.min(at.lat) };
            self.max = Packed { lon: self.max.lon.max(at.lon), lat: self.max.lat.max(at.lat) };
        }
        self.holds |= if place.is_metropole() { SOME_HOME } else { SOME_AWAY };
        self.holds |= if place.kind().is_town() { TOWNS } else { 0 };
        self.best = self.best.max(best);
    }

    fn row(&self) -> [u8; ROW] {
        let mut row = [0; ROW];
        let numbers = [self.min.lon, self.min.lat, self.max.lon, self.max.lat].map(i32::to_le_bytes);
        for (part, number) in row.chunks_exact_mut(4).zip([self.first.to_le_bytes()].into_iter().chain(numbers)) {
            part.copy_from_slice(&number);
        }
        row[20..22].copy_from_slice(&[self.holds, self.best]);
        row
    }
}

impl Place<'_> {
    /// Whether another place is of the same stretch.
    fn is_beside(self, other: Place<'_>) -> bool {
        let (is_town, is_other_town) = (self.kind().is_town(), other.kind().is_town());
        let digits = if is_town { 2 } else { 5 };
        is_town == is_other_town && self.insee().get(..digits) == other.insee().get(..digits)
    }
}

/// Importance in a byte, rounded up: what is left out because of it could not have been kept.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and 255
fn least_byte(importance: f32) -> u8 {
    (importance * 255.0).ceil().clamp(0.0, 255.0) as u8
}

fn importance(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}
