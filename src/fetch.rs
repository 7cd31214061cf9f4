//! Address files published at a URL: asked again only if they changed, kept beside the index, bounded in time and
//! size. When a download fails the copy of before is used, with a warning: yesterday's addresses are addresses.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{self, HeaderMap, HeaderName},
};
use serde::{Deserialize, Serialize};

use crate::causes::with_causes;

/// What a download may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest file, in bytes.
    pub bytes: u64,
    /// From the first byte asked to the last received.
    pub time: Duration,
}

/// The whole of France's addresses are 2 GB as CSV in 2026.
pub const LIMITS: Limits = Limits { bytes: 8 << 30, time: Duration::from_secs(30 * 60) };
/// To be connected, and between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(30);
const REDIRECTS: usize = 5;

/// Why there is nothing new. The query of a URL may hold a key: it is never part of a message.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection, or one that broke or was too slow.
    #[error("{url}: cannot be downloaded: {source}")]
    Transport {
        /// Without its query.
        url: String,
        /// What happened.
        source: reqwest::Error,
    },
    /// An answer other than the file.
    #[error("{url}: the server answered {status}")]
    Status {
        /// Without its query.
        url: String,
        /// What it answered.
        status: StatusCode,
    },
    /// More than [`Limits`] allow.
    #[error("{url}: larger than the {limit} bytes allowed")]
    TooLarge {
        /// Without its query.
        url: String,
        /// How much is allowed.
        limit: u64,
    },
    /// An answer that is not a file of addresses, such as a page that says the server is being worked on.
    #[error("{url}: what the server sent is not a file of addresses: {source}")]
    NotAddresses {
        /// Without its query.
        url: String,
        /// What is wrong with it.
        source: geocoder::Error,
    },
    /// The folder of downloads cannot be written.
    #[error("{path}: cannot be written: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What the server said of the copy we have, to ask whether there is a newer one.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

/// Whether an address may be asked: https, or this machine.
pub fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Where the copy of what a URL publishes is kept in `folder`.
pub fn copy(url: &Url, folder: &Path) -> PathBuf {
    folder.join(file_name(url))
}

/// The current copy of what a URL publishes, downloaded into `folder` if it changed.
///
/// Errors: it cannot be downloaded or is not a file of addresses, and was not downloaded before.
pub fn current(url: &Url, folder: &Path, limits: Limits) -> Result<PathBuf, FetchError> {
    let copy = copy(url, folder);
    match download(url, &copy, limits) {
        Ok(()) => Ok(copy),
        Err(error) if copy.is_file() => {
            tracing::warn!(error = %with_causes(&error), "the copy of the last download is used");
            Ok(copy)
        }
        Err(error) => Err(error),
    }
}

/// On a thread of its own: the caller may be in a runtime already, or in none.
fn download(url: &Url, copy: &Path, limits: Limits) -> Result<(), FetchError> {
    let write = |source| FetchError::Write { path: copy.to_owned(), source };
    fs::create_dir_all(copy.parent().unwrap_or(Path::new("."))).map_err(write)?;
    // Two processes may index at once: the second waits, then learns that it has the file already.
    let lock = File::create(copy.with_extension("lock")).map_err(write)?;
    lock.lock().map_err(write)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(write)?;
    std::thread::scope(|scope| scope.spawn(|| runtime.block_on(fetch(url, copy, limits))).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

async fn fetch(url: &Url, copy: &Path, limits: Limits) -> Result<(), FetchError> {
    let shown = shown(url);
    let transport = |e: reqwest::Error| FetchError::Transport { url: shown.clone(), source: e.without_url() };
    let write = |source| FetchError::Write { path: copy.to_owned(), source };
    let mut answer = client(url, limits)
        .map_err(transport)?
        .get(url.clone())
        .headers(if_changed(copy))
        .send()
        .await
        .map_err(transport)?;
    match answer.status() {
        StatusCode::NOT_MODIFIED => return Ok(()),
        StatusCode::OK => {}
        status => return Err(FetchError::Status { url: shown, status }),
    }
    let part = copy.with_extension("part");
    receive(&mut answer, &part, &shown, limits.bytes).await?;
    geocoder::recognise(&part).map_err(|source| {
        drop(fs::remove_file(&part));
        FetchError::NotAddresses { url: shown.clone(), source }
    })?;
    let validators = Validators {
        etag: text(answer.headers(), header::ETAG),
        last_modified: text(answer.headers(), header::LAST_MODIFIED),
    };
    put_in_place(&part, copy, &validators).map_err(write)
}

/// Writes an answer to a file, synced; nothing stays of one that is too large.
async fn receive(answer: &mut Response, part: &Path, shown: &str, limit: u64) -> Result<(), FetchError> {
    let transport = |e: reqwest::Error| FetchError::Transport { url: shown.to_owned(), source: e.without_url() };
    let write = |source| FetchError::Write { path: part.to_owned(), source };
    let too_large = || FetchError::TooLarge { url: shown.to_owned(), limit };
    if answer.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut file = File::create(part).map_err(write)?;
    let mut received = 0;
    while let Some(chunk) = answer.chunk().await.map_err(transport)? {
        received += chunk.len() as u64;
        if received > limit {
            drop(fs::remove_file(part));
            return Err(too_large());
        }
        file.write_all(&chunk).map_err(write)?;
    }
    file.sync_all().map_err(write)
}

/// The file first: validators without it would say for ever that an older copy is current.
fn put_in_place(part: &Path, copy: &Path, validators: &Validators) -> io::Result<()> {
    let about = copy.with_extension("json");
    let sync = || copy.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all());
    match fs::remove_file(&about) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => sync()?,
    }
    fs::rename(part, copy)?;
    sync()?;
    let mut file = File::create(part)?;
    file.write_all(&serde_json::to_vec(validators)?)?;
    file.sync_all()?;
    fs::rename(part, about)?;
    sync()
}

fn client(url: &Url, limits: Limits) -> Result<Client, reqwest::Error> {
    let local = url.scheme() == "http";
    let redirect = reqwest::redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if attempt.url().scheme() == "https" || (local && is_safe(attempt.url())) {
            attempt.follow()
        } else {
            attempt.error("redirected to an address that is not https")
        }
    });
    let builder = Client::builder()
        .redirect(redirect)
        .connect_timeout(SILENCE)
        .read_timeout(SILENCE)
        .timeout(limits.time)
        .user_agent("traboule");
    // A server on this machine is reached without TLS: no certificate authority need be installed.
    if local { builder.no_proxy().tls_certs_only([]).build() } else { builder.build() }
}

fn if_changed(copy: &Path) -> HeaderMap {
    let known: Validators = fs::read(copy.with_extension("json"))
        .ok()
        .filter(|_| copy.is_file())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    [(header::IF_NONE_MATCH, known.etag), (header::IF_MODIFIED_SINCE, known.last_modified)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.parse().ok()?)))
        .collect()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "[::1]"))
        || url.host_str().and_then(|host| host.parse::<std::net::Ipv4Addr>().ok()).is_some_and(|ip| ip.is_loopback())
}

/// Without what may be a secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // A URL that can be fetched has a host, and can then be without a name and a password.
    let _ = (url.set_username(""), url.set_password(None));
    url.to_string()
}

/// The name it has there, and before it what tells it from a namesake elsewhere. `.bal` because extensions are
/// taken for what is kept beside it.
fn file_name(url: &Url) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, url.as_str().as_bytes());
    let mark: String = digest.as_ref()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    let last = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let name: String =
        last.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).take(80).collect();
    format!("{mark}-{name}.bal")
}
