//! One search, in order: parse, candidates, rank. The file to read first.

use layers::{Bbox, LonLat};

use crate::{
    Error, Geocoder, HouseNumber, Kind, Request, Suggestion,
    address::{Position, PositionKind, ground_distance_m},
    candidates::{Context, Tolerance, candidates, expand},
    numbers::uuid,
    parse::{Query, parse},
    places::Place,
    rank::{Answer, Candidate, House, order, rank},
    suggestion::{MAX_LIMIT, MatchType, Score, Verdicts},
};

/// An answer this like needs no search for misspelt words.
const GOOD: f32 = 0.85;
/// Below this, half of the words are better than none.
const POOR: f32 = 0.6;
/// Answers less like than this are another street's: the commune named is the honester answer.
const WORST: f32 = 0.55;
/// Likeness given to the commune named when nothing in it answers.
const FALLBACK: f32 = 0.3;

impl Geocoder {
    /// The places a text may mean, the likeliest first.
    ///
    /// A commune named to its end is a scope: answers lie in it, or the commune itself is the answer.
    /// A number the street does not have gives the street: no number is invented.
    ///
    /// Errors: [`Error::EmptyQuery`], [`Error::QueryTooLong`], and failures of the engine. None carries the text.
    pub fn search(&self, request: &Request) -> Result<Vec<Suggestion>, Error> {
        let near = request.near.map(|near| near.at);
        let queries = parse(&request.text, &self.gazetteer, &self.places)?;
        let mut context = Context::new(self, near, request.filter.bbox, request.filter.kinds.as_deref());
        let mut answers = Vec::new();
        for (tolerance, enough) in
            [(Tolerance::Exact, f32::MIN), (Tolerance::Corrected, GOOD), (Tolerance::Partial, POOR)]
        {
            if answers.is_empty() || best_text(&answers) < enough {
                for query in &queries {
                    let words = expand(&mut context, query, tolerance)?;
                    let places = candidates(&context, query, &words, tolerance)?;
                    let found = places.into_iter().map(|place| self.candidate(self.places.get(place), query, &queries));
                    answers.extend(rank(found, query, &words, near));
                }
            }
        }
        answers.retain(|answer| answer.score.text >= WORST);
        if answers.is_empty() {
            answers.extend(self.fallback(&queries));
        }
        let wanted = order(answers).into_iter().filter(|answer| is_wanted(answer, request));
        Ok(wanted.take(request.limit.min(MAX_LIMIT)).map(|answer| self.suggestion(answer, near)).collect())
    }

    fn candidate<'a>(&'a self, place: Place<'a>, query: &Query, queries: &[Query]) -> Candidate<'a> {
        let named = queries.iter().filter_map(|query| query.scope.as_ref()).filter(|scope| scope.whole);
        let inside = match &query.scope {
            Some(scope) if scope.whole => Some(true), // the scope was a clause of the query
            _ => named.map(|scope| self.places.is_within(place, &scope.towns)).reduce(|a, b| a || b),
        };
        Candidate { place, house: self.house(place, query.number.as_ref()), inside }
    }

    /// The number inside the street: as written, in its other spelling, then without its suffix.
    fn house(&self, place: Place<'_>, number: Option<&HouseNumber>) -> House {
        let Some(number) = number else { return House::NotAsked };
        let find = |number: &HouseNumber| {
            let entry = self.numbers.find(place.numbers(), number)?;
            Some((entry, self.numbers.position(entry).0.at))
        };
        if let Some((entry, at)) = find(number).or_else(|| find(&number.other_spelling()?)) {
            return House::Found(entry, at);
        }
        let bare = number.without_suffix();
        match find(&bare).filter(|_| bare != *number) {
            Some((entry, at)) => House::WithoutSuffix(entry, at),
            None => House::Unknown,
        }
    }

