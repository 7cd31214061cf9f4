//! Routes, headers and problems, in-process.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use support::{House, gunzip, mvt_strict};

const BRON: &str = "69029";
/// A tile over the centre of Bron.
const TILE: &str = "/tiles/rues/14/8415/5845";

#[tokio::test]
async fn a_tile_is_gzipped_once_and_asked_again_for_nothing() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let first = house.get(&bron, TILE).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.text("content-type"), "application/vnd.mapbox-vector-tile");
    assert_eq!(first.text("content-encoding"), "gzip");
    assert_eq!(first.text("cache-control"), "private, no-cache");
    assert!(first.text("vary").contains("Accept-Encoding"));
    let again = Request::get(TILE).header("accept-encoding", "gzip").header("if-none-match", first.text("etag"));
    let again = house.send(&bron, again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn a_client_that_takes_no_gzip_gets_the_same_tile_under_another_etag() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let zipped = house.get(&bron, TILE).await;
    let plain = house.send(&bron, Request::get(TILE).body(Body::empty()).unwrap()).await;
    assert_eq!(plain.text("content-encoding"), "");
    assert_eq!(gunzip(&zipped.body), plain.body);
    assert_ne!(zipped.text("etag"), plain.text("etag"));
    mvt_strict::validate(&plain.body).unwrap();
}

#[tokio::test]
async fn a_tile_has_one_address_and_two_optional_endings() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let plain = house.get(&bron, TILE).await;
    for ending in [".mvt", ".pbf"] {
        assert_eq!(house.get(&bron, &format!("{TILE}{ending}")).await.body, plain.body);
    }
    for wrong in [
        "/tiles/rues/31/0/0",
        "/tiles/rues/14/16384/0",
        "/tiles/rues/14/0/16384",
        "/tiles/rues/014/8415/5845",
        "/tiles/rues/14/-1/0",
        "/tiles/rues/14/8415/5845.png",
        "/tiles/rues/14/8415/5845.pbf.mvt",
        "/tiles/rues/14/8415.0/5845",
        "/tiles/rues/a/b/c",
        "/tiles/rues/14/8415/99999999999999999999",
        "/tiles/rues/14/8415/5845?layers=dia",
        "/tiles/rues,rues/14/8415/5845",
    ] {
        let answer = house.get(&bron, wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(answer.text("content-type"), "application/problem+json");
        assert_eq!(answer.json()["title"], "Demande incorrecte");
    }
}

#[tokio::test]
async fn outside_the_layer_s_zooms_there_is_no_tile_and_far_away_nothing_in_it() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    assert_eq!(house.get(&bron, "/tiles/rues/2/2/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.get(&bron, "/tiles/rues/14/0/0").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn several_layers_come_in_one_tile_in_the_order_asked() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let tile = house.get(&bron, "/tiles/rues,batiments/14/8415/5845").await.tile();
    let names: Vec<&str> = tile.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["rues", "batiments"]);
}

#[tokio::test]
async fn tilejson_describes_what_this_caller_may_see() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let document = house.get(&bron, "/tiles/rues,parcelles").await.json();
    assert_eq!(document["tilejson"], "3.0.0");
    assert!(document["tiles"][0].as_str().unwrap().ends_with("/tiles/rues,parcelles/{z}/{x}/{y}"));
    assert_eq!(document["vector_layers"][1]["id"], "parcelles");
    assert!(document["vector_layers"][1]["fields"]["idu"].is_string());
}

