//! What a typed text may mean: number, words of a name, towns named. An address is ambiguous more often
//! than not (« 8 mai 1945 », « rue de Lyon », « 12 r »), so every reading is kept and ranking decides.
//! Reading order: `Typed` (the text), `readings` (of one writing of it), `parse/towns.rs`, `parse/numbers.rs`,
//! `parse/wordings.rs`, then `respace` for other writings.

mod numbers;
mod signs;
mod towns;
mod wordings;

pub(crate) use numbers::{is_in_name, is_of_word_before, number_len};
pub(crate) use signs::{Signs, without_entities};
pub(crate) use towns::says_a_name;

use crate::{
    Error, dates,
    gazetteer::Gazetteer,
    house_number::{HouseNumber, is_detached_suffix},
    noise::{self, is_digits},
    normalize::{Word, normalize},
    places::Places,
};

/// Longest query accepted, in characters.
pub const MAX_QUERY_CHARS: usize = 200;
/// Words beyond this many are not read: expansion has a price.
pub(crate) const MAX_WORDS: usize = 20;
/// Longest name of a town, in words.
pub(crate) const TOWN_WORDS: usize = 7;

/// A text, in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Typed {
    pub words: Vec<Word>,
    /// What the signs between them said.
    pub signs: Signs,
    /// Whether the last word may still be growing.
    pub unfinished: bool,
    /// A CEDEX was there: the postcode says nothing of the street.
    pub cedex: bool,
    /// How far this writing is from what was typed: 1 for the text itself.
    pub faith: f32,
    /// Words were left out of which nothing is known.
    pub left_out: bool,
}

/// One reading of a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// The house number asked for.
    pub number: Option<HouseNumber>,
    /// It is one of a range typed, and not its first.
    pub of_range: bool,
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
    /// See [`Typed::left_out`].
    pub left_out: bool,
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
    /// It is only the number of an arrondissement, of no city: « 3e » may be of a name too, and of any city.
    pub is_ordinal: bool,
    /// The name and the postcode typed are not of one town: each is believed in turn.
    pub disputed: bool,
    /// The postcode typed, and the towns it serves.
    pub postcode: Option<(u32, Vec<u32>)>,
}

impl Said {
    /// Whether both a name and a postcode say where the place is: that one of the two is a slip is likelier than both.
    pub(crate) fn is_twice(&self) -> bool {
        self.named.is_some() && self.postcode.is_some() && !self.disputed
    }
}

impl Typed {
    /// The words of a text. Errors: nothing to look for, or more than [`MAX_QUERY_CHARS`].
    pub(crate) fn read(text: &str, finished: bool) -> Result<Self, Error> {
        check_length(text)?;
        let words = dates::spelt(with_ordinals(normalize(text)));
        let mut words: Vec<Word> = words.into_iter().flat_map(unstick).collect();
        if words.is_empty() {
            return Err(Error::EmptyQuery);
        }
        words.truncate(MAX_WORDS);
        let elided = !finished && end_elided(&mut words, text);
        let unfinished = elided || (!finished && text.ends_with(char::is_alphanumeric));
        let signs = Signs::read(text);
        Ok(Self { words, signs, unfinished, cedex: false, faith: 1.0, left_out: false })
    }

    /// Whether it has no more than two letters or digits, or one letter of its last word: hardly a beginning. A letter
    /// after a number is its suffix (« rue Garibaldi 12 b », « Lyon 3 e »).
    pub(crate) fn is_brief(&self) -> bool {
        let letters = |word: &Word| word.typed.bytes().filter(u8::is_ascii_alphanumeric).count();
        let is_letter = |word: &Word| letters(word) == 1 && word.typed.starts_with(|c: char| c.is_ascii_lowercase());
        let is_suffix = match self.words.as_slice() {
            [_, .., number, _] => is_digits(&number.typed),
            _ => false,
        };
        let begins_word = self.words.last().is_some_and(is_letter) && !is_suffix;
        begins_word || self.words.iter().map(letters).sum::<usize>() <= 2
    }

