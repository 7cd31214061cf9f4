//! What an answer must be, whatever was typed: kinds, box, circle, polygon, communes, postcodes. Judged twice: what
//! cannot pass is not ranked, and what is answered is looked at by its own position.

use layers::{Bbox, LonLat};

use crate::{
    Filter, Geocoder, Kind, Near, Request, address::ground_distance_m, places::Place, rank::Answer,
    stretches::Stretches,
};

/// Whether something at a place may pass: what cannot is not worth ranking. Exact for whole places, not for houses.
pub(crate) fn may_hold(filter: &Filter, place: Place<'_>) -> bool {
    filter.bbox.is_none_or(|bbox| meets(place.bbox(), bbox))
        && filter.metropole.is_none_or(|wanted| place.is_metropole() == wanted)
}

/// The same for a whole stretch.
pub(crate) fn may_meet(filter: &Filter, stretches: &Stretches, at: usize) -> bool {
    let holds = stretches.holds(at);
    filter.metropole.is_none_or(|wanted| if wanted { holds.home } else { holds.away })
        && filter.bbox.is_none_or(|bbox| meets(stretches.bbox(at), bbox))
}

fn meets(own: Bbox, bbox: Bbox) -> bool {
    own.west <= bbox.east && bbox.west <= own.east && own.south <= bbox.north && bbox.south <= own.north
}

/// Whether an answer passes, by its own position.
pub(crate) fn passes(filter: &Filter, kind: Kind, at: LonLat, place: Place<'_>) -> bool {
    let in_box = |b: Bbox| (b.west..=b.east).contains(&at.lon) && (b.south..=b.north).contains(&at.lat);
    filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
        && filter.bbox.is_none_or(in_box)
        && filter.metropole.is_none_or(|wanted| place.is_metropole() == wanted)
        && filter.within.as_ref().is_none_or(|ring| is_inside(ring, at))
        && has_postcode(filter, place)
}

pub(crate) fn has_postcode(filter: &Filter, place: Place<'_>) -> bool {
    let wanted = |postcode: u32| filter.postcodes.iter().any(|wanted| wanted.parse() == Ok(postcode));
    filter.postcodes.is_empty()
        || place.postcode().is_some_and(wanted)
        || (place.kind().is_town() && place.postcodes().any(wanted))
}

/// Even-odd rule on a ring of degrees.
pub(crate) fn is_inside(ring: &[LonLat], at: LonLat) -> bool {
    let mut inside = false;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if (a.lat > at.lat) != (b.lat > at.lat) && at.lon < a.lon + (at.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
        {
            inside = !inside;
        }
    }
    inside
}

impl Geocoder {
    /// Whether an answer is what the request asks for.
    pub(crate) fn is_wanted(&self, answer: &Answer<'_>, request: &Request) -> bool {
        if self.object_part(answer.place).is_some() {
            return true; // looked at before it was ranked
        }
        let kind = if answer.house.entry().is_some() { Kind::House } else { answer.place.kind() };
        let at = answer.at();
        let filter = &request.filter;
        let in_commune = || {
            let towns: Vec<u32> = filter.communes.iter().flat_map(|code| self.gazetteer.code(code)).copied().collect();
            self.part_of(answer.place).is_within(answer.place, &towns)
        };
        let in_circle = |near: Near| near.radius_m.is_none_or(|radius| ground_distance_m(near.at, at) <= radius);
        passes(filter, kind, at, answer.place)
            && request.near.is_none_or(in_circle)
            && (filter.communes.is_empty() || in_commune())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_inside_a_ring_closed_or_not() {
        let mut ring: Vec<LonLat> =
            [(4.0, 45.0), (5.0, 45.0), (5.0, 46.0), (4.0, 46.0)].map(|(lon, lat)| LonLat { lon, lat }).into();
        let inside = LonLat { lon: 4.5, lat: 45.5 };
        let outside = LonLat { lon: 5.5, lat: 45.5 };
        assert!(is_inside(&ring, inside) && !is_inside(&ring, outside));
        ring.push(ring[0]);
        assert!(is_inside(&ring, inside) && !is_inside(&ring, outside));
    }
}
