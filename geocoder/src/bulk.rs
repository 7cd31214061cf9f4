//! A CSV file in → the same file with its answers, in constant memory whatever its length.
//! No reading and no writing here: the caller gives bytes as they come ([`Bulk::feed`]) and takes rows to
//! answer ([`Bulk::next`]), so that the same code serves a file on disk and a body that is still arriving.
//! Reading order: `rows`, `input`, `plan`, `answer`.

mod answer;
mod encoding;
mod error;
mod input;
mod options;
mod plan;
mod rows;
mod run;

use std::{ops::Range, sync::Arc};

pub use encoding::Encoding;
pub use error::Error;
use input::{Input, Next};
pub use options::{Options, Task};
use plan::{Plan, Status};
pub use run::run;

use crate::Geocoder;

/// A file being answered.
pub struct Bulk {
    options: Options,
    input: Input,
    plan: Option<Arc<Plan>>,
    passed_over: u64,
}

/// What there is to do.
#[derive(Debug)]
pub enum Step {
    /// Rows to answer.
    Rows(Batch),
    /// More bytes are needed.
    Hungry,
    /// Every row was given.
    Over,
}

/// Rows to answer. Answering takes the time; any thread may do it.
pub struct Batch {
    plan: Arc<Plan>,
    /// What precedes them in the output.
    header: Vec<u8>,
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

struct Row {
    bytes: Range<usize>,
    broken: bool,
}

/// What became of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows answered or passed over since the beginning of the file.
    pub rows: u64,
    /// Rows with an answer.
    pub ok: u64,
    /// Rows without one.
    pub not_found: u64,
    /// Rows that ask nothing.
    pub skipped: u64,
    /// Rows that cannot be understood.
    pub errors: u64,
}

impl Bulk {
    /// Nothing is read yet.
    pub fn new(options: Options) -> Self {
        Self { options, input: Input::new(), plan: None, passed_over: 0 }
    }

    /// Takes bytes of the file, in order. Memory is bounded as long as this is done when [`Step::Hungry`] asks for it.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.feed(bytes);
    }

    /// No byte comes any more.
    pub fn finish(&mut self) {
        self.input.finish();
    }

    /// The next rows, `most` at most.
    ///
    /// Errors: a file without header, or one that lacks a column asked for. It is then over.
    pub fn next(&mut self, most: usize) -> Result<Step, Error> {
        let mut header = Vec::new();
        let plan = match &self.plan {
            Some(plan) => Arc::clone(plan),
            None => {
                let Some(first) = self.input.header(&self.options)? else { return Ok(Step::Hungry) };
                let plan = Arc::new(Plan::new(&self.options, &first)?);
                if self.options.skip == 0 {
                    plan.header(&first.names, &mut header);
                }
                Arc::clone(self.plan.insert(plan))
            }
        };
        let (mut bytes, mut rows, mut cells) = (Vec::new(), Vec::new(), Vec::new());
        let mut over = false;
        while rows.len() < most {
            let start = bytes.len();
            let broken = match self.input.next(plan.format, &mut bytes, &mut cells) {
                Next::Row => false,
                Next::Broken => true,
                Next::Hungry => break,
                Next::Over => {
                    over = true;
                    break;
                }
            };
            if self.passed_over < self.options.skip {
                self.passed_over += 1;
                bytes.truncate(start);
            } else {
                rows.push(Row { bytes: start..bytes.len(), broken });
            }
        }
        match (rows.is_empty() && header.is_empty(), over) {
            (true, true) => Ok(Step::Over),
            (true, false) => Ok(Step::Hungry),
            (false, _) => Ok(Step::Rows(Batch { plan, header, bytes, rows })),
        }
    }

    /// Counts before the first answer: what is passed over counts as rows.
    pub fn counts(&self) -> Counts {
        Counts { rows: self.options.skip, ..Counts::default() }
    }

    /// Name of the encoding of input and output, once the header is read.
    pub fn encoding(&self) -> Option<&'static str> {
        self.plan.as_ref().map(|plan| plan.format.encoding.name())
    }
}

impl Batch {
    /// The rows with their answers, as they leave, and what became of them.
    pub fn answer(&self, geocoder: &Geocoder) -> (Vec<u8>, Counts) {
        let mut out = self.header.clone();
        let (mut counts, mut cells) = (Counts::default(), Vec::new());
        for row in &self.rows {
            let bytes = &self.bytes[row.bytes.clone()];
            let _ = self.plan.format.dialect.scan(bytes, true, &mut cells); // it is a whole row, as `input` gave it
            counts.count(self.plan.answer(geocoder, bytes, &cells, row.broken, &mut out));
        }
        (self.plan.format.encoding.leave(out), counts)
    }
}

impl Counts {
    fn count(&mut self, status: Status) {
        self.rows += 1;
        *match status {
            Status::Ok => &mut self.ok,
            Status::NotFound => &mut self.not_found,
            Status::Skipped => &mut self.skipped,
            Status::Error => &mut self.errors,
        } += 1;
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.rows += more.rows;
        self.ok += more.ok;
        self.not_found += more.not_found;
        self.skipped += more.skipped;
        self.errors += more.errors;
    }
}

impl std::fmt::Debug for Bulk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bulk").field("task", &self.options.task).finish_non_exhaustive() // no cell
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("rows", &self.rows.len()).finish_non_exhaustive() // no cell
    }
}
