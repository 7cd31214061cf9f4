//! `[geocoder]`: the address index, what it is made of and who may search it.

use std::path::PathBuf;

use jiff::SignedDuration;
use layers::Access;
use serde::Deserialize;

use super::AddressSource;

/// `[geocoder]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Geocoder {
    /// Folder of the index.
    pub index: PathBuf,
    /// Files of addresses, BAL or BAN; the name of a file may hold one `*`. Or https URLs that publish one.
    pub addresses: Vec<AddressSource>,
    /// How often a running server asks those URLs again.
    pub refresh: SignedDuration,
    /// CSV of postcodes by commune: `code_commune_insee;nom_de_la_commune;code_postal`.
    pub postcodes: Option<PathBuf>,
    /// INSEE's list of communes, CSV: `TYPECOM,COM,…,LIBELLE,…,COMPARENT`. Codes of communes are not checked without
    /// it.
    pub communes: Option<PathBuf>,
    /// Who may search: `agents` (with an active adhesion, or a token with the scope `search`) or `open`.
    pub access: Access,
    /// Origins whose pages may read the answers of an open geocoder; `*` for any.
    pub cors: Vec<String>,
}

impl Default for Geocoder {
    fn default() -> Self {
        Self {
            index: "var/geocoder".into(),
            addresses: Vec::new(),
            refresh: SignedDuration::from_hours(24),
            postcodes: None,
            communes: None,
            access: Access::Agents,
            cors: Vec::new(),
        }
    }
}

impl Geocoder {
    /// Where what is published at URLs is kept.
    pub fn downloads(&self) -> PathBuf {
        self.index.join("downloads")
    }

    /// What does not hold together, each with what to write instead.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !matches!(self.access, Access::Agents | Access::Open) {
            problems
                .push("geocoder: access must be \"agents\" or \"open\": an address has no audience of its own".into());
        }
        if self.refresh < SignedDuration::from_mins(1) {
            problems.push("geocoder: refresh must be a minute or longer: others publish what is asked for".into());
        }
        if !self.cors.is_empty() && self.access != Access::Open {
            problems.push("geocoder: cors needs access = \"open\": pages of other sites bring no login".into());
        }
        for origin in &self.cors {
            if let Some(flaw) = crate::http::cors::flaw(origin) {
                problems.push(format!("geocoder: cors: `{origin}`: {flaw}"));
            }
        }
        problems
    }
}
