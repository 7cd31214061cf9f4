//! How sure an answer is: what its words, its number, its commune and its rivals (`confidence/rivals.rs`) say, as one
//! figure between 0 and 1. The steps are fitted: of the answers whose words are this like and whose rivals are this far
//! behind, so many were right, one query in ten asking for what is not in the index. What limits them is policy: at 0.8
//! and above, an answer may be taken without being looked at.

mod rivals;

use crate::{
    rank::{self, Answer, House, Wording},
    suggestion::Verdict,
};

/// Most an answer may claim whose number is not in the street.
const NUMBER_UNKNOWN: f32 = 0.7;
/// The same of a town, where the number has no street.
const NUMBER_IN_TOWN: f32 = 0.3;
/// The same when only the suffix is missing.
const SUFFIX_UNKNOWN: f32 = 0.75;
/// Most an answer may claim that is another type of street.
const OTHER_TYPE: f32 = 0.75;
/// Most an answer may claim that has nothing like a word typed, or where words were left out of which nothing is known.
const LEFT_OUT: f32 = 0.75;
/// Most an answer may claim whose name is not the one typed, where that is the very address in another commune.
const ELSEWHERE: f32 = 0.75;
/// Most an answer may claim whose point is the middle of its town, its own not being known.
const SOMEWHERE_IN_TOWN: f32 = 0.75;
/// Most an answer may claim while the text may go on, where a word is missing inside the part of its name that was typed
/// and nothing says where it is: the text may go on to be another name.
const SKIPPED: f32 = 0.75;
/// Most an answer may claim of which only a letter or two was typed, or a letter of the last word.
const BRIEF: f32 = 0.75;
/// Most an answer may claim that contradicts what was typed.
const CONTRADICTED: f32 = 0.7;
/// Most an answer may claim at all: addresses have more ways to be wrong than a bench.
const SUREST: f32 = 0.99;
/// Share of right answers by likeness, without a rival: the steps that
/// `cargo bench -p geocoder --bench geocode-quality -- --fit 7 --n 1000` prints, both ends of each, the middle of a
/// narrow one.
const BY_TEXT: Steps = &[
    (0.3000, 0.0),
    (0.5507, 0.0),
    (0.5507, 0.082),
    (0.7619, 0.082),
    (0.7712, 0.566),
    (0.7903, 0.705),
    (0.8007, 0.935),
    (0.8850, 0.935),
    (0.8850, 0.999),
];
/// What of it a rival so far behind leaves; from the same run.
const BY_MARGIN: Steps = &[
    (0.0024, 0.611),
    (0.0053, 0.671),
    (0.0084, 0.799),
    (0.0112, 0.842),
    (0.0140, 0.889),
    (0.0183, 0.934),
    (0.0203, 0.999),
];
/// The same two of a text that may go on: half of those are at their beginning, where much begins alike.
const BY_TEXT_UNFINISHED: Steps = &[
    (0.6154, 0.0),
    (0.6155, 0.037),
    (0.7391, 0.037),
    (0.7454, 0.06),
    (0.7636, 0.11),
    (0.7882, 0.476),
    (0.7994, 0.831),
    (0.8007, 0.861),
    (0.8850, 0.861),
    (0.8944, 0.953),
    (0.9039, 0.998),
];
const BY_MARGIN_UNFINISHED: Steps = &[
    (0.0108, 0.334),
    (0.0123, 0.392),
    (0.0157, 0.465),
    (0.0191, 0.53),
    (0.0224, 0.632),
    (0.0268, 0.732),
    (0.0298, 0.779),
    (0.0340, 0.815),
    (0.0380, 0.885),
    (0.0395, 0.921),
    (0.0457, 0.921),
    (0.0457, 0.969),
    (0.0935, 0.969),
    (0.0935, 1.0),
];

/// Most an answer may claim whose name is not as typed where nothing says where it is, by likeness: as many ask so for
/// a street that is in no index, and something is like it. `BY_TEXT_ALONE` of the same run.
const BY_TEXT_ALONE: Steps = &[
    (0.6948, 0.009),
    (0.6970, 0.048),
    (0.7650, 0.048),
    (0.7728, 0.11),
    (0.7779, 0.186),
    (0.8850, 0.186),
    (0.8896, 0.536),
    (0.8969, 0.766),
    (0.8988, 0.928),
];

/// Points of a line that never goes down; level before the first and after the last.
type Steps = &'static [(f32, f32)];

/// How the answers were asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The text may go on.
    pub unfinished: bool,
    /// A map says where the asker looks.
    pub on_map: bool,
    /// Only answers of certain communes or postcodes were asked for.
    pub scoped: bool,
    /// One or two letters were typed, or one of the last word: the beginning of anything.
    pub brief: bool,
}

