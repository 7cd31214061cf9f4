//! The address index at any size: what building it takes, what it weighs, how soon it answers and what an answer costs.
//!
//! `cargo bench -p geocoder --bench geocode-scale -- FOLDER INDEX [QUERIES]`, where FOLDER holds `bal/*.csv` and
//! `codes_postaux.csv` as `data-samples --communes` writes them. The build and the questions run in processes of their
//! own, so that the memory of one is not that of the other. Queries are drawn from the rows; none is kept.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use geocoder::{BuildOptions, Filter, Geocoder, Near, Nearby, Progress, Request, build};
use layers::LonLat;
use rustix::time::{ClockId, clock_gettime};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["build", folder, index] => build_once(Path::new(folder), Path::new(index)),
        ["ask", folder, index, queries] => ask(Path::new(folder), Path::new(index), queries.parse().unwrap()),
        [folder, index] => both(folder, index, "2000"),
        [folder, index, queries] => both(folder, index, queries),
        _ => println!("geocode-scale FOLDER INDEX [QUERIES]: nothing measured without data"),
    }
}

fn both(folder: &str, index: &str, queries: &str) {
    for step in [&["build", folder, index][..], &["ask", folder, index, queries]] {
        let status = Command::new(std::env::current_exe().unwrap()).args(step).status().unwrap();
        assert!(status.success(), "{step:?}");
    }
}

fn build_once(folder: &Path, index: &Path) {
    let mut options = BuildOptions { postcodes: Some(folder.join("codes_postaux.csv")), ..BuildOptions::default() };
    options.metropole = ["69123", "69266"].map(|code| code.parse().unwrap()).into();
    let (started, mut phase) = (Instant::now(), 0);
    let mut say = |progress: Progress| {
        let now = match progress {
            Progress::Read(done, all) if done < all => 1,
            Progress::Read(..) | Progress::Gather(..) => 2,
            Progress::Index(..) => 3,
        };
        if now != phase {
            println!("{:>8.1} s  {}", started.elapsed().as_secs_f64(), ["", "reading", "gathering", "words"][now]);
            phase = now;
        }
    };
    let built = build(&files(folder), index, &options, &mut say).unwrap();
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    println!("build         {:>10.1} s wall", started.elapsed().as_secs_f64());
    println!("              {:>10.1} s CPU", cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9);
    println!("              {:>10.1} MB at most in memory", status_mb("VmHWM"));
    println!("index         {:>10} addresses, {} places", built.addresses, built.places);
    println!(
        "              {:>10} rows, {} refused",
        built.report.rows(),
        built.report.rows() - built.report.accepted()
    );
    let geocoder = Geocoder::open(index).unwrap();
    for (name, stamp) in &geocoder.manifest().files {
        println!("              {:>10.1} MB {name}", stamp.bytes as f64 / 1e6);
    }
    let bytes: u64 = geocoder.manifest().files.values().map(|stamp| stamp.bytes).sum();
    println!("              {:>10.1} MB on disk", bytes as f64 / 1e6);
    let started = Instant::now();
    geocoder.verify().unwrap();
    println!("verify        {:>10.2} s", started.elapsed().as_secs_f64());
}

/// What is asked: a text or a point.
enum Question {
    Text(Request),
    Point(Nearby),
}

/// Makes a question of a row.
type Class = fn(&Row) -> Question;

fn ask(folder: &Path, index: &Path, queries: usize) {
    let mut sample = Sample::open(folder);
    let classes: [(&str, Class); 5] =
        [("full", full), ("prefix", prefix), ("typo", typo), ("reverse", reverse), ("parcel", parcel)];
    let first = sample.row();
    let started = Instant::now();
    let geocoder = Geocoder::open(index).unwrap();
    let opened = started.elapsed();
    answer(&geocoder, &full(&first));
    println!("open          {:>10.1} ms, {:.1} ms to the first answer", ms(opened), ms(started.elapsed()));
    for (name, class) in classes {
        let (mut wall, mut cpu, mut empty) = (Vec::new(), Vec::new(), 0);
        for round in 0..2 {
            // The first round warms the files; other rows are asked in the second.
            for _ in 0..queries {
                let question = class(&sample.row());
                let (before, started) = (thread_cpu(), Instant::now());
                let found = answer(&geocoder, &question);
                if round == 1 {
                    wall.push(ms(started.elapsed()));
                    cpu.push(ms(thread_cpu() - before));
                    empty += usize::from(found == 0);
                }
            }
        }
        let mean = cpu.iter().sum::<f64>() / queries as f64;
        let spread = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            let at = |percent: usize| times[(times.len() - 1) * percent / 100];
            format!("p50 {:.3} p99 {:.3} max {:.3}", at(50), at(99), at(100))
        };
        let (cpu, wall) = (spread(cpu), spread(wall));
        println!("{name:<8} ms CPU a query: mean {mean:.3} {cpu}; wall {wall}; {empty} of {queries} empty");
    }
    println!("memory        {:>10.1} MB anonymous, {:.1} MB with maps", status_mb("RssAnon"), status_mb("VmRSS"));
}

