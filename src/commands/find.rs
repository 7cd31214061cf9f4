//! `traboule find`: what an agent would type, and what they would see.

use anyhow::{Context, Result};
use geocoder::{Geocoder, Near, Request, Suggestion};

use super::{find_csv, say};
use crate::{cli::Find, config::Config};

pub(super) fn run(options: &Find) -> Result<()> {
    let config = Config::load(&options.config.config)?;
    let geocoder =
        Geocoder::open(&config.geocoder.index).context("no address index to search: run `traboule index`")?;
    if let Some(file) = &options.csv.file {
        return find_csv::run(&geocoder, file, &options.csv);
    }
    let request = Request {
        text: options.text.join(" "),
        near: options.near.map(Near::from),
        limit: options.limit,
        ..Request::default()
    };
    let suggestions = geocoder.search(&request)?;
    if suggestions.is_empty() {
        say::line("Aucune adresse trouvée.");
    }
    for suggestion in &suggestions {
        print(suggestion, options.explain);
    }
    Ok(())
}

fn print(suggestion: &Suggestion, explain: bool) {
    let at = suggestion.position.at;
    say::line(&format!("{:.2}  {}  ({:.6}, {:.6})", suggestion.score.total(), suggestion.label(), at.lon, at.lat));
    if explain {
        say::line(&format!("      {}", suggestion.score));
    }
}
