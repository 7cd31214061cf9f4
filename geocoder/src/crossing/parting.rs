//! Where a text may be cut into two streets: at what says that they cross, or between two that each have their type.
//! What was cut may still be one street or one address: what is found of both sides tells.

use crate::normalize::{self, fold};

/// Words that say that streets cross: before both, or between them.
const ANNOUNCING: [&str; 6] = ["angle", "croisement", "intersection", "carrefour", "coin", "entre"];
const BETWEEN: [&str; 6] = ["/", "x", "×", "&", "angle", "croisement"];
/// What parts them once it is said that they cross.
const BETWEEN_ANNOUNCED: [&str; 3] = ["et", "avec", "-"];
/// What parts two streets, each with its type, without saying so.
const BETWEEN_TYPES: [&str; 3] = ["et", ",", "avec"];
/// What stands before the word that says that streets cross.
const BEFORE_ANNOUNCING: [&str; 4] = ["a", "au", "l", "le"];
const ARTICLES: [&str; 8] = ["de", "du", "des", "la", "le", "les", "l", "d"];

/// What a type may follow: « petite rue », « ancienne route ».
const SIZES: [&str; 8] = ["petite", "petit", "grande", "grand", "vieille", "vieux", "ancienne", "ancien"];
/// Types of street that are of a building as often: « rue A, résidence B » is one address.
const BUILDINGS: [&str; 4] = ["residence", "lotissement", "escalier", "escaliers"];
/// Those that are of a place beside a street too: a text of one and a street is of two streets only where both are
/// there.
const PLACES: [&str; 9] = ["villa", "cite", "galerie", "cour", "port", "cote", "porte", "parc", "jardin"];

/// A text in two.
pub(super) struct Parting {
    pub texts: [String; 2],
    /// What it says is of two streets, whatever is found.
    pub says_two: bool,
}

/// What the first words of a text say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Begins {
    Otherwise,
    Place,
    Street,
}

/// Each way to part a text into two streets.
pub(super) fn partings(text: &str) -> Vec<Parting> {
    let spaced = text.replace(['/', '×', '&'], " / ").replace(',', " , ").replace(['\'', '’'], " ");
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    // « À l'angle de … »
    let lead = words.iter().take_while(|word| is(word, &BEFORE_ANNOUNCING)).count();
    let announced = words.get(lead).is_some_and(|word| is(word, &ANNOUNCING));
    if announced {
        words.drain(..=lead);
    }
    let typed = |at: usize| begins(&words).min(begins(&words[at..]));
    let parts = |at: &usize| {
        let word = words[*at];
        let is_of_name = word == "/" && is_of_name(words[at - 1], words[at + 1]);
        let is_said = is(word, &BETWEEN) || (announced && is(word, &BETWEEN_ANNOUNCED));
        // « Rue Pierre et Marie Curie » is one street: what is not said to cross must be two by their types.
        let is_listed = is(word, &BETWEEN_TYPES) && typed(at + 1) > Begins::Otherwise;
        !is_of_name && (is_said || is_listed)
    };
    // A place and a street are two where « et » joins them; beside a comma, one may be where the other is.
    let says_two = |end: usize, start: usize| match typed(start) {
        Begins::Street => true,
        Begins::Place => end < start && words[end] != "," && is(words[end], &BETWEEN_TYPES),
        Begins::Otherwise => false,
    };
    let mut cuts: Vec<(usize, usize)> =
        (1..words.len().saturating_sub(1)).filter(parts).map(|at| (at, at + 1)).collect();
    if announced && cuts.is_empty() {
        cuts = (2..words.len().saturating_sub(1))
            .filter(|&at| begins(&words[at..at + 1]) == Begins::Street)
            .map(|at| (at, at))
            .collect();
    }
    let parting = |(end, start): (usize, usize)| Parting {
        texts: [side(&words[..end]), side(&words[start..])],
        says_two: says_two(end, start),
    };
    let has_letters = |text: &String| text.chars().filter(|c| c.is_alphabetic()).count() > 2;
    cuts.into_iter().map(parting).filter(|parting| parting.texts.iter().all(has_letters)).collect()
}

