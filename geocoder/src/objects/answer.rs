//! An object as an answer: in the words of the addresses' towns.

use layers::{Bbox, LonLat};

use crate::{
    Geocoder, Kind, Position, PositionKind, Suggestion,
    address::ground_distance_m,
    confidence,
    objects::{
        FoundObject, ObjectKind,
        part::ObjectPart,
        table::{NOWHERE, NamedObjects},
    },
    onebox::stand_in,
    places::Place,
    rank::Answer,
};

impl Geocoder {
    /// Fills in an answer that is an object of this layer; distances are from `near`.
    pub(crate) fn object_suggestion(
        &self,
        part: &ObjectPart,
        table: &NamedObjects,
        answer: Answer<'_>,
        near: Option<LonLat>,
    ) -> Suggestion {
        let place = answer.place;
        let record = table.record(place.index);
        let (key, value) = record.tag();
        let position = Position { at: place.position(), kind: PositionKind::Unknown };
        let object = FoundObject {
            layer: part.objects.layer().clone(),
            feature: record.feature(),
            tag: (key.to_owned(), value.to_owned()),
            espace_public: part.objects.kind() == ObjectKind::Poi,
            address: record.address().map(str::to_owned),
        };
        let found = Suggestion {
            postcode: place.postcode().map(|postcode| format!("{postcode:05}")),
            insee: Some(place.insee()).filter(|&code| code != NOWHERE).unwrap_or_default().to_owned(),
            metropole: place.is_metropole(),
            bbox: Some(place.bbox()).filter(is_more_than_a_point),
            object: Some(object),
            other_name: answer.other_name.map(str::to_owned),
            distance_m: near.map(|near| ground_distance_m(near, position.at)),
            match_type: confidence::match_type(&answer),
            verdicts: answer.verdicts,
            score: answer.score,
            ..stand_in(place.kind(), place.id(), place.name().to_owned(), position, None)
        };
        match part.town(place.index) {
            Some(town) => self.in_town(town, found),
            None => found,
        }
    }

    /// What lies in a town of the addresses, with the names and codes of that town and of those around it.
    pub(crate) fn in_town(&self, town: u32, found: Suggestion) -> Suggestion {
        let places = &self.first.shard.places;
        let own = places.get(town);
        let towns: Vec<Place<'_>> = std::iter::once(own).chain(places.parents(own)).collect();
        let postcode = || own.postcode().map(|postcode| format!("{postcode:05}"));
        Suggestion {
            postcode: found.postcode.clone().or_else(postcode),
            district: towns.iter().find(|town| town.kind() == Kind::District).map(|town| town.name().to_owned()),
            old_insee: towns.iter().find(|town| town.is_former()).map(|town| town.insee().to_owned()),
            city: towns.last().map(|town| town.name().to_owned()).unwrap_or_default(),
            insee: towns.iter().find(|town| !town.is_former()).map(|town| town.insee().to_owned()).unwrap_or_default(),
            metropole: own.is_metropole(),
            ..found
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // what `Option::filter` hands over
fn is_more_than_a_point(bbox: &Bbox) -> bool {
    bbox.west < bbox.east || bbox.south < bbox.north
}
