//! Where benches find the files they read: those of a folder, and the generated Métropole of 400,000 addresses.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of the Métropole, made once a target folder: `bal/*.csv` and `codes_postaux.csv`.
pub(crate) fn metropole() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("metropole-addresses");
    if !folder.join("bal").exists() {
        println!("generating the Métropole's addresses (once) …");
        let generator = ["run", "--release", "-p", "data-samples", "--", "--scale", "metropole", "--only", "addresses"];
        let made = Command::new(env!("CARGO")).args(generator).arg("--out").arg(&folder).status().unwrap();
        assert!(made.success());
    }
    folder
}

/// The files of a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
