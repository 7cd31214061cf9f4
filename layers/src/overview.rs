//! Which features survive at which zoom: a rank a feature, and the first zoom that shows it.
//!
//! Thinning is decided here, once for the whole layer, by one threshold on the rank a zoom: two
//! tiles side by side always agree, and nothing depends on the tile that happens to be asked.
//! Vertices are not simplified: without shared arcs, simplifying tears common borders apart
//! (4 parcel edges in 10 at a tolerance of two units), and a tear is worse than a heavy tile.

use std::collections::HashMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::{FeatureId, GridBox, GridPoint, PartKind, PartRole, shape::Shape, snapshot::ZoomCount};

/// Features a tile may hold below the last zoom.
pub(crate) const TILE_FEATURES: u32 = 10_000;
/// A line or polygon shows from the zoom at which its box is this wide or high, in 4096ths of a
/// tile, a quarter of a pixel on a 512-pixel tile: below that it is not seen, only paid for.
const VISIBLE_UNITS: u32 = 2;
/// A box that meets more tiles than this is counted in all of them.
const MANY_TILES: u64 = 4096;

/// The rank and first zoom of each feature, in their order, and the account by zoom.
pub(crate) struct Overview {
    pub(crate) ranks: Vec<u32>,
    pub(crate) min_zooms: Vec<u8>,
    pub(crate) zooms: Vec<ZoomCount>,
}

/// Ranks the features and decides from which zoom each shows. The last zoom shows them all.
/// `budget` is the number of features a tile may hold below it.
pub(crate) fn overview(features: &[(FeatureId, &Shape)], (first, last): (u8, u8), budget: u32) -> Overview {
    let ranks = ranks(features);
    let visible: Vec<u8> = features.par_iter().map(|(_, shape)| visible_from(shape, first, last)).collect();
    let mut by_rank: Vec<usize> = (0..features.len()).collect();
    by_rank.sort_unstable_by_key(|i| std::cmp::Reverse(ranks[*i]));

    // From the last zoom down, so that what shows at a zoom shows at every deeper one too.
    let (mut min_zooms, mut zooms) = (vec![last; features.len()], Vec::new());
    let mut threshold = 0;
    for zoom in (first..=last).rev() {
        if zoom < last && features.len() > budget as usize {
            let seen = by_rank.iter().filter(|i| visible[**i] <= zoom);
            let boxes = seen.map(|i| (ranks[*i], features[*i].1.bounds));
            threshold = threshold.max(least_rank(boxes, zoom, budget));
        }
        let mut count = ZoomCount { zoom, shown: 0, too_small: 0, thinned: 0 };
        for (i, min_zoom) in min_zooms.iter_mut().enumerate() {
            if visible[i] > zoom {
                count.too_small += 1;
            } else if ranks[i] < threshold {
                count.thinned += 1;
            } else {
                count.shown += 1;
                *min_zoom = zoom;
            }
        }
        zooms.push(count);
    }
    zooms.reverse();
    Overview { ranks, min_zooms, zooms }
}

/// Places from 0, the least important first: by size, then by a hash of the identifier, so that
/// points and features of one size thin out evenly over the map and alike at each import.
fn ranks(features: &[(FeatureId, &Shape)]) -> Vec<u32> {
    let weigh = |(i, (id, shape)): (usize, &(FeatureId, &Shape))| (size(shape), scatter(*id), i);
    let mut order: Vec<(f64, u64, usize)> = features.par_iter().enumerate().map(weigh).collect();
    order.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut ranks = vec![0; features.len()];
    order.iter().zip(0..).for_each(|((_, _, i), rank)| ranks[*i] = rank);
    ranks
}

/// Area of polygons, length of lines, nothing for points, in grid steps.
fn size(shape: &Shape) -> f64 {
    let length = |pair: &[GridPoint]| {
        let (x, y) = offset(pair[0], pair[1]);
        x.hypot(y)
    };
    let part = |(role, points): (PartRole, &[GridPoint])| match role {
        PartRole::Points => 0.0,
        PartRole::Line => points.windows(2).map(length).sum(),
        PartRole::Exterior => ring_area(points),
        PartRole::Interior => -ring_area(points),
    };
    shape.parts().map(part).sum()
}

fn offset(from: GridPoint, to: GridPoint) -> (f64, f64) {
    (f64::from(to.x) - f64::from(from.x), f64::from(to.y) - f64::from(from.y))
}

fn ring_area(ring: &[GridPoint]) -> f64 {
    let twice: f64 = ring
        .windows(2)
        .map(|pair| {
            // From the first point, so that small rings far from the origin keep their digits.
            let ((ax, ay), (bx, by)) = (offset(ring[0], pair[0]), offset(ring[0], pair[1]));
            ax * by - bx * ay
        })
        .sum();
    twice.abs() / 2.0
}

fn scatter(id: FeatureId) -> u64 {
    let digest = Sha256::digest(id.0.to_le_bytes());
    digest.first_chunk().map_or(0, |head| u64::from_le_bytes(*head))
}

