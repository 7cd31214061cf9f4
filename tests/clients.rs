//! Other people's software against the running service: GDAL on a tile and on a file of record,
//! geopy's Photon client on the geocoder.
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
fn geopy_s_photon_client_finds_and_reverses_an_address() {
    let site = Site::new(|text| {
        text.replacen("[geocoder]", "[geocoder]\naccess = \"open\"", 1).replacen("access = \"agents\"\n", "", 1)
    });
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
    let python = root().join(".venv/bin/python");
    let told = program(python.to_str().unwrap(), &["-c", &script], site.folder.path());
    assert!(told.contains("found and reversed"), "{told}");
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
