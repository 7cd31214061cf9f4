//! The Géoplateforme's dialect of the geocoder: `/geocodage/search`, `/geocodage/reverse`,
//! `/geocodage/completion`, `/geocodage/getCapabilities`. Its three indexes are the addresses, the searchable layers and,
//! of those, the parcels; without a layer of parcels, those that have an address.

mod area;
mod completion;
mod parameters;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use geocoder::{Suggestion, ban_api};
use serde_json::Value;

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
    let (found, geometries) = run(&app, work).await??;
    Ok(reply::json_unkept(&collection(&found, query, &geometries)?))
}

/// `GET` or `POST /geocodage/reverse`
pub async fn reverse(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = reverse_request(&sent)?;
    let true_geometry = asked.true_geometry;
    let work = move || asked.answer(&index).map(|found| drawn(&index, found, true_geometry));
    let (found, geometries) = run(&app, work).await?;
    Ok(reply::json_unkept(&collection(&found, None, &geometries)?))
}

/// `GET` or `POST /geocodage/completion`
pub async fn completion(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let asked = completion_request(&sent)?;
    let found = run(&app, move || asked.answer(&index)).await?;
    Ok(reply::json_unkept(&geocoder::completion::completion(&found)))
}

/// Some answers with the geometry of each that is a feature; with none when it was not asked.
fn drawn(index: &Index, found: Vec<Suggestion>, true_geometry: bool) -> (Vec<Suggestion>, Option<Geometries>) {
    let geometries = true_geometry.then(|| found.iter().map(|suggestion| index.geometry(suggestion)).collect());
    (found, geometries)
}

type Geometries = Vec<Option<geojson::Geometry>>;

/// The answers as the Géoplateforme writes them: with true geometries, every position of an address, and a feature as
/// its layer draws it.
fn collection(
    found: &[Suggestion],
    query: Option<String>,
    geometries: &Option<Geometries>,
) -> Result<Value, Problem> {
    let collection = ban_api::geoplateforme_collection(found, query, geometries.is_some());
    let mut written = serde_json::to_value(collection).map_err(|error| Problem::internal(&error))?;
    let features = written["features"].as_array_mut().into_iter().flatten();
    for (feature, geometry) in features.zip(geometries.iter().flatten()) {
        if let Some(geometry) = geometry {
            feature["properties"]["truegeometry"] = serde_json::json!(geometry);
        }
    }
    Ok(written)
}

/// `GET /geocodage/getCapabilities`
pub async fn capabilities(_: Index) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], CAPABILITIES).into_response()
}
