//! An open index: what every search shares, read-only and cheap to share between threads.
//! Opening maps the files and reads the towns; nothing else is loaded.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tantivy::{Index, IndexReader, ReloadPolicy};

use crate::{
    Error,
    gazetteer::Gazetteer,
    index::{Manifest, WORDS},
    numbers::Numbers,
    parcels::Parcels,
    places::Places,
    schema::{self, Fields},
    vocabulary::Vocabulary,
};

/// An address index, open.
pub struct Geocoder {
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) places: Arc<Places>,
    pub(crate) numbers: Numbers,
    pub(crate) parcels: Parcels,
    pub(crate) gazetteer: Gazetteer,
    pub(crate) vocabulary: Vocabulary,
    /// Some of it is of the home territory.
    pub(crate) has_home: bool,
    manifest: Manifest,
    folder: PathBuf,
}

impl Geocoder {
    /// Opens the current revision of a store. Formats, lengths and the tables of contents are checked, which costs
    /// the same whatever the size; contents are for [`verify`](Self::verify). Reading damaged contents gives wrong
    /// answers, never a panic.
    ///
    /// Errors: no index there, another format, a file that is missing or cut.
    pub fn open(store: &Path) -> Result<Self, Error> {
        let (folder, manifest) = Manifest::open_current(store)?;
        let index = Index::open_in_dir(folder.join(WORDS))?;
        let (schema, fields) = schema::schema();
        if index.schema() != schema {
            return Err(Error::Damaged { folder, what: "the full-text fields are not those of its format".to_owned() });
        }
        // A revision never changes: no thread to watch it.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let places = Arc::new(Places::open(&folder)?);
        let numbers = Numbers::open(&folder)?;
        let parcels = Parcels::open(&folder)?;
        let gazetteer = Gazetteer::new(&places);
        let vocabulary = Vocabulary::read(&reader, fields)?;
        let has_home = places.towns().any(|town| town.is_metropole());
        Ok(Self { reader, fields, places, numbers, parcels, gazetteer, vocabulary, has_home, manifest, folder })
    }

    /// Reads the whole index again and checks every file against its checksum: a second or two a gigabyte, for a
    /// thread of its own, before this index replaces another one.
    ///
    /// Errors: [`Error::Damaged`] names the file.
    pub fn verify(&self) -> Result<(), Error> {
        self.manifest.verify(&self.folder)
    }

    /// Name of the revision that is current in a store, read without opening it; none before the first build.
    ///
    /// Errors: what names the revision cannot be read.
    pub fn current_revision(store: &Path) -> Result<Option<String>, Error> {
        Manifest::current_revision(store)
    }

    /// What the index was built from, when, and how much it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

impl std::fmt::Debug for Geocoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Geocoder").field("revision", &self.manifest.revision).finish_non_exhaustive()
    }
}
