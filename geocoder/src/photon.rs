//! Suggestions in the shape Photon's clients read: a GeoJSON collection, its properties in Photon's order,
//! absent rather than null. What its parameters choose among our kinds is in `photon/choice.rs`, what they leave out of
//! the answers in `photon/post_filter.rs`. A house has no `name` but a `street`; `extent` is west, north, east, south;
//! `osm_id` is left out, for ours would be invented; `extra` holds what Photon-BAL added, and what we add.

mod choice;
mod post_filter;

use std::borrow::Cow;

pub use choice::{BadChoice, Choice, Layer, OsmTag, categories, terms};
use layers::{Bbox, FeatureId, LayerId};
pub use post_filter::{dedupe, lies_in};
use serde::Serialize;

use crate::{
    HouseNumber, Kind, MatchType, Suggestion,
    departments::{Department, department},
    geojson::{self, Geometry},
    house_number::is_detached_suffix,
};

/// The answer of `/photon/api`, `/photon/structured` and `/photon/reverse`.
#[derive(Debug, Serialize)]
pub struct FeatureCollection<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<Feature<'a>>,
}

/// What an answer shows beside the usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// Everything known of each answer, its score part by part, in `raw_data`.
    pub debug: bool,
    /// Every position of a house, as a MultiPoint, instead of its best one.
    pub geometry: bool,
}

#[derive(Debug, Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: Properties<'a>,
    geometry: Geometry,
}

#[derive(Debug, Serialize)]
struct Properties<'a> {
    osm_key: &'a str,
    osm_value: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    housenumber: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    district: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    county: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    country: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<&'a str>,
    countrycode: &'static str,
    extra: Extra<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extent: Option<[f64; 4]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_data: Option<&'a Suggestion>,
}

/// What Photon-BAL added: `insee`, `metropole`, `espace_public` for a point of interest. What we add: the identifiers
/// of the national base, Lambert-93, the score and how it was reached, the layer and the feature that an object is.
#[derive(Debug, Serialize)]
struct Extra<'a> {
    insee: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metropole: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    espace_public: Option<&'static str>,
    id: &'a str,
    #[serde(rename = "banId", skip_serializing_if = "Option::is_none")]
    ban_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cad_parcelles: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a LayerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<FeatureId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<f64>,
    score: f64,
    match_type: MatchType,
    /// The name the text is likest to, when the answer is officially called otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<&'a str>,
}

/// The collection Photon would answer with.
pub fn feature_collection(suggestions: &[Suggestion]) -> FeatureCollection<'_> {
    feature_collection_showing(suggestions, Shown::default())
}

/// The same with more in it.
pub fn feature_collection_showing(suggestions: &[Suggestion], shown: Shown) -> FeatureCollection<'_> {
    let features = suggestions.iter().map(|suggestion| feature(suggestion, shown)).collect();
    FeatureCollection { kind: "FeatureCollection", features }
}

fn feature(suggestion: &Suggestion, shown: Shown) -> Feature<'_> {
    let geometry = if shown.geometry { Geometry::every_position(suggestion) } else { Geometry::point(suggestion) };
    let mut properties = properties(suggestion);
    properties.raw_data = shown.debug.then_some(suggestion);
    Feature { kind: "Feature", properties, geometry }
}

fn properties(suggestion: &Suggestion) -> Properties<'_> {
    let (osm_key, osm_value) = suggestion.osm_tag();
    let (number, street) =
        suggestion.object.as_ref().and_then(|it| it.address.as_deref()).map_or((None, None), address);
    let is_house = suggestion.kind == Kind::House;
    let department = department(&suggestion.insee);
    Properties {
        osm_key,
        osm_value,
        kind: suggestion.kind.as_str(),
        housenumber: suggestion.house_number.as_deref().map(Cow::Borrowed).or(number),
        name: (!is_house).then_some(suggestion.name.as_str()),
        street: is_house.then_some(suggestion.name.as_str()).or(street),
        locality: suggestion.locality.as_deref(),
        district: suggestion.district.as_deref().filter(|_| suggestion.kind != Kind::District),
        city: Some(suggestion.city.as_str()).filter(|city| suggestion.kind != Kind::City && !city.is_empty()),
        county: county_of(suggestion, department),
        state: department.map(|it| it.region),
        country: "France",
        postcode: suggestion.postcode.as_deref(),
        countrycode: "FR",
        extra: extra(suggestion),
        extent: suggestion.bbox.map(extent),
        raw_data: None,
    }
}

fn extra(suggestion: &Suggestion) -> Extra<'_> {
    let lambert = geojson::lambert93(suggestion.position.at);
    Extra {
        insee: &suggestion.insee,
        metropole: suggestion.metropole.then_some("true"),
        espace_public: suggestion.object.as_ref().is_some_and(|it| it.espace_public).then_some("true"),
        id: &suggestion.id,
        ban_id: suggestion.ban_id.as_deref(),
        cad_parcelles: (!suggestion.parcels.is_empty()).then(|| suggestion.parcels.join("|")),
        layer: suggestion.object.as_ref().map(|object| &object.layer),
        feature: suggestion.object.as_ref().map(|object| object.feature),
        x: lambert.map(|[x, _]| x),
        y: lambert.map(|[_, y]| y),
        score: geojson::score(suggestion),
        match_type: suggestion.match_type,
        alias: suggestion.other_name.as_deref(),
    }
}

