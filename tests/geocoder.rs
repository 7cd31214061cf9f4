//! The three contracts of the geocoder, in-process: routes, parameters, refusals and what is promised of every
//! answer. Photon-BAL's documented examples are in `tests/photon_bal.rs`, other people's clients in `tests/clients.rs`.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use layers::Access;
use serde_json::{Value, json};
use support::{Answer, Caller, House, prepared};
use traboule::app::Generation;

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

#[tokio::test]
async fn ban_answers_in_the_national_base_s_words() {
    let house = open_house(|_| ()).await;
    let path =
        "/ban/search?q=3+rue+watteau&lat=45.73&lon=4.91&citycode=69029+69266&type=housenumber&limit=3&utm_source=x";
    let collection = found(&house, path).await;
    assert_eq!((&collection["version"], &collection["attribution"]), (&json!("draft"), &json!("BAN")));
    assert_eq!((&collection["query"], &collection["limit"]), (&json!("3 rue watteau"), &json!(3)));
    assert_eq!(collection["filters"], json!({"type": "housenumber", "citycode": "69029 69266"}));
    assert_eq!(collection["center"], json!([4.91, 45.73]));
    let properties = first(&collection);
    assert_eq!(properties["label"], "3 Rue Watteau 69500 Bron");
    assert_eq!((&properties["type"], &properties["name"]), (&json!("housenumber"), &json!("3 Rue Watteau")));
    assert_eq!(properties["context"], "69, Rhône, Auvergne-Rhône-Alpes");
    assert!((properties["x"].as_f64().unwrap() - 849_120.52).abs() < 0.5, "Lambert-93: {properties}");
    assert!((properties["y"].as_f64().unwrap() - 6_516_471.51).abs() < 0.5);
    assert!(properties["distance"].is_i64() && properties["importance"].is_f64(), "{properties}");
    assert_eq!(properties["_type"], "address");
    let city = found(&house, "/ban/search?q=bron&type=municipality&limit=1").await;
    assert_eq!((&first(&city)["label"], &first(&city)["citycode"]), (&json!("Bron"), &json!("69029")));
    assert!(first(&city).get("distance").is_none(), "from where?");
}

#[tokio::test]
async fn ban_s_reverse_measures_and_its_limits_are_addok_s() {
    let house = open_house(|_| ()).await;
    let collection = found(&house, "/ban/reverse?lng=4.9176314&latitude=45.7315351").await;
    assert_eq!((count(&collection), &collection["limit"]), (1, &json!(1)));
    assert_eq!(first(&collection)["distance"], 0);
    assert!(first(&collection)["score"].as_f64().unwrap() > 0.999);
    for wrong in
        ["/ban/search", "/ban/search?q=", "/ban/search?q=a&limit=101", "/ban/search?q=a&lat=45", "/ban/reverse?lat=45"]
    {
        refused(&house, wrong).await;
    }
    let long = format!("/ban/search?q={}", "a".repeat(201));
    refused(&house, &long).await;
}

#[tokio::test]
async fn a_finished_text_is_no_beginning() {
    let house = open_house(|_| ()).await;
    let score = async |autocomplete: &str| {
        let collection = found(&house, &format!("/ban/search?q=rue+watt&limit=10&autocomplete={autocomplete}")).await;
        let features = collection["features"].as_array().unwrap().clone();
        let watteau = features.iter().find(|it| it["properties"]["name"] == "Rue Watteau");
        watteau.map_or(0.0, |it| it["properties"]["score"].as_f64().unwrap())
    };
    let (unfinished, finished) = (score("1").await, score("0").await);
    assert!(unfinished > finished, "{unfinished} {finished}");
}

#[tokio::test]
async fn a_batch_answers_item_by_item() {
    let house = open_house(|_| ()).await;
    let sent = json!({"requests": [
        {"id": "a", "operation": "geocode", "params": {"q": "3 rue watteau, bron"}},
        {"id": 2, "operation": "reverse", "params": {"lon": 4.917_631_4, "lat": 45.731_535_1}},
        {"id": null, "operation": "reverse", "params": {"lon": 0, "lat": 0}},
        {"operation": "geocode", "params": {"q": "", "limit": 50}},
    ], "params": {"citycode": ["69029"]}});
    let answer = post(&house, "/ban/batch", "application/json", &sent.to_string()).await;
    assert_eq!((answer.status, answer.text("cache-control")), (StatusCode::OK, "no-store"));
    let results = &answer.json()["results"];
    assert_eq!((&results[0]["id"], &results[0]["status"]), (&json!("a"), &json!("ok")));
    assert_eq!(results[0]["result"]["label"], "3 Rue Watteau 69500 Bron");
    assert!(results[0]["result"]["lon"].is_f64() && results[0]["result"]["score"].is_f64());
    assert_eq!((&results[1]["id"], &results[1]["result"]["housenumber"]), (&json!(2), &json!("3")));
    assert!(results[1]["result"]["next_score"].is_f64(), "the second best tells how sure the first is: {results}");
    assert_eq!(results[2]["status"], "not-found");
    assert_eq!(results[3]["status"], "error");
    assert!(results[3]["error"].as_str().is_some_and(|error| error.contains('q')), "{results}");
}

