//! Polygons: which rings belong together (by their winding), and whether each polygon is valid:
//! rings that neither meet themselves nor cross, interiors inside their exterior and beside each
//! other, an inside in one piece. Rings may touch at points, as OGC Simple Features allow.

use std::collections::HashMap;

use super::geometry::{Point, Polygon};

/// An exterior (positive area, y downwards) and the interiors (negative) that follow it.
pub fn polygons(rings: Vec<Vec<Point>>) -> Result<Vec<Polygon>, String> {
    let mut polygons: Vec<Polygon> = Vec::new();
    for ring in rings {
        match (double_area(&ring), polygons.last_mut()) {
            (0, _) => return Err(format!("a ring of no area, {ring:?}")),
            (1.., _) => polygons.push(Polygon { exterior: ring, interiors: Vec::new() }),
            (_, Some(polygon)) => polygon.interiors.push(ring),
            (_, None) => return Err("the first ring is wound as an interior".to_owned()),
        }
    }
    Ok(polygons)
}

/// What is wrong with a polygon, if anything is.
pub fn fault(polygon: &Polygon) -> Option<String> {
    let rings: Vec<&Vec<Point>> = std::iter::once(&polygon.exterior).chain(&polygon.interiors).collect();
    let edges = edges(&rings);
    let mut touches = Vec::new();
    if let Some(what) = contact_fault(&edges, &mut touches) {
        return Some(what);
    }
    interior_fault(&rings)
        .or_else(|| is_parted(rings.len(), &touches).then(|| "interiors part the inside in two".to_owned()))
}

pub fn double_area(ring: &[Point]) -> i128 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y)).sum()
}

/// An edge, the ring it is of and its place there.
#[derive(Clone, Copy)]
struct Edge {
    a: Point,
    b: Point,
    ring: usize,
    place: usize,
    ring_len: usize,
}

/// Two rings and the point where they touch.
type Touch = (usize, usize, Point);

fn edges(rings: &[&Vec<Point>]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (ring, points) in rings.iter().enumerate() {
        for place in 0..points.len() {
            let (a, b) = (points[place], points[(place + 1) % points.len()]);
            edges.push(Edge { a, b, ring, place, ring_len: points.len() });
        }
    }
    edges.sort_by_key(|edge| edge.a.x.min(edge.b.x));
    edges
}

/// Compares every two edges whose boxes meet, from west to east.
fn contact_fault(edges: &[Edge], touches: &mut Vec<Touch>) -> Option<String> {
    for (i, e) in edges.iter().enumerate() {
        let east = e.a.x.max(e.b.x);
        for f in edges[i + 1..].iter().take_while(|f| f.a.x.min(f.b.x) <= east) {
            let apart = e.a.y.max(e.b.y) < f.a.y.min(f.b.y) || f.a.y.max(f.b.y) < e.a.y.min(e.b.y);
            let contact = if apart { Contact::None } else { contact(e, f) };
            match contact {
                Contact::None => {}
                Contact::Crossing => {
                    return Some(format!("edges {:?}–{:?} and {:?}–{:?} cross or overlap", e.a, e.b, f.a, f.b));
                }
                Contact::Touch(point) if e.ring != f.ring => touches.push((e.ring, f.ring, point)),
                Contact::Touch(point) if e.follows(f) || f.follows(e) => {
                    // Two edges in a row share one end, and that end only.
                    let shared = if e.follows(f) { e.a } else { f.a };
                    if point != shared {
                        return Some(format!("a ring meets itself at {point:?}"));
                    }
                }
                Contact::Touch(point) => return Some(format!("a ring meets itself at {point:?}")),
            }
        }
    }
    None
}

impl Edge {
    fn follows(&self, other: &Self) -> bool {
        self.ring == other.ring && self.place == (other.place + 1) % self.ring_len
    }

