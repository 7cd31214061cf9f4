//! Names of streets and places, as heard around Lyon: dead persons, trades, trees, dates.
//! A name in these lists says nothing of where the real street of that name is.

mod words;

use std::collections::HashSet;

use self::words::{BORDER_FAMILY, COMMON, FAMILY, FIRST, HAMLETS, NAMES};
use crate::rng::{Rng, hash};

/// The type of a street, from its importance and its length in metres.
pub(crate) fn kind(importance: u8, length: f64, quay: bool, rng: &mut Rng) -> &'static str {
    if quay {
        return "Quai";
    }
    match importance {
        5 => rng.pick(&["Avenue", "Cours", "Boulevard", "Route", "Avenue"]),
        4 => rng.pick(&["Avenue", "Boulevard", "Route", "Rue", "Cours", "Avenue"]),
        3 => rng.pick(&["Rue", "Rue", "Rue", "Avenue", "Chemin", "Montée"]),
        _ if length < 75.0 => rng.pick(&["Impasse", "Passage", "Allée", "Place", "Traboule", "Rue"]),
        2 => rng.pick(&["Rue", "Rue", "Rue", "Rue", "Chemin", "Montée"]),
        _ => rng.pick(&["Rue", "Rue", "Rue", "Rue", "Allée", "Chemin", "Impasse", "Passage"]),
    }
}

/// The names of one commune, each given once. Arrondissements of one city share its names out,
/// so that no street of Lyon has a namesake in Lyon.
pub(crate) struct Names {
    /// Known names first, then people made up.
    bases: Vec<String>,
    next: usize,
    given: HashSet<String>,
    /// `(own share, shares)`.
    share: (u64, u64),
}

impl Names {
    pub(crate) fn new(share: (u64, u64), rng: &mut Rng) -> Self {
        let (mut common, mut others) = (COMMON.to_vec(), NAMES.to_vec());
        rng.shuffle(&mut common);
        rng.shuffle(&mut others);
        let mut people: Vec<String> =
            FAMILY.iter().flat_map(|family| FIRST.iter().map(move |first| format!("{first} {family}"))).collect();
        rng.shuffle(&mut people);
        let known = common.into_iter().chain(others).map(str::to_owned);
        Self { bases: known.chain(people).collect(), next: 0, given: HashSet::new(), share }
    }

    /// The name of the street along a border, the same one whichever of the two sites asks.
    pub(crate) fn border(&mut self, first: usize, second: usize) -> String {
        let person = |k: usize| {
            format!("Rue {} {}", FIRST[k % FIRST.len()], BORDER_FAMILY[k / FIRST.len() % BORDER_FAMILY.len()])
        };
        let mut names = (first * 41 + second * 7..).map(person);
        names.find(|name| self.given.insert(name.clone())).expect("a commune has fewer borders than there are people")
    }

    /// A name of this type that the commune has not used yet.
    pub(crate) fn street(&mut self, kind: &str) -> String {
        for _ in 0..4 * self.bases.len() {
            let name = format!("{kind} {}", self.bases[self.next % self.bases.len()]);
            self.next += 1;
            if hash(&name) % self.share.1 == self.share.0 && self.given.insert(name.clone()) {
                return name;
            }
        }
        // Every name has served with this type: numbered lanes, as in housing estates.
        let numbered = (1..).map(|n| format!("{kind} n° {}", n * self.share.1 + self.share.0));
        numbered.into_iter().find(|name| self.given.insert(name.clone())).expect("numbers never end")
    }
}

/// Names of hamlets in random order.
pub(crate) fn hamlets(rng: &mut Rng) -> Vec<String> {
    let mut names: Vec<String> = HAMLETS.iter().map(|&name| name.to_owned()).collect();
    rng.shuffle(&mut names);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_never_gives_a_street_name_twice_however_many_it_needs() {
        let mut names = Names::new((0, 1), &mut Rng::new(&[5]));
        let all: HashSet<String> = (0..6000).map(|_| names.street("Rue")).collect();
        assert_eq!(all.len(), 6000);
    }

    #[test]
    fn two_arrondissements_never_give_the_same_name() {
        let mut given = HashSet::new();
        for share in 0..9 {
            let mut names = Names::new((share, 9), &mut Rng::new(&[share]));
            assert!((0..400).all(|_| given.insert(names.street("Rue"))));
        }
    }

    #[test]
    fn no_name_is_in_the_lists_twice() {
        let all: Vec<&str> = [COMMON, NAMES].concat();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }
}
