//! Words glued together or cut in two: « jeanjaures », « Fon taines ». Only where a word is not one of the index, and
//! only into words or a word that are.

use crate::{
    edit,
    noise::is_digits,
    normalize::{self, Word},
    parse::Typed,
    vocabulary::Vocabulary,
};

/// How far such a writing is from what was typed.
const RESPACED: f32 = 0.95;
/// Shortest word that two make when put together.
const SHORTEST_JOINED: usize = 5;
/// Shortest word that may be several, in letters: « dela ».
const SHORTEST_GLUED: usize = 4;
/// Most words a glued one is cut into.
const MAX_PARTS: usize = 4;

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
    let is_word = glued.len() >= SHORTEST_JOINED && vocabulary.names(&glued) > 0;
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
    let parts = cut(&this.typed, unfinished, vocabulary)?;
    Some(parts.iter().map(|part| Word::new(part)).collect())
}

/// The words a glued one is made of: as few as possible, the most used. `unfinished`: the last may go on.
fn cut(glued: &str, unfinished: bool, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    if glued.len() < SHORTEST_GLUED || glued.len() > 2 * edit::LONGEST {
        return None;
    }
    (2..=MAX_PARTS).find_map(|parts| best_cut(glued, parts, unfinished, vocabulary)).map(|(_, cut)| cut)
}

/// The cut into that many words whose rarest word is the most used, and in how many names that one is.
fn best_cut(glued: &str, parts: usize, unfinished: bool, vocabulary: &Vocabulary) -> Option<(u32, Vec<String>)> {
    if parts == 1 {
        let names = vocabulary.names(glued);
        // « routede vienne »: an article may be the last, but no letter alone.
        let is_whole = glued.len() >= 3 || (glued.len() == 2 && normalize::is_article(glued));
        let known = is_whole && (names > 0 || (unfinished && vocabulary.begins(glued)));
        return known.then(|| (names, vec![glued.to_owned()]));
    }
    let mut best: Option<(u32, Vec<String>)> = None;
    for at in 1..glued.len() {
        let (first, rest) = glued.split_at(at);
        let is_word = at >= 3 || normalize::is_article(first);
        let names = if is_word { vocabulary.names(first) } else { 0 };
        if names == 0 {
            continue;
        }
        if let Some((rarest, mut cut)) = best_cut(rest, parts - 1, unfinished, vocabulary) {
            let rarest = rarest.min(names);
            if best.as_ref().is_none_or(|(known, _)| rarest > *known) {
                cut.insert(0, first.to_owned());
                best = Some((rarest, cut));
            }
        }
    }
    best
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

    fn vocabulary(words: &[&str]) -> Vocabulary {
        let mut sorted: Vec<(String, u32)> = words.iter().map(|word| ((*word).to_owned(), 3)).collect();
        sorted.sort();
        sorted.into_iter().collect()
    }

    fn check(text: &str, expected: Option<&str>) {
        let words = ["rue", "de", "la", "paix", "jean", "jaures", "fontaines", "saint", "martin", "fon"];
        let found = respaced(&Typed::read(text, true).unwrap(), &vocabulary(&words));
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

    #[test]
    fn glued_words_are_cut_where_words_meet() {
        let words = vocabulary(&["rue", "de", "la", "paix", "jean", "jaures", "saint", "priest"]);
        let found = |glued, unfinished| cut(glued, unfinished, &words).map(|cut| cut.join(" "));
        assert_eq!(found("jeanjaures", false).unwrap(), "jean jaures");
        assert_eq!(found("ruedelapaix", false).unwrap(), "rue de la paix");
        assert_eq!(found("ruede", false).unwrap(), "rue de");
        assert_eq!(found("dela", false).unwrap(), "de la");
        assert_eq!(found("jeanjau", true).unwrap(), "jean jau");
        assert_eq!(found("jeanjau", false), None);
        assert_eq!(found("garibaldi", false), None);
    }
}
