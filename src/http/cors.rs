//! Pages of other sites that may read the answers of an open geocoder: those whose origin the configuration
//! names, and no credentials of ours with them. Everything else keeps to this site.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use layers::Access;

use crate::app::App;

/// Any origin.
pub const ANY: &str = "*";
/// How long a browser may remember the answer to its preflight, in seconds.
const REMEMBERED_S: HeaderValue = HeaderValue::from_static("600");

/// Before the gate, which knows no OPTIONS: answers a preflight, and marks the answers that may be read elsewhere.
pub async fn allow(State(app): State<App>, request: Request, next: Next) -> Response {
    let config = &app.generation().config.geocoder;
    let is_search = ["/photon/", "/ban/", "/geocodage/"].iter().any(|root| request.uri().path().starts_with(root));
    if !is_search || config.access != Access::Open || config.cors.is_empty() {
        return next.run(request).await;
    }
    let allowed = allowed_origin(&config.cors, request.headers().get(header::ORIGIN));
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key("access-control-request-method");
    let mut response = match &allowed {
        Some(_) if is_preflight => preflight(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        expose(headers);
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

/// What is said to this origin: itself, `*` when any may read, none when it may not.
fn allowed_origin(origins: &[String], origin: Option<&HeaderValue>) -> Option<HeaderValue> {
    if origins.iter().any(|allowed| allowed == ANY) {
        return Some(HeaderValue::from_static(ANY));
    }
    let origin = origin?;
    origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

fn preflight() -> Response {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type")),
        (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_S),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

fn expose(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after, x-request-id"));
}

/// Why a text is not an origin that a browser would send; none when it is one, or `*`.
pub fn flaw(origin: &str) -> Option<&'static str> {
    if origin == ANY {
        return None;
    }
    let Some(host) = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) else {
        return Some("an origin starts with https:// or http://, or is * for any");
    };
    let is_host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    if host.is_empty() || !host.bytes().all(is_host) {
        return Some("an origin is a scheme, a host in lower case and perhaps a port: no path, no / at its end");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_told_its_own_name_or_nothing() {
        let origins = ["https://carte.example.fr".to_owned()];
        let told =
            |origins: &[String], origin: &'static str| allowed_origin(origins, Some(&HeaderValue::from_static(origin)));
        assert_eq!(
            told(&origins, "https://carte.example.fr"),
            Some(HeaderValue::from_static("https://carte.example.fr"))
        );
        for stranger in
            ["https://carte.example.fr.evil.com", "http://carte.example.fr", "null", "https://carte.example.fr:8443"]
        {
            assert_eq!(told(&origins, stranger), None, "{stranger}");
        }
        assert_eq!(allowed_origin(&origins, None), None);
        assert_eq!(told(&["*".to_owned()], "https://any.example"), Some(HeaderValue::from_static("*")));
    }

    #[test]
    fn what_no_browser_sends_is_no_origin() {
        for good in ["https://a.example", "http://127.0.0.1:8080", "http://[::1]:3000", "*"] {
            assert_eq!(flaw(good), None, "{good}");
        }
        for bad in [
            "",
            "a.example",
            "https://a.example/",
            "https://A.example",
            "https://",
            "https://a.example/x",
            "https://*.a",
        ] {
            assert!(flaw(bad).is_some(), "{bad}");
        }
    }
}
