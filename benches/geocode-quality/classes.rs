//! The query classes, each a named value with its generator, in the order of the tables.
//!
//! A generator takes an address and gives the query it would be asked by, or none where the address does
//! not lend itself to it: no suffix, no postcode, two streets of that name in what the text names.

use layers::LonLat;

use crate::{
    corpus::{Address, Commune, Corpus, Street},
    dice::Dice,
    everyday, half_words, house_numbers, inside, partial, quarters, reverse, text,
    truth::{Ask, Query, Wanted},
    typed, written, wrong,
};

/// A kind of query.
pub(crate) struct Class {
    pub name: &'static str,
    pub group: Group,
    /// What is drawn: an address for the query to be made of.
    pub drawn: Drawn,
    pub make: fn(&Scene<'_>, &mut Dice) -> Option<Query>,
}

/// Classes whose figures are told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// A full address, however written.
    Full,
    /// A misspelt one.
    Typo,
    /// Still being typed.
    Prefix,
    /// Contradicts itself, or asks for what is not there.
    Wrong,
    Reverse,
    /// Typed and pasted every day, and not named by the goals.
    Everyday,
    /// Queries other people wrote.
    Given,
}

/// Which addresses a class is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    Indexed,
    Suffixed,
    Surveyed,
    Removed,
}

pub(crate) const CLASSES: &[Class] = &[
    Class { name: "full", group: Group::Full, drawn: Drawn::Indexed, make: written::full },
    Class { name: "bare", group: Group::Full, drawn: Drawn::Indexed, make: written::bare },
    Class { name: "abbreviations", group: Group::Full, drawn: Drawn::Indexed, make: written::abbreviated },
    Class { name: "arrondissement", group: Group::Full, drawn: Drawn::Indexed, make: written::arrondissement },
    Class { name: "cedex", group: Group::Full, drawn: Drawn::Indexed, make: written::cedex },
    Class { name: "suffix", group: Group::Full, drawn: Drawn::Suffixed, make: written::suffix },
    Class { name: "range", group: Group::Full, drawn: Drawn::Indexed, make: written::range },
    Class { name: "noise", group: Group::Full, drawn: Drawn::Indexed, make: written::noise },
    Class { name: "glued", group: Group::Full, drawn: Drawn::Indexed, make: written::glued },
    Class { name: "unicode", group: Group::Full, drawn: Drawn::Indexed, make: written::unicode },
    Class { name: "unknown-number", group: Group::Full, drawn: Drawn::Indexed, make: wrong::unknown_number },
    Class { name: "typo-1", group: Group::Typo, drawn: Drawn::Indexed, make: typed::one_typo },
    Class { name: "typo-2", group: Group::Typo, drawn: Drawn::Indexed, make: typed::two_typos },
    Class { name: "merged-split", group: Group::Typo, drawn: Drawn::Indexed, make: typed::merged_or_split },
    Class { name: "prefix-60", group: Group::Prefix, drawn: Drawn::Indexed, make: partial::sixty },
    Class { name: "prefix-50", group: Group::Prefix, drawn: Drawn::Indexed, make: partial::fifty },
    Class { name: "city-3", group: Group::Prefix, drawn: Drawn::Indexed, make: partial::three_letters },
    Class { name: "homonyms", group: Group::Full, drawn: Drawn::Indexed, make: partial::homonyms },
    Class { name: "wrong-commune", group: Group::Wrong, drawn: Drawn::Indexed, make: wrong::commune },
    Class { name: "wrong-postcode", group: Group::Wrong, drawn: Drawn::Indexed, make: wrong::postcode },
    Class { name: "wrong-both", group: Group::Wrong, drawn: Drawn::Indexed, make: wrong::both },
    Class {
        name: "wrong-commune-same-postcode",
        group: Group::Wrong,
        drawn: Drawn::Indexed,
        make: wrong::same_postcode,
    },
    Class { name: "wrong-commune-street", group: Group::Wrong, drawn: Drawn::Indexed, make: wrong::commune_of_street },
    Class { name: "removed", group: Group::Wrong, drawn: Drawn::Removed, make: wrong::removed },
    Class { name: "city-first", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::city_first },
    Class { name: "region-after", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::region_after },
    Class { name: "noise-after", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::noise_after },
    Class { name: "number-before", group: Group::Everyday, drawn: Drawn::Indexed, make: house_numbers::after_word },
    Class {
        name: "range-suffix",
        group: Group::Everyday,
        drawn: Drawn::Suffixed,
        make: house_numbers::range_to_suffix,
    },
    Class { name: "other-type", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::other_type },
    Class { name: "other-type-bare", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::other_type_bare },
    Class { name: "half-word", group: Group::Everyday, drawn: Drawn::Indexed, make: half_words::last },
    Class { name: "half-word-one", group: Group::Everyday, drawn: Drawn::Indexed, make: half_words::last_of_one },
    Class { name: "half-inside", group: Group::Everyday, drawn: Drawn::Indexed, make: half_words::inner },
    Class { name: "quarter-before", group: Group::Everyday, drawn: Drawn::Indexed, make: quarters::before },
    Class { name: "quarter-after", group: Group::Everyday, drawn: Drawn::Indexed, make: quarters::after },
    Class { name: "typo-bare", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::typo_bare },
    Class { name: "number-after-typo", group: Group::Everyday, drawn: Drawn::Indexed, make: typed::number_after },
    Class { name: "town-typo", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::town_typo },
    Class { name: "merged-bare", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::merged_bare },
    Class { name: "part-bare", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::part_bare },
    Class { name: "foreign-street", group: Group::Everyday, drawn: Drawn::Indexed, make: everyday::foreign_street },
    Class { name: "initial", group: Group::Everyday, drawn: Drawn::Indexed, make: inside::initial },
    Class { name: "unknown-word", group: Group::Everyday, drawn: Drawn::Indexed, make: inside::unknown_word },
    Class { name: "reverse", group: Group::Reverse, drawn: Drawn::Surveyed, make: reverse::near_a_door },
];

