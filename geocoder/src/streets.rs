//! The rows of one department put together: rows of one (commune, former commune, street name) are one street,
//! whatever file they come from; rows of one number and suffix in it are one address with several positions,
//! as long as they come from one file: of several, one file's rows stay.

mod names;

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use layers::{CommuneCode, LonLat};

use crate::{
    address::{Packed, PositionKind},
    duplicates::{self, SetAside},
    marks::StreetMark,
    normalize,
    numbers::{block::NewNumber, parcels::Parcel, write::NumbersWriter},
    row::BanId,
    spilled::{self, Spilled},
    streets::names::NamedElsewhere,
};

/// Commune, former commune, name with its abbreviations spelt out.
type StreetKey = (CommuneCode, Option<CommuneCode>, String);

/// A street as its rows tell it.
#[derive(Debug, Default)]
pub(crate) struct Street {
    pub name: String,
    pub other_names: Vec<String>,
    pub id: Option<String>,
    pub ban: Option<BanId>,
    /// Position of its toponym row.
    pub own: Option<LonLat>,
    /// Whether a row of it was kept: all its addresses may be another file's.
    listed: bool,
    /// Those its rows say, with how many do.
    postcodes: Vec<(u32, u32)>,
}

/// A row with a number.
#[derive(Debug, Clone)]
struct Row {
    street: u32,
    number: u32,
    suffix: u32,
    at: Packed,
    kind: PositionKind,
    certified: bool,
    file: u32,
    complement: u32,
    /// In `Streets::parcels`.
    parcels: Range<u32>,
    ban: Option<BanId>,
}

/// The streets of some communes, in memory together.
#[derive(Debug, Default)]
pub(crate) struct Streets {
    order: BTreeMap<StreetKey, u32>,
    streets: Vec<Street>,
    rows: Vec<Row>,
    parcels: Vec<Parcel>,
    /// Rows another file made needless: their street, and their identifier.
    aside: Vec<(u32, BanId)>,
}

/// A street put together.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub commune: CommuneCode,
    pub former: Option<CommuneCode>,
    pub street: Street,
    pub numbers: Vec<NewNumber>,
    /// Rows left out: another file has the same number.
    pub duplicates: u64,
}

impl Streets {
    /// Reads back the rows set aside under one key. Texts get their numbers in the table being written.
    pub(crate) fn read(bytes: &[u8], aside: &SetAside, table: &mut NumbersWriter) -> Self {
        let mut all = Self::default();
        let (mut at, mut file, mut postcode, mut commune) = (0, 0, None, [0; 5]);
        let (mut known, mut also) = (HashMap::new(), NamedElsewhere::default());
        for spilled in spilled::read(bytes) {
            match spilled {
                Spilled::Street(street) => {
                    (file, postcode, commune) = (street.file, street.postcode, street.commune);
                    let key = (street.commune, street.former, street.name);
                    at = *known.entry(key).or_insert_with(|| all.street(&street));
                    all.streets[at as usize].meet(&street);
                }
                Spilled::Toponym(own) => {
                    let street = &mut all.streets[at as usize];
                    street.own = own.or(street.own);
                    street.listed = true;
                }
                Spilled::Complement { name, names } => also.complement(code(commune), name, names),
                Spilled::Number(number) if aside.contains(number.row) => {
                    all.aside.extend(number.ban.map(|id| (at, id)));
                    also.set_aside(at, number.ban);
                }
                Spilled::Number(number) => all.add(at, file, postcode, &number, table),
            }
        }
        also.give(&mut all);
        all
    }

    /// The index of a street by its key: two spellings may be one street.
    fn street(&mut self, street: &spilled::Street<'_>) -> u32 {
        let key = (code(street.commune), street.former.map(code), normalize::street_key(street.name));
        let next = self.streets.len() as u32;
        let at = *self.order.entry(key).or_insert(next);
        if at == next {
            self.streets.push(Street { name: street.name.to_owned(), ..Street::default() });
        }
        at
    }

    fn add(
        &mut self,
        street: u32,
        file: u32,
        postcode: Option<u32>,
        number: &spilled::Number<'_>,
        table: &mut NumbersWriter,
    ) {
        let first = self.parcels.len() as u32;
        self.parcels.extend(&number.parcels);
        self.streets[street as usize].count(postcode);
        self.rows.push(Row {
            street,
            number: number.number,
            suffix: table.suffix(number.suffix),
            at: number.at,
            kind: number.kind,
            certified: number.certified,
            file,
            complement: table.complement(number.complement),
            parcels: first..self.parcels.len() as u32,
            ban: number.ban,
        });
    }

