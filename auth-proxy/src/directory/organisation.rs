//! Organisations: a commune, the Métropole, a contractor; their establishments and their territory.

use std::{collections::BTreeSet, fmt, str::FromStr};

use layers::CommuneCode;
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::{
    Database, Error,
    audit::{self, AuditEvent},
    text_enum::text_enum,
};

/// Identifier of an organisation: its INSEE code for a commune, a short name otherwise (`metropole`).
/// 1 to 40 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct OrganisationId(String);

text_enum! {
    /// What an organisation is to the Métropole.
    OrganisationKind is "kind of organisation" {
        /// A commune, or a public body that acts for one.
        Commune = "commune",
        /// The Métropole itself: it publishes the layers, and needs no adhesion to read them.
        Metropole = "metropole",
        /// A company working for some of the communes, for the time of its adhesion.
        Contractor = "contractor",
    }
}

/// A legal person whose agents may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Identifier.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// What agents read.
    pub name: String,
    /// Establishments whose agents belong here, fourteen digits each. Listed, never guessed:
    /// a SIRET does not contain the INSEE code of its commune.
    pub sirets: BTreeSet<String>,
    /// Its territory: the communes whose features it sees of a `commune` layer. Empty opens nothing.
    pub communes: BTreeSet<CommuneCode>,
}

impl OrganisationId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganisationId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let alphabet = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if (1..=40).contains(&text.len()) && alphabet {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::Invalid {
            what: "organisation",
            value: text.chars().take(40).collect(),
            expected: "an INSEE code or a short name (a-z, 0-9 and -)".to_owned(),
        })
    }
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether a text is exactly fourteen digits. No repair: a claim that is nearly a SIRET is not one.
pub fn is_siret(text: &str) -> bool {
    text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Every organisation, by identifier.
///
/// # Errors
/// The state cannot be read.
pub async fn list(database: &Database) -> Result<Vec<Organisation>, Error> {
    read(&mut *database.0.acquire().await?).await
}

/// Writes an organisation, replacing what was known under its identifier.
///
/// # Errors
/// A SIRET is not fourteen digits or belongs to another organisation; nothing is changed then.
pub async fn save(database: &Database, organisation: &Organisation, by: &str) -> Result<(), Error> {
    let mut tx = database.begin().await?;
    let id = organisation.id.as_str();
    sqlx::query("INSERT INTO organisation VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name")
        .bind(id)
        .bind(organisation.kind.as_str())
        .bind(&organisation.name)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM organisation_siret WHERE organisation = ?").bind(id).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM organisation_commune WHERE organisation = ?").bind(id).execute(&mut *tx).await?;
    for siret in &organisation.sirets {
        add_siret(&mut tx, id, siret).await?;
    }
    for commune in &organisation.communes {
        sqlx::query("INSERT INTO organisation_commune VALUES (?, ?)")
            .bind(id)
            .bind(commune.as_str())
            .execute(&mut *tx)
            .await?;
    }
    audit::append(&mut tx, &AuditEvent::act(by, "organisation.save", id)).await?;
    Ok(tx.commit().await?)
}

async fn add_siret(connection: &mut SqliteConnection, organisation: &str, siret: &str) -> Result<(), Error> {
    if !is_siret(siret) {
        return Err(Error::Invalid {
            what: "SIRET",
            value: siret.chars().take(20).collect(),
            expected: "fourteen digits".to_owned(),
        });
    }
    let owner: Option<String> = sqlx::query_scalar("SELECT organisation FROM organisation_siret WHERE siret = ?")
        .bind(siret)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(owner) = owner {
        return Err(Error::SiretTaken { siret: siret.to_owned(), organisation: owner });
    }
    sqlx::query("INSERT INTO organisation_siret VALUES (?, ?)")
        .bind(siret)
        .bind(organisation)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Vec<Organisation>, Error> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT id, kind, name FROM organisation ORDER BY id").fetch_all(&mut *connection).await?;
    let sirets: Vec<(String, String)> =
        sqlx::query_as("SELECT organisation, siret FROM organisation_siret").fetch_all(&mut *connection).await?;
    let communes: Vec<(String, String)> =
        sqlx::query_as("SELECT organisation, commune FROM organisation_commune").fetch_all(&mut *connection).await?;
    rows.into_iter()
        .map(|(id, kind, name)| {
            Ok(Organisation {
                sirets: sirets.iter().filter(|(of, _)| *of == id).map(|(_, siret)| siret.clone()).collect(),
                communes: communes
                    .iter()
                    .filter(|(of, _)| *of == id)
                    .map(|(_, code)| read_commune(code))
                    .collect::<Result<_, _>>()?,
                id: id.parse()?,
                kind: kind.parse()?,
                name,
            })
        })
        .collect()
}

fn read_commune(code: &str) -> Result<CommuneCode, Error> {
    code.parse().map_err(|_| Error::Invalid {
        what: "commune",
        value: code.to_owned(),
        expected: "an INSEE code".to_owned(),
    })
}

/// The identifier when the organisation exists.
pub(super) async fn require(connection: &mut SqliteConnection, id: &OrganisationId) -> Result<(), Error> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM organisation WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    found.map(drop).ok_or_else(|| Error::NotFound { what: "organisation", id: id.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::tests::{database, organisation};

    #[tokio::test]
    async fn an_organisation_comes_back_as_it_was_saved() {
        let (_folder, db) = database().await;
        let bron = organisation("69029", OrganisationKind::Commune, &["69029"], &["21690029000013"]);
        save(&db, &bron, "test").await.unwrap();
        let renamed = Organisation { name: "Ville de Bron".into(), sirets: BTreeSet::new(), ..bron.clone() };
        assert_eq!(list(&db).await.unwrap(), [bron]);
        save(&db, &renamed, "test").await.unwrap();
        assert_eq!(list(&db).await.unwrap(), [renamed]);
    }

    #[tokio::test]
    async fn a_siret_belongs_to_one_organisation_and_a_refused_save_changes_nothing() {
        let (_folder, db) = database().await;
        let bron = organisation("69029", OrganisationKind::Commune, &["69029"], &["21690029000013"]);
        save(&db, &bron, "test").await.unwrap();
        let thief = organisation("69266", OrganisationKind::Commune, &["69266"], &["21690029000013"]);
        assert!(matches!(save(&db, &thief, "test").await, Err(Error::SiretTaken { .. })));
        assert_eq!(list(&db).await.unwrap(), [bron]);
    }

    #[test]
    fn a_siret_is_fourteen_digits_and_nothing_else() {
        assert!(is_siret("21690029000013"));
        for bad in ["", "2169002900001", "216900290000131", "216 900 290 00013", "2169002900001a", "２1690029000013"] {
            assert!(!is_siret(bad), "{bad:?}");
        }
    }
}
