//! The house on real open data of Lyon, from the folder named by TRABOULE_REAL_DATA
//! (`make test` sets it when the data is there). Its counts and boxes are those of the
//! folder's own SOURCES.md.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::print_stdout)] // a failed step fails the test

mod support;

use std::path::{Path, PathBuf};

use layers::{Access, Bbox, Crs, Imported, Layer, SourceFormat, SourceSpec, Territory};
use support::{House, gunzip, mvt_strict, prepared};
use tiles::{CutLayer, CutOptions, TileCoord};
use traboule::import;

/// File, rows, coordinate system.
const FILES: [(&str, u64, Crs); 27] = [
    ("limites/communes_metropole.geojson.gz", 59, Crs::Rgf93),
    ("limites/arrondissements_lyon.geojson.gz", 9, Crs::Rgf93),
    ("limites/quartiers_lyon_extrait.geojson.gz", 30, Crs::Wgs84),
    ("limites/communes-69-rhone.geojson.gz", 278, Crs::Wgs84),
    ("limites/communes-01-ain.geojson.gz", 407, Crs::Wgs84),
    ("limites/communes-38-isere.geojson.gz", 521, Crs::Wgs84),
    ("limites/communes-42-loire.geojson.gz", 326, Crs::Wgs84),
    ("mobilite/stations_velov.geojson.gz", 425, Crs::Rgf93),
    ("mobilite/tcl_lignes_bus.geojson.gz", 182, Crs::Wgs84),
    ("mobilite/tcl_lignes_metro_tram.geojson.gz", 13, Crs::Wgs84),
    ("mobilite/tcl_arrets.geojson.gz", 1735, Crs::Wgs84),
    ("mobilite/pompes_velo.geojson.gz", 53, Crs::Wgs84),
    ("mobilite/pistes_cyclables_extrait.geojson.gz", 30, Crs::Wgs84),
    ("mobilite/parcs_a_velos_extrait.geojson.gz", 30, Crs::Wgs84),
    ("voirie/troncons_lyon_villeurbanne.geojson.gz", 7811, Crs::Wgs84),
    ("environnement/espaces_naturels_sensibles.geojson.gz", 22, Crs::Wgs84),
    ("environnement/chemins_randonnee.geojson.gz", 2837, Crs::Wgs84),
    ("environnement/clc2018_metropole.geojson.gz", 399, Crs::Wgs84),
    ("environnement/iris_bruit_air_vegetation.geojson.gz", 506, Crs::Cc46),
    ("urbanisme/zones_encadrement_loyers_iris.geojson.gz", 233, Crs::Wgs84),
    ("urbanisme/quartiers_prioritaires.geojson.gz", 11, Crs::Lambert93),
    ("population/carreaux_insee_200m.geojson.gz", 1942, Crs::Lambert93),
    ("population/iris_offre_soins.geojson.gz", 296, Crs::Lambert93),
    ("equipements/equipements_sportifs.geojson.gz", 3244, Crs::Wgs84),
    ("equipements/etablissements_sante_agreges.geojson.gz", 1601, Crs::Lambert93),
    ("bati/batiments_lyon1_3946.geojson.gz", 2576, Crs::Cc46),
    ("bati/batiments_partdieu_bdtopo2012.geojson.gz", 1074, Crs::Wgs84),
];

/// The twelve Voies Lyonnaises, counted together.
const CYCLE_ROUTES: (&str, u64) = ("mobilite/voies_lyonnaises", 722);

/// Boxes that SOURCES.md gives, in degrees.
const BOXES: [(&str, [f64; 4]); 2] = [
    ("limites/communes_metropole.geojson.gz", [4.6918, 45.5571, 5.0620, 45.9393]),
    ("voirie/troncons_lyon_villeurbanne.geojson.gz", [4.8314, 45.7274, 4.9075, 45.7805]),
];

/// Rows and rows without a number of the reconstructed BAL.
const BAL: (&str, u64, u64) = ("addresses/derive/bal_metropole_lyon_reconstituee.csv.gz", 104_762, 502);

/// The folder, or none when nobody said where it is. A folder without its files is a failure.
fn real_data() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("TRABOULE_REAL_DATA").filter(|value| !value.is_empty()).map(PathBuf::from)
    else {
        println!("SKIPPED: TRABOULE_REAL_DATA names no folder: nothing was checked on real data");
        return None;
    };
    let there = folder.join("layers").is_dir() && folder.join("addresses").is_dir();
    assert!(there, "TRABOULE_REAL_DATA names {}, which has no layers/ and addresses/", folder.display());
    Some(folder)
}

