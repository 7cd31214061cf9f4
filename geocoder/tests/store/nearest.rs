//! The nearest answers are the nearest, whatever is asked of them: compared with looking at every row of a town, with
//! and without filters.

use std::collections::BTreeSet;

use geocoder::{Filter, Geocoder, Kind, ground_distance_m};
use layers::{Bbox, LonLat};

use crate::{Row, index, near, row, town};

#[test]
fn the_nearest_addresses_are_those_that_measuring_every_one_gives() {
    let rows = town();
    let (geocoder, built, _folder) = index(&[&rows]);
    assert!(built.addresses > 2_000, "{}", built.addresses);
    let bron = Filter { communes: vec!["69029".to_owned()], ..Filter::default() };
    let boxed = Filter { bbox: Some(Bbox { west: 4.9, south: 45.72, east: 4.92, north: 45.74 }), ..Filter::default() };
    let ring = [(4.89, 45.715), (4.93, 45.72), (4.9, 45.745)].map(|(lon, lat)| LonLat { lon, lat });
    let polygon = Filter { within: Some(ring.into()), ..Filter::default() };
    let outside = Filter { metropole: Some(false), ..Filter::default() };
    for (filter, limit, radius) in [
        (Filter::default(), 1, 50_000.0),
        (Filter::default(), 20, 300.0),
        (bron, 5, 2_000.0),
        (boxed, 3, 50_000.0),
        (polygon, 7, 1_000.0),
        (outside, 4, 5_000.0),
    ] {
        for step in 0..60u32 {
            let point = LonLat {
                lon: 4.87 + f64::from(step * 7 % 60) / 600.0,
                lat: 45.70 + f64::from(step * 11 % 60) / 1000.0,
            };
            check_nearest(&geocoder, &rows, point, limit, radius, &filter);
        }
    }
}

fn check_nearest(geocoder: &Geocoder, rows: &[Row], point: LonLat, limit: usize, radius: f64, filter: &Filter) {
    let inside = |row: &&Row| {
        let is_bron = row.code == "69029";
        filter.communes.iter().all(|code| code == row.code)
            && filter.metropole.is_none_or(|wanted| wanted == is_bron)
            && filter
                .bbox
                .is_none_or(|b| (b.west..=b.east).contains(&row.at.lon) && (b.south..=b.north).contains(&row.at.lat))
            && filter.within.as_ref().is_none_or(|ring| is_in_triangle(ring, row.at))
    };
    let mut expected: Vec<(f64, String)> = rows
        .iter()
        .filter(inside)
        .map(|row| (ground_distance_m(point, row.at), format!("{} {} {}", row.number, row.street, row.commune)))
        .filter(|(metres, _)| *metres <= radius)
        .collect();
    expected.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut once = BTreeSet::new();
    expected.retain(|(_, name)| once.insert(name.clone()));
    expected.truncate(limit);
    let found = near(geocoder, point, limit, radius, filter.clone());
    assert_eq!(found.len(), expected.len(), "{point:?} {filter:?}");
    for (found, (metres, _)) in found.iter().zip(&expected) {
        let distance = found.distance_m.unwrap();
        assert!((distance - metres).abs() < 0.02, "{distance} is not {metres}, {point:?} {filter:?}");
        assert!(
            (ground_distance_m(point, found.position.at) - distance).abs() < 1e-6,
            "the distance is that of the position"
        );
    }
}

/// By the sides of its three corners, another way than that of the code.
fn is_in_triangle(ring: &[LonLat], at: LonLat) -> bool {
    let side = |a: LonLat, b: LonLat| (b.lon - a.lon) * (at.lat - a.lat) - (b.lat - a.lat) * (at.lon - a.lon);
    let sides = [side(ring[0], ring[1]), side(ring[1], ring[2]), side(ring[2], ring[0])];
    sides.iter().all(|&side| side >= 0.0) || sides.iter().all(|&side| side <= 0.0)
}

#[test]
fn a_point_also_has_a_street_a_lieu_dit_and_a_commune() {
    let mut rows = vec![row("Rue de la Gare", 1, 4.91, 45.74), row("Rue Haute", 4, 4.912, 45.74)];
    rows.push(Row { number: 99_999, position: "segment", ..row("Le Vinatier", 1, 4.9101, 45.7401) });
    let (geocoder, _, _folder) = index(&[&rows]);
    let ask = |kinds: &[Kind]| {
        let filter = Filter { kinds: Some(kinds.to_vec()), ..Filter::default() };
        let found = near(&geocoder, LonLat { lon: 4.91, lat: 45.7401 }, 10, 1_000.0, filter);
        assert!(found.windows(2).all(|pair| pair[0].distance_m <= pair[1].distance_m));
        found.into_iter().map(|found| (found.kind, found.name)).collect::<Vec<_>>()
    };
    let named = |kind, name: &str| (kind, name.to_owned());
    assert_eq!(ask(&[Kind::Street]), [named(Kind::Street, "Rue de la Gare"), named(Kind::Street, "Rue Haute")]);
    assert_eq!(ask(&[Kind::Locality]), [named(Kind::Locality, "Le Vinatier")]);
    assert_eq!(ask(&[Kind::City]), [named(Kind::City, "Bron")]);
    let all = ask(&[Kind::House, Kind::Locality, Kind::Street]);
    assert_eq!(all[0], named(Kind::Locality, "Le Vinatier"));
    assert_eq!(all.len(), 5, "a lieu-dit, two houses, two streets: {all:?}");
    assert!(ask(&[]).is_empty());
}
