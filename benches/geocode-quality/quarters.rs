//! A quarter or a complement around the street, and no commune: what people say to each other, typed.

use crate::{
    classes::Scene,
    dice::Dice,
    everyday::anywhere_in,
    text,
    truth::{Ask, Query},
};

/// Quarters of both cities, and what stands for one.
const QUARTERS: [&str; 11] = [
    "part dieu",
    "croix rousse",
    "vieux bourg",
    "centre ville",
    "gerland",
    "montplaisir",
    "gratte ciel",
    "belleville",
    "batignolles",
    "quartier de la gare",
    "mairie",
];

/// What is said of where a door is.
const COMPLEMENTS: [&str; 5] =
    ["derriere la mairie", "pres de la gare", "face au parc", "a cote de la poste", "devant l ecole"];

/// `part dieu bd vivier merle`
pub(crate) fn before(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let quarter = *dice.pick(&QUARTERS);
    around(scene, quarter, |line| format!("{quarter} {line}"), dice)
}

/// `12 rue garibaldi gerland`, `12 rue garibaldi derriere la mairie`
pub(crate) fn after(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let complement = if dice.below(2) == 0 { *dice.pick(&QUARTERS) } else { *dice.pick(&COMPLEMENTS) };
    around(scene, complement, |line| format!("{line} {complement}"), dice)
}

/// None where a street has both the words of the name and one of what is around it: that may be meant.
fn around(scene: &Scene<'_>, complement: &str, write: impl Fn(&str) -> String, dice: &mut Dice) -> Option<Query> {
    let has = |key: &str, word: &str| key.split(' ').any(|own| own == word);
    let mut said = complement.split(' ').filter(|word| word.len() > 3);
    let name: Vec<&str> = scene.street.key.split(' ').collect();
    let may_be = |key: &&String| name.iter().all(|word| has(key, word));
    if name.len() < 2 || said.any(|word| scene.corpus.by_key.keys().filter(may_be).any(|key| has(key, word))) {
        return None;
    }
    let streets = scene.streets(&scene.street.key, &[]);
    let mut query = anywhere_in(scene, streets, &scene.street.name, dice);
    if let Ask::Search { text, .. } = &mut query.ask {
        *text = write(&text::without_accents(text));
    }
    Some(query)
}
