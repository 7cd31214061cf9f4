//! The examples that the portal documents for its own geocoder (Photon-BAL), asked of ours. The samples hold few of
//! these streets, so that their addresses are written here, at made-up places. Points of interest (parc Blandan, mairie
//! de Bron, the town halls, a Maison de la Métropole, a swimming pool) are those of the samples, asked by an agent.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::fmt::Write;

use axum::http::StatusCode;
use geocoder::BuildOptions;
use layers::Access;
use serde_json::{Value, json};
use support::{Caller, House, prepared};
use tempfile::TempDir;

const HEADER: &str = "cle_interop;uid_adresse;voie_nom;lieudit_complement_nom;numero;suffixe;commune_insee;commune_nom;\
                      commune_deleguee_insee;commune_deleguee_nom;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune";

/// (street, number, suffix, code, commune, former code, former name, lon, lat)
#[rustfmt::skip]
#[allow(clippy::type_complexity)] // a table: its columns are named just above
const ADDRESSES: [(&str, &str, &str, &str, &str, &str, &str, f64, f64); 17] = [
    ("Rue Garibaldi", "208", "", "69383", "Lyon 3e Arrondissement", "", "", 4.8540, 45.7560),
    ("Rue Garibaldi", "208", "bis", "69383", "Lyon 3e Arrondissement", "", "", 4.8541, 45.7561),
    ("Rue du Repos", "37", "", "69383", "Lyon 3e Arrondissement", "", "", 4.8600, 45.7480),
    ("Rue du Repos", "39", "", "69383", "Lyon 3e Arrondissement", "", "", 4.8602, 45.7481),
    ("Rue Lamartine", "4", "", "69383", "Lyon 3e Arrondissement", "", "", 4.8410, 45.7510),
    ("Rue Lamartine", "4", "", "69029", "Bron", "", "", 4.9070, 45.7300),
    ("Rue Lamartine", "9", "", "69264", "Villefranche-sur-Saône", "", "", 4.7190, 45.9890),
    ("Rue Montesquieu", "316", "", "69264", "Villefranche-sur-Saône", "", "", 4.7200, 45.9900),
    ("Rue Montesquieu", "2", "", "69387", "Lyon 7e Arrondissement", "", "", 4.8430, 45.7500),
    ("Boulevard de l'Europe", "14", "", "69149", "Oullins-Pierre-Bénite", "69152", "Pierre-Bénite", 4.8250, 45.7030),
    ("Boulevard de l'Europe", "14", "", "69149", "Oullins-Pierre-Bénite", "69149", "Oullins", 4.8080, 45.7150),
    ("Cours Émile-Zola", "10", "", "69266", "Villeurbanne", "", "", 4.8700, 45.7690),
    ("Rue des Lilas", "4", "", "01004", "Ambérieu-en-Bugey", "", "", 5.3500, 45.9600),
    ("Rue de la Gare", "1", "", "69276", "Feyzin", "", "", 4.8459, 45.6615),
    ("Rue de la Gare", "3", "", "69276", "Feyzin", "", "", 4.8463, 45.6616),
    ("Rue de la Gare", "5", "", "69276", "Feyzin", "", "", 4.8468, 45.6619),
    ("Rue de la Gare", "51", "", "69276", "Feyzin", "", "", 4.8500, 45.6640),
];

const POSTCODES: &str = "code_commune_insee;nom_de_la_commune;code_postal;ligne_5\n69383;LYON 03;69003;\n69387;LYON 07;69007;\n\
    69029;BRON;69500;\n69264;VILLEFRANCHE SUR SAONE;69400;\n69149;OULLINS PIERRE BENITE;69310;PIERRE BENITE\n\
    69149;OULLINS PIERRE BENITE;69600;OULLINS\n69266;VILLEURBANNE;69100;\n01004;AMBERIEU EN BUGEY;01500;\n69276;FEYZIN;69320;\n";

fn bal() -> String {
    let mut text = HEADER.to_owned();
    for (at, (street, number, suffix, code, commune, former, former_name, lon, lat)) in ADDRESSES.iter().enumerate() {
        let key = format!("{code}_{:04}_{number:0>5}", at / 2);
        let gap = if suffix.is_empty() { "" } else { "_" };
        write!(
            text,
            "\r\n{key}{gap}{suffix};;{street};;{number};{suffix};{code};{commune};{former};{former_name};entrée;;;{lon};{lat};;;2026-01-01;1"
        )
        .unwrap();
    }
    text + "\r\n"
}

