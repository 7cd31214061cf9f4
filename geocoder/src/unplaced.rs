//! Rows without a position. They lie in the middle of their commune; where nothing of it has a position either, which
//! is known when everything has been read, they lie nowhere, and are refused after all.

use std::collections::BTreeMap;

use layers::CommuneCode;

use crate::{
    reason::Reason,
    report::{LISTED, Report},
    row::Row,
};

/// The accepted rows without position so far, by commune and by file, files counted from 0.
#[derive(Debug, Default)]
pub(crate) struct Unplaced(BTreeMap<(CommuneCode, u32), Rows>);

#[derive(Debug, Default)]
struct Rows {
    count: u64,
    /// Of the last one: a commune of several postcodes is handed over as often.
    last: u64,
    /// Of the first ones.
    lines: Vec<u64>,
}

impl Unplaced {
    /// Takes a row of a file; one that has a position is passed over.
    pub(crate) fn add(&mut self, row: &Row, file: u32) {
        if row.position.is_some() {
            return;
        }
        let rows = self.0.entry((row.commune.code, file)).or_default();
        if rows.last == row.line {
            return;
        }
        (rows.count, rows.last) = (rows.count + 1, row.line);
        if rows.lines.len() < LISTED {
            rows.lines.push(row.line);
        }
    }

    /// Refuses those of the communes that nothing says the place of; the files of the report are those of the rows.
    pub(crate) fn refuse(&self, is_placed: impl Fn(CommuneCode) -> bool, report: &mut Report) {
        for ((commune, file), rows) in self.0.iter().filter(|((commune, _), _)| !is_placed(*commune)) {
            report.take_back(*file as usize, *commune, (rows.count, &rows.lines), Reason::Unplaced);
        }
    }
}
