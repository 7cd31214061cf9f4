//! Other people's software against the running service: GDAL on a tile and on a file of record, the clients of
//! three geocoders on ours, each named with who may search (`[geocoder] access`).
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use layers::Snapshot;
use support::{
    prepared, root,
    server::{Site, program},
};

#[test]
fn gdal_reads_a_tile() {
    let site = Site::new(|text| text);
    site.member("69029", "commune", "Bron");
    let token = site.token("69029");
    let server = site.serve();
    let reply = server.get("/tiles/rues,batiments/14/8415/5845.mvt", Some(&token));
    assert_eq!(reply.status, 200);
    std::fs::write(site.folder.path().join("5845.mvt"), &reply.body).unwrap();
    let strict = support::mvt_strict::validate(&reply.body).unwrap();
    for layer in &strict.layers {
        let told = program("ogrinfo", &["-ro", "-al", "5845.mvt", &layer.name], site.folder.path());
        assert!(told.contains(&format!("Feature Count: {}", layer.features.len())), "{}: {told}", layer.name);
    }
    let street = strict.layer("rues").unwrap().features[0].property("nom").unwrap();
    let told = program("ogrinfo", &["-ro", "-al", "5845.mvt", "rues"], site.folder.path());
    let support::mvt_strict::Value::Text(street) = street else { panic!("a street's name is text") };
    assert!(told.contains(&format!("nom (String) = {street}")), "{street}: {told}");
}

#[test]
fn gdal_reads_the_file_of_record_of_a_snapshot() {
    let config = prepared();
    let snapshot = Snapshot::open_current(&config.server.snapshots, &"communes".parse().unwrap()).unwrap().unwrap();
    let folder = config.server.snapshots.join("communes").join(snapshot.revision());
    let told = program("ogrinfo", &["-ro", "-al", "-geom=NO", "-where", "insee = '69029'", "record.fgb"], &folder);
    assert!(told.contains("Feature Count: 1") && told.contains("nom (String) = Bron"), "{told}");
    let told = program("ogrinfo", &["-ro", "-al", "-so", "record.fgb"], &folder);
    assert!(told.contains(&format!("Feature Count: {}", snapshot.len())), "{told}");
    assert!(told.contains("3946"), "the record is in the coordinate system of the source: {told}");
}

