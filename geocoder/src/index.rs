//! The index on disk: one immutable folder a revision, a manifest with a format stamp and checksums,
//! and a small `current` file naming the revision to read. How they are put there is in `store`.

pub(crate) mod store;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, collect::Written, numbers, places, report::Report, schema::VERSION, sources::SourceFile};

/// Sub-folder of the full-text index.
pub(crate) const WORDS: &str = "words";
pub(crate) const MANIFEST: &str = "manifest.json";
const CURRENT: &str = "current";
const EDITS: &str = "edits";

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
