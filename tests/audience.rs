//! Promise 1: nobody sees what their commune may not see. Every pair of callers, every kind of
//! commune rule, every zoom of interest, cache cold and warm, read from decoded tiles.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a failed step fails the test

mod support;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use geo::{BoundingRect, Intersects};
use layers::{FeatureId, Record, Snapshot};
use support::{Caller, House, mvt_strict::Summary};
use tiles::TileCoord;

const BRON: &str = "69029";
const VILLEURBANNE: &str = "69266";
const VENISSIEUX: &str = "69259";

/// One layer for each way of knowing a feature's communes.
const COMMUNE_LAYERS: [&str; 3] = ["parcelles", "zonage-plu", "chantiers"];

fn record(snapshot: &Snapshot, id: u64) -> Record {
    snapshot.record(FeatureId(id)).unwrap().expect("every feature of a tile has its record")
}

/// The tiles of a zoom that a commune's box touches.
fn tiles_over(house: &House, insee: &str, zoom: u8) -> Vec<TileCoord> {
    let communes = house.app.generation().communes.clone().unwrap();
    let bbox = communes.bbox(insee.parse().unwrap()).unwrap();
    let n = f64::from(1u32 << zoom);
    let column = |lon: f64| ((lon + 180.0) / 360.0 * n) as u32;
    let row = |lat: f64| ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;
    let mut tiles = Vec::new();
    for x in column(bbox.west)..=column(bbox.east) {
        for y in row(bbox.north)..=row(bbox.south) {
            tiles.push(TileCoord::new(zoom, x, y).unwrap());
        }
    }
    tiles
}

async fn ids(house: &House, caller: &Caller, layer: &str, tile: TileCoord) -> BTreeSet<u64> {
    let path = format!("/tiles/{layer}/{}/{}/{}", tile.z(), tile.x(), tile.y());
    let summary: Summary = house.get(caller, &path).await.tile();
    summary.layer(layer).map(|layer| layer.features.iter().map(|f| f.id.unwrap()).collect()).unwrap_or_default()
}

fn snapshot(house: &House, layer: &str) -> std::sync::Arc<Snapshot> {
    house.app.generation().catalogue.get(layer).unwrap().snapshot.clone().unwrap()
}

#[tokio::test]
async fn each_commune_gets_its_own_features_of_the_same_tile_and_no_other() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let villeurbanne = house.caller(VILLEURBANNE).await;
    let metropole = house.caller("metropole").await;
    for layer in COMMUNE_LAYERS {
        let snapshot = snapshot(&house, layer);
        for zoom in [10, 13, 16] {
            let mut seen = [0, 0];
            for tile in tiles_over(&house, BRON, zoom).into_iter().chain(tiles_over(&house, VILLEURBANNE, zoom)) {
                let all = ids(&house, &metropole, layer, tile).await;
                for _cold_then_warm in 0..2 {
                    for (n, (caller, insee)) in [(&bron, BRON), (&villeurbanne, VILLEURBANNE)].into_iter().enumerate() {
                        let got = ids(&house, caller, layer, tile).await;
                        let own = |id: &u64| record(&snapshot, *id).communes.contains(&insee.parse().unwrap());
                        let expected: BTreeSet<u64> = all.iter().copied().filter(own).collect();
                        assert_eq!(got, expected, "{layer} {tile} as {insee}");
                        seen[n] += got.len();
                    }
                }
            }
            assert!(seen[0] > 0 && seen[1] > 0, "{layer} z{zoom}: nothing to see proves nothing: {seen:?}");
        }
    }
}