/// The first zoom at which a shape is large enough to be seen; the last zoom at the latest.
fn visible_from(shape: &Shape, first: u8, last: u8) -> u8 {
    let b = shape.bounds;
    let side = (b.max.x - b.min.x).max(b.max.y - b.min.y);
    let seen = |zoom: &u8| shape.kind == PartKind::Point || u64::from(side) << zoom >= u64::from(VISIBLE_UNITS) << 20;
    (first..last).find(seen).unwrap_or(last)
}

/// The smallest rank that may show at this zoom so that no tile holds more than `budget`.
/// `boxes` come by falling rank; a box counts in every tile it meets, and one that meets very
/// many of them (a river, deep down) in all.
fn least_rank(boxes: impl Iterator<Item = (u32, GridBox)>, zoom: u8, budget: u32) -> u32 {
    let tile = |steps: u32| steps.checked_shr(32 - u32::from(zoom)).unwrap_or(0);
    let (mut held, mut everywhere, mut fullest) = (HashMap::new(), 0, 0);
    for (rank, b) in boxes {
        let (columns, rows) = (tile(b.min.x)..=tile(b.max.x), tile(b.min.y)..=tile(b.max.y));
        let tiles = u64::from(columns.end() - columns.start() + 1) * u64::from(rows.end() - rows.start() + 1);
        if tiles > MANY_TILES {
            everywhere += 1;
        } else {
            for at in columns.flat_map(|x| rows.clone().map(move |y| (x, y))) {
                let features = held.entry(at).or_insert(0);
                *features += 1;
                fullest = fullest.max(*features);
            }
        }
        if fullest + everywhere > budget {
            return rank + 1;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use geo_types::{LineString, Point};

    use super::*;
    use crate::Crs;

    fn line(metres: f64, id: u64) -> (FeatureId, Shape) {
        let (x, y) = (538_000.0 + 7.0 * f64::from(u32::try_from(id).unwrap()), 5_742_000.0);
        let line = LineString::from(vec![(x, y), (x + metres, y)]);
        (FeatureId(id), Shape::project(&line.into(), Crs::WebMercator).unwrap())
    }

    fn point(x: f64, y: f64, id: u64) -> (FeatureId, Shape) {
        (FeatureId(id), Shape::project(&Point::new(x, y).into(), Crs::Wgs84).unwrap())
    }

    fn decide(features: &[(FeatureId, Shape)], zooms: (u8, u8), budget: u32) -> Overview {
        let features: Vec<_> = features.iter().map(|(id, shape)| (*id, shape)).collect();
        overview(&features, zooms, budget)
    }

    #[test]
    fn a_line_shows_where_it_is_two_units_long_and_at_the_last_zoom_at_the_latest() {
        // A tile of zoom 10 is 39,136 m wide: two units are 19.1 m, and half of that a zoom deeper.
        let found = decide(&[line(25.0, 1), line(12.0, 2), line(0.05, 3)], (10, 14), 100);
        assert_eq!(found.min_zooms, [10, 11, 14]);
        assert_eq!(found.ranks, [2, 1, 0]);
        let counts: Vec<_> = found.zooms.iter().map(|z| (z.zoom, z.shown, z.too_small, z.thinned)).collect();
        assert_eq!(counts, [(10, 1, 2, 0), (11, 2, 1, 0), (12, 2, 1, 0), (13, 2, 1, 0), (14, 3, 0, 0)]);
    }

    #[test]
    fn thinning_keeps_the_budget_of_every_tile_and_what_shows_goes_on_showing() {
        let features: Vec<_> = (0..400_u64)
            .map(|i| {
                let spread = if i % 4 == 0 { 0.3 } else { 0.01 };
                let at = |salt: u64| f64::from(u16::try_from((i * 7919 + salt * 104_729) % 1000).unwrap()) / 1000.0;
                point(4.7 + spread * at(1), 45.7 + spread * at(2), i + 1)
            })
            .collect();
        let budget = 30;
        let found = decide(&features, (8, 16), budget);
        for count in &found.zooms {
            let shown = features.iter().zip(&found.min_zooms).filter(|(_, zoom)| **zoom <= count.zoom);
            let mut tiles = HashMap::new();
            for ((_, shape), _) in shown.clone() {
                let tile = |steps: u32| steps >> (32 - count.zoom);
                *tiles.entry((tile(shape.bounds.min.x), tile(shape.bounds.min.y))).or_insert(0) += 1;
            }
            assert_eq!(shown.count() as u64, count.shown);
            assert_eq!(count.shown + count.thinned + count.too_small, 400);
            assert!(count.zoom == 16 || tiles.values().all(|features| *features <= budget), "zoom {}", count.zoom);
        }
        assert!(found.zooms[0].thinned > 0 && found.zooms[0].shown > 0);
        assert_eq!(found.zooms.last().unwrap().shown, 400);
    }

    #[test]
    fn ranks_do_not_depend_on_the_order_of_the_source() {
        let mut features: Vec<_> = (1..50).map(|id| point(4.8, 45.7, id)).collect();
        let rank_of = |features: &[(FeatureId, Shape)]| {
            let mut ranks: Vec<_> =
                features.iter().map(|(id, _)| *id).zip(decide(features, (10, 16), 9).ranks).collect();
            ranks.sort_unstable();
            ranks
        };
        let ranks = rank_of(&features);
        features.reverse();
        assert_eq!(rank_of(&features), ranks);
    }
}
