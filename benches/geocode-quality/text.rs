//! The bench's own idea of « the same words », and of how else a text may be written.
//!
//! Written apart from the geocoder's normaliser on purpose: truth and answer must not share a mistake.

/// Letters with their mark taken off, and the mark alone, as it stands after the letter in a decomposed text.
const MARKED: [(char, char, char); 16] = [
    ('à', 'a', '\u{300}'),
    ('â', 'a', '\u{302}'),
    ('ä', 'a', '\u{308}'),
    ('á', 'a', '\u{301}'),
    ('ç', 'c', '\u{327}'),
    ('é', 'e', '\u{301}'),
    ('è', 'e', '\u{300}'),
    ('ê', 'e', '\u{302}'),
    ('ë', 'e', '\u{308}'),
    ('î', 'i', '\u{302}'),
    ('ï', 'i', '\u{308}'),
    ('ô', 'o', '\u{302}'),
    ('ö', 'o', '\u{308}'),
    ('ù', 'u', '\u{300}'),
    ('û', 'u', '\u{302}'),
    ('ü', 'u', '\u{308}'),
];

/// Lower case, no accents, `œ` as two letters; everything else as it is.
pub(crate) fn without_accents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ÿ' => out.push('y'),
            'ñ' => out.push('n'),
            'í' | 'ì' => out.push('i'),
            'ó' | 'ò' | 'õ' => out.push('o'),
            'ú' => out.push('u'),
            'ã' | 'å' => out.push('a'),
            letter => out.push(MARKED.iter().find(|(marked, ..)| *marked == letter).map_or(letter, |found| found.1)),
        }
    }
    out
}

/// Words alone, one space between them: two names with the same key are one name.
pub(crate) fn key(text: &str) -> String {
    let spaced: String =
        without_accents(text).chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Accents as marks of their own after the letter (Unicode NFD), as some systems paste them.
pub(crate) fn decomposed(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        match MARKED.iter().find(|(marked, ..)| *marked == lower) {
            Some((_, base, mark)) if letter == lower => out.extend([*base, *mark]),
            Some((_, base, mark)) => out.extend([base.to_ascii_uppercase(), *mark]),
            None => out.push(letter),
        }
    }
    out
}
