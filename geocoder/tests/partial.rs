//! What is only a part of an address, or more than one: a word half typed before the commune, a type of street that is
//! another, a quarter or a complement and no commune. Each test is one class, over an index built from rows written
//! here.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Geocoder, MatchType, Suggestion, Verdict};
use support::{SURE, Sources, check, find, index_of_bal, shown};
use tempfile::TempDir;

const COLUMNS: &str = "cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat";

const LYON_3: (&str, &str) = ("69383", "Lyon 3e Arrondissement");
const LYON_7: (&str, &str) = ("69387", "Lyon 7e Arrondissement");
const VAULX: (&str, &str) = ("69256", "Vaulx-en-Velin");
const BRON: (&str, &str) = ("69029", "Bron");

/// (street, numbers, commune)
#[rustfmt::skip] // one line a street
const STREETS: [(&str, &[u32], (&str, &str)); 21] = [
    ("Rue de la République", &[1, 12], LYON_3),
    ("Rue du Garet", &[1, 12], LYON_3),
    ("Rue Bouchut", &[1, 12], LYON_3),
    ("Rue Boussingault", &[1, 12], LYON_7),
    ("Rue Santerre", &[3], LYON_7),
    ("Rue de la Petite Arche", &[1], LYON_7),
    ("Rue Archereau", &[1], LYON_7),
    ("Rue Domrémy", &[1], LYON_7),
    ("Rue Domer", &[19], LYON_7),
    ("Rue Auguste Brunel", &[12], VAULX),
    ("Rue Pascal", &[1], BRON),
    ("Passage Brantôme", &[1], LYON_3),
    ("Avenue Lacassagne", &[1, 12], LYON_3),
    ("Rue André Lassagne", &[1, 12], BRON),
    ("Rue Royale", &[4], LYON_3),
    ("Rue de la Part-Dieu", &[1, 2, 12], LYON_3),
    ("Boulevard Marius Vivier-Merle", &[1, 2], LYON_3),
    ("Rue Garibaldi", &[12], LYON_3),
    ("Rue du Payet", &[1], BRON),
    ("Petite Rue du Payet", &[1], BRON),
    ("Rue du Payet", &[1], LYON_7),
];

fn index() -> (Geocoder, TempDir) {
    let mut rows = Vec::new();
    for (at, (street, numbers, (code, commune))) in STREETS.iter().enumerate() {
        for (rank, number) in numbers.iter().enumerate() {
            let (lon, lat) = (4.85 + at as f64 / 500.0, 45.74 + rank as f64 / 9_000.0);
            rows.push(format!("{code}_{at:04}_{number:0>5};{street};{number};{code};{commune};entrée;{lon};{lat}"));
        }
    }
    index_of_bal(COLUMNS, rows, &Sources::default())
}

/// The first answer, and whether it may be taken without a look.
#[track_caller]
fn check_surety(geocoder: &Geocoder, text: &str, label: &str, is_sure: bool) -> Suggestion {
    let found = check(geocoder, text, label);
    assert_eq!(found.score.confidence >= SURE, is_sure, "« {text} »: {:#?}", shown(&find(geocoder, text)));
    found
}

#[test]
fn a_word_half_typed_before_the_commune_is_the_street_that_begins_so() {
    let (geocoder, _folder) = index();
    for text in ["rue de la rep lyon", "rue de la républ lyon 3e", "Rue de la Répub, Lyon"] {
        let found = check_surety(&geocoder, text, "Rue de la République, Lyon 3e Arrondissement", true);
        assert_eq!(
            (found.match_type, found.verdicts.street),
            (MatchType::Corrected, Some(Verdict::Corrected)),
            "{text}"
        );
    }
    check_surety(&geocoder, "12 rue de la rep lyon", "12 Rue de la République, Lyon 3e Arrondissement", true);
    check_surety(&geocoder, "rue pas bron", "Rue Pascal, Bron", true);
}

#[test]
fn a_first_name_may_be_half_typed_too() {
    let (geocoder, _folder) = index();
    for text in ["12 rue aug brunel vaulx-en-velin", "12 rue aug brunel vaulx"] {
        check_surety(&geocoder, text, "12 Rue Auguste Brunel, Vaulx-en-Velin", true);
    }
}

#[test]
fn what_begins_two_streets_of_the_commune_is_sure_of_neither() {
    let (geocoder, _folder) = index();
    let found = find(&geocoder, "rue bou lyon");
    let mut names: Vec<&str> = found.iter().take(2).map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Rue Bouchut", "Rue Boussingault"], "{:#?}", shown(&found));
    assert!(found[0].score.confidence < SURE, "{:#?}", shown(&found));
    // One has the word as typed, the other begins so.
    let found = find(&geocoder, "rue arche lyon");
    assert!(found.iter().any(|it| it.name == "Rue Archereau"), "{:#?}", shown(&found));
    assert!(found[0].score.confidence < SURE, "{:#?}", shown(&found));
}

#[test]
fn a_misspelt_street_that_has_the_number_comes_before_one_that_only_begins_so() {
    let (geocoder, _folder) = index();
    check(&geocoder, "19 rue domre lyon", "19 Rue Domer, Lyon 7e Arrondissement");
}

#[test]
fn what_begins_so_in_another_commune_is_no_answer_in_the_one_named() {
    let (geocoder, _folder) = index();
    for text in ["rue santer bron", "rue de la rep bron", "rue pas bron"] {
        let found = find(&geocoder, text);
        assert!(found.iter().all(|it| it.insee == BRON.0), "« {text} » gave {:#?}", shown(&found));
    }
}

#[test]
fn another_type_of_street_is_found_where_no_commune_is_named() {
    let (geocoder, _folder) = index();
    let cases = [
        ("rue lacassagne", "Avenue Lacassagne, Lyon 3e Arrondissement"),
        ("12 rue lacassagne", "12 Avenue Lacassagne, Lyon 3e Arrondissement"),
        ("place royale", "Rue Royale, Lyon 3e Arrondissement"),
        ("bd garibaldi", "Rue Garibaldi, Lyon 3e Arrondissement"),
    ];
    for (text, label) in cases {
        let found = check_surety(&geocoder, text, label, false);
        assert_eq!(found.match_type, MatchType::Corrected, "{text}");
    }
}

#[test]
fn a_quarter_before_the_street_is_no_street() {
    let (geocoder, _folder) = index();
    let label = "Boulevard Marius Vivier-Merle, Lyon 3e Arrondissement";
    check(&geocoder, "part dieu bd vivier merle", label);
    check(&geocoder, "part dieu 2 bd marius vivier merle", &format!("2 {label}"));
    check(&geocoder, "rue de la part dieu", "Rue de la Part-Dieu, Lyon 3e Arrondissement");
}

#[test]
fn what_follows_a_street_is_left_out_and_makes_it_less_sure() {
    let (geocoder, _folder) = index();
    let label = "12 Rue Garibaldi, Lyon 3e Arrondissement";
    for text in ["12 rue garibaldi gerland", "12 rue garibaldi derriere la mairie", "rue garibaldi 12 gratte ciel"] {
        check_surety(&geocoder, text, label, false);
    }
    // A commune in the middle is one: what lies elsewhere is no answer.
    let found = find(&geocoder, "1 rue du payet bron derriere la mairie");
    assert!(found.iter().all(|it| it.insee == BRON.0), "{:#?}", shown(&found));
    check(&geocoder, "petite rue du payet centre ville", "Petite Rue du Payet, Bron");
    check_surety(&geocoder, "12 rue garibaldi résidence les lilas", label, true);
}
