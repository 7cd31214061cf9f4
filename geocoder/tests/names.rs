//! Places found by every name they have: other languages, aliases of the national base, the name before a duplicate
//! was settled, former communes; and communes that nothing lies in.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{BuildOptions, Geocoder, Kind, MatchType, PositionKind, Reason, Verdict, build};
use support::{SURE, Sources, find, first_labelled, index_of};
use tempfile::TempDir;

const BAL: &str = "cle_interop;voie_nom;voie_nom_frp;lieudit_complement_nom;lieudit_complement_nom_frp;numero;commune_insee;commune_nom;commune_nom_frp;position;long;lat\n\
    69029_0001_00012;Rue de l’Église;Rua de l'égllése;;;12;69029;Bron;Bronna;entrée;4.9100;45.7380\n\
    69029_0001_00014;Rue de l’Église;Rua de l'égllése;Le Vinatier;Lo Vinatièr;14;69029;Bron;Bronna;entrée;4.9102;45.7381\n\
    69029_0002_00003;Rue du Marché;;;;3;69029;Bron;Bronna;entrée;4.9110;45.7390\n\
    69029_b001_99999;Le Vinatier;;;;99999;69029;Bron;;segment;4.8950;45.7400\n\
    69266_0001_00012;Rue Égllése;;;;12;69266;Villeurbanne;;entrée;4.8800;45.7680\n";

const BAN: &str = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;certification_commune\n\
    69276_0001_00005;5;;Rue Gustave et Martial Caillebotte;69320;69276;Feyzin;;;4.8600;45.6730;entrée;Chemin des Peintres;;LES RAZES;RUE G ET MARTIAL CAILLEBOTTE;1\n";

fn index(bal: &str) -> (Geocoder, TempDir) {
    index_of(&Sources { files: &[("bal.csv", bal)], ..Sources::default() })
}

#[track_caller]
fn check(geocoder: &Geocoder, text: &str, label: &str, other_name: Option<&str>) {
    let first = first_labelled(text, &find(geocoder, text), label);
    assert_eq!(first.other_name.as_deref(), other_name, "« {text} »");
}

#[test]
fn a_street_is_found_by_its_name_in_another_language_and_shown_by_the_official_one() {
    let (index, _folder) = index(BAL);
    let (label, name) = ("12 Rue de l’Église, Bron", Some("Rua de l'égllése"));
    for text in ["12 rua de l'égllése bron", "12 rua de l egllese", "12 Rua de l’Égllése, Bron", "12 rua de l'egl"]
    {
        check(&index, text, label, name);
    }
    check(&index, "12 rua de l'eglleze bron", label, name); // a letter wrong
    check(&index, "12 rue de l'église bron", label, None);
    let first = &find(&index, "12 rua de l'égllése, bron")[0];
    assert_eq!((first.match_type, first.verdicts.street), (MatchType::Exact, Some(Verdict::Ok)));
    assert!(first.score.total() > 0.9, "{}", first.score);
    check(&index, "12 rue égllése", "12 Rue Égllése, Villeurbanne", None);
}

#[test]
fn a_lieu_dit_is_found_by_the_name_that_addresses_in_it_tell() {
    let (index, _folder) = index(BAL);
    check(&index, "lo vinatièr", "Le Vinatier, Bron", Some("Lo Vinatièr"));
    assert_eq!(find(&index, "lo vinatier")[0].kind, Kind::Locality);
}

#[test]
fn a_commune_named_in_another_language_is_a_scope_unless_one_is_officially_called_so() {
    let (index, _folder) = index(BAL);
    check(&index, "bronna", "Bron", None);
    check(&index, "3 rue du marché bronna", "3 Rue du Marché, Bron", None);
    assert_eq!(find(&index, "3 rue du marché bronna")[0].verdicts.commune, Some(Verdict::Ok));
    let renamed = BAL.replace(";Bronna;", ";Villeurbanne;");
    let (renamed, _folder) = self::index(&renamed);
    check(&renamed, "villeurbanne", "Villeurbanne", None);
    check(&renamed, "12 rue villeurbanne", "12 Rue Égllése, Villeurbanne", None);
}

