//! What each contract gives of the features: the index, the route or the tag that asks for them, and nothing of them
//! without.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use crate::{BRON, ask, found, layers_of, support::House};

#[tokio::test]
async fn the_three_indexes_are_asked_apart_and_together() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let kinds = async |query: &str| -> Vec<String> {
        let answers = ask(&house, &bron, &format!("/geocodage/search?limit=20&{query}")).await;
        answers.iter().map(|it| it["_type"].as_str().unwrap().to_owned()).collect()
    };
    let only = |kinds: Vec<String>, kind: &str| !kinds.is_empty() && kinds.iter().all(|it| it == kind);
    assert!(only(kinds("q=bron&index=poi").await, "poi"));
    assert!(only(kinds("q=bron").await, "address"), "addresses when nothing is said");
    assert!(only(kinds("q=bron&index=address").await, "address"));
    let both = kinds("q=mairie+bron&index=poi,address").await;
    assert!(both.contains(&"poi".to_owned()), "{both:?}");
    let halls = ask(&house, &bron, "/geocodage/search?limit=20&index=poi&q=bron&category=townhall").await;
    assert!(!halls.is_empty() && halls.iter().all(|it| it["name"].to_string().contains("Mairie")), "{halls:?}");
    let park = ask(&house, &bron, "/geocodage/search?index=poi&returntruegeometry=1&q=parc+de+la+tete+d%27or").await;
    assert!(park[0]["truegeometry"]["type"].as_str().unwrap().ends_with("Polygon"), "{park:?}");
    let near = ask(&house, &bron, "/geocodage/reverse?index=poi&lon=4.9113&lat=45.7385").await;
    assert!(!near.is_empty() && near.iter().all(|it| it["_type"] == "poi"), "{near:?}");
    let parcels = "/geocodage/reverse?index=parcel&lon=4.9113&lat=45.7385&limit=20";
    let parcels = ask(&house, &bron, parcels).await;
    assert!(!parcels.is_empty() && parcels.iter().all(|it| it["_type"] == "parcel"), "{parcels:?}");
    let completed = found(&house, &bron, "/geocodage/completion?text=mairie+de+br&type=PositionOfInterest").await;
    assert_eq!(completed["results"][0]["country"], "PositionOfInterest", "{completed}");
    let addresses = found(&house, &bron, "/geocodage/completion?text=mairie+de+br&type=StreetAddress").await;
    assert!(!addresses.to_string().contains("PositionOfInterest"), "{addresses}");
}

#[tokio::test]
async fn ban_answers_with_addresses_unless_more_is_asked() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let plain = ask(&house, &bron, "/ban/search?q=mairie+de+bron&limit=50").await;
    assert!(plain.iter().all(|it| it["_type"] == "address"), "{plain:?}");
    let more = ask(&house, &bron, "/ban/search?q=mairie+de+bron&limit=50&index=poi").await;
    assert!(!more.is_empty() && more.iter().all(|it| it["_type"] == "poi"), "{more:?}");
    let body = json!({"requests": [
        {"id": 1, "operation": "geocode", "params": {"q": "mairie de bron"}},
        {"id": 2, "operation": "geocode", "params": {"q": "mairie de bron", "index": "poi"}},
    ]});
    let request = Request::post("/ban/batch").header(header::CONTENT_TYPE, "application/json");
    let answer = house.send(&bron, request.body(Body::from(body.to_string())).unwrap()).await;
    let results = answer.json()["results"].clone();
    assert_ne!(results[0]["result"]["_type"], "poi", "{results}");
    assert_eq!(results[1]["result"]["_type"], "poi", "{results}");
}

#[tokio::test]
async fn a_file_of_addresses_is_answered_with_addresses_alone() {
    let house = House::open().await;
    let metropole = house.caller("metropole").await;
    let form = "--x\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.csv\"\r\n\r\n\
                q\nmairie de bron\nparc de parilly\n\r\n--x--\r\n";
    let request = Request::post("/ban/search/csv").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let answer = house.send(&metropole, request.body(Body::from(form)).unwrap()).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    assert!(!text.contains("Mairie de Bron") && !text.contains("Parc de Parilly") && !text.contains("poi"), "{text}");
}

#[tokio::test]
async fn photon_reverses_a_point_to_its_address_and_to_objects_when_they_are_chosen() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let hall = &found(&house, &bron, "/photon/api?q=mairie+de+bron&limit=1").await["features"][0];
    let (lon, lat) = (&hall["geometry"]["coordinates"][0], &hall["geometry"]["coordinates"][1]);
    let reverse = format!("/photon/reverse?lon={lon}&lat={lat}&limit=5");
    let plain = ask(&house, &bron, &reverse).await;
    assert!(!plain.is_empty() && plain.iter().all(|it| it["type"] == "house"), "in a parcel, and asked for: {plain:?}");
    let halls = ask(&house, &bron, &format!("{reverse}&osm_tag=amenity:townhall")).await;
    assert_eq!(halls[0]["name"], "Mairie de Bron", "{halls:?}");
    let public = ask(&house, &bron, &format!("{reverse}&extra.espace_public=true")).await;
    assert!(!public.is_empty() && public.iter().all(|it| it["extra"]["espace_public"] == "true"), "{public:?}");
    let all = "/photon/api?q=mairie+de+bron&limit=20&extra.espace_public=false";
    let private = ask(&house, &bron, all).await;
    assert!(!private.is_empty() && private.iter().all(|it| it["extra"].get("espace_public").is_none()), "{private:?}");
    let others = ask(&house, &bron, &format!("{reverse}&layer=other")).await;
    assert!(layers_of(&others).contains(&"equipements"), "{others:?}");
}
