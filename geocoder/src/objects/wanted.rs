//! What an object must be to answer a request: its place, its kind and its tag, settled before anything is cut. The
//! same for addresses is in `filter`.

use layers::LonLat;

use crate::{
    Filter, Geocoder, address::ground_distance_m, filter::is_inside, objects::table::NamedObjects, places::Place,
};

/// What an object must be.
#[derive(Debug)]
pub(crate) struct Wanted {
    filter: Filter,
    /// Towns of the filter.
    towns: Vec<u32>,
    circle: Option<(LonLat, f64)>,
}

impl Wanted {
    pub(crate) fn new(geocoder: &Geocoder, filter: &Filter, circle: Option<(LonLat, f64)>) -> Self {
        let towns = filter.communes.iter().flat_map(|code| geocoder.gazetteer.code(code)).copied().collect();
        Self { filter: filter.clone(), towns, circle }
    }

    /// Whether an object is what is asked for.
    pub(crate) fn keeps(&self, geocoder: &Geocoder, table: &NamedObjects, place: Place<'_>) -> bool {
        let (filter, at) = (&self.filter, place.position());
        let has_postcode = |place| {
            let own = geocoder.postcode_of(place);
            filter.postcodes.iter().any(|wanted| own.is_some() && wanted.parse().ok() == own)
        };
        filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&place.kind()))
            && filter.bbox.is_none_or(|b| (b.west..=b.east).contains(&at.lon) && (b.south..=b.north).contains(&at.lat))
            && filter.metropole.is_none_or(|wanted| place.is_metropole() == wanted)
            && self.circle.is_none_or(|(centre, radius_m)| ground_distance_m(centre, at) <= radius_m)
            && filter.tags.as_ref().is_none_or(|tags| tags.lets_object(table.record(place.index).tag()))
            && filter.within.as_deref().is_none_or(|ring| is_inside(ring, at))
            && (filter.communes.is_empty() || geocoder.is_within(place, &self.towns))
            && (filter.postcodes.is_empty() || has_postcode(place))
    }
}
