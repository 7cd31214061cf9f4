//! The generator's command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use data_samples::{COMMITTED_SEED, NationalOptions, Options, Scale, generate, generate_national};

/// Generates the sample Métropole: layers and addresses.
#[derive(Parser)]
struct Arguments {
    /// committed, metropole, or a number of copies of the territory (2 and more).
    #[arg(long, default_value_t = Scale::Committed)]
    scale: Scale,
    /// Equal seeds give equal bytes.
    #[arg(long, default_value_t = COMMITTED_SEED)]
    seed: u64,
    /// Folder that receives layers/, bal/ and codes_postaux.csv.
    #[arg(long, default_value = "data-samples")]
    out: PathBuf,
    /// Leave the rest out.
    #[arg(long)]
    only: Option<Only>,
    /// A list of communes (JSON or CSV: code, name, population): the addresses of that country instead.
    #[arg(long, requires = "addresses", requires = "only", conflicts_with = "scale")]
    communes: Option<PathBuf>,
    /// How many addresses that country has, about.
    #[arg(long, requires = "communes")]
    addresses: Option<u64>,
    /// That country's addresses bear no identifier of the national base.
    #[arg(long, requires = "communes")]
    without_identifiers: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Only {
    /// The BAL files and the postcodes.
    Addresses,
}

fn main() -> Result<()> {
    let Arguments { scale, seed, out, only, communes, addresses, without_identifiers } = Arguments::parse();
    if let Some((communes, addresses)) = communes.zip(addresses) {
        let identifiers = !without_identifiers;
        report_national(generate_national(&NationalOptions { communes, addresses, seed, out, identifiers })?);
        return Ok(());
    }
    let summary = generate(&Options { scale, seed, out, only_addresses: only.is_some() })?;
    report(&summary);
    Ok(())
}

#[allow(clippy::print_stdout)] // this is the command's answer
fn report(summary: &data_samples::Summary) {
    for (file, features) in &summary.layers {
        println!("{features:>9}  layers/{file}");
    }
    let features: u64 = summary.layers.iter().map(|(_, features)| features).sum();
    println!("{features:>9}  features\n{:>9}  addresses", summary.addresses);
}

#[allow(clippy::print_stdout)] // this is the command's answer
fn report_national(summary: data_samples::NationalSummary) {
    let data_samples::NationalSummary { communes, streets, addresses } = summary;
    println!("{communes:>9}  communes\n{streets:>9}  streets\n{addresses:>9}  addresses");
}
