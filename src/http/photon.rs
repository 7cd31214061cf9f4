//! Photon's dialect of the geocoder: `/photon/api`, `/photon/structured`, `/photon/reverse`, `/photon/status`.
//! What the parameters mean is in `photon/parameters.rs`, what the answers look like in `geocoder::photon`.

mod parameters;

use axum::{extract::State, response::Response};
use geocoder::photon;
use serde::Serialize;

use self::parameters::{reverse_request, search_request, structured_request};
use super::{
    addresses::{Index, run},
    problem::Problem,
    query::Sent,
    reply,
};
use crate::app::App;

/// `GET` or `POST /photon/api`
pub async fn search(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = search_request(&sent)?;
    let (shown, work) = (asked.shown, move || asked.answer(&index));
    Ok(reply::json_unkept(&photon::feature_collection_showing(&run(&app, work).await?, shown)))
}

/// `GET` or `POST /photon/structured`
pub async fn structured(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = structured_request(&sent)?;
    let (shown, work) = (asked.shown, move || asked.answer(&index));
    Ok(reply::json_unkept(&photon::feature_collection_showing(&run(&app, work).await?, shown)))
}

/// `GET` or `POST /photon/reverse`
pub async fn reverse(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = reverse_request(&sent)?;
    let (shown, work) = (asked.shown, move || asked.answer(index));
    Ok(reply::json_unkept(&photon::feature_collection_showing(&run(&app, work).await?, shown)))
}

/// `GET /photon/status`: open, so that a probe needs no account.
pub async fn status(State(app): State<App>) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Status {
        status: &'static str,
        import_date: String,
        version: &'static str,
    }
    let geocoder = app.geocoder().ok_or(Problem::Unavailable)?;
    let import_date = geocoder.manifest().built.to_string();
    Ok(reply::json_unkept(&Status { status: "Ok", import_date, version: env!("CARGO_PKG_VERSION") }))
}
