//! The towns of a scope that are looked in: all of them, unless the beginning of a name is that of thousands.

use std::cmp::{Ordering, Reverse};

use layers::LonLat;

use crate::{
    effort::{self, Effort},
    places::Places,
    rank,
};

/// Most towns that the beginning of a name scopes a reading to: « s » begins that of five thousand.
const MOST: usize = 200;

/// What was chosen so far: readings of one text share their towns.
#[derive(Default)]
pub(crate) struct Likeliest(Vec<Chosen>);

struct Chosen {
    of: Vec<u32>,
    near: Option<LonLat>,
    towns: Vec<u32>,
}

impl Likeliest {
    /// The towns of a scope; when they are too many, those at home first, then the nearest to a point, or the largest
    /// without one.
    pub(crate) fn of<'t>(
        &'t mut self,
        towns: &'t [u32],
        near: Option<LonLat>,
        (places, prefers_home): (&Places, bool),
        effort: &Effort,
    ) -> &'t [u32] {
        if towns.len() <= MOST {
            return towns;
        }
        let known = self.0.iter().position(|chosen| chosen.near == near && chosen.of == towns);
        let at = known.unwrap_or_else(|| {
            effort.spend(towns.len() as u64 * effort::WEIGH);
            let chosen = choose(towns, near, places, prefers_home);
            self.0.push(Chosen { of: towns.to_vec(), near, towns: chosen });
            self.0.len() - 1
        });
        &self.0[at].towns
    }
}

fn choose(towns: &[u32], near: Option<LonLat>, places: &Places, prefers_home: bool) -> Vec<u32> {
    let key = |&town: &u32| {
        let town = places.get(town);
        let metres = near.map_or(0.0, |near| rank::metres_to(town, near));
        (prefers_home && !town.is_metropole(), metres, Reverse(town.weight()), town.index)
    };
    let mut keys: Vec<_> = towns.iter().map(key).collect();
    let order = |a: &(bool, f64, Reverse<_>, u32), b: &(bool, f64, Reverse<_>, u32)| -> Ordering {
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then((a.2, a.3).cmp(&(b.2, b.3)))
    };
    keys.select_nth_unstable_by(MOST, order);
    keys.truncate(MOST);
    keys.sort_unstable_by(order);
    keys.into_iter().map(|(.., town)| town).collect()
}
