//! What is found beside addresses: the features of searchable layers, indexed once for each snapshot. Here: what their
//! index is made from, making it when it is missing or damaged, opening it. Who finds what of it is in `http::rights`.

use std::{path::PathBuf, sync::Arc};

use geocoder::{BuiltObjects, Object, ObjectKind, ObjectLayer, Objects};
use layers::{CommuneCode, CommuneRule, CommuneShapes, FeatureRef, GridPoint, Layer, LayerId, Snapshot, ValueRef};

use crate::{
    app::Generation,
    config::{Config, OsmTag, Searchable, TagRule},
};

/// What is found in one layer, and what it was made from.
#[derive(Debug, Clone)]
pub struct LayerObjects {
    /// The index, open.
    pub index: Arc<Objects>,
    snapshot: String,
    searchable: Searchable,
}

/// What a layer's index is made from; none of it is ever changed.
pub struct Source<'a> {
    layer: &'a Layer,
    searchable: &'a Searchable,
    snapshot: &'a Snapshot,
    places: Places<'a>,
}

/// The polygons that say where a feature lies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// None until their layer is imported.
    pub communes: Option<&'a CommuneShapes>,
    /// Of the communes that have some.
    pub arrondissements: Option<&'a CommuneShapes>,
}

/// Whether these are the objects of what a generation serves of a layer, as it describes the layer.
pub fn are_of(objects: &LayerObjects, generation: &Generation, id: &LayerId) -> bool {
    let snapshot = generation.catalogue.get(id.as_str()).and_then(|entry| entry.snapshot.as_deref());
    generation.config.searchable(id) == Some(&objects.searchable)
        && snapshot.is_some_and(|snapshot| snapshot.revision() == objects.snapshot)
}

impl<'a> Source<'a> {
    /// None for a layer that is not searchable.
    pub fn of(config: &'a Config, layer: &'a Layer, snapshot: &'a Snapshot, places: Places<'a>) -> Option<Self> {
        Some(Self { layer, searchable: config.searchable(&layer.id)?, snapshot, places })
    }

    /// Name of the index made from this: another one when anything in it would be another.
    pub fn revision(&self) -> String {
        let Places { communes, arrondissements } = self.places;
        let placed_by = [communes, arrondissements].map(|shapes| shapes.map(CommuneShapes::revision));
        let made = format!("{:?}", (self.searchable, &self.layer.commune, placed_by));
        let digest = ring::digest::digest(&ring::digest::SHA256, made.as_bytes());
        let digest: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{digest}", self.snapshot.revision())
    }

    /// Makes the index when it is not there.
    ///
    /// Errors: it cannot be written. What was there stays.
    pub fn build(&self, config: &Config) -> Result<BuiltObjects, geocoder::Error> {
        let metropole = self.places.communes.into_iter().flat_map(CommuneShapes::communes).map(|it| it.code);
        let layer = ObjectLayer {
            layer: self.layer.id.clone(),
            revision: self.revision(),
            kind: self.searchable.kind,
            metropole: metropole.collect(),
        };
        geocoder::build_objects(&store(config), &layer, self.objects())
    }

    /// Opens the index and reads it whole: a damaged one gives wrong answers.
    ///
    /// Errors: it is not there, or not as it was written.
    pub fn open(&self, config: &Config) -> Result<LayerObjects, geocoder::Error> {
        let index = Objects::open(&store(config), &self.layer.id, &self.revision())?;
        index.verify()?;
        let (snapshot, searchable) = (self.snapshot.revision().to_owned(), self.searchable.clone());
        Ok(LayerObjects { index: Arc::new(index), snapshot, searchable })
    }

    fn objects(&self) -> impl Iterator<Item = Object> {
        let columns: Vec<&str> = self.snapshot.columns().iter().map(|column| column.name.as_str()).collect();
        self.snapshot.features().filter_map(move |feature| self.object(&columns, feature))
    }

    /// None for a feature whose tag is none.
    fn object(&self, columns: &[&str], feature: FeatureRef<'_>) -> Option<Object> {
        let values: Vec<_> = feature.values().collect();
        let text = |name: &String| {
            let (_, value) = values.iter().find(|(column, _)| columns[*column] == name)?;
            text(self.snapshot.value(*value))
        };
        let searchable = self.searchable;
        let name = text(&searchable.name).unwrap_or_default(); // one without a name is counted where it is refused
        let id = match searchable.kind {
            ObjectKind::Parcel => name.clone(),
            ObjectKind::Poi | ObjectKind::Other => format!("{}/{}", self.layer.id, feature.id().0),
        };
        let bounds = feature.bounds();
        let at = feature.inside();
        let audience = self.snapshot.commune_sets()[feature.commune_set() as usize].clone();
        let said = searchable.commune.as_ref().and_then(text).and_then(|code| commune(&code));
        let ruled = match self.layer.commune {
            Some(CommuneRule::Attribute(_)) => audience.first().copied(),
            _ => None,
        };
        Some(Object {
            feature: feature.id(),
            id,
            name,
            other_names: searchable.other_names.iter().filter_map(text).collect(),
            tag: tag(searchable, text)?,
            commune: said.or(ruled).or_else(|| self.places.at(at)),
            postcode: searchable.postcode.as_ref().and_then(text).and_then(|code| code.parse().ok()),
            address: searchable.address.as_ref().and_then(text),
            at: at.to_lonlat(),
            bbox: (bounds.min != bounds.max).then(|| bounds.to_bbox()),
            audience,
        })
    }
}

impl Places<'_> {
    fn at(&self, point: GridPoint) -> Option<CommuneCode> {
        [self.arrondissements, self.communes].into_iter().flatten().find_map(|shapes| shapes.at(point))
    }
}

/// Removes the names of layers that are not searchable, or are no more: what was withdrawn stays nowhere.
///
/// Errors: a folder that cannot be removed.
pub fn forget(config: &Config) -> Result<(), geocoder::Error> {
    let searchable: Vec<LayerId> =
        config.layers.iter().filter(|layer| layer.searchable.is_some()).map(|layer| layer.id().clone()).collect();
    geocoder::forget_objects(&store(config), &searchable)
}

/// Beside the snapshots they are made from; no layer has such a name.
fn store(config: &Config) -> PathBuf {
    config.server.snapshots.join(".objects")
}

/// None for a value that the configuration gives no tag.
fn tag(searchable: &Searchable, text: impl Fn(&String) -> Option<String>) -> Option<(String, String)> {
    let tag = match &searchable.osm_tag {
        None => return Some(("place".to_owned(), "plot".to_owned())), // parcels alone may say nothing
        Some(TagRule::Always(tag)) => tag,
        Some(TagRule::ByValue { attribute, values, other }) => {
            text(attribute).and_then(|value| values.get(&value)).or(other.as_ref())?
        }
    };
    let OsmTag { key, value } = tag.clone();
    Some((key, value))
}

/// Five characters; 1004 is 01004 whose zero was lost.
fn commune(text: &str) -> Option<CommuneCode> {
    format!("{text:0>5}").parse().ok()
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        ValueRef::Int(number) => Some(number.to_string()),
        ValueRef::Float(number) => Some(number.to_string()),
        ValueRef::Bool(_) => None,
    }
}
