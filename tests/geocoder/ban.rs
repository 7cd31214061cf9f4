//! `/ban`: the words of the national base, limits, batches.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{count, first, found, get, open_house, post, refused};

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
        {"operation": "find", "params": {"q": "3 rue watteau"}},
        {"id": "f", "operation": "geocode"},
        {"id": "g", "operation": 7, "params": {}},
        {"params": {"q": "3 rue watteau"}},
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
    for (at, says) in [(4, "geocode ou reverse"), (5, "params"), (6, "geocode ou reverse"), (7, "geocode ou reverse")] {
        assert!(results[at]["error"].as_str().is_some_and(|error| error.contains(says)), "{results}");
    }
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
        r#"{"requests":["12 rue watteau"]}"#.to_owned(),
        format!(r#"{{"requests":[],"padding":"{}"}}"#, "x".repeat(300_000)),
    ] {
        let answer = post(&house, "/ban/batch", "application/json", &wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", &wrong[..wrong.len().min(80)]);
    }
    for path in ["/ban/batch", "/ban/search/csv", "/geocodage/reverse/csv"] {
        let answer = get(&house, path).await;
        assert_eq!((answer.status, answer.text("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"), "{path}");
        let says = answer.json()["message"].as_str().unwrap_or_default().to_owned();
        assert!(says.starts_with("Cette adresse se demande autrement"), "{path}: {says}");
    }
}
