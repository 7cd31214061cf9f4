//! An index built from BAL rows written here, asked the way agents ask: whole addresses, beginnings, typos, filters, a
//! point. Each test is one promise.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Error, Filter, Geocoder, Kind, Near, Request, Suggestion, Verdict, photon};
use layers::{Bbox, LonLat};
use support::{SURE, Sources, check, find, index_of_bal, nearby, request};
use tempfile::TempDir;

const COLUMNS: &str = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;commune_deleguee_insee;\
                       commune_deleguee_nom;position;long;lat";

/// A point of Bron with three addresses around it.
const IN_BRON: LonLat = LonLat { lon: 4.9100, lat: 45.7380 };

/// (key, street, number, suffix, code, commune, former code, former name, position, lon, lat)
#[rustfmt::skip]
#[allow(clippy::type_complexity)] // a table: its columns are named just above
const ROWS: [(&str, &str, &str, &str, &str, &str, &str, &str, &str, f64, f64); 30] = [
    ("69383_3300_00012", "Rue Garibaldi", "12", "", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8500, 45.7560),
    ("69383_3300_00012_bis", "Rue Garibaldi", "12", "bis", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8501, 45.7562),
    ("69383_3300_00012_ter", "Rue Garibaldi", "12", "ter", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8502, 45.7564),
    ("69383_3300_00208", "Rue Garibaldi", "208", "", "69383", "Lyon 3e Arrondissement", "", "", "segment", 4.8520, 45.7600),
    ("69383_3300_00208", "Rue Garibaldi", "208", "", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8522, 45.7601),
    ("69386_3300_00001", "Rue Garibaldi", "1", "", "69386", "Lyon 6e Arrondissement", "", "", "entrée", 4.8530, 45.7700),
    ("69386_3300_00020", "Rue Garibaldi", "20", "", "69386", "Lyon 6e Arrondissement", "", "", "entrée", 4.8531, 45.7720),
    ("69383_3901_00002", "Cours Lafayette", "2", "", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8400, 45.7630),
    ("69386_3901_00001", "Cours Lafayette", "1", "", "69386", "Lyon 6e Arrondissement", "", "", "entrée", 4.8400, 45.7634),
    ("69029_0455_00001", "Rue de la République", "1", "", "69029", "Bron", "", "", "entrée", 4.9110, 45.7380),
    ("69029_0455_00003", "Rue de la République", "3", "", "69029", "Bron", "", "", "entrée", 4.9112, 45.7382),
    ("69266_0700_00001", "Rue de la République", "1", "", "69266", "Villeurbanne", "", "", "entrée", 4.8790, 45.7680),
    ("69266_0700_00005", "Rue de la République", "5", "", "69266", "Villeurbanne", "", "", "entrée", 4.8792, 45.7682),
    ("69266_0701_00010", "Cours Émile-Zola", "10", "", "69266", "Villeurbanne", "", "", "entrée", 4.8700, 45.7690),
    ("69266_0702_00009", "Avenue du Dr Calmette", "9", "", "69266", "Villeurbanne", "", "", "entrée", 4.8750, 45.7660),
    ("69266_0703_00002", "Rue de Bron", "2", "", "69266", "Villeurbanne", "", "", "entrée", 4.8900, 45.7600),
    ("69029_0456_00007", "Rue Gambetta", "7", "", "69029", "Bron", "", "", "entrée", 4.9090, 45.7390),
    ("69029_0457_00008", "Place du 8 Mai 1945", "8", "", "69029", "Bron", "", "", "entrée", 4.9095, 45.7385),
    ("69029_b001_99999", "Le Vinatier", "99999", "", "69029", "Bron", "", "", "segment", 4.8950, 45.7400),
    ("69029_b002_99999", "Les Essarts", "99999", "", "69029", "Bron", "", "", "", f64::NAN, f64::NAN),
    ("69149_0010_00014", "Boulevard de l’Europe", "14", "", "69149", "Oullins-Pierre-Bénite", "69152", "Pierre-Bénite", "entrée", 4.8250, 45.7030),
    ("69149_0110_00014", "Boulevard de l'Europe", "14", "", "69149", "Oullins-Pierre-Bénite", "69149", "Oullins", "entrée", 4.8080, 45.7150),
    ("69290_0001_00010", "2e Avenue", "10", "", "69290", "Saint-Priest", "", "", "entrée", 4.9400, 45.6960),
    ("69290_0002_00002", "Rue Œillets-d’Inde", "2", "", "69290", "Saint-Priest", "", "", "entrée", 4.9410, 45.6970),
    ("69264_0001_00316", "Rue Montesquieu", "316", "", "69264", "Villefranche-sur-Saône", "", "", "entrée", 4.7200, 45.9900),
    ("01004_0001_00004", "Rue des Lilas", "4", "", "01004", "Ambérieu-en-Bugey", "", "", "entrée", 5.3500, 45.9600),
    ("69383_3301_00015", "Rue Stalingrad", "15", "", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8600, 45.7570),
    ("69383_3302_00001", "Rue Saint-Maximin", "1", "", "69383", "Lyon 3e Arrondissement", "", "", "entrée", 4.8800, 45.7500),
    ("69029_0458_00016", "Rue Anatole France", "16", "", "69029", "Bron", "", "", "entrée", 4.9300, 45.7500),
    ("69386_3303_00003", "Rue de la Gare", "3", "", "69386", "Lyon 6e Arrondissement", "", "", "entrée", 4.8610, 45.7680),
];

