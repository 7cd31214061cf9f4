//! Objects that what was typed says equally: those of one name in one place are one; « parc » is a word of a hundred
//! parks, and how many other words each has tells nobody which is meant. Streets are not counted so: their confidence
//! is fitted on how people ask for them.

use std::collections::HashMap;

use layers::LonLat;

use crate::{
    address::{Kind, ground_distance_m},
    rank::{self, Answer, Wording},
    suggestion::Verdict,
};

/// So many other objects with a word make it say a kind of place, even where it is all of a name.
const KIND: usize = 5;

/// Taken off a stop « Stade » where « stade » says a kind: names of two or three words are as like it then.
const ONLY_A_KIND: f32 = 0.2;

/// Objects of one name are one when they are this near: the two sides of a stop, the lawns of a park.
const TWINS_M: f64 = 250.0;

/// Leaves the best of objects that have one name and are in one place.
pub(crate) fn remove_twins(answers: &mut Vec<Answer<'_>>) {
    let mut seen: HashMap<(u8, &str), Vec<LonLat>> = HashMap::new();
    answers.retain(|answer| {
        if !is_object(answer) {
            return true;
        }
        let at = answer.place.position();
        let known = seen.entry((answer.place.shard, answer.place.folded())).or_default();
        let is_twin = known.iter().any(|&other| ground_distance_m(other, at) <= TWINS_M);
        known.push(at);
        !is_twin
    });
}

/// Puts what is no point of interest, and has nothing but the word of a kind for a name, after what is of that kind.
pub(crate) fn kinds_first(answers: &mut [Answer<'_>]) {
    let is_poi = |answer: &Answer<'_>| answer.place.kind() == Kind::Poi && has_more(answer);
    if answers.iter().filter(|answer| is_said(answer) && is_poi(answer)).count() < KIND {
        return;
    }
    let only_kind =
        |answer: &&mut Answer<'_>| is_said(answer) && of_one_word(answer) && answer.place.kind() == Kind::Object;
    answers.iter_mut().filter(only_kind).for_each(|answer| answer.score.small += ONLY_A_KIND);
    rank::sort(answers);
}

/// How far each answer is ahead of the objects that the text says as well as it, by what is beside the names (where
/// they are); none for what no other is said as well as, at most 0 for what another is ahead of.
pub(crate) fn margins(answers: &[Answer<'_>]) -> Vec<Option<f32>> {
    let says_a_kind = answers.iter().filter(|answer| is_said(answer) && has_more(answer)).count() >= KIND;
    let is_alike = |answer: &Answer<'_>| is_said(answer) && (has_more(answer) || (says_a_kind && of_one_word(answer)));
    let beside = |answer: &Answer<'_>| answer.score.standing() - answer.score.text;
    let (mut best, mut second) = (f32::MIN, f32::MIN);
    for beside in answers.iter().filter(|answer| is_alike(answer)).map(beside) {
        (best, second) = if beside > best { (beside, best) } else { (best, second.max(beside)) };
    }
    let margin = |answer: &Answer<'_>| {
        let own = beside(answer);
        let rival = if own < best { best } else { second };
        (is_alike(answer) && rival > f32::MIN).then_some(own - rival)
    };
    answers.iter().map(margin).collect()
}

/// Whether an object has all that was typed.
fn is_said(answer: &Answer<'_>) -> bool {
    is_object(answer) && answer.verdicts.street == Some(Verdict::Ok)
}

/// Whether its name goes on.
fn has_more(answer: &Answer<'_>) -> bool {
    matches!(answer.wording, Wording::Part | Wording::Begun)
}

fn of_one_word(answer: &Answer<'_>) -> bool {
    answer.wording == Wording::Whole && answer.place.words() <= 1
}

fn is_object(answer: &Answer<'_>) -> bool {
    Kind::OBJECTS.contains(&answer.place.kind())
}
