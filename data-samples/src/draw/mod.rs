//! From the plan of a commune to the rows of the sample layers, one file per family of layers.

mod built;
mod green;
mod landmarks;
mod limits;
mod planning;
mod risks;
mod roads;
mod services;

use layers::Value;

use crate::{
    bend::Ground,
    output::Row,
    plan::{Commune, obstacles::Obstacle, territory::Territory},
};

/// The rows of one commune or arrondissement.
pub(crate) fn commune(commune: &Commune, territory: &Territory) -> Vec<Row> {
    let mut rows = Vec::new();
    limits::hamlets(commune, &mut rows);
    built::lots(commune, &mut rows);
    built::declarations(commune, &mut rows);
    planning::zones(commune, &mut rows);
    roads::streets(commune, &mut rows);
    roads::works(commune, territory, &mut rows);
    roads::cycle_lanes(commune, &mut rows);
    roads::stops(commune, &mut rows);
    green::trees(commune, &mut rows);
    green::parks(commune, &mut rows);
    risks::ponds(commune, &mut rows);
    risks::runoff(commune, &mut rows);
    risks::street_noise(commune, &mut rows);
    services::amenities(commune, &mut rows);
    services::glass_banks(commune, &mut rows);
    rows
}

/// The rows that no single commune has: limits, water, fast roads, floods.
pub(crate) fn territory(territory: &Territory, obstacles: &[Obstacle], ground: Ground) -> Vec<Row> {
    let mut rows = Vec::new();
    limits::limits(territory, ground, &mut rows);
    roads::fast_roads(territory, obstacles, ground, &mut rows);
    risks::water(obstacles, ground, &mut rows);
    risks::floods(obstacles, ground, &mut rows);
    risks::fast_road_noise(obstacles, ground, &mut rows);
    rows
}

fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

fn rounded(value: f64, digits: i32) -> Value {
    let steps = 10_f64.powi(digits);
    Value::Float((value * steps).round() / steps)
}

#[allow(clippy::cast_possible_truncation)] // areas, lengths and prices are far below 2^53
fn whole(value: f64) -> Value {
    Value::Int(value.round() as i64)
}

/// A date of 2025 or 2026 so many days after 1 January 2025 (ISO 8601).
fn date(days: i64) -> String {
    const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut year, mut left) = (2025 + days.div_euclid(365), days.rem_euclid(365));
    let mut month = 1;
    for length in MONTHS {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    year = year.min(2027); // no leap year up to here
    format!("{year}-{month:02}-{:02}", left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Scale, facts,
        output::{
            Geometry,
            schema::{Layer, SCHEMAS},
        },
        plan::{Setting, density::Density, obstacles},
        plane::Point,
    };

    /// A commune at one scale, and what is around.
    fn planned(insee: &str, scale: Scale) -> (Territory, Vec<Obstacle>, Commune) {
        let territory = Territory::new(facts::places().unwrap(), &facts::neighbours().unwrap());
        let obstacles = obstacles::obstacles().unwrap();
        let site = (0..territory.sites.len()).find(|site| territory.place(*site).insee == insee).unwrap();
        let density = Density::of(territory.place(site), insee, scale);
        let ground = Ground { shift: Point { x: 0.0, y: 0.0 } };
        let commune =
            Commune::plan(&territory, site, density, Setting { obstacles: &obstacles, ground, seed: 7, copy: 0 });
        (territory, obstacles, commune)
    }

    fn bron() -> (Territory, Vec<Obstacle>, Commune) {
        planned("69029", Scale::Metropole)
    }

    #[test]
    fn no_layer_is_empty_in_the_communes_that_tests_and_demonstrations_visit() {
        for insee in ["69029", "69266", "69259", "69383"] {
            let (territory, _, commune) = planned(insee, Scale::Committed);
            let rows = super::commune(&commune, &territory);
            for (layer, schema) in SCHEMAS.iter().enumerate().skip(2) {
                assert!(rows.iter().any(|row| row.layer as usize == layer), "{} is empty in {insee}", schema.file);
            }
        }
    }

    fn ring(row: &Row) -> &[Point] {
        match &row.geometry {
            Geometry::Polygon(ring) => ring,
            other => panic!("{other:?} is not a polygon"),
        }
    }

    #[test]
    fn every_geometry_is_valid_and_every_layer_has_its_columns() {
        use geo::Validation;
        let (territory, obstacles, bron) = bron();
        let mut rows = commune(&bron, &territory);
        rows.extend(super::territory(&territory, &obstacles, bron.ground));
        assert!(rows.len() > 10_000);
        for row in &rows {
            assert_eq!(row.values.len(), row.layer.schema().columns.len(), "{row:?}");
            let line = |points: &[Point]| geo_types::LineString::from_iter(points.iter().map(|p| (p.x, p.y)));
            match &row.geometry {
                Geometry::Point(_) => {}
                Geometry::Line(points) => line(points).check_validation().unwrap_or_else(|e| panic!("{e} {row:?}")),
                Geometry::Polygon(ring) => {
                    let polygon = geo_types::Polygon::new(line(ring), Vec::new());
                    polygon.check_validation().unwrap_or_else(|e| panic!("{e} {row:?}"));
                }
            }
        }
    }

    #[test]
    fn lots_touch_along_identical_sides_and_never_overlap() {
        let (territory, _, bron) = bron();
        let rows = commune(&bron, &territory);
        let mut sides = std::collections::HashMap::new();
        for lot in rows.iter().filter(|row| row.layer == Layer::Parcelles) {
            let ring = ring(lot);
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let key = [a.x, a.y, b.x, b.y].map(f64::to_bits);
                assert!(sides.insert(key, &lot.values[0]).is_none(), "two lots on the same side of {a:?} {b:?}");
            }
        }
        let touching = sides.keys().filter(|[ax, ay, bx, by]| sides.contains_key(&[*bx, *by, *ax, *ay])).count();
        assert!(touching * 2 > sides.len(), "{touching} of {}", sides.len());
    }

    #[test]
    fn every_address_stands_on_a_lot_of_its_street() {
        let (_, _, bron) = bron();
        assert!(bron.numbers.len() > 5000);
        for number in &bron.numbers {
            let lot = &bron.lots[number.lot];
            assert_eq!(lot.front.map(|(street, ..)| street), Some(number.street));
            assert!(lot.cell.distance(number.entrance) < 0.01);
        }
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "2025-01-01");
        assert_eq!(date(59), "2025-03-01");
        assert_eq!(date(364), "2025-12-31");
        assert_eq!(date(365), "2026-01-01");
    }
}
