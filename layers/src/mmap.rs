//! A file as bytes through the memory map: the only unsafe code of this crate.

use std::{fs::File, ops::Deref, path::Path};

use crate::Error;

/// The bytes of one file of a snapshot.
#[derive(Debug)]
pub(crate) struct Map(memmap2::Mmap);

impl Map {
    /// Maps a whole file. The file must be one that is never changed in place.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io(path))?;
        // SAFETY: a map is sound while nobody truncates or rewrites the file under it. Snapshot
        // files are ours, written once in a scratch folder, put in place by rename, and only ever
        // unlinked afterwards; an unlinked file keeps its pages for those who hold it.
        #[allow(unsafe_code)]
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(Error::io(path))?;
        Ok(Self(map))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
