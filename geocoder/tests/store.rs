//! The index on disk: what is damaged is refused, what several files repeat is there once, what a row says comes
//! back in the answer, and the nearest address is the nearest.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use geocoder::{
    BuildOptions, Built, Error, Filter, Geocoder, Kind, Nearby, Request, Suggestion, build, ground_distance_m,
};
use layers::{Bbox, LonLat};
use tempfile::TempDir;

const HEADER: &str = "id_ban_commune;id_ban_toponyme;id_ban_adresse;cle_interop;commune_insee;commune_nom;commune_deleguee_insee;\
    commune_deleguee_nom;voie_nom;lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune";

/// One row of a BAL.
#[derive(Debug, Clone)]
struct Row {
    id: Option<u32>,
    code: &'static str,
    commune: &'static str,
    street: String,
    complement: &'static str,
    number: u32,
    suffix: &'static str,
    position: &'static str,
    at: LonLat,
    parcels: &'static str,
    certified: bool,
}

fn row(street: &str, number: u32, lon: f64, lat: f64) -> Row {
    Row {
        id: None,
        code: "69029",
        commune: "Bron",
        street: street.to_owned(),
        complement: "",
        number,
        suffix: "",
        position: "entrée",
        at: LonLat { lon, lat },
        parcels: "",
        certified: true,
    }
}

fn uuid(n: u32) -> String {
    format!("{n:08x}-0000-4000-8000-000000000000")
}

impl Row {
    fn line(&self) -> String {
        let Self { code, commune, street, complement, number, suffix, position, at, parcels, .. } = self;
        let mut key = format!("{code}_{:04}_{number:05}", street.len());
        if !suffix.is_empty() {
            key = format!("{key}_{suffix}");
        }
        let ids = self.id.map_or(";;".to_owned(), |id| format!("{};{};{}", uuid(1), uuid(2), uuid(id)));
        let (x, y) = layers::from_lonlat(*at, layers::Crs::Lambert93).unwrap();
        format!(
            "{ids};{key};{code};{commune};;;{street};{complement};{number};{suffix};{position};{x:.2};{y:.2};{:.7};{:.7};{parcels};;2026-01-01;{}",
            at.lon,
            at.lat,
            u8::from(self.certified)
        )
    }
}

fn write(folder: &Path, name: &str, rows: &[Row]) -> PathBuf {
    let path = folder.join(name);
    let lines: Vec<String> = std::iter::once(HEADER.to_owned()).chain(rows.iter().map(Row::line)).collect();
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// An index of these files.
fn index(files: &[&[Row]]) -> (Geocoder, Built, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(at, rows): (usize, &&[Row])| write(folder.path(), &format!("{at}.csv"), rows);
    let sources: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
    let metropole = BTreeSet::from(["69029".parse().unwrap()]);
    let options = BuildOptions { metropole, ..BuildOptions::default() };
    let built = build(&sources, &folder.path().join("index"), &options, &mut |_| {}).unwrap();
    let rows: usize = files.iter().map(|rows| rows.len()).sum();
    assert_eq!(built.report.accepted(), rows as u64, "{:?}", built.report.rejected());
    (Geocoder::open(&folder.path().join("index")).unwrap(), built, folder)
}

fn find(geocoder: &Geocoder, text: &str) -> Suggestion {
    geocoder.search(&Request { text: text.to_owned(), limit: 1, ..Request::default() }).unwrap().remove(0)
}

fn near(geocoder: &Geocoder, point: LonLat, limit: usize, radius_m: f64, filter: Filter) -> Vec<Suggestion> {
    geocoder.reverse(&Nearby { point, limit, radius_m, filter, objects: Vec::new() }).unwrap()
}

/// A town of streets that cross, some addresses with a second position, some in the commune next door, drawn from
/// a fixed sequence.
fn town() -> Vec<Row> {
    let mut state = 12_345u64;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 33) % u64::from(below)).unwrap()
    };
    let mut rows = Vec::new();
    for street in 0..40u32 {
        let (west, south) = (4.88 + f64::from(draw(600)) / 1e4, 45.71 + f64::from(draw(400)) / 1e4);
        let (east, north) = (f64::from(draw(400)) / 1e7 - 2e-5, f64::from(draw(400)) / 1e7 - 2e-5);
        for number in 1..=20 + draw(100) {
            let step = f64::from(number) * 4.0;
            let mut one = row(&format!("Rue Numéro {street}"), number, west + east * step, south + north * step);
            if street % 5 == 0 {
                (one.code, one.commune) = ("69266", "Villeurbanne");
            }
            if draw(12) == 0 {
                let at = LonLat { lon: one.at.lon + 2e-4, lat: one.at.lat };
                rows.push(Row { at, position: "parcelle", ..one.clone() });
            }
            rows.push(one);
        }
    }
    rows
}

