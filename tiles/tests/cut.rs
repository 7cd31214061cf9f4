//! Tiles cut from imported layers: what they show, to whom, and within which budget.

#![allow(clippy::unwrap_used)] // a test and its helpers may fail loudly

mod common;
#[path = "../../tests/support/mvt_strict.rs"]
mod mvt_strict;

use common::{cut_for, cut_whole, feature, imported, place, point, raw, read, tile_at};
use layers::Territory;
use mvt_strict::{Geometry, Summary, Value};
use serde_json::json;
use tiles::{CutLayer, CutOptions, Error, TileCoord, TileJsonLayer, cut, tilejson};

const LON: f64 = 4.832;
const LAT: f64 = 45.757;

fn ids(summary: &Summary) -> Vec<u64> {
    let mut ids: Vec<u64> =
        summary.layers.iter().flat_map(|layer| &layer.features).map(|feature| feature.id.unwrap()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_feature_keeps_its_identifier_and_the_type_of_each_attribute() {
    let properties = json!({ "id": 42, "nom": "Quai", "etages": 3, "sous_sol": -2, "hauteur": 9.5, "pmr": true, "rien": null, "secret": "x" });
    let names = ["nom", "etages", "sous_sol", "hauteur", "pmr", "rien"];
    let layer = imported(
        "batiments",
        &names,
        None,
        &[feature(json!({ "type": "Point", "coordinates": [LON, LAT] }), properties)],
    );
    let summary = read(&cut_whole(&layer, tile_at(14, LON, LAT)));
    let feature = &summary.layer("batiments").unwrap().features[0];
    assert_eq!(feature.id, Some(42));
    let expected = [
        ("nom", Value::Text("Quai".to_owned())),
        ("etages", Value::Uint(3)),
        ("sous_sol", Value::Sint(-2)),
        ("hauteur", Value::Double(9.5)),
        ("pmr", Value::Bool(true)),
    ];
    assert_eq!(feature.properties, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_position_lies_within_half_a_unit_of_its_place_at_every_zoom() {
    let layer = imported("arbres", &[], None, &[point(1, LON, LAT)]);
    for z in 0..=20 {
        let tile = tile_at(z, LON, LAT);
        let summary = read(&cut_whole(&layer, tile));
        let Geometry::Points(points) = &summary.layers[0].features[0].geometry else { panic!() };
        let (x, y) = place(z, LON, LAT);
        let (x, y) = (x - f64::from(tile.x()) * 4096.0, y - f64::from(tile.y()) * 4096.0);
        // Past zoom 18 the fixed-point grid itself counts: half of its step more.
        let allowed = 0.5 + 0.5 * f64::from(1 << z) / f64::from(1 << 20) + 0.01;
        #[allow(clippy::cast_precision_loss)] // tile units are small
        let off = (points[0].x as f64 - x).abs().max((points[0].y as f64 - y).abs());
        assert!(off <= allowed, "zoom {z}: {off}");
    }
}

#[test]
fn a_feature_in_the_buffer_is_in_both_tiles() {
    let tile = tile_at(14, LON, LAT);
    let east = tile.bbox().east;
    let unit = (east - tile.bbox().west) / 4096.0;
    let layer = imported("arbres", &[], None, &[point(1, east + 63.0 * unit, LAT), point(2, east + 66.0 * unit, LAT)]);
    assert_eq!(ids(&read(&cut_whole(&layer, tile))), [1]);
    let neighbour = TileCoord::new(14, tile.x() + 1, tile.y()).unwrap();
    assert_eq!(ids(&read(&cut_whole(&layer, neighbour))), [1, 2]);
}

#[test]
fn a_tile_of_nothing_has_no_byte() {
    let layer = imported("arbres", &[], None, &[point(1, LON, LAT)]);
    let tile = cut_whole(&layer, TileCoord::new(14, 0, 0).unwrap());
    assert_eq!((tile.features, tile.dropped, tile.raw_len, tile.bytes.len()), (0, 0, 0, 0));
    let nothing = cut(tile_at(14, LON, LAT), &[], &CutOptions::default()).unwrap();
    assert_eq!(nothing.features, 0);
}

#[test]
fn a_composite_is_its_layers_one_after_the_other() {
    let trees = imported("arbres", &["id"], None, &[point(1, LON, LAT)]);
    let stops = imported("arrets", &["id"], None, &[point(2, LON, LAT)]);
    let tile = tile_at(14, LON, LAT);
    let whole = &Territory::Whole;
    let asked = |layer: &'static str| {
        let snapshot = if layer == "arbres" { &trees.snapshot } else { &stops.snapshot };
        CutLayer { name: layer, snapshot, territory: whole }
    };
    let both = cut(tile, &[asked("arrets"), asked("arbres")], &CutOptions::default()).unwrap();
    assert_eq!(raw(&both), [raw(&cut_whole(&stops, tile)), raw(&cut_whole(&trees, tile))].concat());
    let names: Vec<String> = read(&both).layers.into_iter().map(|layer| layer.name).collect();
    assert_eq!(names, ["arrets", "arbres"]);
    let twice = cut(tile, &[asked("arbres"), asked("arbres")], &CutOptions::default());
    assert_eq!(twice, Err(Error::LayerTwice("arbres".to_owned())));
}

#[test]
fn a_tile_shows_the_features_of_its_territory_and_no_other() {
    let parcel = |id: u32, codes: &str| {
        let geometry = json!({ "type": "Point", "coordinates": [LON + f64::from(id) * 1e-5, LAT] });
        feature(geometry, json!({ "id": id, "communes": codes }))
    };
    let features = [parcel(1, "69029"), parcel(2, "69266"), parcel(3, "69029,69266"), parcel(4, "69383")];
    let layer = imported("chantiers", &["id", "communes"], Some("communes"), &features);
    let seen = |codes: &[&str]| {
        let territory = Territory::of(codes.iter().map(|code| code.parse().unwrap()));
        [10, 14, 16].map(|z| ids(&read(&cut_for(&layer, tile_at(z, LON, LAT), &territory, &CutOptions::default()))))
    };
    for (communes, expected) in [
        (&["69029"][..], &[1, 3][..]),
        (&["69266"], &[2, 3]),
        (&["69123"], &[4]),
        (&["69029", "69383"], &[1, 3, 4]),
        (&["69259"], &[]),
        (&[], &[]),
    ] {
        for ids in seen(communes) {
            assert_eq!(ids, expected, "{communes:?}");
        }
    }
    assert_eq!(ids(&read(&cut_whole(&layer, tile_at(16, LON, LAT)))), [1, 2, 3, 4]);
}

#[test]
fn nothing_of_a_hidden_feature_is_in_the_bytes() {
    let named = |id: u32, name: &str, code: &str| {
        let geometry = json!({ "type": "Point", "coordinates": [LON, LAT] });
        feature(geometry, json!({ "id": id, "nom": name, "insee": code }))
    };
    let layer = imported("dia", &["nom"], Some("insee"), &[named(1, "visible", "69029"), named(2, "masqué", "69266")]);
    let bron = Territory::of(["69029".parse().unwrap()]);
    let bytes = raw(&cut_for(&layer, tile_at(14, LON, LAT), &bron, &CutOptions::default()));
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("visible") && !holds("masqu"));
}

#[test]
fn over_budget_the_least_important_are_left_out_and_counted() {
    let square = |id: u32| {
        let (west, size) = (4.836 + f64::from(id) * 1e-3, f64::from(id) * 5e-5);
        let ring = [[west, LAT], [west + size, LAT], [west + size, LAT + size], [west, LAT + size], [west, LAT]];
        feature(json!({ "type": "Polygon", "coordinates": [ring] }), json!({ "id": id }))
    };
    let layer = imported("parcelles", &["id"], None, &(1..=10).map(square).collect::<Vec<_>>());
    let tile = tile_at(14, 4.84, LAT);
    let cut_with = |options: CutOptions| {
        let cut = cut_for(&layer, tile, &Territory::Whole, &options);
        (ids(&read(&cut)), cut.dropped, cut.raw_len)
    };
    let all = CutOptions::default();
    assert_eq!(cut_with(all.clone()).1, 0);
    assert_eq!(cut_with(CutOptions { features: 3, ..all.clone() }).0, [8, 9, 10], "the largest are the most important");
    assert_eq!(cut_with(CutOptions { features: 3, ..all.clone() }).1, 7);
    assert_eq!(
        cut_with(CutOptions { vertices: 9, ..all.clone() }),
        (vec![9, 10], 8, cut_with(CutOptions { features: 2, ..all.clone() }).2)
    );
    let (kept, dropped, raw_len) = cut_with(CutOptions { bytes: 200, ..all.clone() });
    assert!(
        kept.contains(&10) && !kept.contains(&1) && dropped as usize + kept.len() == 10 && raw_len <= 220,
        "{kept:?}, {raw_len}"
    );
}

#[test]
fn equal_data_gives_equal_bytes_on_any_thread() {
    let layer = imported(
        "arbres",
        &["id"],
        None,
        &(1..50).map(|id| point(id, LON + f64::from(id) * 1e-4, LAT)).collect::<Vec<_>>(),
    );
    let tile = tile_at(13, LON, LAT);
    let here = cut_whole(&layer, tile);
    let there = std::thread::scope(|scope| scope.spawn(|| cut_whole(&layer, tile)).join().unwrap());
    assert_eq!(here, there);
    assert_ne!(here.etag, cut_whole(&layer, tile.children().unwrap()[0]).etag);
    assert!(here.etag.len() == 32 && here.etag.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn a_description_tells_the_layers_the_fields_and_the_bounds_of_the_territory() {
    let stop = |id: u32, lon: f64, code: &str| {
        feature(
            json!({ "type": "Point", "coordinates": [lon, LAT] }),
            json!({ "id": id, "pmr": true, "nom": "x", "insee": code }),
        )
    };
    let layer =
        imported("arrets", &["nom", "pmr", "id"], Some("insee"), &[stop(1, 4.8, "69029"), stop(2, 4.9, "69266")]);
    let describe = |territory: &Territory| {
        let described = TileJsonLayer { layer: &layer.layer, snapshot: &layer.snapshot, territory };
        serde_json::to_value(tilejson(&[described], "https://cartes.example.fr/tiles/arrets/{z}/{x}/{y}".to_owned()))
            .unwrap()
    };
    let bron = describe(&Territory::of(["69029".parse().unwrap()]));
    assert_eq!(bron["tilejson"], "3.0.0");
    assert_eq!(bron["tiles"], json!(["https://cartes.example.fr/tiles/arrets/{z}/{x}/{y}"]));
    assert_eq!(bron["vector_layers"][0]["id"], "arrets");
    assert_eq!(bron["vector_layers"][0]["fields"], json!({ "nom": "String", "pmr": "Boolean", "id": "Number" }));
    assert_eq!((&bron["minzoom"], &bron["maxzoom"]), (&json!(0), &json!(20)));
    assert!(bron["bounds"][2].as_f64().unwrap() < 4.81, "nothing is told of Villeurbanne: {}", bron["bounds"]);
    assert!(describe(&Territory::Whole)["bounds"][2].as_f64().unwrap() > 4.89);
    assert_eq!(describe(&Territory::of([])).get("bounds"), None);
}
