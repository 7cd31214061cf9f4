//! What each address file says of each street, by piece of the file: kept beside the tables made of it, so that one
//! more look at a file that changed tells which streets did. A digest is a sum over rows: it adds up over pieces,
//! and what pieces come to, less what the former ones came to, is what changed.
//!
//! `origins.bin`: how many files (u32); for each how many pieces and streets (u32), a row a piece (hash, u64; its length
//! and how many of the streets are its own, in few bytes), a row a street (the step of its mark from the one before, in
//! few bytes; digest, u64; how many addresses, in few bytes). Then the rows that a build set aside: how many (u32), and for each its identifier and the
//! mark of its street (u64).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    io::Write,
    path::Path,
};

use layers::CommuneCode;

use crate::{
    Error, HouseNumber, disk,
    losses::Sizes,
    marks::{Marker, StreetMark},
    packed,
    pieces::Piece,
    row::Row,
    varint::{self, Cursor},
};

const FILE: &str = "origins.bin";
/// In place of a number of pieces: the file says what it said when the revision was built.
const SAME: u32 = u32::MAX;

/// A street, the digest of what is said of it, and how many addresses it has there: runs of rows of one number, and rows
/// without.
pub(crate) type Said = (StreetMark, u64, u32);

/// What one file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    /// Each with how many of the `streets` are its own.
    pieces: Vec<(Piece, u32)>,
    streets: Vec<Said>,
}

/// What all files say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origins {
    /// In the order of the manifest's sources; none for a file that says what it said to the revision edits are of.
    pub files: Vec<Option<Origin>>,
    /// Rows with a number that another file's row made needless: their identifier, in short, and their street.
    pub aside: Vec<(u64, StreetMark)>,
}

/// The rows of a file being read, or of some of its pieces, put down to its pieces.
#[derive(Debug)]
pub(crate) struct Tally {
    pieces: Vec<Piece>,
    /// Index of the piece whose rows are being read, and where it ends in the text.
    at: usize,
    end: u64,
    own: BTreeMap<StreetMark, (u64, u32)>,
    /// The address of the row before, in this piece.
    last: Option<(StreetMark, Option<HouseNumber>)>,
    made: Origin,
    marker: Marker,
}

impl Tally {
    /// Of a text made of these pieces.
    pub(crate) fn new(pieces: Vec<Piece>) -> Self {
        let end = pieces.first().map_or(0, |piece| piece.bytes);
        let (own, made, marker) = (BTreeMap::new(), Origin::default(), Marker::default());
        Self { pieces, at: 0, end, own, last: None, made, marker }
    }

    /// Takes the next row.
    pub(crate) fn add(&mut self, row: &Row) {
        while row.at >= self.end && self.at + 1 < self.pieces.len() {
            self.close();
        }
        let (street, digest) = self.marker.read(row);
        for said_of in std::iter::once(street).chain(Marker::named(row)) {
            let (sum, _) = self.own.entry(said_of).or_default();
            *sum = sum.wrapping_add(digest);
        }
        let address = Some((street, row.number.clone()));
        let is_new = !row.is_commune() && (row.number.is_none() || self.last != address);
        if let Some((_, addresses)) = self.own.get_mut(&street).filter(|_| is_new) {
            *addresses += 1;
        }
        self.last = address;
    }

    fn close(&mut self) {
        let streets = self.own.len() as u32; // a piece has no four billion rows
        self.made.pieces.push((self.pieces[self.at], streets));
        let own = std::mem::take(&mut self.own);
        self.made.streets.extend(own.into_iter().map(|(street, (digest, addresses))| (street, digest, addresses)));
        self.last = None;
        self.at += 1;
        self.end += self.pieces.get(self.at).map_or(0, |piece| piece.bytes);
    }

    /// The text is over.
    pub(crate) fn end(mut self) -> Origin {
        while self.at < self.pieces.len() {
            self.close();
        }
        self.made
    }
}

