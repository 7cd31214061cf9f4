//! What people write for the words of a name: numbers and dates in letters, in digits, in Roman; abbreviations and
//! initials; two streets that cross; words heard, glued or misspelt where no commune is named. Each test is one class,
//! over an index built from rows written here.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Geocoder, Suggestion};
use support::{SURE, Sources, find, index_of_bal, shown};
use tempfile::TempDir;

const BRON: (&str, &str) = ("69029", "Bron");
const MIONS: (&str, &str) = ("69298", "Mions");
const LYON_3: (&str, &str) = ("69383", "Lyon 3e Arrondissement");
const LYON_7: (&str, &str) = ("69387", "Lyon 7e Arrondissement");
const PARIS_17: (&str, &str) = ("75117", "Paris 17e Arrondissement");

/// (street, commune, numbers, lon and lat of the first; each next one is some metres east and north)
type Street = (&'static str, (&'static str, &'static str), &'static [u32], f64, f64);

#[rustfmt::skip]
const STREETS: [Street; 66] = [
    ("Rue du 23 Août 1944", MIONS, &[1, 12, 22, 24, 45], 4.950, 45.660),
    ("Avenue du 24 Août 1944", BRON, &[3, 8], 4.900, 45.730),
    ("Boulevard du 11 Novembre 1918", BRON, &[5, 11, 12, 43], 4.901, 45.731),
    ("Rue du Huit Mai", BRON, &[8, 12, 45], 4.902, 45.732),
    ("Place du 8 Mai 1945", MIONS, &[1, 8, 45], 4.951, 45.661),
    ("Rue du Dix-Neuf Mars 1962", BRON, &[5, 19], 4.903, 45.733),
    ("Avenue du 19 Mars 1962", MIONS, &[2, 62], 4.952, 45.662),
    ("Place du Vingt Août", BRON, &[5, 20], 4.904, 45.734),
    ("Avenue du Dix-Huit Juin", BRON, &[4, 18], 4.905, 45.735),
    ("Rue Louis XVIII", BRON, &[3, 18], 4.906, 45.736),
    ("Boulevard Jean XXIII", LYON_7, &[7, 23], 4.840, 45.740),
    ("Place des Quarante-Quatre Enfants", LYON_7, &[6], 4.841, 45.741),
    ("Avenue du 25ème Régiment", LYON_7, &[9, 25], 4.842, 45.742),
    ("Rue Charles V", LYON_7, &[5, 14], 4.843, 45.743),
    ("Rue des Quatre Vents", LYON_7, &[4, 12], 4.844, 45.744),
    ("Rue du Vingt-Neuf Juillet", LYON_3, &[2, 29], 4.870, 45.750),
    ("Passage du 81", LYON_3, &[1], 4.871, 45.751),
    ("Rue du Quatre-Vingt-Dixième Bataillon", LYON_3, &[9], 4.872, 45.752),
    ("Rue du 14 Juillet", LYON_3, &[3], 4.873, 45.753),
    ("Rue de la Soif", LYON_3, &[18], 4.874, 45.754),
    ("Avenue Victor Hugo", BRON, &[8, 10], 4.910, 45.740),
    ("Rue Gabriel Péri", BRON, &[8, 10], 4.911, 45.741),
    ("Boulevard John Fitzgerald Kennedy", BRON, &[2, 6], 4.912, 45.742),
    ("Rue Aristide Briand", BRON, &[2, 6], 4.913, 45.743),
    ("Zone Artisanale des Pins", BRON, &[4], 4.914, 45.744),
    ("ZI Nord", BRON, &[4], 4.915, 45.745),
    ("Route Départementale 12", BRON, &[3, 12], 4.916, 45.746),
    ("RD 307", MIONS, &[3, 7], 4.953, 45.663),
    ("Route Nationale 6", MIONS, &[6], 4.954, 45.664),
    ("Rue Nationale", MIONS, &[6, 12], 4.955, 45.665),
    ("Rue Sainte-Geneviève", BRON, &[1, 2], 4.917, 45.747),
    ("Place Saint-Louis", BRON, &[1, 2], 4.918, 45.748),
    ("Avenue du Général Leclerc", BRON, &[1, 2], 4.919, 45.749),
    ("Rue du Petit Bois", BRON, &[1, 2], 4.920, 45.750),
    ("Rue du Pont Vieux", BRON, &[1, 2], 4.921, 45.751),
    ("Avenue du Régiment Normandie", BRON, &[1, 2], 4.922, 45.752),
    ("Rue du Chanoine Boursier", BRON, &[1, 2], 4.923, 45.753),
    ("Rue François Truffaut", BRON, &[1, 2], 4.924, 45.754),
    ("Rue des Frères Lumière", BRON, &[1, 2], 4.925, 45.755),
    ("Rond-Point des Tilleuls", BRON, &[1, 2], 4.926, 45.756),
    ("Galerie des Arts", BRON, &[1, 2], 4.927, 45.757),
    ("Rue du Point du Jour", BRON, &[1, 2], 4.928, 45.758),
    ("Voie Cs/17", PARIS_17, &[5], 2.310, 48.880),
    ("Rue Vandamme", PARIS_17, &[5], 2.311, 48.881),
    ("Rue Vendôme", LYON_3, &[5], 4.8450, 45.7600),
    ("Rue Paul Bert", LYON_3, &[1, 2, 3, 4, 5], 4.8500, 45.7560),
    ("Rue Garibaldi", LYON_3, &[1, 2, 3, 4, 5], 4.8501, 45.7561),
    ("Rue Pierre et Marie Curie", LYON_3, &[1, 2], 4.8502, 45.7562),
    ("Cours Lafayette", LYON_3, &[1, 2], 4.8600, 45.7700),
    ("Rue Paul Bert", BRON, &[1, 2, 3], 4.9300, 45.7600),
    ("Rue Garibaldi", BRON, &[1, 2, 3], 4.9400, 45.7650),
    ("Quai Lointain", BRON, &[1, 2, 3], 4.9500, 45.7680),
    ("Avenue Jean Jaurès", LYON_7, &[1, 2], 4.8400, 45.7450),
    ("Rue Philippe", LYON_7, &[1, 2], 4.8410, 45.7460),
    ("Route de Vienne", LYON_7, &[1, 212], 4.8420, 45.7470),
    ("Place Bellecour", LYON_3, &[1, 2], 4.8330, 45.7570),
    ("Rue de la Gare", LYON_7, &[1, 2], 4.8430, 45.7480),
    ("Rue Robert", LYON_7, &[1, 2], 4.8440, 45.7490),
    ("Rue Marietton", LYON_7, &[1, 2], 4.8450, 45.7495),
    ("Impasse du Moulinet", LYON_7, &[1, 2], 4.8460, 45.7496),
    ("Chemin des Charpennes", LYON_7, &[1, 2], 4.8470, 45.7497),
    ("Rue Belfort", LYON_7, &[1, 2], 4.8480, 45.7498),
    ("Allée des Bouleaux", LYON_7, &[1, 2], 4.8490, 45.7499),
    ("Rue du Père Chevrier", LYON_7, &[1, 35], 4.8491, 45.7399),
    ("Rue de la Poudrerie", LYON_7, &[1, 24], 4.8492, 45.7389),
    ("Rue de Sutin", ("69250", "La Tour-de-Salvagny"), &[1, 2], 4.7100, 45.8100),
];

