//! How well addresses are found: query classes drawn from real corpora, each answer held against the truth.
//!
//! `cargo bench --bench geocode-quality -- [--corpus paris,lyon | generated | FILE,…] [--postcodes FILE]
//! [--lyon-only] [--classes a,b] [--n 1000] [--seed 7] [--removed 5000] [--explain-misses 20] [--json FILE]
//! [--peer addok] [--citycode]`, or `-- --fit SEED [--n 1000]`; `make quality` runs the same in the development
//! profile, for those who work on matching. `paris` and `lyon` are read from TRABOULE_REAL_DATA.
//! Reading order: `corpus`, `classes`, `truth`, `run`, `report`.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

mod args;
mod calibration;
mod classes;
mod compare;
mod corpus;
#[path = "../../geocoder/tests/support/dice.rs"]
mod dice;
mod documents;
mod edits;
mod everyday;
mod fit;
mod goals;
mod half_words;
mod house_numbers;
mod http;
mod index;
#[path = "../shared/inputs.rs"]
mod inputs;
mod inside;
mod isotonic;
mod json;
mod measure;
mod memory;
mod nowhere;
mod partial;
mod peer_addok;
mod quarters;
mod report;
mod reverse;
mod rows;
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
use measure::Cost;
use peer_addok::Addok;
use run::Tally;
use truth::{Found, Query};

/// Apart from the seed of the run: queries for calibration are never those that are counted.
const SET_ASIDE: u64 = 0x5e7a_51de;

fn main() {
    let mut given = std::env::args().skip(1).peekable();
    if given.next_if(|first| first == memory::CHILD).is_some() {
        return memory::serve(Path::new(&given.next().unwrap()));
    }
    let args = Args::read(given);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("geocode-quality-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    if args.fit {
        fit::print(&args, &folder)
    } else {
        measure(&args, &folder)
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn measure(args: &Args, folder: &Path) {
    let (mut corpus, postcodes) = sources::read(&args.corpora, args.postcodes.as_deref());
    corpus.remove(args.removed, &mut Dice::new(args.seed, "removed"));
    let measured = index::index(&corpus, &postcodes, folder);
    let geocoder = Geocoder::open(&measured.store).unwrap();
    let asked = queries(&corpus, args, args.seed, args.count);
    let tallies = ask_all(&corpus, &asked, |query| run::ask(&geocoder, query, args.citycode));
    let opened = memory::open_apart(&measured.store, &some(&asked));
    report::index(&measured, &opened);
    report::classes(&tallies);
    let aside = queries(&corpus, args, args.seed ^ SET_ASIDE, args.count.div_ceil(2));
    let reliability = ask_all(&corpus, &aside, |query| run::ask(&geocoder, query, args.citycode));
    calibration::table(&reliability);
    report::surest_misses(&corpus, &reliability, args.explain);
    goals::table(&tallies, &measured, &opened);
    report::misses(&corpus, &tallies, args.explain);
    report::strays(&corpus, &tallies, args.explain);
    if args.peer {
        compare_with_addok(&corpus, args, folder, &asked, &tallies);
    }
    if let Some(path) = &args.json {
        json::write(&tallies, path);
    }
}

fn compare_with_addok(corpus: &Corpus, args: &Args, folder: &Path, asked: &[Drawn], ours: &[Tally]) {
    let documents = folder.join("addok.ndjson");
    documents::write(corpus, &documents);
    let mut addok = Addok::start(&documents, folder, args.citycode);
    let mut theirs = Vec::new();
    for ((class, group, source), queries) in asked {
        let before = addok.cpu();
        let mut tally = run::tally(corpus, (class, *group, source), queries, |query| addok.ask(query));
        // The system counts in hundredths of a second: a mean over the class is all there is to know.
        let mean = measure::milliseconds(addok.cpu() - before) / queries.len().max(1) as f64;
        tally.asked.iter_mut().for_each(|asked| asked.cost.cpu = mean);
        theirs.push(tally);
    }
    let megabytes = addok.memory() as f64 / 1e6;
    println!("\naddok: import {:.1} s, {megabytes:.0} MB resident, database included", addok.import.as_secs_f64());
    compare::table(ours, &theirs);
    compare::lost(ours, &theirs, args.explain);
}

/// A thousand queries or so of all classes.
fn some(asked: &[Drawn]) -> Vec<&Query> {
    let all: Vec<&Query> = asked.iter().flat_map(|(_, queries)| queries).collect();
    all.iter().copied().step_by((all.len() / 1_000).max(1)).collect()
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
    let nowhere = sources::nowhere(corpus, count, seed);
    all.extend(nowhere.into_iter().filter(|((class, ..), _)| args.classes.is_empty() || args.classes.contains(class)));
    if seed == args.seed && (args.classes.is_empty() || args.classes.iter().any(|name| name == "given")) {
        all.extend(sources::given(corpus));
    }
    all
}

fn ask_all(corpus: &Corpus, asked: &[Drawn], mut answer: impl FnMut(&Query) -> (Vec<Found>, Cost)) -> Vec<Tally> {
    let mut tallies = Vec::new();
    for ((class, group, source), queries) in asked {
        tallies.push(run::tally(corpus, (class, *group, source), queries, &mut answer));
    }
    tallies
}
