//! The text that edits were made of, kept beside them: the pieces of each file that hold an edited street. When the
//! file is broken or being written to at the next edit, its streets are edited again from there and stay what they
//! were.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    Error, sources,
    table::{self, Text},
};

/// Where the text of a file of this rank is.
fn path(folder: &Path, rank: usize) -> PathBuf {
    folder.join(format!("text-{rank}.txt"))
}

/// Keeps a text, which is then read from there. What is written is synced with all the files of the edits.
///
/// Errors: the text cannot be read, or not be written.
pub(crate) fn keep(mut text: Text, folder: &Path, rank: usize) -> Result<Text, Error> {
    let path = path(folder, rank);
    let mut copy = || {
        let mut out = File::create(&path)?;
        if text.declared_utf8 {
            out.write_all(table::MARK)?;
        }
        io::copy(&mut text.reader, &mut out)
    };
    copy().map_err(|source| Error::Write { path: path.clone(), source })?;
    table::open(&path)
}

/// A text that was kept, and the hashes of its pieces.
#[derive(Debug)]
pub(crate) struct Kept {
    pub path: PathBuf,
    pub hashes: HashSet<u64>,
}

impl Kept {
    /// What edits in a folder kept of a file; none when they are of no street of it, or there it cannot be read.
    pub(crate) fn of(folder: &Path, rank: usize) -> Option<Self> {
        let path = path(folder, rank);
        let hashes = sources::cut(&path).ok()?.into_iter().map(|piece| piece.hash).collect();
        Some(Self { path, hashes })
    }
}
