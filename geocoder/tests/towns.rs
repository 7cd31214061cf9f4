//! Where a text says a place is: the town first or last, shortened, glued, misspelt; by a postcode or an INSEE code;
//! wrong, and said to be. An index of streets written here, asked the way people write.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Geocoder, Kind, MatchType, Suggestion, Verdict};
use support::{SURE, Sources, find, find_finished, first_labelled, index_of, index_of_bal, shown};
use tempfile::TempDir;

const COLUMNS: &str = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;commune_deleguee_insee;\
                      commune_deleguee_nom;position;long;lat";

/// (code, commune, former code, former commune, street, numbers, lon, lat)
#[rustfmt::skip]
#[allow(clippy::type_complexity)] // a table: its columns are named just above
const STREETS: [(&str, &str, &str, &str, &str, &[u32], f64, f64); 26] = [
    ("69382", "Lyon 2e Arrondissement", "", "", "Rue Mercière", &[2, 5, 40], 4.833, 45.763),
    ("69382", "Lyon 2e Arrondissement", "", "", "Quai Tilsitt", &[1, 2, 3], 4.829, 45.757),
    ("69382", "Lyon 2e Arrondissement", "", "", "Rue Henri IV", &[9], 4.830, 45.754),
    ("69383", "Lyon 3e Arrondissement", "", "", "Rue Moncey", &[2, 3, 9, 60], 4.845, 45.757),
    ("69383", "Lyon 3e Arrondissement", "", "", "Rue Boileau", &[14, 200], 4.850, 45.758),
    ("69386", "Lyon 6e Arrondissement", "", "", "Rue Boileau", &[14, 40], 4.850, 45.770),
    ("69383", "Lyon 3e Arrondissement", "", "", "Rue de Bron", &[2, 4], 4.880, 45.750),
    ("69029", "Bron", "", "", "Rue Villard", &[3, 8], 4.910, 45.738),
    ("69029", "Bron", "", "", "Rue de Lyon", &[2, 3], 4.905, 45.739),
    ("69266", "Villeurbanne", "", "", "Rue Persoz", &[7, 21], 4.890, 45.765),
    ("69266", "Villeurbanne", "", "", "Cours Tolstoï", &[11, 12], 4.872, 45.757),
    ("69003", "Albigny-sur-Saône", "", "", "Avenue Gabriel Péri", &[6, 10], 4.834, 45.864),
    ("69003", "Albigny-sur-Saône", "", "", "Rue Moncey", &[2, 77], 4.835, 45.866),
    ("69191", "Saint-Cyr-au-Mont-d'Or", "", "", "Route de Limonest", &[5, 33], 4.811, 45.815),
    ("69233", "Saint-Romain-au-Mont-d'Or", "", "", "Route du Bourg", &[4], 4.823, 45.838),
    ("69088", "Fontaines-sur-Saône", "", "", "Quai Barberoux", &[8], 4.845, 45.835),
    ("69087", "Fontaines-Saint-Martin", "", "", "Chemin du Prado", &[15], 4.853, 45.844),
    ("69202", "Sainte-Foy-lès-Lyon", "", "", "Rue Gensoul", &[15], 4.804, 45.733),
    ("69029", "Bron", "", "", "Rue Berty Albrecht", &[10], 4.912, 45.737),
    ("69386", "Lyon 6e Arrondissement", "", "", "Rue Berty Albrecht", &[10], 4.852, 45.771),
    ("69290", "Saint-Priest", "", "", "Rue Bel Air", &[19], 4.944, 45.696),
    ("69256", "Vaulx-en-Velin", "", "", "Rue Alfred de Musset", &[30], 4.921, 45.780),
    ("69149", "Oullins-Pierre-Bénite", "69149", "Oullins", "Rue de la Sarra", &[14, 16], 4.808, 45.715),
    ("69149", "Oullins-Pierre-Bénite", "69149", "Oullins", "Grande Rue", &[50], 4.809, 45.714),
    ("69149", "Oullins-Pierre-Bénite", "69152", "Pierre-Bénite", "Rue de la Sarra", &[14, 18], 4.825, 45.703),
    ("69149", "Oullins-Pierre-Bénite", "69152", "Pierre-Bénite", "Rue Ampère", &[6], 4.826, 45.704),
];

