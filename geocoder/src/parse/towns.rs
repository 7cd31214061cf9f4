//! The towns a text may name: by a postcode, by a name at its end, at its beginning, half typed, misspelt. Each way
//! leaves the words of what is looked for there. Names are found in `towns/named.rs`; what a postcode says of them is here.

mod named;

use named::Look;

use crate::{
    gazetteer::Gazetteer,
    normalize::{self, Word},
    parse::{Said, Scope, Typed},
    places::Places,
    postcodes,
};

/// The words left once a town has been read, and that town.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub words: Vec<Word>,
    pub unfinished: bool,
    pub scope: Option<Scope>,
    pub said: Said,
    pub faith: f32,
}

impl Reading {
    fn plain(words: &[Word], unfinished: bool) -> Self {
        Self { words: words.to_vec(), unfinished, scope: None, said: Said::default(), faith: 1.0 }
    }

    fn named(words: &[Word], unfinished: bool, towns: &[u32], whole: bool) -> Self {
        let scope = Scope { towns: towns.to_vec(), whole };
        let named = whole.then(|| scope.towns.clone());
        let said = Said { named, ..Said::default() };
        Self { scope: Some(scope), said, ..Self::plain(words, unfinished) }
    }
}

pub(super) fn readings(typed: &Typed, gazetteer: &Gazetteer, places: &Places, respell: bool) -> Vec<Reading> {
    let (words, unfinished) = (&typed.words, typed.unfinished);
    let look = Look { gazetteer, places, respell, whole: typed.faith >= 1.0, towns: None };
    let Some((at, code, towns)) = postcode(words, gazetteer) else {
        let mut readings = look.named(words, unfinished);
        readings.push(Reading::plain(words, unfinished));
        return readings;
    };
    let (before, after) = (&words[..at], &words[at + 1..]);
    let rest: Vec<Word> = before.iter().chain(after).cloned().collect();
    let unfinished = unfinished && !after.is_empty();
    let mut named = Look { towns: Some(&towns), ..look }.named(&rest, unfinished);
    named.retain(|reading| reading.scope.as_ref().is_some_and(|scope| scope.whole));
    if typed.cedex {
        named.push(Reading::plain(&rest, unfinished));
        return named;
    }
    let of_code = gazetteer.code_that_is_postcode(&words[at].typed).unwrap_or_default();
    let meet = |reading| with_postcode(reading, (code, &towns), of_code, places);
    let mut readings: Vec<Reading> = named.into_iter().flat_map(meet).collect();
    // « 75012 Paris, 22 rue de Lyon »: where a town goes with the postcode, another one is of a name.
    if readings.iter().any(|reading| !reading.said.disputed) {
        readings.retain(|reading| !reading.said.disputed);
    }
    let scope = (!towns.is_empty()).then(|| Scope { towns: towns.clone(), whole: true });
    let said = Said { postcode: Some((code, towns)), ..Said::default() };
    // What follows a postcode is the town it serves, however it is spelt.
    if !before.is_empty() && !after.is_empty() && readings.is_empty() {
        readings.push(Reading { scope: scope.clone(), said: said.clone(), ..Reading::plain(before, false) });
    }
    readings.push(Reading { scope, said, ..Reading::plain(&rest, unfinished) });
    readings
}

/// A reading that names a town, in a text with a postcode: where the two meet; apart, each is believed in turn.
/// `of_code`: the towns whose INSEE code the postcode is too.
fn with_postcode(mut reading: Reading, (code, towns): (u32, &[u32]), of_code: &[u32], places: &Places) -> Vec<Reading> {
    let named = reading.scope.as_ref().map(|scope| scope.towns.clone()).unwrap_or_default();
    let mut common = narrow(&named, towns, places);
    reading.said.postcode = Some((code, towns.to_vec()));
    if common.is_empty() {
        // « 69003 Albigny »: of the town named it is the INSEE code, however many others it is a postcode of.
        common = narrow(&named, of_code, places);
        if !common.is_empty() {
            reading.said.postcode = Some((code, common.clone()));
        }
    }
    if !common.is_empty() {
        reading.scope = Some(Scope { towns: common, whole: true });
        return vec![reading];
    }
    if !says_a_name(&reading.words) {
        return Vec::new(); // « 173 rue de Saint-Cyr 69009 »: no street is left without the town, it was its name
    }
    reading.said.disputed = true;
    let by_postcode = Scope { towns: towns.to_vec(), whole: true };
    let other = (!towns.is_empty()).then(|| Reading { scope: Some(by_postcode), ..reading.clone() });
    other.into_iter().chain([reading]).collect()
}

/// Whether there is more than a type of street, articles and numbers.
pub(crate) fn says_a_name<'w>(words: impl IntoIterator<Item = &'w Word>) -> bool {
    let is_number = |word: &Word| word.typed.starts_with(|c: char| c.is_ascii_digit()) && word.meanings.is_empty();
    let is_type = |word: &Word| normalize::is_street_type(word.canonical());
    words.into_iter().any(|word| !normalize::is_article(&word.typed) && !is_type(word) && !is_number(word))
}

/// The last word of five digits that is not the house number, and the towns it stands for.
fn postcode(words: &[Word], gazetteer: &Gazetteer) -> Option<(usize, u32, Vec<u32>)> {
    let at = words.iter().rposition(|word| postcodes::parse(&word.typed).is_some())?;
    let code = postcodes::parse(&words[at].typed)?;
    Some((at, code, gazetteer.postcode(&words[at].typed).map(<[u32]>::to_vec).unwrap_or_default()))
}

/// Towns of one list that lie in one of the other, whichever is the smaller.
fn narrow(a: &[u32], b: &[u32], places: &Places) -> Vec<u32> {
    let inside = |some: &[u32], of: &[u32]| -> Vec<u32> {
        some.iter().copied().filter(|&town| places.is_within(places.get(town), of)).collect()
    };
    let mut common = inside(a, b);
    common.extend(inside(b, a));
    common.sort_unstable();
    common.dedup();
    common
}

/// The readings of five digits that are a postcode as the INSEE code that they are too: 69003 is one of Lyon, and the
/// code of Albigny-sur-Saône.
pub(super) fn by_code(typed: &Typed, gazetteer: &Gazetteer) -> Option<Reading> {
    let (at, code, _) = postcode(&typed.words, gazetteer)?;
    let towns = gazetteer.code_that_is_postcode(&typed.words[at].typed)?.to_vec();
    let mut words = typed.words.clone();
    words.remove(at);
    let scope = Some(Scope { towns: towns.clone(), whole: true });
    let said = Said { postcode: Some((code, towns)), ..Said::default() };
    Some(Reading { scope, said, ..Reading::plain(&words, typed.unfinished && at < words.len()) })
}
