//! A commune corrects its address file while the service runs: agents find the correction, and nothing that happens
//! on the way takes the other addresses from them.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use geocoder::{Geocoder, Request};
use layers::LonLat;
use support::{
    bal::{HEADER, row},
    server::{Server, Site, copy_folder, eventually},
};

/// So many that an edit of two fifths of them takes a while; one of half would take a build.
const ADDRESSES: u32 = 19_000;
const EDITED: u32 = ADDRESSES * 2 / 5;
/// How often an edit is begun again that ended before it was killed.
const TRIES: usize = 20;

/// A BAL of Bron of so many addresses, four a street, of which the first `certified` are; and one more in a street of
/// its own.
fn bal(addresses: u32, certified: u32, street: &str) -> String {
    let mut text = format!("{HEADER}\n");
    for n in 0..=addresses {
        let (rank, number) = (n / 4, n % 4 + 1);
        let name = if n == addresses { street.to_owned() } else { format!("Rue Numéro {rank}") };
        let at = LonLat { lon: 4.85 + f64::from(rank) * 1e-5, lat: 45.72 + f64::from(number) * 1e-4 };
        text += &row(rank, &name, number, at, n < certified);
    }
    text
}

/// A site with an index of its own, of one file of Bron; the folder of both is for the caller to remove.
fn site(addresses: u32) -> (Site, PathBuf) {
    site_of(addresses, &["*.csv"])
}

/// The same, with the files of these names and patterns.
fn site_of(addresses: u32, patterns: &[&str]) -> (Site, PathBuf) {
    let folder = tempfile::tempdir().unwrap().keep();
    std::fs::write(folder.join("bron.csv"), bal(addresses, 0, "Rue des Lilas")).unwrap();
    for name in patterns.iter().filter(|name| !name.contains('*') && **name != "bron.csv") {
        std::fs::write(folder.join(name), other_bal("Rue Basse")).unwrap();
    }
    let addresses: Vec<PathBuf> = patterns.iter().map(|pattern| folder.join(pattern)).collect();
    let site = Site::new(|text| {
        let rewrite = |line: &str| match line.split('=').next().map(str::trim) {
            Some("addresses") => format!("addresses = {addresses:?}"),
            Some("index") => format!("index = \"{}\"", folder.join("index").display()),
            _ => line.to_owned(),
        };
        text.lines().map(rewrite).collect::<Vec<_>>().join("\n")
    });
    site.must(&["index"]);
    site.member("69029", "commune", "Bron");
    (site, folder)
}

/// A BAL of two streets.
fn other_bal(street: &str) -> String {
    let first = |rank: u32, street: &str| {
        let at = LonLat { lon: 4.85, lat: 45.70 + 0.0001 * f64::from(rank % 10) };
        row(rank, street, 1, at, true)
    };
    format!("{HEADER}\n{}{}", first(9_001, "Rue Haute"), first(9_002, street))
}

fn finds(server: &Server, token: &str, street: &str) -> bool {
    let query = street.replace(' ', "%20");
    let reply = server.get(&format!("/photon/api?q={query}%20bron&limit=1"), Some(token));
    assert_eq!(reply.status, 200, "searches go on");
    String::from_utf8(reply.body).unwrap().contains(&format!("\"{street}\""))
}

