//! Words glued together or cut in two: « jeanjaures », « Fon taines ». Only where a word is not one of the index.

use crate::{noise::is_digits, normalize::Word, parse::Typed, vocabulary::Vocabulary};

/// How far such a writing is from what was typed.
const RESPACED: f32 = 0.95;
/// Shortest word that two make when put together.
const SHORTEST_GLUED: usize = 5;

/// The text with its unknown words cut where words meet, or put together where one was cut; none when nothing changes.
pub(crate) fn respaced(typed: &Typed, vocabulary: &Vocabulary) -> Option<Typed> {
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(this) = typed.words.get(at) {
        let unfinished = typed.unfinished && at + 1 == typed.words.len();
        if let Some(one) = typed.words.get(at + 1).and_then(|next| joined(this, next, vocabulary)) {
            words.push(one);
            at += 1;
        } else if let Some(parts) = parts(this, unfinished, vocabulary) {
            words.extend(parts);
        } else {
            words.push(this.clone());
        }
        at += 1;
    }
    (words != typed.words).then(|| typed.rewritten(words, RESPACED))
}

/// The word that two make, when one of them is none or hardly one.
fn joined(this: &Word, next: &Word, vocabulary: &Vocabulary) -> Option<Word> {
    let stands_alone = |word: &Word| is_known(word, vocabulary) && word.typed.len() > 2;
    let glued = format!("{}{}", this.typed, next.typed);
    let is_word = glued.len() >= SHORTEST_GLUED && vocabulary.names(&glued) > 0;
    (is_word && !(stands_alone(this) && stands_alone(next))).then(|| Word::new(&glued))
}

/// The words that an unknown one is made of.
fn parts(this: &Word, unfinished: bool, vocabulary: &Vocabulary) -> Option<Vec<Word>> {
    if !unfinished && are_initials(this, vocabulary) {
        return Some(this.typed.chars().map(|initial| Word::new(initial.encode_utf8(&mut [0; 4]))).collect());
    }
    if is_known(this, vocabulary) || (unfinished && vocabulary.begins(&this.typed)) {
        return None;
    }
    let parts = vocabulary.cut(&this.typed, unfinished)?;
    Some(parts.iter().map(|part| Word::new(part)).collect())
}

/// « jf kennedy »: two letters that are no word.
fn are_initials(word: &Word, vocabulary: &Vocabulary) -> bool {
    let is_two_letters = word.typed.len() == 2 && word.typed.bytes().all(|b| b.is_ascii_lowercase());
    is_two_letters && word.meanings.is_empty() && vocabulary.names(&word.typed) == 0
}

fn is_known(word: &Word, vocabulary: &Vocabulary) -> bool {
    word.typed.len() < 3 || !word.meanings.is_empty() || is_digits(&word.typed) || vocabulary.names(&word.typed) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let words = ["rue", "de", "la", "paix", "jean", "jaures", "fontaines", "saint", "martin", "fon"];
        let mut sorted: Vec<(String, u32)> = words.iter().map(|word| ((*word).to_owned(), 3)).collect();
        sorted.sort();
        let found = respaced(&Typed::read(text, true).unwrap(), &sorted.into_iter().collect());
        let shown = found.map(|typed| typed.words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" "));
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[test]
    fn words_are_parted_and_joined_where_they_are_none() {
        check("12 rue jeanjaures", Some("12 rue jean jaures"));
        check("ruedelapaix", Some("rue de la paix"));
        check("rue font aines", Some("rue fontaines"));
        check("rue fon taines", Some("rue fontaines"));
        check("ruede la paix", Some("rue de la paix"));
        check("rue jf martin", Some("rue j f martin"));
        check("rue saint martin", None);
        check("rue garibaldi", None);
    }
}
