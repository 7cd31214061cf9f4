//! A word of the street half typed before the town: « rue de la rép lyon ». The town says the rest of it, as far as one
//! of its names begins so.

use super::{EXACT, Hunt};
use crate::{
    Error,
    candidates::{Tolerance, expand},
    effort,
    likeness::QueryWord,
    noise,
    normalize::{self, Word},
    parse::Query,
    rank::{Answer, House, Wording},
    shard::Part,
};

/// How far a name is of which one word was begun: it may be taken without a look, and does not keep the very address
/// next door from being said.
const HALF_TYPED: f32 = 0.9;
/// The same when the number typed is not there: a word otherwise spelt is worth a look.
const WITHOUT_NUMBER: f32 = 0.95;
/// Letters that begin a word: fewer begin too many.
const FEWEST_LETTERS: usize = 3;
/// Words of the longest name of which one is tried that is a word of its own too, types and articles apart.
const MOST_WORDS: usize = 3;

impl Hunt<'_> {
    /// Looks in the towns typed for names of which one word typed is only the beginning: the last one, else another.
    pub(super) fn half_words(&mut self) -> Result<(), Error> {
        // What was typed is all there, wherever that is.
        let is_whole = |answer: &Answer<'_>| answer.wording == Wording::Whole && answer.score.text >= EXACT;
        if self.answers.iter().any(is_whole) {
            return Ok(());
        }
        let is_scoped = |query: &&Query| query.scope.is_some() && !query.words.is_empty();
        for query in self.queries.iter().filter(is_scoped).cloned().collect::<Vec<_>>() {
            for at in (0..query.words.len()).rev().filter(|&at| may_be_half(&query.words, at)) {
                if self.effort.is_spent() || self.half_word(&query, at)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether some name goes on where that word ends; each is kept.
    fn half_word(&mut self, query: &Query, at: usize) -> Result<bool, Error> {
        let query = Query { unfinished: false, faith: query.faith * HALF_TYPED, ..query.clone() };
        let beginning = &query.words[at].typed;
        let is_last = at + 1 == query.words.len();
        let mut is_some = false;
        for of_part in 0..self.contexts.len() {
            let context = &mut self.contexts[of_part];
            let part = context.part;
            let vocabulary = &part.shard.vocabulary;
            let may_stand = !is_last && telling(&query.words) > MOST_WORDS && vocabulary.names(beginning) > 0;
            if may_stand || !vocabulary.goes_on(beginning) {
                continue;
            }
            let mut words = expand(context, &query, Tolerance::Exact);
            words[at].beginning = Some(beginning.clone());
            if !words.iter().all(|word| is_known(part, word)) {
                continue;
            }
            self.effort.spend(effort::READING);
            let faith = |house| if matches!(house, House::Unknown(_)) { WITHOUT_NUMBER } else { 1.0 };
            for held in self.held(of_part, (&query, Tolerance::Exact), &words, &words)? {
                is_some |= held.1.wording == Wording::Begun && self.believe(held, &query, faith);
            }
        }
        Ok(is_some)
    }
}

/// Whether a word has letters enough to begin another, and is none of those that names are strung on.
fn may_be_half(words: &[Word], at: usize) -> bool {
    let typed = &words[at].typed;
    // « rue pas bron »: after a type of street it is no other.
    let is_type = noise::is_type(&words[at]) && (at == 0 || (at == 1 && !noise::is_type(&words[0])));
    let is_small = normalize::is_article(typed) || is_type;
    typed.len() >= FEWEST_LETTERS && typed.bytes().all(|b| b.is_ascii_lowercase()) && !is_small
}

/// Words that tell one name from another.
fn telling(words: &[Word]) -> usize {
    words.iter().filter(|word| !normalize::is_article(&word.typed) && !noise::is_type(word)).count()
}

/// Whether a word is of some name, or begins one of some name.
pub(super) fn is_known(part: &Part, word: &QueryWord) -> bool {
    let vocabulary = &part.shard.vocabulary;
    let begins = |beginning: &String| vocabulary.begins(beginning);
    word.article
        || word.initial
        || word.forms.iter().any(|(form, _)| vocabulary.names(form) > 0)
        || word.beginning.as_ref().is_some_and(begins)
}