#[tokio::test]
async fn the_record_sheet_holds_every_attribute_with_its_label() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let tile = house.get(&bron, TILE).await.tile();
    let feature = &tile.layers[0].features[0];
    let path = format!("/api/layers/rues/features/{}", feature.id.unwrap());
    let record = house.get(&bron, &path).await.json();
    assert_eq!(record["id"].as_u64(), feature.id);
    assert!(record["geometry"]["coordinates"].is_array());
    let properties = record["properties"].as_array().unwrap();
    let name = properties.iter().find(|property| property["name"] == "nom").unwrap();
    let drawn = feature.property("nom").unwrap();
    assert_eq!(format!("{drawn:?}"), format!("Text({:?})", name["value"].as_str().unwrap()));
    assert!(name["label"].as_str().is_some_and(|label| !label.is_empty()));
    assert!(
        properties.iter().all(|property| property["name"] != "traboule_id"),
        "our own column is not the producer's"
    );
    assert_eq!(house.get(&bron, "/api/layers/rues/features/9007199254740991").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.get(&bron, "/api/layers/rues/features/01").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn styles_are_whole_and_name_our_own_tiles() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    for id in ["plan", "rues", "parcelles"] {
        let style = house.get(&bron, &format!("/styles/{id}")).await.json();
        assert_eq!(style["version"], 8);
        for (_, source) in style["sources"].as_object().unwrap() {
            assert!(source["url"].as_str().unwrap().starts_with("http://127.0.0.1"), "{source}");
        }
    }
}

#[tokio::test]
async fn the_geocoder_answers_in_photon_s_words() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let answer = house.get(&bron, "/photon/api?q=mairie%20bron&limit=3").await;
    assert_eq!(answer.text("cache-control"), "no-store");
    assert_eq!(answer.json()["type"], "FeatureCollection");
    let form = Request::post("/photon/api").header("content-type", "application/x-www-form-urlencoded");
    let by_form = house.send(&bron, form.body(Body::from("q=mairie+bron&limit=3")).unwrap()).await;
    assert_eq!(by_form.json(), answer.json());
    let near = house.get(&bron, "/photon/reverse?lat=45.7385&lon=4.9113&radius=5").await.json();
    assert_eq!(near["features"].as_array().unwrap().len(), 1);
    assert_eq!(near["features"][0]["properties"]["extra"]["metropole"], "true");
    for wrong in [
        "/photon/api",
        "/photon/api?q=-",
        "/photon/api?q=%20/;+.",
        "/photon/api?q=",
        "/photon/api?q=a&x=1",
        "/photon/reverse",
        "/photon/reverse?lat=95&lon=4",
    ] {
        let refused = house.get(&bron, wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(refused.json()["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    let long = format!("/photon/api?q={}", "a".repeat(300));
    assert_eq!(house.get(&bron, &long).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_in_words_and_a_huge_one_too() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    for (kind, body) in
        [("text/plain", "q=rue".to_owned()), ("application/x-www-form-urlencoded", format!("q={}", "a".repeat(40_000)))]
    {
        let request = Request::post("/photon/api").header("content-type", kind).body(Body::from(body)).unwrap();
        let answer = house.send(&bron, request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
        assert_eq!(answer.text("content-type"), "application/problem+json");
        assert_eq!(answer.text("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn one_layer_s_address_takes_one_name() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    for path in ["/styles/rues,arbres", "/api/layers/rues,arbres", "/api/layers/rues,arbres/features/1"] {
        assert_eq!(house.get(&bron, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say() {
    let house = House::open().await;
    let tiles_only = house.caller_with(BRON, "tiles").await;
    assert_eq!(house.get(&tiles_only, TILE).await.status, StatusCode::OK);
    assert_eq!(house.get(&tiles_only, "/photon/api?q=rue").await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(&tiles_only, "/api/layers/rues/features/1").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_a_request_id() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    for path in ["/", "/assets/app.js", "/assets/absent.js", TILE, "/api/catalogue", "/photon/api?q=rue"] {
        let answer = house.get(&bron, path).await;
        let policy = answer.text("content-security-policy");
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.text("x-content-type-options"), "nosniff");
        assert_eq!(answer.text("referrer-policy"), "no-referrer");
        assert_eq!(answer.text("x-request-id").len(), 16);
        assert_eq!(answer.text("server"), "");
    }
    assert_eq!(house.get(&bron, "/assets/absent.js").await.status, StatusCode::NOT_FOUND);
}
