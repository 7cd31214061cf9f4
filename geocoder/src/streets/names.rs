//! Names of a street or lieu-dit that rows of another one tell: those of a lieu-dit in other languages, told by the
//! addresses that lie in it; and the name of a street whose every address turned out to be another street's, in a file
//! that is believed rather than its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use layers::CommuneCode;

use crate::{normalize, row::BanId, streets::Streets};

/// What was told so far.
#[derive(Debug, Default)]
pub(crate) struct NamedElsewhere<'a> {
    /// Lieux-dits by commune and key → their other names.
    complements: BTreeMap<(CommuneCode, String), BTreeSet<&'a str>>,
    /// Identifiers of the rows set aside → the street they were of.
    aside: HashMap<BanId, u32>,
}

impl<'a> NamedElsewhere<'a> {
    /// A lieu-dit and its other names.
    pub(crate) fn complement(&mut self, commune: CommuneCode, name: &str, names: Vec<&'a str>) {
        self.complements.entry((commune, normalize::street_key(name))).or_default().extend(names);
    }

    /// An address of a street that another file has.
    pub(crate) fn set_aside(&mut self, street: u32, ban: Option<BanId>) {
        self.aside.extend(ban.map(|ban| (ban, street)));
    }

    /// Gives each name to the street that it is of.
    pub(crate) fn give(self, all: &mut Streets) {
        if !self.complements.is_empty() {
            all.name_complements(&self.complements);
        }
        if !self.aside.is_empty() {
            all.name_after_those_gone(&self.aside);
        }
    }
}

impl Streets {
    /// Only lieux-dits listed by a row of their own are places; the format asks for it.
    fn name_complements(&mut self, complements: &BTreeMap<(CommuneCode, String), BTreeSet<&str>>) {
        for ((commune, _, key), &street) in &self.order {
            for name in complements.get(&(*commune, key.clone())).into_iter().flatten() {
                self.streets[street as usize].named(name);
            }
        }
    }

    fn name_after_those_gone(&mut self, aside: &HashMap<BanId, u32>) {
        let settled = self.rows.iter().filter_map(|row| Some((*aside.get(&row.ban?)?, row.street)));
        // In order: two builds of the same files name alike.
        let pairs: BTreeSet<(u32, u32)> =
            settled.filter(|&(gone, kept)| gone != kept && !self.streets[gone as usize].listed).collect();
        for (gone, kept) in pairs {
            let gone = &self.streets[gone as usize];
            let names: Vec<String> = std::iter::once(&gone.name).chain(&gone.other_names).cloned().collect();
            let kept = &mut self.streets[kept as usize];
            let key = normalize::street_key(&kept.name);
            names.iter().filter(|name| normalize::street_key(name) != key).for_each(|name| kept.named(name));
        }
    }
}
