//! `hydrographie`, `inondation` and `bruit`: bands along water and roads.

use std::ops::RangeInclusive;

use layers::Value;

use super::text;
use crate::{
    bend::Ground,
    output::{Geometry, Row, schema::Layer},
    plan::{
        Commune, Street,
        obstacles::{Kind, Obstacle},
    },
    plane::{Point, densified, length, shifted},
};

/// Rivers in reaches of about 2.5 km, canals, lakes.
pub(super) fn water(obstacles: &[Obstacle], ground: Ground, rows: &mut Vec<Row>) {
    for obstacle in obstacles.iter().filter(|o| o.is_water()) {
        let kind = match obstacle.kind {
            Kind::River => "Cours d'eau",
            Kind::Canal => "Canal",
            Kind::Lake | Kind::FastRoad => "Plan d'eau",
        };
        for ring in bands(obstacle, -obstacle.half_width, obstacle.half_width) {
            let values = vec![text(obstacle.name), text(kind)];
            rows.push(Row { layer: Layer::Hydrographie, geometry: Geometry::Polygon(ground.place_all(ring)), values });
        }
    }
}

/// Ponds of the parks.
pub(super) fn ponds(commune: &Commune, rows: &mut Vec<Row>) {
    for (centre, radius) in commune.blocks.iter().filter_map(|block| block.pond) {
        let geometry = Geometry::Polygon(commune.ground.place_all(pond(centre, radius)));
        rows.push(Row {
            layer: Layer::Hydrographie,
            geometry,
            values: vec![text("Bassin du parc"), text("Plan d'eau")],
        });
    }
}

/// Where rain runs off: along a few streets of each commune.
pub(super) fn runoff(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(10);
    let near = |street: &&Street| {
        (3..=4).contains(&street.importance) && street.runs.iter().any(|run| (80.0..900.0).contains(&length(run)))
    };
    for street in commune.streets.iter().filter(near).take(2) {
        let reach = rng.between(18.0, 45.0);
        for run in street.runs.iter().filter(|run| (80.0..900.0).contains(&length(run))) {
            let ring = commune.ground.place_all(band(&densified(run, 140.0), -reach, reach));
            let values = vec![text(rng.pick(&["faible", "moyen"])), text("Ruissellement (démonstration)")];
            rows.push(Row { layer: Layer::Inondation, geometry: Geometry::Polygon(ring), values });
        }
    }
}

/// Flood bands of the rivers, on both banks, the strongest along the water.
pub(super) fn floods(obstacles: &[Obstacle], ground: Ground, rows: &mut Vec<Row>) {
    for river in obstacles.iter().filter(|o| o.kind == Kind::River) {
        let edge = river.half_width;
        let plan = format!("PPRI {} (démonstration)", river.name.trim_start_matches("Le ").trim_start_matches("La "));
        for (hazard, near, far) in [("fort", 0.0, 45.0), ("moyen", 45.0, 130.0), ("faible", 130.0, 260.0)] {
            for (from, to) in [(edge + near, edge + far), (-edge - far, -edge - near)] {
                for ring in bands(river, from, to) {
                    let values = vec![text(hazard), text(&plan)];
                    rows.push(Row {
                        layer: Layer::Inondation,
                        geometry: Geometry::Polygon(ground.place_all(ring)),
                        values,
                    });
                }
            }
        }
    }
}

/// Noise classes by distance from a road: class, label, half width in metres from loudest.
const CLASSES: [(i64, &str, f64); 3] =
    [(1, "75 dB(A) et plus", 40.0), (2, "70 à 75 dB(A)", 90.0), (3, "65 à 70 dB(A)", 170.0)];

/// Noise of the fast roads, the loudest band last so that it is drawn on top.
pub(super) fn fast_road_noise(obstacles: &[Obstacle], ground: Ground, rows: &mut Vec<Row>) {
    for road in obstacles.iter().filter(|o| o.kind == Kind::FastRoad) {
        for (class, label, reach) in CLASSES.into_iter().rev() {
            for ring in bands(road, -reach, reach) {
                rows.push(noise(class, "Route", label, ground.place_all(ring)));
            }
        }
    }
}

/// Noise of the avenues: one class, by importance.
pub(super) fn street_noise(commune: &Commune, rows: &mut Vec<Row>) {
    for street in commune.streets.iter().filter(|s| s.importance >= 4 && length(&s.line) > 250.0) {
        let tram = street.name.len() % 5 == 0; // some carry a tramway
        let (class, label, reach) =
            if street.importance == 5 { (3, "65 à 70 dB(A)", 55.0) } else { (4, "60 à 65 dB(A)", 32.0) };
        for run in street.runs.iter().filter(|run| length(run) > 80.0) {
            let ring = band(&densified(run, 140.0), -reach, reach);
            rows.push(noise(class, if tram { "Fer" } else { "Route" }, label, commune.ground.place_all(ring)));
        }
    }
}

fn noise(class: i64, source: &str, label: &str, ring: Vec<Point>) -> Row {
    Row {
        layer: Layer::Bruit,
        geometry: Geometry::Polygon(ring),
        values: vec![Value::Int(class), text(source), text(label)],
    }
}

/// Points of a reach: about 2.5 km of river, whose points are 80 m apart.
const REACH: usize = 32;

/// The band between two offsets of an obstacle (left positive), reach by reach; a disc for a lake.
fn bands(obstacle: &Obstacle, from: f64, to: f64) -> Vec<Vec<Point>> {
    if let [centre] = obstacle.line[..] {
        return vec![pond(centre, obstacle.half_width)];
    }
    let mut rings = Vec::new();
    let mut start = 0;
    while start + 1 < obstacle.line.len() {
        let end = (start + REACH).min(obstacle.line.len() - 1);
        rings.push(closed(&bank(obstacle, from, start..=end), &bank(obstacle, to, start..=end)));
        start = end;
    }
    rings
}

/// A reach moved sideways, without the points that a sharp bend would fold back over the line.
fn bank(obstacle: &Obstacle, by: f64, reach: RangeInclusive<usize>) -> Vec<Point> {
    let mut line = shifted(&obstacle.line, by)[reach].to_vec();
    let folded = |p: &Point| obstacle.nearest(*p).2 + obstacle.half_width < by.abs() - 1.0;
    line.retain(|p| !folded(p));
    line
}

fn band(line: &[Point], from: f64, to: f64) -> Vec<Point> {
    closed(&shifted(line, from), &shifted(line, to))
}

fn closed(low: &[Point], high: &[Point]) -> Vec<Point> {
    low.iter().chain(high.iter().rev()).copied().collect()
}

/// A round shore with coves.
fn pond(centre: Point, radius: f64) -> Vec<Point> {
    let points = if radius < 100.0 { 18 } else { 40_u8 };
    let shore = |k: u8| {
        let angle = f64::from(k) / f64::from(points) * std::f64::consts::TAU;
        let reach = radius * (0.86 + 0.09 * (3.0 * angle + centre.x).sin() + 0.05 * (5.0 * angle + centre.y).sin());
        centre + Point { x: reach, y: 0.0 }.turned(angle)
    };
    (0..points).map(shore).collect()
}
