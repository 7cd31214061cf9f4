//! Bringing data in and swapping it: imports on a schedule or when a source file changes,
//! and picking up what another process (`traboule import`, `traboule index`) has put in place.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use anyhow::Context;
use geocoder::{Geocoder, Progress};
use layers::{CommuneRule, CommuneShapes, Imported, Layer, LayerId, Snapshot};

use crate::{
    app::{App, Generation},
    config::Config,
    http::problem::with_causes,
};

/// How often a server looks for what changed: what another process does shows within two of these.
const LOOK_EVERY: Duration = Duration::from_millis(900);
/// How long a source is left alone after it was read, or could not be.
const TRY_EVERY: Duration = Duration::from_secs(30);

/// Layers in the order they must be imported: the communes first, since others are placed by them.
pub fn import_order(config: &Config) -> Vec<Layer> {
    let mut layers: Vec<Layer> = config.layers().collect();
    layers.sort_by_key(|layer| layer.id != config.territory.layer); // stable: the rest keeps its order
    layers
}

/// Reads a layer's source and puts its new snapshot in place. The former one serves until then,
/// and still after an error.
pub fn import_layer(config: &Config, layer: &Layer) -> Result<Imported, layers::Error> {
    let store = &config.server.snapshots;
    let shapes = match layer.commune {
        Some(CommuneRule::Geometry { .. }) => Snapshot::open_current(store, &config.territory.layer)?
            .map(|communes| CommuneShapes::from_snapshot(&communes, &config.territory.code, &config.territory.name))
            .transpose()?,
        _ => None,
    };
    layers::import(layer, store, shapes.as_ref())
}

/// Builds the address index from the configured BAL files and puts it in place.
pub fn build_index(config: &Config, progress: &mut dyn FnMut(Progress)) -> anyhow::Result<geocoder::Built> {
    let sources = crate::files::matching(&config.geocoder.addresses)?;
    let communes = Snapshot::open_current(&config.server.snapshots, &config.territory.layer)?
        .map(|snapshot| CommuneShapes::from_snapshot(&snapshot, &config.territory.code, &config.territory.name))
        .transpose()?;
    let metropole = communes.iter().flat_map(|shapes| shapes.communes()).map(|commune| commune.code).collect();
    let options = geocoder::BuildOptions { postcodes: config.geocoder.postcodes.clone(), metropole };
    Ok(geocoder::build(&sources, &config.geocoder.index, &options, progress)?)
}

/// Whether a layer has no snapshot yet, or one made from another description of it, or its source
/// file is newer than its snapshot, or it is placed by communes that were imported after it.
pub fn is_outdated(layer: &Layer, snapshot: Option<&Snapshot>, communes: Option<jiff::Timestamp>) -> bool {
    let placed_by_geometry = matches!(layer.commune, Some(CommuneRule::Geometry { .. }));
    let changed = std::fs::metadata(layer.source.format.path()).and_then(|file| file.modified()).ok();
    match (snapshot, changed) {
        (None, _) => true,
        (Some(snapshot), _) if !snapshot.is_of(layer) => true,
        (Some(snapshot), _) if placed_by_geometry && communes > Some(snapshot.imported()) => true,
        (Some(snapshot), Some(changed)) => changed > SystemTime::from(snapshot.imported()),
        (Some(_), None) => false, // the source is away: what we have is better than nothing
    }
}

/// Makes what is missing, or older than its source, before anything is served: snapshots, then
/// the index. `watch` is told what is being done. A snapshot that cannot be opened is made again.
pub fn prepare(config: &Config, watch: &dyn Fn(&str)) -> anyhow::Result<()> {
    let (mut changed, mut communes) = (false, None);
    for layer in import_order(config) {
        let mut snapshot = Snapshot::open_current(&config.server.snapshots, &layer.id).unwrap_or_else(|error| {
            log(&layer, &error);
            None
        });
        if is_outdated(&layer, snapshot.as_ref(), communes) {
            watch(&format!("importing {}", layer.id));
            let imported = import_layer(config, &layer).with_context(|| format!("cannot import {}", layer.id))?;
            snapshot = Some(imported.snapshot);
            changed = true;
        }
        if layer.id == config.territory.layer {
            communes = snapshot.map(|snapshot| snapshot.imported());
        }
    }
    if changed || Geocoder::open(&config.geocoder.index).is_err() {
        watch("indexing addresses");
        build_index(config, &mut |_| ()).context("cannot build the address index")?;
    }
    Ok(())
}

