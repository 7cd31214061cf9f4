//! What Photon's parameters choose among our kinds: `osm_tag`, `layer`, `include` and `exclude`, the two fields
//! of `query_string_filter`. Each speaks of tags or layers; here each becomes the kinds it lets through. An object has
//! a tag of its own: its kind is let through when some tag of an object may be, and then its tag is looked at.

use crate::Kind;

/// Those whose tag is that of their kind.
const TAGGED: [Kind; 5] = [Kind::House, Kind::Street, Kind::Locality, Kind::District, Kind::City];

/// Everything a request says of the kinds it wants; nothing by default. All of it holds together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// `osm_tag`, each time it comes.
    pub tags: Vec<OsmTag>,
    /// `layer`, each time it comes: one is enough.
    pub layers: Vec<Layer>,
    /// `include`, each time it comes: every one must hold, by one of its categories.
    pub include: Vec<Vec<OsmTag>>,
    /// `exclude`, each time it comes: none may hold by all of its categories.
    pub exclude: Vec<Vec<OsmTag>>,
    /// The terms of `query_string_filter`: every one must hold.
    pub terms: Vec<OsmTag>,
    /// `extra.espace_public`: points of interest alone, or anything but them.
    pub espace_public: Option<bool>,
}

/// A value of one of those parameters that says nothing Photon knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadChoice;

/// Photon's layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// One of ours.
    Of(Kind),
    /// `other`: objects.
    Other,
    /// `county`, `state`, `country`: nothing of ours.
    Nothing,
}

impl Layer {
    /// Photon's names, for those who wrote another.
    pub const NAMES: [&'static str; 9] =
        ["house", "street", "locality", "district", "city", "county", "state", "country", "other"];

    /// Reads one `layer`.
    ///
    /// # Errors
    /// It is none of [`NAMES`](Self::NAMES).
    pub fn parse(text: &str) -> Result<Self, BadChoice> {
        if !Self::NAMES.contains(&text) {
            return Err(BadChoice);
        }
        if text == "other" {
            return Ok(Self::Other);
        }
        Ok(TAGGED.into_iter().find(|kind| kind.as_str() == text).map_or(Self::Nothing, Self::Of))
    }
}

impl Choice {
    /// The kinds let through; none (no choice made) when nothing was said, an empty list when nothing here can answer.
    pub fn kinds(&self) -> Option<Vec<Kind>> {
        if *self == Self::default() {
            return None;
        }
        let tagged = TAGGED.into_iter().filter(|kind| self.lets(Layer::Of(*kind), kind.osm_tag()));
        let objects = Kind::OBJECTS.into_iter().filter(|_| self.has_layer(Layer::Other));
        let is_wanted = |kind: &Kind| self.espace_public.is_none_or(|wanted| wanted == (*kind == Kind::Poi));
        Some(tagged.chain(objects).filter(is_wanted).collect())
    }

    /// Whether an object with this tag (key, value) is let through.
    pub fn lets_object(&self, tag: (&str, &str)) -> bool {
        self.lets(Layer::Other, tag)
    }

    /// Whether an object must have one of some tags, or be in the layer of objects: then objects are what is asked for.
    pub(crate) fn names_objects(&self) -> bool {
        let is_ours = |tag: &OsmTag| TAGGED.iter().any(|kind| tag.lets(kind.osm_tag()));
        let chosen = self.tags.iter().filter(|tag| tag.is_inclusion()).chain(self.include.iter().flatten());
        self.espace_public == Some(true)
            || self.layers.contains(&Layer::Other)
            || chosen.into_iter().any(|tag| !is_ours(tag))
    }

    fn has_layer(&self, layer: Layer) -> bool {
        self.layers.is_empty() || self.layers.contains(&layer)
    }

    fn lets(&self, layer: Layer, tag: (&str, &str)) -> bool {
        self.has_layer(layer)
            && lets_tag(&self.tags, tag)
            && self.include.iter().all(|any| any.iter().any(|category| category.lets(tag)))
            && !self.exclude.iter().any(|all| all.iter().all(|category| category.lets(tag)))
            && self.terms.iter().all(|term| term.lets(tag))
    }
}

/// Photon's `osm_tag`: `key:value`, `key`, `:value`; `!` before the whole, or before the value, refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsmTag {
    key: Option<String>,
    value: Option<String>,
    refuses: bool,
    refuses_value: bool,
}

