//! What Photon's parameters leave out of answers that were found: those that read the same (`dedupe`), those outside a
//! county or a state that was named.

use std::collections::HashSet;

use super::county_of;
use crate::{
    Kind, Suggestion,
    departments::{department, is_named},
};

/// Leaves one of those that read the same: same tag, name, number and address, same commune and former commune. A
/// parcel is told by its identifier, of which its name is a part.
/// Photon's own `dedupe` looks at name and postcode, which would hide a street of the next commune.
pub fn dedupe(suggestions: &mut Vec<Suggestion>) {
    let mut seen = HashSet::new();
    suggestions.retain(|it| {
        let (key, value) = it.osm_tag();
        let address = it.object.as_ref().and_then(|object| object.address.clone());
        let parcel = (it.kind == Kind::Parcel).then(|| it.id.clone());
        let name = (it.house_number.clone(), it.name.clone(), address, parcel);
        seen.insert((key.to_owned(), value.to_owned(), name, it.insee.clone(), it.old_insee.clone()))
    });
}

/// Whether an answer lies in the county and the state named, case and accents apart. The county is the
/// department, and the Métropole too where it stands for one.
pub fn lies_in(suggestion: &Suggestion, county: Option<&str>, state: Option<&str>) -> bool {
    let department = department(&suggestion.insee);
    let in_county = |typed| {
        let of_department = department.is_some_and(|it| is_named(it.name, typed) || it.code == typed);
        of_department || county_of(suggestion, department).is_some_and(|name| is_named(name, typed))
    };
    let in_state = |typed| department.is_some_and(|it| is_named(it.region, typed));
    county.is_none_or(in_county) && state.is_none_or(in_state)
}

#[cfg(test)]
mod tests {
    use layers::FeatureId;

    use super::*;
    use crate::sample::{self, house};

    #[test]
    fn duplicates_go_and_streets_of_two_communes_stay() {
        let neighbour = Suggestion { insee: "69266".to_owned(), ..house() };
        let mut all = vec![house(), neighbour.clone(), house()];
        dedupe(&mut all);
        assert_eq!(all, [house(), neighbour]);
    }

    #[test]
    fn objects_that_read_the_same_are_one_whatever_their_features() {
        let with = |feature: u64, address: &str, name: &str| {
            let mut park = sample::park();
            let object = park.object.as_mut().unwrap();
            (object.feature, object.address) = (FeatureId(feature), Some(address.to_owned()));
            Suggestion { name: name.to_owned(), ..park }
        };
        let first = with(1, "Rue A", "Parc");
        let (elsewhere, other) = (with(3, "Rue B", "Parc"), with(4, "Rue A", "Parc Blandan"));
        let plot = |id: &str| Suggestion { kind: Kind::Parcel, id: id.to_owned(), object: None, ..first.clone() };
        let plots = [plot("69029000AB0123"), plot("69029123AB0123")];
        let mut all = vec![first.clone(), with(2, "Rue A", "Parc"), elsewhere.clone(), other.clone()];
        all.extend(plots.clone());
        dedupe(&mut all);
        assert_eq!(all, [[first, elsewhere, other].as_slice(), plots.as_slice()].concat());
    }

    #[test]
    fn a_county_or_state_named_is_one_an_answer_lies_in() {
        let rhone = house();
        assert!(lies_in(&rhone, None, None));
        assert!(lies_in(&rhone, Some("rhone"), Some("auvergne rhône alpes")));
        assert!(lies_in(&rhone, Some("Métropole de Lyon"), None) && lies_in(&rhone, Some("69"), None));
        assert!(!lies_in(&rhone, Some("Ain"), None) && !lies_in(&rhone, None, Some("Bretagne")));
    }
}
