//! Every query with what became of it, for those who fit a score or compare two runs.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use serde_json::json;

use crate::run::Tally;

/// One JSON object a line.
pub(crate) fn write(tallies: &[Tally], path: &Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    for tally in tallies {
        for asked in &tally.asked {
            let line = json!({
                "class": tally.class,
                "corpus": tally.corpus,
                "query": asked.query.text(),
                "right": asked.outcome.passed,
                "rank": asked.outcome.rank,
                "ceiling": asked.ceiling,
                "answers": asked.outcome.answers,
                "outside": asked.outcome.outside,
                "score": asked.outcome.score,
                "text": asked.found.first().map(|found| found.text),
                "standing": asked.found.first().map(|found| found.standing),
                "next": asked.found.get(1).map(|found| found.standing),
                "name": asked.found.first().map(|found| found.name.clone()),
                "match_type": asked.found.first().map(|found| found.match_type),
                "answer": asked.found.first().map(|found| found.id.clone()),
                "cpu_ms": asked.cost.cpu,
                "wall_ms": asked.cost.wall,
            });
            writeln!(out, "{line}").unwrap();
        }
    }
    out.flush().unwrap();
}
