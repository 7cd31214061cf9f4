//! The one function through which both the index and the query go: accents, case, apostrophes,
//! elisions; and what abbreviated words may stand for. Two normalizers would drift apart in a week.

use std::borrow::Cow;

use deunicode::deunicode_char;

use crate::numerals;

/// A word of a name or of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Lower case ASCII letters and digits, as written.
    pub typed: String,
    /// What it stands for when it is an abbreviation, an ordinal or a number in letters; the likeliest first.
    pub meanings: Vec<Cow<'static, str>>,
}

impl Word {
    /// A folded word.
    pub(crate) fn new(typed: &str) -> Self {
        Self { typed: typed.to_owned(), meanings: meanings(typed) }
    }

    /// The word and its meanings: two words say the same when they share one.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.typed.as_str()).chain(self.meanings.iter().map(AsRef::as_ref))
    }

    /// The likeliest meaning, or the word itself.
    pub(crate) fn canonical(&self) -> &str {
        self.meanings.first().map_or(self.typed.as_str(), AsRef::as_ref)
    }
}

/// Splits a text into words: `12 bis Av. de l’Europe` gives `12`, `bis`, `av` (avenue), `de`, `l`, `europe`.
///
/// Idempotent on its own output: `normalize(&fold(text)) == normalize(text)`.
pub(crate) fn normalize(text: &str) -> Vec<Word> {
    fold(text).split_ascii_whitespace().map(Word::new).collect()
}

/// The words of a text, lower case, without accents, joined by single spaces.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        // `N°` and `1º`: deunicode would write « deg » there.
        let ascii = if matches!(c, '°' | 'º' | 'ª') { " " } else { deunicode_char(c).unwrap_or(" ") };
        // A sign has no letters: deunicode names it in English (« house »). A mark on a letter has none either way.
        let ascii = if c.is_alphanumeric() || ascii.is_empty() { ascii } else { " " };
        for b in ascii.chars() {
            if b.is_ascii_alphanumeric() {
                folded.push(b.to_ascii_lowercase());
            } else if !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
    }
    folded.trim().to_owned()
}

/// The words of a name with abbreviations spelt out and ordinals as numbers: two spellings with one key are one town.
pub(crate) fn key(text: &str) -> String {
    normalize(text).iter().map(Word::canonical).collect::<Vec<_>>().join(" ")
}

/// The same for a street, in which `2e` stays another than `2` (« Route Départementale 2E »).
pub(crate) fn street_key(text: &str) -> String {
    let spelt = |word: &Word| match ordinal(&word.typed) {
        Some(digits) => format!("{digits}e"),
        None => word.canonical().to_owned(),
    };
    normalize(text).iter().map(spelt).collect::<Vec<_>>().join(" ")
}

/// What a folded word may stand for, the likeliest first; empty for an ordinary word.
pub(crate) fn meanings(word: &str) -> Vec<Cow<'static, str>> {
    let table = abbreviation(word);
    if !table.is_empty() {
        return table.iter().map(|&meaning| Cow::Borrowed(meaning)).collect();
    }
    let number = ordinal(word).map(str::to_owned).or_else(|| numerals::of_word(word).map(|number| number.to_string()));
    number.map(|digits| vec![Cow::Owned(digits)]).unwrap_or_default()
}

/// `3e`, `3eme`, `1er` → the digits.
fn ordinal(word: &str) -> Option<&str> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = word.split_at(digits);
    let is_ordinal = matches!(ending, "e" | "em" | "eme" | "ieme" | "er" | "ere" | "re" | "nd" | "nde");
    (digits > 0 && is_ordinal).then_some(number)
}

/// Words too common to tell two names apart.
pub(crate) fn is_article(word: &str) -> bool {
    matches!(
        word,
        "de" | "du" | "des" | "d" | "l" | "la" | "le" | "les" | "et" | "a" | "au" | "aux" | "en" | "sur" | "sous"
    )
}

/// One letter, which may be the first of a word; not one that is an article.
pub(crate) fn is_initial(word: &str) -> bool {
    word.len() == 1 && word.bytes().all(|b| b.is_ascii_lowercase()) && !is_article(word)
}

/// Words that say what kind of street it is.
#[rustfmt::skip] // a list reads better than a column
pub(crate) fn is_street_type(word: &str) -> bool {
    matches!(
        word,
        "rue" | "avenue" | "boulevard" | "place" | "chemin" | "impasse" | "allee" | "allees" | "route" | "cours"
        | "quai" | "montee" | "passage" | "square" | "traboule" | "ruelle" | "ruette" | "sentier" | "esplanade"
        | "promenade" | "placette" | "mail" | "venelle" | "voie" | "cote" | "rocade" | "rampe" | "pont" | "rond"
        | "faubourg" | "lotissement" | "residence" | "parvis" | "galerie" | "cour" | "cite" | "carrefour"
        | "escalier" | "escaliers" | "grimpillon" | "grapillon" | "villa" | "sente" | "chaussee" | "port"
        | "peristyle" | "autoroute"
    )
}

/// Words that stand where a street type does, most of them often the first of `voie_nom` in the Rhône. They count as
/// words of a name all the same: many a lieu-dit has no other (« Le Clos »).
#[rustfmt::skip] // as above
pub(crate) fn stands_for_street_type(word: &str) -> bool {
    matches!(
        word,
        "boucle" | "cheminement" | "clos" | "corniche" | "coursiere" | "descente" | "hameau"
        | "mas" | "raidillon" | "traverse" | "traversee"
    )
}

/// The street type a word is, or abbreviates.
pub(crate) fn street_type_of(word: &str) -> Option<&'static str> {
    abbreviation(word).first().copied().filter(|meaning| is_street_type(meaning))
}

