//! What an open index costs, told by a process of its own that holds nothing else: memory, and time to a first answer.

use std::{
    io::{BufRead, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use geocoder::{Geocoder, Request};

use crate::truth::{Ask, Query};

/// Hidden argument: serve a store to the parent bench.
pub(crate) const CHILD: &str = "--open-store";

/// Resident memory of a process, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    pub resident: u64,
    pub anonymous: u64,
}

/// What the process told.
pub(crate) struct Opened {
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
    /// After all queries.
    pub memory: Memory,
    pub queries: usize,
}

/// Starts a process that opens the store, times its first answer and has it answer some queries.
pub(crate) fn open_apart(store: &Path, queries: &[&Query]) -> Opened {
    let start = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(CHILD)
        .arg(store)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to_child = child.stdin.take().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut sent = queries.iter().filter_map(|query| match &query.ask {
        Ask::Search { text, .. } => Some(text.replace('\n', " ")),
        Ask::Reverse(_) => None,
    });
    writeln!(to_child, "{}", sent.next().unwrap_or_default()).unwrap();
    lines.next();
    let first_answer = start.elapsed();
    let mut asked = 1;
    for text in sent {
        writeln!(to_child, "{text}").unwrap();
        lines.next();
        asked += 1;
    }
    let memory = rollup(&child.id().to_string());
    drop(to_child);
    child.wait().unwrap();
    Opened { first_answer, memory, queries: asked }
}

/// The process itself: a query a line, a line for each answer.
pub(crate) fn serve(store: &Path) {
    let geocoder = Geocoder::open(store).unwrap();
    for text in std::io::stdin().lines().map(Result::unwrap) {
        let request = Request { text, finished: true, limit: 5, ..Request::default() };
        println!("{}", geocoder.search(&request).unwrap_or_default().len());
    }
}

/// Sums over all mappings of a process; zero where the system does not tell.
pub(crate) fn rollup(process: &str) -> Memory {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let kilobytes = |name: &str| {
        let line = text.lines().find(|line| line.split(':').next() == Some(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or_default()
    };
    Memory { resident: kilobytes("Rss") * 1024, anonymous: kilobytes("Anonymous") * 1024 }
}
