//! How sure an answer is whose name is not the one typed: what else the text says of where it is decides whether it may
//! be taken without a look.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Filter, MatchType, Request, Verdict};
use support::{COLUMNS, Row, SURE, Sources, find_finished, finished, index_of_bal, line, shown};

const ROWS: [Row; 2] = [
    ("69029_0010_00003", "Chemin des Meuniers", 3, "69029", "Bron", 4.91, 45.73, ""),
    ("69298_0020_00003", "Allée du Moulin d'Aval", 3, "69298", "Mions", 4.95, 45.66, ""),
];

#[test]
fn a_name_unlike_the_one_typed_is_taken_only_where_something_says_where_it_is() {
    let (geocoder, _folder) = index_of_bal(COLUMNS, ROWS.iter().map(line), &Sources::default());
    let asked = |text: &str, communes: &[&str]| {
        let filter = Filter { communes: communes.iter().map(|&code| code.to_owned()).collect(), ..Filter::default() };
        let found = geocoder.search(&Request { filter, ..finished(text) }).unwrap();
        let first = found.first().unwrap_or_else(|| panic!("« {text} » gave nothing"));
        assert_eq!(first.name, "Chemin des Meuniers", "« {text} » gave {:#?}", shown(&found));
        first.score.confidence
    };
    let far = "3 chemin des pruniers";
    assert!(asked(far, &[]) < SURE, "as many ask so for a street that is in no index");
    assert!(asked(&format!("{far} bron"), &[]) >= SURE);
    assert!(asked(far, &["69029"]) >= SURE, "a filter says where, too");
    let near = "3 chemin des meunies";
    assert!(asked(near, &[]) >= SURE, "one letter of a long word");
    assert!(asked(near, &[]) < asked(&format!("{near} bron"), &[]));
}

#[test]
fn a_name_typed_in_part_is_less_sure_than_one_typed_whole() {
    let (geocoder, _folder) = index_of_bal(COLUMNS, ROWS.iter().map(line), &Sources::default());
    let sure = |text: &str| find_finished(&geocoder, text)[0].score.confidence;
    assert!(sure("3 allee du moulin") < sure("3 allee du moulin mions"));
    assert!(sure("3 allee du moulin") < sure("3 allee du moulin d'aval"));
}

#[test]
fn the_very_address_next_door_makes_a_longer_name_unsure() {
    let next_door = ("69029_0030_00003", "Allée du Moulin", 3, "69029", "Bron", 4.94, 45.68, "");
    let rows = [ROWS[1], next_door];
    let (geocoder, _folder) = index_of_bal(COLUMNS, rows.iter().map(line), &Sources::default());
    let found = find_finished(&geocoder, "3 allée du moulin mions");
    assert_eq!(found[0].name, "Allée du Moulin d'Aval", "{:#?}", shown(&found));
    assert_eq!(found[0].match_type, MatchType::Corrected, "a word is missing");
    assert!(found[0].score.confidence < SURE, "{:#?}", shown(&found));
    assert_eq!((found[1].name.as_str(), found[1].verdicts.commune), ("Allée du Moulin", Some(Verdict::Contradicts)));
}

#[test]
fn another_type_of_street_is_no_misspelling_of_the_one_typed() {
    let row = ("69029_0040_00003", "Rue Édouard Herriot", 3, "69029", "Bron", 4.92, 45.73, "");
    let (geocoder, _folder) = index_of_bal(COLUMNS, [line(&row)], &Sources::default());
    for text in ["route édouard herriot bron", "3 route édouard herriot bron"] {
        let found = find_finished(&geocoder, text);
        assert_eq!(found[0].name, "Rue Édouard Herriot", "« {text} » gave {:#?}", shown(&found));
        assert!(found[0].score.confidence < SURE, "{:#?}", shown(&found));
    }
}