/// Opens what is in place on disk, so that a server starts with everything it already has.
pub fn open_everything(app: &App) {
    for layer in import_order(&app.generation().config) {
        pick_up_snapshot(app, &layer);
    }
    pick_up_index(app);
}

/// Looks for changes until the service stops: other processes' work, changed sources, schedules.
pub async fn watch(app: App) {
    let mut tried = Tried::new();
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = app.auth().refresh().await {
            tracing::error!(error = %with_causes(&error), "the directory could not be read again; rights stay as they were");
        }
        let app = app.clone();
        tried = match tokio::task::spawn_blocking(move || look(&app, tried)).await {
            Ok(tried) => tried,
            Err(_) => {
                tracing::error!("looking for new data panicked; what is served stays as it was");
                Tried::new()
            }
        };
    }
}

/// When each layer was last read, so that a broken source is not read every second.
type Tried = HashMap<LayerId, Instant>;

fn look(app: &App, mut tried: Tried) -> Tried {
    let generation = app.generation();
    for layer in import_order(&generation.config) {
        pick_up_snapshot(app, &layer);
        let waits = tried.get(&layer.id).is_some_and(|last| last.elapsed() < TRY_EVERY);
        if !waits && is_due(app, &generation, &layer) {
            tried.insert(layer.id.clone(), Instant::now());
            import_now(app, &generation, &layer);
        }
    }
    pick_up_index(app);
    tried
}

fn pick_up_snapshot(app: &App, layer: &Layer) {
    let generation = app.generation();
    let store = &generation.config.server.snapshots;
    let served = generation.catalogue.get(layer.id.as_str()).and_then(|entry| entry.snapshot.as_ref());
    match Snapshot::current_revision(store, layer) {
        Ok(current) if current.as_deref() == served.map(|snapshot| snapshot.revision()) => return,
        Ok(None) => return, // nothing imported as the layer is described now: keep what is open
        Ok(Some(_)) => {}
        Err(error) => return log(layer, &error),
    }
    match Snapshot::open_current(store, &layer.id) {
        Ok(Some(snapshot)) => {
            tracing::info!(layer = %layer.id, revision = snapshot.revision(), features = snapshot.len(), "layer in place");
            app.set_snapshot(&layer.id, Arc::new(snapshot));
        }
        Ok(None) => {}
        Err(error) => log(layer, &error),
    }
}

fn is_due(app: &App, generation: &Generation, layer: &Layer) -> bool {
    let now = app.generation();
    let snapshot_of = |id: &LayerId| now.catalogue.get(id.as_str()).and_then(|entry| entry.snapshot.as_deref());
    let snapshot = snapshot_of(&layer.id);
    let communes = snapshot_of(&generation.config.territory.layer).map(Snapshot::imported);
    let schedule =
        generation.config.layers.iter().find(|config| *config.id() == layer.id).and_then(|config| config.refresh);
    let late = match (snapshot, schedule) {
        (Some(snapshot), Some(every)) => jiff::Timestamp::now().duration_since(snapshot.imported()) > every,
        _ => false,
    };
    late || is_outdated(layer, snapshot, communes)
}

fn import_now(app: &App, generation: &Generation, layer: &Layer) {
    match import_layer(&generation.config, layer) {
        Ok(imported) => {
            let report = &imported.report;
            tracing::info!(layer = %layer.id, accepted = report.accepted, rejected = report.rejected_rows(), "layer imported");
            app.set_snapshot(&layer.id, Arc::new(imported.snapshot));
        }
        Err(error) => log(layer, &error),
    }
}

fn pick_up_index(app: &App) {
    let folder = &app.generation().config.geocoder.index;
    let served = app.geocoder().map(|geocoder| geocoder.manifest().revision.clone());
    match Geocoder::current_revision(folder) {
        Ok(current) if current == served || current.is_none() => {}
        Ok(_) => match Geocoder::open(folder) {
            Ok(geocoder) => {
                tracing::info!(revision = geocoder.manifest().revision, "address index in place");
                app.set_geocoder(Arc::new(geocoder));
            }
            Err(error) => tracing::error!(error = %with_causes(&error), "the address index cannot be opened"),
        },
        Err(error) => tracing::error!(error = %with_causes(&error), "the address index cannot be opened"),
    }
}

fn log(layer: &Layer, error: &layers::Error) {
    tracing::error!(layer = %layer.id, error = %with_causes(error), "layer not refreshed; what is served stays as it was");
}
