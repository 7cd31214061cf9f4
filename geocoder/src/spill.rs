//! Bytes set aside on disk by key while the sources are read, and taken back key by key: what makes a build's
//! memory that of its largest department and not that of the country. One scratch file, written in runs.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::Error;

/// Bytes of one key kept in memory before they go to disk.
const RUN: usize = 1 << 16;

/// The scratch file.
#[derive(Debug)]
pub(crate) struct Spill {
    path: PathBuf,
    file: File,
    end: u64,
    keys: BTreeMap<u32, Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    waiting: Vec<u8>,
    /// Offset and length of what is on disk.
    runs: Vec<(u64, usize)>,
}

impl Spill {
    /// Makes the scratch file, emptied if it was there.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let open = || File::options().read(true).write(true).create(true).truncate(true).open(path);
        let file = open().map_err(|source| Error::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file, end: 0, keys: BTreeMap::new() })
    }

    /// Sets bytes aside, after those of the same key.
    pub(crate) fn append(&mut self, key: u32, bytes: &[u8]) -> Result<(), Error> {
        let kept = self.keys.entry(key).or_default();
        kept.waiting.extend_from_slice(bytes);
        if kept.waiting.len() < RUN {
            return Ok(());
        }
        let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&kept.waiting));
        written.map_err(|source| Error::Write { path: self.path.clone(), source })?;
        kept.runs.push((self.end, kept.waiting.len()));
        self.end += kept.waiting.len() as u64;
        kept.waiting.clear();
        Ok(())
    }

    /// Every key, in order.
    pub(crate) fn keys(&self) -> Vec<u32> {
        self.keys.keys().copied().collect()
    }

    /// Takes back everything of a key, in the order it came.
    pub(crate) fn take(&mut self, key: u32) -> Result<Vec<u8>, Error> {
        let Some(Kept { waiting, runs }) = self.keys.remove(&key) else { return Ok(Vec::new()) };
        let mut all = vec![0; runs.iter().map(|&(_, len)| len).sum()];
        let mut rest = all.as_mut_slice();
        for (at, len) in runs {
            let (run, after) = rest.split_at_mut(len);
            let read = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(run));
            read.map_err(|source| Error::Read { path: self.path.clone(), source })?;
            rest = after;
        }
        all.extend(waiting);
        Ok(all)
    }

    /// Removes the scratch file.
    pub(crate) fn remove(self) -> Result<(), Error> {
        std::fs::remove_file(&self.path).map_err(|source| Error::Write { path: self.path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_aside_comes_back_by_key_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::create(&folder.path().join("scratch")).unwrap();
        let mut expected = BTreeMap::<u32, Vec<u8>>::new();
        for n in 0..60_000u32 {
            let bytes = n.to_le_bytes();
            spill.append(n % 3, &bytes).unwrap();
            expected.entry(n % 3).or_default().extend(bytes);
        }
        assert_eq!(spill.keys(), [0, 1, 2]);
        assert!(spill.end > 0, "some of it went to disk");
        for (key, bytes) in expected {
            assert_eq!(spill.take(key).unwrap(), bytes);
        }
        assert!(spill.take(7).unwrap().is_empty());
        spill.remove().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
