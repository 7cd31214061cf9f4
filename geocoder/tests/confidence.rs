//! How sure an answer is whose name is not the one typed: what else the text says of where it is decides.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Filter, Request};
use support::{COLUMNS, Row, Sources, index_of_bal, line, shown};

const ROWS: [Row; 2] = [
    ("69029_0010_00003", "Chemin des Meuniers", 3, "69029", "Bron", 4.91, 45.73, ""),
    ("69298_0020_00003", "Allée du Moulin d'Aval", 3, "69298", "Mions", 4.95, 45.66, ""),
];

/// From here on an answer may be taken without a look.
const SURE: f32 = 0.8;

#[test]
fn a_name_unlike_the_one_typed_is_taken_only_where_something_says_where_it_is() {
    let (geocoder, _folder) = index_of_bal(COLUMNS, ROWS.iter().map(line), &Sources::default());
    let asked = |text: &str, communes: &[&str]| {
        let filter = Filter { communes: communes.iter().map(|&code| code.to_owned()).collect(), ..Filter::default() };
        let found = geocoder.search(&Request { finished: true, filter, ..support::request(text) }).unwrap();
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
    let sure = |text: &str| {
        geocoder.search(&Request { finished: true, ..support::request(text) }).unwrap()[0].score.confidence
    };
    assert!(sure("3 allee du moulin") < sure("3 allee du moulin mions"));
    assert!(sure("3 allee du moulin") < sure("3 allee du moulin d'aval"));
}
