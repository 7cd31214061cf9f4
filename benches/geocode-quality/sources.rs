//! Where the corpora and the queries of others are: the real data beside the project, the generated Métropole,
//! or files named on the command line.

use std::path::{Path, PathBuf};

use crate::{
    classes::Group,
    corpus::{Corpus, Source},
    inputs, nowhere,
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
                let folder = inputs::metropole();
                sources.push(source("generated", inputs::files(&folder.join("bal"))));
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

/// Fewest cases for a file of geocoder-tester to have a line of its own.
const POOLED: usize = 10;

/// Queries other people wrote that the corpora can answer, by file; none without the real data.
pub(crate) fn given(corpus: &Corpus) -> Vec<((String, Group, String), Vec<Query>)> {
    let Some(folder) = std::env::var_os("TRABOULE_REAL_DATA").map(|data| PathBuf::from(data).join("queries")) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut pooled = Vec::new();
    for file in inputs::files(&folder.join("geocoder_tester")) {
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

/// Streets of the Rhône that are in no corpus; none without the real data.
pub(crate) fn nowhere(corpus: &Corpus, count: usize, seed: u64) -> Vec<((String, Group, String), Vec<Query>)> {
    let Some(data) = std::env::var_os("TRABOULE_REAL_DATA") else {
        return Vec::new();
    };
    let file = PathBuf::from(data).join("addresses/rhone69_voies_numeros.json.gz");
    nowhere::classes(&file, corpus, count, seed)
}

fn label(file: &Path) -> (String, Group, String) {
    (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), Group::Given, "given".to_owned())
}
