//! What a typed text may mean: number, words of a name, towns named. An address is ambiguous more often
//! than not (« 8 mai 1945 », « rue de Lyon », « 12 r »), so every reading is kept and ranking decides.

use crate::{
    Error,
    gazetteer::Gazetteer,
    house_number::{HouseNumber, is_detached_suffix},
    normalize::{Word, normalize},
    places::Places,
};

/// Longest query accepted, in characters.
pub const MAX_QUERY_CHARS: usize = 200;
/// Words beyond this many are not read: expansion has a price.
pub(crate) const MAX_WORDS: usize = 16;
/// Longest name of a town, in words.
const TOWN_WORDS: usize = 7;

/// One reading of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    /// The house number asked for.
    pub number: Option<HouseNumber>,
    /// The words of the name.
    pub words: Vec<Word>,
    /// Whether the last of them may still be growing.
    pub unfinished: bool,
    /// The towns named, if this reading has any.
    pub scope: Option<Scope>,
    /// A postcode was typed that no town here has, or not the town named.
    pub contradicts: bool,
}

/// Towns the answers must lie in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// By index in `places.bin`.
    pub towns: Vec<u32>,
    /// Named to the end: a promise. Otherwise only the beginning of a name, which ranking may leave.
    pub whole: bool,
}

/// Every reading of a text, those that name a town first.
///
/// Errors: nothing to look for, or more than [`MAX_QUERY_CHARS`].
pub(crate) fn parse(text: &str, gazetteer: &Gazetteer, places: &Places) -> Result<Vec<Query>, Error> {
    let chars = text.chars().count();
    if chars > MAX_QUERY_CHARS {
        return Err(Error::QueryTooLong { chars });
    }
    let mut words = normalize(text);
    if words.is_empty() {
        return Err(Error::EmptyQuery);
    }
    words.truncate(MAX_WORDS);
    let end_dropped = drop_noise(&mut words, gazetteer);
    let unfinished = text.ends_with(char::is_alphanumeric) && !end_dropped;
    let mut queries = Vec::new();
    for reading in town_readings(&words, unfinished, gazetteer, places) {
        for (number, words, unfinished) in number_readings(&reading.words, reading.unfinished) {
            let query =
                Query { number, words, unfinished, scope: reading.scope.clone(), contradicts: reading.contradicts };
            let says_something = !query.words.is_empty() || query.scope.is_some();
            if says_something && !queries.contains(&query) {
                queries.push(query);
            }
        }
    }
    Ok(queries)
}

/// Drops what is in nobody's name: `France` after a town (« rue Anatole France » keeps its own), `CEDEX 03`,
/// `N°` and `face au` before a number. Says whether the end of the text went with it.
fn drop_noise(words: &mut Vec<Word>, gazetteer: &Gazetteer) -> bool {
    let before = words.last().cloned();
    if let Some((last, rest)) = words.split_last()
        && last.typed == "france"
        && (town_at_end(rest, gazetteer).is_some() || rest.last().is_some_and(is_postcode))
    {
        words.pop();
    }
    if let Some(cedex) = words.iter().skip(1).position(|word| word.typed == "cedex") {
        let cedex = cedex + 1;
        let number = words.get(cedex + 1).is_some_and(|word| word.typed.len() <= 2 && starts_with_digit(word));
        words.drain(cedex..=cedex + usize::from(number));
    }
    let number = words.iter().position(starts_with_digit).unwrap_or(0);
    let lead = &words[..number];
    if lead.iter().all(|word| matches!(word.typed.as_str(), "face" | "au" | "a" | "n" | "no" | "num" | "numero" | "en"))
    {
        words.drain(..number);
    }
    words.last() != before.as_ref()
}

fn is_postcode(word: &Word) -> bool {
    crate::postcodes::parse(&word.typed).is_some()
}

