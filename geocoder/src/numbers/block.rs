//! Up to 32 house numbers of one street in one run of bytes that needs no other to be read: five to six bytes an
//! address, then what only a chosen answer needs. What is in them is described at [`MOST`].

mod write;

use crate::{
    address::{Packed, PositionKind},
    numbers::parcels::{self, Parcel},
    row::BanId,
    varint::Cursor,
};

pub(crate) use write::{NewNumber, put};

/// Most numbers of a block.
///
/// A block: what it has (one byte), how many (one byte); for each number its step from the one before with three
/// marks in its low bits, what kind of position it has when that changes, the suffix when there is one, the
/// position's step from the one before, the other positions when there are some. After them, when the block has any:
/// parcels (how many each has, by runs of equals; then all of them), lieux-dits, and at its end identifiers of 16
/// bytes.
pub(crate) const MOST: usize = 32;

const PARCELS: u8 = 1;
const COMPLEMENTS: u8 = 2;
const BAN: u8 = 4;

/// Marks under the step from the number before: nearly all steps are of one byte with them.
const CERTIFIED: u64 = 1;
const SUFFIX: u64 = 2;
/// What its position is follows; it is as that of the number before otherwise.
const CHANGED: u64 = 4;
const MARK_BITS: u32 = 3;

/// What its position is.
const KIND: u8 = 0x0F;
/// It has other positions.
const OTHERS: u8 = 0x10;

/// Bits of the length of a run, less one, under the count its numbers share.
const RUN_BITS: u32 = 5;
/// No identifier: the nil UUID.
const NIL: BanId = [0; 16];

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

/// What a number is told from: the one before it.
#[derive(Debug, Clone, Copy)]
struct Before {
    number: u32,
    /// [`KIND`] and [`OTHERS`].
    what: u8,
    at: Packed,
}

impl Default for Before {
    fn default() -> Self {
        Self { number: 0, what: 0, at: Packed { lon: 0, lat: 0 } }
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
        step(Cursor(self.0.get(2..).unwrap_or_default()).unsigned())
    }