fn index() -> (Geocoder, TempDir) {
    let mut rows = Vec::new();
    for (at, (street, (code, commune), numbers, lon, lat)) in STREETS.iter().enumerate() {
        for (step, number) in numbers.iter().enumerate() {
            let shift = step as f64 * 1e-4;
            let (lon, lat) = (lon + shift, lat + shift);
            rows.push(format!("{code}_{at:04}_{number:05};{street};{number};{code};{commune};{lon:.6};{lat:.6}"));
        }
    }
    let columns = "cle_interop;voie_nom;numero;commune_insee;commune_nom;long;lat";
    let metropole = &["69029", "69298", "69123", "69383", "69387"];
    index_of_bal(columns, rows, &Sources { metropole, ..Sources::default() })
}

/// Number, name and commune of the best answer.
fn best(geocoder: &Geocoder, text: &str) -> String {
    let found = find(geocoder, text);
    let shown = |found: &Suggestion| {
        let number = found.house_number.as_ref().map(|number| format!("{number} ")).unwrap_or_default();
        format!("{number}{}, {}", found.name, found.insee)
    };
    found.first().map(shown).unwrap_or_default()
}

#[track_caller]
fn check(geocoder: &Geocoder, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| best(geocoder, text) != *expected)
        .map(|(text, expected)| format!("« {text} » is not {expected}: {:#?}", shown(&find(geocoder, text))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_number_of_a_date_is_no_house_number() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("avenue du 24 aout 1944", "Avenue du 24 Août 1944, 69029"),
            ("rue du 24 aout 1944", "Avenue du 24 Août 1944, 69029"),
            ("rue du 23 aout", "Rue du 23 Août 1944, 69298"),
            ("23 aout 1944 mions", "Rue du 23 Août 1944, 69298"),
            ("place du 8 mai 1945", "Place du 8 Mai 1945, 69298"),
            ("bd du 11 novembre 1918 bron", "Boulevard du 11 Novembre 1918, 69029"),
            ("rue des 4 vents", "Rue des Quatre Vents, 69387"),
            ("avenue 25eme regiment lyon", "Avenue du 25ème Régiment, 69387"),
        ],
    );
    for text in
        ["boulevard du 12 novembre 1918 bron", "rue du 22 aout 1944", "place du 45 mai 1945", "avenue du 2 aout 1944"]
    {
        let numbered = find(&geocoder, text).into_iter().find(|found| found.house_number.is_some());
        assert!(numbered.is_none(), "« {text} » gave a number nobody asked for: {:?}", numbered.map(|it| it.label()));
        let sure = find(&geocoder, text).into_iter().find(|found| found.score.confidence >= SURE);
        assert!(sure.is_none(), "« {text} » is another day: {:?}", sure.map(|it| it.label()));
    }
}

