//! `traboule import`: reads layers from their sources again and reports rejected rows.
//! Runs beside a server, which shows the result within two seconds.

use std::path::Path;

use anyhow::{Result, bail};
use layers::{Imported, Layer};

use super::say;
use crate::{causes::with_causes, config::Config, import};

pub(super) fn run(path: &Path, names: &[String]) -> Result<()> {
    let config = Config::load(path)?;
    let layers = import::order(&config);
    if let Some(unknown) = names.iter().find(|name| !layers.iter().any(|layer| layer.id.as_str() == name.as_str())) {
        bail!("no layer is named `{unknown}`; the configuration has: {}", ids(&layers));
    }
    let wanted = layers.iter().filter(|layer| names.is_empty() || names.iter().any(|name| name == layer.id.as_str()));
    let mut failed = 0;
    for layer in wanted {
        let watch = say::working(format!("importing {}", layer.id));
        let imported = import::layer(&config, layer);
        watch.finish_and_clear();
        match imported {
            Ok(imported) => {
                report(layer, &imported);
                failed += u32::from(!is_indexed(&config, layer, &imported));
            }
            Err(error) => {
                failed += 1;
                say::line(&format!("{}: FAILED: {}; the former snapshot stays", layer.id, with_causes(&error)));
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => bail!("one layer could not be imported"),
        _ => bail!("{failed} layers could not be imported"),
    }
}

/// What the search box finds of it, made beside. Whether that went well.
fn is_indexed(config: &Config, layer: &Layer, imported: &Imported) -> bool {
    match import::objects(config, layer, &imported.snapshot) {
        Ok(None) => {}
        Ok(Some(built)) => {
            say::line(&format!("  {} can be found by name", built.objects));
            if built.refused > 0 {
                say::line(&format!("  {} cannot: they have no name, or no valid identifier", built.refused));
            }
        }
        Err(error) => {
            say::line(&format!("  FAILED to index its names: {error:#}; a running server tries again"));
            return false;
        }
    }
    true
}

fn report(layer: &Layer, imported: &Imported) {
    let report = &imported.report;
    let revision = imported.snapshot.revision();
    say::line(&format!("{}: {} rows read, {} accepted, revision {revision}", layer.id, report.read, report.accepted));
    if report.repaired > 0 {
        say::line(&format!("  {} accepted after a repair of their polygons", report.repaired));
    }
    if report.without_key > 0 {
        say::line(&format!("  {} have no key: they are identified by their content", report.without_key));
    }
    if report.without_commune > 0 {
        say::line(&format!("  {} lie in no commune: shown to the Métropole only", report.without_commune));
    }
    for (reason, count) in &report.by_reason {
        say::line(&format!("  {count} rejected: {}", reason.sentence()));
    }
    for rejected in report.rejected.iter().take(5) {
        say::line(&format!("    row {}: {}", rejected.row, rejected.reason.sentence()));
    }
}

fn ids(layers: &[Layer]) -> String {
    layers.iter().map(|layer| layer.id.as_str()).collect::<Vec<_>>().join(", ")
}
