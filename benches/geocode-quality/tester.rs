//! Queries other people wrote: files in the layout of geocoder-tester, with what they expect.

use std::path::Path;

use geocoder::ground_distance_m;
use layers::LonLat;

use crate::{
    corpus::Corpus,
    text,
    truth::{Ask, Found, Query, Wanted},
};

/// What a case expects; nothing is expected of an empty field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    name: String,
    number: String,
    street: String,
    city: String,
    postcode: String,
    /// Point and tolerance in metres.
    within: Option<(LonLat, f64)>,
    /// How many answers may come before it is too late.
    pub limit: usize,
}

impl Expected {
    pub(crate) fn is_met(&self, answer: &Found) -> bool {
        let same = |wanted: &str, got: &str| wanted.is_empty() || text::key(wanted) == text::key(got);
        let number = answer.number.as_deref().unwrap_or_default().replace(' ', "");
        let district = answer.district.as_deref().unwrap_or_default();
        let house = answer.number.is_some();
        same(&self.number.replace(' ', ""), &number)
            && same(&self.street, &answer.name)
            // A house has no name of its own, in Photon's words.
            && (self.name.is_empty() || (!house && same(&self.name, &answer.name)))
            && (same(&self.city, &answer.city) || same(&self.city, district))
            && same(&self.postcode, answer.postcode.as_deref().unwrap_or_default())
            && self.within.is_none_or(|(at, metres)| ground_distance_m(at, answer.at) <= metres)
    }

    /// Whether the corpus has what is expected: the street, in the commune or under the postcode expected.
    fn is_in(&self, corpus: &Corpus) -> bool {
        let name = if self.street.is_empty() { &self.name } else { &self.street };
        let fits = |&&street: &&u32| {
            let street = &corpus.streets[street as usize];
            let commune = corpus.commune_of(street);
            let cities = [&commune.city, &commune.name];
            (self.city.is_empty() || cities.iter().any(|city| text::key(city) == text::key(&self.city)))
                && (self.postcode.is_empty() || commune.postcodes.contains(&self.postcode))
        };
        if name.is_empty() {
            return !self.city.is_empty()
                && corpus.communes.values().any(|c| text::key(&c.city) == text::key(&self.city));
        }
        corpus.by_key.get(&text::key(name)).is_some_and(|streets| streets.iter().any(|street| fits(&street)))
    }
}

/// Cases of a file that the corpus can answer; with `anywhere`, those that expect a point alone, too.
pub(crate) fn read(file: &Path, corpus: &Corpus, anywhere: bool) -> Vec<Query> {
    let text = std::fs::read_to_string(file).unwrap();
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let mut queries = Vec::new();
    for record in reader.records().map(Result::unwrap) {
        let field = |name: &str| {
            let at = headers.iter().position(|header| header == name);
            at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned()
        };
        let expected = Expected {
            name: field("expected_name"),
            number: field("expected_housenumber"),
            street: field("expected_street"),
            city: field("expected_city"),
            postcode: whole_postcode(&field("expected_postcode")),
            within: coordinate(&field("expected_coordinate")),
            limit: field("limit").parse().unwrap_or(1),
        };
        let judged = expected.is_in(corpus) || (anywhere && expected.within.is_some());
        if !judged || (!anywhere && expected.street.is_empty() && expected.name.is_empty()) {
            continue;
        }
        let near = field("lon").parse().ok().zip(field("lat").parse().ok()).map(|(lon, lat)| LonLat { lon, lat });
        let ask = Ask::Search { text: field("query"), finished: true, near };
        queries.push(Query { ask, wanted: Wanted::Expected(Box::new(expected)), scope: Vec::new() });
    }
    queries
}

/// The files have lost the zero the Ain's postcodes begin with.
fn whole_postcode(text: &str) -> String {
    if text.len() == 4 { format!("0{text}") } else { text.to_owned() }
}

/// `lat,lon,tolerance`
fn coordinate(text: &str) -> Option<(LonLat, f64)> {
    let mut parts = text.split(',').map(|part| part.trim().parse::<f64>());
    let (lat, lon) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some((LonLat { lon, lat }, parts.next()?.ok()?))
}
