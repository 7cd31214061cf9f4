//! Every word of the index's names, in memory: whether a word is one of them, and which ones a misspelt word may be.
//! A few tens of thousands of words for a whole country: comparing the letters a word is made of first
//! leaves so few to compare in order that a scan costs less than walking an automaton.

use std::{
    cmp::Ordering,
    ops::{Range, RangeInclusive},
};

use tantivy::IndexReader;

use crate::{
    Error,
    edit::{self, Nearly},
    letters, normalize, phonetic,
    schema::Fields,
};

/// Most spellings a misspelt word is given.
const MAX_SPELLINGS: usize = 48;
/// Likeness of a word that is only heard alike.
const HEARD_ALIKE: f32 = 0.86;
/// Shortest word proposed because it is heard alike, in letters.
const SHORTEST_HEARD: usize = 4;

/// The words, sorted.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    text: String,
    ends: Vec<u32>,
    /// The shortest words first.
    by_length: Vec<Shape>,
    /// Where the words of each length begin among those; one more for the end.
    lengths: Vec<u32>,
    /// Those that are types of street.
    types: Vec<Shape>,
    /// How many names each is in.
    names: Vec<u32>,
    /// Keys of `phonetic`, hashed, with their word; sorted.
    sounds: Vec<(u64, u32)>,
}

/// What is compared first of a word.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// The letters it is made of, one bit a letter.
    letters: u32,
    /// Which word it is.
    word: u32,
}

/// How a word typed is looked for among those of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    /// It may go on.
    pub beginning: bool,
    /// It stands where types of street do.
    pub as_type: bool,
    /// Two letters of a short word may be wrong.
    pub loosely: bool,
}

impl Asked {
    /// Without what makes no difference for a word: what was looked for so needs not be looked for again.
    pub(crate) fn of(self, typed: &str) -> Self {
        let strictly = Self { loosely: false, ..self };
        let is_looser = strictly.is_short(typed) != self.is_short(typed)
            || most_errors(typed.len(), false) < most_errors(typed.len(), true);
        Self { as_type: self.as_type && strictly.is_short(typed), loosely: self.loosely && is_looser, ..self }
    }

    /// Whether a word is too short for another letter to leave it recognisable, but where types of street stand.
    fn is_short(self, typed: &str) -> bool {
        typed.len() < if self.loosely { 3 } else { 4 }
    }
}

/// A word of the index for a word typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spelling {
    pub word: String,
    /// 0 to 1.
    pub likeness: f32,
}

impl Vocabulary {
    /// Reads the dictionary of the full-text index.
    pub(crate) fn read(reader: &IndexReader, fields: Fields) -> Result<Self, Error> {
        let mut words = std::collections::BTreeMap::<String, u32>::new();
        for segment in reader.searcher().segment_readers() {
            let index = segment.inverted_index(fields.word)?;
            let mut terms = index.terms().stream().map_err(tantivy::TantivyError::from)?;
            while terms.advance() {
                if let Ok(word) = std::str::from_utf8(terms.key()) {
                    *words.entry(word.to_owned()).or_default() += terms.value().doc_freq;
                }
            }
        }
        Ok(words.into_iter().collect())
    }

