//! The store: revisions that follow each other, killed imports, imports at the same time.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use common::{collection, import_text, layer, point};
use layers::{Attribute, CommuneRule, Layer, Snapshot, Territory, import};

#[test]
fn the_same_data_keeps_its_revision_and_new_data_keeps_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let text = |n: u32| collection(&[(&format!(r#"{{"n":{n}}}"#), &point(0.0, 0.0))]);
    let revisions: Vec<_> = [1, 1, 2, 3, 2]
        .map(|n| import_text(folder.path(), &text(n), |_| {}).unwrap().snapshot)
        .iter()
        .map(|snapshot| snapshot.revision().to_owned())
        .collect();
    assert_eq!(revisions[0], revisions[1]);
    assert_eq!(revisions[2], revisions[4]);
    assert!(revisions[1] != revisions[2] && revisions[2] != revisions[3]);
    let mut left: Vec<_> = fs::read_dir(folder.path().join("store/essai"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let mut expected = vec![".lock".to_owned(), "current".to_owned(), revisions[3].clone(), revisions[4].clone()];
    expected.sort();
    assert_eq!(left, expected);
}

#[test]
fn what_a_killed_import_left_is_never_opened_and_swept_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let id = "essai".parse().unwrap();
    assert!(Snapshot::open_current(&store, &id).unwrap().is_none());
    let text = collection(&[("{}", &point(0.0, 0.0))]);
    import_text(folder.path(), &text, |_| {}).unwrap();
    let half = store.join("essai/.tmp-1");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("cut.bin"), b"traboule").unwrap();
    assert_eq!(Snapshot::open_current(&store, &id).unwrap().unwrap().len(), 1);
    import_text(folder.path(), &text, |_| {}).unwrap();
    assert!(!half.exists());

    fs::write(store.join("essai/current"), "0123456789abcdef").unwrap();
    let error = Snapshot::open_current(&store, &id).unwrap_err().to_string();
    assert!(error.contains("0123456789abcdef") && error.contains("the folder is missing"), "{error}");
    fs::write(store.join("essai/current"), "../../secret").unwrap();
    assert!(Snapshot::open_current(&store, &id).is_err());
    import_text(folder.path(), &text, |_| {}).unwrap_err();
}

/// Run again by the test below as a process of its own: imports two files in turn until killed.
fn import_until_killed(folder: &Path) -> ! {
    loop {
        for name in ["a.geojson", "b.geojson"] {
            import(&layer("essai", &folder.join(name), &["n"]), &folder.join("store"), None).unwrap();
        }
    }
}

#[test]
fn an_import_killed_at_any_moment_leaves_the_old_snapshot_or_the_new_one() {
    const FOLDER: &str = "LAYERS_TEST_KILLED_IMPORT";
    if let Some(folder) = std::env::var_os(FOLDER) {
        import_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for (name, features) in [("a.geojson", 40_u32), ("b.geojson", 60)] {
        let rows: Vec<_> =
            (0..features).map(|n| (format!(r#"{{"n":{n}}}"#), point(f64::from(n) / 1000.0, 0.0))).collect();
        let rows: Vec<_> = rows.iter().map(|(n, at)| (n.as_str(), at.as_str())).collect();
        fs::write(folder.path().join(name), collection(&rows)).unwrap();
    }
    import(&layer("essai", &folder.path().join("a.geojson"), &["n"]), &store, None).unwrap();
    let test = "an_import_killed_at_any_moment_leaves_the_old_snapshot_or_the_new_one";
    for kill in 0..25_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(20 + 7 * kill % 50));
        child.kill().unwrap();
        child.wait().unwrap();
        let snapshot = Snapshot::open_current(&store, &"essai".parse().unwrap()).unwrap().unwrap();
        assert!([40, 60].contains(&snapshot.len()), "kill {kill}: {} features", snapshot.len());
        assert_eq!(snapshot.extent(&Territory::Whole).count, snapshot.len() as u64);
    }
    let last = import(&layer("essai", &folder.path().join("b.geojson"), &["n"]), &store, None).unwrap();
    assert_eq!(last.snapshot.len(), 60);
    let left = fs::read_dir(store.join("essai"))
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".tmp-"));
    assert_eq!(left.count(), 0);
}

#[test]
fn two_imports_of_one_layer_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (0..300).map(|n| point(f64::from(n) / 10_000.0, 0.0)).collect();
    let rows: Vec<_> = rows.iter().map(|at| ("{}", at.as_str())).collect();
    let paths: Vec<_> = [100, 200, 300].map(|n| (n, folder.path().join(format!("{n}.geojson")))).to_vec();
    for (n, path) in &paths {
        fs::write(path, collection(&rows[..*n])).unwrap();
    }
    thread::scope(|scope| {
        for (n, path) in &paths {
            for _ in 0..4 {
                let import = || import(&layer("essai", path, &[]), folder.path(), None).unwrap().snapshot.len();
                scope.spawn(move || assert_eq!(import(), *n));
            }
        }
    });
    assert!(Snapshot::open_current(folder.path(), &"essai".parse().unwrap()).unwrap().is_some());
}

/// What was withdrawn from a layer's description must not be shown from a snapshot made before.
#[test]
fn a_snapshot_is_that_of_the_description_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let text = collection(&[(r#"{"nom":"a","prix":1}"#, &point(0.0, 0.0))]);
    let mut described = None;
    let imported = import_text(folder.path(), &text, |layer| {
        layer.attributes = vec![attribute("nom"), attribute("prix")];
        described = Some(layer.clone());
    });
    let (snapshot, layer) = (imported.unwrap().snapshot, described.unwrap());
    assert!(snapshot.is_of(&layer));
    assert_eq!(Snapshot::current_revision(&store, &layer).unwrap().as_deref(), Some(snapshot.revision()));
    let titled = Layer { title: "Autre titre".into(), ..layer.clone() };
    assert!(snapshot.is_of(&titled), "a title is not imported");
    for changed in [
        Layer { attributes: vec![attribute("nom")], ..layer.clone() },
        Layer { commune: Some(CommuneRule::Attribute("nom".into())), ..layer.clone() },
        Layer { key: Some("nom".into()), ..layer.clone() },
        Layer { zooms: (11, 16), ..layer.clone() },
    ] {
        assert!(!snapshot.is_of(&changed));
        assert_eq!(Snapshot::current_revision(&store, &changed).unwrap(), None);
    }
}

fn attribute(name: &str) -> Attribute {
    Attribute { name: name.into(), label: name.into() }
}
