//! Other ways to write the words of one reading, where one word stands for several: « vingt-quatre » and 24, « RD 12 »
//! and « Route Départementale 12 », « ZA » and « zone artisanale », a date with and without its year. Each is made by
//! a rule from what the others made, and only of words that have the shape for it.

use crate::{
    dates, noise, normalize,
    normalize::{Word, is_article},
    numerals,
};

/// Wordings of one reading, itself among them.
const MOST: usize = 8;
/// How far a date without its year is from the date typed.
const YEAR_DROPPED: f32 = 0.96;

/// What is short for several words. Of two long ones, either is written.
const SHORT: [(&[&str], &[&[&str]]); 9] = [
    (&["za"], &[&["zone", "artisanale"], &["zone", "d", "activites"], &["zone", "d", "activite"]]),
    (&["zi"], &[&["zone", "industrielle"]]),
    (&["zac"], &[&["zone", "d", "amenagement", "concerte"]]),
    (&["rpt"], &[&["rond", "point"]]),
    (&["nd"], &[&["notre", "dame"]]),
    (&["hdv"], &[&["hotel", "de", "ville"]]),
    (&["vc"], &[&["voie", "communale"]]),
    (&["rd", "pt"], &[&["rond", "point"]]),
    (&["rd", "point"], &[&["rond", "point"]]),
];

/// Roads that go by a number: their initials, and the word for them.
const ROADS: [(&[&str], &str); 3] =
    [(&["rd", "d", "cd"], "departementale"), (&["rn", "n"], "nationale"), (&["ra"], "autoroute")];

/// The other wordings of some words, each with how far it is from them: 1 for the same thing in other words.
pub(super) fn others(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    type Rule = fn(&[Word]) -> Vec<(Vec<Word>, f32)>;
    const RULES: [Rule; 7] = [whole_year, numbers_in_words, numbers_in_digits, roman, roads, spelt_out, without_year];
    let mut wordings = vec![(words.to_vec(), 1.0)];
    for rule in RULES {
        for at in 0..wordings.len() {
            let (from, faith) = &wordings[at];
            let faith = *faith;
            for (made, costs) in rule(from) {
                if wordings.len() < MOST && wordings.iter().all(|(known, _)| *known != made) {
                    wordings.push((made, faith * costs));
                }
            }
        }
    }
    wordings.split_off(1)
}

/// `19` → `dix neuf`, `24e` → `vingt quatre`; not the house number that begins « 25 rue … ».
fn numbers_in_words(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    let is_house = |at: usize| at == 0 && words.get(1).is_some_and(noise::is_type);
    let number = |word: &Word| word.canonical().parse().ok().and_then(numerals::in_words);
    replaced(words, |at| {
        let spelt = number(&words[at]).filter(|_| !is_house(at))?;
        Some((1, spelt.into_iter().map(Word::new).collect()))
    })
}

/// `dix neuf` → `19`.
fn numbers_in_digits(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    replaced(words, |at| {
        let (number, taken) = numerals::of_words(|n| words.get(at + n).map(|word| word.typed.as_str()))?;
        Some((taken, vec![Word::new(&number.to_string())]))
    })
}

/// `charles 5`, `henri cinq` → `v`: what one Roman letter means no index knows.
fn roman(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    replaced(words, |at| {
        let number = words[at].canonical().parse().ok().filter(|number| matches!(number, 1 | 5 | 10 | 50 | 100))?;
        let named = words.get(at.checked_sub(1)?)?;
        let is_name =
            named.typed.len() > 2 && !is_article(&named.typed) && !normalize::is_street_type(named.canonical());
        let is_dated = words.get(at + 1).is_some_and(dates::is_month);
        (is_name && !is_dated).then(|| (1, vec![Word::new(&numerals::in_roman(number))]))
    })
}

/// `8 mai 45` → `8 mai 1945`, which may also be 1845.
fn whole_year(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    let Some(at) = dates::short_year(words) else { return Vec::new() };
    let year = |century: &str| format!("{century}{}", words[at].typed);
    let mut whole = words.to_vec();
    whole[at] = Word { typed: year("19"), meanings: vec![year("18").into()] };
    vec![(whole, 1.0)]
}

/// `8 mai 1945` → `8 mai`.
fn without_year(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    let Some(at) = dates::year(words) else { return Vec::new() };
    let mut rest = words.to_vec();
    rest.remove(at);
    vec![(rest, YEAR_DROPPED)]
}

/// `rd 12`, `rd12`, `d12`, `route departementale 12`, each for the others.
fn roads(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    let Some((road, at, taken, number)) = (0..words.len()).find_map(|at| road_at(words, at)) else { return Vec::new() };
    let (initials, spelt) = ROADS[road];
    let whole = if road == 2 { vec![spelt] } else { vec!["route", spelt] };
    let apart = initials.iter().map(|short| vec![*short, number.as_str()]);
    let glued: Vec<String> = initials.iter().map(|short| format!("{short}{number}")).collect();
    let spelt = std::iter::once([whole.as_slice(), &[number.as_str()]].concat());
    let wordings = spelt.chain(apart).chain(glued.iter().map(|glued| vec![glued.as_str()]));
    wordings.map(|made| (spliced(words, at, taken, made.into_iter().map(Word::new)), 1.0)).collect()
}

