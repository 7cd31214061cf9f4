//! How soon a corrected address is found by a running service, and what searches cost meanwhile.
//!
//! `cargo bench --bench geocode-edits -- FOLDER [EDITS]`, where FOLDER holds `bal/*.csv`, one a commune, and
//! `codes_postaux.csv` as `data-samples --scale metropole --only addresses` writes them; it is copied, not changed.
//! Each edit adds a street to a commune's file; it is found once a search of the index that the service serves at
//! that moment answers with it. Searches are then timed in five pairs of runs, without and with edits going on.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // ranks of percentiles

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use geocoder::{BuildOptions, Request, build};
use traboule::{addresses, app::App, config::Config, service};

/// Searches of a run.
const SEARCHES: usize = 3_000;
const PAIRS: usize = 5;
/// Edits that this takes are lost.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (folder, edits) = match arguments.as_slice() {
        [folder] => (folder, 100),
        [folder, edits] => (folder, edits.parse().unwrap()),
        _ => return println!("geocode-edits FOLDER [EDITS]: nothing measured without data"),
    };
    let work = tempfile::tempdir().unwrap();
    let bal = copy(Path::new(folder), work.path());
    let index = work.path().join("index");
    let options = BuildOptions { postcodes: Some(work.path().join("codes_postaux.csv")), ..BuildOptions::default() };
    let built = build(&bal, &index, &options, &mut |_| ()).unwrap();
    println!("index         {:>8} addresses, {} files", built.addresses, bal.len());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(service::open_for(config(work.path(), &index))).unwrap();
    runtime.spawn(addresses::watch(app.clone()));
    let site = Site { app, bal, edits: AtomicUsize::new(0) };
    let delays: Vec<f64> = (0..edits).map(|_| site.edit().as_secs_f64()).collect();
    println!("edit → found  p50 {:.2} s, p99 {:.2} s, {edits} edits", share(&delays, 0.5), share(&delays, 0.99));
    searches(&site);
}

struct Site {
    app: App,
    bal: Vec<PathBuf>,
    /// Edits made.
    edits: AtomicUsize,
}

impl Site {
    /// Adds a street to the next commune's file; the time until it is found.
    fn edit(&self) -> Duration {
        let edit = self.edits.fetch_add(1, Ordering::Relaxed);
        let path = &self.bal[edit % self.bal.len()];
        let text = fs::read_to_string(path).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let columns: Vec<&str> = header.trim_end().split(';').collect();
        let mut cells: Vec<String> = rows.lines().next().unwrap().split(';').map(str::to_owned).collect();
        let street = format!("Rue Zwxq{}", letters(edit));
        for (column, cell) in columns.iter().zip(&mut cells) {
            match *column {
                "voie_nom" => street.clone_into(cell),
                name if name.starts_with("id_ban_a") || name.starts_with("id_ban_t") || name.starts_with("uid") => {
                    cell.clear();
                }
                _ => {}
            }
        }
        let next = path.with_extension("next");
        fs::write(&next, format!("{header}\n{}\n{rows}", cells.join(";"))).unwrap();
        let started = Instant::now();
        fs::rename(&next, path).unwrap();
        while self.first(&street).as_deref() != Some(&street) {
            assert!(started.elapsed() < PATIENCE, "edit {edit} is not found");
            std::thread::sleep(Duration::from_millis(5));
        }
        started.elapsed()
    }

    fn first(&self, text: &str) -> Option<String> {
        let request = Request { text: text.to_owned(), finished: true, limit: 1, ..Request::default() };
        self.app.geocoder()?.search(&request).unwrap().pop().map(|answer| answer.name)
    }
}

/// Searches alone, then beside edits made one after the other, in turn.
fn searches(site: &Site) {
    let texts = texts(&site.bal);
    let (mut quiet, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        quiet.push(run(site, &texts));
        let done = AtomicBool::new(false);
        busy.push(std::thread::scope(|scope| {
            let editor = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    site.edit();
                }
            });
            let p99 = run(site, &texts);
            done.store(true, Ordering::Relaxed);
            editor.join().unwrap();
            p99
        }));
    }
    let (quiet, busy) = (share(&quiet, 0.5), share(&busy, 0.5));
    println!("search p99    {quiet:.3} ms alone, {busy:.3} ms beside edits ({:+.1} %)", (busy / quiet - 1.0) * 100.0);
}

/// p99 of full addresses, in milliseconds, at the pace of many people typing.
fn run(site: &Site, texts: &[String]) -> f64 {
    let mut times = Vec::with_capacity(SEARCHES);
    for text in texts.iter().cycle().take(SEARCHES) {
        let request = Request { text: text.clone(), finished: true, limit: 5, ..Request::default() };
        let geocoder = site.app.geocoder().unwrap();
        let started = Instant::now();
        geocoder.search(&request).unwrap();
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        std::thread::sleep(Duration::from_millis(1));
    }
    share(&times, 0.99)
}

/// A full address of each file, over and over, rows apart.
fn texts(bal: &[PathBuf]) -> Vec<String> {
    let mut texts = Vec::new();
    for path in bal {
        let text = fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        let columns: Vec<&str> = lines.next().unwrap().split(';').collect();
        let [number, street, commune] = ["numero", "voie_nom", "commune_nom"]
            .map(|name| columns.iter().position(|column| column.trim() == name).unwrap());
        for line in lines.step_by(97).take(20) {
            let cells: Vec<&str> = line.split(';').collect();
            texts.push(format!("{} {} {}", cells[number], cells[street], cells[commune]));
        }
    }
    texts
}

fn config(work: &Path, index: &Path) -> Config {
    let mut config = Config::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("traboule.toml")).unwrap();
    config.server.snapshots = work.join("layers");
    config.server.state = format!("sqlite:{}", work.join("traboule.db").display());
    index.clone_into(&mut config.geocoder.index);
    config.geocoder.postcodes = Some(work.join("codes_postaux.csv"));
    config.geocoder.addresses = vec![traboule::config::AddressSource::Files(work.join("bal/*.csv"))];
    config
}

/// The BAL files and the postcodes; the files are returned in order.
fn copy(from: &Path, to: &Path) -> Vec<PathBuf> {
    fs::create_dir(to.join("bal")).unwrap();
    fs::copy(from.join("codes_postaux.csv"), to.join("codes_postaux.csv")).unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(from.join("bal")).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join("bal").join(path.file_name().unwrap());
        fs::copy(&path, &copy).unwrap();
        files.push(copy);
    }
    files.sort();
    files
}

/// A number in letters: figures would be read as a house number.
fn letters(number: usize) -> String {
    format!("{number:04}").bytes().map(|digit| char::from(digit - b'0' + b'k')).collect()
}

fn share(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}