impl Origin {
    /// Each piece, with the streets its rows are of.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (Piece, &[Said])> {
        let mut at = 0;
        self.pieces.iter().map(move |&(piece, streets)| {
            let own = at..at + streets as usize;
            at = own.end;
            (piece, self.streets.get(own).unwrap_or_default())
        })
    }

    /// Whether any row of it was accepted.
    pub(crate) fn is_empty(&self) -> bool {
        self.streets.is_empty()
    }

    /// The communes of its rows.
    pub(crate) fn communes(&self) -> impl Iterator<Item = CommuneCode> {
        let mut last = None;
        self.streets.iter().filter_map(move |(street, ..)| {
            let code = street.commune();
            (last != Some(code)).then(|| last = Some(code))?;
            code
        })
    }

    /// How many addresses it has of each commune.
    pub(crate) fn sizes(&self) -> Sizes {
        let mut sizes = Sizes::new();
        for (street, _, addresses) in &self.streets {
            if let Some(commune) = street.commune() {
                *sizes.entry(commune).or_default() += u64::from(*addresses);
            }
        }
        sizes
    }

    /// The same rows under pieces that are like no others: the file was written to while it was read, so that which
    /// piece a row was of is not known.
    pub(crate) fn unsure(mut self) -> Self {
        self.pieces.iter_mut().for_each(|(piece, _)| piece.hash = 0);
        self
    }

    /// What a text cut into `pieces` says: by what is known of the pieces it shares with this one, and by what `read`
    /// finds in the others, whose indexes it is given.
    ///
    /// Errors: those of `read`.
    pub(crate) fn renewed(
        &self,
        pieces: &[Piece],
        read: impl FnOnce(&HashSet<usize>) -> Result<Self, Error>,
    ) -> Result<Self, Error> {
        let known: HashMap<u64, _> = self.pieces().map(|(piece, own)| (piece.hash, own)).collect();
        let is_known = |index: usize, piece: &Piece| index > 0 && piece.hash != 0 && known.contains_key(&piece.hash);
        let unknown: HashSet<usize> = pieces
            .iter()
            .enumerate()
            .filter(|&(index, piece)| !is_known(index, piece))
            .map(|(index, _)| index)
            .collect();
        let found = read(&unknown)?;
        let mut found = found.pieces();
        let mut renewed = Self::default();
        for (index, &piece) in pieces.iter().enumerate() {
            let own = if unknown.contains(&index) {
                found.next().map(|(_, own)| own)
            } else {
                known.get(&piece.hash).copied()
            };
            let own = own.unwrap_or_default();
            renewed.pieces.push((piece, own.len() as u32));
            renewed.streets.extend_from_slice(own);
        }
        Ok(renewed)
    }

    /// The streets of which two files do not say the same.
    pub(crate) fn differences(&self, other: &Self) -> HashSet<StreetMark> {
        // Pieces of both say the same; each counts as often as it comes.
        let mut shared: HashMap<u64, i64> = HashMap::new();
        self.pieces.iter().for_each(|(piece, _)| *shared.entry(piece.hash).or_default() += 1);
        let mut sums: HashMap<StreetMark, u64> = HashMap::new();
        let mut add = |own: &[Said], sign: fn(u64, u64) -> u64| {
            for &(street, digest, _) in own {
                let sum = sums.entry(street).or_default();
                *sum = sign(*sum, digest);
            }
        };
        for (piece, own) in other.pieces() {
            match shared.get_mut(&piece.hash).filter(|left| piece.hash != 0 && **left > 0) {
                Some(left) => *left -= 1,
                None => add(own, u64::wrapping_add),
            }
        }
        for (piece, own) in self.pieces() {
            if let Some(left) = shared.get_mut(&piece.hash).filter(|left| **left > 0) {
                *left -= 1;
                add(own, u64::wrapping_sub);
            }
        }
        sums.into_iter().filter(|&(_, sum)| sum != 0).map(|(street, _)| street).collect()
    }
}