    /// The rows left out by their identifier: it, in short, and the mark of their street.
    pub(crate) fn aside(&self) -> Vec<(u64, StreetMark)> {
        if self.aside.is_empty() {
            return Vec::new();
        }
        let mark = |((commune, former, name), &at): (&StreetKey, &u32)| (at, StreetMark::new(*commune, *former, name));
        let marks: HashMap<u32, StreetMark> = self.order.iter().map(mark).collect();
        self.aside.iter().map(|(at, id)| (duplicates::short(id), marks[at])).collect()
    }

    /// The streets in the order of the tables: by commune, former commune and name.
    pub(crate) fn assemble(
        mut self,
        suffix: impl Fn(u32, u32) -> std::cmp::Ordering,
    ) -> impl Iterator<Item = Assembled> {
        let order = std::mem::take(&mut self.order);
        let mut rank = vec![0u32; self.streets.len()];
        for (at, &street) in order.values().enumerate() {
            rank[street as usize] = at as u32;
        }
        let place = |row: &Row| (rank[row.street as usize], row.number);
        self.rows.sort_unstable_by(|a, b| {
            let same = place(a).cmp(&place(b)).then_with(|| suffix(a.suffix, b.suffix));
            same.then_with(|| (a.kind, a.at, a.file).cmp(&(b.kind, b.at, b.file)))
        });
        let mut next = 0;
        order.into_iter().filter_map(move |((commune, former, _), street)| {
            let len = self.rows[next..].iter().take_while(|row| row.street == street).count();
            let (numbers, duplicates) = self.numbers(next..next + len);
            next += len;
            let street = std::mem::take(&mut self.streets[street as usize]);
            street.listed.then_some(Assembled { commune, former, street, numbers, duplicates })
        })
    }

    /// The addresses of a street's rows, and how many rows another file made needless.
    fn numbers(&self, rows: Range<usize>) -> (Vec<NewNumber>, u64) {
        let mut duplicates = 0;
        let same = self.rows[rows].chunk_by(|a, b| (a.number, a.suffix) == (b.number, b.suffix));
        let numbers = same.map(|rows| {
            let kept = rows.iter().min_by_key(|row| (!row.certified, row.file)).map(|row| row.file);
            let rows = rows.iter().filter(|row| {
                let stays = Some(row.file) == kept;
                duplicates += u64::from(!stays);
                stays
            });
            rows.fold(NewNumber::default(), |number, row| self.merge(number, row))
        });
        let numbers = numbers.collect();
        (numbers, duplicates)
    }

    /// Adds a row to its address: a position, and what other rows did not say.
    fn merge(&self, mut number: NewNumber, row: &Row) -> NewNumber {
        (number.number, number.suffix) = (row.number, row.suffix);
        number.certified |= row.certified;
        number.ban = number.ban.or(row.ban);
        if number.complement == 0 {
            number.complement = row.complement;
        }
        if number.positions.iter().all(|&(known, _)| known != row.at) {
            number.positions.push((row.at, row.kind));
        }
        for parcel in &self.parcels[row.parcels.start as usize..row.parcels.end as usize] {
            if !number.parcels.contains(parcel) {
                number.parcels.push(*parcel);
            }
        }
        number
    }
}

impl Street {
    /// What one more run of its rows says.
    fn meet(&mut self, street: &spilled::Street<'_>) {
        self.id = self.id.take().or_else(|| street.id.map(str::to_owned));
        self.ban = self.ban.or(street.ban);
        street.names.iter().for_each(|name| self.named(name));
    }

    /// Notes one more name, unless it is one it has.
    fn named(&mut self, name: &str) {
        if self.name != name && self.other_names.iter().all(|known| known != name) {
            self.other_names.push(name.to_owned());
        }
    }

    fn count(&mut self, postcode: Option<u32>) {
        self.listed = true;
        let Some(postcode) = postcode else { return };
        match self.postcodes.iter_mut().find(|(known, _)| *known == postcode) {
            Some((_, rows)) => *rows += 1,
            None => self.postcodes.push((postcode, 1)),
        }
    }

    /// The postcode most of its rows say.
    pub(crate) fn postcode(&self) -> Option<u32> {
        self.postcodes
            .iter()
            .max_by_key(|&&(postcode, rows)| (rows, std::cmp::Reverse(postcode)))
            .map(|&(first, _)| first)
    }
}

/// A code as it was set aside.
fn code(bytes: [u8; 5]) -> CommuneCode {
    String::from_utf8_lossy(&bytes).parse().expect("a code set aside was read as one")
}
