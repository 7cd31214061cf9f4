//! What a typed text may mean: number, words of a name, towns named. An address is ambiguous more often
//! than not (« 8 mai 1945 », « rue de Lyon », « 12 r »), so every reading is kept and ranking decides.
//! Reading order: `Typed` (the text), `readings` (of one writing of it), then `respell` for other writings.

use crate::{
    Error,
    gazetteer::Gazetteer,
    house_number::{HouseNumber, is_detached_suffix},
    noise::{self, is_digits},
    normalize::{self, Word, normalize},
    places::Places,
};

/// Longest query accepted, in characters.
pub const MAX_QUERY_CHARS: usize = 200;
/// Words beyond this many are not read: expansion has a price.
pub(crate) const MAX_WORDS: usize = 16;
/// Longest name of a town, in words.
pub(crate) const TOWN_WORDS: usize = 7;

/// A text, in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Typed {
    pub words: Vec<Word>,
    /// Whether the last word may still be growing.
    pub unfinished: bool,
    /// A CEDEX was there: the postcode says nothing of the street.
    pub cedex: bool,
    /// How far this writing is from what was typed: 1 for the text itself.
    pub faith: f32,
}

/// One reading of a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// The house number asked for.
    pub number: Option<HouseNumber>,
    /// The words of the name.
    pub words: Vec<Word>,
    /// Whether the last of them may still be growing.
    pub unfinished: bool,
    /// The towns the answers must lie in, if this reading has any.
    pub scope: Option<Scope>,
    /// The towns and the postcode that were typed, which an answer may contradict.
    pub said: Said,
    /// See [`Typed::faith`].
    pub faith: f32,
}

/// Towns the answers must lie in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scope {
    /// By index in `places.bin`.
    pub towns: Vec<u32>,
    /// Named to the end: a promise. Otherwise only the beginning of a name, which ranking may leave.
    pub whole: bool,
}

/// Where the text says the place is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Said {
    /// Towns of the name typed; none when none was.
    pub named: Option<Vec<u32>>,
    /// The name was corrected to be one.
    pub respelt: bool,
    /// The name and the postcode typed are not of one town: each is believed in turn.
    pub disputed: bool,
    /// The postcode typed, and the towns it serves.
    pub postcode: Option<(u32, Vec<u32>)>,
}

impl Said {
    /// The towns that both a name and a postcode say: one of the two may be a slip, not both. Between the parts of a
    /// city only the postcode chooses, and it may be wrong.
    pub(crate) fn twice(&self) -> Option<&[u32]> {
        self.named.as_deref().filter(|_| self.postcode.is_some() && !self.disputed)
    }
}

impl Typed {
    /// The words of a text. Errors: nothing to look for, or more than [`MAX_QUERY_CHARS`].
    pub(crate) fn read(text: &str, finished: bool) -> Result<Self, Error> {
        check_length(text)?;
        let mut words: Vec<Word> = normalize(text).into_iter().flat_map(unstick).collect();
        if words.is_empty() {
            return Err(Error::EmptyQuery);
        }
        words.truncate(MAX_WORDS);
        let unfinished = !finished && text.ends_with(char::is_alphanumeric);
        Ok(Self { words, unfinished, cedex: false, faith: 1.0 })
    }

    /// The text without the noise around the address; the text itself too, when the noise may be part of a name.
    pub(crate) fn writings(self, gazetteer: &Gazetteer) -> Vec<Self> {
        let cleaned = noise::clean(self.words.clone(), gazetteer);
        let unfinished = self.unfinished && !cleaned.end_dropped;
        let unsure = cleaned.unsure;
        let mut writings = vec![Self { words: cleaned.words, unfinished, cedex: cleaned.cedex, faith: 1.0 }];
        if unsure {
            writings.push(self);
        }
        writings
    }

    /// The same words from one of them on, or otherwise cut.
    pub(crate) fn rewritten(&self, words: Vec<Word>, faith: f32) -> Self {
        Self { words, faith: self.faith * faith, ..self.clone() }
    }
}

/// Errors: more than [`MAX_QUERY_CHARS`].
pub(crate) fn check_length(text: &str) -> Result<(), Error> {
    let chars = text.chars().count();
    if chars > MAX_QUERY_CHARS { Err(Error::QueryTooLong { chars }) } else { Ok(()) }
}