/// The house over an index of these addresses, open to everybody.
async fn open_house() -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (sources, postcodes) = (folder.path().join("bal.csv"), folder.path().join("postcodes.csv"));
    std::fs::write(&sources, bal()).unwrap();
    std::fs::write(&postcodes, POSTCODES).unwrap();
    let metropole = ["69123", "69029", "69149", "69266", "69276"].map(|code| code.parse().unwrap()).into();
    let options = BuildOptions { postcodes: Some(postcodes), metropole, ..BuildOptions::default() };
    let built = geocoder::build(&[sources], &folder.path().join("index"), &options, &mut |_| {}).unwrap();
    assert_eq!(usize::try_from(built.addresses).unwrap(), ADDRESSES.len());
    let mut config = prepared();
    config.geocoder.index = folder.path().join("index");
    config.geocoder.access = Access::Open;
    (House::open_with(config).await, folder)
}

/// Properties of the answers, in order.
async fn ask(house: &House, path: &str) -> Vec<Value> {
    let answer = house.get(&Caller::Nobody, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json());
    let features = answer.json()["features"].as_array().unwrap().clone();
    features.into_iter().map(|mut feature| feature["properties"].take()).collect()
}

#[tokio::test]
async fn a_house_with_a_suffix_in_an_arrondissement() {
    let (house, _folder) = open_house().await;
    let found = &ask(&house, "/photon/api?q=208bis%20rue%20garibaldi,%20lyon").await[0];
    assert_eq!((&found["type"], &found["housenumber"]), (&json!("house"), &json!("208bis")));
    assert_eq!((&found["extra"]["insee"], &found["extra"]["metropole"]), (&json!("69383"), &json!("true")));
}

#[tokio::test]
async fn a_house_outside_the_metropole_has_no_metropole() {
    let (house, _folder) = open_house().await;
    let found = &ask(&house, "/photon/api?q=316%20rue%20montesquieu,%20villefranche").await[0];
    assert_eq!((&found["housenumber"], &found["extra"]["insee"]), (&json!("316"), &json!("69264")));
    assert!(found["extra"].get("metropole").is_none(), "absent, not false: {found}");
    let ain = &ask(&house, "/photon/api?q=4%20rue%20des%20lilas,%20amb%C3%A9rieu").await[0];
    assert_eq!(ain["extra"]["insee"], "01004", "a text, for its zero counts");
}

#[tokio::test]
async fn a_house_and_the_street_alone_with_a_tag() {
    let (house, _folder) = open_house().await;
    let found = &ask(&house, "/photon/api?q=37%20rue%20du%20Repos,%20Lyon").await[0];
    assert_eq!((&found["osm_key"], &found["osm_value"]), (&json!("place"), &json!("house")));
    assert_eq!((&found["housenumber"], &found["street"]), (&json!("37"), &json!("Rue du Repos")));
    let streets = ask(&house, "/photon/api?q=rue%20du%20Repos,%20Lyon&osm_tag=highway:street").await;
    assert!(!streets.is_empty() && streets.iter().all(|it| it["osm_key"] == "highway" && it["type"] == "street"));
    assert_eq!(streets[0]["name"], "Rue du Repos");
}

#[tokio::test]
async fn a_commune_by_its_name() {
    let (house, _folder) = open_house().await;
    let found = &ask(&house, "/photon/api?q=Villeurbanne").await[0];
    assert_eq!(
        (&found["osm_key"], &found["osm_value"], &found["type"]),
        (&json!("place"), &json!("city"), &json!("city"))
    );
    assert_eq!((&found["name"], &found["extra"]["insee"]), (&json!("Villeurbanne"), &json!("69266")));
}

#[tokio::test]
async fn a_merged_commune_keeps_its_former_names_and_postcodes() {
    let (house, _folder) = open_house().await;
    for (former, postcode) in [("pierre-b%C3%A9nite", "69310"), ("oullins", "69600")] {
        let found = &ask(&house, &format!("/photon/api?q=14%20boulevard%20de%20l%27europe,%20{former}")).await[0];
        let district = if postcode == "69310" { "Pierre-Bénite" } else { "Oullins" };
        assert_eq!((&found["district"], &found["postcode"]), (&json!(district), &json!(postcode)));
        assert_eq!((&found["city"], &found["extra"]["insee"]), (&json!("Oullins-Pierre-Bénite"), &json!("69149")));
    }
}

#[tokio::test]
async fn a_street_of_several_communes_with_and_without_a_centre() {
    let (house, _folder) = open_house().await;
    let without = ask(&house, "/photon/api?q=rue%20lamartine").await;
    let communes: Vec<&str> = without.iter().map(|it| it["extra"]["insee"].as_str().unwrap()).collect();
    assert!(communes.contains(&"69383") && communes.contains(&"69029"), "{communes:?}");
    let near = &ask(&house, "/photon/api?q=rue%20lamartine&lat=45.75&lon=4.84").await[0];
    assert_eq!(near["extra"]["insee"], "69383", "{near}");
    let of_bron = &ask(&house, "/photon/api?q=rue%20lamartine&lat=45.73&lon=4.91&zoom=16").await[0];
    assert_eq!(of_bron["extra"]["insee"], "69029", "{of_bron}");
}

