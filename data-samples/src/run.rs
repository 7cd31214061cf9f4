//! One run of the generator: copy by copy, commune by commune in parallel, files in order.
//! Only one copy of the territory is in memory at a time.

use std::{fmt, path::PathBuf, str::FromStr};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::{
    bend::Ground,
    draw, facts,
    output::{self, Files, place::Draft, schema::SCHEMAS},
    plan::{
        Commune, Setting,
        density::Density,
        obstacles::{self, Obstacle},
        territory::Territory,
    },
    plane::Point,
};

/// How much is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Every layer, fine only around a few centres: what the repository holds.
    Committed,
    /// The whole Métropole: about 550,000 features and 400,000 addresses.
    Metropole,
    /// So many whole Métropoles side by side, at least 2.
    Copies(u32),
}

impl Scale {
    fn copies(self) -> u32 {
        match self {
            Self::Committed | Self::Metropole => 1,
            Self::Copies(copies) => copies,
        }
    }
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "committed" => Ok(Self::Committed),
            "metropole" => Ok(Self::Metropole),
            _ => match text.parse() {
                Ok(copies) if (2..=facts::MOST_COPIES).contains(&copies) => Ok(Self::Copies(copies)),
                _ => Err(format!("committed, metropole, or a number of copies from 2 to {}", facts::MOST_COPIES)),
            },
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Committed => f.write_str("committed"),
            Self::Metropole => f.write_str("metropole"),
            Self::Copies(copies) => write!(f, "{copies}"),
        }
    }
}

/// What to generate, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// How much.
    pub scale: Scale,
    /// Equal seeds give equal bytes.
    pub seed: u64,
    /// Folder that receives `layers/`, `bal/` and `codes_postaux.csv`; made when missing.
    pub out: PathBuf,
    /// Leave the layers out.
    pub only_addresses: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// File of each layer and its number of features; empty when only addresses were asked for.
    pub layers: Vec<(&'static str, u64)>,
    /// Addresses with a number.
    pub addresses: u64,
}

/// Generates the samples. Each file appears whole, by rename; a file of the same name is replaced,
/// others are left alone.
///
/// # Errors
/// When the folder cannot be written.
pub fn generate(options: &Options) -> Result<Summary> {
    let obstacles = obstacles::obstacles()?;
    let copies = options.scale.copies();
    ensure!((1..=facts::MOST_COPIES).contains(&copies), "at most {} copies", facts::MOST_COPIES);
    let bal = options.out.join("bal");
    std::fs::create_dir_all(&bal).with_context(|| format!("cannot make {}", bal.display()))?;
    let mut files = if options.only_addresses { None } else { Some(Files::create(&options.out.join("layers"))?) };
    let progress = progress(copies);
    let mut postcodes = Draft::create(&options.out, "codes_postaux.csv")?;
    std::io::Write::write_all(&mut postcodes, b"code_commune_insee;nom_de_la_commune;code_postal\n")?;
    let mut addresses = 0;
    for copy in 0..copies {
        let territory = territory(copy)?;
        let ground = Ground { shift: shift(copy) };
        write_postcodes(&territory, &mut postcodes)?;
        let communes = plan(&territory, &obstacles, ground, copy, options, &progress);
        if let Some(files) = &mut files {
            draw::territory(&territory, &obstacles, ground).iter().try_for_each(|row| files.push(row))?;
            let rows = communes.par_iter().map(|commune| draw::commune(commune, &territory));
            for rows in rows.collect::<Vec<_>>() {
                rows.iter().try_for_each(|row| files.push(row))?;
            }
        }
        addresses += write_addresses(&territory, &communes, &bal, options.seed)?;
    }
    postcodes.finish()?;
    progress.set_message("files");
    let counts = files.map(Files::finish).transpose()?;
    progress.finish_and_clear();
    let layers = counts.map_or_else(Vec::new, |counts| SCHEMAS.iter().map(|s| s.file).zip(counts).collect());
    Ok(Summary { layers, addresses })
}

/// The facts of a copy: its own codes, names and centres of the real one.
fn territory(copy: u32) -> Result<Territory> {
    let mut places = facts::places()?;
    let codes: Vec<(String, String)> = (0..places.len())
        .map(|rank| {
            let original = places[rank].insee.clone();
            let code = facts::copied_code(&original, rank, places.len(), copy).context("no code left for this copy")?;
            Ok((original, code))
        })
        .collect::<Result<_>>()?;
    let renamed = |code: &str| codes.iter().find(|(original, _)| original == code).map(|(_, copied)| copied.clone());
    for place in &mut places {
        place.parent = place.parent.as_deref().and_then(renamed);
    }
    for (place, (_, code)) in places.iter_mut().zip(&codes) {
        place.insee.clone_from(code);
    }
    Ok(Territory::new(places, &facts::neighbours()?))
}

/// Where a copy lies: on the sides of a growing square, so that its place never depends on how many follow.
fn shift(copy: u32) -> Point {
    let side = copy.isqrt();
    let rest = copy - side * side;
    let (column, row) = if rest <= side { (side, rest) } else { (rest - side - 1, side) };
    Point { x: f64::from(column) * 36_000.0, y: f64::from(row) * 50_000.0 }
}

fn plan(
    territory: &Territory,
    obstacles: &[Obstacle],
    ground: Ground,
    copy: u32,
    options: &Options,
    progress: &ProgressBar,
) -> Vec<Commune> {
    let originals = facts::places().unwrap_or_default();
    let one = |site: usize| {
        let original = &originals[territory.sites[site]].insee;
        let density = Density::of(territory.place(site), original, options.scale);
        let setting = Setting { obstacles, ground, seed: options.seed, copy };
        progress.inc(1);
        Commune::plan(territory, site, density, setting)
    };
    (0..territory.sites.len()).into_par_iter().map(one).collect()
}

/// One BAL per commune; the arrondissements of Lyon share theirs.
fn write_addresses(territory: &Territory, communes: &[Commune], folder: &std::path::Path, seed: u64) -> Result<u64> {
    let mut addresses = 0;
    for place in territory.places.iter().filter(|place| place.parent.is_none()) {
        let mut writer = output::bal::Writer::create(folder, &place.insee, seed)?;
        for commune in communes {
            if commune.place.insee == place.insee || commune.place.parent.as_ref() == Some(&place.insee) {
                writer.push(commune)?;
            }
        }
        addresses += writer.finish()?;
    }
    Ok(addresses)
}

fn write_postcodes(territory: &Territory, draft: &mut Draft) -> Result<()> {
    use std::io::Write;
    for place in &territory.places {
        for postcode in &place.postcodes {
            writeln!(draft, "{};{};{postcode}", place.insee, place.name)?;
        }
    }
    Ok(())
}

/// Progress on standard error; nothing when it is not a terminal.
fn progress(copies: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(copies) * 66);
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} communes {msg} {elapsed}")
            .unwrap_or(ProgressStyle::default_bar()),
    );
    bar
}
