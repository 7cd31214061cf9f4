//! What each contract gives of the features: the index, the route or the tag that asks for them, and nothing of them
//! without.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::{
    BRON, VILLEURBANNE, ask, found, layers_of,
    support::{Caller, House},
};

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

/// Identifiers and places of the parcels that a reverse in an area gives.
async fn parcels_in(house: &House, caller: &Caller, area: &Value) -> Vec<(String, [f64; 2])> {
    let sent = json!({"index": "parcel", "searchgeom": area, "limit": 20});
    let request = Request::post("/geocodage/reverse").header(header::CONTENT_TYPE, "application/json");
    let answer = house.send(caller, request.body(Body::from(sent.to_string())).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{area}: {}", answer.json());
    let features = answer.json()["features"].as_array().unwrap().clone();
    let read = |it: &Value| {
        let id = it["properties"]["id"].as_str().unwrap().to_owned();
        (id, serde_json::from_value(it["geometry"]["coordinates"].clone()).unwrap())
    };
    features.iter().map(read).collect()
}

#[tokio::test]
async fn a_point_and_a_line_find_the_parcels_they_meet_and_no_address() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let circle = json!({"type": "Circle", "coordinates": [4.9113, 45.7385], "radius": 400});
    let around = parcels_in(&house, &bron, &circle).await;
    assert!(around.len() > 2, "{around:?}");
    for (id, at) in &around {
        let found = parcels_in(&house, &bron, &json!({"type": "Point", "coordinates": at})).await;
        assert_eq!(found, [(id.clone(), *at)], "a point in a parcel is in no other");
    }
    let (first, last) = (&around[0], &around[around.len() - 1]);
    let line = parcels_in(&house, &bron, &json!({"type": "LineString", "coordinates": [first.1, last.1]})).await;
    assert!(line.contains(first) && line.contains(last), "{line:?}");
    // A ring around the middle of none but the first, which its edge meets.
    let [lon, lat] = first.1;
    let ring = [[0.0, 0.0], [1e-6, 0.0], [1e-6, 1e-6], [0.0, 0.0]].map(|[x, y]| [lon + x, lat + y]);
    let inside = parcels_in(&house, &bron, &json!({"type": "Polygon", "coordinates": [ring]})).await;
    assert!(inside.contains(first), "{inside:?}");
    // Its own territory: what lies elsewhere is met by nothing of theirs.
    let villeurbanne = house.caller(VILLEURBANNE).await;
    assert!(parcels_in(&house, &villeurbanne, &json!({"type": "Point", "coordinates": first.1})).await.is_empty());
    let point = "searchgeom=%7B%22type%22%3A%22Point%22%2C%22coordinates%22%3A%5B4.9113%2C45.7385%5D%7D";
    for index in ["", "&index=address", "&index=poi,address"] {
        let answer = house.get(&bron, &format!("/geocodage/reverse?{point}{index}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{index}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("index address"), "{}", answer.json());
    }
}

#[tokio::test]
async fn parcels_are_found_by_a_part_of_their_parts() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let ids = async |caller: &Caller, query: &str| -> Vec<String> {
        let path = format!("/geocodage/search?index=parcel&limit=20&{query}");
        let answers = ask(&house, caller, &path).await;
        assert!(answers.iter().all(|it| it["_type"] == "parcel"), "{answers:?}");
        answers.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let commune = "departmentcode=69&municipalitycode=029";
    let all = ids(&bron, commune).await;
    assert!(all.len() == 20 && all.is_sorted() && all.iter().all(|id| id.starts_with("69029000")), "{all:?}");
    let (section, number) = (&all[0][8..10], &all[0][10..]);
    let of_section = ids(&bron, &format!("{commune}&section={section}")).await;
    assert!(of_section.contains(&all[0]) && of_section.iter().all(|id| &id[8..10] == section), "{of_section:?}");
    let of_number = ids(&bron, &format!("{commune}&number={number}")).await;
    assert!(of_number.contains(&all[0]) && of_number.iter().all(|id| &id[10..] == number), "{of_number:?}");
    assert_eq!(ids(&bron, &format!("{commune}&section={section}&number={number}")).await, [all[0].clone()]);
    let near = ids(&bron, "lon=4.9113&lat=45.7385").await;
    assert!(!near.is_empty() && near.iter().all(|id| id.starts_with("69029")), "{near:?}");
    let villeurbanne = house.caller(VILLEURBANNE).await;
    let theirs = ids(&villeurbanne, &format!("{commune}&section={section}")).await;
    assert_ne!(theirs, of_section, "what addresses tell, and not the layer");
    for wrong in ["", "section=AB", "departmentcode=69", "departmentcode=69&municipalitycode=029&section=A1B"] {
        let path = format!("/geocodage/search?index=parcel&{wrong}");
        assert_eq!(house.get(&bron, &path).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
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