/// Abbreviations of street types, titles and months. Several meanings where usage has several.
#[rustfmt::skip] // one line a family reads better than one line a word
fn abbreviation(word: &str) -> &'static [&'static str] {
    match word {
        "r" => &["rue"], "av" | "ave" | "aven" | "avn" => &["avenue"],
        "bd" | "bld" | "blv" | "blvd" | "boul" | "boulv" | "bvd" => &["boulevard"],
        "pl" | "pce" => &["place"], "ch" => &["chemin", "charles", "chateau", "chanoine"], "che" | "chem" | "chm" => &["chemin"],
        "imp" => &["impasse", "imperatrice"], "all" | "al" => &["allee"], "rte" => &["route"], "crs" => &["cours"],
        "q" | "qu" => &["quai"], "mte" | "mtee" => &["montee"], "pass" | "pas" | "pge" | "psg" | "psge" => &["passage"],
        "sq" | "sqr" => &["square"], "res" | "resid" => &["residence"], "lot" | "lotis" => &["lotissement"],
        "fg" | "faub" | "faubg" | "fbg" | "fb" => &["faubourg"], "sen" | "sent" => &["sentier"], "esp" | "espl" => &["esplanade"],
        "prom" => &["promenade"], "rpt" => &["rond"], "rle" | "rlle" => &["ruelle"], "gle" => &["galerie"], "trab" => &["traboule"],
        "car" | "carr" => &["carrefour"], "ham" => &["hameau"], "dom" => &["domaine"], "gde" => &["grande"],
        "gd" => &["grand"], "mt" => &["mont"], "mts" => &["monts"], "pt" => &["petit", "pont", "point"], "pte" => &["petite", "porte"], "vx" => &["vieux"],
        "st" => &["saint", "sainte"], "ste" => &["sainte"], "nd" => &["notre"],
        "dr" | "dct" | "doct" => &["docteur"], "pr" => &["professeur", "pere", "president"], "prf" | "prof" => &["professeur"],
        "gal" | "gen" | "gl" => &["general"], "mal" | "mar" => &["marechal"], "pdt" | "pres" | "psdt" => &["president"],
        "cdt" | "cmdt" | "cmt" => &["commandant"], "col" => &["colonel"], "cap" | "cne" | "cpt" => &["capitaine"],
        "lieut" | "lt" | "ltn" => &["lieutenant"], "sgt" => &["sergent"], "adj" => &["adjudant"], "amal" => &["amiral"],
        "rgt" | "regt" => &["regiment"], "cl" => &["claude"], "jn" => &["jean"], "fr" => &["francois", "frere"], "frs" => &["freres", "francois"],
        "mgr" | "monsgr" => &["monseigneur"], "cnl" => &["colonel"],
        "arr" | "ardt" | "arrdt" => &["arrondissement"],
        "janv" => &["janvier"], "fev" | "fevr" => &["fevrier"], "avr" => &["avril"], "juil" => &["juillet"],
        "sept" => &["7", "septembre"], "oct" => &["octobre"], "nov" => &["novembre"], "dec" => &["decembre"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_case_apostrophes_and_ligatures_are_one_spelling() {
        for text in ["Rue de l'Œuvre", "RUE DE L’OEUVRE", "rue de l\u{2018}œuvre", "Rue\u{a0}de  l'Oe\u{75}vre"] {
            assert_eq!(fold(text), "rue de l oeuvre", "{text}");
        }
        assert_eq!(fold("Allée de l'E\u{301}te\u{301}"), "allee de l ete");
        assert_eq!(fold("N° 12, St-Genis"), "n 12 st genis");
        assert_eq!(fold(" -' "), "");
    }

    #[test]
    fn what_is_no_letter_has_no_name() {
        assert_eq!(fold("🏠 12 rue ✂ Garibaldi 👨‍👩‍👧 € ™ № Lyon ❤️"), "12 rue garibaldi lyon");
        assert_eq!(fold("ß Ł е\u{301}"), "ss l e");
    }

    #[test]
    fn abbreviations_keep_every_meaning_and_what_was_typed() {
        let words = normalize("bd du Pr Calmette");
        assert_eq!(words[0].canonical(), "boulevard");
        assert_eq!(words[2].forms().collect::<Vec<_>>(), ["pr", "professeur", "pere", "president"]);
        assert_eq!(words[3].forms().collect::<Vec<_>>(), ["calmette"]);
    }

    #[test]
    fn ordinals_and_small_numbers_in_letters_meet() {
        for text in ["3e", "3ème", "3eme", "trois", "III", "troisième"] {
            assert_eq!(normalize(text)[0].canonical(), "3", "{text}");
        }
        assert_eq!(key("Bd du Onze Novembre 1918"), "boulevard du 11 novembre 1918");
        assert_eq!(key("1er Av. St-Exupéry"), "1 avenue saint exupery");
        assert_eq!(key("place du Vingtième"), "place du 20");
        assert_eq!(key("4 Sept"), "4 7");
        assert_eq!(normalize("12b")[0].canonical(), "12b");
        assert_eq!(street_key("2ème Av."), street_key("2e avenue"));
        assert_ne!(street_key("RD 2E"), street_key("RD 2"));
    }

    proptest! {
        #[test]
        fn normalizing_twice_is_normalizing_once(text in "\\PC{0,40}") {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&fold(&text)), once);
            prop_assert!(fold(&text).bytes().all(|b| b == b' ' || b.is_ascii_lowercase() || b.is_ascii_digit()));
        }

        #[test]
        fn a_key_is_its_own_key(text in "[a-zA-Zéèç0-9 .'-]{0,40}") {
            let once = key(&text);
            prop_assert_eq!(key(&once), once);
        }
    }
}
