//! Who rivals whom: between which answers the asker would have to choose, and how far each is ahead of the others of
//! them. Two parts of one street, a city and its arrondissements are no choice; what was half typed, or is another type
//! of street, may be meant though another answer is liker the text.

use super::{Context, is_alone};
use crate::{
    address::Kind,
    objects::alike,
    rank::{self, Answer, House, Wording},
    suggestion::Verdict,
};

/// Streets of one name this near, in two communes, are one.
const GOES_ON_M: f64 = 200.0;
/// Of so few parts that the best answer after them is of something else.
const MOST_PARTS: usize = 8;
/// Least likeness of all of a name to what was typed with an initial before it.
const ALL_BUT_INITIAL: f32 = 0.8;
/// Of the answers that may be meant though they are less like the text, those that are compared.
const MOST_CONTESTED: usize = 3;

/// How far each answer is ahead of its best rival, 1 without one, 0 for what another answer is ahead of or contests.
pub(super) fn margins(answers: &[Answer<'_>], context: Context) -> Vec<f32> {
    let standing: Vec<f32> = answers.iter().map(|answer| answer.score.standing()).collect();
    let best = best(answers, &standing, context);
    let alike = alike::margins(answers);
    let others: Vec<&Answer<'_>> = answers.iter().filter(|it| may_be_meant(it)).take(MOST_CONTESTED).collect();
    let margin = |at: usize| {
        if others.iter().any(|other| contests(other, &answers[at], context)) {
            return 0.0;
        }
        let rivals = best.iter().filter(|&&other| other != at && is_rival(&answers[at], &answers[other], context));
        let ahead = rivals.map(|&other| standing[at] - standing[other]).fold(1.0, f32::min);
        alike[at].map_or(ahead, |alike| ahead.min(alike)).max(0.0)
    };
    (0..answers.len()).map(margin).collect()
}

/// Those among which the best rival of any answer is: two towns are no rivals, nor are the parts of one street.
fn best(answers: &[Answer<'_>], standing: &[f32], context: Context) -> Vec<usize> {
    let mut best: Vec<usize> = (0..answers.len()).collect();
    best.sort_by(|&a, &b| standing[b].total_cmp(&standing[a]));
    let street = best.iter().copied().find(|&at| !answers[at].place.kind().is_town());
    best.truncate(if context.on_map { MOST_PARTS } else { 2 });
    best.extend(street);
    best
}

/// Two answers between which the asker would have to choose.
fn is_rival(a: &Answer<'_>, b: &Answer<'_>, context: Context) -> bool {
    // A former commune and the one it is in, a city and its arrondissements: not two choices.
    let is_town = |answer: &Answer<'_>| answer.place.kind().is_town();
    !(is_town(a) && is_town(b) || context.on_map && is_one_street(a, b))
}

/// An answer that may be what was meant though another is liker the text.
fn may_be_meant(answer: &Answer<'_>) -> bool {
    is_half_typed(answer) || is_without_initial(answer) || answer.wording == Wording::OtherType
}

/// Whether it is all that was typed but the initial of a first name.
fn is_without_initial(answer: &Answer<'_>) -> bool {
    answer.wording == Wording::WithoutInitial && answer.score.text >= ALL_BUT_INITIAL
}

/// Whether a word of its name was begun, then the town named.
fn is_half_typed(answer: &Answer<'_>) -> bool {
    let verdicts = answer.verdicts;
    answer.wording == Wording::Begun && verdicts.street == Some(Verdict::Corrected) && verdicts.commune.is_some()
}

/// Whether an answer is no surer than another of those: « rue arche paris » begins Rue Archereau as much as it is a
/// part of Rue de la Petite Arche, and Rue Grillet is an « impasse Grillet » as much as Impasse Guillet is. « Rue
/// A. Dumont » may be Rue Dumont though there is a Rue Antoine Dumont, unless it has not the number typed.
fn contests(other: &Answer<'_>, answer: &Answer<'_>, context: Context) -> bool {
    if other.place.key() == answer.place.key() || rank::are_namesakes(other, answer) {
        return false; // rivals as any two
    }
    match answer.wording {
        Wording::Part => is_half_typed(other),
        Wording::Begun if is_without_initial(other) => other.verdicts.number == answer.verdicts.number,
        Wording::Begun => is_half_typed(other) && is_half_typed(answer),
        Wording::Other => other.wording == Wording::OtherType && is_alone(answer, context),
        Wording::Whole | Wording::WithoutInitial | Wording::OtherType => false,
    }
}

/// Whether one is the other, going on in the next commune. From where the asker looks, its nearest part is the answer;
/// without a map, which commune is meant stays open.
fn is_one_street(a: &Answer<'_>, b: &Answer<'_>) -> bool {
    let is_whole = |answer: &Answer<'_>| answer.place.kind() == Kind::Street && answer.house == House::NotAsked;
    is_whole(a) && is_whole(b) && rank::are_namesakes(a, b) && rank::gap_m(a.place.bbox(), b.place.bbox()) <= GOES_ON_M
}