#[test]
fn the_nearest_addresses_are_those_that_measuring_every_one_gives() {
    let rows = town();
    let (geocoder, built, _folder) = index(&[&rows]);
    assert!(built.addresses > 2_000, "{}", built.addresses);
    let bron = Filter { communes: vec!["69029".to_owned()], ..Filter::default() };
    let boxed = Filter { bbox: Some(Bbox { west: 4.9, south: 45.72, east: 4.92, north: 45.74 }), ..Filter::default() };
    let ring = [(4.89, 45.715), (4.93, 45.72), (4.9, 45.745)].map(|(lon, lat)| LonLat { lon, lat });
    let polygon = Filter { within: Some(ring.into()), ..Filter::default() };
    let outside = Filter { metropole: Some(false), ..Filter::default() };
    for (filter, limit, radius) in [
        (Filter::default(), 1, 50_000.0),
        (Filter::default(), 20, 300.0),
        (bron, 5, 2_000.0),
        (boxed, 3, 50_000.0),
        (polygon, 7, 1_000.0),
        (outside, 4, 5_000.0),
    ] {
        for step in 0..60u32 {
            let point = LonLat {
                lon: 4.87 + f64::from(step * 7 % 60) / 600.0,
                lat: 45.70 + f64::from(step * 11 % 60) / 1000.0,
            };
            check_nearest(&geocoder, &rows, point, limit, radius, &filter);
        }
    }
}

fn check_nearest(geocoder: &Geocoder, rows: &[Row], point: LonLat, limit: usize, radius: f64, filter: &Filter) {
    let inside = |row: &&Row| {
        let is_bron = row.code == "69029";
        filter.communes.iter().all(|code| code == row.code)
            && filter.metropole.is_none_or(|wanted| wanted == is_bron)
            && filter
                .bbox
                .is_none_or(|b| (b.west..=b.east).contains(&row.at.lon) && (b.south..=b.north).contains(&row.at.lat))
            && filter.within.as_ref().is_none_or(|ring| is_in_triangle(ring, row.at))
    };
    let mut expected: Vec<(f64, String)> = rows
        .iter()
        .filter(inside)
        .map(|row| (ground_distance_m(point, row.at), format!("{} {} {}", row.number, row.street, row.commune)))
        .filter(|(metres, _)| *metres <= radius)
        .collect();
    expected.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut once = BTreeSet::new();
    expected.retain(|(_, name)| once.insert(name.clone()));
    expected.truncate(limit);
    let found = near(geocoder, point, limit, radius, filter.clone());
    assert_eq!(found.len(), expected.len(), "{point:?} {filter:?}");
    for (found, (metres, _)) in found.iter().zip(&expected) {
        let distance = found.distance_m.unwrap();
        assert!((distance - metres).abs() < 0.02, "{distance} is not {metres}, {point:?} {filter:?}");
        assert!(
            (ground_distance_m(point, found.position.at) - distance).abs() < 1e-6,
            "the distance is that of the position"
        );
    }
}

/// By the sides of its three corners, another way than that of the code.
fn is_in_triangle(ring: &[LonLat], at: LonLat) -> bool {
    let side = |a: LonLat, b: LonLat| (b.lon - a.lon) * (at.lat - a.lat) - (b.lat - a.lat) * (at.lon - a.lon);
    let sides = [side(ring[0], ring[1]), side(ring[1], ring[2]), side(ring[2], ring[0])];
    sides.iter().all(|&side| side >= 0.0) || sides.iter().all(|&side| side <= 0.0)
}

