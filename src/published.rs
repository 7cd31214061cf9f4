//! Address files published at URLs, asked again while the service runs: only if they changed, and put in place by
//! rename. What then changed in them is found by `addresses`, as in any other file.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use reqwest::Url;
use tokio::task::{Id, JoinError, JoinSet};

use crate::{
    app::App,
    causes::with_causes,
    config::{AddressSource, Geocoder},
    fetch,
};

/// How often a server looks whether it is time to ask; a reload may change what and when.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Files asked for at a time, each of another server: one that is slow holds up its own files and no other's, and none
/// is asked for all it has at once.
const AT_ONCE: usize = 4;

/// Asks for each published file again when its time has come, until the service stops: at once after a start, then
/// every `[geocoder] refresh`. What cannot be had is said, and what is there stays.
pub async fn watch(app: App) {
    let mut questions = Questions::default();
    loop {
        questions.ask(&app.generation().config.geocoder);
        tokio::select! {
            Some(answered) = questions.tasks.join_next_with_id() => questions.end(answered),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// What was asked, and what is not answered yet.
#[derive(Default)]
struct Questions {
    /// When each file was last asked for.
    asked: HashMap<Url, Instant>,
    /// The servers of which an answer is awaited.
    servers: HashMap<Id, String>,
    tasks: JoinSet<()>,
}

impl Questions {
    /// Asks for what is due, as far as there is room: first what was not asked for the longest.
    fn ask(&mut self, config: &Geocoder) {
        let every = config.refresh.unsigned_abs();
        let urls = config.addresses.iter().filter_map(|source| match source {
            AddressSource::Url(url) => Some(url),
            AddressSource::Files(_) => None,
        });
        let is_due = |url: &&Url| self.asked.get(url).is_none_or(|last| last.elapsed() >= every);
        let mut due: Vec<&Url> = urls.filter(is_due).collect();
        due.sort_by_key(|url| self.asked.get(url));
        for url in due {
            let server = url.origin().ascii_serialization();
            if self.tasks.len() < AT_ONCE && !self.servers.values().any(|busy| *busy == server) {
                let (url, folder) = (url.clone(), config.downloads());
                self.asked.insert(url.clone(), Instant::now());
                let asking = self.tasks.spawn_blocking(move || fetch_one(&url, &folder));
                self.servers.insert(asking.id(), server);
            }
        }
    }

    fn end(&mut self, answered: Result<(Id, ()), JoinError>) {
        let id = answered.map_or_else(
            |panic| {
                tracing::error!("asking for published addresses panicked; what is served stays as it was");
                panic.id()
            },
            |(id, ())| id,
        );
        self.servers.remove(&id);
    }
}

/// A copy of before is used, which `fetch` says; without one there is nothing.
fn fetch_one(url: &Url, folder: &std::path::Path) {
    if let Err(error) = fetch::current(url, folder, fetch::LIMITS) {
        tracing::warn!(error = %with_causes(&error), "published addresses are not there yet");
    }
}
