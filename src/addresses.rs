//! What a running server does about addresses: indexes that another process put in place are opened, and address
//! files that changed are indexed at once, searches going on; a whole index is built beside both when one is due.
//! No address is ever part of a message.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use geocoder::{Geocoder, Left, Stamp, Update, Updated};
use tokio::time::{MissedTickBehavior, interval};

use crate::{app::App, causes::with_causes, config::Config, import};

/// How often a server looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long a changed file must have been left alone, by the time of its last change, before it is read: half of it
/// may be there. It must also be the same at two looks, and still the same once it was read.
const STILL: Duration = Duration::from_millis(300);
/// How long address files that could not be indexed are left alone: what failed may have been the disk.
const TRY_EVERY: Duration = Duration::from_secs(5);
/// The same for a whole index.
const BUILD_EVERY: Duration = Duration::from_secs(30);

/// Looks for new indexes and for changed address files until the service stops.
pub async fn watch(app: App) {
    let watcher = Arc::new(Mutex::new(Watcher::default()));
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (app, watcher) = (app.clone(), Arc::clone(&watcher));
        // What a panic leaves behind still says which files were tried: they are not tried again at once.
        let look = move || watcher.lock().unwrap_or_else(PoisonError::into_inner).look(&app);
        if tokio::task::spawn_blocking(look).await.is_err() {
            tracing::error!("looking for new addresses panicked; what is served stays as it was");
        }
    }
}

/// What a server remembers from one look to the next.
#[derive(Default)]
pub struct Watcher {
    /// The index that could not be opened, said once.
    broken: Option<String>,
    /// The index whose files were read again and are those that were written.
    verified: Option<String>,
    /// Address files at the last look.
    seen: Vec<FileState>,
    /// Address files already indexed, or found wanting, and the index they were compared with.
    tried: Option<(Vec<FileState>, String)>,
    /// When some were found wanting, and why, each said once.
    failed: Option<(Instant, Vec<String>)>,
    /// Whether a whole index is due; the one being built, which says whether it was; when it was begun.
    build_due: bool,
    build: Option<JoinHandle<bool>>,
    begun: Option<Instant>,
}

/// A file; without a stamp it is missing.
type FileState = (PathBuf, Option<Stamp>);

/// What a look at the address files came to.
struct Look {
    /// Those that have not kept still.
    moving: Vec<PathBuf>,
    /// The others.
    still: Vec<FileState>,
    /// Whether there is anything new in these, or one is gone.
    is_due: bool,
}

impl Watcher {
    fn look(&mut self, app: &App) {
        self.pick_up(app);
        self.verify(app);
        self.update(app);
        self.build(app);
    }

    /// Opens what is current, when it is not what is served.
    pub fn pick_up(&mut self, app: &App) {
        let store = &app.generation().config.geocoder.index;
        let served = app.geocoder();
        let current = match Geocoder::current_revision(store) {
            Ok(Some(current)) if served.as_ref().is_none_or(|served| served.revision() != current) => current,
            Ok(_) => return,
            Err(error) => return self.say_once("current", &error),
        };
        if self.broken.as_ref() == Some(&current) {
            return;
        }
        match self.open(store, served.as_deref()) {
            Ok(geocoder) => {
                tracing::info!(revision = geocoder.revision(), "address index in place");
                app.set_geocoder(Arc::new(geocoder));
            }
            Err(error) => self.say_once(&current, &error),
        }
    }

    /// Opening costs the same whatever the size, so that a server starts at once; what would replace an index that is
    /// served is read whole before, but for what both share.
    fn open(&mut self, store: &std::path::Path, served: Option<&Geocoder>) -> Result<Geocoder, geocoder::Error> {
        let geocoder = Geocoder::open_after(store, served)?;
        let Some(served) = served else { return Ok(geocoder) };
        if self.verified == Some(served.revision()) {
            geocoder.verify_after(served)?;
        } else {
            geocoder.verify()?;
        }
        self.verified = Some(geocoder.revision());
        Ok(geocoder)
    }

    /// Reads the index served since the start whole, once; a damaged one gives wrong answers, so it is served no more.
    fn verify(&mut self, app: &App) {
        let Some(geocoder) = app.geocoder() else { return };
        let revision = geocoder.revision();
        if self.verified.as_ref() == Some(&revision) {
            return;
        }
        match geocoder.verify() {
            Ok(()) => self.verified = Some(revision),
            Err(error) => {
                tracing::error!(revision, error = %with_causes(&error), "the address index is damaged: addresses are not served until `traboule index` has built another");
                self.broken = Some(revision);
                app.withdraw_geocoder();
            }
        }
    }

