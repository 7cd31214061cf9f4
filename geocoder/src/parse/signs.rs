//! What the signs of a text say that its words alone do not: `12-14` is a range where « 12, 14 » may be two numbers,
//! and `(69)` after a town is its department. Signs of HTML, pasted from a page or a file, are what they stand for.

use std::borrow::Cow;

use crate::{house_number::is_detached_suffix, normalize::fold};

/// What parts the two numbers of a range.
const STROKES: [&str; 7] = ["-", "‑", "–", "—", "/", "&", "+"];

/// Signs of an address as HTML writes them.
const ENTITIES: [(&str, &str); 8] = [
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&rsquo;", "'"),
    ("&quot;", "\""),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

/// A text with its signs as they are read.
pub(crate) fn without_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let plain = |text: Cow<'_, str>, (entity, sign): &(&str, &str)| Cow::Owned(text.replace(entity, sign));
    ENTITIES.iter().fold(Cow::Borrowed(text), |text, pair| if text.contains(pair.0) { plain(text, pair) } else { text })
}

/// The words that signs say something of, folded.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Signs {
    /// Numbers, and suffixes of numbers, that a stroke joins to the number after them.
    joined: Vec<[String; 2]>,
    /// The same with spaces around the stroke.
    apart: Vec<[String; 2]>,
    /// Words that are alone in brackets.
    bracketed: Vec<String>,
}

impl Signs {
    /// The signs of a text as it was typed.
    pub(crate) fn read(text: &str) -> Self {
        let (mut signs, mut before, mut rest) = (Self::default(), "", text);
        while let Some(start) = rest.find(char::is_alphanumeric) {
            let (gap, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|c: char| !c.is_alphanumeric()).unwrap_or(from.len()));
            let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
            if STROKES.contains(&gap.trim()) && is_number(word) {
                let first = fold(before);
                if is_number(&first) || is_detached_suffix(&first) {
                    let of = if STROKES.contains(&gap) { &mut signs.joined } else { &mut signs.apart };
                    of.push([first, fold(word)]);
                }
            }
            if gap.ends_with('(') && after.starts_with(')') {
                signs.bracketed.push(fold(word));
            }
            (before, rest) = (word, after);
        }
        signs
    }

    /// Whether a stroke without spaces joins two words.
    pub(crate) fn joins(&self, first: &str, second: &str) -> bool {
        self.joined.iter().any(|[a, b]| a == first && b == second)
    }

    /// Whether a stroke with spaces stands between two words.
    pub(crate) fn joins_loosely(&self, first: &str, second: &str) -> bool {
        self.apart.iter().any(|[a, b]| a == first && b == second)
    }

    /// Whether a word was alone in brackets.
    pub(crate) fn brackets(&self, word: &str) -> bool {
        self.bracketed.iter().any(|bracketed| bracketed == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_joined_by_a_stroke_without_spaces() {
        let signs = Signs::read("Villa n° 3 - 12bis-14, 16 bis/18 rue A 69100-Bron");
        for (first, second) in [("12bis", "14"), ("bis", "18")] {
            assert!(signs.joins(first, second), "{first} {second}");
        }
        for (first, second) in [("3", "12bis"), ("14", "16"), ("a", "69100"), ("69100", "bron")] {
            assert!(!signs.joins(first, second), "{first} {second}");
        }
        assert!(signs.joins_loosely("3", "12bis") && !signs.joins_loosely("14", "16"));
    }

    #[test]
    fn signs_of_html_are_what_they_stand_for() {
        assert_eq!(without_entities("2 rue de l&#39;Argonne &amp; d&apos;Alger"), "2 rue de l'Argonne & d'Alger");
        assert!(matches!(without_entities("rue A & rue B"), Cow::Borrowed("rue A & rue B")));
    }

    #[test]
    fn one_word_in_brackets_is_told() {
        let signs = Signs::read("Chassieu (69), rue (du moulin)");
        assert!(signs.brackets("69") && !signs.brackets("du") && !signs.brackets("moulin"));
    }
}
