//! Whether a place or a point is among what was asked for. An answer is kept when its place and its position are.

use layers::{Bbox, LonLat};

use crate::{
    Filter,
    address::bbox_of,
    places::{Place, Places},
};

impl Filter {
    /// Whether a place lies in the communes, the postcodes and the Métropole asked for.
    pub(crate) fn keeps_place(&self, places: &Places, place: Place<'_>) -> bool {
        self.metropole.is_none_or(|wanted| place.is_metropole() == wanted)
            && (self.communes.is_empty() || self.is_in_communes(places, place))
            && (self.postcodes.is_empty() || self.has_postcode(places, place))
    }

    /// A commune stands for its arrondissements and its former communes.
    fn is_in_communes(&self, places: &Places, place: Place<'_>) -> bool {
        let own = std::iter::once(place).chain(places.parents(place));
        own.into_iter().any(|town| self.communes.iter().any(|code| code == town.insee()))
    }

    /// Its own postcode, or any of its town's when nothing decides among them.
    fn has_postcode(&self, places: &Places, place: Place<'_>) -> bool {
        let is_wanted = |postcode: u32| self.postcodes.iter().any(|wanted| wanted.parse() == Ok(postcode));
        match place.postcode() {
            Some(postcode) => is_wanted(postcode),
            None => std::iter::once(place).chain(places.parents(place)).any(|town| town.postcodes().any(is_wanted)),
        }
    }

    /// Whether a position lies in the box and in the polygon asked for.
    pub(crate) fn keeps_point(&self, at: LonLat) -> bool {
        self.bbox.is_none_or(|bbox| is_in_box(bbox, at)) && self.within.as_deref().is_none_or(|ring| is_in_ring(ring, at))
    }

    /// A box outside which nothing is kept; none when positions are free.
    pub(crate) fn window(&self) -> Option<Bbox> {
        let ring = self.within.as_deref().and_then(|ring| bbox_of(ring.iter().copied()));
        match (self.bbox, ring) {
            (Some(a), Some(b)) => Some(Bbox {
                west: a.west.max(b.west),
                south: a.south.max(b.south),
                east: a.east.min(b.east),
                north: a.north.min(b.north),
            }),
            (one, other) => one.or(other),
        }
    }
}

fn is_in_box(bbox: Bbox, at: LonLat) -> bool {
    (bbox.west..=bbox.east).contains(&at.lon) && (bbox.south..=bbox.north).contains(&at.lat)
}

/// Whether a ray to the east crosses the ring an odd number of times.
fn is_in_ring(ring: &[LonLat], at: LonLat) -> bool {
    let sides = ring.iter().zip(ring.iter().cycle().skip(1));
    let crosses = |(a, b): (&LonLat, &LonLat)| {
        let spans = (a.lat > at.lat) != (b.lat > at.lat);
        spans && at.lon < a.lon + (at.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
    };
    sides.filter(|&side| crosses(side)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn a_point_is_inside_or_outside_a_hollow_shape() {
        let ring = [at(0.0, 0.0), at(4.0, 0.0), at(4.0, 4.0), at(2.0, 1.0), at(0.0, 4.0)];
        let closed = [ring.as_slice(), &ring[..1]].concat();
        for ring in [ring.to_vec(), closed] {
            let filter = Filter { within: Some(ring), ..Filter::default() };
            assert!(filter.keeps_point(at(0.5, 2.0)) && filter.keeps_point(at(3.5, 2.0)) && filter.keeps_point(at(2.0, 0.5)));
            assert!(!filter.keeps_point(at(2.0, 2.0)) && !filter.keeps_point(at(5.0, 1.0)) && !filter.keeps_point(at(-1.0, 0.0)));
        }
        let nothing = Filter { within: Some(Vec::new()), ..Filter::default() };
        assert!(!nothing.keeps_point(at(0.0, 0.0)), "a polygon of no point holds nothing");
    }

    #[test]
    fn the_window_is_what_the_box_and_the_polygon_share() {
        let bbox = Bbox { west: 1.0, south: -1.0, east: 9.0, north: 2.0 };
        let ring = vec![at(0.0, 0.0), at(4.0, 0.0), at(4.0, 4.0)];
        let both = Filter { bbox: Some(bbox), within: Some(ring), ..Filter::default() };
        assert_eq!(both.window(), Some(Bbox { west: 1.0, south: 0.0, east: 4.0, north: 2.0 }));
        assert_eq!(Filter::default().window(), None);
    }
}
