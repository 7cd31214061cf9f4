//! The index under test: the corpora's files less the addresses taken out, built as an operator would.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use geocoder::{BuildOptions, Built, build};

use crate::{
    corpus::Corpus,
    rows::{Postcodes, Row, for_each_row, header},
};

/// A built index and what it took.
pub(crate) struct Measured {
    pub built: Built,
    pub store: PathBuf,
    pub seconds: f64,
    pub bytes: u64,
}

/// Writes the source files without what was taken out, and builds.
pub(crate) fn index(corpus: &Corpus, postcodes: &Postcodes, folder: &Path) -> Measured {
    let files: Vec<PathBuf> = corpus.sources.iter().flat_map(|source| &source.files).cloned().collect();
    let left: Vec<PathBuf> =
        files.iter().enumerate().map(|(at, file)| without_removed(corpus, file, folder, at)).collect();
    let list = folder.join("codes_postaux.csv");
    write_postcodes(corpus, postcodes, &list);
    let store = folder.join("store");
    let options = BuildOptions { postcodes: Some(list), ..BuildOptions::default() };
    let start = Instant::now();
    let built = build(&left, &store, &options, &mut |_| ()).unwrap_or_else(|error| panic!("the index: {error}"));
    let seconds = start.elapsed().as_secs_f64();
    let bytes = size(&store.join(&built.revision));
    Measured { built, store, seconds, bytes }
}

/// The file with the rows that stay, each as it was.
fn without_removed(corpus: &Corpus, file: &Path, folder: &Path, at: usize) -> PathBuf {
    let path = folder.join(format!("{at}.csv"));
    let mut out = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_path(&path).unwrap();
    out.write_record(&header(file)).unwrap();
    for_each_row(file, |record, row| {
        if !is_removed(corpus, &row) {
            out.write_record(record).unwrap();
        }
    });
    out.flush().unwrap();
    path
}

fn is_removed(corpus: &Corpus, row: &Row) -> bool {
    let Some(street) = corpus.street_at(&row.insee, &row.street) else { return false };
    if corpus.streets[street as usize].removed {
        return true;
    }
    let houses = corpus.streets[street as usize].addresses.iter().map(|&at| &corpus.addresses[at as usize]);
    houses.filter(|house| house.removed).any(|house| house.number == row.number && house.suffix == row.suffix)
}

/// La Poste's list as the corpora have it: what was read from a list, and the postcodes of BAN rows.
fn write_postcodes(corpus: &Corpus, listed: &Postcodes, path: &Path) {
    let mut out = fs::File::create(path).unwrap();
    writeln!(out, "code_commune_insee;code_postal;ligne_5").unwrap();
    for (insee, commune) in &corpus.communes {
        for (postcode, former) in listed.get(insee).into_iter().flatten() {
            writeln!(out, "{insee};{postcode};{former}").unwrap();
        }
        for postcode in commune.postcodes.iter().filter(|_| !listed.contains_key(insee)) {
            writeln!(out, "{insee};{postcode};").unwrap();
        }
    }
}

/// Bytes of all files of a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}
