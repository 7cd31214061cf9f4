//! Rows and cells as they stand in a file: where each begins and ends, in bytes.
//! A row that is answered is copied as it was written, quotes included, which a CSV reader that gives
//! cells cannot do. The rules are those of the csv crate (a property test compares the two).

use std::{borrow::Cow, ops::Range};

/// How a file marks cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Between cells; ASCII.
    pub(super) delimiter: u8,
    /// Around a cell that holds a delimiter, a quote or a line break; ASCII.
    pub(super) quote: u8,
}

/// What stands at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    /// A row: its length, and its length with its line break.
    Row { content: usize, consumed: usize },
    /// No end of row yet, and more bytes may come.
    Unfinished,
    /// The bytes end inside quotes.
    OpenQuote,
}

#[derive(PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes, or after its closing quote.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: the closing one, or the first of two.
    MaybeClosed,
}

impl Dialect {
    /// The first row of `bytes`, and its cells in `cells`. `last` says that no byte comes after these.
    pub(super) fn scan(self, bytes: &[u8], last: bool, cells: &mut Vec<Range<usize>>) -> Scanned {
        cells.clear();
        let (mut state, mut start) = (State::Start, 0);
        for (at, &byte) in bytes.iter().enumerate() {
            state = match state {
                State::Quoted if byte == self.quote => State::MaybeClosed,
                State::Quoted => State::Quoted,
                State::MaybeClosed if byte == self.quote => State::Quoted,
                State::Start if byte == self.quote => State::Quoted,
                _ if byte == self.delimiter => {
                    cells.push(start..at);
                    start = at + 1;
                    State::Start
                }
                _ if matches!(byte, b'\r' | b'\n') => {
                    if byte == b'\r' && at + 1 == bytes.len() && !last {
                        return Scanned::Unfinished; // its line feed may be the next byte to come
                    }
                    cells.push(start..at);
                    let pair = byte == b'\r' && bytes.get(at + 1) == Some(&b'\n');
                    return Scanned::Row { content: at, consumed: at + 1 + usize::from(pair) };
                }
                _ => State::Plain,
            };
        }
        match state {
            _ if !last => Scanned::Unfinished,
            State::Quoted => Scanned::OpenQuote,
            _ => {
                cells.push(start..bytes.len());
                Scanned::Row { content: bytes.len(), consumed: bytes.len() }
            }
        }
    }

    /// What a cell says, without its quotes.
    pub(super) fn unquoted(self, cell: &[u8]) -> Cow<'_, [u8]> {
        let Some((first, inner)) = cell.split_first() else { return Cow::Borrowed(cell) };
        if *first != self.quote {
            return Cow::Borrowed(cell);
        }
        if let Some((last, text)) = inner.split_last()
            && *last == self.quote
            && !text.contains(&self.quote)
        {
            return Cow::Borrowed(text);
        }
        let (mut text, mut quoted, mut rest) = (Vec::with_capacity(inner.len()), true, inner.iter().peekable());
        while let Some(&byte) = rest.next() {
            match (quoted, byte == self.quote) {
                (true, true) if rest.next_if(|next| **next == self.quote).is_some() => text.push(byte),
                (true, true) => quoted = false,
                _ => text.push(byte),
            }
        }
        Cow::Owned(text)
    }

    /// Appends a cell, in quotes where it needs them.
    pub(super) fn put(self, cell: &[u8], out: &mut Vec<u8>) {
        let special = |byte: &u8| [self.delimiter, self.quote, b'\r', b'\n'].contains(byte);
        if !cell.iter().any(special) {
            return out.extend_from_slice(cell);
        }
        out.push(self.quote);
        for &byte in cell {
            if byte == self.quote {
                out.push(byte);
            }
            out.push(byte);
        }
        out.push(self.quote);
    }
}

/// The delimiter of a file that begins with these bytes: of `;` `,` tab `|`, the one that its first line
/// has most, outside quotes. A line without any is one cell, and `,` parts what is added to it.
pub(super) fn delimiter_of(head: &[u8], quote: u8) -> u8 {
    let mut counts = [(b';', 0), (b',', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for &byte in head {
        match byte {
            _ if byte == quote => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(delimiter, _)| *delimiter == byte).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts.iter().find(|(_, n)| *n == most && most > 0).map_or(b',', |(delimiter, _)| *delimiter)
}

/// The line break of a row just scanned.
pub(super) fn line_break(row: &[u8], content: usize) -> &'static [u8] {
    match row.get(content..).unwrap_or_default() {
        [b'\r', b'\n', ..] => b"\r\n",
        [b'\r', ..] => b"\r",
        _ => b"\n",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: b'"' };

    /// Every row as its cells; blank lines left out, as the csv crate does.
    fn rows(mut bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let (mut rows, mut cells) = (Vec::new(), Vec::new());
        while !bytes.is_empty() {
            match COMMA.scan(bytes, true, &mut cells) {
                Scanned::Row { content, consumed } => {
                    if content > 0 {
                        rows.push(cells.iter().map(|cell| COMMA.unquoted(&bytes[cell.clone()]).into_owned()).collect());
                    }
                    bytes = &bytes[consumed..];
                }
                Scanned::OpenQuote => break,
                Scanned::Unfinished => panic!("these are the last bytes"),
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_csv_crate(text in "[ab,\"\r\n]{0,40}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<Vec<u8>>> =
                reader.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
            let found = rows(text.as_bytes());
            // A quote left open is the one difference: the csv crate takes what is there for a cell.
            let open = found.len() < expected.len();
            prop_assert_eq!(&found[..], &expected[..expected.len() - usize::from(open)]);
        }

        #[test]
        fn a_cell_written_is_the_cell_read(cell in "[ab,;\"\r\n=]{0,20}") {
            let mut line = Vec::new();
            COMMA.put(cell.as_bytes(), &mut line);
            line.extend_from_slice(b",x\n");
            let read = rows(&line);
            prop_assert_eq!(&read[0][0], cell.as_bytes());
        }
    }

    #[test]
    fn a_row_is_not_ended_before_its_line_break_is_whole() {
        let mut cells = Vec::new();
        for unfinished in ["", "a", "a,b\r", "\"a\nb", "\"a\""] {
            assert_eq!(COMMA.scan(unfinished.as_bytes(), false, &mut cells), Scanned::Unfinished, "{unfinished:?}");
        }
        assert_eq!(COMMA.scan(b"a,b\r\nc", false, &mut cells), Scanned::Row { content: 3, consumed: 5 });
        assert_eq!(COMMA.scan(b"a\r", true, &mut cells), Scanned::Row { content: 1, consumed: 2 });
        assert_eq!(COMMA.scan(b"\"a\nb", true, &mut cells), Scanned::OpenQuote);
    }

    #[test]
    fn the_delimiter_is_the_one_that_the_first_line_has_most() {
        for (head, expected) in [
            ("numero;voie;commune\n1,2,3,4,5", b';'),
            ("a,b,c", b','),
            ("a\tb", b'\t'),
            ("a|b|c;d", b'|'),
            ("\"nom, prenom, age\";adresse", b';'),
            ("adresse", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter_of(head.as_bytes(), b'"'), expected, "{head:?}");
        }
    }
}
