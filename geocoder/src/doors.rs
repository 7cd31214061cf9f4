//! The doors of two streets that are nearest to each other, which tell where the streets meet: an address base has no
//! lines to cross.

use layers::LonLat;

use crate::address::ground_distance_m;

/// Degrees of latitude a metre is, rounded up: what narrows the search must not narrow it too much.
const DEGREES_A_METRE: f64 = 1.0 / 111_000.0;

/// The point between the two nearest doors of two streets and the metres between those; none beyond `limit_m`.
pub(crate) fn meeting(
    one: impl Iterator<Item = LonLat>,
    other: impl Iterator<Item = LonLat>,
    limit_m: f64,
) -> Option<(LonLat, f64)> {
    let mut sorted: Vec<LonLat> = one.collect();
    sorted.sort_by(|a, b| a.lat.total_cmp(&b.lat));
    let reach = limit_m * DEGREES_A_METRE;
    let nearest_to = |door: LonLat| {
        let from = sorted.partition_point(|known| known.lat < door.lat - reach);
        let around = sorted[from..].iter().take_while(move |known| known.lat <= door.lat + reach);
        around.map(move |&known| (middle(known, door), ground_distance_m(known, door)))
    };
    other.flat_map(nearest_to).filter(|(_, metres)| *metres <= limit_m).min_by(|a, b| a.1.total_cmp(&b.1))
}

fn middle(a: LonLat, b: LonLat) -> LonLat {
    LonLat { lon: f64::midpoint(a.lon, b.lon), lat: f64::midpoint(a.lat, b.lat) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(lons: &[f64], lat: f64) -> Vec<LonLat> {
        lons.iter().map(|&lon| LonLat { lon, lat }).collect()
    }

    #[test]
    fn two_streets_meet_between_their_nearest_doors() {
        let along = doors(&[4.80, 4.81, 4.82], 45.7);
        let across: Vec<LonLat> = [45.69, 45.7002, 45.71].map(|lat| LonLat { lon: 4.81, lat }).into();
        let (at, metres) = meeting(along.iter().copied(), across.iter().copied(), 50.0).unwrap();
        assert!((at.lon - 4.81).abs() < 1e-9 && (at.lat - 45.7001).abs() < 1e-9);
        assert!((metres - 22.2).abs() < 0.2, "{metres}");
        assert_eq!(meeting(along.iter().copied(), across.iter().copied(), 20.0), None);
        assert_eq!(meeting(along.into_iter(), std::iter::empty(), 50.0), None);
    }
}
