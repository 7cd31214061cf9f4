//! Candidates and what was typed → answers in order, each with the score that put it there. Pure: no index, no I/O. How
//! alike the words are is `likeness`; how sure that makes an answer is `confidence`.

use std::collections::HashMap;

use layers::{Bbox, LonLat};

pub(crate) use crate::likeness::{AS_TYPED, Likeness, QueryWord, Wording, forms, weight};
use crate::{
    address::{Kind, ground_distance_m},
    parse::Query,
    places::Place,
    request::Near,
    suggestion::{Score, Verdict, Verdicts},
};

/// Taken off for each of commune and postcode that says otherwise.
const CONTRADICTION: f32 = 0.12;
/// Taken off besides where no number says that it is the very address: many communes have a street of that name.
const STREET_ELSEWHERE: f32 = 0.05;
/// Taken off outside the home territory.
const AWAY: f32 = 0.1;
/// Most taken off for distance, reached at [`FARTHEST_M`].
const FAR: f32 = 0.15;
pub(crate) const FARTHEST_M: f64 = 50_000.0;
/// Within this distance a metre more hardly counts.
const NEAR_M: f64 = 200.0;
/// Most taken off for being small.
const SMALL: f32 = 0.03;
/// Addresses of the largest town that still gains by size.
const LARGEST: f32 = 200_000.0;

/// What became of the house number asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum House {
    /// None was asked for.
    NotAsked,
    /// It is there, at this entry and position.
    Found(u32, LonLat),
    /// Only the number without the suffix asked is there.
    WithoutSuffix(u32, LonLat),
    /// The street has no such number, but neighbours below and above between which it would be here.
    Interpolated(LonLat),
    /// The street has no such number, which was this one, suffix apart.
    Unknown(u32),
}

impl House {
    /// The entry found.
    pub(crate) fn entry(self) -> Option<u32> {
        match self {
            Self::Found(entry, _) | Self::WithoutSuffix(entry, _) => Some(entry),
            Self::NotAsked | Self::Interpolated(_) | Self::Unknown(_) => None,
        }
    }
}

/// A place that may be the answer to one reading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub place: Place<'a>,
    pub house: House,
    /// Whether it lies where the text said; none where the text said nothing.
    pub commune: Option<bool>,
    pub postcode: Option<bool>,
    /// Whether it lies in the home territory, or there is none.
    pub at_home: bool,
}

/// A candidate with its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub place: Place<'a>,
    pub house: House,
    pub score: Score,
    pub verdicts: Verdicts,
    /// How much of the name was typed letter for letter.
    pub wording: Wording,
    /// See [`Likeness::skips`].
    pub skips: bool,
    /// The name the text is likest to, when it is not the official one.
    pub other_name: Option<&'a str>,
}

impl Answer<'_> {
    /// Where it is: the position of the number, or of the place.
    pub(crate) fn at(&self) -> LonLat {
        match self.house {
            House::Found(_, at) | House::WithoutSuffix(_, at) | House::Interpolated(at) => at,
            House::NotAsked | House::Unknown(_) => self.place.position(),
        }
    }
}

/// Whether a candidate cannot answer a reading. One outside a town named to its end can only if the town's name is part
/// of its own (« rue de Lyon »), or when it is what contradicts the text (`elsewhere`). A town is no answer to what was
/// looked for inside it.
pub(crate) fn breaks_promise(
    candidate: &Candidate<'_>,
    query: &Query,
    likeness: Likeness<'_>,
    elsewhere: bool,
) -> bool {
    let is_town = candidate.place.kind().is_town();
    // Of the text as typed only: what was left out of another writing may have named the town.
    let bears_its_name = likeness.weakest >= AS_TYPED && query.faith > 0.99;
    let is_outside = candidate.commune == Some(false) && !elsewhere && !query.said.disputed;
    let is_inside_itself = candidate.commune.is_some() && is_town && !query.words.is_empty();
    (is_outside || is_inside_itself) && !bears_its_name
}

