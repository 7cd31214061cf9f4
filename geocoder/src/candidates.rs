//! A reading of the query → the few dozen places worth ranking. Every word is expanded over the index's own
//! vocabulary first (exact, unfinished, misspelt), so that ranking knows which form matched and how well:
//! tantivy scores fuzzy and prefix matches alike, hence recall here and ranking in `rank`.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use layers::LonLat;
use tantivy::{
    DocId, SegmentReader,
    collector::TopDocs,
    query::{BooleanQuery, Occur, Query as EngineQuery, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    Error, Filter, Geocoder, Kind, Near, Request, filter, normalize,
    parse::Query,
    places::Places,
    rank::{self, QueryWord},
    shard::Part,
    vocabulary::Spelling,
};

/// How many places are ranked for one reading.
const RECALL: usize = 100;

/// How far a place may be from the words typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tolerance {
    /// Every word is there, the last one perhaps unfinished.
    Exact,
    /// Every word is there, give or take a letter.
    Corrected,
    /// Half of the words that count are there, give or take a letter.
    Partial,
}

/// What every reading of one request shares.
pub(crate) struct Context<'a> {
    has_home: bool,
    /// What is searched.
    pub part: &'a Part,
    pub near: Option<Near>,
    filter: Arc<Filter>,
    /// Towns of the filter.
    towns: Option<Vec<u32>>,
    /// Where places are looked for first, when it is not the asker's map.
    centre: Option<Near>,
    /// Misspelt words already expanded: readings share most of their words.
    spellings: HashMap<(String, bool, bool), Vec<Spelling>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(geocoder: &'a Geocoder, part: &'a Part, request: &Request) -> Self {
        let filter = &request.filter;
        let code = |code: &String| geocoder.gazetteer.code(code).iter().copied();
        let towns = (!filter.communes.is_empty()).then(|| filter.communes.iter().flat_map(code).collect::<Vec<_>>());
        let towns = towns.map(|towns| part.towns(&towns).into_owned());
        Self {
            has_home: geocoder.has_home,
            part,
            near: request.near,
            filter: Arc::new(request.filter.clone()),
            towns,
            centre: None,
            spellings: HashMap::new(),
        }
    }

    /// Looks around a point first, whatever the asker's map shows.
    pub(crate) fn centre_on(&mut self, at: Option<LonLat>) {
        self.centre = at.map(Near::from);
    }

    /// Looks around the asker's map again.
    pub(crate) fn centre_back(&mut self) {
        self.centre = None;
    }

    fn spellings(&mut self, typed: &str, beginning: bool, as_type: bool) -> &[Spelling] {
        let vocabulary = &self.part.shard.vocabulary;
        let key = (typed.to_owned(), beginning, as_type);
        self.spellings.entry(key).or_insert_with(|| vocabulary.spellings(typed, beginning, as_type))
    }
}

/// The words of a reading with every form they may take in a name.
pub(crate) fn expand(context: &mut Context<'_>, query: &Query, tolerance: Tolerance) -> Vec<QueryWord> {
    let last = query.words.len().saturating_sub(1);
    let mut expanded = Vec::with_capacity(query.words.len());
    for (at, word) in query.words.iter().enumerate() {
        let unfinished = query.unfinished && at == last;
        let mut forms = rank::forms(word);
        if tolerance > Tolerance::Exact {
            for spelling in context.spellings(&word.typed, unfinished, at <= 1) {
                if forms.iter().all(|(form, _)| *form != spelling.word) {
                    forms.push((spelling.word.clone(), spelling.likeness));
                }
            }
        }
        expanded.push(QueryWord {
            forms,
            beginning: unfinished.then(|| word.typed.clone()),
            weight: rank::weight(at, word.canonical()),
            article: normalize::is_article(&word.typed) && !unfinished,
        });
    }
    expanded
}

/// The places to rank for one reading, those of a named town when it names one.
pub(crate) fn candidates(
    context: &Context<'_>,
    query: &Query,
    words: &[QueryWord],
    tolerance: Tolerance,
) -> Result<Vec<u32>, Error> {
    if words.is_empty() {
        let scope = query.scope.as_ref().filter(|_| context.part.is_first());
        return Ok(scope.map(|scope| scope.towns.clone()).unwrap_or_default());
    }
    let Some(mut clauses) = word_clauses(context, words, tolerance) else { return Ok(Vec::new()) };
    let fields = context.part.shard.fields;
    let scope = query.scope.as_ref().map(|scope| context.part.towns(&scope.towns));
    for towns in scope.as_deref().into_iter().chain(context.towns.as_deref()) {
        let towns = towns.iter().map(|&town| tantivy::Term::from_field_u64(fields.town, u64::from(town)));
        clauses.push((Occur::Must, any_of(towns)));
    }
    if let Some(kinds) = kinds_wanted(context.filter.kinds.as_deref(), query) {
        let terms = kinds.into_iter().map(|kind| tantivy::Term::from_field_text(fields.kind, kind.as_str()));
        clauses.push((Occur::Must, any_of(terms)));
    }
    let collector = TopDocs::with_limit(RECALL).order_by(recall_key(context, words, query.scope.is_some()));
    let found = context.part.shard.reader.searcher().search(&BooleanQuery::new(clauses), &collector)?;
    Ok(found.into_iter().filter(|((key, _), _)| *key > f32::MIN).map(|((_, Reverse(place)), _)| place).collect())
}

