//! The communes' cells: each takes the ground nearer to its centre than to any other
//! (a Voronoi diagram of real positions), so that neighbours share their border exactly
//! and the outline comes from the communes around.

use crate::{
    facts::Place,
    plane::{Cell, Point, Side, shared},
};

/// The communes and arrondissements that have ground of their own (Lyon's is its arrondissements'),
/// each with its cell.
#[derive(Debug)]
pub(crate) struct Territory {
    pub(crate) places: Vec<Place>,
    /// Index in `places` of each site; sites beyond are neighbours of the Métropole.
    pub(crate) sites: Vec<usize>,
    /// The cell of each site, its sides named `Border(other site)`.
    pub(crate) cells: Vec<Cell>,
    centres: Vec<Point>,
}

/// Corners of different cells nearer than this are one and the same.
const SAME_CORNER: f64 = 3.0;

impl Territory {
    pub(crate) fn new(places: Vec<Place>, neighbours: &[Point]) -> Self {
        let divided = |place: &Place| places.iter().any(|other| other.parent.as_ref() == Some(&place.insee));
        let sites: Vec<usize> = (0..places.len()).filter(|&i| !divided(&places[i])).collect();
        let centres: Vec<Point> = sites.iter().map(|&i| places[i].centre).chain(neighbours.iter().copied()).collect();
        let mut cells: Vec<Cell> = (0..sites.len()).map(|site| voronoi(site, &centres)).collect();
        merge_corners(&mut cells);
        Self { places, sites, cells, centres }
    }

    /// The site whose ground holds a point of the plan; none outside the Métropole.
    pub(crate) fn site_of(&self, p: Point) -> Option<usize> {
        let away = |site: &usize| (self.centres[*site] - p).length();
        let nearest = (0..self.centres.len()).min_by(|a, b| away(a).total_cmp(&away(b)))?;
        (nearest < self.sites.len()).then_some(nearest)
    }

    /// The place of a site.
    pub(crate) fn place(&self, site: usize) -> &Place {
        &self.places[self.sites[site]]
    }

    /// The sites of the same city as an arrondissement's, itself included; none for a commune.
    pub(crate) fn city(&self, site: usize) -> Vec<usize> {
        let Some(parent) = &self.place(site).parent else { return Vec::new() };
        (0..self.sites.len()).filter(|&other| self.place(other).parent.as_ref() == Some(parent)).collect()
    }

    /// The outline of some neighbouring sites taken as one, counter-clockwise; both sides of a
    /// border have the same points.
    pub(crate) fn outline(&self, sites: &[usize]) -> Vec<Point> {
        let outer = |side: Side| !matches!(side, Side::Border(other) if sites.contains(&other));
        let mut sides: Vec<(Point, Point)> = Vec::new();
        for &site in sites {
            sides.extend(self.cells[site].sides().filter(|(c, _)| outer(c.side)).map(|(c, end)| (c.at, end)));
        }
        let Some(&(start, _)) = sides.first() else { return Vec::new() };
        let mut ring = Vec::new();
        let mut at = start;
        while let Some(next) = sides.iter().position(|(from, _)| *from == at) {
            let (from, to) = sides.swap_remove(next);
            ring.extend(shared(from, to, 60.0));
            at = to;
        }
        ring
    }
}

fn voronoi(site: usize, centres: &[Point]) -> Cell {
    let centre = centres[site];
    let mut cell = Cell::square(centre, 9000.0, Side::Border(usize::MAX));
    for (other, &position) in centres.iter().enumerate().filter(|(other, _)| *other != site) {
        let middle = (centre + position) * 0.5;
        // Left of this line is the centre's own side.
        let direction = (centre - position).left() * -1.0;
        if let (Some(own), _) = cell.split(middle, direction, Side::Border(other)) {
            cell = own;
        }
    }
    cell
}

/// Cells are cut one by one, so their common corners differ by rounding: make them equal.
fn merge_corners(cells: &mut [Cell]) {
    let mut known: Vec<Point> = Vec::new();
    for cell in cells {
        for corner in &mut cell.0 {
            match known.iter().find(|p| (**p - corner.at).length() < SAME_CORNER) {
                Some(same) => corner.at = *same,
                None => known.push(corner.at),
            }
        }
        let corners = cell.0.clone();
        let mut next = corners.iter().cycle().skip(1);
        cell.0.retain(|corner| next.next().is_none_or(|following| following.at != corner.at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts;

    fn territory() -> Territory {
        Territory::new(facts::places().unwrap(), &facts::neighbours().unwrap())
    }

    #[test]
    fn every_border_is_the_same_seen_from_both_sides() {
        let territory = territory();
        for (site, cell) in territory.cells.iter().enumerate() {
            for (corner, end) in cell.sides() {
                let Side::Border(other) = corner.side else { panic!("a cell has borders only") };
                if let Some(neighbour) = territory.cells.get(other) {
                    let back = neighbour.sides().find(|(c, _)| c.side == Side::Border(site)).unwrap();
                    assert_eq!((back.1, back.0.at), (corner.at, end));
                }
            }
        }
    }

    #[test]
    fn every_place_holds_its_own_centre_and_lyon_is_one_ring() {
        let territory = territory();
        for site in 0..territory.sites.len() {
            assert!(territory.cells[site].contains(territory.place(site).centre), "{}", territory.place(site).name);
        }
        let lyon: Vec<usize> = (0..territory.sites.len()).filter(|&s| territory.place(s).parent.is_some()).collect();
        let area = |ring: &[Point]| {
            (0..ring.len()).map(|i| (ring[i] - ring[0]).cross(ring[(i + 1) % ring.len()] - ring[0])).sum::<f64>() / 2.0
        };
        let parts: f64 = lyon.iter().map(|&s| territory.cells[s].area()).sum();
        assert!((area(&territory.outline(&lyon)) - parts).abs() < 1.0);
    }
}