#[test]
fn an_initial_is_that_of_a_first_name() {
    let antoine = ("69388_0010_00006", "Rue Antoine Dumont", 6, "69388", "Lyon 8e Arrondissement", 4.86, 45.74, "");
    let without = ("69384_0020_00006", "Rue Dumont", 6, "69384", "Lyon 4e Arrondissement", 4.83, 45.78, "");
    let elided = ("69388_0030_00006", "Rue de l'Argonne", 6, "69388", "Lyon 8e Arrondissement", 4.87, 45.73, "");
    let both = [antoine, without, elided];
    let (geocoder, _folder) = index_of_bal(COLUMNS, both.iter().map(line), &Sources::default());
    for text in ["6 rue A. Dumont Lyon", "6 rue a dumont", "rue A. Dumont Lyon"] {
        let found = find_finished(&geocoder, text);
        assert_eq!(found[0].name, "Rue Antoine Dumont", "« {text} » gave {:#?}", shown(&found));
        assert!(found[0].score.confidence < SURE, "« {text} » may be the other: {:#?}", shown(&found));
    }
    let found = find_finished(&geocoder, "6 rue A. Dumont Lyon 8e");
    assert!(found[0].name == "Rue Antoine Dumont" && found[0].score.confidence >= SURE, "{:#?}", shown(&found));
    let found = find_finished(&geocoder, "6 rue L. Dumont Lyon 4e");
    let first = (&found[0].name[..], found[0].verdicts.street, found[0].score.confidence >= SURE);
    assert_eq!(first, ("Rue Dumont", Some(Verdict::Partial), false), "a word short: {:#?}", shown(&found));
    let found = find_finished(&geocoder, "6 rue l'argonne lyon");
    let first = (&found[0].name[..], found[0].match_type, found[0].score.confidence >= SURE);
    assert_eq!(first, ("Rue de l'Argonne", MatchType::Exact, true), "an article: {:#?}", shown(&found));
    let found = find_finished(&geocoder, "6 rue e l'argonne lyon");
    assert!(found[0].score.confidence >= SURE, "a misspelt article is no initial: {:#?}", shown(&found));
}

#[test]
fn a_whole_name_that_ends_with_a_commune_names_none() {
    let pierre = ("69152_0010_00001", "Rue du Moulin", 1, "69152", "Pierre-Bénite", 4.82, 45.70, "");
    let saint_pierre =
        ("69383_0020_00003", "Place Saint-Pierre", 3, "69383", "Lyon 3e Arrondissement", 4.85, 45.75, "");
    let neuville = ("69143_0030_00001", "Rue Camille", 1, "69143", "Neuville-sur-Saône", 4.84, 45.87, "");
    let camille =
        ("69389_0040_00001", "Rue Camille de Neuville", 1, "69389", "Lyon 9e Arrondissement", 4.80, 45.77, "");
    let rows = [pierre, saint_pierre, neuville, camille];
    let (geocoder, _folder) = index_of_bal(COLUMNS, rows.iter().map(line), &Sources::default());
    for (text, name) in [
        ("place saint-pierre", "Place Saint-Pierre"),
        ("3 place saint pierre", "Place Saint-Pierre"),
        ("rue camille de neuville", "Rue Camille de Neuville"),
    ] {
        let found = find_finished(&geocoder, text);
        let first = (&found[0].name[..], found[0].match_type, found[0].verdicts.commune);
        assert_eq!(first, (name, MatchType::Exact, None), "« {text} » gave {:#?}", shown(&found));
        assert!(found[0].score.confidence >= SURE, "« {text} » gave {:#?}", shown(&found));
    }
    // Without its article the rest is a street of that commune, as exactly.
    let found = find_finished(&geocoder, "rue camille neuville");
    assert_eq!(found[0].name, "Rue Camille", "{:#?}", shown(&found));
    assert_eq!(found[0].verdicts.commune, Some(Verdict::Ok));
}

#[test]
fn a_short_word_of_no_name_is_left_out_and_makes_it_less_sure() {
    let row = ("69029_0050_00003", "Rue Tavernier", 3, "69029", "Bron", 4.92, 45.73, "");
    let (geocoder, _folder) = index_of_bal(COLUMNS, [line(&row)], &Sources::default());
    for text in ["3 rue xk tavernier bron", "3 rue xkz tavernier bron"] {
        let found = find_finished(&geocoder, text);
        let first = (&found[0].name[..], found[0].verdicts.street, found[0].score.confidence >= SURE);
        assert_eq!(first, ("Rue Tavernier", Some(Verdict::Partial), false), "« {text} » gave {:#?}", shown(&found));
    }
    let found = find_finished(&geocoder, "3 rue tavrenier bron");
    assert!(found[0].score.confidence >= SURE, "{:#?}", shown(&found));
}
