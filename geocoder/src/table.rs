//! A delimited file as it comes: gzip or not, a byte order mark or not, `;`, `,` or tabs, UTF-8 or
//! Windows-1252. Streamed one record at a time; what is unusual is kept as notices. A line break inside quotes is read
//! as a space: no cell holds one.

use std::{
    fs::File,
    io::{BufRead, BufReader, Chain, Read},
    path::{Path, PathBuf},
};

use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};
use flate2::bufread::MultiGzDecoder;

use crate::{Error, encoding, reason::Notice};

/// What says that a text is UTF-8.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();
/// Put after the last byte of a file: a row by itself, or part of a cell whose quote is open to the end.
const END: &[u8] = b"\n\0end of file\0\n";

/// An open file, past its byte order mark.
pub(crate) struct Text {
    pub reader: BufReader<Box<dyn Read>>,
    /// Whether a byte order mark said it is UTF-8.
    pub declared_utf8: bool,
}

/// The bytes of a file, then [`END`].
type Ended = Chain<BufReader<Box<dyn Read>>, &'static [u8]>;

/// A delimited file past its header.
pub(crate) struct Table {
    path: PathBuf,
    reader: Reader<Ended>,
    bytes: ByteRecord,
    declared_utf8: bool,
    delimiter: u8,
    ends: Ends,
    records: u64,
    /// Line breaks in cells of the records before the last one, and of that one too.
    breaks: (u64, u64),
    /// The header's fields, trimmed.
    pub headers: StringRecord,
    /// What is unusual in the file, found so far.
    pub notices: Vec<Notice>,
}

/// How lines end.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Lf,
    CrLf,
    Cr,
}

/// Opens a file, through gzip when its first bytes say so, past a byte order mark when there is one.
pub(crate) fn open(path: &Path) -> Result<Text, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut raw = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let gzip = raw.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let plain: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let mut reader = BufReader::with_capacity(1 << 16, plain);
    let declared_utf8 = reader.fill_buf().map_err(failed)?.starts_with(MARK);
    if declared_utf8 {
        reader.consume(MARK.len());
    }
    Ok(Text { reader, declared_utf8 })
}

impl Table {
    /// Reads the header. Errors: the file cannot be read.
    pub(crate) fn read(path: &Path, text: Text) -> Result<Self, Error> {
        let Text { mut reader, declared_utf8 } = text;
        let start = reader.fill_buf().map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let header = start.split(|&byte| byte == b'\n' || byte == b'\r').next().unwrap_or_default();
        let delimiter = delimiter(header);
        let mut notices = Vec::new();
        if delimiter != b';' {
            notices.push(Notice::Delimiter);
        }
        let ends = match start.get(header.len()..).unwrap_or_default() {
            [b'\r', b'\n', ..] => Ends::CrLf,
            [b'\r', ..] => Ends::Cr,
            _ => Ends::Lf,
        };
        if ends == Ends::Cr {
            notices.push(Notice::LineBreak);
        }
        let reader = reader.chain(END);
        let mut table = Self {
            path: path.to_owned(),
            reader: ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(reader),
            bytes: ByteRecord::new(),
            declared_utf8,
            delimiter,
            ends,
            records: 0,
            breaks: (0, 0),
            headers: StringRecord::new(),
            notices,
        };
        let mut headers = StringRecord::new();
        table.next(&mut headers)?;
        headers.trim();
        table.headers = headers;
        Ok(table)
    }

