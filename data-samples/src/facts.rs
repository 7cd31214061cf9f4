//! What is true in the samples: codes, names, postcodes, populations and positions of the
//! communes (facts/communes.csv), and the neighbours that close the territory (facts/voisines.csv).
//! Sources: INSEE, Code officiel géographique 2026; La Poste, base officielle des codes postaux.

use anyhow::{Context, Result};
use layers::{Crs, LonLat, from_lonlat};

use crate::plane::Point;

/// A commune or an arrondissement of Lyon.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// INSEE code; a copy of the territory has invented ones.
    pub(crate) insee: String,
    pub(crate) name: String,
    pub(crate) postcodes: Vec<String>,
    pub(crate) population: u32,
    /// Centre, EPSG:3946, metres.
    pub(crate) centre: Point,
    /// Code of the commune an arrondissement belongs to.
    pub(crate) parent: Option<String>,
}

/// The 58 communes, then Lyon's 9 arrondissements, in the order of their codes.
pub(crate) fn places() -> Result<Vec<Place>> {
    rows(include_str!("../facts/communes.csv"))
        .map(|row| {
            let [insee, name, postcodes, population, lon, lat, parent] = row[..] else {
                anyhow::bail!("facts/communes.csv: seven columns expected in {row:?}");
            };
            Ok(Place {
                insee: insee.to_owned(),
                name: name.to_owned(),
                postcodes: postcodes.split('|').map(str::to_owned).collect(),
                population: population.parse().with_context(|| format!("population of {insee}"))?,
                centre: position(lon, lat)?,
                parent: (!parent.is_empty()).then(|| parent.to_owned()),
            })
        })
        .collect()
}

/// Centres of the communes around the Métropole, EPSG:3946: they only shape its outline.
pub(crate) fn neighbours() -> Result<Vec<Point>> {
    rows(include_str!("../facts/voisines.csv")).map(|row| position(row[1], row[2])).collect()
}

/// A position in degrees as EPSG:3946 metres.
pub(crate) fn metres(lon: f64, lat: f64) -> Result<Point> {
    let (x, y) = from_lonlat(LonLat { lon, lat }, Crs::Cc46)?;
    Ok(Point { x, y })
}

fn position(lon: &str, lat: &str) -> Result<Point> {
    let degrees = |text: &str| text.parse::<f64>().with_context(|| format!("« {text} » is not a number of degrees"));
    metres(degrees(lon)?, degrees(lat)?)
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(';').collect())
}

/// The code of a place in a copy of the territory: copy 0 is the real one; the others take,
/// in turn, the departments that hold none of the Métropole's codes. None beyond the last.
///
/// `rank` is the place's rank in [`places`].
pub(crate) fn copied_code(original: &str, rank: usize, places: usize, copy: u32) -> Option<String> {
    if copy == 0 {
        return Some(original.to_owned());
    }
    // 13, 69 and 75 name real arrondissements, 20 has letters.
    let departments: Vec<u32> = (1..=95).filter(|d| ![13, 20, 69, 75].contains(d)).collect();
    let per_department = 999 / places;
    let copy = usize::try_from(copy - 1).ok()?;
    let department = departments.get(copy / per_department)?;
    Some(format!("{department:02}{:03}", 1 + copy % per_department * places + rank))
}

/// How many copies have codes.
pub(crate) const MOST_COPIES: u32 = 1200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metropole_has_58_communes_and_lyon_nine_arrondissements() {
        let places = places().unwrap();
        assert_eq!(places.iter().filter(|p| p.parent.is_none()).count(), 58);
        assert_eq!(places.iter().filter(|p| p.parent.as_deref() == Some("69123")).count(), 9);
        assert!(places.iter().all(|p| !p.postcodes.is_empty() && p.population > 1000));
    }

    #[test]
    fn codes_of_copies_are_valid_and_never_repeat() {
        let places = places().unwrap();
        let mut seen = std::collections::HashSet::new();
        for copy in 0..MOST_COPIES {
            for (rank, place) in places.iter().enumerate() {
                let code = copied_code(&place.insee, rank, places.len(), copy).unwrap();
                assert!(code.parse::<layers::CommuneCode>().is_ok(), "{code}");
                assert!(seen.insert(code));
            }
        }
    }
}
