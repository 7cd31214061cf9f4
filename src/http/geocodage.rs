//! The Géoplateforme's dialect of the geocoder: `/geocodage/search`, `/geocodage/reverse`,
//! `/geocodage/completion`, `/geocodage/getCapabilities`. Of its three indexes the addresses are here; the points
//! of interest and the parcels are not, and asking for them alone gives an empty collection.

mod area;
mod completion;
mod parameters;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use geocoder::ban_api;

use self::{
    completion::completion_request,
    parameters::{reverse_request, search_request},
};
use super::{
    addresses::{Index, run},
    problem::Problem,
    query::Sent,
    reply,
};
use crate::app::App;

/// What the service says of itself; the tests ask every parameter it names.
const CAPABILITIES: &str = include_str!("geocodage/capabilities.json");

/// `GET` or `POST /geocodage/search`
pub async fn search(State(app): State<App>, Index(geocoder): Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = search_request(&sent)?;
    let (query, true_geometry) = (asked.query.clone(), asked.true_geometry);
    let found = run(&app, move || Ok(asked.answer(&geocoder))).await??;
    Ok(reply::json_unkept(&ban_api::geoplateforme_collection(&found, query, true_geometry)))
}

/// `GET` or `POST /geocodage/reverse`
pub async fn reverse(State(app): State<App>, Index(geocoder): Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = reverse_request(&sent)?;
    let true_geometry = asked.true_geometry;
    let found = run(&app, move || asked.answer(&geocoder)).await?;
    Ok(reply::json_unkept(&ban_api::geoplateforme_collection(&found, None, true_geometry)))
}

/// `GET` or `POST /geocodage/completion`
pub async fn completion(State(app): State<App>, Index(geocoder): Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = completion_request(&sent)?;
    let found = run(&app, move || asked.answer(&geocoder)).await?;
    Ok(reply::json_unkept(&geocoder::completion::completion(&found)))
}

/// `GET /geocodage/getCapabilities`
pub async fn capabilities(_: Index) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], CAPABILITIES).into_response()
}
