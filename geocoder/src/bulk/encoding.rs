//! The encoding of a file: named or recognised, read cell by cell, and written back.
//! Rows are split on bytes. That is right in UTF-8 and in every single-byte superset of ASCII; UTF-16 is
//! turned into UTF-8 on its way in and back on its way out.

use std::borrow::Cow;

use deunicode::deunicode_char;
use encoding_rs::{Encoding as Table, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

const UTF_8_BOM: &[u8] = b"\xef\xbb\xbf";

/// An encoding that rows can be read in: UTF-8, UTF-16, or one byte a character with ASCII in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static Table);

impl Encoding {
    /// UTF-8, with or without a byte order mark.
    pub const UTF_8: Self = Self(UTF_8);
    /// Windows-1252, of which Latin-1 is the part that text uses.
    pub const WINDOWS_1252: Self = Self(WINDOWS_1252);

    /// By one of its usual names (`utf-8`, `utf-8-sig`, `latin-1`, `windows-1252`, `utf-16le`, `iso-8859-15`…);
    /// none for an unknown one, or one whose rows cannot be split on bytes.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        let label = match name.as_str() {
            "utf-8-sig" => "utf-8",
            "latin-1" => "latin1",
            "utf-16-le" => "utf-16le",
            "utf-16-be" => "utf-16be",
            other => other,
        };
        let table = Table::for_label(label.as_bytes())?;
        let readable = table == UTF_8 || is_utf_16(table) || (table.is_single_byte() && table.is_ascii_compatible());
        readable.then_some(Self(table))
    }

    /// Of a file that begins with these bytes: what its mark says, UTF-8 where they are UTF-8 (the last
    /// character may be cut), Windows-1252 otherwise.
    pub fn of(head: &[u8]) -> Self {
        if let Some((table, _)) = Table::for_bom(head) {
            return Self(table);
        }
        match std::str::from_utf8(head) {
            Ok(_) => Self::UTF_8,
            Err(error) if error.error_len().is_none() => Self::UTF_8,
            Err(_) => Self::WINDOWS_1252,
        }
    }

    /// As `charset=` of a content type.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Length of the byte order mark that a file begins with.
    pub(super) fn mark_len(self, head: &[u8]) -> usize {
        Table::for_bom(head).filter(|(table, _)| *table == self.0).map_or(0, |(_, len)| len)
    }

    /// The byte order mark as rows are written before they leave; none where the encoding has none.
    pub(super) fn mark(self) -> &'static [u8] {
        if self.0 == UTF_8 || self.is_wide() { UTF_8_BOM } else { b"" }
    }

    /// Two bytes a unit: turned into UTF-8 before rows are split.
    pub(super) fn is_wide(self) -> bool {
        is_utf_16(self.0)
    }

    pub(super) fn decoder(self) -> encoding_rs::Decoder {
        self.0.new_decoder_without_bom_handling()
    }

    /// A cell as text; none when its bytes are not of this encoding.
    pub(super) fn text(self, cell: &[u8]) -> Option<Cow<'_, str>> {
        if self.0 == UTF_8 || self.is_wide() {
            return std::str::from_utf8(cell).ok().map(Cow::Borrowed);
        }
        self.0.decode_without_bom_handling_and_without_replacement(cell)
    }

    /// Appends text. A character that the encoding lacks is written in plain letters.
    pub(super) fn put(self, text: &str, out: &mut Vec<u8>) {
        if self.0 == UTF_8 || self.is_wide() || text.is_ascii() {
            return out.extend_from_slice(text.as_bytes());
        }
        let mut unit = [0; 4];
        for char in text.chars() {
            match self.0.encode(char.encode_utf8(&mut unit)) {
                (bytes, _, false) => out.extend_from_slice(&bytes),
                (_, _, true) => out.extend_from_slice(deunicode_char(char).unwrap_or("?").as_bytes()),
            }
        }
    }

    /// Rows as they leave: UTF-16 again where the input was.
    pub(super) fn leave(self, rows: Vec<u8>) -> Vec<u8> {
        if !self.is_wide() {
            return rows;
        }
        let bytes = if self.0 == UTF_16LE { u16::to_le_bytes } else { u16::to_be_bytes };
        String::from_utf8_lossy(&rows).encode_utf16().flat_map(bytes).collect()
    }
}

fn is_utf_16(table: &'static Table) -> bool {
    table == UTF_16LE || table == UTF_16BE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_known_by_the_names_that_clients_give() {
        for (name, expected) in [
            ("utf-8", Some("UTF-8")),
            ("utf-8-sig", Some("UTF-8")),
            ("UTF8", Some("UTF-8")),
            ("latin-1", Some("windows-1252")),
            ("iso-8859-1", Some("windows-1252")),
            ("cp1252", Some("windows-1252")),
            ("iso-8859-15", Some("ISO-8859-15")),
            ("utf-16le", Some("UTF-16LE")),
            ("shift_jis", None),
            ("iso-2022-jp", None),
            ("klingon", None),
        ] {
            assert_eq!(Encoding::named(name).map(Encoding::name), expected, "{name}");
        }
    }

    #[test]
    fn an_encoding_is_recognised_by_its_mark_or_by_its_bytes() {
        for (head, expected) in [
            (&b"\xef\xbb\xbfnom"[..], "UTF-8"),
            (b"\xff\xfen\0", "UTF-16LE"),
            (b"\xfe\xff\0n", "UTF-16BE"),
            (b"plain", "UTF-8"),
            ("Écully".as_bytes(), "UTF-8"),
            (&"Écully Vén".as_bytes()["Écully Vé".len() - 1..], "windows-1252"), // begins inside a character
            (&"Vé".as_bytes()[..2], "UTF-8"),                                    // ends inside one
            (b"V\xe9nissieux", "windows-1252"),
        ] {
            assert_eq!(Encoding::of(head).name(), expected, "{head:?}");
        }
    }

    #[test]
    fn a_character_that_the_encoding_lacks_is_written_in_plain_letters() {
        let mut out = Vec::new();
        Encoding::WINDOWS_1252.put("Rue de Łódź, 3€, œ", &mut out);
        assert_eq!(out, b"Rue de L\xf3dz, 3\x80, \x9c");
        assert_eq!(Encoding::WINDOWS_1252.text(&out).unwrap(), "Rue de Lódz, 3€, œ");
    }
}
