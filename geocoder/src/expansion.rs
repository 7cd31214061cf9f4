//! The words of a reading with every form they may take in a name: as typed, abbreviated, misspelt, unfinished. A word
//! is looked up once for all readings of a text, which share most of their words.

use std::rc::Rc;

use crate::{
    candidates::Tolerance,
    effort::{self, Effort},
    noise,
    normalize::{self, Word},
    parse::Query,
    rank::{self, QueryWord},
    schema,
    vocabulary::{Asked, Vocabulary},
};

/// How telling two letters are that are no word, looked for loosely: hardly more than an article.
const SCRAP: f32 = 0.2;

/// The forms of the words looked up so far: few enough to be gone through in order.
#[derive(Debug, Default)]
pub(crate) struct Expansions(Vec<Expansion>);

/// The forms of one word, misspelt ones among them when they were `asked` for.
#[derive(Debug)]
struct Expansion {
    word: Word,
    asked: Option<Asked>,
    forms: Rc<[(String, f32)]>,
}

impl Expansions {
    /// The words of a reading in the forms that a vocabulary has for them, and as typed.
    pub(crate) fn expand(
        &mut self,
        query: &Query,
        tolerance: Tolerance,
        vocabulary: &Vocabulary,
        effort: &Effort,
    ) -> Vec<QueryWord> {
        let last = query.words.len().saturating_sub(1);
        let expanded = query.words.iter().enumerate().map(|(at, word)| {
            let unfinished = query.unfinished && at == last;
            // « av v hugo »: a letter inside a name may be the first of a word.
            let is_initial =
                tolerance > Tolerance::Exact && (1..last).contains(&at) && normalize::is_initial(&word.typed);
            let loosely = tolerance == Tolerance::Loose;
            let asked = Asked { beginning: unfinished, as_type: at <= 1, loosely }.of(&word.typed);
            let asked = Some(asked).filter(|_| tolerance > Tolerance::Exact);
            // « Rue de al Poudrerie »: too short to be corrected, and no reason to find nothing.
            let is_small = word.typed.len() <= 2 && word.typed.bytes().all(|b| b.is_ascii_lowercase());
            let is_scrap = loosely && is_small && at < last;
            // Words cut in two are none: « Rue dz Bac » is not « Rue D. Z. Bac ».
            let initial = query.faith > 0.99
                && is_initial_of_name(&query.words, at)
                && (is_initial || normalize::is_article(&word.typed));
            let is_article = is_scrap || normalize::is_article(&word.typed);
            QueryWord {
                forms: self.forms(word, asked, vocabulary, effort),
                beginning: (unfinished || is_initial || initial).then(|| word.typed.clone()),
                weight: if initial {
                    1.0
                } else if is_scrap {
                    SCRAP
                } else {
                    rank::weight(at, word.canonical())
                },
                article: is_article && !unfinished && !initial,
                initial,
            }
        });
        expanded.collect()
    }

    fn forms(
        &mut self,
        word: &Word,
        asked: Option<Asked>,
        vocabulary: &Vocabulary,
        effort: &Effort,
    ) -> Rc<[(String, f32)]> {
        let is_it = |known: &&Expansion| known.asked == asked && known.word == *word;
        if let Some(known) = self.0.iter().find(is_it) {
            return known.forms.clone();
        }
        let mut forms = rank::forms(word);
        if let Some(asked) = asked {
            effort.spend(vocabulary.len() as u64 * effort::COMPARE);
            for spelling in vocabulary.spellings(&word.typed, asked) {
                if forms.iter().all(|(form, _)| *form != spelling.word) {
                    forms.push((spelling.word, spelling.likeness));
                }
            }
        }
        let forms: Rc<[(String, f32)]> = forms.into();
        self.0.push(Expansion { word: word.clone(), asked, forms: forms.clone() });
        forms
    }
}

/// Whether a letter there is the first of a first name: « rue A. Dumont », « rue J. B. Dumont ». An `l` or a `d` is an
/// article before a vowel (« rue l'Argonne »), and an `a` before another article (« rue à la Croix »).
fn is_initial_of_name(words: &[Word], at: usize) -> bool {
    let is_letter = |word: &Word| word.typed.len() == 1 && word.typed.bytes().all(|b| b.is_ascii_lowercase());
    let (before, from) = words.split_at(at);
    let [word, next, ..] = from else { return false };
    let follows_type =
        before.iter().rev().find(|word| !is_letter(word) || noise::is_type(word)).is_some_and(noise::is_type);
    let begins = |letters: &[char]| next.typed.starts_with(letters);
    let is_elided = matches!(&word.typed[..], "l" | "d") && begins(&['a', 'e', 'i', 'o', 'u', 'y', 'h']);
    let is_name = next.typed.starts_with(|c: char| c.is_ascii_lowercase()) && !normalize::is_article(&next.typed);
    is_letter(word) && follows_type && is_name && !is_elided
}

/// Whether some name has a word, in one of its forms.
pub(crate) fn is_in_some_name(word: &QueryWord, vocabulary: &Vocabulary) -> bool {
    let begins = |beginning: &str| vocabulary.begins(schema::indexed_beginning(beginning));
    word.forms.iter().any(|(form, _)| vocabulary.names(form) > 0) || word.beginning.as_deref().is_some_and(begins)
}
