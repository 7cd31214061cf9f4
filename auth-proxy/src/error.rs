//! What can go wrong while opening the directory or changing it. A refusal to an agent is not an
//! error: it is a `Decision` or a page.

use std::{net::SocketAddr, path::PathBuf};

/// An operator's problem: each message names what to look at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The state file cannot be created or opened.
    #[error("cannot open the state {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A statement failed: disk full, file damaged, lock held too long.
    #[error("the state could not be read or written: {0}")]
    Database(#[from] sqlx::Error),
    /// The state was written by a newer version, or a migration failed.
    #[error("the state could not be brought to this version: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A word, a number or an identifier that is not what was asked for.
    #[error("{what}: « {value} » is not valid; expected {expected}")]
    Invalid {
        /// What the value was meant to be.
        what: &'static str,
        /// The value, shortened.
        value: String,
        /// What would have been accepted.
        expected: String,
    },
    /// Something named that is not in the directory.
    #[error("there is no {what} « {id} »")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Its identifier.
        id: String,
    },
    /// A SIRET that already belongs to another organisation.
    #[error("SIRET {siret} already belongs to organisation « {organisation} »")]
    SiretTaken {
        /// The fourteen digits.
        siret: String,
        /// Who has it.
        organisation: String,
    },
    /// Sessions would travel in the clear.
    #[error("public_url {0} must be https: http is accepted on 127.0.0.1, [::1] and localhost only")]
    InsecurePublicUrl(String),
    /// The identity provider would be asked in the clear.
    #[error("issuer {0} must be https: http is accepted on 127.0.0.1, [::1] and localhost only")]
    InsecureIssuer(String),
    /// A URL that cannot be read.
    #[error("{what}: « {value} » is not a URL of the form https://host[:port]")]
    InvalidUrl {
        /// Which setting.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// The HTTP client could not be made; usually no certificate authority is installed.
    #[error("the client for the identity provider could not be made (are ca-certificates installed?): {0}")]
    HttpClient(reqwest::Error),
    /// The demonstration provider signs anybody in: it answers on the loopback interface only.
    #[error("the demonstration identity provider refuses to listen on {0}: only a loopback address is accepted")]
    NotLoopback(SocketAddr),
    /// A listener failed.
    #[error("the demonstration identity provider stopped: {0}")]
    Listener(std::io::Error),
    /// The audit trail does not hold together from this line on.
    #[error("the audit trail is broken at line {seq}: {problem}")]
    AuditBroken {
        /// Sequence number of the first bad line.
        seq: i64,
        /// What is wrong with it.
        problem: &'static str,
    },
}
