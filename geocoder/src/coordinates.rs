//! A text that is a pair of coordinates and nothing else → degrees. Decimal degrees (point or comma), degrees,
//! minutes and seconds, Lambert-93 and CC46 in metres, thousands apart or not; letters N, S, E, O, W, X, Y and the
//! name of the system allowed.
//!
//! Which of the two numbers is which is told by the letters, or by the ranges of mainland France: latitudes, longitudes
//! and the metres of each projection overlap nowhere, so that no pair has two readings.

use std::ops::RangeInclusive;

use layers::{Crs, LonLat};

const LATITUDES: RangeInclusive<f64> = 41.0..=51.5;
const LONGITUDES: RangeInclusive<f64> = -5.5..=10.0;
/// The projections read, with the metres their X and Y have in mainland France; Y alone tells them apart.
const PROJECTIONS: [(Crs, RangeInclusive<f64>, RangeInclusive<f64>); 2] = [
    (Crs::Lambert93, 100_000.0..=1_300_000.0, 6_000_000.0..=7_200_000.0),
    (Crs::Cc46, 1_200_000.0..=2_300_000.0, 5_050_000.0..=5_350_000.0),
];

/// What people call the systems, and how points are written in them: before or after the pair, they say no more than its
/// numbers do.
const SYSTEMS: [&[&str]; 14] = [
    &["lambert", "93"],
    &["lambert93"],
    &["l93"],
    &["l", "93"],
    &["rgf93"],
    &["rgf", "93"],
    &["cc46"],
    &["cc", "46"],
    &["wgs84"],
    &["wgs", "84"],
    &["gps"],
    &["epsg"],
    &["srid"],
    &["point"],
];
/// Characters of the longest, in brackets.
const LONGEST_SYSTEM: usize = 14;
/// The same by their numbers, after `EPSG:` or `SRID=`.
const CODES: [&str; 3] = ["2154", "3946", "4326"];

/// Which way a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    North,
    South,
    East,
    West,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    /// A number, how many digits its whole part has, and whether it has decimals.
    Number(f64, usize, bool),
    Degree,
    Minute,
    Second,
    Axis(Axis),
    /// What parts the two coordinates.
    Break,
}

/// One coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Value {
    number: f64,
    axis: Option<Axis>,
    /// Written as only a coordinate is: decimals, or degrees and minutes.
    told: bool,
}

/// The place a text gives the coordinates of; none when it is anything else, or lies outside mainland France.
pub(crate) fn read(text: &str) -> Option<LonLat> {
    let text = without_system(text);
    [false, true].into_iter().find_map(|decimal_comma| {
        let tokens = tokens(text, decimal_comma)?;
        let mut parts = tokens.split(|token| *token == Token::Break).filter(|part| !part.is_empty());
        match (parts.next()?, parts.next(), parts.next()) {
            (whole, None, None) => (1..whole.len()).find_map(|at| pair(&whole[..at], &whole[at..])),
            (first, Some(second), None) => pair(first, second),
            _ => None,
        }
    })
}

/// The text without the system named before or after the pair.
fn without_system(text: &str) -> &str {
    let mut rest = text.trim();
    loop {
        let shorter = before_system(rest).unwrap_or(rest);
        let shorter = SYSTEMS.iter().find_map(|name| after_system(shorter, name)).unwrap_or(shorter);
        if shorter.len() == rest.len() {
            return rest;
        }
        rest = shorter;
    }
}

/// What follows the name of a system, and what parts it from the pair.
fn after_system<'t>(text: &'t str, name: &[&str]) -> Option<&'t str> {
    const GAPS: [char; 9] = [' ', ':', '=', ';', ',', '/', '-', '(', ')'];
    let mut rest = text.trim_start_matches(GAPS);
    for word in name {
        rest = strip_word(rest.trim_start_matches(GAPS), word)?;
    }
    if matches!(name, ["epsg" | "srid"]) {
        let code = rest.trim_start_matches(GAPS);
        rest = CODES.iter().find_map(|known| strip_word(code, known))?;
    }
    // « Lambert-93 - 843814 »; « WGS84 -1.55 » keeps its sign.
    let parted = rest.trim_start_matches([' ', ':', '=', ';', ',', '/']);
    Some(parted.strip_prefix("- ").unwrap_or(parted))
}