#[test]
fn the_house_number_beside_a_date_is_found() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("24 rue du 23 aout 1944", "24 Rue du 23 Août 1944, 69298"),
            ("12 rue du 8 mai 1945 bron", "12 Rue du Huit Mai, 69029"),
            ("12 rue des 4 vents", "12 Rue des Quatre Vents, 69387"),
            ("25 avenue du 25e regiment", "25 Avenue du 25ème Régiment, 69387"),
            ("rue du 23 aout 1944 12 mions", "12 Rue du 23 Août 1944, 69298"),
            ("43 bd du 11 nov 1918", "43 Boulevard du 11 Novembre 1918, 69029"),
            ("rue nationale 12 mions", "12 Rue Nationale, 69298"),
            ("face au 12 rue des quatre vents", "12 Rue des Quatre Vents, 69387"),
        ],
    );
}

#[test]
fn a_stop_that_is_not_there_is_named_after_what_is_beside_it() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[("arret bellecour", "Place Bellecour, 69383"), ("métro Bellecour lyon", "Place Bellecour, 69383")],
    );
    assert!(find(&geocoder, "arret bellecour")[0].score.confidence < 0.8, "no stop was found");
}

#[test]
fn numbers_are_found_in_letters_in_digits_and_in_roman() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("5 rue du 19 mars 1962 bron", "5 Rue du Dix-Neuf Mars 1962, 69029"),
            ("avenue du dix-neuf mars 1962", "Avenue du 19 Mars 1962, 69298"),
            ("5 place du 20 aout bron", "5 Place du Vingt Août, 69029"),
            ("avenue du 18 juin bron", "Avenue du Dix-Huit Juin, 69029"),
            ("rue louis 18 bron", "Rue Louis XVIII, 69029"),
            ("place du huit mai mille neuf cent quarante cinq", "Place du 8 Mai 1945, 69298"),
            ("12 bd du onze novembre mille neuf cent dix-huit", "12 Boulevard du 11 Novembre 1918, 69029"),
            ("rue du vingt-trois août dix-neuf cent quarante-quatre", "Rue du 23 Août 1944, 69298"),
            ("douze rue des quatre vents", "12 Rue des Quatre Vents, 69387"),
            ("deux cent douze route de Vienne lyon", "212 Route de Vienne, 69387"),
            ("rue louis dix-huit bron", "Rue Louis XVIII, 69029"),
            ("7 bd jean 23", "7 Boulevard Jean XXIII, 69387"),
            ("boulevard jean vingt-trois", "Boulevard Jean XXIII, 69387"),
            ("place des 44 enfants", "Place des Quarante-Quatre Enfants, 69387"),
            ("avenue du vingt-cinquième régiment", "Avenue du 25ème Régiment, 69387"),
            ("14 rue charles 5", "14 Rue Charles V, 69387"),
            ("rue charles cinq", "Rue Charles V, 69387"),
            ("29 rue du 29 juillet", "29 Rue du Vingt-Neuf Juillet, 69383"),
            ("passage du quatre-vingt-un", "Passage du 81, 69383"),
            ("rue du 90e bataillon", "Rue du Quatre-Vingt-Dixième Bataillon, 69383"),
            ("rue du quatorze juillet", "Rue du 14 Juillet, 69383"),
        ],
    );
}