#[test]
fn aliases_of_the_national_base_are_names() {
    let (index, _folder) = index_of(&Sources { files: &[("ban.csv", BAN)], ..Sources::default() });
    let label = "5 Rue Gustave et Martial Caillebotte, 69320 Feyzin";
    check(&index, "5 chemin des peintres feyzin", label, Some("Chemin des Peintres"));
    check(&index, "5 RUE G ET MARTIAL CAILLEBOTTE 69320", label, Some("RUE G ET MARTIAL CAILLEBOTTE"));
    check(&index, "5 chemin des peintres les razes", label, Some("Chemin des Peintres"));
}

#[test]
fn a_street_settled_as_a_duplicate_is_still_found_by_the_name_it_had() {
    let header = "id_ban_commune;id_ban_toponyme;id_ban_adresse;cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat;certification_commune";
    let id = |last: u8| format!("3c87abe4-887b-46ee-9192-5c1b35a066{last:02}");
    let row = |street: &str, address: u8, certified: u8| {
        let ids = format!("{};{};{}", id(90), id(80 + certified), id(address));
        format!(
            "{ids};69029_0001_{address:05};{street};{address};69029;Bron;entrée;4.91{address:02};45.7380;{certified}\n"
        )
    };
    let bal = format!("{header}\n{}{}", row("Place de la Mairie", 5, 1), row("Place de la Mairie", 7, 1));
    let ban =
        format!("{header}\n{}{}{}", row("Rue Ancienne", 5, 0), row("Rue Ancienne", 7, 0), row("Rue Voisine", 9, 0));
    let (index, _folder) = index_of(&Sources { files: &[("ban.csv", &ban), ("bal.csv", &bal)], ..Sources::default() });
    check(&index, "5 rue ancienne bron", "5 Place de la Mairie, Bron", Some("Rue Ancienne"));
    check(&index, "5 place de la mairie bron", "5 Place de la Mairie, Bron", None);
    check(&index, "9 rue voisine", "9 Rue Voisine, Bron", None);
}

#[test]
fn a_commune_without_any_street_is_found() {
    let lines = concat!(
        r#"{"id":"69275","type":"municipality","name":"Dommartin","postcode":["69380","69390"],"citycode":"69275","lon":4.71,"lat":45.83,"city":"Dommartin"}"#,
        "\n",
        r#"{"id":"69029_0002","type":"street","name":["Rue du Marché","Rue des Halles"],"postcode":"69500","citycode":["69029"],"city":["Bron"],"lon":4.911,"lat":45.739,"housenumbers":{"3":{"lon":4.911,"lat":45.739}}}"#,
    );
    let (index, _folder) = index_of(&Sources { files: &[("ban.ndjson", lines)], ..Sources::default() });
    for text in ["dommartin", "Dommart", "domartin", "69390"] {
        let found = &find(&index, text)[0];
        assert_eq!(
            (found.label().as_str(), found.kind, found.insee.as_str()),
            ("Dommartin", Kind::City, "69275"),
            "{text}"
        );
        assert!((found.position.at.lon - 4.71).abs() < 1e-6 && found.addresses == 0, "{text}");
    }
    check(&index, "3 rue des halles bron", "3 Rue du Marché, 69500 Bron", Some("Rue des Halles"));
}

#[test]
fn a_commune_merged_since_is_found_as_what_it_was_or_as_the_one_it_is_in() {
    let communes = "TYPECOM,COM,LIBELLE,COMPARENT\nCOM,69149,Oullins-Pierre-Bénite,\nCOMD,69149,Oullins,69149\n\
                    COMD,69152,Pierre-Bénite,69149\nCOM,69029,Bron,\nCOMD,69900,Vieux-Bron,69029\n";
    let merged = "cle_interop;voie_nom;numero;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;position;long;lat\n\
        69149_0001_00014;Boulevard de l’Europe;14;69149;Oullins-Pierre-Bénite;69152;Pierre-Bénite;entrée;4.8250;45.7030\n\
        69029_0002_00003;Rue du Marché;3;69029;Bron;;;entrée;4.9110;45.7390\n";
    let (index, _folder) = index_of(&Sources { files: &[("bal.csv", merged)], communes, ..Sources::default() });
    let found = &find(&index, "14 boulevard de l'europe pierre-bénite")[0];
    assert_eq!((found.district.as_deref(), found.city.as_str()), (Some("Pierre-Bénite"), "Oullins-Pierre-Bénite"));
    check(&index, "3 rue du marché vieux-bron", "3 Rue du Marché, Bron", None);
    check(&index, "vieux bron", "Bron", None);
}

