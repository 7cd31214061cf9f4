//! Accounts: one per person and identity provider, made at the first login. Rights come from the
//! account's organisation and roles as they stand here, never from an e-mail address.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::Serialize;
use sqlx::SqliteConnection;

use super::{OrganisationId, organisation};
use crate::{
    Database, Error,
    audit::{self, AuditEvent},
    database::now,
    text_enum::text_enum,
};

/// Number of an account. It says nothing about the person: this is what the audit trail keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountId(pub i64);

text_enum! {
    /// What a person may do beside reading maps.
    Role is "role" {
        /// Reads what the organisation may see.
        Agent = "agent",
        /// The organisation's contact: its accounts and tokens.
        Referent = "referent",
        /// Runs the service for the Métropole.
        Admin = "admin",
    }
}

text_enum! {
    /// Whether an account may be used.
    AccountStatus is "status of an account" {
        /// It may.
        Active = "active",
        /// Its sessions are over and a login is refused.
        Disabled = "disabled",
    }
}

/// A set of roles, in the order of [`Role`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Roles(pub BTreeSet<Role>);

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}

impl FromStr for Roles {
    type Err = Error;

    /// Reads names separated by commas.
    fn from_str(text: &str) -> Result<Self, Error> {
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(","))
    }
}

/// A person as one identity provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Number.
    pub id: AccountId,
    /// Identity provider that vouches for `subject`.
    pub issuer: String,
    /// The provider's identifier of the person; means nothing under another issuer.
    pub subject: String,
    /// For display only.
    pub name: String,
    /// Organisation of the last login; none when its SIRET is not in the directory.
    pub organisation: Option<OrganisationId>,
    /// Roles in that organisation.
    pub roles: Roles,
    /// Whether it may be used.
    pub status: AccountStatus,
    /// Last login in seconds since 1970; none before the first.
    pub last_login: Option<i64>,
}

/// An account prepared before its first login.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Identity provider.
    pub issuer: String,
    /// The provider's identifier of the person.
    pub subject: String,
    /// For display only.
    pub name: String,
    /// Organisation, until the first login says it again.
    pub organisation: OrganisationId,
    /// Roles in that organisation.
    pub roles: Roles,
}

/// What a verified login says of a person.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) name: String,
    /// Fourteen digits, or none.
    pub(crate) siret: Option<String>,
}

/// Every account, by number.
///
/// # Errors
/// The state cannot be read.
pub async fn list(database: &Database) -> Result<Vec<Account>, Error> {
    read(&mut *database.0.acquire().await?).await
}

/// Prepares an account before its first login, so that it starts with its roles; an account that
/// exists keeps its number and gets these values.
///
/// # Errors
/// The organisation does not exist.
pub async fn save(database: &Database, account: &NewAccount, by: &str) -> Result<AccountId, Error> {
    let mut tx = database.begin().await?;
    organisation::require(&mut tx, &account.organisation).await?;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO account (issuer, subject, name, organisation, roles, created) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name, organisation = excluded.organisation, roles = excluded.roles
         RETURNING id",
    )
    .bind(&account.issuer)
    .bind(&account.subject)
    .bind(&account.name)
    .bind(account.organisation.as_str())
    .bind(account.roles.to_string())
    .bind(now())
    .fetch_one(&mut *tx)
    .await?;
    audit::append(&mut tx, &AuditEvent::act(by, "account.save", &format!("account {id}"))).await?;
    tx.commit().await?;
    Ok(AccountId(id))
}

/// Replaces an account's roles.
///
/// # Errors
/// There is no such account.
pub async fn set_roles(database: &Database, id: AccountId, roles: &Roles, by: &str) -> Result<(), Error> {
    let mut tx = database.begin().await?;
    let done = sqlx::query("UPDATE account SET roles = ? WHERE id = ?")
        .bind(roles.to_string())
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    require_one(done.rows_affected(), id)?;
    let event = AuditEvent::act(by, "account.roles", &format!("account {}", id.0));
    audit::append(&mut tx, &AuditEvent { reason: Some(roles.to_string()), ..event }).await?;
    Ok(tx.commit().await?)
}

/// Disables an account, which ends its sessions for good, or enables it again.
///
/// # Errors
/// There is no such account.
pub async fn set_status(database: &Database, id: AccountId, status: AccountStatus, by: &str) -> Result<(), Error> {
    let mut tx = database.begin().await?;
    let done = sqlx::query("UPDATE account SET status = ? WHERE id = ?")
        .bind(status.as_str())
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    require_one(done.rows_affected(), id)?;
    if status == AccountStatus::Disabled {
        sqlx::query("DELETE FROM session WHERE account = ?").bind(id.0).execute(&mut *tx).await?;
    }
    let event = AuditEvent::act(by, "account.status", &format!("account {}", id.0));
    audit::append(&mut tx, &AuditEvent { reason: Some(status.as_str().to_owned()), ..event }).await?;
    Ok(tx.commit().await?)
}

