//! `traboule find`: what an agent would type, and what they would see.

use anyhow::{Context, Result};
use geocoder::{Geocoder, Near, Request, Suggestion, Verdict};

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
        for row in table(suggestion) {
            say::line(&row);
        }
    }
}

/// What became of each part of the text, and what it took off: one row a part that says something.
fn table(suggestion: &Suggestion) -> Vec<String> {
    let (score, verdicts) = (&suggestion.score, suggestion.verdicts);
    let verdict = |verdict: Option<Verdict>| verdict.map_or("", Verdict::as_str);
    let rows = [
        ("name", verdict(verdicts.street), 1.0 - score.text),
        ("number", verdict(verdicts.number), score.number),
        ("commune", verdict(verdicts.commune), score.commune),
        ("postcode", verdict(verdicts.postcode), 0.0),
        ("distance", "", score.far),
        ("size", "", score.small),
        ("outside home", "", score.away),
    ];
    let telling = rows.into_iter().filter(|(_, verdict, off)| !verdict.is_empty() || *off > 0.000_5);
    let row = |(part, verdict, off): (&str, &str, f32)| format!("      {part:<13} {verdict:<12} {:>7.3}", -off);
    let total = row(("confidence", suggestion.match_type.as_str(), -score.confidence));
    telling.map(row).chain([total]).collect()
}
