//! `Auth`: what a server shares between its requests. Built once from [`AuthOptions`]; every request
//! reads its copies of the directory and of the sessions, and nothing on that path touches the state.

mod credentials;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex as StdMutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

pub(crate) use credentials::SignedIn;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tokio::sync::Mutex;

use crate::{
    Database, Error,
    audit::{AuditEvent, Trail},
    cookie::CookieJar,
    directory::{self, Adhesions, Directory, Network},
    identity::{Oidc, OidcOptions},
    origin::checked_origin,
    policy::Reason,
    principal::Principal,
    refusals::Refusals,
    secret::SigningKey,
    session::Sessions,
};

/// How often activity is written and old sessions are removed.
const FLUSH_EVERY: Duration = Duration::from_secs(60);

/// What the configuration says of identity and sessions.
#[derive(Debug, Clone)]
pub struct AuthOptions {
    /// The state file.
    pub database: PathBuf,
    /// Where agents reach the service, without a path: `https://cartes.example.fr`.
    pub public_url: String,
    /// The identity provider; none: nobody can sign in, tokens still work.
    pub identity: Option<OidcOptions>,
    /// A session ends after this time without a request.
    pub idle: Duration,
    /// A session ends after this time anyway.
    pub max_age: Duration,
    /// Whom an agent who is refused should ask, as text.
    pub contact: String,
    /// Path of a stylesheet for the few pages served here (`/assets/…`).
    pub stylesheet: Option<String>,
    /// Reverse proxies whose `X-Forwarded-For` is believed. Empty: the address of the socket counts.
    pub trusted_proxies: Vec<Network>,
    /// Under `traboule demo`: `login_hint` is passed on, and signs a role in.
    pub demo: bool,
}

/// What a server shares between its requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Auth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: AuthOptions,
    origin: String,
    database: Database,
    directory: RwLock<Arc<Directory>>,
    sessions: Sessions,
    identity: Option<Oidc>,
    key: SigningKey,
    trail: Trail,
    refusals: Refusals,
    /// The last day each token was used, and whether the state knows.
    used_tokens: StdMutex<HashMap<String, (Date, bool)>>,
    /// Held by whoever changes the copies in memory, so that a login and a refresh do not cross.
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    counter: i64,
    flushed: Instant,
}

impl Auth {
    /// Opens the state and reads the directory and the sessions. The identity provider is not asked:
    /// a provider that is down stops logins, not the service.
    ///
    /// # Errors
    /// The state cannot be opened, or a URL would carry sessions in the clear.
    pub async fn open(options: AuthOptions) -> Result<Self, Error> {
        let origin = checked_origin(&options.public_url)?;
        let identity = options.identity.clone().map(|oidc| Oidc::new(oidc, &origin)).transpose()?;
        let database = Database::open(&options.database).await?;
        let counter = database.change_counter().await?;
        let directory = Directory::read(&database).await?;
        let sessions = Sessions::open(&database, options.idle, options.max_age).await?;
        Ok(Self(Arc::new(Inner {
            origin,
            directory: RwLock::new(Arc::new(directory)),
            sessions,
            identity,
            key: SigningKey::random(),
            trail: Trail::start(database.clone()),
            refusals: Refusals::default(),
            used_tokens: StdMutex::default(),
            seen: Mutex::new(Seen { counter, flushed: Instant::now() }),
            database,
            options,
        })))
    }

    /// Reads again what another process changed; to be called every second. Returns whether something had.
    /// Once a minute it also writes the activity of sessions and tokens.
    ///
    /// # Errors
    /// The state cannot be read; what is in memory stays in force.
    pub async fn refresh(&self) -> Result<bool, Error> {
        let mut seen = self.0.seen.lock().await;
        let changed = self.reload(&mut seen).await?;
        if seen.flushed.elapsed() >= FLUSH_EVERY {
            seen.flushed = Instant::now();
            self.0.refusals.sweep().into_iter().for_each(|event| self.0.trail.record(event));
            self.flush().await?;
        }
        Ok(changed)
    }

    /// Writes what is still in memory only. Call it once, after the last request.
    ///
    /// # Errors
    /// The state cannot be written.
    pub async fn close(&self) -> Result<(), Error> {
        self.0.refusals.drain().into_iter().for_each(|event| self.0.trail.record(event));
        self.0.trail.flush().await;
        let flushed = self.flush().await;
        self.0.database.close().await;
        flushed
    }

    async fn flush(&self) -> Result<(), Error> {
        let used: Vec<(String, Date)> = {
            let mut used = self.0.used_tokens.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = used.iter_mut().filter(|(_, (_, known))| !known);
            fresh
                .map(|(id, (day, known))| {
                    *known = true;
                    (id.clone(), *day)
                })
                .collect()
        };
        for (id, day) in &used {
            directory::note_use(&self.0.database, id, *day).await?;
        }
        self.0.sessions.flush(&self.0.database).await
    }

    /// Replaces the copies in memory when the state moved.
    async fn reload(&self, seen: &mut Seen) -> Result<bool, Error> {
        // The counter is read first: a change that comes between is read twice, never missed.
        let counter = self.0.database.change_counter().await?;
        if counter == seen.counter {
            return Ok(false);
        }
        let directory = Arc::new(Directory::read(&self.0.database).await?);
        self.0.sessions.reconcile(&self.0.database).await?;
        *self.0.directory.write().unwrap_or_else(PoisonError::into_inner) = directory;
        seen.counter = counter;
        Ok(true)
    }

    /// The directory as it stands.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.0.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The adhesions as they stand, for [`crate::decide`].
    pub fn adhesions(&self) -> Arc<Adhesions> {
        Arc::clone(&self.directory().adhesions)
    }

    /// The state, for the functions of [`crate::directory`].
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// Whom an agent who is refused should ask.
    pub fn contact(&self) -> &str {
        &self.0.options.contact
    }

    /// Scheme, host and port of the service, without a slash.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Scheme, host and port of the identity provider: the logout form leads there, and a
    /// Content-Security-Policy must say so in `form-action`.
    pub fn identity_origin(&self) -> Option<String> {
        self.0.identity.as_ref().map(Oidc::origin)
    }

    /// Records that a principal was refused something. Equal refusals are told once a minute.
    pub fn refused(&self, principal: &Principal, object: &str, reason: &Reason) {
        let event = AuditEvent::act(&principal.actor(), "refused", object);
        let organisation = principal.organisation_id().map(ToString::to_string);
        self.record_refusal(AuditEvent {
            organisation,
            reason: Some(reason.code().to_owned()),
            peer: principal.peer,
            ..event
        });
    }

    pub(crate) fn record_refusal(&self, event: AuditEvent) {
        if let Some(event) = self.0.refusals.notice(event) {
            self.0.trail.record(event);
        }
    }

    pub(crate) fn record(&self, event: AuditEvent) {
        self.0.trail.record(event);
    }

    pub(crate) fn options(&self) -> &AuthOptions {
        &self.0.options
    }

    pub(crate) fn jar(&self) -> CookieJar {
        CookieJar { secure: self.0.origin.starts_with("https:") }
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.0.key
    }

    pub(crate) fn identity(&self) -> Option<&Oidc> {
        self.0.identity.as_ref()
    }
}

/// The civil date in France, by which adhesions and tokens start and end.
pub fn today() -> Date {
    // France's rule, written out: machines without a time zone database must agree on the day.
    let paris = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("the rule is a constant that the tests read");
    Timestamp::now().to_zoned(paris).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_a_day_of_france() {
        let utc = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let ahead = today().since(utc).unwrap().get_days();
        assert!((0..=1).contains(&ahead));
    }
}