/// The number and the street of an address in one line, its town left out: `12 bis Rue X, 69500 Bron`.
fn address(line: &str) -> (Option<Cow<'_, str>>, Option<&str>) {
    let street = line.split(',').next().unwrap_or_default().trim();
    let known = |street: &str| !street.is_empty();
    let Some((number, rest)) = street.split_once(' ').filter(|(word, _)| word.parse::<HouseNumber>().is_ok()) else {
        return (None, Some(street).filter(|street| known(street)));
    };
    match rest.split_once(' ').filter(|(word, _)| is_detached_suffix(&word.to_lowercase())) {
        Some((suffix, rest)) => (Some(Cow::Owned(format!("{number}{suffix}"))), Some(rest.trim())),
        None => (Some(Cow::Borrowed(number)), Some(rest.trim())),
    }
}

/// The Métropole has the powers of a department in its territory, and takes its place there.
fn county_of(suggestion: &Suggestion, department: Option<Department>) -> Option<&'static str> {
    if suggestion.metropole { Some("Métropole de Lyon") } else { department.map(|it| it.name) }
}

fn extent(b: Bbox) -> [f64; 4] {
    [b.west, b.north, b.east, b.south].map(geojson::degree)
}

#[cfg(test)]
mod tests {
    use layers::LonLat;

    use super::*;
    use crate::{
        Position, PositionKind,
        sample::{self, house},
    };

    fn shown(suggestion: Suggestion, shown: Shown) -> serde_json::Value {
        serde_json::to_value(feature_collection_showing(&[suggestion], shown)).unwrap()["features"][0].clone()
    }

    #[test]
    fn a_house_is_written_in_photons_order() {
        let json = serde_json::to_string(&feature_collection(&[house()])).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"osm_key":"place","osm_value":"house","#,
                r#""type":"house","housenumber":"208bis","street":"Rue Garibaldi","district":"Lyon 3e Arrondissement","city":"Lyon","#,
                r#""county":"Métropole de Lyon","state":"Auvergne-Rhône-Alpes","country":"France","postcode":"69003","countrycode":"FR","#,
                r#""extra":{"insee":"69383","metropole":"true","id":"69383_3300_00208_bis","x":843814.24,"y":6518396.02,"#,
                r#""score":1.0,"match_type":"exact"}},"#,
                r#""geometry":{"type":"Point","coordinates":[4.85,45.75]}}]}"#
            )
        );
    }

    #[test]
    fn an_object_has_its_own_tag_its_address_and_the_feature_it_is() {
        let feature = shown(sample::park(), Shown::default());
        assert_eq!(
            feature["properties"],
            serde_json::json!({
                "osm_key": "leisure", "osm_value": "park", "type": "other", "housenumber": "37", "name": "Parc Blandan",
                "street": "Rue du Repos", "district": "Lyon 7e Arrondissement", "city": "Lyon", "county": "Métropole de Lyon",
                "state": "Auvergne-Rhône-Alpes", "country": "France", "postcode": "69007", "countrycode": "FR",
                "extra": {
                    "insee": "69387", "metropole": "true", "espace_public": "true", "id": "ev-12", "layer": "espaces-verts",
                    "feature": 12, "x": 843_814.24, "y": 6_518_396.02, "score": 1.0, "match_type": "exact",
                },
                "extent": [4.8, 45.8, 4.9, 45.7],
            })
        );
        let mut stop = sample::park();
        stop.object.as_mut().unwrap().espace_public = false;
        assert!(shown(stop, Shown::default())["properties"]["extra"].get("espace_public").is_none());
        assert_eq!(address("12 bis Rue A, 69500 Bron"), (Some("12bis".into()), Some("Rue A")));
        assert_eq!(address("Place de la Mairie"), (None, Some("Place de la Mairie")));
        assert_eq!(address(""), (None, None));
    }

    #[test]
    fn a_street_has_a_name_and_an_extent_north_before_south() {
        let bbox = Some(Bbox { west: 4.8, south: 45.7, east: 4.9, north: 45.8 });
        let street = Suggestion { kind: Kind::Street, house_number: None, bbox, ..house() };
        let properties = &shown(street, Shown::default())["properties"];
        assert_eq!(properties["name"], "Rue Garibaldi");
        assert_eq!(properties["extent"], serde_json::json!([4.8, 45.8, 4.9, 45.7]));
        assert_eq!(properties["osm_value"], "street");
        for absent in ["street", "housenumber", "osm_id", "raw_data"] {
            assert!(properties.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn outside_the_metropole_the_county_is_the_department_and_nothing_says_metropole() {
        let insee = "01004".to_owned();
        let properties = &shown(Suggestion { metropole: false, insee, ..house() }, Shown::default())["properties"];
        assert_eq!((&properties["county"], &properties["state"]), (&"Ain".into(), &"Auvergne-Rhône-Alpes".into()));
        assert_eq!(properties["extra"]["insee"], "01004", "a text of five characters, its zero kept");
        assert!(properties["extra"].get("metropole").is_none());
    }

    #[test]
    fn what_is_asked_beside_the_usual_is_shown() {
        let entrance = Position { at: LonLat { lon: 4.86, lat: 45.76 }, kind: PositionKind::Entrance };
        let several = Suggestion {
            other_positions: vec![entrance],
            parcels: vec!["69383000AB0001".to_owned(), "69383000AB0002".to_owned()],
            ban_id: Some("5e1c".to_owned()),
            ..house()
        };
        let plain = shown(several.clone(), Shown::default());
        assert_eq!(plain["geometry"]["type"], "Point");
        assert_eq!(plain["properties"]["extra"]["cad_parcelles"], "69383000AB0001|69383000AB0002");
        assert_eq!(plain["properties"]["extra"]["banId"], "5e1c");
        let full = shown(several, Shown { debug: true, geometry: true });
        let both = serde_json::json!({"type": "MultiPoint", "coordinates": [[4.85, 45.75], [4.86, 45.76]]});
        assert_eq!(full["geometry"], both);
        assert_eq!(full["properties"]["raw_data"]["score"]["text"], 1.0);
    }
}
