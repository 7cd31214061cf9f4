//! From a cookie or a token to a `Principal`, and the two moments that change what a cookie is worth:
//! signing in and signing out.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError},
};

use jiff::{Timestamp, civil::Date};

use super::{Auth, today};
use crate::{
    Error,
    audit::{self, AuditEvent},
    directory::{self, AccountStatus, Directory, Identity},
    principal::{Credential, Principal},
    secret::random_id,
    session::key_of,
};

/// How a verified login ended.
#[derive(Debug)]
pub(crate) enum SignedIn {
    /// The value of the new session's cookie.
    Cookie(String),
    /// The account was disabled by an administrator.
    Disabled,
}

impl Auth {
    /// The principal of a session's cookie; none when the session is over or its account disabled.
    pub(crate) fn session_principal(&self, cookie: &str, peer: Option<IpAddr>) -> Option<Principal> {
        let session = self.0.sessions.find(&key_of(cookie)?)?;
        let directory = self.directory();
        let account = directory.accounts.get(&session.account).filter(|it| it.status == AccountStatus::Active)?;
        Some(Principal {
            credential: Credential::Session {
                account: account.id,
                until: instant(session.until),
                idle_until: instant(self.0.sessions.idle_until(&session)),
            },
            name: account.name.clone(),
            organisation: organisation_of(&directory, account),
            roles: account.roles.clone(),
            peer,
        })
    }

    /// The principal of a token; none when it is unknown, revoked, past its last day, or used from elsewhere.
    pub(crate) fn token_principal(&self, id: &str, secret: &str, peer: Option<IpAddr>) -> Option<Principal> {
        let directory = self.directory();
        let token = directory.tokens.get(id).filter(|token| token.accepts(secret))?;
        let principal = of_token(&directory, token, peer)?;
        self.note_token(token, today(), peer);
        Some(principal)
    }

    /// The same caller with the rights it has now, for work that outlasts its request; none once its token was revoked
    /// or is past its last day, its account disabled, or its login at its longest.
    pub fn renewed(&self, principal: &Principal) -> Option<Principal> {
        let directory = self.directory();
        match &principal.credential {
            Credential::Token { id, .. } => of_token(&directory, directory.tokens.get(id)?, principal.peer),
            Credential::Session { until, .. } if *until <= Timestamp::now() => None,
            Credential::Session { account, .. } => {
                let account = directory.accounts.get(account).filter(|it| it.status == AccountStatus::Active)?;
                let organisation = organisation_of(&directory, account);
                Some(Principal { organisation, roles: account.roles.clone(), ..principal.clone() })
            }
        }
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
    pub(crate) async fn sign_in(
        &self,
        who: &Identity,
        id_token: &str,
        replaced: Option<&str>,
        peer: Option<IpAddr>,
    ) -> Result<SignedIn, Error> {
        let mut seen = self.0.seen.lock().await;
        let mut tx = self.0.database.begin().await?;
        let account = directory::sign_in(&mut tx, who).await?;
        let actor = format!("account {}", account.id.0);
        let event = AuditEvent {
            organisation: account.organisation.as_ref().map(ToString::to_string),
            peer,
            ..AuditEvent::act(&actor, "login", "service")
        };
        if account.status == AccountStatus::Disabled {
            let reason = Some("account_disabled".to_owned());
            audit::append(&mut tx, &AuditEvent { action: "refused".to_owned(), reason, ..event }).await?;
            tx.commit().await?;
            return Ok(SignedIn::Disabled);
        }
        let cookie = random_id();
        let key = key_of(&cookie).expect("a fresh identifier has the shape of one");
        let session = self.0.sessions.record(&mut tx, key, account.id, id_token).await?;
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
        let key = key_of(cookie)?;
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

/// What a token is worth now, from there.
fn of_token(directory: &Directory, token: &directory::ApiToken, peer: Option<IpAddr>) -> Option<Principal> {
    let in_time = token.until.is_none_or(|until| today() <= until);
    let in_place = token.network.is_none_or(|network| peer.is_some_and(|peer| network.contains(peer)));
    (in_time && in_place).then(|| Principal {
        credential: Credential::Token { id: token.id.clone(), scopes: token.scopes.clone() },
        name: token.id.clone(),
        organisation: directory.organisations.get(&token.organisation).cloned(),
        roles: directory::Roles::default(),
        peer,
    })
}

fn organisation_of(directory: &Directory, account: &directory::Account) -> Option<Arc<directory::Organisation>> {
    account.organisation.as_ref().and_then(|id| directory.organisations.get(id)).cloned()
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
