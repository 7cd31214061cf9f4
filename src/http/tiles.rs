//! `GET /tiles/{layers}/{z}/{x}/{y}`: one layer, or several with commas, in one tile.
//! The body of `get_tile` is the route of a tile as ARCHITECTURE.md tells it.

use auth_proxy::Principal;
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use tiles::{CutLayer, CutOptions, Tile, TileCoord, TileJsonLayer, TileKey};

use super::{
    problem::Problem,
    query::no_parameter,
    reply,
    rights::{self, Granted},
};
use crate::app::App;

/// One tile.
pub async fn get_tile(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    Path((names, z, x, y)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let coord = TileCoord::parse(&z, &x, &y)?;
    let generation = app.generation();
    let granted = rights::granted(&app, &generation, &principal, &names)?;
    if !granted.iter().any(|layer| layer.layer.has_zoom(coord.z())) {
        return Err(Problem::NotFound);
    }
    let drawn: Vec<Granted> = granted.into_iter().filter(|layer| layer.layer.has_zoom(coord.z())).collect();
    let key = TileKey { coord, layers: drawn.iter().map(Granted::key).collect() };
    let compute = app.compute().clone();
    let tile = app.tiles().get_or_cut(key, async move { compute.run(move || cut(coord, &drawn)).await? });
    Ok(reply::tile(&*tile.await.map_err(Problem::shared)?, &headers))
}

/// TileJSON 3 of one or several layers.
pub async fn tilejson(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    Path(names): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let generation = app.generation();
    let granted = rights::granted(&app, &generation, &principal, &names)?;
    let url = format!("{}/tiles/{names}/{{z}}/{{x}}/{{y}}", generation.config.server.public_url);
    let described: Vec<TileJsonLayer<'_>> = granted
        .iter()
        .map(|g| TileJsonLayer { layer: &g.layer, snapshot: &g.snapshot, territory: &g.territory })
        .collect();
    Ok(reply::json(&tiles::tilejson(&described, url)))
}

/// Cuts on the compute pool, once for all who wait for this tile.
fn cut(coord: TileCoord, granted: &[Granted]) -> Result<Tile, Problem> {
    let layers: Vec<CutLayer<'_>> = granted
        .iter()
        .map(|g| CutLayer { name: g.layer.id.as_str(), snapshot: &g.snapshot, territory: &g.territory })
        .collect();
    let tile = tiles::cut(coord, &layers, &CutOptions::default())?;
    metrics::counter!("traboule_tiles_cut_total").increment(1);
    metrics::counter!("traboule_tile_features_dropped_total").increment(u64::from(tile.dropped));
    Ok(tile)
}