#[test]
fn a_commune_named_with_its_own_postcode_may_be_wrong_and_is_said_to_be() {
    let rows = "cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat\n\
        69029_0001_00012;Rue du Marché;12;69029;Bron;entrée;4.9100;45.7380\n\
        69266_0001_00007;Rue des Lilas;7;69266;Villeurbanne;entrée;4.8900;45.7500\n\
        69383_0001_00005;Rue Garibaldi;5;69383;Lyon 3e Arrondissement;entrée;4.8500;45.7560\n\
        69386_0001_00002;Rue Molière;2;69386;Lyon 6e Arrondissement;entrée;4.8510;45.7660\n";
    let postcodes = "code_commune_insee;code_postal;ligne_5\n69029;69500;\n69266;69100;\n69383;69003;\n69386;69006;\n";
    let (index, _folder) = index_of(&Sources { files: &[("bal.csv", rows)], postcodes, ..Sources::default() });
    let first = |text: &str| {
        let found = find(&index, text).remove(0);
        let verdicts = [found.verdicts.commune, found.verdicts.postcode];
        (found.label(), verdicts.contains(&Some(Verdict::Contradicts)), found.score.total() < SURE)
    };
    let elsewhere = ("12 Rue du Marché, 69500 Bron".to_owned(), true, true);
    assert_eq!(first("12 rue du marché villeurbanne"), elsewhere);
    assert_eq!(first("12 rue du marché 69100"), elsewhere);
    assert_eq!(first("12 rue du marché 69100 villeurbanne"), elsewhere);
    let other_part = ("5 Rue Garibaldi, 69003 Lyon 3e Arrondissement".to_owned(), true, true);
    assert_eq!(first("5 rue garibaldi 69006 lyon"), other_part);
    assert_eq!(first("rue du marché 69100 villeurbanne"), ("Rue du Marché, 69500 Bron".to_owned(), true, true));
}

#[test]
fn a_town_in_the_name_of_a_street_is_not_contradicted() {
    let rows = "cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat\n\
        69389_0001_00173;Rue de Saint-Cyr;173;69389;Lyon 9e Arrondissement;entrée;4.8000;45.7800\n\
        69389_0002_00173;Rue de Bourgogne;173;69389;Lyon 9e Arrondissement;entrée;4.8100;45.7810\n\
        69191_0001_00173;Rue de Nervieux;173;69191;Saint-Cyr-au-Mont-d'Or;entrée;4.8180;45.8130\n\
        75106_dcen1e_00008;Voie A/6;8;75106;Paris 6e Arrondissement;entrée;2.3300;48.8500\n\
        75106_dcen1e_00006;Voie A/6;6;75106;Paris 6e Arrondissement;entrée;2.3300;48.8501\n\
        75108_meqrvt_00003;Voie D/8;3;75108;Paris 8e Arrondissement;entrée;2.3100;48.8700\n";
    let postcodes = "code_commune_insee;code_postal;ligne_5\n69389;69009;\n69191;69450;\n75106;75006;\n75108;75008;\n";
    let (index, _folder) = index_of(&Sources { files: &[("bal.csv", rows)], postcodes, ..Sources::default() });
    for text in ["173 rue de saint-cyr 69009", "173 rue de saint-cyr 69009 lyon", "173 rue de saint-cyr"] {
        let found = find(&index, text);
        assert_eq!(found[0].label(), "173 Rue de Saint-Cyr, 69009 Lyon 9e Arrondissement", "{text}");
        assert_eq!((found[0].match_type, found[0].score.total() > 0.8), (MatchType::Exact, true), "{text}");
    }
    let found = find(&index, "173 rue de saint-cyr 69009");
    assert!(found.iter().all(|it| it.insee == "69389"), "{found:#?}");
    check(&index, "8 Voie A/6 PARIS 06", "8 Voie A/6, 75006 Paris 6e Arrondissement", None);
}

