//! Writing so that a crash at any moment leaves the old file or the new one, never half of one:
//! write beside, fsync, rename, fsync the folder.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::Error;

/// Creates a file, lets `fill` write it, and returns once the disk has it.
pub(crate) fn write(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
    let mut out = BufWriter::new(File::create(path).map_err(Error::io(path))?);
    fill(&mut out).map_err(Error::io(path))?;
    let file = out.into_inner().map_err(|e| e.into_error()).map_err(Error::io(path))?;
    file.sync_all().map_err(Error::io(path))
}

/// Replaces a small file whole: readers see the old bytes or the new ones.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut name = std::ffi::OsString::from(".tmp-");
    name.push(path.file_name().unwrap_or_default());
    let beside = path.with_file_name(name);
    write(&beside, |out| out.write_all(bytes))?;
    rename(&beside, path)
}

/// Renames a file or a folder, and returns once the folder that holds it has it on disk.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::io(to))?;
    to.parent().map_or(Ok(()), sync_folder)
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::io(path))
}
