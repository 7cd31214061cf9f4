//! The forms in which people write a full and right address.

use crate::{
    classes::{Scene, finished},
    dice::Dice,
    text,
    truth::{Query, Wanted},
};

/// `12 Rue Garibaldi 69003 Lyon`
pub(crate) fn full(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let (line, town, scope) = parts(scene)?;
    scene.house(format!("{line} {town}"), scope)
}

/// The line, « postcode city », and the communes those two name together.
pub(crate) fn parts(scene: &Scene<'_>) -> Option<(String, String, Vec<String>)> {
    let postcode = scene.address.postcode.as_ref()?;
    Some((scene.line(), format!("{postcode} {}", scene.commune.city), scene.city_with(postcode)))
}

/// No postcode, lower case, no accents.
pub(crate) fn bare(scene: &Scene<'_>, _: &mut Dice) -> Option<Query> {
    let text = format!("{} {}", scene.line(), scene.commune.city);
    scene.house(text::without_accents(&text), scene.city())
}

/// Words people shorten, and how; a short form may stand for several words.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("avenue", &["av", "ave", "av."]),
    ("boulevard", &["bd", "bld", "boul"]),
    ("place", &["pl", "pl."]),
    ("impasse", &["imp", "imp."]),
    ("allée", &["all"]),
    ("allées", &["all"]),
    ("chemin", &["ch", "che", "chem"]),
    ("route", &["rte"]),
    ("square", &["sq"]),
    ("faubourg", &["fg", "fbg"]),
    ("résidence", &["res"]),
    ("lotissement", &["lot"]),
    ("passage", &["pass", "psg"]),
    ("cours", &["crs"]),
    ("rue", &["r"]),
    ("quai", &["q"]),
    ("général", &["gal", "gén"]),
    ("maréchal", &["mal"]),
    ("docteur", &["dr", "dr."]),
    ("professeur", &["pr", "prof"]),
    ("président", &["pdt"]),
    ("capitaine", &["cne"]),
    ("commandant", &["cdt"]),
    ("colonel", &["col"]),
    ("lieutenant", &["lt"]),
    ("sergent", &["sgt"]),
    ("saint", &["st", "st."]),
    ("sainte", &["ste"]),
    ("saints", &["sts"]),
    ("père", &["pr", "p."]),
    ("abbé", &["abb"]),
    ("monseigneur", &["mgr"]),
    ("notre", &["n"]),
];

/// `12 av du gal Leclerc 69003 Lyon`, every second one without postcode.
pub(crate) fn abbreviated(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let short = shorten(&scene.street.name, dice)?;
    let (_, town, narrow) = parts(scene)?;
    let (town, scope) = if dice.below(2) == 0 { (town, narrow) } else { (scene.commune.city.clone(), scene.city()) };
    // « Rue du Pr X » is Rue du Père X and Rue du Professeur X: without a truth where both are there.
    let words: Vec<&str> = scene.street.key.split(' ').collect();
    let is_another = |(at, word): (usize, &&str)| {
        namesakes_when_short(word).iter().any(|other| {
            let mut words = words.clone();
            words[at] = other;
            !scene.streets(&words.join(" "), &scope).is_empty()
        })
    };
    if words.iter().enumerate().any(is_another) {
        return None;
    }
    scene.house(format!("{} {short} {town}", scene.number()), scope)
}

/// The name with some of its words shortened, at least one.
fn shorten(name: &str, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let mut changed = false;
    let mut short = |(at, word): (usize, &&str)| -> String {
        let whole = word.to_lowercase();
        match ABBREVIATIONS.iter().find(|(long, _)| *long == whole) {
            // « Cours » or « Rue » inside a name are not types of street.
            Some((_, forms)) if (at == 0 || is_title(&whole)) && dice.below(5) > 0 => {
                changed = true;
                (*dice.pick(forms)).to_owned()
            }
            _ => (*word).to_owned(),
        }
    };
    let text: Vec<String> = words.iter().enumerate().map(&mut short).collect();
    changed.then(|| text.join(" "))
}

fn is_title(word: &str) -> bool {
    let first = ABBREVIATIONS.iter().position(|(long, _)| *long == "général");
    ABBREVIATIONS.iter().position(|(long, _)| *long == word) >= first
}

/// Other words, by their keys, that have a short form in common with a word.
fn namesakes_when_short(word: &str) -> Vec<String> {
    let longs = ABBREVIATIONS.iter().map(|(long, _)| text::key(long)).filter(|long| long != word);
    longs.filter(|long| forms(long).any(|form| forms(word).any(|other| other == form))).collect()
}

/// The short forms of a word given by its key.
fn forms(word: &str) -> impl Iterator<Item = &'static str> {
    let of_word = ABBREVIATIONS.iter().filter(move |(long, _)| text::key(long) == word);
    of_word.flat_map(|(_, forms)| forms.iter().copied())
}

/// `12 Rue Garibaldi Lyon 3`, and its sisters.
pub(crate) fn arrondissement(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (city, nth) = (&scene.commune.city, scene.commune.arrondissement?);
    let postcode = scene.address.postcode.as_ref()?;
    let ordinal = if nth == 1 { "er" } else { "e" };
    let town = match dice.below(6) {
        0 => format!("{city} {nth}"),
        1 => format!("{city} {nth}{ordinal}"),
        2 => format!("{city} {nth}{} arrondissement", if nth == 1 { "er" } else { "ème" }),
        3 => format!("{city} {nth}{ordinal} Arrondissement"),
        4 => format!("{} {nth:02}", city.to_uppercase()),
        _ => postcode.clone(),
    };
    let insee = scene.street.insee.clone();
    scene.house(format!("{} {town}", scene.line()), vec![insee])
}