/// What is before the name of a system that ends a text.
fn before_system(text: &str) -> Option<&str> {
    let is_end = |rest: &str| rest.chars().all(|c| matches!(c, ' ' | ')' | ']' | '.'));
    let is_start = |&at: &usize| {
        text[at..].starts_with(|c: char| c.is_ascii_alphabetic()) && !text[..at].ends_with(char::is_alphanumeric)
    };
    let starts = text.char_indices().rev().take(LONGEST_SYSTEM).map(|(at, _)| at).filter(is_start);
    let is_named = |at: usize| SYSTEMS.iter().any(|name| after_system(&text[at..], name).is_some_and(is_end));
    let at = starts.into_iter().find(|&at| is_named(at))?;
    Some(text[..at].trim_end_matches([' ', '(', '[', ',', ';', '-', ':', '/']))
}

/// What follows a word, case apart, when it ends there.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    (first.eq_ignore_ascii_case(word) && !rest.starts_with(char::is_alphanumeric)).then_some(rest)
}

fn tokens(text: &str, decimal_comma: bool) -> Option<Vec<Token>> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&c) = chars.get(at) {
        let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let is_sign = matches!(c, '-' | '−' | '+') && is_digit(at + 1) && (at == 0 || !is_digit(at - 1));
        let run = |keep: &dyn Fn(usize) -> bool| (at + 1..).find(|&next| !keep(next)).unwrap_or(at + 1);
        let end = if is_digit(at) || is_sign {
            let is_mark =
                |at: usize| matches!(chars.get(at), Some('.')) || (decimal_comma && chars.get(at) == Some(&','));
            let whole = run(&is_digit);
            let is_decimal = is_mark(whole) && is_digit(whole + 1);
            let end = if is_decimal { (whole + 1..).find(|&next| !is_digit(next))? } else { whole };
            let written: String = chars[at..end].iter().map(|c| if *c == ',' { '.' } else { *c }).collect();
            let number: f64 = written.replace('−', "-").parse().ok()?;
            tokens.push(Token::Number(number, whole - at - usize::from(is_sign), is_decimal));
            end
        } else if c.is_alphabetic() && c != 'º' {
            let end = run(&|at| chars.get(at).is_some_and(|c| c.is_alphabetic() && *c != 'º'));
            tokens.extend(word(&chars[at..end].iter().collect::<String>().to_lowercase())?);
            end
        } else {
            tokens.extend(sign(c)?);
            at + 1
        };
        at = end;
    }
    Some(tokens)
}

/// What a word says, or nothing; none when it is no word of coordinates.
fn word(word: &str) -> Option<Option<Token>> {
    let axis = match word {
        "n" | "nord" | "lat" | "latitude" | "y" => Axis::North,
        "s" | "sud" => Axis::South,
        "e" | "est" | "lon" | "lng" | "long" | "longitude" | "x" => Axis::East,
        "o" | "w" | "ouest" => Axis::West,
        "m" | "geo" | "et" => return Some(None),
        _ => return None,
    };
    Some(Some(Token::Axis(axis)))
}

fn sign(c: char) -> Option<Option<Token>> {
    match c {
        '°' | 'º' => Some(Some(Token::Degree)),
        '\'' | '’' | '′' => Some(Some(Token::Minute)),
        '"' | '”' | '″' => Some(Some(Token::Second)),
        ',' | ';' | '/' | '|' | '&' => Some(Some(Token::Break)),
        '?' | '=' | ':' | '(' | ')' | '[' | ']' => Some(None),
        c if c.is_whitespace() => Some(None),
        _ => None,
    }
}

