//! What people write around an address that is in no street's name: floors, buildings, post-office boxes, CEDEX,
//! the country. Patterns only: what cannot be told from a name stays, and ranking decides.

mod areas;
mod complement;
mod town;

pub(crate) use areas::without_areas;
pub(crate) use complement::{complements, end_of_town, is_complement, may_be_street};

use crate::{
    departments, edit,
    gazetteer::Gazetteer,
    house_number::is_detached_suffix,
    normalize::{self, Word},
    parse::{Signs, is_in_name, is_of_word_before, number_len},
    postcodes,
};

/// A text without what was recognised around the address.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cleaned {
    pub words: Vec<Word>,
    /// The end of the text went: its last word is no longer being typed.
    pub end_dropped: bool,
    /// A CEDEX was there: the postcode before it is a delivery office's, not the street's.
    pub cedex: bool,
    /// What went might have been part of a name: the text as typed is worth reading too.
    pub unsure: bool,
}

/// Words that announce a part of a building, followed by its number or letter.
#[rustfmt::skip] // a list reads better than a column
const PARTS: [&str; 27] = [
    "bat", "bati", "batiment", "bt", "bloc", "hall", "appt", "apt", "app", "appart", "appartement", "porte", "esc",
    "escalier", "entree", "logement", "lgt", "boite", "lot", "immeuble", "imm", "local", "niveau", "chambre",
    "bureau", "cage", "studio",
];
/// Post-office boxes and the like, followed by their number.
const BOXES: [&str; 6] = ["bp", "cs", "tsa", "cidex", "cp", "sp"];
/// Words that announce people or a company, after an address.
const PEOPLE: [&str; 8] = ["chez", "mme", "monsieur", "madame", "sarl", "ets", "societe", "cabinet"];
/// Said before a number, by itself or inside an address.
const NUMBER: [&str; 4] = ["n", "no", "num", "numero"];
/// Most words of the announcement and of the name announced.
const MOST_OF_A_NAME: usize = 3;
/// What stands before a number without saying anything of it.
const LEADS: [&str; 12] = ["face", "au", "a", "n", "no", "num", "numero", "en", "devant", "angle", "du", "adresse"];

/// Drops the recognisable noise of a text.
pub(crate) fn clean(words: Vec<Word>, signs: &Signs, gazetteer: &Gazetteer) -> Cleaned {
    let words = with_whole_postcodes(words, gazetteer);
    let last = words.last().cloned();
    let mut cleaned =
        Cleaned { words: Vec::with_capacity(words.len()), end_dropped: false, cedex: false, unsure: false };
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let taken = noise_at(rest, at, &mut cleaned);
        if taken == 0 {
            cleaned.words.push(words[at].clone());
        }
        at += taken.max(1);
    }
    cleaned.unsure |= town::as_named(&mut cleaned.words, signs, gazetteer);
    areas::drop_after_town(&mut cleaned.words, gazetteer);
    cleaned.unsure |= drop_lead(&mut cleaned.words, signs);
    if cleaned.words.is_empty() {
        return Cleaned { words, end_dropped: false, cedex: false, unsure: false };
    }
    cleaned.end_dropped = cleaned.words.last() != last.as_ref();
    cleaned
}

/// How many words at the beginning of `rest`, which begins `at` a place of the text, are noise.
fn noise_at(rest: &[Word], at: usize, cleaned: &mut Cleaned) -> usize {
    delivery_at(rest, at, cleaned)
        .or_else(|| announced_at(rest, at, cleaned))
        .or_else(|| building_at(rest, cleaned))
        .unwrap_or(0)
}

