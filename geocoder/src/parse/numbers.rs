//! The house number a text may ask for: each number in it may be one, with the suffix after it or not, or be part of
//! the name, where it stands in a date or inside a name.

use super::{signs::Signs, wordings};
use crate::{
    dates,
    house_number::{HouseNumber, is_detached_suffix},
    noise::{announces_number, begins_address, is_digits, is_lead, is_type},
    normalize::{self, Word},
    numerals,
    parse::says_a_name,
};

/// A house number taken out of the words, and the words left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub number: Option<HouseNumber>,
    /// It is one of a range, and not its first.
    pub of_range: bool,
    pub words: Vec<Word>,
    pub unfinished: bool,
}

/// Most numbers of a range: « 4-6-8 », « 2/4/6/8 ».
const LONGEST_RANGE: usize = 4;

/// Each way to take a house number out of the words, and that of taking none.
pub(super) fn readings(words: &[Word], unfinished: bool, signs: &Signs) -> Vec<Reading> {
    let may_be_house = |&at: &usize| house_number(&words[at].typed).is_some() && !is_in_name(words, at);
    let numeric: Vec<usize> = (0..words.len()).filter(may_be_house).collect();
    let mut readings = Vec::new();
    let ends = [numeric.first(), numeric.last().filter(|last| numeric.first() != Some(last))];
    for &at in ends.into_iter().flatten() {
        let Some(number) = house_number(&words[at].typed) else { continue };
        // « rue Garibaldi n° 12 »
        let from = at - usize::from(at > 0 && announces_number(&words[at - 1].typed));
        let mut take = |number: HouseNumber, taken: usize, of_range: bool| {
            let mut rest = words.to_vec();
            rest.drain(from..at + taken);
            let unfinished = unfinished && at + taken < words.len();
            readings.push(Reading { number: Some(number), of_range, words: rest, unfinished });
        };
        let next = words.get(at + 1).map(|word| word.typed.as_str());
        if let Some(suffix) = next.filter(|next| number.suffix.is_empty() && is_detached_suffix(next)) {
            take(HouseNumber { suffix: suffix.to_owned(), ..number.clone() }, 2, false);
        }
        // « 12-16 rue … »: the first number of the range answers for it, another one when it is not there.
        if let Some((numbers, taken)) = range(words, at, signs) {
            for (rank, number) in numbers.into_iter().enumerate() {
                take(number, taken, rank > 0);
            }
        }
        take(number, 1, false);
    }
    readings.extend(suffix_first(words, unfinished));
    readings.extend(in_letters(words, unfinished));
    readings.push(Reading { number: None, of_range: false, words: words.to_vec(), unfinished });
    readings
}

/// Whether the number there belongs to a name, whatever else it could be: the day or the year of a date, the number
/// of a road, one after an article (« rue des 4 vents »; « face au 4 rue … » has its type next), an ordinal after a
/// type.
pub(crate) fn is_in_name(words: &[Word], at: usize) -> bool {
    let (next, before) = (words.get(at + 1), at.checked_sub(1).map(|before| &words[before]));
    let follows = |is: fn(&Word) -> bool| before.is_some_and(is);
    let is_dated = next.is_some_and(dates::is_month) || (follows(dates::is_month) && dates::is_year(&words[at]));
    let begins_street = (1..=2).any(|n| words.get(at + n).is_some_and(is_type) && is_suffixed(words, at, n));
    let has_name_before = words[..at].iter().any(|word| !normalize::is_article(&word.typed));
    let is_inside = follows(|word| matches!(&word.typed[..], "du" | "des" | "de" | "d" | "la" | "le" | "les"));
    let is_ordinal = !words[at].meanings.is_empty() && follows(is_type) && next.is_some();
    is_dated
        || wordings::ends_with_road(&words[..at])
        || (has_name_before && is_inside && !begins_street)
        || (is_ordinal && !begins_street)
}

/// Whether a street that begins `n` words after a number has the number before it, and its suffix at most.
fn is_suffixed(words: &[Word], at: usize, n: usize) -> bool {
    words[at + 1..at + n].iter().all(|word| is_detached_suffix(&word.typed))
}

