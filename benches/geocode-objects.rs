//! Objects of searchable layers beside the addresses: what indexing them takes, what they weigh, what an answer costs
//! with and without them.
//!
//! `cargo bench -p geocoder --bench geocode-objects -- [OBJECTS PARCELS]`, 10,000 and 550,000 when not said. Addresses
//! are those of data-samples; objects and parcels are drawn from a fixed seed over the same communes, the names of
//! objects from those of streets, so that both answer the same texts; parcels lie side by side in their section.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

use std::{
    cmp::Reverse,
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use geocoder::{
    BuildOptions, Filter, Geocoder, Kind, Near, Nearby, Object, ObjectKind, ObjectLayer, Objects, Request, Visible,
    build, build_objects,
    photon::{Choice, OsmTag},
};
use layers::{Bbox, CommuneCode, FeatureId, LonLat, Territory};
use rustix::time::{ClockId, clock_gettime};

/// Kinds of places, as layers of equipment name them.
const KINDS: [(&str, &str, &str); 6] = [
    ("Parc", "leisure", "park"),
    ("Mairie annexe", "amenity", "townhall"),
    ("Piscine", "leisure", "sports_centre"),
    ("École", "amenity", "school"),
    ("Gymnase", "leisure", "sports_centre"),
    ("Crèche", "amenity", "kindergarten"),
];

fn main() {
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (objects, parcels) = match arguments[..] {
        [objects, parcels, ..] => (objects, parcels),
        _ => (10_000, 550_000),
    };
    let folder = std::env::temp_dir().join(format!("geocode-objects-{}", std::process::id()));
    let rows = addresses();
    let bare = index(&folder);
    let store = folder.join("objects");
    let named = layer("equipements", ObjectKind::Poi);
    let land = layer("parcelles", ObjectKind::Parcel);
    let mut dice = Dice(69);
    let made: Vec<Object> = (0..objects).map(|at| some_object(at, &rows, &mut dice)).collect();
    let plots: Vec<Object> = (0..parcels).map(|at| some_parcel(at, &rows, &mut dice)).collect();
    let attached = [measured(&store, &named, made), measured(&store, &land, plots)];
    let started = Instant::now();
    let geocoder = bare.with_objects(attached.into());
    println!("attached in {:.2} ms", started.elapsed().as_secs_f64() * 1e3);
    ask(&geocoder, &rows, &mut dice);
    ask_around(&geocoder, &rows, &mut dice);
    fs::remove_dir_all(&folder).unwrap();
}

/// A street, its commune and a place in it.
struct Row {
    street: String,
    code: CommuneCode,
    at: LonLat,
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|it| it.join("data-samples").exists())
        .unwrap()
        .join("data-samples")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(samples().join("bal")).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files
}

fn addresses() -> Vec<Row> {
    let mut rows = Vec::new();
    for file in files() {
        let text = fs::read_to_string(file).unwrap();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let header: Vec<&str> = lines.next().unwrap().split(';').collect();
        let column = |name: &str| header.iter().position(|it| *it == name).unwrap();
        let (street, code, lon, lat) = (column("voie_nom"), column("commune_insee"), column("long"), column("lat"));
        for line in lines {
            let fields: Vec<&str> = line.split(';').collect();
            let number = |at: usize| fields[at].parse::<f64>().ok();
            if let (Some(lon), Some(lat), Ok(code)) = (number(lon), number(lat), fields[code].parse()) {
                rows.push(Row { street: fields[street].to_owned(), code, at: LonLat { lon, lat } });
            }
        }
    }
    rows
}

fn index(folder: &Path) -> Geocoder {
    let options = BuildOptions { postcodes: Some(samples().join("codes_postaux.csv")), ..BuildOptions::default() };
    let built = build(&files(), &folder.join("index"), &options, &mut |_| {}).unwrap();
    println!("{} addresses", built.addresses);
    Geocoder::open(&folder.join("index")).unwrap()
}