/// Every GeoJSON below the folder, sorted.
fn every_geojson(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if [".geojson.gz", ".json.gz"].iter().any(|ending| path.to_str().unwrap().ends_with(ending)) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn layer(path: &Path) -> Layer {
    let name = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap();
    Layer {
        id: format!("reel-{}", name.replace('_', "-").to_lowercase()).parse().unwrap(),
        theme: "reel".into(),
        title: name.into(),
        summary: String::new(),
        source: SourceSpec { format: SourceFormat::GeoJson(path.to_owned()), crs: None },
        key: None,
        attributes: Vec::new(),
        zooms: (8, 16),
        access: Access::Agents,
        commune: None,
        producer: "SOURCES.md".into(),
        licence: "LO-2.0".into(),
        frequency: "aucune".into(),
        date: None,
    }
}

fn import(path: &Path, store: &Path) -> Imported {
    layers::import(&layer(path), store, None).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_geojson_is_imported_in_its_own_projection_and_every_row_is_accounted_for() {
    let Some(folder) = real_data() else { return };
    let folder = folder.join("layers");
    let store = tempfile::tempdir().unwrap();
    let mut cycle_rows = 0;
    let files = every_geojson(&folder);
    assert!(!files.is_empty());
    for path in &files {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
        let Imported { snapshot, report } = import(path, store.path());
        println!(
            "{name}: {} rows, {} accepted, {} repaired, {:?}",
            report.read, report.accepted, report.repaired, report.by_reason
        );
        assert_eq!(report.accepted + report.rejected_rows(), report.read, "{name}");
        assert_eq!(snapshot.len() as u64, report.accepted, "{name}");
        if name.starts_with(CYCLE_ROUTES.0) {
            cycle_rows += report.read;
            continue;
        }
        let (_, rows, crs) =
            FILES.iter().find(|(file, ..)| *file == name).unwrap_or_else(|| panic!("{name} is not listed"));
        assert_eq!((report.read, snapshot.crs()), (*rows, *crs), "{name}");
        let bbox = snapshot.extent(&Territory::Whole).bbox.unwrap();
        assert!(
            bbox.west > 3.0 && bbox.east < 7.5 && bbox.south > 44.0 && bbox.north < 47.0,
            "{name} is elsewhere: {bbox:?}"
        );
        if let Some((_, [west, south, east, north])) = BOXES.iter().find(|(file, _)| *file == name) {
            let expected = Bbox { west: *west, south: *south, east: *east, north: *north };
            let far = [bbox.west - west, bbox.south - south, bbox.east - east, bbox.north - north];
            assert!(far.iter().all(|d| d.abs() < 1e-4), "{name}: {bbox:?} is not {expected:?}");
        }
    }
    assert_eq!(cycle_rows, CYCLE_ROUTES.1);
    assert_eq!(files.len(), FILES.len() + 12);
}

#[test]
fn known_defects_are_reported_as_such() {
    let Some(folder) = real_data() else { return };
    let store = tempfile::tempdir().unwrap();
    let report = |name: &str| import(&folder.join("layers").join(name), store.path()).report;
    let null = report("environnement/clc2018_metropole.geojson.gz");
    assert_eq!(null.by_reason.get(&layers::Reason::NullGeometry), Some(&3));
    let line = report("voirie/troncons_lyon_villeurbanne.geojson.gz");
    assert_eq!(line.by_reason.get(&layers::Reason::ZeroLength), Some(&1));
    let invalid = report("limites/quartiers_lyon_extrait.geojson.gz");
    assert_eq!((invalid.accepted, invalid.repaired), (30, 4));
}

#[test]
fn tiles_of_real_layers_are_strictly_valid() {
    let Some(folder) = real_data() else { return };
    let store = tempfile::tempdir().unwrap();
    let (mut layers, mut checked, mut features) = (0, 0, 0);
    for (name, ..) in FILES {
        let path = folder.join("layers").join(name);
        let snapshot = import(&path, store.path()).snapshot;
        let bbox = snapshot.extent(&Territory::Whole).bbox.unwrap();
        let mut drawn = 0;
        for zoom in 10..=16u8 {
            let n = f64::from(1u32 << zoom);
            let column = |lon: f64| ((lon + 180.0) / 360.0 * n) as u32;
            let row = |lat: f64| ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;
            let all: Vec<(u32, u32)> = (column(bbox.west)..=column(bbox.east))
                .flat_map(|x| (row(bbox.north)..=row(bbox.south)).map(move |y| (x, y)))
                .collect();
            // About sixty tiles of each zoom, spread over the layer.
            for (x, y) in all.iter().step_by(all.len().div_ceil(60)) {
                let coord = TileCoord::new(zoom, *x, *y).unwrap();
                let cut = [CutLayer { name: "reel", snapshot: &snapshot, territory: &Territory::Whole }];
                let tile = tiles::cut(coord, &cut, &CutOptions::default()).unwrap();
                if tile.features > 0 {
                    let summary =
                        mvt_strict::validate(&gunzip(&tile.bytes)).unwrap_or_else(|v| panic!("{name} {coord}: {v:?}"));
                    drawn += summary.feature_count();
                    checked += 1;
                }
            }
        }
        assert!(drawn > 0, "{name} draws nothing");
        layers += 1;
        features += drawn;
    }
    println!("{layers} layers, {checked} tiles, {features} features, all strictly valid");
    assert!(layers >= 12);
}

/// One row of the BAL, as an agent would type it.
struct Typed {
    text: String,
    street: String,
    number: String,
    insee: String,
}

/// Addresses with a number, `count` of them drawn with a fixed seed.
fn drawn_addresses(bal: &Path, count: usize) -> Vec<Typed> {
    let raw = gunzip(&std::fs::read(bal).unwrap());
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(raw.as_slice());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|it| it.trim_start_matches('\u{feff}') == name).unwrap();
    let (number, suffix, street, insee, commune) =
        (column("numero"), column("suffixe"), column("voie_nom"), column("commune_insee"), column("commune_nom"));
    let rows: Vec<Typed> = reader
        .records()
        .map(Result::unwrap)
        .filter(|row| &row[number] != "99999")
        .map(|row| Typed {
            text: format!("{} {} {} {}", &row[number], &row[suffix], &row[street], &row[commune]).replace("  ", " "),
            street: row[street].to_owned(),
            number: format!("{}{}", &row[number], &row[suffix]),
            insee: row[insee].to_owned(),
        })
        .collect();
    let mut state = 42u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut picks = std::collections::BTreeSet::new();
    while picks.len() < count {
        picks.insert(next() % rows.len());
    }
    rows.into_iter().enumerate().filter(|(i, _)| picks.contains(i)).map(|(_, row)| row).collect()
}

#[test]
fn the_national_base_is_read_whole() {
    let Some(folder) = real_data() else { return };
    for (name, accepted, numbered, communes) in [
        ("addresses/adresses-75.csv.gz", 158_048, 158_048, 20),
        ("addresses/adresses-addok-988.ndjson.gz", 40_907, 40_874, 33), // and the communes themselves
    ] {
        let report = geocoder::inspect(&folder.join(name), None, 10).unwrap();
        let first = &report.files[0].first;
        assert_eq!(report.rows() - report.accepted(), 0, "{name}: {first:?}");
        let counted = report.communes.values().map(|commune| commune.numbered).sum::<u64>();
        assert_eq!((report.accepted(), counted, report.communes.len()), (accepted, numbered, communes), "{name}");
    }
}

#[tokio::test]
async fn the_reconstructed_bal_is_indexed_and_its_addresses_are_found_first() {
    let Some(folder) = real_data() else { return };
    let (name, rows, toponyms) = BAL;
    let bal = folder.join(name);
    let store = tempfile::tempdir().unwrap();
    let mut config = prepared();
    config.geocoder.index = store.path().join("geocoder");
    config.geocoder.addresses = vec![bal.clone().into()];
    config.geocoder.postcodes = Some(folder.join("layers/limites/codes-postaux-69.csv"));
    let built = import::index(&config, false, &mut |_| ()).unwrap();
    let report = &built.report;
    println!("{} rows, {} accepted, rejected by reason: {:?}", report.rows(), report.accepted(), report.rejected());
    println!("{} addresses in {} streets and places", built.addresses, built.places);
    assert_eq!(report.rows(), rows);
    assert_eq!(report.communes.values().map(|commune| commune.rows).sum::<u64>(), rows);
    assert!(u64::from(built.addresses) <= rows - toponyms);

    let house = House::open_with(config).await;
    let caller = house.caller("metropole").await;
    let drawn = drawn_addresses(&bal, 200);
    let mut found = 0;
    for typed in &drawn {
        let query: String = typed.text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = house.get(&caller, &format!("/photon/api?limit=1&q={query}")).await.json();
        let first = &answer["features"][0]["properties"];
        let number = first["housenumber"].as_str().unwrap_or_default().replace(' ', "");
        let right = first["street"] == typed.street.as_str()
            && number.eq_ignore_ascii_case(&typed.number)
            && first["extra"]["insee"] == typed.insee.as_str();
        if right {
            found += 1;
        } else {
            println!("missed: {} → {first}", typed.text);
        }
    }
    println!("{found} of {} found first", drawn.len());
    assert!(found * 100 >= drawn.len() * 98, "{found} of {}", drawn.len());
}