#[test]
fn a_point_also_has_a_street_a_lieu_dit_and_a_commune() {
    let mut rows = vec![row("Rue de la Gare", 1, 4.91, 45.74), row("Rue Haute", 4, 4.912, 45.74)];
    rows.push(Row { number: 99_999, position: "segment", ..row("Le Vinatier", 1, 4.9101, 45.7401) });
    let (geocoder, _, _folder) = index(&[&rows]);
    let ask = |kinds: &[Kind]| {
        let filter = Filter { kinds: Some(kinds.to_vec()), ..Filter::default() };
        let found = near(&geocoder, LonLat { lon: 4.91, lat: 45.7401 }, 10, 1_000.0, filter);
        assert!(found.windows(2).all(|pair| pair[0].distance_m <= pair[1].distance_m));
        found.into_iter().map(|found| (found.kind, found.name)).collect::<Vec<_>>()
    };
    let named = |kind, name: &str| (kind, name.to_owned());
    assert_eq!(ask(&[Kind::Street]), [named(Kind::Street, "Rue de la Gare"), named(Kind::Street, "Rue Haute")]);
    assert_eq!(ask(&[Kind::Locality]), [named(Kind::Locality, "Le Vinatier")]);
    assert_eq!(ask(&[Kind::City]), [named(Kind::City, "Bron")]);
    let all = ask(&[Kind::House, Kind::Locality, Kind::Street]);
    assert_eq!(all[0], named(Kind::Locality, "Le Vinatier"));
    assert_eq!(all.len(), 5, "a lieu-dit, two houses, two streets: {all:?}");
    assert!(ask(&[]).is_empty());
}

#[test]
fn an_answer_says_everything_its_rows_said() {
    let first = Row {
        id: Some(77),
        complement: "Les Essarts",
        suffix: "bis",
        parcels: "69029000AB0012|69029000AB0013",
        ..row("Rue de la Gare", 12, 4.91, 45.74)
    };
    let second = Row { position: "parcelle", at: LonLat { lon: 4.911, lat: 45.74 }, ..first.clone() };
    let plain = Row { id: Some(78), certified: false, ..row("Rue de la Gare", 14, 4.912, 45.74) };
    let named = Row { id: None, number: 99_999, position: "segment", ..row("Les Essarts", 1, 4.92, 45.74) };
    let (geocoder, built, _folder) = index(&[&[first, second, plain, named]]);
    assert_eq!((built.addresses, built.report.duplicates), (2, 0));
    let house = find(&geocoder, "12 bis rue de la gare bron");
    assert_eq!(house.parcels, ["69029000AB0012", "69029000AB0013"]);
    assert_eq!((house.locality.as_deref(), house.ban_id), (Some("Les Essarts"), Some(uuid(77))));
    assert_eq!(house.position.kind, geocoder::PositionKind::Entrance);
    assert_eq!(house.other_positions.iter().map(|p| p.kind).collect::<Vec<_>>(), [geocoder::PositionKind::Parcel]);
    let plain = find(&geocoder, "14 rue de la gare bron");
    assert!(
        plain.parcels.is_empty() && plain.locality.is_none() && plain.other_positions.is_empty() && !plain.certified
    );
    assert_eq!(find(&geocoder, "rue de la gare bron").ban_id, Some(uuid(2)));
    assert_eq!(find(&geocoder, "bron").ban_id, Some(uuid(1)));
    // Near its second position, the address shows that one, and the other among the others.
    let found = near(&geocoder, LonLat { lon: 4.911, lat: 45.74 }, 1, 10.0, Filter::default()).remove(0);
    assert_eq!(found.position.kind, geocoder::PositionKind::Parcel);
    assert_eq!(found.other_positions.iter().map(|p| p.kind).collect::<Vec<_>>(), [geocoder::PositionKind::Entrance]);
}

