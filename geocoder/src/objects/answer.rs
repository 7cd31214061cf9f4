//! An object as an answer: its own tag and address, in the towns that the addresses have, so that a park and the street
//! beside it are in one place by one name.

use layers::LonLat;

use crate::{
    Geocoder, Position, PositionKind, Suggestion,
    address::ground_distance_m,
    answer::{Within, extent, match_type, postcode},
    objects::{
        FoundObject, ObjectKind,
        part::ObjectPart,
        table::{NOWHERE, NamedObjects},
    },
    onebox::stand_in,
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
            postcode: postcode(place),
            insee: Some(place.insee()).filter(|&code| code != NOWHERE).unwrap_or_default().to_owned(),
            metropole: place.is_metropole(),
            bbox: extent(place.bbox()),
            object: Some(object),
            other_name: answer.other_name.map(str::to_owned),
            distance_m: near.map(|near| ground_distance_m(near, position.at)),
            match_type: match_type(&answer),
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
        let Within { district, old_insee, city, insee } = Within::of(own, places);
        Suggestion {
            postcode: found.postcode.clone().or_else(|| postcode(own)),
            district,
            old_insee,
            city,
            insee,
            metropole: own.is_metropole(),
            ..found
        }
    }
}