#[test]
fn a_corrected_file_is_found_by_agents_without_a_command_and_a_broken_one_changes_nothing() {
    let (site, folder) = site(400);
    let token = site.token("69029");
    let server = site.serve();
    assert!(finds(&server, &token, "Rue des Lilas"));
    std::fs::write(folder.join("bron.csv"), bal(400, 0, "Rue du Muguet")).unwrap();
    eventually("the new street", || finds(&server, &token, "Rue du Muguet").then_some(()));
    assert!(!finds(&server, &token, "Rue des Lilas"));
    std::fs::write(folder.join("bron.csv"), format!("{HEADER}\nRue Secrète;pas;une;adresse\n")).unwrap();
    eventually("the complaint", || server.log().contains("not indexed").then_some(()));
    assert!(finds(&server, &token, "Rue du Muguet"));
    assert!(!server.log().contains("Secrète") && !server.log().contains("Muguet"), "{}", server.log());
    std::fs::write(folder.join("bron.csv"), bal(400, 0, "Rue des Iris")).unwrap();
    eventually("the repaired file", || finds(&server, &token, "Rue des Iris").then_some(()));
    assert!(server.stop().success());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_put_in_the_place_of_one_of_its_length_and_time_is_indexed() {
    let (site, folder) = site(400);
    let token = site.token("69029");
    let server = site.serve();
    assert!(finds(&server, &token, "Rue des Lilas"));
    let (file, beside) = (folder.join("bron.csv"), folder.join("beside"));
    let before = std::fs::metadata(&file).unwrap();
    std::fs::write(&beside, bal(400, 0, "Rue des Lieux")).unwrap();
    std::fs::File::options().append(true).open(&beside).unwrap().set_modified(before.modified().unwrap()).unwrap();
    assert_eq!(std::fs::metadata(&beside).unwrap().len(), before.len());
    std::fs::rename(beside, file).unwrap();
    eventually("the new street", || finds(&server, &token, "Rue des Lieux").then_some(()));
    assert!(server.stop().success());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_is_broken_or_missing_or_never_still_keeps_no_other_from_being_indexed() {
    let (site, folder) = site_of(40, &["bron.csv", "other.csv", "br*.csv"]);
    let token = site.token("69029");
    let server = site.serve();
    let edit = |street: &str| {
        std::fs::write(folder.join("bron.csv"), bal(40, 0, street)).unwrap();
        eventually(street, || finds(&server, &token, street).then_some(()));
    };
    std::fs::write(folder.join("other.csv"), other_bal("Rue du Muguet")).unwrap();
    eventually("the other file", || finds(&server, &token, "Rue du Muguet").then_some(()));
    std::fs::write(folder.join("other.csv"), "<html>\n").unwrap();
    eventually("the complaint", || server.log().contains("not indexed").then_some(()));
    edit("Rue des Iris");
    std::fs::remove_file(folder.join("other.csv")).unwrap();
    edit("Rue des Roses");
    assert!(finds(&server, &token, "Rue du Muguet") && finds(&server, &token, "Rue Haute"));
    // One that is written to all the time.
    let text = other_bal("Rue des Tulipes");
    std::thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let path = folder.join("other.csv");
        scope.spawn(move || {
            while stopped
                .recv_timeout(Duration::from_millis(40))
                .is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                std::fs::write(&path, &text).unwrap();
            }
        });
        edit("Rue des Jonquilles");
        assert!(finds(&server, &token, "Rue du Muguet") && !finds(&server, &token, "Rue des Tulipes"));
        drop(stop);
    });
    eventually("the other file", || finds(&server, &token, "Rue des Tulipes").then_some(()));
    for said in ["other.csv: no column", "cannot be read"] {
        let count = server.log().lines().filter(|line| line.contains("other.csv") && line.contains(said)).count();
        assert!(count <= 1, "said once, not {count} times");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_is_not_indexed_while_it_is_being_written() {
    let (site, folder) = site(400);
    let token = site.token("69029");
    let server = site.serve();
    let text = bal(400, 0, "Rue du Muguet");
    let mut file = std::fs::File::create(folder.join("bron.csv")).unwrap();
    for part in text.as_bytes().chunks(text.len() / 10) {
        file.write_all(part).unwrap();
        std::thread::sleep(Duration::from_millis(150)); // longer than a server waits between two looks
        assert!(finds(&server, &token, "Rue Numéro 99"), "the end of the file is not there yet, or no longer");
    }
    eventually("the new street", || {
        assert!(finds(&server, &token, "Rue Numéro 99"));
        finds(&server, &token, "Rue du Muguet").then_some(())
    });
    std::fs::remove_dir_all(folder).unwrap();
}

/// Starts a server, makes an edit of many addresses, and kills it as soon as it has this file. Whether that was
/// before the edit's end.
fn killed_once_there(site: &Site, folder: &Path, file: &str) -> bool {
    let editing = folder.join("index/.geocoder-editing");
    let before = Geocoder::current_revision(&folder.join("index")).unwrap();
    let server = site.serve();
    std::fs::write(folder.join("bron.csv"), bal(ADDRESSES, EDITED, "Rue du Muguet")).unwrap();
    let started = Instant::now();
    let is_over = || Geocoder::current_revision(&folder.join("index")).unwrap() != before;
    while !editing.join(file).exists() && !is_over() {
        assert!(started.elapsed().as_secs() < 60, "no {file}: {}", server.log());
        std::thread::sleep(Duration::from_micros(200));
    }
    drop(server); // SIGKILL: nothing is tidied up
    editing.exists() && !is_over()
}

#[test]
fn a_server_killed_while_it_makes_an_edit_leaves_what_was_there() {
    let (site, folder) = site(ADDRESSES);
    let (index, saved) = (folder.join("index"), folder.join("saved"));
    let before = Geocoder::current_revision(&index).unwrap();
    copy_folder(&index, &saved);
    let start_again = || {
        std::fs::remove_dir_all(&index).unwrap();
        copy_folder(&saved, &index);
        std::fs::write(folder.join("bron.csv"), bal(ADDRESSES, 0, "Rue des Lilas")).unwrap();
    };
    // Killed as soon as each of these is there: rows set aside, tables begun, words begun. An edit may end first: then
    // it is made again, to the same index.
    for file in ["rows.scratch", "numbers.bin", "words"] {
        let killed = (0..TRIES).any(|_| {
            start_again();
            killed_once_there(&site, &folder, file)
        });
        assert!(killed, "{TRIES} edits ended before the server could be killed at {file}");
        let geocoder = Geocoder::open(&index).unwrap();
        geocoder.verify().unwrap();
        assert_eq!(Some(geocoder.revision()), before);
        let request = Request { text: "rue des lilas bron".to_owned(), limit: 1, ..Request::default() };
        assert_eq!(geocoder.search(&request).unwrap()[0].name, "Rue des Lilas");
    }
    let token = site.token("69029");
    let server = site.serve();
    eventually("the edit", || finds(&server, &token, "Rue du Muguet").then_some(()));
    assert!(!index.join(".geocoder-editing").exists(), "what a killed edit left is swept");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_edit_that_a_full_disk_prevented_is_made_once_there_is_room() {
    let (site, folder) = site(ADDRESSES);
    let token = site.token("69029");
    let server = site.serve_on_a_full_disk(100);
    assert!(finds(&server, &token, "Rue des Lilas"));
    std::fs::write(folder.join("bron.csv"), bal(ADDRESSES, EDITED, "Rue du Muguet")).unwrap();
    eventually("the complaint", || server.log().contains("not indexed").then_some(()));
    assert!(finds(&server, &token, "Rue des Lilas") && !finds(&server, &token, "Rue du Muguet"));
    let geocoder = Geocoder::open(&folder.join("index")).unwrap();
    geocoder.verify().unwrap();
    server.make_room();
    eventually("the edit", || finds(&server, &token, "Rue du Muguet").then_some(()));
    assert_eq!(server.log().matches("not indexed").count(), 1, "said once, however often it was tried");
    std::fs::remove_dir_all(folder).unwrap();
}
