//! Who is asking, what they may see, and the record of it.
//!
//! Reading order: `principal` (who), `policy` (what they may see: `decide`), `directory` (the records
//! behind both), `gate` (how a request becomes a principal), `login` and `identity` (how a person signs
//! in), `session`, `audit`. `auth` holds what a server shares between requests.

mod attempt;
mod audit;
mod auth;
mod cookie;
mod database;
pub mod demo_provider;
pub mod directory;
mod error;
mod gate;
mod guard;
mod identity;
mod login;
mod origin;
mod page;
mod policy;
mod principal;
mod problem;
mod refusals;
mod return_path;
mod secret;
mod session;
mod text_enum;

pub use audit::{AuditEvent, AuditLine, Verified as VerifiedTrail, read_after as read_audit, verify as verify_audit};
pub use auth::{Auth, AuthOptions, today};
pub use database::Database;
pub use error::Error;
pub use gate::{Peer, protect};
pub use identity::{OidcOptions, SigningAlgorithm};
pub use login::{callback, login, logout, signed_out};
pub use policy::{Decision, Reason, adhesion_of, adhesion_sentence, decide, decide_for_nobody, may_search};
pub use principal::{Credential, Principal};
pub use return_path::ReturnPath;
pub use secret::Secret;
