//! The address files an index was built from, kept in its manifest: whether they changed since, and of which
//! communes each has rows.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use layers::CommuneCode;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    pieces::{self, Piece},
    table,
};

/// Enough of a file to see that it is not what it was. Its length and the time of its contents alone are not: programs
/// set that time back, as copying does, and a row may be corrected in as many letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its length.
    pub bytes: u64,
    /// The last change of its contents, when the system says it.
    pub modified: Option<Timestamp>,
    /// On Unix, the last change of it or of what the system knows about it, which no program sets.
    #[serde(default)]
    pub changed: Option<Timestamp>,
    /// On Unix, its number on its disk: another one takes its place by a rename.
    #[serde(default)]
    pub inode: Option<u64>,
}

/// An address file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Where it was.
    pub path: PathBuf,
    /// What told that it was that one.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The communes of its accepted rows.
    pub communes: BTreeSet<CommuneCode>,
}

impl Stamp {
    /// A file as it is now.
    ///
    /// Errors: there is none, or it may not be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        let now = fs::metadata(path)?;
        let modified = now.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            let nanoseconds = i32::try_from(now.ctime_nsec()).unwrap_or_default(); // less than a billion
            (Timestamp::new(now.ctime(), nanoseconds).ok(), Some(now.ino()))
        };
        #[cfg(not(unix))]
        let (changed, inode) = (None, None);
        Ok(Self { bytes: now.len(), modified, changed, inode })
    }

    /// Whether it was last changed longer ago than this; a clock that disagrees with that of the files says nothing.
    pub fn is_older_than(&self, age: Duration) -> bool {
        let now = Timestamp::now();
        let is_older = |time: Timestamp| Duration::try_from(now.duration_since(time)).map_or(true, |old| old >= age);
        self.modified.into_iter().chain(self.changed).all(is_older)
    }
}

impl SourceFile {
    /// A file about to be read: what is written to it from now on is a change.
    pub(crate) fn about_to_read(path: &Path) -> Result<Self, Error> {
        let stamp = Stamp::of(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), stamp, communes: BTreeSet::new() })
    }

    /// Whether the file is still the one that was about to be read.
    pub(crate) fn is_still(&self) -> Result<bool, Error> {
        let now = Self::about_to_read(&self.path)?;
        Ok(self.stamp.modified.is_some() && now.stamp == self.stamp)
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
