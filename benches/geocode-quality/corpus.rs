//! The addresses queries are drawn from and answers are held against: BAN csv and BAL files, as one list.
//!
//! Read here, not by the geocoder, so that a row it loses is a miss and not a silence.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
};

use layers::LonLat;

use crate::{
    dice::Dice,
    rows::{Postcodes, Row, TOPONYM, for_each_row, postcode_of},
    text,
};

/// Everything known of the corpora asked for.
#[derive(Default)]
pub(crate) struct Corpus {
    pub sources: Vec<Source>,
    pub streets: Vec<Street>,
    pub addresses: Vec<Address>,
    pub communes: BTreeMap<String, Commune>,
    /// Streets by the key of their name.
    pub by_key: BTreeMap<String, Vec<u32>>,
    by_place: HashMap<(String, String), u32>,
    by_id: HashMap<String, u32>,
}

/// One corpus: its name in the tables and its files.
pub(crate) struct Source {
    pub name: String,
    pub files: Vec<PathBuf>,
}

/// A street, or a toponym without numbers.
pub(crate) struct Street {
    pub name: String,
    pub key: String,
    pub insee: String,
    pub source: usize,
    pub id: String,
    /// Two streets of the commune bear this name: no truth can be told of it.
    pub ambiguous: bool,
    /// Left out of the index.
    pub removed: bool,
    pub addresses: Vec<u32>,
    /// Mean of its positions.
    pub centre: LonLat,
}

/// A house number of a street, with all its positions.
pub(crate) struct Address {
    pub street: u32,
    pub id: String,
    pub number: u32,
    /// Lower case, empty when there is none.
    pub suffix: String,
    pub postcode: Option<String>,
    pub positions: Vec<LonLat>,
    /// The position is the house's own, not one of the street.
    pub surveyed: bool,
    /// Left out of the index.
    pub removed: bool,
}

/// A commune, or an arrondissement.
pub(crate) struct Commune {
    /// As the data has it: `Lyon 3e Arrondissement`.
    pub name: String,
    /// As people write it: `Lyon`.
    pub city: String,
    /// 3 in Lyon 3e.
    pub arrondissement: Option<u32>,
    pub postcodes: BTreeSet<String>,
    pub centre: LonLat,
    pub source: usize,
    addresses: u32,
}

impl Address {
    /// `12` or `12bis`.
    pub(crate) fn number_text(&self) -> String {
        format!("{}{}", self.number, self.suffix)
    }
}

impl Corpus {
    pub(crate) fn read(sources: Vec<Source>, postcodes: &Postcodes) -> Self {
        let mut corpus = Self::default();
        for (source, Source { files, .. }) in sources.iter().enumerate() {
            for file in files {
                for_each_row(file, |_, row| corpus.add(source, row, postcodes));
            }
        }
        corpus.sources = sources;
        for (street, found) in corpus.streets.iter().enumerate() {
            corpus.by_key.entry(found.key.clone()).or_default().push(index(street));
        }
        corpus
    }

    fn add(&mut self, source: usize, row: Row, postcodes: &Postcodes) {
        let postcode = row.postcode.clone().or_else(|| postcode_of(postcodes, &row.insee, &row.commune));
        let commune = self.communes.entry(row.insee.clone()).or_insert_with(|| Commune::new(&row, source));
        commune.postcodes.extend(postcode.clone());
        let street = self.street(source, &row);
        let (Some(at), true) = (row.at, row.number != TOPONYM) else { return };
        let next = index(self.addresses.len());
        let found = &mut self.streets[street as usize];
        running_mean(&mut found.centre, at, found.addresses.len());
        let commune = self.communes.get_mut(&row.insee).unwrap();
        running_mean(&mut commune.centre, at, commune.addresses as usize);
        commune.addresses += 1;
        let same = |&a: &u32| {
            let other = &self.addresses[a as usize];
            other.number == row.number && other.suffix == row.suffix
        };
        if let Some(known) = found.addresses.iter().copied().find(same) {
            self.addresses[known as usize].positions.push(at);
            self.by_id.entry(row.id).or_insert(known);
            return;
        }
        found.addresses.push(next);
        self.by_id.entry(row.id.clone()).or_insert(next);
        let Row { id, number, suffix, surveyed, .. } = row;
        let positions = vec![at];
        self.addresses.push(Address { street, id, number, suffix, postcode, positions, surveyed, removed: false });
    }

