//! The address files an index was built from, kept in its manifest: whether they changed since, and of which
//! communes each has rows.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use layers::CommuneCode;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    pieces::{self, Piece},
    table,
};

/// An address file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Where it was.
    pub path: PathBuf,
    /// Its last change, when the system says it.
    pub modified: Option<Timestamp>,
    /// Its length.
    pub bytes: u64,
    /// The communes of its accepted rows.
    pub communes: BTreeSet<CommuneCode>,
}

impl SourceFile {
    /// A file about to be read: what is written to it from now on is a change.
    pub(crate) fn about_to_read(path: &Path) -> Result<Self, Error> {
        let now = fs::metadata(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), modified: modified(&now), bytes: now.len(), communes: BTreeSet::new() })
    }

    /// Whether the file is still the one that was about to be read, told by its length and the time of its last
    /// change. Contents that are written without changing either are not told.
    pub(crate) fn is_still(&self, path: &Path) -> Result<bool, Error> {
        let now = Self::about_to_read(path)?;
        Ok(self.modified.is_some() && (now.modified, now.bytes) == (self.modified, self.bytes))
    }
}

/// The pieces of the text of a file.
pub(crate) fn cut(path: &Path) -> Result<Vec<Piece>, Error> {
    pieces::cut(&mut table::open(path)?.reader).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// The rank of the file that was at a path; or, the whole folder having moved, of the one of that name.
/// `now` are all the files there are.
pub(crate) fn rank_of(known: &[SourceFile], path: &Path, now: &[PathBuf]) -> Option<usize> {
    let of_name = |file: &SourceFile| file.path.file_name() == path.file_name() && !now.contains(&file.path);
    known.iter().position(|file| file.path == path).or_else(|| known.iter().position(of_name))
}

fn modified(metadata: &fs::Metadata) -> Option<Timestamp> {
    Timestamp::try_from(metadata.modified().ok()?).ok()
}
