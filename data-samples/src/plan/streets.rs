//! Streets once cut: where they cross water, the quays, and their names.

use crate::{
    names,
    plan::{
        Along, Commune,
        divide::QUAY,
        obstacles::{Kind, Obstacle},
    },
    plane::{Cell, Point, densified, length, shifted},
    rng::Rng,
};

/// Streets of this importance have a bridge.
const BRIDGE: u8 = 4;

/// Lays the quays, takes streets off the water, gives every street its name.
pub(crate) fn lay(commune: &mut Commune, cell: &Cell, obstacles: &[Obstacle], rng: &mut Rng) {
    let site = commune.site;
    for street in &mut commune.streets {
        street.runs = match street.along {
            Some(Along::Bank(obstacle, left)) => {
                street.line = bank(&obstacles[obstacle], left, cell);
                vec![street.line.clone()]
            }
            // Drawn once, by the first of its two communes.
            Some(Along::Border(other)) if other < site => Vec::new(),
            _ => dry_runs(&street.line, street.importance, obstacles),
        };
        street.runs.retain(|run| length(run) > 12.0);
        street.one_way = street.importance <= 3 && rng.chance(0.3);
    }
    name(commune, rng);
}

/// Names the streets of the borders first, because the other commune gives them the same name.
fn name(commune: &mut Commune, rng: &mut Rng) {
    let rank = commune.city.iter().position(|site| *site == commune.site);
    let share = rank.map_or((0, 1), |rank| (rank as u64, commune.city.len() as u64));
    let mut names = names::Names::new(share, rng);
    for street in &mut commune.streets {
        if let Some(Along::Border(other)) = street.along {
            street.kind = "Rue";
            street.name = names.border(commune.site.min(other), commune.site.max(other));
        }
    }
    for street in commune.streets.iter_mut().filter(|street| street.name.is_empty()) {
        street.kind = names::kind(street.importance, length(&street.line), street.along.is_some(), rng);
        street.name = names.street(street.kind);
    }
}

/// The longest stretch of a bank inside the commune's cell.
fn bank(obstacle: &Obstacle, left: bool, cell: &Cell) -> Vec<Point> {
    let offset = (obstacle.half_width + QUAY / 2.0) * if left { 1.0 } else { -1.0 };
    let line = shifted(&obstacle.line, offset);
    let inside: Vec<bool> = line.iter().map(|p| cell.contains(*p)).collect();
    longest(runs(&line, &inside))
}

fn longest(runs: Vec<Vec<Point>>) -> Vec<Point> {
    runs.into_iter().max_by(|a, b| length(a).total_cmp(&length(b))).unwrap_or_default()
}

/// The parts of a street that are on land or on a bridge. Only important streets have one,
/// over a river or a fast road met at a fair angle; lakes have none.
fn dry_runs(line: &[Point], importance: u8, obstacles: &[Obstacle]) -> Vec<Vec<Point>> {
    let near: Vec<&Obstacle> = obstacles.iter().filter(|o| o.nearest(middle(line)).2 < length(line)).collect();
    if near.is_empty() {
        return vec![line.to_vec()];
    }
    let points = densified(line, STEP);
    let mut open = vec![true; points.len()];
    for obstacle in near {
        let margin = if obstacle.kind == Kind::River { QUAY / 2.0 } else { 4.0 };
        let dry: Vec<bool> = points.iter().map(|p| obstacle.nearest(*p).2 >= margin - 1.0).collect();
        let longest =
            if obstacle.kind == Kind::Lake || importance < BRIDGE { 0.0 } else { 3.0 * (obstacle.half_width + margin) };
        let passed = with_bridges(&dry, longest / STEP);
        open.iter_mut().zip(passed).for_each(|(open, passed)| *open &= passed);
    }
    runs(&points, &open)
}

/// Metres between the points at which a street is tried.
const STEP: f64 = 6.0;

/// Opens the closed stretches that have land on both ends and no more than so many points.
#[allow(clippy::cast_precision_loss)] // a street has some hundreds of points
fn with_bridges(dry: &[bool], longest: f64) -> Vec<bool> {
    let mut passed = dry.to_vec();
    let mut i = 0;
    while i < dry.len() {
        let end = (i..dry.len()).find(|&k| dry[k] != dry[i]).unwrap_or(dry.len());
        if !dry[i] && i > 0 && end < dry.len() && ((end - i) as f64) <= longest {
            passed[i..end].fill(true);
        }
        i = end;
    }
    passed
}

fn middle(line: &[Point]) -> Point {
    (line[0] + line[line.len() - 1]) * 0.5
}

/// The consecutive points that pass, run by run; straight runs keep their ends only.
fn runs(points: &[Point], pass: &[bool]) -> Vec<Vec<Point>> {
    let mut runs: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for (&p, &inside) in points.iter().zip(pass) {
        if inside && !open {
            runs.push(Vec::new());
        }
        if let (true, Some(run)) = (inside, runs.last_mut()) {
            run.push(p);
        }
        open = inside;
    }
    runs.into_iter().map(|run| straightened(&run)).filter(|run| run.len() > 1).collect()
}

fn straightened(run: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for (i, &p) in run.iter().enumerate() {
        let turns = kept.last().zip(run.get(i + 1)).is_none_or(|(a, b)| {
            let (before, after) = ((p - *a).unit(), (*b - p).unit());
            before.cross(after).abs() > 1e-6
        });
        if turns {
            kept.push(p);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::metres;

    #[test]
    fn only_important_streets_cross_the_rhone() {
        let obstacles = crate::plan::obstacles::obstacles().unwrap();
        let line = [metres(4.830, 45.757).unwrap(), metres(4.850, 45.757).unwrap()];
        assert_eq!(dry_runs(&line, 5, &obstacles).len(), 1);
        assert!(dry_runs(&line, 2, &obstacles).len() >= 2);
        // Along the river, no importance helps.
        let along = [metres(4.8404, 45.768).unwrap(), metres(4.8400, 45.757).unwrap()];
        assert!(dry_runs(&along, 5, &obstacles).is_empty());
    }
}
