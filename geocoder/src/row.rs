//! One accepted row of an address file, whatever its format: what readers hand over and `collect` takes.
//! An address with several positions is several rows; a row without number is a street or a lieu-dit by itself.

use jiff::civil::Date;
use layers::Commune;

use crate::{address::Position, house_number::HouseNumber};

/// The 16 bytes of a UUID of the national base (`id_ban_*`).
pub(crate) type BanId = [u8; 16];

/// One accepted row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Commune, or arrondissement in Paris, Lyon and Marseille.
    pub commune: Commune,
    /// Former commune, when the row names one.
    pub former: Option<Commune>,
    /// Other names of the commune: `commune_nom_frp` and its likes, the post's (`libelle_acheminement`).
    pub commune_names: Vec<String>,
    /// Name of the street or toponym as written, trimmed; empty for a row that is the commune itself.
    pub street: String,
    /// Its other names, in the order of the columns: `voie_nom_frp` and its likes, BAN's aliases; never `street`
    /// itself.
    pub names: Vec<String>,
    /// Lieu-dit the address belongs to (`lieudit_complement_nom`, `nom_ld`), beside its street.
    pub complement: Option<String>,
    /// Other names of that lieu-dit: `lieudit_complement_nom_frp` and its likes.
    pub complement_names: Vec<String>,
    /// None for a toponym, or for a street listed without its numbers.
    pub number: Option<HouseNumber>,
    /// None only without number.
    pub position: Option<Position>,
    /// The street's identifier in the national base, lower case: `69383_3300`, `75113_1qx8as`.
    pub street_id: Option<String>,
    /// Whether the commune vouches for the address.
    pub certified: bool,
    /// Cadastral parcels, 14 characters each, upper case, in the order written.
    pub parcels: Vec<String>,
    /// `id_ban_adresse`; never on a toponym.
    pub ban_address: Option<BanId>,
    /// `id_ban_toponyme`.
    pub ban_street: Option<BanId>,
    /// `id_ban_commune`.
    pub ban_commune: Option<BanId>,
    /// Day of the last change (`date_der_maj`).
    pub updated: Option<Date>,
    /// Only the national base says it; a BAL has none.
    pub postcode: Option<u32>,
    /// Where it is: the offset, in the text of its file, of a byte of it.
    pub at: u64,
    /// The same for people: its line, the first being 1.
    pub line: u64,
}

impl Row {
    /// A row that lists a commune, and nothing in it.
    pub(crate) fn of_commune(commune: Commune) -> Self {
        Self {
            commune,
            former: None,
            commune_names: Vec::new(),
            street: String::new(),
            names: Vec::new(),
            complement: None,
            complement_names: Vec::new(),
            number: None,
            position: None,
            street_id: None,
            certified: false,
            parcels: Vec::new(),
            ban_address: None,
            ban_street: None,
            ban_commune: None,
            updated: None,
            postcode: None,
            at: 0, // readers say where it is
            line: 0,
        }
    }

    /// Whether it lists the commune, and nothing in it.
    pub(crate) fn is_commune(&self) -> bool {
        self.street.is_empty()
    }
}
