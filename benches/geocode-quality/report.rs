//! The tables, as Markdown, and the misses one by one.

use geocoder::Built;

use crate::{
    classes::Group,
    corpus::Corpus,
    index::Measured,
    measure::{Spread, milliseconds},
    memory::Opened,
    run::{Asked, Tally},
    truth::{Found, Outcome, Wanted, is_nowhere},
};

/// What the index is and costs.
pub(crate) fn index(measured: &Measured, opened: &Opened) {
    let Measured { built, seconds, bytes, .. } = measured;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!("index: {} addresses, {} places, {} rows refused", built.addresses, built.places, refused(built));
    println!("build: {seconds:.2} s; on disk {:.1} MB", megabytes(*bytes));
    println!(
        "a process of its own, after {} queries: {:.1} MB anonymous, {:.1} MB with maps; first answer {:.0} ms after its start",
        opened.queries,
        megabytes(opened.memory.anonymous),
        megabytes(opened.memory.resident),
        milliseconds(opened.first_answer)
    );
}

fn refused(built: &Built) -> u64 {
    built.report.rows() - built.report.accepted()
}

/// One line a class and corpus.
pub(crate) fn classes(tallies: &[Tally]) {
    println!(
        "\n| class | corpus | n | top-1 | top-5 | ceiling 1 / 5 | empty | outside | invented | ≥ 0.8 kept | right of those \
         | CPU ms p50 / mean / p99 / max | wall ms p50 / p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for tally in tallies.iter().filter(|tally| !tally.asked.is_empty()) {
        println!("{}", line(tally));
    }
}

fn line(tally: &Tally) -> String {
    let asked = &tally.asked;
    let n = asked.len();
    let top = |rank: usize| percent(asked.iter().filter(|a| a.outcome.rank.is_some_and(|r| r <= rank)).count(), n);
    let ceiling = |rank: usize| percent(asked.iter().filter(|a| a.ceiling.is_some_and(|r| r <= rank)).count(), n);
    let ceilings = if tally.class.starts_with("prefix") || tally.class.starts_with("half-word") {
        format!("{} / {}", ceiling(1), ceiling(5))
    } else {
        String::new()
    };
    let confident = asked.iter().filter(|a| a.outcome.confident()).count();
    let second = said_besides(tally).unwrap_or_else(|| top(5));
    let right = asked.iter().filter(|a| a.outcome.confident() && a.outcome.passed).count();
    let cpu = Spread::of(asked.iter().map(|a| a.cost.cpu));
    let wall = Spread::of(asked.iter().map(|a| a.cost.wall));
    format!(
        "| {} | {} | {n} | {} | {} | {ceilings} | {} | {} | {} | {} | {} | {:.3} / {:.3} / {:.3} / {:.3} | {:.3} / {:.3} |",
        tally.class,
        tally.corpus,
        if tally.group == Group::Given {
            percent(asked.iter().filter(|a| a.outcome.passed).count(), n)
        } else {
            top(1)
        },
        second,
        asked.iter().filter(|a| a.outcome.answers == 0).count(),
        asked.iter().map(|a| a.outcome.outside).sum::<usize>(),
        asked.iter().map(|a| a.outcome.invented).sum::<usize>(),
        percent(confident, n),
        percent(right, confident),
        cpu.p50,
        cpu.mean,
        cpu.p99,
        cpu.max,
        wall.p50,
        wall.p99
    )
}

/// Where two namings of one thing contradict, top-5 gives way to « in the first three, said so, below 0.8 »; where
/// nothing is right, to « claims a house with confidence ».
fn said_besides(tally: &Tally) -> Option<String> {
    let share = |counts: fn(&Outcome) -> bool| {
        percent(tally.asked.iter().filter(|asked| counts(&asked.outcome)).count(), tally.asked.len())
    };
    match tally.class.as_str() {
        class if class.starts_with("wrong-") => Some(format!("said {}", share(|it| it.said))),
        class if is_nowhere(class) => Some(format!("house {}", share(|it| it.confident() && it.house))),
        _ => None,
    }
}

/// `97.3`, or a dash where nothing was counted.
pub(crate) fn percent(count: usize, of: usize) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.2}", 100.0 * count as f64 / of as f64) }
}

