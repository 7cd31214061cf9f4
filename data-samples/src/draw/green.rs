//! `arbres` and `espaces-verts`.

use std::collections::HashMap;

use layers::Value;

use super::{landmarks, rounded, text, whole};
use crate::{
    output::{Geometry, Row, schema::Layer},
    plan::{Block, Commune, Use, divide::half_width},
    plane::{Point, length, walk},
    rng::Rng,
};

/// Species and genus.
const SPECIES: [(&str, &str); 14] = [
    ("Platane à feuilles d'érable", "Platanus"),
    ("Tilleul argenté", "Tilia"),
    ("Tilleul à petites feuilles", "Tilia"),
    ("Micocoulier de Provence", "Celtis"),
    ("Érable plane", "Acer"),
    ("Érable champêtre", "Acer"),
    ("Marronnier d'Inde", "Aesculus"),
    ("Chêne pédonculé", "Quercus"),
    ("Frêne à fleurs", "Fraxinus"),
    ("Cerisier à fleurs", "Prunus"),
    ("Poirier d'ornement", "Pyrus"),
    ("Charme commun", "Carpinus"),
    ("Sophora du Japon", "Styphnolobium"),
    ("Copalme d'Amérique", "Liquidambar"),
];

/// Trees in line along streets, and scattered in parks and squares.
pub(super) fn trees(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(6);
    let reach = commune.density.lots * 1.1;
    for street in &commune.streets {
        if !rng.chance([0.0, 0.06, 0.16, 0.5, 0.75, 0.85][usize::from(street.importance)]) {
            continue;
        }
        let (spacing, species) = (rng.between(11.0, 16.0), rng.index(SPECIES.len()));
        let aside = half_width(street.importance) - 1.6;
        for run in &street.runs {
            let mut along = 14.0;
            while along < length(run) - 14.0 {
                let (at, direction) = walk(run, along);
                for side in [aside, -aside] {
                    if (at - commune.centre).length() < reach && rng.chance(0.88) {
                        rows.push(tree(commune, at + direction.left() * side, species, &mut rng));
                    }
                }
                along += spacing;
            }
        }
    }
    for block in commune.blocks.iter().filter(|b| matches!(b.found, Use::Park | Use::Square)) {
        if (block.cell.middle() - commune.centre).length() < reach {
            scatter(commune, block, rows, &mut rng);
        }
    }
}

/// One tree per 520 m² of a block, anywhere in it.
fn scatter(commune: &Commune, block: &Block, rows: &mut Vec<Row>, rng: &mut Rng) {
    let axes = block.cell.axes();
    let mut left = block.cell.area() / 520.0;
    while left > 0.0 {
        left -= 1.0;
        let (along, up) = (rng.between(-0.5, 0.5) * axes.length, rng.between(-0.5, 0.5) * axes.width);
        let at = axes.centre + axes.along * along + axes.along.left() * up;
        let wet = block.pond.is_some_and(|(centre, radius)| (at - centre).length() < radius + 2.0);
        if block.cell.contains(at) && !wet {
            let species = rng.index(SPECIES.len());
            rows.push(tree(commune, at, species, rng));
        }
    }
}

fn tree(commune: &Commune, at: Point, species: usize, rng: &mut Rng) -> Row {
    let year = rng.whole(1925, 2024);
    #[allow(clippy::cast_precision_loss)] // an age in years
    let age = (2025 - year) as f64;
    let girth = 12.0 + age * rng.between(1.6, 2.6);
    let height = 2.5 + 19.0 * (1.0 - (-age / 38.0).exp()) * rng.between(0.75, 1.1);
    let (name, genus) = SPECIES[species];
    let values = vec![text(name), text(genus), Value::Int(year), whole(girth), rounded(height, 1)];
    Row { layer: Layer::Arbres, geometry: Geometry::Point(commune.ground.place(at)), values }
}

/// Parks, woods and squares.
pub(super) fn parks(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(7);
    let mut known = known_parks(commune);
    for (rank, block) in commune.blocks.iter().enumerate() {
        let kind = match block.found {
            Use::Park if block.cell.area() < 18_000.0 => "Jardin public",
            Use::Park => "Parc",
            Use::Wood => "Bois",
            Use::Square => "Square",
            Use::Town | Use::Works | Use::Field => continue,
        };
        let called = rng.pick(&[
            "des Tilleuls",
            "du Château",
            "de la Mairie",
            "des Oiseaux",
            "du Vallon",
            "des Essarts",
            "de l'Étang",
            "Louise Labé",
            "Tony Garnier",
            "des Quatre-Vents",
            "de la Colline",
            "du Vieux Bourg",
            "de la Source",
            "du Fort",
            "des Charmes",
        ]);
        let (name, kind) = match known.remove(&rank) {
            Some(name) => (name.to_owned(), "Parc"),
            None => (format!("{kind} {called}"), kind),
        };
        let ring = commune.ground.place_all(block.cell.outline(60.0));
        rows.push(Row {
            layer: Layer::EspacesVerts,
            geometry: Geometry::Polygon(ring),
            values: vec![text(name), text(kind), whole(block.cell.area())],
        });
    }
}

/// The largest parks of a commune, else its other green blocks, by their rank among all blocks, with the names people
/// know them by.
fn known_parks(commune: &Commune) -> HashMap<usize, &'static str> {
    let is_green = |block: &Block| matches!(block.found, Use::Park | Use::Wood | Use::Square);
    let green = commune.blocks.iter().enumerate().filter(|(_, block)| is_green(block));
    let mut green: Vec<_> = green.map(|(rank, block)| (rank, block.found == Use::Park, block.cell.area())).collect();
    green.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.total_cmp(&a.2)));
    green.into_iter().map(|(rank, ..)| rank).zip(landmarks::parks(&commune.place.insee)).collect()
}
