//! The ways a text is looked for, from the strictest to the loosest; `search` has them in order. Those that need more
//! than a look have files of their own, under `hunt/`; what a place is as the answer to a reading is in
//! `hunt/candidate.rs`.

mod candidate;
mod elsewhere;
mod half_words;
mod held;
mod in_town;
mod name_inside;
mod other_type;
mod respelt;
mod shortened;
mod whole_name;

use candidate::Promise;

use crate::{
    Error, Geocoder, Kind, Near, Request,
    candidates::{Context, Tolerance, expand},
    effort::{self, Effort},
    noise,
    normalize::{self, Word},
    objects::find::{ObjectContext, as_object},
    parse::{Query, Typed, readings},
    places::Place,
    rank::{self, Answer, House, Likeness, Wording},
    suggestion::{Score, Verdict, Verdicts},
};

/// Answers less like than this are another street's: the commune named is the honester answer.
const WORST: f32 = 0.55;
/// Likeness given to the commune named when nothing in it answers.
const FALLBACK: f32 = 0.3;
/// An answer this like needs no other commune to be looked into.
const SETTLED: f32 = 0.88;
/// An answer this like is one.
const ANSWERED: f32 = 0.8;
/// What contradicts the commune named must be the address typed, but for that.
const EXACT: f32 = 0.93;
/// Objects less like than this are none of those typed; the others are better than nothing: « piscine de Vaise ».
const WORST_OBJECT: f32 = 0.3;
/// A writing no less is of all that was typed.
const WHOLE: f32 = 0.99;
/// How far names are whose words are two letters from those typed, beyond what the letters say.
const TWO_LETTERS: f32 = 0.9;

/// A way to look for a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// Every word is there, the last one perhaps unfinished.
    AsTyped,
    /// Five digits read as a postcode are the INSEE code of another town.
    AsCode,
    /// A word of the street is only begun, and the town follows.
    HalfWords,
    /// Every word is there, give or take a letter or two.
    Corrected,
    /// Every word is there but the type of street, which is another; where no town is named.
    OtherType,
    /// The whole name of a street stands among other words; where no town is named.
    NameInside,
    /// A complement of the address followed the street, or something the town.
    Shortened,
    /// The town was misspelt, words were glued or cut, or there was more noise than its patterns know.
    Respelt,
    /// Some name of the town named is made of nearly the same letters.
    InTown,
    /// Every word is there, give or take two letters; where no town is named.
    Loosely,
    /// Half of the words that count are there, give or take a letter.
    InPart,
    /// The address is exactly there in a neighbouring commune, and the one named has no such street.
    Elsewhere,
}

/// One search on its way.
pub(crate) struct Hunt<'a> {
    geocoder: &'a Geocoder,
    /// One a part.
    contexts: Vec<Context<'a>>,
    near: Option<Near>,
    /// One a layer of objects.
    objects: Vec<ObjectContext<'a>>,
    writings: Vec<Typed>,
    /// The readings of the text, those of other writings of it among them once they were looked for.
    pub queries: Vec<Query>,
    /// What those readings promise to the others.
    promises: Vec<Promise>,
    answers: Vec<Answer<'a>>,
    /// Objects less like than what was typed, of a text that asks for an address: for when no address answers.
    spare: Vec<Answer<'a>>,
    asks_for_address: bool,
    /// Whether houses may be answers; where only their streets may, the number typed says nothing.
    wants_houses: bool,
    /// Whether more is tried than what was typed, give or take a letter.
    is_loose: bool,
    effort: Effort,
}

