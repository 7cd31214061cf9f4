//! Polygons that rounding or clipping left invalid, made valid again. Only those that
//! `polygon::is_sound` refuses come here: i_overlay finds the outline of what they cover, in
//! integers, and `trace` makes rings of the outline.

use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{IntOverlayOptions, Overlay, ShapeType},
        overlay_rule::OverlayRule,
    },
    i_float::int::point::IntPoint,
    i_shape::flat::buffer::FlatContoursBuffer,
};

use crate::{
    polygon::Paths,
    quantize::TilePoint,
    trace::{Edge, trace},
};

/// Adds to `into` the valid polygons that cover what `rings`, wound as MVT wants, cover once or
/// more: an interior that came out of its exterior adds nothing there, and a neck that rounding
/// turned inside out vanishes. There may be none.
pub(crate) fn repair(rings: &Paths, into: &mut Paths) {
    trace(outline(rings), into);
}

/// The edges between what is covered and what is not, each with the covered side on the same hand
/// as in an exterior. Edges meet at their ends only.
///
/// We take the edges and not the rings of i_overlay: its extraction of rings that suit OGC
/// (`IntOverlayOptions::ogc`, 4.5.2) fails an assertion of its own on rare inputs, and the other
/// one makes rings that touch themselves.
fn outline(rings: &Paths) -> Vec<Edge> {
    let mut overlay =
        Overlay::new_custom(rings.points().len(), IntOverlayOptions::keep_all_points(), Default::default());
    let mut contour = Vec::new();
    for ring in rings.iter() {
        contour.clear();
        contour.extend(ring.iter().map(|&p| int_point(p)));
        overlay.add_contour(&contour, ShapeType::Subject);
    }
    let mut found = FlatContoursBuffer::default();
    overlay.overlay_into(OverlayRule::Subject, FillRule::Positive, &mut found);
    let point = |p: IntPoint| TilePoint { x: i64::from(p.x), y: i64::from(p.y) };
    let mut edges = Vec::with_capacity(found.points.len());
    for contour in found.ranges.iter().map(|range| &found.points[range.clone()]) {
        let next = contour.iter().cycle().skip(1);
        edges.extend(contour.iter().zip(next).map(|(&a, &b)| (point(a), point(b))));
    }
    edges
}

fn int_point(point: TilePoint) -> IntPoint {
    let narrow = |v: i64| i32::try_from(v).expect("a clipped point lies in the window, which is far smaller than 2^31");
    IntPoint::new(narrow(point.x), narrow(point.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantize::{double_area, tests::points};

    /// Area of each ring of the result.
    fn repaired(rings: &[&[(i64, i64)]]) -> Vec<i64> {
        let (mut from, mut into) = (Paths::default(), Paths::default());
        for ring in rings {
            from.push(&points(ring));
        }
        repair(&from, &mut into);
        into.iter().map(|ring| double_area(ring) / 2).collect()
    }

    const SQUARE: &[(i64, i64)] = &[(0, 0), (10, 0), (10, 10), (0, 10)];

    #[test]
    fn a_ring_that_clipping_joined_along_the_edge_is_parted() {
        let comb: &[(i64, i64)] = &[(0, 0), (10, 0), (10, 10), (6, 10), (6, 0), (4, 0), (4, 10), (0, 10)];
        assert_eq!(repaired(&[comb]), [40, 40]);
    }

    #[test]
    fn an_interior_beside_its_exterior_adds_nothing() {
        assert_eq!(repaired(&[SQUARE, &[(20, 20), (20, 30), (30, 30), (30, 20)]]), [100]);
        assert_eq!(repaired(&[SQUARE, &[(0, 0), (0, 10), (10, 10), (10, 0)]]), [0i64; 0]);
        assert_eq!(repaired(&[SQUARE, &[(5, 0), (5, 10), (10, 10), (10, 0)]]), [50]);
    }

    #[test]
    fn interiors_that_overlap_become_one() {
        assert_eq!(
            repaired(&[SQUARE, &[(2, 2), (2, 6), (6, 6), (6, 2)], &[(4, 4), (4, 8), (8, 8), (8, 4)]]),
            [100, -28]
        );
    }
}
