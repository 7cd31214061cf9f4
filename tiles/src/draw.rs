//! One feature in one tile: quantize, clip, tidy, and repair when needed, in that order.
//! Clipping before rounding would leave rings that rounding breaks again.

use layers::{FeatureRef, GridBox, GridPoint, PartKind, PartRole};

use crate::{
    TileCoord,
    clip::{ClipScratch, Window, clip_ring, clip_segment},
    polygon::{Paths, SoundScratch, is_sound},
    quantize::{EXTENT, Frame, TilePoint, double_area, tidy_ring},
    repair::repair,
};

/// Where features are drawn: one tile, its buffer, and room kept from one feature to the next.
#[derive(Debug)]
pub(crate) struct Canvas<'s> {
    frame: Frame,
    window: Window,
    scratch: &'s mut DrawScratch,
}

/// What drawing needs and keeps from one tile to the next.
#[derive(Debug, Default)]
pub(crate) struct DrawScratch {
    ring: Vec<TilePoint>,
    polygon: Paths,
    drawn: Paths,
    clip: ClipScratch,
    sound: SoundScratch,
}

impl<'s> Canvas<'s> {
    pub(crate) fn new(tile: TileCoord, buffer: u16, scratch: &'s mut DrawScratch) -> Self {
        Self { frame: Frame::of(tile), window: Window::new(EXTENT, buffer), scratch }
    }

    /// What this tile shows of a feature, in tile units; nothing when it only passes by, or is too
    /// small to be drawn at this zoom. Every point lies in the window, every path has a length
    /// and every polygon is valid and wound as MVT wants.
    pub(crate) fn draw(&mut self, feature: &FeatureRef<'_>) -> Option<&Paths> {
        let parts = feature.parts().map(|part| (part.role, part.points.iter()));
        self.draw_parts(feature.kind(), feature.bounds(), parts)
    }

    fn draw_parts<P>(
        &mut self,
        kind: PartKind,
        bounds: GridBox,
        parts: impl Iterator<Item = (PartRole, P)>,
    ) -> Option<&Paths>
    where
        P: Iterator<Item = GridPoint>,
    {
        let (min, max) = (self.frame.quantize(bounds.min), self.frame.quantize(bounds.max));
        let inside = self.window.contains(min) && self.window.contains(max);
        self.scratch.drawn.clear();
        self.scratch.polygon.clear(); // a panic in the middle of another feature may have left some
        for (role, points) in parts {
            if role != PartRole::Interior {
                self.finish_polygon();
            }
            self.scratch.ring.clear();
            self.scratch.ring.extend(points.map(|point| self.frame.quantize(point)));
            match role {
                PartRole::Points => self.points(),
                PartRole::Line if inside => self.whole_line(),
                PartRole::Line => self.clipped_line(),
                PartRole::Exterior | PartRole::Interior => self.ring(role, inside),
            }
        }
        debug_assert!(kind == PartKind::Polygon || self.scratch.polygon.is_empty(), "rings belong to polygons");
        self.finish_polygon();
        (!self.scratch.drawn.is_empty()).then_some(&self.scratch.drawn)
    }

    fn points(&mut self) {
        let ring = &mut self.scratch.ring;
        ring.retain(|&point| self.window.contains(point));
        ring.dedup();
        if !ring.is_empty() {
            self.scratch.drawn.push(ring);
        }
    }

    fn whole_line(&mut self) {
        let line = &mut self.scratch.ring;
        line.dedup();
        if line.len() > 1 {
            self.scratch.drawn.push(line);
        }
    }

    /// A line that leaves and comes back gives several paths.
    fn clipped_line(&mut self) {
        let DrawScratch { ring: line, drawn, .. } = &mut *self.scratch;
        let mut open = false;
        for ends in line.windows(2) {
            let Some((from, to)) = clip_segment(ends[0], ends[1], self.window).filter(|(from, to)| from != to) else {
                // A repeated point does not end the path; a segment outside does.
                open &= ends[0] == ends[1];
                continue;
            };
            drawn.continue_or_start(open && from == ends[0], from, to);
            open = to == ends[1];
        }
    }

    /// Holds a ring until its polygon is complete. An interior never outlives its exterior.
    fn ring(&mut self, role: PartRole, inside: bool) {
        let DrawScratch { ring, polygon, clip, .. } = &mut *self.scratch;
        let is_exterior = role == PartRole::Exterior;
        if !is_exterior && polygon.is_empty() {
            return;
        }
        if !inside {
            clip_ring(ring, self.window, clip);
        }
        tidy_ring(ring);
        match double_area(ring) {
            0 => {}
            area if (area > 0) == is_exterior => polygon.push(ring),
            _ => polygon.push_reversed(ring),
        }
    }

