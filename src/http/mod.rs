//! Every route, in reading order, on one screen.

pub mod addresses;
pub mod admin;
pub mod assets;
pub mod ban;
pub mod bulk;
pub mod catalogue;
pub mod cors;
pub mod features;
pub mod geocodage;
mod indexes;
pub mod observe;
pub mod photon;
pub mod problem;
pub mod query;
pub mod reply;
pub mod rights;
pub mod session;
pub mod styles;
pub mod tiles;

use std::time::Duration;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use layers::Access;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use crate::app::App;

/// Nothing here takes longer when all is well; a stuck request must not hold its connection.
const DEADLINE: Duration = Duration::from_secs(30);
/// The largest body any route reads is a search form.
const BODY_LIMIT: usize = 16 * 1024;

/// The public listener.
pub fn router(app: App) -> Router {
    let auth = app.auth().clone();
    let policy = observe::content_security_policy(auth.identity_origin());
    let served = app.clone();
    let is_search_open = move || served.generation().config.geocoder.access == Access::Open;
    auth_proxy::protect(routes().with_state(app.clone()), auth, is_search_open)
        .layer(from_fn_with_state(app, cors::allow))
        .layer(CompressionLayer::new()) // leaves alone what is compressed already: tiles
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(from_fn_with_state(policy, observe::observe))
}

/// What is behind the gate.
fn routes() -> Router<App> {
    Router::new()
        .route("/", get(assets::page))
        .route("/assets/{*path}", get(assets::asset))
        .route("/favicon.ico", get(assets::icon))
        .route("/auth/login", get(auth_proxy::login))
        .route("/auth/callback", get(auth_proxy::callback))
        .route("/auth/logout", get(auth_proxy::signed_out).post(auth_proxy::logout))
        .route("/auth/me", get(session::me))
        .route("/api/catalogue", get(catalogue::catalogue))
        .route("/api/layers/{id}", get(catalogue::layer))
        .route("/api/layers/{id}/features/{fid}", get(features::feature))
        .route("/tiles/{layers}", get(tiles::tilejson))
        .route("/tiles/{layers}/{z}/{x}/{y}", get(tiles::get_tile))
        .route("/styles/{id}", get(styles::style))
        .route("/photon/api", get(photon::search).post(photon::search))
        .route("/photon/structured", get(photon::structured).post(photon::structured))
        .route("/photon/reverse", get(photon::reverse).post(photon::reverse))
        .route("/photon/status", get(photon::status))
        .route("/ban/search", get(ban::search).post(ban::search))
        .route("/ban/reverse", get(ban::reverse).post(ban::reverse))
        .route("/ban/batch", post(ban::batch).layer(DefaultBodyLimit::max(ban::LARGEST_BATCH_BODY)))
        .route("/geocodage/search", get(geocodage::search).post(geocodage::search))
        .route("/geocodage/reverse", get(geocodage::reverse).post(geocodage::reverse))
        .route("/geocodage/completion", get(geocodage::completion).post(geocodage::completion))
        .route("/geocodage/getCapabilities", get(geocodage::capabilities))
        .fallback(async || problem::Problem::NotFound)
        .method_not_allowed_fallback(async || problem::Problem::MethodNotAllowed)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, DEADLINE))
        .merge(bulk::routes()) // files of any length: they have limits of their own, on silence
        .layer(from_fn(observe::name_route))
}

/// The operations listener: keep it on loopback.
pub fn admin_router(app: App, metrics: metrics_exporter_prometheus::PrometheusHandle) -> Router {
    Router::new()
        .route("/health/live", get(admin::live))
        .route("/health/ready", get(admin::ready))
        .route("/metrics", get(move || admin::metrics(metrics.clone())))
        .with_state(app)
}