#[test]
fn dates_are_found_short_with_and_without_their_year() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("boulevard du 11 nov bron", "Boulevard du 11 Novembre 1918, 69029"),
            ("bd du 11/11/1918", "Boulevard du 11 Novembre 1918, 69029"),
            ("12 rue du 8/5/1945 bron", "12 Rue du Huit Mai, 69029"),
            ("place du 8 mai 45 mions", "Place du 8 Mai 1945, 69298"),
            ("place du huit mai mions", "Place du 8 Mai 1945, 69298"),
            ("2 av du 19 mars 62", "2 Avenue du 19 Mars 1962, 69298"),
            ("2 avenue du 19-03-62 mions", "2 Avenue du 19 Mars 1962, 69298"),
            ("rue du 8 mai bron", "Rue du Huit Mai, 69029"),
            ("8 avenue du 24 aout 44", "8 Avenue du 24 Août 1944, 69029"),
        ],
    );
}

#[test]
fn initials_stand_for_first_names() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("av v hugo bron", "Avenue Victor Hugo, 69029"),
            ("8 av. V. Hugo", "8 Avenue Victor Hugo, 69029"),
            ("10 rue g peri", "10 Rue Gabriel Péri, 69029"),
            ("bd jf kennedy bron", "Boulevard John Fitzgerald Kennedy, 69029"),
            ("6 bd J. F. Kennedy", "6 Boulevard John Fitzgerald Kennedy, 69029"),
            ("rue a briand bron", "Rue Aristide Briand, 69029"),
            ("av j jaures", "Avenue Jean Jaurès, 69387"),
        ],
    );
}

#[test]
fn abbreviations_of_several_words_and_of_several_meanings_are_read() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("za des pins bron", "Zone Artisanale des Pins, 69029"),
            ("zone industrielle nord", "ZI Nord, 69029"),
            ("3 rd12 bron", "3 Route Départementale 12, 69029"),
            ("12 rd 12 bron", "12 Route Départementale 12, 69029"),
            ("rd 12 bron", "Route Départementale 12, 69029"),
            ("D12 bron", "Route Départementale 12, 69029"),
            ("3 route departementale 307", "3 RD 307, 69298"),
            ("d307 mions", "RD 307, 69298"),
            ("rn6", "Route Nationale 6, 69298"),
            ("rue st genevieve", "Rue Sainte-Geneviève, 69029"),
            ("place st louis", "Place Saint-Louis, 69029"),
            ("av gl leclerc", "Avenue du Général Leclerc, 69029"),
            ("rue du pt bois", "Rue du Petit Bois, 69029"),
            ("2 rue du pt vieux", "2 Rue du Pont Vieux, 69029"),
            ("av rgt normandie", "Avenue du Régiment Normandie, 69029"),
            ("rue du ch boursier", "Rue du Chanoine Boursier, 69029"),
            ("2 rue frs truffaut bron", "2 Rue François Truffaut, 69029"),
            ("2 rue des frs lumiere", "2 Rue des Frères Lumière, 69029"),
            ("2 rd pt des tilleuls bron", "2 Rond-Point des Tilleuls, 69029"),
            ("rond pt tilleuls", "Rond-Point des Tilleuls, 69029"),
            ("gle des arts bron", "Galerie des Arts, 69029"),
            ("rue du pt du jour", "Rue du Point du Jour, 69029"),
            ("8 avn victor hugo", "8 Avenue Victor Hugo, 69029"),
            ("11 boulv du 11 novembre bron", "11 Boulevard du 11 Novembre 1918, 69029"),
            ("5 Voie Cs/17 Paris", "5 Voie Cs/17, 75117"),
            ("voie cs 17", "Voie Cs/17, 75117"),
        ],
    );
}

