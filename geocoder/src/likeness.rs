//! How alike the words typed and a name are: each word typed is paired with a word of the name, in one of its forms;
//! then what is left over on either side, and the order, take off their share.

use std::rc::Rc;

use crate::normalize::{self, Word};

/// Likeness of an unfinished word to the word it begins.
const BEGUN: f32 = 0.95;
/// How much of the likeness is lost when nothing of the name was typed but one small word.
const COMPLETENESS: f32 = 0.25;
/// The same while the last word is being typed: the rest of the name is on its way, and nearness should decide.
const COMPLETENESS_UNFINISHED: f32 = 0.1;
/// Taken off for each word typed before one that the name has first, or typed first and deep in the name.
const DISPLACED: f32 = 0.02;
/// Taken off where one type of street was typed and the name has another: more than for a number that is not there,
/// less than for another commune.
const OTHER_TYPE: f32 = 0.115;
/// How telling an article is, and an initial that is not in the name.
const ARTICLE: f32 = 0.1;
const INITIAL: f32 = 0.3;
/// Likeness of an abbreviation to what it stands for: a name spelt as typed comes first.
pub(crate) const MEANT: f32 = 0.99;
/// Likeness of two abbreviations of one word: nothing was corrected.
pub(crate) const AS_TYPED: f32 = MEANT * MEANT;

/// A word typed, and how it may be found in a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryWord {
    /// Spellings and their likeness, 0 to 1; shared by the readings that have the word.
    pub forms: Rc<[(String, f32)]>,
    /// When it may be unfinished: the beginning typed.
    pub beginning: Option<String>,
    /// How telling it is; see [`weight`].
    pub weight: f32,
    /// An article: never required.
    pub article: bool,
    /// The first letter of a first name, which a name may be without: « A. Dumont ».
    pub initial: bool,
}

/// A word and its meanings, each with its likeness.
pub(crate) fn forms(word: &Word) -> Vec<(String, f32)> {
    let likeness = |form: &str| if form == word.typed { 1.0 } else { MEANT };
    word.forms().map(|form| (form.to_owned(), likeness(form))).collect()
}

/// How telling the `at`-th word of a name is: a street type half of a name's word where types stand (« rue … »,
/// « grande rue … »), an article a tenth.
pub(crate) fn weight(at: usize, word: &str) -> f32 {
    if normalize::is_article(word) {
        ARTICLE
    } else if at <= 1 && (normalize::is_street_type(word) || normalize::street_type_of(word).is_some()) {
        0.5
    } else {
        1.0
    }
}

/// How alike the words typed and a name are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness<'n> {
    /// 0 to 1.
    pub text: f32,
    /// That of the typed word found worst, articles apart.
    pub weakest: f32,
    /// Whether what was typed is in the name, letter for letter.
    pub wording: Wording,
    /// A word that tells is missing inside what was typed, or before it: no more letters make it the name.
    pub skips: bool,
    /// The name, when it is not the official one of its place.
    pub other_name: Option<&'n str>,
}

/// How much of a name was typed letter for letter, abbreviations and articles apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Every word of it.
    Whole,
    /// Some of its words, and no other.
    Part,
    /// The same, but the last word typed only begins one of its own.
    Begun,
    /// The same, but for the initial of a first name, which is not in it.
    WithoutInitial,
    /// Another type of street was typed.
    OtherType,
    /// A word typed is misspelt, or is not in it.
    Other,
}

impl Likeness<'_> {
    pub(crate) const WHOLE: Self =
        Self { text: 1.0, weakest: 1.0, wording: Wording::Whole, skips: false, other_name: None };

    /// As like as this share of it.
    pub(crate) fn times(self, share: f32) -> Self {
        Self { text: self.text * share, ..self }
    }
}

impl Wording {
    /// Of letters compared without regard to where words end.
    pub(crate) fn of_letters(text: f32) -> Self {
        if text >= AS_TYPED { Self::Whole } else { Self::Other }
    }

