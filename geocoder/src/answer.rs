//! An answer filled in: names, towns, positions, how it was reached; what the contracts then write in their own words.
//! Of each answer that is given only: a search ranks many more places than it describes.

use layers::{Bbox, LonLat};

use crate::{
    Geocoder, HouseNumber, Kind, Suggestion,
    address::{Position, PositionKind, ground_distance_m},
    numbers::{HouseDetails, uuid},
    places::{Place, Places},
    rank::{Answer, House, Wording},
    shard::Shard,
    suggestion::{MatchType, Verdict},
};

/// Where an answer lies, in the names and codes of its towns.
pub(crate) struct Within {
    /// Arrondissement or former commune.
    pub district: Option<String>,
    /// INSEE code of the former commune.
    pub old_insee: Option<String>,
    pub city: String,
    /// INSEE code of the commune, or of the arrondissement.
    pub insee: String,
}

impl Within {
    /// What a place lies in, itself among it when it is a town.
    pub(crate) fn of(place: Place<'_>, places: &Places) -> Self {
        let towns: Vec<Place<'_>> = std::iter::once(place).chain(places.parents(place)).collect();
        let first = |is: fn(&&Place<'_>) -> bool| towns.iter().find(is);
        Self {
            district: first(|town| town.kind() == Kind::District).map(|town| town.name().to_owned()),
            old_insee: first(|town| town.is_former()).map(|town| town.insee().to_owned()),
            city: towns.last().map(|town| town.name().to_owned()).unwrap_or_default(),
            insee: first(|town| !town.is_former()).map(|town| town.insee().to_owned()).unwrap_or_default(),
        }
    }
}

impl Geocoder {
    /// Fills an answer in; distances are from `near`.
    pub(crate) fn suggestion(&self, answer: Answer<'_>, near: Option<LonLat>) -> Suggestion {
        match self.object_part(answer.place).and_then(|part| Some((part, part.objects.named()?))) {
            Some((part, table)) => self.object_suggestion(part, table, answer, near),
            None => self.address_suggestion(answer, near),
        }
    }

    fn address_suggestion(&self, answer: Answer<'_>, near: Option<LonLat>) -> Suggestion {
        let place = answer.place;
        let Shard { numbers, places, .. } = &*self.part_of(place).shard;
        let entry = answer.house.entry();
        let number = entry.map(|entry| numbers.house(entry));
        let HouseDetails { others, parcels, locality, ban_id } = match entry {
            Some(entry) => numbers.details(entry, place.insee()),
            None => HouseDetails { ban_id: places.ban_id(place.index).map(uuid), ..HouseDetails::default() },
        };
        let kind = if place.is_approximate() { PositionKind::Unknown } else { PositionKind::Segment };
        let of_place = (Position { at: answer.at(), kind }, false);
        let (position, certified) = entry.map_or(of_place, |entry| numbers.position(entry));
        let Within { district, old_insee, city, insee } = Within::of(place, places);
        Suggestion {
            kind: if entry.is_some() { Kind::House } else { place.kind() },
            id: number.as_ref().map_or_else(|| place.id(), |number| house_id(&place.id(), number)),
            ban_id,
            name: place.name().to_owned(),
            other_name: answer.other_name.map(str::to_owned),
            house_number: number.map(|number| number.to_string()),
            locality,
            postcode: postcode(place),
            district,
            old_insee,
            city,
            insee,
            metropole: place.is_metropole(),
            position,
            other_positions: others,
            parcels,
            bbox: if entry.is_some() { None } else { extent(place.bbox()) },
            certified,
            addresses: place.weight(),
            distance_m: near.map(|near| ground_distance_m(near, position.at)),
            object: None,
            match_type: match_type(&answer),
            verdicts: answer.verdicts,
            score: answer.score,
        }
    }
}

/// How an answer was reached.
pub(crate) fn match_type(answer: &Answer<'_>) -> MatchType {
    let verdicts = answer.verdicts;
    match answer.house {
        _ if answer.place.is_approximate() => MatchType::Commune,
        House::Interpolated(_) => MatchType::Interpolated,
        House::Unknown(_) => MatchType::Street,
        House::WithoutSuffix(..) => MatchType::Corrected,
        House::Found(..) if verdicts.number != Some(Verdict::Ok) => MatchType::Corrected,
        _ if answer.place.kind().is_town() && matches!(verdicts.street, None | Some(Verdict::Unknown)) => {
            // « 690 » is the beginning of a postcode of its own, and no address that was not found there.
            if answer.wording == Wording::Begun { MatchType::Exact } else { MatchType::Commune }
        }
        _ if [verdicts.street, verdicts.commune, verdicts.postcode].iter().flatten().any(|v| *v != Verdict::Ok) => {
            MatchType::Corrected
        }
        _ => MatchType::Exact,
    }
}

/// `69383_3300` and 12 bis → `69383_3300_00012_bis`.
fn house_id(street: &str, number: &HouseNumber) -> String {
    let gap = if number.suffix.is_empty() { "" } else { "_" };
    format!("{street}_{:05}{gap}{}", number.number, number.suffix)
}

/// Five digits.
pub(crate) fn postcode(place: Place<'_>) -> Option<String> {
    place.postcode().map(|postcode| format!("{postcode:05}"))
}

/// A box that is more than a point.
pub(crate) fn extent(bbox: Bbox) -> Option<Bbox> {
    (bbox.west < bbox.east || bbox.south < bbox.north).then_some(bbox)
}
