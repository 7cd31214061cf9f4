//! Cadastral parcels in two or three bytes each: 14 characters (commune 5, prefix 3, section 2, number 4)
//! told by what changes from the parcel before, which is most often the number alone.

use crate::varint::{self, Cursor};

/// Characters of a parcel.
pub(crate) const LENGTH: usize = 14;
/// A parcel's identifier in ASCII.
pub(crate) type Parcel = [u8; LENGTH];

/// Where the section's two letters, the prefix and the commune end.
pub(crate) const SECTION: usize = 10;
pub(crate) const PREFIX: usize = 8;
pub(crate) const COMMUNE: usize = 5;

/// How many leading characters are those of the parcel before, by tag; the last says « none, and not a number ».
const KEPT: [usize; 3] = [SECTION, PREFIX, COMMUNE];
const WHOLE: u64 = 3;

/// The parcel before the first one: the commune's, in no section.
pub(crate) fn origin(insee: &str) -> Parcel {
    let mut parcel = *b"00000000000000";
    if let Some(start) = parcel.get_mut(..insee.len()) {
        start.copy_from_slice(insee.as_bytes());
    }
    parcel
}

/// Appends a parcel, told from the one before.
pub(crate) fn put(out: &mut Vec<u8>, parcel: &Parcel, before: &Parcel) {
    let kept = KEPT.iter().position(|&kept| parcel[..kept] == before[..kept]);
    let (Some(tag), Some(own)) = (kept, number(parcel)) else {
        varint::put(out, WHOLE);
        return out.extend_from_slice(parcel);
    };
    let from = if tag == 0 { number(before).unwrap_or(0) } else { 0 };
    let step = i64::from(own) - i64::from(from);
    let zigzag = (step.cast_unsigned() << 1) ^ (step >> 63).cast_unsigned();
    varint::put(out, zigzag << 2 | tag as u64);
    out.extend_from_slice(&parcel[KEPT[tag]..SECTION]);
}

/// Reads a parcel, told from the one before.
pub(crate) fn take(cursor: &mut Cursor<'_>, before: &Parcel) -> Parcel {
    let head = cursor.unsigned();
    if head & 3 == WHOLE {
        return cursor.array();
    }
    let tag = (head & 3) as usize;
    let zigzag = head >> 2;
    let step = (zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed());
    let from = if tag == 0 { number(before).unwrap_or(0) } else { 0 };
    let own = i64::from(from).wrapping_add(step).rem_euclid(10_000).cast_unsigned();
    let mut parcel = *before;
    let changed = &mut parcel[KEPT[tag]..SECTION];
    changed.copy_from_slice(cursor.take(changed.len()).get(..changed.len()).unwrap_or(&[b'0'; 5][..changed.len()]));
    let mut rest = own;
    for digit in parcel[SECTION..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8; // a digit fits
        rest /= 10;
    }
    parcel
}

/// The last four characters when they are digits.
fn number(parcel: &Parcel) -> Option<u16> {
    let digits = &parcel[SECTION..];
    let all = digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parcel() -> impl Strategy<Value = Parcel> {
        "(69383|69029|2A004)(000|123)(AB|0C|ZZ)([0-9]{4}|9B00|[0-9]{3}X)".prop_map(|text| {
            let mut parcel = [0; LENGTH];
            parcel.copy_from_slice(text.as_bytes());
            parcel
        })
    }

    proptest! {
        #[test]
        fn parcels_read_back(parcels in prop::collection::vec(parcel(), 0..20)) {
            let (mut bytes, mut before) = (Vec::new(), origin("69383"));
            for parcel in &parcels {
                put(&mut bytes, parcel, &before);
                before = *parcel;
            }
            let (mut cursor, mut before) = (Cursor(&bytes), origin("69383"));
            for parcel in &parcels {
                before = take(&mut cursor, &before);
                prop_assert_eq!(&before, parcel);
            }
            prop_assert!(cursor.is_empty());
        }

        #[test]
        fn damaged_bytes_give_some_parcel(bytes: Vec<u8>) {
            take(&mut Cursor(&bytes), &origin("69383"));
        }
    }

    #[test]
    fn a_neighbouring_parcel_takes_one_byte_and_a_new_section_four() {
        let mut bytes = Vec::new();
        put(&mut bytes, b"69383000AB0123", &origin("69383"));
        assert_eq!(bytes.len(), 4);
        put(&mut bytes, b"69383000AB0125", b"69383000AB0123");
        assert_eq!(bytes.len(), 5);
    }
}
