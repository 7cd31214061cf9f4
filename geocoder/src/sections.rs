//! A file of several tables: a header, the sections one after the other, and a trailer that says where each is. Opening
//! checks the header, the trailer against its checksum, and the length of the file, which costs the same for a gigabyte
//! as for a kilobyte; the bytes in between are checked by `Geocoder::verify`.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use memmap2::Mmap;
use sha2::{Digest, Sha256};

use crate::{
    Error, disk,
    packed::{self, u32_at, usize_at},
    schema::VERSION,
};

/// Sections begin at multiples of this: the tables of integers are read in place.
const ALIGNMENT: u64 = 8;
/// Bytes of the trailer after offset and length of each section (u64 each): length of the file (u64), format (u32),
/// number of sections (u32), checksum of all that with the magic (8 bytes).
const FOOTER: usize = 24;

/// What a file is, in its first eight bytes, which are its header.
pub(crate) type Magic = [u8; 8];

/// A file being written, one section after the other.
#[derive(Debug)]
pub(crate) struct SectionWriter {
    path: PathBuf,
    magic: Magic,
    out: BufWriter<File>,
    at: u64,
    start: u64,
    sections: Vec<(u64, u64)>,
}

impl SectionWriter {
    /// Starts a file with its first section open.
    pub(crate) fn create(path: &Path, magic: Magic) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let mut out = BufWriter::with_capacity(1 << 17, File::create(path).map_err(failed)?);
        out.write_all(&magic).map_err(failed)?;
        let start = magic.len() as u64;
        Ok(Self { path: path.to_owned(), magic, out, at: start, start, sections: Vec::new() })
    }

    /// Appends to the open section.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    /// Bytes in the open section.
    pub(crate) fn len(&self) -> u64 {
        self.at - self.start
    }

    /// Closes the open section and opens the next one.
    pub(crate) fn close(&mut self) -> Result<(), Error> {
        self.sections.push((self.start, self.len()));
        let padding = self.at.next_multiple_of(ALIGNMENT) - self.at;
        self.write(&[0; ALIGNMENT as usize][..padding as usize])?;
        self.start = self.at;
        Ok(())
    }

    /// A whole section, after the open one, which must be empty.
    pub(crate) fn section(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write(bytes)?;
        self.close()
    }

    /// Writes the trailer and has the file on disk when this returns.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let mut trailer: Vec<u8> =
            self.sections.iter().flat_map(|(at, len)| [at.to_le_bytes(), len.to_le_bytes()].concat()).collect();
        let len = self.at + (trailer.len() + FOOTER) as u64;
        trailer.extend(len.to_le_bytes());
        trailer.extend(VERSION.to_le_bytes());
        trailer.extend((self.sections.len() as u32).to_le_bytes());
        trailer.extend(checksum(self.magic, &trailer));
        self.write(&trailer)?;
        let synced = self.out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        synced.map_err(|source| Error::Write { path: self.path, source })
    }
}

/// A mapped file of `N` sections.
#[derive(Debug)]
pub(crate) struct Sections<const N: usize> {
    map: Mmap,
    sections: [Range<usize>; N],
}

impl<const N: usize> Sections<N> {
    /// Maps a file of a revision. Errors: unreadable, cut, of another format, or its trailer damaged.
    pub(crate) fn open(folder: &Path, name: &str, magic: Magic) -> Result<Self, Error> {
        let map = disk::map(&folder.join(name))?;
        let sections = read_trailer(&map, magic)
            .map_err(|what| Error::Damaged { folder: folder.to_owned(), what: format!("{name} {what}") })?;
        Ok(Self { map, sections })
    }

    /// The bytes of a section.
    pub(crate) fn get(&self, section: usize) -> &[u8] {
        &self.map[self.sections[section].clone()]
    }
}

fn read_trailer<const N: usize>(file: &[u8], magic: Magic) -> Result<[Range<usize>; N], &'static str> {
    let footer = file.len().checked_sub(FOOTER).ok_or("is too short")?;
    let trailer = footer.checked_sub(16 * N).ok_or("is too short")?;
    if packed::bytes::<8>(file, 0) != magic {
        return Err("is another kind of file");
    }
    if usize_at(file, footer) != file.len() {
        return Err("has another length than it says");
    }
    if u32_at(file, footer + 12) as usize != N || u32_at(file, footer + 8) != VERSION {
        return Err("has another format");
    }
    if packed::bytes::<8>(file, file.len() - 8) != checksum(magic, &file[trailer..file.len() - 8]) {
        return Err("has a damaged trailer");
    }
    let range = |section: usize| {
        let (at, len) = (usize_at(file, trailer + 16 * section), usize_at(file, trailer + 16 * section + 8));
        at..at.saturating_add(len)
    };
    let sections = std::array::from_fn(range);
    let inside = sections.iter().all(|section: &Range<usize>| section.start >= 8 && section.end <= trailer);
    if inside { Ok(sections) } else { Err("has impossible sections") }
}

fn checksum(magic: Magic, bytes: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(magic).chain_update(bytes).finalize();
    packed::bytes(&digest, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: Magic = *b"TESTTEST";

    fn file() -> (tempfile::TempDir, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let mut out = SectionWriter::create(&folder.path().join("a.bin"), MAGIC).unwrap();
        out.write(b"one").unwrap();
        out.close().unwrap();
        out.section(b"").unwrap();
        out.section(b"the third").unwrap();
        out.finish().unwrap();
        let bytes = std::fs::read(folder.path().join("a.bin")).unwrap();
        (folder, bytes)
    }

    #[test]
    fn sections_read_back_aligned() {
        let (folder, _) = file();
        let read = Sections::<3>::open(folder.path(), "a.bin", MAGIC).unwrap();
        assert_eq!([read.get(0), read.get(1), read.get(2)], [b"one".as_slice(), b"", b"the third"]);
        assert!(read.sections.iter().all(|section| section.start % 8 == 0));
    }

    #[test]
    fn a_file_cut_anywhere_or_of_another_kind_is_refused() {
        let (folder, bytes) = file();
        for len in 0..bytes.len() {
            std::fs::write(folder.path().join("a.bin"), &bytes[..len]).unwrap();
            assert!(Sections::<3>::open(folder.path(), "a.bin", MAGIC).is_err(), "{len} bytes of {}", bytes.len());
        }
        std::fs::write(folder.path().join("a.bin"), &bytes).unwrap();
        assert!(Sections::<3>::open(folder.path(), "a.bin", *b"OTHEROTH").is_err());
        assert!(Sections::<2>::open(folder.path(), "a.bin", MAGIC).is_err());
    }

    #[test]
    fn no_byte_of_the_trailer_changes_unseen() {
        let (folder, bytes) = file();
        for at in bytes.len() - FOOTER - 3 * 16..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            std::fs::write(folder.path().join("a.bin"), &flipped).unwrap();
            assert!(Sections::<3>::open(folder.path(), "a.bin", MAGIC).is_err(), "byte {at}");
        }
    }
}
