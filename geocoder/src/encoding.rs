//! Text in the encodings address files come in: UTF-8, or Windows-1252 (of which Latin-1 is the common part). Where no
//! byte order mark says that it is UTF-8, bytes that are not are the other.

use std::borrow::Cow;

/// What Windows-1252 puts in 0x80–0x9F; its five holes are the control characters of the same value.
const HIGH_CONTROLS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Windows-1252 bytes as text; every byte means something in it.
pub(crate) fn windows_1252(bytes: &[u8]) -> String {
    let decode = |&byte: &u8| match byte {
        0x80..=0x9f => HIGH_CONTROLS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    };
    bytes.iter().map(decode).collect()
}

/// UTF-8 where it is, Windows-1252 where it is not. Text that a byte order mark has declared UTF-8 keeps its
/// unreadable bytes as U+FFFD.
pub(crate) fn decode(bytes: &[u8], declared_utf8: bool) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if declared_utf8 => String::from_utf8_lossy(bytes),
        Err(_) => Cow::Owned(windows_1252(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_windows_1252() {
        assert_eq!(decode("Allée".as_bytes(), false), "Allée");
        assert_eq!(decode(b"All\xe9e de l\x92\x8cuvre \x80", false), "Allée de l’Œuvre €");
        assert_eq!(decode(b"All\xe9e", true), "All\u{fffd}e");
    }
}
