//! Suggestions in the shape the clients of the national address base read: GeocodeJSON as addok writes it here, as the
//! Géoplateforme does in `geoplateforme`, with the same `properties`.

mod asked;
mod geoplateforme;
mod poi;
mod properties;

pub use asked::{Asked, Filters};
pub use geoplateforme::{GeoplateformeCollection, geoplateforme_collection, geoplateforme_collection_of};
pub use properties::{Properties, properties};
pub(crate) use properties::{context, full_name, label, word};
use serde::Serialize;

use crate::{
    Kind, Suggestion,
    geojson::{self, Feature},
};

/// What `/ban/search` and `/ban/reverse` answer.
#[derive(Debug, Serialize)]
pub struct FeatureCollection<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    features: Vec<Feature<Properties<'a>>>,
    attribution: &'static str,
    licence: &'static str,
    #[serde(flatten)]
    asked: Asked,
}

/// The best of the answers to one item of a batch, flat.
#[derive(Debug, Serialize)]
pub struct Best<'a> {
    #[serde(flatten)]
    properties: Properties<'a>,
    /// Score of the second answer: close to the first, they deserve a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_score: Option<f64>,
    lon: f64,
    lat: f64,
}

/// The first answer with the score of the second; none when there is no answer.
pub fn best(suggestions: &[Suggestion]) -> Option<Best<'_>> {
    let first = suggestions.first()?;
    let [lon, lat] = geojson::degrees(first.position.at);
    Some(Best { properties: properties(first), next_score: suggestions.get(1).map(geojson::score), lon, lat })
}

/// The kinds of an address that clients filter on, `type=…`; none when the word is not one of theirs.
pub fn kinds(word: &str) -> Option<Vec<Kind>> {
    match word {
        "housenumber" => Some(vec![Kind::House]),
        "street" => Some(vec![Kind::Street]),
        "locality" => Some(vec![Kind::Locality]),
        "municipality" => Some(vec![Kind::City, Kind::District]),
        _ => None,
    }
}

/// The collection addok would answer with.
pub fn feature_collection(suggestions: &[Suggestion], asked: Asked) -> FeatureCollection<'_> {
    FeatureCollection {
        kind: "FeatureCollection",
        version: "draft",
        features: suggestions.iter().map(|it| Feature::at(it, properties(it))).collect(),
        attribution: "BAN",
        licence: "ETALAB-2.0",
        asked,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Score, sample::house};

    #[test]
    fn a_collection_repeats_what_was_asked_and_nothing_that_was_not() {
        let asked = Asked {
            query: Some("208 bis".to_owned()),
            filters: Filters { citycode: Some("69383".to_owned()), ..Filters::default() },
            center: Some([4.8, 45.7]),
            limit: Some(5),
        };
        let full = serde_json::to_value(feature_collection(&[], asked)).unwrap();
        assert_eq!(
            full,
            json!({
                "type": "FeatureCollection", "version": "draft", "features": [], "attribution": "BAN",
                "licence": "ETALAB-2.0", "query": "208 bis", "filters": {"citycode": "69383"},
                "center": [4.8, 45.7], "limit": 5,
            })
        );
        let bare = serde_json::to_value(feature_collection(&[], Asked::default())).unwrap();
        assert_eq!(bare.as_object().unwrap().len(), 5, "{bare}");
    }

    #[test]
    fn the_best_answer_says_how_close_the_next_one_was() {
        let second = Suggestion { score: Score { confidence: 0.9, ..Score::default() }, ..house() };
        let both = [house(), second];
        let flat = serde_json::to_value(best(&both)).unwrap();
        assert_eq!((&flat["next_score"], &flat["lon"], &flat["lat"]), (&json!(0.9), &json!(4.85), &json!(45.75)));
        assert_eq!(flat["citycode"], "69383");
        assert!(serde_json::to_value(best(&both[..1])).unwrap().get("next_score").is_none());
        assert!(best(&[]).is_none());
    }
}