/// « bis 12 rue … »
fn suffix_first(words: &[Word], unfinished: bool) -> Option<Reading> {
    let [suffix, number, rest @ ..] = words else { return None };
    let number = house_number(&number.typed).filter(|number| number.suffix.is_empty() && is_long_suffix(suffix))?;
    let number = HouseNumber { suffix: suffix.typed.clone(), ..number };
    rest.first().is_some_and(begins_address).then(|| Reading {
        number: Some(number),
        of_range: false,
        words: rest.to_vec(),
        unfinished,
    })
}

/// « quinze bis rue … »: a number in letters is a house's before a type of street and a name.
fn in_letters(words: &[Word], unfinished: bool) -> Option<Reading> {
    let (number, taken) = numerals::whole(|at| words.get(at).map(|word| word.typed.as_str()))?;
    let suffix = words.get(taken).filter(|word| is_long_suffix(word)).map(|word| word.typed.clone());
    let rest = &words[taken + usize::from(suffix.is_some())..];
    let is_address = rest.first().is_some_and(is_type) && says_a_name(rest);
    let number = HouseNumber { number, suffix: suffix.unwrap_or_default() };
    is_address.then(|| Reading { number: Some(number), of_range: false, words: rest.to_vec(), unfinished })
}

/// The numbers of the range at a word, and its words: `12-16`, `12 à 16`, `12 et 14`, `12 bis 16`, `4-6-8`, `12-14bis`.
/// None when nothing else is typed. Where a word stands before it (« lot 12, 14 rue … »), the numbers of a range are joined.
fn range(words: &[Word], at: usize, signs: &Signs) -> Option<(Vec<HouseNumber>, usize)> {
    let is_bound = stands_after_word(words, at);
    let run = run(words, at, |first, second| !is_bound || is_joined(words, at, signs, first, second));
    let end = at + run.1;
    let goes_on = is_bound && is_number_at(words, end);
    let is_all = at == 0 && end == words.len();
    (run.0.len() > 1 && !is_all && !goes_on).then_some(run)
}

/// The numbers one after the other from a word on, as far as each is joined to the one before it, and their words.
fn run(words: &[Word], from: usize, joins: impl Fn(&str, &str) -> bool) -> (Vec<HouseNumber>, usize) {
    let (mut numbers, mut at) = (Vec::new(), from);
    while numbers.len() < LONGEST_RANGE {
        let is_said = words.get(at).is_some_and(|word| matches!(&word.typed[..], "a" | "et" | "au"));
        let joined = usize::from(at > from && is_said);
        // « 12 bis et ter »
        if let (1, Some(last), Some(suffix)) =
            (joined, numbers.last(), words.get(at + 1).filter(|it| is_long_suffix(it)))
        {
            numbers.push(HouseNumber { suffix: suffix.typed.clone(), ..HouseNumber::clone(last) });
            at += 2;
            continue;
        }
        // « 10 2e avenue »: the second is none.
        let is_next = at == from || is_number_at(words, at + joined);
        let Some(word) = words.get(at + joined).filter(|_| is_next) else { break };
        if at > from && joined == 0 && !joins(&words[at - 1].typed, &word.typed) {
            break;
        }
        let Some(number) = house_number(&word.typed) else { break };
        at += joined;
        let len = number_len(words, at);
        let suffix = if len > 1 { words[at + 1].typed.clone() } else { number.suffix };
        numbers.push(HouseNumber { suffix, ..number });
        at += len;
    }
    (numbers, at - from)
}

/// Whether the number there belongs to the word before it: another one, not joined to it, stands between it and the
/// street. « Lot 12, 14 rue … », « n° 12 14 rue … », where « 12 14 rue … » is a range.
pub(crate) fn is_of_word_before(words: &[Word], at: usize, signs: &Signs) -> bool {
    let (numbers, taken) = run(words, at, |first, second| is_joined(words, at, signs, first, second));
    !numbers.is_empty() && stands_after_word(words, at) && is_number_at(words, at + taken)
}

/// Whether a stroke joins two numbers of a run that begins at a word; with spaces only where « n° » alone is before it:
/// « n° 12 - 14 rue … », but « villa n° 12 - 14 rue … ».
fn is_joined(words: &[Word], at: usize, signs: &Signs, first: &str, second: &str) -> bool {
    signs.joins(first, second) || (words[..at].iter().all(is_lead) && signs.joins_loosely(first, second))
}

/// Whether more than « face au » is before a word.
fn stands_after_word(words: &[Word], at: usize) -> bool {
    words[..at].iter().any(|word| !is_lead(word) || announces_number(&word.typed))
}

