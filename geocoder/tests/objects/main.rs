//! Objects of searchable layers among addresses: found as agents mean them, and only where they may be seen. Here a
//! small Métropole with three layers; then a file for each promise.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod beside_addresses;
mod filters;
mod names;
mod rights;
mod store;
#[path = "../support/mod.rs"]
mod support;

use std::{path::Path, sync::Arc};

use geocoder::{Geocoder, Kind, Object, ObjectKind, ObjectLayer, Objects, Request, Suggestion, Visible, build_objects};
use layers::{Bbox, CommuneCode, FeatureId, LonLat, Territory};
use support::{COLUMNS, Row, Sources, first_named, index_of_bal, line};
use tempfile::TempDir;

/// Codes of the communes that are at home.
const HOME: [&str; 4] = ["69029", "69266", "69123", "69149"];

const ROWS: [Row; 11] = [
    ("69029_0001_00001", "Rue de la Mairie", 1, "69029", "Bron", 4.9100, 45.7380, "69029000AB0001"),
    ("69029_0002_00002", "Avenue Franklin Roosevelt", 2, "69029", "Bron", 4.9110, 45.7385, ""),
    ("69029_0003_00003", "Rue Garibaldi", 3, "69029", "Bron", 4.9120, 45.7390, ""),
    ("69266_0001_00001", "Cours Émile Zola", 1, "69266", "Villeurbanne", 4.8800, 45.7700, "69266000CE0005"),
    ("69266_0002_00002", "Rue Blandan", 2, "69266", "Villeurbanne", 4.8810, 45.7705, ""),
    ("69387_0001_00037", "Rue du Repos", 37, "69387", "Lyon 7e Arrondissement", 4.8540, 45.7440, ""),
    ("69387_0002_00012", "Rue Garibaldi", 12, "69387", "Lyon 7e Arrondissement", 4.8500, 45.7450, ""),
    ("69387_0002_00014", "Rue Garibaldi", 14, "69387", "Lyon 7e Arrondissement", 4.8501, 45.7452, ""),
    ("69387_0003_00001", "Rue du Parc", 1, "69387", "Lyon 7e Arrondissement", 4.8510, 45.7460, ""),
    ("69149_0001_00001", "Grande Rue", 1, "69149", "Oullins-Pierre-Bénite", 4.8080, 45.7150, ""),
    ("69387_0004_00008", "Place du 8 Mai 1945", 8, "69387", "Lyon 7e Arrondissement", 4.8520, 45.7470, ""),
];

fn addresses() -> (Geocoder, TempDir) {
    addresses_of(&ROWS)
}

fn addresses_of(rows: &[Row]) -> (Geocoder, TempDir) {
    let postcodes = "code_commune_insee;code_postal\n69029;69500\n69266;69100\n69123;69007\n69149;69600\n69149;69310\n";
    let others = Sources { postcodes, metropole: &HOME, ..Sources::default() };
    index_of_bal(COLUMNS, rows.iter().map(line), &others)
}

fn codes_of(codes: &[&str]) -> Vec<CommuneCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

fn layer(id: &str, kind: ObjectKind) -> ObjectLayer {
    let metropole = codes_of(&HOME).into_iter().collect();
    ObjectLayer { layer: id.parse().unwrap(), revision: "r1".to_owned(), kind, metropole }
}

fn object(feature: u64, name: &str, tag: (&str, &str), commune: &str, (lon, lat): (f64, f64)) -> Object {
    Object {
        feature: FeatureId(feature),
        id: format!("o{feature}"),
        name: name.to_owned(),
        other_names: Vec::new(),
        tag: (tag.0.to_owned(), tag.1.to_owned()),
        commune: commune.parse().ok(),
        postcode: None,
        address: None,
        at: LonLat { lon, lat },
        bbox: None,
        audience: commune.parse().into_iter().collect(),
    }
}

/// Where objects are that a test draws.
const COMMUNES: [&str; 4] = ["69029", "69266", "69387", "69149"];

const PARK: (&str, &str) = ("leisure", "park");
const TOWN_HALL: (&str, &str) = ("amenity", "townhall");
const POOL: (&str, &str) = ("leisure", "sports_centre");
const SOCIAL: (&str, &str) = ("amenity", "social_facility");
const STOP: (&str, &str) = ("highway", "bus_stop");

