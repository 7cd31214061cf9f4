//! The walls of ARCHITECTURE.md: which crate may name which. A new arrow is a design
//! change: its own commit, a page in docs/decisions, and a line here.
#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::process::Command;

use serde_json::Value;

/// One crate of the house: the other crates it may name, and the outside crates it must never name.
struct Wall {
    room: &'static str,
    may_enter: &'static [&'static str],
    never: &'static [&'static [&'static str]],
}

/// What speaks HTTP: for auth-proxy and the command only.
const WEB: &[&str] = &["axum", "axum-extra", "http", "hyper", "tower", "tower-http", "tower-service", "reqwest"];
/// What a library that a test calls without a runtime must not name either.
const RUNTIME: &[&str] = &["tokio", "sqlx"];
/// Rivals and readers that tests compare with.
const RIVALS: &[&str] = &["mvt", "fast-mvt"];

const WALLS: [Wall; 6] = [
    Wall { room: "layers", may_enter: &[], never: &[WEB, RUNTIME, RIVALS] },
    Wall { room: "tiles", may_enter: &["layers"], never: &[WEB, RUNTIME, RIVALS] },
    Wall { room: "geocoder", may_enter: &["layers"], never: &[WEB, RUNTIME, RIVALS] },
    Wall { room: "auth-proxy", may_enter: &["layers"], never: &[RIVALS, &["tantivy", "moka", "geo"]] },
    Wall { room: "data-samples", may_enter: &["layers"], never: &[WEB, RUNTIME, RIVALS] },
    Wall {
        room: "traboule",
        may_enter: &["layers", "tiles", "geocoder", "auth-proxy"],
        never: &[RIVALS, &["tantivy", "geo", "flatgeobuf", "sqlx"]],
    },
];

/// One direct dependency. Tests and benches may name more than the code they test.
#[derive(Debug, Clone)]
struct Arrow {
    from: String,
    to: String,
    only_for_tests: bool,
}

fn violations(arrows: &[Arrow]) -> Vec<String> {
    let house: Vec<&str> = WALLS.iter().map(|wall| wall.room).collect();
    let mut found = Vec::new();
    for arrow in arrows.iter().filter(|arrow| !arrow.only_for_tests) {
        let Some(wall) = WALLS.iter().find(|wall| wall.room == arrow.from) else {
            found.push(format!("{} is a crate without a wall: give it a line in tests/house.rs", arrow.from));
            continue;
        };
        let inside = house.contains(&arrow.to.as_str());
        if (inside && !wall.may_enter.contains(&arrow.to.as_str()))
            || wall.never.iter().any(|list| list.contains(&arrow.to.as_str()))
        {
            found.push(format!("{} must never name {}", arrow.from, arrow.to));
        }
    }
    found
}

fn arrows_of_the_manifests() -> Vec<Arrow> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut arrows = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            arrows.push(Arrow {
                from: text(&package["name"]),
                to: text(&dependency["name"]),
                only_for_tests: dependency["kind"] == "dev",
            });
        }
    }
    arrows
}

fn arrow(from: &str, to: &str) -> Arrow {
    Arrow { from: from.into(), to: to.into(), only_for_tests: false }
}

#[test]
fn no_crate_enters_a_room_it_may_not() {
    let arrows = arrows_of_the_manifests();
    for wall in &WALLS {
        assert!(arrows.iter().any(|arrow| arrow.from == wall.room), "{} is gone: its wall too, then", wall.room);
    }
    assert_eq!(violations(&arrows), Vec::<String>::new());
}

#[test]
fn a_forbidden_arrow_is_found() {
    for (from, to) in [
        ("layers", "tiles"),
        ("layers", "axum"),
        ("tiles", "geocoder"),
        ("tiles", "tokio"),
        ("tiles", "mvt"),
        ("geocoder", "auth-proxy"),
        ("geocoder", "sqlx"),
        ("auth-proxy", "tiles"),
        ("data-samples", "geocoder"),
        ("traboule", "sqlx"),
        ("newcomer", "serde"),
    ] {
        let mut arrows = arrows_of_the_manifests();
        arrows.push(arrow(from, to));
        assert_eq!(violations(&arrows).len(), 1, "{from} → {to}");
    }
}

#[test]
fn tests_may_compare_with_rivals() {
    let rival = Arrow { only_for_tests: true, ..arrow("tiles", "mvt") };
    assert!(violations(&[rival]).is_empty());
}
