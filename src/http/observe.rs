//! What is kept of a request: its route, status, duration and a request id. Never its query,
//! which may hold an address somebody typed. And the headers every response carries.

use std::{any::Any, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use super::problem::Problem;

/// Name of the header that carries the request id, for support.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const SECURITY_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("geolocation=(), camera=(), microphone=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Nothing from elsewhere, no inline script or style, no frame. MapLibre draws images from
/// `data:` and `blob:`. The form that signs out ends on the identity provider, where `form-action`
/// must let it go.
pub fn content_security_policy(identity_provider: Option<String>) -> HeaderValue {
    let form_action = identity_provider.map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'{form_action}"
    );
    HeaderValue::try_from(policy).expect("an origin is ASCII without control characters")
}

/// The pattern of the route that answered; never the path itself.
#[derive(Clone)]
struct Route(String);

/// Innermost: writes on the answer which route gave it, since the gate stands before routing.
pub async fn name_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| Route(path.as_str().to_owned()));
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// Outermost: measures, and adds the headers every response carries.
pub async fn observe(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let id = request_id();
    let method = request.method().clone();
    let started = Instant::now();
    let span = tracing::info_span!("request", id = %id);
    let mut response = next.run(request).instrument(span).await;

    let seconds = started.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    let route = response.extensions().get::<Route>().map_or("none", |route| route.0.as_str()).to_owned();
    tracing::debug!(id = %id, %method, route, status, ms = seconds * 1000.0, "answered");
    metrics::counter!("traboule_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("traboule_request_seconds", "route" => route).record(seconds);

    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(REQUEST_ID, HeaderValue::from_str(&id).expect("hexadecimal digits are a header value"));
    response
}

/// A panic in a handler: a 500 for that request alone. The panic hook has printed the cause.
pub fn panicked(_: Box<dyn Any + Send>) -> axum::http::Response<Body> {
    metrics::counter!("traboule_panics_total").increment(1);
    Problem::Internal.into_response()
}

fn request_id() -> String {
    use ring::rand::SecureRandom;
    let mut bytes = [0u8; 8];
    // An id is for support only: without entropy, requests share the id 0 and are still served.
    let _ = ring::rand::SystemRandom::new().fill(&mut bytes);
    format!("{:016x}", u64::from_le_bytes(bytes))
}
