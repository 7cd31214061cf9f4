//! The index on disk and what it keeps of the rows it was built of: here a BAL of any rows and the index of several,
//! then a file for each promise.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod builds;
mod damage;
mod nearest;
mod rows;
#[path = "../support/mod.rs"]
mod support;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use geocoder::{BuildOptions, Built, Filter, Geocoder, Nearby, Suggestion, build};
use layers::LonLat;
use support::{dice::Dice, nearby};
use tempfile::TempDir;

const HEADER: &str = "id_ban_commune;id_ban_toponyme;id_ban_adresse;cle_interop;commune_insee;commune_nom;commune_deleguee_insee;\
    commune_deleguee_nom;voie_nom;lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune";

/// One row of a BAL.
#[derive(Debug, Clone)]
struct Row {
    id: Option<u32>,
    code: &'static str,
    commune: &'static str,
    street: String,
    complement: &'static str,
    number: u32,
    suffix: &'static str,
    position: &'static str,
    at: LonLat,
    parcels: &'static str,
    certified: bool,
}

fn row(street: &str, number: u32, lon: f64, lat: f64) -> Row {
    Row {
        id: None,
        code: "69029",
        commune: "Bron",
        street: street.to_owned(),
        complement: "",
        number,
        suffix: "",
        position: "entrée",
        at: LonLat { lon, lat },
        parcels: "",
        certified: true,
    }
}

fn uuid(n: u32) -> String {
    format!("{n:08x}-0000-4000-8000-000000000000")
}

impl Row {
    fn line(&self) -> String {
        let Self { code, commune, street, complement, number, suffix, position, at, parcels, .. } = self;
        let mut key = format!("{code}_{:04}_{number:05}", street.len());
        if !suffix.is_empty() {
            key = format!("{key}_{suffix}");
        }
        let ids = self.id.map_or(";;".to_owned(), |id| format!("{};{};{}", uuid(1), uuid(2), uuid(id)));
        let (x, y) = layers::from_lonlat(*at, layers::Crs::Lambert93).unwrap();
        format!(
            "{ids};{key};{code};{commune};;;{street};{complement};{number};{suffix};{position};{x:.2};{y:.2};{:.7};{:.7};{parcels};;2026-01-01;{}",
            at.lon,
            at.lat,
            u8::from(self.certified)
        )
    }
}

fn write(folder: &Path, name: &str, rows: &[Row]) -> PathBuf {
    let lines: Vec<String> = std::iter::once(HEADER.to_owned()).chain(rows.iter().map(Row::line)).collect();
    support::write(folder, name, &(lines.join("\n") + "\n"))
}

/// An index of these files.
fn index(files: &[&[Row]]) -> (Geocoder, Built, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(at, rows): (usize, &&[Row])| write(folder.path(), &format!("{at}.csv"), rows);
    let sources: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
    let metropole = BTreeSet::from(["69029".parse().unwrap()]);
    let options = BuildOptions { metropole, ..BuildOptions::default() };
    let built = build(&sources, &folder.path().join("index"), &options, &mut |_| {}).unwrap();
    let rows: usize = files.iter().map(|rows| rows.len()).sum();
    assert_eq!(built.report.accepted(), rows as u64, "{:?}", built.report.rejected());
    (Geocoder::open(&folder.path().join("index")).unwrap(), built, folder)
}

fn near(geocoder: &Geocoder, point: LonLat, limit: usize, radius_m: f64, filter: Filter) -> Vec<Suggestion> {
    geocoder.reverse(&Nearby { filter, ..nearby(point, limit, radius_m) }).unwrap()
}

/// A town of streets that cross, some addresses with a second position, some in the commune next door, drawn from
/// a fixed seed.
fn town() -> Vec<Row> {
    let mut dice = Dice::of(12_345);
    let mut draw = |below: usize| u32::try_from(dice.below(below)).unwrap();
    let mut rows = Vec::new();
    for street in 0..40u32 {
        let (west, south) = (4.88 + f64::from(draw(600)) / 1e4, 45.71 + f64::from(draw(400)) / 1e4);
        let (east, north) = (f64::from(draw(400)) / 1e7 - 2e-5, f64::from(draw(400)) / 1e7 - 2e-5);
        for number in 1..=20 + draw(100) {
            let step = f64::from(number) * 4.0;
            let mut one = row(&format!("Rue Numéro {street}"), number, west + east * step, south + north * step);
            if street % 5 == 0 {
                (one.code, one.commune) = ("69266", "Villeurbanne");
            }
            if draw(12) == 0 {
                let at = LonLat { lon: one.at.lon + 2e-4, lat: one.at.lat };
                rows.push(Row { at, position: "parcelle", ..one.clone() });
            }
            rows.push(one);
        }
    }
    rows
}
