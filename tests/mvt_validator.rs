//! The strict validator of vector tiles, itself proven on the fixtures that the authors of the
//! format publish (npm @mapbox/mvt-fixtures): it refuses every invalid one.

#![allow(clippy::unwrap_used)] // a test and its helpers may fail loudly

#[path = "support/mvt_strict.rs"]
mod mvt_strict;

use std::{path::Path, process::Command};

use mvt_strict::{Rules, Violation, validate, validate_by};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Fixture {
    id: String,
    valid: bool,
    description: String,
    hex: String,
}

/// Fixtures called valid that no reader can tell from one called invalid: the first two are the
/// same bytes (a feature without its type), the others the same mistake (a MoveTo that announces
/// 536,870,911 points and brings one). We refuse all four.
const CONTRADICTIONS: [(&str, &str); 2] = [("016", "003"), ("057", "051")];

#[test]
fn every_invalid_fixture_is_refused() {
    let invalid: Vec<Fixture> = fixtures().into_iter().filter(|fixture| !fixture.valid).collect();
    assert_eq!(invalid.len(), 28);
    for fixture in invalid {
        for rules in [Rules::Must, Rules::Should] {
            let told = validate_by(&fixture.bytes(), rules);
            assert!(told.is_err(), "{} by {rules:?}: {}", fixture.id, fixture.description);
        }
    }
}

#[test]
fn every_valid_fixture_is_accepted_but_those_that_equal_an_invalid_one() {
    let valid: Vec<Fixture> = fixtures().into_iter().filter(|fixture| fixture.valid).collect();
    assert_eq!(valid.len(), 46);
    for fixture in valid {
        let told = validate_by(&fixture.bytes(), Rules::Must);
        let contradictory = CONTRADICTIONS.iter().any(|(id, _)| *id == fixture.id);
        assert_eq!(told.is_err(), contradictory, "{}, {}: {told:?}", fixture.id, fixture.description);
    }
}

#[test]
fn the_contradictory_fixtures_are_what_we_say() {
    let all = fixtures();
    let blames = |id: &str| -> (Vec<u8>, Vec<String>) {
        let bytes = all.iter().find(|fixture| fixture.id == id).unwrap().bytes();
        let violations = validate_by(&bytes, Rules::Must).unwrap_err();
        (bytes, violations.into_iter().map(|violation| violation.what).collect())
    };
    assert_eq!(blames("016"), blames("003"), "the same bytes");
    let announced = vec!["a command announces 536870911 points, 1 follow".to_owned()];
    assert_eq!((blames("057").1, blames("051").1), (announced.clone(), announced));
}

/// A tile of one layer « a » with one feature of this type and these commands.
fn tile(kind: u8, commands: &[u32]) -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat();
    let mut geometry = Vec::new();
    for &integer in commands {
        assert!(integer < 128, "one byte each");
        geometry.push(u8::try_from(integer).unwrap());
    }
    let feature = [&[8, 1, 24, kind][..], &field(4, &geometry)].concat();
    field(3, &[&[120, 2][..], &field(1, b"a"), &field(2, &feature), &[40, 128, 32]].concat())
}

/// A ring from absolute points under 32.
fn ring(points: &[(i32, i32)], cursor: &mut (i32, i32)) -> Vec<u32> {
    let mut commands = Vec::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        match i {
            0 => commands.push(9),
            1 => commands.push(u32::try_from(points.len() - 1).unwrap() << 3 | 2),
            _ => {}
        }
        let zigzag = |step: i32| (step << 1 ^ step >> 31).cast_unsigned();
        commands.extend([zigzag(x - cursor.0), zigzag(y - cursor.1)]);
        *cursor = (x, y);
    }
    commands.push(15);
    commands
}

fn polygon(rings: &[&[(i32, i32)]]) -> Result<usize, Vec<Violation>> {
    let mut cursor = (0, 0);
    let commands: Vec<u32> = rings.iter().flat_map(|points| ring(points, &mut cursor)).collect();
    validate(&tile(3, &commands)).map(|summary| summary.feature_count())
}

const SQUARE: &[(i32, i32)] = &[(0, 0), (20, 0), (20, 20), (0, 20)];

