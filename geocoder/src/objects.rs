//! Features of the layers declared searchable, beside the addresses: points of interest, stops, parcels, whatever has a
//! name. Here is what the command hands over, and a layer's objects open; then read `objects/store` (folders),
//! `objects/view` (what one territory sees, which is all that is ever searched), `objects/find`. What a territory does
//! not open is in no view, hence changes nothing in an answer: not an order, a score, a count nor a correction.

pub(crate) mod alike;
mod answer;
mod audience;
pub(crate) mod find;
mod kinds;
mod land;
mod near;
mod parcels;
pub(crate) mod part;
mod several;
mod store;
mod table;
mod view;
mod wanted;

pub(crate) use kinds::beside_stop;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use layers::{Bbox, CommuneCode, FeatureId, LayerId, LonLat, Territory};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Kind,
    objects::{
        parcels::ParcelTable,
        store::{LayerFolder, Manifest},
        table::NamedObjects,
    },
};
pub use store::forget_objects;

/// One feature of a searchable layer, as the command hands it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The feature, in its layer.
    pub feature: FeatureId,
    /// What answers call it by; for a parcel its 14 characters (`69266000AB0123`).
    pub id: String,
    /// Its main name; not read for a parcel, nor is anything below but position, extent and audience.
    pub name: String,
    /// Names it is found by too.
    pub other_names: Vec<String>,
    /// Key and value of its OpenStreetMap tag: `leisure`, `park`.
    pub tag: (String, String),
    /// The commune or arrondissement its point lies in; a parcel's is in its identifier.
    pub commune: Option<CommuneCode>,
    /// Five digits as a number; that of its commune without it, when the commune has one only.
    pub postcode: Option<u32>,
    /// Its address, in one line, to be shown.
    pub address: Option<String>,
    /// The point that stands for it, in degrees.
    pub at: LonLat,
    /// Its extent, in degrees; none for a point.
    pub bbox: Option<Bbox>,
    /// The communes its layer's rule gives it, which [`Territory::opens`] is asked about.
    pub audience: Vec<CommuneCode>,
}

/// What the features of a layer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectKind {
    /// Points of interest: parks, town halls, pools. Photon-BAL's `espace_public`.
    Poi,
    /// Parcels of the land register, found by identifier or by section and number.
    Parcel,
    /// Any other: stops, works, trees.
    Other,
}

/// What objects are indexed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectLayer {
    /// The layer.
    pub layer: LayerId,
    /// What tells these objects from those of another day: the snapshot's revision, with a digest of how objects are
    /// made of features. 1 to 120 of `A-Z`, `a-z`, `0-9`, `-` and `_`.
    pub revision: String,
    /// What they are.
    pub kind: ObjectKind,
    /// Codes of the communes of the Métropole; an arrondissement follows its commune.
    pub metropole: BTreeSet<CommuneCode>,
}

/// What became of the features of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltObjects {
    /// Objects that can be found.
    pub objects: u32,
    /// Features left out: without a name, or a parcel whose identifier is not one.
    pub refused: u64,
    /// False when this revision was there already.
    pub is_new: bool,
}

/// A layer somebody may search, and the part of it that is open to them. There is no default: a layer that is not in a
/// request is not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// The layer.
    pub layer: LayerId,
    /// What is open of it, as decided for who asks.
    pub territory: Territory,
}

/// What an answer that is an object says beside what all answers say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundObject {
    /// Its layer.
    pub layer: LayerId,
    /// The feature, in its layer.
    pub feature: FeatureId,
    /// Key and value of its OpenStreetMap tag.
    pub tag: (String, String),
    /// Whether it is a point of interest: Photon-BAL's `espace_public`.
    pub espace_public: bool,
    /// Its address, in one line.
    pub address: Option<String>,
}

/// Indexes the objects of a layer in `store/<layer>/<revision>`, and forgets the layer's other revisions; does nothing
/// when that revision is there whole. Waits for another build of the layer to end.
///
/// Errors leave what was there as it was: a disk that is full, names beyond what the tables can count.
pub fn build_objects(
    store: &Path,
    layer: &ObjectLayer,
    objects: impl Iterator<Item = Object>,
) -> Result<BuiltObjects, Error> {
    let folder = LayerFolder::lock(store, &layer.layer)?;
    let there = Manifest::open(store, &layer.layer, &layer.revision);
    let there = there.and_then(|(path, manifest)| manifest.verify(&path).map(|()| manifest));
    if let Ok(Manifest { objects, refused, .. }) = there {
        return Ok(BuiltObjects { objects, refused, is_new: false });
    }
    let Manifest { objects, refused, .. } = folder.publish(layer, |folder| match layer.kind {
        ObjectKind::Parcel => parcels::write(folder, objects),
        ObjectKind::Poi | ObjectKind::Other => table::write(folder, layer, objects),
    })?;
    Ok(BuiltObjects { objects, refused, is_new: true })
}

/// The objects of a layer at one revision, open: read-only, and shared between threads and geocoders.
#[derive(Debug)]
pub struct Objects {
    folder: PathBuf,
    manifest: Manifest,
    tables: Tables,
}

#[derive(Debug)]
enum Tables {
    Named(NamedObjects),
    Parcels(ParcelTable),
}

impl Objects {
    /// Opens a revision. Format and lengths are checked, and the names are read: some ten milliseconds for ten thousand
    /// objects. Contents are for [`verify`](Self::verify); damaged ones give wrong answers, never a panic.
    ///
    /// Errors: not there, another format, a file that is missing or cut: to be built again.
    pub fn open(store: &Path, layer: &LayerId, revision: &str) -> Result<Self, Error> {
        let (folder, manifest) = Manifest::open(store, layer, revision)?;
        let tables = match manifest.kind {
            ObjectKind::Parcel => Tables::Parcels(ParcelTable::open(&folder)?),
            ObjectKind::Poi | ObjectKind::Other => Tables::Named(NamedObjects::open(&folder)?),
        };
        let objects = Self { folder, manifest, tables };
        if let Some(table) = objects.named() {
            table.seen_by(&Territory::Whole);
        }
        Ok(objects)
    }

    /// Checks every file against its checksum.
    ///
    /// Errors: [`Error::Objects`] names the file.
    pub fn verify(&self) -> Result<(), Error> {
        self.manifest.verify(&self.folder)
    }

    /// The layer.
    pub fn layer(&self) -> &LayerId {
        &self.manifest.layer
    }

    /// The revision.
    pub fn revision(&self) -> &str {
        &self.manifest.revision
    }

    /// What the objects are.
    pub fn kind(&self) -> ObjectKind {
        self.manifest.kind
    }

    /// How many there are, hidden ones included: for the operator, never for an answer.
    pub fn count(&self) -> u32 {
        match &self.tables {
            Tables::Named(table) => table.places.len(),
            Tables::Parcels(table) => table.len(),
        }
    }

    /// Those that have names.
    pub(crate) fn named(&self) -> Option<&NamedObjects> {
        match &self.tables {
            Tables::Named(table) => Some(table),
            Tables::Parcels(_) => None,
        }
    }

    pub(crate) fn parcels(&self) -> Option<&ParcelTable> {
        match &self.tables {
            Tables::Parcels(table) => Some(table),
            Tables::Named(_) => None,
        }
    }
}

impl ObjectKind {
    /// What its objects are as answers.
    pub(crate) fn as_kind(self) -> Kind {
        match self {
            Self::Poi => Kind::Poi,
            Self::Parcel => Kind::Parcel,
            Self::Other => Kind::Object,
        }
    }
}
