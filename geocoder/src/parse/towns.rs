//! The towns a text may name: by a postcode, by a name at its end, at its beginning, half typed, misspelt. Each way
//! leaves the words of what is looked for there.

use crate::{
    gazetteer::Gazetteer,
    noise::{is_digits, is_type},
    normalize::{self, Word},
    parse::{Said, Scope, TOWN_WORDS, Typed},
    places::Places,
    postcodes,
};

/// How far the second arrondissement is from « Paris 2 rue … », which may be the second house of a street of Paris; the
/// less likely of the two readings gives way to the other where both are answered by one street.
const SECOND_READING: f32 = 0.995;

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
    let look = Look { gazetteer, places, respell, whole: typed.faith >= 1.0, towns: None };
    let Some((at, code, towns)) = postcode(words, gazetteer) else {
        let mut readings = look.named(words, unfinished);
        readings.push(Reading::plain(words, unfinished));
        return readings;
    };
    let (before, after) = (&words[..at], &words[at + 1..]);
    let rest: Vec<Word> = before.iter().chain(after).cloned().collect();
    let unfinished = unfinished && !after.is_empty();
    let mut named = Look { towns: Some(&towns), ..look }.named(&rest, unfinished);
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
        let within = |towns| reading.scope.as_ref().map(|scope| narrow(&scope.towns, towns, places));
        let mut common = within(&towns).unwrap_or_default();
        // « 69003 Albigny »: of the town named it is the INSEE code, however many others it is a postcode of.
        let by_code = gazetteer.code_that_is_postcode(&words[at].typed).filter(|_| common.is_empty());
        if let Some(of_code) = by_code.and_then(within).filter(|of_code| !of_code.is_empty()) {
            reading.said.postcode = Some((code, of_code.clone()));
            common = of_code;
        }
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

/// The readings of five digits that are a postcode as the INSEE code that they are too: 69003 is one of Lyon, and the
/// code of Albigny-sur-Saône.
pub(super) fn by_code(typed: &Typed, gazetteer: &Gazetteer) -> Option<Reading> {
    let (at, code, _) = postcode(&typed.words, gazetteer)?;
    let towns = gazetteer.code_that_is_postcode(&typed.words[at].typed)?.to_vec();
    let mut words = typed.words.clone();
    words.remove(at);
    let scope = Some(Scope { towns: towns.clone(), whole: true });
    let said = Said { postcode: Some((code, towns)), ..Said::default() };
    Some(Reading { scope, said, ..Reading::plain(&words, typed.unfinished && at < words.len()) })
}

/// How towns are looked for in some words.
#[derive(Clone, Copy)]
struct Look<'g> {
    gazetteer: &'g Gazetteer,
    places: &'g Places,
    /// Misspelt too.
    respell: bool,
    /// The words are of the whole text: a town may be all that was typed.
    whole: bool,
    /// Those that a postcode says.
    towns: Option<&'g [u32]>,
}

impl<'g> Look<'g> {
    /// Readings that find a town at the end, its beginning at the end, or its name first; misspelt when asked to.
    fn named(self, words: &[Word], unfinished: bool) -> Vec<Reading> {
        let mut readings = self.at_end(words);
        let left = readings.first().map_or(words.len(), |reading| reading.words.len());
        readings.extend(self.at_beginning(words, left, unfinished));
        if readings.is_empty() {
            readings.extend(self.arrondissement(words));
        }
        if self.respell && readings.is_empty() {
            readings.extend(misspelt_town(words, self.gazetteer));
        }
        // « Fontaines sr Saone » begins with the name of two towns, and is that of one.
        if self.respell && self.whole {
            readings.extend(misspelt_alone(words, self.gazetteer));
        }
        if unfinished {
            readings.extend(self.half_typed(words));
        }
        readings
    }

    fn at_end(self, words: &[Word]) -> Vec<Reading> {
        let Some((rest, towns)) = self.gazetteer.town_at_end(words) else { return Vec::new() };
        // « Lyon 3e Arrondissement, Lyon », « 3e Lyon »: the town before it says more, when one is in the other.
        let inner = self.gazetteer.town_at_end(rest).or_else(|| self.ordinal_at_end(rest));
        let inner = inner.map(|(rest, inner)| (rest, narrow(inner, towns, self.places)));
        let inner = inner.filter(|(_, common)| !common.is_empty());
        let readings = [Some(Reading::named(rest, false, towns, true))].into_iter();
        readings.chain([inner.map(|(rest, common)| Reading::named(rest, false, &common, true))]).flatten().collect()
    }

