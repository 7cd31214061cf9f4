//! `traboule index`: address files → address index, with a report of refused rows by file and by commune.
//! Runs beside a server, which shows the result within two seconds.

use std::cmp::Reverse;

use anyhow::Result;
use geocoder::{CommuneReport, FileReport, Geocoder, Progress, Report};
use layers::CommuneCode;

use super::say;
use crate::{cli::Index, config::Config, import};

/// Communes shown when not all of them are: those with the most refused rows.
const WORST: usize = 5;
/// Refused rows shown one by one, for each file.
const SHOWN: usize = 5;

pub(super) fn run(options: &Index) -> Result<()> {
    let config = Config::load(&options.config.config)?;
    if options.last {
        let geocoder = Geocoder::open(&config.geocoder.index)?;
        let manifest = geocoder.manifest();
        say::line(&summary(&manifest.report, manifest.addresses, manifest.places, &manifest.revision));
        print(&manifest.report, options.communes);
        return Ok(());
    }
    let watch = say::working("indexing addresses");
    let built = import::index(&config, options.accept_losses, &mut |progress| {
        watch.set_message(match progress {
            Progress::Read(done, all) => format!("reading addresses: {done} of {all} files"),
            Progress::Gather(done, all) => format!("putting streets together: {done} of {all} parts"),
            Progress::Index(done, all) => format!("indexing addresses: {done} of {all} places"),
        });
    });
    watch.finish_and_clear();
    let built = built?;
    say::line(&summary(&built.report, built.addresses, built.places, &built.revision));
    print(&built.report, options.communes);
    if !import::has_communes(&config)? {
        let layer = &config.territory.layer;
        say::line(&format!(
            "no home territory, and no address is the Métropole's: the layer of the communes, {layer}, is not imported \
             yet; run `traboule import`, then `traboule index` again"
        ));
    }
    Ok(())
}

fn summary(report: &Report, addresses: u32, places: u32, revision: &str) -> String {
    let (rows, accepted) = (report.rows(), report.accepted());
    format!(
        "{rows} rows read, {accepted} accepted: {addresses} addresses in {places} streets and places, revision {revision}"
    )
}

fn print(report: &Report, all_communes: bool) {
    if report.duplicates > 0 {
        say::line(&format!("  {} left out: another file has the same address", report.duplicates));
    }
    for (reason, count) in report.rejected() {
        say::line(&format!("  {count} rejected: {reason}"));
    }
    report.files.iter().for_each(print_file);
    if !report.communes_checked {
        say::line("  codes of communes not checked: no list is given by [geocoder] communes");
    }
    let communes = communes(report, all_communes);
    if !communes.is_empty() {
        say::line(if all_communes { "by commune:" } else { "communes with the most refused rows:" });
        let header = ["code", "commune", "rows", "accepted", "refused", "certified", "last change", "most often"];
        let rows = communes.into_iter().map(|(code, commune)| cells(*code, commune));
        let table: Vec<_> = std::iter::once(header.map(str::to_owned).to_vec()).chain(rows).collect();
        say::table(&table);
    }
}

fn print_file(file: &FileReport) {
    for notice in &file.notices {
        say::line(&format!("  {}: {notice}", file.file));
    }
    for rejected in file.first.iter().take(SHOWN) {
        let reasons: Vec<_> = rejected.reasons.iter().map(ToString::to_string).collect();
        say::line(&format!("    {} line {}: {}", file.file, rejected.line, reasons.join(", ")));
    }
}

/// All communes in the order of their codes, or the worst ones first.
fn communes(report: &Report, all: bool) -> Vec<(&CommuneCode, &CommuneReport)> {
    let mut communes: Vec<_> = report.communes.iter().collect();
    if !all {
        communes.retain(|(_, commune)| commune.rejected_rows() > 0);
        communes.sort_by_key(|(_, commune)| Reverse(commune.rejected_rows()));
        communes.truncate(WORST);
    }
    communes
}

fn cells(code: CommuneCode, commune: &CommuneReport) -> Vec<String> {
    // The first of those as frequent: a row without a usable number is also incomplete, which says less.
    let most = commune.rejected.iter().min_by_key(|(_, count)| Reverse(**count));
    vec![
        code.to_string(),
        commune.name.clone(),
        commune.rows.to_string(),
        commune.accepted.to_string(),
        commune.rejected_rows().to_string(),
        commune.certified_share().map(|share| format!("{:.1} %", share * 100.0)).unwrap_or_default(),
        commune.latest.map(|date| date.to_string()).unwrap_or_default(),
        most.map(|(reason, _)| reason.code().to_owned()).unwrap_or_default(),
    ]
}
