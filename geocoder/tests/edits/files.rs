//! Files that cannot be read, that are being written, that only look changed, or only look unchanged: what they said
//! before stays, and no other file waits for them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use geocoder::{BuildOptions, Left, Update, Updated, build, update};

use crate::{BRON, HEADER, Site, VILLEURBANNE, bal, labels};

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
fn a_file_cut_short_leaves_what_was_there_and_no_other_unedited() {
    let site = Site::new();
    let numbers: Vec<u32> = (1..=60).collect();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &numbers)]);
    build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &numbers[..20])]);
    bal(&site.file("villeurbanne"), VILLEURBANNE, &[("Rue des Lilas", &[1, 2, 3, 4]), ("Cours Émile Zola", &[10])]);
    let updated = site.look(&[]).unwrap();
    assert!(matches!(updated.update, Update::Edited { .. }), "{updated:?}");
    let said = complaint(&updated, &site.file("bron"));
    assert!(said.contains("commune 69029 (Bron) has 20 of 60 addresses left") && !said.contains("Lilas"), "{said}");
    let geocoder = site.open();
    assert_eq!(labels(&geocoder, "50 rue des lilas bron")[0], "50 Rue des Lilas Bron");
    assert_eq!(labels(&geocoder, "4 rue des lilas villeurbanne")[0], "4 Rue des Lilas Villeurbanne");
    // Its addresses come back, in another file.
    bal(&site.file("bron-2"), BRON, &[("Rue des Lilas", &numbers[20..])]);
    let edited = site.edit();
    assert_eq!(labels(&edited, "50 rue des lilas bron")[0], "50 Rue des Lilas Bron");
    assert!(site.look(&[]).unwrap().left.is_empty());
    // Neither is one that says nothing any more, and one that never said anything is no address file.
    fs::write(site.file("villeurbanne"), format!("{HEADER}\n")).unwrap();
    assert!(!complaint(&site.look(&[]).unwrap(), &site.file("villeurbanne")).is_empty());
}

#[test]
fn what_is_lost_by_and_by_adds_up_until_the_next_build() {
    let site = Site::new();
    let numbers: Vec<u32> = (1..=100).collect();
    let write = |count: usize| bal(&site.file("bron"), BRON, &[("Rue des Lilas", &numbers[..count])]);
    write(100);
    build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
    for count in [80, 60, 90, 55] {
        write(count);
        site.edit();
    }
    write(45); // not half of what was left, and more than half of what there was
    let updated = site.look(&[]).unwrap();
    let said = complaint(&updated, &site.file("bron"));
    assert!(said.contains("commune 69029 (Bron) has 45 of 100 addresses left"), "{said}");
    assert_eq!(labels(&site.open(), "50 rue des lilas bron")[0], "50 Rue des Lilas Bron");
    let index = |accept_losses| {
        let options = BuildOptions { accept_losses, ..BuildOptions::default() };
        build(&site.sources(), &site.store(), &options, &mut |_| ())
    };
    assert!(index(false).unwrap_err().to_string().contains("has 45 of 100 addresses left"));
    // Another file that changes is edited meanwhile, and the one in question is the only one left.
    bal(&site.file("villeurbanne"), VILLEURBANNE, &[("Rue des Lilas", &[1, 2, 3]), ("Cours Émile Zola", &[10, 12])]);
    assert!(complaint(&site.look(&[]).unwrap(), &site.file("bron")).contains("45 of 100"));
    assert_eq!(labels(&site.open(), "12 cours émile zola villeurbanne")[0], "12 Cours Émile Zola Villeurbanne");
    index(true).unwrap();
    write(40);
    site.edit();
    assert!(site.look(&[]).unwrap().left.is_empty(), "what was accepted is what there is to lose");
}

#[test]
fn addresses_given_to_another_file_long_ago_are_not_lost_by_a_correction() {
    let site = Site::new();
    let numbers: Vec<u32> = (1..=60).collect();
    bal(&site.file("bron"), BRON, &[("Rue des Lilas", &numbers)]);
    build(&site.sources(), &site.store(), &BuildOptions::default(), &mut |_| ()).unwrap();
    bal(&site.file("bron"), BRON, &[("Rue du Parc", &[1])]);
    bal(&site.file("bron-2"), BRON, &[("Rue des Lilas", &numbers)]);
    site.edit();
    bal(&site.file("bron-2"), BRON, &[("Rue des Lilas", &numbers[..59])]);
    site.edit();
    assert!(site.look(&[]).unwrap().left.is_empty());
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
