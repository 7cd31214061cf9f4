//! What one box finds beside addresses: coordinates, parcels, the crossing of two streets, the beginning of
//! a postcode. Each is read from the whole
//! text, in the order of [`READINGS`]; a text that is none of them is looked for as an address.

use layers::{Bbox, LonLat};

use crate::{
    Error, Filter, Geocoder, Kind, MatchType, Nearby, Position, PositionKind, Request, Suggestion, Verdicts,
    address::ground_distance_m, coordinates, effort::Effort, filter::is_inside, request::MAX_LIMIT, suggestion::Score,
};

/// Addresses this near to a point typed are said after it.
const AROUND_M: f64 = 500.0;
/// The nearest address tells the commune of a point, up to here.
const COMMUNE_M: f64 = 3_000.0;

/// A way to read a text that is no address.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    /// A pair of coordinates and nothing else.
    Coordinates,
    /// The identifier of a parcel, or its section and number in a commune.
    Parcel,
    /// Two streets, parted by what says that they cross.
    Crossing,
    /// The beginning of a postcode.
    Postcode,
}

/// The likeliest to be meant when it can be read at all first.
pub(crate) const READINGS: [Reading; 4] = [Reading::Coordinates, Reading::Parcel, Reading::Crossing, Reading::Postcode];

impl Geocoder {
    /// What the text means in one of these ways; none when it does not.
    pub(crate) fn read_as(
        &self,
        reading: Reading,
        request: &Request,
        effort: &Effort,
    ) -> Result<Option<Vec<Suggestion>>, Error> {
        let found = match reading {
            Reading::Coordinates => coordinates::read(&request.text).map(|at| self.point(at, request)).transpose()?,
            Reading::Parcel => self.parcel(request),
            Reading::Crossing => self.crossing(request, effort)?,
            Reading::Postcode => self.begun_postcode(request),
        };
        Ok(found.map(|found| self.kept(found, request)))
    }

    /// What passes the filter of a request, as far from its centre as it is, and no more than it asks for.
    pub(crate) fn kept(&self, mut found: Vec<Suggestion>, request: &Request) -> Vec<Suggestion> {
        let circle = request.near.and_then(|near| Some((near.at, near.radius_m?)));
        let keeps = self.keeper(&request.filter, circle);
        found.retain(keeps);
        if let Some(near) = request.near {
            found.iter_mut().for_each(|it| it.distance_m = Some(ground_distance_m(near.at, it.position.at)));
        }
        found.truncate(request.limit.min(MAX_LIMIT));
        found
    }

    /// A point, in the commune of the nearest address, then the addresses around it.
    fn point(&self, at: LonLat, request: &Request) -> Result<Vec<Suggestion>, Error> {
        let whole = Nearby { point: at, limit: 1, radius_m: COMMUNE_M, filter: Filter::default(), objects: Vec::new() };
        let nearest = self.reverse(&whole)?;
        let name = format!("{:.6}, {:.6}", at.lat, at.lon);
        let position = Position { at, kind: PositionKind::Unknown };
        let mut found = vec![stand_in(Kind::Point, name.replace(' ', ""), name, position, nearest.first())];
        let filter = Filter { kinds: None, ..request.filter.clone() };
        let around = Nearby { point: at, limit: request.limit, radius_m: AROUND_M, filter, objects: Vec::new() };
        found.extend(self.reverse(&around)?);
        Ok(found)
    }

    /// Whether a suggestion passes a filter, by its own kind and position, and lies in a circle (centre, metres).
    pub(crate) fn keeper<'a>(
        &'a self,
        filter: &'a Filter,
        circle: Option<(LonLat, f64)>,
    ) -> impl Fn(&Suggestion) -> bool + 'a {
        let towns: Vec<u32> = filter.communes.iter().flat_map(|code| self.gazetteer.code(code)).copied().collect();
        let codes = self.codes_of(&towns);
        move |it| {
            let at = it.position.at;
            let in_box = |b: Bbox| (b.west..=b.east).contains(&at.lon) && (b.south..=b.north).contains(&at.lat);
            filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&it.kind))
                && filter.bbox.is_none_or(in_box)
                && filter.within.as_ref().is_none_or(|ring| is_inside(ring, at))
                && filter.metropole.is_none_or(|wanted| it.metropole == wanted)
                && (filter.communes.is_empty() || codes.contains(&it.insee.as_str()))
                && (filter.postcodes.is_empty() || it.postcode.as_ref().is_some_and(|p| filter.postcodes.contains(p)))
                && circle.is_none_or(|(from, metres)| ground_distance_m(from, at) <= metres)
        }
    }

    /// The INSEE codes of some towns and of those inside them, each once.
    pub(crate) fn codes_of(&self, towns: &[u32]) -> Vec<&str> {
        self.first.shard.places.codes_of(towns)
    }
}

/// What is no place of the index, in the towns of one that is beside it; in no known town without one.
pub(crate) fn stand_in(
    kind: Kind,
    id: String,
    name: String,
    position: Position,
    beside: Option<&Suggestion>,
) -> Suggestion {
    let text = |of: fn(&Suggestion) -> &String| beside.map(of).cloned().unwrap_or_default();
    Suggestion {
        kind,
        id,
        ban_id: None,
        name,
        other_name: None,
        house_number: None,
        locality: None,
        postcode: beside.and_then(|it| it.postcode.clone()),
        district: beside.and_then(|it| it.district.clone()),
        old_insee: beside.and_then(|it| it.old_insee.clone()),
        city: text(|it| &it.city),
        insee: text(|it| &it.insee),
        metropole: beside.is_some_and(|it| it.metropole),
        position,
        other_positions: Vec::new(),
        parcels: Vec::new(),
        bbox: None,
        certified: false,
        addresses: 0,
        distance_m: None,
        object: None,
        match_type: MatchType::Exact,
        verdicts: Verdicts::default(),
        score: Score { text: 1.0, confidence: 1.0, ..Score::default() },
    }
}
