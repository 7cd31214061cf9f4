//! The names of the towns, kept in memory to tell in a query what is a commune from what is a street:
//! `villeurbanne`, `st priest`, `lyon 3e`, `69003`, `3e arrondissement`, and a former commune.

use std::collections::{BTreeMap, HashMap};

use crate::{
    address::Kind,
    edit::Nearly,
    letters,
    normalize::{self, Word},
    parse::TOWN_WORDS,
    places::{Place, Places},
    vocabulary,
};

/// A name short for more towns than this says too little to be one.
const MOST_SHORTENED: usize = 3;
/// Shortest name of a town that is corrected.
const SHORTEST_CORRECTED: usize = 4;

/// Names and postcodes → towns, by index in `places.bin`.
#[derive(Debug, Default)]
pub(crate) struct Gazetteer {
    /// By name with its abbreviations spelt out; sorted, so that a beginning is a range.
    names: Vec<(String, Vec<u32>)>,
    /// The letters each name is made of.
    letters: Vec<u32>,
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
        found
    }

    /// The towns of a whole name, as `normalize::key` writes it.
    pub(crate) fn named(&self, key: &str) -> Option<&[u32]> {
        let at = self.names.binary_search_by(|(name, _)| name.as_str().cmp(key)).ok()?;
        Some(&self.names[at].1)
    }

    /// The words before the town a text ends with, and that town: the longest name wins.
    pub(crate) fn town_at_end<'w>(&self, words: &'w [Word]) -> Option<(&'w [Word], &[u32])> {
        (1..=words.len().min(TOWN_WORDS)).rev().find_map(|len| {
            let (rest, town) = words.split_at(words.len() - len);
            let key = town.iter().map(Word::canonical).collect::<Vec<_>>().join(" ");
            Some((rest, self.named(&key)?))
        })
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

    /// The town a name that is none may have been meant for, and how alike they are; none when two are as likely.
    pub(crate) fn misspelt(&self, key: &str) -> Option<(f32, Vec<u32>)> {
        if key.len() < SHORTEST_CORRECTED || key.bytes().all(|b| b.is_ascii_digit() || b == b' ') {
            return None;
        }
        let nearly = Nearly::new(key, if key.len() >= 8 { 2 } else { 1 }, false)?;
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).map(u32::from).sum::<u32>();
        let same_digits = digits(key);
        let may_be_near = self.letters.iter().zip(&self.names).filter(|(letters, _)| nearly.has_letters(**letters));
        let costs = may_be_near.filter_map(|(_, (name, towns))| {
            let cost = nearly.cost(name).filter(|_| name.len() >= SHORTEST_CORRECTED && digits(name) == same_digits)?;
            Some((vocabulary::likeness(cost, key.len()), towns))
        });
        let (likeness, towns) = costs.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((likeness, towns.clone()))
    }

    /// The towns of five digits: a postcode before an INSEE code, since both exist around Lyon
    /// (69003 is a postcode of Lyon and the code of Albigny-sur-Saône).
    pub(crate) fn postcode(&self, digits: &str) -> Option<&[u32]> {
        let postcode = crate::postcodes::parse(digits)?;
        self.postcodes.get(&postcode).or_else(|| self.codes.get(digits)).map(Vec::as_slice)
    }

    /// The towns of an INSEE code.
    pub(crate) fn code(&self, code: &str) -> &[u32] {
        self.codes.get(code).map(Vec::as_slice).unwrap_or_default()
    }

    /// The towns whose postcode begins with these two to four digits.
    fn postcode_beginning(&self, digits: &str) -> Vec<u32> {
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
