//! The door every request comes through: shape, then credentials, then a `Principal` or a refusal.
//! Read `guard.rs` before. Which paths are open is decided here, on the path alone (and whether search is open
//! now): no header, no query and no user agent opens anything.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, Uri, header, request::Parts, uri::PathAndQuery},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    Auth, ReturnPath,
    audit::AuditEvent,
    cookie,
    directory::Scope,
    guard::{self, without_trailing_slash},
    principal::{Credential, Principal},
    problem::Refusal,
};

/// Puts every route of `router` behind the gate, unknown paths included. Handlers find a
/// [`Principal`] in the request's extensions; on the open paths it may be absent.
///
/// The gate stands before routing (the router becomes a fallback), so that what it refuses or
/// rewrites is never seen by a route.
///
/// `is_search_open` says, at each request, whether address search needs nobody, for clients that can send no
/// credentials. It may change between the gate and the route: a route that searches asks again.
pub fn protect<F>(router: Router, auth: Auth, is_search_open: F) -> Router
where
    F: Fn() -> bool + Clone + Send + Sync + 'static,
{
    Router::new().fallback_service(router).layer(from_fn_with_state((auth, is_search_open), gate))
}

async fn gate<F: Fn() -> bool>(
    State((auth, is_search_open)): State<(Auth, F)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = without_trailing_slash(parts.uri.path()).to_owned();
    let is_open = is_always_open(&path) || (is_search(&path) && is_search_open());
    match admit(&auth, &mut parts, &path, is_open) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(Refusal::Unauthenticated) if is_page(&parts, &path) => to_login(&parts),
        Err(refusal) => refusal.response(&path, &parts.headers),
    }
}

/// Checks a request and leaves it with a principal, a canonical path, and no claim of its own.
fn admit(auth: &Auth, parts: &mut Parts, path: &str, is_open: bool) -> Result<(), Refusal> {
    guard::check(parts).map_err(Refusal::Shape)?;
    let peer = peer_of(auth, parts);
    guard::strip(&mut parts.headers);
    refuse_secret_in_url(parts, path)?;
    remove_trailing_slash(parts, path);
    match identify(auth, &parts.headers, peer) {
        Ok(Some(principal)) => {
            check_rights(auth, &principal, parts, path, is_open)
                .map_err(|refusal| told(auth, Some(&principal), refusal, path, peer))?;
            parts.extensions.insert(principal);
        }
        Ok(None) if is_open => {}
        Ok(None) if is_page(parts, path) => return Err(Refusal::Unauthenticated),
        Ok(None) => return Err(told(auth, None, Refusal::Unauthenticated, path, peer)),
        Err(refusal) => return Err(told(auth, None, refusal, path, peer)),
    }
    parts.extensions.insert(Peer(peer));
    Ok(())
}

/// Records a refusal on its way out.
fn told(auth: &Auth, principal: Option<&Principal>, refusal: Refusal, path: &str, peer: Option<IpAddr>) -> Refusal {
    let actor = principal.map_or_else(|| "anonymous".to_owned(), Principal::actor);
    let organisation = principal.and_then(Principal::organisation_id).map(ToString::to_string);
    let event = AuditEvent::act(&actor, "refused", first_segment(path));
    auth.record_refusal(AuditEvent { organisation, reason: Some(refusal.code().to_owned()), peer, ..event });
    refusal
}

/// Where a request came from, in the extensions of every request that passed the gate; none when it
/// came through no socket.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<IpAddr>);

/// The paths that need nobody: those of the login itself, the page's own files, and one health answer.
fn is_always_open(path: &str) -> bool {
    const OPEN: [&str; 5] = ["/auth/login", "/auth/callback", "/auth/logout", "/photon/status", "/favicon.ico"];
    OPEN.contains(&path) || path.starts_with("/assets/")
}

/// The three contracts of the geocoder.
pub(crate) fn is_search(path: &str) -> bool {
    ["/photon", "/ban", "/geocodage"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
}

/// The address of the socket; or, behind a proxy that the configuration trusts, the last address it did not vouch for.
fn peer_of(auth: &Auth, parts: &Parts) -> Option<IpAddr> {
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let trusted = |ip: IpAddr| auth.options().trusted_proxies.iter().any(|network| network.contains(ip));
    if !trusted(socket) {
        return Some(socket);
    }
    let lines: Vec<&str> =
        parts.headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let chain: Vec<Option<IpAddr>> =
        lines.iter().flat_map(|line| line.split(',')).map(|hop| hop.trim().parse().ok()).collect();
    let first_stranger = chain.into_iter().rev().find(|hop| hop.is_none_or(|ip| !trusted(ip)));
    first_stranger.map_or(Some(socket), |hop| hop.map(|ip| ip.to_canonical()))
}

/// A secret in a URL ends in logs and histories: refused, even when it is right, so that nobody builds on it.
fn refuse_secret_in_url(parts: &Parts, path: &str) -> Result<(), Refusal> {
    const NAMES: [&str; 8] =
        ["token", "access_token", "auth_token", "id_token", "api_key", "apikey", "authorization", "secret"];
    let is_secret = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name))
    };
    let named = parts.uri.query().is_some_and(|query| query.split('&').any(is_secret));
    if named && path != "/auth/callback" { Err(Refusal::TokenInUrl) } else { Ok(()) }
}

