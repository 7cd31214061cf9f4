//! One search, in order: read the text as coordinates, a parcel, a crossing or the beginning of a postcode if it can be
//! one, else as an address: look for it as typed, then less and less strictly until an answer is good enough, put the
//! answers in order, say how sure each is. The file to read first.

use std::borrow::Cow;

use crate::{
    Error, Geocoder, Request, Suggestion,
    confidence::{self, Context},
    effort::Effort,
    hunt::{Hunt, Step},
    objects::alike,
    onebox::READINGS,
    parse::{Typed, check_length, without_entities},
    rank::{self, Answer, House},
    request::MAX_LIMIT,
};

/// Most objects that are like a part of the text before the commune named: few ask for more answers than that.
const BEFORE_TOWN: usize = 4;

/// Answers whose distance is measured door by door, and doors of each at most.
const MEASURED: usize = 20;
const MOST_DOORS: usize = 1_000;

/// From the strictest to the loosest, each with the likeness of an answer that makes it needless.
pub(crate) const STEPS: [(Step, f32); 12] = [
    (Step::AsTyped, f32::MAX),
    (Step::AsCode, f32::MAX), // needless only when the postcode's town has the street
    (Step::HalfWords, 0.93),
    (Step::Corrected, 0.85),
    (Step::OtherType, 0.97),
    (Step::NameInside, 0.85),
    (Step::Shortened, 0.85),
    (Step::Respelt, 0.85),
    (Step::InTown, 0.8),
    (Step::Loosely, 0.8),
    (Step::InPart, 0.84),
    (Step::Elsewhere, f32::MAX), // needless only when the address is where it was said to be
];

impl Geocoder {
    /// The places a text may mean, the likeliest first.
    ///
    /// A commune named to its end is a scope: answers lie in it, or the commune itself is the answer, or an address
    /// that is exactly the one typed but for the commune, which then says that it contradicts.
    /// A number the street does not have gives the street: no number is invented.
    ///
    /// Errors: [`Error::EmptyQuery`], [`Error::QueryTooLong`], and failures of the engine. None carries the text.
    pub fn search(&self, request: &Request) -> Result<Vec<Suggestion>, Error> {
        check_length(&request.text)?;
        let plain;
        let request = match without_entities(&request.text) {
            Cow::Borrowed(_) => request,
            Cow::Owned(text) => {
                plain = Request { text, ..request.clone() };
                &plain
            }
        };
        let effort = Effort::of_search();
        for reading in READINGS {
            if let Some(found) = self.read_as(reading, request, &effort)? {
                return Ok(found);
            }
        }
        let answers = self.answers(request, &STEPS, &effort)?;
        if let Some(found) = self.for_parcel(request, &answers) {
            return Ok(self.kept(found, request));
        }
        let answers = answers.into_iter().take(request.limit.min(MAX_LIMIT));
        let found = answers.map(|answer| self.suggestion(answer, request.near.map(|near| near.at))).collect();
        Ok(self.with_begun_postcode(found, request))
    }

    /// The addresses and places a text may mean, looked for in these steps, in order and with their confidence.
    pub(crate) fn answers(
        &self,
        request: &Request,
        steps: &[(Step, f32)],
        effort: &Effort,
    ) -> Result<Vec<Answer<'_>>, Error> {
        let typed = Typed::read(&request.text, request.finished)?;
        let (unfinished, brief) = (typed.unfinished, typed.is_brief());
        let mut hunt = Hunt::new(self, request, typed.writings(&self.gazetteer), effort);
        for &(step, enough) in steps {
            if hunt.best() < enough {
                hunt.take(step, enough)?;
            }
        }
        let answers = self.with_town_named(&mut hunt, request);
        let located = rank::order(answers).into_iter().map(|answer| self.interpolated(answer));
        let mut answers: Vec<Answer<'_>> = located.filter(|answer| self.is_wanted(answer, request)).collect();
        alike::remove_twins(&mut answers);
        self.measure_best(&mut answers, request);
        alike::kinds_first(&mut answers);
        let scoped = !request.filter.communes.is_empty() || !request.filter.postcodes.is_empty();
        let context = Context { unfinished, on_map: request.near.is_some(), scoped, brief };
        confidence::settle(&mut answers, context);
        Ok(answers)
    }

    /// What was found; and the commune named, when that is no address and not what was typed either: an object that is
    /// like a part of the text does not hide that nothing else was found.
    fn with_town_named<'a>(&'a self, hunt: &mut Hunt<'a>, request: &Request) -> Vec<Answer<'a>> {
        let mut answers = hunt.found();
        if hunt.is_answered(&answers) {
            return answers;
        }
        let mut towns = self.towns_named(&hunt.queries);
        if answers.is_empty() && towns.is_empty() {
            towns = self.towns_named(&hunt.without_ends());
        }
        towns.retain(|town| self.is_wanted(town, request));
        if !towns.is_empty() {
            answers = rank::order(answers); // each once
            answers.truncate(BEFORE_TOWN);
        }
        answers.extend(towns);
        answers
    }

    /// Streets among the best answers are as far as their nearest door: measured, since their boxes overlap.
    fn measure_best(&self, answers: &mut [Answer<'_>], request: &Request) {
        let Some(near) = request.near else { return };
        // Objects have no doors, and take no address's turn.
        let addresses = answers.iter_mut().filter(|answer| self.object_part(answer.place).is_none());
        for answer in addresses.take(MEASURED).filter(|answer| answer.house == House::NotAsked) {
            let doors = self.part_of(answer.place).shard.numbers.doors(answer.place.blocks()).take(MOST_DOORS);
            rank::measure(answer, near, doors);
        }
        let measured = answers.len().min(MEASURED);
        rank::level_namesakes(&mut answers[..measured]);
        rank::sort(answers);
    }
}
