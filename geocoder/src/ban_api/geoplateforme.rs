//! The same answers as the Géoplateforme's geocoding writes them: places and parcels with the properties of the
//! national base, objects as points of interest, each with its true geometry when it is asked for.

use serde::Serialize;
use serde_json::Value;

use super::{
    poi,
    properties::{Properties, properties},
};
use crate::{
    Kind, Suggestion,
    geojson::{Feature, Geometry},
};

/// What `/geocodage/search` and `/geocodage/reverse` answer.
#[derive(Debug, Serialize)]
pub struct GeoplateformeCollection<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<Feature<Described<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
}

/// A place of an index of addresses, or a parcel; or a point of interest.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Described<'a> {
    Place(Box<Properties<'a>>),
    Poi(Box<poi::Poi<'a>>),
}

/// Every position known of an answer, or the geometry its feature has.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum TrueGeometry<'a> {
    Known(Geometry),
    Given(&'a Value),
}

/// The collection the Géoplateforme would answer with; `true_geometry` adds every position known of an answer.
pub fn geoplateforme_collection(
    suggestions: &[Suggestion],
    query: Option<String>,
    true_geometry: bool,
) -> GeoplateformeCollection<'_> {
    let known = |it| true_geometry.then(|| TrueGeometry::Known(Geometry::every_position(it)));
    let features = suggestions.iter().map(|it| Feature::at(it, described(it, known(it)))).collect();
    GeoplateformeCollection { kind: "FeatureCollection", features, query }
}

/// The same with the geometry of the features that answers are, as GeoJSON, in the order of the answers; every position
/// known of an answer where there is none.
pub fn geoplateforme_collection_of<'a>(
    suggestions: &'a [Suggestion],
    query: Option<String>,
    shapes: &'a [Option<Value>],
) -> GeoplateformeCollection<'a> {
    let known = |it| TrueGeometry::Known(Geometry::every_position(it));
    let shape = |at: usize| shapes.get(at)?.as_ref().map(TrueGeometry::Given);
    let feature = |(at, it)| Feature::at(it, described(it, shape(at).or_else(|| Some(known(it)))));
    GeoplateformeCollection {
        kind: "FeatureCollection",
        features: suggestions.iter().enumerate().map(feature).collect(),
        query,
    }
}

/// An answer of the Géoplateforme, in the shape of the index it is of.
fn described<'a>(suggestion: &'a Suggestion, truegeometry: Option<TrueGeometry<'a>>) -> Described<'a> {
    match &suggestion.object {
        Some(object) if suggestion.kind != Kind::Parcel => {
            Described::Poi(Box::new(poi::poi(suggestion, object, truegeometry)))
        }
        _ => {
            let mut place = properties(suggestion);
            place.truegeometry = truegeometry;
            Described::Place(Box::new(place))
        }
    }
}

#[cfg(test)]
mod tests {
    use layers::LonLat;
    use serde_json::json;

    use super::*;
    use crate::{
        Position, PositionKind,
        sample::{self, house},
    };

    #[test]
    fn an_object_is_a_point_of_interest_of_the_geoplateforme_with_its_own_geometry() {
        let park = sample::park();
        let shapes = [Some(json!({"type": "Polygon", "coordinates": []}))];
        let all =
            serde_json::to_value(geoplateforme_collection_of(std::slice::from_ref(&park), None, &shapes)).unwrap();
        assert_eq!(
            all["features"][0]["properties"],
            json!({
                "toponym": "Parc Blandan", "name": ["Parc Blandan"], "category": ["leisure", "park"],
                "postcode": ["69007"], "citycode": ["69387"], "city": ["Lyon"], "x": 843_814.24, "y": 6_518_396.02,
                "id": "ev-12", "score": 1.0, "extrafields": {"layer": "espaces-verts", "feature": 12, "address": "37 Rue du Repos"},
                "_type": "poi", "truegeometry": {"type": "Polygon", "coordinates": []},
            })
        );
        let parcel = Suggestion { kind: Kind::Parcel, id: "69266000AB0123".to_owned(), ..park };
        let all =
            serde_json::to_value(geoplateforme_collection_of(std::slice::from_ref(&parcel), None, &shapes)).unwrap();
        let properties = &all["features"][0]["properties"];
        assert_eq!((&properties["_type"], &properties["section"]), (&json!("parcel"), &json!("AB")));
        assert_eq!(properties["truegeometry"]["type"], "Polygon");
    }

    #[test]
    fn the_true_geometry_is_every_position_of_a_house() {
        let other = Position { at: LonLat { lon: 4.86, lat: 45.76 }, kind: PositionKind::Parcel };
        let house = Suggestion { other_positions: vec![other], ..house() };
        let shown = |wanted| {
            serde_json::to_value(geoplateforme_collection(std::slice::from_ref(&house), None, wanted)).unwrap()
        };
        assert!(shown(false)["features"][0]["properties"].get("truegeometry").is_none());
        assert_eq!(shown(true)["features"][0]["properties"]["truegeometry"]["type"], "MultiPoint");
        assert_eq!(shown(true)["features"][0]["geometry"]["type"], "Point");
    }
}