impl OsmTag {
    /// Reads one `osm_tag`; none when it names neither key nor value.
    pub fn parse(text: &str) -> Option<Self> {
        let (refuses, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (key, value) = text.split_once(':').unwrap_or((text, ""));
        let (refuses_value, value) = value.strip_prefix('!').map_or((false, value), |rest| (true, rest));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tag = Self { key: some(key), value: some(value), refuses, refuses_value };
        (tag.key.is_some() || tag.value.is_some()).then_some(tag)
    }

    /// Whether this tag, as an inclusion, lets one through; for `key:!value`, the key must still be there.
    fn lets(&self, (key, value): (&str, &str)) -> bool {
        let key_is = self.key.as_deref().is_none_or(|wanted| wanted == key);
        let value_is = self.value.as_deref().is_none_or(|wanted| wanted == value);
        if self.refuses { !(key_is && value_is) } else { key_is && value_is != self.refuses_value }
    }

    fn is_inclusion(&self) -> bool {
        !self.refuses && !self.refuses_value
    }
}

/// Some `osm_tag`s as Photon combines them: one inclusion is enough, every refusal holds.
fn lets_tag(tags: &[OsmTag], tag: (&str, &str)) -> bool {
    let mut inclusions = tags.iter().filter(|wanted| wanted.is_inclusion()).peekable();
    (inclusions.peek().is_none() || inclusions.any(|wanted| wanted.lets(tag)))
        && tags.iter().filter(|wanted| !wanted.is_inclusion()).all(|wanted| wanted.lets(tag))
}

/// Categories of one `include` or `exclude`, `osm.key` or `osm.key.value`, separated by commas. Ours have no other.
///
/// # Errors
/// One is not made of two to four labels of letters, digits, `_` and `-` separated by dots.
pub fn categories(text: &str) -> Result<Vec<OsmTag>, BadChoice> {
    text.split(',').map(category).collect()
}

fn category(text: &str) -> Result<OsmTag, BadChoice> {
    let labels: Vec<&str> = text.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !(2..=4).contains(&labels.len()) || !labels.iter().all(is_label) {
        return Err(BadChoice);
    }
    let (key, value) = match labels[..] {
        ["osm", key] => (key.to_owned(), None),
        ["osm", key, value] => (key.to_owned(), Some(value.to_owned())),
        _ => (text.to_owned(), None), // a group or a depth that none of ours has: a dot is in no key
    };
    Ok(OsmTag { key: Some(key), value, refuses: false, refuses_value: false })
}

/// The terms of a `query_string_filter`, a query in Lucene's language: `osm_key:` and `osm_value:` alone, which
/// are all a kind is known by, joined by `AND` or marked `+`; `-` or `NOT` before one refuses.
///
/// # Errors
/// It holds anything else.
pub fn terms(text: &str) -> Result<Vec<OsmTag>, BadChoice> {
    let mut words = text.split_whitespace().peekable();
    let mut terms = Vec::new();
    let mut joined = true;
    while let Some(word) = words.next() {
        let (refuses, word) = match word {
            "AND" if !joined => {
                joined = true;
                continue;
            }
            "NOT" => (true, words.next().ok_or(BadChoice)?),
            _ => (word.starts_with('-'), word.trim_start_matches(['+', '-'])),
        };
        let marked = refuses || text.contains('+');
        if !(joined || marked) {
            return Err(BadChoice); // two terms without a word between them: either would do, which no list says
        }
        let (field, value) = word.split_once(':').ok_or(BadChoice)?;
        let value = Some(value.trim_matches('"').to_owned()).filter(|value| is_plain(value)).ok_or(BadChoice)?;
        let (key, value) = match field {
            "osm_key" => (Some(value), None),
            "osm_value" => (None, Some(value)),
            _ => return Err(BadChoice),
        };
        terms.push(OsmTag { key, value, refuses, refuses_value: false });
        joined = false;
    }
    if terms.is_empty() || joined { Err(BadChoice) } else { Ok(terms) }
}

fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn osm_tags_choose_kinds_as_photon_combines_them() {
        let check = |tags: &[&str], expected: &[Kind]| {
            let tags: Vec<_> = tags.iter().map(|tag| OsmTag::parse(tag).unwrap()).collect();
            let kinds = Choice { tags: tags.clone(), ..Choice::default() }.kinds().unwrap();
            assert_eq!(kinds, [expected, &Kind::OBJECTS].concat(), "{tags:?}");
        };
        check(&["highway:street"], &[Kind::Street]);
        check(&["highway"], &[Kind::Street]);
        check(&[":city", ":house"], &[Kind::House, Kind::City]);
        check(&["!place:house"], &[Kind::Street, Kind::Locality, Kind::District, Kind::City]);
        check(&["place:!house"], &[Kind::Locality, Kind::City]);
        check(&["!place"], &[Kind::Street, Kind::District]);
        check(&["place", "!:city"], &[Kind::House, Kind::Locality]);
        check(&["amenity:townhall"], &[]);
        assert_eq!(OsmTag::parse(":"), None);
    }

