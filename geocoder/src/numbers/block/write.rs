//! Writing a block: what `block` reads back, in the order that it documents. Numbers come sorted, so that each is told
//! by its step from the one before.

use crate::{
    address::{Packed, PositionKind},
    numbers::{
        block::{
            BAN, Before, CERTIFIED, CHANGED, COMPLEMENTS, MARK_BITS, MOST, NIL, OTHERS, PARCELS, RUN_BITS, SUFFIX,
        },
        parcels::{self, Parcel},
    },
    row::BanId,
    varint,
};

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

/// Appends a block of at most [`MOST`] numbers of a street of this commune, in order.
pub(crate) fn put(out: &mut Vec<u8>, numbers: &[NewNumber], insee: &str) {
    debug_assert!(numbers.len() <= MOST, "a block holds {MOST} numbers");
    let has = |part: u8, any: bool| if any { part } else { 0 };
    let parts = has(PARCELS, numbers.iter().any(|number| !number.parcels.is_empty()))
        | has(COMPLEMENTS, numbers.iter().any(|number| number.complement != 0))
        | has(BAN, numbers.iter().any(|number| number.ban.is_some()));
    out.extend([parts, numbers.len() as u8]);
    let mut before = Before::default();
    numbers.iter().for_each(|number| put_entry(out, number, &mut before));
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

fn put_entry(out: &mut Vec<u8>, number: &NewNumber, before: &mut Before) {
    let Some((&(first, kind), others)) = number.positions.split_first() else { return };
    let what = kind.to_byte() | if others.is_empty() { 0 } else { OTHERS };
    let mark = |mark: u64, is: bool| if is { mark } else { 0 };
    let marks =
        mark(CERTIFIED, number.certified) | mark(SUFFIX, number.suffix != 0) | mark(CHANGED, what != before.what);
    varint::put(out, u64::from(number.number.saturating_sub(before.number)) << MARK_BITS | marks);
    if marks & CHANGED != 0 {
        out.push(what);
    }
    if marks & SUFFIX != 0 {
        varint::put(out, u64::from(number.suffix));
    }
    put_step(out, first, before.at);
    if !others.is_empty() {
        varint::put(out, others.len() as u64);
        for &(other, kind) in others {
            out.push(kind.to_byte());
            put_step(out, other, first);
        }
    }
    *before = Before { number: number.number, what, at: first };
}

fn put_step(out: &mut Vec<u8>, to: Packed, from: Packed) {
    varint::put_signed(out, i64::from(to.lon) - i64::from(from.lon));
    varint::put_signed(out, i64::from(to.lat) - i64::from(from.lat));
}

fn put_parcels(out: &mut Vec<u8>, numbers: &[NewNumber], insee: &str) {
    for run in numbers.chunk_by(|a, b| a.parcels.len() == b.parcels.len()) {
        varint::put(out, (run[0].parcels.len() as u64) << RUN_BITS | (run.len() as u64 - 1));
    }
    let mut before = parcels::origin(insee);
    for parcel in numbers.iter().flat_map(|number| &number.parcels) {
        parcels::put(out, parcel, &before);
        before = *parcel;
    }
}