/// Which road is named from a word on: its place in [`ROADS`], where it begins, how many words it takes, its number.
fn road_at(words: &[Word], at: usize) -> Option<(usize, usize, usize, String)> {
    let this = words[at].typed.as_str();
    let number = |at: usize| words.get(at).map(|word| word.typed.clone()).filter(|word| is_road_number(word));
    ROADS.iter().enumerate().find_map(|(road, (initials, spelt))| {
        if initials.contains(&this) {
            return Some((road, at, 2, number(at + 1)?));
        }
        let is_whole = at > 0 && matches!(words[at - 1].canonical(), "route" | "chemin");
        if this == *spelt && (at == 0 || is_whole) {
            return Some((road, at - usize::from(is_whole), 2 + usize::from(is_whole), number(at + 1)?));
        }
        let glued = initials.iter().filter_map(|short| this.strip_prefix(short)).find(|rest| is_road_number(rest))?;
        Some((road, at, 1, glued.to_owned()))
    })
}

/// `12`, `2e`: up to four digits and a letter.
fn is_road_number(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&digits) && word.len() - digits <= 1
}

/// Whether the words before one end with a kind of road that goes by a number: that number is no house's. « Rue
/// Nationale » has houses.
pub(super) fn ends_with_road(before: &[Word]) -> bool {
    let Some((last, before)) = before.split_last() else { return false };
    let is_road = || before.last().is_some_and(|word| matches!(word.canonical(), "route" | "chemin"));
    ROADS.iter().any(|(initials, spelt)| {
        (last.typed == *spelt && is_road()) || (last.typed.len() > 1 && initials.contains(&last.typed.as_str()))
    })
}

/// `za` → `zone artisanale`, and back.
fn spelt_out(words: &[Word]) -> Vec<(Vec<Word>, f32)> {
    let mut made = Vec::new();
    for (short, longs) in SHORT {
        let position = |of: &[&str]| {
            let is_here = |run: &[Word]| run.iter().map(|word| word.typed.as_str()).eq(of.iter().copied());
            words.windows(of.len()).position(is_here)
        };
        let with = |at: usize, instead: (&[&str], &[&str])| {
            let (from, to) = instead;
            (spliced(words, at, from.len(), to.iter().copied().map(Word::new)), 1.0)
        };
        if let Some(at) = position(short) {
            made.extend(longs.iter().map(|long| with(at, (short, long))));
        }
        for long in longs {
            made.extend(position(long).map(|at| with(at, (long, short))));
        }
    }
    made
}

/// The words with every run replaced for which `with` has other words: how many it takes, and those. None when no run
/// is.
fn replaced(words: &[Word], with: impl Fn(usize) -> Option<(usize, Vec<Word>)>) -> Vec<(Vec<Word>, f32)> {
    // Most words are of no such run: nothing is copied for those.
    let first = (0..words.len()).find_map(|at| Some((at, with(at)?)));
    let Some((mut at, (taken, instead))) = first else { return Vec::new() };
    let mut made = words[..at].to_vec();
    made.extend(instead);
    at += taken;
    while at < words.len() {
        if let Some((taken, instead)) = with(at) {
            made.extend(instead);
            at += taken;
        } else {
            made.push(words[at].clone());
            at += 1;
        }
    }
    vec![(made, 1.0)]
}

fn spliced(words: &[Word], at: usize, taken: usize, instead: impl Iterator<Item = Word>) -> Vec<Word> {
    words[..at].iter().cloned().chain(instead).chain(words[at + taken..].iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    fn wordings(text: &str) -> Vec<String> {
        let shown = |words: Vec<Word>| words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ");
        others(&normalize(text)).into_iter().map(|(words, _)| shown(words)).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = wordings(text);
        assert!(found.iter().any(|wording| wording == expected), "« {text} »: no « {expected} » in {found:#?}");
    }

    #[test]
    fn numbers_of_several_words_and_in_digits_stand_for_each_other() {
        check("rue du 29 juillet", "rue du vingt neuf juillet");
        check("place des quarante-quatre enfants", "place des 44 enfants");
        check("avenue du 25eme regiment", "avenue du vingt cinq regiment");
        check("rue louis dix-huit", "rue louis 18");
        check("rue louis xviii", "rue louis dix huit");
        check("rue charles 5", "rue charles v");
        assert!(wordings("rue garibaldi").is_empty());
        assert!(wordings("rue 5").is_empty());
    }

    #[test]
    fn a_date_has_a_year_or_none_and_of_four_digits_or_two() {
        check("rue du 19 mars 62", "rue du dix neuf mars 1962");
        check("place du huit mai 1945", "place du huit mai");
        check("rue du 4 sept 1870", "rue du 4 sept");
    }

    #[test]
    fn a_road_goes_by_its_initials_or_its_whole_name() {
        for text in ["rd 307", "rd307", "d307", "departementale 307"] {
            check(text, "route departementale 307");
        }
        check("route departementale 2e", "rd 2e");
        check("12 rn7", "12 route nationale 7");
        check("za des pins", "zone artisanale des pins");
        check("zone industrielle nord", "zi nord");
        check("2 rd-pt des pins", "2 rond point des pins");
        assert!(wordings("rue d alger").is_empty());
    }

    #[test]
    fn wordings_are_bounded() {
        assert!(wordings("za rd 12 vingt deux 8 mai 45 zone industrielle 44").len() < MOST);
    }
}
