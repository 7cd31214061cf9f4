//! Numbers as names write them: in letters, of one word or several (« quatre-vingt-dix-neuf »), as ordinals, in
//! Roman letters; up to a hundred, and years. By the rules of the language: no list of the names that have one.

use std::ops::RangeInclusive;

/// The number a folded word is: `vingt`, `troisieme`, `xviii`. « Un » is an article, and « vie » a word.
pub(crate) fn of_word(word: &str) -> Option<u32> {
    cardinal(word).or_else(|| ordinal(word)).or_else(|| roman(word)).filter(|&number| number > 0)
}

fn cardinal(word: &str) -> Option<u32> {
    Some(match word {
        "deux" => 2,
        "trois" => 3,
        "quatre" => 4,
        "cinq" => 5,
        "six" => 6,
        "sept" => 7,
        "huit" => 8,
        "neuf" => 9,
        "dix" => 10,
        "onze" => 11,
        "douze" => 12,
        "treize" => 13,
        "quatorze" => 14,
        "quinze" => 15,
        "seize" => 16,
        "vingt" | "vingts" => 20,
        "trente" => 30,
        "quarante" => 40,
        "cinquante" => 50,
        "soixante" => 60,
        "septante" => 70,
        "huitante" | "octante" => 80,
        "nonante" => 90,
        "cent" | "cents" => 100,
        _ => return None,
    })
}

/// « Deuxième », « cinquième », « trentième ».
fn ordinal(word: &str) -> Option<u32> {
    if matches!(word, "premier" | "premiere" | "ier") {
        return Some(1);
    }
    match word.strip_suffix("ieme")? {
        "un" => Some(1),
        "quatr" => Some(4),
        "cinqu" => Some(5),
        "neuv" => Some(9),
        stem @ ("onz" | "douz" | "treiz" | "quatorz" | "quinz" | "seiz" | "trent" | "quarant" | "cinquant"
        | "soixant" | "septant" | "nonant") => cardinal(&format!("{stem}e")),
        stem => cardinal(stem),
    }
}

/// `xviii`, `ive`; not one letter, which is a letter, nor what is no right Roman number.
fn roman(word: &str) -> Option<u32> {
    const LETTERS: [(&str, u32); 9] =
        [("c", 100), ("xc", 90), ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)];
    let is_roman = |word: &str| word.len() > 1 && word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x' | b'l' | b'c'));
    let word = if is_roman(word) {
        word
    } else {
        let stem = word.strip_suffix("eme").or_else(|| word.strip_suffix('e'))?;
        Some(stem).filter(|stem| is_roman(stem) && !stem.contains(['l', 'c']) && word != "vie")?
    };
    let (mut rest, mut number) = (word, 0);
    for (letters, value) in LETTERS {
        // At most three of one, and one of those that stand for a subtraction or a half.
        let most = if matches!(value, 1 | 10) { 3 } else { 1 };
        for _ in 0..most {
            let Some(after) = rest.strip_prefix(letters) else { break };
            (rest, number) = (after, number + value);
        }
    }
    (rest.is_empty() && number <= 100 && in_roman(number) == word).then_some(number)
}

/// A number up to a hundred in Roman letters.
pub(crate) fn in_roman(number: u32) -> String {
    const TENS: [&str; 11] = ["", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc", "c"];
    const UNITS: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let of = |list: &[&str], at: u32| list.get(at as usize).copied().unwrap_or_default().to_owned();
    of(&TENS, number / 10) + &of(&UNITS, number % 10)
}

/// The number that several words write together, cardinal or ordinal, and how many words; `word` gives the n-th. Up to a
/// hundred, and years.
pub(crate) fn of_words<'w>(word: impl Fn(usize) -> Option<&'w str>) -> Option<(u32, usize)> {
    // Most words are of no number: this is asked at each of them.
    let has_unit = (0..3).any(|at| word(at).is_some_and(|word| is_thousand(word) || is_hundred(word)));
    let year = has_unit.then(|| whole(&word)).flatten().filter(|(number, _)| YEARS.contains(number));
    year.or_else(|| below_hundred(&word))
}

