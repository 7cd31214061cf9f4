//! Towns written otherwise than they are called: without their articles (« Fleurieu s/ Saône », « Champagne Mt d'Or »),
//! without spaces (« stgenislaval »), with letters wrong (« Vilurbane »). Only what cannot be taken for another name
//! is read at once; the rest is for a text in which nothing else was found.

use super::{Gazetteer, MOST_SHORTENED};
use crate::{
    edit::Nearly,
    letters,
    normalize::{self, Word},
    vocabulary,
};

/// Shortest name of a town that is corrected.
const SHORTEST_CORRECTED: usize = 4;
/// Letters from which two may be wrong, and three in a text that is nothing but a town.
const LONG: usize = 8;
const LONGER: usize = 10;
/// Names whose likeness is no farther apart may be meant as much: « lron » is Bron or Lyon.
const AS_LIKE: f32 = 0.05;
/// How like a name its letters without spaces are.
const GLUED: f32 = 0.97;
/// Letters of a name in one word from which it may be told without its spaces.
const SHORTEST_GLUED: usize = 6;
/// Letters of the end of a name from which it may be told by it: « village » and « camp » are of streets too.
const SHORTEST_ENDING: usize = 8;

impl Gazetteer {
    /// The towns of a name some of whose articles are left out, or « sur » written « s/ ». The words that are left must
    /// be two, and every article written must be one of the name: « Croix du Bois » is not « La Croix-aux-Bois ».
    pub(super) fn without_articles(&self, words: &[Word]) -> Option<&[u32]> {
        let first = words.first().filter(|first| !is_left_out(&first.typed))?;
        if words.len() < 2 || first.typed.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let typed: Vec<&str> = words.iter().map(Word::canonical).collect();
        let bare = kept(typed.iter().copied())?;
        let from = self.bare.partition_point(|(known, _)| *known < bare);
        let alike = self.bare[from..].iter().take_while(|(known, _)| *known == bare);
        let mut names = alike.map(|&(_, name)| &self.names[name as usize]);
        names.find(|(name, _)| has_in_order(name, &typed)).map(|(_, towns)| towns.as_slice())
    }

    /// The towns a name that is none may have been meant for, all as likely, and how alike they are. `alone`: nothing
    /// else was typed.
    pub(crate) fn misspelt(&self, key: &str, alone: bool) -> Option<(f32, Vec<u32>)> {
        self.misspelt_of(key, alone, |_| true)
    }

    /// The same of a name that ends with that of another town, of which the letters are right: « Saint-Foi-lès-Lyon ».
    pub(crate) fn misspelt_before(&self, key: &str, town: &str) -> Option<(f32, Vec<u32>)> {
        let goes_before = |name: &str| name.strip_suffix(town).is_some_and(|before| before.ends_with(' '));
        self.misspelt_of(key, false, goes_before)
    }

    fn misspelt_of(&self, key: &str, alone: bool, may_be: impl Fn(&str) -> bool) -> Option<(f32, Vec<u32>)> {
        if key.len() < SHORTEST_CORRECTED || key.bytes().all(|b| b.is_ascii_digit() || b == b' ') {
            return None;
        }
        if let Some((name, towns)) = self.without_spaces(key)
            && may_be(name)
        {
            return Some((GLUED, towns.to_vec()));
        }
        let most = match key.len() {
            LONGER.. if alone => 3,
            LONG.. => 2,
            _ => 1,
        };
        let nearly = Nearly::new(key, most, false)?;
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).map(u32::from).sum::<u32>();
        let same_digits = digits(key);
        let may_be_near = self.letters.iter().zip(&self.names).filter(|(letters, _)| nearly.has_letters(**letters));
        let is_like = |name: &str| name.len() >= SHORTEST_CORRECTED && digits(name) == same_digits && may_be(name);
        let costs = may_be_near
            .filter(|(_, (name, _))| is_like(name))
            .filter_map(|(_, (name, towns))| Some((vocabulary::likeness(nearly.cost(name)?, key.len()), towns)));
        let costs: Vec<_> = costs.collect();
        let best = costs.iter().map(|(likeness, _)| *likeness).max_by(f32::total_cmp)?;
        let likest = costs.into_iter().filter(|(likeness, _)| *likeness >= best - AS_LIKE);
        let mut towns: Vec<u32> = likest.flat_map(|(_, towns)| towns.iter().copied()).collect();
        towns.sort_unstable();
        towns.dedup();
        Some((best, towns))
    }

    /// The towns whose name ends with this one, which stands on its own in it: « Pierre-Bénite », not « Mont-d'Or ».
    pub(crate) fn ending(&self, key: &str) -> Option<Vec<u32>> {
        if key.len() < SHORTEST_ENDING || key.split(' ').next().is_none_or(is_left_out) {
            return None;
        }
        let wanted = letters::set(key);
        let stands = |name: &str| {
            let before = name.strip_suffix(key)?.strip_suffix(' ')?.rsplit(' ').next()?;
            (!is_left_out(before) && !matches!(before, "saint" | "sainte")).then_some(())
        };
        let has_letters = self.letters.iter().zip(&self.names).filter(|(letters, _)| *letters & wanted == wanted);
        let ending = has_letters.filter(|(_, (name, _))| stands(name).is_some());
        let mut towns: Vec<u32> = ending.flat_map(|(_, (_, towns))| towns.iter().copied()).collect();
        towns.sort_unstable();
        towns.dedup();
        (1..=MOST_SHORTENED).contains(&towns.len()).then_some(towns)
    }

    /// The name, with its towns, that this one is glued together or cut elsewhere.
    fn without_spaces(&self, key: &str) -> Option<&(String, Vec<u32>)> {
        let glued: String = key.split(' ').collect();
        let at = self.glued.binary_search_by(|(known, _)| known.cmp(&glued)).ok()?;
        Some(&self.names[self.glued[at].1 as usize])
    }
}

