//! `POST /ban/batch`: up to a hundred searches and reverses in one JSON document, each answered on its own.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    response::Response,
};
use geocoder::{
    Suggestion,
    ban_api::{self, Best},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::parameters::{reverse_request, search_request};
use crate::{
    app::App,
    http::{
        addresses::{Index, run},
        indexes::Indexes,
        problem::Problem,
        query::from_object,
        reply,
    },
};

/// The largest body of a batch: a hundred addresses as long as may be, four times over.
pub const LARGEST_BATCH_BODY: usize = 256 * 1024;
/// Items of a batch at most.
const MOST_ITEMS: usize = 100;

/// What is sent.
#[derive(Debug, Deserialize)]
pub struct Batch {
    requests: Vec<Item>,
    /// For every item.
    #[serde(default)]
    params: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Item {
    id: Option<Value>,
    /// `geocode` or `reverse`.
    #[serde(default)]
    operation: Value,
    /// An object.
    #[serde(default)]
    params: Value,
}

#[derive(Serialize)]
struct Answered<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Best<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// `POST /ban/batch`. An item that cannot be meant is that item's error; a batch that is none is refused whole.
pub async fn batch(
    State(app): State<App>,
    index: Index,
    sent: Result<Json<Batch>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(batch) = sent.map_err(|_| wrong_batch())?;
    if batch.requests.len() > MOST_ITEMS {
        return Err(wrong_batch());
    }
    let mut found = Vec::with_capacity(batch.requests.len());
    for item in &batch.requests {
        // One by one through the pool: others are served in between.
        let index = index.clone();
        found.push(match read(item, &batch.params) {
            Err(problem) => Err(problem),
            Ok(Read::Search(indexes, request)) => run(&app, move || indexes.of(index).search(request)).await,
            Ok(Read::Reverse(indexes, nearby)) => run(&app, move || indexes.of(index).reverse(nearby)).await,
        });
        if let Some(Err(Problem::Unavailable)) = found.last() {
            return Err(Problem::Unavailable);
        }
    }
    let results: Vec<Answered<'_>> =
        batch.requests.iter().zip(&found).map(|(item, found)| answered(item, found)).collect();
    Ok(reply::json_unkept(&serde_json::json!({ "results": results })))
}

enum Read {
    Search(Indexes, geocoder::Request),
    Reverse(Indexes, geocoder::Nearby),
}

/// An item's own parameters and those of the batch, which win; two answers, and nothing is still being typed.
fn read(item: &Item, shared: &Map<String, Value>) -> Result<Read, Problem> {
    let own = item.params.as_object().ok_or_else(|| Problem::BadRequest("params est un objet.".into()))?;
    let mut members = own.clone();
    members.extend(shared.iter().map(|(name, value)| (name.clone(), value.clone())));
    members.insert("limit".to_owned(), Value::from(2));
    members.insert("autocomplete".to_owned(), Value::from(false));
    let sent = from_object(&members)?;
    match item.operation.as_str() {
        Some("geocode") => search_request(&sent).map(|(indexes, request, _)| Read::Search(indexes, request)),
        Some("reverse") => reverse_request(&sent).map(|(indexes, nearby, _)| Read::Reverse(indexes, nearby)),
        _ => Err(Problem::BadRequest("operation vaut geocode ou reverse.".into())),
    }
}

fn answered<'a>(item: &'a Item, found: &'a Result<Vec<Suggestion>, Problem>) -> Answered<'a> {
    let id = item.id.as_ref();
    match found {
        Ok(suggestions) => match ban_api::best(suggestions) {
            Some(best) => Answered { id, status: "ok", result: Some(best), error: None },
            None => Answered { id, status: "not-found", result: None, error: None },
        },
        Err(problem) => Answered { id, status: "error", result: None, error: Some(problem.message().to_owned()) },
    }
}

fn wrong_batch() -> Problem {
    Problem::BadRequest(
        "Un lot est un objet JSON (application/json) : requests, une liste de 100 demandes au plus, chacune avec \
         operation (geocode ou reverse) et params."
            .into(),
    )
}