#[tokio::test]
async fn the_attribute_of_a_parcel_says_the_commune_of_who_reads_it() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let mut seen = 0;
    for tile in tiles_over(&house, BRON, 16).into_iter().chain(tiles_over(&house, VILLEURBANNE, 16)) {
        let path = format!("/tiles/parcelles/16/{}/{}", tile.x(), tile.y());
        for feature in house.get(&bron, &path).await.tile().layers.iter().flat_map(|layer| &layer.features) {
            assert_eq!(format!("{:?}", feature.property("code_insee").unwrap()), format!("Text({BRON:?})"));
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// By geometry, judged again without the code that imported it.
#[tokio::test]
async fn a_zone_is_shown_to_the_communes_it_touches() {
    let house = House::open().await;
    let communes = snapshot(&house, "communes");
    let insee_of = |record: &Record| {
        let (_, value) = record.properties.iter().find(|(name, _)| name == "insee").unwrap();
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    };
    let every =
        layers::GridBox { min: layers::GridPoint { x: 0, y: 0 }, max: layers::GridPoint { x: u32::MAX, y: u32::MAX } };
    let bron = communes
        .within(every, 16)
        .map(|f| record(&communes, f.id().0))
        .find(|record| insee_of(record) == BRON)
        .unwrap();
    let caller = house.caller(BRON).await;
    let zones = snapshot(&house, "zonage-plu");
    for tile in tiles_over(&house, BRON, 13) {
        for id in ids(&house, &caller, "zonage-plu", tile).await {
            let zone = record(&zones, id);
            assert!(zone.geometry.bounding_rect().is_some());
            assert!(zone.geometry.intersects(&bron.geometry), "zone {id} does not touch Bron");
        }
    }
}

#[tokio::test]
async fn a_suspended_commune_is_told_why() {
    let house = House::open().await;
    let venissieux = house.caller(VENISSIEUX).await;
    for path in [
        "/tiles/parcelles/14/8415/5845",
        "/tiles/rues/14/8415/5845",
        "/api/layers/rues",
        "/styles/rues",
        "/photon/api?q=rue",
    ] {
        let answer = house.get(&venissieux, path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        let problem = answer.json();
        assert!(problem["reason"].as_str().unwrap().contains("suspendue"), "{problem}");
        assert!(!problem["contact"].as_str().unwrap().is_empty());
        assert_eq!(answer.text("cache-control"), "no-store");
    }
    let catalogue = house.get(&venissieux, "/api/catalogue").await.json();
    assert_eq!(catalogue["themes"].as_array().unwrap().len(), 0);
    assert_eq!(catalogue["adhesion"]["status"], "suspended");
}

#[tokio::test]
async fn a_hidden_layer_answers_like_a_name_nobody_uses() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    for (hidden, absent) in [
        ("/tiles/dia/14/8415/5845", "/tiles/nulle-part/14/8415/5845"),
        ("/tiles/dia", "/tiles/nulle-part"),
        ("/tiles/rues,dia/14/8415/5845", "/tiles/rues,nulle-part/14/8415/5845"),
        ("/api/layers/dia", "/api/layers/nulle-part"),
        ("/api/layers/dia/features/1", "/api/layers/nulle-part/features/1"),
        ("/styles/dia", "/styles/nulle-part"),
        ("/tiles/dia,rues", "/tiles/nulle-part,rues"),
    ] {
        let (hidden, absent) = (house.get(&bron, hidden).await, house.get(&bron, absent).await);
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        assert_eq!((hidden.status, &hidden.body), (absent.status, &absent.body));
    }
    let metropole = house.caller("metropole").await;
    assert_eq!(house.get(&metropole, "/api/layers/dia").await.status, StatusCode::OK);
    let listed = house.get(&bron, "/api/catalogue").await.json().to_string();
    assert!(listed.contains("\"parcelles\"") && !listed.contains("\"dia\""));
}

#[tokio::test]
async fn asking_twice_for_a_hidden_layer_tells_nothing_either() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let hidden = house.get(&bron, "/tiles/dia,dia").await;
    let absent = house.get(&bron, "/tiles/nulle-part,nulle-part").await;
    assert_eq!((hidden.status, &hidden.body), (absent.status, &absent.body));
}

/// A snapshot that was opened while a reload took back what it shows must not be served.
#[tokio::test]
async fn a_snapshot_of_a_former_description_is_not_put_in_place() {
    let house = House::open().await;
    let before = house.app.generation();
    let old = snapshot(&house, "parcelles");
    let path = house.app.generation().config.server.snapshots.join("reloaded.toml");
    let text = std::fs::read_to_string(support::root().join("traboule.toml")).unwrap();
    let data = format!("{}/", support::root().join("data-samples").display());
    std::fs::write(
        &path,
        text.replace("data-samples/", &data).replacen("\"section\", ", "", 1).replacen(
            "section = \"Section\", ",
            "",
            1,
        ),
    )
    .unwrap();
    let config = traboule::config::Config::load(&path).unwrap();
    house.app.set_generation(traboule::app::Generation::new(config).unwrap());
    house.app.set_snapshot(&"parcelles".parse().unwrap(), &old, None);
    assert!(house.app.generation().catalogue.get("parcelles").unwrap().snapshot.is_none());
    house.app.set_generation((*before).clone());
    house.app.set_snapshot(&"parcelles".parse().unwrap(), &old, None);
    assert!(house.app.generation().catalogue.get("parcelles").unwrap().snapshot.is_some());
}

#[tokio::test]
async fn a_composite_with_one_closed_layer_is_refused_whole() {
    let house = House::open().await;
    let venissieux = house.caller(VENISSIEUX).await;
    // 404 is said before 403: a hidden layer must not be told from an absent one.
    assert_eq!(house.get(&venissieux, "/tiles/rues,dia/14/8415/5845").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.get(&venissieux, "/tiles/rues,parcelles/14/8415/5845").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn counts_bounds_and_records_are_those_of_one_s_own_territory() {
    let house = House::open().await;
    let (bron, villeurbanne, metropole) =
        (house.caller(BRON).await, house.caller(VILLEURBANNE).await, house.caller("metropole").await);
    let count = async |caller| house.get(caller, "/api/layers/parcelles").await.json()["count"].as_u64().unwrap();
    let (b, v, all) = (count(&bron).await, count(&villeurbanne).await, count(&metropole).await);
    assert!(b > 0 && v > 0 && b + v < all, "{b} + {v} of {all}");

    let snapshot = snapshot(&house, "parcelles");
    let tile = tiles_over(&house, BRON, 14)[0];
    let mut other = None;
    for tile in std::iter::once(tile).chain(tiles_over(&house, VILLEURBANNE, 16)) {
        for id in ids(&house, &villeurbanne, "parcelles", tile).await {
            if record(&snapshot, id).communes == [VILLEURBANNE.parse().unwrap()] {
                other = Some(id);
            }
        }
    }
    let path = format!("/api/layers/parcelles/features/{}", other.unwrap());
    assert_eq!(house.get(&villeurbanne, &path).await.status, StatusCode::OK);
    assert_eq!(house.get(&bron, &path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_etag_of_somebody_else_s_tile_opens_nothing() {
    let house = House::open().await;
    let (bron, metropole) = (house.caller(BRON).await, house.caller("metropole").await);
    let tile = tiles_over(&house, VILLEURBANNE, 13)[0];
    let path = format!("/tiles/parcelles,dia/13/{}/{}", tile.x(), tile.y());
    let etag = house.get(&metropole, &path).await.text("etag").to_owned();
    for caller in [&bron, &Caller::Nobody] {
        let request =
            axum::http::Request::get(&path).header("if-none-match", if etag.is_empty() { "*" } else { &etag });
        let answer = house.send(caller, request.body(axum::body::Body::empty()).unwrap()).await;
        assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED), "{}", answer.status);
    }
}

#[tokio::test]
async fn nobody_signed_in_gets_401_everywhere_and_the_login_at_the_page() {
    let house = House::open().await;
    for path in [
        "/api/catalogue",
        "/api/layers/rues",
        "/api/layers/nulle-part",
        "/api/layers/rues/features/1",
        "/tiles/rues",
        "/tiles/nulle-part",
        "/tiles/rues/14/8415/5845",
        "/styles/plan",
        "/auth/me",
        "/photon/api?q=rue",
        "/photon/reverse?lat=45.7&lon=4.8",
        "/nowhere",
    ] {
        let answer = house.get(&Caller::Nobody, path).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.text("cache-control"), "no-store", "{path}");
    }
    for path in ["/photon/status", "/assets/app.js"] {
        assert_eq!(house.get(&Caller::Nobody, path).await.status, StatusCode::OK, "{path}");
    }
    let page = axum::http::Request::get("/").header("sec-fetch-mode", "navigate").header("accept", "text/html");
    let answer = house.send(&Caller::Nobody, page.body(axum::body::Body::empty()).unwrap()).await;
    assert!(answer.status.is_redirection() && answer.text("location").starts_with("/auth/login"), "{}", answer.status);
}
