//! What people write around an address: areas larger than its commune, complements between the street and the town,
//! numbers of flats, ranges. Each test is one promise, over an index built from rows written here.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Geocoder, MatchType, Verdict};
use support::{SURE, Sources, check, find, index_of_bal};
use tempfile::TempDir;

const COLUMNS: &str =
    "cle_interop;voie_nom;lieudit_complement_nom;numero;suffixe;commune_insee;commune_nom;position;long;lat";

/// (street, complement, numbers, code, commune)
#[rustfmt::skip] // one line a street
const STREETS: [(&str, &str, &[&str], &str, &str); 22] = [
    ("Rue Garibaldi", "", &["12", "13", "34", "60"], "69383", "Lyon 3e Arrondissement"),
    ("Rue Garibaldi", "", &["1", "5"], "69386", "Lyon 6e Arrondissement"),
    ("Rue de Vendôme", "", &["3", "28"], "69386", "Lyon 6e Arrondissement"),
    ("Rue de la Porte", "", &["7", "9"], "69383", "Lyon 3e Arrondissement"),
    ("Chemin des Balmes", "Les Grandes Balmes", &["5", "6"], "69029", "Bron"),
    ("Chemin des Balmes", "", &["6"], "69266", "Villeurbanne"),
    ("Les Grandes Balmes", "", &["99999"], "69029", "Bron"),
    ("Rue Henri", "", &["4"], "69029", "Bron"),
    ("Rue Henri Balay", "", &["4", "8"], "69029", "Bron"),
    ("Place du 8 Mai 1945", "", &["2", "8"], "69029", "Bron"),
    ("Lieu-dit Le Bourg", "", &["3"], "69029", "Bron"),
    ("Avenue Anatole France", "", &["10", "75"], "69266", "Villeurbanne"),
    ("Résidence les Lilas", "", &["1", "2"], "69266", "Villeurbanne"),
    ("Allée des Acacias", "", &["2"], "69266", "Villeurbanne"),
    ("Cours Émile-Zola", "", &["10", "15", "100"], "69266", "Villeurbanne"),
    ("Allée Paris-Ivry", "", &["15", "34"], "75113", "Paris 13e Arrondissement"),
    ("Rue Jean Fautrier", "", &["7"], "75113", "Paris 13e Arrondissement"),
    ("Rue des Bergers", "", &["1", "3"], "75115", "Paris 15e Arrondissement"),
    ("Voie Cs/17", "", &["5"], "75117", "Paris 17e Arrondissement"),
    ("Rue du Mail", "", &["14"], "69386", "Lyon 6e Arrondissement"),
    ("Le Mail", "", &["25"], "69029", "Bron"),
    ("Rue de la Loire", "", &["11"], "69029", "Bron"),
];
const POSTCODES: &str = "code_commune_insee;code_postal\n69383;69003\n69386;69006\n69029;69500\n69266;69100\n\
                         75113;75013\n75115;75015\n75117;75017\n";

fn index() -> (Geocoder, TempDir) {
    let mut rows = Vec::new();
    for (at, (street, complement, numbers, code, commune)) in STREETS.iter().enumerate() {
        for (rank, number) in numbers.iter().enumerate() {
            let (lon, lat) = (4.85 + at as f64 / 500.0, 45.74 + rank as f64 / 9_000.0);
            rows.push(format!(
                "{code}_{at:04}_{number:0>5};{street};{complement};{number};;{code};{commune};entrée;{lon};{lat}"
            ));
        }
    }
    index_of_bal(COLUMNS, rows, &Sources { postcodes: POSTCODES, ..Sources::default() })
}

/// The first answer, sure enough to be taken without being looked at.
#[track_caller]
fn check_sure(geocoder: &Geocoder, text: &str, expected: &str) {
    let sure = check(geocoder, text, expected).score.confidence;
    assert!(sure >= SURE, "« {text} »: {sure}");
}

const IN_LYON_6: &str = "28 Rue de Vendôme, 69006 Lyon 6e Arrondissement";
const IN_LYON_3: &str = "60 Rue Garibaldi, 69003 Lyon 3e Arrondissement";
const IN_VILLEURBANNE: &str = "100 Cours Émile-Zola, 69100 Villeurbanne";