/// `12 RUE GARIBALDI 69442 LYON CEDEX 03`: the postcode is that of a sorting office, no commune has it.
pub(crate) fn cedex(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let postcode = scene.address.postcode.as_ref()?;
    let office = format!("{}{:03}", &postcode[..2], 200 + dice.below(780));
    if scene.corpus.communes.values().any(|commune| commune.postcodes.contains(&office)) {
        return None;
    }
    let nth = scene.commune.arrondissement.map(|nth| format!(" {nth:02}")).unwrap_or_default();
    let text = format!("{} {office} {} CEDEX{nth}", scene.line(), scene.commune.city);
    scene.house(text::without_accents(&text).to_uppercase(), scene.city())
}

/// `12bis`, `12 bis`, `12 B`, `12B`.
pub(crate) fn suffix(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let address = scene.address;
    let (short, long) = match address.suffix.as_str() {
        "b" | "bis" => ("b", "bis"),
        "t" | "ter" => ("t", "ter"),
        "q" | "quater" => ("q", "quater"),
        letter if letter.len() == 1 => (letter, letter),
        _ => return None,
    };
    // Both « 9b » and « 9bis » in one street: nobody can tell which is meant.
    let other = if address.suffix == short { long } else { short };
    let mut houses = scene.street.addresses.iter().map(|&at| &scene.corpus.addresses[at as usize]);
    if short != long && houses.any(|house| house.number == address.number && house.suffix == other) {
        return None;
    }
    let number = match dice.below(4) {
        0 => format!("{}{long}", address.number),
        1 => format!("{} {long}", address.number),
        2 => format!("{} {}", address.number, short.to_uppercase()),
        _ => format!("{}{}", address.number, short.to_uppercase()),
    };
    let (_, town, scope) = parts(scene)?;
    scene.house(format!("{number} {} {town}", scene.street.name), scope)
}

/// `12-14 rue …`, `face au 12 rue …`: either end of the range is right.
pub(crate) fn range(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let number = scene.address.suffix.is_empty().then_some(scene.address.number)?;
    let (_, town, scope) = parts(scene)?;
    let after = scene.corpus.house(scene.address.street, &(number + 2).to_string());
    let after = after.filter(|&house| !scene.corpus.addresses[house as usize].removed);
    let (text, right) = match (after, dice.below(4)) {
        (_, 0) => (format!("face au {number}"), None),
        (_, 1) => (format!("Face {number},"), None),
        (Some(house), 2) => (format!("{number}/{}", number + 2), Some(house)),
        (Some(house), _) => (format!("{number}-{}", number + 2), Some(house)),
        (None, _) => return None,
    };
    let houses = std::iter::once(scene.at).chain(right).collect();
    let text = format!("{text} {} {town}", scene.street.name);
    scene.is_unique(&scope).then(|| finished(text, Wanted::House(houses), scope))
}

/// What stands around an address on an envelope.
pub(crate) fn noise(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, scope) = parts(scene)?;
    let text = match dice.below(10) {
        0 => format!("Ets Dupont {line} {town}"),
        1 => format!("Bâtiment B {line} {town}"),
        2 => format!("3e étage {line} {town}"),
        3 => format!("chez M. Martin {line} {town}"),
        4 => format!("{line} {town} France"),
        5 => format!("{line} BP 1234 {town}"),
        6 => format!("{line}, bât. C, {town}"),
        7 => format!("{line} 2ème étage porte 12 {town}"),
        8 => format!("SARL Durand et Fils, {line}, {town}, FRANCE"),
        _ => format!("Ets Dupont Bâtiment A 1er étage {line} CS 40012 {town} France"),
    };
    scene.house(text, scope)
}

/// `12 Rue Garibaldi 69003lyon`, `12rue Garibaldi`.
pub(crate) fn glued(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, scope) = parts(scene)?;
    let glued = town.replacen(' ', "", 1);
    let text = match dice.below(4) {
        0 => format!("{line} {}", text::without_accents(&glued)),
        1 => format!("{line} {}", glued.to_uppercase()),
        2 if scene.address.suffix.is_empty() => format!("{} {town}", line.replacen(' ', "", 1)),
        _ => format!("{line},{glued}"),
    };
    scene.house(text, scope)
}

/// The same address as other keyboards and systems give it.
pub(crate) fn unicode(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (line, town, scope) = parts(scene)?;
    let text = format!("{line} {town}");
    let text = match dice.below(6) {
        0 => text::decomposed(&text),
        1 => text.replace('\'', "’"),
        2 => text.replace(' ', "\u{a0}"),
        3 => text.to_uppercase(),
        4 if text.contains("oe") => text.replace("oe", "œ"),
        4 => text.replace('-', "\u{2011}").replace('\'', "\u{2bc}"),
        _ => format!("N° {}, {}  {}", scene.number(), scene.street.name, text::decomposed(&town.to_uppercase())),
    };
    scene.house(text, scope)
}