    fn chosen(change: impl FnOnce(&mut Choice)) -> Vec<Kind> {
        let mut choice = Choice::default();
        change(&mut choice);
        choice.kinds().unwrap().into_iter().filter(|kind| !Kind::OBJECTS.contains(kind)).collect()
    }

    #[test]
    fn layers_add_up_and_those_we_have_nothing_of_give_nothing() {
        let layers = |names: &[&str]| {
            let layers = names.iter().map(|name| Layer::parse(name).unwrap()).collect();
            chosen(|choice| choice.layers = layers)
        };
        assert_eq!(layers(&["city", "street"]), [Kind::Street, Kind::City]);
        assert_eq!(layers(&["country"]), []);
        assert_eq!(Layer::parse("rue"), Err(BadChoice));
        assert_eq!(Choice::default().kinds(), None);
        let other = Choice { layers: vec![Layer::parse("other").unwrap()], ..Choice::default() };
        assert_eq!(other.kinds().unwrap(), Kind::OBJECTS);
        let street = Choice { layers: vec![Layer::parse("street").unwrap()], ..Choice::default() };
        assert_eq!(street.kinds().unwrap(), [Kind::Street], "no object is a street");
    }

    #[test]
    fn an_object_is_chosen_by_its_own_tag() {
        let lets = |tags: &[&str], key: &str, value: &str| {
            let tags = tags.iter().map(|tag| OsmTag::parse(tag).unwrap()).collect();
            Choice { tags, ..Choice::default() }.lets_object((key, value))
        };
        assert!(lets(&["amenity:townhall"], "amenity", "townhall"));
        assert!(!lets(&["amenity:townhall"], "amenity", "school"));
        assert!(lets(&["amenity", "leisure"], "leisure", "park"));
        assert!(!lets(&["!amenity"], "amenity", "townhall") && lets(&["!amenity"], "leisure", "park"));
        assert!(lets(&["amenity:!school"], "amenity", "townhall") && !lets(&["amenity:!school"], "leisure", "park"));
        let named = |tag: &str| Choice { tags: OsmTag::parse(tag).into_iter().collect(), ..Choice::default() };
        assert!(named("amenity:townhall").names_objects() && !named("highway:street").names_objects());
        assert!(!named("!amenity:townhall").names_objects());
    }

    #[test]
    fn categories_are_included_by_one_and_excluded_by_all() {
        let include = |texts: &[&str]| {
            chosen(|choice| choice.include = texts.iter().map(|text| categories(text).unwrap()).collect())
        };
        assert_eq!(include(&["osm.highway,osm.place.city"]), [Kind::Street, Kind::City]);
        assert_eq!(include(&["osm.place", "osm.place.house,osm.highway"]), [Kind::House]);
        assert_eq!(include(&["food.shop"]), []);
        let exclude = |text: &str| chosen(|choice| choice.exclude = vec![categories(text).unwrap()]);
        assert_eq!(exclude("osm.place"), [Kind::Street, Kind::District]);
        assert_eq!(exclude("osm.place,osm.place.house"), [Kind::Street, Kind::Locality, Kind::District, Kind::City]);
        for bad in ["osm", "osm.", "osm.place.a.b.c", "osm.pl ace", "", "osm.place,"] {
            assert_eq!(categories(bad), Err(BadChoice), "{bad}");
        }
    }

    #[test]
    fn a_query_string_filter_is_read_as_far_as_it_speaks_of_kinds() {
        let filter = |text: &str| chosen(|choice| choice.terms = terms(text).unwrap());
        assert_eq!(filter("osm_key:highway"), [Kind::Street]);
        assert_eq!(filter("osm_key:place AND osm_value:\"city\""), [Kind::City]);
        assert_eq!(filter("+osm_key:place -osm_value:house"), [Kind::Locality, Kind::City]);
        assert_eq!(filter("osm_key:place AND NOT osm_value:house"), [Kind::Locality, Kind::City]);
        for bad in
            ["", "AND", "osm_key:a osm_key:b", "osm_key:a AND", "name:bron", "osm_key:*", "osm_key:a OR osm_key:b"]
        {
            assert_eq!(terms(bad), Err(BadChoice), "{bad}");
        }
    }
}