    /// The text without the noise around the address; the text itself too, when the noise may be part of a name.
    pub(crate) fn writings(self, gazetteer: &Gazetteer) -> Vec<Self> {
        let cleaned = noise::clean(self.words.clone(), &self.signs, gazetteer);
        let unfinished = self.unfinished && !cleaned.end_dropped;
        let unsure = cleaned.unsure;
        let cedex = cleaned.cedex;
        let Self { ref signs, faith, left_out, .. } = self;
        let signs = signs.clone();
        let mut writings = vec![Self { words: cleaned.words, signs, unfinished, cedex, faith, left_out }];
        if unsure {
            writings.push(self);
        }
        writings
    }

    /// The beginning of the text, which nothing goes on.
    pub(crate) fn ended(&self, words: &[Word], faith: f32) -> Self {
        Self { unfinished: false, ..self.rewritten(words.to_vec(), faith) }
    }

    /// The same words from one of them on, or otherwise cut.
    pub(crate) fn rewritten(&self, words: Vec<Word>, faith: f32) -> Self {
        Self { words, faith: self.faith * faith, ..self.clone() }
    }
}

impl Query {
    /// Whether this is that other reading, nearer to what was typed: what the other finds, this one finds as like.
    pub(crate) fn is_nearer_than(&self, other: &Self) -> bool {
        let Self { number, of_range, words, unfinished, scope, said, faith, left_out } = self;
        *faith > other.faith
            && *left_out <= other.left_out
            && (*of_range, *unfinished) == (other.of_range, other.unfinished)
            && *number == other.number
            && *words == other.words
            && *scope == other.scope
            && *said == other.said
    }

    /// The same in other words, that far from those typed.
    fn worded(&self, words: Vec<Word>, faith: f32) -> Self {
        let unfinished = self.unfinished && words.last() == self.words.last();
        Self { words, unfinished, faith: self.faith * faith, ..self.clone() }
    }
}

/// Whether a text ends with an elision, « rue de l' »: the name goes on after it. The word keeps its apostrophe, by which
/// it is no article that a name may be without, nor the beginning of « Lyon ».
fn end_elided(words: &mut [Word], text: &str) -> bool {
    let is_elided = text.ends_with(['\'', '’', '‘', 'ʼ']);
    let last = words.last_mut().filter(|last| is_elided && matches!(&last.typed[..], "l" | "d"));
    let Some(last) = last else { return false };
    *last = Word { typed: format!("{}'", last.typed), meanings: vec![last.typed.clone().into()] };
    true
}

/// Errors: more than [`MAX_QUERY_CHARS`].
pub(crate) fn check_length(text: &str) -> Result<(), Error> {
    let chars = text.chars().count();
    if chars > MAX_QUERY_CHARS { Err(Error::QueryTooLong { chars }) } else { Ok(()) }
}

/// `6 eme` → `6eme`, `6 e arrondissement` → `6e arrondissement`.
fn with_ordinals(mut words: Vec<Word>) -> Vec<Word> {
    let mut at = 0;
    while at + 1 < words.len() {
        let is_arrondissement = words.get(at + 2).is_some_and(|next| next.canonical() == "arrondissement");
        let is_ending = match &words[at + 1].typed[..] {
            "eme" | "ieme" => true,
            "er" => words[at].typed == "1" || is_arrondissement,
            "e" | "em" => is_arrondissement,
            _ => false,
        };
        if is_ending && words[at].typed.len() <= 3 && is_digits(&words[at].typed) {
            let ending = words.remove(at + 1);
            words[at] = Word::new(&format!("{}{}", words[at].typed, ending.typed));
        }
        at += 1;
    }
    words
}

