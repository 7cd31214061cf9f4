//! The folders of searchable layers: `store/<layer>/<revision>`, each written beside and put in place by rename, with a
//! manifest that has the length and the checksum of every file. Killed at any point, a build leaves what was there; the
//! next one sweeps what it left.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use layers::LayerId;
use serde::{Deserialize, Serialize};

use crate::{
    Error, disk,
    index::{self, FileStamp},
    objects::{ObjectKind, ObjectLayer},
    schema::VERSION,
};

const MANIFEST: &str = "manifest.json";
const UNFINISHED: &str = ".objects-building";
const LONGEST_REVISION: usize = 120;

/// What a revision is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Format of the files; that of the address index, whose tables these are.
    pub schema: u32,
    pub layer: LayerId,
    pub revision: String,
    pub kind: ObjectKind,
    pub built: jiff::Timestamp,
    pub objects: u32,
    pub refused: u64,
    pub files: BTreeMap<String, FileStamp>,
}

/// The folder of a layer while a build holds it.
#[derive(Debug)]
pub(crate) struct LayerFolder {
    path: PathBuf,
    /// The lock is the open file; the system frees it when the process ends, however it ends.
    _lock: File,
}

impl LayerFolder {
    /// Creates the folder if needed and waits for other builds of the layer to end; sweeps what a killed one left.
    pub(crate) fn lock(store: &Path, layer: &LayerId) -> Result<Self, Error> {
        let path = store.join(layer.as_str());
        let failed = |source| Error::Write { path: path.clone(), source };
        fs::create_dir_all(&path).map_err(failed)?;
        let lock = File::create(path.join(".lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let folder = Self { path: path.clone(), _lock: lock };
        disk::remove_folders(&folder.path, |name| name == UNFINISHED)?;
        Ok(folder)
    }

    /// Has `fill` write the files of a revision in an empty folder, which goes again after an error; puts it in place,
    /// and forgets the layer's other revisions: who has one open keeps it.
    pub(crate) fn publish(
        &self,
        layer: &ObjectLayer,
        fill: impl FnOnce(&Path) -> Result<(u32, u64), Error>,
    ) -> Result<Manifest, Error> {
        check_revision(&self.path, &layer.revision)?;
        let folder = self.path.join(UNFINISHED);
        let failed = |source| Error::Write { path: folder.clone(), source };
        fs::create_dir(&folder).map_err(failed)?;
        let filled = fill(&folder).and_then(|counts| Manifest::write(&folder, layer, counts));
        let manifest = filled.inspect_err(|_| {
            // The next build sweeps what cannot be removed now.
            let _ = fs::remove_dir_all(&folder);
        })?;
        // One that is there is not whole, or this one would not have been built.
        disk::remove_folders(&self.path, |name| name == layer.revision)?;
        fs::rename(&folder, self.path.join(&layer.revision)).map_err(failed)?;
        disk::sync_folder(&self.path)?;
        disk::remove_folders(&self.path, |name| name != layer.revision)?;
        Ok(manifest)
    }
}

impl Manifest {
    fn write(folder: &Path, layer: &ObjectLayer, (objects, refused): (u32, u64)) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: folder.to_owned(), source };
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.insert(name, index::stamp(&path)?);
        }
        let ObjectLayer { layer, revision, kind, .. } = layer.clone();
        let manifest =
            Self { schema: VERSION, layer, revision, kind, built: jiff::Timestamp::now(), objects, refused, files };
        let json = serde_json::to_vec_pretty(&manifest).map_err(|e| failed(e.into()))?;
        disk::write_synced(&folder.join(MANIFEST), |out| out.write_all(&json))?;
        disk::sync_folder(folder)?;
        Ok(manifest)
    }

    /// Reads the manifest of a revision; every file is there and has its length.
    pub(crate) fn open(store: &Path, layer: &LayerId, revision: &str) -> Result<(PathBuf, Self), Error> {
        let folder = store.join(layer.as_str()).join(revision);
        check_revision(&folder, revision)?;
        let unusable = |what: String| Error::Objects { folder: folder.clone(), what };
        let json = fs::read(folder.join(MANIFEST)).map_err(|e| unusable(format!("{MANIFEST}: {e}")))?;
        // The format is read alone first: another version's manifest may have other fields.
        let stamp: Stamp = serde_json::from_slice(&json).map_err(|e| unusable(format!("{MANIFEST}: {e}")))?;
        if stamp.schema != VERSION {
            return Err(unusable(format!("format {}, this program reads format {VERSION}", stamp.schema)));
        }
        let manifest: Self = serde_json::from_slice(&json).map_err(|e| unusable(format!("{MANIFEST}: {e}")))?;
        for (name, expected) in &manifest.files {
            let length = fs::metadata(folder.join(name)).map(|file| file.len()).ok();
            if length != Some(expected.bytes) {
                return Err(unusable(format!("{name} is missing or has another length")));
            }
        }
        Ok((folder, manifest))
    }

    /// Checks every file against its checksum.
    pub(crate) fn verify(&self, folder: &Path) -> Result<(), Error> {
        for (name, expected) in &self.files {
            if index::stamp(&folder.join(name))? != *expected {
                let what = format!("{name} has other contents");
                return Err(Error::Objects { folder: folder.to_owned(), what });
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Stamp {
    schema: u32,
}

/// A revision names a folder: nothing else may be reached by it.
fn check_revision(folder: &Path, revision: &str) -> Result<(), Error> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=LONGEST_REVISION).contains(&revision.len()) && revision.bytes().all(is_name) {
        return Ok(());
    }
    let what = "not the name of a revision".to_owned();
    Err(Error::Objects { folder: folder.to_owned(), what })
}

/// Removes the objects of every layer that is not among these.
///
/// Errors: a folder that cannot be removed.
pub fn forget_objects(store: &Path, kept: &[LayerId]) -> Result<(), Error> {
    let failed = |source| Error::Write { path: store.to_owned(), source };
    let entries = match fs::read_dir(store) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let layer = entry.file_name().to_str().and_then(|name| name.parse::<LayerId>().ok());
        // Only what is named like a layer: other folders here are somebody else's.
        if layer.is_some_and(|layer| !kept.contains(&layer)) && entry.file_type().map_err(failed)?.is_dir() {
            fs::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}
