//! The list of communes a country is generated from: code, name, population, postcodes, and a centre when it says.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};
use layers::LonLat;
use serde_json::Value;

use crate::rng::{Rng, hash};

/// Cities that address by arrondissement: their own rows are left out when those of their arrondissements are there.
const CITIES: [(&str, &str); 3] = [("75056", "751"), ("69123", "6938"), ("13055", "132")];
/// Departments are laid out on so many columns when the list has no centres.
const COLUMNS: usize = 10;
/// West and south of that layout, and a department's sides, in degrees: together about the size of France.
const ORIGIN: LonLat = LonLat { lon: -1.4, lat: 43.4 };
const SIDES: (f64, f64) = (0.82, 0.6);

/// A commune or an arrondissement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Commune {
    pub code: String,
    pub name: String,
    pub population: u32,
    pub postcodes: Vec<String>,
    pub centre: LonLat,
}

/// Reads the list, by code: JSON as the package `decoupage-administratif` has it (an array of objects `code`, `nom`,
/// `type`, `population`, `codesPostaux`), or CSV with the columns `code,name,population,lon,lat,postcode`, the last
/// three possibly empty. Overseas communes are left out: they are in other projections. A list without centres gets
/// made-up ones, the same every time: departments on a grid in the order of their codes, communes on a grid in each.
///
/// # Errors
/// Unreadable, or neither of the two.
pub(crate) fn read(path: &Path) -> Result<Vec<Commune>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut communes = if text.trim_start().starts_with('[') { from_json(&text) } else { from_csv(&text) }
        .with_context(|| format!("{} is not a list of communes", path.display()))?;
    communes.retain(|commune| commune.code.as_str() < "97");
    for (city, start) in CITIES {
        let shared_out = communes.iter().any(|commune| commune.code.starts_with(start));
        communes.retain(|commune| !(shared_out && commune.code == city));
    }
    ensure!(!communes.is_empty(), "no commune in {}", path.display());
    communes.sort_by(|a, b| a.code.cmp(&b.code));
    lay_out(&mut communes);
    Ok(communes)
}

fn from_json(text: &str) -> Result<Vec<Commune>> {
    let all: Vec<Value> = serde_json::from_str(text)?;
    let kept = all.iter().filter(|commune| {
        matches!(commune["type"].as_str(), None | Some("commune-actuelle" | "arrondissement-municipal"))
    });
    let read = |commune: &Value| {
        let text = |name: &str| Some(commune[name].as_str()?.to_owned());
        let postcodes = commune["codesPostaux"].as_array().into_iter().flatten();
        Some(Commune {
            code: text("code")?,
            name: text("nom")?,
            population: u32::try_from(commune["population"].as_u64().unwrap_or(0)).ok()?,
            postcodes: postcodes.filter_map(|code| Some(code.as_str()?.to_owned())).collect(),
            centre: NOWHERE,
        })
    };
    kept.map(|commune| read(commune).with_context(|| format!("{commune}"))).collect()
}

fn from_csv(text: &str) -> Result<Vec<Commune>> {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default().trim_start_matches('\u{feff}');
    let delimiter = if header.contains(';') { ';' } else { ',' };
    let columns: Vec<&str> = header.split(delimiter).map(str::trim).collect();
    let at = |name: &str| columns.iter().position(|column| *column == name);
    let (Some(code), Some(name), Some(population)) = (at("code"), at("name"), at("population")) else {
        bail!("it needs the columns code, name and population");
    };
    let (lon, lat, postcode) = (at("lon"), at("lat"), at("postcode"));
    let read = |line: &str| {
        let cells: Vec<&str> = line.split(delimiter).map(str::trim).collect();
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).copied().unwrap_or_default();
        let degrees = |at| cell(at).parse().unwrap_or(f64::NAN);
        let population = cell(Some(population)).parse().with_context(|| format!("no population in « {line} »"))?;
        let postcodes = cell(postcode).split(['|', ' ']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
        let centre = LonLat { lon: degrees(lon), lat: degrees(lat) };
        Ok(Commune {
            code: cell(Some(code)).to_owned(),
            name: cell(Some(name)).to_owned(),
            population,
            postcodes,
            centre,
        })
    };
    lines.filter(|line| !line.trim().is_empty()).map(read).collect()
}

const NOWHERE: LonLat = LonLat { lon: f64::NAN, lat: f64::NAN };

/// Gives a centre to those that have none.
fn lay_out(communes: &mut [Commune]) {
    let mut departments: BTreeMap<String, usize> = BTreeMap::new();
    for commune in communes.iter() {
        *departments.entry(commune.department().to_owned()).or_default() += 1;
    }
    let mut rank = 0;
    for (cell, (department, count)) in departments.into_iter().enumerate() {
        let columns = count.isqrt().max(1);
        let rows = count.div_ceil(columns);
        let share = |at: usize, of: usize, rng: &mut Rng| (at as f64 + rng.between(0.3, 0.7)) / of as f64;
        for (at, commune) in communes[rank..rank + count].iter_mut().enumerate() {
            let mut rng = Rng::new(&[hash(&department), hash(&commune.code)]);
            if commune.centre.lon.is_nan() || commune.centre.lat.is_nan() {
                let (x, y) = (share(at % columns, columns, &mut rng), share(at / columns, rows, &mut rng));
                commune.centre = LonLat {
                    lon: ORIGIN.lon + SIDES.0 * ((cell % COLUMNS) as f64 + x),
                    lat: ORIGIN.lat + SIDES.1 * ((cell / COLUMNS) as f64 + y),
                };
            }
        }
        rank += count;
    }
}

impl Commune {
    /// The first two characters of the code.
    pub(crate) fn department(&self) -> &str {
        self.code.get(..2).unwrap_or(&self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str) -> Result<Vec<Commune>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        read(&path)
    }

    #[test]
    fn a_list_is_read_in_both_forms_and_cities_give_way_to_their_arrondissements() {
        let json = r#"[{"code":"69266","nom":"Villeurbanne","type":"commune-actuelle","population":163684,"codesPostaux":["69100"]},
            {"code":"69123","nom":"Lyon","type":"commune-actuelle","population":519127},
            {"code":"69381","nom":"Lyon 1er Arrondissement","type":"arrondissement-municipal","population":28717},
            {"code":"69015","nom":"Avenas","type":"commune-deleguee"},
            {"code":"97411","nom":"Saint-Denis","type":"commune-actuelle","population":150000}]"#;
        let codes = |communes: &[Commune]| communes.iter().map(|c| c.code.clone()).collect::<Vec<_>>();
        let communes = check("communes.json", json).unwrap();
        assert_eq!(codes(&communes), ["69266", "69381"]);
        assert_eq!(
            (communes[0].population, communes[0].postcodes.as_slice()),
            (163_684, ["69100".to_owned()].as_slice())
        );
        assert!(communes.iter().all(|commune| commune.centre.lon.is_finite() && commune.centre.lat > 43.0));
        let csv = "code,name,population,lon,lat,postcode\n2A004,Ajaccio,70000,8.7,41.9,20000|20090\n01004,Ambérieu-en-Bugey,15000,,,\n";
        let communes = check("communes.csv", csv).unwrap();
        assert_eq!(codes(&communes), ["01004", "2A004"]);
        assert!((communes[1].centre.lon - 8.7).abs() < 1e-9 && communes[1].postcodes.len() == 2);
        assert!(check("other.csv", "a,b\n1,2\n").is_err() && check("none.json", "[]").is_err());
    }
}
