//! The two kinds of cookie this service sets: the session's, and one for each login in progress.
//! Read from the raw header, because what matters is what the common parsers forgive: duplicates.

use axum::http::{HeaderMap, HeaderValue, header};

/// Names and attributes that depend on whether the service is reached through https.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CookieJar {
    /// `__Host-` and `Secure`; off on loopback http only, where browsers refuse both.
    pub(crate) secure: bool,
}

impl CookieJar {
    /// Name of the session's cookie.
    pub(crate) fn session(self) -> &'static str {
        if self.secure { "__Host-traboule" } else { "traboule" }
    }

    /// Start of the name of a login attempt's cookie; the rest is the start of its state.
    pub(crate) fn attempt_prefix(self) -> &'static str {
        if self.secure { "__Host-traboule-login-" } else { "traboule-login-" }
    }

    /// `Set-Cookie`. No `Max-Age` for a session: the server ends it, and so does closing the browser.
    pub(crate) fn set(self, name: &str, value: &str, max_age: Option<u32>) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"))
            .expect("names and values are of the base64 alphabet, dots and hyphens")
    }

    /// `Set-Cookie` that makes the browser forget a cookie.
    pub(crate) fn forget(self, name: &str) -> HeaderValue {
        self.set(name, "", Some(0))
    }
}

/// Every cookie of a request, as name and value.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// A cookie found exactly once. Two of the same name mean that someone else planted one: neither counts.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = all(headers).filter(|(cookie, _)| *cookie == name).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, line.parse().unwrap())).collect()
    }

    #[test]
    fn d02_two_cookies_of_our_name_are_none() {
        assert_eq!(only(&cookies(&["a=1; traboule=x; b=2"]), "traboule"), Some("x"));
        assert_eq!(only(&cookies(&["traboule=x; traboule=y"]), "traboule"), None);
        assert_eq!(only(&cookies(&["traboule=x", "traboule=x"]), "traboule"), None);
        assert_eq!(only(&cookies(&["traboule2=x; xtraboule=y; traboule"]), "traboule"), None);
    }

    #[test]
    fn d20_the_attributes_are_those_of_a_host_cookie() {
        let set = CookieJar { secure: true }.set("__Host-traboule", "v", None);
        assert_eq!(set, "__Host-traboule=v; Path=/; HttpOnly; SameSite=Lax; Secure");
        let loopback = CookieJar { secure: false };
        assert_eq!(loopback.forget(loopback.session()), "traboule=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
