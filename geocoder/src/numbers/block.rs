//! Up to 32 house numbers of one street in one run of bytes that needs no other to be read: about nine
//! bytes an address, then what only a chosen answer needs.
//!
//! A block: what it has (one byte), how many (one byte); for each number its step from the one before, a flag
//! byte, the suffix when there is one, the position's step from the one before, the other positions when there
//! are some. After them, when the block has any: parcels, lieux-dits, and at its end identifiers of 16 bytes.

use crate::{
    address::{Packed, PositionKind},
    numbers::parcels::{self, Parcel},
    row::BanId,
    varint::{self, Cursor},
};

/// Most numbers of a block.
pub(crate) const MOST: usize = 32;

const PARCELS: u8 = 1;
const COMPLEMENTS: u8 = 2;
const BAN: u8 = 4;

const KIND: u8 = 0x0F;
const CERTIFIED: u8 = 0x10;
const SUFFIX: u8 = 0x20;
const OTHERS: u8 = 0x40;
/// No identifier: the nil UUID.
const NIL: BanId = [0; 16];

/// A house number as the build knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NewNumber {
    pub number: u32,
    /// Its text's place in the table of suffixes; 0 for none.
    pub suffix: u32,
    /// Never empty; the best first.
    pub positions: Vec<(Packed, PositionKind)>,
    pub certified: bool,
    pub parcels: Vec<Parcel>,
    /// Its text's place in the table of lieux-dits; 0 for none.
    pub complement: u32,
    pub ban: Option<BanId>,
}

/// A house number as finding and reversing need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub number: u32,
    pub suffix: u32,
    pub certified: bool,
    pub at: Packed,
    pub kind: PositionKind,
    others: Cursor<'a>,
    other_count: u32,
}

/// What only an answer needs of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Details {
    pub parcels: Vec<Parcel>,
    pub complement: u32,
    pub ban: Option<BanId>,
}

/// A block's bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a>(pub &'a [u8]);

/// Appends a block of at most [`MOST`] numbers of a street of this commune, in order.
pub(crate) fn put(out: &mut Vec<u8>, numbers: &[NewNumber], insee: &str) {
    debug_assert!(numbers.len() <= MOST, "a block holds {MOST} numbers");
    let has = |part: u8, any: bool| if any { part } else { 0 };
    let parts = has(PARCELS, numbers.iter().any(|number| !number.parcels.is_empty()))
        | has(COMPLEMENTS, numbers.iter().any(|number| number.complement != 0))
        | has(BAN, numbers.iter().any(|number| number.ban.is_some()));
    out.extend([parts, numbers.len() as u8]);
    let (mut before, mut at) = (0, Packed { lon: 0, lat: 0 });
    for number in numbers {
        put_entry(out, number, before, at);
        before = number.number;
        at = number.positions.first().map_or(at, |&(at, _)| at);
    }
    if parts & PARCELS != 0 {
        put_parcels(out, numbers, insee);
    }
    if parts & COMPLEMENTS != 0 {
        numbers.iter().for_each(|number| varint::put(out, u64::from(number.complement)));
    }
    if parts & BAN != 0 {
        numbers.iter().for_each(|number| out.extend(number.ban.unwrap_or(NIL)));
    }
}

fn put_entry(out: &mut Vec<u8>, number: &NewNumber, before: u32, at: Packed) {
    let Some((&(first, kind), others)) = number.positions.split_first() else { return };
    varint::put(out, u64::from(number.number.saturating_sub(before)));
    out.push(
        kind.to_byte()
            | if number.certified { CERTIFIED } else { 0 }
            | if number.suffix == 0 { 0 } else { SUFFIX }
            | if others.is_empty() { 0 } else { OTHERS },
    );
    if number.suffix != 0 {
        varint::put(out, u64::from(number.suffix));
    }
    put_step(out, first, at);
    if !others.is_empty() {
        varint::put(out, others.len() as u64);
        for &(other, kind) in others {
            out.push(kind.to_byte());
            put_step(out, other, first);
        }
    }
}

