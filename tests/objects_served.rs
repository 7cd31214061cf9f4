//! What the running command does about the names it finds: made when they are missing, made again when they are
//! damaged, taken away by a reload; and addresses answered all along.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::path::PathBuf;

use serde_json::Value;
use support::{
    prepared,
    server::{Server, Site, eventually},
};

const HALL: &str = "/photon/api?q=mairie+de+bron";
const STREET: &str = "/photon/api?q=3+rue+watteau+bron";

/// A site whose snapshots are its own, without what is found by name.
fn site() -> Site {
    let shared = prepared().server.snapshots;
    let site = Site::new(|text| text.replace(&format!("\"{}\"", shared.display()), "\"layers\""));
    copy(&shared, &site.folder.path().join("layers"));
    site.member("69029", "commune", "Bron");
    site
}

/// A folder and those inside, hidden ones apart.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        match entry.file_type().unwrap().is_dir() {
            _ if name.to_string_lossy().starts_with('.') => {}
            true => copy(&entry.path(), &to.join(name)),
            false => drop(std::fs::copy(entry.path(), to.join(name)).unwrap()),
        }
    }
}

/// The name of the first answer that is an object of a layer.
fn object(server: &Server, token: &str, path: &str) -> Option<String> {
    let answer: Value = serde_json::from_slice(&server.get(path, Some(token)).body).unwrap();
    let first = &answer["features"][0]["properties"];
    first["extra"]["layer"].as_str().and(first["name"].as_str()).map(str::to_owned)
}

fn has_street(server: &Server, token: &str) -> bool {
    String::from_utf8_lossy(&server.get(STREET, Some(token)).body).contains("Rue Watteau")
}

/// The files in which the objects of a layer are.
fn files(site: &Site, layer: &str) -> Vec<PathBuf> {
    let mut folders = vec![site.folder.path().join("layers/.objects").join(layer)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn names_that_are_missing_or_damaged_are_made_again_while_addresses_are_answered() {
    let site = site();
    let token = site.token("69029");
    let server = site.serve();
    assert!(has_street(&server, &token), "addresses wait for nothing");
    assert_eq!(eventually("the town hall", || object(&server, &token, HALL)), "Mairie de Bron");
    assert!(server.stop().success());

    let largest = files(&site, "equipements").into_iter().max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xFF;
    std::fs::write(&largest, bytes).unwrap();
    let server = site.serve();
    assert!(has_street(&server, &token));
    assert_eq!(eventually("the town hall again", || object(&server, &token, HALL)), "Mairie de Bron");
    assert!(server.log().contains("names of the layer indexed"), "it is said: {}", server.log());
}

#[test]
fn a_reload_that_withdraws_a_name_or_closes_a_layer_takes_effect_at_once() {
    let site = site();
    let token = site.token("69029");
    let server = site.serve();
    eventually("the town hall", || object(&server, &token, HALL));
    let text = site.text();
    let reload = |text: &str, times: usize| {
        site.write(text);
        server.signal("-HUP");
        let is_read = || (server.log().matches("configuration read again").count() == times).then_some(());
        eventually("the configuration is read", is_read);
    };

    let (before, after) = text.split_once("id = \"equipements\"\ntheme").unwrap();
    let closed = format!("{before}id = \"equipements\"\ntheme{}", after.replacen("\"agents\"", "\"metropole\"", 1));
    reload(&closed, 1);
    assert_eq!(object(&server, &token, HALL), None, "closed, and still found");
    reload(&text, 2);
    assert_eq!(object(&server, &token, HALL).as_deref(), Some("Mairie de Bron"), "open again, and never lost");

    let end = after.find("\n[layer.searchable]").unwrap();
    let withdrawn = format!("{before}id = \"equipements\"\ntheme{}", &after[..end]);
    let rest = &after[end..];
    let next = rest.find("[[layer]]").map_or("", |at| &rest[at..]);
    reload(&format!("{withdrawn}\n{next}"), 3);
    assert_eq!(object(&server, &token, HALL), None, "no longer searchable, and still found");
    assert!(has_street(&server, &token));
    let folder = site.folder.path().join("layers/.objects/equipements");
    eventually("nothing is kept of its names", || (!folder.exists()).then_some(()));
}

#[test]
fn importing_a_layer_says_what_is_found_by_name() {
    let site = site();
    let printed = site.must(&["import", "equipements", "arbres"]);
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines.contains(&"  1634 can be found by name"), "{printed}");
    assert_eq!(printed.matches("by name").count(), 1, "trees are not searchable: {printed}");
}
