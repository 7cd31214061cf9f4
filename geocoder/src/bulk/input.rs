//! Bytes as they arrive → header, then rows, in bounded memory: encoding and delimiter are told by the first bytes, and
//! a quote that is never closed costs one row, not the file. Read `rows` before.

use std::ops::Range;

use super::{
    Error, Options,
    encoding::Encoding,
    rows::{Dialect, Scanned, delimiter_of, line_break},
};

/// Longest row, in bytes. A longer one is a quote left open: its first line alone is taken for a broken row.
pub(super) const LONGEST_ROW: usize = 64 * 1024;
/// What encoding and delimiter are recognised on, in bytes.
const HEAD: usize = 256 * 1024;
/// Bytes read and done with that are kept before the rest is moved over them.
const SPENT: usize = 256 * 1024;

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    pub(super) encoding: Encoding,
    pub(super) dialect: Dialect,
    pub(super) line_break: &'static [u8],
    pub(super) marked: bool,
}

/// The first line, once it has come.
pub(super) struct Header {
    pub(super) format: Format,
    /// Its cells, without their quotes.
    pub(super) names: Vec<Vec<u8>>,
}

/// What comes next.
pub(super) enum Next {
    /// A row as it stands.
    Row,
    /// A row in which a quote is left open.
    Broken,
    /// More bytes are needed.
    Hungry,
    /// The input is over.
    Over,
}

/// The input so far: what has not become rows yet.
pub(super) struct Input {
    /// Bytes as they came, until the format is known.
    head: Vec<u8>,
    /// Bytes in which rows are split: those of the file, or UTF-8 where it is UTF-16.
    bytes: Vec<u8>,
    at: usize,
    finished: bool,
    format: Option<Format>,
    decoder: Option<encoding_rs::Decoder>,
}

impl Input {
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), bytes: Vec::new(), at: 0, finished: false, format: None, decoder: None }
    }

    /// Takes bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.format.is_none() {
            return self.head.extend_from_slice(bytes);
        }
        if self.at > SPENT {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.decode(bytes);
    }

    /// No byte comes any more.
    pub(super) fn finish(&mut self) {
        self.finished = true;
        if self.format.is_some() {
            self.decode(&[]);
        }
    }

    fn decode(&mut self, bytes: &[u8]) {
        let Some(decoder) = &mut self.decoder else { return self.bytes.extend_from_slice(bytes) };
        let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
        let mut text = String::with_capacity(room);
        let _ = decoder.decode_to_string(bytes, &mut text, self.finished); // the room is the largest it can need
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// The format and the header, once enough of the file has come; called until it gives them.
    pub(super) fn header(&mut self, options: &Options) -> Result<Option<Header>, Error> {
        if self.head.len() < HEAD && !self.finished {
            return Ok(None);
        }
        let encoding = options.encoding.unwrap_or_else(|| Encoding::of(&self.head));
        let mark = encoding.mark_len(&self.head);
        self.decoder = encoding.is_wide().then(|| encoding.decoder());
        let head = std::mem::take(&mut self.head);
        self.decode(head.get(mark..).unwrap_or_default());
        let blank = self.bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.at = blank;
        let dialect = Dialect {
            delimiter: options.delimiter.unwrap_or_else(|| delimiter_of(&self.bytes[blank..], options.quote)),
            quote: options.quote,
        };
        let mut cells = Vec::new();
        let (content, consumed) = match dialect.scan(&self.bytes[blank..], self.finished, &mut cells) {
            Scanned::Row { content: 0, .. } => return Err(Error::Empty),
            Scanned::Row { content, consumed } if content <= LONGEST_ROW => (content, consumed),
            Scanned::Row { .. } | Scanned::Unfinished | Scanned::OpenQuote => return Err(Error::Header),
        };
        let line = &self.bytes[blank..blank + consumed];
        let format =
            Format { encoding, dialect, line_break: line_break(line, content), marked: mark > 0 || options.with_bom };
        let names = cells.into_iter().map(|cell| dialect.unquoted(&line[cell]).into_owned()).collect();
        self.at += consumed;
        self.format = Some(format);
        Ok(Some(Header { format, names }))
    }

    /// The next row that is not blank, appended to `out` without its line break.
    pub(super) fn next(&mut self, format: Format, out: &mut Vec<u8>, cells: &mut Vec<Range<usize>>) -> Next {
        loop {
            let rest = &self.bytes[self.at..];
            if rest.is_empty() {
                return if self.finished { Next::Over } else { Next::Hungry };
            }
            let within = &rest[..rest.len().min(LONGEST_ROW)];
            let last = self.finished && within.len() == rest.len();
            match format.dialect.scan(within, last, cells) {
                Scanned::Row { content: 0, consumed } => self.at += consumed,
                Scanned::Row { content, consumed } => {
                    out.extend_from_slice(&rest[..content]);
                    self.at += consumed;
                    return Next::Row;
                }
                Scanned::Unfinished if within.len() < LONGEST_ROW => return Next::Hungry,
                Scanned::Unfinished | Scanned::OpenQuote => {
                    let start = out.len();
                    self.at += broken(rest, format.dialect, out);
                    let _ = format.dialect.scan(&out[start..], true, cells); // closed by now: only its cells are wanted
                    return Next::Broken;
                }
            }
        }
    }
}

/// A quote that is not closed would hide the rows after it: the first line is taken for the row, its cells as they
/// stand between delimiters, in quotes where they need them so that the output does not repeat the fault.
/// Gives what was consumed.
fn broken(rest: &[u8], dialect: Dialect, out: &mut Vec<u8>) -> usize {
    let end = rest.iter().take(LONGEST_ROW).position(|byte| matches!(byte, b'\r' | b'\n'));
    let line = &rest[..end.unwrap_or(rest.len().min(LONGEST_ROW))];
    for (rank, cell) in line.split(|byte| *byte == dialect.delimiter).enumerate() {
        if rank > 0 {
            out.push(dialect.delimiter);
        }
        dialect.put(cell, out);
    }
    line.len()
}
