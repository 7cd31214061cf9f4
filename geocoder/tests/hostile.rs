//! Whatever is typed, a search answers: no panic, and no error but that there is nothing to look for, or too much of
//! it.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;
#[path = "hostile/texts.rs"]
mod texts;

use geocoder::{Error, Geocoder};
use layers::LonLat;
use support::{
    Sources,
    dice::{self, Dice},
    index_of_bal, nearby,
};
use tempfile::TempDir;
use texts::SHAPES;

const COLUMNS: &str = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;long;lat";
const TYPES: [&str; 5] = ["Rue", "Avenue", "Place", "Chemin", "Impasse"];
const NAMES: [&str; 12] = [
    "de la République",
    "Victor Hugo",
    "du Général Leclerc",
    "Saint-Pierre",
    "de l’Église",
    "Jean Jaurès",
    "du 8 Mai 1945",
    "de la Gare",
    "du Docteur Paul Martin",
    "des Bois",
    "Garibaldi",
    "de la Fontaine du Vieux Moulin",
];
const TOWNS: [(&str, &str); 6] = [
    ("69383", "Lyon 3e Arrondissement"),
    ("69386", "Lyon 6e Arrondissement"),
    ("69266", "Villeurbanne"),
    ("69290", "Saint-Priest"),
    ("69029", "Bron"),
    ("75101", "Paris 1er Arrondissement"),
];

/// Every type with every name in every town, two numbers each, and streets of a number.
fn index() -> (Geocoder, TempDir) {
    let mut rows = Vec::new();
    for (town, (code, commune)) in TOWNS.iter().enumerate() {
        let names = TYPES.iter().flat_map(|kind| NAMES.iter().map(move |name| format!("{kind} {name}")));
        let numbered = (1..=40).map(|number| format!("Rue {number}"));
        for (street, name) in names.chain(numbered).enumerate() {
            let (lon, lat) = (4.8 + town as f64 / 50.0 + street as f64 / 9_000.0, 45.7 + street as f64 / 9_000.0);
            for (number, suffix) in [(1, ""), (12, "bis")] {
                rows.push(format!(
                    "{code}_{street:04}_{number:05};{name};{number};{suffix};{code};{commune};{lon};{lat}"
                ));
            }
        }
    }
    index_of_bal(COLUMNS, rows, &Sources { metropole: &["69123", "69266"], ..Sources::default() })
}

#[test]
fn ten_thousand_hostile_texts_are_answered() {
    let (geocoder, _folder) = index();
    let mut dice = Dice::of(69);
    let mut answered = 0;
    for round in 0..10_000 {
        let (name, shape) = SHAPES[round % SHAPES.len()];
        let request = texts::request(&mut dice, shape);
        match geocoder.search(&request) {
            Ok(found) => {
                assert!(found.len() <= request.limit, "{name}: {} answers of {}", found.len(), request.limit);
                assert!(found.iter().all(|it| (0.0..=1.0).contains(&it.score.total())), "{name}: {request:?}");
                answered += usize::from(!found.is_empty());
            }
            Err(Error::EmptyQuery) => {
                assert!(!request.text.contains(|c: char| c.is_ascii_alphanumeric()), "{request:?}")
            }
            Err(error) => panic!("{name}: {error}: {request:?}"),
        }
    }
    assert!(answered > 1_000, "the texts are made of words of the index: {answered} answered");
}

#[test]
fn a_text_beyond_the_limit_is_refused_before_it_is_read() {
    let (geocoder, _folder) = index();
    let mut request = texts::request(&mut Dice::of(7), SHAPES[0].1);
    request.text = "🏠".repeat(201);
    assert!(matches!(geocoder.search(&request), Err(Error::QueryTooLong { chars: 201 })));
}

#[test]
fn any_point_is_reversed() {
    let (geocoder, _folder) = index();
    for (lon, lat) in [(0.0, 0.0), (180.0, 90.0), (-180.0, -90.0), (4.85, 45.75), (f64::MAX, f64::MIN)] {
        for radius_m in [0.0, 1_000.0, f64::INFINITY] {
            let around = nearby(LonLat { lon, lat }, 100, radius_m);
            assert!(geocoder.reverse(&around).unwrap().len() <= 100, "{lon} {lat} {radius_m}");
        }
    }
}
