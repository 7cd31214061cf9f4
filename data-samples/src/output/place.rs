//! A file appears whole or not at all: written beside its place, synced, then renamed.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A file under its temporary name.
pub(crate) struct Draft {
    target: PathBuf,
    written: PathBuf,
    file: BufWriter<File>,
}

impl Draft {
    /// Starts a file of an existing folder.
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self> {
        let (target, written) = (folder.join(name), folder.join(format!(".{name}.part")));
        let file = File::create(&written).with_context(|| format!("cannot write {}", written.display()))?;
        Ok(Self { target, written, file: BufWriter::with_capacity(1 << 18, file) })
    }

    /// Gives the file its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        std::fs::rename(&self.written, &self.target)
            .with_context(|| format!("cannot write {}", self.target.display()))?;
        let folder = self.target.parent().context("a draft lies in a folder")?;
        Ok(File::open(folder)?.sync_all()?)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