    /// With one more word typed, found in a word of the name as like as this.
    fn and(self, word: &QueryWord, name: &str, similarity: f32) -> Self {
        match self {
            _ if word.article || similarity >= AS_TYPED => self,
            Self::Other | Self::OtherType | Self::WithoutInitial => self,
            _ if similarity > 0.0 && word.begins(name) => Self::Begun,
            _ => Self::Other,
        }
    }
}

/// Pairs each word typed with the best word of the name not yet taken. What was typed and is not in the name
/// counts fully, what is in the name and was not typed by a quarter: people leave words out, they seldom add any.
pub(crate) fn likeness(name: &str, words: &[QueryWord]) -> Likeness<'static> {
    if words.is_empty() {
        return Likeness::WHOLE;
    }
    let mut pairing = Pairing::new(name);
    words.iter().for_each(|word| pairing.add(word));
    pairing.likeness(words.last().is_some_and(|word| word.beginning.is_some()))
}

/// A name being paired with words typed.
struct Pairing<'n> {
    names: Vec<&'n str>,
    /// Words of the name that are paired, one bit each.
    taken: u64,
    /// The one paired last.
    previous: Option<usize>,
    /// The farthest of those paired with more than an article.
    farthest: Option<usize>,
    /// Weights: of the words typed, of those that are in the name, of the words of the name that were typed.
    typed: f32,
    found: f32,
    met: f32,
    weakest: f32,
    disorder: f32,
    wording: Wording,
}

impl<'n> Pairing<'n> {
    fn new(name: &'n str) -> Self {
        let names = name.split(' ').take(64).collect();
        let (typed, found, met, disorder) = (0.0, 0.0, 0.0, 0.0);
        let (previous, farthest, wording) = (None, None, Wording::Whole);
        Self { names, taken: 0, previous, farthest, typed, found, met, weakest: 1.0, disorder, wording }
    }

    /// Pairs one more word typed.
    fn add(&mut self, word: &QueryWord) {
        let is_first = self.typed == 0.0;
        let (at, similarity) = self.best(word).unwrap_or((0, 0.0));
        let no_initial = word.initial && similarity == 0.0;
        // « Rue u Mail » has an article of the name misspelt, and no initial.
        let is_article = word.article || (no_initial && self.is_article_next());
        self.typed += match no_initial {
            true if is_article => ARTICLE,
            true => INITIAL,
            false => word.weight,
        };
        if similarity == 0.0 && is_first && is_other_type(word, self.names[0]) {
            (self.taken, self.found, self.previous) = (1, word.weight, Some(0));
            (self.met, self.weakest) = (weight(0, self.names[0]), MEANT / 2.0);
            (self.wording, self.disorder) = (Wording::OtherType, OTHER_TYPE);
            return;
        }
        let weakest = match no_initial {
            true if is_article => MEANT / 2.0, // misspelt
            false if is_article => 1.0,
            _ => similarity,
        };
        self.weakest = self.weakest.min(weakest);
        self.wording = match self.wording {
            Wording::Whole | Wording::Begun if no_initial && !is_article => Wording::WithoutInitial,
            wording => wording.and(word, self.names[at], similarity),
        };
        if similarity > 0.0 {
            self.taken |= 1 << at;
            self.found += word.weight * similarity;
            self.met += weight(at, self.names[at]).min(word.weight) * similarity;
            let is_displaced = self.previous.map_or(at > 1, |previous| at < previous);
            self.disorder += if is_displaced && !word.article { DISPLACED } else { 0.0 };
            self.previous = Some(at);
            self.farthest = if word.article { self.farthest } else { self.farthest.max(Some(at)) };
        }
    }

    /// Whether the word of the name after the one paired last is an article.
    fn is_article_next(&self) -> bool {
        let next = self.previous.map_or(0, |previous| previous + 1);
        self.names.get(next).is_some_and(|name| normalize::is_article(name))
    }

