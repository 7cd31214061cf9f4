//! Address files changed after the index was built: what changed is found, what went is not, the rest is as it was;
//! and whatever goes wrong on the way, what was there still answers. Here two towns of a few streets, and their index.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod files;
mod rows;
#[path = "../support/mod.rs"]
mod support;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use geocoder::{BuildOptions, Error, Filter, Geocoder, Nearby, Suggestion, Update, Updated, build, update};
use layers::LonLat;
use support::{csv_files, find, nearby};
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
        csv_files(self.0.path())
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

/// The first answers to a text, in short.
fn labels(geocoder: &Geocoder, text: &str) -> Vec<String> {
    let short = |it: Suggestion| {
        let number = it.house_number.map(|number| format!("{number} ")).unwrap_or_default();
        format!("{number}{} {}", it.name, it.city)
    };
    find(geocoder, text).into_iter().map(short).collect()
}

fn nearest(geocoder: &Geocoder, point: LonLat, filter: Filter) -> Option<Suggestion> {
    geocoder.reverse(&Nearby { filter, ..nearby(point, 1, 500.0) }).unwrap().pop()
}
