//! What a running server looks for: rights that another process changed, snapshots that another process put in
//! place, sources that changed, imports that are due; and, of each snapshot, what is found by name. Addresses are in
//! `addresses`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use layers::{Layer, LayerId, Snapshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    addresses,
    app::{App, Generation},
    causes::with_causes,
    config::Config,
    import,
    objects::{self, LayerObjects, Source},
};

/// How often a server looks: what another process does shows within two of these.
const LOOK_EVERY: Duration = Duration::from_millis(900);
/// How long a source is left alone after it was read, or could not be.
const TRY_EVERY: Duration = Duration::from_secs(30);

/// Opens what is in place on disk, so that a server starts with everything it already has. What must be made is made
/// while it serves.
pub fn open_everything(app: &App) {
    Watcher::default().pick_up(app, Objects::Open);
    addresses::Watcher::default().pick_up(app);
}

/// Reads again what other processes changed in the directory, until the service stops. Apart from
/// the imports, which may be long: a right that was taken back must not wait for them.
pub async fn watch_directory(app: App) {
    let mut tick = ticks();
    loop {
        tick.tick().await;
        if let Err(error) = app.auth().refresh().await {
            tracing::error!(error = %with_causes(&error), "the directory could not be read again; rights stay as they were");
        }
    }
}

/// Looks for new data until the service stops: other processes' work, changed sources, schedules.
pub async fn watch_data(app: App) {
    let watcher = Arc::new(Mutex::new(Watcher::default()));
    let mut tick = ticks();
    loop {
        tick.tick().await;
        let (app, watcher) = (app.clone(), Arc::clone(&watcher));
        // What a panic leaves behind still says which source was tried: it is not tried again at once.
        let look = move || watcher.lock().unwrap_or_else(PoisonError::into_inner).look(&app);
        if tokio::task::spawn_blocking(look).await.is_err() {
            tracing::error!("looking for new data panicked; what is served stays as it was");
        }
    }
}

fn ticks() -> Interval {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

/// What a server remembers from one look to the next.
#[derive(Default)]
struct Watcher {
    /// When each layer was last read, so that a broken source is not read every second.
    tried: HashMap<LayerId, Instant>,
    /// Revisions that could not be opened, each said once.
    broken: HashMap<String, String>,
    /// What is found by name of a layer, when it could not be made, and when that was tried.
    unmade: HashMap<LayerId, (String, Instant)>,
    /// The configuration that what is found by name was last swept for.
    swept: Option<Arc<Config>>,
}

/// How far to go for what is found by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Objects {
    /// Open what is there.
    Open,
    /// Make what is not.
    Make,
}

impl Watcher {
    fn look(&mut self, app: &App) {
        self.pick_up(app, Objects::Make);
        let generation = app.generation();
        self.forget_objects(&generation.config);
        for layer in import::order(&generation.config) {
            let waits = self.tried.get(&layer.id).is_some_and(|last| last.elapsed() < TRY_EVERY);
            if !waits && is_due(app, &generation, &layer) {
                self.tried.insert(layer.id.clone(), Instant::now());
                self.import_now(app, &generation, &layer);
            }
        }
    }

    fn pick_up(&mut self, app: &App, how: Objects) {
        for layer in import::order(&app.generation().config) {
            self.pick_up_snapshot(app, &layer, how);
            self.pick_up_objects(app, &layer, how);
        }
    }

    fn pick_up_snapshot(&mut self, app: &App, layer: &Layer, how: Objects) {
        let generation = app.generation();
        let store = &generation.config.server.snapshots;
        let served = generation.catalogue.get(layer.id.as_str()).and_then(|entry| entry.snapshot.as_ref());
        let current = match Snapshot::current_revision(store, layer) {
            Ok(Some(current)) if served.is_none_or(|snapshot| snapshot.revision() != current) => current,
            Ok(_) => return, // the same, or nothing imported as the layer is described now: keep what is open
            Err(error) => return self.say_once(layer.id.as_str(), "current", &error),
        };
        if self.broken.get(layer.id.as_str()) == Some(&current) {
            return;
        }
        match Snapshot::open_current(store, &layer.id) {
            Ok(Some(snapshot)) => {
                tracing::info!(layer = %layer.id, revision = snapshot.revision(), features = snapshot.len(), "layer in place");
                // Both at once: a layer that is refreshed stays findable, and as its new snapshot says.
                let objects = self.objects(&generation, layer, &snapshot, how);
                app.set_snapshot(&layer.id, &Arc::new(snapshot), objects.as_ref());
            }
            Ok(None) => {}
            Err(error) => self.say_once(layer.id.as_str(), &current, &error),
        }
    }

