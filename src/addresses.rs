//! What a running server does about addresses: indexes that another process put in place are opened, and address
//! files that changed are indexed at once, searches going on. No address is ever part of a message.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use geocoder::{Geocoder, Update};
use tokio::time::{MissedTickBehavior, interval};

use crate::{app::App, causes::with_causes, config::Config, import};

/// How often a server looks. A changed file is read at the second look that finds it the same: the first may have
/// come while it was being written.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// How long address files that could not be indexed are left alone: what failed may have been the disk.
const TRY_EVERY: Duration = Duration::from_secs(30);

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
    /// When they were found wanting.
    failed: Option<Instant>,
}

/// Enough of a file to see that it changed.
type FileState = (PathBuf, Option<(u64, SystemTime)>);

impl Watcher {
    fn look(&mut self, app: &App) {
        self.pick_up(app);
        self.verify(app);
        self.update(app);
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

    /// Indexes what changed in the address files, once they have kept still from one look to the next.
    fn update(&mut self, app: &App) {
        let (config, Some(served)) = (Arc::clone(&app.generation().config), app.geocoder()) else { return };
        let Ok(files) = import::address_files_here(&config) else { return }; // away: what we have is better than nothing
        let now: Vec<FileState> = files.into_iter().map(state).collect();
        let is_tried = self.tried.as_ref().is_some_and(|(files, index)| *files == now && *index == served.revision());
        if is_tried && self.failed.is_none_or(|last| last.elapsed() < TRY_EVERY) {
            return;
        }
        if self.seen != now {
            self.seen = now;
            return;
        }
        self.failed = if update_now(&config) { None } else { Some(Instant::now()) };
        self.pick_up(app);
        self.tried = app.geocoder().map(|served| (now, served.revision()));
    }

    fn say_once(&mut self, revision: &str, error: &dyn std::error::Error) {
        if self.broken.replace(revision.to_owned()).as_deref() != Some(revision) {
            tracing::error!(what = "address index", revision, error = %with_causes(error), "cannot be opened; what is served stays as it was");
        }
    }
}

/// Whether the index is now that of the address files.
fn update_now(config: &Config) -> bool {
    let done = import::update(config).and_then(|update| {
        match update {
            Update::Unchanged => {}
            Update::Edited { revision, communes, addresses } => {
                tracing::info!(revision, communes, addresses, "changed address files indexed");
            }
            Update::NeedsBuild => {
                tracing::info!("address files changed a lot: building a whole index");
                let built = import::index(config, &mut |_| ())?;
                tracing::info!(revision = built.revision, addresses = built.addresses, "address index built");
            }
        }
        Ok(())
    });
    if let Err(error) = &done {
        tracing::error!(error = %format!("{error:#}"), "changed address files not indexed; what is served stays as it was");
    }
    done.is_ok()
}

fn state(path: PathBuf) -> FileState {
    let state = std::fs::metadata(&path).ok().and_then(|file| Some((file.len(), file.modified().ok()?)));
    (path, state)
}
