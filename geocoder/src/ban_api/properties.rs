//! The properties of one answer as the national base names them, in its order, absent rather than null: what both its
//! dialects share, and what files of answers are written from. A house names its street in `street` and itself whole in
//! `name`; the arrondissement is the `district`, a former commune the `oldcity`. The population of a commune is not
//! known here: `importance` is what the base computes without it.

use serde::Serialize;

use super::geoplateforme::TrueGeometry;
use crate::{Kind, Suggestion, departments::department, geojson};

/// One answer's properties.
#[derive(Debug, Serialize)]
pub struct Properties<'a> {
    label: String,
    score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    housenumber: Option<&'a str>,
    id: &'a str,
    #[serde(rename = "banId", skip_serializing_if = "Option::is_none")]
    ban_id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<&'a str>,
    citycode: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<f64>,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    district: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    importance: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    municipality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldcitycode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldcity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<i64>,
    /// The index it comes from.
    #[serde(rename = "_type")]
    index: &'static str,
    #[serde(flatten)]
    parcel: Option<ParcelParts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) truegeometry: Option<TrueGeometry<'a>>,
}

/// The parts of a parcel's identifier, as the Géoplateforme names them.
#[derive(Debug, Serialize)]
struct ParcelParts<'a> {
    departmentcode: &'a str,
    municipalitycode: &'a str,
    oldmunicipalitycode: &'a str,
    section: &'a str,
    number: &'a str,
}

pub(super) fn metres(suggestion: &Suggestion) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation)] // metres on the Earth
    suggestion.distance_m.map(|metres| metres.round() as i64)
}

/// The properties alone, for answers that are no GeoJSON.
pub fn properties(suggestion: &Suggestion) -> Properties<'_> {
    let kind = suggestion.kind;
    let own_name = suggestion.name.as_str();
    let lambert = geojson::lambert93(suggestion.position.at);
    let former = suggestion.old_insee.as_deref();
    let inside = suggestion.district.as_deref();
    Properties {
        label: label(suggestion),
        score: geojson::score(suggestion),
        housenumber: suggestion.house_number.as_deref(),
        id: &suggestion.id,
        ban_id: suggestion.ban_id.as_deref(),
        kind: word(kind),
        name: full_name(suggestion),
        postcode: suggestion.postcode.as_deref(),
        citycode: &suggestion.insee,
        x: lambert.map(|[x, _]| x),
        y: lambert.map(|[_, y]| y),
        city: &suggestion.city,
        district: inside.filter(|_| former.is_none()),
        context: context(&suggestion.insee),
        importance: importance(suggestion.addresses),
        street: matches!(kind, Kind::House | Kind::Street).then_some(own_name),
        locality: if kind == Kind::Locality { Some(own_name) } else { suggestion.locality.as_deref() },
        municipality: kind.is_town().then_some(own_name),
        oldcitycode: former,
        oldcity: inside.filter(|_| former.is_some()),
        distance: metres(suggestion),
        index: match kind {
            Kind::Parcel => "parcel",
            Kind::Poi | Kind::Object => "poi",
            _ => "address",
        },
        parcel: (kind == Kind::Parcel).then(|| parcel_parts(&suggestion.id)).flatten(),
        truegeometry: None,
    }
}

/// `69266000AB0123` → 69, 266, 000, AB, 0123; overseas a department has three digits and a commune two.
fn parcel_parts(id: &str) -> Option<ParcelParts<'_>> {
    let department = if id.starts_with("97") { 3 } else { 2 };
    Some(ParcelParts {
        departmentcode: id.get(..department)?,
        municipalitycode: id.get(department..5)?,
        oldmunicipalitycode: id.get(5..8)?,
        section: id.get(8..10)?,
        number: id.get(10..)?,
    })
}

/// `10 Rue de Rivoli 75004 Paris`; a town is its name alone.
pub(crate) fn label(suggestion: &Suggestion) -> String {
    let name = full_name(suggestion);
    match (&suggestion.postcode, suggestion.kind) {
        (_, Kind::City | Kind::District) => name,
        (Some(postcode), _) => format!("{name} {postcode} {}", suggestion.city),
        (None, _) if suggestion.city.is_empty() => name, // a point far from any address
        (None, _) => format!("{name} {}", suggestion.city),
    }
}

/// `10 Rue de Rivoli`
pub(crate) fn full_name(suggestion: &Suggestion) -> String {
    match &suggestion.house_number {
        Some(number) => format!("{number} {}", suggestion.name),
        None => suggestion.name.clone(),
    }
}

pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::House => "housenumber",
        Kind::Street => "street",
        Kind::Locality => "locality",
        Kind::District | Kind::City => "municipality",
        Kind::Point => "point",
        Kind::Crossing => "crossing",
        Kind::Parcel => "parcel",
        Kind::Poi | Kind::Object => "poi",
    }
}

/// `69, Rhône, Auvergne-Rhône-Alpes`; a region of one department is not said twice.
pub(crate) fn context(insee: &str) -> Option<String> {
    let found = department(insee)?;
    let region = if found.region == found.name { String::new() } else { format!(", {}", found.region) };
    Some(format!("{}, {}{region}", found.code, found.name))
}

/// The base's own formula, `(ln(1 + population / 3) + ln(1 + numbers in the street)) / 20`, without the
/// population: the numbers of the street, or of the whole town for a town.
fn importance(addresses: u32) -> f64 {
    geojson::rounded(f64::from(addresses).ln_1p() / 20.0, 1e5)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        Score,
        ban_api::kinds,
        sample::{self, house},
    };

    fn written(suggestion: &Suggestion) -> Value {
        serde_json::to_value(properties(suggestion)).unwrap()
    }

    #[test]
    fn a_house_has_every_property_of_the_national_base() {
        let house = Suggestion {
            ban_id: Some("0b7d".to_owned()),
            distance_m: Some(12.6),
            score: Score { confidence: 0.95, ..Score::default() },
            ..house()
        };
        assert_eq!(
            written(&house),
            json!({
                "label": "208bis Rue Garibaldi 69003 Lyon", "score": 0.95, "housenumber": "208bis",
                "id": "69383_3300_00208_bis", "banId": "0b7d", "type": "housenumber",
                "name": "208bis Rue Garibaldi", "postcode": "69003", "citycode": "69383",
                "x": 843_814.24, "y": 6_518_396.02, "city": "Lyon", "district": "Lyon 3e Arrondissement",
                "context": "69, Rhône, Auvergne-Rhône-Alpes", "importance": 0.28536,
                "street": "Rue Garibaldi", "distance": 13, "_type": "address",
            })
        );
    }

    #[test]
    fn a_parcel_says_the_parts_of_its_identifier() {
        let parcel = written(&Suggestion {
            kind: Kind::Parcel,
            id: "69266000AB0123".to_owned(),
            name: "Parcelle AB 123".to_owned(),
            house_number: None,
            ..house()
        });
        let parts = ["departmentcode", "municipalitycode", "oldmunicipalitycode", "section", "number"];
        assert_eq!(parts.map(|part| parcel[part].as_str().unwrap()), ["69", "266", "000", "AB", "0123"]);
        assert_eq!((&parcel["_type"], &parcel["type"]), (&json!("parcel"), &json!("parcel")));
        assert!(written(&house()).get("section").is_none());
    }

    #[test]
    fn a_former_commune_is_the_old_city_and_no_district() {
        let properties = written(&sample::street_of_a_merged_commune());
        assert_eq!((&properties["oldcitycode"], &properties["oldcity"]), (&json!("69152"), &json!("Pierre-Bénite")));
        assert!(properties.get("district").is_none());
    }

    #[test]
    fn every_kind_repeats_its_name_under_its_own_word() {
        let of = |kind: Kind, name: &str| Suggestion { kind, name: name.to_owned(), house_number: None, ..house() };
        let street = written(&of(Kind::Street, "Rue Garibaldi"));
        assert_eq!((&street["type"], &street["street"]), (&json!("street"), &json!("Rue Garibaldi")));
        let locality = written(&of(Kind::Locality, "Le Vinatier"));
        assert_eq!(
            (&locality["locality"], &locality["label"]),
            (&json!("Le Vinatier"), &json!("Le Vinatier 69003 Lyon"))
        );
        let city = written(&of(Kind::City, "Lyon"));
        assert_eq!(
            (&city["type"], &city["municipality"], &city["label"]),
            (&json!("municipality"), &json!("Lyon"), &json!("Lyon"))
        );
        for kind in [Kind::House, Kind::Street, Kind::Locality, Kind::District, Kind::City] {
            assert!(kinds(word(kind)).unwrap().contains(&kind));
        }
        assert_eq!(kinds("house"), None);
    }

    #[test]
    fn a_region_of_one_department_is_not_said_twice() {
        assert_eq!(context("97411").as_deref(), Some("974, La Réunion"));
        assert_eq!(context("2A004").as_deref(), Some("2A, Corse-du-Sud, Corse"));
        assert_eq!(context("98818"), None);
    }
}
