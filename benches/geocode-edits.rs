//! How soon a corrected address is found by a running service, and what searches cost meanwhile.
//!
//! `cargo bench --bench geocode-edits -- FOLDER [EDITS]`, where FOLDER holds `bal/*.csv`, one a commune or several in
//! one, and `codes_postaux.csv` as `data-samples --scale metropole --only addresses` writes them; it is copied, not
//! changed. Each edit adds a row somewhere in the next file, in turn a street and a number of a street that is there;
//! it is found once a search of the index that the service serves at that moment answers with it. Searches are then
//! timed in five pairs of runs, without and with edits going on, in turns.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // ranks of percentiles

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use geocoder::{BuildOptions, Request, build};
use rustix::time::{ClockId, clock_gettime};
use traboule::{addresses, app::App, config::Config, service};

/// Searches of a run, and in how many turns; pairs of runs.
const SEARCHES: usize = 3_000;
const TURNS: usize = 4;
const PAIRS: usize = 5;
/// Edits that this takes are lost.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (folder, edits) = match arguments.as_slice() {
        [folder] => (folder, 300),
        [folder, edits] => (folder, edits.parse().unwrap()),
        _ => return println!("geocode-edits FOLDER [EDITS]: nothing measured without data"),
    };
    let work = tempfile::tempdir().unwrap();
    let bal = copy(Path::new(folder), work.path());
    let index = work.path().join("index");
    let options = BuildOptions { postcodes: Some(work.path().join("codes_postaux.csv")), ..BuildOptions::default() };
    let built = build(&bal, &index, &options, &mut |_| ()).unwrap();
    println!("index            {:>8} addresses, {} files", built.addresses, bal.len());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(service::open_for(config(work.path(), &index))).unwrap();
    runtime.spawn(addresses::watch(app.clone()));
    let site = Site { app, bal, edits: AtomicUsize::new(0) };
    edit_all(&site, edits);
    searches(&site);
    println!("load             {}", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
}

/// What becomes of so many edits, one after the other.
fn edit_all(site: &Site, edits: usize) {
    let made: Vec<Edit> = (0..edits).map(|_| site.edit()).collect();
    let delays: Vec<f64> = made.iter().map(|edit| edit.delay.as_secs_f64()).collect();
    let cpu: Vec<f64> = made.iter().map(|edit| edit.cpu.as_secs_f64()).collect();
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(|rank| share(&delays, rank));
    println!("edit → found     p50 {p50:.2} s, p99 {p99:.2} s, longest {most:.2} s, {edits} edits");
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(|rank| share(&cpu, rank));
    println!("CPU of the whole p50 {p50:.2} s, p99 {p99:.2} s, most {most:.2} s, searches until it is found included");
}

struct Site {
    app: App,
    bal: Vec<PathBuf>,
    /// Edits made.
    edits: AtomicUsize,
}

/// How long one took, and how much CPU time all threads spent meanwhile.
struct Edit {
    delay: Duration,
    cpu: Duration,
}

impl Site {
    /// Adds a row to the next file.
    fn edit(&self) -> Edit {
        let edit = self.edits.fetch_add(1, Ordering::Relaxed);
        let path = &self.bal[edit % self.bal.len()];
        let text = fs::read_to_string(path).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let at = some_line(rows, edit);
        let mut row = Row::of(header, rows[at..].lines().next().unwrap());
        let (sought, name, number) =
            if edit.is_multiple_of(2) { row.other_street(edit) } else { row.other_number(edit) };
        let next = path.with_extension("next");
        fs::write(&next, format!("{header}\n{}{}\n{}", &rows[..at], row.cells.join(";"), &rows[at..])).unwrap();
        let (started, cpu) = (Instant::now(), clock(ClockId::ProcessCPUTime));
        fs::rename(&next, path).unwrap();
        while self.first(&sought) != Some((name.clone(), number.clone())) {
            assert!(started.elapsed() < PATIENCE, "edit {edit}: {sought} is not found but {:?}", self.first(&sought));
            std::thread::sleep(Duration::from_millis(5));
        }
        Edit { delay: started.elapsed(), cpu: clock(ClockId::ProcessCPUTime).saturating_sub(cpu) }
    }

    fn first(&self, text: &str) -> Option<(String, Option<String>)> {
        let request = Request { text: text.to_owned(), finished: true, limit: 1, ..Request::default() };
        self.app.geocoder()?.search(&request).unwrap().pop().map(|answer| (answer.name, answer.house_number))
    }
}

/// Where a line begins, another one each time.
fn some_line(rows: &str, edit: usize) -> usize {
    let somewhere = (edit * 7_919 + 104_729) * 31 % rows.len();
    rows.as_bytes()[..somewhere].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1)
}

/// A row of a BAL, without identifiers of the national base: those of the row it was taken from are that one's.
struct Row {
    columns: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    fn of(header: &str, line: &str) -> Self {
        let columns: Vec<String> =
            header.trim_end().split(';').map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        let cell = |(name, cell): (&String, &str)| if name.starts_with("id_ban") { "" } else { cell }.to_owned();
        let cells = columns.iter().zip(line.trim_end().split(';')).map(cell).collect();
        Self { columns, cells }
    }

