//! Streets by 64 bits that are the same in every file and every build: what is compared of two states of an address
//! file is not names but marks, and a digest of what a row says of its street.

use layers::CommuneCode;

use crate::{
    hash::hash,
    normalize,
    places::{Place, Places},
    row::Row,
    spilled,
    varint::Cursor,
};

/// Bits of a mark that the former commune and the name are hashed into; the commune's code is above them.
const NAME_BITS: u32 = 38;

/// A street or lieu-dit: its commune, former commune, and name with its abbreviations spelt out. Those of a commune
/// follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct StreetMark(u64);

impl StreetMark {
    /// `key`: as `normalize::street_key` gives it.
    pub(crate) fn new(commune: CommuneCode, former: Option<CommuneCode>, key: &str) -> Self {
        let former = former.map_or(0, code_number);
        Self(code_number(commune) << NAME_BITS | hash(former, key.as_bytes()) >> (u64::BITS - NAME_BITS))
    }

    /// That of a place of an index; towns have none.
    pub(crate) fn of_place(places: &Places, place: Place<'_>) -> Option<Self> {
        let town = places.get(place.parent());
        let former = if town.is_former() { Some(town.insee().parse().ok()?) } else { None };
        Some(Self::new(place.insee().parse().ok()?, former, &normalize::street_key(place.name())))
    }

    /// The code of its commune; none in damaged bytes.
    pub(crate) fn commune(self) -> Option<CommuneCode> {
        let mut number = self.0 >> NAME_BITS;
        let mut text = [0; 5];
        for byte in text.iter_mut().rev() {
            *byte = char::from_digit((number % 36) as u32, 36)?.to_ascii_uppercase() as u8; // ASCII
            number /= 36;
        }
        std::str::from_utf8(&text).ok()?.parse().ok()
    }

    pub(crate) fn to_bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    /// How far it is from another; small for two streets of one commune.
    pub(crate) fn step_from(self, other: Self) -> i64 {
        self.0.wrapping_sub(other.0).cast_signed()
    }

    /// The mark so far from this one.
    pub(crate) fn stepped(self, step: i64) -> Self {
        Self(self.0.wrapping_add_signed(step))
    }

    pub(crate) fn take(cursor: &mut Cursor<'_>) -> Self {
        Self(u64::from_le_bytes(cursor.array()))
    }
}

/// Five characters of base 36: 26 bits.
fn code_number(code: CommuneCode) -> u64 {
    let digit = |byte: u8| u64::from(char::from(byte).to_digit(36).unwrap_or_default());
    code.to_bytes().into_iter().fold(0, |number, byte| number * 36 + digit(byte))
}

/// Reads the marks of rows; those of a street nearly always follow one another.
#[derive(Debug, Default)]
pub(crate) struct Marker {
    open: Option<(Row, StreetMark, u64)>,
    scratch: Vec<u8>,
}

impl Marker {
    /// The mark of a row's street, and the digest of all that the tables are made with of the row.
    pub(crate) fn read(&mut self, row: &Row) -> (StreetMark, u64) {
        let (street, said) = self.street(row);
        self.scratch.clear();
        spilled::put_row(&mut self.scratch, row, 0);
        (street, hash(said, &self.scratch))
    }

    /// The lieux-dits that a row of another street tells other names of: with its former commune and without it, for
    /// that is not asked of whom names are told.
    pub(crate) fn named(row: &Row) -> impl Iterator<Item = StreetMark> {
        let complement = row.complement.as_deref().filter(|_| !row.complement_names.is_empty());
        let former = row.former.as_ref().map(|former| former.code);
        let all = [Some(None), former.map(Some)].into_iter().flatten();
        complement.into_iter().flat_map(move |name| {
            let key = normalize::street_key(name);
            all.clone().map(move |former| StreetMark::new(row.commune.code, former, &key))
        })
    }

    fn street(&mut self, row: &Row) -> (StreetMark, u64) {
        if let Some((open, street, said)) = &self.open
            && spilled::same_street(open, row)
        {
            return (*street, *said);
        }
        let former = row.former.as_ref().map(|former| former.code);
        let street = StreetMark::new(row.commune.code, former, &normalize::street_key(&row.street));
        self.scratch.clear();
        spilled::put_street(&mut self.scratch, row, 0);
        let said = hash(0, &self.scratch);
        self.open = Some((row.clone(), street, said));
        (street, said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> CommuneCode {
        text.parse().unwrap()
    }

    #[test]
    fn a_mark_says_its_commune_and_parts_names_and_former_communes() {
        for text in ["69029", "2A004", "01001", "97411", "99999"] {
            assert_eq!(StreetMark::new(code(text), None, "rue des lilas").commune(), Some(code(text)));
        }
        let bron = |former: Option<&str>, key| StreetMark::new(code("69029"), former.map(code), key);
        assert_ne!(bron(None, "rue des lilas"), bron(None, "rue du lilas"));
        assert_ne!(bron(None, "rue des lilas"), bron(Some("69152"), "rue des lilas"));
        assert!(bron(None, "zzz") < StreetMark::new(code("69034"), None, "a"), "those of a commune follow one another");
    }
}