const POSTCODES: &str = "code_commune_insee;nom_de_la_commune;code_postal;ligne_5\n69029;BRON;69500;\n69266;VILLEURBANNE;69100;\n\
    69290;ST PRIEST;69800;\n69383;LYON 03;69003;\n69386;LYON 06;69006;\n69149;OULLINS PIERRE BENITE;69310;PIERRE BENITE\n\
    69149;OULLINS PIERRE BENITE;69600;OULLINS\n69264;VILLEFRANCHE SUR SAONE;69400;\n01004;AMBERIEU EN BUGEY;01500;\n";

/// Two rows of 208 are one address of two positions, two rows are toponyms.
const ADDRESSES: usize = ROWS.len() - 3;

fn index() -> (Geocoder, TempDir) {
    let coordinate = |value: f64| if value.is_nan() { String::new() } else { value.to_string() };
    let rows =
        ROWS.iter().map(|(key, street, number, suffix, code, commune, former, former_name, position, lon, lat)| {
            let (lon, lat) = (coordinate(*lon), coordinate(*lat));
            format!("{key};{street};{number};{suffix};{code};{commune};{former};{former_name};{position};{lon};{lat}")
        });
    let metropole = &["69029", "69266", "69290", "69123", "69149"];
    index_of_bal(COLUMNS, rows, &Sources { postcodes: POSTCODES, metropole, ..Sources::default() })
}

fn find_near(geocoder: &Geocoder, text: &str, (lon, lat): (f64, f64)) -> Vec<Suggestion> {
    geocoder.search(&Request { near: Some(Near::from(LonLat { lon, lat })), ..request(text) }).unwrap()
}

