//! Classes the goals do not name, of what people type and paste every day: they keep a geocoder honest that was tuned
//! on the others.

use crate::{
    classes::{Scene, finished, is_another_street},
    dice::Dice,
    edits, text,
    truth::{Query, Wanted},
    written,
};

/// `Lyon, 12 Rue Garibaldi`, `69003 LYON 12 RUE GARIBALDI`
pub(crate) fn city_first(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, narrow) = written::parts(scene)?;
    let (town, scope) = if dice.below(2) == 0 { (town, narrow) } else { (scene.commune.city.clone(), scene.city()) };
    let comma = *dice.pick(&[", ", " ", " - "]);
    let text = format!("{town}{comma}{line}");
    let text = if dice.below(3) == 0 { text::without_accents(&text).to_uppercase() } else { text };
    scene.house(text, scope)
}

/// The department and the region of the corpora.
fn around(insee: &str) -> Option<(&'static [&'static str], &'static str)> {
    match insee.get(..2)? {
        "75" => Some((&["Paris"], "Île-de-France")),
        "69" => Some((&["Rhône", "Métropole de Lyon"], "Auvergne-Rhône-Alpes")),
        _ => None,
    }
}

/// `12 Rue Garibaldi, Lyon, Auvergne-Rhône-Alpes, France`: the label of another geocoder, pasted.
pub(crate) fn region_after(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, narrow) = written::parts(scene)?;
    let (departments, region) = around(&scene.street.insee)?;
    let department = *dice.pick(departments);
    let (town, scope) = if dice.below(2) == 0 { (town, narrow) } else { (scene.commune.city.clone(), scene.city()) };
    let after = match dice.below(4) {
        0 => format!("{region}, France"),
        1 => format!("{department}, {region}, France"),
        2 => format!("{department}, France"),
        _ => region.to_owned(),
    };
    scene.house(format!("{line}, {town}, {after}"), scope)
}

/// What people write between the street and the town, beyond the patterns of [`written::noise`].
const AFTER_THE_STREET: [&str; 16] = [
    "porte gauche",
    "3e étage porte gauche",
    "immeuble le Rivage",
    "résidence les Lilas",
    "ZAC des Pins",
    "quartier de la Gare",
    "c/o Martin",
    "SCI Dupont",
    "escalier 3 allée B",
    "B.P. 1234",
    "appartement n°34",
    "bâtiment les Tilleuls",
    "rez-de-jardin",
    "interphone 12B",
    "tour Oxygène",
    "fond de cour",
];

/// `12 Rue Garibaldi porte gauche 69003 Lyon`
pub(crate) fn noise_after(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, scope) = written::parts(scene)?;
    let noise = *dice.pick(&AFTER_THE_STREET);
    let comma = *dice.pick(&[" ", ", "]);
    scene.house(format!("{line}{comma}{noise}{comma}{town}"), scope)
}

/// Types of street that people take for one another.
const TYPES: [&str; 7] = ["Rue", "Avenue", "Boulevard", "Place", "Chemin", "Allée", "Impasse"];

/// The words of a name that tell it from others.
fn told(key: &str) -> Vec<&str> {
    key.split(' ').filter(|word| !["d", "de", "du", "des", "l", "la", "le", "les"].contains(word)).collect()
}

/// `12 Avenue Garibaldi 69003 Lyon`, which is a Rue.
pub(crate) fn other_type(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (_, town, scope) = written::parts(scene)?;
    let (own, name) = scene.street.name.split_once(' ')?;
    let other = *dice.pick(&TYPES);
    // A street of the text's own words next door is meant as much, and said to contradict.
    let key = text::key(&format!("{other} {name}"));
    let typed = told(&key);
    if !TYPES.contains(&own) || scene.corpus.by_key.keys().any(|key| told(key) == typed) {
        return None;
    }
    // « Place de la Gare » and « Rue de la Gare »: asked for as an avenue, either may be meant.
    let namesakes = TYPES.iter().filter(|kind| is_another_street(scene, &format!("{kind} {name}"), &scope)).count();
    (namesakes == 1).then(|| scene.house(format!("{} {other} {name} {town}", scene.number()), scope)).flatten()
}

