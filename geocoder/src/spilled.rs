//! Accepted rows as bytes and back, for the time between reading and putting streets together. What every row of
//! a street repeats is written once, as long as the rows follow one another in one file.

use layers::{CommuneCode, LonLat};

use crate::{
    address::{Packed, PositionKind},
    numbers::parcels::{LENGTH, Parcel},
    row::{BanId, Row},
    varint::{self, Cursor},
};

const STREET: u8 = 0;
const NUMBER: u8 = 1;
const TOPONYM: u8 = 2;
const COMPLEMENT: u8 = 3;

const HAS_BAN: u8 = 1;
const HAS_COMPLEMENT: u8 = 2;
const IS_CERTIFIED: u8 = 4;
const HAS_POSITION: u8 = 8;

/// One thing read back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spilled<'a> {
    /// What the rows that follow are of.
    Street(Street<'a>),
    /// An address at one of its positions.
    Number(Number<'a>),
    /// The street or lieu-dit by itself.
    Toponym(Option<LonLat>),
    /// A lieu-dit of the same commune, and its other names.
    Complement { name: &'a str, names: Vec<&'a str> },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Street<'a> {
    pub file: u32,
    pub commune: [u8; 5],
    pub former: Option<[u8; 5]>,
    pub name: &'a str,
    pub names: Vec<&'a str>,
    pub id: Option<&'a str>,
    pub ban: Option<BanId>,
    pub postcode: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number<'a> {
    /// Rank of the row among all those with a number.
    pub row: u32,
    pub number: u32,
    pub suffix: &'a str,
    pub kind: PositionKind,
    pub at: Packed,
    pub certified: bool,
    pub parcels: Vec<Parcel>,
    pub complement: &'a str,
    pub ban: Option<BanId>,
}

/// Whether two rows of one file repeat the same street.
pub(crate) fn same_street(a: &Row, b: &Row) -> bool {
    a.street == b.street
        && a.commune.code == b.commune.code
        && a.former == b.former
        && a.street_id == b.street_id
        && a.ban_street == b.ban_street
        && a.postcode == b.postcode
        && a.names == b.names
        && a.commune_names == b.commune_names
        && a.complement_names == b.complement_names
        && (a.complement_names.is_empty() || a.complement == b.complement)
}

/// What every row of the street repeats; that of the commune is noted elsewhere.
pub(crate) fn put_street(out: &mut Vec<u8>, row: &Row, file: u32) {
    out.push(STREET);
    varint::put(out, u64::from(file));
    out.extend(row.commune.code.to_bytes());
    put_code(out, row.former.as_ref().map(|former| former.code));
    varint::put_text(out, &row.street);
    put_names(out, &row.names);
    varint::put_text(out, row.street_id.as_deref().unwrap_or_default());
    out.extend(row.ban_street.unwrap_or_default());
    varint::put(out, u64::from(row.postcode.unwrap_or_default()));
    if let (Some(complement), false) = (&row.complement, row.complement_names.is_empty()) {
        out.push(COMPLEMENT);
        varint::put_text(out, complement);
        put_names(out, &row.complement_names);
    }
}

fn put_names(out: &mut Vec<u8>, names: &[String]) {
    varint::put(out, names.len() as u64);
    names.iter().for_each(|name| varint::put_text(out, name));
}

fn put_code(out: &mut Vec<u8>, code: Option<CommuneCode>) {
    out.extend(code.map_or([0; 5], CommuneCode::to_bytes));
}

/// The row itself.
pub(crate) fn put_row(out: &mut Vec<u8>, row: &Row, rank: u32) {
    let position = row.position.map(|position| (Packed::new(position.at), position.kind));
    let (Some(house), Some((at, kind))) = (&row.number, position) else {
        out.extend([TOPONYM, if position.is_some() { HAS_POSITION } else { 0 }]);
        return put_point(out, position.map_or(Packed { lon: 0, lat: 0 }, |(at, _)| at));
    };
    let complement = row.complement.as_deref().unwrap_or_default();
    let flag = |flag: u8, is: bool| if is { flag } else { 0 };
    let flags = flag(HAS_BAN, row.ban_address.is_some())
        | flag(HAS_COMPLEMENT, !complement.is_empty())
        | flag(IS_CERTIFIED, row.certified);
    out.extend([NUMBER, flags, kind.to_byte()]);
    varint::put(out, u64::from(rank));
    varint::put(out, u64::from(house.number));
    varint::put_text(out, &house.suffix);
    put_point(out, at);
    // Only what has the form of a parcel can be packed; readers hand over nothing else.
    let parcels = row.parcels.iter().map(|parcel| parcel.as_bytes()).filter(|parcel| parcel.len() == LENGTH);
    varint::put(out, parcels.clone().count() as u64);
    parcels.for_each(|parcel| out.extend_from_slice(parcel));
    if !complement.is_empty() {
        varint::put_text(out, complement);
    }
    out.extend(row.ban_address.into_iter().flatten());
}

fn put_point(out: &mut Vec<u8>, at: Packed) {
    out.extend(at.lon.to_le_bytes());
    out.extend(at.lat.to_le_bytes());
}

/// Reads everything back, in order.
pub(crate) fn read(bytes: &[u8]) -> impl Iterator<Item = Spilled<'_>> {
    let mut cursor = Cursor(bytes);
    std::iter::from_fn(move || {
        (!cursor.is_empty()).then(|| match cursor.byte() {
            STREET => Spilled::Street(take_street(&mut cursor)),
            NUMBER => Spilled::Number(take_number(&mut cursor)),
            COMPLEMENT => Spilled::Complement { name: cursor.text(), names: take_names(&mut cursor) },
            _ => {
                let has_position = cursor.byte() & HAS_POSITION != 0;
                let at = take_point(&mut cursor);
                Spilled::Toponym(has_position.then(|| at.unpack()))
            }
        })
    })
}

