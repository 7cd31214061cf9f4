//! The three contracts of the geocoder, in-process: routes, parameters, refusals and what is promised of every
//! answer; here what all three share, then a file each. Photon-BAL's documented examples are in `tests/photon_bal.rs`,
//! other people's clients in `tests/clients.rs`.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod ban;
mod geoplateforme;
mod photon;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use auth_proxy::{
    Credential, Principal,
    directory::{Organisation, OrganisationKind, Roles},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use layers::Access;
use serde_json::Value;
use support::{Answer, Caller, House, prepared};
use traboule::{app::Generation, http::addresses::index_for};

/// Every route that searches, with parameters that find something in the samples.
const ROUTES: [(&str, &str); 8] = [
    ("/photon/api", "q=3+rue+watteau+bron"),
    ("/photon/structured", "housenumber=3&street=rue+watteau&city=Bron"),
    ("/photon/reverse", "lon=4.9176314&lat=45.7315351"),
    ("/ban/search", "q=3+rue+watteau+bron"),
    ("/ban/reverse", "lon=4.9176314&lat=45.7315351"),
    ("/geocodage/search", "q=3+rue+watteau+bron"),
    ("/geocodage/reverse", "lon=4.9176314&lat=45.7315351"),
    ("/geocodage/completion", "text=3+rue+watt"),
];

async fn open_house(edit: impl FnOnce(&mut traboule::config::Geocoder)) -> House {
    let mut config = prepared();
    config.geocoder.access = Access::Open;
    edit(&mut config.geocoder);
    House::open_with(config).await
}

async fn post(house: &House, path: &str, media_type: &str, body: &str) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, media_type).body(Body::from(body.to_owned()));
    house.send(&Caller::Nobody, request.unwrap()).await
}

async fn get(house: &House, path: &str) -> Answer {
    house.get(&Caller::Nobody, path).await
}

async fn found(house: &House, path: &str) -> Value {
    let answer = get(house, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json());
    answer.json()
}

async fn refused(house: &House, path: &str) -> String {
    let answer = get(house, path).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    assert_eq!(answer.text("content-type"), "application/problem+json");
    answer.json()["message"].as_str().unwrap().to_owned()
}

fn first(collection: &Value) -> &Value {
    &collection["features"][0]["properties"]
}

fn count(collection: &Value) -> usize {
    collection["features"].as_array().unwrap().len()
}

#[tokio::test]
async fn every_route_answers_the_same_to_a_query_a_form_a_json_body_and_a_trailing_slash() {
    let house = open_house(|_| ()).await;
    for (path, query) in ROUTES {
        let by_query = get(&house, &format!("{path}?{query}")).await;
        assert_eq!(by_query.status, StatusCode::OK, "{path}: {}", by_query.json());
        assert_eq!(by_query.text("cache-control"), "no-store", "{path}");
        let list = &by_query.json()[if path.ends_with("completion") { "results" } else { "features" }];
        assert!(!list.as_array().unwrap().is_empty(), "{path}: {}", by_query.json());
        assert_eq!(get(&house, &format!("{path}/?{query}")).await.json(), by_query.json(), "{path}/");
        let form = post(&house, path, "application/x-www-form-urlencoded", query).await;
        assert_eq!(form.json(), by_query.json(), "{path}");
        let members: serde_json::Map<String, Value> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), Value::from(value.replace('+', " "))))
            .collect();
        let by_json = post(&house, path, "application/json; charset=utf-8", &Value::from(members).to_string()).await;
        assert_eq!(by_json.json(), by_query.json(), "{path}");
        for (media_type, body) in [("text/plain", "q=rue"), ("application/json", "q=rue"), ("application/json", "[]")] {
            assert_eq!(post(&house, path, media_type, body).await.status, StatusCode::BAD_REQUEST, "{path} {body}");
        }
    }
}

