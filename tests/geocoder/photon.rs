//! `/photon`: what is answered, filters, reverse.

use serde_json::json;

use super::{count, first, found, open_house, refused};

#[tokio::test]
async fn photon_says_where_a_house_and_a_street_are() {
    let house = open_house(|_| ()).await;
    let collection = found(&house, "/photon/api?q=3+rue+watteau+bron&limit=1&debug=1").await;
    let properties = first(&collection);
    assert_eq!(
        (&properties["type"], &properties["osm_key"], &properties["osm_value"]),
        (&json!("house"), &json!("place"), &json!("house"))
    );
    assert_eq!((&properties["housenumber"], &properties["street"]), (&json!("3"), &json!("Rue Watteau")));
    assert!(properties.get("name").is_none(), "a house has no name: {properties}");
    assert_eq!(
        (&properties["county"], &properties["state"]),
        (&json!("Métropole de Lyon"), &json!("Auvergne-Rhône-Alpes"))
    );
    assert_eq!((&properties["extra"]["insee"], &properties["extra"]["metropole"]), (&json!("69029"), &json!("true")));
    assert!(properties["extra"].get("espace_public").is_none(), "an address is no public equipment");
    assert!(properties["raw_data"]["score"]["text"].is_number(), "debug shows the parts of the score: {properties}");
    let street = found(&house, "/photon/api?q=rue+watteau+bron&limit=1").await;
    let properties = first(&street);
    assert_eq!((&properties["osm_key"], &properties["name"]), (&json!("highway"), &json!("Rue Watteau")));
    let extent: Vec<f64> = serde_json::from_value(properties["extent"].clone()).unwrap();
    assert!(extent[0] < extent[2] && extent[1] > extent[3], "west, north, east, south: {extent:?}");
    assert!(properties.get("raw_data").is_none());
}

#[tokio::test]
async fn photon_s_filters_choose_among_answers() {
    let house = open_house(|_| ()).await;
    let kinds = async |query: &str| -> Vec<String> {
        let collection = found(&house, &format!("/photon/api?limit=50&{query}")).await;
        let features = collection["features"].as_array().unwrap();
        features.iter().map(|feature| feature["properties"]["type"].as_str().unwrap().to_owned()).collect()
    };
    for (query, kind) in [
        ("q=bron&layer=city", "city"),
        ("q=bron&osm_tag=place:city", "city"),
        ("q=bron&include=osm.place.city", "city"),
        ("q=lamartine&osm_tag=highway:street", "street"),
        ("q=lamartine&layer=city&layer=street&exclude=osm.place", "street"),
    ] {
        let kinds = kinds(query).await;
        assert!(!kinds.is_empty() && kinds.iter().all(|found| found == kind), "{query}: {kinds:?}");
    }
    for query in
        ["q=bron&layer=country", "q=bron&osm_tag=amenity:townhall", "q=bron&countrycode=DE", "q=bron&include=food.shop"]
    {
        assert_eq!(kinds(query).await, Vec::<String>::new(), "{query}");
    }
    let everywhere = found(&house, "/photon/api?q=rue+lamartine&limit=50").await;
    let in_bron = found(&house, "/photon/api?q=rue+lamartine&limit=50&extra.insee=69029").await;
    assert!(count(&everywhere) > count(&in_bron) && count(&in_bron) > 0, "{everywhere}");
    assert!(in_bron["features"].as_array().unwrap().iter().all(|it| it["properties"]["extra"]["insee"] == "69029"));
    assert_eq!(count(&found(&house, "/photon/api?q=rue+lamartine&extra.metropole=false").await), 0);
    assert!(count(&found(&house, "/photon/api?q=rue+lamartine&extra.metropole=true").await) > 0);
}

#[tokio::test]
async fn a_structured_search_filters_on_county_and_state() {
    let house = open_house(|_| ()).await;
    let base = "/photon/structured?housenumber=3&street=rue+watteau&city=Bron&postcode=69500";
    assert_eq!(first(&found(&house, base).await)["housenumber"], "3");
    assert_eq!(count(&found(&house, &format!("{base}&state=Bretagne")).await), 0);
    let here = found(&house, &format!("{base}&state=auvergne-rhone-alpes&county=Rh%C3%B4ne&countrycode=fr")).await;
    assert_eq!(first(&here)["street"], "Rue Watteau");
    refused(&house, "/photon/structured?countrycode=FR").await;
    refused(&house, "/photon/structured?q=rue").await;
}

#[tokio::test]
async fn photon_s_reverse_gives_the_nearest_first_and_only_within_its_radius() {
    let house = open_house(|_| ()).await;
    let near =
        found(&house, "/photon/reverse?lon=4.9176314&lat=45.7315351&limit=10&radius=0.1&distance_sort=true").await;
    assert_eq!(first(&near)["housenumber"], "3");
    assert!(count(&near) > 1, "{near}");
    let collection = found(&house, "/photon/reverse?lon=4.9176314&lat=45.7315351&limit=10&radius=0.001").await;
    assert!(count(&collection) < count(&near), "a metre is little: {collection}");
    assert_eq!(count(&found(&house, "/photon/reverse?lon=0&lat=0&radius=50").await), 0);
    refused(&house, "/photon/reverse?lon=4&lat=45&radius=0").await;
    refused(&house, "/photon/reverse?lon=4&lat=45&radius=5001").await;
}
