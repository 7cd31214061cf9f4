//! Files of 1,000, 100,000 and 1,000,000 rows through `geocoder::bulk`, against the generated Métropole of
//! 400,000 addresses: rows a second, and memory.
//!
//! `cargo bench --bench geocode-bulk [-- ROWS…]`; the data is made once, under the target folder. Rows are made
//! while they are read, so that memory is that of the work alone: the peak of the process during the run, from
//! /proc, with the pages of the index's maps and without them. Rows a core are rows by CPU second of the process:
//! other work on the machine does not count.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

#[path = "shared/inputs.rs"]
mod inputs;

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use geocoder::{
    BuildOptions, Geocoder, build,
    bulk::{Bulk, Counts, Options, Task, run},
};
use rustix::time::{ClockId, clock_gettime};

const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];
/// Of so many addresses, one is written in rows: few enough to leave the memory measured to the work.
const EVERY: usize = 20;

fn main() {
    let sizes: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let files = inputs::files(&inputs::metropole().join("bal"));
    let geocoder = index(&files);
    let writings = Writings::read(&files);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("{} addresses, {cores} cores\n", geocoder.manifest().addresses);
    println!("| rows | task, writing | threads | rows/s | rows/s a core | peak MB | without maps | ok | not found |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for writing in ["full", "no postcode, lower case", "one typo", "position"] {
        row(&geocoder, &writings, Some(writing), 20_000, 1);
    }
    for &size in &sizes {
        row(&geocoder, &writings, None, size, 1);
    }
    row(&geocoder, &writings, None, sizes.iter().copied().max().unwrap_or(1_000).min(100_000), cores);
}

fn row(geocoder: &Geocoder, writings: &Writings, writing: Option<&str>, rows: u64, threads: usize) {
    let (task, name) = match writing {
        Some("position") => (Task::Reverse, "reverse"),
        Some(writing) => (Task::Search, writing),
        None => (Task::Search, "the three in turn"),
    };
    let mut input = Rows { writings, writing, left: rows, next: 0, line: writings.header(task).into_bytes(), at: 0 };
    let mut options = Options::new(task);
    if task == Task::Search {
        options.set("columns", "adresse").unwrap();
    }
    fs::write("/proc/self/clear_refs", "5").unwrap(); // the peak begins here
    let (cpu, start) = (process_time(), Instant::now());
    let (mut out, mut anonymous, mut seen) = (0, 0, 0);
    let counts: Counts = run(Bulk::new(options), geocoder, threads, &mut input, &mut |piece, counts| {
        out += piece.len();
        if counts.rows >= seen {
            anonymous = anonymous.max(memory("RssAnon"));
            seen = counts.rows + 10_000;
        }
        Ok(())
    })
    .unwrap();
    let (wall, cpu) = (start.elapsed().as_secs_f64(), (process_time() - cpu).as_secs_f64());
    assert!(counts.rows == rows && out > 0);
    #[allow(clippy::cast_precision_loss)] // a count for people
    let count = rows as f64;
    println!(
        "| {rows} | {name} | {threads} | {:.0} | {:.0} | {:.1} | {:.1} | {} | {} |",
        count / wall,
        count / cpu,
        memory("VmHWM") / 1024,
        anonymous / 1024,
        counts.ok,
        counts.not_found
    );
}

fn index(files: &[PathBuf]) -> Geocoder {
    let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bulk-index");
    let postcodes = files[0].parent().and_then(Path::parent).map(|folder| folder.join("codes_postaux.csv"));
    let options = BuildOptions { postcodes, ..BuildOptions::default() };
    build(files, &store, &options, &mut |_| ()).unwrap();
    Geocoder::open(&store).unwrap()
}

/// Addresses as people write them, drawn evenly from all communes.
struct Writings {
    full: Vec<String>,
    bare: Vec<String>,
    typo: Vec<String>,
    position: Vec<String>,
}

impl Writings {
    fn read(files: &[PathBuf]) -> Self {
        let mut addresses = Vec::new();
        for file in files {
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(file).unwrap();
            let header = reader.headers().unwrap().clone();
            let column =
                |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name).unwrap();
            let names = ["numero", "suffixe", "voie_nom", "commune_nom", "long", "lat"].map(column);
            addresses.extend(
                reader.records().step_by(EVERY).map(|row| names.map(|at| row.as_ref().unwrap()[at].to_owned())),
            );
        }
        addresses.retain(|[number, ..]| number != "99999");
        // A step that is prime to the length visits every address once, from one commune to the next.
        let step =
            (1..).map(|n| addresses.len() * 618 / 1000 + n).find(|&step| gcd(step, addresses.len()) == 1).unwrap();
        let drawn = || (0..addresses.len()).map(|n| &addresses[n * step % addresses.len()]);
        let text = |[number, suffix, street, town, ..]: &[String; 6]| format!("{number}{suffix} {street} {town}");
        Self {
            full: drawn().map(text).collect(),
            bare: drawn().map(|row| text(row).to_lowercase().replace(['é', 'è'], "e")).collect(),
            typo: drawn().enumerate().map(|(n, row)| without_a_letter(&text(row), n)).collect(),
            position: drawn().map(|[.., lon, lat]| format!("{lon};{lat}")).collect(),
        }
    }

    fn header(&self, task: Task) -> String {
        match task {
            Task::Search => "n;adresse\n".to_owned(),
            Task::Reverse => "lon;lat\n".to_owned(),
        }
    }

    fn line(&self, writing: Option<&str>, n: u64) -> String {
        let of = |list: &[String]| list[usize::try_from(n).unwrap() % list.len()].clone();
        match (writing, n % 3) {
            (Some("position"), _) => format!("{}\n", of(&self.position)),
            (Some("full"), _) | (None, 0) => format!("{n};{}\n", of(&self.full)),
            (Some("one typo"), _) | (None, 1) => format!("{n};{}\n", of(&self.typo)),
            _ => format!("{n};{}\n", of(&self.bare)),
        }
    }
}

/// One letter of the street left out, another in each row.
fn without_a_letter(text: &str, n: usize) -> String {
    let letters: Vec<usize> = text
        .char_indices()
        .skip_while(|(_, c)| !c.is_whitespace())
        .filter(|(_, c)| c.is_alphabetic())
        .map(|(at, _)| at)
        .collect();
    let mut text = text.to_owned();
    text.remove(letters[n % letters.len()]);
    text
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A file that is made while it is read.
struct Rows<'a> {
    writings: &'a Writings,
    writing: Option<&'a str>,
    left: u64,
    next: u64,
    line: Vec<u8>,
    at: usize,
}

impl Read for Rows<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() && self.left > 0 {
            self.line.clear();
            while self.left > 0 && self.line.len() < 32 * 1024 {
                self.line.extend_from_slice(self.writings.line(self.writing, self.next).as_bytes());
                self.next += 1;
                self.left -= 1;
            }
            self.at = 0;
        }
        let given = (&self.line[self.at..]).read(buffer)?;
        self.at += given;
        Ok(given)
    }
}

/// A line of /proc/self/status, in KiB.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}
