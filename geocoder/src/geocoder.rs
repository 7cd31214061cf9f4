//! An open index: what every search shares, read-only and cheap to share between threads.
//! Opening maps the files and reads the towns; nothing else is loaded.

use std::{path::Path, sync::Arc};

use crate::{
    Error,
    gazetteer::Gazetteer,
    index::{Current, Manifest},
    objects::{
        Objects,
        part::{FIRST_SHARD, MOST_LAYERS, ObjectPart},
    },
    places::Place,
    shard::{Part, Shard},
};

/// An address index, open.
pub struct Geocoder {
    /// The revision, without what was edited since.
    pub(crate) first: Arc<Part>,
    /// What was edited since.
    edits: Option<Arc<Part>>,
    /// The objects attached, a layer each.
    pub(crate) objects: Vec<ObjectPart>,
    pub(crate) gazetteer: Arc<Gazetteer>,
    /// Some of it is of the home territory.
    pub(crate) has_home: bool,
    current: Current,
}

impl Geocoder {
    /// Opens the current revision of a store, with the edits made to it. Formats, lengths and the tables of contents
    /// are checked, which costs the same whatever the size; contents are for [`verify`](Self::verify). Reading
    /// damaged contents gives wrong answers, never a panic.
    ///
    /// Errors: no index there, another format, a file that is missing or cut.
    pub fn open(store: &Path) -> Result<Self, Error> {
        Self::open_after(store, None)
    }

    /// As [`open`](Self::open); what `former` has open already is shared, so that edits alone cost what they hold.
    ///
    /// Errors: those of `open`.
    pub fn open_after(store: &Path, former: Option<&Self>) -> Result<Self, Error> {
        loop {
            let current = Current::required(store)?;
            match Self::open_named(store, current.clone(), former) {
                // Swept between its name being read and its files: another one is in place by now.
                Err(_) if Current::read(store)?.is_some_and(|now| now != current) => {}
                opened => return opened,
            }
        }
    }

    fn open_named(store: &Path, current: Current, former: Option<&Self>) -> Result<Self, Error> {
        let open = |revision: &str, rank| {
            let (folder, manifest) = Manifest::open(store, revision)?;
            Shard::open(folder, manifest, rank).map(Arc::new)
        };
        let known = former.filter(|former| former.current.revision == current.revision);
        let shard = known.map_or_else(|| open(&current.revision, 0), |former| Ok(former.first.shard.clone()))?;
        let gazetteer = known.map_or_else(|| Arc::new(Gazetteer::new(&shard.places)), |known| known.gazetteer.clone());
        let has_home = shard.places.towns().any(|town| town.is_metropole());
        let Some(edits) = current.edits.as_deref().map(|revision| open(revision, 1)).transpose()? else {
            let first = Arc::new(Part::first(shard, &[]));
            return Ok(Self { first, edits: None, objects: Vec::new(), gazetteer, has_home, current });
        };
        let first = Part::first(shard, &edits.manifest.hides);
        let Some(edits) = Part::edits(edits.clone(), &first.shard.places) else {
            let what = "edits of towns that are not in the index".to_owned();
            return Err(Error::Damaged { folder: store.to_owned(), what });
        };
        let (first, edits) = (Arc::new(first), Some(Arc::new(edits)));
        Ok(Self { first, edits, objects: Vec::new(), gazetteer, has_home, current })
    }

    /// The same index with these objects attached in the place of those it has, one layer each; cheap, since all is
    /// shared. Their communes are matched with those of the addresses. They are looked into when a request says so.
    /// A layer that comes twice is looked into once, and no more than 253 of them.
    pub fn with_objects(&self, objects: Vec<Arc<Objects>>) -> Self {
        let (first, edits) = (self.first.clone(), self.edits.clone());
        let attach = |(objects, shard)| ObjectPart::new(objects, shard, &first.shard.places);
        let objects = objects.into_iter().take(MOST_LAYERS).zip(FIRST_SHARD..).map(attach).collect();
        let (gazetteer, current) = (self.gazetteer.clone(), self.current.clone());
        Self { first, edits, objects, gazetteer, has_home: self.has_home, current }
    }

    /// Reads the whole index again and checks every file against its checksum: a second or two a gigabyte, for a
    /// thread of its own, before this index replaces another one.
    ///
    /// Errors: [`Error::Damaged`] names the file.
    pub fn verify(&self) -> Result<(), Error> {
        self.parts().try_for_each(|part| part.shard.verify())
    }

    /// Verifies what a verified index does not share with this one.
    ///
    /// Errors: those of [`verify`](Self::verify).
    pub fn verify_after(&self, verified: &Self) -> Result<(), Error> {
        let is_known = |part: &&Part| !verified.parts().any(|known| Arc::ptr_eq(&known.shard, &part.shard));
        self.parts().filter(is_known).try_for_each(|part| part.shard.verify())
    }

    /// Name of what is current in a store, read without opening it: the revision, and the edits made to it after a
    /// `+`. None before the first build.
    ///
    /// Errors: what names the revision cannot be read.
    pub fn current_revision(store: &Path) -> Result<Option<String>, Error> {
        Ok(Current::read(store)?.map(|current| current.name()))
    }

    /// What [`current_revision`](Self::current_revision) names while this is what is current.
    pub fn revision(&self) -> String {
        self.current.name()
    }

    /// What the revision was built from, when, and how much it holds; edits apart.
    pub fn manifest(&self) -> &Manifest {
        &self.first.shard.manifest
    }

    /// The revision, then the edits.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&*self.first).chain(self.edits.as_deref())
    }

    /// The part a place is of.
    pub(crate) fn part_of(&self, place: Place<'_>) -> &Part {
        self.edits.as_deref().filter(|_| place.shard != 0).unwrap_or(&self.first)
    }
}

impl std::fmt::Debug for Geocoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Geocoder").field("revision", &self.revision()).finish_non_exhaustive()
    }
}