/// Gives every answer its confidence, best first: none is surer than the one before it.
pub(crate) fn settle(answers: &mut [Answer<'_>], context: Context) {
    let margins = rivals::margins(answers, context);
    let is_elsewhere = answers.iter().any(is_exact_elsewhere);
    let mut ceiling = 1.0f32;
    for (answer, margin) in answers.iter_mut().zip(margins) {
        let mut sure = confidence(answer, margin, context).min(ceiling);
        if is_elsewhere && answer.wording != Wording::Whole {
            sure = sure.min(ELSEWHERE);
        }
        answer.score.confidence = sure;
        ceiling = sure;
    }
}

/// Whether it is what was typed but for where.
fn is_exact_elsewhere(answer: &Answer<'_>) -> bool {
    let is_there = matches!(answer.house, House::NotAsked | House::Found(..));
    answer.wording == Wording::Whole && is_there && contradicts(answer)
}

fn contradicts(answer: &Answer<'_>) -> bool {
    [answer.verdicts.commune, answer.verdicts.postcode].contains(&Some(Verdict::Contradicts))
}

/// Whether the name is not as typed, and neither a commune nor a postcode speaks for it.
fn is_alone(answer: &Answer<'_>, context: Context) -> bool {
    let is_as_typed = match answer.wording {
        Wording::Whole => true,
        Wording::Begun => !answer.skips,
        Wording::Part => context.unfinished && !answer.skips, // the rest is on its way
        Wording::WithoutInitial | Wording::OtherType | Wording::Other => false,
    };
    let speaks = |said: Option<Verdict>| matches!(said, Some(Verdict::Ok | Verdict::Corrected));
    let is_placed = context.scoped || speaks(answer.verdicts.commune) || speaks(answer.verdicts.postcode);
    rank::is_street(answer.place) && !is_as_typed && !is_placed
}

fn confidence(answer: &Answer<'_>, margin: f32, context: Context) -> f32 {
    let number = match answer.house {
        // A number and no street: it was for something else.
        House::NotAsked if answer.verdicts.number == Some(Verdict::Unknown) => NUMBER_IN_TOWN,
        House::Interpolated(_) | House::Unknown(_) => NUMBER_UNKNOWN,
        House::WithoutSuffix(..) => SUFFIX_UNKNOWN,
        House::NotAsked | House::Found(..) => 1.0,
    };
    let said = if contradicts(answer) { CONTRADICTED } else { 1.0 };
    let named = match (answer.wording, answer.verdicts.street) {
        (Wording::OtherType, _) => OTHER_TYPE,
        (_, Some(Verdict::Partial)) => LEFT_OUT,
        _ => 1.0,
    };
    let placed = if answer.place.is_approximate() && !answer.place.kind().is_town() { SOMEWHERE_IN_TOWN } else { 1.0 };
    let (by_text, by_margin) =
        if context.unfinished { (BY_TEXT_UNFINISHED, BY_MARGIN_UNFINISHED) } else { (BY_TEXT, BY_MARGIN) };
    let sure = interpolate(by_text, answer.score.text) * interpolate(by_margin, margin);
    let alone = if is_alone(answer, context) { interpolate(BY_TEXT_ALONE, answer.score.text) } else { 1.0 };
    let so_far = match context {
        Context { brief: true, unfinished, .. } if unfinished || answer.wording != Wording::Whole => BRIEF,
        Context { unfinished: true, .. } if answer.skips && is_alone(answer, context) => SKIPPED,
        _ => 1.0,
    };
    sure.min(alone).min(SUREST) * number.min(said).min(named).min(placed).min(so_far)
}

/// How sure words this like a name are: alone, or with rivals that are as like it.
pub(crate) fn of_likeness(text: f32, has_rivals: bool) -> f32 {
    (interpolate(BY_TEXT, text) * interpolate(BY_MARGIN, if has_rivals { 0.0 } else { 1.0 })).min(SUREST)
}

/// The straight line between the two points around `x`.
fn interpolate(points: Steps, x: f32) -> f32 {
    let after = points.partition_point(|&(at, _)| at <= x);
    match (points.get(after.wrapping_sub(1)), points.get(after)) {
        (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_drawn_between_the_steps() {
        let points: Steps = &[(0.5, 0.2), (0.7, 0.6), (0.7, 0.8)];
        for (x, y) in [(0.0, 0.2), (0.5, 0.2), (0.6, 0.4), (0.7, 0.8), (9.0, 0.8)] {
            assert!((interpolate(points, x) - y).abs() < 1e-6, "{x}: {}", interpolate(points, x));
        }
    }

    #[test]
    fn what_speaks_more_for_an_answer_never_makes_it_less_sure() {
        for steps in [BY_TEXT, BY_MARGIN, BY_TEXT_UNFINISHED, BY_MARGIN_UNFINISHED, BY_TEXT_ALONE] {
            assert!(steps.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1), "{steps:?}");
            assert!(steps.iter().all(|(_, share)| (0.0..=1.0).contains(share)), "{steps:?}");
        }
    }
}