fn take_street<'a>(cursor: &mut Cursor<'a>) -> Street<'a> {
    Street {
        file: cursor.small(),
        commune: cursor.array(),
        former: Some(cursor.array()).filter(|code| *code != [0; 5]),
        name: cursor.text(),
        names: take_names(cursor),
        id: Some(cursor.text()).filter(|id| !id.is_empty()),
        ban: Some(cursor.array()).filter(|id| *id != [0; 16]),
        postcode: Some(cursor.small()).filter(|&postcode| postcode != 0),
    }
}

fn take_names<'a>(cursor: &mut Cursor<'a>) -> Vec<&'a str> {
    (0..cursor.small()).map(|_| cursor.text()).collect()
}

fn take_number<'a>(cursor: &mut Cursor<'a>) -> Number<'a> {
    let (flags, kind) = (cursor.byte(), PositionKind::from_byte(cursor.byte()));
    Number {
        row: cursor.small(),
        number: cursor.small(),
        suffix: cursor.text(),
        kind,
        at: take_point(cursor),
        certified: flags & IS_CERTIFIED != 0,
        parcels: (0..cursor.small()).map(|_| cursor.array()).collect(),
        complement: if flags & HAS_COMPLEMENT == 0 { "" } else { cursor.text() },
        ban: (flags & HAS_BAN != 0).then(|| cursor.array()),
    }
}

fn take_point(cursor: &mut Cursor<'_>) -> Packed {
    Packed { lon: i32::from_le_bytes(cursor.array()), lat: i32::from_le_bytes(cursor.array()) }
}

#[cfg(test)]
mod tests {
    use layers::Commune;

    use super::*;
    use crate::address::Position;

    fn row(number: Option<&str>) -> Row {
        let commune = |code: &str, name: &str| Commune { code: code.parse().unwrap(), name: name.to_owned() };
        Row {
            commune: commune("69149", "Oullins-Pierre-Bénite"),
            former: Some(commune("69152", "Pierre-Bénite")),
            street: "Rue de l’Été".to_owned(),
            commune_names: Vec::new(),
            names: vec!["Rua".to_owned()],
            complement_names: vec!["Lo Clos".to_owned()],
            complement: number.map(|_| "Le Clos".to_owned()),
            number: number.map(|number| number.parse().unwrap()),
            position: Some(Position { at: LonLat { lon: 4.8, lat: 45.7 }, kind: PositionKind::Building }),
            street_id: Some("69149_0010".to_owned()),
            certified: true,
            parcels: vec!["69149000AB0012".to_owned(), "not one".to_owned()],
            ban_address: number.map(|_| [7; 16]),
            ban_street: Some([8; 16]),
            ban_commune: None,
            updated: None,
            postcode: Some(69310),
            at: 0,
            line: 0,
        }
    }

    #[test]
    fn a_row_is_read_back_as_it_was_accepted() {
        let mut bytes = Vec::new();
        put_street(&mut bytes, &row(None), 3);
        put_street(&mut bytes, &Row { names: Vec::new(), ..row(Some("1")) }, 3);
        put_row(&mut bytes, &row(Some("12bis")), 70_000);
        put_row(&mut bytes, &row(None), 0);
        put_row(&mut bytes, &Row { position: None, ..row(None) }, 0);
        let all: Vec<Spilled<'_>> = read(&bytes).collect();
        let at = Packed::new(LonLat { lon: 4.8, lat: 45.7 });
        let street = Street {
            file: 3,
            commune: *b"69149",
            former: Some(*b"69152"),
            name: "Rue de l’Été",
            names: vec!["Rua"],
            id: Some("69149_0010"),
            ban: Some([8; 16]),
            postcode: Some(69310),
        };
        let expected = [
            Spilled::Street(street.clone()),
            Spilled::Street(Street { names: Vec::new(), ..street }),
            Spilled::Complement { name: "Le Clos", names: vec!["Lo Clos"] },
            Spilled::Number(Number {
                row: 70_000,
                number: 12,
                suffix: "bis",
                kind: PositionKind::Building,
                at,
                certified: true,
                parcels: vec![*b"69149000AB0012"],
                complement: "Le Clos",
                ban: Some([7; 16]),
            }),
            Spilled::Toponym(Some(at.unpack())),
            Spilled::Toponym(None),
        ];
        assert_eq!(all, expected);
    }
}
