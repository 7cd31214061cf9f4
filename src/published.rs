//! Address files published at URLs, asked again while the service runs: only if they changed, and put in place by
//! rename. What then changed in them is found by `addresses`, as in any other file.

use std::{collections::HashMap, time::Duration, time::Instant};

use reqwest::Url;

use crate::{app::App, causes::with_causes, config::AddressSource, fetch};

/// How often a server looks whether it is time to ask; a reload may change what and when.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Asks each published file again when its time has come, one after the other, until the service stops: at once after
/// a start, then every `[geocoder] refresh`. What cannot be had is said, and what is there stays.
pub async fn watch(app: App) {
    let mut asked: HashMap<Url, Instant> = HashMap::new();
    loop {
        let config = app.generation().config.clone();
        let every = config.geocoder.refresh.unsigned_abs();
        for source in &config.geocoder.addresses {
            let AddressSource::Url(url) = source else { continue };
            if asked.get(url).is_none_or(|last| last.elapsed() >= every) {
                let (url, downloads) = (url.clone(), config.geocoder.downloads());
                asked.insert(url.clone(), Instant::now());
                ask(url, downloads).await;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn ask(url: Url, downloads: std::path::PathBuf) {
    // A copy of before is used, which `fetch` says; without one there is nothing.
    let asking = move || {
        if let Err(error) = fetch::current(&url, &downloads, fetch::LIMITS) {
            tracing::warn!(error = %with_causes(&error), "published addresses are not there yet");
        }
    };
    if tokio::task::spawn_blocking(asking).await.is_err() {
        tracing::error!("asking for published addresses panicked; what is served stays as it was");
    }
}
