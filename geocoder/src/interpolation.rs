//! A number the street does not have, between two that it has on the same side: a place on the way from one to the
//! other. The answer stays the street, and says that its place was worked out: no number is invented.

use layers::LonLat;

use crate::{
    Geocoder,
    rank::{Answer, House},
};

impl Geocoder {
    /// Gives an answer whose number is unknown the place it would have; as it was when it has no such neighbours.
    pub(crate) fn interpolated<'a>(&self, answer: Answer<'a>) -> Answer<'a> {
        let House::Unknown(number) = answer.house else { return answer };
        let (Some(below), Some(above)) = self.part_of(answer.place).shard.numbers.around(answer.place.blocks(), number)
        else {
            return answer;
        };
        let known = [&below, &above].map(|known| (known.house.number, known.position.at));
        Answer { house: House::Interpolated(between(known, number)), ..answer }
    }
}

/// The place of a number on the line between two others.
fn between([(low, from), (high, to)]: [(u32, LonLat); 2], number: u32) -> LonLat {
    let share = f64::from(number.saturating_sub(low)) / f64::from(high.saturating_sub(low).max(1));
    let along = |from: f64, to: f64| from + (to - from) * share.min(1.0);
    LonLat { lon: along(from.lon, to.lon), lat: along(from.lat, to.lat) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_lies_as_far_as_its_share_of_the_way() {
        let ends = [(10, LonLat { lon: 4.0, lat: 45.0 }), (20, LonLat { lon: 5.0, lat: 46.0 })];
        let at = between(ends, 14);
        assert!((at.lon - 4.4).abs() < 1e-9 && (at.lat - 45.4).abs() < 1e-9);
        assert_eq!(between([ends[0], ends[0]], 10), ends[0].1);
    }
}
