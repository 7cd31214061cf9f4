//! The goals of the geocoder, row by row, and whether this run meets them.
//!
//! Each class stands alone: a row that covers several shows the one that does worst.

use crate::{classes::Group, index::Measured, measure::Spread, memory::Opened, run::Tally, truth::Outcome};

/// One row: what is measured, what is asked for, what came.
struct Row {
    number: &'static str,
    measure: String,
    goal: String,
    got: String,
    met: bool,
}

/// Prints the rows this run can tell.
pub(crate) fn table(tallies: &[Tally], measured: &Measured, opened: &Opened) {
    let tallies: Vec<&Tally> = tallies.iter().filter(|tally| !tally.asked.is_empty()).collect();
    let mut rows = quality(&tallies);
    rows.extend(confidence(&tallies));
    rows.extend(everyday(&tallies));
    rows.extend(costs(&tallies));
    rows.extend(sizes(measured, opened));
    println!("\n| # | measure | goal | here | met |\n|---|---|---|---|---|");
    for Row { number, measure, goal, got, met } in rows {
        println!("| {number} | {measure} | {goal} | {got} | {} |", if met { "yes" } else { "NO" });
    }
}

fn quality(tallies: &[&Tally]) -> Vec<Row> {
    let class = |tally: &Tally, names: &[&str]| names.contains(&tally.class.as_str());
    let begins = |beginning: &'static str| move |t: &Tally| t.class.starts_with(beginning);
    let written = |t: &Tally| t.group == Group::Full && !class(t, &["unknown-number", "homonyms"]);
    let outside: usize = all(tallies).map(|outcome| outcome.outside).sum();
    let invented: usize = all(tallies).map(|outcome| outcome.invented).sum();
    let mut rows = Vec::new();
    rows.extend(worst("1", "written forms, top-1", 99.5, tallies, written, first));
    rows.extend(worst("1", "unknown number: the street", 99.8, tallies, |t| class(t, &["unknown-number"]), first));
    rows.extend(worst("2", "1 typo, Paris", 94.0, tallies, |t| class(t, &["typo-1"]) && t.corpus == "Paris", first));
    rows.extend(worst(
        "2",
        "1 typo, elsewhere",
        99.0,
        tallies,
        |t| class(t, &["typo-1"]) && t.corpus != "Paris",
        first,
    ));
    rows.extend(worst("3", "2 typos with postcode", 98.0, tallies, |t| class(t, &["typo-2"]), first));
    rows.extend(worst("3", "merged or split words", 98.0, tallies, |t| class(t, &["merged-split"]), first));
    rows.extend(worst("4", "prefixes, top-5, % of the ceiling", 92.0, tallies, begins("prefix"), of_ceiling));
    rows.extend(worst("5", "street + 3 letters, top-1", 99.0, tallies, |t| class(t, &["city-3"]), first));
    rows.extend(worst("6", "reverse", 100.0, tallies, |t| class(t, &["reverse"]), first));
    rows.push(none("7", "answers outside a commune named", outside));
    rows.extend(worst("8", "wrong part said", 95.0, tallies, begins("wrong"), |t| share(t, |o| o.said)));
    let refused = |t: &Tally| share(t, |o| !o.confident());
    rows.extend(worst("9", "removed, not accepted", 99.5, tallies, |t| class(t, &["removed"]), refused));
    rows.push(none("9", "invented numbers", invented));
    rows.extend(worst("10", "homonyms, nearest first", 97.0, tallies, |t| class(t, &["homonyms"]), first));
    rows
}

fn confidence(tallies: &[&Tally]) -> Vec<Row> {
    let pool: Vec<&Tally> = tallies.iter().filter(|t| matches!(t.group, Group::Full | Group::Typo)).copied().collect();
    let known: Vec<&Tally> = pool.iter().filter(|t| t.class != "unknown-number").copied().collect();
    let kept = |pool: &[&Tally]| ratio(all(pool).filter(|o| o.confident()).count(), all(pool).count());
    let sure = all(&pool).filter(|o| o.confident()).count();
    let right = all(&pool).filter(|o| o.confident() && o.passed).count();
    let mut rows = vec![
        row("11", "precision at ≥ 0.8, full and misspelt".to_owned(), 99.9, ratio(right, sure)),
        row("11", "kept at ≥ 0.8, full and misspelt".to_owned(), 92.0, kept(&pool)),
        row("11", "— without the unknown numbers".to_owned(), 92.0, kept(&known)),
    ];
    rows.extend(worst("11", "kept at ≥ 0.8", 85.0, tallies, |t| t.class == "noise", |t| share(t, Outcome::confident)));
    rows
}

