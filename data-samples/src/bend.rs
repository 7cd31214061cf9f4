//! From the flat plan to the ground: a smooth bend that makes straight streets curve,
//! then the place of the copy, then the centimetre.
//! It depends on the position alone, so points shared on the plan are shared on the ground.

use std::f64::consts::TAU;

use crate::plane::{Point, densified};

/// Where a copy of the territory lies: metres east and north of the first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground {
    pub(crate) shift: Point,
}

/// Waves of the bend: amplitude, wavelengths along x and y, phase. Amplitude times
/// 2π over wavelength is the local shear; their sum stays under a third, or lots fold.
const WAVES: [(f64, f64, f64, f64); 4] =
    [(85.0, 5300.0, 7900.0, 0.3), (24.0, -1900.0, 1450.0, 1.9), (5.5, 520.0, -610.0, 4.1), (1.4, 170.0, 140.0, 2.7)];

impl Ground {
    /// The ground position of a point of the plan, EPSG:3946, rounded to the centimetre.
    pub(crate) fn place(&self, p: Point) -> Point {
        let wave = |turn: f64| {
            WAVES
                .iter()
                .map(|(size, lx, ly, phase)| size * (TAU * (p.x / lx + p.y / ly) + phase + turn).sin())
                .sum::<f64>()
        };
        let cm = |metres: f64| (metres * 100.0).round() / 100.0;
        Point { x: cm(p.x + wave(0.0) + self.shift.x), y: cm(p.y + wave(1.7) + self.shift.y) }
    }

    /// A line or ring placed point by point.
    pub(crate) fn place_all(&self, points: impl IntoIterator<Item = Point>) -> Vec<Point> {
        let mut placed: Vec<Point> = points.into_iter().map(|p| self.place(p)).collect();
        placed.dedup();
        placed
    }

    /// A line placed with enough points to follow the bend.
    pub(crate) fn place_line(&self, line: &[Point]) -> Vec<Point> {
        self.place_all(densified(line, 60.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bend_never_folds_the_plan() {
        let ground = Ground { shift: Point { x: 0.0, y: 0.0 } };
        for i in 0..4000 {
            let p = Point { x: 1_830_000.0 + f64::from(i) * 7.3, y: 5_150_000.0 + f64::from(i) * 11.1 };
            let (o, e, n) = (
                ground.place(p),
                ground.place(p + Point { x: 10.0, y: 0.0 }),
                ground.place(p + Point { x: 0.0, y: 10.0 }),
            );
            let kept = (e - o).cross(n - o) / 100.0;
            assert!((0.5..1.6).contains(&kept), "{kept} at {p:?}");
        }
    }
}
