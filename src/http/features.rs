//! The record sheet: every attribute of one feature, from the file of record.

use std::sync::Arc;

use auth_proxy::Principal;
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use layers::{FeatureId, Record, Value};
use serde::Serialize;

use super::{
    problem::Problem,
    query::no_parameter,
    reply,
    rights::{self, Granted},
};
use crate::app::{App, Generation};

#[derive(Serialize)]
struct FeatureView<'a> {
    layer: &'a str,
    id: FeatureId,
    bbox: Option<[f64; 4]>,
    geometry: geojson::Geometry,
    communes: Vec<CommuneView<'a>>,
    properties: Vec<PropertyView<'a>>,
}

#[derive(Serialize)]
struct CommuneView<'a> {
    code: &'a str,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct PropertyView<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a Value,
}

/// `GET /api/layers/{id}/features/{fid}`. A feature outside this person's territory does not exist.
pub async fn feature(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    Path((name, fid)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let id = feature_id(&fid)?;
    let generation = app.generation();
    let granted = rights::granted_one(&app, &generation, &principal, &name)?;
    // Before the record is read: what it costs to read must not tell that the feature exists.
    let feature = granted.snapshot.feature(id).ok_or(Problem::NotFound)?;
    if !granted.territory.opens(&granted.snapshot.commune_sets()[feature.commune_set() as usize]) {
        return Err(Problem::NotFound);
    }
    let snapshot = Arc::clone(&granted.snapshot);
    let record = app.compute().run(move || snapshot.record(id)).await?;
    let record = record.map_err(|error| Problem::internal(&error))?.ok_or(Problem::NotFound)?;
    Ok(reply::json(&view(&generation, &granted, &record)))
}

/// One spelling per feature: digits without a sign or a leading zero.
fn feature_id(text: &str) -> Result<FeatureId, Problem> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    match text.parse::<u64>() {
        Ok(id) if plain && id <= FeatureId::MAX => Ok(FeatureId(id)),
        _ => Err(Problem::BadRequest("L'identifiant d'un objet est un nombre entier.".into())),
    }
}

fn view<'a>(generation: &'a Generation, granted: &'a Granted, record: &'a Record) -> FeatureView<'a> {
    let Granted { layer, snapshot, .. } = granted;
    let label = |name: &'a str| layer.attributes.iter().find(|a| a.name == name).map_or(name, |a| a.label.as_str());
    let name_of = |code| generation.communes.as_ref().and_then(|communes| communes.name(code));
    FeatureView {
        layer: layer.id.as_str(),
        id: record.id,
        bbox: snapshot.feature(record.id).map(|f| f.bounds().to_bbox()).map(|b| [b.west, b.south, b.east, b.north]),
        geometry: geojson::Geometry::from(&record.geometry),
        communes: record.communes.iter().map(|c| CommuneView { code: c.as_str(), name: name_of(*c) }).collect(),
        properties: record
            .properties
            .iter()
            .map(|(name, value)| PropertyView { name, label: label(name), value })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_has_one_spelling() {
        assert_eq!(feature_id("42").unwrap(), FeatureId(42));
        for bad in ["", "-1", "+1", "042", "1e3", "９", "9007199254740992", "99999999999999999999"] {
            assert!(feature_id(bad).is_err(), "{bad:?}");
        }
    }
}
