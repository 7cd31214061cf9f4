//! The beginning of a postcode and nothing else, while it is being typed: the towns whose postcodes begin so. From three
//! digits on that is what they are; one or two are the beginning of a date or of a number as well, whose streets come
//! first.

use layers::LonLat;

use crate::{
    Geocoder, Request, Suggestion, Verdicts,
    address::ground_distance_m,
    places::Place,
    rank::{Answer, House, Wording},
    request::MAX_LIMIT,
    suggestion::{Score, Verdict},
};

/// Digits of a postcode, and those from which nothing else is looked for.
const DIGITS: usize = 5;
const TELLING: usize = 3;
/// How likely the only town of a postcode that is all there is meant: some other text may begin so too.
const SURE: f32 = 0.9;

impl Geocoder {
    /// What three or four digits are the beginning of; none when nothing is, or the text is something else.
    pub(crate) fn begun_postcode(&self, request: &Request) -> Option<Vec<Suggestion>> {
        let digits = digits(request).filter(|digits| digits.len() >= TELLING)?;
        let found = self.towns_of_beginning(digits, request);
        (!found.is_empty()).then_some(found)
    }

    /// What was found of one or two digits, then the towns whose postcodes begin so, no surer than the last of it.
    pub(crate) fn with_begun_postcode(&self, mut found: Vec<Suggestion>, request: &Request) -> Vec<Suggestion> {
        let Some(digits) = digits(request).filter(|digits| digits.len() < TELLING) else { return found };
        let least = found.iter().map(|it| it.score.confidence).fold(1.0, f32::min);
        for mut town in self.towns_of_beginning(digits, request) {
            town.score.confidence = town.score.confidence.min(least);
            if found.iter().all(|known| (known.kind, &known.id) != (town.kind, &town.id)) {
                found.push(town);
            }
        }
        found.truncate(request.limit.min(MAX_LIMIT));
        found
    }

    /// Those of the home territory first; the nearest to the centre first, or the largest where there is none.
    fn towns_of_beginning(&self, digits: &str, request: &Request) -> Vec<Suggestion> {
        let near = request.near.map(|near| near.at);
        let mut towns: Vec<u32> = self.gazetteer.postcode_beginning(digits);
        towns.sort_unstable();
        towns.dedup();
        let score = score(digits.len(), towns.len());
        let answers = towns.into_iter().map(|town| answer(self.first.shard.places.get(town), score));
        let mut answers: Vec<Answer<'_>> = answers.filter(|answer| self.is_wanted(answer, request)).collect();
        answers
            .sort_by(|a, b| rank(a.place, near).partial_cmp(&rank(b.place, near)).unwrap_or(std::cmp::Ordering::Equal));
        answers.truncate(request.limit.min(MAX_LIMIT));
        answers.into_iter().map(|answer| self.suggestion(answer, near)).collect()
    }
}

/// One to four digits, of a text that may go on.
fn digits(request: &Request) -> Option<&str> {
    let text = request.text.trim();
    let is_beginning = (1..DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (is_beginning && !request.finished).then_some(text)
}

fn rank(town: Place<'_>, near: Option<LonLat>) -> (bool, f64, std::cmp::Reverse<u32>) {
    let metres = near.map_or(0.0, |near| ground_distance_m(near, town.position()));
    (!town.is_metropole(), metres, std::cmp::Reverse(town.weight()))
}

#[allow(clippy::cast_precision_loss)] // a handful of digits, and towns of which only how many matters
fn score(digits: usize, towns: usize) -> Score {
    let text = digits as f32 / DIGITS as f32;
    Score { text, confidence: SURE * text / towns.max(1) as f32, ..Score::default() }
}

fn answer(place: Place<'_>, score: Score) -> Answer<'_> {
    let verdicts = Verdicts { postcode: Some(Verdict::Ok), ..Verdicts::default() };
    Answer { place, house: House::NotAsked, score, verdicts, wording: Wording::Begun, skips: false, other_name: None }
}
