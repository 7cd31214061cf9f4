//! What the town goes around: the Rhône, the Saône and the canal, two lakes, and the fast roads.
//! Their lines are drawn by hand through a few positions; towns are cut back along them.

use anyhow::Result;

use crate::{
    facts::metres,
    plane::{Point, nearest_on},
};

/// What an obstacle is, hence what is drawn of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    River,
    Canal,
    Lake,
    FastRoad,
}

/// A band around a line of the plan; a lake is a round one around a point.
#[derive(Debug)]
pub(crate) struct Obstacle {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) line: Vec<Point>,
    pub(crate) half_width: f64,
}

/// The obstacle nearest to a point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nearest {
    pub(crate) obstacle: usize,
    /// Metres from the edge of the band, negative inside.
    pub(crate) distance: f64,
}

type Degrees = (f64, f64);

const RHONE: &[Degrees] = &[
    (5.110, 45.811),
    (5.070, 45.812),
    (5.030, 45.809),
    (4.990, 45.815),
    (4.955, 45.818),
    (4.920, 45.808),
    (4.893, 45.799),
    (4.872, 45.791),
    (4.856, 45.785),
    (4.8445, 45.7775),
    (4.8405, 45.768),
    (4.8400, 45.757),
    (4.8365, 45.747),
    (4.8285, 45.7365),
    (4.8210, 45.727),
    (4.8300, 45.713),
    (4.8365, 45.699),
    (4.8380, 45.683),
    (4.8360, 45.668),
    (4.8235, 45.653),
    (4.8180, 45.638),
    (4.8060, 45.622),
    (4.7960, 45.609),
    (4.7840, 45.597),
    (4.7735, 45.586),
    (4.7690, 45.573),
    (4.7720, 45.555),
];
const SAONE: &[Degrees] = &[
    (4.735, 45.952),
    (4.755, 45.946),
    (4.787, 45.936),
    (4.812, 45.914),
    (4.8255, 45.899),
    (4.8310, 45.884),
    (4.8335, 45.872),
    (4.8340, 45.861),
    (4.8300, 45.851),
    (4.8320, 45.842),
    (4.8390, 45.834),
    (4.8480, 45.826),
    (4.8470, 45.817),
    (4.8380, 45.808),
    (4.8250, 45.800),
    (4.8180, 45.791),
    (4.8130, 45.781),
    (4.8105, 45.772),
    (4.8175, 45.7675),
    (4.8265, 45.7665),
    (4.8285, 45.761),
    (4.8250, 45.7545),
    (4.8195, 45.747),
    (4.8160, 45.737),
    (4.8210, 45.727),
];
const CANAL: &[Degrees] = &[
    (5.075, 45.806),
    (5.045, 45.796),
    (5.010, 45.794),
    (4.985, 45.789),
    (4.960, 45.783),
    (4.935, 45.769),
    (4.914, 45.777),
    (4.893, 45.790),
    (4.884, 45.7955),
];
const RING_ROAD: &[Degrees] = &[
    (4.790, 45.797),
    (4.812, 45.803),
    (4.838, 45.800),
    (4.862, 45.791),
    (4.888, 45.785),
    (4.908, 45.778),
    (4.921, 45.765),
    (4.922, 45.752),
    (4.908, 45.742),
    (4.896, 45.731),
    (4.893, 45.720),
    (4.882, 45.710),
    (4.862, 45.706),
    (4.845, 45.708),
];
const EAST_ROAD: &[Degrees] = &[(4.899, 45.734), (4.925, 45.724), (4.960, 45.719), (5.000, 45.710), (5.040, 45.700)];
const NORTH_ROAD: &[Degrees] = &[(4.790, 45.797), (4.776, 45.811), (4.757, 45.827), (4.742, 45.849), (4.731, 45.880)];

