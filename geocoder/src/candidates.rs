//! A reading of the query → the few dozen places worth ranking. Every word is expanded over the index's own
//! vocabulary first (exact, unfinished, misspelt), so that ranking knows which form matched and how well:
//! tantivy scores fuzzy and prefix matches alike, hence recall here and ranking in `rank`.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use layers::{Bbox, LonLat};
use tantivy::{
    DocId, SegmentReader,
    collector::TopDocs,
    query::{BooleanQuery, FuzzyTermQuery, Occur, Query as EngineQuery, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    Error, Geocoder, Kind,
    normalize::{self, Word},
    parse::Query,
    places::{Place, Places},
    rank::{self, QueryWord},
};

/// How many places are ranked for one reading.
const RECALL: usize = 100;
/// Most spellings a misspelt word is expanded to.
const MAX_SPELLINGS: usize = 64;
/// A longer word is nobody's typing error: looking for its neighbours costs in proportion to its length.
const LONGEST_CORRECTED: usize = 30;

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
    pub geocoder: &'a Geocoder,
    pub near: Option<LonLat>,
    pub bbox: Option<Bbox>,
    pub kinds: Option<&'a [Kind]>,
    /// Misspelt words already expanded: readings share most of their words.
    spellings: HashMap<(String, bool), Vec<(String, f32)>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        geocoder: &'a Geocoder,
        near: Option<LonLat>,
        bbox: Option<Bbox>,
        kinds: Option<&'a [Kind]>,
    ) -> Self {
        Self { geocoder, near, bbox, kinds, spellings: HashMap::new() }
    }
}

/// The words of a reading with every form they may take in a name.
pub(crate) fn expand(context: &mut Context<'_>, query: &Query, tolerance: Tolerance) -> Result<Vec<QueryWord>, Error> {
    let last = query.words.len().saturating_sub(1);
    let mut expanded = Vec::with_capacity(query.words.len());
    for (at, word) in query.words.iter().enumerate() {
        let unfinished = query.unfinished && at == last;
        let mut forms = rank::forms(word);
        if tolerance > Tolerance::Exact {
            for (spelling, likeness) in spellings(context, at, word, unfinished)? {
                if forms.iter().all(|(form, _)| *form != spelling) {
                    forms.push((spelling, likeness));
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
    Ok(expanded)
}

/// Words of the index one letter away (two for long words), with their likeness. A word of two or three letters
/// is near too many others: it is only corrected into a street type, where those stand.
fn spellings(context: &mut Context<'_>, at: usize, word: &Word, unfinished: bool) -> Result<Vec<(String, f32)>, Error> {
    let typed = word.typed.as_str();
    let short = typed.len() < 4;
    let long = typed.len() > LONGEST_CORRECTED;
    if long || typed.bytes().any(|b| b.is_ascii_digit()) || (short && (unfinished || at > 1 || typed.len() < 2)) {
        return Ok(Vec::new());
    }
    let key = (typed.to_owned(), unfinished);
    if let Some(known) = context.spellings.get(&key) {
        return Ok(known.clone());
    }
    let letters = if typed.len() >= 8 { 2 } else { 1 };
    let term = context.geocoder.fields.word_term(typed);
    let query = if unfinished {
        FuzzyTermQuery::new_prefix(term, letters, true)
    } else {
        FuzzyTermQuery::new(term, letters, true)
    };
    let mut found = Vec::new();
    for segment in context.geocoder.reader.searcher().segment_readers() {
        let index = segment.inverted_index(context.geocoder.fields.word)?;
        let mut terms = index.terms().search(query.automaton()?).into_stream().map_err(tantivy::TantivyError::from)?;
        while terms.advance() {
            if let Ok(term) = std::str::from_utf8(terms.key())
                && (!short || normalize::is_street_type(term))
            {
                found.push((term.to_owned(), likeness(typed, term, unfinished)));
            }
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(MAX_SPELLINGS);
    context.spellings.insert(key, found.clone());
    Ok(found)
}

/// 1 for the same word, 0.15 less for each letter added, missing, wrong or swapped; half a letter more when it is the first.
fn likeness(typed: &str, term: &str, unfinished: bool) -> f32 {
    let distance = if unfinished {
        let lengths = typed.len().saturating_sub(2)..=(typed.len() + 2).min(term.len());
        lengths.filter_map(|len| term.get(..len)).map(|start| strsim::osa_distance(typed, start)).min().unwrap_or(2)
    } else {
        strsim::osa_distance(typed, term)
    };
    let first = if typed.as_bytes().first() == term.as_bytes().first() { 0.0 } else { 0.075 };
    let letters = u8::try_from(distance).unwrap_or(u8::MAX);
    (1.0 - 0.15 * f32::from(letters) - first).max(0.1)
}

/// The places to rank for one reading, those of a named town when it names one.
pub(crate) fn candidates(
    context: &Context<'_>,
    query: &Query,
    words: &[QueryWord],
    tolerance: Tolerance,
) -> Result<Vec<u32>, Error> {
    if words.is_empty() {
        return Ok(query.scope.as_ref().map(|scope| scope.towns.clone()).unwrap_or_default());
    }
    let Some(mut clauses) = word_clauses(context, words, tolerance) else { return Ok(Vec::new()) };
    let fields = context.geocoder.fields;
    if let Some(scope) = &query.scope {
        let towns = scope.towns.iter().map(|&town| tantivy::Term::from_field_u64(fields.town, u64::from(town)));
        clauses.push((Occur::Must, any_of(towns)));
    }
    if let Some(kinds) = kinds_wanted(context.kinds, query) {
        let terms = kinds.into_iter().map(|kind| tantivy::Term::from_field_text(fields.kind, kind.as_str()));
        clauses.push((Occur::Must, any_of(terms)));
    }
    let collector = TopDocs::with_limit(RECALL).order_by(recall_key(context, words));
    let found = context.geocoder.reader.searcher().search(&BooleanQuery::new(clauses), &collector)?;
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
    let fields = context.geocoder.fields;
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
) -> impl Fn(&SegmentReader) -> RecallKey + Send + Sync + 'static {
    let (near, bbox) = (context.near, context.bbox);
    let typed = words.iter().filter(|word| !word.article).count() as f32;
    let places: Arc<Places> = context.geocoder.places.clone();
    move |segment| {
        let column = segment.fast_fields().u64("place").ok().map(|column| column.first_or_default_col(0));
        let places = places.clone();
        Box::new(move |doc: DocId| {
            let index = column.as_ref().map_or(0, |column| column.get_val(doc));
            let place = places.get(u32::try_from(index).unwrap_or(u32::MAX));
            let key = if bbox.is_some_and(|bbox| !meets(place, bbox)) {
                f32::MIN
            } else {
                let completeness = (typed / f32::from(place.words().max(1))).min(1.0);
                let far = near.map_or(0.0, |near| rank::far(place, near));
                0.3 * completeness + 0.2 * rank::importance(place) - 4.0 * far
            };
            (key, Reverse(place.index))
        })
    }
}

type RecallKey = Box<dyn FnMut(DocId) -> (f32, Reverse<u32>)>;

fn meets(place: Place<'_>, bbox: Bbox) -> bool {
    let own = place.bbox();
    own.west <= bbox.east && bbox.west <= own.east && own.south <= bbox.north && bbox.south <= own.north
}
