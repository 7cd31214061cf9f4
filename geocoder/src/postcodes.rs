//! Postcodes of the communes: a BAL has none, so they come from La Poste's official list.
//!
//! A CSV with at least the columns `code_commune_insee` and `code_postal`, one row per
//! (commune, postcode); the column `ligne_5`, when there, names the former commune a postcode serves.

use std::{collections::BTreeMap, path::Path};

use csv::StringRecord;
use layers::CommuneCode;

use crate::{
    Error, normalize,
    table::{self, Table},
};

/// Commune → its postcodes, with the former commune each serves.
#[derive(Debug, Default)]
pub(crate) struct Postcodes(BTreeMap<CommuneCode, Vec<(u32, String)>>);

impl Postcodes {
    /// Reads the list. Errors: unreadable, the two columns missing, or a row that is not a code and a postcode.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let refuse = |why: String| Error::Postcodes { path: path.to_owned(), why };
        let mut table = Table::read(path, table::open(path)?)?;
        // La Poste has written these headers in several ways over the years: `#Code_commune_INSEE`, `Ligne_5`.
        let at = |name: &str| {
            table.headers.iter().position(|header| header.trim_start_matches('#').eq_ignore_ascii_case(name))
        };
        let (Some(code_at), Some(postcode_at)) = (at("code_commune_insee"), at("code_postal")) else {
            return Err(refuse("it needs the columns code_commune_insee and code_postal".to_owned()));
        };
        let former_at = at("ligne_5");
        let mut found: BTreeMap<CommuneCode, Vec<(u32, String)>> = BTreeMap::new();
        let mut record = StringRecord::new();
        while table.next(&mut record)? {
            let line = table.line(&record);
            let text = |at: usize| record.get(at).unwrap_or_default().trim();
            let code = text(code_at).parse().map_err(|e| refuse(format!("line {line}: {e}")))?;
            let postcode = parse(text(postcode_at)).ok_or_else(|| refuse(format!("line {line}: not a postcode")))?;
            let former = former_at.map(|at| normalize::key(text(at))).unwrap_or_default();
            found.entry(code).or_default().push((postcode, former));
        }
        Ok(Self(found))
    }

    /// The postcode of a commune or arrondissement, or of one of its former communes (by name).
    /// None rather than a wrong one where there are several and nothing decides.
    pub(crate) fn of(&self, code: CommuneCode, former: Option<&str>) -> Option<u32> {
        let all = match self.0.get(&code) {
            Some(all) => all,
            None => return self.of_arrondissement(code),
        };
        let first = all.first()?.0;
        if all.iter().all(|&(postcode, _)| postcode == first) {
            return Some(first);
        }
        let former = normalize::key(former?);
        single(all.iter().filter(|(_, name)| *name == former).map(|&(postcode, _)| postcode))
    }

    /// Every postcode of a commune: what a typed postcode may mean.
    pub(crate) fn all(&self, code: CommuneCode) -> impl Iterator<Item = u32> {
        self.0.get(&code).into_iter().flatten().map(|&(postcode, _)| postcode)
    }

    /// Lists that give the parent's postcodes only: the arrondissement's number is their last two digits.
    fn of_arrondissement(&self, code: CommuneCode) -> Option<u32> {
        let number = code.as_str()[3..].parse::<u32>().ok()?;
        let number = if code.as_str().starts_with("6938") { number % 10 } else { number };
        single(self.all(code.parent()?).filter(|postcode| postcode % 100 == number))
    }
}

/// Five digits; the Ain's begin with 0.
pub(crate) fn parse(text: &str) -> Option<u32> {
    (text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The only distinct value, if there is exactly one.
fn single(values: impl Iterator<Item = u32>) -> Option<u32> {
    let mut values: Vec<_> = values.collect();
    values.dedup();
    (values.len() == 1).then(|| values[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Postcodes, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes_postaux.csv");
        std::fs::write(&path, text).unwrap();
        Postcodes::read(&path)
    }

    fn code(text: &str) -> CommuneCode {
        text.parse().unwrap()
    }

    #[test]
    fn a_commune_of_several_postcodes_gets_none_rather_than_a_wrong_one() {
        let list = read(
            "code_commune_insee;nom_de_la_commune;code_postal;ligne_5\n69029;BRON;69500;\n\
             69149;OULLINS PIERRE BENITE;69310;PIERRE BENITE\n69149;OULLINS PIERRE BENITE;69600;OULLINS\n",
        )
        .unwrap();
        assert_eq!(list.of(code("69029"), None), Some(69500));
        assert_eq!(list.of(code("69149"), None), None);
        assert_eq!(list.of(code("69149"), Some("Pierre-Bénite")), Some(69310));
        assert_eq!(list.of(code("69266"), None), None);
        assert_eq!(list.all(code("69149")).collect::<Vec<_>>(), [69310, 69600]);
    }

    #[test]
    fn an_arrondissement_decides_among_the_postcodes_of_its_city() {
        let list =
            read("code_commune_insee,code_postal\n69123,69001\n69123,69003\n13055,13001\n13055,13011\n").unwrap();
        assert_eq!(list.of(code("69383"), None), Some(69003));
        assert_eq!(list.of(code("69384"), None), None);
        assert_eq!(list.of(code("13211"), None), Some(13011));
    }

    #[test]
    fn a_table_that_is_something_else_is_refused() {
        assert!(matches!(read("insee;postcode\n69029;69500\n"), Err(Error::Postcodes { .. })));
        assert!(matches!(read("code_commune_insee;code_postal\n69029;6950\n"), Err(Error::Postcodes { .. })));
    }
}
