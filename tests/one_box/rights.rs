//! Who finds which features. Promise: what somebody may not see changes nothing in what they get, not an order, a score
//! nor a count.

use std::path::Path;

use axum::http::StatusCode;
use layers::{Access, FeatureId, Snapshot};
use serde_json::{Value, json};
use traboule::{config::Config, import};

use crate::{
    BRON, VILLEURBANNE, ask, layers_of,
    support::{Caller, House, prepared, root},
};

/// Layers of the sample that take part in the comparison, and those they need.
const KEPT: [&str; 6] = ["communes", "arrondissements", "parcelles", "chantiers", "equipements", "dia"];

/// What is asked for, with a place for the query.
const ROUTES: [&str; 9] = [
    "/photon/api?limit=50&debug=1&q=",
    "/photon/api?limit=3&lat=45.735&lon=4.91&zoom=16&q=",
    "/photon/api?limit=50&lat=45.77&lon=4.89&dedupe=0&q=",
    "/photon/api?limit=20&osm_tag=highway:construction&q=",
    "/photon/structured?limit=20&street=",
    "/ban/search?limit=50&index=address,poi,parcel&q=",
    "/geocodage/search?limit=20&index=address,poi,parcel&returntruegeometry=true&q=",
    "/geocodage/search?limit=2&index=poi,parcel&autocomplete=0&q=",
    "/geocodage/completion?maximumResponses=15&text=",
];

/// Names of works, whole, begun and misspelt; of sales, which no commune may see; and of addresses that sound alike.
const QUERIES: [&str; 22] = [
    "tramway",
    "tramway bron",
    "tramway villeurbanne",
    "tramwey vileurbanne",
    "réfection de chaussée",
    "refection chausee",
    "réseau de chaleur bron",
    "réseau",
    "rés",
    "réseau électrique villeurbanne",
    "construction vénissieux",
    "constrution",
    "assainissement 69266",
    "plantation d'arbres",
    "dia 69029 25 00001",
    "dia 69266",
    "69266000",
    "rue watteau bron",
    "3 rue watteau",
    "mairie de bron",
    "mairie de villeurbanne",
    "piscine",
];

/// What is asked without a text; `searchgeom` is a point, a line and a circle.
const REVERSES: [&str; 11] = [
    "/photon/reverse?lon=4.9113&lat=45.7385&radius=2&limit=20&osm_tag=highway:construction",
    "/photon/reverse?lon=4.8898&lat=45.7719&radius=3&limit=50&layer=other",
    "/geocodage/reverse?lon=4.8898&lat=45.7719&index=poi,parcel,address&limit=20",
    "/geocodage/reverse?lon=4.9113&lat=45.7385&index=parcel&limit=20&returntruegeometry=true",
    "/geocodage/reverse?index=poi,parcel&searchgeom=%7B%22type%22%3A%22Point%22%2C%22coordinates%22%3A%5B4.8898%2C45.7719%5D%7D",
    "/geocodage/reverse?index=poi,parcel&limit=20&searchgeom=%7B%22type%22%3A%22LineString%22%2C%22coordinates%22%3A%5B%5B4.886%2C45.770%5D%2C%5B4.893%2C45.773%5D%5D%7D",
    "/geocodage/reverse?index=poi,parcel&limit=20&searchgeom=%7B%22type%22%3A%22Circle%22%2C%22coordinates%22%3A%5B4.905%2C45.745%5D%2C%22radius%22%3A900%7D",
    "/geocodage/search?index=parcel&limit=20&departmentcode=69&municipalitycode=266",
    "/geocodage/search?index=parcel&limit=20&departmentcode=69&municipalitycode=029&section=AA",
    "/geocodage/search?index=parcel&limit=20&lon=4.905&lat=45.745",
    "/ban/reverse?lon=4.8898&lat=45.7719&index=poi&limit=20",
];

/// The sample Métropole with these layers alone, in a folder of its own.
fn small(folder: &Path, layers: &[&str], edit: impl Fn(String) -> String) -> Config {
    std::fs::create_dir_all(folder).unwrap();
    let text = std::fs::read_to_string(root().join("traboule.toml")).unwrap();
    let (head, blocks) = text.split_once("[[layer]]").unwrap();
    let is_kept = |block: &&str| layers.iter().any(|id| block.contains(&format!("\nid = \"{id}\"\n")));
    let blocks: String = blocks.split("[[layer]]").filter(is_kept).map(|block| format!("[[layer]]{block}")).collect();
    let text = edit(format!("{head}{blocks}"))
        .replace("data-samples/", &format!("{}/", root().join("data-samples").display()))
        .replace("\"var/", &format!("\"{}/", folder.display()));
    std::fs::write(folder.join("traboule.toml"), text).unwrap();
    let config = Config::load(&folder.join("traboule.toml")).unwrap();
    import::prepare(&config, &|_| ()).unwrap();
    config
}

