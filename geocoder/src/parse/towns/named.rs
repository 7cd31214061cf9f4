//! The towns named in some words: at their end, at their beginning, by the number of an arrondissement, half typed,
//! misspelt. A text may be read in several of these ways.

use super::{Reading, narrow, says_a_name};
use crate::{
    gazetteer::Gazetteer,
    noise::{is_digits, is_type},
    normalize::{self, Word},
    parse::TOWN_WORDS,
    places::Places,
};

/// How far the second arrondissement is from « Paris 2 rue … », which may be the second house of a street of Paris; the
/// less likely of the two readings gives way to the other where both are answered by one street.
const SECOND_READING: f32 = 0.995;

/// How far the last words of a town's name are from all of it.
const LAST_OF_NAME: f32 = 0.97;

/// How far a town is of which a finished text has but the beginning.
const BEGUN: f32 = 0.97;
/// Letters of the shortest beginning of a town in a text that is finished.
const SHORTEST_BEGINNING: usize = 3;

/// How towns are looked for in some words.
#[derive(Clone, Copy)]
pub(super) struct Look<'g> {
    pub gazetteer: &'g Gazetteer,
    pub places: &'g Places,
    /// Misspelt too.
    pub respell: bool,
    /// The words are of the whole text: a town may be all that was typed.
    pub whole: bool,
    /// Those that a postcode says.
    pub towns: Option<&'g [u32]>,
}

impl<'g> Look<'g> {
    /// Readings that find a town at the end, its beginning at the end, or its name first; misspelt when asked to.
    pub(super) fn named(self, words: &[Word], unfinished: bool) -> Vec<Reading> {
        let mut readings = self.at_end(words);
        let left = readings.first().map_or(words.len(), |reading| reading.words.len());
        readings.extend(self.at_beginning(words, left, unfinished));
        if readings.is_empty() {
            readings.extend(self.arrondissement(words));
        }
        if self.respell && readings.is_empty() {
            readings.extend(misspelt_town(words, self.gazetteer));
            readings.extend(last_of_name(words, self.gazetteer));
            let begun = self.half_typed(words).filter(|_| !unfinished && is_begun(words));
            readings.extend(begun.map(|reading| Reading { faith: BEGUN, ..reading }));
        } else if self.respell && left < words.len() {
            readings.extend(misspelt_before(words, left, self.gazetteer));
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
        // « rue de Lyon, Lyon »: no street is left without the first, it was of its name.
        let is_said = |rest: &[Word]| rest.is_empty() || says_a_name(rest);
        let inner = inner.filter(|(rest, common)| !common.is_empty() && is_said(rest));
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
        let inner: Vec<Reading> = readings.iter().filter_map(|reading| self.narrowed(reading)).collect();
        readings.extend(inner);
        readings
    }

    /// « Lyon, 12 rue Julien 3e »: the same reading, in the arrondissement that its words end with.
    fn narrowed(self, reading: &Reading) -> Option<Reading> {
        let (rest, towns) = self.ordinal_at_end(&reading.words)?;
        let common = narrow(towns, &reading.scope.as_ref()?.towns, self.places);
        (!common.is_empty()).then(|| Reading { faith: reading.faith, ..Reading::named(rest, false, &common, true) })
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
        let mut reading = Reading::named(rest, false, towns, is_address);
        reading.said.is_ordinal = true;
        Some(reading)
    }

    /// The words before an ordinal (`3e`, `3 ème`) that a name may end before, and the arrondissements of that number.
    fn ordinal_at_end<'w>(self, words: &'w [Word]) -> Option<(&'w [Word], &'g [u32])> {
        let (last, before) = words.split_last()?;
        let is_ending = matches!(&last.typed[..], "e" | "em" | "eme" | "ieme" | "er");
        let (rest, number) = match before.split_last() {
            Some((number, rest)) if is_ending && is_digits(&number.typed) => (rest, number.typed.as_str()),
            _ if is_ordinal(last) => (before, last.canonical()),
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
            let mut towns = self.gazetteer.beginning(&key(&town[..len - 1]), &town[len - 1].typed);
            // « Oullins » begins « Oullins-Pierre-Bénite » too; it is the name of a part of it, which was typed to its end.
            let whole = self.gazetteer.town(town).unwrap_or_default();
            let is_around = |town: u32| whole.iter().any(|&part| self.places.is_within(self.places.get(part), &[town]));
            towns.retain(|town| whole.contains(town) || !is_around(*town));
            (!towns.is_empty()).then(|| Reading::named(rest, false, &towns, false))
        })
    }
}

/// The town the last words may have been meant for, the likeliest of all lengths.
fn misspelt_town(words: &[Word], gazetteer: &Gazetteer) -> Option<Reading> {
    let found = (1..=words.len().saturating_sub(1).min(TOWN_WORDS)).filter_map(|len| {
        let (rest, town) = words.split_at(words.len() - len);
        let (likeness, towns) = gazetteer.misspelt(&key(town), false)?;
        Some((likeness, rest, towns))
    });
    let (likeness, rest, towns) = found.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))?;
    Some(respelt(rest, &towns, likeness))
}

/// The town whose name goes before the one at the end, and may have been meant with it: « Saint-Foi-lès-Lyon ».
fn misspelt_before(words: &[Word], at: usize, gazetteer: &Gazetteer) -> Option<Reading> {
    let end = key(&words[at..]);
    let longest = TOWN_WORDS.min(words.len()).max(words.len() - at);
    let found = (words.len() - at + 1..=longest).filter_map(|len| {
        let (rest, town) = words.split_at(words.len() - len);
        Some((gazetteer.misspelt_before(&key(town), &end)?, rest))
    });
    let ((likeness, towns), rest) = found.max_by(|a, b| a.0.0.total_cmp(&b.0.0))?;
    Some(respelt(rest, &towns, likeness))
}

/// Whether the last word, of a text that is finished, may be the beginning of a name all the same: « Lyo ».
fn is_begun(words: &[Word]) -> bool {
    words.last().is_some_and(|word| {
        word.typed.len() >= SHORTEST_BEGINNING && word.typed.bytes().all(|b| b.is_ascii_lowercase())
    })
}

/// The town whose name the last words end: « 14 rue Ampère, Pierre-Bénite » where all of Oullins-Pierre-Bénite is one.
fn last_of_name(words: &[Word], gazetteer: &Gazetteer) -> Option<Reading> {
    (1..=words.len().min(TOWN_WORDS)).rev().find_map(|len| {
        let (rest, town) = words.split_at(words.len() - len);
        let towns = gazetteer.ending(&key(town)).filter(|_| rest.is_empty() || says_a_name(rest))?;
        Some(respelt(rest, &towns, LAST_OF_NAME))
    })
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

/// `3e`, `3eme`; « trois » and « III » are more often of a name.
fn is_ordinal(word: &Word) -> bool {
    word.typed.starts_with(|c: char| c.is_ascii_digit()) && !is_digits(&word.typed) && is_digits(word.canonical())
}

fn key(words: &[Word]) -> String {
    words.iter().map(Word::canonical).collect::<Vec<_>>().join(" ")
}