/// Scores one candidate of one reading; none for what [breaks a promise](breaks_promise).
pub(crate) fn score<'a>(
    candidate: Candidate<'a>,
    query: &Query,
    likeness: Likeness<'a>,
    near: Option<Near>,
    elsewhere: bool,
) -> Option<Answer<'a>> {
    if breaks_promise(&candidate, query, likeness, elsewhere) {
        return None;
    }
    let is_town = candidate.place.kind().is_town();
    let house = if is_town && matches!(candidate.house, House::Unknown(_)) { House::NotAsked } else { candidate.house };
    let number = match candidate.house {
        House::Found(..) if query.of_range => 0.02,
        House::NotAsked | House::Found(..) => 0.0,
        House::WithoutSuffix(..) => 0.04,
        // A town has no number of its own: then the number was for something else.
        House::Unknown(_) if is_town => 0.3,
        House::Interpolated(_) | House::Unknown(_) => 0.08,
    };
    let street_elsewhere = if elsewhere && house == House::NotAsked { STREET_ELSEWHERE } else { 0.0 };
    let contradictions = [candidate.commune, candidate.postcode].iter().filter(|said| **said == Some(false)).count();
    let score = Score {
        text: likeness.text * query.faith,
        number,
        commune: CONTRADICTION * contradictions as f32 + street_elsewhere,
        far: near.map_or(0.0, |near| far_off(candidate, near)),
        small: SMALL * by_size(near) * (1.0 - importance(candidate.place)),
        away: if candidate.at_home { 0.0 } else { AWAY },
        confidence: 0.0,
    };
    let verdicts = verdicts(&candidate, query, likeness);
    let Likeness { wording, skips, other_name, .. } = likeness;
    Some(Answer { place: candidate.place, house, score, verdicts, wording, skips, other_name })
}

/// How much size still counts when a map says where the asker looks.
#[allow(clippy::cast_possible_truncation)] // a ratio between 0 and 1
fn by_size(near: Option<Near>) -> f32 {
    near.map_or(1.0, |near| (near.scale.clamp(0.0, 1.0) - 0.3).max(0.1) as f32)
}

fn far_off(candidate: Candidate<'_>, near: Near) -> f32 {
    let metres = match candidate.house {
        House::Found(_, at) | House::WithoutSuffix(_, at) | House::Interpolated(at) => ground_distance_m(near.at, at),
        House::NotAsked | House::Unknown(_) => metres_to(candidate.place, near.at),
    };
    fading(metres, near)
}

/// What has addresses and a name of its own, which people type whole.
pub(crate) fn is_street(place: Place<'_>) -> bool {
    matches!(place.kind(), Kind::Street | Kind::Locality)
}

fn verdicts(candidate: &Candidate<'_>, query: &Query, likeness: Likeness<'_>) -> Verdicts {
    let said = |agrees: bool, corrected: bool| match (agrees, corrected) {
        (false, _) => Verdict::Contradicts,
        (true, true) => Verdict::Corrected,
        (true, false) => Verdict::Ok,
    };
    // What is on its way may be the rest of the name, not a word before the last one typed.
    let is_street = is_street(candidate.place);
    let is_as_typed = match likeness.wording {
        Wording::Whole => true,
        Wording::Begun => !(likeness.skips && is_street),
        Wording::Part => !is_street || (query.unfinished && !likeness.skips),
        Wording::WithoutInitial | Wording::OtherType | Wording::Other => false,
    };
    let street = if is_as_typed && query.faith > 0.99 {
        Verdict::Ok
    } else if likeness.weakest > 0.0 && !query.left_out {
        Verdict::Corrected
    } else {
        Verdict::Partial
    };
    Verdicts {
        number: match candidate.house {
            House::NotAsked => None,
            House::Found(..) if query.of_range => Some(Verdict::Corrected),
            House::Found(..) => Some(Verdict::Ok),
            House::WithoutSuffix(..) => Some(Verdict::Partial),
            House::Interpolated(_) | House::Unknown(_) => Some(Verdict::Unknown),
        },
        street: (!query.words.is_empty()).then_some(street),
        postcode: candidate.postcode.map(|agrees| said(agrees, false)),
        commune: candidate.commune.map(|agrees| said(agrees, query.said.respelt)),
    }
}

/// How far a street is by its nearest door, where the boxes of two streets could not tell them apart.
pub(crate) fn measure(answer: &mut Answer<'_>, near: Near, doors: impl Iterator<Item = LonLat>) {
    let metres = doors.map(|door| ground_distance_m(near.at, door)).fold(f64::INFINITY, f64::min);
    if metres.is_finite() {
        answer.score.far = fading(metres, near);
    }
}

