//! The Géoplateforme's dialect of the geocoder: `/geocodage/search`, `/geocodage/reverse`,
//! `/geocodage/completion`, `/geocodage/getCapabilities`. Its three indexes are the addresses, the searchable layers and,
//! of those, the parcels; without a layer of parcels, those that have an address.

mod area;
mod completion;
mod parameters;
mod parcels;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use geocoder::{Suggestion, ban_api};
use serde_json::{Value, json};

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
pub async fn search(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = search_request(&sent)?;
    let (query, true_geometry) = (asked.query.clone(), asked.true_geometry);
    let work = move || Ok(asked.answer(&index).map(|found| drawn(&index, found, true_geometry)));
    let (found, shapes) = run(&app, work).await??;
    Ok(collection(&found, query, shapes.as_deref()))
}

/// `GET` or `POST /geocodage/reverse`
pub async fn reverse(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = reverse_request(&sent)?;
    let true_geometry = asked.true_geometry;
    let work = move || asked.answer(&index).map(|found| drawn(&index, found, true_geometry));
    let (found, shapes) = run(&app, work).await?;
    Ok(collection(&found, None, shapes.as_deref()))
}

/// `GET` or `POST /geocodage/completion`
pub async fn completion(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = completion_request(&sent)?;
    let found = run(&app, move || asked.answer(&index)).await?;
    Ok(reply::json_unkept(&geocoder::completion::completion(&found)))
}

/// Some answers with the geometry of each that is a feature; with none when it was not asked.
fn drawn(index: &Index, found: Vec<Suggestion>, true_geometry: bool) -> (Vec<Suggestion>, Option<Vec<Option<Value>>>) {
    let shape = |suggestion| index.geometry(suggestion).map(|geometry| json!(geometry));
    let shapes = true_geometry.then(|| found.iter().map(shape).collect());
    (found, shapes)
}

fn collection(found: &[Suggestion], query: Option<String>, shapes: Option<&[Option<Value>]>) -> Response {
    match shapes {
        Some(shapes) => reply::json_unkept(&ban_api::geoplateforme_collection_of(found, query, shapes)),
        None => reply::json_unkept(&ban_api::geoplateforme_collection(found, query, false)),
    }
}

/// `GET /geocodage/getCapabilities`
pub async fn capabilities(_: Index) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], CAPABILITIES).into_response()
}
