//! Points near a door, and which door is truly the nearest.

use geocoder::ground_distance_m;
use layers::LonLat;

use crate::{
    classes::Scene,
    corpus::Corpus,
    dice::Dice,
    truth::{Ask, Query, Wanted},
};

/// Every position in the index, by latitude.
pub(crate) struct Positions(Vec<LonLat>);

/// Half the band that is measured address by address, in degrees of latitude: 550 m.
const BAND: f64 = 0.005;

impl Positions {
    pub(crate) fn of(corpus: &Corpus) -> Self {
        let indexed = corpus.addresses.iter().filter(|address| !address.removed);
        let mut all: Vec<LonLat> = indexed.flat_map(|address| address.positions.iter().copied()).collect();
        all.sort_by(|a, b| a.lat.total_cmp(&b.lat));
        Self(all)
    }

    /// Metres to the nearest address, each one of the band measured; none beyond it.
    fn nearest_m(&self, point: LonLat) -> Option<f64> {
        let from = self.0.partition_point(|at| at.lat < point.lat - BAND);
        let to = self.0.partition_point(|at| at.lat <= point.lat + BAND);
        let metres = self.0[from..to].iter().map(|&at| ground_distance_m(point, at)).min_by(f64::total_cmp)?;
        (metres < BAND * 110_000.0).then_some(metres)
    }
}

/// A point 2 to 12 m from an address: any address at the least distance is right.
pub(crate) fn near_a_door(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let point = moved(scene.position(), 2.0 + 10.0 * dice.share(), dice.share() * std::f64::consts::TAU);
    let metres = scene.positions.nearest_m(point)?;
    Some(Query { ask: Ask::Reverse(point), wanted: Wanted::Nearest(metres), scope: Vec::new() })
}

/// The point so many metres away, at an angle from the east.
pub(crate) fn moved(at: LonLat, metres: f64, angle: f64) -> LonLat {
    let degree = 111_195.0;
    let lat = at.lat + metres * angle.sin() / degree;
    LonLat { lon: at.lon + metres * angle.cos() / (degree * at.lat.to_radians().cos()), lat }
}