#[tokio::test]
async fn agents_search_with_a_token_and_nobody_without_one() {
    let house = House::open().await;
    let bron = house.caller("69029").await;
    let tiles_only = house.caller_with("69029", "tiles").await;
    let suspended = house.caller("69259").await;
    for (path, query) in ROUTES {
        let path = format!("{path}?{query}");
        assert_eq!(house.get(&bron, &path).await.status, StatusCode::OK, "{path}");
        let stranger = house.get(&Caller::Nobody, &path).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(stranger.json()["message"].is_string(), "where clients look for it: {}", stranger.json());
        assert_eq!(house.get(&tiles_only, &path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(house.get(&suspended, &path).await.status, StatusCode::FORBIDDEN, "an adhesion suspended: {path}");
    }
    let batch = Request::post("/ban/batch").header("content-type", "application/json").body(Body::from("{}")).unwrap();
    assert_eq!(house.send(&Caller::Nobody, batch).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.get(&Caller::Nobody, "/geocodage/getCapabilities").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.get(&Caller::Nobody, "/banal/search").await.status, StatusCode::UNAUTHORIZED, "another root");
}

#[tokio::test]
async fn a_reload_that_opens_or_closes_the_search_takes_effect_at_once() {
    let house = House::open().await;
    let tiles_only = house.caller_with("69029", "tiles").await;
    let bron = house.caller("69029").await;
    let serve = |access: Access| {
        house.app.change(|now| {
            let mut config = (*now.config).clone();
            config.geocoder.access = access;
            Some(Generation { config: Arc::new(config), ..now.clone() })
        });
    };
    for access in [Access::Open, Access::Agents, Access::Open, Access::Agents] {
        serve(access);
        let is_open = access == Access::Open;
        let (nobody, token) = if is_open { (200, 200) } else { (401, 403) };
        for (path, query) in ROUTES {
            let path = format!("{path}?{query}");
            assert_eq!(house.get(&Caller::Nobody, &path).await.status, nobody, "{access:?}: {path}");
            assert_eq!(house.get(&tiles_only, &path).await.status, token, "{access:?}: {path}");
            assert_eq!(house.get(&bron, &path).await.status, 200, "{access:?}: {path}");
        }
    }
}

/// The gate lets any token in while everybody may search; the search may be closed before the route is reached, or
/// while a file is being answered.
#[tokio::test]
async fn a_token_for_something_else_searches_no_longer_once_the_search_is_closed() {
    let metropole = Organisation {
        id: "metropole".parse().unwrap(),
        kind: OrganisationKind::Metropole,
        name: "Métropole de Lyon".to_owned(),
        sirets: [].into(),
        communes: [].into(),
    };
    let with = |scopes: &str| Principal {
        credential: Credential::Token { id: "tk1".to_owned(), scopes: scopes.parse().unwrap() },
        name: "tk1".to_owned(),
        organisation: Some(Arc::new(metropole.clone())),
        roles: Roles::default(),
        peer: None,
    };
    let (open, closed) = (open_house(|_| ()).await, House::open().await);
    for (scopes, may_search) in [("tiles", false), ("tiles,search", true)] {
        assert!(index_for(&open.app, Some(&with(scopes))).is_ok(), "{scopes}");
        assert_eq!(index_for(&closed.app, Some(&with(scopes))).is_ok(), may_search, "{scopes}");
    }
    assert!(index_for(&open.app, None).is_ok() && index_for(&closed.app, None).is_err());
}

#[tokio::test]
async fn no_refusal_repeats_what_was_typed() {
    let house = open_house(|_| ()).await;
    let canary = "12+rue+du+canari+secret";
    for path in [
        format!("/photon/api?q={canary}&{canary}=1"),
        format!("/photon/api?q={canary}&limit={canary}"),
        format!("/photon/api?q={canary}&layer={canary}&osm_tag={canary}"),
        format!("/photon/structured?street={canary}&countrycode={canary}"),
        format!("/photon/reverse?lat={canary}&lon=4"),
        format!("/ban/search?q={canary}&type={canary}"),
        format!("/ban/search?q={canary}&citycode={canary}"),
        format!("/ban/search?q={}", canary.repeat(20)),
        format!("/geocodage/search?q={canary}&index={canary}"),
        format!("/geocodage/search?q={canary}&city=Tombouctou+canari"),
        format!("/geocodage/reverse?searchgeom={canary}"),
        format!("/geocodage/completion?text=-{canary}&terr={canary}"),
    ] {
        let message = refused(&house, &path).await;
        assert!(!message.contains("canari"), "{path}: {message}");
    }
}

#[tokio::test]
async fn pages_of_the_origins_named_read_an_open_geocoder_and_nothing_else() {
    let ours = "https://carte.example.fr";
    let house = open_house(|geocoder| geocoder.cors = vec![ours.to_owned()]).await;
    let ask = async |method: &str, path: &str, origin: &str| {
        let request = Request::builder().method(method).uri(path).header("origin", origin);
        let request = request.header("access-control-request-method", "POST").body(Body::empty()).unwrap();
        house.send(&Caller::Nobody, request).await
    };
    for (path, query) in ROUTES {
        let path = format!("{path}?{query}");
        let answer = ask("GET", &path, ours).await;
        assert_eq!((answer.status, answer.text("access-control-allow-origin")), (StatusCode::OK, ours), "{path}");
        assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "Origin"), "{path}");
        assert_eq!(answer.text("access-control-allow-credentials"), "", "no cookie of ours goes along");
        let preflight = ask("OPTIONS", &path, ours).await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT, "{path}");
        assert!(preflight.text("access-control-allow-methods").contains("POST"));
        assert_eq!(preflight.text("access-control-allow-headers"), "content-type");
        let stranger = ask("GET", &path, "https://ailleurs.example").await;
        assert_eq!(stranger.text("access-control-allow-origin"), "", "{path}");
        assert_eq!(ask("OPTIONS", &path, "https://ailleurs.example").await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    let refusal = ask("GET", "/photon/api?q=", ours).await;
    assert_eq!(refusal.text("access-control-allow-origin"), ours, "a page reads its refusals too");
    for closed in ["/", "/tiles/rues/14/8415/5845", "/api/catalogue"] {
        assert_eq!(ask("GET", closed, ours).await.text("access-control-allow-origin"), "", "{closed}");
        assert_eq!(ask("OPTIONS", closed, ours).await.status, StatusCode::METHOD_NOT_ALLOWED, "{closed}");
    }
}