#[test]
fn country_region_and_department_after_the_commune_say_nothing_more() {
    let (geocoder, _folder) = index();
    for after in [
        "Auvergne-Rhône-Alpes, France",
        "Rhône, Auvergne-Rhône-Alpes, France",
        "Métropole de Lyon, Auvergne-Rhône-Alpes",
        "Rhône (69)",
        "département du Rhône",
        "région Auvergne-Rhône-Alpes, FRANCE",
        "Grand Lyon",
        "Lyon Métropole, Rhône, France métropolitaine",
    ] {
        check_sure(&geocoder, &format!("100 cours Émile-Zola, Villeurbanne, {after}"), IN_VILLEURBANNE);
        check_sure(&geocoder, &format!("100 cours Émile-Zola, 69100 Villeurbanne, {after}"), IN_VILLEURBANNE);
        check_sure(&geocoder, &format!("28 rue de Vendôme, Lyon, {after}"), IN_LYON_6);
    }
    check_sure(&geocoder, "28, Rue de Vendôme, Lyon 6e Arrondissement, Lyon, Rhône, France, 69006", IN_LYON_6);
    check_sure(
        &geocoder,
        "1 rue des Bergers, Paris, Île-de-France",
        "1 Rue des Bergers, 75015 Paris 15e Arrondissement",
    );
    assert_eq!(find(&geocoder, "69006 Lyon Métropole de Lyon")[0].insee, "69386");
}

#[test]
fn the_name_of_an_area_in_a_street_is_the_street() {
    let (geocoder, _folder) = index();
    check_sure(&geocoder, "11 rue de la Loire, Bron", "11 Rue de la Loire, 69500 Bron");
    check_sure(&geocoder, "75 avenue Anatole France", "75 Avenue Anatole France, 69100 Villeurbanne");
    check_sure(&geocoder, "avenue Anatole France 75 Villeurbanne", "75 Avenue Anatole France, 69100 Villeurbanne");
}

#[test]
fn a_commune_recognised_anywhere_is_at_least_the_answer() {
    let (geocoder, _folder) = index();
    for (text, name) in [("xyzzy plouf Villeurbanne krrk vlan", "Villeurbanne"), ("14 qwxz Bron Ruritanie", "Bron")] {
        let found = find(&geocoder, text);
        assert_eq!(found.first().map(|it| it.name.as_str()), Some(name), "{text}");
        assert!(found[0].score.confidence < 0.1, "it is not what was asked for: {found:#?}");
    }
    check(&geocoder, "100 cours Émile-Zola Villeurbanne Ruritanie", IN_VILLEURBANNE);
    assert!(find(&geocoder, "xyzzy krrk vlan").is_empty(), "no commune, no street: nothing");
}

#[test]
fn a_complement_between_the_street_and_the_town_costs_nothing() {
    let (geocoder, _folder) = index();
    for complement in [
        "porte droite",
        "2e étage gauche",
        "escalier 4 allée C",
        "immeuble le Belvédère",
        "bâtiment Les Érables",
        "tour Oxygène",
        "clos Saint-Vincent",
        "ZI du Moulin",
        "quartier des Tanneries",
        "lieu-dit la Combe",
        "c/o Martin",
        "SCI Durand",
        "Mme Moreau",
        "B.P. 4567",
        "interphone 12B",
        "parcelle AB 12",
        "réf. 12",
        "rez-de-jardin",
        "appartement n°13",
        "n° 5",
    ] {
        check_sure(&geocoder, &format!("60 rue Garibaldi, {complement}, 69003 Lyon"), IN_LYON_3);
        check_sure(&geocoder, &format!("60 rue Garibaldi {complement} Lyon 3e"), IN_LYON_3);
        check_sure(&geocoder, &format!("28 rue de Vendôme {complement} 69006"), IN_LYON_6);
    }
}

#[test]
fn a_complement_after_the_town_costs_nothing() {
    let (geocoder, _folder) = index();
    for complement in ["immeuble le Belvédère", "2e étage", "résidence du Parc", "Mme Moreau"] {
        check_sure(&geocoder, &format!("60 rue Garibaldi, 69003 Lyon, {complement}"), IN_LYON_3);
        check_sure(&geocoder, &format!("60 rue Garibaldi, Lyon 3, {complement}"), IN_LYON_3);
    }
    check(&geocoder, "5 rue Garibaldi, Lyon 3", "Rue Garibaldi, 69003 Lyon 3e Arrondissement");
}

#[test]
fn words_of_which_nothing_is_known_are_left_out_and_the_answer_is_to_be_looked_at() {
    let (geocoder, _folder) = index();
    for unknown in ["boulangerie Le Fournil", "zzz"] {
        let found = check(&geocoder, &format!("60 rue Garibaldi {unknown} 69003 Lyon"), IN_LYON_3);
        assert!(found.score.confidence < SURE, "{unknown}: {}", found.score.confidence);
        assert_eq!(found.verdicts.street, Some(Verdict::Partial), "{unknown}");
    }
}

