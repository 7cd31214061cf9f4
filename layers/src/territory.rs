//! The part of the Métropole that a decision opens.
//! There is no default Territory: one is made by `auth_proxy::policy::decide`, or on purpose.

use std::collections::BTreeSet;

use crate::CommuneCode;

/// Which features a person may see of a layer, by the communes the features lie in.
///
/// It is part of every tile's cache key: two agents share a tile exactly when their
/// territories are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Territory {
    /// Every feature, those that lie in no commune included.
    Whole,
    /// The features that lie, entirely or in part, in one of these communes.
    Communes(BTreeSet<CommuneCode>),
}

impl Territory {
    /// The territory of these communes. None at all opens nothing.
    pub fn of(communes: impl IntoIterator<Item = CommuneCode>) -> Self {
        Self::Communes(communes.into_iter().collect())
    }

    /// Whether a feature lying in `communes` is open. A commune opens its arrondissements;
    /// an arrondissement does not open its commune.
    /// A feature that lies in no commune is shown to the whole Métropole only.
    pub fn opens(&self, communes: &[CommuneCode]) -> bool {
        match self {
            Self::Whole => true,
            Self::Communes(open) => communes
                .iter()
                .any(|code| open.contains(code) || code.parent().is_some_and(|parent| open.contains(&parent))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &[&str]) -> Vec<CommuneCode> {
        list.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn a_feature_on_a_border_is_open_to_both_sides() {
        let bron = Territory::of(codes(&["69029"]));
        assert!(bron.opens(&codes(&["69029", "69266"])));
        assert!(!bron.opens(&codes(&["69266"])));
    }

    #[test]
    fn a_feature_in_no_commune_is_for_the_metropole_alone() {
        assert!(Territory::Whole.opens(&[]));
        assert!(!Territory::of(codes(&["69029"])).opens(&[]));
    }

    #[test]
    fn lyon_opens_its_arrondissements_and_not_the_reverse() {
        assert!(Territory::of(codes(&["69123"])).opens(&codes(&["69383"])));
        assert!(!Territory::of(codes(&["69383"])).opens(&codes(&["69123"])));
        assert!(!Territory::of(codes(&["69383"])).opens(&codes(&["69384"])));
    }

    #[test]
    fn no_commune_opens_nothing() {
        assert!(!Territory::of([]).opens(&codes(&["69029"])));
    }
}
