//! One entry of `[geocoder] addresses`: files by name, or a URL that publishes one.

use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;

use crate::fetch;

/// Where addresses come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum AddressSource {
    /// Files; the name may hold one `*`.
    Files(PathBuf),
    /// A file published at a URL, fetched when an index is built.
    Url(Url),
}

impl AddressSource {
    /// Makes a relative name start at a folder.
    pub(super) fn anchor(&mut self, folder: &Path) {
        if let Self::Files(path) = self {
            *path = folder.join(&path);
        }
    }
}

impl From<PathBuf> for AddressSource {
    fn from(path: PathBuf) -> Self {
        Self::Files(path)
    }
}

impl TryFrom<String> for AddressSource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::Files(text.into()));
        }
        // The text is not repeated: a URL may hold a key.
        let url = Url::parse(&text).map_err(|error| format!("an entry of addresses is not a URL: {error}"))?;
        if !fetch::is_safe(&url) {
            return Err("an entry of addresses is neither a file nor an https URL".to_owned());
        }
        Ok(Self::Url(url))
    }
}
