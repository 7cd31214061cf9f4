//! A point → the addresses around it, by true distance on the ground.

use layers::LonLat;

use crate::{
    Error, Geocoder, Nearby, Suggestion,
    address::{ground_distance_m, metres_per_degree},
    rank::{Answer, House},
    suggestion::{MAX_LIMIT, Score, Verdicts},
};

/// Side of the first box looked into, in metres: a house or two in town.
const FIRST_M: f64 = 50.0;
/// Largest radius searched, in metres.
pub const MAX_RADIUS_M: f64 = 50_000.0;

impl Geocoder {
    /// The house numbers nearest to a point, nearest first, none farther than the radius
    /// (at most [`MAX_RADIUS_M`]). An address of several positions counts once, by the nearest.
    ///
    /// Errors: none today; the signature is that of `search`.
    pub fn reverse(&self, nearby: &Nearby) -> Result<Vec<Suggestion>, Error> {
        let (point, limit) = (nearby.point, nearby.limit.min(MAX_LIMIT));
        let radius = nearby.radius_m.min(MAX_RADIUS_M);
        let mut reach = FIRST_M.min(radius);
        let found = loop {
            let mut found = self.around(point, reach);
            if found.len() >= limit || reach >= radius {
                found.truncate(limit);
                break found;
            }
            reach = (reach * 2.0).min(radius);
        };
        Ok(found.into_iter().map(|(metres, entry, at)| self.address_at(point, metres, entry, at)).collect())
    }

    /// Every address within `reach` metres, nearest first: the box holds the whole circle, and what is in its
    /// corners is left for a larger circle, else a nearer address outside the box could be missed.
    fn around(&self, point: LonLat, reach: f64) -> Vec<(f64, u32, LonLat)> {
        let lat = 1.001 * reach / metres_per_degree();
        let lon = lat / (point.lat.abs() + lat).min(89.0).to_radians().cos();
        let (min, max) = (
            LonLat { lon: point.lon - lon, lat: point.lat - lat },
            LonLat { lon: point.lon + lon, lat: point.lat + lat },
        );
        let measured =
            self.numbers.within(min, max).into_iter().map(|(entry, at)| (ground_distance_m(point, at), entry, at));
        let mut found: Vec<_> = measured.filter(|&(metres, ..)| metres <= reach).collect();
        found.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
        found.dedup_by_key(|&mut (_, entry, _)| entry);
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found
    }

    #[allow(clippy::cast_possible_truncation)] // a ratio between 0 and 1
    fn address_at(&self, point: LonLat, metres: f64, entry: u32, at: LonLat) -> Suggestion {
        let far = (metres / 10_000.0).min(1.0) as f32;
        let score = Score { text: 1.0, far, confidence: 1.0 - far, ..Score::default() };
        let verdicts = Verdicts::default();
        let answer = Answer { place: self.places.of_number(entry), house: House::Found(entry, at), score, verdicts };
        let mut suggestion = self.suggestion(answer, Some(point));
        suggestion.position.at = at; // the position that is near, of those the address has
        suggestion.distance_m = Some(metres);
        suggestion
    }
}