/// `12 Avenue Garibaldi`, which is a Rue, and nothing of where: any street of the name, of whatever type.
pub(crate) fn other_type_bare(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (own, name) = scene.street.name.split_once(' ')?;
    let other = *dice.pick(&TYPES);
    let typed = text::key(&format!("{other} {name}"));
    let typed = told(&typed);
    // « Impasse Villon » may be Impasse François Villon as much as Rue Villon.
    let has_all = |key: &String| typed.iter().all(|word| key.split(' ').any(|own| own == *word));
    if !TYPES.contains(&own) || scene.corpus.by_key.keys().any(has_all) {
        return None;
    }
    // « Impasse du Port » and « Rue Port »: asked for as an avenue, either may be meant.
    let is_namesake = |key: &&String| told(key).split_first().map(|(_, name)| name) == Some(&typed[1..]);
    let streets = scene.corpus.by_key.keys().filter(is_namesake).flat_map(|key| scene.streets(key, &[])).collect();
    Some(anywhere_in(scene, streets, &format!("{other} {name}"), dice))
}

/// With the number or without, in any of some streets.
pub(crate) fn anywhere_in(scene: &Scene<'_>, streets: Vec<u32>, name: &str, dice: &mut Dice) -> Query {
    if dice.below(2) == 0 {
        return finished(name.to_owned(), Wanted::Street(streets), Vec::new());
    }
    let number = scene.address.number_text();
    let houses = streets.into_iter().filter_map(|street| scene.corpus.house(street, &number)).collect();
    finished(format!("{} {name}", scene.number()), Wanted::House(houses), Vec::new())
}

/// One typo, and nothing of where: that number in any street of the name.
pub(crate) fn typo_bare(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let name = edits::with_typos(&scene.street.name, 1, dice)?;
    anywhere(scene, &name)
}

/// One typo in the name of the town, and no postcode; none where it is the name of another.
pub(crate) fn town_typo(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let town = edits::with_typos(&scene.commune.city, 1, dice)?;
    let key = text::key(&town);
    if scene.corpus.communes.values().any(|commune| text::key(&commune.city) == key) {
        return None;
    }
    let query = scene.house(format!("{} {town}", scene.line()), scene.city())?;
    Some(Query { scope: Vec::new(), ..query }) // none is named rightly
}

/// Two words run together, and nothing of where.
pub(crate) fn merged_bare(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let name = edits::merged(&scene.street.name, dice)?;
    anywhere(scene, &name)
}

/// One of the inner words left out, and nothing of where: `Avenue de Saxe` for the Maréchal's. None where what is left
/// is in the name of another street too.
pub(crate) fn part_bare(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let mut words: Vec<&str> = scene.street.name.split(' ').collect();
    let inner: Vec<usize> = (1..words.len().checked_sub(1)?).filter(|&at| words[at].len() > 3).collect();
    words.remove(*inner.get(dice.below(inner.len().max(1)))?);
    let key = text::key(&words.join(" "));
    let has_all = |name: &&String| key.split(' ').all(|word| name.split(' ').any(|own| own == word));
    if scene.corpus.by_key.keys().filter(has_all).count() != 1 {
        return None;
    }
    anywhere(scene, &words.join(" "))
}

/// A street that is nowhere, and nothing of where it should be: for a corpus that streets were taken out of.
pub(crate) fn absent_bare(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let is_there = |&street: &u32| !scene.corpus.streets[street as usize].removed;
    if scene.streets(&scene.street.key, &[]).iter().any(is_there) {
        return None;
    }
    let text = if dice.below(2) == 0 { scene.line() } else { scene.street.name.clone() };
    Some(finished(text, Wanted::Nothing, Vec::new()))
}

/// None where the misspelling is the name of another street.
fn anywhere(scene: &Scene<'_>, name: &str) -> Option<Query> {
    if is_another_street(scene, name, &[]) {
        return None;
    }
    let number = scene.address.number_text();
    let streets = scene.streets(&scene.street.key, &[]);
    let houses = streets.into_iter().filter_map(|street| scene.corpus.house(street, &number)).collect();
    Some(finished(format!("{} {name}", scene.number()), Wanted::House(houses), Vec::new()))
}

/// A street of this corpus that no commune of another has, said to be in one: it is nowhere.
pub(crate) fn foreign_street(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let is_foreign = |insee: &str| scene.corpus.communes[insee].source != scene.commune.source;
    let named = scene.streets(&scene.street.key, &[]);
    if named.iter().any(|&street| is_foreign(&scene.corpus.streets[street as usize].insee)) {
        return None;
    }
    let foreign: Vec<&String> = scene.corpus.communes.keys().filter(|insee| is_foreign(insee)).collect();
    if foreign.is_empty() {
        return None;
    }
    let commune = &scene.corpus.communes[*dice.pick(&foreign)];
    let postcode = commune.postcodes.first()?;
    Some(finished(format!("{} {postcode} {}", scene.line(), commune.city), Wanted::Nothing, Vec::new()))
}