/// Whether a stroke between these words is of one name or number: « Saint-Didier s/ Chalaronne », « 12/14 rue A »,
/// « Voie A/6 », a street of Paris.
fn is_of_name(before: &str, after: &str) -> bool {
    let is_sub = before.eq_ignore_ascii_case("s");
    let is_range = [before, after].iter().all(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let is_code = before.len() <= 2 && after.bytes().all(|b| b.is_ascii_digit());
    is_sub || is_range || is_code
}

/// Whether the words begin with a type of street, articles apart.
fn begins(words: &[&str]) -> Begins {
    let is_small = |word: &str| ARTICLES.contains(&word) || SIZES.contains(&word) || is_code(word);
    let mut first = words.iter().map(|word| fold(word)).filter(|word| !is_small(word));
    let Some(first) = first.next() else { return Begins::Otherwise };
    let word = first.split(' ').next().unwrap_or_default(); // « rond-point »
    let spelt = normalize::street_type_of(word).unwrap_or(word);
    if PLACES.contains(&spelt) || normalize::stands_for_street_type(spelt) {
        Begins::Place
    } else if normalize::is_street_type(spelt) && !BUILDINGS.contains(&spelt) {
        Begins::Street
    } else {
        Begins::Otherwise
    }
}

/// « 166P3 Rue de Saussure » is a street of Paris; « 166 rue de Saussure » is a house.
fn is_code(word: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    word.starts_with(is_digit) && word.ends_with(is_digit) && word.contains(|c: char| c.is_ascii_lowercase())
}

fn is(word: &str, list: &[&str]) -> bool {
    list.contains(&word) || list.contains(&fold(word).as_str())
}

/// The words of a street, without the small ones that « à l'angle de la … et de la … » leaves around it.
fn side(words: &[&str]) -> String {
    let first = words.iter().take_while(|word| ARTICLES.contains(&fold(word).as_str())).count();
    let is_left =
        |word: &&&str| **word == "," || **word == "-" || matches!(fold(word).as_str(), "a" | "au" | "l" | "et");
    let last = words.len() - words.iter().rev().take_while(is_left).count();
    words[first.min(last)..last].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = partings(text).iter().map(|parting| parting.texts.join("|")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn two_streets_are_parted_where_it_is_said_that_they_cross() {
        check("rue A1 / rue B22", &["rue A1|rue B22"]);
        check("rue Garibaldi/rue Paul Bert Lyon", &["rue Garibaldi|rue Paul Bert Lyon"]);
        check("rue Garibaldi x rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check("angle rue Garibaldi et rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check("croisement de la rue Garibaldi et de la rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check("rue Garibaldi angle rue Paul Bert", &["rue Garibaldi|rue Paul Bert"]);
        check(
            "Intersection rue Pierre et Marie et rue B22",
            &["rue Pierre|Marie et rue B22", "rue Pierre et Marie|rue B22"],
        );
    }

    #[test]
    fn two_streets_with_their_types_are_parted_without_a_word_for_it() {
        check("boulevard Voltaire et rue Oberkampf", &["boulevard Voltaire|rue Oberkampf"]);
        check("bd Voltaire, r. Oberkampf Paris", &["bd Voltaire|r. Oberkampf Paris"]);
        check("rue Pierre et Marie Curie et place B22", &["rue Pierre et Marie Curie|place B22"]);
        check("à l'angle de la rue A1a et de l'avenue B22", &["rue A1a|avenue B22"]);
        check("au croisement rue A1a avenue B22", &["rue A1a|avenue B22"]);
        check("angle cours A1a quai de la B22 Lyon", &["cours A1a|quai de la B22 Lyon"]);
        check("rue A1a à l’angle de la rue B22", &["rue A1a|rue B22"]);
        check("166P3 Rue de A1a, Rue B22", &["166P3 Rue de A1a|Rue B22"]);
        check("Petite rue A1a, rond-point de B22", &["Petite rue A1a|rond-point de B22"]);
    }

    #[test]
    fn a_place_beside_a_comma_may_be_where_the_street_is() {
        let says = |text: &str| partings(text).iter().map(|parting| parting.says_two).collect::<Vec<_>>();
        check("Cité Hiver et Quai de la Loire", &["Cité Hiver|Quai de la Loire"]);
        check("Villa A1a, rue B22", &["Villa A1a|rue B22"]);
        check("rue A1a et hameau de B22", &["rue A1a|hameau de B22"]);
        assert_eq!(says("Cité Hiver, Quai de la Loire"), [false]);
        assert_eq!(says("Cité Hiver et Quai de la Loire"), [true]);
        assert_eq!(says("rue A1a et quai B22"), [true]);
    }

    #[test]
    fn an_address_is_not_parted() {
        for text in [
            "12/14 rue Garibaldi",
            "12 / 14",
            "8 Voie A/6 PARIS 06",
            "rue Pierre et Marie Curie",
            "Saint-Didier s/ Chalaronne",
            "rue Garibaldi, Lyon",
            "rue Garibaldi, résidence Les Lilas, Lyon",
            "12 rue Garibaldi, allée B",
            "rue du Docteur et de Madame",
            "place Jules et Jim, Lyon",
            "x",
            "/",
            "angle",
        ] {
            check(text, &[]);
        }
        check("rue Malcolm X", &[]);
    }
}