/// The number that some words begin with, of one word or several, below ten thousand, and how many words.
pub(crate) fn whole<'w>(word: impl Fn(usize) -> Option<&'w str>) -> Option<(u32, usize)> {
    let first = word(0)?;
    if cardinal(first).is_none() && first != "un" && !is_thousand(first) {
        return None;
    }
    let (thousands, mut taken) = many(&word, 0, is_thousand).unwrap_or_default();
    let (hundreds, more) = many(&word, taken, is_hundred).unwrap_or_default();
    taken += more;
    let after = |at: usize| word(taken + at);
    let one = || after(0).and_then(|first| tens(first, after(1)).or_else(|| small(first, after(1))));
    let (rest, more) = below_hundred(after).or_else(one).unwrap_or_default();
    let number = thousands * 1_000 + hundreds * 100 + rest;
    (number > 0).then_some((number, taken + more))
}

fn is_thousand(word: &str) -> bool {
    matches!(word, "mille" | "mil")
}

fn is_hundred(word: &str) -> bool {
    matches!(word, "cent" | "cents")
}

/// How many thousands or hundreds some words say, and how many words that takes: « mille », « deux mille », « dix-neuf
/// cent ».
fn many<'w>(
    word: impl Fn(usize) -> Option<&'w str>,
    at: usize,
    is_unit: impl Fn(&str) -> bool,
) -> Option<(u32, usize)> {
    if is_unit(word(at)?) {
        return Some((1, 1));
    }
    let (number, taken) = small(word(at)?, word(at + 1))?;
    is_unit(word(at + taken)?).then_some((number, taken + 1))
}

fn below_hundred<'w>(word: impl Fn(usize) -> Option<&'w str>) -> Option<(u32, usize)> {
    let small = |at: usize| small(word(at)?, word(at + 1));
    let Some((tens, taken)) = tens(word(0)?, word(1)) else {
        return small(0).filter(|&(_, taken)| taken > 1);
    };
    let goes_past_nine = matches!(tens, 60 | 80);
    let is_ended = word(taken - 1).is_some_and(|last| last.ends_with("ieme"));
    let is_joined = word(taken) == Some("et");
    let rest = if is_ended { None } else { small(taken + usize::from(is_joined)) };
    let fits = |&(small, _): &(u32, usize)| (small < 10 || goes_past_nine) && (!is_joined || matches!(small, 1 | 11));
    match rest.filter(fits) {
        Some((small, more)) => Some((tens + small, taken + usize::from(is_joined) + more)),
        None => (taken > 1).then_some((tens, taken)),
    }
}

/// Those that names have in letters.
const YEARS: RangeInclusive<u32> = 1_500..=2_099;

/// One to nineteen, in one word or two.
fn small(word: &str, next: Option<&str>) -> Option<(u32, usize)> {
    if matches!(word, "un" | "une") {
        return Some((1, 1));
    }
    let number = cardinal(word).or_else(|| ordinal(word)).filter(|&number| number < 17)?;
    let units = next.filter(|_| word == "dix").and_then(|next| cardinal(next).or_else(|| ordinal(next)));
    match units.filter(|units| matches!(units, 7..=9)) {
        Some(units) => Some((10 + units, 2)),
        None => Some((number, 1)),
    }
}

/// Twenty, thirty and so on to ninety, in one word or two.
fn tens(word: &str, next: Option<&str>) -> Option<(u32, usize)> {
    if word == "quatre" && next.is_some_and(|next| matches!(next, "vingt" | "vingts" | "vingtieme")) {
        return Some((80, 2));
    }
    let number = cardinal(word).or_else(|| ordinal(word))?;
    (20..100).contains(&number).then_some((number, 1))
}