/// Where the post delivers: a box, a delivery office.
fn delivery_at(rest: &[Word], at: usize, cleaned: &mut Cleaned) -> Option<usize> {
    let word = |n: usize| rest.get(n).map(|word: &Word| word.typed.as_str());
    let is_number = |n: usize| word(n).is_some_and(is_digits);
    match word(0)? {
        "cedex" if at > 0 => {
            cleaned.cedex = true;
            Some(1 + usize::from(word(1).is_some_and(|next| next.len() <= 2 && is_digits(next))))
        }
        // « Voie CS/17 » is a street of Paris, and boxes have longer numbers.
        first if BOXES.contains(&first) && is_number(1) && !cleaned.words.last().is_some_and(is_type) => {
            cleaned.unsure |= word(1).is_some_and(|number| number.len() <= 2);
            Some(2)
        }
        // « B.P. 1234 »
        first if at > 0 && is_number(2) && word(1).is_some_and(|next| is_box(first, next)) => Some(3),
        "boite" if word(1) == Some("postale") => Some(2 + usize::from(is_number(2))),
        _ => None,
    }
}

/// What announces a name that need not be there: « lieu-dit », « chez ». Any of it may be part of a name as well.
fn announced_at(rest: &[Word], at: usize, cleaned: &mut Cleaned) -> Option<usize> {
    let taken = match rest.first()?.typed.as_str() {
        // Some lieux-dits are called « Lieu-dit » and all.
        "lieu" if rest.len() > 2 && rest[1].typed == "dit" => 2,
        "lieudit" if rest.len() > 1 => 1,
        // « rue Monsieur le Prince »
        first if at > 0 && PEOPLE.contains(&first) && !cleaned.words.last().is_some_and(is_type) => {
            let is_name = |word: &&Word| !word.typed.starts_with(|c: char| c.is_ascii_digit());
            rest.iter().take(MOST_OF_A_NAME).take_while(is_name).count()
        }
        _ => return None,
    };
    cleaned.unsure = true;
    Some(taken)
}

/// A part of a building: its floor, its entrance, its flat.
fn building_at(rest: &[Word], cleaned: &mut Cleaned) -> Option<usize> {
    let word = |n: usize| rest.get(n).map(|word: &Word| word.typed.as_str());
    let is_number = |n: usize| word(n).is_some_and(is_digits);
    match word(0)? {
        "rdc" => Some(1),
        "rez" if word(1) == Some("de") && word(2) == Some("chaussee") => Some(3),
        "etage" => Some(1 + usize::from(is_number(1) && !begins_street(rest, 1))),
        _ if word(1) == Some("etage") => Some(2),
        // « appartement n° 34 »
        first if PARTS.contains(&first) && word(1).is_some_and(announces_number) && is_number(2) => {
            cleaned.unsure = true;
            Some(if begins_street(rest, 2) { 1 } else { 3 })
        }
        first if PARTS.contains(&first) && is_part_label(word(1)) => {
            cleaned.unsure = true;
            // « appt 12 bis, 14 rue … »
            let label = if begins_street(rest, 1 + number_len(rest, 1)) { number_len(rest, 1) } else { 1 };
            Some(if begins_street(rest, 1) { 1 } else { 1 + label })
        }
        _ => None,
    }
}

/// Whether two words are the initials of a box: `b`, `p`.
fn is_box(first: &str, second: &str) -> bool {
    first.len() == 1 && second.len() == 1 && BOXES.iter().any(|it| it.len() == 2 && *it == format!("{first}{second}"))
}

/// `75 015` is a postcode where there is no other: one of the index, or after the first word one of a department.
fn with_whole_postcodes(mut words: Vec<Word>, gazetteer: &Gazetteer) -> Vec<Word> {
    let is_whole = |pair: &[Word]| {
        let (first, second) = (&pair[0].typed, &pair[1].typed);
        first.len() == 2 && second.len() == 3 && is_digits(first) && is_digits(second)
    };
    let parted = words.windows(2).rposition(is_whole);
    let Some(at) = parted.filter(|_| !words.iter().any(|word| postcodes::parse(&word.typed).is_some())) else {
        return words;
    };
    let code = format!("{}{}", words[at].typed, words[at + 1].typed);
    let is_known = gazetteer.postcode(&code).is_some();
    if is_known || (at > 0 && departments::is_code(&words[at].typed)) {
        words.splice(at..at + 2, [Word { typed: code, meanings: Vec::new() }]);
    }
    words
}

