//! Rows of address files (BAL) for the tests that make their own: any number of houses of Bron.

use layers::{Crs, LonLat, from_lonlat};

/// The columns of [`row`].
pub const HEADER: &str = "cle_interop;commune_insee;commune_nom;voie_nom;lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;\
    cad_parcelles;source;date_der_maj;certification_commune";

/// One number of a street, which is told by its rank and has a name, with a line break.
pub fn row(rank: u32, street: &str, number: u32, at: LonLat, certified: bool) -> String {
    let (x, y) = from_lonlat(at, Crs::Lambert93).unwrap();
    let (LonLat { lon, lat }, certified) = (at, u8::from(certified));
    format!(
        "69029_{rank:04}_{number:05};69029;Bron;{street};;{number};;entrée;{x:.2};{y:.2};{lon:.7};{lat:.7};;;2026-01-01;{certified}\n"
    )
}
