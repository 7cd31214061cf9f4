//! What the command line asks for, read by hand: a bench owes nobody a parser.

use std::path::PathBuf;

/// The options, with their defaults.
pub(crate) struct Args {
    /// `paris`, `lyon`, `generated`, or paths of BAN csv and BAL files.
    pub corpora: Vec<String>,
    /// La Poste's list for corpora given as files: a BAL has no postcodes.
    pub postcodes: Option<PathBuf>,
    /// Names of classes; all when empty.
    pub classes: Vec<String>,
    /// Queries a class and corpus.
    pub count: usize,
    pub seed: u64,
    /// Misses shown a class.
    pub explain: usize,
    /// Ask addok the same.
    pub peer: bool,
    /// Send the commune named as a filter, to both.
    pub citycode: bool,
    /// Fit the score on the queries of `seed` instead of measuring.
    pub fit: bool,
    /// Addresses taken out of the index.
    pub removed: usize,
    pub json: Option<PathBuf>,
}

impl Args {
    /// Reads the arguments; stops at one it does not know.
    pub(crate) fn read(mut given: impl Iterator<Item = String>) -> Self {
        let mut args = Self {
            corpora: vec!["paris".to_owned(), "lyon".to_owned()],
            postcodes: None,
            classes: Vec::new(),
            count: 1_000,
            seed: 7,
            explain: 0,
            peer: false,
            citycode: false,
            fit: false,
            removed: 5_000,
            json: None,
        };
        while let Some(name) = given.next() {
            let mut value = || given.next().unwrap_or_else(|| panic!("{name} needs a value"));
            match name.as_str() {
                "--bench" => {} // cargo's own
                "--corpus" => args.corpora = list(&value()),
                "--lyon-only" => args.corpora = list("lyon"),
                "--postcodes" => args.postcodes = Some(value().into()),
                "--classes" => args.classes = list(&value()),
                "--n" => args.count = number(&value()),
                "--fit" => (args.fit, args.seed) = (true, number(&value()) as u64),
                "--seed" => args.seed = number(&value()) as u64,
                "--explain-misses" => args.explain = number(&value()),
                "--removed" => args.removed = number(&value()),
                "--json" => args.json = Some(value().into()),
                "--citycode" => args.citycode = true,
                "--peer" => args.peer = value() == "addok",
                other => panic!("unknown argument {other}"),
            }
        }
        args
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("{text}: not a number"))
}
