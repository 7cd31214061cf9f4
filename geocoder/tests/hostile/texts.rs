//! Texts that nobody types to find an address: as long as is accepted, words that say little, words said over and
//! over, everything that a reading of the text multiplies. Drawn from a seed, for the test that nothing breaks on
//! them and for the bench that says what they cost.

use geocoder::{Filter, Kind, MAX_QUERY_CHARS, Near, Request};
use layers::{Bbox, LonLat};

use crate::dice::Dice;

/// Each shape by name.
pub(crate) const SHAPES: [(&str, Shape); 15] = [
    ("common words", |dice| words(dice, &COMMON, " ")),
    ("one letter", |dice| {
        let letters: Vec<String> = (0..26u8).map(|at| char::from(b'a' + at).to_string()).collect();
        words(dice, &letters.iter().map(String::as_str).collect::<Vec<_>>(), " ")
    }),
    ("beginnings", |dice| {
        let beginnings: Vec<String> =
            COMMON.iter().map(|word| word.chars().take(1 + dice.below(3)).collect()).collect();
        let many = 1 + dice.below(3);
        (0..many).map(|_| dice.pick(&beginnings).clone()).collect::<Vec<_>>().join(" ")
    }),
    ("one word", |dice| [*dice.pick(&COMMON)].repeat(60).join(" ")),
    ("misspelt words", |dice| {
        let misspelt: Vec<String> = (0..24).map(|_| misspelt(dice)).collect();
        words(dice, &misspelt.iter().map(String::as_str).collect::<Vec<_>>(), " ")
    }),
    ("street types", |dice| words(dice, &["rue", "r", "av", "avenue", "bd", "pl", "ch", "all", "imp", "pr"], " ")),
    ("towns", |dice| {
        let towns =
            ["paris", "lyon", "lyon 3", "saint", "st", "ste", "villeurbanne", "lyom", "pariss", "3e", "saint-p"];
        words(dice, &towns, " ")
    }),
    ("numbers", |dice| {
        let numbers = ["1", "12", "12bis", "75001", "69003", "99999", "3e", "8", "1945", "12-16", "b", "ter"];
        words(dice, &numbers, " ")
    }),
    ("strokes", |dice| words(dice, &COMMON, " / ")),
    ("strokes and misspelt", |dice| {
        let misspelt: Vec<String> = (0..12).map(|_| misspelt(dice)).collect();
        let streets: Vec<String> = misspelt.iter().map(|word| format!("rue {word} ")).collect();
        words(dice, &streets.iter().map(String::as_str).collect::<Vec<_>>(), "/ ")
    }),
    ("angle of", |dice| format!("angle {}", words(dice, &COMMON, " et "))),
    ("glued", |dice| {
        let separators = ["", "", "", " "];
        let many = 4 + dice.below(40);
        (0..many).map(|_| format!("{}{}", dice.pick(&COMMON), dice.pick(&separators))).collect()
    }),
    ("noise", |dice| {
        let noise =
            ["bat", "b", "etage", "3", "cedex", "bp", "12", "chez", "rue", "appt", "france", "69", "n°", "face"];
        words(dice, &noise, " ")
    }),
    ("any characters", |dice| {
        let many = 1 + dice.below(MAX_QUERY_CHARS);
        (0..many).map(|_| any_character(dice)).collect()
    }),
    ("all of it", |dice| {
        let parts: Vec<String> = (0..3).map(|_| SHAPES[dice.below(SHAPES.len() - 1)].1(dice)).collect();
        parts.iter().map(|part| part.chars().take(60).collect::<String>()).collect::<Vec<_>>().join(" ")
    }),
];

/// Draws a text.
pub(crate) type Shape = fn(&mut Dice) -> String;

