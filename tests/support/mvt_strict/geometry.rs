//! Section 4.3 of the specification: the commands of a geometry, their grammar for each type,
//! and where they lead.

use super::{Judge, rings, wire::unzigzag};

/// A point in tile units. Wide: nothing forbids a tile to leave 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    pub x: i64,
    pub y: i64,
}

/// A polygon: rings without their closing point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    pub exterior: Vec<Point>,
    pub interiors: Vec<Vec<Point>>,
}

/// A decoded geometry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Geometry {
    Unknown,
    Points(Vec<Point>),
    Lines(Vec<Vec<Point>>),
    Polygons(Vec<Polygon>),
}

impl Geometry {
    /// Every vertex.
    pub fn points(&self) -> Vec<Point> {
        match self {
            Self::Unknown => Vec::new(),
            Self::Points(points) => points.clone(),
            Self::Lines(lines) => lines.concat(),
            Self::Polygons(polygons) => polygons
                .iter()
                .flat_map(|p| std::iter::once(&p.exterior).chain(&p.interiors))
                .flatten()
                .copied()
                .collect(),
        }
    }
}

pub(super) fn read(kind: u64, commands: &[u32], judge: &mut Judge) -> Option<Geometry> {
    match kind {
        0 => {
            judge.recommend(false, || "the geometry is of the unknown type".to_owned());
            return Some(Geometry::Unknown);
        }
        1..=3 => {}
        _ => {
            judge.blame(format!("{kind} is not a type of geometry"));
            return None;
        }
    }
    let read = match kind {
        1 => points(commands).map(Geometry::Points),
        _ => paths(commands, kind == 3).and_then(|paths| {
            if kind == 2 { Ok(Geometry::Lines(paths)) } else { rings::polygons(paths).map(Geometry::Polygons) }
        }),
    };
    match read {
        Ok(Geometry::Polygons(polygons)) => {
            for what in polygons.iter().filter_map(rings::fault) {
                judge.blame(what);
            }
            Some(Geometry::Polygons(polygons))
        }
        Ok(geometry) => Some(geometry),
        Err(what) => {
            judge.blame(what);
            None
        }
    }
}

/// A server clips: nothing should lie further than one side from the tile.
pub(super) fn judge_reach(geometry: &Geometry, extent: u64, judge: &mut Judge) {
    let extent = extent.min(u64::from(u32::MAX)).cast_signed();
    let reach = -extent..=2 * extent;
    let far = geometry.points().into_iter().find(|p| !(reach.contains(&p.x) && reach.contains(&p.y)));
    judge.recommend(far.is_none(), || format!("{far:?} is far outside the tile"));
}

/// A command with its parameters still ahead.
struct Commands<'a> {
    rest: &'a [u32],
    cursor: Point,
}

impl Commands<'_> {
    /// The next command and its count.
    fn command(&mut self) -> Option<(u32, u32)> {
        let (&integer, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some((integer & 7, integer >> 3))
    }

    /// Reads `count` pairs of parameters. Nothing is reserved ahead: the count may lie.
    fn moves(&mut self, count: u32) -> Result<Vec<Point>, String> {
        let pairs = self.rest.as_chunks::<2>().0;
        let pairs = pairs
            .get(..count as usize)
            .ok_or_else(|| format!("a command announces {count} points, {} follow", pairs.len()))?;
        self.rest = &self.rest[2 * pairs.len()..];
        let step = |coded: u32| unzigzag(u64::from(coded));
        Ok(pairs
            .iter()
            .map(|&[dx, dy]| {
                self.cursor = Point { x: self.cursor.x + step(dx), y: self.cursor.y + step(dy) };
                self.cursor
            })
            .collect())
    }
}

/// Points: one MoveTo, of one point or more, and nothing else.
fn points(commands: &[u32]) -> Result<Vec<Point>, String> {
    let mut commands = Commands { rest: commands, cursor: Point { x: 0, y: 0 } };
    let points = match commands.command() {
        Some((1, count @ 1..)) => commands.moves(count)?,
        other => return Err(format!("points start with command {other:?}, not MoveTo")),
    };
    if commands.rest.is_empty() { Ok(points) } else { Err("something follows the points".to_owned()) }
}

/// Lines: MoveTo of one point, LineTo of one or more; rings: LineTo of two or more, ClosePath.
fn paths(commands: &[u32], rings: bool) -> Result<Vec<Vec<Point>>, String> {
    let mut commands = Commands { rest: commands, cursor: Point { x: 0, y: 0 } };
    let mut paths = Vec::new();
    while let Some(first) = commands.command() {
        if first != (1, 1) {
            return Err(format!("a path starts with command {first:?}, not MoveTo of one point"));
        }
        let mut points = commands.moves(1)?;
        let least = if rings { 2 } else { 1 };
        match commands.command() {
            Some((2, count)) if count >= least => points.extend(commands.moves(count)?),
            other => {
                return Err(format!("a path goes on with command {other:?}, not LineTo of {least} points or more"));
            }
        }
        if points.windows(2).any(|ends| ends[0] == ends[1]) {
            return Err("a LineTo of no length".to_owned());
        }
        if rings {
            match commands.command() {
                Some((7, 1)) => {}
                other => return Err(format!("a ring ends with command {other:?}, not one ClosePath")),
            }
            if points.first() == points.last() {
                return Err("a ring repeats its first point before ClosePath".to_owned());
            }
        }
        paths.push(points);
    }
    if paths.is_empty() { Err("an empty geometry".to_owned()) } else { Ok(paths) }
}