/// A house is a number inside a street or a lieu-dit; nothing is wanted of a reading without number when only houses are.
fn kinds_wanted(kinds: Option<&[Kind]>, query: &Query) -> Option<BTreeSet<Kind>> {
    let kinds = kinds?;
    let mut wanted: BTreeSet<Kind> = kinds.iter().copied().filter(|&kind| kind != Kind::House).collect();
    if kinds.contains(&Kind::House) && query.number.is_some() {
        wanted.extend([Kind::Street, Kind::Locality]);
    }
    Some(wanted)
}

/// One clause a word that counts, articles left out unless there is nothing else.
fn word_clauses(
    context: &Context<'_>,
    words: &[QueryWord],
    tolerance: Tolerance,
) -> Option<Vec<(Occur, Box<dyn EngineQuery>)>> {
    let counting: Vec<&QueryWord> = words.iter().filter(|word| !word.article).collect();
    let counting = if counting.is_empty() { words.iter().collect() } else { counting };
    let clauses = counting.iter().map(|word| word_query(context, word));
    if tolerance < Tolerance::Partial {
        return Some(clauses.map(|clause| (Occur::Must, clause)).collect());
    }
    let telling = counting.iter().filter(|word| word.weight >= 1.0).count();
    if telling == 0 {
        return None; // « rue » alone is no reason to answer
    }
    let some = clauses.zip(&counting).filter(|(_, word)| word.weight >= 1.0).map(|(clause, _)| (Occur::Should, clause));
    let half = BooleanQuery::with_minimum_required_clauses(some.collect(), telling.div_ceil(2));
    Some(vec![(Occur::Must, Box::new(half))])
}

fn word_query(context: &Context<'_>, word: &QueryWord) -> Box<dyn EngineQuery> {
    let fields = context.part.shard.fields;
    let forms = word.forms.iter().map(|(form, _)| fields.word_term(form));
    any_of(forms.chain(word.beginning.as_deref().map(|beginning| fields.beginning_term(beginning))))
}

fn any_of(terms: impl Iterator<Item = tantivy::Term>) -> Box<dyn EngineQuery> {
    let mut queries: Vec<Box<dyn EngineQuery>> = terms
        .map(|term| -> Box<dyn EngineQuery> { Box::new(TermQuery::new(term, IndexRecordOption::Basic)) })
        .collect();
    match queries.pop() {
        Some(only) if queries.is_empty() => only,
        Some(last) => {
            queries.push(last);
            Box::new(BooleanQuery::union(queries))
        }
        None => Box::new(tantivy::query::EmptyQuery),
    }
}

/// What decides, among more matches than are ranked: near the centre, as few other words as possible, much lived in.
fn recall_key(
    context: &Context<'_>,
    words: &[QueryWord],
    is_scoped: bool,
) -> impl Fn(&SegmentReader) -> RecallKey + Send + Sync + 'static {
    let (near, filter) = (context.centre.or(context.near), Arc::clone(&context.filter));
    let typed = words.iter().filter(|word| !word.article).count() as f32;
    let places: Arc<Places> = context.part.shard.places.clone();
    let prefers_home = context.has_home && !is_scoped;
    let hidden = context.part.hidden.clone();
    move |segment| {
        let column = segment.fast_fields().u64("place").ok().map(|column| column.first_or_default_col(0));
        let (places, filter, hidden) = (places.clone(), filter.clone(), hidden.clone());
        Box::new(move |doc: DocId| {
            let index = column.as_ref().map_or(0, |column| column.get_val(doc));
            let place = places.get(u32::try_from(index).unwrap_or(u32::MAX));
            let is_hidden = hidden.contains(place.index);
            let key = if !is_hidden && filter::may_hold(&filter, place) {
                let completeness = (typed / f32::from(place.words().max(1))).min(1.0);
                let far = near.map_or(0.0, |near| rank::fading(rank::metres_to(place, near.at), near));
                let away = if prefers_home && !place.is_metropole() { 0.4 } else { 0.0 };
                0.3 * completeness + 0.2 * rank::importance(place) - 4.0 * far - away
            } else {
                f32::MIN
            };
            (key, Reverse(place.index))
        })
    }
}

type RecallKey = Box<dyn FnMut(DocId) -> (f32, Reverse<u32>)>;
