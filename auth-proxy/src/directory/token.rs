//! ApiTokens: a machine's access for one organisation. The secret is shown once and kept as a digest;
//! it is 256 random bits, so one hash of it needs no salt and no slow function.

use std::{collections::BTreeSet, fmt, net::IpAddr, str::FromStr};

use jiff::civil::Date;
use sqlx::SqliteConnection;

use super::{OrganisationId, adhesion::read_date, organisation};
use crate::{
    Database, Error,
    audit::{self, AuditEvent},
    database::now,
    secret::{is_id, random_bytes, random_id, sha256},
    text_enum::text_enum,
};

text_enum! {
    /// What a token may be used for.
    Scope is "scope" {
        /// Catalogue, styles and tiles.
        Tiles = "tiles",
        /// Address search.
        Search = "search",
        /// Records of features.
        Features = "features",
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(pub BTreeSet<Scope>);

impl FromStr for Scopes {
    type Err = Error;

    /// Reads names separated by commas.
    fn from_str(text: &str) -> Result<Self, Error> {
        text.split(',').map(|name| name.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(","))
    }
}

/// A range of addresses in CIDR notation; a single address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether the range holds an address. An IPv4 address written as IPv6 (`::ffff:…`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                (net.to_bits() ^ ip.to_bits()).leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                (net.to_bits() ^ ip.to_bits()).leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Invalid {
            what: "address range",
            value: text.chars().take(50).collect(),
            expected: "an address, or a range such as 192.0.2.0/24".to_owned(),
        };
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| refuse())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| refuse())?;
        if prefix <= most { Ok(Self { address, prefix }) } else { Err(refuse()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// A machine's access for one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Public part, also its name in the audit trail.
    pub id: String,
    /// Whose rights it carries.
    pub organisation: OrganisationId,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Where it may be used from; none: anywhere.
    pub network: Option<Network>,
    /// Last day, included; none: until revoked.
    pub until: Option<Date>,
    /// Who made it.
    pub by: String,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Last day it was used.
    pub last_used: Option<Date>,
    secret_hash: [u8; 32],
}

impl ApiToken {
    /// Whether a text is this token's secret.
    pub(crate) fn accepts(&self, secret: &str) -> bool {
        // Digests are compared: how long the comparison takes says nothing about the secret.
        is_id(secret) && sha256(secret.as_bytes()) == self.secret_hash
    }
}

/// What a new token is to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose rights it carries.
    pub organisation: OrganisationId,
    /// What it may be used for; at least one.
    pub scopes: Scopes,
    /// Where it may be used from.
    pub network: Option<Network>,
    /// Last day, included.
    pub until: Option<Date>,
}

/// Makes a token and returns `id:secret`: the only time the secret exists in readable form.
///
/// # Errors
/// The organisation does not exist, or no scope is given.
pub async fn create(database: &Database, token: &NewToken, by: &str) -> Result<String, Error> {
    if token.scopes.0.is_empty() {
        return Err(Error::Invalid {
            what: "scope",
            value: String::new(),
            expected: "tiles, search, features".to_owned(),
        });
    }
    let id = random_bytes::<6>().iter().fold("tk".to_owned(), |id, byte| format!("{id}{byte:02x}"));
    let secret = random_id();
    let mut tx = database.begin().await?;
    organisation::require(&mut tx, &token.organisation).await?;
    sqlx::query(
        "INSERT INTO api_token (id, secret_hash, organisation, scopes, network, valid_until, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&id)
    .bind(sha256(secret.as_bytes()).as_slice())
    .bind(token.organisation.as_str())
    .bind(token.scopes.to_string())
    .bind(token.network.map(|network| network.to_string()))
    .bind(token.until.map(|day| day.to_string()))
    .bind(by)
    .bind(now())
    .execute(&mut *tx)
    .await?;
    let event = AuditEvent::act(by, "token.create", &format!("token {id}"));
    audit::append(
        &mut tx,
        &AuditEvent {
            organisation: Some(token.organisation.to_string()),
            reason: Some(token.scopes.to_string()),
            ..event
        },
    )
    .await?;
    tx.commit().await?;
    Ok(format!("{id}:{secret}"))
}

/// Every token, the revoked ones too, oldest first.
///
/// # Errors
/// The state cannot be read.
pub async fn list(database: &Database) -> Result<Vec<ApiToken>, Error> {
    read(&mut *database.0.acquire().await?).await
}

/// Ends a token for good. Revoking it twice is not an error.
///
/// # Errors
/// There is no such token.
pub async fn revoke(database: &Database, id: &str, by: &str) -> Result<(), Error> {
    let mut tx = database.begin().await?;
    let done = sqlx::query("UPDATE api_token SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?")
        .bind(now())
        .bind(id)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound { what: "token", id: id.chars().take(20).collect() });
    }
    audit::append(&mut tx, &AuditEvent::act(by, "token.revoke", &format!("token {id}"))).await?;
    Ok(tx.commit().await?)
}

