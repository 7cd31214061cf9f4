//! Names of public places that agents look for: real names, each in its commune, at made-up places.

use crate::facts::Place;

/// Parks by the commune they are in, the largest first.
const PARKS: [(&str, &str); 7] = [
    ("69029", "Parc de Parilly"),
    ("69127", "Parc de Lacroix-Laval"),
    ("69266", "Parc de la Feyssine"),
    ("69381", "Jardin des Plantes"),
    ("69386", "Parc de la Tête d'Or"),
    ("69387", "Parc Blandan"),
    ("69387", "Parc de Gerland"),
];

/// Swimming pools.
const POOLS: [(&str, &str); 3] = [
    ("69029", "Piscine André Sousi"),
    ("69266", "Centre nautique Étienne Gagnaire"),
    ("69387", "Centre nautique Tony Bertrand"),
];

/// Communes under this many inhabitants share the Maison de la Métropole of a neighbour.
const INHABITANTS_OF_A_HOUSE: u32 = 15_000;

pub(super) fn parks(insee: &str) -> impl Iterator<Item = &'static str> {
    named(&PARKS, insee)
}

pub(super) fn pools(insee: &str) -> impl Iterator<Item = &'static str> {
    named(&POOLS, insee)
}

/// `Maison de la Métropole - Givors`, in the larger communes.
pub(super) fn house_of_the_metropole(place: &Place) -> Option<String> {
    let short = place.name.strip_suffix(" Arrondissement").unwrap_or(&place.name);
    (place.population >= INHABITANTS_OF_A_HOUSE).then(|| format!("Maison de la Métropole - {short}"))
}

fn named<'a>(
    table: &'static [(&'static str, &'static str)],
    insee: &'a str,
) -> impl Iterator<Item = &'static str> + 'a {
    table.iter().filter(move |(commune, _)| *commune == insee).map(|(_, name)| *name)
}
