//! « rue A / rue B »: both streets are found as any street is, the second one near the first, and the answer is the
//! point between their two nearest doors. Streets of two communes may meet: one of them may be the border.

mod parting;

use self::parting::{Parting, partings};
use crate::{
    Error, Filter, Geocoder, Kind, MatchType, Near, Position, PositionKind, Request, Suggestion, Verdict, Verdicts,
    confidence,
    doors::meeting,
    effort::Effort,
    onebox::stand_in,
    parse::{Typed, readings, says_a_name},
    rank::{Answer, Wording},
    search::STEPS,
    suggestion::Score,
};

/// Doors of two streets that meet are nearer than this. Of the streets of Paris (national base, 7,571), the nearest
/// doors of two streets are most often 5 to 15 metres apart, and from 20 metres on as often at one distance as at the
/// next: streets nearby. The limit leaves room for squares and wide avenues, whose corner doors stand back.
const MEETING_M: f64 = 60.0;
/// Doors read of one street at most.
const MOST_DOORS: usize = 4_000;
/// How alike a street must be to what was typed of it, and how far from the likeliest the others may be.
const LIKE: f32 = 0.8;
const AS_LIKE: f32 = 0.06;
/// Streets tried as the first one, and as the second one near each.
const FIRST: usize = 5;
const SECOND: usize = 10;
/// Zoom at which nearness decides which of the streets of one name is meant.
const NEAR_ZOOM: f64 = 17.0;
/// Most either of two streets may claim that do not meet.
const APART: f32 = 0.5;
/// How like a name the whole text must be to be that of one street.
const NAMED: f32 = 0.85;
/// Ways to part one text that are tried.
const MOST_SPLITS: usize = 4;

/// One of two streets, as it is looked for.
struct Side {
    text: String,
    finished: bool,
    /// Codes of the commune that was named with the other one.
    communes: Vec<String>,
}

/// Two streets that meet, and where.
struct Meeting<'a> {
    streets: [Answer<'a>; 2],
    position: Position,
}

