//! The index on disk: one immutable folder a revision, a manifest with a format stamp and checksums,
//! and a small `current` file naming the revision to read, replaced by rename.
//! Killed at any point, a build leaves the live index untouched; the next one sweeps what it left.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, collect::Written, numbers, packed, places, report::Report, schema::VERSION, sources::SourceFile};

/// Sub-folder of the full-text index.
pub(crate) const WORDS: &str = "words";
const MANIFEST: &str = "manifest.json";
const CURRENT: &str = "current";
const EDITS: &str = "edits";
/// Where a build is made, and where edits are.
const BUILDING: &str = ".geocoder-building";
const EDITING: &str = ".geocoder-editing";

/// What a revision is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the files; see [`Error::OtherSchema`].
    pub schema: u32,
    /// Name of the revision, its own for every build.
    pub revision: String,
    /// When it was built.
    pub built: jiff::Timestamp,
    /// Streets, lieux-dits and towns.
    pub places: u32,
    /// House numbers.
    pub addresses: u32,
    /// Every file, by path inside the revision.
    pub files: BTreeMap<String, FileStamp>,
    /// What became of the rows.
    pub report: Report,
    /// The address files it was built from.
    #[serde(default)]
    pub sources: Vec<SourceFile>,
    /// For edits: the places of the revision that they stand in for, in order.
    #[serde(default)]
    pub hides: Vec<Range<u32>>,
    /// For edits: how many streets are not what they were.
    #[serde(default)]
    pub streets: usize,
    /// For edits: files that could not be read and keep streets of other files waiting.
    #[serde(default)]
    pub waiting: Vec<PathBuf>,
}

/// What a store holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Current {
    pub revision: String,
    /// Revision of the edits made to it.
    pub edits: Option<String>,
}

/// An entry of the `edits` file: edits are worth nothing without the revision they were made to. Those of a revision
/// about to be current stand beside those of the one that is, so that one rename replaces both.
#[derive(Debug, Serialize, Deserialize)]
struct EditsOf {
    base: String,
    edits: String,
}

