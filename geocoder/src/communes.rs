//! The communes there are: INSEE's official list (« communes » of the Code officiel géographique), a CSV with at
//! least `TYPECOM;COM;LIBELLE;COMPARENT`. With it a code that exists nowhere is refused and a former commune is
//! put back into the one it merged into; without it only the shape of codes is looked at.

use std::{
    collections::{BTreeMap, btree_map::Entry as Slot},
    path::Path,
};

use csv::StringRecord;
use layers::{Commune, CommuneCode};

use crate::{
    Error, normalize,
    table::{self, Table},
};

/// Code → what it is.
#[derive(Debug, Default)]
pub(crate) struct Communes(BTreeMap<CommuneCode, Entry>);

#[derive(Debug)]
struct Entry {
    name: String,
    /// The commune a former one is now part of.
    merged_into: Option<CommuneCode>,
    /// The former commune whose code this one of today has kept: 69149 was Oullins, and is Oullins-Pierre-Bénite.
    kept_from: Option<String>,
}

impl Communes {
    /// Reads the list. Errors: unreadable, columns missing, a row whose code is not one.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let mut table = Table::read(path, table::open(path)?)?;
        let columns = ["TYPECOM", "COM", "LIBELLE", "COMPARENT"].map(|name| table.column(name));
        let [Some(kind), Some(code), Some(name), Some(parent)] = columns else {
            return Err(table.missing("TYPECOM, COM, LIBELLE, COMPARENT"));
        };
        let mut found = BTreeMap::new();
        let mut record = StringRecord::new();
        while table.next(&mut record)? {
            let text = |at: usize| record.get(at).unwrap_or_default().trim();
            let code: CommuneCode = text(code).parse().map_err(|e| Error::Communes {
                path: path.to_owned(),
                why: format!("line {}: {e}", table.line(&record)),
            })?;
            let is_former = matches!(text(kind), "COMA" | "COMD");
            let merged_into = text(parent).parse().ok().filter(|_| is_former);
            let entry = Entry { name: text(name).to_owned(), merged_into, kept_from: None };
            match found.entry(code) {
                Slot::Vacant(slot) => {
                    slot.insert(entry);
                }
                Slot::Occupied(mut slot) => slot.get_mut().meet(entry),
            }
        }
        Ok(Self(found))
    }

    /// Whether a list was given.
    pub(crate) fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// The code a text is, when an address may be in it: a commune of today or of before, an arrondissement rather
    /// than Paris, Lyon or Marseille.
    pub(crate) fn find(&self, code: &str) -> Option<CommuneCode> {
        self.find_commune(code).filter(|code| !matches!(code.as_str(), "75056" | "69123" | "13055"))
    }

    /// The same of a commune itself, which Paris, Lyon and Marseille are too.
    pub(crate) fn find_commune(&self, code: &str) -> Option<CommuneCode> {
        let code: CommuneCode = code.parse().or_else(|_| code.to_ascii_uppercase().parse()).ok()?;
        (!self.is_known() || self.0.contains_key(&code)).then_some(code)
    }

    /// Former communes, their names, and the communes of today that they are part of.
    pub(crate) fn merged(&self) -> impl Iterator<Item = (CommuneCode, &str, CommuneCode)> {
        self.0.iter().filter_map(|(&code, entry)| match entry.merged_into {
            Some(today) => Some((code, entry.name.as_str(), today)),
            None => Some((code, entry.kept_from.as_deref()?, code)),
        })
    }

    /// Its official name.
    fn name(&self, code: CommuneCode) -> Option<&str> {
        self.0.get(&code).map(|entry| entry.name.as_str())
    }

    /// A commune by its official name, else as written, else by its code.
    pub(crate) fn named(&self, code: CommuneCode, written: &str) -> Commune {
        let name = self.name(code).unwrap_or(if written.is_empty() { code.as_str() } else { written }).to_owned();
        Commune { code, name }
    }

    /// The former commune a row names, when both its code and its name can be read.
    pub(crate) fn former(&self, code: &str, name: &str) -> Option<Commune> {
        let code: CommuneCode = code.trim().to_ascii_uppercase().parse().ok()?;
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        Some(Commune { code, name: name.or_else(|| self.name(code))?.to_owned() })
    }

    /// The former commune that a commune of today is written as: rows older than the merger, under the code it kept.
    fn written_as_former(&self, code: CommuneCode, written: &str) -> Option<Commune> {
        let former = self.0.get(&code)?.kept_from.as_deref()?;
        (normalize::key(former) == normalize::key(written)).then(|| Commune { code, name: former.to_owned() })
    }

    /// The commune of today and the former one that a row is of: it has `written` for a commune, which may have merged
    /// since, and may name the `former` one.
    pub(crate) fn settle(
        &self,
        commune: Commune,
        written: &str,
        former: Option<Commune>,
    ) -> (Commune, Option<Commune>) {
        let former = former.or_else(|| self.written_as_former(commune.code, written));
        match self.merged_into(commune.code) {
            Some(today) => (today, former.or(Some(commune))),
            None => (commune, former),
        }
    }

    /// The commune of today that a former one is part of.
    fn merged_into(&self, code: CommuneCode) -> Option<Commune> {
        let into = self.0.get(&code)?.merged_into?;
        Some(Commune { code: into, name: self.name(into)?.to_owned() })
    }
}

impl Entry {
    /// Puts another row of the same code into this one. A merged commune often keeps the code of one of its former
    /// ones: what exists today wins.
    fn meet(&mut self, other: Self) {
        match (self.merged_into, other.merged_into) {
            (Some(_), None) => *self = Self { kept_from: Some(std::mem::take(&mut self.name)), ..other },
            (None, Some(_)) => self.kept_from = Some(other.name),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_official_list_knows_communes_of_today_and_of_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v_commune.csv");
        let list = "TYPECOM,COM,REG,LIBELLE,COMPARENT\nCOM,69123,84,Lyon,\nARM,69383,84,Lyon 3e Arrondissement,69123\n\
                    COMD,69149,84,Oullins,69149\nCOM,69149,84,Oullins-Pierre-Bénite,\nCOMD,69152,84,Pierre-Bénite,69149\n";
        std::fs::write(&path, list).unwrap();
        let communes = Communes::read(&path).unwrap();
        let code = |text: &str| text.parse::<CommuneCode>().unwrap();
        assert_eq!(communes.find("69383"), Some(code("69383")));
        assert_eq!(communes.find("69123"), None);
        assert_eq!(communes.find("69999"), None);
        assert_eq!(communes.name(code("69149")), Some("Oullins-Pierre-Bénite"));
        assert_eq!(communes.merged_into(code("69149")), None);
        let former = |written: &str| communes.written_as_former(code("69149"), written).map(|former| former.name);
        assert_eq!(former("OULLINS").as_deref(), Some("Oullins"));
        assert_eq!(former("Oullins-Pierre-Bénite"), None);
        assert_eq!(communes.written_as_former(code("69123"), "Lyon"), None);
        let merged: Vec<_> = communes.merged().map(|(code, name, _)| (code.to_string(), name)).collect();
        assert_eq!(merged, [("69149".to_owned(), "Oullins"), ("69152".to_owned(), "Pierre-Bénite")]);
        assert_eq!(communes.merged_into(code("69152")).unwrap().name, "Oullins-Pierre-Bénite");
        assert_eq!(Communes::default().find("2a004"), Some(code("2A004")));
        assert_eq!(Communes::default().find("69999"), Some(code("69999")));
    }
}