/// Whether a house number and a street begin at that word: then it is not the label of a building.
fn begins_street(rest: &[Word], at: usize) -> bool {
    let is_part = |at: usize| {
        let label = rest.get(at + 1).map(|word| word.typed.as_str());
        rest.get(at).is_some_and(|word| PARTS.contains(&word.typed.as_str())) && is_part_label(label)
    };
    let is_type_at = |at: usize| rest.get(at).is_some_and(begins_address) && !is_part(at);
    let is_suffix_at = |at: usize| rest.get(at).is_some_and(|word| is_detached_suffix(&word.typed));
    let is_number = rest.get(at).is_some_and(|word| word.typed.starts_with(|c: char| c.is_ascii_digit()));
    is_number && (is_type_at(at + 1) || (is_suffix_at(at + 1) && is_type_at(at + 2)))
}

/// Whether a word is a street type or abbreviates one.
pub(crate) fn is_type(word: &Word) -> bool {
    normalize::is_street_type(&word.typed) || normalize::street_type_of(&word.typed).is_some()
}

/// Whether a word is one that addresses begin with: a street type, or what stands where one does.
pub(crate) fn begins_address(word: &Word) -> bool {
    normalize::stands_for_street_type(word.canonical()) || is_type(word)
}

fn is_part_label(word: Option<&str>) -> bool {
    word.is_some_and(|word| {
        let is_letter = word.len() == 1 && !matches!(word, "l" | "d" | "r");
        is_letter
            || (word.len() <= 4 && is_digits(word))
            || (word.len() <= 3 && word.bytes().any(|b| b.is_ascii_digit()))
    })
}

/// Whether a word says that a number follows.
pub(crate) fn announces_number(word: &str) -> bool {
    NUMBER.contains(&word)
}

pub(crate) fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// The words without a country at the end that is misspelt.
pub(crate) fn without_misspelt_country(words: &[Word]) -> Option<&[Word]> {
    let (last, before) = words.split_last()?;
    let is_country = edit::cost(&last.typed, "france", 2, false).is_some_and(|cost| cost > 0.0);
    (is_country && before.len() > 1).then_some(before)
}

/// Whether a word may stand before a number without saying anything of it.
pub(crate) fn is_lead(word: &Word) -> bool {
    LEADS.contains(&word.typed.as_str())
}