    /// Nothing found in the town named: the town itself, and a score that says so.
    fn fallback(&self, queries: &[Query]) -> Vec<Answer<'_>> {
        let named = queries.iter().filter_map(|query| query.scope.as_ref()).find(|scope| scope.whole);
        let town = |&town: &u32| Answer {
            place: self.places.get(town),
            house: House::NotAsked,
            score: Score { text: FALLBACK, ..Score::default() },
        };
        named.map(|scope| scope.towns.iter().map(town).collect()).unwrap_or_default()
    }

    /// Fills an answer in: names, towns, position.
    pub(crate) fn suggestion(&self, answer: Answer<'_>, near: Option<LonLat>) -> Suggestion {
        let place = answer.place;
        let house = match answer.house {
            House::Found(entry, _) | House::WithoutSuffix(entry, _) => {
                Some((self.numbers.house(entry), self.numbers.position(entry)))
            }
            House::NotAsked | House::Unknown => None,
        };
        let details = answer.house.entry().map(|entry| self.numbers.details(entry, place.insee()));
        let towns: Vec<Place<'_>> = std::iter::once(place).chain(self.places.parents(place)).collect();
        let district = towns.iter().find(|town| town.kind() == Kind::District);
        let (position, certified) = house
            .as_ref()
            .map_or((Position { at: place.position(), kind: PositionKind::Segment }, false), |(_, found)| *found);
        Suggestion {
            kind: if house.is_some() { Kind::House } else { place.kind() },
            id: house.as_ref().map_or_else(|| place.id().to_owned(), |(number, _)| house_id(place.id(), number)),
            ban_id: details.as_ref().map_or_else(|| self.places.ban_id(place.index).map(uuid), |house| house.ban_id.clone()),
            name: place.name().to_owned(),
            house_number: house.as_ref().map(|(number, _)| number.to_string()),
            locality: details.as_ref().and_then(|house| house.locality.clone()),
            postcode: place.postcode().map(|postcode| format!("{postcode:05}")),
            district: district.map(|town| town.name().to_owned()),
            old_insee: towns.iter().find(|town| town.is_former()).map(|town| town.insee().to_owned()),
            city: towns.last().map(|town| town.name().to_owned()).unwrap_or_default(),
            insee: towns.iter().find(|town| !town.is_former()).map(|town| town.insee().to_owned()).unwrap_or_default(),
            metropole: place.is_metropole(),
            position,
            other_positions: details.as_ref().map(|house| house.others.clone()).unwrap_or_default(),
            parcels: details.map(|house| house.parcels).unwrap_or_default(),
            bbox: if house.is_some() { None } else { extent(place.bbox()) },
            certified,
            addresses: place.weight(),
            distance_m: near.map(|near| ground_distance_m(near, position.at)),
            match_type: MatchType::Exact,
            verdicts: Verdicts::default(),
            score: answer.score,
        }
    }
}

/// `69383_3300` and 12 bis → `69383_3300_00012_bis`.
fn house_id(street: &str, number: &HouseNumber) -> String {
    let gap = if number.suffix.is_empty() { "" } else { "_" };
    format!("{street}_{:05}{gap}{}", number.number, number.suffix)
}

/// A box that is more than a point.
fn extent(bbox: Bbox) -> Option<Bbox> {
    (bbox.west < bbox.east || bbox.south < bbox.north).then_some(bbox)
}

fn best_text(answers: &[Answer<'_>]) -> f32 {
    answers.iter().map(|answer| answer.score.text).fold(0.0, f32::max)
}

/// Whether an answer is of a kind and in the box asked for.
fn is_wanted(answer: &Answer<'_>, request: &Request) -> bool {
    let (kind, at) = match answer.house {
        House::Found(_, at) | House::WithoutSuffix(_, at) => (Kind::House, at),
        House::NotAsked | House::Unknown => (answer.place.kind(), answer.place.position()),
    };
    let in_box = request
        .filter
        .bbox
        .is_none_or(|b| (b.west..=b.east).contains(&at.lon) && (b.south..=b.north).contains(&at.lat));
    in_box && request.filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
}