    fn street(&mut self, source: usize, row: &Row) -> u32 {
        let key = text::key(&row.street);
        let id: String = row.id.splitn(3, '_').take(2).collect::<Vec<_>>().join("_");
        let next = index(self.streets.len());
        let street = *self.by_place.entry((row.insee.clone(), key.clone())).or_insert(next);
        if street == next {
            let (name, insee) = (row.street.clone(), row.insee.clone());
            let centre = row.at.unwrap_or(ORIGIN);
            let addresses = Vec::new();
            self.streets.push(Street {
                name,
                key,
                insee,
                source,
                id,
                ambiguous: false,
                removed: false,
                addresses,
                centre,
            });
        } else if self.streets[street as usize].id != id {
            self.streets[street as usize].ambiguous = true;
        }
        street
    }

    /// Marks `count` addresses, drawn at random, as not to be indexed.
    pub(crate) fn remove(&mut self, count: usize, dice: &mut Dice) {
        let mut left = count.min(self.addresses.len() / 4);
        while left > 0 {
            let address = dice.below(self.addresses.len());
            if !self.addresses[address].removed {
                self.addresses[address].removed = true;
                left -= 1;
            }
        }
    }

    /// Marks one street in `each`, drawn at random, as not to be indexed, with its addresses.
    pub(crate) fn remove_streets(&mut self, each: usize, dice: &mut Dice) {
        for street in &mut self.streets {
            street.removed = dice.below(each) == 0;
            for &address in street.addresses.iter().filter(|_| street.removed) {
                self.addresses[address as usize].removed = true;
            }
        }
    }

    /// The street of that name in a commune.
    pub(crate) fn street_at(&self, insee: &str, name: &str) -> Option<u32> {
        self.by_place.get(&(insee.to_owned(), text::key(name))).copied()
    }

    /// The address of that number in a street, `12b` standing for `12bis` where there is no `12b`.
    pub(crate) fn house(&self, street: u32, number: &str) -> Option<u32> {
        let number = number.to_lowercase().replace(' ', "");
        let houses = &self.streets[street as usize].addresses;
        let exact = |wanted: &str| houses.iter().copied().find(|&a| self.addresses[a as usize].number_text() == wanted);
        exact(&number).or_else(|| exact(&other_spelling(&number)?))
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn street_of(&self, address: u32) -> &Street {
        &self.streets[self.addresses[address as usize].street as usize]
    }

    pub(crate) fn commune_of(&self, street: &Street) -> &Commune {
        &self.communes[&street.insee]
    }

    /// Addresses of one corpus.
    pub(crate) fn of_source(&self, source: usize) -> Vec<u32> {
        (0..index(self.addresses.len())).filter(|&address| self.street_of(address).source == source).collect()
    }
}

impl Commune {
    fn new(row: &Row, source: usize) -> Self {
        let (city, arrondissement) = split_arrondissement(&row.commune);
        let name = row.commune.clone();
        let postcodes = BTreeSet::new();
        Self { name, city, arrondissement, postcodes, centre: ORIGIN, source, addresses: 0 }
    }
}

/// `Lyon 3e Arrondissement` → `Lyon`, 3.
fn split_arrondissement(name: &str) -> (String, Option<u32>) {
    let split = name.strip_suffix(" Arrondissement").and_then(|rest| rest.rsplit_once(' '));
    match split {
        Some((city, nth)) => (city.to_owned(), nth.trim_end_matches(char::is_alphabetic).parse().ok()),
        None => (name.to_owned(), None),
    }
}

/// Where a mean begins.
const ORIGIN: LonLat = LonLat { lon: 0.0, lat: 0.0 };

/// `12bis` for `12b`, and back.
fn other_spelling(number: &str) -> Option<String> {
    let digits = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    let suffix = &number[digits.len()..];
    let pairs = [("bis", "b"), ("ter", "t"), ("quater", "q")];
    let other = pairs.iter().find_map(|&(long, short)| match suffix {
        s if s == long => Some(short),
        s if s == short => Some(long),
        _ => None,
    })?;
    Some(format!("{digits}{other}"))
}

fn running_mean(mean: &mut LonLat, at: LonLat, before: usize) {
    let weight = 1.0 / (before + 1) as f64;
    mean.lon += (at.lon - mean.lon) * weight;
    mean.lat += (at.lat - mean.lat) * weight;
}

/// Corpora of a bench hold far fewer than 4 thousand million of anything.
pub(crate) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap()
}
