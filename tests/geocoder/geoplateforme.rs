//! `/geocodage`: search, reverse, polygons, completion, capabilities.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{count, first, found, open_house, post, refused};

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
