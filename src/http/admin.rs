//! The operations listener: is it alive, is it ready, how is it doing. Keep it on loopback:
//! it says which layers exist.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

use crate::app::App;

#[derive(Serialize)]
struct Ready {
    ready: bool,
    geocoder: Option<String>,
    layers: Vec<LayerAge>,
}

#[derive(Serialize)]
struct LayerAge {
    id: String,
    features: Option<usize>,
    imported: Option<jiff::Timestamp>,
    age_seconds: Option<i64>,
}

/// The process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// Every layer and the index are in place; 503 until then, and while stopping.
pub async fn ready(State(app): State<App>) -> Response {
    let generation = app.generation();
    let now = jiff::Timestamp::now();
    let layers: Vec<LayerAge> = generation
        .catalogue
        .entries()
        .iter()
        .map(|entry| {
            let imported = entry.snapshot.as_ref().map(|snapshot| snapshot.imported());
            LayerAge {
                id: entry.layer.id.to_string(),
                features: entry.snapshot.as_ref().map(|snapshot| snapshot.len()),
                imported,
                age_seconds: imported.map(|at| now.duration_since(at).as_secs()),
            }
        })
        .collect();
    let geocoder = app.geocoder().map(|geocoder| geocoder.revision());
    let ready = geocoder.is_some() && layers.iter().all(|layer| layer.imported.is_some()) && !app.is_stopping();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, geocoder, layers })).into_response()
}

/// Prometheus text.
pub async fn metrics(handle: PrometheusHandle) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render())
}