fn require_one(rows: u64, id: AccountId) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::NotFound { what: "account", id: id.0.to_string() }) }
}

/// Finds or makes the account of a verified login and recomputes its organisation.
/// Roles belong to an organisation: an account that moves to another one is an agent there.
pub(crate) async fn sign_in(connection: &mut SqliteConnection, who: &Identity) -> Result<Account, Error> {
    let organisation: Option<String> =
        sqlx::query_scalar("SELECT organisation FROM organisation_siret WHERE siret = ?")
            .bind(who.siret.as_deref().unwrap_or_default())
            .fetch_optional(&mut *connection)
            .await?;
    let row: Row = sqlx::query_as(
        "INSERT INTO account (issuer, subject, name, organisation, created, last_login) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name, last_login = excluded.last_login,
             roles = CASE WHEN organisation IS excluded.organisation THEN roles ELSE 'agent' END, organisation = excluded.organisation
         RETURNING id, issuer, subject, name, organisation, roles, status, last_login",
    )
    .bind(&who.issuer)
    .bind(&who.subject)
    .bind(&who.name)
    .bind(organisation)
    .bind(now())
    .fetch_one(connection)
    .await?;
    from_row(row)
}

type Row = (i64, String, String, String, Option<String>, String, String, Option<i64>);

pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Vec<Account>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, issuer, subject, name, organisation, roles, status, last_login FROM account ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row((id, issuer, subject, name, organisation, roles, status, last_login): Row) -> Result<Account, Error> {
    Ok(Account {
        id: AccountId(id),
        issuer,
        subject,
        name,
        organisation: organisation.as_deref().map(str::parse).transpose()?,
        roles: roles.parse()?,
        status: status.parse()?,
        last_login,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        OrganisationKind, save_organisation,
        tests::{database, organisation},
    };

    const BRON: &str = "21690029000013";
    const VILLEURBANNE: &str = "21690266800013";

    async fn sign(db: &Database, issuer: &str, siret: Option<&str>) -> Account {
        let who = Identity {
            issuer: issuer.into(),
            subject: "s-1".into(),
            name: "Camille".into(),
            siret: siret.map(str::to_owned),
        };
        let mut tx = db.begin().await.unwrap();
        let account = sign_in(&mut tx, &who).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    async fn two_communes() -> (tempfile::TempDir, Database) {
        let (folder, db) = database().await;
        save_organisation(&db, &organisation("69029", OrganisationKind::Commune, &["69029"], &[BRON]), "t")
            .await
            .unwrap();
        save_organisation(&db, &organisation("69266", OrganisationKind::Commune, &["69266"], &[VILLEURBANNE]), "t")
            .await
            .unwrap();
        (folder, db)
    }

    #[tokio::test]
    async fn the_same_subject_under_two_issuers_is_two_accounts() {
        let (_folder, db) = two_communes().await;
        let a = sign(&db, "https://a.example", Some(BRON)).await;
        let b = sign(&db, "https://b.example", Some(BRON)).await;
        assert_ne!(a.id, b.id);
        assert_eq!(a.id, sign(&db, "https://a.example", Some(BRON)).await.id);
    }

    #[tokio::test]
    async fn e26_an_unknown_siret_signs_in_without_an_organisation() {
        let (_folder, db) = two_communes().await;
        assert_eq!(sign(&db, "i", Some("99999999999999")).await.organisation, None);
        assert_eq!(sign(&db, "i", None).await.organisation, None);
    }

    #[tokio::test]
    async fn roles_stay_behind_when_a_person_changes_organisation() {
        let (_folder, db) = two_communes().await;
        let account = sign(&db, "i", Some(BRON)).await;
        set_roles(&db, account.id, &"agent,referent".parse().unwrap(), "t").await.unwrap();
        assert_eq!(sign(&db, "i", Some(BRON)).await.roles.to_string(), "agent,referent");
        let moved = sign(&db, "i", Some(VILLEURBANNE)).await;
        assert_eq!((moved.organisation.unwrap().as_str(), moved.roles.to_string().as_str()), ("69266", "agent"));
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_cannot_be_changed() {
        let (_folder, db) = database().await;
        let nobody = AccountId(7);
        assert!(matches!(set_status(&db, nobody, AccountStatus::Disabled, "t").await, Err(Error::NotFound { .. })));
        assert!(matches!(set_roles(&db, nobody, &Roles::default(), "t").await, Err(Error::NotFound { .. })));
    }
}