fn equipment() -> Vec<Object> {
    let named = |names: &[&str], object: Object| Object {
        other_names: names.iter().map(|n| (*n).to_owned()).collect(),
        ..object
    };
    vec![
        Object {
            bbox: Some(Bbox { west: 4.852, south: 45.742, east: 4.858, north: 45.746 }),
            address: Some("37 Rue du Repos".to_owned()),
            ..named(&["Parc Sergent Blandan"], object(1, "Parc Blandan", PARK, "69387", (4.8550, 45.7440)))
        },
        object(2, "Mairie de Bron", TOWN_HALL, "69029", (4.9105, 45.7382)),
        object(3, "Hôtel de Ville", TOWN_HALL, "69266", (4.8795, 45.7665)),
        object(4, "Piscine André Sousi", POOL, "69029", (4.9000, 45.7330)),
        object(5, "Centre nautique Tony Bertrand", POOL, "69387", (4.8390, 45.7520)),
        object(6, "Maison de la Métropole - Bron", SOCIAL, "69029", (4.9090, 45.7370)),
        Object { postcode: Some(69310), ..object(7, "Mairie annexe", TOWN_HALL, "69149", (4.8250, 45.7030)) },
    ]
}

fn stops() -> Vec<Object> {
    vec![
        object(11, "Garibaldi", STOP, "69387", (4.8502, 45.7455)),
        object(12, "Garibaldi", STOP, "69387", (4.8503, 45.7457)),
        object(13, "Rue Garibaldi", STOP, "69387", (4.8505, 45.7459)),
        object(14, "Hôtel de Ville - Bron", STOP, "69029", (4.9106, 45.7383)),
        object(15, "Place du 8 Mai 1945", STOP, "69387", (4.8521, 45.7471)),
    ]
}

fn parcel(feature: u64, id: &str, (lon, lat): (f64, f64), audience: &[&str]) -> Object {
    let around = Bbox { west: lon - 0.0001, south: lat - 0.0001, east: lon + 0.0001, north: lat + 0.0001 };
    let base = object(feature, "", ("place", "plot"), "69029", (lon, lat));
    Object { id: id.to_owned(), bbox: Some(around), audience: codes_of(audience), ..base }
}

fn land() -> Vec<Object> {
    vec![
        parcel(21, "69029000AB0001", (4.9101, 45.7381), &["69029"]),
        parcel(22, "69029000AB0002", (4.9104, 45.7381), &["69029"]),
        parcel(23, "69029123AB0002", (4.9154, 45.7391), &["69029"]),
        parcel(24, "69266000CE0005", (4.8801, 45.7701), &["69266"]),
        parcel(25, "69266000CE0006", (4.8804, 45.7701), &["69266"]),
    ]
}

fn built(store: &Path, layer: &ObjectLayer, objects: Vec<Object>) -> Arc<Objects> {
    assert!(build_objects(store, layer, objects.into_iter()).unwrap().is_new);
    Arc::new(Objects::open(store, &layer.layer, &layer.revision).unwrap())
}

/// The same objects with the identifiers 1, 2, 3…
fn numbered(objects: Vec<Object>) -> Vec<Object> {
    (1..).zip(objects).map(|(feature, object)| Object { feature: FeatureId(feature), ..object }).collect()
}

/// Addresses with the three layers attached.
fn index() -> (Geocoder, TempDir) {
    let (geocoder, folder) = addresses();
    let store = folder.path().join("objects");
    let objects = vec![
        built(&store, &layer("equipements", ObjectKind::Poi), equipment()),
        built(&store, &layer("arrets", ObjectKind::Other), stops()),
        built(&store, &layer("parcelles", ObjectKind::Parcel), land()),
    ];
    (geocoder.with_objects(objects), folder)
}

fn seen(layers: &[&str], territory: &Territory) -> Vec<Visible> {
    let visible = |id: &&str| Visible { layer: id.parse().unwrap(), territory: territory.clone() };
    layers.iter().map(visible).collect()
}

fn all() -> Vec<Visible> {
    seen(&["equipements", "arrets", "parcelles"], &Territory::Whole)
}

/// Asked by somebody who may see all.
fn request(text: &str) -> Request {
    Request { objects: all(), ..support::request(text) }
}

#[track_caller]
fn check(geocoder: &Geocoder, text: &str, kind: Kind, name: &str) -> Suggestion {
    first_named(text, &geocoder.search(&request(text)).unwrap(), kind, name)
}