#[test]
fn a_complement_is_told_from_a_name() {
    let (geocoder, _folder) = index();
    check_sure(&geocoder, "9 rue de la Porte, immeuble B, Lyon", "9 Rue de la Porte, 69003 Lyon 3e Arrondissement");
    check_sure(&geocoder, "14 rue du Mail c/o Martin Lyon", "14 Rue du Mail, 69006 Lyon 6e Arrondissement");
    check_sure(&geocoder, "25 le Mail, porte droite, Bron", "25 Le Mail, 69500 Bron");
    check_sure(&geocoder, "2 résidence les Lilas Villeurbanne", "2 Résidence les Lilas, 69100 Villeurbanne");
    check_sure(
        &geocoder,
        "2 allée des Acacias, résidence les Lilas, Villeurbanne",
        "2 Allée des Acacias, 69100 Villeurbanne",
    );
    check_sure(&geocoder, "4 rue Henri Balay, bâtiment Nord, Bron", "4 Rue Henri Balay, 69500 Bron");
    check_sure(&geocoder, "8 place du 8 mai 1945, tour Est, Bron", "8 Place du 8 Mai 1945, 69500 Bron");
    check(&geocoder, "4 rue Henri Ballay Bron", "4 Rue Henri Balay, 69500 Bron");
}

#[test]
fn a_misspelt_street_is_found_before_a_complement() {
    let (geocoder, _folder) = index();
    check(&geocoder, "60 rue Garibladi, résidence du Parc, 69003 Lyon", IN_LYON_3);
    check(&geocoder, "100 cours Emil Zola, immeuble le Belvédère, Villeurbanne", IN_VILLEURBANNE);
}

#[test]
fn without_its_number_the_street_is_the_answer_never_the_town_alone() {
    let (geocoder, _folder) = index();
    let street = "Rue de Vendôme, 69006 Lyon 6e Arrondissement";
    for text in [
        "rue de Vendôme, immeuble le Belvédère, 69006 Lyon",
        "rue de Vendôme quartier des Tanneries Lyon",
        "999 rue de Vendôme, résidence du Parc, 69006 Lyon",
        "999 rue de Vendôme, boulangerie Le Fournil, Lyon 6",
    ] {
        let found = check(&geocoder, text, street);
        assert_eq!(found.house_number, None, "{text}");
    }
}