#[test]
fn an_address_in_several_files_is_there_once_and_the_certified_one_stays() {
    // By identifier: the neighbouring commune's file has it too, uncertified, under another name.
    let ours = Row { id: Some(5), ..row("Rue des Lilas", 1, 4.91, 45.74) };
    let (code, commune) = ("69266", "Villeurbanne");
    let theirs = Row { code, commune, certified: false, street: "Chemin des Lilas".to_owned(), ..ours.clone() };
    // By name and number: the same file given twice, elsewhere by a metre the second time.
    let twice = row("Rue Haute", 3, 4.912, 45.741);
    let moved = Row { at: LonLat { lon: 4.912_01, lat: 45.741 }, ..twice.clone() };
    let own = Row { code, commune, ..row("Rue Basse", 7, 4.913, 45.742) };
    for files in [
        [vec![theirs.clone(), own.clone()], vec![ours.clone(), twice.clone()], vec![moved.clone()]],
        [vec![ours.clone(), twice.clone()], vec![moved.clone()], vec![theirs.clone(), own.clone()]],
    ] {
        let (geocoder, built, _folder) = index(&[&files[0], &files[1], &files[2]]);
        assert_eq!((built.addresses, built.report.duplicates), (3, 2));
        assert_eq!(find(&geocoder, "1 rue des lilas").city, "Bron");
        assert!(near(&geocoder, ours.at, 9, 1.0, Filter::default()).iter().all(|found| found.city == "Bron"));
        let streets = Filter { kinds: Some(vec![Kind::Street]), ..Filter::default() };
        let names: Vec<String> =
            near(&geocoder, ours.at, 9, 5_000.0, streets).into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["Rue des Lilas", "Rue Haute", "Rue Basse"], "no street is left of what was set aside");
        let high = find(&geocoder, "3 rue haute");
        assert!(high.other_positions.is_empty() && (high.position.at.lon - 4.912).abs() < 1e-9);
    }
}

#[test]
fn every_file_cut_is_refused_and_every_byte_changed_is_found() {
    let (geocoder, _, folder) = index(&[&town()]);
    let store = folder.path().join("index");
    let revision = store.join(&geocoder.manifest().revision);
    geocoder.verify().unwrap();
    for (name, stamp) in &geocoder.manifest().files {
        let path = revision.join(name);
        let whole = fs::read(&path).unwrap();
        assert_eq!(whole.len() as u64, stamp.bytes);
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let error = Geocoder::open(&store).unwrap_err();
        assert!(matches!(&error, Error::Damaged { what, .. } if what.contains(name.as_str())), "{error}");
        for at in [whole.len() / 3, whole.len() / 2] {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            let refused = Geocoder::open(&store).and_then(|geocoder| geocoder.verify()).unwrap_err();
            assert!(!refused.to_string().is_empty(), "{name}");
        }
        fs::write(&path, &whole).unwrap();
    }
    Geocoder::open(&store).unwrap().verify().unwrap();
}

#[test]
fn damaged_tables_give_wrong_answers_and_no_panic() {
    let (geocoder, _, folder) = index(&[&town()]);
    let store = folder.path().join("index");
    let revision = store.join(&geocoder.manifest().revision);
    for name in ["numbers.bin", "places.bin"] {
        let whole = fs::read(revision.join(name)).unwrap();
        for step in 1..40usize {
            let mut damaged = whole.clone();
            for at in (step * 13..damaged.len() - 200).step_by(97 * step) {
                damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(u8::try_from(step).unwrap());
            }
            fs::write(revision.join(name), &damaged).unwrap();
            let Ok(geocoder) = Geocoder::open(&store) else { continue };
            for text in ["12 rue numéro 3 bron", "rue numéro 7", "villeurbanne"] {
                let _ = geocoder.search(&Request { text: text.to_owned(), limit: 50, ..Request::default() });
            }
            near(&geocoder, LonLat { lon: 4.9, lat: 45.73 }, 50, 50_000.0, Filter::default());
        }
        fs::write(revision.join(name), &whole).unwrap();
    }
}

#[test]
fn nothing_of_a_build_stays_but_its_files() {
    let (geocoder, _, folder) = index(&[&town(), &[row("Rue Haute", 1, 4.9, 45.7)]]);
    let names: Vec<&str> = geocoder.manifest().files.keys().map(String::as_str).collect();
    assert!(
        names.iter().all(|name| name.starts_with("words/")
            || ["numbers.bin", "origins.bin", "parcels.bin", "places.bin"].contains(name)),
        "{names:?}"
    );
    let revision = folder.path().join("index").join(&geocoder.manifest().revision);
    assert_eq!(fs::read_dir(revision).unwrap().count(), 6, "four tables, the words, the manifest");
}

#[test]
fn a_build_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(folder.path(), "good.csv", &[row("Rue Haute", 1, 4.9, 45.7)]);
    let store = folder.path().join("index");
    build(&[good, folder.path().join("nowhere.csv")], &store, &BuildOptions::default(), &mut |_| {}).unwrap_err();
    assert!(fs::read_dir(&store).unwrap().all(|entry| entry.unwrap().file_name() == ".lock-build"));
}