#[test]
fn geopy_s_photon_client_finds_and_reverses_an_address_with_access_open() {
    let site = Site::new(open_search);
    let server = site.serve();
    let bal = std::fs::read_to_string(root().join("data-samples/bal/69029.csv")).unwrap();
    std::fs::write(site.folder.path().join("bal.csv"), bal.trim_start_matches('\u{feff}')).unwrap();
    let script = format!(
        r#"
import collections, csv
from geopy.geocoders import Photon
from geopy.distance import distance
rows = [r for r in csv.DictReader(open("bal.csv", encoding="utf-8"), delimiter=";")]
def key(r): return (r["numero"], r["suffixe"], r["voie_nom"])
times = collections.Counter(map(key, rows))
once = [r for r in rows if r["numero"] != "99999" and times[key(r)] == 1]
row = once[len(once) // 2]
text = f'{{row["numero"]}} {{row["suffixe"]}} {{row["voie_nom"]}} Bron'
geocoder = Photon(domain="127.0.0.1:{port}/photon", scheme="http")
truth = (float(row["lat"]), float(row["long"]))
found = geocoder.geocode(text)
assert found is not None, "nothing found"
assert distance(truth, (found.latitude, found.longitude)).m < 20, found
back = geocoder.reverse(truth)
assert distance(truth, (back.latitude, back.longitude)).m < 20, back
assert row["voie_nom"] in back.address, back.address
print("found and reversed")
"#,
        port = server.port
    );
    run_geopy(&site, &script);
}

#[test]
fn the_reference_validator_finds_every_bal_file_of_the_samples_valid() {
    let names = traboule::files::matching(&[root().join("data-samples/bal/*.csv")]).unwrap();
    let mut arguments = vec!["tests/validate_bal.mjs"];
    arguments.extend(names.iter().map(|name| name.to_str().unwrap()));
    let told = program("node", &arguments, &root());
    let files: Vec<serde_json::Value> = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(files.len(), 58, "one file a commune: {told}");
    for file in files {
        assert_eq!(file["valid"], true, "{file}");
    }
}

/// The same configuration with search open to everybody.
fn open_search(text: String) -> String {
    text.replacen("[geocoder]", "[geocoder]\naccess = \"open\"", 1).replacen("access = \"agents\"\n", "", 1)
}

#[test]
fn geopy_s_ban_france_client_finds_and_reverses_an_address_with_access_open() {
    let site = Site::new(open_search);
    let server = site.serve();
    let script = format!(
        r#"
from geopy.geocoders import BANFrance
geocoder = BANFrance(domain="127.0.0.1:{port}/ban", scheme="http")
found = geocoder.geocode("3 rue watteau, bron", exactly_one=False, limit=3)
assert found[0].address == "3 Rue Watteau 69500 Bron", found
back = geocoder.reverse((found[0].latitude, found[0].longitude))
assert back.address == "3 Rue Watteau 69500 Bron", back
assert found[0].raw["properties"]["context"] == "69, Rhône, Auvergne-Rhône-Alpes", found[0].raw
print("found and reversed")
"#,
        port = server.port
    );
    run_geopy(&site, &script);
}

#[test]
fn leaflet_control_geocoder_finds_and_reverses_an_address_with_access_agents() {
    let site = Site::new(|text| text);
    site.member("69029", "commune", "Bron");
    let token = site.token("69029");
    let server = site.serve();
    let base = format!("http://127.0.0.1:{}", server.port);
    let told = node_client(&["leaflet", &base, "3 rue watteau bron", "4.9176314", "45.7315351", &token]);
    assert!(told["found"][0]["name"].as_str().unwrap().starts_with("Rue Watteau, Bron"), "{told}");
    assert!((told["found"][0]["lon"].as_f64().unwrap() - 4.917_631_4).abs() < 1e-4, "{told}");
    assert_eq!(told["back"][0]["type"], "house", "{told}");
    let street = node_client(&["leaflet", &base, "rue watteau bron", "4.9", "45.7", &token]);
    let corners: Vec<f64> =
        street["found"][0]["box"].as_str().unwrap().split(',').map(|degrees| degrees.parse().unwrap()).collect();
    assert!(corners[0] < corners[2] && corners[1] < corners[3], "west, south, east, north: {street}");
}

#[test]
fn geocodejson_ban_reads_every_property_with_access_open() {
    let site = Site::new(open_search);
    let server = site.serve();
    let base = format!("http://127.0.0.1:{}", server.port);
    let told = node_client(&["geocodejson", &base, "3 rue watteau", "4.9", "45.7"]);
    assert_eq!(told["geocoding"]["version"], "draft", "{told}");
    assert_eq!(told["geocoding"]["query"], "3 rue watteau");
    assert_eq!(told["filters"]["citycode"], "69029");
    let found = &told["features"][0]["properties"]["geocoding"];
    assert_eq!(found["label"], "3 Rue Watteau 69500 Bron", "{told}");
    assert!(found["confidence"].as_f64().is_some_and(|score| score > 0.0 && score <= 1.0), "{told}");
    assert!(found["geohash"].as_str().is_some_and(|geohash| geohash.starts_with("u05")), "{told}");
}

/// Runs a script of geopy's, which ends by saying that it did what it tries.
fn run_geopy(site: &Site, script: &str) {
    let python = root().join(".venv/bin/python");
    let told = program(python.to_str().unwrap(), &["-c", script], site.folder.path());
    assert!(told.contains("found and reversed"), "{told}");
}

/// One of the clients of `tests/geocoder_clients.mjs`, and the JSON it printed.
fn node_client(arguments: &[&str]) -> serde_json::Value {
    let told = program("node", &[&["tests/geocoder_clients.mjs"], arguments].concat(), &root());
    told.lines().find_map(|line| serde_json::from_str(line).ok()).unwrap_or_else(|| panic!("{told}"))
}
