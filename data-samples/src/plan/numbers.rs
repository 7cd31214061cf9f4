//! House numbers, odd on the left of the street and even on its right, and places
//! that have a name but no number.

use crate::{
    names,
    plan::{Along, Commune, Street, lots::Lot},
    plane::{Cell, Point, nearest_on},
    rng::Rng,
};

/// One numbered entrance.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) street: usize,
    pub(crate) number: u32,
    /// Empty, `bis`, `ter`.
    pub(crate) suffix: &'static str,
    pub(crate) lot: usize,
    /// On the front of the lot, on the plan.
    pub(crate) entrance: Point,
}

/// A named place without numbers.
#[derive(Debug)]
pub(crate) struct Hamlet {
    pub(crate) name: String,
    pub(crate) at: Point,
}

/// Metres of front for one number.
const FRONT: f64 = 9.1;

/// An entrance before it has its number: where along the street, which lot, where.
struct Door {
    along: f64,
    lot: usize,
    at: Point,
}

/// Numbers every front of every street, then names the hamlets.
pub(crate) fn number(commune: &mut Commune, cell: &Cell, rng: &mut Rng) {
    let mut doors: Vec<[Vec<Door>; 2]> = commune.streets.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    for (rank, lot) in commune.lots.iter().enumerate() {
        let Some((street, from, to)) = lot.front else { continue };
        if commune.streets[street].line.len() > 1 && numbered(lot) && !numbered_elsewhere(commune, street) {
            let side = usize::from(on_right(&commune.streets[street], lot));
            doors[street][side].extend(entrances(&commune.streets[street], rank, from, to));
        }
    }
    for (street, sides) in doors.into_iter().enumerate() {
        let mut numbers: Vec<Number> = Vec::new();
        for (side, mut row) in sides.into_iter().enumerate() {
            row.sort_by(|a, b| a.along.total_cmp(&b.along));
            numbers.extend(count(street, side, &row, rng));
        }
        numbers.sort_by_key(|n| (n.number, n.suffix));
        commune.numbers.append(&mut numbers);
    }
    commune.hamlets = hamlets(commune, cell, rng);
}

/// Whether the numbers of a border street are all given by the other arrondissement:
/// one city does not have the same number twice.
fn numbered_elsewhere(commune: &Commune, street: usize) -> bool {
    let Some(Along::Border(other)) = commune.streets[street].along else { return false };
    other < commune.site && commune.city.contains(&other)
}

fn numbered(lot: &Lot) -> bool {
    use crate::plan::Use;
    matches!(lot.found, Use::Town | Use::Works | Use::Square)
}

/// Whether a lot is on the right of its street.
fn on_right(street: &Street, lot: &Lot) -> bool {
    let middle = lot.cell.middle();
    let (_, from, to) = project(&street.line, middle);
    (to - from).cross(middle - from) < 0.0
}

/// Distance along a line of the point nearest to `p`, and the segment it is on.
fn project(line: &[Point], p: Point) -> (f64, Point, Point) {
    let (mut start, mut best) = (0.0, (0.0, line[0], line[1], f64::INFINITY));
    for pair in line.windows(2) {
        let (at, away) = nearest_on(pair[0], pair[1], p);
        if away < best.3 {
            best = (start + (at - pair[0]).length(), pair[0], pair[1], away);
        }
        start += (pair[1] - pair[0]).length();
    }
    (best.0, best.1, best.2)
}

/// The doors of one front, evenly spread.
fn entrances(street: &Street, lot: usize, from: Point, to: Point) -> Vec<Door> {
    let count = ((to - from).length() / FRONT).round().clamp(1.0, 6.0);
    let mut doors = Vec::new();
    let mut k = 0.5;
    while k < count {
        let at = from + (to - from) * (k / count);
        doors.push(Door { along: project(&street.line, at).0, lot, at });
        k += 1.0;
    }
    doors
}

/// Gives one side of a street its numbers: by twos, now and then a gap, a bis or a ter.
fn count(street: usize, side: usize, row: &[Door], rng: &mut Rng) -> Vec<Number> {
    let mut number = if side == 0 { 1 } else { 2 };
    let mut numbers: Vec<Number> = Vec::new();
    for door in row {
        let suffix = match numbers.last().map(|last| last.suffix) {
            Some("") if rng.chance(0.09) => "bis",
            Some("bis") if rng.chance(0.2) => "ter",
            _ => "",
        };
        if suffix.is_empty() && !numbers.is_empty() {
            number += if rng.chance(0.06) { 4 } else { 2 };
        }
        numbers.push(Number { street, number, suffix, lot: door.lot, entrance: door.at });
    }
    numbers
}

/// A few named places around the town.
fn hamlets(commune: &Commune, cell: &Cell, rng: &mut Rng) -> Vec<Hamlet> {
    let wanted = 3 + rng.index(4);
    let mut list = names::hamlets(rng);
    let mut found: Vec<Hamlet> = Vec::new();
    for _ in 0..60 {
        let reach = commune.density.town.min(1400.0) * rng.between(0.35, 1.5);
        let at = commune.centre + Point { x: reach, y: 0.0 }.turned(rng.between(0.0, std::f64::consts::TAU));
        let apart = found.iter().all(|h| (h.at - at).length() > 250.0);
        if found.len() < wanted && apart && cell.contains(at) {
            found.extend(list.pop().map(|name| Hamlet { name, at }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_keeps_its_parity_and_never_repeats_a_number() {
        let row: Vec<Door> =
            (0..200).map(|i| Door { along: f64::from(i), lot: 0, at: Point { x: 0.0, y: 0.0 } }).collect();
        for side in 0..2 {
            let numbers = count(0, side, &row, &mut Rng::new(&[3]));
            assert!(numbers.iter().all(|n| n.number as usize % 2 == 1 - side));
            let distinct: std::collections::HashSet<_> = numbers.iter().map(|n| (n.number, n.suffix)).collect();
            assert_eq!(distinct.len(), 200);
            assert!(numbers.iter().any(|n| n.suffix == "bis"));
        }
    }
}
