//! The national base's dialect of the geocoder, as addok and addok-server speak it: `/ban/search`,
//! `/ban/reverse`, `/ban/batch`. A parameter nobody reads is ignored, as there; one that is read and wrong is
//! refused.

mod batch;
mod parameters;

use axum::{extract::State, response::Response};
use geocoder::ban_api;

pub use self::batch::{LARGEST_BATCH_BODY, batch};
pub(super) use self::parameters::filters;
use self::parameters::{reverse_request, search_request};
use super::{
    addresses::{Index, run},
    problem::Problem,
    query::Sent,
    reply,
};
use crate::app::App;

/// `GET` or `POST /ban/search`: addresses, unless `index` says more, as it does for the national base's successor.
pub async fn search(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let (indexes, request, asked) = search_request(&sent)?;
    let index = indexes.of(index);
    let found = run(&app, move || index.search(request)).await?;
    Ok(reply::json_unkept(&ban_api::feature_collection(&found, asked)))
}

/// `GET` or `POST /ban/reverse`
pub async fn reverse(State(app): State<App>, index: Index, Sent(sent): Sent) -> Result<Response, Problem> {
    let (indexes, nearby, asked) = reverse_request(&sent)?;
    let index = indexes.of(index);
    let found = run(&app, move || index.reverse(nearby)).await?;
    Ok(reply::json_unkept(&ban_api::feature_collection(&found, asked)))
}
