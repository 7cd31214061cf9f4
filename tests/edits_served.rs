//! A commune corrects its address file while the service runs: agents find the correction, and nothing that happens
//! on the way takes the other addresses from them.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use geocoder::{Geocoder, Request};
use support::server::{Server, Site, eventually};

const HEADER: &str = "cle_interop;commune_insee;commune_nom;voie_nom;lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;\
    cad_parcelles;source;date_der_maj;certification_commune";

/// A BAL of Bron of so many addresses, four a street, and one more in a street of its own.
fn bal(path: &Path, addresses: u32, street: &str) {
    let mut text = format!("{HEADER}\n");
    for n in 0..=addresses {
        let (rank, number) = (n / 4, n % 4 + 1);
        let name = if n == addresses { street.to_owned() } else { format!("Rue Numéro {rank}") };
        let at = layers::LonLat { lon: 4.85 + f64::from(rank) * 1e-5, lat: 45.72 + f64::from(number) * 1e-4 };
        let (x, y) = layers::from_lonlat(at, layers::Crs::Lambert93).unwrap();
        writeln!(
            text,
            "69029_{rank:04}_{number:05};69029;Bron;{name};;{number};;entrée;{x:.2};{y:.2};{:.7};{:.7};;;2026-01-01;1",
            at.lon, at.lat
        )
        .unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// A site with an index of its own, of one file of Bron; the folder of both is for the caller to remove.
fn site(addresses: u32) -> (Site, PathBuf) {
    let folder = tempfile::tempdir().unwrap().keep();
    bal(&folder.join("bron.csv"), addresses, "Rue des Lilas");
    let site = Site::new(|text| {
        let rewrite = |line: &str| match line.split('=').next().map(str::trim) {
            Some("addresses") => format!("addresses = [\"{}/*.csv\"]", folder.display()),
            Some("index") => format!("index = \"{}\"", folder.join("index").display()),
            _ => line.to_owned(),
        };
        text.lines().map(rewrite).collect::<Vec<_>>().join("\n")
    });
    site.must(&["index"]);
    site.member("69029", "commune", "Bron");
    (site, folder)
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
    bal(&folder.join("bron.csv"), 400, "Rue du Muguet");
    eventually("the new street", || finds(&server, &token, "Rue du Muguet").then_some(()));
    assert!(!finds(&server, &token, "Rue des Lilas"));
    std::fs::write(folder.join("bron.csv"), format!("{HEADER}\nRue Secrète;pas;une;adresse\n")).unwrap();
    eventually("the complaint", || server.log().contains("not indexed").then_some(()));
    assert!(finds(&server, &token, "Rue du Muguet"));
    assert!(!server.log().contains("Secrète") && !server.log().contains("Muguet"), "{}", server.log());
    bal(&folder.join("bron.csv"), 400, "Rue des Iris");
    eventually("the repaired file", || finds(&server, &token, "Rue des Iris").then_some(()));
    assert!(server.stop().success());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_server_killed_while_it_makes_an_edit_leaves_what_was_there() {
    let (site, folder) = site(19_000);
    let index = folder.join("index");
    let before = Geocoder::current_revision(&index).unwrap();
    let building = index.join(".geocoder-building");
    // Killed as soon as each of these is there: rows set aside, tables begun, words begun.
    for file in ["rows.scratch", "numbers.bin", "words"] {
        let server = site.serve();
        bal(&folder.join("bron.csv"), 19_000, &format!("Rue {file}"));
        let started = Instant::now();
        while !building.join(file).exists() {
            assert!(started.elapsed().as_secs() < 60, "no {file}: {}", server.log());
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(server); // SIGKILL: nothing is tidied up
        assert!(building.exists(), "killed too late to show anything");
        let geocoder = Geocoder::open(&index).unwrap();
        geocoder.verify().unwrap();
        assert_eq!(Some(geocoder.revision()), before);
        let request = Request { text: "rue des lilas bron".to_owned(), limit: 1, ..Request::default() };
        assert_eq!(geocoder.search(&request).unwrap()[0].name, "Rue des Lilas");
        std::fs::remove_dir_all(&building).unwrap();
        // The next one starts from the file of the index, so that only the change to come is one.
        bal(&folder.join("bron.csv"), 19_000, "Rue des Lilas");
    }
    bal(&folder.join("bron.csv"), 19_000, "Rue du Muguet");
    let token = site.token("69029");
    let server = site.serve();
    eventually("the edit", || finds(&server, &token, "Rue du Muguet").then_some(()));
    std::fs::remove_dir_all(folder).unwrap();
}