impl<'a> Hunt<'a> {
    pub(crate) fn new(geocoder: &'a Geocoder, request: &Request, writings: Vec<Typed>, effort: &Effort) -> Self {
        let read = |typed| readings(typed, &geocoder.gazetteer, &geocoder.first.shard.places, false);
        let queries: Vec<Query> = writings.iter().flat_map(read).collect();
        let asks_for_address = queries.iter().any(asks_for_an_address);
        let contexts = geocoder.parts().map(|part| Context::new(geocoder, part, request, effort)).collect();
        let objects = geocoder.object_contexts(request, &Effort::of_objects());
        let (near, effort) = (request.near, effort.clone());
        let wants_houses = request.filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&Kind::House));
        let (answers, spare, is_loose) = (Vec::new(), Vec::new(), false);
        let mut hunt = Self {
            geocoder,
            contexts,
            near,
            objects,
            writings,
            queries: Vec::new(),
            promises: Vec::new(),
            answers,
            spare,
            asks_for_address,
            wants_houses,
            is_loose,
            effort,
        };
        hunt.add(queries);
        hunt
    }

    /// Adds readings to those of the text.
    fn add(&mut self, queries: Vec<Query>) {
        for query in &queries {
            let promise = self.promise(query).filter(|promise| !self.promises.contains(promise));
            self.promises.extend(promise);
        }
        self.queries.extend(queries);
    }

    /// Without the readings that are another one, or one of the text, but farther from what was typed: cut in two ways,
    /// a text may be left with the same words.
    fn nearest(&self, queries: Vec<Query>) -> Vec<Query> {
        let others = || self.queries.iter().chain(&queries);
        let is_nearest: Vec<bool> =
            queries.iter().map(|query| !others().any(|other| other.is_nearer_than(query))).collect();
        queries.into_iter().zip(is_nearest).filter_map(|(query, is_nearest)| is_nearest.then_some(query)).collect()
    }

    /// What was found; objects that are less like what was typed, when it is nothing.
    pub(crate) fn found(&mut self) -> Vec<Answer<'a>> {
        let is_like = |answer: &Answer<'_>| answer.score.text >= WORST;
        let (mut found, less): (Vec<_>, Vec<_>) = std::mem::take(&mut self.answers).into_iter().partition(is_like);
        if found.iter().all(|answer| self.geocoder.object_part(answer.place).is_some()) {
            found.extend(self.spare.iter().filter(|answer| is_like(answer)));
        }
        if found.is_empty() && !self.asks_for_address {
            let is_object = |answer: &Answer<'_>| self.geocoder.object_part(answer.place).is_some();
            found.extend(less.into_iter().filter(|answer| is_object(answer) && answer.score.text >= WORST_OBJECT));
        }
        found
    }

    /// Likeness of the best address so far, contradictions counted.
    pub(crate) fn best(&self) -> f32 {
        likest(self.answers.iter().filter(|answer| self.counts(answer)))
    }

    /// Whether objects are looked for too: an address this like is a reason not to, as another object is.
    fn needs_objects(&self, enough: f32) -> bool {
        likest(self.answers.iter().chain(&self.spare)) < enough
    }

    /// An object is a reason to stop looking for an address only when it is what was typed, all of it, and what was typed
    /// has nothing of an address: no number, no type of street first.
    fn counts(&self, answer: &Answer<'_>) -> bool {
        let is_begun = answer.wording == Wording::Begun;
        let is_exact = || answer.verdicts.street == Some(Verdict::Ok) && !is_begun && answer.score.text >= EXACT;
        let is_object = self.geocoder.object_part(answer.place).is_some();
        !is_object || (is_exact() && !self.asks_for_address)
    }

    /// Whether an address is among some answers or, where no address was asked for, an object that has all that was typed.
    pub(crate) fn is_answered(&self, answers: &[Answer<'_>]) -> bool {
        let is_object = |answer: &Answer<'_>| self.geocoder.object_part(answer.place).is_some();
        let is_meant = |answer: &Answer<'_>| answer.verdicts.street == Some(Verdict::Ok) && !self.asks_for_address;
        answers.iter().any(|answer| !is_object(answer) || is_meant(answer))
    }

    /// Looks for the text in one way more, as far as there is effort left; `enough` is the likeness that makes it needless.
    pub(crate) fn take(&mut self, step: Step, enough: f32) -> Result<(), Error> {
        self.is_loose = !matches!(step, Step::AsTyped | Step::AsCode | Step::HalfWords | Step::Corrected);
        match step {
            _ if self.effort.is_spent() => Ok(()),
            Step::AsTyped => {
                self.look_again(Tolerance::Exact, enough)?;
                self.trust_whole_names();
                Ok(())
            }
            Step::AsCode => self.as_code(enough),
            Step::HalfWords => self.half_words(),
            Step::Corrected => self.look_again(Tolerance::Corrected, enough),
            Step::OtherType => self.other_type(),
            Step::NameInside => self.name_inside(),
            Step::Shortened => self.shortened(enough),
            Step::Respelt => self.respelt(enough),
            Step::InTown => {
                self.in_town(enough);
                Ok(())
            }
            Step::Loosely => self.look(&self.loosely(), Tolerance::Loose, enough),
            Step::InPart => self.look_again(Tolerance::Partial, enough),
            Step::Elsewhere => self.elsewhere(),
        }
    }

    /// The readings that name no town, less sure: in one, its names are compared letter by letter.
    fn loosely(&self) -> Vec<Query> {
        let open = self.queries.iter().filter(|query| query.scope.as_ref().is_none_or(|scope| !scope.whole));
        open.map(|query| Query { faith: query.faith * TWO_LETTERS, ..query.clone() }).collect()
    }

    /// Ranks objects of a reading.
    fn keep(&mut self, found: impl IntoIterator<Item = (Place<'a>, Likeness<'a>)>, query: &Query) {
        for (place, likeness) in found {
            let answer = rank::score(self.candidate(place, query), query, likeness, self.near, false);
            let of = if self.is_loose && self.asks_for_address { &mut self.spare } else { &mut self.answers };
            of.extend(answer.map(as_object));
        }
    }

    /// « Rue de Bresse, résidence, Bron » is written without its beginning to find an address in the rest: no object.
    fn may_mean_object(&self, query: &Query) -> bool {
        query.number.is_none() && (query.faith >= WHOLE || !self.asks_for_address)
    }

    /// Looks for the readings of the text.
    fn look_again(&mut self, tolerance: Tolerance, enough: f32) -> Result<(), Error> {
        let queries = std::mem::take(&mut self.queries);
        let looked = self.look(&queries, tolerance, enough);
        self.queries = queries;
        looked
    }

    fn look(&mut self, queries: &[Query], tolerance: Tolerance, enough: f32) -> Result<(), Error> {
        let with_objects = self.needs_objects(enough);
        for query in queries {
            for at in 0..self.contexts.len() {
                if self.effort.is_spent() {
                    break; // objects have an effort of their own
                }
                self.effort.spend(effort::READING);
                let words = expand(&mut self.contexts[at], query, tolerance);
                for (place, likeness) in self.held(at, (query, tolerance), &words, &words)? {
                    let answer = self.answer(place, query, likeness);
                    self.answers.extend(answer);
                }
            }
            let with_objects = with_objects && self.may_mean_object(query);
            for at in (0..self.objects.len()).filter(|_| with_objects) {
                let found = self.objects[at].look(query, tolerance);
                self.keep(found, query);
            }
        }
        Ok(())
    }
}

