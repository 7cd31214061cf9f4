//! Numbers that are not the house's, or not alone: after a word before the address, in a range whose last number has a
//! suffix.

use crate::{
    classes::{Scene, finished},
    dice::Dice,
    truth::{Query, Wanted},
    written,
};

/// What people number before an address; of some of it no geocoder has heard.
const NUMBERED: [&str; 20] = [
    "parcelle AB",
    "section AB",
    "AB",
    "BAL",
    "casier",
    "box",
    "lot n°",
    "villa",
    "villa n°",
    "pavillon",
    "quai",
    "place",
    "parking",
    "tranche",
    "îlot",
    "dossier",
    "réf.",
    "client",
    "n°",
    "Groupe scolaire",
];

/// `pavillon 19, 12 Rue Garibaldi 69003 Lyon`: the number next to the street is the house, whichever others it has.
pub(crate) fn after_word(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, scope) = written::parts(scene)?;
    // « 31P6 Boulevard Ney » is a street: two numbers before it mean nothing.
    if scene.street.name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let word = *dice.pick(&NUMBERED);
    let comma = *dice.pick(&[", ", " ", " - "]);
    // « n° 12 - 14 rue … » is a range.
    if (word, comma) == ("n°", " - ") {
        return None;
    }
    // Another house of the street is the trap, as often as one it may lack.
    let houses = &scene.street.addresses;
    let other = &scene.corpus.addresses[houses[dice.below(houses.len())] as usize];
    let number = if dice.below(2) == 0 { other.number.to_string() } else { (dice.below(60) + 1).to_string() };
    scene.house(format!("{word} {number}{comma}{line} {town}"), scope)
}

/// `12-12bis Rue Garibaldi`, `12bis/14bis`, `10-12bis`: the first of the two that is there.
pub(crate) fn range_to_suffix(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (_, town, scope) = written::parts(scene)?;
    let address = scene.address;
    let (short, long) = match address.suffix.as_str() {
        "b" | "bis" => ("b", "bis"),
        "t" | "ter" => ("t", "ter"),
        "a" => ("a", "a"),
        _ => return None,
    };
    let house = |number: u32, suffix: &str| {
        let house = scene.corpus.house(scene.address.street, &format!("{number}{suffix}"));
        house.filter(|&house| !scene.corpus.addresses[house as usize].removed)
    };
    // Both « 9b » and « 9bis » in one street: nobody can tell which is meant.
    if short != long && house(address.number, short).is_some() && house(address.number, long).is_some() {
        return None;
    }
    let stroke = *dice.pick(&["-", "/"]);
    let number = address.number;
    let (first, text) = match dice.below(3) {
        0 => (house(number, ""), format!("{number}{stroke}{number}{long}")),
        1 => (Some(scene.at), format!("{number}{long}{stroke}{}{long}", number + 2)),
        _ if number > 2 => (house(number - 2, ""), format!("{}{stroke}{number}{long}", number - 2)),
        _ => return None,
    };
    let text = format!("{text} {} {town}", scene.street.name);
    scene.is_unique(&scope).then(|| finished(text, Wanted::House(vec![first.unwrap_or(scene.at)]), scope))
}