/// Merges the answers of every reading: each place once, at its best, the best first.
pub(crate) fn order(answers: Vec<Answer<'_>>) -> Vec<Answer<'_>> {
    let mut best: HashMap<(u8, u32), Answer<'_>> = HashMap::with_capacity(answers.len());
    for answer in answers {
        let known = best.entry(answer.place.key()).or_insert(answer);
        if answer.score.key() > known.score.key() {
            *known = answer;
        }
    }
    let mut ordered: Vec<_> = best.into_values().collect();
    sort(&mut ordered);
    ordered
}

/// On a map, size parts no two places of one kind and name: all weigh as much as the first of them.
pub(crate) fn level_namesakes(answers: &mut [Answer<'_>]) {
    for at in 1..answers.len() {
        let namesake = answers[..at].iter().find(|answer| are_namesakes(answer, &answers[at]));
        if let Some(small) = namesake.map(|answer| answer.score.small) {
            answers[at].score.small = small;
        }
    }
}

/// Whether one name, typed to its end, names both.
pub(crate) fn are_namesakes(a: &Answer<'_>, b: &Answer<'_>) -> bool {
    a.place.kind() == b.place.kind() && a.place.folded() == b.place.folded()
}

/// The best first, in an order that two runs agree on.
pub(crate) fn sort(answers: &mut [Answer<'_>]) {
    answers.sort_by(|a, b| b.score.key().total_cmp(&a.score.key()).then_with(|| a.place.key().cmp(&b.place.key())));
}

/// How far a place is: a street is as near as the middle between its nearest corner and its point, since neither
/// alone says where a long one is. Metres.
pub(crate) fn metres_to(place: Place<'_>, near: LonLat) -> f64 {
    let b = place.bbox();
    let corner =
        LonLat { lon: near.lon.clamp(b.west, b.east.max(b.west)), lat: near.lat.clamp(b.south, b.north.max(b.south)) };
    (ground_distance_m(near, corner) + ground_distance_m(near, place.position())) / 2.0
}

/// Metres between two boxes; 0 where they meet.
pub(crate) fn gap_m(a: Bbox, b: Bbox) -> f64 {
    // Of each axis, where they are nearest: the same in both when they overlap there.
    let nearest = |a: (f64, f64), b: (f64, f64)| (b.0.clamp(a.0, a.1.max(a.0)), a.0.clamp(b.0, b.1.max(b.0)));
    let (lon, other_lon) = nearest((a.west, a.east), (b.west, b.east));
    let (lat, other_lat) = nearest((a.south, a.north), (b.south, b.north));
    ground_distance_m(LonLat { lon, lat }, LonLat { lon: other_lon, lat: other_lat })
}

/// What distance takes off: half of it within a few kilometres, so that nearness decides between streets of one
/// name; sooner on a map that shows less, not at all at scale 1.
pub(crate) fn fading(metres: f64, near: Near) -> f32 {
    Fading::of(near).at(metres)
}

/// The same for many distances from one centre.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fading {
    unit: f64,
    /// What all of it takes off, reached at [`FARTHEST_M`].
    most: f32,
    whole: f64,
}

#[allow(clippy::cast_possible_truncation)] // ratios between 0 and 1
impl Fading {
    pub(crate) fn of(near: Near) -> Self {
        let unit = NEAR_M * 1.4f64.powf(12.0 - near.zoom.clamp(2.0, 18.0));
        let most = FAR * ((1.0 - near.scale.clamp(0.0, 1.0)) / 0.6).min(1.0) as f32;
        Self { unit, most, whole: (1.0 + FARTHEST_M / unit).ln() }
    }

    pub(crate) fn at(self, metres: f64) -> f32 {
        let share = ((1.0 + metres / self.unit).ln() / self.whole).min(1.0);
        (share as f32) * self.most
    }
}

/// 0 for a place without address, 1 for the largest town.
pub(crate) fn importance(place: Place<'_>) -> f32 {
    #[allow(clippy::cast_precision_loss)] // a count of addresses, for its logarithm
    let addresses = place.weight() as f32;
    ((1.0 + addresses).ln() / (1.0 + LARGEST).ln()).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_costs_little_near_and_never_more_than_its_share() {
        let near = Near::from(LonLat { lon: 4.8, lat: 45.7 });
        let at = |metres| fading(metres, near);
        assert!(at(0.0).abs() < 1e-6);
        assert!(at(300.0) < at(1_000.0) && at(1_000.0) < at(10_000.0));
        assert!((at(1e9) - FAR).abs() < 1e-6);
        assert!(fading(300.0, Near { zoom: 18.0, ..near }) > at(300.0), "a map of one street asks for that street");
        assert!(fading(1e9, Near { scale: 1.0, ..near }).abs() < 1e-6, "importance alone decides");
    }
}
