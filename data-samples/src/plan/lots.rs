//! Lots of a block: two rows back to back, each cut across. Neighbours share every vertex:
//! a corner that falls on a neighbour's side is added to that side.

use crate::{
    plan::{Block, Commune, Use},
    plane::{Cell, Corner, Point, Side, nearest_on},
    rng::Rng,
};

/// One cadastral lot.
#[derive(Debug)]
pub(crate) struct Lot {
    /// Corners on the plan, neighbours' corners included.
    pub(crate) cell: Cell,
    /// The side on the street: street index, both ends.
    pub(crate) front: Option<(usize, Point, Point)>,
    /// 14 characters: commune (5), prefix (3), section (2), number (4).
    pub(crate) id: String,
    pub(crate) found: Use,
}

/// Cuts the commune's blocks into lots and gives each its identifier.
pub(crate) fn divide(commune: &mut Commune, rng: &mut Rng) {
    let mut lots = Vec::new();
    for block in commune.blocks.iter().filter(|block| divided(commune, block)) {
        let mut pieces = Vec::new();
        cut(block.cell.clone(), block.found, &mut pieces, rng);
        share_vertices(&mut pieces);
        for cell in pieces {
            let id = identifier(&commune.place.insee, lots.len());
            lots.push(Lot { front: front(&cell), cell, id, found: block.found });
        }
    }
    commune.lots = lots;
}

fn divided(commune: &Commune, block: &Block) -> bool {
    let away = (block.cell.middle() - commune.centre).length();
    match block.found {
        Use::Town | Use::Works | Use::Park | Use::Square => away < commune.density.lots,
        Use::Field => commune.density.fields || away < commune.density.lots,
        Use::Wood => commune.density.fields,
    }
}

/// Width of a lot on the street and depth of a row, metres.
fn sizes(found: Use) -> Option<(f64, f64)> {
    match found {
        Use::Town => Some((19.0, 58.0)),
        Use::Works => Some((75.0, 150.0)),
        Use::Field => Some((150.0, 260.0)),
        Use::Wood => Some((260.0, 420.0)),
        Use::Park | Use::Square => None,
    }
}

fn cut(cell: Cell, found: Use, pieces: &mut Vec<Cell>, rng: &mut Rng) {
    let axes = cell.axes();
    let Some((front, depth)) = sizes(found) else { return pieces.push(cell) };
    let wide = axes.width > depth;
    let long = axes.length > front * 1.7;
    if !wide && !long {
        return pieces.push(cell);
    }
    let (direction, slide) = if wide && axes.width < depth * 2.2 {
        (axes.along, axes.along.left() * (axes.width * rng.between(-0.06, 0.06)))
    } else {
        (axes.along.left(), axes.along * (axes.length * rng.between(-0.12, 0.12)))
    };
    match cell.split(axes.centre + slide, direction, Side::Lot) {
        (Some(left), Some(right)) if left.area().min(right.area()) > 90.0 => {
            cut(left, found, pieces, rng);
            cut(right, found, pieces, rng);
        }
        _ => pieces.push(cell),
    }
}

/// Adds to each side the corners of neighbours that lie on it.
fn share_vertices(pieces: &mut [Cell]) {
    let corners: Vec<Point> = pieces.iter().flat_map(Cell::points).collect();
    for cell in pieces {
        let mut shared = Vec::new();
        for (corner, end) in cell.sides() {
            let mut inner: Vec<Point> = corners
                .iter()
                .copied()
                .filter(|p| nearest_on(corner.at, end, *p).1 < 1e-4)
                .filter(|p| (*p - corner.at).length() > 0.02 && (*p - end).length() > 0.02)
                .collect();
            inner.sort_by(|a, b| (*a - corner.at).length().total_cmp(&(*b - corner.at).length()));
            inner.dedup();
            shared.push(corner);
            shared.extend(inner.into_iter().map(|at| Corner { at, ..corner }));
        }
        cell.0 = shared;
    }
}

/// The longest side on a street.
fn front(cell: &Cell) -> Option<(usize, Point, Point)> {
    let on_street = |(corner, end): (Corner, Point)| match corner.side {
        Side::Street(street) => Some((street, corner.at, end)),
        _ => None,
    };
    let longest =
        cell.sides().filter_map(on_street).max_by(|a, b| (a.2 - a.1).length().total_cmp(&(b.2 - b.1).length()));
    longest.filter(|(_, a, b)| (*b - *a).length() > 5.0)
}

/// Lots in a cadastral section before the next letter pair.
const LOTS_IN_SECTION: usize = 320;

/// The identifier of the nth lot of a commune. Sections run AA…AZ, BA…; numbers from 1.
fn identifier(insee: &str, rank: usize) -> String {
    let section = rank / LOTS_IN_SECTION;
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).expect("a remainder of 26 fits"));
    let prefix = section / (26 * 26);
    format!("{insee}{prefix:03}{}{}{:04}", letter(section / 26), letter(section), rank % LOTS_IN_SECTION + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_of_a_block_share_their_borders_exactly_and_fill_it() {
        let block = Cell::square(Point { x: 1_840_000.0, y: 5_170_000.0 }, 70.0, Side::Street(0));
        let (mut pieces, mut rng) = (Vec::new(), Rng::new(&[1]));
        cut(block.clone(), Use::Town, &mut pieces, &mut rng);
        share_vertices(&mut pieces);
        assert!(pieces.len() > 8);
        assert!((pieces.iter().map(Cell::area).sum::<f64>() - block.area()).abs() < 1e-3);
        let sides: Vec<(Corner, Point)> = pieces.iter().flat_map(|cell| cell.sides().collect::<Vec<_>>()).collect();
        for (corner, end) in sides.iter().filter(|(c, _)| c.side == Side::Lot) {
            assert!(
                sides.iter().any(|(other, to)| other.at == *end && *to == corner.at),
                "{corner:?} has no other side"
            );
        }
    }

    #[test]
    fn identifiers_have_fourteen_characters_and_never_repeat() {
        let all: std::collections::HashSet<String> = (0..20_000).map(|rank| identifier("69029", rank)).collect();
        assert_eq!(all.len(), 20_000);
        assert!(all.iter().all(|id| id.len() == 14));
        assert_eq!(identifier("69383", 0), "69383000AA0001");
    }
}