/// `38400saint` → `38400`, `saint`; `12rue` → `12`, `rue`; `lyon69003` → `lyon`, `69003`. `12bis` and `25p9` stay.
fn unstick(word: Word) -> Vec<Word> {
    let typed = &word.typed;
    let digits = typed.bytes().take_while(u8::is_ascii_digit).count();
    let letters = typed.bytes().take_while(u8::is_ascii_lowercase).count();
    let tail = &typed[digits..];
    let all_letters = !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_lowercase());
    let is_suffix = tail.len() <= 3 && tail != "rue" || is_detached_suffix(tail);
    let is_number_and_word = (1..=4).contains(&digits) && word.meanings.is_empty() && !is_suffix;
    let at = if all_letters && (digits == 5 || is_number_and_word) {
        digits
    } else if letters >= 2 && is_digits(&typed[letters..]) && typed.len() - letters == 5 {
        letters
    } else {
        return vec![word];
    };
    let (first, rest) = typed.split_at(at);
    [first, rest].map(|part| Word { typed: part.to_owned(), meanings: normalize::meanings(part) }).into()
}

/// Every reading of one writing, those that name a town first.
pub(crate) fn readings(typed: &Typed, gazetteer: &Gazetteer, places: &Places, respell_towns: bool) -> Vec<Query> {
    let mut queries = Vec::new();
    for reading in town_readings(typed, gazetteer, places, respell_towns) {
        for (number, words, unfinished) in number_readings(&reading.words, reading.unfinished) {
            let (scope, said) = (reading.scope.clone(), reading.said.clone());
            let query = Query { number, words, unfinished, scope, said, faith: typed.faith * reading.faith };
            let says_something = !query.words.is_empty() || query.scope.is_some();
            if says_something && !queries.contains(&query) {
                queries.push(query);
            }
        }
    }
    queries
}

/// The words left once a town has been read, and that town.
#[derive(Debug, Clone)]
struct Reading {
    words: Vec<Word>,
    unfinished: bool,
    scope: Option<Scope>,
    said: Said,
    faith: f32,
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

fn town_readings(typed: &Typed, gazetteer: &Gazetteer, places: &Places, respell: bool) -> Vec<Reading> {
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

/// The last word of five digits that is not the house number, and the towns it stands for.
fn postcode(words: &[Word], gazetteer: &Gazetteer) -> Option<(usize, u32, Vec<u32>)> {
    let at = words.iter().rposition(|word| crate::postcodes::parse(&word.typed).is_some())?;
    let code = crate::postcodes::parse(&words[at].typed)?;
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
        if let Some(taken) = range(&words[at..]) {
            take(number.clone(), taken);
        }
        take(number, 1);
    }
    readings.push((None, words.to_vec(), unfinished));
    readings
}

/// The words of a range of numbers: `12-16`, `12 à 16`, `12 et 14`, `12 bis 16`.
fn range(words: &[Word]) -> Option<usize> {
    let word = |at: usize| words.get(at).map(|word| word.typed.as_str());
    let is_number = |at: usize| word(at).is_some_and(|word| is_digits(word) && word.len() <= 4);
    let joined = word(1).is_some_and(|word| matches!(word, "a" | "et" | "au" | "bis" | "ter"));
    if is_number(1) && words.len() > 2 {
        Some(2)
    } else if joined && is_number(2) && words.len() > 3 {
        Some(3)
    } else {
        None
    }
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
        assert!(numbers("12 a 16 rue a").contains(&"12|rue a".to_owned()));
        assert!(numbers("12 et 14 rue a").contains(&"12|rue a".to_owned()));
    }

    #[test]
    fn what_is_stuck_together_is_read_apart() {
        let shown = |text: &str| {
            let typed = Typed::read(text, false).unwrap();
            typed.words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("12rue a 38400saint martin"), "12 rue a 38400 saint martin");
        assert_eq!(shown("26000valence"), "26000 valence");
        assert_eq!(shown("lyon69003"), "lyon 69003");
        assert_eq!(shown("12bis 25p9 3eme 2e 12b"), "12bis 25p9 3eme 2e 12b");
    }
}