    /// Whether a point of the edge's line lies between its ends.
    fn spans(&self, p: Point) -> bool {
        (self.a.x.min(self.b.x)..=self.a.x.max(self.b.x)).contains(&p.x)
            && (self.a.y.min(self.b.y)..=self.a.y.max(self.b.y)).contains(&p.y)
    }

    /// On which side of the edge's line a point lies.
    fn side(&self, p: Point) -> i128 {
        let wide = |v: i64| i128::from(v);
        (wide(self.b.x - self.a.x) * wide(p.y - self.a.y) - wide(self.b.y - self.a.y) * wide(p.x - self.a.x)).signum()
    }
}

enum Contact {
    None,
    Touch(Point),
    Crossing,
}

fn contact(e: &Edge, f: &Edge) -> Contact {
    let ends_on_e = [f.a, f.b].map(|p| (e.side(p) == 0 && e.spans(p)).then_some(p));
    let ends_on_f = [e.a, e.b].map(|p| (f.side(p) == 0 && f.spans(p)).then_some(p));
    let mut common: Vec<Point> = ends_on_e.into_iter().chain(ends_on_f).flatten().collect();
    common.sort();
    common.dedup();
    match common[..] {
        [] => {
            let crosses = e.side(f.a) * e.side(f.b) < 0 && f.side(e.a) * f.side(e.b) < 0;
            if crosses { Contact::Crossing } else { Contact::None }
        }
        [point] => Contact::Touch(point),
        _ => Contact::Crossing,
    }
}

/// Where every vertex and the middle of every edge of an interior lie. Rings do not cross inside
/// an edge any more, but they may still cross at a vertex, which the middles tell.
fn interior_fault(rings: &[&Vec<Point>]) -> Option<String> {
    let (exterior, interiors) = rings.split_first()?;
    for (i, ring) in interiors.iter().enumerate() {
        if places(ring, exterior).contains(&Place::Outside) {
            return Some("an interior leaves its exterior".to_owned());
        }
        for (j, other) in interiors.iter().enumerate() {
            let nested =
                i != j && places(ring, other).iter().any(|&place| place != Place::Outside && place != Place::On);
            let equal = i < j && places(ring, other).iter().all(|&place| place == Place::On);
            if nested || equal {
                return Some("an interior lies in another".to_owned());
            }
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    On,
    Outside,
}

/// Places of the vertices and of the middles of the edges of `ring` against `other`.
fn places(ring: &[Point], other: &[Point]) -> Vec<Place> {
    // Everything doubled, so that middles are whole numbers.
    let double = |p: Point| Point { x: 2 * p.x, y: 2 * p.y };
    let other: Vec<Point> = other.iter().map(|&p| double(p)).collect();
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .flat_map(|(&a, &b)| [double(a), Point { x: a.x + b.x, y: a.y + b.y }])
        .map(|p| place(p, &other))
        .collect()
}

fn place(p: Point, ring: &[Point]) -> Place {
    let mut inside = false;
    for (i, &a) in ring.iter().enumerate() {
        let edge = Edge { a, b: ring[(i + 1) % ring.len()], ring: 0, place: i, ring_len: ring.len() };
        if edge.side(p) == 0 && edge.spans(p) {
            return Place::On;
        }
        if (edge.a.y > p.y) != (edge.b.y > p.y) && (edge.side(p) > 0) == (edge.b.y > edge.a.y) {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}

/// Rings that touch in a loop (one of them twice, or three around) cut the inside in two.
fn is_parted(rings: usize, touches: &[Touch]) -> bool {
    let mut nodes: HashMap<Point, usize> = HashMap::new();
    let mut links: Vec<(usize, usize)> = Vec::new();
    for &(e, f, point) in touches {
        let fresh = rings + nodes.len();
        let node = *nodes.entry(point).or_insert(fresh);
        links.extend([(e, node), (f, node)]);
    }
    links.sort_unstable();
    links.dedup();
    let mut parent: Vec<usize> = (0..rings + nodes.len()).collect();
    links.into_iter().any(|(a, b)| {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a] = b;
        a == b
    })
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}
