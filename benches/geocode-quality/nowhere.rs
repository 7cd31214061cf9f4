//! Streets that are in no corpus: real names of the Rhône outside the Métropole, each typed with a number and alone,
//! and nothing of where. Nothing is right; what matters is how sure the geocoder is of something else.

use std::{collections::BTreeMap, fs::File, path::Path};

use flate2::read::GzDecoder;

use crate::{
    classes::Group,
    corpus::Corpus,
    dice::Dice,
    text,
    truth::{Ask, Query, Wanted},
};

/// The classes, drawn from a file of `{"Rue Garibaldi": [1, 2, 3]}`.
pub(crate) fn classes(
    file: &Path,
    corpus: &Corpus,
    count: usize,
    seed: u64,
) -> Vec<((String, Group, String), Vec<Query>)> {
    let names: BTreeMap<String, Vec<u32>> = serde_json::from_reader(GzDecoder::new(File::open(file).unwrap())).unwrap();
    let mut absent: Vec<(String, u32)> = names
        .into_iter()
        .filter(|(name, _)| !corpus.by_key.contains_key(&text::key(name)))
        .filter_map(|(name, numbers)| Some((name, *numbers.first()?)))
        .collect();
    let (mut dice, share) = (Dice::new(seed, "nowhere"), count as f64 / absent.len().max(1) as f64);
    absent.retain(|_| dice.share() < share);
    let class = |name: &str, text: fn(&(String, u32)) -> String| {
        let asked = |street| Ask::Search { text: text(street), finished: true, near: None };
        let queries =
            absent.iter().map(|street| Query { ask: asked(street), wanted: Wanted::Nothing, scope: Vec::new() });
        ((name.to_owned(), Group::Everyday, "Rhône".to_owned()), queries.collect())
    };
    vec![
        class("nowhere-number", |(name, number)| format!("{number} {name}")),
        class("nowhere-alone", |(name, _)| name.clone()),
    ]
}
