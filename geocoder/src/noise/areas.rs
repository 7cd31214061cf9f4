//! The areas larger than a commune that people and other geocoders write after it: country, region, department,
//! métropole. They say nothing more than the commune, and are dropped after one only: « rue de la Loire » keeps its
//! own.

use crate::{
    departments,
    gazetteer::Gazetteer,
    normalize::{self, Word},
    postcodes,
};

/// Words of the longest name: « région Provence-Alpes-Côte d'Azur ».
const LONGEST: usize = 7;
/// Names that are no department's and no region's.
const OTHERS: [&str; 5] = ["france", "france metropolitaine", "republique francaise", "metropole", "rhone alpes"];
/// What announces the name of a department or of a region.
const ANNOUNCING: [&str; 4] = ["departement", "dept", "dpt", "region"];

/// Drops the areas after the last town or postcode, and those between a town and its postcode.
pub(super) fn drop_after_town(words: &mut Vec<Word>, gazetteer: &Gazetteer) {
    let len = before_areas(words, gazetteer);
    words.truncate(len);
    if let Some(at) = words.iter().rposition(is_postcode)
        && at > 1
    {
        let len = before_areas(&words[..at], gazetteer);
        words.drain(len..at);
    }
}

/// How many words come before the areas named after a town; all of them when none is.
fn before_areas(words: &[Word], gazetteer: &Gazetteer) -> usize {
    let (mut at, mut end) = (words.len(), words.len());
    while let Some(len) = area_at_end(&words[..at], gazetteer) {
        at -= len;
        if says_where(&words[..at], gazetteer) {
            end = at;
        }
    }
    end
}

/// The words without the areas at their end, whatever is before them; all of them when there are none.
pub(crate) fn without_areas<'w>(words: &'w [Word], gazetteer: &Gazetteer) -> &'w [Word] {
    let mut rest = words;
    while let Some(len) = area_at_end(rest, gazetteer).filter(|&len| len < rest.len()) {
        rest = &rest[..rest.len() - len];
    }
    rest
}

fn is_postcode(word: &Word) -> bool {
    postcodes::parse(&word.typed).is_some()
}

/// Whether a town or a postcode ends some words.
fn says_where(words: &[Word], gazetteer: &Gazetteer) -> bool {
    words.last().is_some_and(is_postcode) || gazetteer.ends_with_town(words)
}

/// Words of the area that a text ends with: the longest name that leaves a town before it, or else the longest. A town
/// that ends with it (« Saint-Clair-du-Rhône », « Vienne ») is a town.
fn area_at_end(words: &[Word], gazetteer: &Gazetteer) -> Option<usize> {
    words.last()?;
    let lengths = || (1..=words.len().min(LONGEST)).rev().filter(|&len| is_area(words, len, gazetteer));
    let after_town = lengths().find(|&len| says_where(&words[..words.len() - len], gazetteer));
    let len = after_town.or_else(|| lengths().next())?;
    let town = gazetteer.town_at_end(words).map_or(0, |(rest, _)| words.len() - rest.len());
    (town < len).then_some(len)
}

/// Whether the last words, so many of them, are the name of an area.
fn is_area(words: &[Word], len: usize, gazetteer: &Gazetteer) -> bool {
    let (before, area) = words.split_at(words.len() - len);
    if let [code] = area
        && (departments::is_code(&code.typed) || code.typed == "fr")
    {
        // « 16 rue Anatole France, Bron 69 », but « rue de Bron 69 », where it is the number.
        return before.iter().any(|word| word.typed.starts_with(|c: char| c.is_ascii_digit()));
    }
    is_name(area, gazetteer)
}

fn is_name(words: &[Word], gazetteer: &Gazetteer) -> bool {
    let name: Vec<&str> = words.iter().map(|word| word.typed.as_str()).collect();
    let joined = name.join(" ");
    if departments::is_name(&joined) || OTHERS.contains(&joined.as_str()) {
        return true;
    }
    let is_town = |words: &[Word]| gazetteer.town_at_end(words).is_some_and(|(rest, _)| rest.is_empty());
    match *name {
        ["grand", _, ..] if is_town(&words[1..]) => true,
        [.., _, "metropole"] => {
            let before = &words[..words.len() - 1];
            is_town(before) || is_name(before, gazetteer)
        }
        ["metropole", _, ..] => is_town(after_articles(&words[1..])),
        [first, _, ..] if ANNOUNCING.contains(&first) => is_name(after_articles(&words[1..]), gazetteer),
        _ => false,
    }
}

fn after_articles(words: &[Word]) -> &[Word] {
    let articles = words.iter().take_while(|word| normalize::is_article(&word.typed)).count();
    &words[articles..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    /// Towns there are none in an empty gazetteer: a postcode says where.
    fn check(text: &str, expected: &str) {
        let mut words = normalize(text);
        drop_after_town(&mut words, &Gazetteer::default());
        let shown = words.iter().map(|word| word.typed.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn areas_after_the_place_are_dropped_in_any_number() {
        check("3 rue A 69003, France", "3 rue a 69003");
        check("3 rue A 21000, Côte-d'Or, Bourgogne-Franche-Comté, France", "3 rue a 21000");
        check("3 rue A 13001 région Provence-Alpes-Côte d’Azur", "3 rue a 13001");
        check("3 rue A 69003 département du Rhône (69)", "3 rue a 69003");
        check("3 rue A 69003 Métropole, Rhône-Alpes, France métropolitaine", "3 rue a 69003");
    }

    #[test]
    fn the_name_of_an_area_in_a_street_stays() {
        for text in
            ["rue anatole france", "quai du rhone", "3 rue de la loire 69003", "place de la metropole", "france"]
        {
            check(text, text);
        }
        assert_eq!(without_areas(&normalize("rue a isere france"), &Gazetteer::default()).len(), 2);
        assert_eq!(without_areas(&normalize("france"), &Gazetteer::default()).len(), 1);
    }
}