#[test]
fn the_number_of_a_flat_is_not_that_of_the_house() {
    let (geocoder, _folder) = index();
    for text in [
        "7 Rue Jean Fautrier appartement n°34 75013 Paris",
        "7 rue Jean Fautrier, appt n° 15, Paris",
        "7 rue Jean Fautrier porte 34 75013 Paris",
        "7 rue Jean Fautrier boîte aux lettres 34 75013 Paris",
    ] {
        check_sure(&geocoder, text, "7 Rue Jean Fautrier, 75013 Paris 13e Arrondissement");
    }
    check_sure(&geocoder, "rue Garibaldi n° 34 Lyon", "34 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
}

#[test]
fn the_number_next_to_the_street_is_the_house_whatever_is_numbered_before_it() {
    let (geocoder, _folder) = index();
    for before in [
        "pavillon 34,",
        "parcelle AB 12",
        "AB 34",
        "dossier 34",
        "n° 34,",
        "N° 12",
        "résidence 34,",
        "Groupe scolaire 12",
        "réf. 2024/12",
        "villa n°34 -",
        "quai 34",
        "zorglub 12,",
        "appt 34 bis,",
        "BAL 12 B",
    ] {
        check_sure(&geocoder, &format!("{before} 60 rue Garibaldi, 69003 Lyon"), IN_LYON_3);
        check_sure(&geocoder, &format!("{before} 60 rue Garibaldi Lyon 3"), IN_LYON_3);
    }
    let street = "Rue Garibaldi, 69003 Lyon 3e Arrondissement";
    assert_eq!(check(&geocoder, "pavillon 34, 61 rue Garibaldi 69003 Lyon", street).house_number, None);
    for text in ["12, 34 rue Garibaldi Lyon", "Ets Dupont 12-34 rue Garibaldi Lyon", "n° 12-34 rue Garibaldi Lyon"] {
        check_sure(&geocoder, text, "12 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    }
}

#[test]
fn words_around_the_name_of_a_town_say_nothing_more() {
    let (geocoder, _folder) = index();
    for town in
        ["F-69500 Bron", "FR-69500 Bron", "F69500 Bron", "commune de Bron", "ville de Bron", "Bron (69)", "Bron fr"]
    {
        check_sure(&geocoder, &format!("4 rue Henri Balay, {town}"), "4 Rue Henri Balay, 69500 Bron");
    }
    for town in ["Lyon 6 eme arrondissement", "Lyon 6 ème", "Lyon 6 e arrondissement", "Lyon VIe", "Lyon VI"] {
        check_sure(&geocoder, &format!("28 rue de Vendôme {town}"), IN_LYON_6);
        check_sure(&geocoder, &format!("1 rue Garibaldi {town}"), "1 Rue Garibaldi, 69006 Lyon 6e Arrondissement");
    }
    check_sure(&geocoder, "Commune de Bron, 4 rue Henri Balay", "4 Rue Henri Balay, 69500 Bron");
    for town in ["Bron (69)", "commune de Bron", "Bron (Rhône)"] {
        assert_eq!(find(&geocoder, town)[0].name, "Bron", "{town}");
    }
}

#[test]
fn an_address_pasted_with_signs_of_html_is_read() {
    let (geocoder, _folder) = index();
    check_sure(&geocoder, "28, rue de Vendôme&nbsp;Lyon 6", IN_LYON_6);
    check_sure(&geocoder, "60 rue Garibaldi, résidence de l&#39;Aube &amp; du Lac, 69003 Lyon", IN_LYON_3);
}

#[test]
fn a_postcode_written_in_two_is_a_postcode() {
    let (geocoder, _folder) = index();
    check_sure(&geocoder, "1 rue des Bergers 75 015 Paris", "1 Rue des Bergers, 75015 Paris 15e Arrondissement");
    check_sure(&geocoder, "3 rue des Bergers, Paris, 75 015", "3 Rue des Bergers, 75015 Paris 15e Arrondissement");
    check_sure(&geocoder, "60 rue Garibaldi 69 003", IN_LYON_3);
    check_sure(&geocoder, "69 100 Villeurbanne, 100 cours Émile-Zola", IN_VILLEURBANNE);
    assert_eq!(find(&geocoder, "69 500")[0].insee, "69029");
}

#[test]
fn a_street_named_like_a_post_office_box_is_a_street() {
    let (geocoder, _folder) = index();
    check_sure(&geocoder, "5 Voie Cs/17 75017 Paris", "5 Voie Cs/17, 75017 Paris 17e Arrondissement");
    check_sure(&geocoder, "60 rue Garibaldi CS 20043 69003 Lyon CEDEX 03", IN_LYON_3);
}

#[test]
fn lieu_dit_before_a_name_is_a_word_and_no_name() {
    let (geocoder, _folder) = index();
    check_sure(&geocoder, "lieu-dit les Grandes Balmes Bron", "Les Grandes Balmes, 69500 Bron");
    check_sure(&geocoder, "Lieudit Grandes Balmes, 69500 Bron", "Les Grandes Balmes, 69500 Bron");
    check_sure(&geocoder, "3 lieu-dit Le Bourg Bron", "3 Lieu-dit Le Bourg, 69500 Bron");
    check_sure(&geocoder, "3 le Bourg Bron", "3 Lieu-dit Le Bourg, 69500 Bron");
}

#[test]
fn a_row_typed_with_its_lieu_dit_is_that_address() {
    let (geocoder, _folder) = index();
    for text in [
        "5 Chemin des Balmes, Les Grandes Balmes, 69500 Bron",
        "5 chemin des balmes les grandes balmes bron",
        "5 chemin des Balmes, lieu-dit les Grandes Balmes, Bron",
        "Les Grandes Balmes, 5 chemin des Balmes, Bron",
    ] {
        check_sure(&geocoder, text, "5 Chemin des Balmes, 69500 Bron");
    }
}

#[test]
fn any_number_of_a_range_answers_for_it_the_first_one_first() {
    let (geocoder, _folder) = index();
    for text in ["12-13 rue Garibaldi Lyon", "12/14 rue Garibaldi 69003 Lyon", "12 à 18 rue Garibaldi Lyon"] {
        check_sure(&geocoder, text, "12 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    }
    check(&geocoder, "5-6-7 chemin des Balmes Bron", "5 Chemin des Balmes, 69500 Bron");
    let found = check(&geocoder, "11-13 rue Garibaldi 69003 Lyon", "13 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    assert_eq!((found.verdicts.number, found.match_type), (Some(Verdict::Corrected), MatchType::Corrected));
    check(&geocoder, "98 bis-100 cours Émile-Zola Villeurbanne", IN_VILLEURBANNE);
    check_sure(&geocoder, "12-13bis rue Garibaldi Lyon", "12 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    check_sure(&geocoder, "12/12bis rue Garibaldi Lyon", "12 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "98 bis/100bis cours Émile-Zola Villeurbanne", IN_VILLEURBANNE);
    let found = check(&geocoder, "2-4 rue Garibaldi Lyon 3", "Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    assert_eq!(found.house_number, None, "no number is invented");
}