/// Every obstacle, water first.
pub(crate) fn obstacles() -> Result<Vec<Obstacle>> {
    let line = |name, kind, degrees: &[Degrees], half_width| -> Result<Obstacle> {
        let points = degrees.iter().map(|&(lon, lat)| metres(lon, lat)).collect::<Result<Vec<_>>>()?;
        Ok(Obstacle { name, kind, line: if points.len() > 1 { smoothed(&points) } else { points }, half_width })
    };
    Ok(vec![
        line("Le Rhône", Kind::River, RHONE, 92.0)?,
        line("La Saône", Kind::River, SAONE, 58.0)?,
        line("Canal de Jonage", Kind::Canal, CANAL, 32.0)?,
        line("Le Grand Large", Kind::Lake, &[(4.9905, 45.7895)], 640.0)?,
        line("Lac des Eaux Bleues", Kind::Lake, &[(4.9640, 45.8090)], 760.0)?,
        line("Lac de la Tête d'Or", Kind::Lake, &[(4.8545, 45.7790)], 190.0)?,
        line("Boulevard périphérique", Kind::FastRoad, RING_ROAD, 15.0)?,
        line("Autoroute de l'Est", Kind::FastRoad, EAST_ROAD, 15.0)?,
        line("Autoroute du Nord", Kind::FastRoad, NORTH_ROAD, 15.0)?,
    ])
}

impl Obstacle {
    pub(crate) fn is_water(&self) -> bool {
        self.kind != Kind::FastRoad
    }

    /// Nearest point of the line, its direction there, and the distance to the edge of the band.
    pub(crate) fn nearest(&self, p: Point) -> (Point, Point, f64) {
        if let [centre] = self.line[..] {
            return (centre, (p - centre).unit().left(), (p - centre).length() - self.half_width);
        }
        let mut best = (self.line[0], Point { x: 1.0, y: 0.0 }, f64::INFINITY);
        for pair in self.line.windows(2) {
            let (at, distance) = nearest_on(pair[0], pair[1], p);
            if distance < best.2 {
                best = (at, (pair[1] - pair[0]).unit(), distance);
            }
        }
        (best.0, best.1, best.2 - self.half_width)
    }
}

/// The obstacle whose band is nearest to a point.
pub(crate) fn nearest(obstacles: &[Obstacle], p: Point) -> Nearest {
    let one = |(obstacle, o): (usize, &Obstacle)| Nearest { obstacle, distance: o.nearest(p).2 };
    let found = obstacles.iter().enumerate().map(one).min_by(|a, b| a.distance.total_cmp(&b.distance));
    found.expect("the list of obstacles is a constant that is not empty")
}

/// A Catmull-Rom curve through the points, one every 80 m or so.
fn smoothed(points: &[Point]) -> Vec<Point> {
    let mut curve = vec![points[0]];
    for i in 0..points.len() - 1 {
        let at = |k: usize| points[k.min(points.len() - 1)];
        let (before, from, to, after) = (at(i.saturating_sub(1)), at(i), at(i + 1), at(i + 2));
        let pieces = ((to - from).length() / 80.0).ceil().max(1.0);
        let mut k = 1.0;
        while k <= pieces {
            let t: f64 = k / pieces;
            let bend = before * -1.0 + from * 3.0 + to * -3.0 + after;
            let turn = before * 2.0 + from * -5.0 + to * 4.0 + after * -1.0;
            curve.push((from * 2.0 + (to - before) * t + turn * (t * t) + bend * (t * t * t)) * 0.5);
            k += 1.0;
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rivers_meet_and_cross_the_whole_territory() {
        let all = obstacles().unwrap();
        let confluence = *all[1].line.last().unwrap();
        assert!(all[0].nearest(confluence).2 < 0.0);
        assert!(crate::plane::length(&all[0].line) > 35_000.0);
    }

    #[test]
    fn distance_is_counted_from_the_edge_of_the_band() {
        let all = obstacles().unwrap();
        let lake = &all[3];
        assert!((nearest(&all[3..4], lake.line[0]).distance + lake.half_width).abs() < 1e-6);
    }
}
