//! Whether the score is a confidence: of the answers at 0.9, nine in ten should be right. And what it is made of, for
//! `fit` to make it so.

use geocoder::Kind;

use crate::{classes::Group, report::percent, run::Tally, truth::Found};

/// What the score of a first answer was made of, and whether the answer was right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    /// Likeness of the words typed and the name.
    pub text: f64,
    /// How far ahead of the next answer it stands, size apart; 1 without another.
    pub margin: f64,
    pub score: f64,
    /// See [`Found::lacks`].
    pub lacks: bool,
    pub right: bool,
}

impl Evidence {
    /// None without an answer.
    pub(crate) fn of(found: &[Found], right: bool) -> Option<Self> {
        let (first, others) = found.split_first()?;
        let is_town = |found: &Found| matches!(found.kind, Kind::City | Kind::District);
        // A city and its arrondissements are not two choices.
        let rivals = others.iter().filter(|other| !(is_town(first) && is_town(other)));
        let best = rivals.map(|rival| rival.standing).fold(f64::NEG_INFINITY, f64::max);
        let margin = (first.standing - best).clamp(0.0, 1.0);
        let Found { text, score, lacks, .. } = *first;
        Some(Self { text, margin, score, lacks, right })
    }
}

/// A line a tenth of the score, over all classes that are not still being typed, and the mean distance between score
/// and truth: once for all answers, once without those kept low on purpose.
pub(crate) fn table(tallies: &[Tally]) {
    let fits = |tally: &&Tally| matches!(tally.group, Group::Full | Group::Typo | Group::Wrong);
    let asked = tallies.iter().filter(fits).flat_map(|tally| &tally.asked);
    let all: Vec<Evidence> = asked.filter_map(|asked| asked.evidence).collect();
    let whole: Vec<Evidence> = all.iter().copied().filter(|evidence| !evidence.lacks).collect();
    println!(
        "\nReliability, on queries of another seed, all classes but prefixes, reverse and given ones; « whole » without"
    );
    println!("the answers that lack something typed or contradict it, whose score is kept low on purpose:\n");
    println!("| score | n | right | mean score | n, whole | right | mean score |\n|---|---|---|---|---|---|---|");
    for (tenth, (all, whole)) in bins(&all).into_iter().zip(bins(&whole)).enumerate() {
        println!("| 0.{tenth}–{:.1} | {} | {} |", (tenth + 1) as f64 / 10.0, cells(&all), cells(&whole));
    }
    println!("\nexpected calibration error: {:.4}; whole answers: {:.4}", error(&all), error(&whole));
}

fn bins(all: &[Evidence]) -> Vec<Vec<Evidence>> {
    let inside = |evidence: &&Evidence, tenth: u8| {
        let from = f64::from(tenth) / 10.0;
        evidence.score >= from && (evidence.score < from + 0.1 || tenth == 9)
    };
    (0..10).map(|tenth| all.iter().filter(|evidence| inside(evidence, tenth)).copied().collect()).collect()
}

fn cells(bin: &[Evidence]) -> String {
    let right = bin.iter().filter(|evidence| evidence.right).count();
    let mean = if bin.is_empty() { "–".to_owned() } else { format!("{:.3}", mean_score(bin)) };
    format!("{} | {} | {mean}", bin.len(), percent(right, bin.len()))
}

fn mean_score(bin: &[Evidence]) -> f64 {
    bin.iter().map(|evidence| evidence.score).sum::<f64>() / bin.len().max(1) as f64
}

/// Mean over the answers of the distance between a tenth's mean score and its share of right ones.
fn error(all: &[Evidence]) -> f64 {
    let gap = |bin: &Vec<Evidence>| {
        let right = bin.iter().filter(|evidence| evidence.right).count() as f64;
        (right - mean_score(bin) * bin.len() as f64).abs()
    };
    bins(all).iter().map(gap).sum::<f64>() / all.len().max(1) as f64
}