/// One coordinate, whole.
fn value(tokens: &[Token]) -> Option<Value> {
    let (axis, tokens) = match tokens {
        [Token::Axis(axis), rest @ ..] | [rest @ .., Token::Axis(axis)] => (Some(*axis), rest),
        _ => (None, tokens),
    };
    use Token::{Degree, Minute, Number, Second};
    let (number, told) = match *tokens {
        [Number(degrees, _, decimal)] => (degrees, decimal),
        [Number(degrees, ..), Degree] => (degrees, true),
        [Number(degrees, ..), Degree, Number(minutes, ..)]
        | [Number(degrees, ..), Degree, Number(minutes, ..), Minute] => (sexagesimal(degrees, minutes, 0.0)?, true),
        [Number(degrees, ..), Degree, Number(minutes, ..), Minute, Number(seconds, ..)]
        | [Number(degrees, ..), Degree, Number(minutes, ..), Minute, Number(seconds, ..), Second | Minute]
        | [Number(degrees, ..), Degree, Number(minutes, ..), Minute, Number(seconds, ..), Minute, Minute] => {
            (sexagesimal(degrees, minutes, seconds)?, true)
        }
        _ => (thousands(tokens)?, true),
    };
    Some(Value { number, axis, told })
}

fn sexagesimal(degrees: f64, minutes: f64, seconds: f64) -> Option<f64> {
    let in_range = degrees.fract() == 0.0 && (0.0..60.0).contains(&minutes) && (0.0..60.0).contains(&seconds);
    in_range.then(|| degrees + degrees.signum() * (minutes / 60.0 + seconds / 3600.0))
}

/// `6 519 000,50`: groups of three digits after the first, decimals after the last.
fn thousands(tokens: &[Token]) -> Option<f64> {
    let mut total = 0.0;
    for (at, token) in tokens.iter().enumerate() {
        let Token::Number(group, digits, decimal) = *token else { return None };
        let is_group = if at == 0 { digits <= 3 && group > 0.0 } else { digits == 3 };
        if !is_group || (decimal && at + 1 < tokens.len()) {
            return None;
        }
        total = total * 1_000.0 + group;
    }
    (tokens.len() > 1).then_some(total)
}

/// Two coordinates, in the order their letters or their ranges tell.
fn pair(first: &[Token], second: &[Token]) -> Option<LonLat> {
    let (first, second) = (value(first)?, value(second)?);
    degrees(first, second)
        .or_else(|| degrees(second, first))
        .or_else(|| metres(first, second))
        .or_else(|| metres(second, first))
}

fn degrees(lat: Value, lon: Value) -> Option<LonLat> {
    let along = |value: Value, plus: Axis, minus: Axis| match value.axis {
        None => Some(value.number),
        Some(axis) if axis == plus => Some(value.number),
        Some(axis) if axis == minus => Some(-value.number),
        Some(_) => None,
    };
    let told = (lat.told && lon.told) || (lat.axis.is_some() && lon.axis.is_some());
    let at = LonLat { lon: along(lon, Axis::East, Axis::West)?, lat: along(lat, Axis::North, Axis::South)? };
    (told && is_mainland(at)).then_some(at)
}

fn metres(x: Value, y: Value) -> Option<LonLat> {
    let is_along = |value: Value, axis: Axis| value.axis.is_none_or(|said| said == axis);
    if !is_along(x, Axis::East) || !is_along(y, Axis::North) {
        return None;
    }
    let mut known = PROJECTIONS.into_iter().filter(|(_, xs, ys)| xs.contains(&x.number) && ys.contains(&y.number));
    let (crs, ..) = known.next()?;
    layers::to_lonlat(crs, x.number, y.number).ok().filter(|&at| is_mainland(at))
}