#[test]
fn two_streets_that_cross_are_read_without_a_stroke() {
    let (geocoder, _folder) = index();
    let corner = "Rue Paul Bert / Rue Garibaldi, 69383";
    let other = "Rue Garibaldi / Rue Paul Bert, 69383";
    check(
        &geocoder,
        &[
            ("rue paul bert et rue garibaldi", corner),
            ("rue paul bert, rue garibaldi", corner),
            ("rue garibaldi et rue paul bert lyon", other),
            ("à l'angle de la rue garibaldi et de la rue paul bert", other),
            ("angle rue paul bert rue garibaldi lyon 3", corner),
            ("rue paul bert / rue garibaldi lyon 3", corner),
            ("rue pierre et marie curie et rue garibaldi", "Rue Pierre et Marie Curie / Rue Garibaldi, 69383"),
            ("rue pierre et marie curie", "Rue Pierre et Marie Curie, 69383"),
            ("2 rue pierre et marie curie, lyon", "2 Rue Pierre et Marie Curie, 69383"),
        ],
    );
}

#[test]
fn one_street_of_a_crossing_is_half_an_answer_in_the_commune_named() {
    let (geocoder, _folder) = index();
    for text in [
        "rue vendome et rue inconnue",
        "rue vendome, avenue introuvable",
        "rue garibaldi et quai lointain bron",
        "angle rue paul bert et cours lafayette lyon",
    ] {
        let found = find(&geocoder, text);
        assert!(!found.is_empty(), "« {text} » found nothing");
        let sure = found.iter().find(|found| found.score.confidence > 0.5);
        assert!(sure.is_none(), "« {text} »: {:?}", sure.map(Suggestion::label));
    }
    let bron = find(&geocoder, "rue garibaldi et quai lointain bron");
    assert!(
        bron.iter().all(|found| found.insee == "69029"),
        "{:?}",
        bron.iter().map(Suggestion::label).collect::<Vec<_>>()
    );
}

#[test]
fn words_heard_glued_or_two_letters_wrong_are_found_without_a_commune() {
    let (geocoder, _folder) = index();
    check(
        &geocoder,
        &[
            ("rue pol bert lyon", "Rue Paul Bert, 69383"),
            ("jean jores", "Avenue Jean Jaurès, 69387"),
            ("rue filipe", "Rue Philippe, 69387"),
            ("212 routede vienne", "212 Route de Vienne, 69387"),
            ("ruede lagare", "Rue de la Gare, 69387"),
            ("2 rue dela gare", "2 Rue de la Gare, 69387"),
            ("place belcour", "Place Bellecour, 69383"),
            ("rue marietn", "Rue Marietton, 69387"),
            ("impasse du molnet", "Impasse du Moulinet, 69387"),
            ("2 chemin des sharpene", "2 Chemin des Charpennes, 69387"),
            ("35 rue pèr chevrier", "35 Rue du Père Chevrier, 69387"),
            ("24 rue de al poudrerie", "24 Rue de la Poudrerie, 69387"),
            ("rue bellfor", "Rue Belfort, 69387"),
            ("alee des boulo", "Allée des Bouleaux, 69387"),
        ],
    );
    assert!(best(&geocoder, "pol bert").starts_with("Rue Paul Bert"));
}

#[test]
fn what_sounds_alike_at_home_comes_before_what_looks_alike_away() {
    let (geocoder, _folder) = index();
    check(&geocoder, &[("rue vandaume", "Rue Vendôme, 69383"), ("5 rue vandome", "5 Rue Vendôme, 69383")]);
}
