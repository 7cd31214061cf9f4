//! What can go wrong while building, opening or asking the index.
//! No message carries a typed text: an address somebody looks for is personal data.

use std::{io, path::PathBuf};

use crate::{Loss, Report, losses};

/// An error of this crate, with what an operator needs to act on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A source file that cannot be opened or read to its end.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A source file in which a quote is opened and not closed in its row.
    #[error(
        "{path}, line {line}: a quote (\") is not closed before the end of the row, which hides the rows after it; remove it or close it",
        path = path.display()
    )]
    OpenQuote {
        /// The file.
        path: PathBuf,
        /// Line where the row begins, the header being line 1.
        line: u64,
    },
    /// A source file whose header lacks columns.
    #[error("{path}: no column {missing} in the header. It has {found}", path = path.display())]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// The missing columns, joined.
        missing: String,
        /// The names of the header found, or how many fields the first line has when it is not a header.
        found: String,
    },
    /// A postcode table that cannot be used.
    #[error("{path}: not a postcode table: {why}", path = path.display())]
    Postcodes {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// A list of communes that cannot be used.
    #[error("{path}: not a list of communes: {why}", path = path.display())]
    Communes {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// A source file that tells what changed in another one.
    #[error(
        "{path}, line {line}: _action is not index: this is a list of changes, for an index of addok. Give the whole file as it is after them: what changed in it is found by itself",
        path = path.display()
    )]
    Changes {
        /// The file.
        path: PathBuf,
        /// The first line of it that is a change.
        line: u64,
    },
    /// Sources in which no row was accepted.
    #[error("no address accepted, the index is left as it was: {}", .report.refusals())]
    NothingAccepted {
        /// What became of their rows.
        report: Box<Report>,
    },
    /// Sources that have lost what the current index has of them.
    #[error(
        "addresses would be lost, the index is left as it was: {}. If that is meant, `traboule index --accept-losses`; otherwise put the files right",
        losses::told(.losses)
    )]
    Losses {
        /// By commune, never empty.
        losses: Vec<Loss>,
    },
    /// More addresses than the packed tables can point at.
    #[error("more than {limit} {what}: split the sources")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many fit.
        limit: u64,
    },
    /// A file of the index that cannot be written or put in place.
    #[error("{path}: cannot be written: {source}", path = path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder in which no index has been built.
    #[error("{folder}: no address index here yet: run `traboule index`", folder = folder.display())]
    NoIndex {
        /// The folder looked into.
        folder: PathBuf,
    },
    /// An index made by another version of the program.
    #[error(
        "{folder}: this address index has format {found}, this program reads format {expected}: run `traboule index` again",
        folder = folder.display()
    )]
    OtherSchema {
        /// The revision's folder.
        folder: PathBuf,
        /// Format found.
        found: u32,
        /// Format this program reads.
        expected: u32,
    },
    /// An index whose files are not those that were written.
    #[error("{folder}: damaged address index ({what}): run `traboule index` again", folder = folder.display())]
    Damaged {
        /// The revision's folder.
        folder: PathBuf,
        /// Which file, and how.
        what: String,
    },
    /// Objects of a layer that cannot be used as they are.
    #[error("{folder}: objects to be indexed again: {what}", folder = folder.display())]
    Objects {
        /// The revision's folder.
        folder: PathBuf,
        /// What is wrong with them.
        what: String,
    },
    /// A whole index that was built while edits were made which it would lose.
    #[error(
        "address files were edited while the index was built, and it cannot be edited alike ({why}): build it again"
    )]
    EditedMeanwhile {
        /// Why it cannot.
        why: String,
    },
    /// The full-text engine failed.
    #[error("the full-text engine failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
    /// A query without a single letter or digit.
    #[error("empty query")]
    EmptyQuery,
    /// A query longer than [`MAX_QUERY_CHARS`](crate::MAX_QUERY_CHARS).
    #[error("query of {chars} characters, more than the {limit} allowed", limit = crate::MAX_QUERY_CHARS)]
    QueryTooLong {
        /// Its length in characters.
        chars: usize,
    },
}
