//! The parameters of addok's API: `q`, a centre under several names, and filters of which several values are
//! separated by a plus sign (a space, once decoded) or repeated.

use geocoder::{
    Filter, Kind, Near, Nearby, Request,
    ban_api::{self, Asked, Filters},
};
use layers::LonLat;

use crate::http::{
    addresses::{communes, needed, position, postcodes, text},
    indexes::{Indexes, categories},
    problem::Problem,
    query::{Parameters, all, count, flag, one},
};

const LON: [&str; 4] = ["lon", "lng", "long", "longitude"];
const LAT: [&str; 2] = ["lat", "latitude"];
/// Values of one filter at most.
const MOST_VALUES: usize = 10;
/// How far an address may be from the point reversed, in metres.
const REVERSE_RADIUS_M: f64 = 1000.0;

/// `/ban/search`
pub(super) fn search_request(sent: &Parameters) -> Result<(Indexes, Request, Asked), Problem> {
    let indexes = Indexes::read(sent)?;
    let typed = text("q", one(sent, "q")?)?;
    let limit = count(sent, "limit", 1..=100)?.unwrap_or(5);
    let centre = position(sent, &LON, &LAT)?;
    let (filter, filters) = filters(sent)?;
    let request = Request {
        text: typed.to_owned(),
        finished: !flag(sent, "autocomplete")?.unwrap_or(true),
        near: centre.map(Near::from),
        limit,
        filter: indexes.filter(filter, &Kind::ADDRESSES, categories(sent)?),
        ..Request::default()
    };
    let query = Some(typed.to_owned());
    Ok((indexes, request, Asked { query, filters, center: centre.map(lon_lat), limit: Some(limit) }))
}

/// `/ban/reverse`
pub(super) fn reverse_request(sent: &Parameters) -> Result<(Indexes, Nearby, Asked), Problem> {
    let indexes = Indexes::read(sent)?;
    let point = needed(position(sent, &LON, &LAT)?)?;
    let limit = count(sent, "limit", 1..=100)?.unwrap_or(1);
    let (filter, filters) = filters(sent)?;
    let asked = Asked { query: None, filters, center: Some(lon_lat(point)), limit: Some(limit) };
    let filter = indexes.filter(filter, &[Kind::House], categories(sent)?);
    Ok((indexes, Nearby { point, limit, radius_m: REVERSE_RADIUS_M, filter, objects: Vec::new() }, asked))
}

/// `type`, `citycode` and `postcode`, as a filter and as they were given.
pub(in crate::http) fn filters(sent: &Parameters) -> Result<(Filter, Filters), Problem> {
    let (kinds, citycodes, postcodes_) = (values(sent, "type")?, values(sent, "citycode")?, values(sent, "postcode")?);
    let chosen: Option<Vec<_>> = kinds.iter().map(|word| ban_api::kinds(word)).collect();
    let chosen = chosen.ok_or_else(|| {
        Problem::BadRequest("Le paramètre type vaut housenumber, street, locality ou municipality.".into())
    })?;
    let filter = Filter {
        kinds: (!chosen.is_empty()).then(|| chosen.concat()),
        communes: communes("citycode", citycodes.iter().copied())?,
        postcodes: postcodes("postcode", postcodes_.iter().copied())?,
        ..Filter::default()
    };
    let given = |values: &[&str]| (!values.is_empty()).then(|| values.join(" "));
    Ok((filter, Filters { kind: given(&kinds), citycode: given(&citycodes), postcode: given(&postcodes_) }))
}

fn values<'a>(sent: &'a Parameters, name: &'a str) -> Result<Vec<&'a str>, Problem> {
    let values = all(sent, name).flat_map(|value| value.split([' ', '+', ','])).filter(|value| !value.is_empty());
    let values: Vec<&str> = values.take(MOST_VALUES + 1).collect();
    if values.len() > MOST_VALUES {
        return Err(Problem::BadRequest(format!("Le paramètre {name} a plus de {MOST_VALUES} valeurs.")));
    }
    Ok(values)
}

fn lon_lat(at: LonLat) -> [f64; 2] {
    [at.lon, at.lat]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::parameters;

    fn search(query: &str) -> (Request, Asked) {
        let read = search_request(&parameters(Some(query)).unwrap());
        let (_, request, asked) = read.unwrap_or_else(|problem| panic!("{query}: {problem:?}"));
        (request, asked)
    }

    #[test]
    fn addoks_parameters_are_read_and_strangers_are_ignored() {
        let (request, asked) =
            search("q=12+rue&limit=100&autocomplete=0&latitude=45.7&lng=4.8&type=street&utm_source=x");
        assert_eq!((request.text.as_str(), request.limit, request.finished), ("12 rue", 100, true));
        assert_eq!(request.near.map(|near| near.at), Some(LonLat { lon: 4.8, lat: 45.7 }));
        assert_eq!(request.filter.kinds, Some(vec![Kind::Street]));
        assert_eq!((asked.center, asked.limit), (Some([4.8, 45.7]), Some(100)));
        assert_eq!(asked.filters.kind.as_deref(), Some("street"));
    }

    #[test]
    fn what_is_not_said_has_addoks_defaults() {
        let (request, asked) = search("q=rue");
        assert_eq!((request.limit, request.finished, request.near), (5, false, None));
        assert_eq!(request.filter, Filter::default());
        assert_eq!((asked.filters, asked.center), (Filters::default(), None));
        assert!(!search("q=rue&autocomplete=1").0.finished);
    }

    #[test]
    fn several_values_come_with_a_plus_or_one_by_one() {
        for query in
            ["q=rue&citycode=69383+69386", "q=rue&citycode=69383&citycode=69386", "q=rue&citycode=69383%2B69386"]
        {
            let (request, asked) = search(query);
            assert_eq!(request.filter.communes, ["69383", "69386"], "{query}");
            assert_eq!(asked.filters.citycode.as_deref(), Some("69383 69386"));
        }
        assert_eq!(search("q=rue&postcode=69003").0.filter.postcodes, ["69003"]);
    }

    #[test]
    fn what_is_read_and_wrong_is_refused() {
        let eleven = format!("q=rue&postcode={}", ["69003"; 11].join("+"));
        for query in [
            "",
            "q=",
            "q=rue&limit=0",
            "q=rue&limit=101",
            "q=rue&lat=45",
            "q=rue&lat=91&lon=4",
            "q=rue&type=house",
            "q=rue&citycode=Lyon",
            "q=rue&postcode=6900",
            "q=rue&autocomplete=maybe",
            &eleven,
        ] {
            assert!(search_request(&parameters(Some(query)).unwrap()).is_err(), "{query}");
        }
        for query in ["", "lat=45", "lat=45&lon=181", "lat=45&lon=4&limit=0"] {
            assert!(reverse_request(&parameters(Some(query)).unwrap()).is_err(), "{query}");
        }
    }
}
