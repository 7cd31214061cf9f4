//! A build puts its revision in place whole, or leaves what was there: bad sources, a kill on the way, two builds at
//! once, and what is left in the folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use geocoder::{BuildOptions, Built, Geocoder, build};
use tempfile::TempDir;

use crate::{Row, index, row, support, town, write};

/// An index of one row, its file, its store and what was built there.
fn small() -> (PathBuf, PathBuf, Built, TempDir) {
    let (_, built, folder) = index(&[&[row("Rue Haute", 1, 4.9, 45.7)]]);
    (folder.path().join("0.csv"), folder.path().join("index"), built, folder)
}

fn revision(store: &Path) -> String {
    Geocoder::open(store).unwrap().revision()
}

#[test]
fn a_bad_source_leaves_the_old_index_in_place() {
    let (good, store, before, folder) = small();
    let not_bal = support::write(folder.path(), "junk.csv", "gml_id,cli\n1,CLI 4\n");
    let unnumbered = "cle_interop;voie_nom;numero;commune_insee;commune_nom;long;lat\nk;Rue A;x;69029;Bron;4.9;45.7\n";
    let all_bad = support::write(folder.path(), "bad.csv", unnumbered);
    let missing = folder.path().join("nowhere.csv");
    for (sources, says) in [
        (vec![good, not_bal], "commune_insee"),
        (vec![all_bad], "no address accepted"),
        (vec![missing], "cannot be read"),
    ] {
        let error = build(&sources, &store, &BuildOptions::default(), &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(revision(&store), before.revision);
    }
}

#[test]
fn an_error_says_why_no_row_was_accepted_in_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let good = row("Rue des Lilas", 1, 4.91, 45.74);
    let file = write(folder.path(), "bal.csv", &[good]);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace(";4.9100000;", ";4,9100000;")).unwrap();
    let ban = folder.path().join("ban.ndjson");
    fs::write(&ban, "{\"id\":\n{}\n").unwrap();
    let refused = build(&[file, ban], &folder.path().join("index"), &BuildOptions::default(), &mut |_| ()).unwrap_err();
    let said = refused.to_string();
    for part in [
        "bal.csv: 1 row(s) read, 1 × ",
        "(long.separateur_decimal_invalide)",
        "ban.ndjson: 2 row(s) read, ",
        "(row.json_illisible)",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains('\n') && !said.contains("Lilas"), "{said}");
}

#[test]
fn a_file_that_lost_its_addresses_is_refused_unless_that_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("index");
    let (code, commune) = ("69266", "Villeurbanne");
    let bron: Vec<Row> = (1..=60).map(|n| row("Rue des Lilas", n, 4.91, 45.74)).collect();
    let theirs: Vec<Row> = (1..=3).map(|n| Row { code, commune, ..row("Rue Haute", n, 4.88, 45.77) }).collect();
    let files = [write(folder.path(), "a.csv", &bron), write(folder.path(), "b.csv", &theirs)];
    let index = |files: &[PathBuf], accept_losses| {
        let options = BuildOptions { accept_losses, ..BuildOptions::default() };
        build(files, &store, &options, &mut |_| ()).map(|built| built.addresses)
    };
    assert_eq!(index(&files, false).unwrap(), 63);
    let before = revision(&store);
    // Cut short; with its header alone; both.
    let cases: [(&[Row], &[Row], &[&str]); 3] = [
        (&bron[..29], &theirs, &["commune 69029 (Bron) has 29 of 60 addresses left", "a.csv"]),
        (&bron, &[], &["commune 69266 (Villeurbanne) has 0 of 3 addresses left", "b.csv"]),
        (&bron[..1], &[], &["69029 (Bron)", "69266 (Villeurbanne)", "--accept-losses"]),
    ];
    for (a, b, says) in cases {
        write(folder.path(), "a.csv", a);
        write(folder.path(), "b.csv", b);
        let said = index(&files, false).unwrap_err().to_string();
        assert!(says.iter().all(|part| said.contains(part)), "{said}");
        assert_eq!(revision(&store), before, "what was there stays");
    }
    // Under another name it is the same.
    let renamed = [write(folder.path(), "a-2026.csv", &bron[..1]), write(folder.path(), "b.csv", &theirs)];
    assert!(index(&renamed, false).unwrap_err().to_string().contains("commune 69029 (Bron) has 1 of 60"));
    // Corrected, given to another file, or not wanted any more, which is said by removing the file.
    write(folder.path(), "a.csv", &bron[..31]);
    assert_eq!(index(&files, false).unwrap(), 34);
    write(folder.path(), "a.csv", &theirs);
    write(folder.path(), "b.csv", &bron[..31]);
    assert_eq!(index(&files, false).unwrap(), 34);
    assert_eq!(index(&files[1..], false).unwrap(), 31);
    write(folder.path(), "b.csv", &bron[..1]);
    assert_eq!(index(&files[1..], true).unwrap(), 1);
    assert_eq!(index(&files[1..], false).unwrap(), 1, "what was accepted is what there is to lose");
}

