//! `traboule import`: reads layers from their sources again and reports rejected rows.
//! Runs beside a server, which shows the result within two seconds.

use std::path::Path;

use anyhow::{Result, bail};
use layers::{Imported, Layer};

use super::say;
use crate::{config::Config, http::problem::with_causes, refresh};

pub(super) fn run(path: &Path, names: &[String]) -> Result<()> {
    let config = Config::load(path)?;
    let layers = refresh::import_order(&config);
    if let Some(unknown) = names.iter().find(|name| !layers.iter().any(|layer| layer.id.as_str() == name.as_str())) {
        bail!("no layer is named `{unknown}`; the configuration has: {}", ids(&layers));
    }
    let wanted = layers.iter().filter(|layer| names.is_empty() || names.iter().any(|name| name == layer.id.as_str()));
    let mut failed = 0;
    for layer in wanted {
        let watch = say::working(format!("importing {}", layer.id));
        let imported = refresh::import_layer(&config, layer);
        watch.finish_and_clear();
        match imported {
            Ok(imported) => report(layer, &imported),
            Err(error) => {
                failed += 1;
                say::line(&format!("{}: FAILED: {}; the former snapshot stays", layer.id, with_causes(&error)));
            }
        }
    }
    if failed > 0 { bail!("{failed} layers could not be imported") } else { Ok(()) }
}

fn report(layer: &Layer, imported: &Imported) {
    let report = &imported.report;
    let revision = imported.snapshot.revision();
    say::line(&format!("{}: {} rows read, {} accepted, revision {revision}", layer.id, report.read, report.accepted));
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