#[test]
fn valid_polygons_are_accepted() {
    assert_eq!(polygon(&[SQUARE]), Ok(1));
    assert_eq!(polygon(&[SQUARE, &[(5, 5), (5, 9), (9, 9), (9, 5)]]), Ok(1), "an interior");
    assert_eq!(polygon(&[SQUARE, &[(0, 5), (5, 9), (9, 5)]]), Ok(1), "an interior that touches at one point");
    assert_eq!(
        polygon(&[SQUARE, &[(5, 5), (5, 9), (9, 9)], &[(9, 9), (9, 12), (12, 12)]]),
        Ok(1),
        "interiors that touch at one point"
    );
    assert_eq!(polygon(&[SQUARE, &[(5, 5), (5, 9), (9, 9)], &[(25, 25), (30, 25), (30, 30)]]), Ok(1), "two exteriors");
}

#[test]
fn invalid_polygons_are_refused() {
    let refused = |rings: &[&[(i32, i32)]], why: &str| {
        let violations = polygon(rings).expect_err(why);
        assert!(violations.iter().any(|violation| violation.what.contains(why)), "{why}: {violations:?}");
    };
    refused(&[&[(0, 0), (0, 20), (20, 20), (20, 0)]], "wound as an interior");
    refused(&[&[(0, 0), (10, 10), (20, 20)]], "no area");
    refused(&[&[(0, 0), (20, 0), (4, 20), (20, 20), (0, 5)]], "cross");
    refused(&[&[(0, 0), (20, 0), (20, 20), (10, 0), (0, 20)]], "meets itself");
    refused(&[&[(0, 0), (20, 0), (10, 10), (20, 20), (0, 20), (10, 10)]], "meets itself");
    refused(&[&[(0, 0), (20, 0), (20, 20), (25, 25), (20, 20), (0, 20)]], "meets itself");
    refused(&[SQUARE, &[(15, 5), (15, 9), (25, 9), (25, 5)]], "cross");
    refused(&[SQUARE, &[(22, 22), (22, 30), (30, 30)]], "leaves its exterior");
    refused(&[SQUARE, &[(20, 5), (20, 9), (25, 9)]], "overlap");
    refused(&[SQUARE, &[(2, 2), (2, 18), (18, 18), (18, 2)], &[(5, 5), (5, 9), (9, 9)]], "lies in another");
    refused(&[SQUARE, &[(0, 10), (10, 20), (15, 10)]], "part the inside");
    refused(&[SQUARE, &[(0, 0), (0, 20), (20, 20), (20, 0)]], "overlap");
}

#[test]
fn the_grammar_of_commands_is_held() {
    let refused =
        |kind: u8, commands: &[u32]| assert!(validate(&tile(kind, commands)).is_err(), "type {kind}, {commands:?}");
    assert!(validate(&tile(1, &[9, 2, 2])).is_ok());
    assert!(validate(&tile(2, &[9, 2, 2, 10, 2, 2])).is_ok());
    refused(0, &[9, 2, 2]);
    refused(4, &[9, 2, 2]);
    refused(1, &[]);
    refused(1, &[1]);
    refused(1, &[10, 2, 2]);
    refused(1, &[9, 2, 2, 9, 2, 2]);
    refused(1, &[11, 2, 2]);
    refused(2, &[9, 2, 2]);
    refused(2, &[17, 2, 2, 2, 2, 10, 2, 2]);
    refused(2, &[9, 2, 2, 2]);
    refused(2, &[9, 2, 2, 10, 0, 0]);
    refused(2, &[9, 2, 2, 10, 2, 2, 15]);
    refused(3, &[9, 0, 0, 18, 8, 0, 0, 8]);
    refused(3, &[9, 0, 0, 10, 8, 0, 15]);
    refused(3, &[9, 0, 0, 26, 8, 0, 0, 8, 7, 7, 15]);
}

#[test]
fn a_tile_cut_short_is_refused_wherever_the_cut() {
    let whole = tile(2, &[9, 2, 2, 18, 2, 2, 4, 4]);
    assert!(validate(&whole).is_ok());
    for len in 1..whole.len() {
        assert!(validate(&whole[..len]).is_err(), "{len} of {} bytes", whole.len());
    }
}

impl Fixture {
    fn bytes(&self) -> Vec<u8> {
        let digits = self.hex.as_bytes().as_chunks::<2>().0;
        digits.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    assert!(
        folder.join("node_modules/@mapbox/mvt-fixtures").is_dir(),
        "the fixtures are not installed: run « make test »"
    );
    let output = Command::new("node")
        .arg("mvt_fixtures.mjs")
        .current_dir(folder)
        .output()
        .expect("node is not there: run « make test »");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