    /// The word of the name that is free and likest to a word typed, the first of equals.
    fn best(&self, word: &QueryWord) -> Option<(usize, f32)> {
        let free = self.names.iter().enumerate().filter(|(at, _)| self.taken & (1 << at) == 0);
        free.map(|(at, name)| (at, word.similarity(name))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    /// What it comes to; `unfinished`: the rest of the name is on its way.
    fn likeness(self, unfinished: bool) -> Likeness<'static> {
        let whole: f32 = self.names.iter().enumerate().map(|(at, name)| weight(at, name)).sum();
        let met = (self.met / whole.max(0.1)).min(1.0);
        let completeness = if unfinished { COMPLETENESS_UNFINISHED } else { COMPLETENESS };
        let complete = 1.0 - completeness * (1.0 - met);
        let text = (self.found / self.typed.max(0.1)) * complete - self.disorder;
        let left = || self.names.iter().enumerate().filter(|(at, name)| self.is_left(*at, name));
        let is_part = self.wording == Wording::Whole && left().next().is_some();
        let wording = if is_part { Wording::Part } else { self.wording };
        let skips = left().any(|(at, name)| Some(at) < self.farthest && weight(at, name) >= 1.0);
        Likeness { text: text.max(0.0), weakest: self.weakest, wording, skips, other_name: None }
    }

    /// Whether a word of the name, no article, was not typed.
    fn is_left(&self, at: usize, name: &str) -> bool {
        self.taken & (1 << at) == 0 && !normalize::is_article(name)
    }
}

/// Whether a type of street was typed, letter for letter, where the name has another.
fn is_other_type(word: &QueryWord, name: &str) -> bool {
    let is_type = |(form, likeness): &(String, f32)| *likeness >= MEANT && normalize::is_street_type(form);
    normalize::is_street_type(name) && word.forms.iter().any(is_type)
}

impl QueryWord {
    /// 0 to 1: how well this word is found in a word of a name.
    fn similarity(&self, name: &str) -> f32 {
        let of = |name: &str| {
            let exact = self.forms.iter().find(|(form, _)| form == name).map(|&(_, likeness)| likeness);
            let begun = self.beginning.as_deref().is_some_and(|beginning| name.starts_with(beginning)).then_some(BEGUN);
            exact.into_iter().chain(begun).fold(0.0, f32::max)
        };
        let direct = of(name);
        if direct >= MEANT {
            return direct;
        }
        normalize::meanings(name).iter().map(|meaning| MEANT * of(meaning)).fold(direct, f32::max)
    }

