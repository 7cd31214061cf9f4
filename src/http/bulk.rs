//! Files of addresses: `/ban/search/csv`, `/ban/reverse/csv`, and the same under `/geocodage`.
//! What a form says and who may send it is here; `bulk/exchange.rs` moves the bytes. Nothing of a file is
//! logged, and nothing of it is kept.

mod allowance;
mod exchange;
mod outlet;

use auth_proxy::Principal;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::post,
};
use geocoder::bulk::{Options, Task};

use self::{allowance::Allowance, exchange::Exchange};
use super::problem::Problem;
use crate::app::App;

/// Says which index answered: rows asked for again are the same only under the same one.
pub const REVISION: HeaderName = HeaderName::from_static("x-traboule-revision");

/// The four routes, whose bodies have no largest size.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/ban/search/csv", post(search))
        .route("/ban/reverse/csv", post(reverse))
        .route("/geocodage/search/csv", post(search))
        .route("/geocodage/reverse/csv", post(reverse))
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(DefaultBodyLimit::disable())
}

async fn search(
    State(app): State<App>,
    principal: Option<Extension<Principal>>,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, principal.as_deref(), request, Task::Search).await
}

async fn reverse(
    State(app): State<App>,
    principal: Option<Extension<Principal>>,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, principal.as_deref(), request, Task::Reverse).await
}

async fn answer(app: &App, principal: Option<&Principal>, request: Request, task: Task) -> Result<Response, Problem> {
    let (exchange, beginning) = Exchange::new(app, principal)?;
    let (allowance, request) = Allowance::of(request);
    let form = Multipart::from_request(request, app).await.map_err(|_| {
        Problem::BadRequest("Le fichier s'envoie dans un formulaire multipart/form-data, champ data.".into())
    })?;
    let revision = HeaderValue::from_str(&exchange.revision()).map_err(|error| Problem::internal(&error))?;
    tokio::spawn(exchange.run(form, allowance, Options::new(task)));
    let begun = beginning.await.map_err(|_| Problem::Internal)??;
    let kind = HeaderValue::from_str(&format!("text/csv; charset={}", begun.encoding))
        .map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"geocoded.csv\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        (REVISION, revision),
    ];
    Ok((headers, begun.body).into_response())
}
