//! A login in progress, kept by the browser and not by the server: starting logins costs us no memory.
//! The cookie says which state was sent, when, and where to go back to, under our signature; the nonce
//! and the PKCE verifier are derived from the state with our key, so that the cookie does not hold them.

use axum::http::HeaderMap;

use crate::{
    ReturnPath,
    cookie::{self, CookieJar},
    database::now,
    secret::{SigningKey, base64url, from_base64url, is_id, random_id},
};

/// Seconds an agent has to type a password.
pub(crate) const LIFETIME: u32 = 600;
/// Most logins a browser keeps in progress: the request must stay small. The oldest gives way.
const MOST: usize = 5;

/// A login in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// 43 random characters.
    pub(crate) state: String,
    pub(crate) return_to: ReturnPath,
    started: i64,
}

impl Attempt {
    /// A new one.
    pub(crate) fn start(return_to: ReturnPath) -> Self {
        Self { state: random_id(), return_to, started: now() }
    }

    /// What the ID token must repeat.
    pub(crate) fn nonce(&self, key: &SigningKey) -> String {
        key.derive("nonce", &self.state)
    }

    /// What proves to the provider that whoever redeems the code asked for it.
    pub(crate) fn verifier(&self, key: &SigningKey) -> String {
        key.derive("pkce verifier", &self.state)
    }

    /// Name of its cookie.
    pub(crate) fn cookie_name(&self, jar: CookieJar) -> String {
        format!("{}{}", jar.attempt_prefix(), &self.state[..8])
    }

    /// Value of its cookie.
    pub(crate) fn cookie_value(&self, key: &SigningKey) -> String {
        let text = format!("{}.{}.{}", self.state, self.started, base64url(self.return_to.as_str().as_bytes()));
        let signature = key.derive("attempt", &text);
        format!("{text}.{signature}")
    }

    /// The attempt of a cookie's value; none when it is not ours, or too old.
    fn read(value: &str, key: &SigningKey) -> Option<Self> {
        let (text, signature) = value.rsplit_once('.')?;
        if !key.verifies("attempt", text, signature) {
            return None;
        }
        let mut parts = text.split('.');
        let (state, started, return_to) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let return_to = ReturnPath::parse(&String::from_utf8(from_base64url(return_to)?).ok()?)?;
        let alive = (0..i64::from(LIFETIME)).contains(&(now() - started));
        (alive && is_id(state)).then(|| Self { state: state.to_owned(), return_to, started })
    }

    /// The attempt of this browser that sent `state`.
    pub(crate) fn find(headers: &HeaderMap, jar: CookieJar, key: &SigningKey, state: &str) -> Option<Self> {
        let name = is_id(state).then(|| format!("{}{}", jar.attempt_prefix(), &state[..8]))?;
        Self::read(cookie::only(headers, &name)?, key).filter(|attempt| attempt.state == state)
    }
}

/// Names of the cookies that must go for one more attempt to fit: what is not alive, then the oldest.
pub(crate) fn surplus(headers: &HeaderMap, jar: CookieJar, key: &SigningKey) -> Vec<String> {
    let ours = cookie::all(headers).filter(|(name, _)| name.starts_with(jar.attempt_prefix()));
    let (mut alive, mut dead) = (Vec::new(), Vec::new());
    for (name, value) in ours {
        // The name goes back into a header of ours: only the shape we gave it may.
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        match Attempt::read(value, key) {
            Some(attempt) => alive.push((attempt.started, name.to_owned())),
            None if plain => dead.push(name.to_owned()),
            None => {}
        }
    }
    alive.sort();
    let too_many = (alive.len() + 1).saturating_sub(MOST);
    dead.extend(alive.into_iter().take(too_many).map(|(_, name)| name));
    dead
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAR: CookieJar = CookieJar { secure: false };

    fn header(attempts: &[Attempt], key: &SigningKey) -> HeaderMap {
        let pairs: Vec<String> =
            attempts.iter().map(|a| format!("{}={}", a.cookie_name(JAR), a.cookie_value(key))).collect();
        HeaderMap::from_iter([(axum::http::header::COOKIE, pairs.join("; ").parse().unwrap())])
    }

    #[test]
    fn an_attempt_comes_back_from_its_own_cookie_only() {
        let key = SigningKey::random();
        let attempt = Attempt::start(ReturnPath::parse("/?c=1").unwrap());
        let headers = header(std::slice::from_ref(&attempt), &key);
        assert_eq!(Attempt::find(&headers, JAR, &key, &attempt.state), Some(attempt.clone()));
        assert_eq!(Attempt::find(&headers, JAR, &key, &random_id()), None);
        // The cookie's name holds the start of the state only: the rest counts too.
        let same_start = format!("{}{}", &attempt.state[..8], &random_id()[8..]);
        assert_eq!(Attempt::find(&headers, JAR, &key, &same_start), None);
        assert_eq!(Attempt::find(&headers, JAR, &SigningKey::random(), &attempt.state), None);
        assert_eq!(Attempt::find(&HeaderMap::new(), JAR, &key, &attempt.state), None);
    }

    #[test]
    fn an_attempt_that_is_too_old_or_from_the_future_is_dead() {
        let key = SigningKey::random();
        for started in [now() - i64::from(LIFETIME), now() + 60] {
            let attempt = Attempt { started, ..Attempt::start(ReturnPath::home()) };
            assert_eq!(Attempt::read(&attempt.cookie_value(&key), &key), None);
        }
    }

    #[test]
    fn d15_a_browser_keeps_five_attempts_and_the_oldest_gives_way() {
        let key = SigningKey::random();
        let attempts: Vec<Attempt> =
            (0..5).map(|age| Attempt { started: now() - age, ..Attempt::start(ReturnPath::home()) }).collect();
        assert_eq!(surplus(&header(&attempts, &key), JAR, &key), [attempts[4].cookie_name(JAR)]);
        assert!(surplus(&header(&attempts[..4], &key), JAR, &key).is_empty());
    }

    #[test]
    fn the_cookie_holds_neither_nonce_nor_verifier() {
        let key = SigningKey::random();
        let attempt = Attempt::start(ReturnPath::home());
        let value = attempt.cookie_value(&key);
        assert!(!value.contains(&attempt.nonce(&key)) && !value.contains(&attempt.verifier(&key)));
        assert!(is_id(&attempt.nonce(&key)) && is_id(&attempt.verifier(&key)), "43 characters, as providers require");
    }
}