#[test]
fn a_commune_without_address_and_its_lieux_dits_are_where_its_own_row_or_another_lieu_dit_says() {
    let own = r#"{"id":"69081","type":"municipality","name":"Écully","citycode":"69081","lon":4.77,"lat":45.77,"city":"Écully"}"#;
    let lost = format!("{BAL}69081_b001_99999;Le Trouillat;;;;99999;69081;Écully;;;;\n");
    let beside = format!("{lost}69081_b002_99999;Le Pérollier;;;;99999;69081;Écully;;segment;4.77;45.77\n");
    for files in [&[("bal.csv", lost.as_str()), ("ban.ndjson", own)][..], &[("bal.csv", beside.as_str())]] {
        let (index, _folder) = index_of(&Sources { files, ..Sources::default() });
        for text in ["le trouillat", "écully"] {
            let at = find(&index, text)[0].position.at;
            assert!((at.lon - 4.77).abs() < 1e-6 && (at.lat - 45.77).abs() < 1e-6, "{text}: {at:?}");
        }
    }
}

/// A BAL of these rows, each as those of [`BAL`].
fn bal(rows: &[&str]) -> String {
    format!("{}\n{}", BAL.lines().next().unwrap(), rows.concat())
}

#[test]
fn a_lieu_dit_without_position_is_in_its_commune_at_best_and_never_at_zero() {
    let lost = "69029_b001_99999;Le Fort Étoilé;;;;99999;69029;Bron;;;;\n";
    let house = "69029_0001_00012;Rue des Lilas;;;;12;69029;Bron;;entrée;4.91;45.74\n";
    let (index, _folder) = index_of(&Sources { files: &[("bal.csv", &bal(&[lost, house]))], ..Sources::default() });
    let found = find(&index, "le fort étoilé, bron").remove(0);
    assert_eq!((found.name.as_str(), found.match_type), ("Le Fort Étoilé", MatchType::Commune));
    assert!((found.position.at.lon - 4.91).abs() < 1e-6 && found.position.kind == PositionKind::Unknown);
    assert!(found.score.total() < SURE, "{}", found.score);
    let street = find(&index, "rue des lilas, bron").remove(0);
    assert!(street.match_type == MatchType::Exact && street.score.total() >= SURE);
}

#[test]
fn rows_are_refused_in_a_commune_where_nothing_has_a_position() {
    let lost = "69029_b001_99999;Le Fort Étoilé;;;;99999;69029;Bron;;;;\n69029_b002_99999;Le Terraillon;;;;99999;69029;Bron;;;;\n";
    let house = "69266_0001_00012;Rue des Lilas;;;;12;69266;Villeurbanne;;entrée;4.88;45.77\n";
    let commune = r#"{"id":"69081","type":"municipality","name":"Écully","postcode":["69130","69131"],"citycode":"69081","city":"Écully"}"#;
    let folder = tempfile::tempdir().unwrap();
    let files = [("bal.csv", bal(&[lost, house])), ("ban.ndjson", commune.to_owned())];
    let files = files.map(|(name, text)| support::write(folder.path(), name, &text));
    let store = folder.path().join("index");
    let report = build(&files, &store, &BuildOptions::default(), &mut |_| ()).unwrap().report;
    assert_eq!((report.rows(), report.accepted()), (4, 1));
    assert_eq!(report.rejected(), [(Reason::Unplaced, 3)].into());
    assert_eq!(report.files[0].first.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 3]);
    let bron = &report.communes[&"69029".parse().unwrap()];
    assert_eq!((bron.rows, bron.accepted, bron.rejected_rows()), (2, 0, 2));
    let index = Geocoder::open(&store).unwrap();
    for text in ["le fort étoilé", "bron", "écully"] {
        let found = find(&index, text);
        assert!(found.iter().all(|it| it.city == "Villeurbanne"), "{text}: {found:#?}");
    }
    // Alone, they are no index.
    std::fs::write(&files[0], bal(&[lost])).unwrap();
    let refused = build(&files, &folder.path().join("other"), &BuildOptions::default(), &mut |_| ()).unwrap_err();
    assert!(matches!(refused, geocoder::Error::NothingAccepted { .. }), "{refused}");
}