#[tokio::test]
async fn the_addresses_within_a_hundred_metres_of_a_point() {
    let (house, _folder) = open_house().await;
    let found = ask(&house, "/photon/reverse?lon=4.8459162&lat=45.6615222&limit=10&radius=0.1").await;
    let numbers: Vec<&str> = found.iter().map(|it| it["housenumber"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["1", "3", "5"], "the nearest first, and none beyond");
}

#[tokio::test]
async fn filters_on_extra_which_its_users_asked_for_in_vain() {
    let (house, _folder) = open_house().await;
    let here = ask(&house, "/photon/api?q=rue%20lamartine&extra.metropole=true").await;
    assert!(!here.is_empty() && here.iter().all(|it| it["extra"]["metropole"] == "true"), "{here:?}");
    let lyon = ask(&house, "/photon/api?q=rue%20lamartine&extra.insee=69383").await;
    assert!(!lyon.is_empty() && lyon.iter().all(|it| it["extra"]["insee"] == "69383"), "{lyon:?}");
    let elsewhere = ask(&house, "/photon/api?q=rue%20lamartine&extra.metropole=false").await;
    assert!(!elsewhere.is_empty() && elsewhere.iter().all(|it| it["extra"]["insee"] == "69264"), "{elsewhere:?}");
}

/// The sample Métropole asked by an agent of Bron.
async fn of_the_samples(path: &str) -> Vec<Value> {
    let house = House::open().await;
    let agent = house.caller("69029").await;
    let answer = house.get(&agent, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json());
    let features = answer.json()["features"].as_array().unwrap().clone();
    features.into_iter().map(|mut feature| feature["properties"].take()).collect()
}

#[track_caller]
fn check(found: &Value, name: &str, tag: (&str, &str), insee: &str) {
    assert_eq!(found["name"], name, "{found}");
    assert_eq!((found["osm_key"].as_str(), found["osm_value"].as_str()), (Some(tag.0), Some(tag.1)), "{found}");
    assert_eq!(
        (&found["extra"]["insee"], &found["extra"]["metropole"], &found["extra"]["espace_public"]),
        (&json!(insee), &json!("true"), &json!("true")),
        "{found}"
    );
}

#[tokio::test]
async fn a_park_by_its_name() {
    let found = of_the_samples("/photon/api?q=parc%20blandan").await;
    check(&found[0], "Parc Blandan", ("leisure", "park"), "69387");
    assert_eq!(found[0]["city"], "Lyon");
    assert!(found[0]["extent"].is_array(), "a park has an extent: {}", found[0]);
}

#[tokio::test]
async fn a_town_hall_by_its_commune() {
    let found = of_the_samples("/photon/api?q=mairie%20de%20bron").await;
    check(&found[0], "Mairie de Bron", ("amenity", "townhall"), "69029");
    assert_eq!((&found[0]["city"], &found[0]["postcode"]), (&json!("Bron"), &json!("69500")));
    assert!(found[0]["street"].is_string(), "its address when it is known: {}", found[0]);
}

#[tokio::test]
async fn town_halls_alone_with_a_tag() {
    let found = of_the_samples("/photon/api?q=bron&osm_tag=amenity:townhall").await;
    check(&found[0], "Mairie de Bron", ("amenity", "townhall"), "69029");
    assert!(found.iter().all(|it| it["osm_value"] == "townhall"), "{found:?}");
}

#[tokio::test]
async fn a_maison_de_la_metropole_by_its_commune() {
    let found = of_the_samples("/photon/api?q=maison%20de%20la%20m%C3%A9tropole%20-%20givors").await;
    check(&found[0], "Maison de la Métropole - Givors", ("amenity", "social_facility"), "69091");
}

#[tokio::test]
async fn a_swimming_pool_by_a_part_of_its_name() {
    let found = of_the_samples("/photon/api?q=centre%20nautique%20tony").await;
    check(&found[0], "Centre nautique Tony Bertrand", ("leisure", "sports_centre"), "69387");
}

#[tokio::test]
async fn an_address_and_a_street_say_nothing_of_public_places() {
    for path in ["/photon/api?q=3%20rue%20watteau%20bron&limit=1", "/photon/api?q=rue%20watteau%20bron&limit=1"] {
        let found = of_the_samples(path).await;
        assert!(found[0]["extra"].get("espace_public").is_none(), "absent, not false: {}", found[0]);
    }
}
