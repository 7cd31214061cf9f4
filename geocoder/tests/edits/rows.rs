//! Rows added, renamed, removed, files that come and go: what an edited index answers, and what one that was open
//! before answers meanwhile.

use std::fs;

use geocoder::{BuildOptions, Filter, Geocoder, Kind, Nearby, Update, build};

use crate::{
    BRON, ECULLY, Site, VILLEURBANNE, bal, labels, nearest, place,
    support::{find, nearby},
};

#[test]
fn an_added_row_is_found_and_the_rest_is_as_it_was() {
    let site = Site::new();
    assert_eq!(labels(&site.open(), "5 rue des lilas bron")[0], "Rue des Lilas Bron");
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 2, 3, 5]), ("Rue du Parc", &[1, 12])]);
    let edited = site.edit();
    assert_eq!(labels(&edited, "5 rue des lilas bron")[0], "5 Rue des Lilas Bron");
    assert_eq!(labels(&edited, "5 rue des lylas 69029 bron")[0], "5 Rue des Lilas Bron", "its words are corrected too");
    assert_eq!(labels(&edited, "2 rue des lilas villeurbanne")[0], "2 Rue des Lilas Villeurbanne");
    assert_eq!(labels(&edited, "10 cours emile zola")[0], "10 Cours Émile Zola Villeurbanne");
    // Both streets of the name, each once, though one is in the index, hidden, and in the edits.
    let mut homonyms = labels(&edited, "rue des lilas");
    homonyms.sort();
    assert_eq!(homonyms, ["Rue des Lilas Bron", "Rue des Lilas Villeurbanne"]);
    assert_eq!(labels(&edited, "bron"), ["Bron Bron"], "a town is there once");
}

#[test]
fn a_renamed_street_is_found_by_its_new_name_only() {
    let site = Site::new();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 2, 3]), ("Avenue Simone Veil", &[1, 12])]);
    let edited = site.edit();
    assert_eq!(labels(&edited, "12 avenue simone veil")[0], "12 Avenue Simone Veil Bron");
    assert_eq!(labels(&edited, "12 av simone v")[0], "12 Avenue Simone Veil Bron");
    assert!(find(&edited, "12 rue du parc bron").iter().all(|answer| answer.name != "Rue du Parc"));
    let answer = find(&edited, "12 avenue simone veil bron").remove(0);
    assert_eq!((answer.insee.as_str(), answer.city.as_str(), answer.kind), ("69029", "Bron", Kind::House));
}

#[test]
fn a_removed_row_is_no_longer_found() {
    let site = Site::new();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 3]), ("Rue du Parc", &[1, 12])]);
    let edited = site.edit();
    assert_eq!(labels(&edited, "2 rue des lilas bron")[0], "Rue des Lilas Bron");
    assert_eq!(labels(&edited, "3 rue des lilas bron")[0], "3 Rue des Lilas Bron");
}

#[test]
fn the_addresses_of_a_removed_file_go_and_come_back_with_it() {
    let site = Site::new();
    let kept = fs::read(site.file("bron")).unwrap();
    fs::remove_file(site.file("bron")).unwrap();
    let without = site.edit();
    assert!(find(&without, "12 rue du parc").iter().all(|answer| answer.name != "Rue du Parc"));
    assert_eq!(labels(&without, "2 rue des lilas villeurbanne")[0], "2 Rue des Lilas Villeurbanne");
    assert!(nearest(&without, place(BRON, 0, 2), Filter::default()).is_none());
    fs::write(site.file("bron"), kept).unwrap();
    assert_eq!(labels(&site.edit(), "12 rue du parc")[0], "12 Rue du Parc Bron");
}

#[test]
fn a_second_file_of_a_commune_is_indexed_with_the_first() {
    let site = Site::new();
    bal(&site.file("bron-2"), BRON, &[("Impasse des Merles", &[4])]);
    let edited = site.edit();
    assert_eq!(labels(&edited, "4 impasse des merles")[0], "4 Impasse des Merles Bron");
    assert_eq!(labels(&edited, "12 rue du parc")[0], "12 Rue du Parc Bron");
}

