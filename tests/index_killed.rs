//! An index being built when the power goes, or when the disk is full: the one that was there still answers.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use geocoder::{Geocoder, Request};
use layers::LonLat;
use support::{
    bal::{HEADER, row},
    server::{Site, copy_folder, printed},
};

/// How often a build may be too fast to be killed at a moment.
const TRIES: usize = 50;

/// So many addresses of one commune.
fn bal(path: &Path, addresses: u32) {
    let mut text = format!("{HEADER}\n");
    for n in 0..addresses {
        let (rank, number) = (n / 40, n % 40 + 1);
        let at = LonLat { lon: 4.85 + f64::from(rank) * 1e-5, lat: 45.72 + f64::from(number) * 1e-4 };
        text += &row(rank, &format!("Rue Numéro {rank}"), number, at, true);
    }
    std::fs::write(path, text).unwrap();
}

/// A site with an index of its own, built once of a small file; the file is then a large one.
fn site() -> (Site, PathBuf, String) {
    let mut index = PathBuf::new();
    let site = Site::new(|text| {
        let folder = tempfile::tempdir().unwrap().keep();
        index = folder.join("index");
        bal(&folder.join("bal.csv"), 400);
        let rewrite = |line: &str| match line.split('=').next().map(str::trim) {
            Some("addresses") => format!("addresses = [\"{}\"]", folder.join("bal.csv").display()),
            Some("index") => format!("index = \"{}\"", index.display()),
            _ => line.to_owned(),
        };
        text.lines().map(rewrite).collect::<Vec<_>>().join("\n")
    });
    site.must(&["index"]);
    let revision = Geocoder::current_revision(&index).unwrap().unwrap();
    bal(&index.with_file_name("bal.csv"), 60_000);
    (site, index, revision)
}

fn still_answers(index: &Path, revision: &str) {
    let geocoder = Geocoder::open(index).unwrap();
    assert_eq!(geocoder.manifest().revision, revision);
    geocoder.verify().unwrap();
    let request = Request { text: "12 rue numéro 3 bron".to_owned(), limit: 1, ..Request::default() };
    assert_eq!(geocoder.search(&request).unwrap()[0].house_number.as_deref(), Some("12"));
}

/// Starts a build and kills it as soon as it has this file. Whether that was before its end.
fn killed_once_there(site: &Site, building: &Path, file: &str) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_traboule"))
        .args(["index", "--config", site.config().to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !building.join(file).exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap(); // SIGKILL: nothing is tidied up
    child.wait().unwrap();
    building.exists()
}

#[test]
fn a_build_killed_at_any_moment_leaves_the_index_that_was_there() {
    let (site, index, revision) = site();
    let building = index.join(".geocoder-building");
    let saved = index.with_file_name("saved");
    copy_folder(&index, &saved);
    // Killed as soon as each of these is there: rows set aside, tables begun, words begun. On a fast machine a build
    // may end first: then it is begun again from the same index.
    for file in ["rows.scratch", "numbers.bin", "words"] {
        let killed = (0..TRIES).any(|_| {
            std::fs::remove_dir_all(&index).unwrap();
            copy_folder(&saved, &index);
            killed_once_there(&site, &building, file)
        });
        assert!(killed, "{TRIES} builds ended before they could be killed at {file}");
        still_answers(&index, &revision);
    }
    site.must(&["index"]);
    let next = Geocoder::current_revision(&index).unwrap().unwrap();
    assert_ne!(next, revision);
    assert!(!building.exists(), "what a killed build left is swept");
    std::fs::remove_dir_all(index.parent().unwrap()).unwrap();
}

#[test]
fn a_full_disk_is_said_and_leaves_the_index_that_was_there() {
    let (site, index, revision) = site();
    // No file may grow past this: the system refuses to write, as it does when a disk is full.
    for kilobytes in [64, 300, 600] {
        let command = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
        let output = Command::new("sh")
            .args([
                "-c",
                &command,
                env!("CARGO_BIN_EXE_traboule"),
                "index",
                "--config",
                site.config().to_str().unwrap(),
            ])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{kilobytes} kB were enough: {}", printed(&output));
        assert!(printed(&output).contains("traboule: "), "{}", printed(&output));
        still_answers(&index, &revision);
    }
    std::fs::remove_dir_all(index.parent().unwrap()).unwrap();
}
