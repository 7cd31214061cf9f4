//! A name that is said to be a commune's → the INSEE codes it may mean, for a contract that filters by names. In a text
//! that may be anything else, towns are found by the gazetteer.

use std::collections::BTreeSet;

use crate::{Geocoder, normalize::fold};

/// A name at least this like (Jaro-Winkler) is the commune's, misspelt: the Géoplateforme's own measure.
const ALIKE: f64 = 0.85;

impl Geocoder {
    /// INSEE codes of the communes, arrondissements and former communes of this name, or of the name most like it;
    /// none when nothing is like it. The code of a former commune is that of the commune it lies in now.
    pub fn communes_named(&self, name: &str) -> Vec<String> {
        let typed = fold(name);
        let typed = typed.trim();
        if typed.is_empty() {
            return Vec::new();
        }
        let mut best = (ALIKE, BTreeSet::new());
        for town in self.first.shard.places.towns() {
            let likeness =
                if town.folded() == typed { f64::INFINITY } else { strsim::jaro_winkler(town.folded(), typed) };
            if likeness > best.0 {
                best = (likeness, BTreeSet::new());
            }
            if likeness >= best.0 {
                let now =
                    if town.is_former() { self.first.shard.places.parents(town).last().unwrap_or(town) } else { town };
                best.1.insert(now.insee().to_owned());
            }
        }
        best.1.into_iter().collect()
    }
}
