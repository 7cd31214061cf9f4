//! Where the columns of a BAL are, which version of the format they make, and what that refuses. Settled once a file: a
//! row is then read by position.

use csv::StringRecord;

use crate::{
    Error,
    bal_fields::{self as fields, Faults},
    reason::{Notice, Reason},
    table::Table,
};

/// Which rules apply, from the columns there are: 1.1 and 1.2 are read by the rules of 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Profile {
    V13,
    V14,
    V15,
}

/// Where the columns are in this file; `street` is `voie_nom`, until 1.4.
pub(crate) struct Columns {
    pub profile: Profile,
    pub number: usize,
    pub key: Option<usize>,
    pub uid: Option<usize>,
    pub ban_commune: Option<usize>,
    pub ban_street: Option<usize>,
    pub ban_address: Option<usize>,
    pub street: Option<usize>,
    pub toponym: Option<usize>,
    pub complement: Option<usize>,
    pub suffix: Option<usize>,
    pub commune: Option<usize>,
    pub commune_name: Option<usize>,
    pub former_code: Option<usize>,
    pub former_name: Option<usize>,
    pub position: Option<usize>,
    pub x: Option<usize>,
    pub y: Option<usize>,
    pub lon: Option<usize>,
    pub lat: Option<usize>,
    pub parcels: Option<usize>,
    pub updated: Option<usize>,
    pub certified: Option<usize>,
    /// `voie_nom_frp`, `toponyme_bre`…
    pub street_names: Vec<usize>,
    /// `lieudit_complement_nom_frp`…
    pub complement_names: Vec<usize>,
    /// `commune_nom_frp`…
    pub commune_names: Vec<usize>,
}

/// A record and the columns to read it by. A column that is absent reads as empty.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'r> {
    pub columns: &'r Columns,
    pub record: &'r StringRecord,
}

/// The columns of identifiers in the national base: of the commune, the street, the address.
const IDS: [&str; 3] = ["id_ban_commune", "id_ban_toponyme", "id_ban_adresse"];

impl Profile {
    /// 1.4 brought identifiers, 1.5 `toponyme`.
    fn of(table: &Table) -> Self {
        match (IDS.iter().all(|name| table.column(name).is_some()), table.column("toponyme")) {
            (true, Some(_)) => Self::V15,
            (true, None) => Self::V14,
            (false, _) => Self::V13,
        }
    }

    /// Whether a fault costs the row. A column that is not of the version costs nothing.
    pub(crate) fn refuses(self, fault: Reason) -> bool {
        use Reason as R;
        match fault {
            R::KeyEmpty | R::KeyCase | R::KeyShape | R::KeyCommune | R::KeyNumber | R::KeyNumberWidth => {
                self <= Self::V14
            }
            R::StreetShort | R::StreetLong | R::StreetDamaged => self <= Self::V14,
            R::ToponymShort | R::ToponymLong | R::ToponymDamaged => self == Self::V15,
            R::IdCommune | R::IdStreet | R::IdAddress | R::IdsIncomplete => self >= Self::V14,
            _ => true,
        }
    }
}

impl Columns {
    /// Errors: a column is missing without which no row has a number, a name or a commune.
    pub(crate) fn find(table: &Table) -> Result<Self, Error> {
        let at = |name: &str| table.column(name);
        let in_languages = |names: &[&str]| -> Vec<usize> {
            (0..table.headers.len()).filter(|&at| is_in_a_language(&table.headers[at], names)).collect()
        };
        let (street, toponym) = (at("voie_nom"), at("toponyme"));
        let (commune, key) = (at("commune_insee"), at("cle_interop"));
        let number = required(table, commune.or(key), street.or(toponym))?;
        Ok(Self {
            profile: Profile::of(table),
            number,
            key,
            uid: at("uid_adresse"),
            ban_commune: at(IDS[0]),
            ban_street: at(IDS[1]),
            ban_address: at(IDS[2]),
            street,
            toponym,
            complement: at("lieudit_complement_nom"),
            suffix: at("suffixe"),
            commune,
            commune_name: at("commune_nom"),
            former_code: at("commune_deleguee_insee"),
            former_name: at("commune_deleguee_nom"),
            position: at("position"),
            x: at("x"),
            y: at("y"),
            lon: at("long"),
            lat: at("lat"),
            parcels: at("cad_parcelles"),
            updated: at("date_der_maj"),
            certified: at("certification_commune"),
            street_names: in_languages(&["voie_nom", "toponyme"]),
            complement_names: in_languages(&["lieudit_complement_nom"]),
            commune_names: in_languages(&["commune_nom"]),
        })
    }

    /// What the missing columns mean for the file.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        let without = |column: Option<usize>, notice: Notice| column.is_none().then_some(notice);
        [
            without(self.key, Notice::NoKey).filter(|_| self.profile <= Profile::V14),
            without(self.commune, Notice::NoCommune),
            without(self.street, Notice::NoStreet).filter(|_| self.profile <= Profile::V14),
            without(self.lon, Notice::NoLon),
            without(self.lat, Notice::NoLat),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The column of numbers, when the others that no row can do without are there too.
fn required(table: &Table, commune: Option<usize>, street: Option<usize>) -> Result<usize, Error> {
    let number = table.column("numero");
    let missing: Vec<&str> =
        [(commune, "commune_insee (or cle_interop)"), (street, "voie_nom (or toponyme)"), (number, "numero")]
            .into_iter()
            .filter_map(|(column, name)| column.is_none().then_some(name))
            .collect();
    number.filter(|_| missing.is_empty()).ok_or_else(|| table.missing(&missing.join(", ")))
}

/// One of these columns, followed by a language: `voie_nom_frp`, `toponyme_bre`…
fn is_in_a_language(header: &str, names: &[&str]) -> bool {
    let language = |name: &&str| header.strip_prefix(*name)?.strip_prefix('_');
    names.iter().filter_map(language).any(|language| !language.is_empty())
}

impl<'r> Cells<'r> {
    /// The text of a column, as written.
    pub(crate) fn text(self, column: Option<usize>) -> &'r str {
        column.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// The names in other languages that some columns hold, usable ones only, none of them `official` again.
    pub(crate) fn other_names(self, columns: &[usize], official: &str) -> Vec<String> {
        let read = |&at: &usize| fields::name(self.text(Some(at)), &fields::STREET, &mut Faults::new());
        let mut names: Vec<String> = Vec::new();
        for name in columns.iter().filter_map(read) {
            if name != official && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}