    /// Where a column is.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header == name)
    }

    /// The next record; false at the end.
    ///
    /// Errors: the file cannot be read, or a quote is left open: to the end of the file, or up to a quote of another
    /// row. It hides the lines after it, and how many addresses they held is unknown: an error rather than a refused
    /// row.
    pub(crate) fn next(&mut self, record: &mut StringRecord) -> Result<bool, Error> {
        self.bytes = std::mem::take(record).into_byte_record();
        if !self.reader.read_byte_record(&mut self.bytes).map_err(|e| self.failed(e))? || self.is_end() {
            return Ok(false);
        }
        self.records += 1;
        let breaks = self.bytes.as_slice().iter().filter(|byte| is_break(**byte)).count();
        self.breaks = (self.breaks.1, self.breaks.1 + breaks as u64);
        if breaks > 0 && self.hides_rows() {
            return Err(Error::OpenQuote { path: self.path.clone(), line: self.line_of(self.bytes.position()) });
        }
        *record = match StringRecord::from_byte_record(std::mem::take(&mut self.bytes)) {
            Ok(read) => read,
            Err(error) => self.decode(&error.into_byte_record()),
        };
        if breaks > 0 {
            *record = on_one_line(record);
        }
        Ok(true)
    }

    fn is_end(&self) -> bool {
        self.bytes.len() == 1 && self.bytes.as_slice() == END.trim_ascii()
    }

    /// Whether a record with a line break in it is more than one row: it goes on to the end of the file, or has as many
    /// delimiters as two rows have, those inside its cells included.
    fn hides_rows(&self) -> bool {
        let broken = self.bytes.iter().filter(|cell| cell.iter().any(|byte| is_break(*byte)));
        let inside = broken.flatten().filter(|byte| **byte == self.delimiter).count();
        let between = |cells: usize| cells.saturating_sub(1);
        self.bytes.as_slice().ends_with(END) || between(self.bytes.len()) + inside >= 2 * between(self.headers.len())
    }

    fn decode(&mut self, bytes: &ByteRecord) -> StringRecord {
        if !self.notices.contains(&Notice::Encoding) {
            self.notices.push(Notice::Encoding);
        }
        let mut record: StringRecord = bytes.iter().map(|field| encoding::decode(field, self.declared_utf8)).collect();
        record.set_position(bytes.position().cloned());
        record
    }

    fn failed(&self, error: csv::Error) -> Error {
        let source = match error.into_kind() {
            csv::ErrorKind::Io(source) => source,
            other => std::io::Error::other(format!("{other:?}")),
        };
        Error::Read { path: self.path.clone(), source }
    }

    /// Line of the record just read in its file, the header being line 1.
    pub(crate) fn line(&self, record: &StringRecord) -> u64 {
        self.line_of(record.position())
    }

    /// Where a byte of the record just read is in the text. The second byte after the position, which may be that of
    /// the end of the line before.
    pub(crate) fn offset(&self, record: &StringRecord) -> u64 {
        record.position().map_or(0, |position| position.byte() + 1)
    }

    /// The csv crate notes a position before the second half of the line end that precedes it.
    fn line_of(&self, position: Option<&csv::Position>) -> u64 {
        match self.ends {
            Ends::Cr => self.records + self.breaks.0,
            ends => position.map_or(0, csv::Position::line) + u64::from(ends == Ends::CrLf && self.records > 1),
        }
    }

    /// The error of a file whose header lacks columns. A first line that is not one may be an address, which is not for
    /// a log.
    pub(crate) fn missing(&self, columns: &str) -> Error {
        let found = if self.headers.iter().all(|name| name.is_empty() || is_column_name(name)) {
            self.headers.iter().collect::<Vec<_>>().join(";").chars().take(200).collect()
        } else {
            format!("{} columns, not all of which have the name of one", self.headers.len())
        };
        Error::MissingColumns { path: self.path.clone(), missing: columns.to_owned(), found }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The same record, spaces in place of its line breaks.
fn on_one_line(record: &StringRecord) -> StringRecord {
    let cell = |cell: &str| cell.split(['\r', '\n']).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let mut whole: StringRecord = record.iter().map(cell).collect();
    whole.set_position(record.position().cloned());
    whole
}

/// Whether a field of a first line reads like a name that was given to a column.
fn is_column_name(field: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    field.chars().all(is_plain) && !field.chars().all(|c| c.is_ascii_digit())
}

/// The delimiter the header holds most of; `;` when it holds none.
pub(crate) fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|&&byte| byte == delimiter).count();
    [b'\t', b',', b';'].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        for end in ["\n", "\r\n", "\r"] {
            std::fs::write(&path, ["a;b", "1;2", "3;4", "\"5;6"].join(end) + end).unwrap();
            let mut table = Table::read(&path, open(&path).unwrap()).unwrap();
            let mut record = StringRecord::new();
            for line in [2, 3] {
                table.next(&mut record).unwrap();
                assert_eq!(table.line(&record), line, "{end:?}");
            }
            assert!(matches!(table.next(&mut record), Err(Error::OpenQuote { line: 4, .. })), "{end:?}");
        }
    }

    #[test]
    fn a_line_break_inside_quotes_is_a_space_and_one_that_hides_rows_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let read = |lines: &[&str], end: &str| {
            std::fs::write(&path, lines.join(end)).unwrap();
            let mut table = Table::read(&path, open(&path)?)?;
            let (mut record, mut rows) = (StringRecord::new(), Vec::new());
            while table.next(&mut record)? {
                rows.push((table.line(&record), record.iter().collect::<Vec<_>>().join("|")));
            }
            Ok::<_, Error>(rows)
        };
        for end in ["\n", "\r\n", "\r"] {
            let rows = read(&["a;b;c", "\"1;\"\"2", "3\";4;5", "6;7;\"8", "9\""], end).unwrap();
            assert_eq!(rows, [(2, "1;\"2 3|4|5".to_owned()), (4, "6|7|8 9".to_owned())], "{end:?}");
            let short = read(&["a;b;c", "1;\"2", "3\"", "4;5;6", ""], end).unwrap();
            assert_eq!(short, [(2, "1|2 3".to_owned()), (4, "4|5|6".to_owned())], "{end:?}");
            for open in [
                &["a;b;c", "1;2;3", "4;\"5;6", "7;8;9"][..],
                &["a;b;c", "1;2;3", "4;\"5;6", "7;8;9", ""],
                &["a;b;c", "1;2;3", "4;\"5;6", "7;\"8;9", "1;2;3"],
                &["a;b;c", "1;2;3", "\"4;5;6", "7;8;\"9", "1;2;3"],
                &["a;b;c", "1;2;3", "4;5;\"6", "\"7;8;9", "1;2;3"],
            ] {
                assert!(matches!(read(open, end), Err(Error::OpenQuote { line: 3, .. })), "{open:?} {end:?}");
            }
            assert!(matches!(read(&["a;\"b", "1;2"], end), Err(Error::OpenQuote { line: 1, .. })));
        }
    }

    fn rows(bytes: &[u8]) -> (Vec<Vec<String>>, Vec<Notice>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut table = Table::read(&path, open(&path).unwrap()).unwrap();
        let (mut record, mut rows) = (StringRecord::new(), vec![table.headers.iter().map(String::from).collect()]);
        while table.next(&mut record).unwrap() {
            rows.push(record.iter().map(String::from).collect());
        }
        (rows, table.notices)
    }

    #[test]
    fn delimiters_line_ends_and_encodings_are_found() {
        let expected = [vec!["a", "b"], vec!["1", "é"]];
        for (bytes, notices) in [
            ("a;b\r\n1;é\r\n".as_bytes(), vec![]),
            ("\u{feff}a;b\n1;é".as_bytes(), vec![]),
            ("a,b\n\n1,é\n".as_bytes(), vec![Notice::Delimiter]),
            (b"a\tb\n1\t\xe9\n", vec![Notice::Delimiter, Notice::Encoding]),
            (b"a;b\r1;\xe9\r", vec![Notice::LineBreak, Notice::Encoding]),
        ] {
            assert_eq!(
                rows(bytes),
                (expected.iter().map(|row| row.iter().map(|f| (*f).to_owned()).collect()).collect(), notices)
            );
        }
    }
}
