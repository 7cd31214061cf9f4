//! Whether the score is a confidence: of the answers at 0.9, nine in ten should be right.

use crate::{classes::Group, report::percent, run::Tally};

/// A line a tenth of the score, over all classes that are not still being typed.
pub(crate) fn table(tallies: &[Tally]) {
    println!("\nCalibration, on queries of another seed, all classes but prefixes, reverse and given ones:\n");
    println!("| score | n | right | mean score |\n|---|---|---|---|");
    let fits = |tally: &&Tally| matches!(tally.group, Group::Full | Group::Typo | Group::Wrong);
    let outcomes = || tallies.iter().filter(fits).flat_map(|tally| &tally.asked).map(|asked| &asked.outcome);
    for tenth in 0..10 {
        let (from, to) = (f64::from(tenth) / 10.0, f64::from(tenth + 1) / 10.0);
        let inside = |score: f64| score >= from && (score < to || tenth == 9);
        let these: Vec<_> = outcomes().filter(|outcome| outcome.answers > 0 && inside(outcome.score)).collect();
        let right = these.iter().filter(|outcome| outcome.passed).count();
        let mean = these.iter().map(|outcome| outcome.score).sum::<f64>() / these.len().max(1) as f64;
        println!("| {from:.1}–{to:.1} | {} | {} | {mean:.3} |", these.len(), percent(right, these.len()));
    }
}