const COMMON: [&str; 40] = [
    "rue",
    "de",
    "la",
    "du",
    "des",
    "saint",
    "jean",
    "pierre",
    "marie",
    "place",
    "avenue",
    "general",
    "docteur",
    "victor",
    "hugo",
    "gare",
    "eglise",
    "mairie",
    "chemin",
    "bois",
    "pres",
    "moulin",
    "fontaine",
    "martin",
    "paul",
    "louis",
    "republique",
    "liberte",
    "garibaldi",
    "jaures",
    "grande",
    "petit",
    "vieux",
    "haut",
    "bas",
    "pont",
    "clos",
    "croix",
    "1945",
    "mai",
];

/// A request for a text of a shape: finished or not, around a point or not, filtered or not.
pub(crate) fn request(dice: &mut Dice, shape: Shape) -> Request {
    let text: String = shape(dice).chars().take(MAX_QUERY_CHARS).collect();
    let points = [(4.85, 45.75), (2.35, 48.86), (-61.5, 16.2), (0.0, 0.0), (180.0, 90.0)];
    let (lon, lat) = *dice.pick(&points);
    let near = Near {
        at: LonLat { lon, lat },
        zoom: *dice.pick(&[0.0, 12.0, 12.0, 18.0]),
        scale: *dice.pick(&[0.0, 0.4, 0.4, 1.0]),
        radius_m: dice.pick(&[None, None, None, Some(500.0)]).to_owned(),
    };
    let near = Some(near).filter(|_| dice.below(2) == 0);
    let filter = if dice.below(4) == 0 { filter(dice) } else { Filter::default() };
    Request { text, finished: dice.below(2) == 0, near, limit: *dice.pick(&[1, 5, 100]), filter, objects: Vec::new() }
}

fn filter(dice: &mut Dice) -> Filter {
    let none = Filter::default();
    let bbox = Bbox { west: 4.80, south: 45.70, east: 4.90, north: 45.80 };
    match dice.below(6) {
        0 => Filter { kinds: Some(vec![*dice.pick(&Kind::ALL)]), ..none },
        1 => Filter { bbox: Some(bbox), ..none },
        2 => Filter { communes: ["69123", "75056", "00000"].map(str::to_owned).into(), ..none },
        3 => Filter { postcodes: ["69003", "75001", "abc"].map(str::to_owned).into(), ..none },
        4 => Filter { metropole: Some(dice.below(2) == 0), ..none },
        _ => Filter {
            within: Some([(4.8, 45.7), (4.9, 45.7), (4.9, 45.8)].map(|(lon, lat)| LonLat { lon, lat }).into()),
            ..none
        },
    }
}

/// As many words as are accepted.
fn words(dice: &mut Dice, list: &[&str], between: &str) -> String {
    let many = 1 + dice.below(60);
    (0..many).map(|_| *dice.pick(list)).collect::<Vec<_>>().join(between)
}

/// A word with one or two letters wrong.
fn misspelt(dice: &mut Dice) -> String {
    let mut letters: Vec<u8> = dice.pick(&COMMON).bytes().collect();
    for _ in 0..=dice.below(2) {
        let (at, letter) = (dice.below(letters.len()), b'a' + (dice.below(26) as u8));
        match dice.below(3) {
            0 => letters[at] = letter,
            1 => letters.insert(at, letter),
            _ if letters.len() > 1 => drop(letters.remove(at)),
            _ => letters.push(letter),
        }
    }
    String::from_utf8(letters).unwrap_or_default()
}

fn any_character(dice: &mut Dice) -> char {
    let odd =
        ['/', '\u{301}', '\u{200b}', '\u{202e}', 'œ', 'ß', '°', '½', '’', '🏠', '漢', '\0', '\u{fffd}', '-', ',', '.'];
    match dice.below(4) {
        0 => *dice.pick(&odd),
        1 => char::from_u32(dice.below(0x11_0000) as u32).unwrap_or(' '),
        2 => ' ',
        _ => char::from(b' ' + dice.below(95) as u8),
    }
}
