//! `rues`, `chantiers`, `amenagements-cyclables` and `arrets`: what is on the streets.

use layers::Value;

use super::{date, text, whole};
use crate::{
    bend::Ground,
    output::{Geometry, Row, schema::Layer},
    plan::{
        Commune, Street,
        obstacles::{Kind, Obstacle},
        territory::Territory,
    },
    plane::{Point, Side, densified, length, shifted, walk},
    rng::Rng,
};

/// Every dry run of every street.
pub(super) fn streets(commune: &Commune, rows: &mut Vec<Row>) {
    for street in &commune.streets {
        for run in &street.runs {
            let values = [text(&street.name), text(street.kind), Value::Int(street.importance.into())];
            let rest = [Value::Bool(street.one_way), text(&commune.place.insee)];
            let geometry = Geometry::Line(commune.ground.place_line(run));
            rows.push(Row { layer: Layer::Rues, geometry, values: values.into_iter().chain(rest).collect() });
        }
    }
}

/// The fast roads, one row per commune they cross.
pub(super) fn fast_roads(territory: &Territory, obstacles: &[Obstacle], ground: Ground, rows: &mut Vec<Row>) {
    for road in obstacles.iter().filter(|o| o.kind == Kind::FastRoad) {
        for side in [-6.0, 6.0] {
            let line = shifted(&road.line, side);
            let mut start = 0;
            for i in 1..line.len() {
                let site = territory.site_of(line[start]);
                if territory.site_of(line[i]) == site && i + 1 < line.len() {
                    continue;
                }
                if let Some(site) = site {
                    let insee = &territory.place(site).insee;
                    let values =
                        vec![text(road.name), text("Voie rapide"), Value::Int(5), Value::Bool(true), text(insee)];
                    rows.push(Row {
                        layer: Layer::Rues,
                        geometry: Geometry::Line(ground.place_line(&line[start..=i])),
                        values,
                    });
                }
                start = i;
            }
        }
    }
}

/// Works along streets, on a few blocks, and across the borders of the commune.
pub(super) fn works(commune: &Commune, territory: &Territory, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(3);
    let own = commune.place.insee.clone();
    let drawn = commune.streets.iter().filter(|s| s.runs.iter().any(|run| length(run) > 90.0));
    for street in drawn {
        let near = street.line.iter().any(|p| (*p - commune.centre).length() < 400.0);
        if rng.chance(if near { 0.12 } else { 0.02 }) {
            let run = street.runs.iter().find(|run| length(run) > 90.0).unwrap_or(&street.line);
            let part = stretch(run, rng.between(60.0, 260.0), &mut rng);
            rows.push(work(Geometry::Line(commune.ground.place_line(&part)), own.clone(), &mut rng));
        }
    }
    for (rank, block) in commune.blocks.iter().filter(|b| b.cell.area() < 40_000.0).enumerate() {
        if rank == 3 || rng.chance(0.006) {
            let ring = commune.ground.place_all(block.cell.points());
            rows.push(work(Geometry::Polygon(ring), own.clone(), &mut rng));
        }
    }
    for (corner, end) in territory.cells[commune.site].sides() {
        // Each border once, by the greater of its two sites.
        if let Side::Border(other) = corner.side
            && other < commune.site
            && (end - corner.at).length() > 500.0
        {
            let across = (end - corner.at).unit().left() * rng.between(70.0, 160.0);
            let middle = (corner.at + end) * 0.5;
            let line = commune.ground.place_line(&[middle - across, middle + across]);
            let communes = format!("{own},{}", territory.place(other).insee);
            rows.push(work(Geometry::Line(line), communes, &mut rng));
        }
    }
}

/// A stretch of a line, `long` metres at most.
fn stretch(line: &[Point], long: f64, rng: &mut Rng) -> Vec<Point> {
    let total = length(line);
    let long = long.min(total * 0.9);
    let start = rng.between(0.0, total - long);
    (0..=6_u8).map(|k| walk(line, start + long * f64::from(k) / 6.0).0).collect()
}

/// The day the samples speak from, counted from 1 January 2025: 1 January 2026.
const TODAY: i64 = 365;