    /// Makes or opens what is found by name of what is served, when that is not so found yet: it was made searchable
    /// since, or placed by other communes.
    fn pick_up_objects(&mut self, app: &App, layer: &Layer, how: Objects) {
        let generation = app.generation();
        let entry = generation.catalogue.get(layer.id.as_str());
        let Some(snapshot) = entry.and_then(|entry| entry.snapshot.as_deref()) else { return };
        let served = generation.objects.get(&layer.id).map(|objects| objects.index.revision());
        let wanted = Source::of(&generation.config, layer, snapshot, generation.places());
        if wanted.is_none_or(|wanted| served == Some(&wanted.revision())) {
            return;
        }
        if let Some(objects) = self.objects(&generation, layer, snapshot, how) {
            app.set_objects(&layer.id, Some(&objects));
        }
    }

    /// None for a layer that is not searchable, and for one whose names cannot be indexed now: addresses are found
    /// without it.
    fn objects(
        &mut self,
        generation: &Generation,
        layer: &Layer,
        snapshot: &Snapshot,
        how: Objects,
    ) -> Option<LayerObjects> {
        let config = &generation.config;
        let source = Source::of(config, layer, snapshot, generation.places())?;
        if let Ok(objects) = source.open(config) {
            return Some(objects);
        }
        let revision = source.revision();
        let is_late = self.unmade.get(&layer.id).is_none_or(|(of, last)| *of != revision || last.elapsed() > TRY_EVERY);
        if how == Objects::Open || !is_late {
            return None;
        }
        match source.build(config).and_then(|built| Ok((built, source.open(config)?))) {
            Ok((built, objects)) => {
                tracing::info!(layer = %layer.id, objects = built.objects, "names of the layer indexed");
                self.unmade.remove(&layer.id);
                Some(objects)
            }
            Err(error) => {
                tracing::error!(layer = %layer.id, error = %with_causes(&error), "names of the layer cannot be indexed: it is not searched for now");
                self.unmade.insert(layer.id.clone(), (revision, Instant::now()));
                None
            }
        }
    }

    /// Removes what was found by name in layers that are searchable no more.
    fn forget_objects(&mut self, config: &Arc<Config>) {
        if self.swept.as_ref().is_some_and(|swept| Arc::ptr_eq(swept, config)) {
            return;
        }
        match objects::forget(config) {
            Ok(()) => self.swept = Some(Arc::clone(config)),
            Err(error) => self.say_once("names of layers", "withdrawn", &error),
        }
    }

    fn import_now(&mut self, app: &App, generation: &Generation, layer: &Layer) {
        match import::layer(&generation.config, layer) {
            Ok(imported) => {
                let report = &imported.report;
                tracing::info!(layer = %layer.id, accepted = report.accepted, rejected = report.rejected_rows(), "layer imported");
                let objects = self.objects(&app.generation(), layer, &imported.snapshot, Objects::Make);
                app.set_snapshot(&layer.id, &Arc::new(imported.snapshot), objects.as_ref());
            }
            Err(error) => {
                tracing::error!(layer = %layer.id, error = %with_causes(&error), "layer not refreshed; what is served stays as it was");
            }
        }
    }

    fn say_once(&mut self, what: &str, revision: &str, error: &dyn std::error::Error) {
        if self.broken.insert(what.to_owned(), revision.to_owned()).as_deref() != Some(revision) {
            tracing::error!(what, revision, error = %with_causes(error), "cannot be opened; what is served stays as it was");
        }
    }
}

fn is_due(app: &App, generation: &Generation, layer: &Layer) -> bool {
    let now = app.generation();
    let snapshot_of = |id: &LayerId| now.catalogue.get(id.as_str()).and_then(|entry| entry.snapshot.as_deref());
    let snapshot = snapshot_of(&layer.id);
    let communes = snapshot_of(&generation.config.territory.layer).map(Snapshot::revision);
    let schedule = generation.config.layers.iter().find(|config| *config.id() == layer.id).and_then(|it| it.refresh);
    let late = match (snapshot, schedule) {
        (Some(snapshot), Some(every)) => jiff::Timestamp::now().duration_since(snapshot.imported()) > every,
        _ => false,
    };
    late || import::is_due(layer, snapshot, communes)
}
