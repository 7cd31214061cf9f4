//! What is wrong with a configuration, said so that it can be mended: the line, and the nearest key.

use std::path::{Path, PathBuf};

/// A configuration that cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or not readable.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// It is not TOML, or a key or a value is wrong.
    #[error("{path}: line {line}, column {column}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, and the nearest key when one is unknown.
        message: String,
    },
    /// Everything reads, but it does not hold together: every problem, one a line.
    #[error("{0}:\n  - {list}", list = .1.join("\n  - "))]
    Inconsistent(PathBuf, Vec<String>),
}

/// The place of TOML's error in the text, and its message.
pub(super) fn invalid(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = &text[..start];
    ConfigError::Invalid {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
        message: with_nearest_key(error.message()),
    }
}

/// Adds the nearest known key to serde's « unknown field `x`, expected one of `a`, `b` ».
fn with_nearest_key(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = match quoted.next() {
        Some(name) if message.starts_with("unknown field") => name,
        _ => return message.to_owned(),
    };
    let likeness = |known: &str| strsim::jaro_winkler(unknown, known);
    match quoted.max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
        Some(nearest) => format!("unknown key `{unknown}`; the nearest known one is `{nearest}`"),
        None => format!("unknown key `{unknown}`"),
    }
}
