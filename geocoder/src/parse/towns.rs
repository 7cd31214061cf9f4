//! The towns a text may name: by a postcode, by a name at its end, at its beginning, half typed, misspelt. Each way
//! leaves the words of what is looked for there.

use crate::{
    gazetteer::Gazetteer,
    normalize::{self, Word},
    parse::{Said, Scope, TOWN_WORDS, Typed},
    places::Places,
    postcodes,
};

/// The words left once a town has been read, and that town.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub words: Vec<Word>,
    pub unfinished: bool,
    pub scope: Option<Scope>,
    pub said: Said,
    pub faith: f32,
}

impl Reading {
    fn plain(words: &[Word], unfinished: bool) -> Self {
        Self { words: words.to_vec(), unfinished, scope: None, said: Said::default(), faith: 1.0 }
    }

    fn named(words: &[Word], unfinished: bool, towns: &[u32], whole: bool) -> Self {
        let scope = Scope { towns: towns.to_vec(), whole };
        let named = whole.then(|| scope.towns.clone());
        let said = Said { named, ..Said::default() };
        Self { scope: Some(scope), said, ..Self::plain(words, unfinished) }
    }
}

pub(super) fn readings(typed: &Typed, gazetteer: &Gazetteer, places: &Places, respell: bool) -> Vec<Reading> {
    let (words, unfinished) = (&typed.words, typed.unfinished);
    let Some((at, code, towns)) = postcode(words, gazetteer) else {
        let mut readings = named_readings(words, unfinished, gazetteer, places, respell);
        readings.push(Reading::plain(words, unfinished));
        return readings;
    };
    let (before, after) = (&words[..at], &words[at + 1..]);
    let rest: Vec<Word> = before.iter().chain(after).cloned().collect();
    let unfinished = unfinished && !after.is_empty();
    let mut named = named_readings(&rest, unfinished, gazetteer, places, respell);
    named.retain(|reading| reading.scope.as_ref().is_some_and(|scope| scope.whole));
    if typed.cedex {
        named.push(Reading::plain(&rest, unfinished));
        return named;
    }
    let scope = (!towns.is_empty()).then(|| Scope { towns: towns.clone(), whole: true });
    let said = Said { postcode: Some((code, towns.clone())), ..Said::default() };
    let mut readings = Vec::new();
    for mut reading in named {
        reading.said.postcode.clone_from(&said.postcode);
        let common = reading.scope.as_ref().map(|scope| narrow(&scope.towns, &towns, places)).unwrap_or_default();
        if common.is_empty() && !says_a_name(&reading.words) {
            continue; // « 173 rue de Saint-Cyr 69009 »: no street is left without the town, it was its name
        }
        if common.is_empty() {
            reading.said.disputed = true;
            readings.extend(scope.clone().map(|scope| Reading { scope: Some(scope), ..reading.clone() }));
        } else if let Some(scope) = &mut reading.scope {
            scope.towns = common;
        }
        readings.push(reading);
    }
    // What follows a postcode is the town it serves, however it is spelt.
    if !before.is_empty() && !after.is_empty() && readings.is_empty() {
        readings.push(Reading { scope: scope.clone(), said: said.clone(), ..Reading::plain(before, false) });
    }
    readings.push(Reading { scope, said, ..Reading::plain(&rest, unfinished) });
    readings
}

/// Whether there is more than a type of street, articles and numbers.
pub(crate) fn says_a_name(words: &[Word]) -> bool {
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit()) && word.meanings.is_empty();
    let is_type = |word: &Word| normalize::is_street_type(word.canonical());
    words.iter().any(|word| !normalize::is_article(&word.typed) && !is_type(word) && !is_number(word))
}

/// The last word of five digits that is not the house number, and the towns it stands for.
fn postcode(words: &[Word], gazetteer: &Gazetteer) -> Option<(usize, u32, Vec<u32>)> {
    let at = words.iter().rposition(|word| postcodes::parse(&word.typed).is_some())?;
    let code = postcodes::parse(&words[at].typed)?;
    Some((at, code, gazetteer.postcode(&words[at].typed).map(<[u32]>::to_vec).unwrap_or_default()))
}

/// Towns of one list that lie in one of the other, whichever is the smaller.
fn narrow(a: &[u32], b: &[u32], places: &Places) -> Vec<u32> {
    let inside = |some: &[u32], of: &[u32]| -> Vec<u32> {
        some.iter().copied().filter(|&town| places.is_within(places.get(town), of)).collect()
    };
    let mut common = inside(a, b);
    common.extend(inside(b, a));
    common.sort_unstable();
    common.dedup();
    common
}

/// Readings that find a town at the end, its beginning at the end, or its name first; misspelt when asked to.
fn named_readings(
    words: &[Word],
    unfinished: bool,
    gazetteer: &Gazetteer,
    places: &Places,
    respell: bool,
) -> Vec<Reading> {
    let longest = words.len().min(TOWN_WORDS);
    let mut readings = Vec::new();
    if let Some((rest, towns)) = gazetteer.town_at_end(words) {
        readings.push(Reading::named(rest, false, towns, true));
        // « Lyon 3e Arrondissement, Lyon »: the town before it says more, when one is in the other.
        if let Some((rest, inner)) = gazetteer.town_at_end(rest) {
            let common = narrow(inner, towns, places);
            readings.extend((!common.is_empty()).then(|| Reading::named(rest, false, &common, true)));
        }
    } else if let Some((rest, towns)) = (1..longest.max(1)).rev().find_map(|len| {
        let (town, rest) = words.split_at(len);
        Some((rest, gazetteer.named(&key(town))?))
    }) {
        readings.push(Reading::named(rest, unfinished, towns, true));
    }
    if respell && readings.is_empty() {
        readings.extend(misspelt_town(words, gazetteer));
    }
    if unfinished
        && let Some((rest, towns)) = (1..longest).rev().find_map(|len| {
            let (rest, town) = words.split_at(words.len() - len);
            let towns = gazetteer.beginning(&key(&town[..len - 1]), &town[len - 1].typed);
            (!towns.is_empty()).then_some((rest, towns))
        })
    {
        readings.push(Reading::named(rest, false, &towns, false));
    }
    readings
}

/// The town the last words may have been meant for, the likeliest of all lengths.
fn misspelt_town(words: &[Word], gazetteer: &Gazetteer) -> Option<Reading> {
    let found = (1..=words.len().saturating_sub(1).min(4)).filter_map(|len| {
        let (rest, town) = words.split_at(words.len() - len);
        let (likeness, towns) = gazetteer.misspelt(&key(town))?;
        Some((likeness, rest, towns))
    });
    let (likeness, rest, towns) = found.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))?;
    let mut reading = Reading { faith: likeness, ..Reading::named(rest, false, &towns, true) };
    reading.said.respelt = true;
    Some(reading)
}

fn key(words: &[Word]) -> String {
    words.iter().map(Word::canonical).collect::<Vec<_>>().join(" ")
}
