//! How well addresses are found: query classes drawn from real corpora, each answer held against the truth.
//!
//! `cargo bench --bench geocode-quality -- [--corpus paris,lyon | generated | FILE,…] [--classes a,b] [--n 1000]
//! [--seed 7] [--explain-misses 20] [--removed 5000] [--peer addok] [--lyon-only] [--json FILE]`; `make quality` runs
//! the same in the development profile. `paris` and `lyon` are read from TRABOULE_REAL_DATA.
//! Reading order: `corpus`, `classes`, `truth`, `run`, `report`.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

mod args;
mod calibration;
mod classes;
mod corpus;
mod dice;
mod edits;
mod index;
mod measure;
mod partial;
mod report;
mod reverse;
mod run;
mod sources;
mod tester;
mod text;
mod truth;
mod typed;
mod written;
mod wrong;

use std::path::Path;

use args::Args;
use classes::{CLASSES, Class, Group};
use corpus::Corpus;
use dice::Dice;
use geocoder::Geocoder;
use run::Tally;
use truth::Query;

/// Apart from the seed of the run: queries for calibration are never those that are counted.
const SET_ASIDE: u64 = 0x5e7a_51de;

fn main() {
    let args = Args::read(std::env::args().skip(1));
    let (mut corpus, postcodes) = sources::read(&args.corpora);
    corpus.remove(args.removed, &mut Dice::new(args.seed, "removed"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("geocode-quality-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let measured = index::index(&corpus, &postcodes, &folder);
    println!(
        "{} addresses of {} places indexed in {:.1} s, {:.1} MB; {} rows refused",
        measured.built.addresses,
        measured.built.places,
        measured.seconds,
        measured.bytes as f64 / 1e6,
        measured.built.report.rows() - measured.built.report.accepted()
    );
    let geocoder = Geocoder::open(&measured.store).unwrap();
    let asked = queries(&corpus, &args, args.seed, args.count);
    let tallies = ask_all(&corpus, &geocoder, &asked);
    report::classes(&tallies);
    let aside = queries(&corpus, &args, args.seed ^ SET_ASIDE, args.count.div_ceil(2));
    calibration::table(&ask_all(&corpus, &geocoder, &aside));
    report::misses(&corpus, &tallies, args.explain);
    drop(geocoder);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A class, a corpus, and its queries.
type Drawn = ((String, Group, String), Vec<Query>);

fn queries(corpus: &Corpus, args: &Args, seed: u64, count: usize) -> Vec<Drawn> {
    let positions = reverse::Positions::of(corpus);
    let wanted = |class: &&Class| args.classes.is_empty() || args.classes.iter().any(|name| name == class.name);
    let mut all = Vec::new();
    for class in CLASSES.iter().filter(wanted) {
        for (source, name) in corpus.sources.iter().map(|source| &source.name).enumerate() {
            let mut dice = Dice::new(seed, &format!("{} {name}", class.name));
            let addresses = corpus.of_source(source);
            let drawn = classes::draw(class, corpus, &positions, &addresses, count, &mut dice);
            all.push(((class.name.to_owned(), class.group, name.clone()), drawn));
        }
    }
    if seed == args.seed && (args.classes.is_empty() || args.classes.iter().any(|name| name == "given")) {
        all.extend(sources::given(corpus));
    }
    all
}

fn ask_all(corpus: &Corpus, geocoder: &Geocoder, asked: &[Drawn]) -> Vec<Tally> {
    let mut tallies = Vec::new();
    for ((class, group, source), queries) in asked {
        tallies.push(run::tally(corpus, (class, *group, source), queries, |query| run::ask(geocoder, query)));
    }
    tallies
}
