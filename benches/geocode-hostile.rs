//! What texts cost that nobody types to find an address: the dearest of each shape.
//!
//! `cargo bench -p geocoder --bench geocode-hostile -- [--n QUERIES] [--shape NAME] [INDEX…]`, where INDEX is the
//! folder of a built index. Without one, the BAN of Paris and the reconstructed BAL of the Métropole, found through
//! `TRABOULE_REAL_DATA`, are built into one first. Each text is asked twice and the lesser CPU time of the two counts:
//! what the system does meanwhile is not the text's. The dearest text of the run is printed: all are made up.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use geocoder::{BuildOptions, Error, Geocoder, Request, build};
use rustix::time::{ClockId, clock_gettime};

#[path = "../geocoder/tests/support/dice.rs"]
mod dice;
#[path = "../geocoder/tests/hostile/texts.rs"]
mod texts;

use dice::Dice;
use texts::{SHAPES, Shape};

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut count, mut only, mut indexes) = (1_000, None, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--n" => count = arguments.next().unwrap().parse().unwrap(),
            "--shape" => only = arguments.next(),
            _ => indexes.push(PathBuf::from(argument)),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    if indexes.is_empty() {
        let Some(data) = std::env::var_os("TRABOULE_REAL_DATA") else {
            return println!("geocode-hostile INDEX: nothing measured without an index or TRABOULE_REAL_DATA");
        };
        indexes.push(paris_and_lyon(Path::new(&data), folder.path()));
    }
    for index in indexes {
        let geocoder = Geocoder::open(&index).unwrap();
        let manifest = geocoder.manifest();
        println!("{} addresses, {} places; CPU of a search, ms", manifest.addresses, manifest.places);
        for (name, shape) in SHAPES.into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
            measure(&geocoder, name, shape, count);
        }
    }
}

fn paris_and_lyon(data: &Path, folder: &Path) -> PathBuf {
    let files = ["addresses/adresses-75.csv.gz", "addresses/derive/bal_metropole_lyon_reconstituee.csv.gz"];
    let postcodes = Some(data.join("layers/limites/codes-postaux-69.csv"));
    let options = BuildOptions { postcodes, ..BuildOptions::default() };
    build(&files.map(|file| data.join(file)), folder, &options, &mut |_| ()).unwrap();
    folder.to_owned()
}

fn measure(geocoder: &Geocoder, name: &str, shape: Shape, count: usize) {
    let mut dice = Dice::of(13);
    let mut costs: Vec<(Duration, Request)> = (0..count)
        .map(|_| {
            let request = texts::request(&mut dice, shape);
            ([cost(geocoder, &request), cost(geocoder, &request)].into_iter().min().unwrap(), request)
        })
        .collect();
    costs.sort_by_key(|(cost, _)| *cost);
    let ms = |cost: Duration| cost.as_secs_f64() * 1_000.0;
    let at = |percent: usize| ms(costs[(count - 1) * percent / 100].0);
    let mean = costs.iter().map(|(cost, _)| ms(*cost)).sum::<f64>() / count as f64;
    println!("{name:<22} mean {mean:>7.3}  p50 {:>7.3}  p99 {:>7.3}  max {:>7.3}", at(50), at(99), at(100));
    let (_, Request { text, finished, near, filter, .. }) = &costs[count - 1];
    println!("    dearest: {text:?}, finished: {finished}, near: {near:?}, filter: {filter:?}");
}

/// CPU time of the thread.
fn cost(geocoder: &Geocoder, request: &Request) -> Duration {
    let before = thread_cpu();
    match geocoder.search(request) {
        Ok(_) | Err(Error::EmptyQuery) => {}
        Err(error) => panic!("{error}"),
    }
    thread_cpu() - before
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}