fn layer(id: &str, kind: ObjectKind) -> ObjectLayer {
    ObjectLayer { layer: id.parse().unwrap(), revision: "bench".to_owned(), kind, metropole: [].into() }
}

/// « Parc Garibaldi » somewhere in a commune.
fn some_object(at: usize, rows: &[Row], dice: &mut Dice) -> Object {
    let (name, place) = (&rows[dice.below(rows.len())].street, &rows[dice.below(rows.len())]);
    let (kind, key, value) = KINDS[dice.below(KINDS.len())];
    let proper = name.split_once(' ').map_or(name.as_str(), |(_, rest)| rest);
    Object {
        feature: FeatureId(at as u64),
        id: at.to_string(),
        name: format!("{kind} {proper}"),
        other_names: Vec::new(),
        tag: (key.to_owned(), value.to_owned()),
        commune: Some(place.code),
        postcode: None,
        address: Some(format!("1 {}", place.street)),
        at: place.at,
        bbox: None,
        audience: vec![place.code],
    }
}

/// A parcel of a section of 400, twenty a side, thirty metres each.
fn some_parcel(at: usize, rows: &[Row], dice: &mut Dice) -> Object {
    let (section, nth) = (at / 400, at % 400);
    let place = &rows[section * 7_919 % rows.len()];
    let letter = |of: usize| char::from(b'A' + u8::try_from(of % 26).unwrap());
    let id = format!("{}000{}{}{:04}", place.code, letter(section / 26), letter(section), nth + 1);
    let (lon, lat) = (place.at.lon + (nth % 20) as f64 * 4e-4, place.at.lat + (nth / 20) as f64 * 3e-4);
    let bbox = Bbox { west: lon - 2e-4, south: lat - 15e-5, east: lon + 2e-4, north: lat + 15e-5 };
    let named = some_object(at, rows, dice);
    let at = LonLat { lon, lat };
    Object { id, at, bbox: Some(bbox), commune: Some(place.code), audience: vec![place.code], ..named }
}

/// Builds and opens a layer, and says what that took.
fn measured(store: &Path, layer: &ObjectLayer, objects: Vec<Object>) -> Arc<Objects> {
    let count = objects.len();
    let (started, cpu) = (Instant::now(), cpu_s());
    build_objects(store, layer, objects.into_iter()).unwrap();
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_s() - cpu);
    let revision = store.join(layer.layer.as_str()).join("bench");
    let bytes: u64 = fs::read_dir(revision).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let (each, mega) = (bytes as f64 / count.max(1) as f64, bytes as f64 / 1e6);
    let started = Instant::now();
    let opened = Objects::open(store, &layer.layer, "bench").unwrap();
    let open_ms = started.elapsed().as_secs_f64() * 1e3;
    println!(
        "{count:>7} {}: built in {wall:.2} s ({cpu:.2} s of CPU), {mega:.1} MB ({each:.0} B each), opened in {open_ms:.1} ms",
        layer.layer
    );
    Arc::new(opened)
}

/// What of both layers a territory opens.
fn seen(territory: &Territory) -> Vec<Visible> {
    let visible = |id: &str| Visible { layer: id.parse().unwrap(), territory: territory.clone() };
    ["equipements", "parcelles"].map(visible).to_vec()
}

