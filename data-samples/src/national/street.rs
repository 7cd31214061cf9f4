//! A street of a generated country, and its rows in a BAL file of form 1.4.

use std::{io::Write, path::Path};

use anyhow::Result;
use layers::{Crs, LonLat, from_lonlat};

use super::communes::Commune;
use crate::{
    output::{bal::uuid, place::Draft},
    rng::Rng,
};

const COLUMNS: &str = "cle_interop;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;voie_nom;\
    lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune";

/// Half the side of a commune, in degrees of latitude: four kilometres across.
const HALF_SIDE: f64 = 0.018;
/// Between two neighbours of one side, in degrees of latitude: fifteen metres.
const STEP: f64 = 0.000_135;
/// One number in so many has a suffix, a second position.
const SUFFIXED: f64 = 0.04;
const AGAIN: f64 = 0.04;
const CERTIFIED: f64 = 0.7;

/// A street: where it begins, where it goes, and who lives along it.
pub(crate) struct Street {
    name: String,
    rank: u64,
    numbers: u32,
    from: Point,
    /// From one number to the next of the same side.
    along: Point,
    section: String,
    first_parcel: u32,
}

/// A position in degrees and in Lambert-93 metres. Along one street the two move together: the projection is
/// straight to a decimetre over its length.
#[derive(Clone, Copy)]
struct Point {
    degrees: (f64, f64),
    metres: (f64, f64),
}

impl Point {
    fn at(degrees: (f64, f64)) -> Result<Self> {
        let metres = from_lonlat(LonLat { lon: degrees.0, lat: degrees.1 }, Crs::Lambert93)?;
        Ok(Self { degrees, metres })
    }

    /// This one moved by a step so many times.
    fn moved(self, step: Self, times: f64) -> Self {
        let moved = |from: (f64, f64), by: (f64, f64)| (from.0 + times * by.0, from.1 + times * by.1);
        Self { degrees: moved(self.degrees, step.degrees), metres: moved(self.metres, step.metres) }
    }
}

impl Street {
    pub(crate) fn draw(commune: &Commune, name: String, rank: u64, numbers: u32, rng: &mut Rng) -> Result<Self> {
        let narrow = commune.centre.lat.to_radians().cos();
        let place = |rng: &mut Rng| rng.between(-HALF_SIDE, HALF_SIDE);
        let start = (commune.centre.lon + place(rng) / narrow, commune.centre.lat + place(rng));
        let angle = rng.between(0.0, std::f64::consts::TAU);
        let (from, ahead) = (start, (start.0 + STEP * angle.cos() / narrow, start.1 + STEP * angle.sin()));
        let (from, ahead) = (Point::at(from)?, Point::at(ahead)?);
        let along = ahead.moved(from, -1.0);
        let letter = |rng: &mut Rng| char::from(b'A' + u8::try_from(rng.whole(0, 25)).unwrap_or(0));
        let section = format!("{}{}", letter(rng), letter(rng));
        let first_parcel = u32::try_from(rng.whole(1, 9_000))?;
        Ok(Self { name, rank, numbers, from, along, section, first_parcel })
    }
}

/// A file being written.
pub(crate) struct Writer {
    draft: Draft,
    identifiers: bool,
    /// Code, name and identifier of the commune being written.
    commune: (String, String, String),
    addresses: u64,
}

impl Writer {
    pub(crate) fn create(folder: &Path, name: &str, identifiers: bool) -> Result<Self> {
        let mut draft = Draft::create(folder, name)?;
        let first = if identifiers { "id_ban_commune;id_ban_toponyme;id_ban_adresse;" } else { "" };
        writeln!(draft, "{first}{COLUMNS}")?;
        Ok(Self { draft, identifiers, commune: Default::default(), addresses: 0 })
    }

    /// The rows that follow are of this commune.
    pub(crate) fn begin(&mut self, commune: &Commune, rng: &mut Rng) {
        self.commune = (commune.code.clone(), commune.name.clone(), uuid(rng));
    }

    /// Every number of a street: odd ones on one side, even ones on the other.
    pub(crate) fn push(&mut self, street: &Street, rng: &mut Rng) -> Result<()> {
        let toponym = uuid(rng);
        let mut number = 1;
        for rank in 0..street.numbers {
            let suffix = if rng.chance(SUFFIXED) { rng.pick(&["bis", "ter", "a", "b"]) } else { "" };
            let at = street.from.moved(street.along, f64::from(rank / 2) + 0.4 * f64::from(rank % 2));
            let certified = u8::from(rng.chance(CERTIFIED));
            let id = uuid(rng);
            self.row(street, (&toponym, &id), number, suffix, "entrée", at, certified)?;
            if rng.chance(AGAIN) {
                let inside = at.moved(street.along, 0.5);
                self.row(street, (&toponym, &id), number, suffix, "parcelle", inside, certified)?;
            }
            self.addresses += 1;
            number += 1 + u32::from(rng.chance(0.3));
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // the columns of a row
    fn row(
        &mut self,
        street: &Street,
        (toponym, id): (&str, &str),
        number: u32,
        suffix: &str,
        position: &str,
        at: Point,
        certified: u8,
    ) -> Result<()> {
        let (code, name, commune_id) = &self.commune;
        if self.identifiers {
            write!(self.draft, "{commune_id};{toponym};{id};")?;
        }
        let (x, y, lon, lat) = (at.metres.0, at.metres.1, at.degrees.0, at.degrees.1);
        let gap = if suffix.is_empty() { "" } else { "_" };
        let parcel = (street.first_parcel + number) % 10_000;
        writeln!(
            self.draft,
            "{}_{:04}_{number:05}{gap}{suffix};{code};{name};;;{};;{number};{suffix};{position};{x:.2};{y:.2};{lon:.7};{lat:.7};\
             {code}000{}{parcel:04};traboule (démonstration);2026-01-01;{certified}",
            code.to_lowercase(),
            street.rank % 10_000,
            street.name,
            street.section,
        )?;
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<u64> {
        self.draft.finish()?;
        Ok(self.addresses)
    }
}
