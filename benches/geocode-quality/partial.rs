//! Texts still being typed, and names that several communes have: the centre of the map decides.

use geocoder::ground_distance_m;

use crate::{
    classes::{Scene, unfinished},
    corpus::Corpus,
    dice::Dice,
    text,
    truth::{Ask, LIST, Query, Wanted},
};

/// Number and 60 % of the street.
pub(crate) fn sixty(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let text = format!("{} {}", scene.number(), beginning(&scene.street.name, 60)?);
    let near = Some(scene.centre(dice));
    Some(unfinished(text, near, Wanted::House(namesakes(scene)), Vec::new()))
}

/// 50 % of the street, lower case.
pub(crate) fn fifty(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let text = beginning(&scene.street.name, 50)?.to_lowercase();
    let near = Some(scene.centre(dice));
    Some(unfinished(text, near, Wanted::Street(scene.streets(&scene.street.key, &[])), Vec::new()))
}

/// The street, then the commune's first three letters.
pub(crate) fn three_letters(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let letters: String = scene.commune.city.chars().take(3).collect();
    let scope = scene.codes(|commune| text::key(&commune.city).starts_with(&text::key(&letters)));
    let streets = scene.streets(&scene.street.key, &scope);
    let text = format!("{} {letters}", scene.street.name);
    // Three letters name no commune (goal 7 is of those correctly named): « Rue René Vil » may become Villeurbanne's
    // Rue René or a Rue René Villermé. That the former comes first is goal 5.
    scene.is_unique(&scope).then(|| unfinished(text, None, Wanted::Street(streets), Vec::new()))
}

/// A full street that several communes have, no commune, a centre: the nearest is wanted.
pub(crate) fn homonyms(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let centre = scene.centre(dice);
    let corpus = scene.corpus;
    let streets = scene.streets(&scene.street.key, &[]);
    let nearest_house = |street: u32| {
        let houses = corpus.streets[street as usize].addresses.iter().map(|&at| &corpus.addresses[at as usize]);
        let positions = houses.filter(|house| !house.removed).flat_map(|house| &house.positions);
        positions.map(|&at| ground_distance_m(centre, at)).min_by(f64::total_cmp).unwrap_or(f64::INFINITY)
    };
    let by = |measure: &dyn Fn(u32) -> f64| streets.iter().copied().min_by(|&a, &b| measure(a).total_cmp(&measure(b)));
    let middle = |street: u32| ground_distance_m(centre, corpus.streets[street as usize].centre);
    let nearest = by(&nearest_house)?;
    // Nearest by its nearest door and by its middle: where the two differ, so may honest geocoders.
    if streets.len() < 2 || by(&middle) != Some(nearest) {
        return None;
    }
    let ask = Ask::Search { text: scene.street.name.clone(), finished: true, near: Some(centre) };
    Some(Query { ask, wanted: Wanted::Street(vec![nearest]), scope: Vec::new() })
}

/// The first letters of a name, at least two, not ending in a space.
fn beginning(name: &str, percent: usize) -> Option<String> {
    let letters = name.chars().count() * percent / 100;
    let text: String = name.chars().take(letters).collect();
    let text = text.trim_end().to_owned();
    (text.chars().count() >= 2).then_some(text)
}

/// That number in every street of the name: the text names no commune.
fn namesakes(scene: &Scene<'_>) -> Vec<u32> {
    let number = scene.address.number_text();
    let streets = scene.streets(&scene.street.key, &[]);
    streets.into_iter().filter_map(|street| scene.corpus.house(street, &number)).collect()
}

/// Rank the wanted answer has when names that begin as typed are put in order of distance: what can be reached.
pub(crate) fn ceiling(corpus: &Corpus, query: &Query) -> Option<usize> {
    let Ask::Search { text, near: Some(centre), .. } = &query.ask else { return None };
    let (name, number) = match &query.wanted {
        Wanted::House(houses) => {
            let number = corpus.addresses[*houses.first()? as usize].number_text();
            let digits = text.chars().take_while(char::is_ascii_digit).count();
            let typed = text[digits..].split_once(' ').map_or("", |(_, name)| name);
            let suffix = corpus.addresses[*houses.first()? as usize].suffix.clone();
            (typed.strip_prefix(&suffix).map_or(typed, str::trim_start), Some(number))
        }
        _ => (text.as_str(), None),
    };
    let start = text::key(name);
    let matching = corpus.by_key.range(start.clone()..).take_while(|(key, _)| key.starts_with(&start));
    let mut near: Vec<(f64, u32)> = matching
        .flat_map(|(_, streets)| streets)
        .filter_map(|&street| {
            let (at, answer) = match &number {
                Some(number) => {
                    let house = corpus.house(street, number).filter(|&at| !corpus.addresses[at as usize].removed)?;
                    (corpus.addresses[house as usize].positions[0], house)
                }
                None => (corpus.streets[street as usize].centre, street),
            };
            Some((ground_distance_m(*centre, at), answer))
        })
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Wanted::House(wanted) | Wanted::Street(wanted)) = &query.wanted else { return None };
    near.iter().take(LIST).position(|(_, answer)| wanted.contains(answer)).map(|at| at + 1)
}
