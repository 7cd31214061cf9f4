//! Themes and layers, as far as this person may see: a layer that is closed to them is not
//! listed, counted, or bounded by features they may not see.

use auth_proxy::{Decision, Principal};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use layers::{Access, AttributeType, Entry, GeometryKind, Layer, Snapshot, Territory};
use serde::Serialize;

use super::{problem::Problem, query::no_parameter, reply, rights, session::AdhesionView};
use crate::app::App;

/// `GET /api/catalogue`
#[derive(Serialize)]
struct CatalogueView<'a> {
    themes: Vec<ThemeView<'a>>,
    adhesion: AdhesionView,
}

#[derive(Serialize)]
struct ThemeView<'a> {
    id: &'a str,
    title: &'a str,
    layers: Vec<LayerView<'a>>,
}

/// A layer as the page knows it. `count` and `bounds` are those of this person's territory.
#[derive(Serialize)]
struct LayerView<'a> {
    id: &'a str,
    title: &'a str,
    summary: &'a str,
    theme: &'a str,
    access: Access,
    producer: &'a str,
    licence: &'a str,
    frequency: &'a str,
    date: Option<jiff::civil::Date>,
    imported: Option<jiff::Timestamp>,
    revision: Option<&'a str>,
    count: u64,
    bounds: Option<[f64; 4]>,
    zooms: (u8, u8),
    geometry: &'static str,
    attributes: Vec<AttributeView<'a>>,
    style: String,
    tiles: String,
}

#[derive(Serialize)]
struct AttributeView<'a> {
    name: &'a str,
    label: &'a str,
    #[serde(rename = "type")]
    kind: AttributeType,
}

/// Every theme with the layers this person may open.
pub async fn catalogue(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let generation = app.generation();
    let themes = generation
        .catalogue
        .themes()
        .map(|(theme, entries)| ThemeView {
            id: &theme.id,
            title: &theme.title,
            layers: entries.filter_map(|entry| open_layer(&app, &principal, entry)).collect(),
        })
        .filter(|theme| !theme.layers.is_empty())
        .collect();
    Ok(reply::json(&CatalogueView { themes, adhesion: AdhesionView::of(&app, &principal) }))
}

/// `GET /api/layers/{id}`
pub async fn layer(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let generation = app.generation();
    let entry = generation.catalogue.get(&id).ok_or(Problem::NotFound)?;
    match rights::decide_and_audit(&app, &principal, &entry.layer) {
        Decision::Granted(territory) => Ok(reply::json(&view(&entry.layer, entry.snapshot.as_deref(), &territory))),
        Decision::Denied(reason) if reason.hides() => Err(Problem::NotFound),
        Decision::Denied(reason) => Err(rights::forbidden(&app, &reason)),
    }
}

fn open_layer<'a>(app: &App, principal: &Principal, entry: &'a Entry) -> Option<LayerView<'a>> {
    match rights::decision(app, principal, &entry.layer) {
        Decision::Granted(territory) => Some(view(&entry.layer, entry.snapshot.as_deref(), &territory)),
        Decision::Denied(_) => None,
    }
}

fn view<'a>(layer: &'a Layer, snapshot: Option<&'a Snapshot>, territory: &Territory) -> LayerView<'a> {
    let extent = snapshot.map(|snapshot| snapshot.extent(territory));
    let kind_of = |name: &str| {
        snapshot
            .and_then(|s| s.columns().iter().find(|column| column.name == name))
            .map_or(AttributeType::String, |c| c.kind)
    };
    LayerView {
        id: layer.id.as_str(),
        title: &layer.title,
        summary: &layer.summary,
        theme: &layer.theme,
        access: layer.access,
        producer: &layer.producer,
        licence: &layer.licence,
        frequency: &layer.frequency,
        date: layer.date,
        imported: snapshot.map(Snapshot::imported),
        revision: snapshot.map(Snapshot::revision),
        count: extent.as_ref().map_or(0, |extent| extent.count),
        bounds: extent.and_then(|extent| extent.bbox).map(|b| [b.west, b.south, b.east, b.north]),
        zooms: layer.zooms,
        geometry: snapshot.map_or("mixed", |snapshot| geometry(snapshot.geometry())),
        attributes: layer
            .attributes
            .iter()
            .map(|a| AttributeView { name: &a.name, label: &a.label, kind: kind_of(&a.name) })
            .collect(),
        style: format!("/styles/{}", layer.id),
        tiles: format!("/tiles/{}", layer.id),
    }
}

fn geometry(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Point => "point",
        GeometryKind::Line => "line",
        GeometryKind::Polygon => "polygon",
        GeometryKind::Mixed => "mixed",
    }
}