    fn cell(&mut self, column: &str) -> &mut String {
        let at = self.columns.iter().position(|name| name == column).unwrap();
        &mut self.cells[at]
    }

    /// Becomes that of another street: what to search, and what is then found.
    fn other_street(&mut self, edit: usize) -> (String, String, Option<String>) {
        let name = format!("Rue Zwxq{}", letters(edit));
        name.clone_into(self.cell("voie_nom"));
        (name.clone(), name, None)
    }

    /// Becomes that of another number of its street.
    fn other_number(&mut self, edit: usize) -> (String, String, Option<String>) {
        let number = 5_000 + edit;
        *self.cell("numero") = number.to_string();
        self.cell("suffixe").clear();
        let key = self.cell("cle_interop");
        let street: Vec<&str> = key.split('_').take(2).collect();
        *key = format!("{}_{number:05}", street.join("_"));
        let (name, commune) = (self.cell("voie_nom").clone(), self.cell("commune_nom").clone());
        (format!("{number} {name} {commune}"), name, Some(number.to_string()))
    }
}

/// Searches alone and beside edits made one after the other. The two runs of a pair take turns, a share of each at a
/// time: what else the machine does then falls on both.
fn searches(site: &Site) {
    let texts = texts(&site.bal);
    let (mut quiet, mut busy) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (mut alone, mut beside, mut edits) = (Times::default(), Times::default(), 0);
        for turn in 0..TURNS {
            let some: Vec<&String> =
                texts.iter().cycle().skip((pair * TURNS + turn) * SEARCHES / TURNS).take(SEARCHES / TURNS).collect();
            alone.search(site, &some);
            edits += beside_edits(site, || beside.search(site, &some));
        }
        let (alone, beside) = (alone.figures(), beside.figures());
        println!("  pair {}         {} alone; {} beside {edits} edits", pair + 1, alone.line(), beside.line());
        quiet.push(alone);
        busy.push(beside);
    }
    type Figure = fn(&Run) -> f64;
    let figures: [(&str, Figure); 3] =
        [("p99", |run| run.p99), ("p99 of CPU", |run| run.cpu_p99), ("mean CPU", |run| run.cpu_mean)];
    for (name, figure) in figures {
        let [quiet, busy] = [&quiet, &busy].map(|runs| share(&runs.iter().map(figure).collect::<Vec<_>>(), 0.5));
        let change = (busy / quiet - 1.0) * 100.0;
        println!(
            "search, {name:<10} {quiet:.3} ms alone, {busy:.3} ms beside edits ({change:+.1} %), medians of {PAIRS}"
        );
    }
}

/// Searches of full addresses, in milliseconds.
struct Run {
    p99: f64,
    cpu_p99: f64,
    cpu_mean: f64,
}

impl Run {
    fn line(&self) -> String {
        format!("p99 {:.3} ms, of CPU {:.3} ms", self.p99, self.cpu_p99)
    }
}

/// Does something while edits are made one after the other; how many were.
fn beside_edits(site: &Site, work: impl FnOnce()) -> usize {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let editor = scope.spawn(|| {
            let mut edits = 0;
            while !done.load(Ordering::Relaxed) {
                site.edit();
                edits += 1;
            }
            edits
        });
        work();
        done.store(true, Ordering::Relaxed);
        editor.join().unwrap()
    })
}

/// Of searches, in milliseconds.
#[derive(Default)]
struct Times {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Times {
    /// Searches at the pace of many people typing.
    fn search(&mut self, site: &Site, texts: &[&String]) {
        for &text in texts {
            let request = Request { text: text.clone(), finished: true, limit: 5, ..Request::default() };
            let geocoder = site.app.geocoder().unwrap();
            let (started, spent) = (Instant::now(), clock(ClockId::ThreadCPUTime));
            geocoder.search(&request).unwrap();
            self.cpu.push((clock(ClockId::ThreadCPUTime).saturating_sub(spent)).as_secs_f64() * 1_000.0);
            self.wall.push(started.elapsed().as_secs_f64() * 1_000.0);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn figures(&self) -> Run {
        let cpu_mean = self.cpu.iter().sum::<f64>() / self.cpu.len() as f64;
        Run { p99: share(&self.wall, 0.99), cpu_p99: share(&self.cpu, 0.99), cpu_mean }
    }
}

fn clock(which: ClockId) -> Duration {
    Duration::try_from(clock_gettime(which)).unwrap()
}

/// Full addresses of each file, a great many rows apart.
fn texts(bal: &[PathBuf]) -> Vec<String> {
    let mut texts = Vec::new();
    for path in bal {
        let text = fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        let columns: Vec<&str> = lines.next().unwrap().split(';').collect();
        let [number, street, commune] = ["numero", "voie_nom", "commune_nom"]
            .map(|name| columns.iter().position(|column| column.trim() == name).unwrap());
        for line in lines.step_by(97).take(400) {
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
