//! The streets and blocks of a commune: its cell is cut in two by a street, each part again,
//! until a part is a block. The first cuts cross the whole commune and are its avenues;
//! the last are its lanes. Parks and woods are parts left whole on the way down.

use crate::{
    plan::{
        Along, Block, Commune, Street, Use, Zone,
        density::Density,
        obstacles::{Kind, Obstacle, nearest},
    },
    plane::{Cell, Point, Side},
    rng::Rng,
};

/// Area under which a part becomes one planning zone, square metres.
const ZONE_AREA: f64 = 850_000.0;
/// Width kept free along fast roads, metres.
const VERGE: f64 = 10.0;
/// From the water's edge to the front of the lots: the quay.
pub(crate) const QUAY: f64 = 20.0;

/// Half the width of a street between fronts, in metres, by importance.
pub(crate) fn half_width(importance: u8) -> f64 {
    [4.0, 4.0, 5.0, 6.5, 8.5, 11.0][usize::from(importance.min(5))]
}

/// Cuts the commune's cell; fills its streets, blocks and zones.
pub(crate) fn divide(commune: &mut Commune, cell: &Cell, density: &Density, obstacles: &[Obstacle], rng: &mut Rng) {
    let cell = with_border_streets(commune, cell);
    let mut cutter = Cutter { commune, density, obstacles, rng };
    cutter.cut(cell, 0, false);
}

/// The cell with a street along each border it shares with the Métropole: both communes have it,
/// under one name, and streets that end at the border meet it.
fn with_border_streets(commune: &mut Commune, cell: &Cell) -> Cell {
    let mut corners = cell.0.clone();
    for (corner, (from, to)) in corners.iter_mut().zip(cell.sides().map(|(c, end)| (c.at, end))) {
        if let Side::Border(other) = corner.side
            && other < commune.sites
            && (to - from).length() > 30.0
        {
            corner.side = Side::Street(commune.streets.len());
            // One direction for both, so that one commune is on the odd side and the other on the even.
            let line = if commune.site < other { vec![from, to] } else { vec![to, from] };
            commune.streets.push(Street { along: Some(Along::Border(other)), ..Street::new(line, 3) });
        }
    }
    Cell(corners)
}

struct Cutter<'a> {
    commune: &'a mut Commune,
    density: &'a Density,
    obstacles: &'a [Obstacle],
    rng: &'a mut Rng,
}

