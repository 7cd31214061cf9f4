//! Asking: every query of a class, each answer judged and its cost kept.

use geocoder::{Filter, Geocoder, MatchType, Near, Nearby, Request, Suggestion, Verdict};

use crate::{
    calibration::Evidence,
    classes::Group,
    corpus::Corpus,
    half_words,
    measure::{Cost, measured},
    partial,
    truth::{self, Ask, Found, LIST, Outcome, Query},
};

/// One class on one corpus, asked and judged.
pub(crate) struct Tally {
    pub class: String,
    pub group: Group,
    pub corpus: String,
    pub asked: Vec<Asked>,
}

/// One query, asked.
pub(crate) struct Asked {
    pub query: Query,
    /// The first three answers.
    pub found: Vec<Found>,
    pub outcome: Outcome,
    pub cost: Cost,
    /// Rank that prefix match and distance alone, or size, would give.
    pub ceiling: Option<usize>,
    /// What the first answer's score was made of.
    pub evidence: Option<Evidence>,
}

/// Asks all queries of a class; `answer` is the geocoder under test, or its peer.
pub(crate) fn tally(
    corpus: &Corpus,
    (class, group, source): (&str, Group, &str),
    queries: &[Query],
    mut answer: impl FnMut(&Query) -> (Vec<Found>, Cost),
) -> Tally {
    let mut asked = Vec::with_capacity(queries.len());
    for query in queries {
        let (mut found, cost) = answer(query);
        let outcome = truth::judge(corpus, query, &found);
        let evidence = Evidence::of(&found, outcome.passed);
        found.truncate(3);
        let is_half = class.starts_with("half-word");
        let ceiling = if is_half { half_words::ceiling(corpus, query) } else { partial::ceiling(corpus, query) };
        asked.push(Asked { query: query.clone(), found, outcome, cost, ceiling, evidence });
    }
    Tally { class: class.to_owned(), group, corpus: source.to_owned(), asked }
}

/// The geocoder under test; with `citycode`, the commune named is sent as a filter too.
pub(crate) fn ask(geocoder: &Geocoder, query: &Query, citycode: bool) -> (Vec<Found>, Cost) {
    let communes = if citycode { query.scope.clone() } else { Vec::new() };
    let filter = Filter { communes, ..Filter::default() };
    let (answers, cost) = match &query.ask {
        Ask::Search { text, finished, near } => {
            let near = near.map(Near::from);
            let request =
                Request { text: text.clone(), finished: *finished, near, limit: LIST, filter, objects: Vec::new() };
            measured(|| geocoder.search(&request))
        }
        Ask::Reverse(point) => {
            let nearby = Nearby { point: *point, limit: 1, radius_m: 1_000.0, filter, objects: Vec::new() };
            measured(|| geocoder.reverse(&nearby))
        }
    };
    // A query refused is a query without answer.
    (answers.unwrap_or_default().into_iter().map(found).collect(), cost)
}

fn found(suggestion: Suggestion) -> Found {
    let (verdicts, score) = (suggestion.verdicts, suggestion.score);
    let contradicts = [verdicts.commune, verdicts.postcode].contains(&Some(Verdict::Contradicts));
    Found {
        kind: suggestion.kind,
        contradicts,
        text: f64::from(score.text),
        standing: f64::from(score.text - score.number - score.commune - score.far - score.away),
        lacks: contradicts || matches!(verdicts.number, Some(Verdict::Unknown | Verdict::Partial)),
        match_type: match suggestion.match_type {
            MatchType::Exact => "exact",
            MatchType::Corrected => "corrected",
            MatchType::Interpolated => "interpolated",
            MatchType::Street => "street",
            MatchType::Commune => "commune",
        },
        score: f64::from(score.total()),
        id: suggestion.id,
        name: suggestion.name,
        number: suggestion.house_number,
        insee: suggestion.insee,
        city: suggestion.city,
        district: suggestion.district,
        postcode: suggestion.postcode,
        at: suggestion.position.at,
    }
}