/// The words before the town a text ends with, and that town: the longest name wins.
fn town_at_end<'w, 'g>(words: &'w [Word], gazetteer: &'g Gazetteer) -> Option<(&'w [Word], &'g [u32])> {
    (1..=words.len().min(TOWN_WORDS)).rev().find_map(|len| {
        let (rest, town) = words.split_at(words.len() - len);
        Some((rest, gazetteer.named(&key(town))?))
    })
}

fn starts_with_digit(word: &Word) -> bool {
    word.typed.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// The words left once a town has been read, and that town.
struct Reading {
    words: Vec<Word>,
    unfinished: bool,
    scope: Option<Scope>,
    contradicts: bool,
}

fn town_readings(words: &[Word], unfinished: bool, gazetteer: &Gazetteer, places: &Places) -> Vec<Reading> {
    let Some((at, towns)) = postcode(words, gazetteer) else {
        let mut readings = named_readings(words, unfinished, gazetteer);
        readings.push(Reading { words: words.to_vec(), unfinished, scope: None, contradicts: false });
        return readings;
    };
    let (before, after) = (&words[..at], &words[at + 1..]);
    let rest: Vec<Word> = before.iter().chain(after).cloned().collect();
    let unfinished = unfinished && !after.is_empty();
    let mut readings = named_readings(&rest, unfinished, gazetteer);
    readings.retain(|reading| reading.scope.as_ref().is_some_and(|scope| scope.whole));
    for reading in &mut readings {
        let scope = reading.scope.iter_mut().next();
        let common = scope.as_ref().map(|scope| narrow(&scope.towns, &towns, places)).unwrap_or_default();
        match scope {
            Some(scope) if !common.is_empty() => scope.towns = common,
            _ => reading.contradicts = true,
        }
    }
    let scope = (!towns.is_empty()).then_some(Scope { towns, whole: true });
    let contradicts = scope.is_none();
    // What follows a postcode is the town it serves, however it is spelt.
    if !before.is_empty() && !after.is_empty() && readings.is_empty() {
        readings.push(Reading { words: before.to_vec(), unfinished: false, scope: scope.clone(), contradicts });
    }
    readings.push(Reading { words: rest, unfinished, scope, contradicts });
    readings
}

/// The first word of five digits that is not the house number, and the towns it stands for.
fn postcode(words: &[Word], gazetteer: &Gazetteer) -> Option<(usize, Vec<u32>)> {
    let at = words.iter().position(is_postcode)?;
    Some((at, gazetteer.postcode(&words[at].typed).map(<[u32]>::to_vec).unwrap_or_default()))
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

/// Readings that find a town at the end, its beginning at the end, or its name first.
fn named_readings(words: &[Word], unfinished: bool, gazetteer: &Gazetteer) -> Vec<Reading> {
    let longest = words.len().min(TOWN_WORDS);
    let reading = |words: &[Word], unfinished, towns: &[u32], whole| Reading {
        words: words.to_vec(),
        unfinished,
        scope: Some(Scope { towns: towns.to_vec(), whole }),
        contradicts: false,
    };
    let mut readings = Vec::new();
    if let Some((rest, towns)) = town_at_end(words, gazetteer) {
        readings.push(reading(rest, false, towns, true));
    } else if let Some((rest, towns)) = (1..longest.max(1)).rev().find_map(|len| {
        let (town, rest) = words.split_at(len);
        Some((rest, gazetteer.named(&key(town))?))
    }) {
        readings.push(reading(rest, unfinished, towns, true));
    }
    if unfinished
        && let Some((rest, towns)) = (1..longest).rev().find_map(|len| {
            let (rest, town) = words.split_at(words.len() - len);
            let towns = town_beginning(town, gazetteer);
            (!towns.is_empty()).then_some((rest, towns))
        })
    {
        readings.push(reading(rest, false, &towns, false));
    }
    readings
}

/// The towns whose name, or postcode, begins with these words, the last one unfinished.
fn town_beginning(words: &[Word], gazetteer: &Gazetteer) -> Vec<u32> {
    let Some((last, whole)) = words.split_last() else { return Vec::new() };
    if whole.is_empty() && (2..=4).contains(&last.typed.len()) && last.typed.bytes().all(|b| b.is_ascii_digit()) {
        return gazetteer.postcode_beginning(&last.typed);
    }
    let lead = key(whole);
    let gap = if lead.is_empty() { "" } else { " " };
    gazetteer.beginning(&format!("{lead}{gap}{}", last.typed))
}

fn key(words: &[Word]) -> String {
    words.iter().map(Word::canonical).collect::<Vec<_>>().join(" ")
}

/// Each way to take a house number out of the words, and that of taking none.
fn number_readings(words: &[Word], unfinished: bool) -> Vec<(Option<HouseNumber>, Vec<Word>, bool)> {
    let numeric: Vec<usize> = (0..words.len()).filter(|&at| house_number(&words[at].typed).is_some()).collect();
    let mut readings = Vec::new();
    let ends = [numeric.first(), numeric.last().filter(|last| numeric.first() != Some(last))];
    for &at in ends.into_iter().flatten() {
        let Some(number) = house_number(&words[at].typed) else { continue };
        let mut take = |number: HouseNumber, taken: usize| {
            let mut rest = words.to_vec();
            rest.drain(at..at + taken);
            readings.push((Some(number), rest, unfinished && at + taken < words.len()));
        };
        let next = words.get(at + 1).map(|word| word.typed.as_str());
        if let Some(suffix) = next.filter(|next| number.suffix.is_empty() && is_detached_suffix(next)) {
            take(HouseNumber { suffix: suffix.to_owned(), ..number.clone() }, 2);
        }
        // « 12-16 rue … »: the first number of the range answers for it.
        if at == 0 && next.is_some_and(|next| next.bytes().all(|b| b.is_ascii_digit())) {
            take(number.clone(), 2);
        }
        take(number, 1);
    }
    readings.push((None, words.to_vec(), unfinished));
    readings
}

/// One to four digits and a short suffix: five digits are a postcode.
fn house_number(word: &str) -> Option<HouseNumber> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) || word.len() - digits > 9 { None } else { word.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        let show = |(number, words, _): (Option<HouseNumber>, Vec<Word>, bool)| {
            let number = number.map(|n| n.to_string()).unwrap_or_default();
            format!("{number}|{}", words.iter().map(|w| w.typed.as_str()).collect::<Vec<_>>().join(" "))
        };
        number_readings(&normalize(text), true).into_iter().map(show).collect()
    }

    #[test]
    fn a_number_may_be_a_number_or_part_of_the_name() {
        assert_eq!(numbers("place du 8 mai"), ["8|place du mai", "|place du 8 mai"]);
        assert_eq!(numbers("10 2e avenue"), ["10|2e avenue", "2e|10 avenue", "|10 2e avenue"]);
        assert_eq!(numbers("rue garibaldi"), ["|rue garibaldi"]);
    }

    #[test]
    fn a_suffix_may_be_a_suffix_or_the_street_type() {
        assert_eq!(numbers("12 bis rue a"), ["12bis|rue a", "12|bis rue a", "|12 bis rue a"]);
        assert_eq!(numbers("12 r garibaldi"), ["12r|garibaldi", "12|r garibaldi", "|12 r garibaldi"]);
        assert_eq!(numbers("208bis rue a"), ["208bis|rue a", "|208bis rue a"]);
    }

    #[test]
    fn the_first_number_of_a_range_is_asked_for() {
        assert_eq!(numbers("12-16 rue a")[0], "12|rue a");
    }

    #[test]
    fn noise_around_an_address_is_dropped() {
        let clean = |text: &str| {
            let mut words = normalize(text);
            drop_noise(&mut words, &Gazetteer::default());
            words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(clean("Face au 12, rue Bataille 69008 France"), "12 rue bataille 69008");
        assert_eq!(clean("N° 3 rue A 69003 Lyon CEDEX 03"), "3 rue a 69003 lyon");
        assert_eq!(clean("rue Anatole France"), "rue anatole france");
    }
}
