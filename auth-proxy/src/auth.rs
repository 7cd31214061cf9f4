//! `Auth`: what a server shares between its requests. Built once from [`AuthOptions`]; every request
//! reads its copies of the directory and of the sessions, and nothing on that path touches the state.

use std::{
    collections::HashMap,
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, Mutex as StdMutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use openidconnect::url::Url;
use tokio::sync::Mutex;

use crate::{
    Database, Error,
    audit::{self, AuditEvent, Trail},
    cookie::CookieJar,
    directory::{self, AccountStatus, Adhesions, Directory, Identity, Network},
    identity::{Oidc, OidcOptions},
    policy::Reason,
    principal::{Credential, Principal},
    refusals::Refusals,
    secret::{SigningKey, random_id},
    session::{Session, SessionKey, Sessions, key_of},
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

/// How a verified login ended.
#[derive(Debug)]
pub(crate) enum SignedIn {
    /// The value of the new session's cookie.
    Cookie(String),
    /// The account was disabled by an administrator.
    Disabled,
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
            fresh.map(|(id, (day, known))| { *known = true; (id.clone(), *day) }).collect()
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
        self.record_refusal(AuditEvent { organisation, reason: Some(reason.code().to_owned()), peer: principal.peer, ..event });
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

    /// The principal of a session's cookie; none when the session is over or its account disabled.
    pub(crate) fn session_principal(&self, cookie: &str, peer: Option<IpAddr>) -> Option<Principal> {
        let session = self.0.sessions.find(&key_of(cookie)?)?;
        let directory = self.directory();
        let account = directory.accounts.get(&session.account).filter(|it| it.status == AccountStatus::Active)?;
        let organisation = account.organisation.as_ref().and_then(|id| directory.organisations.get(id)).cloned();
        Some(Principal {
            credential: Credential::Session {
                account: account.id,
                until: instant(session.until),
                idle_until: instant(self.0.sessions.idle_until(&session)),
            },
            name: account.name.clone(),
            organisation,
            roles: account.roles.clone(),
            peer,
        })
    }

    /// The principal of a token; none when it is unknown, revoked, past its last day, or used from elsewhere.
    pub(crate) fn token_principal(&self, id: &str, secret: &str, peer: Option<IpAddr>) -> Option<Principal> {
        let directory = self.directory();
        let token = directory.tokens.get(id).filter(|token| token.accepts(secret))?;
        let day = today();
        let in_time = token.until.is_none_or(|until| day <= until);
        let in_place = token.network.is_none_or(|network| peer.is_some_and(|peer| network.contains(peer)));
        if !(in_time && in_place) {
            return None;
        }
        self.note_token(token, day, peer);
        Some(Principal {
            credential: Credential::Token { id: token.id.clone(), scopes: token.scopes.clone() },
            name: token.id.clone(),
            organisation: directory.organisations.get(&token.organisation).cloned(),
            roles: directory::Roles::default(),
            peer,
        })
    }

    /// The first use of a token in a day is an audit line and a date in the state.
    fn note_token(&self, token: &directory::ApiToken, day: Date, peer: Option<IpAddr>) {
        if token.last_used == Some(day) {
            return;
        }
        let mut used = self.0.used_tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(&token.id).is_none_or(|(before, _)| *before != day) {
            used.insert(token.id.clone(), (day, false));
            let event = AuditEvent::act(&format!("token {}", token.id), "token.used", "service");
            self.record(AuditEvent { organisation: Some(token.organisation.to_string()), peer, ..event });
        }
    }

    /// Opens a session for a verified identity, with its account and its audit line in one transaction.
    /// The identifier is always new; `replaced` ends with it.
    pub(crate) async fn sign_in(&self, who: &Identity, id_token: &str, replaced: Option<&str>, peer: Option<IpAddr>) -> Result<SignedIn, Error> {
        let mut seen = self.0.seen.lock().await;
        let mut tx = self.0.database.begin().await?;
        let account = directory::sign_in(&mut tx, who).await?;
        let actor = format!("account {}", account.id.0);
        let event = AuditEvent { organisation: account.organisation.as_ref().map(ToString::to_string), peer, ..AuditEvent::act(&actor, "login", "service") };
        if account.status == AccountStatus::Disabled {
            let reason = Some("account_disabled".to_owned());
            audit::append(&mut tx, &AuditEvent { action: "refused".to_owned(), reason, ..event }).await?;
            tx.commit().await?;
            return Ok(SignedIn::Disabled);
        }
        let cookie = random_id();
        let key = key_of(&cookie).expect("a fresh identifier has the shape of one");
        let session: Session = self.0.sessions.record(&mut tx, key, account.id, id_token).await?;
        audit::append(&mut tx, &event).await?;
        tx.commit().await?;
        self.0.sessions.admit(key, session);
        if let Some(old) = replaced.and_then(key_of) {
            self.0.sessions.end(&self.0.database, &old).await?;
        }
        self.reload(&mut seen).await?;
        Ok(SignedIn::Cookie(cookie))
    }

    /// Ends a session and returns what the identity provider signed for it.
    pub(crate) async fn sign_out(&self, cookie: &str, peer: Option<IpAddr>) -> Option<String> {
        let key: SessionKey = key_of(cookie)?;
        let session = self.0.sessions.find(&key)?;
        if let Err(error) = self.0.sessions.end(&self.0.database, &key).await {
            // Dead in memory already; it could come back at a restart until its time is over.
            tracing::error!(%error, "a session that was signed out could not be removed from the state");
        }
        let event = AuditEvent::act(&format!("account {}", session.account.0), "logout", "service");
        self.record(AuditEvent { peer, ..event });
        Some(session.id_token.clone())
    }
}

/// The civil date in France, by which adhesions and tokens start and end.
pub fn today() -> Date {
    // France's rule, written out: machines without a time zone database must agree on the day.
    let paris = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("the rule is a constant that the tests read");
    Timestamp::now().to_zoned(paris).date()
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// The origin of `public_url`, which must be https unless it never leaves the machine.
fn checked_origin(public_url: &str) -> Result<String, Error> {
    let invalid = || Error::InvalidUrl { what: "public_url", value: public_url.to_owned() };
    let url = Url::parse(public_url).map_err(|_| invalid())?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(invalid());
    }
    match url.scheme() {
        "https" => Ok(url.origin().ascii_serialization()),
        "http" if is_loopback(&url) => Ok(url.origin().ascii_serialization()),
        "http" => Err(Error::InsecurePublicUrl(public_url.to_owned())),
        _ => Err(invalid()),
    }
}

/// Whether a URL's host is this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o01_http_is_for_the_loopback_interface() {
        for (url, origin) in [
            ("https://cartes.example.fr", "https://cartes.example.fr"),
            ("https://cartes.example.fr:8443/", "https://cartes.example.fr:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(checked_origin(url).unwrap(), origin);
        }
        for bad in ["http://cartes.example.fr", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://10.0.0.1"] {
            assert!(matches!(checked_origin(bad), Err(Error::InsecurePublicUrl(_))), "{bad}");
        }
        for bad in ["", "cartes.example.fr", "ftp://cartes.example.fr", "https://cartes.example.fr/carte", "https://a@b.fr"] {
            assert!(matches!(checked_origin(bad), Err(Error::InvalidUrl { .. })), "{bad}");
        }
    }

    #[test]
    fn today_is_a_day_of_france() {
        let utc = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let ahead = today().since(utc).unwrap().get_days();
        assert!((0..=1).contains(&ahead));
    }
}
