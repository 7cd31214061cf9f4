//! Suggestions in the shape of the Géoplateforme's completion: one flat object a place, made to be listed
//! under a search box. Its `metropole` means metropolitan France, not the Métropole de Lyon.

use serde::Serialize;

use crate::{Suggestion, departments::department, geojson};

/// What `/geocodage/completion` answers.
#[derive(Debug, Serialize)]
pub struct Completion<'a> {
    status: &'static str,
    results: Vec<Completed<'a>>,
}

#[derive(Debug, Serialize)]
struct Completed<'a> {
    country: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<[&'a str; 1]>,
    city: &'a str,
    oldcity: &'a str,
    kind: &'a str,
    #[serde(rename = "poiType", skip_serializing_if = "Option::is_none")]
    poi_type: Option<[&'a str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zipcode: Option<&'a str>,
    street: &'a str,
    metropole: bool,
    fulltext: String,
    x: f64,
    y: f64,
    classification: u8,
}

/// Where answers must lie, `terr=…`: one of several is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Territory {
    /// `METROPOLE`: metropolitan France.
    Metropolitan,
    /// `DOMTOM`: overseas.
    Overseas,
    /// A department, by its code.
    Department(String),
    /// A postcode.
    Postcode(String),
}

impl Territory {
    /// Reads one value; none when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "METROPOLE" => Some(Self::Metropolitan),
            "DOMTOM" => Some(Self::Overseas),
            _ if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) => Some(Self::Postcode(text.to_owned())),
            _ => department(&format!("{text:0<5}"))
                .filter(|it| it.code == text)
                .map(|it| Self::Department(it.code.to_owned())),
        }
    }

    /// Whether an answer lies there.
    pub fn holds(&self, suggestion: &Suggestion) -> bool {
        match self {
            Self::Metropolitan => is_metropolitan(&suggestion.insee),
            Self::Overseas => !is_metropolitan(&suggestion.insee),
            Self::Department(code) => department(&suggestion.insee).is_some_and(|it| it.code == code),
            Self::Postcode(postcode) => suggestion.postcode.as_deref() == Some(postcode),
        }
    }
}

/// The list the Géoplateforme would answer with.
pub fn completion(suggestions: &[Suggestion]) -> Completion<'_> {
    Completion { status: "OK", results: suggestions.iter().map(completed).collect() }
}

fn completed(suggestion: &Suggestion) -> Completed<'_> {
    let [x, y] = geojson::degrees(suggestion.position.at);
    let tag = suggestion.object.as_ref().map(|_| suggestion.osm_tag());
    Completed {
        country: if tag.is_some() { "PositionOfInterest" } else { "StreetAddress" },
        names: tag.map(|_| [suggestion.name.as_str()]),
        city: &suggestion.city,
        oldcity: suggestion.district.as_deref().filter(|_| suggestion.old_insee.is_some()).unwrap_or_default(),
        kind: tag.map_or("", |(_, value)| value),
        poi_type: tag.map(|(key, value)| [key, value]),
        zipcode: suggestion.postcode.as_deref(),
        street: if tag.is_some() || suggestion.kind.is_town() { "" } else { &suggestion.name },
        metropole: is_metropolitan(&suggestion.insee),
        fulltext: fulltext(suggestion),
        x,
        y,
        classification: 7, // what the national service gives every address
    }
}

/// `12bis Rue Garibaldi, 69003 Lyon`; for a town, `Bron, 69500 Bron` as the national service writes it.
fn fulltext(suggestion: &Suggestion) -> String {
    let number = suggestion.house_number.as_deref().map(|number| format!("{number} ")).unwrap_or_default();
    let postcode = suggestion.postcode.as_deref().map(|postcode| format!("{postcode} ")).unwrap_or_default();
    format!("{number}{}, {postcode}{}", suggestion.name, suggestion.city)
}

fn is_metropolitan(insee: &str) -> bool {
    insee < "97"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{park, street_of_a_merged_commune};

    #[test]
    fn a_street_is_completed_as_the_geoplateforme_writes_it() {
        assert_eq!(
            serde_json::to_value(completion(&[street_of_a_merged_commune()])).unwrap(),
            serde_json::json!({"status": "OK", "results": [{
                "country": "StreetAddress", "city": "Oullins-Pierre-Bénite", "oldcity": "Pierre-Bénite", "kind": "",
                "zipcode": "69310", "street": "Boulevard de l’Europe", "metropole": true,
                "fulltext": "Boulevard de l’Europe, 69310 Oullins-Pierre-Bénite", "x": 4.85, "y": 45.75, "classification": 7,
            }]})
        );
    }

    #[test]
    fn an_object_is_completed_as_a_position_of_interest() {
        assert_eq!(
            serde_json::to_value(completion(&[park()])).unwrap()["results"][0],
            serde_json::json!({
                "country": "PositionOfInterest", "names": ["Parc Blandan"], "city": "Lyon", "oldcity": "", "kind": "park",
                "poiType": ["leisure", "park"], "zipcode": "69007", "street": "", "metropole": true,
                "fulltext": "Parc Blandan, 69007 Lyon", "x": 4.85, "y": 45.75, "classification": 7,
            })
        );
    }

    #[test]
    fn territories_are_france_departments_and_postcodes() {
        let holds = |text: &str| Territory::parse(text).unwrap().holds(&street_of_a_merged_commune());
        assert!(holds("METROPOLE") && holds("69") && holds("69310"));
        assert!(!holds("DOMTOM") && !holds("01") && !holds("69600") && !holds("974"));
        for bad in ["", "6", "00", "6931", "metropole", "LYON"] {
            assert_eq!(Territory::parse(bad), None, "{bad}");
        }
    }
}
