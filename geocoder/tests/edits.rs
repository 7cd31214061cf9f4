//! Address files changed after the index was built: what changed is found, what went is not, the rest is as it was;
//! and whatever goes wrong on the way, what was there still answers.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use geocoder::{
    BuildOptions, Error, Filter, Geocoder, Kind, Left, Nearby, Request, Suggestion, Update, Updated, build, update,
};
use layers::LonLat;
use tempfile::TempDir;

const HEADER: &str = "cle_interop;commune_insee;commune_nom;voie_nom;lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;\
    cad_parcelles;source;date_der_maj;certification_commune";

const BRON: Town = Town { code: "69029", name: "Bron", lon: 4.91 };
const VILLEURBANNE: Town = Town { code: "69266", name: "Villeurbanne", lon: 4.88 };
const ECULLY: Town = Town { code: "69081", name: "Écully", lon: 4.77 };

#[derive(Clone, Copy)]
struct Town {
    code: &'static str,
    name: &'static str,
    lon: f64,
}

/// Where a number is: each street a line to the north, the streets of a town from west to east.
fn place(town: Town, street: usize, number: u32) -> LonLat {
    LonLat { lon: town.lon + 0.001 * street as f64, lat: 45.74 + 0.0002 * f64::from(number) }
}

/// A BAL of streets, each with the numbers it has.
fn bal(path: &Path, town: Town, streets: &[(&str, &[u32])]) {
    let mut text = format!("{HEADER}\n");
    for (rank, (street, numbers)) in streets.iter().enumerate() {
        for &number in *numbers {
            let at = place(town, rank, number);
            let (x, y) = layers::from_lonlat(at, layers::Crs::Lambert93).unwrap();
            let Town { code, name, .. } = town;
            let (lon, lat) = (at.lon, at.lat);
            writeln!(
                text,
                "{code}_{rank:04}_{number:05};{code};{name};{street};;{number};;entrée;{x:.2};{y:.2};{lon:.7};{lat:.7};;;2026-01-01;1"
            )
            .unwrap();
        }
    }
    fs::write(path, text).unwrap();
}

/// A folder of BAL files and the index of them.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 2, 3]), ("Rue du Parc", &[1, 12])]);
        bal(&site.file("villeurbanne"), VILLEURBANNE, &[("Rue des Lilas", &[1, 2, 3]), ("Cours Émile Zola", &[10])]);
        build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
        site
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(format!("{name}.csv"))
    }

    fn store(&self) -> PathBuf {
        self.0.path().join("index")
    }

    fn sources(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
        files.sort();
        files
    }

    fn update(&self) -> Result<Update, Error> {
        self.look(&[]).map(|updated| updated.update)
    }

    /// An update that leaves some files alone.
    fn look(&self, held: &[PathBuf]) -> Result<Updated, Error> {
        update(&self.sources(), held, &self.store(), &BuildOptions::default())
    }

    /// Applies what changed: edits are enough for it.
    fn edit(&self) -> Geocoder {
        let updated = self.update().unwrap();
        let geocoder = self.open();
        assert!(matches!(&updated, Update::Edited { revision, .. } if *revision == geocoder.revision()), "{updated:?}");
        geocoder.verify().unwrap();
        geocoder
    }

    fn open(&self) -> Geocoder {
        Geocoder::open(&self.store()).unwrap()
    }
}

fn found(geocoder: &Geocoder, text: &str) -> Vec<Suggestion> {
    geocoder.search(&Request { text: text.to_owned(), limit: 10, ..Request::default() }).unwrap()
}

/// The first answers to a text, in short.
fn labels(geocoder: &Geocoder, text: &str) -> Vec<String> {
    let short = |it: Suggestion| {
        let number = it.house_number.map(|number| format!("{number} ")).unwrap_or_default();
        format!("{number}{} {}", it.name, it.city)
    };
    found(geocoder, text).into_iter().map(short).collect()
}