fn put_step(out: &mut Vec<u8>, to: Packed, from: Packed) {
    varint::put_signed(out, i64::from(to.lon) - i64::from(from.lon));
    varint::put_signed(out, i64::from(to.lat) - i64::from(from.lat));
}

fn put_parcels(out: &mut Vec<u8>, numbers: &[NewNumber], insee: &str) {
    let mut before = parcels::origin(insee);
    for number in numbers {
        varint::put(out, number.parcels.len() as u64);
        for parcel in &number.parcels {
            parcels::put(out, parcel, &before);
            before = *parcel;
        }
    }
}

fn take_step(cursor: &mut Cursor<'_>, from: Packed) -> Packed {
    let to = |from: i32, step: i64| from.wrapping_add(step as i32); // the step between two i32, modulo 2³²
    let (lon, lat) = (cursor.signed(), cursor.signed());
    Packed { lon: to(from.lon, lon), lat: to(from.lat, lat) }
}

impl<'a> Block<'a> {
    /// How many numbers.
    pub(crate) fn len(self) -> usize {
        self.0.get(1).map_or(0, |&count| usize::from(count).min(MOST))
    }

    /// The first number, without reading further.
    pub(crate) fn first_number(self) -> u32 {
        Cursor(self.0.get(2..).unwrap_or_default()).small()
    }

    /// The numbers in order.
    pub(crate) fn entries(self) -> Entries<'a> {
        let cursor = Cursor(self.0.get(2..).unwrap_or_default());
        Entries { cursor, left: self.len(), number: 0, at: Packed { lon: 0, lat: 0 } }
    }

    /// The identifiers of those that have one.
    pub(crate) fn identifiers(self) -> impl Iterator<Item = BanId> + 'a {
        let has = self.0.first().is_some_and(|parts| parts & BAN != 0);
        let from = self.0.len().checked_sub(self.len() * NIL.len()).filter(|_| has);
        let bytes = from.and_then(|from| self.0.get(from..)).unwrap_or_default();
        bytes.chunks_exact(NIL.len()).map(|id| crate::packed::bytes(id, 0)).filter(|id| *id != NIL)
    }

    /// The rest of the `index`-th number of a street of this commune.
    pub(crate) fn details(self, index: usize, insee: &str) -> Details {
        let parts = self.0.first().copied().unwrap_or_default();
        let mut entries = self.entries();
        entries.by_ref().for_each(drop);
        let mut cursor = entries.cursor;
        let mut details = Details::default();
        if parts & PARCELS != 0 {
            details.parcels = take_parcels(&mut cursor, self.len(), index, insee);
        }
        if parts & COMPLEMENTS != 0 {
            details.complement = (0..=index).map(|_| cursor.small()).last().unwrap_or_default();
        }
        if parts & BAN != 0 {
            let from_end = (self.len() - index.min(self.len())) * NIL.len();
            let id: BanId = self.0.len().checked_sub(from_end).map_or(NIL, |at| crate::packed::bytes(self.0, at));
            details.ban = Some(id).filter(|id| *id != NIL);
        }
        details
    }
}

/// Those of the `index`-th number; all are read, so that the cursor is past them.
fn take_parcels(cursor: &mut Cursor<'_>, len: usize, index: usize, insee: &str) -> Vec<Parcel> {
    let (mut before, mut wanted) = (parcels::origin(insee), Vec::new());
    for number in 0..len {
        for _ in 0..cursor.small() {
            if cursor.is_empty() {
                return wanted; // damaged: the count says more than there is
            }
            before = parcels::take(cursor, &before);
            if number == index {
                wanted.push(before);
            }
        }
    }
    wanted
}

/// Iterates over a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entries<'a> {
    cursor: Cursor<'a>,
    left: usize,
    number: u32,
    at: Packed,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        self.left = self.left.checked_sub(1)?;
        let cursor = &mut self.cursor;
        self.number = self.number.saturating_add(cursor.small());
        let flags = cursor.byte();
        let suffix = if flags & SUFFIX == 0 { 0 } else { cursor.small() };
        self.at = take_step(cursor, self.at);
        let other_count = if flags & OTHERS == 0 { 0 } else { cursor.small() };
        let others = *cursor;
        for _ in 0..other_count {
            if cursor.is_empty() {
                break; // damaged: the count says more than there is
            }
            cursor.byte();
            take_step(cursor, self.at);
        }
        Some(Entry {
            number: self.number,
            suffix,
            certified: flags & CERTIFIED != 0,
            at: self.at,
            kind: PositionKind::from_byte(flags & KIND),
            others,
            other_count,
        })
    }
}

