//! The names of the towns, kept in memory to tell in a query what is a commune from what is a street:
//! `villeurbanne`, `st priest`, `lyon 3e`, `69003`, `3e arrondissement`, and a former commune. Those written otherwise
//! than they are called are in `gazetteer/otherwise.rs`.

mod otherwise;

use std::collections::{BTreeMap, HashMap};

use crate::{
    address::Kind,
    letters,
    normalize::{self, Word},
    parse::TOWN_WORDS,
    places::{Place, Places},
};

/// A name short for more towns than this says too little to be one.
const MOST_SHORTENED: usize = 3;

/// Names and postcodes → towns, by index in `places.bin`.
#[derive(Debug, Default)]
pub(crate) struct Gazetteer {
    /// By name with its abbreviations spelt out; sorted, so that a beginning is a range.
    names: Vec<(String, Vec<u32>)>,
    /// The letters each name is made of.
    letters: Vec<u32>,
    /// What is left of a name without its articles, and its rank among the names; sorted.
    bare: Vec<(String, u32)>,
    /// The same of its letters without spaces.
    glued: Vec<(String, u32)>,
    postcodes: BTreeMap<u32, Vec<u32>>,
    codes: HashMap<String, Vec<u32>>,
}

impl Gazetteer {
    /// Reads the towns of an index.
    pub(crate) fn new(places: &Places) -> Self {
        let mut found = Self::default();
        let mut names: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut shortened: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for town in places.towns() {
            for name in spellings(places, town) {
                shorten(&name, |short| insert(&mut shortened, short, town.index));
                insert(&mut names, &name, town.index);
            }
            // What people other than its mairie call it: only where no town is officially called so.
            for (name, _) in places.other_names(town) {
                insert(&mut shortened, &normalize::key(name), town.index);
            }
            for postcode in town.postcodes() {
                found.postcodes.entry(postcode).or_default().push(town.index);
            }
            found.codes.entry(town.insee().to_owned()).or_default().push(town.index);
        }
        for (name, towns) in shortened {
            if towns.len() <= MOST_SHORTENED {
                names.entry(name).or_insert(towns);
            }
        }
        found.letters = names.keys().map(|name| letters::set(name)).collect();
        found.names = names.into_iter().collect();
        found.bare = otherwise::bare(&found.names);
        found.glued = otherwise::glued(&found.names);
        found
    }

    /// The towns of a whole name, as `normalize::key` writes it.
    pub(crate) fn named(&self, key: &str) -> Option<&[u32]> {
        let at = self.names.binary_search_by(|(name, _)| name.as_str().cmp(key)).ok()?;
        Some(&self.names[at].1)
    }

