//! One box, over the three contracts: features of searchable layers among the addresses. Here how they are asked; who
//! finds what is in `rights.rs`, what each contract gives in `contracts.rs`.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod contracts;
mod rights;
#[path = "../support/mod.rs"]
mod support;

use axum::http::StatusCode;
use serde_json::Value;
use support::{Caller, House};

const BRON: &str = "69029";
const VILLEURBANNE: &str = "69266";

async fn found(house: &House, caller: &Caller, path: &str) -> Value {
    let answer = house.get(caller, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json());
    answer.json()
}

/// Properties of the answers, in order.
async fn ask(house: &House, caller: &Caller, path: &str) -> Vec<Value> {
    let features = found(house, caller, path).await["features"].as_array().unwrap().clone();
    features.into_iter().map(|mut feature| feature["properties"].take()).collect()
}

/// Layers of the answers that are objects.
fn layers_of(answers: &[Value]) -> Vec<&str> {
    answers.iter().filter_map(|it| it["extra"]["layer"].as_str()).collect()
}