fn answer(geocoder: &Geocoder, question: &Question) -> usize {
    match question {
        Question::Text(request) => geocoder.search(request).unwrap().len(),
        Question::Point(nearby) => geocoder.reverse(nearby).unwrap().len(),
    }
}

/// What a question is made of.
struct Row {
    house: String,
    street: String,
    commune: String,
    /// The first it lies on.
    parcel: String,
    at: LonLat,
    /// A number drawn for the question.
    draw: u64,
}

fn text(text: String, finished: bool, near: Option<LonLat>) -> Question {
    Question::Text(Request { text, finished, near: near.map(Near::from), limit: 5, ..Request::default() })
}

fn full(row: &Row) -> Question {
    text(format!("{} {} {}", row.house, row.street, row.commune), true, None)
}

/// Number and six letters out of ten of the street, the map a kilometre away.
fn prefix(row: &Row) -> Question {
    let kept = row.street.chars().count() * 6 / 10;
    let start: String = row.street.chars().take(kept).collect();
    let near = LonLat { lon: row.at.lon + 0.01, lat: row.at.lat + 0.005 };
    text(format!("{} {}", row.house, start.to_lowercase()), false, Some(near))
}

/// A letter of the street replaced.
fn typo(row: &Row) -> Question {
    let mut letters: Vec<char> = row.street.to_lowercase().chars().collect();
    let at = usize::try_from(row.draw).unwrap_or(0) % letters.len();
    letters[at] = char::from(b'a' + u8::try_from(row.draw / 64 % 26).unwrap());
    text(format!("{} {} {}", row.house, letters.iter().collect::<String>(), row.commune), true, None)
}

fn reverse(row: &Row) -> Question {
    let point = LonLat { lon: row.at.lon + 0.000_05, lat: row.at.lat + 0.000_05 };
    Question::Point(Nearby { point, limit: 1, radius_m: 1_000.0, filter: Filter::default(), objects: Vec::new() })
}

fn parcel(row: &Row) -> Question {
    text(row.parcel.clone(), true, None)
}

/// Rows drawn from the files, each file in proportion to its size.
struct Sample {
    files: Vec<(File, u64, Vec<usize>)>,
    state: u64,
}

impl Sample {
    fn open(folder: &Path) -> Self {
        let open = |path: PathBuf| {
            let mut header = String::new();
            BufReader::new(File::open(&path).unwrap()).read_line(&mut header).unwrap();
            let names: Vec<&str> = header.trim_end().split(';').collect();
            let columns = ["numero", "suffixe", "voie_nom", "commune_nom", "long", "lat", "cad_parcelles"];
            let columns = columns.map(|column| names.iter().position(|name| *name == column).unwrap());
            (File::open(&path).unwrap(), fs::metadata(&path).unwrap().len(), columns.to_vec())
        };
        Self { files: files(folder).into_iter().map(open).collect(), state: 69 }
    }

    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state >> 24
    }

    fn row(&mut self) -> Row {
        let bytes: u64 = self.files.iter().map(|(_, bytes, _)| bytes).sum();
        loop {
            let mut at = self.draw() % bytes;
            let draw = self.draw();
            let file = self.files.iter_mut().find(|(_, bytes, _)| match at.checked_sub(*bytes) {
                Some(rest) => {
                    at = rest;
                    false
                }
                None => true,
            });
            let (file, _, columns) = file.unwrap();
            let mut part = vec![0; 1_200];
            file.seek(SeekFrom::Start(at)).unwrap();
            let read = file.read(&mut part).unwrap();
            let part = String::from_utf8_lossy(&part[..read]).into_owned();
            let Some(line) = part.lines().nth(1).filter(|_| part.lines().count() > 2) else { continue };
            let cells: Vec<&str> = line.split(';').collect();
            let [number, suffix, street, commune, lon, lat, parcels] = columns[..] else { continue };
            let (Ok(lon), Ok(lat)) = (cells[lon].parse(), cells[lat].parse()) else { continue };
            if cells[number] != "99999" {
                let house = format!("{}{}", cells[number], cells[suffix]);
                let (street, commune) = (cells[street].to_owned(), cells[commune].to_owned());
                let parcel = cells[parcels].split('|').next().unwrap_or_default().to_owned();
                return Row { house, street, commune, parcel, at: LonLat { lon, lat }, draw };
            }
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder.join("bal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    files
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// A line of `/proc/self/status`, in megabytes.
fn status_mb(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1_024.0 / 1e6
}
