//! What the tests of the geocoder share: an index of rows that a test writes, ways to ask it, and to say what it
//! answered.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part, and a failed step fails it

pub mod dice;

use std::{
    fs,
    path::{Path, PathBuf},
};

use geocoder::{BuildOptions, Filter, Geocoder, Kind, Nearby, Request, Suggestion, build};
use layers::LonLat;
use tempfile::TempDir;

/// What an index is made of. A list that is empty is not given.
#[derive(Default)]
pub struct Sources<'a> {
    /// Files of addresses: name, contents.
    pub files: &'a [(&'a str, &'a str)],
    /// The official list of postcodes, as it is published.
    pub postcodes: &'a str,
    /// The official list of communes, as it is published.
    pub communes: &'a str,
    /// INSEE codes of the communes that are at home.
    pub metropole: &'a [&'a str],
}

/// An index, and the folder that holds it as `index` beside its files. Every row of these is accepted.
pub fn index_of(sources: &Sources<'_>) -> (Geocoder, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let list = |name: &str, text: &str| (!text.is_empty()).then(|| write(folder.path(), name, text));
    let options = BuildOptions {
        postcodes: list("postcodes.csv", sources.postcodes),
        communes: list("communes.csv", sources.communes),
        metropole: sources.metropole.iter().map(|code| code.parse().unwrap()).collect(),
        accept_losses: false,
    };
    let files: Vec<PathBuf> = sources.files.iter().map(|(name, text)| write(folder.path(), name, text)).collect();
    let store = folder.path().join("index");
    let built = build(&files, &store, &options, &mut |_| {}).unwrap();
    assert_eq!(built.report.accepted(), built.report.rows(), "{:?}", built.report.rejected());
    (Geocoder::open(&store).unwrap(), folder)
}

/// An index of one BAL: its columns, and its rows with the same separators.
pub fn index_of_bal(
    columns: &str,
    rows: impl IntoIterator<Item = String>,
    others: &Sources<'_>,
) -> (Geocoder, TempDir) {
    let lines: Vec<String> = std::iter::once(columns.to_owned()).chain(rows).collect();
    index_of(&Sources { files: &[("bal.csv", &(lines.join("\r\n") + "\r\n"))], ..*others })
}

/// A file in this folder.
pub fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The CSV files of a folder, in the order of their names.
pub fn csv_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
    files.sort();
    files
}

/// (key, street, number, code, commune, lon, lat, parcels)
pub type Row = (&'static str, &'static str, u32, &'static str, &'static str, f64, f64, &'static str);

/// The columns of [`line`].
pub const COLUMNS: &str = "cle_interop;voie_nom;numero;commune_insee;commune_nom;position;long;lat;cad_parcelles;date_der_maj;certification_commune";

/// A certified entrance.
pub fn line((key, street, number, code, commune, lon, lat, parcels): &Row) -> String {
    format!("{key};{street};{number};{code};{commune};entrée;{lon};{lat};{parcels};2026-01-01;1")
}

/// Asked by somebody who may still be typing.
pub fn request(text: &str) -> Request {
    Request { text: text.to_owned(), limit: 10, ..Request::default() }
}

pub fn find(geocoder: &Geocoder, text: &str) -> Vec<Suggestion> {
    geocoder.search(&request(text)).unwrap()
}

/// Asked by somebody who has typed all there is.
pub fn finished(text: &str) -> Request {
    Request { finished: true, ..request(text) }
}

pub fn find_finished(geocoder: &Geocoder, text: &str) -> Vec<Suggestion> {
    geocoder.search(&finished(text)).unwrap()
}

/// Any addresses around a point.
pub fn nearby(point: LonLat, limit: usize, radius_m: f64) -> Nearby {
    Nearby { point, limit, radius_m, filter: Filter::default(), objects: Vec::new() }
}

/// From this confidence on, an answer may be taken without a look.
pub const SURE: f32 = 0.8;

/// What was answered, for the message of an assertion.
pub fn shown(found: &[Suggestion]) -> Vec<String> {
    found.iter().map(|it| format!("{:?} {} [{}] {:?}", it.kind, it.label(), it.score, it.verdicts)).collect()
}

/// The first answer, which must be labelled so.
#[track_caller]
pub fn check(geocoder: &Geocoder, text: &str, label: &str) -> Suggestion {
    first_labelled(text, &find(geocoder, text), label)
}

/// The same, among answers to a request of the test's own.
#[track_caller]
pub fn first_labelled(text: &str, found: &[Suggestion], label: &str) -> Suggestion {
    assert_eq!(found.first().map(Suggestion::label).as_deref(), Some(label), "« {text} » gave {:#?}", shown(found));
    found[0].clone()
}

/// The first answer, which must be of this kind and name.
#[track_caller]
pub fn first_named(text: &str, found: &[Suggestion], kind: Kind, name: &str) -> Suggestion {
    let first = found.first().map(|it| (it.kind, it.name.as_str()));
    assert_eq!(first, Some((kind, name)), "« {text} » gave {:#?}", shown(found));
    found[0].clone()
}