fn nearest(geocoder: &Geocoder, point: LonLat, filter: Filter) -> Option<Suggestion> {
    geocoder.reverse(&Nearby { point, limit: 1, radius_m: 500.0, filter, objects: Vec::new() }).unwrap().pop()
}

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
    assert!(found(&edited, "12 rue du parc bron").iter().all(|answer| answer.name != "Rue du Parc"));
    let answer = found(&edited, "12 avenue simone veil bron").remove(0);
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
    assert!(found(&without, "12 rue du parc").iter().all(|answer| answer.name != "Rue du Parc"));
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
    let around = Nearby { point: place(BRON, 0, 2), limit: 5, radius_m: 50_000.0, filter: towns, objects: Vec::new() };
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
    assert!(found(&edited, "12 rue du parc").iter().all(|answer| answer.name != "Rue du Parc"));
}

/// What is wrong with the only file that was left as it was.
fn complaint(updated: &Updated, file: &Path) -> String {
    let [Left { path, why }] = &updated.left[..] else { panic!("{updated:?}") };
    assert_eq!(path, file);
    why.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_broken_file_leaves_what_was_there_and_says_no_address() {
    let site = Site::new();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 2, 3, 5])]);
    let before = site.edit().revision();
    let refused = format!("{HEADER}\nk;;Rue Secrète;;x;;69029;Bron;;;;;;4.9;45.7;;;;0\n");
    let headless = "69029_0001_00012;69029;Bron;Rue Secrète;;12;;entrée;1850000.1;5170000.2;4.9;45.7;;;2026-01-01;1\n";
    for (contents, says) in
        [("not;a;bal\n", "It has not;a;bal"), (headless, "16 columns"), (&refused, "no address accepted")]
    {
        fs::write(site.file("villeurbanne"), contents).unwrap();
        let updated = site.look(&[]).unwrap();
        assert_eq!(updated.update, Update::Unchanged);
        let error = complaint(&updated, &site.file("villeurbanne"));
        assert!(error.contains(says) && !error.contains("Secr") && !error.contains("Bron"), "{error}");
        let geocoder = site.open();
        assert_eq!(geocoder.revision(), before);
        assert_eq!(labels(&geocoder, "5 rue des lilas bron")[0], "5 Rue des Lilas Bron");
        assert_eq!(labels(&geocoder, "2 rue des lilas villeurbanne")[0], "2 Rue des Lilas Villeurbanne");
    }
}

#[test]
fn a_file_that_cannot_be_read_keeps_its_edits_and_no_other_file_from_being_edited() {
    let site = Site::new();
    let edited: &[(&str, &[u32])] = &[("Rue des Lilas", &[1, 2, 3, 7]), ("Cours Émile Zola", &[10])];
    bal(&site.file("villeurbanne"), VILLEURBANNE, edited);
    site.edit();
    let good = fs::read(site.file("villeurbanne")).unwrap();
    let open_quote = [&good[..], b"\"69266_0001;;\n"].concat();
    for (number, contents) in [(20, &b"<html>\n"[..]), (21, b""), (22, &open_quote)] {
        fs::write(site.file("villeurbanne"), contents).unwrap();
        bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, number]), ("Rue du Parc", &[1, 12])]);
        let updated = site.look(&[]).unwrap();
        assert!(matches!(updated.update, Update::Edited { .. }), "{updated:?}");
        assert!(!complaint(&updated, &site.file("villeurbanne")).is_empty());
        let geocoder = site.open();
        geocoder.verify().unwrap();
        assert_eq!(
            labels(&geocoder, &format!("{number} rue des lilas bron"))[0],
            format!("{number} Rue des Lilas Bron")
        );
        for street in ["7 Rue des Lilas Villeurbanne", "10 Cours Émile Zola Villeurbanne"] {
            assert_eq!(labels(&geocoder, street)[0], street, "as it was edited");
        }
        assert_eq!(site.update().unwrap(), Update::Unchanged);
    }
    // So does one that is missing or being written, which has other reasons.
    fs::remove_file(site.file("villeurbanne")).unwrap();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 23]), ("Rue du Parc", &[1, 12])]);
    let sources = [site.file("bron"), site.file("villeurbanne")];
    let updated = update(&sources, &[], &site.store(), &BuildOptions::default()).unwrap();
    assert!(complaint(&updated, &sources[1]).contains("cannot be read"));
    assert_eq!(labels(&site.open(), "23 rue des lilas bron")[0], "23 Rue des Lilas Bron");
    bal(&site.file("villeurbanne"), VILLEURBANNE, &[("Rue des Lilas", &[8])]);
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 24]), ("Rue du Parc", &[1, 12])]);
    let updated = site.look(&[site.file("villeurbanne")]).unwrap();
    assert_eq!(complaint(&updated, &sources[1]), "");
    assert_eq!(labels(&site.open(), "24 rue des lilas bron")[0], "24 Rue des Lilas Bron");
    assert_eq!(labels(&site.open(), "7 rue des lilas villeurbanne")[0], "7 Rue des Lilas Villeurbanne");
    assert_eq!(labels(&site.edit(), "8 rue des lilas villeurbanne")[0], "8 Rue des Lilas Villeurbanne");
}