impl Origins {
    /// Writes the file in a revision's folder; it is on disk when this returns.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let number = |len: usize| packed::count(len, "pieces of address files").map(u32::to_le_bytes);
        let mut all = Vec::from(number(self.files.len())?);
        for file in &self.files {
            let Some(Origin { pieces, streets }) = file else {
                all.extend(SAME.to_le_bytes());
                continue;
            };
            all.extend(number(pieces.len())?);
            all.extend(number(streets.len())?);
            for (piece, streets) in pieces {
                all.extend(piece.hash.to_le_bytes());
                varint::put(&mut all, piece.bytes);
                varint::put(&mut all, u64::from(*streets));
            }
            let mut before = StreetMark::default();
            for (street, digest, addresses) in streets {
                varint::put_signed(&mut all, street.step_from(before));
                all.extend(digest.to_le_bytes());
                varint::put(&mut all, u64::from(*addresses));
                before = *street;
            }
        }
        all.extend(number(self.aside.len())?);
        self.aside.iter().for_each(|(id, street)| all.extend([id.to_le_bytes(), street.to_bytes()].as_flattened()));
        disk::write_synced(&folder.join(FILE), |out| out.write_all(&all))
    }

    /// Reads it back. Damaged contents give wrong values: they are for `Geocoder::verify`.
    ///
    /// Errors: it cannot be read.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let bytes = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let mut cursor = Cursor(&bytes);
        let files = take(&mut cursor, |cursor| {
            let pieces = number(cursor);
            if pieces == SAME {
                return None;
            }
            let streets = number(cursor);
            let piece =
                |cursor: &mut Cursor<'_>| (Piece { hash: wide(cursor), bytes: cursor.unsigned() }, cursor.small());
            let pieces = repeat(cursor, pieces, piece);
            let mut mark = StreetMark::default();
            let street = |cursor: &mut Cursor<'_>| {
                mark = mark.stepped(cursor.signed());
                (mark, wide(cursor), cursor.small())
            };
            Some(Origin { pieces, streets: repeat(cursor, streets, street) })
        });
        let aside = take(&mut cursor, |cursor| (wide(cursor), StreetMark::take(cursor)));
        Ok(Self { files, aside })
    }
}

fn take<T>(cursor: &mut Cursor<'_>, one: impl FnMut(&mut Cursor<'_>) -> T) -> Vec<T> {
    let count = number(cursor);
    repeat(cursor, count, one)
}

/// As many as there are bytes for.
fn repeat<T>(cursor: &mut Cursor<'_>, count: u32, mut one: impl FnMut(&mut Cursor<'_>) -> T) -> Vec<T> {
    (0..count).map_while(|_| (!cursor.is_empty()).then(|| one(cursor))).collect()
}

fn number(cursor: &mut Cursor<'_>) -> u32 {
    u32::from_le_bytes(cursor.array())
}

fn wide(cursor: &mut Cursor<'_>) -> u64 {
    u64::from_le_bytes(cursor.array())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark() -> impl Strategy<Value = StreetMark> {
        ("(01001|2A004|69029|97411)", "[a-c]{1,2}")
            .prop_map(|(code, key)| StreetMark::new(code.parse().unwrap(), None, &key))
    }

    fn origin() -> impl Strategy<Value = Option<Origin>> {
        let piece = (any::<u64>(), any::<u64>(), any::<u32>());
        let piece = piece.prop_map(|(hash, bytes, streets)| (Piece { hash, bytes }, streets));
        let pieces = prop::collection::vec(piece, 0..5);
        let origin = (pieces, prop::collection::vec((mark(), any::<u64>(), any::<u32>()), 0..20));
        prop::option::of(origin.prop_map(|(pieces, streets)| Origin { pieces, streets }))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_files_say_reads_back(
            files in prop::collection::vec(origin(), 0..4),
            aside in prop::collection::vec((any::<u64>(), mark()), 0..4),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let origins = Origins { files, aside };
            origins.write(folder.path()).unwrap();
            prop_assert_eq!(Origins::read(folder.path()).unwrap(), origins);
        }

        #[test]
        fn damaged_bytes_say_something(files in prop::collection::vec(origin(), 1..4), cut: u16, at: u16, byte: u8) {
            let folder = tempfile::tempdir().unwrap();
            Origins { files, aside: Vec::new() }.write(folder.path()).unwrap();
            let mut bytes = fs::read(folder.path().join(FILE)).unwrap();
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - usize::from(cut) % bytes.len());
            fs::write(folder.path().join(FILE), &bytes).unwrap();
            Origins::read(folder.path()).unwrap();
        }
    }
}
