//! The part of an area that lies in a box.

use std::borrow::Cow;

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::outline::coord;
use crate::GridBox;

/// The part of an area that lies in a box, so that an intersection costs what is near and not the
/// whole border of a commune.
pub(super) fn clip(area: &MultiPolygon<f64>, bounds: GridBox, window: GridBox) -> Cow<'_, MultiPolygon<f64>> {
    if window.contains(&bounds) {
        return Cow::Borrowed(area);
    }
    let clipped = area.iter().map(|polygon| {
        let holes = polygon.interiors().iter().map(|hole| clip_ring(hole, window));
        Polygon::new(clip_ring(polygon.exterior(), window), holes.collect())
    });
    Cow::Owned(clipped.collect())
}

/// Sutherland and Hodgman, a closed ring in and out: what a ring does outside the box is folded
/// onto its edge, where it encloses nothing.
fn clip_ring(ring: &LineString<f64>, window: GridBox) -> LineString<f64> {
    let (min, max) = (coord(window.min), coord(window.max));
    let depths: [&dyn Fn(Coord<f64>) -> f64; 4] =
        [&|at| at.x - min.x, &|at| max.x - at.x, &|at| at.y - min.y, &|at| max.y - at.y];
    let mut ring = Cow::Borrowed(&ring.0);
    for depth in depths {
        let mut kept = Vec::new();
        for pair in ring.windows(2) {
            let (a, b) = (depth(pair[0]), depth(pair[1]));
            if a >= 0.0 {
                kept.push(pair[0]);
            }
            if (a < 0.0) != (b < 0.0) {
                kept.push(pair[0] + (pair[1] - pair[0]) * (a / (a - b)));
            }
        }
        kept.extend(kept.first().copied());
        ring = Cow::Owned(kept);
    }
    LineString(ring.into_owned())
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps};
    use geo_types::wkt;

    use super::*;
    use crate::GridPoint;

    /// Each tooth leaves the window and comes back: one ring in, folded along the edge.
    #[test]
    fn what_is_clipped_keeps_the_area_that_was_inside() {
        let comb = wkt!(POLYGON((0. 0.,90. 0.,90. 60.,80. 60.,70. 10.,50. 60.,40. 10.,30. 60.,0. 60.,0. 0.),
            (10. 2.,20. 2.,20. 50.,10. 50.,10. 2.)));
        let comb = MultiPolygon(vec![comb]);
        let corner = |x, y| GridPoint { x, y };
        let bounds = GridBox { min: corner(0, 0), max: corner(90, 60) };
        for (west, north, east, south) in [(5, 5, 85, 40), (15, 20, 95, 70), (0, 55, 90, 60), (12, 10, 18, 40)] {
            let window = GridBox { min: corner(west, north), max: corner(east, south) };
            let (min, max) = (coord(window.min), coord(window.max));
            let rectangle = geo_types::Rect::new(min, max).to_polygon();
            let expected = comb.intersection(&rectangle).unsigned_area();
            let clipped = clip(&comb, bounds, window);
            assert!((clipped.intersection(&rectangle).unsigned_area() - expected).abs() < 1e-3, "{window:?}");
            assert!(clipped.iter().flat_map(|p| p.exterior()).all(|at| (min.x..=max.x).contains(&at.x)));
        }
        assert!(matches!(clip(&comb, bounds, bounds), Cow::Borrowed(_)));
    }
}
