//! Where a complement of the address may begin, in the words between a street and its town: « résidence les Lilas »,
//! « 3e étage », « SCI Dupont », « ZAC des Pins ». What it is called is anything, so only its beginning is known.

use super::{BOXES, PARTS, PEOPLE, announces_number, is_type};
use crate::{
    gazetteer::Gazetteer,
    normalize::{self, Word},
    numerals,
    parse::says_a_name,
    postcodes,
};

/// Words that begin a complement, beside parts of buildings, boxes, people and street types: groups of buildings,
/// grounds and quarters, companies, ways in.
#[rustfmt::skip] // one line a family
const BEGINNINGS: [&str; 58] = [
    "ensemble", "groupe", "tour", "tours", "pavillon", "maison", "ferme", "chateau", "domaine", "clos", "hameau", "parc",
    "copropriete", "foyer", "hotel", "centre", "espace", "campus", "immo", "ilot",
    "zac", "za", "zi", "zup", "zone", "quartier", "secteur", "lieu", "lieudit", "ld",
    "sci", "sas", "sasu", "eurl", "sa", "scp", "association", "asso", "entreprise", "attention", "aupres", "co",
    "etage", "rez", "rdc", "digicode", "interphone", "fond", "gauche", "droite",
    "parcelle", "section", "box", "parking", "casier", "dossier", "ref", "code",
];
/// Places where a complement may begin that are tried: the first ones, since one complement follows another.
const MOST_COMPLEMENTS: usize = 4;

/// Whether a complement may begin with these words.
pub(crate) fn is_complement(words: &[Word]) -> bool {
    let Some(first) = words.first() else { return false };
    let typed = first.typed.as_str();
    let next = words.get(1).map(|word| word.typed.as_str());
    let lists: [&[&str]; 4] = [&PARTS, &BOXES, &PEOPLE, &BEGINNINGS];
    let is_known = lists.iter().any(|list| list.contains(&typed));
    let is_number = typed.starts_with(|c: char| c.is_ascii_digit());
    let announces = |next: &str| next.starts_with(|c: char| c.is_ascii_digit()) && announces_number(typed);
    // « c/o Dupont », « B.P. 12 »
    let is_parted = |next: &str| (typed == "c" && next == "o") || super::is_box(typed, next);
    is_known || is_number || is_type(first) || next.is_some_and(|next| announces(next) || is_parted(next))
}

/// Whether words are enough to be a street's name: more than a type, or a type of their own (« Rue du Mail »,
/// « Le Mail »). A number in letters is no more of a name than one in digits: « vingt-cinq rue … » is where a house is.
pub(crate) fn may_be_street(words: &[Word]) -> bool {
    let is_article = |word: &Word| normalize::is_article(&word.typed);
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit());
    let words = || words.iter().filter(|word| numerals::of_word(&word.typed).is_none());
    let telling = words().filter(|word| !is_article(word) && !is_number(word)).count();
    says_a_name(words()) || telling > 1 || (telling == 1 && words().next().is_some_and(is_article))
}

/// How many words of a name come before each place where a complement may begin, the fewest first.
pub(crate) fn complements(words: &[Word]) -> impl Iterator<Item = usize> {
    let begins = |at: &usize| may_be_street(&words[..*at]) && is_complement(&words[*at..]);
    (2..words.len()).filter(begins).take(MOST_COMPLEMENTS)
}

/// How many words of a text come before the end of its last town or postcode, when something follows it.
pub(crate) fn end_of_town(words: &[Word], gazetteer: &Gazetteer) -> Option<usize> {
    let ends = |end: &usize| {
        let words = &words[..*end];
        words.last().is_some_and(|word| postcodes::parse(&word.typed).is_some()) || gazetteer.ends_with_town(words)
    };
    (2..=words.len()).rev().find(ends).filter(|&end| end < words.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    fn check(text: &str, expected: &[&str]) {
        let words = normalize(text);
        let shown = |len: usize| words[..len].iter().map(|word| word.typed.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!(complements(&words).map(shown).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_complement_begins_after_a_name_never_in_its_place() {
        check("rue garibaldi résidence les Lilas", &["rue garibaldi"]);
        check("rue de la porte immeuble A", &["rue de la porte"]);
        check(
            "cours Lafayette ZI nord bâtiment 4",
            &["cours lafayette", "cours lafayette zi nord", "cours lafayette zi nord batiment"],
        );
        check("rue Pasteur c/o Martin", &["rue pasteur"]);
        check("rue Pasteur B.P. 12", &["rue pasteur", "rue pasteur b p"]);
        check("rue Pasteur n°3", &["rue pasteur", "rue pasteur n"]);
        check("rue du mail immeuble A", &["rue du mail"]);
        check("le mail porte gauche", &["le mail", "le mail porte"]);
        check("allée de la résidence", &[]);
        check("rue du 8 mai", &[]);
        check("rue garibaldi", &[]);
        check("dix huit rue de la montagne", &[]);
        check("vingt cinq rue de cambrai immeuble A", &["vingt cinq rue de cambrai"]);
    }
}