#[test]
fn a_street_that_a_broken_file_shares_waits_until_that_can_be_read() {
    let site = Site::new();
    bal(&site.file("bron-2"), BRON, &[("Rue des Lilas", &[30])]);
    build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
    let good = fs::read(site.file("bron-2")).unwrap();
    let stamp = fs::metadata(site.file("bron-2")).unwrap().modified().unwrap();
    fs::write(site.file("bron-2"), "<html>\n").unwrap();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &[1, 2, 3, 5]), ("Rue du Parc", &[1, 12, 14])]);
    let edited = site.edit();
    assert_eq!(labels(&edited, "14 rue du parc bron")[0], "14 Rue du Parc Bron");
    assert_eq!(labels(&edited, "30 rue des lilas bron")[0], "30 Rue des Lilas Bron", "it has no other row");
    assert_eq!(labels(&edited, "5 rue des lilas bron")[0], "Rue des Lilas Bron", "it waits");
    assert_eq!(site.update().unwrap(), Update::Unchanged, "and costs nothing meanwhile");
    // Even if the file is what it was, to the time of its last change.
    fs::write(site.file("bron-2"), good).unwrap();
    fs::File::options().append(true).open(site.file("bron-2")).unwrap().set_modified(stamp).unwrap();
    let edited = site.edit();
    assert_eq!(labels(&edited, "5 rue des lilas bron")[0], "5 Rue des Lilas Bron");
    assert_eq!(labels(&edited, "30 rue des lilas bron")[0], "30 Rue des Lilas Bron");
}

#[cfg(unix)]
#[test]
fn a_row_corrected_in_as_many_letters_is_seen_whatever_the_time_of_the_file_says() {
    let site = Site::new();
    let file = site.file("bron");
    let stamp = fs::metadata(&file).unwrap().modified().unwrap();
    let corrected = |from: &str, to: &str, path: &Path| {
        fs::write(path, fs::read_to_string(&file).unwrap().replace(from, to)).unwrap();
        fs::File::options().append(true).open(path).unwrap().set_modified(stamp).unwrap();
    };
    corrected("Rue du Parc", "Rue du Port", &file);
    assert_eq!(labels(&site.edit(), "12 rue du port bron")[0], "12 Rue du Port Bron");
    let elsewhere = site.0.path().join("written-beside");
    corrected("Rue du Port", "Rue du Pont", &elsewhere);
    fs::rename(&elsewhere, &file).unwrap();
    assert_eq!(labels(&site.edit(), "12 rue du pont bron")[0], "12 Rue du Pont Bron");
    assert_eq!(site.update().unwrap(), Update::Unchanged);
}

#[test]
fn files_touched_or_moved_but_not_changed_are_no_edit() {
    let site = Site::new();
    let contents = fs::read(site.file("bron")).unwrap();
    fs::write(site.file("bron"), contents).unwrap();
    assert_eq!(site.update().unwrap(), Update::Unchanged);
    let moved = tempfile::tempdir().unwrap();
    let copy = |path: PathBuf| {
        let to = moved.path().join(path.file_name().unwrap());
        fs::copy(&path, &to).unwrap();
        to
    };
    let sources: Vec<PathBuf> = site.sources().into_iter().map(copy).collect();
    let updated = update(&sources, &[], &site.store(), &BuildOptions::default()).unwrap();
    assert_eq!((updated.update, updated.left.len()), (Update::Unchanged, 0));
}
