//! How sure an answer is: what its words, its number, its commune and its rivals say, as one figure between 0 and 1.
//! The steps are policy, set by hand and checked on queries set aside (`benches/geocode-quality`): at 0.8 and above,
//! an answer may be taken without being looked at.

use crate::{
    address::Kind,
    rank::{Answer, House},
    suggestion::{MatchType, Verdict},
};

/// Most an answer may claim whose number is not in the street.
const NUMBER_UNKNOWN: f32 = 0.7;
/// The same when only the suffix is missing.
const SUFFIX_UNKNOWN: f32 = 0.75;
/// Most an answer may claim that contradicts what was typed.
const CONTRADICTED: f32 = 0.7;
/// Likeness below which nothing is claimed, and what each step of likeness above it claims.
const BY_TEXT: [(f32, f32); 6] = [(0.0, 0.0), (0.55, 0.3), (0.75, 0.6), (0.85, 0.8), (0.93, 0.92), (1.0, 0.99)];
/// A rival this close leaves this much.
const BY_MARGIN: [(f32, f32); 4] = [(0.0, 0.55), (0.02, 0.7), (0.06, 0.95), (0.12, 1.0)];

/// Gives every answer its confidence, best first: none is surer than the one before it.
pub(crate) fn settle(answers: &mut [Answer<'_>], unfinished: bool) {
    // The best rival of any answer is among these, since answers come best first and two towns are no rivals.
    let street = answers.iter().position(|answer| !is_town(answer));
    let first: Vec<usize> = (0..answers.len().min(2)).chain(street).collect();
    let keys: Vec<f32> = first.iter().map(|&at| answers[at].score.key()).collect();
    let mut ceiling = 1.0f32;
    for at in 0..answers.len() {
        let own = answers[at].score.key();
        let rivals =
            first.iter().zip(&keys).filter(|&(&other, _)| other != at && is_rival(&answers[at], &answers[other]));
        let best_rival = rivals.map(|(_, &key)| key).fold(f32::MIN, f32::max);
        let margin = if best_rival == f32::MIN { 1.0 } else { own - best_rival };
        let sure = confidence(&answers[at], margin.max(0.0), unfinished).min(ceiling);
        answers[at].score.confidence = sure;
        ceiling = sure;
    }
}

/// Two answers between which the asker would have to choose.
fn is_rival(a: &Answer<'_>, b: &Answer<'_>) -> bool {
    // A former commune and the one it is in, a city and its arrondissements: not two choices.
    !(is_town(a) && is_town(b))
}

fn is_town(answer: &Answer<'_>) -> bool {
    matches!(answer.place.kind(), Kind::City | Kind::District)
}

fn confidence(answer: &Answer<'_>, margin: f32, unfinished: bool) -> f32 {
    let text = interpolate(&BY_TEXT, answer.score.text);
    let number = match answer.house {
        House::Interpolated(_) | House::Unknown(_) => NUMBER_UNKNOWN,
        House::WithoutSuffix(..) => SUFFIX_UNKNOWN,
        House::NotAsked | House::Found(..) => 1.0,
    };
    let verdicts = [answer.verdicts.commune, answer.verdicts.postcode];
    let said = if verdicts.contains(&Some(Verdict::Contradicts)) { CONTRADICTED } else { 1.0 };
    let rivals = interpolate(&BY_MARGIN, margin);
    let typing = if unfinished { 0.95 } else { 1.0 };
    text * rivals * typing * number.min(said)
}

/// How sure words this like a name are: alone, or with rivals that are as like it.
pub(crate) fn of_likeness(text: f32, has_rivals: bool) -> f32 {
    interpolate(&BY_TEXT, text) * interpolate(&BY_MARGIN, if has_rivals { 0.0 } else { 1.0 })
}

/// The straight line between the two points around `x`.
fn interpolate(points: &[(f32, f32)], x: f32) -> f32 {
    let after = points.partition_point(|&(at, _)| at <= x);
    match (points.get(after.wrapping_sub(1)), points.get(after)) {
        (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
        (None, None) => 0.0,
    }
}

/// How an answer was reached.
pub(crate) fn match_type(answer: &Answer<'_>) -> MatchType {
    let verdicts = answer.verdicts;
    let is_town = matches!(answer.place.kind(), Kind::City | Kind::District);
    match answer.house {
        House::Interpolated(_) => MatchType::Interpolated,
        House::Unknown(_) => MatchType::Street,
        House::WithoutSuffix(..) => MatchType::Corrected,
        _ if is_town && verdicts.street.is_none() => MatchType::Commune,
        _ if [verdicts.street, verdicts.commune, verdicts.postcode].iter().flatten().any(|v| *v != Verdict::Ok) => {
            MatchType::Corrected
        }
        _ => MatchType::Exact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_drawn_between_the_steps() {
        assert!((interpolate(&BY_TEXT, 1.0) - 0.99).abs() < 1e-6);
        assert!((interpolate(&BY_TEXT, 0.8) - 0.7).abs() < 1e-6);
        assert!((interpolate(&BY_MARGIN, 7.0) - 1.0).abs() < 1e-6);
        assert!(BY_TEXT.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1) && BY_MARGIN.is_sorted_by(|a, b| a.0 < b.0));
    }
}