    /// The town a text begins with, among the words that one at its end leaves. With a town at the end, an address must
    /// begin after it: « Paris, 2 rue de Lyon ».
    fn at_beginning(self, words: &[Word], left: usize, unfinished: bool) -> Vec<Reading> {
        let longest = words.len().min(TOWN_WORDS).min(left.max(1));
        let Some((len, towns)) = (1..longest).rev().find_map(|len| Some((len, self.gazetteer.town(&words[..len])?)))
        else {
            return Vec::new();
        };
        let begins_address = words[len].typed.starts_with(|c: char| c.is_ascii_digit()) || is_type(&words[len]);
        if left < words.len() && !begins_address {
            return Vec::new();
        }
        let mut readings = vec![Reading::named(&words[len..], unfinished, towns, true)];
        if let Some(city) = self.city_before_number(&words[..=len]) {
            // Both readings of « Paris 2 rue … ». The postcode, when there is one, says which.
            readings[0].faith = SECOND_READING;
            readings.push(Reading::named(&words[len - 1..], unfinished, city, true));
            let agrees = |reading: &Reading| {
                let scope = reading.scope.as_ref().zip(self.towns);
                scope.is_none_or(|(scope, towns)| !narrow(&scope.towns, towns, self.places).is_empty())
            };
            if readings.iter().any(agrees) {
                readings.retain(agrees);
            }
        }
        readings
    }

    /// The city of an arrondissement whose number may be that of a house: nothing but a street may follow.
    fn city_before_number(self, words: &[Word]) -> Option<&'g [u32]> {
        let [city @ .., number, next] = words else { return None };
        let is_house = is_digits(&number.typed) && !number.typed.starts_with('0');
        let is_followed = !next.typed.starts_with(|c: char| c.is_ascii_digit());
        self.gazetteer.town(city).filter(|_| is_house && is_followed)
    }

    /// « 12 rue Julien 3e »: the arrondissements of that number. A promise only after an address: « route 2e » may be
    /// a name.
    fn arrondissement(self, words: &[Word]) -> Option<Reading> {
        let (rest, towns) = self.ordinal_at_end(words)?;
        let is_address = rest.iter().any(|word| word.typed.starts_with(|c: char| c.is_ascii_digit()));
        Some(Reading::named(rest, false, towns, is_address))
    }

    /// The words before an ordinal (`3e`, `3 ème`) that a name may end before, and the arrondissements of that number.
    fn ordinal_at_end<'w>(self, words: &'w [Word]) -> Option<(&'w [Word], &'g [u32])> {
        let (last, before) = words.split_last()?;
        let is_ending = matches!(&last.typed[..], "e" | "em" | "eme" | "ieme" | "er");
        let (rest, number) = match before.split_last() {
            Some((number, rest)) if is_ending && is_digits(&number.typed) => (rest, number.typed.as_str()),
            _ if is_digits(last.canonical()) && !is_digits(&last.typed) => (before, last.canonical()),
            _ => return None,
        };
        let may_end = rest.last().is_some_and(|word| !normalize::is_article(&word.typed) && !is_type(word));
        let towns = self.gazetteer.named(&format!("{number} arrondissement"))?;
        (may_end && says_a_name(rest)).then_some((rest, towns))
    }

    /// The towns whose name the last words begin.
    fn half_typed(self, words: &[Word]) -> Option<Reading> {
        (1..words.len().min(TOWN_WORDS)).rev().find_map(|len| {
            let (rest, town) = words.split_at(words.len() - len);
            let towns = self.gazetteer.beginning(&key(&town[..len - 1]), &town[len - 1].typed);
            (!towns.is_empty()).then(|| Reading::named(rest, false, &towns, false))
        })
    }
}

/// The town the last words may have been meant for, the likeliest of all lengths.
fn misspelt_town(words: &[Word], gazetteer: &Gazetteer) -> Option<Reading> {
    let found = (1..=words.len().saturating_sub(1).min(4)).filter_map(|len| {
        let (rest, town) = words.split_at(words.len() - len);
        let (likeness, towns) = gazetteer.misspelt(&key(town), false)?;
        Some((likeness, rest, towns))
    });
    let (likeness, rest, towns) = found.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))?;
    Some(respelt(rest, &towns, likeness))
}

/// The town that all the words may have been meant for: none of them is a number, or a type of street first.
fn misspelt_alone(words: &[Word], gazetteer: &Gazetteer) -> Option<Reading> {
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit());
    let may_be = words.len() <= TOWN_WORDS && !words.iter().any(is_number) && !words.first().is_some_and(is_type);
    let (likeness, towns) = may_be.then(|| gazetteer.misspelt(&key(words), true))??;
    Some(respelt(&[], &towns, likeness))
}

fn respelt(rest: &[Word], towns: &[u32], likeness: f32) -> Reading {
    let mut reading = Reading { faith: likeness, ..Reading::named(rest, false, towns, true) };
    reading.said.respelt = true;
    reading
}

fn key(words: &[Word]) -> String {
    words.iter().map(Word::canonical).collect::<Vec<_>>().join(" ")
}
