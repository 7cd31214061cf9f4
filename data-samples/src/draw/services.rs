//! `equipements` and `silos-verre`.

use super::{landmarks, rounded, text};
use crate::{
    output::{Geometry, Row, schema::Layer},
    plan::{Commune, numbers::Number},
    plane::{Point, length, nearest_on, walk},
    rng::Rng,
};

/// Type, beginning of the name, inhabitants for one.
const KINDS: [(&str, &str, f64); 10] = [
    ("École", "École élémentaire", 4500.0),
    ("École", "École maternelle", 6000.0),
    ("Collège", "Collège", 14_000.0),
    ("Crèche", "Crèche", 11_000.0),
    ("Gymnase", "Gymnase", 12_000.0),
    ("Stade", "Stade", 15_000.0),
    ("Piscine", "Piscine", 36_000.0),
    ("Bibliothèque", "Médiathèque", 16_000.0),
    ("Salle", "Salle des fêtes", 18_000.0),
    ("Résidence", "Résidence autonomie", 14_000.0),
];

/// The town hall at the centre, and the rest in proportion to the inhabitants.
pub(super) fn amenities(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(8);
    let hall = commune.place.name.strip_prefix("Lyon ").map_or_else(
        || format!("Mairie {}", of(&commune.place.name)),
        |rest| format!("Mairie du {}", rest.to_lowercase()),
    );
    let centre = commune.centre + Point { x: 28.0, y: 22.0 };
    rows.push(amenity(commune, &hall, "Mairie", centre));
    for (kind, called, inhabitants) in KINDS {
        let mut wanted = (f64::from(commune.place.population) / inhabitants).round().max(1.0);
        while wanted >= 1.0 {
            wanted -= 1.0;
            let reach = commune.density.town.min(2400.0) * rng.unit().sqrt() * 0.95;
            let at = commune.centre + Point { x: reach, y: 0.0 }.turned(rng.between(0.0, std::f64::consts::TAU));
            let name = format!("{called} {}", rng.pick(&PATRONS));
            rows.push(amenity(commune, &name, kind, at));
        }
    }
    landmarks(commune, rows);
}

/// What people look for by its name, near the centre.
fn landmarks(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(10);
    let house = landmarks::house_of_the_metropole(&commune.place).map(|name| (name, "Maison de la Métropole"));
    let pools = landmarks::pools(&commune.place.insee).map(|name| (name.to_owned(), "Piscine"));
    for (name, kind) in house.into_iter().chain(pools) {
        let reach = commune.density.streets.min(600.0) * rng.between(0.2, 0.8);
        let at = commune.centre + Point { x: reach, y: 0.0 }.turned(rng.between(0.0, std::f64::consts::TAU));
        rows.push(amenity(commune, &name, kind, at));
    }
}

const PATRONS: [&str; 18] = [
    "Jean Moulin",
    "Jules Ferry",
    "Louise Michel",
    "Lucie Aubrac",
    "Pasteur",
    "Marie Curie",
    "Anatole France",
    "Jean Jaurès",
    "Victor Hugo",
    "Olympe de Gouges",
    "Les Tilleuls",
    "Le Vallon",
    "Les Essarts",
    "Berthe Morisot",
    "Alice Milliat",
    "La Fontaine",
    "Tony Garnier",
    "Simone Lagrange",
];

/// `de Bron`, `d'Écully`, `du …` is left to real officials: `de La Mulatière` is what signs say.
fn of(name: &str) -> String {
    let vowel = name.starts_with(['A', 'E', 'É', 'I', 'O', 'U']);
    if vowel { format!("d'{name}") } else { format!("de {name}") }
}

/// An amenity at the numbered entrance nearest to a wished position, or there on the nearest street.
fn amenity(commune: &Commune, name: &str, kind: &str, wished: Point) -> Row {
    let away = |n: &Number| (n.entrance - wished).length();
    let door = commune.numbers.iter().min_by(|a, b| away(a).total_cmp(&away(b))).filter(|n| away(n) < 120.0);
    let (at, address) = match door {
        Some(n) => {
            let number = if n.suffix.is_empty() { n.number.to_string() } else { format!("{} {}", n.number, n.suffix) };
            let inward = (commune.lots[n.lot].cell.middle() - n.entrance) * 0.4;
            (n.entrance + inward, format!("{number} {}", commune.streets[n.street].name))
        }
        None => beside_street(commune, wished),
    };
    Row {
        layer: Layer::Equipements,
        geometry: Geometry::Point(commune.ground.place(at)),
        values: [name, kind, &address, &commune.place.insee].map(text).to_vec(),
    }
}

/// The position beside the nearest street, and its name.
fn beside_street(commune: &Commune, wished: Point) -> (Point, String) {
    let mut best = (wished, String::new(), f64::INFINITY);
    for street in &commune.streets {
        for pair in street.runs.iter().flat_map(|run| run.windows(2)) {
            let (at, away) = nearest_on(pair[0], pair[1], wished);
            if away < best.2 {
                best = (at + (wished - at).unit() * 16.0, street.name.clone(), away);
            }
        }
    }
    (best.0, best.1)
}

/// Glass banks along streets.
pub(super) fn glass_banks(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(9);
    for street in commune.streets.iter().filter(|s| s.importance >= 2) {
        let spacing = rng.between(600.0, 1100.0);
        for run in &street.runs {
            let mut along = rng.between(20.0, 500.0);
            while along < length(run) {
                let (at, direction) = walk(run, along);
                if (at - commune.centre).length() < commune.density.streets.max(700.0) {
                    rows.push(glass_bank(commune, &street.name, at + direction.left() * 5.0, &mut rng));
                }
                along += spacing;
            }
        }
    }
}

fn glass_bank(commune: &Commune, street: &str, at: Point, rng: &mut Rng) -> Row {
    let volume = [3.0, 4.0, 4.0, 5.0][rng.index(4)];
    let values = vec![text(street), text(&commune.place.insee), rounded(volume, 1)];
    Row { layer: Layer::SilosVerre, geometry: Geometry::Point(commune.ground.place(at)), values }
}