#[tokio::test]
async fn a_batch_takes_a_hundred_items_and_refuses_what_is_none() {
    let house = open_house(|_| ()).await;
    let items = |n: usize| {
        let text = "é".repeat(200);
        let items: Vec<Value> =
            (0..n).map(|id| json!({"id": id, "operation": "geocode", "params": {"q": text}})).collect();
        json!({"requests": items}).to_string()
    };
    let hundred = post(&house, "/ban/batch", "application/json", &items(100)).await;
    assert_eq!(hundred.status, StatusCode::OK, "{} bytes", items(100).len());
    assert_eq!(hundred.json()["results"].as_array().unwrap().len(), 100);
    for wrong in [
        items(101),
        "{}".to_owned(),
        "[]".to_owned(),
        r#"{"requests":[{"id":1,"operation":"geocode"}]}"#.to_owned(),
        r#"{"requests":[{"id":1,"operation":"find","params":{}}]}"#.to_owned(),
        format!(r#"{{"requests":[],"padding":"{}"}}"#, "x".repeat(300_000)),
    ] {
        let answer = post(&house, "/ban/batch", "application/json", &wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", &wrong[..wrong.len().min(80)]);
    }
    assert_eq!(get(&house, "/ban/batch").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_geoplateforme_s_search_and_reverse_answer_from_the_addresses() {
    let house = open_house(|_| ()).await;
    let path = "/geocodage/search?q=3+rue+watteau&city=brom&index=address,poi&returntruegeometry=true";
    let collection = found(&house, path).await;
    assert_eq!((&collection["query"], collection.get("attribution")), (&json!("3 rue watteau"), None));
    assert_eq!(first(&collection)["label"], "3 Rue Watteau 69500 Bron");
    assert!(first(&collection)["truegeometry"]["coordinates"].is_array(), "{collection}");
    for index in ["poi", "parcel", "poi,parcel"] {
        assert_eq!(count(&found(&house, &format!("/geocodage/search?q=3+rue+watteau&index={index}")).await), 0);
    }
    let circle = r#"{"type":"Circle","coordinates":[4.9176314,45.7315351],"radius":30}"#;
    let around =
        post(&house, "/geocodage/reverse", "application/json", &format!(r#"{{"searchgeom":{circle}}}"#)).await.json();
    assert_eq!(first(&around)["housenumber"], "3", "{around}");
    let distances =
        around["features"].as_array().unwrap().iter().map(|it| it["properties"]["distance"].as_i64().unwrap());
    assert!(distances.clone().all(|metres| metres <= 30) && distances.is_sorted(), "{around}");
    assert_eq!(count(&found(&house, "/geocodage/reverse?lon=4.9176314&lat=45.7315351&index=parcel").await), 0);
    for wrong in [
        "/geocodage/search?q=ab",
        "/geocodage/search?q=-rue",
        "/geocodage/search?q=rue&limit=21",
        "/geocodage/search?q=rue&city=Bron&citycode=69266",
        "/geocodage/search?q=rue&city=Tombouctou",
        "/geocodage/reverse",
    ] {
        refused(&house, wrong).await;
    }
}

#[tokio::test]
async fn a_polygon_holds_the_addresses_inside_it_and_no_other() {
    let house = open_house(|_| ()).await;
    // A triangle whose box holds 3, rue Watteau in the half that it leaves out.
    let ring = "[[4.9174,45.7314],[4.9182,45.7322],[4.9174,45.7322],[4.9174,45.7314]]";
    let sent = format!(r#"{{"searchgeom":{{"type":"Polygon","coordinates":[{ring}]}},"limit":20}}"#);
    let inside = post(&house, "/geocodage/reverse", "application/json", &sent).await.json();
    assert!(count(&inside) > 0, "{inside}");
    for feature in inside["features"].as_array().unwrap() {
        let at: [f64; 2] = serde_json::from_value(feature["geometry"]["coordinates"].clone()).unwrap();
        assert!(at[0] >= 4.9174 && at[1] <= 45.7322 && at[1] - 45.7314 >= at[0] - 4.9174, "{at:?}");
        assert!(feature["properties"].get("distance").is_none(), "from where? {feature}");
    }
}

#[tokio::test]
async fn a_completion_is_a_flat_list() {
    let house = open_house(|_| ()).await;
    let list = found(&house, "/geocodage/completion?text=3+rue+watt&terr=69&maximumResponses=3").await;
    assert_eq!(list["status"], "OK");
    let best = &list["results"][0];
    assert_eq!(best["fulltext"], "3 Rue Watteau, 69500 Bron", "{list}");
    assert_eq!(
        (&best["country"], &best["zipcode"], &best["metropole"]),
        (&json!("StreetAddress"), &json!("69500"), &json!(true))
    );
    for nowhere in ["terr=01", "terr=DOMTOM", "type=PositionOfInterest"] {
        let list = found(&house, &format!("/geocodage/completion?text=3+rue+watt&{nowhere}")).await;
        assert_eq!(list["results"], json!([]), "{nowhere}");
    }
}

#[tokio::test]
async fn every_parameter_the_capabilities_name_is_read() {
    let house = open_house(|_| ()).await;
    let document = found(&house, "/geocodage/getCapabilities").await;
    let operations = document["operations"].as_array().unwrap();
    assert_eq!(
        operations.iter().map(|it| it["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["search", "reverse", "completion"]
    );
    for operation in operations {
        let path = format!("/geocodage{}", operation["url"].as_str().unwrap().trim_end_matches('?'));
        let parameters = operation["parameters"].as_array().unwrap();
        let all: serde_json::Map<String, Value> = parameters
            .iter()
            .map(|it| (it["name"].as_str().unwrap().to_owned(), it["schema"]["example"].clone()))
            .collect();
        let answer = post(&house, &path, "application/json", &Value::from(all.clone()).to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json());
        // What is read can be wrong: a parameter that took anything would be one that nobody reads.
        for name in all.keys().filter(|name| !["q", "text", "city"].contains(&name.as_str())) {
            let mut wrong = all.clone();
            wrong.insert(name.clone(), Value::from("%"));
            let answer = post(&house, &path, "application/json", &Value::from(wrong).to_string()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {name}");
        }
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