const POSTCODES: &str = "code_commune_insee;nom_de_la_commune;code_postal;ligne_5\n69382;LYON 02;69002;\n\
    69383;LYON 03;69003;\n69386;LYON 06;69006;\n69029;BRON;69500;\n69266;VILLEURBANNE;69100;\n\
    69003;ALBIGNY SUR SAONE;69250;\n69191;ST CYR AU MONT D OR;69450;\n69233;ST ROMAIN AU MONT D OR;69270;\n\
    69088;FONTAINES SUR SAONE;69270;\n69087;FONTAINES ST MARTIN;69270;\n69290;ST PRIEST;69800;\n\
    69256;VAULX EN VELIN;69120;\n69202;STE FOY LES LYON;69110;\n69149;OULLINS PIERRE BENITE;69310;PIERRE BENITE\n\
    69149;OULLINS PIERRE BENITE;69600;OULLINS\n";

fn index() -> (Geocoder, TempDir) {
    let mut rows = Vec::new();
    for (rank, (code, commune, former, former_name, street, numbers, lon, lat)) in STREETS.iter().enumerate() {
        for (number, step) in numbers.iter().zip(0..) {
            let lat = lat + f64::from(step) * 1e-4;
            rows.push(format!(
                "{code}_{rank:04}_{number:05};{street};{number};;{code};{commune};{former};{former_name};entrée;{lon};{lat}"
            ));
        }
    }
    index_of_bal(COLUMNS, rows, &Sources { postcodes: POSTCODES, ..Sources::default() })
}

/// The first answer is this one, and may be taken without a look.
#[track_caller]
fn check(geocoder: &Geocoder, text: &str, expected: &str) -> Suggestion {
    let found = find_finished(geocoder, text);
    let first = first_labelled(text, &found, expected);
    assert!(first.score.total() >= SURE, "« {text} » gave {:#?}", shown(&found));
    first
}

/// This is among the first three answers, said to contradict, and not to be taken without a look.
#[track_caller]
fn check_contradicts(geocoder: &Geocoder, text: &str, expected: &str) -> Suggestion {
    let found = find_finished(geocoder, text);
    let answer = found.iter().take(3).find(|s| s.label() == expected);
    let answer = answer.unwrap_or_else(|| panic!("« {text} » gave {:#?}", shown(&found))).clone();
    let said = [answer.verdicts.commune, answer.verdicts.postcode];
    assert!(said.contains(&Some(Verdict::Contradicts)), "« {text} » gave {:#?}", shown(&found));
    assert!(answer.score.total() < SURE, "« {text} » gave {:#?}", shown(&found));
    answer
}