/// Drops `N°`, `face au`, before a number that begins the address; and that number, when it is of something else (« n° 4,
/// 24 rue … »), which is said.
fn drop_lead(words: &mut Vec<Word>, signs: &Signs) -> bool {
    let number = words.iter().position(|word| word.typed.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(0);
    if !words[..number].iter().all(is_lead) {
        return false;
    }
    let is_of_lead = is_of_word_before(words, number, signs);
    words.drain(..if is_of_lead { number + number_len(words, number) } else { number });
    is_of_lead
}

/// The address inside a longer text: from each number on that is not its first word, and when there is none, from
/// the last street type that something stands before.
pub(crate) fn anchored<'w>(words: &'w [Word], signs: &Signs) -> Vec<&'w [Word]> {
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit()) && word.typed.len() <= 6;
    let is_postcode = |word: &Word| postcodes::parse(&word.typed).is_some();
    // A number before the postcode ends the address: that of a flat.
    let ends = |at: usize| is_postcode(&words[at]) || is_postcode(&words[at + 1]);
    let is_house = |at: usize| !is_in_name(words, at) && !is_of_word_before(words, at, signs);
    let begins = |at: &usize| is_number(&words[*at]) && !ends(*at) && is_house(*at);
    let numbers: Vec<usize> = (0..words.len().saturating_sub(1)).filter(begins).collect();
    let types = || (1..words.len().saturating_sub(1)).filter(|&at| is_type(&words[at]) && words[at].typed.len() > 2);
    let anchors = if numbers.is_empty() { types().next_back().into_iter().collect() } else { numbers };
    anchors.into_iter().filter(|&at| at > 0).map(|at| &words[at..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let cleaned = clean(normalize::normalize(text), &Signs::read(text), &Gazetteer::default());
        let shown = cleaned.words.iter().map(|word| word.typed.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn what_stands_around_an_address_is_dropped() {
        check("Face au 12, rue Bataille 69008 France", "12 rue bataille 69008");
        check("N° 3 rue A 69003 Lyon CEDEX 03", "3 rue a 69003 lyon");
        check("3 rue A BP 1234 69003 Lyon", "3 rue a 69003 lyon");
        check("Bâtiment B, 3e étage, 12 rue A", "12 rue a");
        check("bat 3 12 rue A", "12 rue a");
        check("batiment 12 rue A", "12 rue a");
        check("batiment 12 clos A", "12 clos a");
        check("batiment 12 ham. du A", "12 ham du a");
        check("12 rue A appt 14 RDC", "12 rue a");
        check("étage 2 escalier C 4 rue A", "4 rue a");
        check("appt 12 bis, 14 rue A", "14 rue a");
        check("bat 12 bis rue A", "12 bis rue a");
        check("N° 12-14 rue A", "12 14 rue a");
        check("N° 4, 24 rue A", "24 rue a");
        check("N° 4 - 24 rue A", "4 24 rue a");
        check("face au 12, 14 rue A", "12 14 rue a");
        check("12 rue A F-69500 Lyon", "12 rue a 69500 lyon");
        check("12 rue A FR 69500", "12 rue a 69500");
        check("12 rue F 69500", "12 rue f 69500");
        check("12 rue A 69500 FR", "12 rue a 69500");
        check("12 rue A chez Mme Dupont 69003 Lyon", "12 rue a 69003 lyon");
        check("12 rue A, appartement n°34, 69003 Lyon", "12 rue a 69003 lyon");
        check("12 rue A B.P. 4567 69003 Lyon", "12 rue a 69003 lyon");
        check("lieu-dit les Brosses 69003", "les brosses 69003");
    }

    #[test]
    fn a_postcode_written_in_two_is_one() {
        check("1 rue A 75 015 B", "1 rue a 75015 b");
        check("1 rue A 38 000", "1 rue a 38000");
        for text in ["69 100", "1 rue a 99 150 b", "12 345 rue a 69003", "1 rue a 69 3"] {
            check(text, text);
        }
    }

    #[test]
    fn a_short_number_after_the_name_of_a_box_may_be_a_street() {
        let is_sure = |text: &str| !clean(normalize::normalize(text), &Signs::default(), &Gazetteer::default()).unsure;
        assert!(is_sure("12 rue A CS 12345 75017") && !is_sure("12 rue A CS 17 75017"));
        check("5 voie CS/17 75017", "5 voie cs 17 75017");
    }

    #[test]
    fn what_is_in_a_name_stays() {
        for text in ["rue anatole france", "rue de la porte", "place de la tour", "cours de la cage", "allee du lot"] {
            check(text, text);
        }
    }

    #[test]
    fn an_address_is_found_inside_a_text() {
        let inside = |text: &str| -> Vec<String> {
            let words = normalize::normalize(text);
            let shown = |words: &[Word]| words.iter().map(|word| word.typed.as_str()).collect::<Vec<_>>().join(" ");
            anchored(&words, &Signs::read(text)).into_iter().map(shown).collect()
        };
        assert_eq!(inside("Ets Dupont et fils 12 bis rue A Lyon"), ["12 bis rue a lyon"]);
        assert_eq!(inside("Pavillon 19, 13 rue A"), ["13 rue a"]);
        assert_eq!(inside("réf. 2024/16 52 rue A"), ["52 rue a"]);
        assert_eq!(inside("Dupont 12-14 rue A"), ["12 14 rue a", "14 rue a"]);
        assert_eq!(inside("mairie place de la liberte"), ["place de la liberte"]);
        assert!(inside("12 rue garibaldi").is_empty());
        assert!(inside("12 rue A porte 34 75013 Paris").is_empty(), "what follows 34 is the town");
    }
}
