//! The folder of a layer in the store: one sub-folder a revision, `current` naming the one to
//! read, `.lock` held by whoever imports. Nothing is ever changed in place.
//!
//! A killed import leaves a `.tmp-…` folder that the next one sweeps. The order of `publish` is
//! what makes a kill harmless: data on disk, folder renamed, `current` renamed, and only then
//! anything removed.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::manifest::Manifest;
use crate::{Error, LayerId, durable};

const CURRENT: &str = "current";
const LOCK: &str = ".lock";
const SCRATCH: &str = ".tmp-";

/// A layer's folder while an import holds it.
#[derive(Debug)]
pub(crate) struct LayerFolder {
    path: PathBuf,
    /// Released when the file closes, at the latest when the process dies.
    _lock: File,
}

impl LayerFolder {
    /// Waits until no other import has the layer, then sweeps what a killed one left.
    pub(crate) fn lock(store: &Path, id: &LayerId) -> Result<Self, Error> {
        let path = store.join(id.as_str());
        fs::create_dir_all(&path).map_err(Error::io(&path))?;
        let lock_path = path.join(LOCK);
        let lock = File::create(&lock_path).map_err(Error::io(&lock_path))?;
        lock.lock().map_err(Error::io(&lock_path))?;
        let folder = Self { path, _lock: lock };
        for name in folder.names()?.iter().filter(|name| name.starts_with(SCRATCH)) {
            remove(&folder.path.join(name))?;
        }
        Ok(folder)
    }

    /// A new empty folder to write a revision in, on the same file system.
    pub(crate) fn scratch(&self) -> Result<PathBuf, Error> {
        let path = self.path.join(format!("{SCRATCH}{}", std::process::id()));
        fs::create_dir(&path).map_err(Error::io(&path))?;
        Ok(path)
    }

    /// Where a revision lives.
    pub(crate) fn revision(&self, revision: &str) -> PathBuf {
        self.path.join(revision)
    }

    /// Makes a written scratch folder the current revision, and keeps the one before it for those who still read it.
    /// A folder of that name that is already there is damaged (the caller looked) and gives way.
    pub(crate) fn publish(&self, scratch: &Path, revision: &str) -> Result<(), Error> {
        durable::sync_folder(scratch)?;
        let target = self.revision(revision);
        if target.exists() {
            durable::rename(&target, &self.path.join(format!("{SCRATCH}damaged")))?;
        }
        durable::rename(scratch, &target)?;
        self.switch(revision)
    }

    /// Points `current` at a complete revision and removes all but it and the one before, scratch folders too.
    pub(crate) fn switch(&self, revision: &str) -> Result<(), Error> {
        let before = read_current(&self.path)?;
        if before.as_deref() == Some(revision) {
            return Ok(());
        }
        durable::replace(&self.path.join(CURRENT), revision.as_bytes())?;
        let kept = [LOCK, CURRENT, revision, before.as_deref().unwrap_or(CURRENT)];
        for name in self.names()?.iter().filter(|name| !kept.contains(&name.as_str())) {
            remove(&self.path.join(name))?;
        }
        Ok(())
    }

    /// Whether the current revision has features, by its manifest alone. One that cannot be read has nothing to lose.
    pub(crate) fn has_features(&self) -> Result<bool, Error> {
        let current = read_current(&self.path)?.map(|revision| Manifest::read(&self.revision(&revision)));
        Ok(current.is_some_and(|manifest| manifest.is_ok_and(|manifest| manifest.features > 0)))
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        let entries = fs::read_dir(&self.path).map_err(Error::io(&self.path))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        names.collect::<io::Result<_>>().map_err(Error::io(&self.path))
    }
}

/// The revision that `current` names in a layer's folder; none before the first import.
pub(super) fn read_current(layer_folder: &Path) -> Result<Option<String>, Error> {
    let path = layer_folder.join(CURRENT);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io(&path)(e)),
    };
    let revision = text.trim();
    if revision.is_empty() || !revision.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()) {
        let problem = "`current` does not name a revision".to_owned();
        return Err(Error::Snapshot { folder: layer_folder.to_owned(), problem });
    }
    Ok(Some(revision.to_owned()))
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(Error::io(path))
}