/// Size and checksum of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, lower case hexadecimal.
    pub sha256: String,
}

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
        remove_folders(folder, |name| name == BUILDING)?;
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
        remove_folders(folder, |name| name == EDITING)?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    /// An empty folder to make edits in.
    pub(crate) fn new_folder(&self) -> Result<PathBuf, Error> {
        new_folder(&self.folder, EDITING)
    }

    /// Removes edits that were not finished or are not wanted.
    pub(crate) fn sweep(&self) -> Result<(), Error> {
        remove_folders(&self.folder, |name| name == EDITING)
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
        packed::write_synced(&built.join(MANIFEST), |out| out.write_all(&json))?;
        packed::sync_folder(built)?;
        fs::rename(built, self.folder.join(&manifest.revision)).map_err(|e| self.failed(e))?;
        packed::sync_folder(&self.folder)
    }

    fn replace(&self, name: &str, contents: &[u8]) -> Result<(), Error> {
        let next = self.folder.join(format!("{name}.next"));
        packed::write_synced(&next, |out| out.write_all(contents))?;
        fs::rename(&next, self.folder.join(name)).map_err(|e| self.failed(e))?;
        packed::sync_folder(&self.folder)
    }

    fn keep(&self, kept: &[&str]) -> Result<(), Error> {
        // Only what is named like a revision: other folders here are somebody else's.
        remove_folders(&self.folder, |name| is_revision(name) && !kept.contains(&name))
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

fn remove_folders(store: &Path, doomed: impl Fn(&str) -> bool) -> Result<(), Error> {
    let remove = || {
        for entry in fs::read_dir(store)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && entry.file_name().to_str().is_some_and(&doomed) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(|source| Error::Write { path: store.to_owned(), source })
}

impl Manifest {
    /// Stamps every file of a folder just written.
    pub(crate) fn of(
        folder: &Path,
        written: &Written,
        report: Report,
        sources: Vec<SourceFile>,
    ) -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        for name in file_names(folder)? {
            let path = folder.join(&name);
            let stamp = stamp(&path)?;
            File::open(&path).and_then(|f| f.sync_all()).map_err(|source| Error::Write { path, source })?;
            files.insert(name, stamp);
        }
        // The time is part of the name: a revision built again of the same files has its own report,
        // and must never have to take the place of a folder that is being read.
        let built = jiff::Timestamp::now();
        let mut identity = Sha256::new();
        identity.update(built.as_nanosecond().to_le_bytes());
        for name in [places::FILE, numbers::FILE] {
            identity.update(files.get(name).map(|stamp| stamp.sha256.as_str()).unwrap_or_default());
        }
        let revision = hex(&identity.finalize()[..6]);
        let Written { places, addresses, .. } = *written;
        let hides = Vec::new();
        let waiting = Vec::new();
        Ok(Self {
            schema: VERSION,
            revision,
            built,
            places,
            addresses,
            files,
            report,
            sources,
            hides,
            streets: 0,
            waiting,
        })
    }

    /// Reads the manifest of a revision; every file is there and has its length.
    /// What is in them is for [`verify`](Self::verify), whose cost is that of reading everything.
    pub(crate) fn open(store: &Path, revision: &str) -> Result<(PathBuf, Self), Error> {
        let folder = store.join(revision);
        let damaged = |what: String| Error::Damaged { folder: folder.clone(), what };
        let json = fs::read(folder.join(MANIFEST)).map_err(|e| damaged(format!("{MANIFEST}: {e}")))?;
        // The format stamp is read alone first: another version's manifest may have other fields.
        let stamp: SchemaStamp = serde_json::from_slice(&json).map_err(|e| damaged(format!("{MANIFEST}: {e}")))?;
        if stamp.schema != VERSION {
            return Err(Error::OtherSchema { folder, found: stamp.schema, expected: VERSION });
        }
        let manifest: Self = serde_json::from_slice(&json).map_err(|e| damaged(format!("{MANIFEST}: {e}")))?;
        manifest.check_lengths(&folder)?;
        Ok((folder, manifest))
    }

    fn check_lengths(&self, folder: &Path) -> Result<(), Error> {
        for (name, expected) in &self.files {
            let damaged = |what: &str| Error::Damaged { folder: folder.to_owned(), what: format!("{name} {what}") };
            let length = fs::metadata(folder.join(name)).map_err(|_| damaged("is missing"))?.len();
            if length != expected.bytes {
                return Err(damaged("has another length"));
            }
        }
        Ok(())
    }

    /// Checks every file against its checksum.
    pub(crate) fn verify(&self, folder: &Path) -> Result<(), Error> {
        for (name, expected) in &self.files {
            if stamp(&folder.join(name))? != *expected {
                return Err(Error::Damaged { folder: folder.to_owned(), what: format!("{name} has other contents") });
            }
        }
        Ok(())
    }
}

impl Current {
    /// What a store holds; none before the first build.
    pub(crate) fn read(store: &Path) -> Result<Option<Self>, Error> {
        loop {
            let revision = match read_current(store) {
                Ok(revision) => revision,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(_) => return Err(Error::NoIndex { folder: store.to_owned() }),
            };
            let edits = read_edits(store, &revision);
            // Two files: edits of this revision are forgotten once another one is current.
            if read_current(store).is_ok_and(|now| now == revision) {
                return Ok(Some(Self { revision, edits }));
            }
        }
    }

    /// The same where there must be something.
    pub(crate) fn required(store: &Path) -> Result<Self, Error> {
        Self::read(store)?.ok_or_else(|| Error::NoIndex { folder: store.to_owned() })
    }

    fn edits_of(&self) -> Option<EditsOf> {
        Some(EditsOf { base: self.revision.clone(), edits: self.edits.clone()? })
    }

    /// The revision, and the edits made to it after a `+`.
    pub(crate) fn name(&self) -> String {
        let edits = self.edits.as_ref().map(|edits| format!("+{edits}")).unwrap_or_default();
        format!("{}{edits}", self.revision)
    }
}

/// The edits made to a revision. Those of another one, or none that can be read, are none.
fn read_edits(store: &Path, revision: &str) -> Option<String> {
    let all: Vec<EditsOf> = serde_json::from_slice(&fs::read(store.join(EDITS)).ok()?).ok()?;
    all.into_iter().find(|of| of.base == revision && is_revision(&of.edits)).map(|of| of.edits)
}

#[derive(Deserialize)]
struct SchemaStamp {
    schema: u32,
}

fn read_current(store: &Path) -> io::Result<String> {
    let revision = fs::read_to_string(store.join(CURRENT))?;
    if is_revision(&revision) { Ok(revision) } else { Err(io::Error::other("not the name of a revision")) }
}

/// Twelve hexadecimal digits.
fn is_revision(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Files of a revision, by path inside it; lock files of the full-text engine are not part of it.
fn file_names(folder: &Path) -> Result<Vec<String>, Error> {
    let list = |folder: &Path| -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() && !name.ends_with(".lock") && name != MANIFEST {
                names.push(name);
            }
        }
        Ok(names)
    };
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let mut names = list(folder).map_err(failed)?;
    names.extend(list(&folder.join(WORDS)).map_err(failed)?.into_iter().map(|name| format!("{WORDS}/{name}")));
    Ok(names)
}

pub(crate) fn stamp(path: &Path) -> Result<FileStamp, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut digest = Sha256::new();
    let bytes = io::copy(&mut File::open(path).map_err(failed)?, &mut digest).map_err(failed)?;
    Ok(FileStamp { bytes, sha256: hex(&digest.finalize()) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
