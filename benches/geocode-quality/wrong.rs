//! Queries that contradict themselves, and queries for what is not there.

use geocoder::ground_distance_m;

use crate::{
    classes::{Scene, finished},
    corpus::Commune,
    dice::Dice,
    truth::{Query, Wanted},
    written,
};

/// A number the street does not have: the street is the answer.
pub(crate) fn unknown_number(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    // Paris has streets named « 31P6 Boulevard Ney », for a single door: a second number before it means nothing.
    if scene.street.name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let (_, town, scope) = written::parts(scene)?;
    let houses = || scene.street.addresses.iter().map(|&at| &scene.corpus.addresses[at as usize]);
    let largest = houses().map(|house| house.number).max()?;
    let number = u32::try_from(dice.below(largest as usize + 60)).ok()? + 1;
    if houses().any(|house| house.number == number) {
        return None;
    }
    let text = format!("{number} {} {town}", scene.street.name);
    scene.is_unique(&scope).then(|| finished(text, Wanted::Street(vec![scene.address.street]), scope))
}

/// The address with the name of a neighbouring commune that has no such street.
pub(crate) fn commune(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let other = neighbour(scene, |_| true)?;
    contradicting(scene, format!("{} {}", scene.line(), other.name))
}

/// The address with its commune, and the postcode of a neighbour.
pub(crate) fn postcode(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let own = &scene.commune.postcodes;
    let other = neighbour(scene, |other| other.postcodes.len() == 1 && other.postcodes.is_disjoint(own))?;
    let postcode = other.postcodes.first()?;
    contradicting(scene, format!("{} {postcode} {}", scene.line(), scene.commune.city))
}

/// The address with the name of a neighbouring commune and its own postcode.
pub(crate) fn both(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let own = &scene.commune.postcodes;
    let other = neighbour(scene, |other| other.postcodes.len() == 1 && other.postcodes.is_disjoint(own))?;
    let postcode = other.postcodes.first()?;
    contradicting(scene, format!("{} {postcode} {}", scene.line(), other.city))
}

/// The address with its postcode, and the name of a neighbouring commune that has the same.
pub(crate) fn same_postcode(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let own = &scene.commune.postcodes;
    let other = neighbour(scene, |other| own.len() == 1 && other.postcodes == *own)?;
    contradicting(scene, format!("{} {} {}", scene.line(), own.first()?, other.city))
}

/// The street alone, with the name of a neighbouring commune that has none of that name.
pub(crate) fn commune_of_street(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let other = neighbour(scene, |_| true)?;
    let text = format!("{} {}", scene.street.name, other.name);
    scene.is_unique(&[]).then(|| finished(text, Wanted::Street(vec![scene.address.street]), Vec::new()))
}

/// Right is the only address of that name anywhere: with a namesake, nobody knows which part is wrong.
fn contradicting(scene: &Scene<'_>, text: String) -> Option<Query> {
    scene.is_unique(&[]).then(|| finished(text, Wanted::House(vec![scene.at]), Vec::new()))
}

/// The nearest commune, or arrondissement of the same city, without a street of that name.
fn neighbour<'a>(scene: &'a Scene<'_>, keep: impl Fn(&Commune) -> bool) -> Option<&'a Commune> {
    let at = scene.position();
    let without = |insee: &str| scene.corpus.street_at(insee, &scene.street.name).is_none();
    let others = scene.corpus.communes.iter().filter(|(insee, commune)| {
        **insee != scene.street.insee && commune.source == scene.commune.source && without(insee) && keep(commune)
    });
    let distance = |commune: &Commune| ground_distance_m(at, commune.centre);
    others.map(|(_, commune)| commune).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// A full and right address that was taken out of the index.
pub(crate) fn removed(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let (line, town, scope) = written::parts(scene)?;
    // « 12b » where the index still has « 12bis » is answered rightly.
    let spelt_otherwise = scene.corpus.house(scene.address.street, &scene.address.number_text()) != Some(scene.at);
    let unique = scene.is_unique(&scope) && !spelt_otherwise;
    unique.then(|| finished(format!("{line} {town}"), Wanted::Nothing, scope))
}
