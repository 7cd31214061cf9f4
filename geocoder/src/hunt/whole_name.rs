//! A whole name of a street that ends with a commune's: « Place Saint-Pierre », « Boulevard Gouvion-Saint-Cyr ». Read
//! as « Place Saint » in Pierre-Bénite it says where to look; as the name it is, it says nothing of where.

use super::Hunt;
use crate::{
    rank::{self, AS_TYPED, Answer, Wording},
    suggestion::Verdict,
};

impl Hunt<'_> {
    /// What bears the whole text as its name contradicts no commune cut out of that name, unless what is left without the
    /// commune is, as exactly, the name of a street there.
    pub(super) fn trust_whole_names(&mut self) {
        let in_town: Vec<&str> =
            self.answers.iter().filter(|answer| is_there(answer)).map(|answer| answer.place.folded()).collect();
        let bears_it: Vec<bool> = self.answers.iter().map(|answer| bears_town(answer, &in_town)).collect();
        for (answer, _) in self.answers.iter_mut().zip(bears_it).filter(|&(_, bears_it)| bears_it) {
            answer.verdicts.commune = None;
            answer.score.commune = 0.0;
        }
    }
}

/// Whether it is exactly what was typed, in the commune named.
fn is_there(answer: &Answer<'_>) -> bool {
    let number = answer.verdicts.number;
    is_whole(answer) && answer.verdicts.commune == Some(Verdict::Ok) && matches!(number, None | Some(Verdict::Ok))
}

/// Whether it is outside the commune named only because its own name ends with it. `in_town`: the streets of that commune
/// that are what is left of the name without it.
fn bears_town(answer: &Answer<'_>, in_town: &[&str]) -> bool {
    let is_outside = answer.verdicts.commune == Some(Verdict::Contradicts) && answer.verdicts.postcode.is_none();
    is_whole(answer) && is_outside && in_town.iter().all(|&name| name == answer.place.folded())
}

fn is_whole(answer: &Answer<'_>) -> bool {
    rank::is_street(answer.place) && answer.wording == Wording::Whole && answer.score.text >= AS_TYPED
}
