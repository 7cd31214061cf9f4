//! A reading of the query → the few dozen places worth ranking. Every word is expanded over the index's own
//! vocabulary first (`expansion`), so that ranking knows which form matched and how well;
//! `matching` finds the places that hold the words, `recall` the best of them, and `rank` puts those in order.

use std::collections::{BTreeSet, HashSet};

use layers::LonLat;
use tantivy::{SegmentReader, Term};

use crate::{
    Error, Filter, Geocoder, Kind, Near, Request,
    effort::Effort,
    expansion::{Expansions, is_in_some_name},
    likeliest::Likeliest,
    lists::Lists,
    matching::{AnyOf, Matching},
    parse::Query,
    rank::QueryWord,
    recall::{Preference, recall},
    shard::Part,
};

/// How far a place may be from the words typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tolerance {
    /// Every word is there, the last one perhaps unfinished.
    Exact,
    /// Every word is there, give or take a letter.
    Corrected,
    /// Every word is there, give or take two letters.
    Loose,
    /// Half of the words that count are there, give or take a letter.
    Partial,
}

/// What every reading of one request shares.
pub(crate) struct Context<'a> {
    has_home: bool,
    /// What is searched.
    pub part: &'a Part,
    pub near: Option<Near>,
    filter: Filter,
    /// Towns of the filter.
    towns: Option<Vec<u32>>,
    /// Where places are looked for first, when it is not the asker's map.
    centre: Option<Near>,
    /// What is left to the search.
    pub effort: Effort,
    expansions: Expansions,
    lists: Lists,
    likeliest: Likeliest,
}

impl<'a> Context<'a> {
    pub(crate) fn new(geocoder: &'a Geocoder, part: &'a Part, request: &Request, effort: &Effort) -> Self {
        let filter = &request.filter;
        let code = |code: &String| geocoder.gazetteer.code(code).iter().copied();
        let towns = (!filter.communes.is_empty()).then(|| filter.communes.iter().flat_map(code).collect::<Vec<_>>());
        let towns = towns.map(|towns| part.towns(&towns).into_owned());
        Self {
            has_home: geocoder.has_home,
            part,
            near: request.near,
            filter: request.filter.clone(),
            towns,
            centre: None,
            effort: effort.clone(),
            expansions: Expansions::default(),
            lists: Lists::default(),
            likeliest: Likeliest::default(),
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

    /// The towns of a scope that are looked in, in the numbers of the part.
    fn likeliest(&mut self, towns: &[u32]) -> Vec<u32> {
        let near = self.centre.or(self.near).map(|near| near.at);
        let around = (&*self.part.shard.places, self.has_home);
        self.likeliest.of(&self.part.towns(towns), near, around, &self.effort).to_vec()
    }

    /// Whether a place may be an answer here: the one place where a place is hidden from a search.
    fn is_visible(&self, place: u32) -> bool {
        !self.part.hides(place)
    }
}

/// The words of a reading with every form they may take in a name.
pub(crate) fn expand(context: &mut Context<'_>, query: &Query, tolerance: Tolerance) -> Vec<QueryWord> {
    context.expansions.expand(query, tolerance, &context.part.shard.vocabulary, &context.effort)
}

/// The places to rank for one reading, those of a named town when it names one.
pub(crate) fn candidates(
    context: &mut Context<'_>,
    query: &Query,
    words: &[QueryWord],
    tolerance: Tolerance,
) -> Result<Vec<u32>, Error> {
    let scope = query.scope.as_ref().map(|scope| context.likeliest(&scope.towns));
    if words.is_empty() {
        return Ok(scope.filter(|_| context.part.is_first()).unwrap_or_default());
    }
    // An index is one segment, or none when it is empty.
    let searcher = context.part.shard.reader.searcher();
    let Some(segment) = searcher.segment_readers().first() else { return Ok(Vec::new()) };
    let Some(matching) = matching(context, segment, (query, words), scope.as_deref(), tolerance)? else {
        return Ok(Vec::new());
    };
    let near = context.centre.or(context.near);
    let typed = words.iter().filter(|word| !word.article).count();
    let preference = Preference::new(near, typed, context.has_home && query.scope.is_none());
    let visible = |index| context.is_visible(index).then(|| context.part.shard.places.get(index));
    Ok(recall(matching, &context.part.shard.stretches, preference, &context.filter, visible))
}

/// The words that a name must have: articles and initials only where nothing else was typed.
pub(crate) fn counting(words: &[QueryWord]) -> Vec<&QueryWord> {
    let telling: Vec<&QueryWord> = words.iter().filter(|word| !word.article && !word.initial).collect();
    if telling.is_empty() { words.iter().collect() } else { telling }
}

/// What a place must hold: one clause a word that counts; the towns of the scope and of the filter; the kinds wanted.
/// None for a reading that says too little.
fn matching(
    context: &mut Context<'_>,
    segment: &SegmentReader,
    (query, words): (&Query, &[QueryWord]),
    scope: Option<&[u32]>,
    tolerance: Tolerance,
) -> Result<Option<Matching>, Error> {
    let Context { part, filter, towns, effort, lists, .. } = context;
    let (fields, index) = (part.shard.fields, (segment, part.shard.fields));
    let mut counting = counting(words);
    // Most readings of a misspelt text end here: a word that no name has costs no list.
    let vocabulary = &part.shard.vocabulary;
    if tolerance < Tolerance::Partial && !counting.iter().all(|word| is_in_some_name(word, vocabulary)) {
        return Ok(None);
    }
    let mut all = Vec::new();
    for towns in scope.into_iter().chain(towns.as_deref()) {
        all.push(lists.in_towns(towns, index, effort)?);
    }
    if let Some(kinds) = kinds_wanted(filter.kinds.as_deref(), query) {
        let terms = kinds.into_iter().map(|kind| Term::from_field_text(fields.kind, kind.as_str()));
        all.push(AnyOf::read(segment, terms, effort)?);
    }
    let half = counting.iter().filter(|word| word.weight >= 1.0).count().div_ceil(2);
    // A word said again asks for nothing more.
    let mut said = HashSet::new();
    counting.retain(|word| said.insert((&word.forms[0].0, &word.beginning)));
    let clause = |word: &&QueryWord| lists.with_word(word, index, effort);
    if tolerance < Tolerance::Partial {
        all.extend(counting.iter().map(clause).collect::<Result<Vec<_>, _>>()?);
        return Ok(Some(Matching::new(all, Vec::new(), 0, effort)));
    }
    counting.retain(|word| word.weight >= 1.0);
    let some = counting.iter().map(clause).collect::<Result<Vec<_>, _>>()?;
    let half = half.min(some.len());
    Ok((half > 0).then(|| Matching::new(all, some, half, effort))) // « rue » alone is no reason to answer
}

/// A house is a number inside a street or a lieu-dit; nothing is wanted of a reading without number when only houses
/// are.
fn kinds_wanted(kinds: Option<&[Kind]>, query: &Query) -> Option<BTreeSet<Kind>> {
    let kinds = kinds?;
    let mut wanted: BTreeSet<Kind> = kinds.iter().copied().filter(|&kind| kind != Kind::House).collect();
    if kinds.contains(&Kind::House) && query.number.is_some() {
        wanted.extend([Kind::Street, Kind::Locality]);
    }
    Some(wanted)
}
