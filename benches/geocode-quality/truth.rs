//! What is asked, what a right answer is, and the judging of an answer, whichever geocoder gave it.

use geocoder::{Kind, ground_distance_m};
use layers::LonLat;

use crate::corpus::Corpus;

/// One question, with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub ask: Ask,
    pub wanted: Wanted,
    /// INSEE codes of the communes the text names rightly; empty where it names none.
    pub scope: Vec<String>,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Search { text: String, finished: bool, near: Option<LonLat> },
    Reverse(LonLat),
}

/// What is right.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// Any of these addresses.
    House(Vec<u32>),
    /// Any of these streets, and no house of theirs.
    Street(Vec<u32>),
    /// An address at this distance or nearer, in metres.
    Nearest(f64),
    /// What geocoder-tester expects.
    Expected(Box<crate::tester::Expected>),
    /// Nothing: what was asked is not in the index.
    Nothing,
}

/// One answer, in the words both geocoders have.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub kind: Kind,
    pub id: String,
    pub name: String,
    pub number: Option<String>,
    pub insee: String,
    pub city: String,
    pub district: Option<String>,
    pub postcode: Option<String>,
    pub at: LonLat,
    pub score: f64,
    /// How it was reached, for a geocoder that says it.
    pub match_type: &'static str,
    /// It says that the commune or the postcode typed is not that of the answer.
    pub contradicts: bool,
    /// Likeness of the words, and what the answer is put in order by, size apart; for a geocoder that says them.
    pub text: f64,
    pub standing: f64,
    /// Something typed is not there (a number, a suffix) or is contradicted: the score is kept low, however sure the
    /// street is.
    pub lacks: bool,
}

/// How the answers to one question fared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Rank of the first right answer among the first five, from 1.
    pub rank: Option<usize>,
    /// First, or as far down as a given case allows.
    pub passed: bool,
    pub answers: usize,
    /// Answers that lie outside the commune named; where nothing is right, those that do not say so.
    pub outside: usize,
    /// House numbers that are no row of the index.
    pub invented: usize,
    pub score: f64,
    pub house: bool,
    /// In the first three, said to contradict, and below the score of confidence.
    pub said: bool,
}

/// From this score up, an answer is taken without a look.
pub(crate) const CONFIDENT: f64 = 0.8;
/// How far in a list an answer may be.
pub(crate) const LIST: usize = 5;
/// Degrees are packed in steps of about a centimetre; nearest is nearest up to this.
const SAME_PLACE_M: f64 = 0.1;

/// Whether nothing is right for the queries of a class.
pub(crate) fn is_nowhere(class: &str) -> bool {
    matches!(class, "removed" | "foreign-street" | "nowhere-number" | "nowhere-alone" | "nowhere-number-after")
}

impl Query {
    pub(crate) fn text(&self) -> String {
        match &self.ask {
            Ask::Search { text, .. } => text.clone(),
            Ask::Reverse(at) => format!("{:.6}, {:.6}", at.lon, at.lat),
        }
    }
}

impl Outcome {
    pub(crate) fn confident(&self) -> bool {
        self.answers > 0 && self.score >= CONFIDENT
    }
}

/// Holds a list of answers, best first, against the truth.
pub(crate) fn judge(corpus: &Corpus, query: &Query, found: &[Found]) -> Outcome {
    let right = |answer: &Found| is_right(corpus, query, answer);
    let list = &found[..found.len().min(LIST)];
    // An address that is not in the index reads as one in the wrong commune, which is to be said.
    let may_contradict = matches!(query.wanted, Wanted::Nothing);
    let outside = |answer: &&Found| {
        let is_inside = query.scope.is_empty() || query.scope.iter().any(|insee| covers(&answer.insee, insee));
        let is_said = may_contradict && answer.contradicts;
        !is_inside && !is_said
    };
    let rank = list.iter().position(right).map(|at| at + 1);
    let allowed = if let Wanted::Expected(expected) = &query.wanted { expected.limit } else { 1 };
    Outcome {
        rank,
        passed: rank.is_some_and(|rank| rank <= allowed),
        answers: list.len(),
        outside: list.iter().filter(outside).count(),
        invented: list.iter().filter(|answer| is_invented(corpus, answer)).count(),
        score: list.first().map_or(0.0, |answer| answer.score),
        house: list.first().is_some_and(|answer| answer.kind == Kind::House),
        said: list.iter().take(3).any(|answer| right(answer) && answer.contradicts && answer.score < CONFIDENT),
    }
}

fn is_right(corpus: &Corpus, query: &Query, answer: &Found) -> bool {
    match &query.wanted {
        Wanted::House(houses) => {
            answer.number.is_some() && house_of(corpus, answer).is_some_and(|house| houses.contains(&house))
        }
        Wanted::Street(streets) => {
            answer.kind != Kind::House
                && corpus.street_at(&answer.insee, &answer.name).is_some_and(|street| streets.contains(&street))
        }
        Wanted::Nearest(metres) => match (&query.ask, house_of(corpus, answer)) {
            (Ask::Reverse(point), Some(house)) => {
                let positions = corpus.addresses[house as usize].positions.iter();
                positions.map(|&at| ground_distance_m(*point, at)).any(|found| found <= metres + SAME_PLACE_M)
            }
            _ => false,
        },
        Wanted::Expected(expected) => expected.is_met(answer),
        Wanted::Nothing => false,
    }
}

/// The address an answer is, by its identifier, else by commune, street and number.
fn house_of(corpus: &Corpus, answer: &Found) -> Option<u32> {
    corpus.by_id(&answer.id).or_else(|| by_place(corpus, answer))
}

fn by_place(corpus: &Corpus, answer: &Found) -> Option<u32> {
    corpus.house(corpus.street_at(&answer.insee, &answer.name)?, answer.number.as_deref()?)
}

/// A house number that is no row of the index: unknown in that street, or taken out beforehand.
fn is_invented(corpus: &Corpus, answer: &Found) -> bool {
    answer.number.is_some() && by_place(corpus, answer).is_none_or(|house| corpus.addresses[house as usize].removed)
}

/// Whether an answer's commune is the one named, or the whole city whose arrondissement was named.
fn covers(answer: &str, named: &str) -> bool {
    answer == named || answer == parent(named)
}

/// The city of an arrondissement of Paris or Lyon, else the commune itself.
pub(crate) fn parent(insee: &str) -> &str {
    match insee {
        paris if paris.starts_with("751") => "75056",
        lyon if lyon.starts_with("6938") => "69123",
        commune => commune,
    }
}
