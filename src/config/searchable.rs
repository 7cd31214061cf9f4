//! `searchable` of a `[[layer]]`: which of its attributes are looked for in the search box, and what its features
//! are called there.

use std::collections::BTreeMap;

use geocoder::ObjectKind;
use serde::Deserialize;

/// What the search box knows of a layer's features.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searchable {
    /// Attribute with the name that is looked for and shown.
    pub name: String,
    /// Attributes with other names of the same thing.
    #[serde(default)]
    pub other_names: Vec<String>,
    /// What the features are.
    #[serde(default = "other", rename = "as")]
    pub kind: ObjectKind,
    /// What clients of Photon are told that they are; parcels need none.
    pub osm_tag: Option<TagRule>,
    /// Attribute with the number and street, shown beside the name.
    pub address: Option<String>,
    /// Attribute with the postcode.
    pub postcode: Option<String>,
    /// Attribute with the INSEE code of the commune it lies in; found by the position without it.
    pub commune: Option<String>,
}

/// One tag for all, or one a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "osm_tag is \"key/value\", or { attribute = …, values = { … = \"key/value\" }, other = \"key/value\" }"
)]
pub enum TagRule {
    /// The same for every feature.
    Always(OsmTag),
    /// By the value of an attribute.
    ByValue {
        /// The attribute.
        attribute: String,
        /// The tag of each value.
        values: BTreeMap<String, OsmTag>,
        /// That of the other values; without it their features are not searchable.
        other: Option<OsmTag>,
    },
}

/// `amenity/townhall`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OsmTag {
    /// `amenity`
    pub key: String,
    /// `townhall`
    pub value: String,
}

fn other() -> ObjectKind {
    ObjectKind::Other
}

impl TryFrom<String> for OsmTag {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        match text.split_once('/') {
            Some((key, value)) if is_word(key) && is_word(value) => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err("a tag is written key/value, as \"amenity/townhall\""),
        }
    }
}

impl Searchable {
    /// What does not hold together in it, each with what to write instead.
    pub(super) fn problems(&self, attributes: &[String]) -> Vec<String> {
        let mut problems = Vec::new();
        for (role, name) in self.named().filter(|(_, name)| !attributes.contains(name)) {
            problems.push(format!(
                "searchable: {role} = `{name}` is not among its attributes: add it there, or write one of {}",
                attributes.join(", ")
            ));
        }
        if self.osm_tag.is_none() && self.kind != ObjectKind::Parcel {
            problems.push("searchable: osm_tag is needed, as \"leisure/park\": clients of Photon show it".into());
        }
        problems
    }

    /// Every attribute it names, with its role.
    fn named(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let by = match &self.osm_tag {
            Some(TagRule::ByValue { attribute, .. }) => Some(attribute),
            Some(TagRule::Always(_)) | None => None,
        };
        let optional = [("address", &self.address), ("postcode", &self.postcode), ("commune", &self.commune)];
        std::iter::once(("name", &self.name))
            .chain(self.other_names.iter().map(|name| ("other_names", name)))
            .chain(by.map(|name| ("osm_tag.attribute", name)))
            .chain(optional.into_iter().filter_map(|(role, name)| Some((role, name.as_ref()?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Searchable, String> {
        toml::from_str(toml).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_four_kinds_of_layers_have_a_spelling() {
        let parks = read("name = 'nom'\nas = 'poi'\nosm_tag = 'leisure/park'").unwrap();
        assert_eq!(parks.osm_tag, Some(TagRule::Always("leisure/park".to_owned().try_into().unwrap())));
        let public = read(
            "name = 'nom'\nas = 'poi'\naddress = 'adresse'\ncommune = 'insee'\n\
             osm_tag = { attribute = 'type', values = { 'Mairie' = 'amenity/townhall' }, other = 'amenity/yes' }",
        );
        assert!(matches!(public.unwrap().osm_tag, Some(TagRule::ByValue { other: Some(_), .. })));
        let parcels = read("name = 'idu'\nas = 'parcel'").unwrap();
        assert!(parcels.problems(&["idu".to_owned()]).is_empty());
        assert_eq!(read("name = 'nature'\nosm_tag = 'highway/construction'").unwrap().kind, ObjectKind::Other);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_write() {
        for (toml, expected) in [
            ("nam = 'nom'", "unknown field `nam`"),
            ("name = 'nom'\nas = 'park'", "unknown variant `park`, expected one of `poi`, `parcel`, `other`"),
            ("name = 'nom'\nosm_tag = 'Leisure'", "osm_tag is \"key/value\""),
            ("name = 'nom'\nosm_tag = { values = {} }", "osm_tag is \"key/value\""),
        ] {
            let error = read(toml).unwrap_err();
            assert!(error.contains(expected), "{toml}: {error}");
        }
        let problems = read("name = 'nom'\naddress = 'voie'").unwrap().problems(&["nom".to_owned(), "type".to_owned()]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].contains("address = `voie` is not among its attributes: add it there, or write one of nom")
        );
        assert!(problems[1].contains("osm_tag is needed"));
    }
}