/// Names without their articles, of those that have some.
pub(super) fn bare(names: &[(String, Vec<u32>)]) -> Vec<(String, u32)> {
    let without = |name: &str| kept(name.split(' ')).filter(|bare| bare.len() < name.len());
    sorted(names.iter().zip(0..).filter_map(|((name, _), rank)| Some((without(name)?, rank))))
}

/// Names without their spaces, « saint » written in full and as `st`.
pub(super) fn glued(names: &[(String, Vec<u32>)]) -> Vec<(String, u32)> {
    let is_word = |name: &str| name.bytes().all(|b| !b.is_ascii_digit()) && name.len() >= SHORTEST_GLUED;
    let both = |name: &str| {
        let short = |word| match word {
            "saint" => "st",
            "sainte" => "ste",
            word => word,
        };
        let full: String = name.split(' ').collect();
        let short = name.split(' ').map(short).collect();
        if full == short { vec![full] } else { vec![full, short] }
    };
    let words = names.iter().zip(0..).filter(|((name, _), _)| is_word(name));
    sorted(words.flat_map(|((name, _), rank)| both(name).into_iter().map(move |glued| (glued, rank))))
}

fn sorted(rows: impl Iterator<Item = (String, u32)>) -> Vec<(String, u32)> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable();
    rows
}

/// The words that make a name, when they are two or more.
fn kept<'w>(words: impl Iterator<Item = &'w str>) -> Option<String> {
    let kept: Vec<&str> = words.filter(|word| !is_left_out(word)).collect();
    (kept.len() > 1).then(|| kept.join(" "))
}

/// An article, or what is left of « sur » and « sous » in « s/ ».
fn is_left_out(word: &str) -> bool {
    normalize::is_article(word) || word == "s"
}

/// Whether a name has these words in this order, « s » being any word on « s ».
fn has_in_order(name: &str, words: &[&str]) -> bool {
    let mut name = name.split(' ');
    words.iter().all(|&word| name.any(|own| own == word || (word == "s" && matches!(own, "sur" | "sous"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gazetteer(names: &[&str]) -> Gazetteer {
        let mut names: Vec<_> = names.iter().zip(0..).map(|(name, at)| (normalize::key(name), vec![at])).collect();
        names.sort();
        let (bare, glued) = (bare(&names), glued(&names));
        let letters = names.iter().map(|(name, _)| crate::letters::set(name)).collect();
        Gazetteer { names, letters, bare, glued, ..Gazetteer::default() }
    }

    const NAMES: [&str; 6] = [
        "Fontaines-sur-Saône",
        "Saint-Didier-au-Mont-d'Or",
        "La Croix-aux-Bois",
        "Saint-Genis-les-Ollières",
        "Sainte-Foy-lès-Lyon",
        "Vaulx-en-Velin",
    ];

    #[test]
    fn articles_may_be_left_out_of_a_town_or_shortened_but_not_changed() {
        let gazetteer = gazetteer(&NAMES);
        let read = |text: &str| gazetteer.town(&normalize::normalize(text)).map(<[u32]>::to_vec);
        for text in ["Fontaines s/ Saône", "Fontaines s/Saône", "FONTAINES S SAONE", "fontaines saone"] {
            assert_eq!(read(text), Some(vec![0]), "{text}");
        }
        for text in ["St Didier au Mt d'Or", "st-didier mont d or", "Saint Didier Mt Or"] {
            assert_eq!(read(text), Some(vec![1]), "{text}");
        }
        assert_eq!(read("ste foy lyon"), Some(vec![4]));
        for text in ["croix du bois", "de fontaines saone", "fontaines", "fontaines sous saone", "s saone"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_town_is_told_without_its_spaces_and_with_letters_wrong() {
        let gazetteer = gazetteer(&NAMES);
        let read = |text: &str, alone| gazetteer.misspelt(&normalize::key(text), alone).map(|(_, towns)| towns);
        for text in ["stgenislesollieres", "saintgenislesollieres", "st genisles ollieres"] {
            assert_eq!(read(text, false), Some(vec![3]), "{text}");
        }
        assert_eq!(read("stefoyleslyon", false), Some(vec![4]));
        assert_eq!(read("vaulxenvelin", false), Some(vec![5]));
        assert_eq!(read("veau en velin", true), Some(vec![5]));
        assert_eq!(read("veau en velin", false), None, "three letters are too many inside a longer text");
        assert_eq!(read("villeurbanne", true), None);
    }

    #[test]
    fn the_end_of_a_name_is_a_town_where_it_stands_on_its_own() {
        let gazetteer = gazetteer(&[
            "Oullins-Pierre-Bénite",
            "Saint-Cyr-au-Mont-d'Or",
            "Saint-Priest",
            "Décines-Charpieu",
            "Sathonay-Village",
        ]);
        for (text, towns) in [("pierre benite", Some(vec![0])), ("charpieu", Some(vec![3]))] {
            assert_eq!(gazetteer.ending(&normalize::key(text)), towns, "{text}");
        }
        for text in ["mont d or", "village", "priest", "oullins", "cyr au mont d or", "pierre"] {
            assert_eq!(gazetteer.ending(&normalize::key(text)), None, "{text}");
        }
    }
}