/// What no goal names: the figures this geocoder holds itself to.
fn everyday(tallies: &[&Tally]) -> Vec<Row> {
    let goals = [
        ("city-first", 99.5),
        ("region-after", 99.5),
        ("noise-after", 95.0),
        ("number-before", 95.0),
        ("range-suffix", 95.0),
        ("other-type", 95.0),
        ("other-type-bare", 95.0),
        ("half-word-one", 90.0),
        ("half-inside", 90.0),
        ("quarter-before", 90.0),
        ("quarter-after", 90.0),
        ("typo-bare", 90.0),
        ("number-after-typo", 94.0),
        ("town-typo", 97.0),
        ("merged-bare", 95.0),
        ("part-bare", 95.0),
        ("initial", 95.0),
    ];
    let of = |name: &'static str| move |t: &Tally| t.class == name;
    let mut rows: Vec<Row> =
        goals.iter().filter_map(|&(name, goal)| worst("+", "top-1", goal, tallies, of(name), first)).collect();
    rows.extend(worst("+", "top-5, % of the ceiling", 92.0, tallies, of("half-word"), of_ceiling));
    let sure = |t: &Tally| share(t, |outcome| !outcome.confident() || outcome.passed);
    let unmistaken = [
        "number-before",
        "range-suffix",
        "number-after-typo",
        "other-type-bare",
        "half-word",
        "quarter-before",
        "quarter-after",
        "initial",
    ];
    for name in unmistaken {
        rows.extend(worst("+", "not wrong at ≥ 0.8", 99.5, tallies, of(name), sure));
    }
    let refused = |t: &Tally| share(t, |outcome| !outcome.confident());
    for (name, goal) in
        [("foreign-street", 99.0), ("nowhere-number", 98.0), ("nowhere-alone", 95.0), ("nowhere-number-after", 97.0)]
    {
        rows.extend(worst("+", "street that is nowhere, not accepted", goal, tallies, of(name), refused));
    }
    rows.extend(worst("+", "word of no name, not accepted", 99.0, tallies, of("unknown-word"), refused));
    rows
}

fn costs(tallies: &[&Tally]) -> Vec<Row> {
    let groups = [
        ("full", Group::Full, 0.3, 2.0),
        ("prefix", Group::Prefix, 1.0, 5.0),
        ("typo", Group::Typo, 2.0, 8.0),
        ("reverse", Group::Reverse, 0.05, 1.0),
    ];
    let mut rows = Vec::new();
    for (name, group, cpu, wall) in groups {
        let asked = || tallies.iter().filter(|tally| tally.group == group).flat_map(|tally| &tally.asked);
        if asked().next().is_none() {
            continue;
        }
        rows.push(below(
            "13",
            format!("CPU ms a query, {name}, mean"),
            cpu,
            Spread::of(asked().map(|a| a.cost.cpu)).mean,
        ));
        rows.push(below("14", format!("wall ms p99, {name}"), wall, Spread::of(asked().map(|a| a.cost.wall)).p99));
    }
    rows
}

fn sizes(measured: &Measured, opened: &Opened) -> Vec<Row> {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    vec![
        below("15", "resident MB, anonymous".to_owned(), 60.0, megabytes(opened.memory.anonymous)),
        below("15", "resident MB, with maps".to_owned(), 120.0, megabytes(opened.memory.resident)),
        below("16", "build, s".to_owned(), 4.0, measured.seconds),
        below("16", "index, MB".to_owned(), 25.0, megabytes(measured.bytes)),
        below("16", "new process to first answer, s".to_owned(), 0.5, opened.first_answer.as_secs_f64()),
    ]
}

/// The class and corpus that does worst by a measure in percent.
fn worst(
    number: &'static str,
    measure: &str,
    goal: f64,
    tallies: &[&Tally],
    keep: impl Fn(&Tally) -> bool,
    percent: impl Fn(&Tally) -> f64,
) -> Option<Row> {
    let kept = tallies.iter().filter(|tally| keep(tally));
    let (tally, got) = kept.map(|tally| (tally, percent(tally))).min_by(|a, b| a.1.total_cmp(&b.1))?;
    let mut row = row(number, measure.to_owned(), goal, got);
    row.got = format!("{} ({}, {}, n = {})", row.got, tally.class, tally.corpus, tally.asked.len());
    Some(row)
}

fn row(number: &'static str, measure: String, goal: f64, got: f64) -> Row {
    Row { number, measure, goal: format!("≥ {goal} %"), got: format!("{got:.2}"), met: got >= goal }
}

fn below(number: &'static str, measure: String, goal: f64, got: f64) -> Row {
    Row { number, measure, goal: format!("≤ {goal}"), got: format!("{got:.3}"), met: got <= goal }
}

fn none(number: &'static str, measure: &str, got: usize) -> Row {
    Row { number, measure: measure.to_owned(), goal: "0".to_owned(), got: got.to_string(), met: got == 0 }
}

fn all<'a>(tallies: &'a [&Tally]) -> impl Iterator<Item = &'a Outcome> {
    tallies.iter().flat_map(|tally| &tally.asked).map(|asked| &asked.outcome)
}

fn first(tally: &Tally) -> f64 {
    share(tally, |outcome| outcome.passed)
}

fn share(tally: &Tally, keep: impl Fn(&Outcome) -> bool) -> f64 {
    ratio(tally.asked.iter().filter(|asked| keep(&asked.outcome)).count(), tally.asked.len())
}

/// Top-5 as a share of what prefix match and distance can reach.
fn of_ceiling(tally: &Tally) -> f64 {
    let reachable = tally.asked.iter().filter(|asked| asked.ceiling.is_some()).count();
    ratio(tally.asked.iter().filter(|asked| asked.outcome.rank.is_some()).count(), reachable)
}

fn ratio(count: usize, of: usize) -> f64 {
    100.0 * count as f64 / of.max(1) as f64
}