fn work(geometry: Geometry, communes: String, rng: &mut Rng) -> Row {
    let nature = rng.pick(&[
        "Réfection de chaussée",
        "Réseau d'eau potable",
        "Assainissement",
        "Réseau de chaleur",
        "Réseau électrique",
        "Aménagement cyclable",
        "Plantation d'arbres",
        "Tramway",
        "Construction",
        "Réseau de gaz",
    ]);
    let start = rng.whole(TODAY - 300, TODAY + 200);
    let end = start + rng.whole(12, 240);
    let status = match (start > TODAY, end < TODAY) {
        (true, _) => "à venir",
        (_, true) => "terminé",
        _ => "en cours",
    };
    let owner = rng.pick(&[
        "Métropole de Lyon",
        "Commune",
        "Régie de l'eau",
        "Gestionnaire de réseau",
        "Autorité de transport",
    ]);
    let values =
        [nature, status].map(text).into_iter().chain([date(start), date(end), owner.to_owned(), communes].map(text));
    Row { layer: Layer::Chantiers, geometry, values: values.collect() }
}

/// Cycle lanes along the larger streets.
pub(super) fn cycle_lanes(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(4);
    for street in &commune.streets {
        let chance = [0.0, 0.03, 0.08, 0.2, 0.4, 0.8][usize::from(street.importance)];
        if !rng.chance(chance) {
            continue;
        }
        let kind = match street.importance {
            4..=5 => rng.pick(&["Piste cyclable", "Bande cyclable", "Couloir bus vélo", "Piste cyclable"]),
            _ if street.one_way => "Double sens cyclable",
            _ => rng.pick(&["Bande cyclable", "Zone de rencontre", "Voie verte", "Vélorue"]),
        };
        let year = rng.whole(1998, 2025);
        for run in street.runs.iter().filter(|run| length(run) > 60.0) {
            let line = commune.ground.place_all(densified(&shifted(run, -f64::from(street.importance)), 90.0));
            let values = vec![text(&street.name), text(kind), Value::Int(year), whole(length(&line))];
            rows.push(Row { layer: Layer::AmenagementsCyclables, geometry: Geometry::Line(line), values });
        }
    }
}

/// Stops along the larger streets, named after the street they are near to.
pub(super) fn stops(commune: &Commune, rows: &mut Vec<Row>) {
    let mut rng = commune.rng(5);
    for (rank, street) in commune.streets.iter().enumerate().filter(|(_, s)| s.importance >= 3) {
        let spacing = rng.between(400.0, 540.0) * if street.importance == 3 { 5.0 } else { 1.0 };
        let mode = match street.importance {
            5 => rng.pick(&["tramway", "bus", "métro", "bus", "tramway"]),
            _ => "bus",
        };
        let lines = lines(mode, &mut rng);
        for run in &street.runs {
            let mut along = spacing / 2.0;
            while along < length(run) - 40.0 {
                let (at, direction) = walk(run, along);
                let beside = at - direction.left() * (f64::from(street.importance) + 2.0);
                let values =
                    vec![text(stop_name(commune, rank, at)), text(mode), text(&lines), Value::Bool(rng.chance(0.8))];
                rows.push(Row {
                    layer: Layer::Arrets,
                    geometry: Geometry::Point(commune.ground.place(beside)),
                    values,
                });
                along += spacing;
            }
        }
    }
}

fn lines(mode: &str, rng: &mut Rng) -> String {
    match mode {
        "métro" => rng.pick(&["A", "B", "C", "D"]).to_owned(),
        "tramway" => format!("T{}", rng.whole(1, 7)),
        _ => {
            let (first, second) = (rng.whole(2, 60), rng.whole(61, 98));
            if rng.chance(0.4) { format!("{first}, {second}") } else { format!("C{}", rng.whole(1, 27)) }
        }
    }
}

/// The name without its type of the nearest other street: `Jean Jaurès`.
fn stop_name(commune: &Commune, own: usize, at: Point) -> String {
    let away = |s: &Street| {
        s.line.windows(2).map(|p| crate::plane::nearest_on(p[0], p[1], at).1).fold(f64::INFINITY, f64::min)
    };
    let others = commune.streets.iter().enumerate().filter(|(rank, s)| *rank != own && s.line.len() > 1);
    let nearest = others.min_by(|a, b| away(a.1).total_cmp(&away(b.1))).map_or(&commune.streets[own], |(_, s)| s);
    let name = nearest.name.trim_start_matches(nearest.kind).trim();
    let name = ["de la ", "de l'", "des ", "du ", "de "]
        .iter()
        .find_map(|particle| name.strip_prefix(particle))
        .unwrap_or(name);
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