/// How many words a number takes: one, or two with the suffix that follows it.
pub(crate) fn number_len(words: &[Word], at: usize) -> usize {
    let is_bare = words.get(at).is_some_and(|word| is_digits(&word.typed));
    let next = words.get(at + 2);
    let goes_on = |letter: &Word| {
        let begins_number = next.is_some_and(|next| next.typed.starts_with(|c: char| c.is_ascii_digit()));
        (begins_number && letter.typed != "a") || next.is_some_and(is_type)
    };
    // « 12 r Pont Vieux », « 12 à 14 »
    let is_letter = |word: &Word| word.typed.len() == 1 && word.meanings.is_empty() && goes_on(word);
    let is_suffix = |word: &Word| is_long_suffix(word) || (is_detached_suffix(&word.typed) && is_letter(word));
    1 + usize::from(is_bare && words.get(at + 1).is_some_and(is_suffix))
}

/// `bis`, `ter`: no letter, which may be the type of the street.
fn is_long_suffix(word: &Word) -> bool {
    word.typed.len() > 1 && is_detached_suffix(&word.typed)
}

/// Whether a number is there that may be one of a range: `14`, `14bis`; no ordinal, none of a date.
fn is_number_at(words: &[Word], at: usize) -> bool {
    let is_usual = |number: HouseNumber| number.suffix.is_empty() || is_detached_suffix(&number.suffix);
    words.get(at).is_some_and(|word| {
        word.meanings.is_empty() && house_number(&word.typed).is_some_and(is_usual) && !is_in_name(words, at)
    })
}

