//! Reading little-endian tables: the common ground of `places` and `numbers`.
//! Reads never panic: a read past the end gives zero, and damaged contents give wrong values.

use crate::Error;

/// `N` bytes at an offset, zeros past the end.
pub(crate) fn bytes<const N: usize>(data: &[u8], at: usize) -> [u8; N] {
    data.get(at..at.saturating_add(N)).and_then(|slice| slice.try_into().ok()).unwrap_or([0; N])
}

/// A `u16` at an offset.
pub(crate) fn u16_at(data: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes(data, at))
}

/// A `u32` at an offset.
pub(crate) fn u32_at(data: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes(data, at))
}

/// An `i32` at an offset.
pub(crate) fn i32_at(data: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(bytes(data, at))
}

/// A length or offset kept as `u64`; saturates where `usize` is smaller, and then reads nothing.
pub(crate) fn usize_at(data: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_le_bytes(bytes(data, at))).unwrap_or(usize::MAX)
}

/// The text of a range, empty where the range is not text.
pub(crate) fn text(data: &[u8], from: usize, len: usize) -> &str {
    data.get(from..from.saturating_add(len)).and_then(|slice| std::str::from_utf8(slice).ok()).unwrap_or_default()
}

/// A count as the tables keep it, or [`Error::TooMany`].
pub(crate) fn count(len: usize, what: &'static str) -> Result<u32, Error> {
    u32::try_from(len).ok().filter(|&n| n < u32::MAX).ok_or(Error::TooMany { what, limit: u64::from(u32::MAX) - 1 })
}
