//! `index` and `category`: which of the Géoplateforme's three indexes are asked, and what their answers are.

use geocoder::{
    Filter, Kind,
    photon::{Choice, OsmTag},
};

use super::{
    addresses::Index,
    problem::Problem,
    query::{Parameters, listed},
};

/// Values of `category` at most.
const MOST_CATEGORIES: usize = 10;

/// Which of the three indexes are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Indexes {
    pub address: bool,
    pub poi: bool,
    pub parcel: bool,
}

impl Indexes {
    /// `index=address,poi,parcel`: the addresses when nothing is said.
    pub(super) fn read(sent: &Parameters) -> Result<Self, Problem> {
        let names: Vec<&str> = listed(sent, "index").collect();
        if names.iter().any(|name| !["address", "poi", "parcel"].contains(name)) {
            return Err(Problem::BadRequest(
                "Le paramètre index vaut address, poi ou parcel, séparés par des virgules.".into(),
            ));
        }
        Ok(Self {
            address: names.is_empty() || names.contains(&"address"),
            poi: names.contains(&"poi"),
            parcel: names.contains(&"parcel"),
        })
    }

    /// Whether the addresses alone are asked.
    pub(super) fn is_of_addresses(self) -> bool {
        self.address && !self.poi && !self.parcel
    }

    /// Whether features are asked.
    pub(super) fn has_features(self) -> bool {
        self.poi || self.parcel
    }

    /// What of an index is looked into: nothing but addresses unless more was asked.
    pub(super) fn of(self, index: Index) -> Index {
        if self.is_of_addresses() { index.of_addresses() } else { index }
    }

    /// Whether an answer of this kind is of an index that is asked.
    pub(super) fn hold(self, kind: Kind) -> bool {
        match kind {
            Kind::Parcel => self.parcel,
            Kind::Poi | Kind::Object => self.poi,
            _ => self.address,
        }
    }

    /// A filter on addresses, `addresses` when it says nothing of their kinds, made one on the indexes asked. The kinds
    /// of addresses do not choose among objects; `category` does.
    pub(super) fn filter(self, filter: Filter, addresses: &[Kind], categories: Option<Choice>) -> Filter {
        if self.is_of_addresses() {
            return filter;
        }
        let mut kinds = Vec::new();
        if self.address {
            kinds.extend(filter.kinds.unwrap_or_else(|| addresses.to_vec()));
        }
        if self.poi {
            kinds.extend(Kind::OBJECTS);
        }
        if self.parcel {
            kinds.push(Kind::Parcel);
        }
        Filter { kinds: Some(kinds), tags: categories, ..filter }
    }
}

/// `category=townhall`, `category=amenity`: the value or the key of a tag, one of several being enough.
pub(super) fn categories(sent: &Parameters) -> Result<Option<Choice>, Problem> {
    let words: Vec<&str> = listed(sent, "category").collect();
    let is_word = |word: &&str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if words.len() > MOST_CATEGORIES || !words.iter().all(is_word) {
        return Err(Problem::BadRequest(format!(
            "Le paramètre category est une clé ou une valeur OpenStreetMap, comme townhall ; {MOST_CATEGORIES} au plus, séparées par des virgules."
        )));
    }
    let tags = words.into_iter().flat_map(|word| [word.to_owned(), format!(":{word}")]);
    let tags: Vec<OsmTag> = tags.filter_map(|tag| OsmTag::parse(&tag)).collect();
    Ok((!tags.is_empty()).then(|| Choice { tags, ..Choice::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::parameters;

    fn kinds(query: &str, of_addresses: Option<&[Kind]>) -> Option<Vec<Kind>> {
        let sent = parameters(Some(query)).unwrap();
        let filter = Filter { kinds: of_addresses.map(<[Kind]>::to_vec), ..Filter::default() };
        Indexes::read(&sent).unwrap().filter(filter, &[Kind::House], None).kinds
    }

    #[test]
    fn an_index_is_the_kinds_of_its_answers() {
        assert_eq!(kinds("", None), None);
        assert_eq!(kinds("index=address", Some(&[Kind::Street])), Some(vec![Kind::Street]));
        assert_eq!(kinds("index=poi", Some(&[Kind::Street])), Some(Kind::OBJECTS.to_vec()), "a type is of addresses");
        assert_eq!(kinds("index=parcel", None), Some(vec![Kind::Parcel]));
        assert_eq!(
            kinds("index=address,+poi&index=parcel", None),
            Some(vec![Kind::House, Kind::Poi, Kind::Object, Kind::Parcel])
        );
        assert!(Indexes::read(&parameters(Some("index=adresse")).unwrap()).is_err());
    }

    #[test]
    fn a_category_is_a_key_or_a_value_of_a_tag() {
        let tags = |query: &str| categories(&parameters(Some(query)).unwrap());
        let chosen = tags("category=townhall,leisure").unwrap().unwrap();
        let lets = |key: &str, value: &str| chosen.lets_object((key, value));
        assert!(lets("amenity", "townhall") && lets("leisure", "park") && !lets("amenity", "school"));
        assert_eq!(tags("category="), Ok(None));
        for bad in ["category=town+hall", "category=!amenity", "category=a,b,c,d,e,f,g,h,i,j,k"] {
            assert!(tags(bad).is_err(), "{bad}");
        }
    }
}
