//! What stands between the type of a street and the rest of its name: an initial for the first name, a word of no name.

use crate::{
    classes::{Scene, finished},
    dice::Dice,
    text,
    truth::{Query, Wanted},
    written,
};

/// What is no first name, and is shortened otherwise.
const TITLES: [&str; 12] = [
    "abbe",
    "capitaine",
    "colonel",
    "commandant",
    "docteur",
    "general",
    "grande",
    "marechal",
    "petite",
    "president",
    "professeur",
    "saint",
];

/// `6 Rue A. Dumont Lyon` for Rue Antoine Dumont; none where another name fits as well, or is that without initial.
pub(crate) fn initial(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let [kind, first, last @ ..] = &scene.street.name.split(' ').collect::<Vec<_>>()[..] else { return None };
    let is_name = |word: &str| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphabetic);
    let is_title = TITLES.contains(&&text::key(first)[..]);
    if is_title || first.chars().count() < 3 || last.is_empty() || !is_name(first) || !last.iter().all(|it| is_name(it))
    {
        return None;
    }
    let letter = first.chars().next()?;
    let (begins, ends) = (text::key(&format!("{kind} {letter}")), format!(" {}", text::key(&last.join(" "))));
    let without = text::key(&format!("{kind} {}", last.join(" ")));
    let scope = scene.city();
    let fits = |key: &&String| **key == without || (key.starts_with(&begins) && key.ends_with(&ends));
    let meant: usize = scene.corpus.by_key.keys().filter(fits).map(|key| scene.streets(key, &scope).len()).sum();
    let dot = *dice.pick(&[".", ""]);
    let text = format!("{} {kind} {letter}{dot} {} {}", scene.number(), last.join(" "), scene.commune.city);
    (meant == 1).then(|| scene.house(text, scope)).flatten()
}

/// `6 Rue xkz Dumont 69008 Lyon`: two to four consonants, of which a name is short for nobody knows.
pub(crate) fn unknown_word(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (kind, rest) = scene.street.name.split_once(' ')?;
    let (_, town, _) = written::parts(scene)?;
    let length = 2 + dice.below(3);
    let word: String = (0..length).map(|_| *dice.pick(&['j', 'k', 'p', 'q', 'w', 'x', 'z'])).collect();
    let text = format!("{} {kind} {word} {rest} {town}", scene.number());
    Some(finished(text, Wanted::Nothing, Vec::new()))
}
