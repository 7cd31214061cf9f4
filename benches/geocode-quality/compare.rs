//! Two geocoders on the same queries, side by side, and the queries that the peer alone answers rightly.

use crate::{
    classes::Group,
    measure::Spread,
    report::{percent, shown},
    run::Tally,
};

/// Both columns; the last says where the peer is ahead.
pub(crate) fn table(ours: &[Tally], theirs: &[Tally]) {
    println!("\nHere / addok, on the same queries; CPU of addok is that of server and database:\n");
    println!(
        "| class | corpus | n | top-1 | top-5 | empty | outside | ≥ 0.8 kept | right of those | CPU ms mean | ahead |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (own, peer) in ours.iter().zip(theirs).filter(|(own, _)| !own.asked.is_empty()) {
        let (a, b) = (Figures::of(own), Figures::of(peer));
        let n = own.asked.len();
        let pair = |figure: fn(&Figures) -> usize| format!("{} / {}", percent(figure(&a), n), percent(figure(&b), n));
        println!(
            "| {} | {} | {n} | {} | {} | {} / {} | {} / {} | {} | {} / {} | {:.3} / {:.1} | {} |",
            own.class,
            own.corpus,
            pair(|f| f.first),
            pair(|f| f.fifth),
            a.empty,
            b.empty,
            a.outside,
            b.outside,
            pair(|f| f.kept),
            percent(a.right, a.kept),
            percent(b.right, b.kept),
            a.cpu,
            b.cpu,
            if b.is_ahead_of(&a, &own.class) { "addok" } else { "" },
        );
    }
}

struct Figures {
    first: usize,
    fifth: usize,
    empty: usize,
    outside: usize,
    kept: usize,
    right: usize,
    cpu: f64,
}

impl Figures {
    fn of(tally: &Tally) -> Self {
        let count = |keep: fn(&crate::truth::Outcome) -> bool| tally.asked.iter().filter(|a| keep(&a.outcome)).count();
        Self {
            first: count(|outcome| outcome.passed),
            fifth: count(|outcome| outcome.rank.is_some()),
            empty: count(|outcome| outcome.answers == 0),
            outside: tally.asked.iter().map(|asked| asked.outcome.outside).sum(),
            kept: count(crate::truth::Outcome::confident),
            right: count(|outcome| outcome.confident() && outcome.passed),
            cpu: Spread::of(tally.asked.iter().map(|asked| asked.cost.cpu)).mean,
        }
    }

    fn is_ahead_of(&self, other: &Self, class: &str) -> bool {
        // Nothing is right there: the fewer answers are taken, the better.
        if class == "removed" { self.kept < other.kept } else { self.first > other.first || self.fifth > other.fifth }
    }
}

/// Queries the peer answers rightly and we do not.
pub(crate) fn lost(ours: &[Tally], theirs: &[Tally], most: usize) {
    for (own, peer) in ours.iter().zip(theirs) {
        let lost = || own.asked.iter().zip(&peer.asked).filter(|(a, b)| !a.outcome.passed && b.outcome.passed);
        if own.group == Group::Reverse || lost().next().is_none() || most == 0 {
            continue;
        }
        println!("\n{} · {}: addok alone is right on {}", own.class, own.corpus, lost().count());
        for (a, b) in lost().take(most) {
            println!("  « {} »", a.query.text());
            println!("    here  {}", a.found.first().map(shown).unwrap_or_default());
            println!("    addok {}", b.found.first().map(shown).unwrap_or_default());
        }
    }
}
