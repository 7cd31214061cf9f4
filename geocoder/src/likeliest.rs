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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BuildOptions, Geocoder, build};

    /// 250 communes in a row from west to east.
    fn geocoder(folder: &std::path::Path) -> Geocoder {
        let row = |at: u32| {
            let (code, lon) = (format!("38{at:03}"), 4.0 + f64::from(at) * 0.01);
            format!("{code}_0001_00001;Rue Haute;1;{code};Saint-Jean-{at};{lon};45.5")
        };
        let columns = "cle_interop;voie_nom;numero;commune_insee;commune_nom;long;lat".to_owned();
        let lines: Vec<String> = std::iter::once(columns).chain((1..=250).map(row)).collect();
        std::fs::write(folder.join("bal.csv"), lines.join("\n")).unwrap();
        build(&[folder.join("bal.csv")], &folder.join("index"), &BuildOptions::default(), &mut |_| ()).unwrap();
        Geocoder::open(&folder.join("index")).unwrap()
    }

    #[test]
    fn of_too_many_towns_the_nearest_are_chosen_once() {
        let folder = tempfile::tempdir().unwrap();
        let geocoder = geocoder(folder.path());
        let places = &geocoder.first.shard.places;
        let towns: Vec<u32> =
            (1..=250).flat_map(|at| geocoder.gazetteer.code(&format!("38{at:03}")).to_vec()).collect();
        let (mut likeliest, effort) = (Likeliest::default(), Effort::of(60_000));
        let near = LonLat { lon: 4.0, lat: 45.5 };
        let chosen = likeliest.of(&towns, Some(near), (places, false), &effort).to_vec();
        assert_eq!(chosen, towns[..MOST]);
        assert_eq!(likeliest.of(&towns, Some(near), (places, false), &effort), chosen);
        assert!(!effort.is_spent(), "the second time costs nothing");
        let east = LonLat { lon: 6.5, lat: 45.5 };
        let others = likeliest.of(&towns, Some(east), (places, false), &effort);
        assert_eq!(others.iter().rev().collect::<Vec<_>>(), towns[250 - MOST..].iter().collect::<Vec<_>>());
        assert_eq!(likeliest.of(&towns[..MOST], None, (places, false), &effort), &towns[..MOST], "few are all chosen");
    }
}
