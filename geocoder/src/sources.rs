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
    index::{self, FileStamp},
};

/// An address file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Where it was.
    pub path: PathBuf,
    /// Its last change, when the system says it.
    pub modified: Option<Timestamp>,
    /// Its length and checksum.
    pub stamp: FileStamp,
    /// The communes of its accepted rows.
    pub communes: BTreeSet<CommuneCode>,
}

impl SourceFile {
    /// Stamps a file about to be read: what is written to it from now on is a change.
    pub(crate) fn about_to_read(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let modified = modified(&fs::metadata(path).map_err(failed)?);
        let stamp = index::stamp(path)?;
        Ok(Self { path: path.to_owned(), modified, stamp, communes: BTreeSet::new() })
    }

    /// Whether the file there now is another one: told by its length and time where these are the same, by its
    /// contents where they are not.
    fn is_changed(&self, path: &Path) -> Result<bool, Error> {
        let now = fs::metadata(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let is_untouched = now.len() == self.stamp.bytes && self.modified.is_some() && modified(&now) == self.modified;
        Ok(!is_untouched && index::stamp(path)? != self.stamp)
    }
}

/// What differs between the files of an index and those there are now.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Files that are new or have other contents.
    pub changed: Vec<PathBuf>,
    /// Communes that changed or removed files had.
    pub before: BTreeSet<CommuneCode>,
}

impl Changes {
    /// Errors: a file that cannot be read.
    pub(crate) fn between(known: &[SourceFile], now: &[PathBuf]) -> Result<Self, Error> {
        let mut found = Self::default();
        for path in now {
            let changed = match of_path(known, path) {
                Some(file) if !file.is_changed(path)? => continue,
                other => other,
            };
            found.changed.push(path.clone());
            found.before.extend(changed.iter().flat_map(|file| &file.communes));
        }
        let removed = known.iter().filter(|file| !now.iter().any(|path| of_path(known, path) == Some(file)));
        found.before.extend(removed.flat_map(|file| &file.communes));
        Ok(found)
    }
}

/// The file that was at a path; or, the whole folder having moved, the one of that name.
pub(crate) fn of_path<'a>(known: &'a [SourceFile], path: &Path) -> Option<&'a SourceFile> {
    let of_name = |file: &&SourceFile| file.path.file_name() == path.file_name();
    known.iter().find(|file| file.path == path).or_else(|| known.iter().find(of_name))
}

fn modified(metadata: &fs::Metadata) -> Option<Timestamp> {
    Timestamp::try_from(metadata.modified().ok()?).ok()
}