#[test]
fn a_city_may_come_first_with_a_number_that_could_be_an_arrondissement() {
    let (geocoder, _folder) = index();
    for text in [
        "Lyon, 3 rue Moncey",
        "LYON 3 RUE MONCEY",
        "69003 Lyon, 3 rue Moncey",
        "Lyon 69003 3 rue Moncey",
        "Lyon 3, 3 rue Moncey",
        "Lyon 3e, 3 rue Moncey",
        "Lyon 3e Arrondissement, 3 rue Moncey",
    ] {
        check(&geocoder, text, "3 Rue Moncey, 69003 Lyon 3e Arrondissement");
    }
    check(&geocoder, "Lyon, 2 rue Moncey", "2 Rue Moncey, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "Lyon 2 rue Moncey", "2 Rue Moncey, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "Lyon, 9 r. Moncey", "9 Rue Moncey, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "Lyon, 2 quai Tilsitt", "2 Quai Tilsitt, 69002 Lyon 2e Arrondissement");
    check(&geocoder, "Lyon, 60 rue Moncey", "60 Rue Moncey, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "Villeurbanne, 12 cours Tolstoï", "12 Cours Tolstoï, 69100 Villeurbanne");
}

#[test]
fn a_number_after_the_city_is_its_arrondissement_where_no_house_has_it() {
    let (geocoder, _folder) = index();
    check(&geocoder, "Lyon 3 rue Boileau", "Rue Boileau, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "Lyon 6 rue Boileau", "Rue Boileau, 69006 Lyon 6e Arrondissement");
    check(&geocoder, "Lyon 6, 14 rue Boileau", "14 Rue Boileau, 69006 Lyon 6e Arrondissement");
    check(&geocoder, "Lyon 3e rue Moncey", "Rue Moncey, 69003 Lyon 3e Arrondissement");
}

#[test]
fn a_city_first_is_read_when_the_street_bears_the_name_of_another() {
    let (geocoder, _folder) = index();
    check(&geocoder, "Lyon, 2 rue de Bron", "2 Rue de Bron, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "Bron, 3 rue de Lyon", "3 Rue de Lyon, 69500 Bron");
    check(&geocoder, "69500 Bron, 2 rue de Lyon", "2 Rue de Lyon, 69500 Bron");
}

#[test]
fn a_town_named_twice_may_be_of_the_street_once() {
    let (geocoder, _folder) = index();
    check(&geocoder, "2 rue de Bron, Lyon", "2 Rue de Bron, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "3 rue Moncey, Lyon 3e Arrondissement, Lyon", "3 Rue Moncey, 69003 Lyon 3e Arrondissement");
    // There is none in Lyon: « rue de », in Lyon, is no street that was asked for.
    for text in ["rue de Lyon Lyon", "2 rue de Lyon, Lyon", "2 rue de Lyon Lyon 3e"] {
        let found = find_finished(&geocoder, text);
        let other = |it: &Suggestion| it.name != "Rue de Lyon" && it.verdicts.street == Some(Verdict::Ok);
        assert!(!found.iter().any(|it| it.kind == Kind::Street && other(it)), "« {text} » gave {:#?}", shown(&found));
    }
}

#[test]
fn towns_are_told_with_their_words_shortened_and_their_articles_left_out() {
    let (geocoder, _folder) = index();
    for town in ["St-Cyr au Mt d'Or", "saint cyr mont d'or", "ST CYR AU MT D OR", "69450 St Cyr Mt d'Or"] {
        check(
            &geocoder,
            &format!("33 route de Limonest, {town}"),
            "33 Route de Limonest, 69450 Saint-Cyr-au-Mont-d'Or",
        );
    }
    check(&geocoder, "4 rte du bourg, st romain mt d'or", "4 Route du Bourg, 69270 Saint-Romain-au-Mont-d'Or");
    for town in ["Fontaines s/ Saône", "FONTAINES S/SAONE", "fontaines saone", "69270 Fontaines s Saone"] {
        check(&geocoder, &format!("8 quai Barberoux {town}"), "8 Quai Barberoux, 69270 Fontaines-sur-Saône");
    }
    check(&geocoder, "Albigny s/Saône, 6 avenue Gabriel Péri", "6 Avenue Gabriel Péri, 69250 Albigny-sur-Saône");
}

#[test]
fn a_town_alone_is_told_shortened_glued_and_misspelt() {
    let (geocoder, _folder) = index();
    for (text, name) in [
        ("fontaines s/saone", "Fontaines-sur-Saône"),
        ("albigny saone", "Albigny-sur-Saône"),
        ("st cyr mt d'or", "Saint-Cyr-au-Mont-d'Or"),
        ("stpriest", "Saint-Priest"),
        ("saintpriest", "Saint-Priest"),
        ("stcyraumontdor", "Saint-Cyr-au-Mont-d'Or"),
        ("vaulxenvelin", "Vaulx-en-Velin"),
        ("fontainesstmartin", "Fontaines-Saint-Martin"),
        ("ville urbanne", "Villeurbanne"),
        ("villleurbane", "Villeurbanne"),
        ("fontaines sr saone", "Fontaines-sur-Saône"),
        ("vaux en vellin", "Vaulx-en-Velin"),
    ] {
        let found = check(&geocoder, text, name);
        assert_eq!(found.insee, find_finished(&geocoder, name)[0].insee, "{text}");
    }
    assert_eq!(find_finished(&geocoder, "stpriest")[0].match_type, MatchType::Commune);
    assert_eq!(find_finished(&geocoder, "veau en velin")[0].label(), "Vaulx-en-Velin");
    check(&geocoder, "19 rue bel air stpriest", "19 Rue Bel Air, 69800 Saint-Priest");
    check(&geocoder, "33 route de limonest stcyraumontdor", "33 Route de Limonest, 69450 Saint-Cyr-au-Mont-d'Or");
}

#[test]
fn a_commune_and_its_own_postcode_may_both_be_wrong() {
    let (geocoder, _folder) = index();
    for (text, expected) in [
        ("21 rue Persoz 69500 Bron", "21 Rue Persoz, 69100 Villeurbanne"),
        ("7 rue Persoz, 69120 Vaulx-en-Velin", "7 Rue Persoz, 69100 Villeurbanne"),
        ("8 rue villard 69800 st priest", "8 Rue Villard, 69500 Bron"),
        ("11 crs tolstoi 69500 bron", "11 Cours Tolstoï, 69100 Villeurbanne"),
        ("15 chemin du prado 69450 saint cyr au mont d'or", "15 Chemin du Prado, 69270 Fontaines-Saint-Martin"),
    ] {
        let answer = check_contradicts(&geocoder, text, expected);
        assert_eq!(answer.verdicts.commune, Some(Verdict::Contradicts), "{text}");
        assert_eq!(answer.verdicts.postcode, Some(Verdict::Contradicts), "{text}");
    }
    // The commune named has the street, without that number: it keeps it.
    let found = find_finished(&geocoder, "14 rue Boileau 69003 Lyon");
    assert!(found.iter().all(|s| s.insee == "69383"), "{:#?}", shown(&found));
    let found = find_finished(&geocoder, "77 rue Moncey 69003 Lyon");
    assert!(found.iter().all(|s| s.insee == "69383"), "{:#?}", shown(&found));
}

#[test]
fn five_digits_are_a_postcode_first_and_an_insee_code_then() {
    let (geocoder, _folder) = index();
    for text in
        ["6 avenue Gabriel Péri 69003", "69003 6 av gabriel peri", "6 avenue Gabriel Péri 69003 Albigny-sur-Saône"]
    {
        let found = check(&geocoder, text, "6 Avenue Gabriel Péri, 69250 Albigny-sur-Saône");
        assert_ne!(found.verdicts.postcode, Some(Verdict::Contradicts), "{text}");
    }
    check(&geocoder, "2 rue Moncey 69003", "2 Rue Moncey, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "69003", "Lyon 3e Arrondissement, 69003");
    // The postcode's town has the street: what it lacks is the number.
    let found = find_finished(&geocoder, "77 rue Moncey 69003");
    assert_eq!((found[0].insee.as_str(), found[0].house_number.as_deref()), ("69383", None), "{:#?}", shown(&found));
    check(&geocoder, "2 rue Moncey 69003 Albigny", "2 Rue Moncey, 69250 Albigny-sur-Saône");
    check(&geocoder, "7 rue Persoz 69266", "7 Rue Persoz, 69100 Villeurbanne");
}

#[test]
fn an_ordinal_at_the_end_is_an_arrondissement() {
    let (geocoder, _folder) = index();
    for text in [
        "14 rue Boileau 6e",
        "14 rue boileau 6ème",
        "14 rue Boileau, 6 ème",
        "14 rue Boileau 6 e",
        "14 rue Boileau 6e Lyon",
        "14 rue Boileau 6 eme 69006",
        "Lyon, 14 rue Boileau 6e",
    ] {
        check(&geocoder, text, "14 Rue Boileau, 69006 Lyon 6e Arrondissement");
    }
    check(&geocoder, "14 rue Boileau 3e", "14 Rue Boileau, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "40 rue Mercière 2 eme", "40 Rue Mercière, 69002 Lyon 2e Arrondissement");
    check(&geocoder, "rue mercière 2e", "Rue Mercière, 69002 Lyon 2e Arrondissement");
    check(&geocoder, "9 rue Henri IV Lyon", "9 Rue Henri IV, 69002 Lyon 2e Arrondissement");
    check_contradicts(&geocoder, "40 rue Mercière 3e", "40 Rue Mercière, 69002 Lyon 2e Arrondissement");
}

#[test]
fn a_former_commune_named_or_its_postcode_chooses_the_part_of_the_commune() {
    let (geocoder, _folder) = index();
    let (oullins, pierre_benite) = ("14 Rue de la Sarra, 69600 Oullins", "14 Rue de la Sarra, 69310 Pierre-Bénite");
    for text in ["14 rue de la Sarra 69310", "14 rue de la sarra pierre benite", "69310 14 rue de la sarra"] {
        check(&geocoder, text, pierre_benite);
    }
    for text in
        ["14 rue de la Sarra 69600", "14 rue de la Sarra, Oullins", "14 rue de la Sarra 69600 Oullins-Pierre-Bénite"]
    {
        check(&geocoder, text, oullins);
    }
    let found = find_finished(&geocoder, "14 rue de la Sarra 69310 Oullins-Pierre-Bénite");
    assert_eq!(found[0].label(), pierre_benite, "{:#?}", shown(&found));
    check_contradicts(&geocoder, "16 rue de la Sarra 69310 oullins", "16 Rue de la Sarra, 69600 Oullins");
}

#[test]
fn what_is_in_the_other_part_of_a_merged_commune_is_answered_and_said_to_contradict() {
    let (geocoder, _folder) = index();
    check_contradicts(&geocoder, "rue Ampère Oullins", "Rue Ampère, 69310 Pierre-Bénite");
    check_contradicts(&geocoder, "6 rue Ampère, Oullins", "6 Rue Ampère, 69310 Pierre-Bénite");
    check_contradicts(&geocoder, "grande rue 69310 pierre-bénite", "Grande Rue, 69600 Oullins");
    check_contradicts(&geocoder, "50 grande rue 69310", "50 Grande Rue, 69600 Oullins");
    let found = find_finished(&geocoder, "9 rue Ampère, Oullins");
    assert_eq!(
        (found[0].name.as_str(), found[0].house_number.as_deref()),
        ("Rue Ampère", None),
        "{:#?}",
        shown(&found)
    );
}

#[test]
fn rows_older_than_a_merger_are_of_the_former_commune_whose_code_was_kept() {
    let bal = "cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat\n\
        69149_0001_00014;Rue de la Sarra;14;69149;Oullins;entrée;4.808;45.715\n\
        69152_0001_00014;Rue de la Sarra;14;69152;Pierre-Bénite;entrée;4.825;45.703\n\
        69152_0002_00006;Rue Ampère;6;69152;Pierre-Bénite;entrée;4.826;45.704\n";
    let communes = "TYPECOM,COM,LIBELLE,COMPARENT\nCOMD,69149,Oullins,69149\nCOM,69149,Oullins-Pierre-Bénite,\n\
        COMD,69152,Pierre-Bénite,69149\n";
    let street = |code: &str, name: &str, city: &str, number: u32, lon: f64| {
        format!(
            r#"{{"id":"{code}_{number:04}","type":"street","name":"{name}","citycode":"{code}","city":"{city}","housenumbers":{{"{number}":{{"lon":{lon},"lat":45.71}}}}}}"#
        )
    };
    let ban = [
        street("69149", "Rue de la Sarra", "Oullins", 14, 4.808),
        street("69152", "Rue de la Sarra", "Pierre-Bénite", 14, 4.825),
        street("69152", "Rue Ampère", "Pierre-Bénite", 6, 4.826),
    ];
    for file in [("bal.csv", bal), ("ban.ndjson", &ban.join("\n"))] {
        let sources = Sources { files: &[file], postcodes: POSTCODES, communes, ..Sources::default() };
        let (geocoder, _folder) = index_of(&sources);
        let found = check(&geocoder, "14 rue de la Sarra, Oullins", "14 Rue de la Sarra, 69600 Oullins");
        assert_eq!((found.city.as_str(), found.insee.as_str()), ("Oullins-Pierre-Bénite", "69149"));
        check(&geocoder, "14 rue de la Sarra 69310", "14 Rue de la Sarra, 69310 Pierre-Bénite");
        check_contradicts(&geocoder, "rue Ampère, Oullins", "Rue Ampère, 69310 Pierre-Bénite");
    }
}

#[test]
fn an_ordinal_that_is_in_the_name_of_a_street_is_not_contradicted() {
    let bal = "cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat\n\
        69290_0001_00012;Route Départementale 2E;12;69290;Saint-Priest;entrée;4.944;45.696\n\
        69290_0002_00003;Rue du Capitaine 3e;3;69290;Saint-Priest;entrée;4.945;45.697\n\
        69382_0003_00012;Rue Mercière;12;69382;Lyon 2e Arrondissement;entrée;4.833;45.763\n\
        69383_0004_00012;Rue Moncey;12;69383;Lyon 3e Arrondissement;entrée;4.845;45.757\n";
    let (geocoder, _folder) = index_of(&Sources { files: &[("bal.csv", bal)], ..Sources::default() });
    for (text, label) in [
        ("12 route départementale 2e", "12 Route Départementale 2E, Saint-Priest"),
        ("route departementale 2e", "Route Départementale 2E, Saint-Priest"),
    ] {
        assert_eq!(check(&geocoder, text, label).verdicts.commune, None, "{text}");
    }
    check(&geocoder, "3 rue du capitaine 3e", "3 Rue du Capitaine 3e, Saint-Priest");
    check(&geocoder, "12 rue mercière 2e", "12 Rue Mercière, Lyon 2e Arrondissement");
}

#[test]
fn a_part_of_a_merged_commune_is_named_to_its_end_while_its_text_may_go_on() {
    let (geocoder, _folder) = index();
    let typing = |text: &str| find(&geocoder, text);
    let oullins = "14 Rue de la Sarra, 69600 Oullins";
    for text in ["14 rue de la sarra, oullins", "14 rue de la sarra oullins"] {
        let found = typing(text);
        let first = first_labelled(text, &found, oullins);
        assert!(first.score.total() >= SURE, "{text}: {:#?}", shown(&found));
    }
    // 18 is in the other part alone: it contradicts, or the street of the part named comes first.
    for text in ["18 rue de la sarra oullins", "18 rue de la sarra, oullins"] {
        let found = typing(text);
        assert!(
            found[0].district.as_deref() == Some("Oullins") && found[0].score.total() < SURE,
            "{:#?}",
            shown(&found)
        );
    }
    let both = typing("14 rue de la sarra oullins-p");
    assert_eq!(both.len(), 2, "{:#?}", shown(&both));
}

#[test]
fn a_merged_commune_whose_parts_are_not_told_is_found_by_the_name_of_any() {
    let rows = [
        "69149_0001_00014;Rue Ampère;14;;69149;Oullins-Pierre-Bénite;;;entrée;4.81;45.71".to_owned(),
        "69029_0001_00014;Rue Ampère;14;;69029;Bron;;;entrée;4.91;45.74".to_owned(),
    ];
    let (geocoder, _folder) = index_of_bal(COLUMNS, rows, &Sources::default());
    let label = "14 Rue Ampère, Oullins-Pierre-Bénite";
    for text in ["14 rue ampère, oullins", "14 rue ampere oullins-pierre-bénite"] {
        check(&geocoder, text, label);
    }
    for text in ["14 rue ampère, pierre-bénite", "14 rue ampere pierre benite"] {
        let found = find_finished(&geocoder, text);
        let first = first_labelled(text, &found, label);
        assert_eq!(first.verdicts.commune, Some(Verdict::Corrected), "{text}: {:#?}", shown(&found));
        assert!(first.score.total() >= SURE, "{text}: {:#?}", shown(&found));
    }
    for text in ["3 boulevard de l'europe, pierre-bénite", "pierre-bénite"] {
        let found = find_finished(&geocoder, text);
        let city = found.first().map(|it| (it.city.as_str(), it.house_number.as_deref()));
        assert_eq!(city, Some(("Oullins-Pierre-Bénite", None)), "{text}: {:#?}", shown(&found));
    }
}

#[test]
fn of_towns_called_alike_the_one_at_home_comes_first() {
    let row = |key: &str, code: &str, name: &str, lon: f64| {
        format!("{key};Rue Ampère;14;;{code};{name};;;entrée;{lon};45.71")
    };
    let rows = [
        row("69387_0001_00014", "69387", "Lyon 7e Arrondissement", 4.84),
        row("75107_0001_00014", "75107", "Paris 7e Arrondissement", 2.31),
    ];
    let home = Sources { metropole: &["69123"], ..Sources::default() };
    let (geocoder, _folder) = index_of_bal(COLUMNS, rows, &home);
    for text in ["7e arrondissement", "7 arrondissement", "14 rue ampère 7e arrondissement", "rue ampère 7e"] {
        for found in [find(&geocoder, text), find_finished(&geocoder, text)] {
            assert_eq!(found[0].city, "Lyon", "{text}: {:#?}", shown(&found));
        }
    }
    check(&geocoder, "14 rue ampère paris 7e arrondissement", "14 Rue Ampère, Paris 7e Arrondissement");
}

#[test]
fn a_misspelt_town_that_ends_with_the_name_of_another_is_not_taken_for_that_one() {
    let (geocoder, _folder) = index();
    for text in [
        "15 rue Gensoul Saint-Foi-lès-Lyon",
        "15 rue gensoul sainte foy pes lyon",
        "15 rue gensoul asinte foy les lyon",
    ] {
        check(&geocoder, text, "15 Rue Gensoul, 69110 Sainte-Foy-lès-Lyon");
    }
}

#[test]
fn a_number_after_a_town_that_ends_with_the_name_of_a_city_is_no_arrondissement_of_it() {
    let (geocoder, _folder) = index();
    for text in ["Sainte-Foy-lès-Lyon, 3 rue Moncey", "69110 Sainte-Foy-lès-Lyon 3 rue Moncey"] {
        let found = find_finished(&geocoder, text);
        let is_said = |it: &Suggestion| it.insee == "69202" || it.verdicts.commune == Some(Verdict::Contradicts);
        assert!(found.iter().all(is_said), "{text}: {:#?}", shown(&found));
        assert!(found[0].score.total() < SURE, "{text}: {:#?}", shown(&found));
    }
    check(&geocoder, "Sainte-Foy-lès-Lyon, 15 rue Gensoul", "15 Rue Gensoul, 69110 Sainte-Foy-lès-Lyon");
}

#[test]
fn the_commune_next_door_of_the_same_postcode_may_have_been_meant() {
    let (geocoder, _folder) = index();
    let text = "15 chemin du prado 69270 fontaines sur saone";
    let answer = check_contradicts(&geocoder, text, "15 Chemin du Prado, 69270 Fontaines-Saint-Martin");
    assert_eq!(answer.verdicts.commune, Some(Verdict::Contradicts));
    assert_eq!(answer.verdicts.postcode, Some(Verdict::Ok));
}

#[test]
fn a_number_and_a_town_left_of_a_text_are_no_street() {
    let (geocoder, _folder) = index();
    check(&geocoder, "rue vilard, 8, Bron", "8 Rue Villard, 69500 Bron");
    for text in ["rue des zorglubs, 2, Bron", "résidence les lilas, 2, Bron", "rue des zorglubs, 3, lyon"] {
        let found = find_finished(&geocoder, text);
        assert!(found.iter().all(|it| it.score.total() < SURE), "{text}: {:#?}", shown(&found));
    }
}

#[test]
fn a_town_that_is_only_begun_in_a_finished_text_is_found_where_its_street_is() {
    let (geocoder, _folder) = index();
    check(&geocoder, "21 rue persoz vil", "21 Rue Persoz, 69100 Villeurbanne");
}

#[test]
fn a_town_misspelt_into_two_leaves_the_choice_open() {
    let (geocoder, _folder) = index();
    let found = find(&geocoder, "10 rue berty albrecht lron");
    let towns: Vec<&str> = found.iter().map(|found| found.city.as_str()).collect();
    assert!(towns.contains(&"Bron") && towns.contains(&"Lyon"), "{:#?}", shown(&found));
    assert!(found[0].score.total() < 0.8, "{:#?}", shown(&found));
}
