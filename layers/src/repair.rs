//! From the geometry that a source gives to one that can be drawn: collections flattened, lines
//! of no length left out, invalid polygons rebuilt. Valid polygons are returned untouched, so
//! that borders shared with a neighbour stay shared to the last bit.

use geo::{Area, BooleanOps, CoordsIter, HasDimensions, bool_ops::FillRule};
use geo_types::{Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon};

use crate::{report::Reason, validity::is_valid};

/// The geometry to draw, and whether polygons had to be rebuilt.
///
/// A polygon whose rings cross or touch themselves is rebuilt by the even-odd rule: inside is what
/// an odd number of rings encloses. Polygons of one feature that overlap are merged.
pub(crate) fn repair(geometry: Geometry<f64>) -> Result<(Geometry<f64>, bool), Reason> {
    if geometry.coords_iter().any(|at| !(at.x.is_finite() && at.y.is_finite())) {
        return Err(Reason::NotFinite);
    }
    let geometry = flatten(geometry)?;
    if geometry.coords_count() == 0 {
        return Err(Reason::EmptyGeometry);
    }
    match geometry {
        Geometry::LineString(line) if !has_length(&line) => Err(Reason::ZeroLength),
        Geometry::MultiLineString(MultiLineString(lines)) => {
            let lines: Vec<_> = lines.into_iter().filter(has_length).collect();
            let some = !lines.is_empty();
            some.then(|| (MultiLineString(lines).into(), false)).ok_or(Reason::ZeroLength)
        }
        Geometry::Polygon(ref polygon) if !is_valid(std::slice::from_ref(polygon)) => {
            rebuild(std::slice::from_ref(polygon))
        }
        Geometry::MultiPolygon(ref several) if !is_valid(&several.0) => rebuild(&several.0),
        valid => Ok((valid, false)),
    }
}

/// A collection of one kind as the multi-geometry of that kind; what is no collection as it is.
fn flatten(geometry: Geometry<f64>) -> Result<Geometry<f64>, Reason> {
    let Geometry::GeometryCollection(collection) = geometry else { return Ok(geometry) };
    let (mut points, mut lines, mut polygons) = (Vec::new(), Vec::new(), Vec::new());
    let mut pending = vec![collection];
    while let Some(GeometryCollection(members)) = pending.pop() {
        for member in members {
            match member {
                Geometry::Point(point) => points.push(point),
                Geometry::MultiPoint(several) => points.extend(several),
                Geometry::LineString(line) => lines.push(line),
                Geometry::MultiLineString(several) => lines.extend(several),
                Geometry::Polygon(polygon) => polygons.push(polygon),
                Geometry::MultiPolygon(several) => polygons.extend(several),
                Geometry::GeometryCollection(nested) => pending.push(nested),
                _ => return Err(Reason::UnsupportedGeometry),
            }
        }
    }
    match (points.is_empty(), lines.is_empty(), polygons.is_empty()) {
        (true, true, true) => Err(Reason::EmptyGeometry),
        (false, true, true) => Ok(MultiPoint(points).into()),
        (true, false, true) => Ok(MultiLineString(lines).into()),
        (true, true, false) => Ok(MultiPolygon(polygons).into()),
        _ => Err(Reason::MixedCollection),
    }
}

fn has_length(line: &LineString<f64>) -> bool {
    line.0.windows(2).any(|pair| pair[0] != pair[1])
}

fn rebuild(polygons: &[Polygon<f64>]) -> Result<(Geometry<f64>, bool), Reason> {
    let nothing = MultiPolygon::<f64>(Vec::new());
    let mut rebuilt = nothing.clone();
    for polygon in polygons.iter().filter(|polygon| !polygon.is_empty()) {
        let even_odd = polygon.union_with_fill_rule(&nothing, FillRule::EvenOdd);
        rebuilt =
            if rebuilt.0.is_empty() { even_odd } else { rebuilt.union_with_fill_rule(&even_odd, FillRule::NonZero) };
    }
    rebuilt.0.retain(|polygon| polygon.unsigned_area() > 0.0);
    match rebuilt.0.len() {
        0 => Err(Reason::NoArea),
        1 => Ok((rebuilt.0.remove(0).into(), true)),
        _ => Ok((rebuilt.into(), true)),
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{line_string, point, polygon, wkt};

    use super::*;

    fn area(geometry: &Geometry<f64>) -> f64 {
        geometry.unsigned_area()
    }

    fn collection(members: Vec<Geometry<f64>>) -> Geometry<f64> {
        Geometry::GeometryCollection(GeometryCollection(members))
    }

    #[test]
    fn a_valid_polygon_is_returned_bit_for_bit() {
        let square = polygon![(x: 0.1, y: 0.2), (x: 1.3, y: 0.2), (x: 1.3, y: 1.7)];
        assert_eq!(repair(square.clone().into()), Ok((square.into(), false)));
    }

    #[test]
    fn a_bow_tie_becomes_its_two_wings() {
        let (fixed, repaired) = repair(wkt!(POLYGON((0. 0.,2. 2.,2. 0.,0. 2.,0. 0.))).into()).unwrap();
        assert!(repaired);
        assert!((area(&fixed) - 2.0).abs() < 1e-6);
        assert!(matches!(fixed, Geometry::MultiPolygon(MultiPolygon(wings)) if wings.len() == 2));
    }

    #[test]
    fn a_ring_that_touches_itself_is_rebuilt_with_its_hole() {
        // The outline runs to (2,0), around a square hole and back: one ring, touching itself.
        let inverted = wkt!(POLYGON((0. 0.,2. 0.,3. 1.,2. 2.,1. 1.,2. 0.,4. 0.,4. 4.,0. 4.,0. 0.)));
        let (fixed, repaired) = repair(inverted.into()).unwrap();
        assert!(repaired);
        assert!((area(&fixed) - 14.0).abs() < 1e-6, "{fixed:?}");
    }

    #[test]
    fn overlapping_parts_are_merged_and_not_cut_out() {
        let two = wkt!(MULTIPOLYGON(((0. 0.,2. 0.,2. 2.,0. 2.,0. 0.)),((1. 1.,3. 1.,3. 3.,1. 3.,1. 1.))));
        let (fixed, repaired) = repair(two.into()).unwrap();
        assert!(repaired && (area(&fixed) - 7.0).abs() < 1e-6);
    }

    #[test]
    fn what_cannot_be_drawn_says_why() {
        let line = |to: f64| Geometry::from(line_string![(x: 1.0, y: 1.0), (x: to, y: 1.0)]);
        assert_eq!(repair(line(1.0)), Err(Reason::ZeroLength));
        assert_eq!(repair(line(f64::INFINITY)), Err(Reason::NotFinite));
        assert_eq!(repair(wkt!(POLYGON((0. 0.,1. 1.,2. 2.,0. 0.))).into()), Err(Reason::NoArea));
        assert_eq!(repair(MultiPoint::<f64>(vec![]).into()), Err(Reason::EmptyGeometry));
        let mixed = collection(vec![point!(x: 0.0, y: 0.0).into(), line(2.0)]);
        assert_eq!(repair(mixed), Err(Reason::MixedCollection));
    }

    #[test]
    fn a_collection_of_one_kind_is_flattened() {
        let inner = collection(vec![point!(x: 0.0, y: 0.0).into(), point!(x: 1.0, y: 0.0).into()]);
        let (flat, repaired) = repair(collection(vec![inner])).unwrap();
        assert!(!repaired && matches!(flat, Geometry::MultiPoint(points) if points.0.len() == 2));
    }
}