#[test]
fn a_full_address_is_found_in_every_usual_writing() {
    let (geocoder, _folder) = index();
    let label = "12bis Rue Garibaldi, 69003 Lyon 3e Arrondissement";
    for text in [
        "12 bis rue Garibaldi, 69003 Lyon",
        "12bis rue garibaldi lyon 3",
        "12 B R. GARIBALDI LYON 3E",
        "12 bis rue garibaldi 69003",
        "12 bis, rue Garibaldi, Lyon 3ème arrondissement, France",
        "Lyon 12 bis rue garibaldi",
        "12 bis rue garibaldi",
        "69003 Lyon, 12 bis rue Garibaldi",
    ] {
        check(&geocoder, text, label);
    }
    check(&geocoder, "12 ter rue garibaldi", "12ter Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "9 av docteur calmette villeurbanne", "9 Avenue du Dr Calmette, 69100 Villeurbanne");
    check(&geocoder, "10 crs emile zola", "10 Cours Émile-Zola, 69100 Villeurbanne");
    check(&geocoder, "2 rue oeillets d'inde st priest", "2 Rue Œillets-d’Inde, 69800 Saint-Priest");
    check(&geocoder, "16 rue anatole france", "16 Rue Anatole France, 69500 Bron");
    check(&geocoder, "16 rue anatole france, bron, france", "16 Rue Anatole France, 69500 Bron");
    check(&geocoder, "4 rue des lilas 01500", "4 Rue des Lilas, 01500 Ambérieu-en-Bugey");
}

#[test]
fn an_ordinal_in_a_name_is_not_taken_for_the_house() {
    let (geocoder, _folder) = index();
    check(&geocoder, "10 2e avenue 69800", "10 2e Avenue, 69800 Saint-Priest");
    check(&geocoder, "2eme avenue", "2e Avenue, 69800 Saint-Priest");
}

#[test]
fn an_unknown_number_gives_the_street_and_none_is_invented() {
    let (geocoder, _folder) = index();
    let found = find(&geocoder, "999 rue garibaldi lyon 3");
    assert_eq!((found[0].kind, found[0].house_number.as_deref()), (Kind::Street, None));
    assert!(found[0].score.number > 0.0, "{}", found[0].score);
    check(&geocoder, "208 bis rue garibaldi", "208 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
}

#[test]
fn a_named_commune_is_where_the_answers_lie() {
    let (geocoder, _folder) = index();
    check(&geocoder, "1 rue de la république bron", "1 Rue de la République, 69500 Bron");
    check(&geocoder, "1 rue de la république villeurbanne", "1 Rue de la République, 69100 Villeurbanne");
    check(&geocoder, "5 rue de la république 69100", "5 Rue de la République, 69100 Villeurbanne");
    for text in ["rue garibaldi lyon 6", "rue garibaldi 69006", "rue de la republique villeurbanne"] {
        let found = find(&geocoder, text);
        assert!(found.iter().all(|s| s.insee == found[0].insee), "{text}: {found:#?}");
    }
    // The commune named has no such street, its neighbour has the very address: said, and said to contradict.
    let found = find(&geocoder, "10 cours emile zola bron");
    assert_eq!(found[0].label(), "10 Cours Émile-Zola, 69100 Villeurbanne");
    assert_eq!(found[0].verdicts.commune, Some(Verdict::Contradicts));
    assert!(found[0].score.total() < SURE, "{found:#?}");
    // Or the very street.
    let found = find(&geocoder, "rue garibaldi villeurbanne");
    let labels: Vec<String> = found.iter().map(Suggestion::label).collect();
    assert_eq!(labels, ["Rue Garibaldi, 69003 Lyon 3e Arrondissement", "Rue Garibaldi, 69006 Lyon 6e Arrondissement"]);
    assert!(found.iter().all(|it| it.verdicts.commune == Some(Verdict::Contradicts) && it.score.total() < SURE));
    // Nothing of it is there: the commune itself, with a score that shows it.
    for text in ["rue xyzw villeurbanne", "999 rue garibaldi villeurbanne"] {
        let found = find(&geocoder, text);
        assert_eq!(found.iter().map(Suggestion::label).collect::<Vec<_>>(), ["Villeurbanne"], "{text}");
        assert!(found[0].score.total() < 0.4);
    }
    // A street that bears a commune's name is no promise.
    check(&geocoder, "2 rue de bron", "2 Rue de Bron, 69100 Villeurbanne");
    check(&geocoder, "rue de bron villeurbanne", "Rue de Bron, 69100 Villeurbanne");
}

#[test]
fn communes_arrondissements_and_former_communes_are_places() {
    let (geocoder, _folder) = index();
    let kind = |text: &str| find(&geocoder, text).first().map(|s| (s.kind, s.insee.clone()));
    assert_eq!(kind("Villeurbanne"), Some((Kind::City, "69266".to_owned())));
    assert_eq!(kind("lyon"), Some((Kind::City, "69123".to_owned())));
    assert_eq!(kind("lyon 3"), Some((Kind::District, "69383".to_owned())));
    assert_eq!(kind("69003"), Some((Kind::District, "69383".to_owned())));
    assert_eq!(kind("3e arrondissement"), Some((Kind::District, "69383".to_owned())));
    assert_eq!(kind("st priest"), Some((Kind::City, "69290".to_owned())));
    let lyon = find(&geocoder, "lyon").remove(0);
    let bbox = lyon.bbox.unwrap();
    assert!((bbox.south - 45.75).abs() < 1e-6 && (bbox.north - 45.772).abs() < 1e-6, "{bbox:?}");
    check(&geocoder, "14 boulevard de l'europe, pierre-bénite", "14 Boulevard de l’Europe, 69310 Pierre-Bénite");
    check(&geocoder, "14 bd de l’europe oullins", "14 Boulevard de l'Europe, 69600 Oullins");
    assert_eq!(find(&geocoder, "14 bd de l europe pierre benite")[0].insee, "69149");
    check(&geocoder, "le vinatier", "Le Vinatier, 69500 Bron");
    assert_eq!(find(&geocoder, "les essarts")[0].kind, Kind::Locality);
}

#[test]
fn suggestions_begin_with_the_first_letter_and_the_nearest_come_first() {
    let (geocoder, _folder) = index();
    let names =
        |text: &str, lon, lat| find_near(&geocoder, text, (lon, lat)).iter().map(Suggestion::label).collect::<Vec<_>>();
    assert!(names("r", 4.86, 45.7680)[0].starts_with("Rue de la Gare"));
    assert_eq!(names("rue gar", 4.861, 45.7681)[0], "Rue de la Gare, 69006 Lyon 6e Arrondissement");
    assert_eq!(names("rue gar", 4.850, 45.7560)[0], "Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    assert_eq!(names("rue de la rep", 4.911, 45.738)[0], "Rue de la République, 69500 Bron");
    assert_eq!(names("rue de la rep", 4.879, 45.768)[0], "Rue de la République, 69100 Villeurbanne");
    assert_eq!(names("1 rue de la republique", 4.879, 45.768)[0], "1 Rue de la République, 69100 Villeurbanne");
    // An abbreviation may also be a beginning.
    let st = names("rue st", 4.86, 45.757);
    assert!(st.iter().any(|l| l.contains("Stalingrad")) && st.iter().any(|l| l.contains("Saint-Maximin")), "{st:?}");
    // The commune may be unfinished too.
    check(&geocoder, "rue de la republique vill", "Rue de la République, 69100 Villeurbanne");
    check(&geocoder, "rue garibaldi lyon 6", "Rue Garibaldi, 69006 Lyon 6e Arrondissement");
}

#[test]
fn a_street_that_goes_on_in_the_next_commune_is_one_street_on_a_map_and_a_choice_without() {
    let (geocoder, _folder) = index();
    let ask = |text: &str, near: Option<(f64, f64)>| {
        let near = near.map(|(lon, lat)| Near::from(LonLat { lon, lat }));
        geocoder.search(&Request { finished: true, near, ..request(text) }).unwrap()
    };
    for (lat, nearest) in [(45.7700, "69386"), (45.7560, "69383")] {
        let answers = ask("cours lafayette", Some((4.8400, lat)));
        assert_eq!(answers.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Cours Lafayette"; 2]);
        assert_eq!(answers[0].insee, nearest);
        assert!(answers[0].score.total() > 0.9, "{}", answers[0].score);
    }
    assert!(ask("cours lafayette", None)[0].score.total() < SURE, "which commune is meant is open");
    // Two streets far from each other, seen from between them, are two.
    let apart = ask("rue de la republique", Some((4.8955, 45.7531)));
    assert_eq!(apart.len(), 2);
    assert!(apart[0].score.total() < SURE, "{}", apart[0].score);
}

#[test]
fn another_type_of_street_is_answered_and_never_taken_without_a_look() {
    let (geocoder, _folder) = index();
    for text in
        ["12 avenue garibaldi 69003 lyon", "10 rue emile zola villeurbanne", "9 place du docteur calmette villeurbanne"]
    {
        let found = &find(&geocoder, text)[0];
        assert!(found.house_number.is_some(), "{text}: {}", found.label());
        assert_eq!(
            (found.verdicts.street, found.verdicts.number),
            (Some(Verdict::Corrected), Some(Verdict::Ok)),
            "{text}"
        );
        assert!((0.5..0.8).contains(&found.score.total()), "{text}: {}", found.score);
    }
    // A number without a street is for something else than the town.
    let town = &find(&geocoder, "123 villeurbanne")[0];
    assert!(town.score.total() < 0.5, "{} {} {:?}", town.label(), town.score, town.verdicts);
}

#[test]
fn one_wrong_letter_is_forgiven_wherever_it_is() {
    let (geocoder, _folder) = index();
    for text in ["12 rue garribaldi", "12 rue garibladi", "12 rue faribaldi lyon", "12 rue garbaldi lyon 3"] {
        check(&geocoder, text, "12 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    }
    check(&geocoder, "12 rur garibaldi lyon", "12 Rue Garibaldi, 69003 Lyon 3e Arrondissement");
    check(&geocoder, "3 rue de la republiqe bron", "3 Rue de la République, 69500 Bron");
}

#[test]
fn what_is_nowhere_is_not_answered_by_something_else() {
    let (geocoder, _folder) = index();
    for text in ["zzzzzz", "boulevard xyloglotte", "rue"] {
        assert!(find(&geocoder, text).iter().all(|s| text == "rue" && s.name.starts_with("Rue")), "{text}");
    }
}

#[test]
fn filters_hold_for_every_answer() {
    let (geocoder, _folder) = index();
    let ask = |text: &str, tag: Option<&str>, bbox| {
        let tags = tag.and_then(photon::OsmTag::parse).into_iter().collect();
        let kinds = photon::Choice { tags, ..photon::Choice::default() }.kinds();
        let filter = Filter { kinds, bbox, ..Filter::default() };
        geocoder.search(&Request { filter, ..request(text) }).unwrap()
    };
    assert!(ask("rue garibaldi, lyon", Some("highway:street"), None).iter().all(|s| s.kind == Kind::Street));
    assert_eq!(ask("12 rue garibaldi", Some("place:house"), None)[0].kind, Kind::House);
    assert!(ask("12 rue garibaldi", Some("place:house"), None).iter().all(|s| s.kind == Kind::House));
    // Where only streets are wanted, the number says nothing.
    let street = ask("12 rue garibaldi lyon", Some("highway:street"), None);
    assert_eq!((street[0].kind, street[0].name.as_str()), (Kind::Street, "Rue Garibaldi"));
    assert_eq!(ask("bron", Some("place:city"), None)[0].label(), "Bron");
    assert!(ask("bron", Some("amenity:townhall"), None).is_empty());
    let bron = Bbox { west: 4.9, south: 45.73, east: 4.92, north: 45.75 };
    let found = ask("rue de la republique", None, Some(bron));
    assert_eq!(found.iter().map(|s| s.city.as_str()).collect::<Vec<_>>(), ["Bron"]);
}

#[test]
fn reverse_gives_the_nearest_addresses_by_true_distance() {
    let (geocoder, _folder) = index();
    let found = geocoder.reverse(&nearby(IN_BRON, 3, 1_000.0)).unwrap();
    assert_eq!(
        found.iter().map(Suggestion::label).collect::<Vec<_>>(),
        [
            "8 Place du 8 Mai 1945, 69500 Bron",
            "1 Rue de la République, 69500 Bron",
            "3 Rue de la République, 69500 Bron"
        ]
    );
    let metres: Vec<f64> = found.iter().map(|s| s.distance_m.unwrap()).collect();
    assert!(metres.is_sorted() && (metres[0] - 67.8).abs() < 1.0, "{metres:?}");
    assert!(geocoder.reverse(&nearby(IN_BRON, 3, 20.0)).unwrap().is_empty());
    // Both positions of 208 answer, once.
    for (lon, lat) in [(4.8520, 45.7600), (4.8522, 45.7601)] {
        let found = geocoder.reverse(&nearby(LonLat { lon, lat }, 5, 100.0)).unwrap();
        assert_eq!(found.iter().filter(|s| s.house_number.as_deref() == Some("208")).count(), 1);
        assert!(found[0].distance_m.unwrap() < 0.1);
    }
    let everything = geocoder.reverse(&nearby(IN_BRON, 50, f64::INFINITY)).unwrap();
    assert_eq!(everything.len(), ADDRESSES, "all lie within the largest radius");
}

#[test]
fn photon_clients_read_what_they_expect() {
    let (geocoder, _folder) = index();
    let read = |text: &str| serde_json::to_value(photon::feature_collection(&find(&geocoder, text))).unwrap();
    let house = &read("12 bis rue garibaldi lyon")["features"][0];
    assert_eq!(house["properties"]["housenumber"], "12bis");
    assert_eq!(house["properties"]["street"], "Rue Garibaldi");
    assert_eq!(house["properties"]["city"], "Lyon");
    assert_eq!(house["properties"]["extra"]["insee"], "69383");
    assert_eq!(house["properties"]["extra"]["metropole"], "true");
    assert_eq!(house["properties"]["extra"]["id"], "69383_3300_00012_bis");
    assert_eq!(house["geometry"]["coordinates"], serde_json::json!([4.8501, 45.7562]));
    let outside = &read("316 rue montesquieu, villefranche")["features"][0]["properties"];
    assert_eq!(outside["extra"]["insee"], "69264");
    assert!(outside["extra"].get("metropole").is_none() && outside["county"] == "Rhône");
    assert_eq!(read("rue des lilas amberieu")["features"][0]["properties"]["extra"]["insee"], "01004");
    assert_eq!(read("Villeurbanne")["features"][0]["properties"]["type"], "city");
}

#[test]
fn empty_and_endless_queries_are_refused_without_repeating_them() {
    let (geocoder, _folder) = index();
    let ask = |text: &str| geocoder.search(&request(text));
    for text in ["", "   ", "-,'"] {
        assert!(matches!(ask(text), Err(Error::EmptyQuery)), "{text:?}");
    }
    let error = ask(&"secret ".repeat(43)).unwrap_err();
    assert!(matches!(error, Error::QueryTooLong { chars: 301 }) && !error.to_string().contains("secret"));
    assert!(ask(&"a ".repeat(100)).is_ok());
}

#[test]
fn a_commune_is_known_by_its_name_misspelt_or_former() {
    let (geocoder, _folder) = index();
    let codes = |name: &str| geocoder.communes_named(name);
    assert_eq!(codes("BRON"), ["69029"]);
    assert_eq!(codes("vileurbane"), ["69266"]);
    assert_eq!(codes("Pierre Bénite"), ["69149"], "the code of today");
    assert_eq!(codes("Lyon"), ["69123"]);
    assert!(codes("Tombouctou").is_empty() && codes("").is_empty() && codes("?!").is_empty());
}
