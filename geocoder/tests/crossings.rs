//! Two streets in one text, and one street whose name is like two: « Rue Nungesser & Coli ». What is only half there is
//! said to be half.

mod support;

use geocoder::{Geocoder, Kind, Verdict};
use support::{COLUMNS, Row, SURE, Sources, check, find, first_named, index_of_bal, line, shown};
use tempfile::TempDir;

#[rustfmt::skip]
const ROWS: [Row; 11] = [
    ("69388_0001_00310", "Rue Nungesser et Coli", 310, "69388", "Lyon 8e Arrondissement", 4.8700, 45.7300, ""),
    ("69282_0001_00001", "Rue Nungesser", 1, "69282", "Meyzieu", 5.0000, 45.7700, ""),
    ("69386_0001_00002", "Rue Robert", 2, "69386", "Lyon 6e Arrondissement", 4.8500, 45.7700, ""),
    ("69199_0001_00002", "Rue Robert et Boiron", 2, "69199", "Saint-Fons", 4.8550, 45.7100, ""),
    ("69199_0002_00001", "Avenue Gambetta", 1, "69199", "Saint-Fons", 4.8600, 45.7110, ""),
    ("69199_0003_00001", "Rue du Lac", 1, "69199", "Saint-Fons", 4.8601, 45.7110, ""),
    ("69199_0004_00001", "Cité Hiver", 1, "69199", "Saint-Fons", 4.8700, 45.7200, ""),
    ("69199_0005_00001", "Quai de la Loire", 1, "69199", "Saint-Fons", 4.8300, 45.7000, ""),
    ("69199_0006_00001", "Villa du Port", 1, "69199", "Saint-Fons", 4.8302, 45.7001, ""),
    ("69386_0002_00001", "Avenue de la Commune de Meyzieu", 1, "69386", "Lyon 6e Arrondissement", 4.8500, 45.7750, ""),
    ("69282_0002_00001", "Place du Marché", 1, "69282", "Meyzieu", 5.0100, 45.7710, ""),
];

const POSTCODES: &str = "code_commune_insee;code_postal\n69388;69008\n69386;69006\n69282;69330\n69199;69190\n";

fn index() -> (Geocoder, TempDir) {
    index_of_bal(COLUMNS, ROWS.iter().map(line), &Sources { postcodes: POSTCODES, ..Sources::default() })
}

#[test]
fn a_street_of_two_names_comes_before_any_crossing_however_its_and_is_written() {
    let (geocoder, _folder) = index();
    let lyon = "310 Rue Nungesser et Coli, 69008 Lyon 8e Arrondissement";
    for text in [
        "310 rue nungesser & coli 69008",
        "310 rue nungesser / coli 69008",
        "310 rue nungesser et coli, lyon 8",
        "310 rue nungeser & coli lyon",
    ] {
        assert!(check(&geocoder, text, lyon).score.total() >= SURE, "{text}");
    }
    let saint_fons = "2 Rue Robert et Boiron, 69190 Saint-Fons";
    check(&geocoder, "2 rue robert & boiron 69190 saint-fons", saint_fons);
    check(&geocoder, "2 rue robert&boiron saint-fons", saint_fons);
    first_named("", &find(&geocoder, "rue robert & boiron"), Kind::Street, "Rue Robert et Boiron");
}

#[test]
fn half_of_a_crossing_stays_in_the_commune_named() {
    let (geocoder, _folder) = index();
    for text in [
        "rue robert / rue du lac saint-fons",
        "rue nungesser et rue du lac, 69190 saint-fons",
        "place du marche / rue du lac 69190",
    ] {
        let found = find(&geocoder, text);
        assert!(!found.is_empty() && found.iter().all(|it| it.insee == "69199"), "{text}: {:#?}", shown(&found));
        assert!(found.iter().all(|it| it.score.total() <= 0.5), "{text}: {:#?}", shown(&found));
    }
    let nowhere = find(&geocoder, "rue nungesser / place du marche, saint-fons");
    assert!(nowhere.iter().all(|it| it.insee == "69199" && it.score.total() < 0.5), "{:#?}", shown(&nowhere));
}

#[test]
fn any_type_of_street_may_be_of_a_crossing() {
    let (geocoder, _folder) = index();
    for text in [
        "Cité Hiver et Quai de la Loire",
        "Cité Hiver, Quai de la Loire",
        "quai de la loire et cité hiver, saint-fons",
        "avenue gambetta et villa du port",
    ] {
        let found = find(&geocoder, text);
        assert_eq!(found.len(), 2, "{text}: {:#?}", shown(&found));
        let is_half = |it: &geocoder::Suggestion| {
            it.verdicts.street == Some(Verdict::Partial) && it.kind == Kind::Street && it.score.total() <= 0.5
        };
        assert!(found.iter().all(is_half), "{text}: {:#?}", shown(&found));
    }
    let bears = find(&geocoder, "avenue de la commune de meyzieu et quai de la loire");
    assert!(bears.iter().all(|it| it.score.total() <= 0.5) && bears.len() == 1, "{:#?}", shown(&bears));
    let met = find(&geocoder, "villa du port et quai de la loire");
    first_named("", &met, Kind::Crossing, "Villa du Port / Quai de la Loire");
    // A home or a court beside a street is a complement of its address where it is no street.
    check(&geocoder, "avenue gambetta, villa des roses, saint-fons", "Avenue Gambetta, 69190 Saint-Fons");
}