    fn finish_polygon(&mut self) {
        let DrawScratch { polygon, drawn, sound, .. } = &mut *self.scratch;
        if !polygon.is_empty() {
            if is_sound(polygon, sound) {
                drawn.append(polygon);
            } else {
                repair(polygon, drawn);
            }
            polygon.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use layers::{FeatureId, GridPoint};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        encode::LayerEncoder,
        mvt_strict::{self, Geometry},
    };

    type Parts = Vec<(PartRole, Vec<GridPoint>)>;

    /// Draws parts in a tile, packs them and hands the bytes to the strict validator.
    fn drawn(tile: TileCoord, kind: PartKind, parts: &Parts) -> Option<Geometry> {
        let mut scratch = DrawScratch::default();
        let mut canvas = Canvas::new(tile, 64, &mut scratch);
        let bounds = GridBox::around(parts.iter().flat_map(|(_, points)| points.iter().copied()))?;
        let paths =
            canvas.draw_parts(kind, bounds, parts.iter().map(|(role, points)| (*role, points.iter().copied())))?;
        let (mut encoder, mut bytes) = (LayerEncoder::default(), Vec::new());
        encoder.start(0);
        encoder.feature(FeatureId(7), kind, paths);
        encoder.finish("drawn", &mut bytes);
        let mut summary =
            mvt_strict::validate(&bytes).unwrap_or_else(|violations| panic!("{}: {parts:?}", violations[0]));
        let geometry = summary.layers.remove(0).features.remove(0).geometry;
        let inside = |p: &mvt_strict::Point| (-64..=4160).contains(&p.x) && (-64..=4160).contains(&p.y);
        assert!(geometry.points().iter().all(inside), "{geometry:?}");
        Some(geometry)
    }

    /// The middle of the world: tile 12/2048/2048 starts at its centre, and a unit is 256 steps.
    fn tile() -> TileCoord {
        TileCoord::new(12, 2048, 2048).unwrap()
    }

    /// A grid point from tile units and steps.
    fn at(x: i64, y: i64, dx: i64, dy: i64) -> GridPoint {
        let steps = |unit: i64, step: i64| u32::try_from((1i64 << 31) + unit * 256 + step).unwrap();
        GridPoint { x: steps(x, dx), y: steps(y, dy) }
    }

    fn line(points: &[(i64, i64)]) -> Option<Geometry> {
        drawn(tile(), PartKind::Line, &vec![(PartRole::Line, points.iter().map(|&(x, y)| at(x, y, 0, 0)).collect())])
    }

    #[test]
    fn a_line_that_comes_back_gives_two_paths() {
        let Some(Geometry::Lines(paths)) =
            line(&[(0, 10), (5000, 10), (5000, 20), (5000, 20), (10, 20), (10, 20), (10, 30)])
        else {
            panic!()
        };
        let ends: Vec<_> = paths.iter().map(|path| (path[0].x, path[path.len() - 1].x, path.len())).collect();
        assert_eq!(ends, [(0, 4160, 2), (4160, 10, 3)]);
    }

    #[test]
    fn what_collapses_or_passes_by_is_not_drawn() {
        assert_eq!(line(&[(5000, 0), (5000, 4000)]), None);
        let speck = [at(9, 9, 0, 0), at(9, 9, 90, 0), at(9, 9, 90, 90)].to_vec();
        assert_eq!(drawn(tile(), PartKind::Line, &vec![(PartRole::Line, speck.clone())]), None);
        assert_eq!(drawn(tile(), PartKind::Polygon, &vec![(PartRole::Exterior, speck)]), None);
        assert_eq!(drawn(tile(), PartKind::Point, &vec![(PartRole::Points, vec![at(4161, 0, 0, 0)])]), None);
        assert!(drawn(tile(), PartKind::Point, &vec![(PartRole::Points, vec![at(4160, 0, 0, 0)])]).is_some());
    }

    #[test]
    fn an_interior_goes_with_its_exterior() {
        let square = |x: i64, size: i64| {
            vec![at(x, x, 0, 0), at(x + size, x, 0, 0), at(x + size, x + size, 0, 0), at(x, x + size, 0, 0)]
        };
        let parts = vec![
            (PartRole::Exterior, square(6000, 900)),
            (PartRole::Interior, square(6300, 100)),
            (PartRole::Exterior, square(0, 900)),
            (PartRole::Interior, square(300, 100)),
        ];
        let Some(Geometry::Polygons(polygons)) = drawn(tile(), PartKind::Polygon, &parts) else { panic!() };
        assert_eq!(polygons.len(), 1);
        assert_eq!(polygons[0].interiors.len(), 1);
    }

    /// Rings of any shape, self-crossing ones included, some on a grid so coarse that everything touches.
    fn any_rings() -> impl Strategy<Value = Parts> {
        let place = (-100i64..100, -100i64..100, 0i64..256, 0i64..256).prop_map(|(x, y, dx, dy)| at(x, y, dx, dy));
        let coarse = (-3i64..6, -3i64..6).prop_map(|(x, y)| at(x, y, 0, 0));
        let wide = (-3000i64..9000, -3000i64..9000, 0i64..256).prop_map(|(x, y, d)| at(x, y, d, d));
        let border = (4150i64..4170, 4150i64..4170, 0i64..256).prop_map(|(x, y, d)| at(x, y, d, d));
        let near_border = (-70i64..-60, -70i64..-60, 0i64..256).prop_map(|(x, y, d)| at(x, y, d, d));
        let ring = prop_oneof![
            prop::collection::vec(place, 3..12),
            prop::collection::vec(coarse, 3..16),
            prop::collection::vec(wide.clone(), 3..40),
            prop::collection::vec(border.clone(), 3..12),
            prop::collection::vec(prop_oneof![wide, border, near_border], 3..30),
        ];
        let role = prop_oneof![Just(PartRole::Interior), Just(PartRole::Exterior)];
        prop::collection::vec((role, ring), 1..5).prop_map(|mut parts| {
            parts[0].0 = PartRole::Exterior;
            parts
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn whatever_the_rings_the_tile_is_valid(parts in any_rings()) {
            drawn(tile(), PartKind::Polygon, &parts);
        }

        #[test]
        fn whatever_the_lines_the_tile_is_valid(parts in any_rings()) {
            let lines = parts.into_iter().map(|(_, points)| (PartRole::Line, points)).collect();
            drawn(tile(), PartKind::Line, &lines);
        }
    }
}