impl Cutter<'_> {
    fn cut(&mut self, part: Cell, depth: u32, zoned: bool) {
        let (area, axes) = (part.area(), part.axes());
        let zoned = zoned || self.zone(&part, area);
        let away = part.distance(self.commune.centre);
        if let Some(green) = self.green(&part, area) {
            return self.leave(&part, green);
        }
        let target = self.density.block_area(away);
        if area < target * 1.5 || axes.width < 38.0 {
            let built = if part.distance(self.commune.centre) < 1.0 && area < 30_000.0 {
                Use::Square
            } else {
                self.town_use(&part)
            };
            return self.leave(&part, built);
        }
        // The first two streets meet at the centre; later ones fall near the middle of their part.
        let (origin, jitter) = if depth < 2 && part.contains(self.commune.centre) {
            (self.commune.centre, 0.25)
        } else {
            let slide = self.rng.between(-0.1, 0.1) * axes.length;
            // Avenues and the old centre are crooked, later quarters are squarer.
            (axes.centre + axes.along * slide, if area > 200_000.0 || away < 120.0 { 0.16 } else { 0.06 })
        };
        let direction = axes.along.left().turned(self.rng.between(-jitter, jitter));
        let importance = importance(area);
        let street = self.commune.streets.len();
        let (left, right) = part.split(origin, direction, Side::Street(street));
        let (Some(left), Some(right)) = (left, right) else { return self.leave(&part, Use::Field) };
        if let Some(line) = cut_line(&left, street) {
            self.commune.streets.push(Street::new(line, importance));
            self.cut(left, depth + 1, zoned);
            self.cut(right, depth + 1, zoned);
        }
    }

    /// Records the planning zone once its part is small enough.
    fn zone(&mut self, part: &Cell, area: f64) -> bool {
        if area > ZONE_AREA * 1.5 {
            return false;
        }
        let away = (part.middle() - self.commune.centre).length() / self.density.town;
        let kind = match self.rng.unit() * 0.5 + away {
            d if d < 1.25 => "U",
            d if d < 1.4 => "AU",
            d if d < 1.7 => "A",
            _ => "N",
        };
        self.commune.zones.push(Zone {
            cell: part.clone(),
            kind,
            rank: self.rng.index(4),
            central: away < 0.5 * self.density.central(),
        });
        true
    }

    /// Whether a part is left whole as a park or a wood.
    fn green(&mut self, part: &Cell, area: f64) -> Option<Use> {
        let away = (part.middle() - self.commune.centre).length();
        let inside = away < self.density.town;
        let (chance, found) = match area {
            a if inside && (7_000.0..130_000.0).contains(&a) => (0.022, Use::Park),
            a if !inside && (40_000.0..650_000.0).contains(&a) => (0.13, Use::Wood),
            _ => return None,
        };
        (away > 150.0 && self.rng.chance(chance)).then_some(found)
    }

    fn town_use(&mut self, part: &Cell) -> Use {
        let away = (part.middle() - self.commune.centre).length();
        match away / self.density.town {
            r if r > 1.05 => Use::Field,
            r if r > 0.6 && self.rng.chance(0.12) => Use::Works,
            _ => Use::Town,
        }
    }

    /// Ends a branch: the part, less half its streets, cut back along the obstacles.
    fn leave(&mut self, part: &Cell, found: Use) {
        let widths: Vec<f64> = self.commune.streets.iter().map(|s| half_width(s.importance)).collect();
        let inner = part.inset(|side| match side {
            Side::Street(street) => widths[street],
            Side::Border(_) => 3.0,
            Side::Lot | Side::Verge => 0.0,
        });
        let Some(block) = inner.and_then(|cell| self.cut_back(cell)) else { return };
        if block.area() > 500.0 && block.axes().width > 14.0 {
            let pond = self.pond(&block, found);
            self.commune.blocks.push(Block { cell: block, found, pond });
        }
    }

    /// The pond of a large park: the first one always has one.
    fn pond(&mut self, block: &Cell, found: Use) -> Option<(Point, f64)> {
        let none_yet = self.commune.blocks.iter().all(|b| b.pond.is_none());
        let wanted = found == Use::Park && block.area() > 9_000.0 && (none_yet || self.rng.chance(0.4));
        wanted.then(|| (block.middle(), block.axes().width * 0.22))
    }

    /// Takes away what lies on an obstacle or too near; along a river the new side is a quay.
    fn cut_back(&mut self, mut cell: Cell) -> Option<Cell> {
        for _ in 0..3 {
            let reach = |corner: &Point| {
                let near = nearest(self.obstacles, *corner);
                let margin = if self.obstacles[near.obstacle].kind == Kind::River { QUAY } else { VERGE };
                (near, near.distance - margin)
            };
            let worst = cell.points().map(|p| (p, reach(&p))).min_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
            let (_, (near, gap)) = worst;
            if gap > -0.5 {
                return Some(cell);
            }
            let obstacle = &self.obstacles[near.obstacle];
            let (at, direction, distance) = obstacle.nearest(cell.middle());
            if distance < 0.0 {
                return None;
            }
            let (river, half_width) = (obstacle.kind == Kind::River, obstacle.half_width);
            let away = (cell.middle() - at).unit();
            let bank = direction.cross(away) > 0.0;
            let side = if river { Side::Street(self.commune.quay(near.obstacle, bank)) } else { Side::Verge };
            let front = at + away * (half_width + if river { QUAY } else { VERGE });
            cell = cell.split(front, away.left() * -1.0, side).0?;
        }
        let clear = cell.points().all(|p| nearest(self.obstacles, p).distance > VERGE - 4.0);
        clear.then_some(cell)
    }
}

/// The line of a cut: the side of either part that carries its name.
fn cut_line(part: &Cell, street: usize) -> Option<Vec<Point>> {
    part.sides().find(|(c, _)| c.side == Side::Street(street)).map(|(c, end)| vec![c.at, end])
}

fn importance(area: f64) -> u8 {
    match area {
        a if a > 2_600_000.0 => 5,
        a if a > 650_000.0 => 4,
        a if a > 150_000.0 => 3,
        a if a > 42_000.0 => 2,
        _ => 1,
    }
}
