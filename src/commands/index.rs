//! `traboule index`: BAL files → address index, with a report of rejected rows.
//! Runs beside a server, which shows the result within two seconds.

use std::path::Path;

use anyhow::Result;
use geocoder::Progress;

use super::say;
use crate::{config::Config, import};

pub(super) fn run(path: &Path) -> Result<()> {
    let config = Config::load(path)?;
    let watch = say::working("indexing addresses");
    let built = import::index(&config, &mut |progress| {
        watch.set_message(match progress {
            Progress::Read(done, all) => format!("reading addresses: {done} of {all} files"),
            Progress::Gather(done, all) => format!("putting streets together: {done} of {all} parts"),
            Progress::Index(done, all) => format!("indexing addresses: {done} of {all} places"),
        });
    });
    watch.finish_and_clear();
    let built = built?;
    let report = &built.report;
    say::line(&format!(
        "{} rows read, {} accepted: {} addresses in {} streets and places, revision {}",
        report.rows(),
        report.accepted(),
        built.addresses,
        built.places,
        built.revision
    ));
    if report.duplicates > 0 {
        say::line(&format!("  {} left out: another file has the same address", report.duplicates));
    }
    for (reason, count) in report.rejected() {
        say::line(&format!("  {count} rejected: {reason}"));
    }
    for file in &report.files {
        for rejected in file.first.iter().take(5) {
            let reasons: Vec<_> = rejected.reasons.iter().map(ToString::to_string).collect();
            say::line(&format!("    {} line {}: {}", file.file, rejected.line, reasons.join(", ")));
        }
    }
    Ok(())
}
