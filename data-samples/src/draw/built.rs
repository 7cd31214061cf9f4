//! `parcelles`, `batiments` and `dia`: a lot, what is built on it, what is sold.

use layers::Value;

use super::{rounded, text, whole};
use crate::{
    output::{Geometry, Row, schema::Layer},
    plan::{Commune, Use, lots::Lot},
    plane::{Cell, Corner, Point, Side},
    rng::Rng,
};

/// Every lot, and its buildings.
pub(super) fn lots(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(1);
    for lot in &commune.lots {
        let ring = ring(commune, lot);
        rows.push(Row {
            layer: Layer::Parcelles,
            geometry: Geometry::Polygon(ring.clone()),
            values: vec![
                text(&lot.id),
                text(&lot.id[8..10]),
                text(lot.id[10..].trim_start_matches('0')),
                whole(lot.cell.area()),
                text(&commune.place.insee),
            ],
        });
        let front = lot.front.map(|(_, from, to)| (commune.ground.place(from), commune.ground.place(to)));
        let free = Cell(ring.into_iter().map(|at| Corner { at, side: Side::Lot }).collect());
        for building in buildings(&free, front, lot.found, commune.density.dense, &mut rng) {
            rows.push(described(building, lot.found, commune.density.dense, &mut rng));
        }
    }
}

fn ring(commune: &Commune, lot: &Lot) -> Vec<Point> {
    commune.ground.place_all(lot.cell.outline(60.0))
}

/// The outlines of what stands on a lot, EPSG:3946: rectangles square to the street.
fn buildings(lot: &Cell, front: Option<(Point, Point)>, found: Use, dense: bool, rng: &mut Rng) -> Vec<Vec<Point>> {
    let wanted = match found {
        Use::Town => 0.93,
        Use::Works => 0.9,
        Use::Field => 0.012,
        Use::Square | Use::Park | Use::Wood => 0.0,
    };
    if !rng.chance(wanted) {
        return Vec::new();
    }
    let Some((from, to)) = front else { return courtyard(lot, rng) };
    let width = (to - from).length();
    let (along, inward) = ((to - from).unit(), (to - from).unit().left());
    let (setback, across, depth) = match (found, dense) {
        (Use::Works, _) => (rng.between(8.0, 16.0), width * rng.between(0.55, 0.8), rng.between(24.0, 60.0)),
        (_, true) => (rng.between(0.3, 1.5), width - rng.between(0.2, 1.6), rng.between(10.0, 14.5)),
        _ => (rng.between(3.0, 8.5), (width - 5.0).min(rng.between(9.0, 17.0)), rng.between(8.5, 12.0)),
    };
    let middle = from + along * (width / 2.0 + rng.between(-0.08, 0.08) * width * f64::from(u8::from(!dense)));
    let shape = |scale: f64| {
        let (half, back) = (across * scale / 2.0, depth * scale);
        let base = middle + inward * setback;
        vec![
            base - along * half,
            base + along * half,
            base + along * half + inward * back,
            base - along * half + inward * back,
        ]
    };
    let fits = |ring: &Vec<Point>| ring.iter().all(|p| lot.contains(*p)) && (ring[1] - ring[0]).length() > 4.0;
    let Some(main) = [1.0, 0.85, 0.7, 0.55].into_iter().map(shape).find(fits) else { return Vec::new() };
    let mut built = vec![with_wing(lot, &main, inward, rng)];
    if !dense && rng.chance(0.22) {
        built.extend(shed(lot, middle + inward * (setback + depth + rng.between(7.0, 14.0)), along));
    }
    built
}

/// The main body, now and then with a wing towards the garden.
fn with_wing(lot: &Cell, main: &[Point], inward: Point, rng: &mut Rng) -> Vec<Point> {
    let share = rng.between(0.3, 0.5);
    let reach = inward * rng.between(4.0, 10.0);
    let start = main[3] + (main[2] - main[3]) * (1.0 - share);
    let (corner, end) = (main[2] + reach, start + reach);
    if rng.chance(0.35) && lot.contains(corner) && lot.contains(end) {
        // main[2] is flat between the side and the wing, so it is left out.
        vec![main[0], main[1], corner, end, start, main[3]]
    } else {
        main.to_vec()
    }
}

fn shed(lot: &Cell, at: Point, along: Point) -> Option<Vec<Point>> {
    let up = along.left();
    let ring = vec![at, at + along * 4.5, at + along * 4.5 + up * 3.2, at + up * 3.2];
    ring.iter().all(|p| lot.contains(*p)).then_some(ring)
}

/// On a lot without a street: a building in the courtyard, half of the time.
fn courtyard(lot: &Cell, rng: &mut Rng) -> Vec<Vec<Point>> {
    let axes = lot.axes();
    let (half, deep) = (axes.length * 0.28, axes.width * 0.25);
    let (along, up) = (axes.along, axes.along.left());
    let ring = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        .map(|(x, y)| axes.centre + along * (x * half) + up * (y * deep));
    let fits = rng.chance(0.5) && ring.iter().all(|p| lot.contains(*p));
    fits.then(|| ring.to_vec()).into_iter().collect()
}

/// Usage, height, storeys and year that go together.
fn described(ring: Vec<Point>, found: Use, dense: bool, rng: &mut Rng) -> Row {
    let storeys = match (found, dense) {
        (Use::Works | Use::Field, _) => rng.whole(1, 2),
        (_, true) => rng.whole(3, 8),
        _ => rng.whole(1, 3),
    };
    #[allow(clippy::cast_precision_loss)] // a few storeys
    let height = storeys as f64 * if found == Use::Works { 4.6 } else { 3.0 } + rng.between(0.5, 3.0);
    let usage = match found {
        Use::Works => rng.pick(&["Industriel", "Commercial et services", "Industriel"]),
        Use::Field => "Agricole",
        _ if dense => rng.pick(&["Résidentiel", "Résidentiel", "Résidentiel", "Commercial et services", "Mixte"]),
        _ => rng.pick(&["Résidentiel", "Résidentiel", "Résidentiel", "Résidentiel", "Annexe"]),
    };
    let year = if dense { rng.whole(1780, 2022) } else { rng.whole(1890, 2024) };
    let values = vec![text(usage), rounded(height, 1), Value::Int(storeys), Value::Int(year)];
    Row { layer: Layer::Batiments, geometry: Geometry::Polygon(snapped(&ring)), values }
}

fn snapped(ring: &[Point]) -> Vec<Point> {
    let cm = |metres: f64| (metres * 100.0).round() / 100.0;
    ring.iter().map(|p| Point { x: cm(p.x), y: cm(p.y) }).collect()
}

/// Declarations of intent to sell: the lot, a price, a date.
pub(super) fn declarations(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(2);
    let mut rank = 0;
    for lot in commune.lots.iter().filter(|lot| lot.found == Use::Town) {
        if rank > 0 && !rng.chance(0.02) {
            continue;
        }
        rank += 1;
        let price = rng.between(900.0, 4200.0) * lot.cell.area().min(900.0) / 1000.0;
        rows.push(Row {
            layer: Layer::Dia,
            geometry: Geometry::Polygon(ring(commune, lot)),
            values: vec![
                text(format!("DIA {} 25 {rank:05}", commune.place.insee)),
                text(super::date(rng.whole(0, 360))),
                text(rng.pick(&["Appartement", "Maison", "Terrain", "Local d'activité", "Immeuble"])),
                whole(price.round() * 1000.0),
                text(&lot.id),
                text(&commune.place.insee),
            ],
        });
    }
}