    /// How many words.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn word(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[at] as usize]
    }

    fn position(&self, word: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.word(middle).cmp(word) {
                Ordering::Equal => return Ok(middle),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// In how many names a word is; 0 for a word of none.
    pub(crate) fn names(&self, word: &str) -> u32 {
        self.position(word).map_or(0, |at| self.names[at])
    }

    /// Whether some word begins so.
    pub(crate) fn begins(&self, beginning: &str) -> bool {
        let at = self.position(beginning).unwrap_or_else(|at| at);
        at < self.len() && self.word(at).starts_with(beginning)
    }

    /// Whether some longer word begins so.
    pub(crate) fn goes_on(&self, beginning: &str) -> bool {
        let at = self.position(beginning).map_or_else(|at| at, |at| at + 1);
        at < self.len() && self.word(at).starts_with(beginning)
    }

    /// The words that may have been meant, the likeliest first; the word itself is not among them.
    ///
    /// A word of two or three letters is near too many others: letters apart it only becomes a street type, and only
    /// where those stand. Heard alike, it may be any word; loosely, one of three letters is any word but for one.
    pub(crate) fn spellings(&self, typed: &str, asked: Asked) -> Vec<Spelling> {
        let short = asked.is_short(typed);
        let is_typo = typed.len() >= 2 && typed.len() <= edit::LONGEST && !typed.bytes().any(|b| b.is_ascii_digit());
        if !is_typo {
            return Vec::new();
        }
        let mut found =
            if short && (asked.beginning || !asked.as_type) { Vec::new() } else { self.misspelt(typed, asked, short) };
        if !normalize::is_article(typed) {
            found.extend(self.heard_alike(typed));
        }
        found.sort_by(|a, b| a.1.cmp(&b.1).then(b.0.total_cmp(&a.0)));
        found.dedup_by_key(|&mut (_, at)| at);
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| self.names[b.1].cmp(&self.names[a.1])));
        found.truncate(MAX_SPELLINGS);
        found.into_iter().map(|(likeness, at)| Spelling { word: self.word(at).to_owned(), likeness }).collect()
    }

    fn misspelt(&self, typed: &str, asked: Asked, short: bool) -> Vec<(f32, usize)> {
        let most = most_errors(typed.len(), asked.loosely);
        let Some(nearly) = Nearly::new(typed, most, asked.beginning) else { return Vec::new() };
        let words = if short { &self.types } else { self.of_lengths(nearly.lengths()) };
        let may_be_near = words.iter().filter(|shape| nearly.has_letters(shape.letters));
        let alike = may_be_near.filter_map(|shape| {
            let at = shape.word as usize;
            let cost = nearly.cost(self.word(at)).filter(|&cost| cost > 0.0)?;
            Some((likeness(cost, typed.len()), at))
        });
        alike.collect()
    }

    /// The words of these lengths.
    fn of_lengths(&self, lengths: RangeInclusive<usize>) -> &[Shape] {
        let longest = self.lengths.len().saturating_sub(1);
        let begin = |length: usize| self.lengths.get(length.min(longest)).map_or(0, |&at| at as usize);
        &self.by_length[begin(*lengths.start())..begin(lengths.end().saturating_add(1))]
    }

    fn sort_by_length(&mut self) {
        let mut shapes = std::mem::take(&mut self.by_length);
        let length = |shape: &Shape| self.word(shape.word as usize).len();
        shapes.sort_by_key(length);
        let longest = shapes.last().map_or(0, length);
        let begin = |of: usize| shapes.partition_point(|shape| length(shape) < of);
        self.lengths = (0..=longest + 1).map(|of| u32::try_from(begin(of)).unwrap_or(u32::MAX)).collect();
        let is_type = |shape: &&Shape| normalize::is_street_type(self.word(shape.word as usize));
        self.types = shapes.iter().filter(is_type).copied().collect();
        self.by_length = shapes;
    }

    fn heard_alike<'a>(&'a self, typed: &'a str) -> impl Iterator<Item = (f32, usize)> + 'a {
        let range = phonetic::key(typed).map_or(0..0, |key| self.sounding(hash(&key)));
        let alike = self.sounds[range].iter().map(|&(_, at)| (HEARD_ALIKE, at as usize));
        alike.filter(move |&(_, at)| {
            let word = self.word(at);
            word != typed && word.len() >= SHORTEST_HEARD && word.len().abs_diff(typed.len()) <= 3
        })
    }

    fn sounding(&self, key: u64) -> Range<usize> {
        let start = self.sounds.partition_point(|&(known, _)| known < key);
        let end = self.sounds.partition_point(|&(known, _)| known <= key);
        start..end
    }
}

/// Sorted words with the number of names each is in.
impl FromIterator<(String, u32)> for Vocabulary {
    fn from_iter<I: IntoIterator<Item = (String, u32)>>(words: I) -> Self {
        let mut found = Self::default();
        for (word, names) in words {
            found.text.push_str(&word);
            found.ends.push(u32::try_from(found.text.len()).unwrap_or(u32::MAX));
            found.names.push(names);
            let at = u32::try_from(found.ends.len() - 1).unwrap_or(u32::MAX);
            found.by_length.push(Shape { letters: letters::set(&word), word: at });
            if let Some(key) = phonetic::key(&word) {
                found.sounds.push((hash(&key), at));
            }
        }
        found.sounds.sort_unstable();
        found.sort_by_length();
        found
    }
}