fn remove_trailing_slash(parts: &mut Parts, path: &str) {
    if path.len() == parts.uri.path().len() {
        return;
    }
    let target = parts.uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = Some(PathAndQuery::try_from(target).expect("it is a part of a target that was already read"));
    parts.uri = Uri::from_parts(uri).expect("only the path of a valid target was shortened");
}

/// The principal of the request's credentials, none without any. A token that does not hold is a refusal, not an absence.
fn identify(auth: &Auth, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<Option<Principal>, Refusal> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let Some(line) = lines.next() else {
        let cookie = cookie::only(headers, auth.jar().session());
        return Ok(cookie.and_then(|cookie| auth.session_principal(cookie, peer)));
    };
    let credentials = line.to_str().ok().filter(|_| lines.next().is_none()).and_then(credentials);
    let principal = credentials.and_then(|(id, secret)| auth.token_principal(&id, &secret, peer));
    principal.map(Some).ok_or(Refusal::Token)
}

/// The identifier and secret of `Basic` (as `id:secret` in base64) or `Bearer id:secret`.
fn credentials(line: &str) -> Option<(String, String)> {
    let (scheme, value) = line.split_once(' ')?;
    let pair = match scheme.to_ascii_lowercase().as_str() {
        "basic" => String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?,
        "bearer" => value.trim().to_owned(),
        _ => return None,
    };
    pair.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// What its kind of credential lets a principal do here. A token has its scopes; everything else stays for
/// people. A browser sends its cookie along with what other sites make it send: only our own pages may POST.
fn check_rights(auth: &Auth, principal: &Principal, parts: &Parts, path: &str, is_open: bool) -> Result<(), Refusal> {
    match &principal.credential {
        Credential::Token { scopes, .. } => {
            let in_scope = scope_of(path).is_some_and(|scope| scopes.0.contains(&scope));
            let needs_nobody = is_open && !path.starts_with("/auth/");
            if in_scope || needs_nobody { Ok(()) } else { Err(Refusal::Scope) }
        }
        Credential::Session { .. } if parts.method == Method::POST && !is_same_origin(auth, &parts.headers) => {
            Err(Refusal::CrossSite)
        }
        Credential::Session { .. } => Ok(()),
    }
}

fn scope_of(path: &str) -> Option<Scope> {
    let mut segments = path.split('/').skip(1);
    match (segments.next()?, segments.next(), segments.next(), segments.next()) {
        ("tiles" | "styles" | "sprites" | "fonts", ..) => Some(Scope::Tiles),
        ("photon" | "ban" | "geocodage", ..) => Some(Scope::Search),
        ("api", Some("layers"), Some(_), Some("features")) => Some(Scope::Features),
        ("api", Some("layers" | "catalogue"), ..) => Some(Scope::Tiles),
        _ => None,
    }
}

/// Whether a browser says that one of our own pages sent the request.
pub(crate) fn is_same_origin(auth: &Auth, headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(header::ORIGIN).is_some_and(|origin| origin == auth.origin()),
    }
}

/// Whether a person is opening the map: the one place from which nobody is sent to the login.
fn is_page(parts: &Parts, path: &str) -> bool {
    let navigates = parts.headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    path == "/" && parts.method != Method::POST && navigates
}

fn to_login(parts: &Parts) -> Response {
    let place = ReturnPath::parse_or_home(parts.uri.path_and_query().map(PathAndQuery::as_str));
    let location = format!("/auth/login?return={}", encode(place.as_str()));
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&location)).into_response()
}

/// What a path may leave in the audit trail: its first segment, when it is one of ours.
fn first_segment(path: &str) -> &str {
    const OURS: [&str; 10] =
        ["tiles", "styles", "photon", "ban", "geocodage", "api", "auth", "assets", "sprites", "fonts"];
    let first = path.split('/').nth(1).unwrap_or_default();
    if OURS.contains(&first) { first } else { "other" }
}

/// A return path as the value of a query: its grammar leaves few characters to write otherwise.
fn encode(place: &str) -> String {
    place.replace('?', "%3F").replace('&', "%26").replace('=', "%3D").replace('+', "%2B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_from_basic_and_bearer_only() {
        let pair = Some(("tk1".to_owned(), "s:x".to_owned()));
        assert_eq!(credentials(&format!("Basic {}", STANDARD.encode("tk1:s:x"))), pair);
        assert_eq!(credentials("bearer tk1:s:x"), pair);
        for bad in ["", "Basic", "Basic ???", "Basic dGsx", "Bearer tk1", "Digest tk1:s", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(credentials(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_path_of_machines_has_a_scope_and_no_other() {
        for (path, scope) in [
            ("/tiles/parcelles", Some(Scope::Tiles)),
            ("/styles/plan", Some(Scope::Tiles)),
            ("/api/catalogue", Some(Scope::Tiles)),
            ("/api/layers/rues", Some(Scope::Tiles)),
            ("/api/layers/rues/features/1", Some(Scope::Features)),
            ("/photon/api", Some(Scope::Search)),
            ("/ban/search/csv", Some(Scope::Search)),
            ("/geocodage/reverse", Some(Scope::Search)),
            ("/", None),
            ("/auth/me", None),
            ("/auth/logout", None),
            ("/api/other", None),
        ] {
            assert_eq!(scope_of(path), scope, "{path}");
        }
    }
}
