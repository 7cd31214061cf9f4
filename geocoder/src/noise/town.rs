//! What people write around the name of a town, in it or before it: « F-69500 », « commune de Bron », « Chassieu (69) »,
//! « Lyon VIe ».

use crate::{
    departments,
    gazetteer::Gazetteer,
    noise::is_type,
    normalize::{self, Word},
    parse::{Signs, TOWN_WORDS},
    postcodes,
};

/// The words with their towns written as towns are named. Says whether what went may be part of a name all the same.
pub(super) fn as_named(words: &mut Vec<Word>, signs: &Signs, gazetteer: &Gazetteer) -> bool {
    drop_country_code(words);
    drop_bracketed_department(words, signs, gazetteer);
    let roman = read_roman_arrondissement(words, gazetteer);
    drop_announcement(words, gazetteer) || roman
}

/// `F-69500`, `FR-69500`; « 12 rue F 69500 » keeps its name.
fn drop_country_code(words: &mut Vec<Word>) {
    let is_code = |at: &usize| {
        let is_before = postcodes::parse(&words[at + 1].typed).is_some();
        is_before && matches!(&words[*at].typed[..], "f" | "fr") && (*at == 0 || !is_type(&words[at - 1]))
    };
    if let Some(at) = (0..words.len().saturating_sub(1)).find(is_code) {
        words.remove(at);
    }
}

/// « Chassieu (69) »; « Paris (12) » is an arrondissement.
fn drop_bracketed_department(words: &mut Vec<Word>, signs: &Signs, gazetteer: &Gazetteer) {
    let is_department = |at: &usize| {
        let code = &words[*at].typed;
        let is_bracketed = signs.brackets(code) && departments::is_code(code);
        is_bracketed && gazetteer.ends_with_town(&words[..*at]) && !gazetteer.ends_with_town(&words[..=*at])
    };
    if let Some(at) = (1..words.len()).find(is_department) {
        words.remove(at);
    }
}

/// « Lyon Ve », « Lyon VIe »: of one letter, or a word, and a number in a city that has so many arrondissements.
fn read_roman_arrondissement(words: &mut [Word], gazetteer: &Gazetteer) -> bool {
    for at in 1..words.len() {
        let number = match &words[at].typed[..] {
            "ve" | "veme" => "5e",
            "vie" => "6e",
            "xe" | "xeme" => "10e",
            _ => continue,
        };
        let number = Word::new(number);
        if gazetteer.town(&[words[at - 1].clone(), number.clone()]).is_some() {
            words[at] = number;
            return true;
        }
    }
    false
}

/// « Commune de Bron », « ville de Bron »; « Ville-d'Avray » and « place de la Commune de Paris » are names.
fn drop_announcement(words: &mut Vec<Word>, gazetteer: &Gazetteer) -> bool {
    let names_town = |from: usize, least: usize| {
        let longest = words.len().min(from + TOWN_WORDS);
        (from + least..=longest).any(|end| gazetteer.town(&words[from..end]).is_some())
    };
    let is_announced = |at: &usize| {
        let is_said = matches!(&words[*at].typed[..], "commune" | "ville");
        let is_joined = matches!(&words[at + 1].typed[..], "de" | "d");
        let is_in_name = *at > 0 && (normalize::is_article(&words[at - 1].typed) || is_type(&words[at - 1]));
        is_said && is_joined && !is_in_name && names_town(at + 2, 1) && !names_town(*at, 3)
    };
    let found = (0..words.len().saturating_sub(2)).find(is_announced);
    words.drain(found.map_or(0..0, |at| at..at + 2));
    found.is_some()
}
