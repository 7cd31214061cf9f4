//! Suggestions in the shape Photon's clients read: a GeoJSON collection, its properties in Photon's order,
//! absent rather than null. Also Photon's `osm_tag`, as a choice among our kinds.
//!
//! A house has no `name` but a `street`; `extent` is west, north, east, south; `osm_id` is left out, for ours
//! would be invented. `extra` holds what Photon-BAL added: `insee`, `metropole`; and the identifier and Lambert-93.

use layers::{Bbox, Crs};
use serde::Serialize;

use crate::{Kind, Suggestion};

/// The answer of `/photon/api` and `/photon/reverse`.
#[derive(Debug, Serialize)]
pub struct FeatureCollection<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<Feature<'a>>,
}

#[derive(Debug, Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: Properties<'a>,
    geometry: Point,
}

#[derive(Debug, Serialize)]
struct Point {
    #[serde(rename = "type")]
    kind: &'static str,
    coordinates: [f64; 2],
}

#[derive(Debug, Serialize)]
struct Properties<'a> {
    osm_key: &'static str,
    osm_value: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    housenumber: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<&'a str>,
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
}

#[derive(Debug, Serialize)]
struct Extra<'a> {
    insee: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metropole: Option<&'static str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<f64>,
    score: f64,
}

/// The collection Photon would answer with.
pub fn feature_collection(suggestions: &[Suggestion]) -> FeatureCollection<'_> {
    FeatureCollection { kind: "FeatureCollection", features: suggestions.iter().map(feature).collect() }
}

fn feature(suggestion: &Suggestion) -> Feature<'_> {
    let at = suggestion.position.at;
    Feature {
        kind: "Feature",
        properties: properties(suggestion),
        geometry: Point { kind: "Point", coordinates: [rounded(at.lon, 1e7), rounded(at.lat, 1e7)] },
    }
}

fn properties(suggestion: &Suggestion) -> Properties<'_> {
    let (osm_key, osm_value) = suggestion.kind.osm_tag();
    let is_house = suggestion.kind == Kind::House;
    let lambert = layers::from_lonlat(suggestion.position.at, Crs::Lambert93).ok();
    Properties {
        osm_key,
        osm_value,
        kind: suggestion.kind.as_str(),
        housenumber: suggestion.house_number.as_deref(),
        name: (!is_house).then_some(suggestion.name.as_str()),
        street: is_house.then_some(suggestion.name.as_str()),
        district: suggestion.district.as_deref().filter(|_| suggestion.kind != Kind::District),
        city: Some(suggestion.city.as_str()).filter(|city| suggestion.kind != Kind::City && !city.is_empty()),
        county: suggestion.metropole.then_some("Métropole de Lyon"),
        state: region(&suggestion.insee),
        country: "France",
        postcode: suggestion.postcode.as_deref(),
        countrycode: "FR",
        extra: Extra {
            insee: &suggestion.insee,
            metropole: suggestion.metropole.then_some("true"),
            id: &suggestion.id,
            x: lambert.map(|(x, _)| rounded(x, 1e2)),
            y: lambert.map(|(_, y)| rounded(y, 1e2)),
            score: rounded(f64::from(suggestion.score.total()), 1e4),
        },
        extent: suggestion.bbox.map(extent),
    }
}

fn extent(b: Bbox) -> [f64; 4] {
    [b.west, b.north, b.east, b.south].map(|degrees| rounded(degrees, 1e7))
}

fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

/// The region of a commune; only Auvergne-Rhône-Alpes is known here.
fn region(insee: &str) -> Option<&'static str> {
    let here = ["01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"];
    here.contains(&insee.get(..2)?).then_some("Auvergne-Rhône-Alpes")
}

/// Photon's `osm_tag`: `key:value`, `key`, `:value`; `!` before the whole, or before the value, refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsmTag {
    key: Option<String>,
    value: Option<String>,
    refuses: bool,
    refuses_value: bool,
}

