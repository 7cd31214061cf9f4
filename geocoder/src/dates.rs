//! The dates that streets are called after: « 8 mai 1945 », « 11 nov », « 8/5/1945 », « 8 mai 45 ». A number in one is
//! no house number, and its year is often left out.

use crate::normalize::Word;

/// The months, as names write them.
const MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

/// Whether a word is a month, or abbreviates one. « Sept » is a number first.
pub(crate) fn is_month(word: &Word) -> bool {
    MONTHS.contains(&word.canonical())
}

/// The same of « sept » too, where a year follows.
fn means_month(word: &Word) -> bool {
    word.forms().any(|form| MONTHS.contains(&form))
}

/// Whether a word is a year that streets are called after.
pub(crate) fn is_year(word: &Word) -> bool {
    word.typed.len() == 4 && word.typed.parse().is_ok_and(|year: u32| (1500..2100).contains(&year))
}

/// The day of a month, if a word is one.
fn day(word: &Word) -> Option<u32> {
    word.canonical().parse().ok().filter(|day| (1..=31).contains(day))
}

/// The words with dates of three numbers as names write them: `8 5 1945` → `8 mai 1945`. Of a year of two digits only
/// after « du »: elsewhere those are three numbers.
pub(crate) fn spelt(mut words: Vec<Word>) -> Vec<Word> {
    for at in 0..words.len().saturating_sub(2) {
        let follows_article = at > 0 && words[at - 1].typed == "du";
        let is_short_year = words[at + 2].typed.len() == 2 && words[at + 2].typed.parse::<u32>().is_ok();
        let is_dated = is_year(&words[at + 2]) || (follows_article && is_short_year);
        let month = words[at + 1].typed.parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
        if let Some(month) = month.filter(|_| is_dated && day(&words[at]).is_some()) {
            words[at + 1] = Word { typed: (*month).to_owned(), meanings: Vec::new() };
        }
    }
    words
}

/// Where a year of two digits stands after a day and a month.
pub(crate) fn short_year(words: &[Word]) -> Option<usize> {
    let is_short = |word: &Word| word.typed.len() == 2 && word.typed.bytes().all(|b| b.is_ascii_digit());
    (2..words.len()).find(|&at| is_short(&words[at]) && is_month(&words[at - 1]) && day(&words[at - 2]).is_some())
}

/// Where a year stands after a day and a month.
pub(crate) fn year(words: &[Word]) -> Option<usize> {
    (2..words.len()).find(|&at| is_year(&words[at]) && means_month(&words[at - 1]) && day(&words[at - 2]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    #[test]
    fn a_date_of_three_numbers_is_spelt_as_names_are() {
        let shown = |text: &str| {
            let words = spelt(normalize(text));
            words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("rue du 8/5/1945"), "rue du 8 mai 1945");
        assert_eq!(shown("12 place du 11.11.1918"), "12 place du 11 novembre 1918");
        assert_eq!(shown("12, rue du 19-03-62"), "12 rue du 19 mars 62");
        for text in ["12 14 16 rue a", "12 13 1945", "8 5 45", "12 14 rue du 8"] {
            assert_eq!(shown(text), crate::normalize::fold(text), "{text}");
        }
    }
}
