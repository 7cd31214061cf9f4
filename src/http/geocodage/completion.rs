//! The parameters of `/geocodage/completion`: a text being typed, what it may mean, and where that should lie.

use geocoder::{Error, Filter, Kind, MAX_LIMIT, Near, Request, Suggestion, completion::Territory};
use layers::LonLat;

use super::parameters::searchable;
use crate::http::{
    addresses::{Index, bbox},
    indexes::Indexes,
    problem::Problem,
    query::{Parameters, count, listed, one},
};

/// A completion.
pub(super) struct Completion {
    request: Request,
    indexes: Indexes,
    territories: Vec<Territory>,
    limit: usize,
}

impl Completion {
    pub(super) fn answer(self, index: &Index) -> Result<Vec<Suggestion>, Error> {
        let mut found = self.indexes.of(index.clone()).search(self.request)?;
        found.retain(|it| self.territories.is_empty() || self.territories.iter().any(|territory| territory.holds(it)));
        found.truncate(self.limit);
        Ok(found)
    }
}

/// `/geocodage/completion`
pub(super) fn completion_request(sent: &Parameters) -> Result<Completion, Problem> {
    let text = searchable("text", one(sent, "text")?)?.to_owned();
    let limit = count(sent, "maximumResponses", 1..=15)?.unwrap_or(10);
    let territories: Option<Vec<_>> = listed(sent, "terr").map(Territory::parse).collect();
    let territories = territories.ok_or_else(|| {
        let meant = "METROPOLE, DOMTOM, un département ou un code postal";
        Problem::BadRequest(format!("Le paramètre terr vaut {meant}, séparés par des virgules."))
    })?;
    let types: Vec<&str> = listed(sent, "type").collect();
    if types.iter().any(|name| !["StreetAddress", "PositionOfInterest"].contains(name)) {
        return Err(Problem::BadRequest("Le paramètre type vaut StreetAddress ou PositionOfInterest.".into()));
    }
    let is_asked = |name| types.is_empty() || types.contains(&name);
    let indexes = Indexes { address: is_asked("StreetAddress"), poi: is_asked("PositionOfInterest"), parcel: false };
    let bbox = bbox(sent)?;
    let middle = bbox.map(|b| LonLat { lon: f64::midpoint(b.west, b.east), lat: f64::midpoint(b.south, b.north) });
    let request = Request {
        text,
        finished: false,
        near: lonlat(sent)?.or(middle).map(Near::from),
        limit: if territories.is_empty() { limit } else { MAX_LIMIT },
        filter: indexes.filter(Filter { bbox, ..Filter::default() }, &Kind::ADDRESSES, None),
        ..Request::default()
    };
    Ok(Completion { request, indexes, territories, limit })
}

/// `lonlat=4.84,45.75`
fn lonlat(sent: &Parameters) -> Result<Option<LonLat>, Problem> {
    let Some(text) = one(sent, "lonlat")? else { return Ok(None) };
    let read = |text: &str, most: f64| text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
    let point =
        text.split_once(',').and_then(|(lon, lat)| Some(LonLat { lon: read(lon, 180.0)?, lat: read(lat, 90.0)? }));
    let wrong = || Problem::BadRequest("Le paramètre lonlat s'écrit longitude,latitude en degrés.".into());
    point.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::parameters;

    fn read(query: &str) -> Result<Completion, Problem> {
        completion_request(&parameters(Some(query)).unwrap())
    }

    #[test]
    fn a_completion_looks_near_its_point_or_the_middle_of_its_box() {
        let asked = read("text=10+ru&lonlat=4.84,45.75&maximumResponses=6&terr=69,69003&type=StreetAddress").unwrap();
        assert_eq!(asked.request.near.map(|near| near.at), Some(LonLat { lon: 4.84, lat: 45.75 }));
        assert_eq!((asked.limit, asked.territories.len()), (6, 2));
        let boxed = read("text=10+ru&bbox=4,45,5,46").unwrap().request;
        assert_eq!(boxed.near.map(|near| near.at), Some(LonLat { lon: 4.5, lat: 45.5 }));
    }

    #[test]
    fn a_type_chooses_between_addresses_and_places() {
        let kinds = |query: &str| read(query).unwrap().request.filter.kinds;
        assert_eq!(kinds("text=parc&type=PositionOfInterest"), Some(Kind::OBJECTS.to_vec()));
        assert_eq!(kinds("text=parc&type=StreetAddress"), None);
        assert_eq!(kinds("text=parc").unwrap().len(), Kind::ADDRESSES.len() + Kind::OBJECTS.len());
    }

    #[test]
    fn what_is_read_and_wrong_is_refused() {
        for query in [
            "",
            "text=10",
            "text=/rue",
            "text=10+ru&maximumResponses=16",
            "text=10+ru&terr=Lyon",
            "text=10+ru&lonlat=4.8",
            "text=10+ru&lonlat=4.8,95",
            "text=10+ru&type=address",
            "text=10+ru&bbox=1,2",
        ] {
            assert!(read(query).is_err(), "{query}");
        }
    }
}