/// One to four digits and a short suffix: five digits are a postcode.
fn house_number(word: &str) -> Option<HouseNumber> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) || word.len() - digits > 9 { None } else { word.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    fn numbers(text: &str) -> Vec<String> {
        let show = |reading: Reading| {
            let number = reading.number.map(|n| n.to_string()).unwrap_or_default();
            let of_range = if reading.of_range { "~" } else { "" };
            let words = reading.words.iter().map(|w| w.typed.as_str()).collect::<Vec<_>>().join(" ");
            format!("{of_range}{number}|{words}")
        };
        readings(&normalize(text), true, &Signs::read(text)).into_iter().map(show).collect()
    }

    #[test]
    fn a_number_may_be_a_number_or_part_of_the_name() {
        assert_eq!(numbers("10 2e avenue"), ["10|2e avenue", "2e|10 avenue", "|10 2e avenue"]);
        assert_eq!(numbers("rue garibaldi 12"), ["12|rue garibaldi", "|rue garibaldi 12"]);
        assert_eq!(numbers("rue garibaldi"), ["|rue garibaldi"]);
        assert_eq!(numbers("8 place du marche"), ["8|place du marche", "|8 place du marche"]);
    }

    #[test]
    fn a_number_of_a_date_or_inside_a_name_is_no_house() {
        for text in [
            "place du 8 mai",
            "8 mai 1945",
            "rue du 24 aout 1944",
            "boulevard du 12 novembre 1918",
            "rue du 11 nov",
            "rue des 4 vents",
            "avenue du 25e regiment",
            "avenue 25eme regiment",
            "route departementale 12",
            "rd 12",
            "rue du 8",
        ] {
            assert_eq!(numbers(text), [format!("|{text}")], "{text}");
        }
        assert_eq!(numbers("3 rue du 4 septembre 1870"), ["3|rue du 4 septembre 1870", "|3 rue du 4 septembre 1870"]);
        assert_eq!(numbers("12 8 mai 1945"), ["12|8 mai 1945", "|12 8 mai 1945"]);
        assert_eq!(numbers("rue nationale 12")[0], "12|rue nationale");
        assert!(numbers("place du 8 mai 45").contains(&"45|place du 8 mai".to_owned()), "a house of the square");
        assert!(numbers("pres du 12 bis rue a").contains(&"12bis|pres du rue a".to_owned()));
    }

    #[test]
    fn a_suffix_may_be_a_suffix_or_the_street_type() {
        assert_eq!(numbers("12 bis rue a"), ["12bis|rue a", "12|bis rue a", "|12 bis rue a"]);
        assert_eq!(numbers("12 r garibaldi"), ["12r|garibaldi", "12|r garibaldi", "|12 r garibaldi"]);
        assert_eq!(numbers("208bis rue a"), ["208bis|rue a", "|208bis rue a"]);
    }

    #[test]
    fn the_first_number_of_a_range_is_asked_for() {
        assert_eq!(numbers("12-16 rue a")[0], "12|rue a");
        assert!(numbers("12 a 16 rue a").contains(&"12|rue a".to_owned()));
        assert!(numbers("12 et 14 rue a").contains(&"12|rue a".to_owned()));
        assert!(numbers("12 bis-16 rue a").contains(&"12bis|rue a".to_owned()));
    }

    #[test]
    fn another_number_of_a_range_may_answer_for_it() {
        assert_eq!(numbers("12-16 rue a")[..3], ["12|rue a", "~16|rue a", "12|16 rue a"]);
        assert_eq!(numbers("4-6-8 rue a")[..3], ["4|rue a", "~6|rue a", "~8|rue a"]);
        assert!(numbers("3 à 5 bis rue a").contains(&"~5bis|rue a".to_owned()));
        assert_eq!(numbers("12-14bis rue a")[..3], ["12|rue a", "~14bis|rue a", "12|14bis rue a"]);
        assert_eq!(numbers("12bis/14bis rue a")[..2], ["12bis|rue a", "~14bis|rue a"]);
        assert_eq!(numbers("12 b - 14 c rue a")[1..3], ["12b|rue a", "~14c|rue a"]);
        assert_eq!(numbers("12 bis et ter rue a")[1..3], ["12bis|rue a", "~12ter|rue a"]);
        assert_eq!(numbers("rue a 12-14")[..2], ["12|rue a", "~14|rue a"]);
        assert_eq!(numbers("12/12b rue a")[..2], ["12|rue a", "~12b|rue a"]);
        assert!(!numbers("10 2e avenue a").iter().any(|it| it.starts_with('~')), "an ordinal is of the name");
        assert!(!numbers("12 14").iter().any(|it| it.starts_with('~')), "nothing follows them");
        assert!(!numbers("12 rue du 8 mai").iter().any(|it| it.starts_with('~')));
    }

    #[test]
    fn a_number_after_a_word_is_of_that_word_unless_a_stroke_joins_it_to_the_next() {
        let are_ranges = |text: &str| numbers(text).iter().any(|it| it.starts_with('~'));
        for text in
            ["pavillon 19, 13 rue a", "n° 4, 24 rue a", "ab 12 40 rue a", "ref. 2024/16 52 rue a", "lot 3 - 5 rue a"]
        {
            assert!(!are_ranges(text), "{text}: {:?}", numbers(text));
        }
        for text in [
            "dupont 12-14 rue a",
            "n° 12 - 14 rue a",
            "n° 12/14 rue a",
            "dupont 12 et 14 rue a",
            "face au 12 14 rue a",
            "12, 14 rue a",
        ] {
            assert!(are_ranges(text), "{text}: {:?}", numbers(text));
        }
        let is_of_word = |text: &str, at: usize| is_of_word_before(&normalize(text), at, &Signs::read(text));
        assert!(is_of_word("pavillon 19, 13 rue a", 1) && !is_of_word("pavillon 19, 13 rue a", 2));
        assert!(is_of_word("lot 12 bis, 14 rue a", 1) && is_of_word("ref 2024/16 52 rue a", 1));
        assert!(!is_of_word("dupont 12-14 rue a", 1) && !is_of_word("12 14 rue a", 0));
    }

    #[test]
    fn a_number_in_letters_or_after_its_suffix_may_be_a_house() {
        assert_eq!(numbers("quinze rue a b"), ["15|rue a b", "|quinze rue a b"]);
        assert_eq!(numbers("cent vingt et un bis rue a b")[0], "121bis|rue a b");
        assert_eq!(numbers("trois cours"), ["|trois cours"]);
        assert_eq!(numbers("quatre vents"), ["|quatre vents"]);
        assert!(numbers("bis 5 rue a").contains(&"5bis|rue a".to_owned()));
    }

    #[test]
    fn a_number_after_the_street_may_be_announced() {
        assert!(numbers("rue a n° 12 bron").contains(&"12|rue a bron".to_owned()));
        assert!(numbers("rue a numéro 12").contains(&"12|rue a".to_owned()));
    }
}
