//! The store's folder while something in it changes: who may build, who may replace what is current, and in which order
//! files take their place, so that a kill at any point leaves the former index as it was.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{CURRENT, Current, EDITS, EditsOf, MANIFEST, Manifest, is_revision};
use crate::{Error, disk};

/// Where a build is made, and where edits are.
const BUILDING: &str = ".geocoder-building";
const EDITING: &str = ".geocoder-editing";

/// A store folder while what is current in it may be replaced: nobody else replaces it. Held for a moment.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// The lock is the open file; the system frees it when the process ends, however it ends.
    _lock: File,
}

/// A store folder while a build is made in it: no other build enters. Held as long as that takes.
#[derive(Debug)]
pub(crate) struct Builds {
    folder: PathBuf,
    _lock: File,
}

impl Builds {
    /// Creates the folder if needed and waits for other builds to end; sweeps what a killed one left.
    pub(crate) fn lock(folder: &Path) -> Result<Self, Error> {
        let lock = lock(folder, ".lock-build")?;
        disk::remove_folders(folder, |name| name == BUILDING)?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    /// An empty folder to build in.
    pub(crate) fn new_folder(&self) -> Result<PathBuf, Error> {
        new_folder(&self.folder, BUILDING)
    }
}

impl Store {
    /// Creates the folder if needed and waits for others to be done; sweeps edits that were never finished.
    pub(crate) fn lock(folder: &Path) -> Result<Self, Error> {
        let lock = lock(folder, ".lock")?;
        disk::remove_folders(folder, |name| name == EDITING)?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    /// An empty folder to make edits in.
    pub(crate) fn new_folder(&self) -> Result<PathBuf, Error> {
        new_folder(&self.folder, EDITING)
    }

    /// Removes edits that were not finished or are not wanted.
    pub(crate) fn sweep(&self) -> Result<(), Error> {
        disk::remove_folders(&self.folder, |name| name == EDITING)
    }

    /// The manifest of the edits that are current, if there are any.
    pub(crate) fn last_edits(&self) -> Option<Manifest> {
        let edits = Current::read(&self.folder).ok()??.edits?;
        Manifest::open(&self.folder, &edits).ok().map(|(_, manifest)| manifest)
    }

    /// Puts a revision in place, with the edits already made to it, and makes both current; forgets all but the
    /// former current ones.
    pub(crate) fn publish(
        &self,
        built: &Path,
        manifest: &Manifest,
        edits: Option<(PathBuf, Manifest)>,
    ) -> Result<(), Error> {
        let before = Current::read(&self.folder).ok().flatten();
        let mut all: Vec<EditsOf> = before.iter().filter_map(Current::edits_of).collect();
        if let Some((folder, made)) = &edits {
            self.put_in_place(folder, made)?;
            all.push(EditsOf { base: manifest.revision.clone(), edits: made.revision.clone() });
        }
        self.put_in_place(built, manifest)?;
        // Edits of a revision that is not current are not read: only the next step changes what is.
        self.write_edits(&all)?;
        self.replace(CURRENT, manifest.revision.as_bytes())?;
        let mut kept: Vec<&str> = all.iter().map(|edits| edits.edits.as_str()).collect();
        kept.push(&manifest.revision);
        kept.extend(before.as_ref().map(|before| before.revision.as_str()));
        self.keep(&kept)
    }

    /// The same for edits made to the current revision; they take the place of former edits.
    pub(crate) fn publish_edits(&self, built: &Path, manifest: &Manifest) -> Result<Current, Error> {
        let before = Current::required(&self.folder)?;
        self.put_in_place(built, manifest)?;
        let now = Current { edits: Some(manifest.revision.clone()), ..before.clone() };
        self.write_edits(&now.edits_of().into_iter().collect::<Vec<_>>())?;
        let former = before.edits.as_deref().unwrap_or(&before.revision);
        self.keep(&[&before.revision, former, &manifest.revision])?;
        Ok(now)
    }

    fn write_edits(&self, all: &[EditsOf]) -> Result<(), Error> {
        let json = serde_json::to_vec(all).map_err(|e| self.failed(e.into()))?;
        self.replace(EDITS, &json)
    }

    fn put_in_place(&self, built: &Path, manifest: &Manifest) -> Result<(), Error> {
        let json = serde_json::to_vec_pretty(manifest).map_err(|e| self.failed(e.into()))?;
        disk::write_synced(&built.join(MANIFEST), |out| out.write_all(&json))?;
        disk::sync_folder(built)?;
        fs::rename(built, self.folder.join(&manifest.revision)).map_err(|e| self.failed(e))?;
        disk::sync_folder(&self.folder)
    }

    fn replace(&self, name: &str, contents: &[u8]) -> Result<(), Error> {
        let next = self.folder.join(format!("{name}.next"));
        disk::write_synced(&next, |out| out.write_all(contents))?;
        fs::rename(&next, self.folder.join(name)).map_err(|e| self.failed(e))?;
        disk::sync_folder(&self.folder)
    }

    fn keep(&self, kept: &[&str]) -> Result<(), Error> {
        // Only what is named like a revision: other folders here are somebody else's.
        disk::remove_folders(&self.folder, |name| is_revision(name) && !kept.contains(&name))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.folder.clone(), source }
    }
}

fn lock(folder: &Path, name: &str) -> Result<File, Error> {
    let failed = |source| Error::Write { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::create(folder.join(name)).map_err(failed)?;
    lock.lock().map_err(failed)?;
    Ok(lock)
}

fn new_folder(store: &Path, name: &str) -> Result<PathBuf, Error> {
    let folder = store.join(name);
    fs::create_dir(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    Ok(folder)
}