#[test]
fn a_commune_that_the_index_does_not_know_needs_a_whole_build() {
    let site = Site::new();
    let before = site.open().revision();
    bal(&site.file("ecully"), ECULLY, &[("Chemin de Charrière Blanche", &[8])]);
    assert_eq!(site.update().unwrap(), Update::NeedsBuild);
    assert_eq!(site.open().revision(), before);
    build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
    assert_eq!(labels(&site.open(), "8 chemin de charriere blanche")[0], "8 Chemin de Charrière Blanche Écully");
    assert_eq!(site.update().unwrap(), Update::Unchanged);
}

#[test]
fn two_edits_in_a_row_are_both_there_and_a_build_forgets_them() {
    let site = Site::new();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 2, 3, 5]), ("Rue du Parc", &[1, 12])]);
    let first = site.edit();
    bal(&site.file("villeurbanne"), VILLEURBANNE, &[("Rue des Lilas", &[1, 2, 3, 7])]);
    let second = site.edit();
    assert_ne!(first.revision(), second.revision());
    assert_eq!(labels(&second, "5 rue des lilas bron")[0], "5 Rue des Lilas Bron");
    assert_eq!(labels(&second, "7 rue des lilas villeurbanne")[0], "7 Rue des Lilas Villeurbanne");
    assert_eq!(site.update().unwrap(), Update::Unchanged, "what is indexed is not indexed again");
    let built = build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
    let whole = site.open();
    assert_eq!(whole.revision(), built.revision);
    for text in ["5 rue des lilas bron", "7 rue des lilas villeurbanne", "rue du parc"] {
        assert_eq!(labels(&whole, text)[0], labels(&second, text)[0]);
    }
}

#[test]
fn the_nearest_address_is_that_of_the_edits() {
    let site = Site::new();
    let hidden = nearest(&site.open(), place(BRON, 0, 2), Filter::default()).unwrap();
    assert_eq!(hidden.house_number.as_deref(), Some("2"));
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 3]), ("Rue du Parc", &[1, 12]), ("Rue Neuve", &[9])]);
    let edited = site.edit();
    let gone = nearest(&edited, place(BRON, 0, 2), Filter::default()).unwrap();
    assert_ne!(gone.house_number.as_deref(), Some("2"));
    let new = nearest(&edited, place(BRON, 2, 9), Filter::default()).unwrap();
    assert_eq!((new.name.as_str(), new.house_number.as_deref()), ("Rue Neuve", Some("9")));
    let other = nearest(&edited, place(VILLEURBANNE, 1, 10), Filter::default()).unwrap();
    assert_eq!(other.name, "Cours Émile Zola");
    // The commune around is that of the index, once; a filter by commune holds in both.
    let towns = Filter { kinds: Some(vec![Kind::City]), ..Filter::default() };
    let around = Nearby { filter: towns, ..nearby(place(BRON, 0, 2), 5, 50_000.0) };
    let cities: Vec<String> = edited.reverse(&around).unwrap().into_iter().map(|town| town.name).collect();
    assert_eq!(cities, ["Bron", "Villeurbanne"]);
    let only = Filter { communes: vec!["69029".to_owned()], ..Filter::default() };
    assert_eq!(nearest(&edited, place(BRON, 2, 9), only).unwrap().name, "Rue Neuve");
    let elsewhere = Filter { communes: vec!["69266".to_owned()], ..Filter::default() };
    assert!(nearest(&edited, place(BRON, 2, 9), elsewhere).is_none());
}

#[test]
fn an_open_index_answers_as_before_while_edits_are_made() {
    let site = Site::new();
    let served = site.open();
    let asking = |geocoder: &Geocoder| labels(geocoder, "12 rue du parc")[0].clone();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 20..25 {
                bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, number])]);
                site.edit();
            }
        });
        while !writer.is_finished() {
            assert_eq!(asking(&served), "12 Rue du Parc Bron");
        }
        writer.join().unwrap();
    });
    assert_eq!(asking(&served), "12 Rue du Parc Bron", "its files were removed, not what it has open");
    let edited = Geocoder::open_after(&site.store(), Some(&served)).unwrap();
    edited.verify_after(&served).unwrap();
    assert_eq!(labels(&edited, "24 rue des lilas bron")[0], "24 Rue des Lilas Bron");
    assert!(find(&edited, "12 rue du parc").iter().all(|answer| answer.name != "Rue du Parc"));
}
