//! Streets that are in no corpus: real names of the Rhône outside the Métropole, each typed with a number and alone,
//! and nothing of where, and with its number after it and a town of the corpus. Nothing is right; what matters is how
//! sure the geocoder is of something else.

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
    let towns: Vec<&str> = corpus.communes.values().map(|commune| commune.city.as_str()).collect();
    let towns: Vec<&str> = absent.iter().map(|_| *dice.pick(&towns)).collect();
    let class = |name: &str, text: fn(&str, u32, &str) -> String| {
        let streets = absent.iter().zip(&towns);
        let texts = streets.map(|((street, number), town)| text(street, *number, town));
        let asked = |text| Ask::Search { text, finished: true, near: None };
        let queries = texts.map(|text| Query { ask: asked(text), wanted: Wanted::Nothing, scope: Vec::new() });
        ((name.to_owned(), Group::Everyday, "Rhône".to_owned()), queries.collect())
    };
    vec![
        class("nowhere-number", |street, number, _| format!("{number} {street}")),
        class("nowhere-alone", |street, _, _| street.to_owned()),
        class("nowhere-number-after", |street, number, town| format!("{street}, {number}, {town}")),
    ]
}