fn is_mainland(at: LonLat) -> bool {
    LATITUDES.contains(&at.lat) && LONGITUDES.contains(&at.lon)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ground_distance_m;

    fn check(texts: &[&str], lon: f64, lat: f64) {
        for text in texts {
            let at = read(text).unwrap_or_else(|| panic!("{text:?} is coordinates"));
            assert!(ground_distance_m(at, LonLat { lon, lat }) < 1.0, "{text:?} is read {at:?}");
        }
    }

    #[test]
    fn degrees_are_read_in_either_order_and_with_either_decimal_mark() {
        let forms = [
            "45.7578, 4.8320",
            "4.8320 45.7578",
            "45.7578,4.8320",
            "45,7578 4,8320",
            "45,7578,4,8320",
            "45,7578 ; 4,8320",
            "45,7578, 4,8320",
            "45.7578N 4.8320E",
            "N 45.7578 E 4.8320",
            "45.7578° N, 4.8320° E",
            "lat: 45.7578 lon: 4.8320",
            "geo:45.7578,4.8320",
            "(45.7578/4.8320)",
        ];
        check(&forms, 4.8320, 45.7578);
        check(&["48.1 -1.55", "1,55 O 48,1 N", "48.1N 1.55W", "−1.55 48.1"], -1.55, 48.1);
    }

    #[test]
    fn minutes_and_seconds_are_parts_of_a_degree() {
        let (lon, lat) = (4.0 + 49.0 / 60.0 + 55.2 / 3600.0, 45.0 + 45.0 / 60.0 + 28.0 / 3600.0);
        let forms = [
            "45°45'28\"N 4°49'55.2\"E",
            "45° 45′ 28″ N, 4° 49′ 55,2″ E",
            "4º49’55.2’’ E 45º45’28’’ N",
            "N 45°45.46667' E 4°49.92'",
        ];
        check(&forms[..1], lon, lat);
        check(&forms[2..], lon, lat);
        // A comma cannot part the two and begin decimals at once, unless a space tells.
        check(&forms[1..2], lon, lat);
    }

    #[test]
    fn metres_tell_their_projection() {
        let lambert = layers::from_lonlat(LonLat { lon: 4.85, lat: 45.75 }, Crs::Lambert93).unwrap();
        let (x, y) = (lambert.0.round(), lambert.1.round());
        assert_eq!((x, y), (843_814.0, 6_518_396.0));
        let forms =
            ["843814 6518396", "X=843814 Y=6518396", "6518396, 843814", "843 814 6 518 396", "843 814,2 ; 6 518 396,0"];
        check(&forms, 4.85, 45.75);
        let (x, y) = layers::from_lonlat(LonLat { lon: 4.85, lat: 45.75 }, Crs::Cc46).unwrap();
        check(&[&format!("{x:.2} {y:.2}"), &format!("x: {x:.0} m, y: {y:.0} m")], 4.85, 45.75);
    }

    #[test]
    fn a_pair_may_be_said_to_be_of_its_system() {
        let lambert = ["L93 843814 6518396", "Lambert 93 : 843814 6518396", "Lambert-93 - 843814, 6518396"];
        check(&lambert, 4.85, 45.75);
        check(
            &["EPSG:2154 843814 6518396", "RGF93 / Lambert-93 843814 6518396", "epsg 2154: X=843814 Y=6518396"],
            4.85,
            45.75,
        );
        check(&["843814 6518396 (RGF93 / Lambert 93)", "843814, 6518396 EPSG:2154", "843814 6518396 L93"], 4.85, 45.75);
        let (x, y) = layers::from_lonlat(LonLat { lon: 4.85, lat: 45.75 }, Crs::Cc46).unwrap();
        check(&[&format!("CC46 {x:.0} {y:.0}"), &format!("EPSG:3946 {x:.0} {y:.0}")], 4.85, 45.75);
        check(&[&format!("RGF93 / CC46 {x:.0} {y:.0}"), &format!("{x:.0} {y:.0} CC 46")], 4.85, 45.75);
        let degrees =
            ["WGS84 45.7578, 4.832", "EPSG:4326 4.832 45.7578", "POINT(4.832 45.7578)", "POINT (4.832 45.7578)"];
        check(&degrees, 4.832, 45.7578);
        let degrees = [
            "SRID=4326;POINT(4.832 45.7578)",
            "lat=45.7578&lon=4.832",
            "?lon=4.832&lat=45.7578",
            "GPS : 45.7578 4.832",
        ];
        check(&degrees, 4.832, 45.7578);
        check(&["WGS84 -1.55 48.1", "48.1 -1.55 (WGS 84)"], -1.55, 48.1);
        for text in ["L93", "EPSG:2154", "point 12", "epsg 27572 843814 6518396", "lambert 93 lyon", "POINT(rue 4)"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_address_is_never_coordinates() {
        for text in [
            "12 69003",
            "12, 69003",
            "45 4",
            "12.5 43",
            "8 mai 1945",
            "12 rue de l'est",
            "12-14 69100",
            "04 78 95 12 34",
            "69266000AB0123",
            "842000",
            "1.5 2.5",
            "45.75 95.3",
            "45.7578S 4.83E",
            "12/14 69003",
            "",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
