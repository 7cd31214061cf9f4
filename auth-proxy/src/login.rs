//! The routes of a person's session: login, callback, logout. What they check is in `attempt.rs` (was
//! this browser waiting for this answer?) and `identity/oidc.rs` (does the answer hold?).

use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    Auth, ReturnPath,
    attempt::{self, Attempt},
    audit::AuditEvent,
    auth::SignedIn,
    cookie,
    gate::{Peer, is_same_origin},
    identity::{Answer, Failure},
    page,
    principal::Principal,
    secret::Secret,
};

/// `GET /auth/login?return=/…`: to the identity provider, or straight back for someone signed in.
/// `login_hint` is passed on under demo only, and then always starts a new login.
pub async fn login(
    State(auth): State<Auth>,
    principal: Option<Extension<Principal>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::read(query.as_deref());
    let return_to = ReturnPath::parse_or_home(parameters.only("return"));
    let hint = parameters.only("login_hint").filter(|hint| auth.options().demo && is_role(hint));
    if principal.is_some() && hint.is_none() {
        return to(return_to.as_str());
    }
    let Some(identity) = auth.identity() else { return page::failed(&auth, Failure::NotConfigured) };
    let attempt = Attempt::start(return_to);
    match identity.authorize_url(&attempt.state, &attempt.nonce(auth.key()), &attempt.verifier(auth.key()), hint).await
    {
        Ok(url) => remembering(&auth, &attempt, &headers, to(url.as_str())),
        Err(failure) => page::failed(&auth, failure),
    }
}

/// `GET /auth/callback`: the provider's answer becomes a session, or a page that says what to do.
pub async fn callback(
    State(auth): State<Auth>,
    principal: Option<Extension<Principal>>,
    Extension(Peer(peer)): Extension<Peer>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::read(query.as_deref());
    let attempt = parameters.only("state").and_then(|state| Attempt::find(&headers, auth.jar(), auth.key(), state));
    let Some(attempt) = attempt else {
        // Another tab finished first: whoever is signed in has nothing to start again.
        return if principal.is_some() { to("/") } else { refuse(&auth, Failure::State, peer) };
    };
    let forget = auth.jar().forget(&attempt.cookie_name(auth.jar()));
    let mut response = match finish(&auth, &attempt, &parameters, &headers, peer).await {
        Ok(cookie) => {
            let mut response = to(attempt.return_to.as_str());
            response.headers_mut().append(header::SET_COOKIE, auth.jar().set(auth.jar().session(), &cookie, None));
            response
        }
        Err(failure) => refuse(&auth, failure, peer),
    };
    response.headers_mut().append(header::SET_COOKIE, forget);
    response
}

/// `POST /auth/logout`: ends the session here first, then at the provider.
pub async fn logout(State(auth): State<Auth>, Extension(Peer(peer)): Extension<Peer>, headers: HeaderMap) -> Response {
    if !is_same_origin(&auth, &headers) {
        return page::cross_site(&auth);
    }
    let cookie = cookie::only(&headers, auth.jar().session());
    let id_token = match cookie {
        Some(cookie) => auth.sign_out(cookie, peer).await,
        None => None,
    };
    let elsewhere = match (auth.identity(), id_token) {
        (Some(identity), Some(id_token)) => identity.end_session_url(&id_token).await,
        _ => None,
    };
    let mut response = to(elsewhere.as_ref().map_or("/auth/logout", |url| url.as_str()));
    response.headers_mut().append(header::SET_COOKIE, auth.jar().forget(auth.jar().session()));
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

/// `GET /auth/logout`: where the provider sends back after a logout. It ends nothing by itself.
pub async fn signed_out(State(auth): State<Auth>, principal: Option<Extension<Principal>>) -> Response {
    if principal.is_some() { page::confirm_sign_out(&auth) } else { page::signed_out(&auth) }
}

async fn finish(
    auth: &Auth,
    attempt: &Attempt,
    parameters: &Parameters,
    headers: &HeaderMap,
    peer: Option<std::net::IpAddr>,
) -> Result<String, Failure> {
    let identity = auth.identity().ok_or(Failure::NotConfigured)?;
    let answer = Answer {
        code: parameters.only("code").map(Secret::new),
        issuer: parameters.only("iss").map(str::to_owned),
        refused: parameters.has("error"),
    };
    let verified = identity.redeem(&answer, &attempt.nonce(auth.key()), &attempt.verifier(auth.key())).await?;
    let replaced = cookie::only(headers, auth.jar().session());
    match auth.sign_in(&verified.identity, &verified.id_token, replaced, peer).await {
        Ok(SignedIn::Cookie(cookie)) => Ok(cookie),
        Ok(SignedIn::Disabled) => Err(Failure::Disabled),
        Err(error) => {
            tracing::error!(%error, "a session could not be recorded");
            Err(Failure::Unrecorded)
        }
    }
}

/// Records a failed login and says so. A disabled account has its own line already.
fn refuse(auth: &Auth, failure: Failure, peer: Option<std::net::IpAddr>) -> Response {
    if failure != Failure::Disabled {
        let event = AuditEvent::act("anonymous", "refused", "login");
        auth.record_refusal(AuditEvent { reason: Some(failure.code().to_owned()), peer, ..event });
    }
    page::failed(auth, failure)
}

/// A redirect that no cache keeps.
fn to(place: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::CACHE_CONTROL, "no-store")], Redirect::to(place)).into_response()
}

/// The response with the attempt's cookie, and without those that are too many.
fn remembering(auth: &Auth, attempt: &Attempt, headers: &HeaderMap, mut response: Response) -> Response {
    let jar = auth.jar();
    for name in attempt::surplus(headers, jar, auth.key()) {
        response.headers_mut().append(header::SET_COOKIE, jar.forget(&name));
    }
    let cookie = jar.set(&attempt.cookie_name(jar), &attempt.cookie_value(auth.key()), Some(attempt::LIFETIME));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

fn is_role(hint: &str) -> bool {
    (1..=40).contains(&hint.len()) && hint.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// The parameters of a query. One that comes twice counts as absent: nobody honest sends it so.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(query: Option<&str>) -> Self {
        let pairs = openidconnect::url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    fn only(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}