impl Geocoder {
    /// Nothing found in the town named: the town itself, and a score that says so.
    pub(crate) fn towns_named(&self, queries: &[Query]) -> Vec<Answer<'_>> {
        let named = queries.iter().filter_map(|query| query.scope.as_ref()).find(|scope| scope.whole);
        named.map(|scope| self.for_want_of_better(&scope.towns)).unwrap_or_default()
    }

    /// Towns where what was typed is not.
    pub(crate) fn for_want_of_better(&self, towns: &[u32]) -> Vec<Answer<'_>> {
        let verdicts = Verdicts { street: Some(Verdict::Unknown), commune: Some(Verdict::Ok), ..Verdicts::default() };
        let score = Score { text: FALLBACK, ..Score::default() };
        let town = |&town: &u32| Answer {
            place: self.first.shard.places.get(town),
            house: House::NotAsked,
            score,
            verdicts,
            wording: Wording::Other,
            skips: false,
            other_name: None,
        };
        towns.iter().map(town).collect()
    }
}

/// Likeness of the best of some answers, contradictions counted.
fn likest<'a, 'b: 'a>(answers: impl Iterator<Item = &'a Answer<'b>>) -> f32 {
    answers.map(|answer| answer.score.text - answer.score.commune).fold(f32::MIN, f32::max)
}

/// Whether a reading has a number, or is of all that was typed and begins with a type of street.
fn asks_for_an_address(query: &Query) -> bool {
    query.number.is_some()
        || (query.faith >= WHOLE && query.words.iter().find(|word| !is_size(word)).is_some_and(noise::begins_address))
}

/// Whether some reading leaves a street to be looked for in the town or the postcode typed: « rue de bron » leaves none.
fn names_town(queries: &[Query]) -> bool {
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit());
    let is_telling = |word: &&Word| !normalize::is_article(&word.typed) && !is_number(word);
    queries.iter().any(|query| {
        let is_said = query.said.postcode.is_some() || query.scope.as_ref().is_some_and(|scope| scope.whole);
        is_said && query.words.iter().filter(is_telling).count() > 1
    })
}

/// « Grande Rue », « Vieille Route de Lyon »
fn is_size(word: &Word) -> bool {
    matches!(&word.typed[..], "grande" | "grand" | "petite" | "petit" | "vieille" | "vieux")
}