/// The first misses of each class: what was asked, what was wanted, what came.
pub(crate) fn misses(corpus: &Corpus, tallies: &[Tally], most: usize) {
    for tally in tallies {
        let misses: Vec<&Asked> = tally.asked.iter().filter(|asked| is_miss(tally, asked)).collect();
        if misses.is_empty() || most == 0 {
            continue;
        }
        println!("\n{} · {}: {} misses of {}", tally.class, tally.corpus, misses.len(), tally.asked.len());
        for asked in misses.into_iter().take(most) {
            println!("  « {} »\n    wanted {}", asked.query.text(), wanted(corpus, asked));
            for found in &asked.found {
                println!("    got    {}", shown(found));
            }
        }
    }
}

/// Queries with an answer outside the commune they name, whatever else they gave.
pub(crate) fn strays(corpus: &Corpus, tallies: &[Tally], most: usize) {
    let strays = || tallies.iter().flat_map(|tally| tally.asked.iter().map(move |asked| (tally, asked)));
    let strays = || strays().filter(|(_, asked)| asked.outcome.outside > 0);
    if most == 0 || strays().next().is_none() {
        return;
    }
    println!("\nanswers outside the commune named: {} queries", strays().count());
    for (tally, asked) in strays().take(most) {
        println!("  {}, {} · « {} »", tally.class, tally.corpus, asked.query.text());
        println!("    wanted {} in {}", wanted(corpus, asked), asked.query.scope.join(" "));
        for found in &asked.found {
            println!("    got    {}", shown(found));
        }
    }
}

/// Answers that may be taken without a look, and are wrong.
pub(crate) fn surest_misses(corpus: &Corpus, tallies: &[Tally], most: usize) {
    let wrong = |asked: &&Asked| asked.outcome.confident() && !asked.outcome.passed;
    let full = tallies
        .iter()
        .filter(|tally| matches!(tally.group, Group::Full | Group::Typo | Group::Wrong | Group::Everyday));
    for (tally, asked) in full.flat_map(|tally| tally.asked.iter().filter(wrong).map(move |a| (tally, a))).take(most) {
        println!("  {}, {} · « {} »", tally.class, tally.corpus, asked.query.text());
        println!("    wanted {}", wanted(corpus, asked));
        println!("    got    {}", asked.found.first().map(shown).unwrap_or_default());
    }
}

/// What a class is meant to give, and did not.
fn is_miss(tally: &Tally, asked: &Asked) -> bool {
    if asked.outcome.outside > 0 {
        return true;
    }
    match tally.class.as_str() {
        class if is_nowhere(class) => asked.outcome.confident(),
        class if class.starts_with("wrong-") => !asked.outcome.said,
        class if class.starts_with("prefix-") => asked.outcome.rank.is_none() && asked.ceiling.is_some(),
        _ => !asked.outcome.passed,
    }
}

fn wanted(corpus: &Corpus, asked: &Asked) -> String {
    match &asked.query.wanted {
        Wanted::House(houses) => {
            let house = &corpus.addresses[houses[0] as usize];
            let street = corpus.street_of(houses[0]);
            let commune = &corpus.commune_of(street).name;
            format!("{} {}, {commune} ({}){}", house.number_text(), street.name, house.id, others(houses.len()))
        }
        Wanted::Street(streets) => {
            let street = &corpus.streets[streets[0] as usize];
            format!("{}, {} ({}){}", street.name, corpus.commune_of(street).name, street.id, others(streets.len()))
        }
        Wanted::Nearest(metres) => format!("an address at {metres:.2} m"),
        Wanted::Expected(expected) => format!("{expected:?}"),
        Wanted::Nothing => "nothing".to_owned(),
    }
}

fn others(all: usize) -> String {
    if all > 1 { format!(" or {} of that name", all - 1) } else { String::new() }
}

/// An answer on one line.
pub(crate) fn shown(found: &Found) -> String {
    let Found { kind, name, number, insee, city, score, match_type, contradicts, id, .. } = found;
    let number = number.as_deref().map(|number| format!("{number} ")).unwrap_or_default();
    let says = if *contradicts { ", contradicts" } else { "" };
    format!("{number}{name}, {insee} {city} [{}] {score:.3} {match_type}{says} ({id})", kind.as_str())
}
