//! The committed samples are what the generator makes, and it makes the same bytes every time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use data_samples::{COMMITTED_SEED, Options, Scale, generate};

/// Every generated file of a folder, by its path in it.
fn generated(root: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for folder in ["layers", "bal", ""] {
        for entry in std::fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            if path.is_file() && (!folder.is_empty() || path.ends_with("codes_postaux.csv")) {
                files.insert(path.strip_prefix(root)?.to_owned(), std::fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn make(out: &Path, seed: u64) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    generate(&Options { scale: Scale::Committed, seed, out: out.to_owned(), only_addresses: false })?;
    generated(out)
}

/// The names of the files that differ: a failure should not print megabytes.
fn differing(a: &BTreeMap<PathBuf, Vec<u8>>, b: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    a.keys().chain(b.keys()).filter(|path| a.get(*path) != b.get(*path)).cloned().collect()
}

#[test]
fn the_committed_files_are_the_generators_own_within_twelve_megabytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let once = make(first.path(), COMMITTED_SEED).unwrap();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = alone.install(|| make(second.path(), COMMITTED_SEED).unwrap());
    assert_eq!(differing(&once, &again), Vec::<PathBuf>::new(), "two runs differ");
    let committed = generated(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(differing(&once, &committed), Vec::<PathBuf>::new(), "run `cargo run -p data-samples` and commit");
    let size: usize = committed.values().map(Vec::len).sum();
    assert!(size <= 12_000_000, "{size} bytes");
}

#[test]
fn another_seed_makes_another_town() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (make(first.path(), 1).unwrap(), make(second.path(), 2).unwrap());
    assert!(one.keys().eq(other.keys()));
    assert!(differing(&one, &other).contains(&PathBuf::from("layers/parcelles.fgb")));
}

#[test]
fn only_addresses_writes_the_same_addresses_and_no_layer() {
    let (all, only) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut expected = make(all.path(), 3).unwrap();
    expected.retain(|path, _| !path.starts_with("layers"));
    let options = Options { scale: Scale::Committed, seed: 3, out: only.path().to_owned(), only_addresses: true };
    let summary = generate(&options).unwrap();
    assert!(summary.layers.is_empty() && summary.addresses > 5000);
    assert!(!only.path().join("layers").exists());
    std::fs::create_dir(only.path().join("layers")).unwrap();
    assert_eq!(differing(&expected, &generated(only.path()).unwrap()), Vec::<PathBuf>::new());
}
