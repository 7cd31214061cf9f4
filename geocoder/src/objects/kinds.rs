//! Words that say what kind of object is meant, where its name does not: « métro Bellecour » is the stop « Bellecour »
//! whose tag is a station's, « hôtel de ville, Bron » is the « Mairie de Bron ».

use crate::{
    normalize::{self, Word},
    parse::Query,
};

/// How far a name is from the same with the word of its kind before it.
pub(super) const KIND_SAID: f32 = 0.98;
/// How like an object is, at least, of which the text says the kind and perhaps the town, and nothing else.
pub(super) const KIND_ALONE: f32 = 0.98;
/// How far an object of another kind is whose name is that word alone.
pub(super) const NAMED_AFTER: f32 = 0.94;
/// How far a name is from the same with an article that may be of the town after it.
pub(super) const ARTICLES_LEFT_OUT: f32 = 0.96;

/// A kind of objects: the words for it, each of one or more words, and the tags it goes by.
#[derive(Debug)]
pub(super) struct ObjectsKind {
    words: &'static [&'static str],
    tags: &'static [(&'static str, &'static str)],
}

/// Stops of whatever kind.
const STOPS: [(&str, &str); 6] = [
    ("highway", "bus_stop"),
    ("railway", "tram_stop"),
    ("railway", "station"),
    ("railway", "halt"),
    ("amenity", "bus_station"),
    ("public_transport", "station"),
];

#[rustfmt::skip] // a table
const KINDS: [ObjectsKind; 12] = [
    ObjectsKind { words: &["station de metro", "arret de metro", "metro"],
        tags: &[("railway", "station"), ("railway", "subway_entrance"), ("station", "subway"), ("public_transport", "station")] },
    ObjectsKind { words: &["arret de tram", "arret de tramway", "tramway", "tram"], tags: &[("railway", "tram_stop")] },
    ObjectsKind { words: &["arret de bus", "bus"], tags: &[("highway", "bus_stop"), ("amenity", "bus_station")] },
    ObjectsKind { words: &["arret", "station"], tags: &STOPS },
    ObjectsKind { words: &["hotel de ville", "mairie"], tags: &[("amenity", "townhall")] },
    ObjectsKind { words: &["centre nautique", "piscine"],
        tags: &[("leisure", "sports_centre"), ("leisure", "swimming_pool"), ("leisure", "water_park")] },
    ObjectsKind { words: &["bibliotheque", "mediatheque"], tags: &[("amenity", "library")] },
    ObjectsKind { words: &["gymnase"], tags: &[("leisure", "sports_hall"), ("leisure", "sports_centre")] },
    ObjectsKind { words: &["stade"], tags: &[("leisure", "stadium"), ("leisure", "sports_centre")] },
    ObjectsKind { words: &["ecole", "groupe scolaire"], tags: &[("amenity", "school")] },
    ObjectsKind { words: &["college"], tags: &[("amenity", "school")] },
    ObjectsKind { words: &["lycee"], tags: &[("amenity", "school")] },
];

impl ObjectsKind {
    /// Whether an object of this tag and name is of this kind. A name that says another kind is the better word for it;
    /// but a stop is named after what is beside it.
    pub(super) fn has(&self, tag: (&str, &str), folded: &str) -> bool {
        let says_other = || {
            !STOPS.contains(&tag) && KINDS.iter().any(|kind| !std::ptr::eq(kind, self) && kind.begins(folded).is_some())
        };
        self.tags.contains(&tag) && !says_other()
    }

    /// How many of the first words of a text say this kind.
    fn begins(&self, folded: &str) -> Option<usize> {
        let rest = self.words.iter().find_map(|word| folded.strip_prefix(word).map(|rest| (word, rest)));
        rest.filter(|(_, rest)| rest.is_empty() || rest.starts_with(' ')).map(|(word, _)| word.split(' ').count())
    }
}

/// The kind that a reading begins with, and the rest of it.
pub(super) fn said(query: &Query) -> Option<(&'static ObjectsKind, Query)> {
    let folded = query.words.iter().map(|word| word.typed.as_str()).collect::<Vec<_>>().join(" ");
    let (kind, len) = KINDS.iter().find_map(|kind| Some((kind, kind.begins(&folded)?)))?;
    let articles = query.words[len..].iter().take_while(|word| normalize::is_article(&word.typed)).count();
    let words: Vec<Word> = query.words[len + articles..].to_vec();
    let unfinished = query.unfinished && !words.is_empty();
    Some((kind, Query { words, unfinished, ..query.clone() }))
}

/// The rest of a reading that begins with the word for a stop: stops are named after what is beside them.
pub(crate) fn beside_stop(query: &Query) -> Option<Query> {
    let is_stop = |kind: &ObjectsKind| kind.tags.iter().any(|tag| STOPS.contains(tag));
    said(query).filter(|(kind, rest)| is_stop(kind) && !rest.words.is_empty()).map(|(_, rest)| rest)
}

/// A reading without the articles that it ends with, which were said of its town: « mairie de (Lyon 3) ».
pub(super) fn without_last_articles(query: &Query) -> Option<Query> {
    let is_scoped = query.scope.as_ref().is_some_and(|scope| scope.whole);
    let kept = query.words.iter().rposition(|word| !normalize::is_article(&word.typed))? + 1;
    let words = query.words[..kept].to_vec();
    (is_scoped && kept < query.words.len()).then(|| Query { words, ..query.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Said;

    fn read(text: &str) -> Option<(&'static ObjectsKind, String)> {
        let (words, scope, said_) = (normalize::normalize(text), None, Said::default());
        let (faith, left_out) = (1.0, false);
        let query =
            Query { number: None, of_range: false, words, unfinished: true, scope, said: said_, faith, left_out };
        let (kind, rest) = said(&query)?;
        Some((kind, rest.words.into_iter().map(|word| word.typed).collect::<Vec<_>>().join(" ")))
    }

    #[test]
    fn a_kind_is_read_before_a_name_or_alone() {
        let rest = |text: &str| read(text).map(|(_, rest)| rest);
        assert_eq!(rest("Métro Bellecour").as_deref(), Some("bellecour"));
        assert_eq!(rest("arrêt de bus de la Doua").as_deref(), Some("doua"));
        assert_eq!(rest("hôtel de ville").as_deref(), Some(""));
        for text in ["hôtel", "mairies", "rue de la mairie", "metropole", ""] {
            assert_eq!(rest(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_that_says_another_kind_is_of_that_one() {
        let (station, _) = read("métro X").unwrap();
        let (pool, _) = read("piscine X").unwrap();
        assert!(station.has(("railway", "station"), "bellecour") && !station.has(("highway", "bus_stop"), "bellecour"));
        assert!(pool.has(("leisure", "sports_centre"), "centre nautique tony bertrand"));
        assert!(!pool.has(("leisure", "sports_centre"), "gymnase blandan"));
        let (stop, _) = read("arrêt X").unwrap();
        assert!(stop.has(("highway", "bus_stop"), "mairie"), "a stop is named after what is beside it");
    }
}
