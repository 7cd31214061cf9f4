//! The names of the towns, kept in memory to tell in a query what is a commune from what is a street:
//! `villeurbanne`, `st priest`, `lyon 3e`, `69003`, `3e arrondissement`, and a former commune.

use std::collections::{BTreeMap, HashMap};

use crate::{
    address::Kind,
    normalize,
    places::{Place, Places},
};

/// Names and postcodes → towns, by index in `places.bin`.
#[derive(Debug, Default)]
pub(crate) struct Gazetteer {
    /// By name with its abbreviations spelt out; sorted, so that a beginning is a range.
    names: BTreeMap<String, Vec<u32>>,
    postcodes: BTreeMap<u32, Vec<u32>>,
    codes: HashMap<String, Vec<u32>>,
}

impl Gazetteer {
    /// Reads the towns of an index.
    pub(crate) fn new(places: &Places) -> Self {
        let mut found = Self::default();
        for town in places.towns() {
            for name in spellings(places, town) {
                let towns = found.names.entry(name).or_default();
                if !towns.contains(&town.index) {
                    towns.push(town.index);
                }
            }
            for postcode in town.postcodes() {
                found.postcodes.entry(postcode).or_default().push(town.index);
            }
            found.codes.entry(town.insee().to_owned()).or_default().push(town.index);
        }
        found
    }

    /// The towns of a whole name, as `normalize::key` writes it.
    pub(crate) fn named(&self, key: &str) -> Option<&[u32]> {
        self.names.get(key).map(Vec::as_slice)
    }

    /// The towns whose name begins so.
    pub(crate) fn beginning(&self, key: &str) -> Vec<u32> {
        let range = self.names.range(key.to_owned()..).take_while(|(name, _)| name.starts_with(key));
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

    /// The towns whose postcode begins with these two to four digits.
    pub(crate) fn postcode_beginning(&self, digits: &str) -> Vec<u32> {
        let (Ok(number), Some(missing)) = (digits.parse::<u32>(), 5usize.checked_sub(digits.len())) else {
            return Vec::new();
        };
        let scale = 10u32.pow(u32::try_from(missing).unwrap_or(0));
        let range = self.postcodes.range(number * scale..(number + 1) * scale);
        range.flat_map(|(_, towns)| towns.iter().copied()).collect()
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
            all.extend([format!("{city} {number}"), format!("{city} 0{number}"), format!("{number} arrondissement")]);
        }
    }
    all
}
