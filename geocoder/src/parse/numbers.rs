//! The house number a text may ask for: each number in it may be one, with the suffix after it or not, or be part of
//! the name, where it stands in a date or inside a name.

use super::wordings;
use crate::{
    dates,
    house_number::{HouseNumber, is_detached_suffix},
    noise::{announces_number, is_digits, is_type},
    normalize::{self, Word},
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
pub(super) fn readings(words: &[Word], unfinished: bool) -> Vec<Reading> {
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
        if let Some((numbers, taken)) = range(&words[at..]) {
            for (rank, number) in numbers.into_iter().enumerate() {
                take(number, taken, rank > 0);
            }
        }
        take(number, 1, false);
    }
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

/// The numbers of a range that begins some words, and its words: `12-16`, `12 à 16`, `12 et 14`, `12 bis 16`, `4-6-8`.
/// None when nothing follows it.
fn range(words: &[Word]) -> Option<(Vec<HouseNumber>, usize)> {
    let word = |at: usize| words.get(at).map(|word| word.typed.as_str());
    let is_suffix = |at: usize| word(at).is_some_and(|word| word.len() > 1 && is_detached_suffix(word));
    let mut numbers = Vec::new();
    let mut at = 0;
    while numbers.len() < LONGEST_RANGE {
        let joined = usize::from(at > 0 && word(at).is_some_and(|word| matches!(word, "a" | "et" | "au")));
        // « 10 2e avenue »: the second is none.
        let is_next = |word: &&str| at == 0 || (is_digits(word) && !is_in_name(words, at + joined));
        let number = word(at + joined).filter(is_next).and_then(house_number);
        let Some(mut number) = number else { break };
        at += joined + 1;
        if number.suffix.is_empty() && is_suffix(at) {
            word(at).unwrap_or_default().clone_into(&mut number.suffix);
            at += 1;
        }
        numbers.push(number);
    }
    (numbers.len() > 1 && at < words.len()).then_some((numbers, at))
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
        readings(&normalize(text), true).into_iter().map(show).collect()
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
        assert!(!numbers("12 14").iter().any(|it| it.starts_with('~')), "nothing follows them");
        assert!(!numbers("12 rue du 8 mai").iter().any(|it| it.starts_with('~')));
    }

    #[test]
    fn a_number_after_the_street_may_be_announced() {
        assert!(numbers("rue a n° 12 bron").contains(&"12|rue a bron".to_owned()));
        assert!(numbers("rue a numéro 12").contains(&"12|rue a".to_owned()));
    }
}