impl<'a> Entry<'a> {
    /// Its other positions, in the order of [`PositionKind`].
    pub(crate) fn others(self) -> impl Iterator<Item = (Packed, PositionKind)> + use<'a> {
        let (mut cursor, first) = (self.others, self.at);
        (0..self.other_count).map_while(move |_| {
            let kind = (!cursor.is_empty()).then(|| PositionKind::from_byte(cursor.byte()))?;
            Some((take_step(&mut cursor, first), kind))
        })
    }

    /// All its positions, the best first.
    pub(crate) fn positions(self) -> impl Iterator<Item = (Packed, PositionKind)> + use<'a> {
        std::iter::once((self.at, self.kind)).chain(self.others())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> impl Strategy<Value = (Packed, PositionKind)> {
        ((-1_800_000_000..=1_800_000_000i32), (-900_000_000..=900_000_000i32), 0..9u8)
            .prop_map(|(lon, lat, kind)| (Packed { lon, lat }, PositionKind::from_byte(kind)))
    }

    fn parcel() -> impl Strategy<Value = Parcel> {
        ("(69|74)", 0..10_000u16).prop_map(|(department, number)| {
            let mut parcel = [0; 14];
            parcel.copy_from_slice(format!("{department}029000AB{number:04}").as_bytes());
            parcel
        })
    }

    prop_compose! {
        fn new_number()(
            number in 0..99_999u32, suffix in 0..3u32, certified: bool,
            positions in prop::collection::vec(position(), 1..4),
            parcels in prop::collection::vec(parcel(), 0..3),
            complement in 0..2u32, ban in prop::option::of(1..255u8),
        ) -> NewNumber {
            NewNumber { number, suffix, positions, certified, parcels, complement, ban: ban.map(|byte| [byte; 16]) }
        }
    }

    proptest! {
        #[test]
        fn a_block_reads_back_as_it_was_written(mut numbers in prop::collection::vec(new_number(), 0..=MOST)) {
            numbers.sort_by_key(|number| number.number);
            let mut bytes = Vec::new();
            put(&mut bytes, &numbers, "69029");
            let block = Block(&bytes);
            prop_assert_eq!(block.len(), numbers.len());
            for ((index, entry), number) in block.entries().enumerate().zip(&numbers) {
                prop_assert_eq!((entry.number, entry.suffix, entry.certified), (number.number, number.suffix, number.certified));
                prop_assert_eq!(&entry.positions().collect::<Vec<_>>(), &number.positions);
                let details = block.details(index, "69029");
                let expected = Details { parcels: number.parcels.clone(), complement: number.complement, ban: number.ban };
                prop_assert_eq!(details, expected);
            }
        }

        #[test]
        fn damaged_bytes_are_read_without_surprise(bytes: Vec<u8>, index in 0..40usize) {
            let block = Block(&bytes);
            prop_assert!(block.entries().count() <= MOST);
            prop_assert!(block.entries().all(|entry| entry.positions().count() <= bytes.len() + 1));
            block.details(index, "69029");
        }
    }

    #[test]
    fn a_plain_address_of_a_street_takes_nine_bytes_at_most() {
        let number = |n: u32| NewNumber {
            number: 2 * n,
            positions: vec![(
                Packed { lon: 48_500_000 + 1_500 * n.cast_signed(), lat: 457_560_000 },
                PositionKind::Entrance,
            )],
            ..NewNumber::default()
        };
        let numbers: Vec<_> = (0..32).map(number).collect();
        let mut bytes = Vec::new();
        put(&mut bytes, &numbers, "69029");
        assert!(bytes.len() <= 9 * 32, "{} bytes", bytes.len());
    }
}