#[test]
fn a_file_cut_short_before_the_format_changed_is_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("index");
    let bron: Vec<Row> = (1..=60).map(|n| row("Rue des Lilas", n, 4.91, 45.74)).collect();
    let file = write(folder.path(), "a.csv", &bron);
    let index = |accept_losses| {
        let options = BuildOptions { accept_losses, ..BuildOptions::default() };
        build(std::slice::from_ref(&file), &store, &options, &mut |_| ()).map(|built| built.addresses)
    };
    // As a later version finds it: another stamp, a part it does not know, no file of origins it could read.
    let age = || {
        let former = store.join(Geocoder::current_revision(&store).unwrap().unwrap());
        let manifest = former.join("manifest.json");
        let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        json["schema"] = 1.into();
        json["report"]["files"] = "otherwise".into();
        fs::write(&manifest, json.to_string()).unwrap();
        fs::write(former.join("origins.bin"), "otherwise").unwrap();
    };
    assert_eq!(index(false).unwrap(), 60);
    age();
    write(folder.path(), "a.csv", &bron[..29]);
    let said = index(false).unwrap_err().to_string();
    assert!(said.contains("commune 69029 (Bron) has 29 of 60 addresses left") && !said.contains("by "), "{said}");
    write(folder.path(), "a.csv", &bron[..31]);
    assert_eq!(index(false).unwrap(), 31, "a correction");
    age();
    write(folder.path(), "a.csv", &bron[..1]);
    assert_eq!(index(true).unwrap(), 1);
    fs::write(store.join(revision(&store)).join("manifest.json"), "{").unwrap();
    assert_eq!(index(false).unwrap(), 1, "nothing to compare with");
}

#[test]
fn a_build_killed_on_its_way_is_swept_and_never_seen() {
    let (source, store, before, _folder) = small();
    fs::create_dir(store.join(".geocoder-building")).unwrap();
    fs::write(store.join(".geocoder-building/places.bin"), "half").unwrap();
    fs::write(store.join("current.next"), "").unwrap();
    fs::create_dir(store.join("layers")).unwrap();
    assert_eq!(revision(&store), before.revision);
    let built = build(&[source], &store, &BuildOptions::default(), &mut |_| {}).unwrap();
    assert!(!store.join(".geocoder-building").exists());
    assert!(store.join("layers").exists(), "what the index did not write is not its to remove");
    assert_ne!(built.revision, before.revision);
    assert!(store.join(&before.revision).exists(), "the former revision stays for those who are opening it");
    assert_eq!(revision(&store), built.revision);
}

#[test]
fn two_builds_in_one_store_wait_for_each_other() {
    let (source, store, _, _folder) = small();
    let build_once = || build(std::slice::from_ref(&source), &store, &BuildOptions::default(), &mut |_| {}).unwrap();
    let revisions = std::thread::scope(|scope| {
        [scope.spawn(build_once), scope.spawn(build_once)].map(|thread| thread.join().unwrap().revision)
    });
    assert!(revisions.contains(&revision(&store)));
}

#[test]
fn nothing_of_a_build_stays_but_its_files() {
    let (geocoder, _, folder) = index(&[&town(), &[row("Rue Haute", 1, 4.9, 45.7)]]);
    let names: Vec<&str> = geocoder.manifest().files.keys().map(String::as_str).collect();
    assert!(
        names.iter().all(|name| name.starts_with("words/")
            || ["numbers.bin", "origins.bin", "parcels.bin", "places.bin", "stretches.bin"].contains(name)),
        "{names:?}"
    );
    let revision = folder.path().join("index").join(&geocoder.manifest().revision);
    assert_eq!(fs::read_dir(revision).unwrap().count(), 7, "five tables, the words, the manifest");
}

#[test]
fn a_build_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(folder.path(), "good.csv", &[row("Rue Haute", 1, 4.9, 45.7)]);
    let store = folder.path().join("index");
    build(&[good, folder.path().join("nowhere.csv")], &store, &BuildOptions::default(), &mut |_| {}).unwrap_err();
    assert!(fs::read_dir(&store).unwrap().all(|entry| entry.unwrap().file_name() == ".lock-build"));
}
