//! A text cut into pieces of some sixteen kilobytes, at ends of lines that are chosen by what the line before holds:
//! where a line is added, changed or removed, every piece but the one around it is as it was, wherever it now begins.
//! Telling what changed in an address file is then a matter of hashing, and only pieces that are new need be parsed.

use std::io::{self, BufRead, BufReader, Read};

use crate::{
    hash::hash,
    table::{self, Text},
};

/// One line in so many is the last of its piece.
const LINES: u64 = 64;

/// A run of whole lines of a text. The first piece is the first line, a table's header, which gives the others their
/// meaning: it is part of their hash, and they are read after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub hash: u64,
    pub bytes: u64,
}

/// The pieces of a text, all its bytes in order.
pub(crate) fn cut(text: &mut impl BufRead) -> io::Result<Vec<Piece>> {
    let (mut pieces, mut header, mut line) = (Vec::new(), 0, Vec::new());
    let mut piece = Piece { hash: 0, bytes: 0 };
    let mut quotes = Quotes::default();
    loop {
        line.clear();
        if text.read_until(b'\n', &mut line)? == 0 {
            pieces.extend(Some(piece).filter(|piece| piece.bytes > 0));
            return Ok(pieces);
        }
        let own = hash(0, &line);
        piece = Piece { hash: hash(piece.hash, &own.to_le_bytes()), bytes: piece.bytes + line.len() as u64 };
        quotes.read(&line);
        // An empty line ends nothing: readers take it as the beginning of the row after it. Neither does one that ends
        // inside quotes.
        let is_whole = !line.trim_ascii().is_empty() && !quotes.are_open;
        let is_last = is_whole && (pieces.is_empty() || own.is_multiple_of(LINES));
        if is_last {
            header = if pieces.is_empty() { piece.hash } else { header };
            pieces.push(piece);
            piece = Piece { hash: header, bytes: 0 };
        }
    }
}

/// Whether a line ends inside the quotes of a cell, by the rules of the csv crate.
#[derive(Debug, Default)]
struct Quotes {
    /// That of the first line; none of a text that is no table.
    delimiter: Option<Option<u8>>,
    are_open: bool,
}

impl Quotes {
    /// Takes the next line, with its end.
    fn read(&mut self, line: &[u8]) {
        let text = line.trim_ascii_start();
        if self.delimiter.is_none() && !text.is_empty() {
            self.delimiter = Some((!text.starts_with(b"{")).then(|| table::delimiter(line)));
        }
        let Some(Some(delimiter)) = self.delimiter.filter(|_| self.are_open || line.contains(&b'"')) else { return };
        let (mut is_open, mut at_start) = (self.are_open, !self.are_open);
        let mut bytes = line.iter().peekable();
        while let Some(&byte) = bytes.next() {
            if is_open {
                // Two quotes are one of the text.
                is_open = byte != b'"' || bytes.next_if(|next| **next == b'"').is_some();
            } else {
                is_open = at_start && byte == b'"';
                at_start = byte == delimiter || matches!(byte, b'\r' | b'\n');
            }
        }
        self.are_open = is_open;
    }
}

/// The text of some of its pieces, in order; the first is always there.
pub(crate) fn select(text: Text, pieces: &[Piece], wanted: impl Fn(usize) -> bool) -> Text {
    let mut runs: Vec<Run> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let is_wanted = index == 0 || wanted(index);
        match runs.last_mut() {
            Some(run) if is_wanted && run.skip_after == 0 => run.take += piece.bytes,
            Some(run) if !is_wanted => run.skip_after += piece.bytes,
            _ => runs.push(Run { take: piece.bytes, skip_after: 0 }),
        }
    }
    let selected = Selected { reader: text.reader, left: 0, skip: 0, runs: runs.into_iter() };
    Text { reader: BufReader::with_capacity(1 << 16, Box::new(selected)), declared_utf8: text.declared_utf8 }
}

/// So many bytes to read, then so many to leave out.
struct Run {
    take: u64,
    skip_after: u64,
}

struct Selected {
    reader: BufReader<Box<dyn Read>>,
    left: u64,
    skip: u64,
    runs: std::vec::IntoIter<Run>,
}