/// `38400saint` → `38400`, `saint`; `12rue` → `12`, `rue`; `lyon69003` → `lyon`, `69003`. `12bis` and `25p9`
/// stay, and `12biss` is one of them.
fn unstick(word: Word) -> Vec<Word> {
    let typed = &word.typed;
    if let Some(number) = typed.strip_suffix("biss").filter(|number| is_digits(number)) {
        return vec![Word::new(&format!("{number}bis"))];
    }
    let digits = typed.bytes().take_while(u8::is_ascii_digit).count();
    let letters = typed.bytes().take_while(u8::is_ascii_lowercase).count();
    let tail = &typed[digits..];
    let all_letters = !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_lowercase());
    let is_suffix = tail.len() <= 3 && tail != "rue" || is_detached_suffix(tail);
    let is_number_and_word = (1..=4).contains(&digits) && word.meanings.is_empty() && !is_suffix;
    let at = if all_letters && (digits == 5 || is_number_and_word) {
        digits
    } else if (letters >= 2 || typed.starts_with('f')) && is_digits(&typed[letters..]) && typed.len() - letters == 5 {
        letters
    } else {
        return vec![word];
    };
    let (first, rest) = typed.split_at(at);
    if first == "f" {
        return vec![Word::new(rest)]; // « F69500 »: the country
    }
    [first, rest].map(Word::new).into()
}

/// Every reading of one writing, those that name a town first. A number and a town that are all that is left of a text
/// name no street: « rue u simplon, 58, Paris » is neither 58 Allée Paris-Ivry nor Voie B/58.
pub(crate) fn readings(typed: &Typed, gazetteer: &Gazetteer, places: &Places, respell_towns: bool) -> Vec<Query> {
    let mut queries = numbered(typed, towns::readings(typed, gazetteer, places, respell_towns));
    if typed.faith < 1.0 {
        let is_street = |words: &[Word]| noise::may_be_street(words) && gazetteer.town(words).is_none();
        queries.retain(|query| query.words.is_empty() || is_street(&query.words));
    }
    queries
}

/// The readings of one writing in which five digits that are a postcode are the INSEE code of another town.
pub(crate) fn readings_by_code(typed: &Typed, gazetteer: &Gazetteer) -> Vec<Query> {
    numbered(typed, towns::by_code(typed, gazetteer))
}

/// The readings of towns, each with every house number that it may have.
fn numbered(typed: &Typed, readings: impl IntoIterator<Item = towns::Reading>) -> Vec<Query> {
    let mut queries = Vec::new();
    for reading in readings {
        for numbers::Reading { number, of_range, words, unfinished } in
            numbers::readings(&reading.words, reading.unfinished, &typed.signs)
        {
            let (scope, said) = (reading.scope.clone(), reading.said.clone());
            let faith = typed.faith * reading.faith;
            let left_out = typed.left_out;
            let query = Query { number, of_range, words, unfinished, scope, said, faith, left_out };
            let says_something = !query.words.is_empty() || query.scope.is_some();
            if says_something && !queries.contains(&query) {
                let others =
                    wordings::others(&query.words).into_iter().map(|(words, faith)| query.worded(words, faith));
                let others: Vec<Query> = others.filter(|other| !queries.contains(other)).collect();
                queries.push(query);
                queries.extend(others);
            }
        }
    }
    queries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stuck_together_is_read_apart() {
        let shown = |text: &str| {
            let typed = Typed::read(text, false).unwrap();
            typed.words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("12rue a 38400saint martin"), "12 rue a 38400 saint martin");
        assert_eq!(shown("26000valence"), "26000 valence");
        assert_eq!(shown("lyon69003"), "lyon 69003");
        assert_eq!(shown("F69500 FR69500"), "69500 fr 69500");
        assert_eq!(shown("12biss"), "12bis");
        assert_eq!(shown("12bis 25p9 3eme 2e 12b"), "12bis 25p9 3eme 2e 12b");
    }

    #[test]
    fn an_ordinal_written_in_two_is_one_word() {
        let shown = |text: &str| {
            let typed = Typed::read(text, false).unwrap();
            typed.words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            shown("rue du 8 ème régiment Lyon 6 eme arrondissement"),
            "rue du 8eme regiment lyon 6eme arrondissement"
        );
        assert_eq!(shown("Lyon 1 er arr"), "lyon 1er arr");
        assert_eq!(shown("12 e rue a, 3 em lyon 69003 eme"), "12 e rue a 3 em lyon 69003 eme");
    }
}