/// Notes the last day a token was used.
pub(crate) async fn note_use(database: &Database, id: &str, day: Date) -> Result<(), Error> {
    sqlx::query("UPDATE api_token SET last_used = ? WHERE id = ?")
        .bind(day.to_string())
        .bind(id)
        .execute(&database.0)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organisation: String,
    scopes: String,
    network: Option<String>,
    valid_until: Option<String>,
    created_by: String,
    created_at: i64,
    revoked_at: Option<i64>,
    last_used: Option<String>,
    secret_hash: Vec<u8>,
}

pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Vec<ApiToken>, Error> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM api_token ORDER BY created_at, id").fetch_all(connection).await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: Row) -> Result<ApiToken, Error> {
    Ok(ApiToken {
        organisation: row.organisation.parse()?,
        scopes: row.scopes.parse()?,
        network: row.network.as_deref().map(str::parse).transpose()?,
        until: row.valid_until.as_deref().map(read_date).transpose()?,
        by: row.created_by,
        created: row.created_at,
        revoked: row.revoked_at.is_some(),
        last_used: row.last_used.as_deref().map(read_date).transpose()?,
        secret_hash: row.secret_hash.try_into().map_err(|_| Error::Invalid {
            what: "digest of a token",
            value: row.id.clone(),
            expected: "32 bytes".to_owned(),
        })?,
        id: row.id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        OrganisationKind, save_organisation,
        tests::{database, organisation},
    };

    #[test]
    fn a_network_holds_its_addresses_and_no_other() {
        let holds =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(holds("192.0.2.0/24", "192.0.2.255"));
        assert!(!holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::"));
        assert!(holds("192.0.2.0/24", "::ffff:192.0.2.9"), "a socket on [::] shows IPv4 peers in this form");
        for bad in ["", "192.0.2.0/33", "192.0.2/24", "192.0.2.0/-1", "192.0.2.0/", "::/129", "bron"] {
            assert!(bad.parse::<Network>().is_err(), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn i12_the_state_holds_no_secret() {
        let (folder, db) = database().await;
        save_organisation(&db, &organisation("69029", OrganisationKind::Commune, &["69029"], &[]), "t").await.unwrap();
        let new = NewToken {
            organisation: "69029".parse().unwrap(),
            scopes: "tiles,search".parse().unwrap(),
            network: None,
            until: None,
        };
        let shown = create(&db, &new, "t").await.unwrap();
        let (id, secret) = shown.split_once(':').unwrap();
        let token = list(&db).await.unwrap().pop().unwrap();
        assert!(token.id == id && token.accepts(secret));
        assert!(!token.accepts(&secret.to_uppercase()) && !token.accepts("") && !token.accepts(id));
        db.close().await;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }

    #[tokio::test]
    async fn a_token_needs_a_scope_and_an_organisation() {
        let (_folder, db) = database().await;
        let new =
            NewToken { organisation: "69029".parse().unwrap(), scopes: Scopes::default(), network: None, until: None };
        assert!(matches!(create(&db, &new, "t").await, Err(Error::Invalid { .. })));
        let new = NewToken { scopes: "tiles".parse().unwrap(), ..new };
        assert!(matches!(create(&db, &new, "t").await, Err(Error::NotFound { .. })));
        assert!("tiles,admin".parse::<Scopes>().is_err());
    }
}