/// CPU of an answer: without objects, with all of them, with those of one commune.
fn ask(geocoder: &Geocoder, rows: &[Row], dice: &mut Dice) {
    let mut texts: Vec<(&str, Vec<Request>)> = ["full", "prefix", "typo", "object"]
        .map(|class| (class, (0..1_000).map(|_| question(class, &rows[dice.below(rows.len())], dice)).collect()))
        .into();
    texts.push(("common", vec![Request { text: common_words(rows), limit: 10, ..Request::default() }; 20]));
    let commune = Territory::of([rows[0].code]);
    let ways = [("none", Vec::new()), ("whole", seen(&Territory::Whole)), ("commune", seen(&commune))];
    println!("CPU in ms a query, objects: {}", ways.each_ref().map(|(name, _)| *name).join(" / "));
    for (class, requests) in &texts {
        let of = |objects: &Vec<Visible>| {
            let asked: Vec<Request> =
                requests.iter().map(|it| Request { objects: objects.clone(), ..it.clone() }).collect();
            asked.iter().take(20).for_each(|request| drop(geocoder.search(request).unwrap()));
            let cpu = cpu_s();
            asked.iter().for_each(|request| drop(geocoder.search(request).unwrap()));
            format!("{:.3}", (cpu_s() - cpu) * 1e3 / asked.len() as f64)
        };
        println!("{class:>8}: {}", ways.each_ref().map(|(_, objects)| of(objects)).join(" / "));
    }
}

/// The same around a point, with all objects: the nearest, and what it costs where no object passes the filter.
fn ask_around(geocoder: &Geocoder, rows: &[Row], dice: &mut Dice) {
    for kind in [Kind::Poi, Kind::Parcel] {
        let filter = Filter { kinds: Some(vec![kind]), ..Filter::default() };
        let cpu = cpu_s();
        for _ in 0..1_000 {
            let point = rows[dice.below(rows.len())].at;
            let objects = seen(&Territory::Whole);
            drop(
                geocoder
                    .reverse(&Nearby { point, limit: 5, radius_m: 1_000.0, filter: filter.clone(), objects })
                    .unwrap(),
            );
        }
        println!(" reverse: {:.3} ({kind:?})", cpu_s() - cpu);
    }
    let nowhere = Filter { postcodes: vec!["01000".to_owned()], ..Filter::default() };
    let tags = Choice { tags: OsmTag::parse("natural:peak").into_iter().collect(), ..Choice::default() };
    let nothing = Filter { tags: Some(tags), ..Filter::default() };
    for (what, filter) in [("a postcode none has", nowhere), ("a tag none has", nothing)] {
        let filter = Filter { kinds: Some(vec![Kind::Poi]), ..filter };
        let (point, objects) = (rows[0].at, seen(&Territory::Whole));
        let nearby = Nearby { point, limit: 5, radius_m: 50_000.0, filter, objects };
        let cpu = cpu_s();
        (0..20).for_each(|_| drop(geocoder.reverse(&nearby).unwrap()));
        println!(" reverse: {:.3} ({what}, within 50 km)", (cpu_s() - cpu) * 1e3 / 20.0);
    }
}

/// The fourteen words that most objects have: nothing is left out sooner.
fn common_words(rows: &[Row]) -> String {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    rows.iter().flat_map(|row| row.street.split(' ').skip(1)).for_each(|word| *counts.entry(word).or_default() += 1);
    let mut words: Vec<&str> = counts.keys().copied().collect();
    words.sort_by_key(|word| (Reverse(counts[word]), *word));
    let kinds = KINDS.iter().map(|(kind, ..)| *kind);
    kinds.chain(words).take(14).collect::<Vec<_>>().join(" ")
}

fn question(class: &str, row: &Row, dice: &mut Dice) -> Request {
    let near = Some(Near::from(row.at));
    let proper = row.street.split_once(' ').map_or(row.street.as_str(), |(_, rest)| rest);
    let (text, near) = match class {
        "full" => (format!("{} {}", 1 + dice.below(20), row.street), None),
        "prefix" => (row.street.chars().take(row.street.chars().count() * 6 / 10).collect(), near),
        "typo" => (row.street.replacen(['a', 'e'], "", 1), None),
        _ => (format!("{} {proper}", KINDS[dice.below(KINDS.len())].0.to_lowercase()), near),
    };
    Request { text, finished: class != "prefix", near, limit: 10, ..Request::default() }
}

fn cpu_s() -> f64 {
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9
}

/// xorshift: the same draws every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}
