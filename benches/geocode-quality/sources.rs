//! Where the corpora and the queries of others are: the real data beside the project, the generated Métropole,
//! or files named on the command line.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    classes::Group,
    corpus::{Corpus, Source},
    rows::{Postcodes, read_postcodes},
    tester,
    truth::Query,
};

/// The corpora of those names.
pub(crate) fn read(names: &[String], list: Option<&Path>) -> (Corpus, Postcodes) {
    let mut postcodes = list.map(read_postcodes).unwrap_or_default();
    let mut files = Vec::new();
    let mut sources = Vec::new();
    for name in names {
        match name.as_str() {
            "paris" => sources.push(source("Paris", vec![real_data().join("addresses/adresses-75.csv.gz")])),
            "lyon" => {
                let bal = "addresses/derive/bal_metropole_lyon_reconstituee.csv.gz";
                sources.push(source("Lyon", vec![real_data().join(bal)]));
                postcodes.extend(read_postcodes(&real_data().join("layers/limites/codes-postaux-69.csv")));
            }
            "generated" => {
                let folder = generated();
                sources.push(source("generated", files_of(&folder.join("bal"))));
                postcodes.extend(read_postcodes(&folder.join("codes_postaux.csv")));
            }
            file => files.push(PathBuf::from(file)),
        }
    }
    if !files.is_empty() {
        sources.push(source("files", files));
    }
    (Corpus::read(sources, &postcodes), postcodes)
}

fn source(name: &str, files: Vec<PathBuf>) -> Source {
    Source { name: name.to_owned(), files }
}

fn real_data() -> PathBuf {
    std::env::var_os("TRABOULE_REAL_DATA").expect("the real corpora are found through TRABOULE_REAL_DATA").into()
}

/// The Métropole of 400,000 addresses, generated once.
fn generated() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("metropole-addresses");
    if !folder.join("bal").exists() {
        let made = Command::new(env!("CARGO"))
            .args([
                "run",
                "--release",
                "-p",
                "data-samples",
                "--",
                "--scale",
                "metropole",
                "--only",
                "addresses",
                "--out",
            ])
            .arg(&folder)
            .status()
            .unwrap();
        assert!(made.success());
    }
    folder
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Fewest cases for a file of geocoder-tester to have a line of its own.
const POOLED: usize = 10;

/// Queries other people wrote that the corpora can answer, by file; none without the real data.
pub(crate) fn given(corpus: &Corpus) -> Vec<((String, Group, String), Vec<Query>)> {
    let Some(folder) = std::env::var_os("TRABOULE_REAL_DATA").map(|data| PathBuf::from(data).join("queries")) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut pooled = Vec::new();
    for file in files_of(&folder.join("geocoder_tester")) {
        let cases = tester::read(&file, corpus, false);
        if cases.len() < POOLED { pooled.extend(cases) } else { all.push((label(&file), cases)) }
    }
    all.push((label(Path::new("files under ten cases")), pooled));
    if corpus.sources.iter().any(|source| source.name == "Lyon") {
        all.push((label(Path::new("rhone69")), tester::read(&folder.join("rhone69.csv"), corpus, false)));
        all.push((label(Path::new("velov")), tester::read(&folder.join("velov_adresses.csv"), corpus, true)));
    }
    all
}

fn label(file: &Path) -> (String, Group, String) {
    (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), Group::Given, "given".to_owned())
}
