//! Addresses of a whole country, at any number: streets in proportion to the population of real communes, with names
//! from the lists and routes to the neighbours. Only its size and its shape are true. One BAL file a department,
//! written street after street: nothing is kept of a commune once it is written.

mod communes;
mod street;

use std::{collections::BTreeSet, io::Write, path::PathBuf};

use anyhow::{Result, ensure};

use self::{
    communes::Commune,
    street::{Street, Writer},
};
use crate::{
    names::Names,
    output::place::Draft,
    rng::{Rng, hash},
};

/// Numbers of a street, on average.
const NUMBERS: f64 = 13.0;
/// Streets that lead to another commune of the department, one in so many.
const ROUTES: f64 = 0.12;

/// What to generate, and where.
#[derive(Debug, Clone)]
pub struct NationalOptions {
    /// Communes: see `communes::read` for its two forms.
    pub communes: PathBuf,
    /// Addresses with a number, about.
    pub addresses: u64,
    /// Equal seeds give equal bytes.
    pub seed: u64,
    /// Folder that receives `bal/` and `codes_postaux.csv`; made when missing.
    pub out: PathBuf,
    /// Whether rows bear identifiers of the national base.
    pub identifiers: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NationalSummary {
    /// Communes and arrondissements.
    pub communes: u64,
    /// Streets.
    pub streets: u64,
    /// Addresses with a number.
    pub addresses: u64,
}

/// Generates the addresses of a country. Each file appears whole, by rename.
///
/// # Errors
/// The list cannot be read, or the folder cannot be written.
pub fn generate_national(options: &NationalOptions) -> Result<NationalSummary> {
    let communes = communes::read(&options.communes)?;
    let people: u64 = communes.iter().map(|commune| u64::from(commune.population)).sum();
    ensure!(people > 0, "nobody lives in these communes");
    let folder = options.out.join("bal");
    std::fs::create_dir_all(&folder)?;
    write_postcodes(&communes, options)?;
    let mut summary = NationalSummary { communes: communes.len() as u64, streets: 0, addresses: 0 };
    for department in communes.chunk_by(|a, b| a.department() == b.department()) {
        let name = format!("{}.csv", department[0].department());
        let mut writer = Writer::create(&folder, &name, options.identifiers)?;
        for commune in department {
            // The share of what is left to write: rounding never adds up.
            let wanted = options.addresses as f64 * f64::from(commune.population) / people as f64;
            summary.streets += write_commune(commune, department, wanted, options.seed, &mut writer)?;
        }
        summary.addresses += writer.finish()?;
    }
    Ok(summary)
}

/// Writes a commune; gives its streets.
#[allow(clippy::cast_sign_loss)] // shares of populations and lengths: never below zero
fn write_commune(
    commune: &Commune,
    department: &[Commune],
    wanted: f64,
    seed: u64,
    writer: &mut Writer,
) -> Result<u64> {
    let mut rng = Rng::new(&[seed, hash(&commune.code)]);
    let wanted = wanted as u64 + u64::from(rng.chance(wanted.fract()));
    let mut names = StreetNames::new(department, &mut rng);
    let (mut written, mut streets) = (0, 0);
    writer.begin(commune, &mut rng);
    while written < wanted {
        // Most streets are short and a few very long: an exponential law.
        let length = (1.0 - NUMBERS * (1.0 - rng.unit()).ln()) as u64;
        let numbers = u32::try_from(length.min(wanted - written).min(600))?;
        let name = names.next(&mut rng);
        writer.push(&Street::draw(commune, name, streets, numbers, &mut rng)?, &mut rng)?;
        written += u64::from(numbers);
        streets += 1;
    }
    Ok(streets)
}

/// The names of one commune's streets, each once.
struct StreetNames<'a> {
    known: Names,
    department: &'a [Commune],
    given: BTreeSet<String>,
}

impl<'a> StreetNames<'a> {
    fn new(department: &'a [Commune], rng: &mut Rng) -> Self {
        Self { known: Names::new((0, 1), rng), department, given: BTreeSet::new() }
    }

    fn next(&mut self, rng: &mut Rng) -> String {
        if rng.chance(ROUTES) {
            let towards = &self.department[rng.index(self.department.len())].name;
            let name = format!("{} de {towards}", rng.pick(&["Route", "Chemin", "Rue", "Avenue"]));
            if self.given.insert(name.clone()) {
                return name;
            }
        }
        let importance = u8::try_from(rng.whole(1, 4)).unwrap_or(1);
        let length = rng.between(40.0, 600.0);
        let kind = crate::names::kind(importance, length, rng.chance(0.01), rng);
        self.known.street(kind)
    }
}

fn write_postcodes(communes: &[Commune], options: &NationalOptions) -> Result<()> {
    let mut draft = Draft::create(&options.out, "codes_postaux.csv")?;
    writeln!(draft, "code_commune_insee;nom_de_la_commune;code_postal")?;
    for commune in communes {
        for postcode in &commune.postcodes {
            writeln!(draft, "{};{};{postcode}", commune.code, commune.name)?;
        }
    }
    draft.finish()
}