/// The words of a number below a hundred that takes several; none for one that is a word, or has none here.
pub(crate) fn in_words(number: u32) -> Option<Vec<&'static str>> {
    const SMALL: [&str; 17] = [
        "", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
        "quatorze", "quinze", "seize",
    ];
    const TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];
    let small = |number: u32| match number {
        17..=19 => vec!["dix", SMALL[number as usize - 10]],
        0 => Vec::new(),
        _ => vec![SMALL[number as usize]],
    };
    let mut words = match number {
        17..=19 => Vec::new(),
        20..=79 => vec![TENS[(number / 10).min(6) as usize]],
        80..=99 => vec!["quatre", "vingt"],
        _ => return None,
    };
    let rest = match number {
        17..=19 => number,
        20..=59 => number % 10,
        60..=79 => number - 60,
        _ => number - 80,
    };
    if matches!(rest, 1 | 11) && number < 80 {
        words.push("et");
    }
    words.extend(small(rest));
    (words.len() > 1).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_letters_is_read_back_whole() {
        for number in 17..100 {
            let Some(words) = in_words(number) else {
                assert!(number.is_multiple_of(10) && number < 70, "{number} takes several words");
                continue;
            };
            assert_eq!(of_words(|at| words.get(at).copied()), Some((number, words.len())), "{words:?}");
            assert_eq!(of_word(&in_roman(number)), Some(number).filter(|_| number != 50), "{number}");
        }
        assert_eq!(in_words(16), None);
        assert_eq!(in_words(100), None);
    }

    #[test]
    fn numbers_of_one_word_are_read_in_letters_and_as_ordinals() {
        for (word, number) in [
            ("vingt", 20),
            ("vingtieme", 20),
            ("quinzieme", 15),
            ("neuvieme", 9),
            ("cinquieme", 5),
            ("premiere", 1),
            ("cent", 100),
            ("xviii", 18),
            ("xxiii", 23),
            ("xive", 14),
            ("xl", 40),
        ] {
            assert_eq!(of_word(word), Some(number), "{word}");
        }
        for word in ["un", "v", "c", "vie", "iiii", "vx", "ic", "cil", "ville", "dixie", "ieme", "mix"] {
            assert_eq!(of_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_number_of_several_words_ends_where_the_number_does() {
        let read = |text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            of_words(|at| words.get(at).copied())
        };
        assert_eq!(read("vingt quatre aout"), Some((24, 2)));
        assert_eq!(read("dix neuvieme siecle"), Some((19, 2)));
        assert_eq!(read("soixante et onze"), Some((71, 3)));
        assert_eq!(read("quatre vingt dix neuf"), Some((99, 4)));
        assert_eq!(read("quatre vingts"), Some((80, 2)));
        assert_eq!(read("quatre vents"), None);
        assert_eq!(read("vingt et cent"), None);
        assert_eq!(read("vingtieme deux"), None);
        assert_eq!(read("dix"), None);
        assert_eq!(read("mille neuf cent quarante cinq lyon"), Some((1945, 5)));
        assert_eq!(read("mil neuf cent dix huit"), Some((1918, 5)));
        assert_eq!(read("dix neuf cent soixante deux"), Some((1962, 5)));
        assert_eq!(read("deux mille trois"), Some((2003, 3)));
        for text in ["mille fleurs", "cent vingt", "deux cents", "mille"] {
            assert!(read(text).is_none_or(|(number, _)| number < 100), "{text} is no year");
        }
    }

    #[test]
    fn a_number_is_read_whole_of_one_word_or_several() {
        let read = |text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            whole(|at| words.get(at).copied())
        };
        assert_eq!(read("quinze rue"), Some((15, 1)));
        assert_eq!(read("un rue"), Some((1, 1)));
        assert_eq!(read("vingt rue"), Some((20, 1)));
        assert_eq!(read("vingt et un rue"), Some((21, 3)));
        assert_eq!(read("cent rue"), Some((100, 1)));
        assert_eq!(read("deux cent quatre vingt dix neuf bis"), Some((299, 6)));
        assert_eq!(read("une rue"), None);
        assert_eq!(read("deuxieme rue"), None);
        assert_eq!(read("rue"), None);
    }
}
