//! Texts that may go on: how far a beginning says what is meant. Each test is one class, over an index built from rows
//! written here.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Geocoder, MatchType, Near, Request, Suggestion, Verdict};
use layers::LonLat;
use support::{COLUMNS, Row, SURE, Sources, check, find, find_finished, index_of_bal, line, request, shown};
use tempfile::TempDir;

#[rustfmt::skip] // one line an address
const ROWS: [Row; 9] = [
    ("69029_0010_00012", "Place de l'Ancienne Mairie", 12, "69029", "Bron", 4.910, 45.730, ""),
    ("69029_0020_00012", "Allée de la Pie Verte", 12, "69029", "Bron", 4.911, 45.731, ""),
    ("69029_0030_00012", "Rue Watteau", 12, "69029", "Bron", 4.912, 45.732, ""),
    ("69029_0040_00012", "Rue Garibaldi Prolongée", 12, "69029", "Bron", 4.913, 45.733, ""),
    ("69029_0050_00012", "Rue de l'Humilité", 12, "69029", "Bron", 4.914, 45.734, ""),
    ("69029_0060_00012", "Rue de Lorraine", 12, "69029", "Bron", 4.915, 45.735, ""),
    ("69029_0070_00012", "12ème Rue", 12, "69029", "Bron", 4.916, 45.736, ""),
    ("69029_0080_00012", "Rue Xaintrailles", 12, "69029", "Bron", 4.917, 45.737, ""),
    ("69298_0090_00012", "Avenue d'Italie", 12, "69298", "Mions", 4.950, 45.660, ""),
];

fn index() -> (Geocoder, TempDir) {
    index_of_bal(COLUMNS, ROWS.iter().map(line), &Sources::default())
}

/// The first answer, by one who may still be typing: its name, how it was reached, whether it may be taken.
#[track_caller]
fn check_first(geocoder: &Geocoder, text: &str, name: &str, match_type: MatchType, is_sure: bool) -> Suggestion {
    let found = find(geocoder, text);
    let first = found.first().unwrap_or_else(|| panic!("« {text} » gave nothing"));
    let got = (first.name.as_str(), first.match_type, first.score.confidence >= SURE);
    assert_eq!(got, (name, match_type, is_sure), "« {text} » gave {:#?}", shown(&found));
    first.clone()
}

#[test]
fn a_word_missing_inside_the_name_or_before_it_is_not_on_its_way() {
    let (geocoder, _folder) = index();
    let cases = [
        ("place de la mairie", "Place de l'Ancienne Mairie"),
        ("12 place de la mairie", "Place de l'Ancienne Mairie"),
        ("place de la mai", "Place de l'Ancienne Mairie"),
        ("allée verte", "Allée de la Pie Verte"),
    ];
    for (text, name) in cases {
        let found = check_first(&geocoder, text, name, MatchType::Corrected, false);
        assert_eq!(found.verdicts.street, Some(Verdict::Corrected), "{text}");
    }
    let found = check(&geocoder, "place de la mairie bron", "Place de l'Ancienne Mairie, Bron");
    assert_eq!(found.match_type, MatchType::Corrected, "a commune makes it surer, not exact");
}

#[test]
fn what_follows_the_name_typed_is_on_its_way() {
    let (geocoder, _folder) = index();
    for (text, name) in [
        ("12 rue watt", "Rue Watteau"),
        ("rue garibaldi", "Rue Garibaldi Prolongée"),
        ("12 rue gari", "Rue Garibaldi Prolongée"),
        ("place de l'anc", "Place de l'Ancienne Mairie"),
        ("watteau", "Rue Watteau"),
    ] {
        check_first(&geocoder, text, name, MatchType::Exact, true);
    }
}

#[test]
fn a_letter_or_two_are_the_beginning_of_anything() {
    let (geocoder, _folder) = index();
    for (text, name) in
        [("12", "12ème Rue"), ("i", "Avenue d'Italie"), ("it", "Avenue d'Italie"), ("12 rue x", "Rue Xaintrailles")]
    {
        check_first(&geocoder, text, name, MatchType::Exact, false);
    }
    check_first(&geocoder, "12 rue xa", "Rue Xaintrailles", MatchType::Exact, true);
    check_first(&geocoder, "ita", "Avenue d'Italie", MatchType::Exact, true);
}

#[test]
fn an_elision_goes_on_with_the_name() {
    let (geocoder, _folder) = index();
    for elided in ["rue de l'", "rue de l’", "12 rue de l'", "rue de l'h"] {
        check_first(&geocoder, elided, "Rue de l'Humilité", MatchType::Exact, false);
    }
    let found = find(&geocoder, "rue de l'");
    assert!(found.iter().all(|it| it.name.contains("l'")), "{:#?}", shown(&found));
    let bron = Near::from(LonLat { lon: 4.915, lat: 45.735 });
    let found = geocoder.search(&Request { near: Some(bron), ..request("d'") }).unwrap();
    assert_eq!(found[0].name, "Avenue d'Italie", "{:#?}", shown(&found));
    // It is no beginning of a text that is finished.
    let found = find_finished(&geocoder, "rue de l'");
    assert!(found.iter().all(|it| it.match_type != MatchType::Exact), "{:#?}", shown(&found));
}
