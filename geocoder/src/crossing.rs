//! « rue A / rue B »: both streets are found as any street is, the second one near the first, and the answer is the
//! point between their two nearest doors. Streets of two communes may meet: one of them may be the border.

use crate::{
    Error, Filter, Geocoder, Kind, MatchType, Near, Position, PositionKind, Request, Suggestion, Verdict, Verdicts,
    confidence, doors::meeting, effort::Effort, normalize::fold, onebox::stand_in, rank::Answer, search::STEPS,
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
/// Ways to part one text that are tried.
const MOST_SPLITS: usize = 4;

/// Words that say that streets cross: before both, or between them.
const ANNOUNCING: [&str; 6] = ["angle", "croisement", "intersection", "carrefour", "coin", "entre"];
const BETWEEN: [&str; 6] = ["/", "x", "×", "&", "angle", "croisement"];
/// What parts them once it is said that they cross.
const BETWEEN_ANNOUNCED: [&str; 3] = ["et", "avec", "-"];
const ARTICLES: [&str; 8] = ["de", "du", "des", "la", "le", "les", "l", "d"];

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
        let mut apart = None;
        for [left, right] in sides(&request.text).into_iter().take(MOST_SPLITS) {
            let first = self.streets(&left, true, request.near, (request, effort))?;
            let second = self.streets(&right, request.finished, request.near, (request, effort))?;
            let (Some(one), Some(other)) = (first.first().copied(), second.first().copied()) else { continue };
            // The street whose commune was named is found first: the other one is near it.
            let second_first = other.verdicts.commune.is_some() && one.verdicts.commune.is_none();
            let (known, text, finished) =
                if second_first { (second, left, true) } else { (first, right, request.finished) };
            let mut found = Vec::new();
            for street in known.into_iter().take(FIRST).take_while(|_| !effort.is_spent()) {
                let near = Near { zoom: NEAR_ZOOM, ..Near::from(street.place.position()) };
                let others = self.streets(&text, finished, Some(near), (request, effort))?;
                found.extend(self.nearest_meeting(street, &others, second_first));
            }
            if !found.is_empty() {
                let has_rivals = found.len() > 1;
                return Ok(Some(found.iter().map(|meeting| self.meeting_place(meeting, has_rivals)).collect()));
            }
            apart = apart.or(Some([one, other]));
        }
        Ok(apart.map(|streets| streets.map(|street| self.apart(street, request)).into()))
    }

    /// The streets some words name, the likeliest first; none when they rather name something else.
    fn streets(
        &self,
        text: &str,
        finished: bool,
        near: Option<Near>,
        (of, effort): (&Request, &Effort),
    ) -> Result<Vec<Answer<'_>>, Error> {
        let filter = Filter { kinds: None, bbox: None, within: None, postcodes: Vec::new(), ..of.filter.clone() };
        let near = near.map(|near| Near { radius_m: None, ..near });
        let request = Request { text: text.to_owned(), finished, near, limit: SECOND, filter, objects: Vec::new() };
        let mut answers = match self.answers(&request, &STEPS[..3], effort) {
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
        let beside = self.suggestion(one, None);
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

/// Each way to part a text into two streets.
fn sides(text: &str) -> Vec<[String; 2]> {
    let spaced = text.replace(['/', '×', '&'], " / ");
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    let is = |word: &str, list: &[&str]| list.contains(&word) || list.contains(&fold(word).as_str());
    let announced = words.first().is_some_and(|word| is(word, &ANNOUNCING));
    if announced {
        words.remove(0);
    }
    let parts = |at: &usize| {
        let word = words[*at];
        // « Saint-Didier s/ Chalaronne », « 12/14 rue A »: a stroke of another kind.
        let is_sub = word == "/" && words[at - 1].eq_ignore_ascii_case("s");
        let is_range =
            word == "/" && [at - 1, at + 1].iter().all(|&at| words[at].starts_with(|c: char| c.is_ascii_digit()));
        // « Voie A/6 » is a street of Paris.
        let is_code = word == "/" && words[at - 1].len() <= 2 && words[at + 1].bytes().all(|b| b.is_ascii_digit());
        !is_sub && !is_range && !is_code && (is(word, &BETWEEN) || (announced && is(word, &BETWEEN_ANNOUNCED)))
    };
    let splits = (1..words.len().saturating_sub(1)).filter(parts);
    let split = |at: usize| [side(&words[..at]), side(&words[at + 1..])];
    splits
        .map(split)
        .filter(|sides| sides.iter().all(|side| side.chars().filter(|c| c.is_alphabetic()).count() > 2))
        .collect()
}

/// The words of a street, without the articles that « angle de la … » brings.
fn side(words: &[&str]) -> String {
    let articles = words.iter().take_while(|word| ARTICLES.contains(&fold(word).as_str())).count();
    words[articles.min(words.len())..].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = sides(text).iter().map(|sides| sides.join("|")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn two_streets_are_parted_where_it_is_said_that_they_cross() {
        check("rue A1 / rue B22", &["rue A1|rue B22"]);
        check("rue Garibaldi/rue Paul Bert Lyon", &["rue Garibaldi|rue Paul Bert Lyon"]);
        check("rue Garibaldi x rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check("angle rue Garibaldi et rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check("croisement de la rue Garibaldi et de la rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check("rue Garibaldi angle rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check(
            "Intersection rue Pierre et Marie et rue B22",
            &["rue Pierre|Marie et rue B22", "rue Pierre et Marie|rue B22"],
        );
    }

    #[test]
    fn an_address_is_not_parted() {
        for text in [
            "12/14 rue Garibaldi",
            "12 / 14",
            "8 Voie A/6 PARIS 06",
            "rue Pierre et Marie Curie",
            "Saint-Didier s/ Chalaronne",
            "x",
            "/",
            "angle",
        ] {
            check(text, &[]);
        }
        check("rue Malcolm X", &[]);
    }
}
