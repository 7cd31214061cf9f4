//! The same address in several files: neighbouring communes' BALs overlap at their borders, and a file may come
//! twice. Rows that bear one identifier of the national base are one address, whatever their names; those of one
//! file stay, a certified one first, then the first read. (Rows without identifier are settled by name and
//! number when their street is put together.)

use std::path::Path;

use crate::{Error, packed, row::BanId, spill::Spill};

/// Identifiers are shared out among so many parts, each settled in memory.
const PARTS: u32 = 64;
/// Bytes of one identifier seen: 64 of its bits, its row, its file with the certified bit on top.
const SEEN: usize = 16;
const CERTIFIED: u32 = 1 << 31;

/// Every identifier read so far.
#[derive(Debug)]
pub(crate) struct Identifiers(Spill);

/// Rows set aside, by number: one bit each.
#[derive(Debug, Default)]
pub(crate) struct SetAside {
    bits: Vec<u64>,
    count: u64,
}

/// One identifier seen, in the order that settles it: same identifier together, certified first, then first read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    id: u64,
    uncertified: bool,
    file: u32,
    row: u32,
}

impl Identifiers {
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        Spill::create(path).map(Self)
    }

    /// Notes that a row bears an identifier.
    pub(crate) fn add(&mut self, id: BanId, file: u32, certified: bool, row: u32) -> Result<(), Error> {
        let id = short(&id);
        let mut seen = [0; SEEN];
        seen[..8].copy_from_slice(&id.to_le_bytes());
        seen[8..12].copy_from_slice(&row.to_le_bytes());
        seen[12..].copy_from_slice(&(file | if certified { CERTIFIED } else { 0 }).to_le_bytes());
        self.0.append((id % u64::from(PARTS)) as u32, &seen)
    }

    /// Decides which rows are set aside.
    pub(crate) fn settle(mut self) -> Result<SetAside, Error> {
        let mut aside = SetAside::default();
        for part in self.0.keys() {
            let bytes = self.0.take(part)?;
            let mut all: Vec<Seen> = bytes.chunks_exact(SEEN).map(Seen::read).collect();
            all.sort_unstable();
            for same in all.chunk_by(|a, b| a.id == b.id) {
                let kept = same[0].file;
                same.iter().filter(|seen| seen.file != kept).for_each(|seen| aside.add(seen.row));
            }
        }
        self.0.remove()?;
        Ok(aside)
    }
}

/// An identifier in 64 bits. A UUID v4 is drawn at random: half of it parts addresses as well as a hash of it would,
/// and 64 bits meet by chance once in a hundred countries.
pub(crate) fn short(id: &BanId) -> u64 {
    u64::from_le_bytes(packed::bytes(id, 8)) ^ u64::from_le_bytes(packed::bytes(id, 0))
}

impl Seen {
    fn read(bytes: &[u8]) -> Self {
        let file = packed::u32_at(bytes, 12);
        Self {
            id: u64::from_le_bytes(packed::bytes(bytes, 0)),
            uncertified: file & CERTIFIED == 0,
            file: file & !CERTIFIED,
            row: packed::u32_at(bytes, 8),
        }
    }
}

impl SetAside {
    fn add(&mut self, row: u32) {
        let word = row as usize / 64;
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (row % 64);
        self.count += 1;
    }

    pub(crate) fn contains(&self, row: u32) -> bool {
        self.bits.get(row as usize / 64).is_some_and(|word| word & 1 << (row % 64) != 0)
    }

    /// How many rows.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certified_file_keeps_an_address_then_the_first_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Identifiers::create(&folder.path().join("ids")).unwrap();
        // (identifier, file, certified): rows are numbered in this order.
        let rows =
            [(1, 0, false), (1, 0, false), (2, 0, false), (3, 0, true), (1, 1, true), (2, 1, false), (4, 1, false)];
        for ((id, file, certified), row) in rows.into_iter().zip(0..) {
            let mut uuid = [9; 16];
            uuid[0] = id;
            seen.add(uuid, file, certified, row).unwrap();
        }
        let aside = seen.settle().unwrap();
        assert_eq!((0..7).filter(|&row| aside.contains(row)).collect::<Vec<_>>(), [0, 1, 5]);
        assert_eq!(aside.count(), 3);
    }
}
