//! Whether a source was changed since it was imported: told by the file, not by a clock.
#![cfg(unix)] // a named pipe holds an import in the middle of its reading
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::{
    fs::{self, File},
    io::Write,
    process::Command,
    thread,
    time::Duration,
};

use common::{collection, layer, point};
use layers::{Snapshot, SourceStamp, import};

#[test]
fn a_file_replaced_during_its_import_is_seen_as_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.geojson");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let layer = layer("points", &path, &[]);
    let (snapshot, replaced, began_before) = thread::scope(|scope| {
        let importing = scope.spawn(|| import(&layer, folder.path(), None).unwrap().snapshot);
        // Opens when the import has opened the other end, and holds it there.
        let mut pipe = File::options().write(true).open(&path).unwrap();
        let began_before = jiff::Timestamp::now();
        let newer = folder.path().join("newer");
        fs::write(&newer, collection(&[("{}", &point(0.0, 0.0)), ("{}", &point(0.1, 0.0))])).unwrap();
        fs::rename(&newer, &path).unwrap();
        let replaced = SourceStamp::of(&path).unwrap();
        pipe.write_all(collection(&[("{}", &point(0.0, 0.0))]).as_bytes()).unwrap();
        drop(pipe);
        (importing.join().unwrap(), replaced, began_before)
    });
    assert_eq!(snapshot.len(), 1);
    assert_ne!(*snapshot.source(), replaced);
    assert!(snapshot.imported() <= began_before);
    assert_eq!(*import(&layer, folder.path(), None).unwrap().snapshot.source(), replaced);
}

#[test]
fn a_file_with_an_older_time_and_another_length_is_seen_as_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.geojson");
    fs::write(&path, collection(&[("{}", &point(0.0, 0.0))])).unwrap();
    import(&layer("points", &path, &[]), folder.path(), None).unwrap();
    let snapshot = Snapshot::open_current(folder.path(), &"points".parse().unwrap()).unwrap().unwrap();
    assert_eq!(*snapshot.source(), SourceStamp::of(&path).unwrap(), "untouched, and read back from the store");

    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let replace = |text: &str, time| {
        fs::write(&path, text).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        SourceStamp::of(&path).unwrap()
    };
    let longer = collection(&[("{}", &point(0.0, 0.0)), ("{}", &point(0.1, 0.0))]);
    assert_ne!(*snapshot.source(), replace(&longer, time - Duration::from_secs(172_800)));
    assert_ne!(*snapshot.source(), replace(&longer, time));
    let as_long = collection(&[("{}", &point(0.1, 0.0))]);
    assert_ne!(*snapshot.source(), replace(&as_long, time - Duration::from_nanos(1_000)));
}