impl Geocoder {
    /// Where the two streets a text names meet; both streets when they do not; none when it names no two streets, or
    /// when crossings are not asked for.
    pub(crate) fn crossing(&self, request: &Request, effort: &Effort) -> Result<Option<Vec<Suggestion>>, Error> {
        if request.filter.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&Kind::Crossing)) {
            return Ok(None);
        }
        let mut partings = partings(&request.text);
        partings.truncate(MOST_SPLITS);
        if partings.is_empty() || self.is_one_name(&partings, request, effort)? {
            return Ok(None);
        }
        let mut apart = None;
        for Parting { texts, says_two } in partings {
            let sides = self.sides(texts, request);
            let known = [self.side(&sides[0], (request, effort))?, self.side(&sides[1], (request, effort))?];
            let has_both = known.iter().all(|streets| !streets.is_empty());
            if has_both {
                let found = self.meetings(&sides, known.clone(), (request, effort))?;
                if !found.is_empty() {
                    let has_rivals = found.len() > 1;
                    return Ok(Some(found.iter().map(|meeting| self.meeting_place(meeting, has_rivals)).collect()));
                }
            }
            if apart.is_none() && (has_both || says_two) {
                let halves = self.halves(&sides, known, (request, effort))?;
                apart = Some(halves).filter(|halves| halves.len() > usize::from(!says_two));
            }
        }
        Ok(apart.map(|streets| streets.into_iter().map(|street| self.apart(street, request)).collect()))
    }

    /// Whether the text, with what may part two streets in it, is the name of one: « Rue Nungesser & Coli ».
    fn is_one_name(&self, partings: &[Parting], request: &Request, effort: &Effort) -> Result<bool, Error> {
        // Where two streets were typed, nothing is misspelt into one.
        let strictly = partings.iter().any(|parting| parting.says_two);
        let steps = if strictly { &STEPS[..1] } else { &STEPS[..3] };
        let request = Request { objects: Vec::new(), ..request.clone() };
        let answers = match self.answers(&request, steps, effort) {
            Err(Error::EmptyQuery) => Vec::new(),
            answers => answers?,
        };
        Ok(answers.first().is_some_and(|best| best.score.text >= NAMED && !contradicts(best)))
    }

    /// Both streets of a crossing that is not there, or the one that is. Half of what was typed is no reason to leave
    /// the town that was named.
    fn halves<'a>(
        &'a self,
        sides: &[Side; 2],
        known: [Vec<Answer<'a>>; 2],
        of: (&Request, &Effort),
    ) -> Result<Vec<Answer<'a>>, Error> {
        let [one, other] = [0, 1].map(|at: usize| known[at].iter().copied().find(|it| self.is_in_town(it, &sides[at])));
        let other = match one {
            Some(one) if other.is_some() => {
                let near = Some(Near::from(one.place.position()));
                let nearer = self.streets(&sides[1], near, of)?;
                nearer.into_iter().find(|it| self.is_in_town(it, &sides[1])).or(other)
            }
            _ => other,
        };
        Ok(one.into_iter().chain(other).collect())
    }

    /// Whether a street lies in the town named, beside it or with the other one.
    fn is_in_town(&self, street: &Answer<'_>, side: &Side) -> bool {
        let towns = || side.communes.iter().flat_map(|code| self.gazetteer.code(code)).copied().collect::<Vec<_>>();
        // « Avenue de la Commune de Paris » is in Givors: it bears the name of a town, and names none.
        let is_said = !contradicts(street) || street.wording == Wording::Whole;
        is_said && (side.communes.is_empty() || self.is_within(street.place, &towns()))
    }

    /// Both sides of a parting; a town that one alone names holds for the other.
    fn sides(&self, texts: [String; 2], request: &Request) -> [Side; 2] {
        let finished = [true, request.finished];
        let named: [Vec<u32>; 2] = std::array::from_fn(|at| self.town_of_street(&texts[at], finished[at]));
        let codes = |other: usize| -> Vec<String> {
            let is_alone = named[1 - other].is_empty() && request.filter.communes.is_empty();
            let codes = if is_alone { self.codes_of(&named[other]) } else { Vec::new() };
            codes.into_iter().map(str::to_owned).collect()
        };
        let [left, right] = texts;
        [
            Side { text: left, finished: true, communes: codes(1) },
            Side { text: right, finished: request.finished, communes: codes(0) },
        ]
    }

    /// The towns some words name after a street; none when they name no town.
    fn town_of_street(&self, text: &str, finished: bool) -> Vec<u32> {
        let Ok(typed) = Typed::read(text, finished) else { return Vec::new() };
        let readings = readings(&typed, &self.gazetteer, &self.first.shard.places, false);
        let towns = readings.into_iter().filter(|query| says_a_name(&query.words)).filter_map(|query| query.scope);
        towns.filter(|scope| scope.whole).map(|scope| scope.towns).next().unwrap_or_default()
    }

    /// The streets of one side; when there are none where the other side is, those anywhere.
    fn side(&self, side: &Side, of: (&Request, &Effort)) -> Result<Vec<Answer<'_>>, Error> {
        let found = self.streets(side, of.0.near, of)?;
        if found.is_empty() && !side.communes.is_empty() {
            self.streets(&side.anywhere(), of.0.near, of)
        } else {
            Ok(found)
        }
    }

    /// Where the likeliest streets of one side meet one of the other.
    fn meetings<'a>(
        &'a self,
        [left, right]: &[Side; 2],
        [first, second]: [Vec<Answer<'a>>; 2],
        of: (&Request, &Effort),
    ) -> Result<Vec<Meeting<'a>>, Error> {
        // The street whose commune was named is found first: the other one is near it.
        let says = |streets: &[Answer<'_>]| streets.first().is_some_and(|best| best.verdicts.commune.is_some());
        let second_first = says(&second) && !says(&first) || !left.communes.is_empty();
        let (known, other) = if second_first { (second, left) } else { (first, right) };
        let mut found = Vec::new();
        for street in known.into_iter().take(FIRST).take_while(|_| !of.1.is_spent()) {
            let near = Some(Near { zoom: NEAR_ZOOM, ..Near::from(street.place.position()) });
            let met = self.nearest_meeting(street, &self.streets(other, near, of)?, second_first);
            // One of the two may be the border of the town named.
            let met = match met {
                None if !other.communes.is_empty() => {
                    self.nearest_meeting(street, &self.streets(&other.anywhere(), near, of)?, second_first)
                }
                met => met,
            };
            found.extend(met);
        }
        Ok(found)
    }

    /// The streets some words name, the likeliest first; none when they rather name something else.
    fn streets(
        &self,
        side: &Side,
        near: Option<Near>,
        (of, effort): (&Request, &Effort),
    ) -> Result<Vec<Answer<'_>>, Error> {
        let mut filter = Filter { kinds: None, bbox: None, within: None, postcodes: Vec::new(), ..of.filter.clone() };
        filter.communes.extend_from_slice(&side.communes);
        let near = near.map(|near| Near { radius_m: None, ..near });
        let (text, finished) = (side.text.clone(), side.finished);
        let request = Request { text, finished, near, limit: SECOND, filter, objects: Vec::new() };
        let mut answers = match self.answers(&request, &STEPS[..4], effort) {
            Err(Error::EmptyQuery) => Vec::new(),
            answers => answers?,
        };
        let best = answers.first().map_or(f32::MAX, |best| best.score.text - AS_LIKE);
        let is_street = |answer: &Answer<'_>| answer.place.kind() == Kind::Street && answer.house.entry().is_none();
        if !answers.first().is_some_and(|best| is_street(best) && best.score.text >= LIKE) {
            return Ok(Vec::new());
        }
        answers.retain(|answer| is_street(answer) && answer.score.text >= best);
        answers.truncate(SECOND);
        Ok(answers)
    }

    /// Where a street meets the likeliest of others that it meets.
    fn nearest_meeting<'a>(&self, street: Answer<'a>, others: &[Answer<'a>], swapped: bool) -> Option<Meeting<'a>> {
        let doors = |answer: &Answer<'_>| {
            self.part_of(answer.place).shard.numbers.doors(answer.place.blocks()).take(MOST_DOORS)
        };
        let met = others.iter().filter(|other| other.place.key() != street.place.key()).filter_map(|other| {
            let (at, metres) = meeting(doors(&street), doors(other), MEETING_M)?;
            Some((other, at, metres))
        });
        let likelier = |a: &Answer<'_>, b: &Answer<'_>| b.score.text.total_cmp(&a.score.text);
        let (other, at, _) = met.min_by(|a, b| likelier(a.0, b.0).then(a.2.total_cmp(&b.2)))?;
        let streets = if swapped { [*other, street] } else { [street, *other] };
        Some(Meeting { streets, position: Position { at, kind: PositionKind::Segment } })
    }

    fn meeting_place(&self, meeting: &Meeting<'_>, has_rivals: bool) -> Suggestion {
        let [one, other] = meeting.streets;
        let text = one.score.text.min(other.score.text);
        let verdict = [one, other].map(|it| it.verdicts.street.unwrap_or(Verdict::Ok));
        let street = if verdict == [Verdict::Ok; 2] { Verdict::Ok } else { Verdict::Corrected };
        let commune = one.verdicts.commune.or(other.verdicts.commune);
        let postcode = one.verdicts.postcode.or(other.verdicts.postcode);
        let is_exact = [Some(street), commune, postcode].iter().flatten().all(|verdict| *verdict == Verdict::Ok);
        let name = format!("{} / {}", one.place.name(), other.place.name());
        let id = format!("{}/{}", one.place.id(), other.place.id());
        // Of two communes, the one that was named.
        let says =
            |street: &Answer<'_>| [street.verdicts.commune, street.verdicts.postcode].contains(&Some(Verdict::Ok));
        let beside = self.suggestion(if says(&other) && !says(&one) { other } else { one }, None);
        Suggestion {
            match_type: if is_exact { MatchType::Exact } else { MatchType::Corrected },
            verdicts: Verdicts { number: None, street: Some(street), postcode, commune },
            score: Score { text, confidence: confidence::of_likeness(text, has_rivals), ..Score::default() },
            ..stand_in(Kind::Crossing, id, name, meeting.position, Some(&beside))
        }
    }

    /// One of two streets that do not meet: half of what was asked for, and it says so.
    fn apart(&self, street: Answer<'_>, request: &Request) -> Suggestion {
        let mut found = self.suggestion(street, request.near.map(|near| near.at));
        found.match_type = MatchType::Street;
        found.verdicts.street = Some(Verdict::Partial);
        found.score.confidence = found.score.confidence.min(APART);
        found
    }
}

fn contradicts(street: &Answer<'_>) -> bool {
    [street.verdicts.commune, street.verdicts.postcode].contains(&Some(Verdict::Contradicts))
}

impl Side {
    /// The same wherever it is.
    fn anywhere(&self) -> Self {
        Self { communes: Vec::new(), text: self.text.clone(), finished: self.finished }
    }
}
