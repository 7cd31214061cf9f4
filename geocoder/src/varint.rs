//! Small integers in few bytes (LEB128, zigzag for signed ones), and a cursor that reads them back.
//! Reads never panic: past the end, or in damaged bytes, everything is zero or empty.

/// Appends an unsigned integer: seven bits a byte, the low ones first.
pub(crate) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

/// Appends a signed integer, small whichever its sign.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
}

/// Appends a text after its length.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn low_byte(value: u64) -> u8 {
    (value & 0x7F) as u8 // seven bits fit
}

/// What is left to read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(crate) fn unsigned(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7F).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    }

    /// An unsigned integer that was a `u32`; damaged bytes saturate.
    pub(crate) fn small(&mut self) -> u32 {
        u32::try_from(self.unsigned()).unwrap_or(u32::MAX)
    }

    pub(crate) fn signed(&mut self) -> i64 {
        let value = self.unsigned();
        (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
    }

    /// The next `len` bytes, none when there are fewer.
    pub(crate) fn take(&mut self, len: usize) -> &'a [u8] {
        let Some((taken, rest)) = self.0.split_at_checked(len) else {
            self.0 = &[];
            return &[];
        };
        self.0 = rest;
        taken
    }

    /// The next `N` bytes, zeros when there are fewer.
    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap_or([0; N])
    }

    pub(crate) fn text(&mut self) -> &'a str {
        let len = usize::try_from(self.unsigned()).unwrap_or(usize::MAX);
        std::str::from_utf8(self.take(len)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(unsigned: u64, signed: i64, text in "\\PC{0,20}") {
            let mut bytes = Vec::new();
            put(&mut bytes, unsigned);
            put_signed(&mut bytes, signed);
            put_text(&mut bytes, &text);
            let mut cursor = Cursor(&bytes);
            prop_assert_eq!((cursor.unsigned(), cursor.signed(), cursor.text()), (unsigned, signed, text.as_str()));
            prop_assert!(cursor.is_empty());
        }

        #[test]
        fn any_bytes_are_read_to_their_end(bytes: Vec<u8>) {
            let mut cursor = Cursor(&bytes);
            for _ in 0..=bytes.len() {
                cursor.signed();
            }
            prop_assert!(cursor.is_empty());
        }
    }

    #[test]
    fn small_integers_take_one_byte() {
        let mut bytes = Vec::new();
        put(&mut bytes, 127);
        put_signed(&mut bytes, -64);
        assert_eq!(bytes.len(), 2);
    }
}