    /// The words before the town a text ends with, and that town: the longest name wins.
    pub(crate) fn town_at_end<'w>(&self, words: &'w [Word]) -> Option<(&'w [Word], &[u32])> {
        let at_end = |words: &'w [Word]| {
            (1..=words.len().min(TOWN_WORDS)).rev().find_map(|len| {
                let (rest, town) = words.split_at(words.len() - len);
                Some((rest, self.town(town)?))
            })
        };
        // « Sainte-Foy-lès-Lyon 6 » ends with no arrondissement: the number is not that of Lyon.
        let is_numbered = |(last, _): &(&Word, _)| last.typed.starts_with(|c: char| c.is_ascii_digit());
        let longer = words.split_last().filter(is_numbered).and_then(|(_, before)| at_end(before));
        at_end(words).filter(|(rest, _)| longer.is_none_or(|(before, _)| before.len() >= rest.len()))
    }

    /// The towns that some words are the name of, its articles written or not.
    pub(crate) fn town(&self, words: &[Word]) -> Option<&[u32]> {
        let key = words.iter().map(Word::canonical).collect::<Vec<_>>().join(" ");
        self.named(&key).or_else(|| self.without_articles(words))
    }

    pub(crate) fn ends_with_town(&self, words: &[Word]) -> bool {
        self.town_at_end(words).is_some()
    }

    /// The towns whose name, or postcode, begins with these words: `lead` whole, then `last`, unfinished.
    pub(crate) fn beginning(&self, lead: &str, last: &str) -> Vec<u32> {
        if lead.is_empty() && (2..=4).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_digit()) {
            return self.postcode_beginning(last);
        }
        let gap = if lead.is_empty() { "" } else { " " };
        let key = format!("{lead}{gap}{last}");
        let first = self.names.partition_point(|(name, _)| *name < key);
        let range = self.names[first..].iter().take_while(|(name, _)| name.starts_with(&key));
        let mut towns: Vec<u32> = range.flat_map(|(_, towns)| towns.iter().copied()).collect();
        towns.sort_unstable();
        towns.dedup();
        towns
    }

    /// The towns of five digits: a postcode before an INSEE code, since both exist around Lyon
    /// (69003 is a postcode of Lyon and the code of Albigny-sur-Saône).
    pub(crate) fn postcode(&self, digits: &str) -> Option<&[u32]> {
        let postcode = crate::postcodes::parse(digits)?;
        self.postcodes.get(&postcode).or_else(|| self.codes.get(digits)).map(Vec::as_slice)
    }

    /// The towns whose INSEE code a postcode is too.
    pub(crate) fn code_that_is_postcode(&self, digits: &str) -> Option<&[u32]> {
        let postcode = crate::postcodes::parse(digits)?;
        let served = self.postcodes.get(&postcode)?;
        self.codes.get(digits).filter(|towns| *towns != served).map(Vec::as_slice)
    }

    /// The towns of an INSEE code.
    pub(crate) fn code(&self, code: &str) -> &[u32] {
        self.codes.get(code).map(Vec::as_slice).unwrap_or_default()
    }

    /// The towns whose postcode begins with these one to four digits, once for each such postcode they have.
    pub(crate) fn postcode_beginning(&self, digits: &str) -> Vec<u32> {
        let (Ok(number), Some(missing)) = (digits.parse::<u32>(), 5usize.checked_sub(digits.len())) else {
            return Vec::new();
        };
        let scale = 10u32.pow(u32::try_from(missing).unwrap_or(0));
        let range = self.postcodes.range(number * scale..(number + 1) * scale);
        range.flat_map(|(_, towns)| towns.iter().copied()).collect()
    }
}

fn insert(names: &mut BTreeMap<String, Vec<u32>>, name: &str, town: u32) {
    let towns = names.entry(name.to_owned()).or_default();
    if !towns.contains(&town) {
        towns.push(town);
    }
}

/// The first words of a long name, as people write them: « Caluire », « Saint-Cyr », « Collonges ».
fn shorten(name: &str, mut keep: impl FnMut(&str)) {
    for (at, _) in name.match_indices(' ') {
        let short = &name[..at];
        let last = short.rsplit(' ').next().unwrap_or_default();
        let says_little = normalize::is_article(last) || matches!(short, "saint" | "sainte") || short.len() < 4;
        if !says_little && !last.bytes().all(|b| b.is_ascii_digit()) {
            keep(short);
        }
    }
}

/// The ways a town is written. An arrondissement is `Lyon 3e Arrondissement`, `Lyon 3`, `3e arrondissement`.
fn spellings(places: &Places, town: Place<'_>) -> Vec<String> {
    let name = normalize::key(town.name());
    let mut all = vec![name.clone()];
    if let Some((article, rest)) = name.split_once(' ')
        && normalize::is_article(article)
    {
        all.push(rest.to_owned());
    }
    let city = places.parents(town).next().map(|city| normalize::key(city.name()));
    if let (Kind::District, false, Some(city)) = (town.kind(), town.is_former(), city) {
        let number = name.split(' ').find(|word| word.bytes().all(|b| b.is_ascii_digit()));
        if let Some(number) = number {
            all.extend([
                format!("{city} {number}"),
                format!("{city} 0{number}"),
                format!("{number} arrondissement"),
                format!("{city} {number} eme"),
                format!("{number} arrondissement {city}"),
                format!("{number} arrondissement de {city}"),
            ]);
        }
    }
    all
}