    /// Indexes what changed in the address files. Each is judged alone: those that have not kept still are left as they
    /// were, and so are those that are missing or broken.
    fn update(&mut self, app: &App) {
        let (config, Some(served)) = (Arc::clone(&app.generation().config), app.geocoder()) else { return };
        let files = import::address_files_due(&config, &served.manifest().sources);
        let Look { moving, still, is_due } = self.look_at(&files, &served.revision());
        let is_to_try = self.failed.as_ref().is_some_and(|(last, _)| last.elapsed() >= TRY_EVERY);
        if !is_due && !is_to_try {
            return;
        }
        let tried = match import::update(&config, &files, &moving) {
            Ok(Updated { update: Update::BeingWritten, .. }) => return self.seen.clear(),
            Ok(Updated { update, left }) => {
                self.build_due |= say(&update);
                let (broken, moving): (Vec<Left>, Vec<Left>) = left.into_iter().partition(|left| left.why.is_some());
                self.say_broken(&broken);
                // What was written to while it was read is read again.
                still.into_iter().filter(|(path, _)| moving.iter().all(|left| left.path != *path)).collect()
            }
            Err(error) => {
                let said = "changed address files not indexed; what is served stays as it was";
                self.say_failures(vec![(format!("{error:#}"), said)]);
                still
            }
        };
        self.pick_up(app);
        self.tried = app.geocoder().map(|served| (tried, served.revision()));
    }

    /// Compares the address files with those of the last look, and with those already indexed in this revision.
    fn look_at(&mut self, files: &[PathBuf], revision: &str) -> Look {
        let now: Vec<FileState> = files.iter().map(|path| (path.clone(), Stamp::of(path).ok())).collect();
        let seen = std::mem::replace(&mut self.seen, now.clone());
        let known = self.tried.as_ref().filter(|(_, index)| index == revision).map(|(files, _)| files);
        let is_known = |file: &FileState| known.is_some_and(|known| known.contains(file));
        let is_still = |(_, stamp): &FileState| stamp.as_ref().is_none_or(|stamp| stamp.is_older_than(STILL));
        let is_moving = |file: &FileState| !is_known(file) && (!seen.contains(file) || !is_still(file));
        let (moving, still): (Vec<FileState>, Vec<FileState>) = now.into_iter().partition(is_moving);
        let is_gone = |(path, _): &FileState| !files.contains(path);
        let is_due = !still.iter().all(is_known) || known.is_some_and(|known| known.iter().any(is_gone));
        Look { moving: moving.into_iter().map(|(path, _)| path).collect(), still, is_due }
    }

    /// Builds a whole index when one is due, on a thread of its own, edits going on; a next look finds it in place.
    fn build(&mut self, app: &App) {
        if let Some(build) = self.build.take_if(|build| build.is_finished()) {
            self.build_due |= !build.join().unwrap_or(false);
        }
        let waits = self.begun.is_some_and(|begun| begun.elapsed() < BUILD_EVERY);
        if !self.build_due || self.build.is_some() || waits {
            return;
        }
        tracing::info!("address files changed a lot: building a whole index");
        let config = Arc::clone(&app.generation().config);
        self.begun = Some(Instant::now());
        match thread::Builder::new().name("address-build".to_owned()).spawn(move || build(&config)) {
            Ok(thread) => (self.build, self.build_due) = (Some(thread), false),
            Err(error) => tracing::error!(%error, "no thread to build an address index on"),
        }
    }

    fn say_broken(&mut self, broken: &[Left]) {
        let about = |Left { path, why }: &Left| {
            let why = why.as_ref().map(|error| with_causes(error)).unwrap_or_default();
            (format!("{}: {why}", path.display()), "address file not indexed; what it said before stays")
        };
        let count = u32::try_from(broken.len()).unwrap_or(u32::MAX);
        metrics::gauge!("traboule_address_files_left").set(f64::from(count));
        self.say_failures(broken.iter().map(about).collect());
    }

    /// Says those that were not said before; none is a success.
    fn say_failures(&mut self, failures: Vec<(String, &str)>) {
        let said = self.failed.take().map(|(_, said)| said).unwrap_or_default();
        for (error, what) in failures.iter().filter(|(error, _)| !said.contains(error)) {
            tracing::error!(error, "{what}");
        }
        let said: Vec<String> = failures.into_iter().map(|(error, _)| error).collect();
        self.failed = Some(said).filter(|said| !said.is_empty()).map(|said| (Instant::now(), said));
    }

    fn say_once(&mut self, revision: &str, error: &dyn std::error::Error) {
        if self.broken.replace(revision.to_owned()).as_deref() != Some(revision) {
            tracing::error!(what = "address index", revision, error = %with_causes(error), "cannot be opened; what is served stays as it was");
        }
    }
}

/// Says what was done; whether a whole index is due.
fn say(update: &Update) -> bool {
    match update {
        Update::Edited { revision, streets, addresses, build_due } => {
            tracing::info!(revision, streets, addresses, "changed address files indexed");
            *build_due
        }
        Update::NeedsBuild => true,
        Update::Unchanged | Update::BeingWritten => false,
    }
}

/// Whether there is a new index.
fn build(config: &Config) -> bool {
    let built = import::build_here(config);
    match &built {
        Ok(built) => tracing::info!(revision = built.revision, addresses = built.addresses, "address index built"),
        Err(error) => {
            tracing::error!(error = %format!("{error:#}"), "no whole address index built; what is served stays as it was");
        }
    }
    built.is_ok()
}