impl OsmTag {
    /// Reads one `osm_tag`; none when it names neither key nor value.
    pub fn parse(text: &str) -> Option<Self> {
        let (refuses, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (key, value) = text.split_once(':').unwrap_or((text, ""));
        let (refuses_value, value) = value.strip_prefix('!').map_or((false, value), |rest| (true, rest));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tag = Self { key: some(key), value: some(value), refuses, refuses_value };
        (tag.key.is_some() || tag.value.is_some()).then_some(tag)
    }

    /// Whether this tag, as an inclusion, lets a kind through; for `key:!value`, the key must still be there.
    fn lets(&self, kind: Kind) -> bool {
        let (key, value) = kind.osm_tag();
        let key_is = self.key.as_deref().is_none_or(|wanted| wanted == key);
        let value_is = self.value.as_deref().is_none_or(|wanted| wanted == value);
        if self.refuses { !(key_is && value_is) } else { key_is && value_is != self.refuses_value }
    }

    fn is_inclusion(&self) -> bool {
        !self.refuses && !self.refuses_value
    }
}

/// The kinds some `osm_tag`s ask for, as Photon combines them: one inclusion is enough, every refusal holds.
/// None (no choice made) when there is no tag; an empty list when nothing here can answer.
pub fn kinds(tags: &[OsmTag]) -> Option<Vec<Kind>> {
    if tags.is_empty() {
        return None;
    }
    let all = Kind::ALL;
    let (inclusions, refusals): (Vec<_>, Vec<_>) = tags.iter().partition(|tag| tag.is_inclusion());
    let wanted = |kind: &Kind| {
        (inclusions.is_empty() || inclusions.iter().any(|tag| tag.lets(*kind)))
            && refusals.iter().all(|tag| tag.lets(*kind))
    };
    Some(all.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use layers::LonLat;

    use super::*;
    use crate::{MatchType, Position, PositionKind, Score, Verdicts};

    fn house() -> Suggestion {
        Suggestion {
            kind: Kind::House,
            id: "69383_3300_00208_bis".to_owned(),
            ban_id: None,
            name: "Rue Garibaldi".to_owned(),
            house_number: Some("208bis".to_owned()),
            locality: None,
            old_insee: None,
            postcode: Some("69003".to_owned()),
            district: Some("Lyon 3e Arrondissement".to_owned()),
            city: "Lyon".to_owned(),
            insee: "69383".to_owned(),
            metropole: true,
            position: Position { at: LonLat { lon: 4.85, lat: 45.75 }, kind: PositionKind::Entrance },
            other_positions: Vec::new(),
            parcels: Vec::new(),
            bbox: None,
            certified: true,
            addresses: 300,
            match_type: MatchType::Exact,
            verdicts: Verdicts::default(),
            distance_m: None,
            score: Score { text: 1.0, confidence: 1.0, ..Score::default() },
        }
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
                r#""extra":{"insee":"69383","metropole":"true","id":"69383_3300_00208_bis","x":843814.24,"y":6518396.02,"score":1.0}},"#,
                r#""geometry":{"type":"Point","coordinates":[4.85,45.75]}}]}"#
            )
        );
    }

    #[test]
    fn a_street_has_a_name_and_an_extent_north_before_south() {
        let bbox = Some(Bbox { west: 4.8, south: 45.7, east: 4.9, north: 45.8 });
        let street = Suggestion { kind: Kind::Street, house_number: None, bbox, metropole: false, ..house() };
        let json = serde_json::to_value(feature_collection(&[street])).unwrap();
        let properties = &json["features"][0]["properties"];
        assert_eq!(properties["name"], "Rue Garibaldi");
        assert_eq!(properties["extent"], serde_json::json!([4.8, 45.8, 4.9, 45.7]));
        assert_eq!(properties["osm_value"], "street");
        for absent in ["street", "housenumber", "county", "osm_id"] {
            assert!(properties.get(absent).is_none(), "{absent}");
        }
        assert!(properties["extra"].get("metropole").is_none());
    }

    #[test]
    fn osm_tags_choose_kinds_as_photon_combines_them() {
        let check = |tags: &[&str], expected: &[Kind]| {
            let tags: Vec<_> = tags.iter().map(|tag| OsmTag::parse(tag).unwrap()).collect();
            assert_eq!(kinds(&tags).as_deref(), Some(expected), "{tags:?}");
        };
        check(&["highway:street"], &[Kind::Street]);
        check(&["highway"], &[Kind::Street]);
        check(&[":city", ":house"], &[Kind::House, Kind::City]);
        check(&["!place:house"], &[Kind::Street, Kind::Locality, Kind::District, Kind::City]);
        check(&["place:!house"], &[Kind::Locality, Kind::City]);
        check(&["!place"], &[Kind::Street, Kind::District]);
        check(&["place", "!:city"], &[Kind::House, Kind::Locality]);
        check(&["amenity:townhall"], &[]);
        assert_eq!(OsmTag::parse(":"), None);
        assert_eq!(kinds(&[]), None);
    }
}
