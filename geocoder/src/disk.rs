//! Files and folders of an index on disk: mapped to be read, and written so that what is said to be there is there
//! after a crash too.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use memmap2::Mmap;

use crate::Error;

/// Maps a file of an index revision.
pub(crate) fn map(path: &Path) -> Result<Mmap, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    // SAFETY: a revision's files are written once, put in place by rename and never changed again;
    // deleting one leaves this mapping valid.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file) };
    map.map_err(failed)
}

/// Writes a file and has it on disk when this returns.
pub(crate) fn write_synced(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Error> {
    let write = || {
        let mut out = BufWriter::new(File::create(path)?);
        fill(&mut out)?;
        out.flush()?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    };
    write().map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Has a folder's entries (names created, renamed, removed) on disk when this returns.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(|source| Error::Write { path: folder.to_owned(), source })
}

/// Removes the folders of a folder that have such a name.
pub(crate) fn remove_folders(within: &Path, doomed: impl Fn(&str) -> bool) -> Result<(), Error> {
    let remove = || {
        for entry in fs::read_dir(within)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && entry.file_name().to_str().is_some_and(&doomed) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(|source| Error::Write { path: within.to_owned(), source })
}
