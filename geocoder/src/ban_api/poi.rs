//! An object in the Géoplateforme's shape of a point of interest: lists where it may have several of something; what
//! only we know of it is in `extrafields`.

use layers::{FeatureId, LayerId};
use serde::Serialize;

use super::{geoplateforme::TrueGeometry, properties::metres};
use crate::{FoundObject, Suggestion, geojson};

/// The properties of a point of interest.
#[derive(Debug, Serialize)]
pub(super) struct Poi<'a> {
    toponym: &'a str,
    name: [&'a str; 1],
    category: [&'a str; 2],
    postcode: Vec<&'a str>,
    citycode: Vec<&'a str>,
    city: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<f64>,
    id: &'a str,
    score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<i64>,
    extrafields: Extra<'a>,
    #[serde(rename = "_type")]
    index: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    truegeometry: Option<TrueGeometry<'a>>,
}

/// What only we say: where the object comes from.
#[derive(Debug, Serialize)]
struct Extra<'a> {
    layer: &'a LayerId,
    feature: FeatureId,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

/// The properties of an answer that is this object.
pub(super) fn poi<'a>(
    suggestion: &'a Suggestion,
    object: &'a FoundObject,
    truegeometry: Option<TrueGeometry<'a>>,
) -> Poi<'a> {
    let lambert = geojson::lambert93(suggestion.position.at);
    let known = |text: &'a str| Some(text).filter(|text| !text.is_empty()).into_iter().collect();
    let (key, value) = &object.tag;
    Poi {
        toponym: &suggestion.name,
        name: [&suggestion.name],
        category: [key, value],
        postcode: suggestion.postcode.as_deref().into_iter().collect(),
        citycode: known(&suggestion.insee),
        city: known(&suggestion.city),
        x: lambert.map(|[x, _]| x),
        y: lambert.map(|[_, y]| y),
        id: &suggestion.id,
        score: geojson::score(suggestion),
        distance: metres(suggestion),
        extrafields: Extra { layer: &object.layer, feature: object.feature, address: object.address.as_deref() },
        index: "poi",
        truegeometry,
    }
}
