//! `GET /styles/{id}`: the base map (`plan`), or the style of one layer this person may see.

use auth_proxy::Principal;
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};

use super::{problem::Problem, query::no_parameter, reply, rights};
use crate::app::App;

/// The base map's name among styles.
const BASE: &str = "plan";

/// One style, its URLs absolute.
pub async fn style(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let generation = app.generation();
    let public_url = &generation.config.server.public_url;
    if id == BASE {
        return Ok(reply::json(&generation.styles.base(public_url)));
    }
    let granted = rights::granted_one(&app, &generation, &principal, &id)?;
    let style = generation.styles.layer(&granted.layer.id, public_url).ok_or(Problem::NotFound)?;
    Ok(reply::json(&style))
}