    /// The numbers in order.
    pub(crate) fn entries(self) -> Entries<'a> {
        let cursor = Cursor(self.0.get(2..).unwrap_or_default());
        Entries { cursor, left: self.len(), before: Before::default() }
    }

    /// The identifiers of those that have one.
    pub(crate) fn identifiers(self) -> impl Iterator<Item = BanId> + 'a {
        let from = self.0.len().checked_sub(self.len() * NIL.len()).filter(|_| self.parts() & BAN != 0);
        let bytes = from.and_then(|from| self.0.get(from..)).unwrap_or_default();
        bytes.chunks_exact(NIL.len()).map(|id| crate::packed::bytes(id, 0)).filter(|id| *id != NIL)
    }

    /// Which numbers of a street of this commune lie on a parcel.
    pub(crate) fn on_parcel(self, parcel: &Parcel, insee: &str) -> Vec<u32> {
        let mut found = Vec::new();
        if self.parts() & PARCELS != 0 {
            take_parcels(&mut self.after_entries(), self.len(), insee, |number, own| {
                if own == *parcel {
                    found.push(number as u32); // less than 32
                }
            });
        }
        found.dedup();
        found
    }

    /// The parcels of the numbers of a street of this commune, with repetitions.
    pub(crate) fn parcels(self, insee: &str) -> Vec<Parcel> {
        let mut found = Vec::new();
        if self.parts() & PARCELS != 0 {
            take_parcels(&mut self.after_entries(), self.len(), insee, |_, own| found.push(own));
        }
        found
    }

    fn parts(self) -> u8 {
        self.0.first().copied().unwrap_or_default()
    }

    fn after_entries(self) -> Cursor<'a> {
        let mut entries = self.entries();
        entries.by_ref().for_each(drop);
        entries.cursor
    }

    /// The rest of the `index`-th number of a street of this commune.
    pub(crate) fn details(self, index: usize, insee: &str) -> Details {
        let (parts, mut cursor) = (self.parts(), self.after_entries());
        let mut details = Details::default();
        if parts & PARCELS != 0 {
            take_parcels(&mut cursor, self.len(), insee, |number, parcel| {
                if number == index {
                    details.parcels.push(parcel);
                }
            });
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

/// Gives every parcel with the index of its number; the cursor is past them then.
fn take_parcels(cursor: &mut Cursor<'_>, len: usize, insee: &str, mut give: impl FnMut(usize, Parcel)) {
    let (counts, mut before) = (take_counts(cursor, len), parcels::origin(insee));
    for (number, count) in counts.into_iter().take(len).enumerate() {
        for _ in 0..count {
            if cursor.is_empty() {
                return; // damaged: the count says more than there is
            }
            before = parcels::take(cursor, &before);
            give(number, before);
        }
    }
}

/// How many parcels each number has.
fn take_counts(cursor: &mut Cursor<'_>, len: usize) -> [u64; MOST] {
    let (mut counts, mut from) = ([0; MOST], 0);
    while from < len {
        let head = cursor.unsigned();
        let run = (head & ((1 << RUN_BITS) - 1)) as usize + 1; // five bits fit
        let end = (from + run).min(MOST);
        counts[from..end].fill(head >> RUN_BITS);
        from = end;
    }
    counts
}

/// How far a number is from the one before; damaged bytes saturate.
fn step(head: u64) -> u32 {
    u32::try_from(head >> MARK_BITS).unwrap_or(u32::MAX)
}

/// Iterates over a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entries<'a> {
    cursor: Cursor<'a>,
    left: usize,
    before: Before,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (cursor, before) = (&mut self.cursor, &mut self.before);
        let marks = cursor.unsigned();
        before.number = before.number.saturating_add(step(marks));
        if marks & CHANGED != 0 {
            before.what = cursor.byte();
        }
        let suffix = if marks & SUFFIX == 0 { 0 } else { cursor.small() };
        before.at = take_step(cursor, before.at);
        let other_count = if before.what & OTHERS == 0 { 0 } else { cursor.small() };
        let others = *cursor;
        for _ in 0..other_count {
            if cursor.is_empty() {
                break; // damaged: the count says more than there is
            }
            cursor.byte();
            take_step(cursor, before.at);
        }
        Some(Entry {
            number: before.number,
            suffix,
            certified: marks & CERTIFIED != 0,
            at: before.at,
            kind: PositionKind::from_byte(before.what & KIND),
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
            for parcel in numbers.iter().flat_map(|number| &number.parcels) {
                let on_it = |&at: &u32| numbers[at as usize].parcels.contains(parcel);
                let expected: Vec<u32> = (0..numbers.len() as u32).filter(on_it).collect();
                prop_assert_eq!(block.on_parcel(parcel, "69029"), expected);
            }
        }

        #[test]
        fn damaged_bytes_are_read_without_surprise(bytes: Vec<u8>, index in 0..40usize) {
            let block = Block(&bytes);
            prop_assert!(block.entries().count() <= MOST);
            prop_assert!(block.entries().all(|entry| entry.positions().count() <= bytes.len() + 1));
            block.details(index, "69029");
            prop_assert!(block.on_parcel(b"69029000AB0012", "69029").iter().all(|&at| at < MOST as u32));
        }
    }

    #[test]
    fn a_plain_address_of_a_street_takes_six_bytes_at_most_and_its_parcel_two() {
        let number = |n: u32| NewNumber {
            number: 2 * n,
            positions: vec![(
                Packed { lon: 48_500_000 + 1_500 * n.cast_signed(), lat: 457_560_000 },
                PositionKind::Entrance,
            )],
            certified: n.is_multiple_of(2),
            ..NewNumber::default()
        };
        let mut numbers: Vec<_> = (0..32).map(number).collect();
        let size = |numbers: &[NewNumber]| {
            let mut bytes = Vec::new();
            put(&mut bytes, numbers, "69029");
            bytes.len()
        };
        let plain = size(&numbers);
        assert!(plain <= 6 * 32, "{plain} bytes");
        for (number, n) in numbers.iter_mut().zip(0u8..) {
            number.parcels = vec![[b"69029000AB00", &[b'0' + n / 10, b'0' + n % 10][..]].concat().try_into().unwrap()];
        }
        let with_parcels = size(&numbers);
        assert!(with_parcels <= plain + 2 * 32, "{with_parcels} bytes");
    }
}