/// The parcels and the works of the sample as GeoJSON: all of them, and those that a commune may see.
fn write_layers(config: &Config, folder: &Path) {
    for layer in ["parcelles", "chantiers"] {
        let snapshot = Snapshot::open_current(&config.server.snapshots, &layer.parse().unwrap()).unwrap().unwrap();
        let ids: Vec<FeatureId> = snapshot.features().map(|feature| feature.id()).collect();
        let features = ids.into_iter().map(|id| {
            let record = snapshot.record(id).unwrap().unwrap();
            let own = record.communes.contains(&BRON.parse().unwrap());
            let geometry = geojson::Geometry::from(&record.geometry);
            let properties: serde_json::Map<_, _> =
                record.properties.into_iter().map(|(name, value)| (name, json!(value))).collect();
            (own, json!({"type": "Feature", "geometry": geometry, "properties": properties}))
        });
        let features: Vec<(bool, Value)> = features.collect();
        let write = |name: String, features: Vec<&Value>| {
            let collection = json!({"type": "FeatureCollection", "features": features});
            std::fs::write(folder.join(name), collection.to_string()).unwrap();
        };
        write(format!("{layer}-all.geojson"), features.iter().map(|(_, feature)| feature).collect());
        write(format!("{layer}-own.geojson"), features.iter().filter(|it| it.0).map(|it| &it.1).collect());
        let own = features.iter().filter(|it| it.0).count();
        assert!(own > 10 && own + 100 < features.len(), "{layer}: {own} of {}", features.len());
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[tokio::test]
async fn what_is_closed_to_an_agent_changes_nothing_in_what_they_get() {
    let folder = tempfile::tempdir().unwrap();
    write_layers(&prepared(), folder.path());
    let source = |which: &'static str| {
        let at = folder.path().display().to_string();
        move |text: String| {
            text.replace(
                "{ flatgeobuf = \"data-samples/layers/parcelles.fgb\" }",
                &format!("{{ geojson = \"{at}/parcelles-{which}.geojson\" }}"),
            )
            .replace("data-samples/layers/chantiers.geojson", &format!("{at}/chantiers-{which}.geojson"))
        }
    };
    let all = House::open_with(small(&folder.path().join("all"), &KEPT, source("all"))).await;
    // The same Métropole without what Bron may not see: no sale, and works and parcels of Bron alone.
    let own = House::open_with(small(&folder.path().join("own"), &KEPT[..5], source("own"))).await;
    let [bron, bron_alone, metropole] = [all.caller(BRON).await, own.caller(BRON).await, all.caller("metropole").await];
    let parcels = ["69029000AB0001", "AB 1 Villeurbanne"].map(str::to_owned);
    let queries = QUERIES.iter().map(|query| (*query).to_owned()).chain(parcels).chain(parcels_of_the_sample());
    let paths = queries.flat_map(|query| ROUTES.map(|route| format!("{route}{}", encoded(&query))));
    let (mut objects, mut hidden) = (0, 0);
    for path in paths.chain(REVERSES.map(str::to_owned)) {
        let (seen, alone) = (all.get(&bron, &path).await, own.get(&bron_alone, &path).await);
        assert_eq!(seen.json(), alone.json(), "{path}");
        assert_eq!((seen.status, &seen.body), (alone.status, &alone.body), "{path}");
        let text = seen.json().to_string();
        objects += usize::from(text.contains("\"chantiers\"") || text.contains("\"poi\""));
        hidden += usize::from(all.get(&metropole, &path).await.json() != seen.json());
    }
    assert!(objects > 50, "few answers ({objects}) held objects at all");
    assert!(hidden > 50, "few answers ({hidden}) would have held something hidden");
}

/// A parcel of each of the two communes.
fn parcels_of_the_sample() -> [String; 2] {
    let snapshots = prepared().server.snapshots;
    let snapshot = Snapshot::open_current(&snapshots, &"parcelles".parse().unwrap()).unwrap().unwrap();
    [BRON, VILLEURBANNE].map(|commune| {
        let sets = snapshot.commune_sets();
        let is_there = |set: u32| sets[set as usize] == [commune.parse().unwrap()];
        let feature = snapshot.features().find(|feature| is_there(feature.commune_set())).unwrap();
        let record = snapshot.record(feature.id()).unwrap().unwrap();
        record
            .properties
            .iter()
            .find(|(name, _)| name == "idu")
            .and_then(|(_, id)| json!(id).as_str().map(str::to_owned))
            .unwrap()
    })
}

#[tokio::test]
async fn each_commune_finds_its_own_works_and_the_metropole_all_of_them() {
    let house = House::open().await;
    let path = |commune: &str| format!("/photon/api?limit=50&osm_tag=highway:construction&q=tramway+{commune}");
    for (caller, bron, villeurbanne) in [(BRON, true, false), (VILLEURBANNE, false, true), ("metropole", true, true)] {
        let caller = house.caller(caller).await;
        for (name, code, expected) in [("bron", BRON, bron), ("villeurbanne", VILLEURBANNE, villeurbanne)] {
            let answers = ask(&house, &caller, &path(name)).await;
            let here = answers.iter().any(|it| it["name"] == "Tramway" && it["extra"]["insee"] == code);
            assert_eq!(here, expected, "{name}: {answers:?}");
        }
    }
}

#[tokio::test]
async fn a_layer_of_the_metropole_does_not_exist_for_agents() {
    let house = House::open().await;
    let [bron, metropole] = [house.caller(BRON).await, house.caller("metropole").await];
    let path = "/photon/api?limit=50&q=dia+69029+25+00001";
    let answers = ask(&house, &metropole, path).await;
    assert_eq!(answers[0]["name"], "DIA 69029 25 00001", "{answers:?}");
    assert_eq!(layers_of(&answers)[0], "dia");
    let answers = ask(&house, &bron, path).await;
    assert!(!layers_of(&answers).contains(&"dia"), "{answers:?}");
}

#[tokio::test]
async fn a_parcel_is_found_by_those_it_is_open_to() {
    let house = House::open().await;
    let [bron, metropole] = [house.caller(BRON).await, house.caller("metropole").await];
    let [own, other] = parcels_of_the_sample();
    let search = |id: &str| format!("/geocodage/search?index=parcel&returntruegeometry=true&q={id}");
    for (caller, id) in [(&bron, &own), (&metropole, &own), (&metropole, &other)] {
        let answers = ask(&house, caller, &search(id)).await;
        assert_eq!((&answers[0]["id"], &answers[0]["_type"]), (&json!(id), &json!("parcel")), "{answers:?}");
        assert!(answers[0]["truegeometry"]["type"].as_str().unwrap().ends_with("Polygon"), "{answers:?}");
    }
    // Without the right, as without such a layer: what an address says of it, and nothing the layer draws.
    let answers = ask(&house, &bron, &search(&other)).await;
    assert!(answers.iter().all(|it| it["truegeometry"]["type"] != "Polygon"), "{answers:?}");
}

#[tokio::test]
async fn a_suspended_adhesion_finds_nothing_and_a_token_needs_the_scope() {
    let house = House::open().await;
    let path = "/photon/api?q=mairie+de+bron";
    assert_eq!(house.get(&house.caller("69259").await, path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(&house.caller_with(BRON, "tiles,features").await, path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(&Caller::Nobody, path).await.status, StatusCode::UNAUTHORIZED);
    let searching = house.caller_with(BRON, "search").await;
    assert_eq!(ask(&house, &searching, path).await[0]["name"], "Mairie de Bron");
}

#[tokio::test]
async fn nobody_signed_in_finds_what_is_open_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let open_parks = |text: String| {
        let (before, parks) = text.split_once("id = \"espaces-verts\"").unwrap();
        let parks = parks.replacen("access = \"agents\"", "access = \"open\"", 1);
        format!("{before}id = \"espaces-verts\"{parks}").replacen("access = \"agents\"", "access = \"open\"", 1) // of the geocoder
    };
    let config = small(folder.path(), &["communes", "arrondissements", "espaces-verts", "equipements"], open_parks);
    assert_eq!(config.geocoder.access, Access::Open);
    let house = House::open_with(config).await;
    let park = ask(&house, &Caller::Nobody, "/photon/api?q=parc+blandan").await;
    assert_eq!((&park[0]["name"], &park[0]["extra"]["insee"]), (&json!("Parc Blandan"), &json!("69387")));
    let path = "/photon/api?limit=50&q=mairie+de+bron";
    let nobody = ask(&house, &Caller::Nobody, path).await;
    assert!(!layers_of(&nobody).contains(&"equipements"), "{nobody:?}");
    // Who signs in finds more, in the same open geocoder.
    let bron = house.caller(BRON).await;
    assert_eq!(ask(&house, &bron, path).await[0]["osm_value"], "townhall");
    // A token that is not for searching is nobody here.
    let drawing = house.caller_with(BRON, "tiles,features").await;
    assert_eq!(ask(&house, &drawing, path).await, nobody);
}

#[tokio::test]
async fn a_token_for_searching_alone_finds_features_and_does_not_draw_them() {
    let house = House::open().await;
    let path = "/geocodage/search?index=poi&returntruegeometry=1&q=parc+de+la+tete+d%27or";
    for (scopes, drawn) in [("search,features", true), ("search", false)] {
        let answers = ask(&house, &house.caller_with(BRON, scopes).await, path).await;
        assert_eq!(answers[0]["_type"], "poi");
        let is_drawn = answers[0]["truegeometry"]["type"].as_str().is_some_and(|kind| kind.ends_with("Polygon"));
        assert_eq!(is_drawn, drawn, "{scopes}: {answers:?}");
    }
}