/// Errors forgiven in a word of that many letters.
fn most_errors(letters: usize, loosely: bool) -> u8 {
    match letters {
        5..=7 if loosely => 2,
        0..=7 => 1,
        _ => 2,
    }
}

/// 1 for no error; an error in a long word says less against it.
pub(crate) fn likeness(cost: f32, letters: usize) -> f32 {
    (1.0 - cost / (letters as f32 + 2.0)).max(0.1)
}

/// FNV-1a: the key only has to part a few thousand sounds.
fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[&str]) -> Vocabulary {
        let mut sorted: Vec<_> = words.iter().map(|word| ((*word).to_owned(), 10)).collect();
        sorted.sort();
        sorted.into_iter().collect()
    }

    fn best(words: &[&str], typed: &str) -> Vec<String> {
        let asked = Asked { beginning: false, as_type: true, loosely: false };
        vocabulary(words).spellings(typed, asked).into_iter().map(|spelling| spelling.word).collect()
    }

    #[test]
    fn a_misspelt_word_is_found_whatever_the_letter() {
        const WORDS: [&str; 5] = ["garibaldi", "gambetta", "rue", "lafayette", "route"];
        assert_eq!(best(&WORDS, "haribaldi"), ["garibaldi"]);
        assert_eq!(best(&WORDS, "garbalid"), ["garibaldi"]);
        assert_eq!(best(&WORDS, "lafaillete"), ["lafayette"]);
        assert_eq!(best(&WORDS, "rie"), ["rue"], "a street type");
        assert_eq!(best(&WORDS, "garibaldi"), [""; 0], "a word is not its own misspelling");
        let inside = Asked { beginning: false, as_type: false, loosely: false };
        assert!(vocabulary(&WORDS).spellings("rie", inside).is_empty(), "no street type stands there");
    }

    #[test]
    fn an_unfinished_word_is_corrected_as_a_beginning() {
        let asked = Asked { beginning: true, as_type: false, loosely: false };
        let found = vocabulary(&["garibaldi", "gambetta"]).spellings("gatib", asked);
        assert_eq!(found[0].word, "garibaldi");
        let found = vocabulary(&["philippe", "fleurs"]).spellings("filipe", asked);
        assert_eq!(found[0].word, "philippe", "heard alike, though it may go on");
    }

    #[test]
    fn a_short_word_is_another_by_its_sound_and_loosely_by_two_letters() {
        const WORDS: [&str; 4] = ["paul", "bellecour", "serge", "merlot"];
        assert_eq!(best(&WORDS, "pol"), ["paul"]);
        assert!(best(&WORDS, "melto").is_empty());
        let loosely = Asked { beginning: false, as_type: false, loosely: true };
        let found =
            |typed| vocabulary(&WORDS).spellings(typed, loosely).into_iter().map(|it| it.word).collect::<Vec<_>>();
        assert_eq!(found("belcour"), ["bellecour"]);
        assert_eq!(found("melto"), ["merlot"]);
    }

    #[test]
    fn what_makes_no_difference_for_a_word_is_not_asked() {
        let words = vocabulary(&["rue", "rues", "quai", "serge", "merlot", "garibaldi", "bellecour", "paul"]);
        let bits = |asked: u8| [1, 2, 4].map(|bit| asked & bit > 0);
        for typed in ["", "r", "re", "rie", "qui", "pol", "paus", "serje", "melto", "bllecur", "garixalbi", "7e"] {
            let all = (0..8).map(|asked| {
                let [beginning, as_type, loosely] = bits(asked);
                Asked { beginning, as_type, loosely }
            });
            for asked in all {
                assert_eq!(words.spellings(typed, asked), words.spellings(typed, asked.of(typed)), "{typed} {asked:?}");
            }
        }
        let asked = Asked { beginning: false, as_type: true, loosely: true };
        assert_eq!(asked.of("garibaldi"), Asked { beginning: false, as_type: false, loosely: false });
        assert_eq!(asked.of("serje"), Asked { as_type: false, ..asked });
        assert_eq!(asked.of("re"), Asked { loosely: false, ..asked });
    }
}