    /// Whether this word may be unfinished and begins a word of a name, or what that abbreviates.
    fn begins(&self, name: &str) -> bool {
        let begun = |name: &str| self.beginning.as_deref().is_some_and(|beginning| name.starts_with(beginning));
        begun(name) || normalize::meanings(name).iter().any(|meaning| begun(meaning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<QueryWord> {
        let unfinished = text.ends_with('…');
        let all = normalize::normalize(text.trim_end_matches('…'));
        let last = all.len() - 1;
        let word = |(at, word): (usize, normalize::Word)| QueryWord {
            forms: forms(&word).into(),
            beginning: (unfinished && at == last).then(|| word.typed.clone()),
            weight: weight(at, word.canonical()),
            article: normalize::is_article(&word.typed),
            initial: false,
        };
        all.into_iter().enumerate().map(word).collect()
    }

    fn check(typed: &str, better: &str, worse: &str) {
        let of = |name: &str| likeness(&normalize::fold(name), &words(typed)).text;
        assert!(of(better) > of(worse), "{typed}: {better} {} ≤ {worse} {}", of(better), of(worse));
    }

    #[test]
    fn the_name_typed_whole_is_the_likest() {
        assert_eq!(likeness("rue garibaldi", &words("rue garibaldi")), Likeness::WHOLE);
        assert!(likeness("rue du dr calmette", &words("r du docteur calmette")).text > 0.98);
        check("rd 2e", "RD 2E", "RD 2");
        check("boulevard", "Boulevard Pinel", "Montée du Boulevard");
        assert_eq!(likeness("montee du boulevard", &words("montée du boulevard")), Likeness::WHOLE);
        check("rue victor hugo", "Rue Victor Hugo", "Rue Victor Hugo Prolongée");
        check("rue de la gare", "Rue de la Gare", "Place de la Gare");
        check("avenue marechal de saxe", "Avenue du Maréchal de Saxe", "Rue de Saxe");
    }

    #[test]
    fn what_was_typed_letter_for_letter_is_told_from_what_was_corrected() {
        let of = |typed: &str, name: &str| likeness(&normalize::fold(name), &words(typed)).wording;
        assert_eq!(of("r du dr calmette", "Rue du Docteur Calmette"), Wording::Whole);
        assert_eq!(of("parc tete or", "Parc de la Tête d'Or"), Wording::Whole);
        assert_eq!(of("parc", "Parc de la Tête d'Or"), Wording::Part);
        assert_eq!(of("rue watt…", "Rue Watteau"), Wording::Begun);
        assert_eq!(of("rue watt…", "Rue Watt"), Wording::Whole);
        assert_eq!(of("rue du profes…", "Rue du Pr Calmette"), Wording::Begun);
        assert_eq!(of("rue watt", "Rue Watteau"), Wording::Other, "it is finished");
        assert_eq!(of("rue wat bron…", "Rue Watteau Bron"), Wording::Other);
        assert_eq!(of("rue watto…", "Rue Watteau"), Wording::Other);
    }

    #[test]
    fn a_word_that_tells_is_missing_before_the_last_one_typed_or_after_it() {
        let skips = |typed: &str, name: &str| likeness(&normalize::fold(name), &words(typed)).skips;
        assert!(skips("place de la mairie", "Place de l'Ancienne Mairie"));
        assert!(skips("rue du payet", "Petite Rue du Payet"));
        assert!(skips("rue hug…", "Rue Victor Hugo"));
        assert!(skips("hugo", "Rue Victor Hugo"));
        for typed in ["rue victor", "victor", "rue vic…", "avenue hugo victor", "rue"] {
            assert!(!skips(typed, "Rue Victor Hugo"), "{typed}");
        }
        assert!(!skips("rue tete or", "Rue de la Tête d'Or"), "articles tell nothing");
    }

    #[test]
    fn an_initial_is_the_first_letter_of_a_word_or_a_misspelt_article() {
        let of = |letter: &str, name: &str| {
            let mut words = words("rue dumont");
            let initial = QueryWord {
                forms: [(letter.to_owned(), 1.0)].into(),
                beginning: Some(letter.to_owned()),
                weight: 1.0,
                article: false,
                initial: true,
            };
            words.insert(1, initial);
            likeness(&normalize::fold(name), &words)
        };
        let (with, without) = (of("a", "Rue Antoine Dumont"), of("a", "Rue Dumont"));
        assert_eq!((with.wording, without.wording), (Wording::Begun, Wording::WithoutInitial));
        assert!(with.text > without.text && without.weakest == 0.0, "{with:?} {without:?}");
        let misspelt = of("u", "Rue du Dumont");
        assert_eq!(misspelt.wording, Wording::Other);
        assert!(misspelt.text > without.text && misspelt.weakest > 0.0, "{misspelt:?}");
    }

    #[test]
    fn words_left_out_cost_less_than_words_not_found() {
        check("jean jaures", "Avenue Jean Jaurès", "Rue Jean Moulin");
        check("rue garibaldi bron", "Rue de Bron Garibaldi", "Rue Garibaldi");
    }

    #[test]
    fn an_unfinished_word_begins_a_word_of_the_name() {
        check("rue gar…", "Rue Garibaldi", "Rue de la Margarine");
        assert!(likeness("rue garibaldi", &words("rue gar…")).text > 0.9);
        assert!(likeness("rue garibaldi", &words("rue gar")).text < 0.5);
    }
}