/// An address, and all there is to say of where it is.
pub(crate) struct Scene<'a> {
    pub corpus: &'a Corpus,
    pub positions: &'a reverse::Positions,
    pub at: u32,
    pub address: &'a Address,
    pub street: &'a Street,
    pub commune: &'a Commune,
}

impl<'a> Scene<'a> {
    pub(crate) fn of(corpus: &'a Corpus, positions: &'a reverse::Positions, at: u32) -> Self {
        let street = corpus.street_of(at);
        let address = &corpus.addresses[at as usize];
        Self { corpus, positions, at, address, street, commune: corpus.commune_of(street) }
    }

    /// Codes of the commune as people name it: all its arrondissements.
    pub(crate) fn city(&self) -> Vec<String> {
        let same = |other: &&Commune| other.city == self.commune.city && other.source == self.commune.source;
        self.codes(|commune| same(&commune))
    }

    /// Codes of the parts of the city where a postcode is in use.
    pub(crate) fn city_with(&self, postcode: &str) -> Vec<String> {
        let city = self.city();
        self.codes(|commune| commune.postcodes.contains(postcode)).into_iter().filter(|c| city.contains(c)).collect()
    }

    pub(crate) fn codes(&self, keep: impl Fn(&Commune) -> bool) -> Vec<String> {
        self.corpus.communes.iter().filter(|(_, commune)| keep(commune)).map(|(insee, _)| insee.clone()).collect()
    }

    /// Streets of a name in those communes; anywhere when none is given.
    pub(crate) fn streets(&self, key: &str, scope: &[String]) -> Vec<u32> {
        let named = self.corpus.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        let inside = |street: &&u32| scope.is_empty() || scope.contains(&self.corpus.streets[**street as usize].insee);
        named.iter().filter(inside).copied().collect()
    }

    /// Whether the street is the only one of its name there: without that there is no truth to tell.
    pub(crate) fn is_unique(&self, scope: &[String]) -> bool {
        !self.street.ambiguous && self.streets(&self.street.key, scope).len() == 1
    }

    /// The query for this very address, in a scope where its street is unique.
    pub(crate) fn house(&self, text: String, scope: Vec<String>) -> Option<Query> {
        self.is_unique(&scope).then(|| finished(text, Wanted::House(vec![self.at]), scope))
    }

    /// `12 Rue Garibaldi`
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.number(), self.street.name)
    }

    /// The number as people write it: `12`, `12 bis`, `12A`.
    pub(crate) fn number(&self) -> String {
        match self.address.suffix.as_str() {
            suffix @ ("bis" | "ter" | "quater") => format!("{} {suffix}", self.address.number),
            suffix => format!("{}{}", self.address.number, suffix.to_uppercase()),
        }
    }

    pub(crate) fn position(&self) -> LonLat {
        self.address.positions[0]
    }

    /// The centre of a map that shows the address: 1.4 km away, in any direction.
    pub(crate) fn centre(&self, dice: &mut Dice) -> LonLat {
        reverse::moved(self.position(), 1_400.0, dice.share() * std::f64::consts::TAU)
    }
}

/// A text that is all there is.
pub(crate) fn finished(text: String, wanted: Wanted, scope: Vec<String>) -> Query {
    Query { ask: Ask::Search { text, finished: true, near: None }, wanted, scope }
}

/// A text still being typed.
pub(crate) fn unfinished(text: String, near: Option<LonLat>, wanted: Wanted, scope: Vec<String>) -> Query {
    Query { ask: Ask::Search { text, finished: false, near }, wanted, scope }
}

/// Draws up to `count` queries of a class from some addresses.
pub(crate) fn draw(
    class: &Class,
    corpus: &Corpus,
    positions: &reverse::Positions,
    addresses: &[u32],
    count: usize,
    dice: &mut Dice,
) -> Vec<Query> {
    let fits = |&at: &u32| {
        let address = &corpus.addresses[at as usize];
        match class.drawn {
            Drawn::Indexed => !address.removed,
            Drawn::Suffixed => !address.removed && !address.suffix.is_empty(),
            Drawn::Surveyed => !address.removed && address.surveyed,
            Drawn::Removed => address.removed,
        }
    };
    let pool = addresses.iter().copied().filter(fits).collect();
    some(pool, count, dice, |at, dice| (class.make)(&Scene::of(corpus, positions, at), dice))
}

/// Makes up to `count` queries of some addresses, drawn at random.
pub(crate) fn some(
    mut pool: Vec<u32>,
    count: usize,
    dice: &mut Dice,
    make: impl Fn(u32, &mut Dice) -> Option<Query>,
) -> Vec<Query> {
    let mut queries = Vec::new();
    // Each address once, in an order of chance: what does not lend itself costs no second try.
    for at in 0..pool.len() {
        if queries.len() == count {
            break;
        }
        let other = at + dice.below(pool.len() - at);
        pool.swap(at, other);
        queries.extend(make(pool[at], dice));
    }
    queries
}

/// Whether the text still names the street, and no other of those communes.
pub(crate) fn is_another_street(scene: &Scene<'_>, name: &str, scope: &[String]) -> bool {
    !scene.streets(&text::key(name), scope).is_empty()
}
