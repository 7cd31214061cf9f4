//! A layer's objects as a geocoder has them: in the towns of its addresses, under a number that tells their places from
//! those of other layers and of addresses.

use std::{collections::HashMap, sync::Arc};

use crate::{
    Geocoder,
    objects::{Objects, Visible, table::NamedObjects},
    places::{Place, Places},
    shard::Part,
};

/// What the places of the first layer say they are of; below it, the parts of addresses.
pub(crate) const FIRST_SHARD: u8 = 2;
/// Layers that can be told apart in one list of answers.
pub(crate) const MOST_LAYERS: usize = (u8::MAX - FIRST_SHARD) as usize;
/// In no town of the addresses.
const NO_TOWN: u32 = u32::MAX;

/// A layer's objects, attached.
#[derive(Debug)]
pub(crate) struct ObjectPart {
    pub objects: Arc<Objects>,
    shard: u8,
    /// By object, the town of the addresses it lies in.
    towns: Vec<u32>,
}

impl ObjectPart {
    /// Matches the objects' communes with the towns of the addresses: the former commune when the postcode tells.
    pub(crate) fn new(objects: Arc<Objects>, shard: u8, towns: &Places) -> Self {
        let known: HashMap<&str, u32> =
            towns.towns().filter(|town| !town.is_former()).map(|town| (town.insee(), town.index)).collect();
        let mut found: HashMap<(&str, Option<u32>), u32> = HashMap::new();
        let town = |place: Place<'_>| {
            let town = known.get(place.insee()).copied()?;
            Some(place.postcode().and_then(|postcode| former(towns, town, postcode)).unwrap_or(town))
        };
        let places = objects.named().map(|named| &named.places);
        let all = places.into_iter().flat_map(|places| (0..places.len()).map(|index| places.get(index)));
        let all = all.map(|place| {
            *found.entry((place.insee(), place.postcode())).or_insert_with(|| town(place).unwrap_or(NO_TOWN))
        });
        let towns: Vec<u32> = all.collect();
        Self { objects, shard, towns }
    }

    pub(crate) fn place<'a>(&self, table: &'a NamedObjects, object: u32) -> Place<'a> {
        let mut place = table.places.get(object);
        place.shard = self.shard;
        place
    }

    /// The town of the addresses an object lies in.
    pub(crate) fn town(&self, object: u32) -> Option<u32> {
        self.towns.get(object as usize).copied().filter(|&town| town != NO_TOWN)
    }
}

/// The only former commune of a town that a postcode serves.
fn former(towns: &Places, town: u32, postcode: u32) -> Option<u32> {
    let serves =
        |inner: &Place<'_>| inner.parent() == town && inner.is_former() && inner.postcodes().any(|p| p == postcode);
    let mut serving = towns.towns().filter(serves);
    let only = serving.next()?;
    serving.next().is_none().then_some(only.index)
}

impl Geocoder {
    /// The layer of a request that is attached, if it is.
    pub(crate) fn part_of_layer(&self, visible: &Visible) -> Option<&ObjectPart> {
        self.objects.iter().find(|part| *part.objects.layer() == visible.layer)
    }

    /// The layer an object is of; none for a place of the addresses.
    pub(crate) fn object_part(&self, place: Place<'_>) -> Option<&ObjectPart> {
        self.objects.get(usize::from(place.shard.checked_sub(FIRST_SHARD)?))
    }

    /// Whether a place or an object is one of these towns, or lies in one.
    pub(crate) fn is_within(&self, place: Place<'_>, towns: &[u32]) -> bool {
        let Some(part) = self.object_part(place) else { return self.part_of(place).is_within(place, towns) };
        let first: &Part = &self.first;
        part.town(place.index).is_some_and(|town| first.is_within(first.shard.places.get(town), towns))
    }

    /// The postcode of a place, or of an object: its own, else its town's.
    pub(crate) fn postcode_of(&self, place: Place<'_>) -> Option<u32> {
        let of_town = || {
            let town = self.object_part(place)?.town(place.index)?;
            self.first.shard.places.get(town).postcode()
        };
        place.postcode().or_else(of_town)
    }
}