impl Read for Selected {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            let Some(run) = self.runs.next() else { return Ok(0) };
            io::copy(&mut (&mut self.reader).take(self.skip), &mut io::sink())?;
            (self.left, self.skip) = (run.take, run.skip_after);
        }
        let read = (&mut self.reader).take(self.left).read(out)?;
        self.left = if read == 0 { 0 } else { self.left - read as u64 };
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn lines(count: u32) -> Vec<String> {
        (0..count).map(|n| format!("69029_{n:05};Rue Numéro {};{n}\n", n / 7)).collect()
    }

    fn pieces(text: &str) -> Vec<Piece> {
        cut(&mut text.as_bytes()).unwrap()
    }

    /// The pieces of the second text that are not in the first.
    fn new(before: &str, after: &str) -> usize {
        let known = pieces(before);
        pieces(after).iter().filter(|piece| !known.contains(piece)).count()
    }

    #[test]
    fn a_line_that_changes_comes_or_goes_leaves_all_pieces_but_those_around_it() {
        let all = lines(20_000);
        let before = format!("header\n{}", all.concat());
        assert!((200..450).contains(&pieces(&before).len()), "{}", pieces(&before).len());
        for at in [0, 5_000, 19_999] {
            let mut edited = all.clone();
            edited[at] = "another line\n".to_owned();
            assert!((1..=2).contains(&new(&before, &format!("header\n{}", edited.concat()))));
            edited.insert(at, "one more\n".to_owned());
            assert!((1..=3).contains(&new(&before, &format!("header\n{}", edited.concat()))));
            edited.drain(at..at + 2);
            assert!(new(&before, &format!("header\n{}", edited.concat())) <= 2);
        }
        assert_eq!(new(&before, &before), 0);
        let renamed = format!("Header\n{}", all.concat());
        assert_eq!(new(&before, &renamed), pieces(&renamed).len(), "the header gives all the others their meaning");
    }

    #[test]
    fn pieces_hold_every_byte_and_those_wanted_are_read_back() {
        let mut text = "\n\nheader\r\n".to_owned();
        for (n, line) in lines(3_000).iter().enumerate() {
            write!(text, "{line}{}", if n % 5 == 0 { "\n" } else { "" }).unwrap();
        }
        text.push_str("no line end");
        let pieces = pieces(&text);
        assert_eq!(pieces.iter().map(|piece| piece.bytes).sum::<u64>(), text.len() as u64);
        assert_eq!(pieces[0].bytes, "\n\nheader\r\n".len() as u64);
        let (mut expected, mut at) = (String::new(), 0);
        for (index, piece) in pieces.iter().enumerate() {
            let end = at + piece.bytes as usize;
            expected.push_str(if index == 0 || index % 3 == 1 { &text[at..end] } else { "" });
            at = end;
        }
        let whole = Text { reader: BufReader::new(Box::new(io::Cursor::new(text))), declared_utf8: true };
        let mut read = String::new();
        select(whole, &pieces, |index| index % 3 == 1).reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, expected);
    }

    #[test]
    fn no_piece_ends_inside_quotes() {
        let cell = |n: usize| format!("{n};\"line\nline \"\"{n}\"\";\n\";\" {n}\"\n");
        let text = format!("a;b;c\n{}", (0..5_000).map(cell).collect::<String>());
        let pieces = pieces(&text);
        assert!(pieces.len() > 50, "{}", pieces.len());
        let mut at = 0;
        for piece in &pieces[..pieces.len() - 1] {
            at += piece.bytes as usize;
            assert!(
                text[at..].split(';').next().unwrap().bytes().all(|b| b.is_ascii_digit()),
                "{:?}",
                &text[at..at + 9]
            );
        }
        // What only looks like one opens none: a quote inside a cell, a text that is no table.
        for line in ["1;5\" pipe;x\n", "{\"a\": \"b\n"] {
            let mut quotes = Quotes::default();
            quotes.read(if line.starts_with('{') { b"{}\n" } else { b"a;b;c\n" });
            quotes.read(line.as_bytes());
            assert!(!quotes.are_open, "{line:?}");
        }
    }

    #[test]
    fn a_text_without_line_ends_is_one_piece_and_an_empty_one_none() {
        assert_eq!((pieces("a;b\r1;2\r").len(), pieces("").len()), (1, 0));
    }
}
