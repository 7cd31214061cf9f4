//! A word of the street half typed, then the commune to its end: who types knows that the commune says the rest.

use crate::{
    classes::{Scene, is_another_street},
    corpus::Corpus,
    dice::Dice,
    text,
    truth::{Ask, LIST, Query, Wanted},
};

/// `rue de la rép lyon`, with the number or without: 60 % of the last word, three letters at least.
pub(crate) fn last(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (before, last) = scene.street.name.rsplit_once(' ')?;
    let name = format!("{before} {}", half(last)?);
    // A whole name of another commune is meant as much, and said to contradict.
    (!is_another_street(scene, &name, &[])).then(|| in_city(scene, &name, dice))?
}

/// The same where one street of the commune begins so.
pub(crate) fn last_of_one(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let query = last(scene, dice)?;
    (begun(scene.corpus, &query, &typed_name(scene.corpus, &query)?).count() == 1).then_some(query)
}

/// `12 rue aug brunel vaulx-en-velin`: 60 % of an inner word, where one street of the commune can be meant.
pub(crate) fn inner(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let mut words: Vec<&str> = scene.street.name.split(' ').collect();
    let inner: Vec<usize> = (1..words.len().checked_sub(1)?).filter(|&at| half(words[at]).is_some()).collect();
    let at = *inner.get(dice.below(inner.len().max(1)))?;
    words[at] = half(words[at])?;
    let name = words.join(" ");
    let typed = text::key(&name);
    let fits = |key: &&String| {
        let (own, typed): (Vec<&str>, Vec<&str>) = (key.split(' ').collect(), typed.split(' ').collect());
        own.len() == typed.len() && own.iter().zip(typed).all(|(own, typed)| own.starts_with(typed))
    };
    let keys = scene.corpus.by_key.keys().filter(fits);
    let meant: usize = keys.map(|key| scene.streets(key, &scene.city()).len()).sum();
    (meant == 1 && !is_another_street(scene, &name, &scene.city())).then(|| in_city(scene, &name, dice))?
}

/// 60 % of a word, three letters at least; none where nothing is cut, or what is left is a small word (`les`).
fn half(word: &str) -> Option<&str> {
    let letters = word.chars().count();
    let kept = (letters * 60 / 100).max(3);
    let end = word.char_indices().nth(kept)?.0;
    let half = &word[..end];
    let is_small = ["les", "des", "sur", "aux", "est"].contains(&&text::key(half)[..]);
    (word.chars().all(char::is_alphabetic) && !is_small).then_some(half)
}

/// As typed or as pasted, with the number or without.
fn in_city(scene: &Scene<'_>, name: &str, dice: &mut Dice) -> Option<Query> {
    let (scope, line) = (scene.city(), format!("{name} {}", scene.commune.city));
    let (text, wanted) = if dice.below(2) == 0 {
        (line, Wanted::Street(scene.streets(&scene.street.key, &scope)))
    } else {
        (format!("{} {line}", scene.number()), Wanted::House(vec![scene.at]))
    };
    let finished = dice.below(2) == 0;
    let text = text.to_lowercase();
    scene.is_unique(&scope).then_some(Query { ask: Ask::Search { text, finished, near: None }, wanted, scope })
}

/// Rank the wanted answer has when the names of the commune that begin as typed are put in order of size: what can be
/// reached.
pub(crate) fn ceiling(corpus: &Corpus, query: &Query) -> Option<usize> {
    let name = typed_name(corpus, query)?;
    let mut streets: Vec<u32> = begun(corpus, query, &name).collect();
    streets.sort_by_key(|&street| std::cmp::Reverse(corpus.streets[street as usize].addresses.len()));
    let wanted = street_of(corpus, query)?;
    streets.into_iter().take(LIST).position(|street| street == wanted).map(|at| at + 1)
}

/// Streets of the commune whose names begin as typed and, where a number was typed, that have it.
fn begun<'a>(corpus: &'a Corpus, query: &'a Query, name: &str) -> impl Iterator<Item = u32> + 'a {
    let start = text::key(name);
    let end = start.clone();
    let keys = corpus.by_key.range(start..).take_while(move |(key, _)| key.starts_with(&end));
    let number = match &query.wanted {
        Wanted::House(houses) => Some(corpus.addresses[houses[0] as usize].number_text()),
        _ => None,
    };
    keys.flat_map(|(_, streets)| streets).copied().filter(move |&street| {
        let is_inside = query.scope.contains(&corpus.streets[street as usize].insee);
        is_inside && number.as_ref().is_none_or(|number| corpus.house(street, number).is_some())
    })
}

/// What was typed of the name: between the number and the commune.
fn typed_name(corpus: &Corpus, query: &Query) -> Option<String> {
    let street = &corpus.streets[street_of(corpus, query)? as usize];
    let city = corpus.communes[&street.insee].city.to_lowercase();
    let text = query.text();
    let line = text.strip_suffix(&city)?;
    let first = street.name.split(' ').next()?.to_lowercase();
    Some(line[line.find(&first)?..].to_owned())
}

fn street_of(corpus: &Corpus, query: &Query) -> Option<u32> {
    match &query.wanted {
        Wanted::House(houses) => Some(corpus.addresses[*houses.first()? as usize].street),
        Wanted::Street(streets) => streets.first().copied(),
        _ => None,
    }
}
