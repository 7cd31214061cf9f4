//! A file being written that can be continued: `OUT.part` and, beside it, what it was begun from and how much of
//! it is on disk for certain. A kill, a full disk or a power cut leaves both so that the same command goes on
//! after the last rows recorded; `OUT` itself appears whole, by a rename, or not at all.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata, TryLockError},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// How often what is written is made certain: work of this long may have to be done again.
const CADENCE: Duration = Duration::from_secs(1);

/// What an output is made from. Rows of two origins must not end in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    index: String,
    input_bytes: u64,
    input_modified: (i64, i64),
    options: String,
}

/// What is on disk for certain.
#[derive(Serialize, Deserialize)]
struct Record {
    origin: Origin,
    rows: u64,
    bytes: u64,
}

/// A file being written. No other process writes it.
pub(super) struct Part {
    output: PathBuf,
    part: PathBuf,
    file: File,
    record: Record,
    /// Rows and bytes written since.
    rows: u64,
    bytes: u64,
    recorded: Instant,
}

impl Origin {
    pub(super) fn new(index: &str, input: &Metadata, options: &str) -> Self {
        let input_modified = (input.mtime(), input.mtime_nsec());
        Self { index: index.to_owned(), input_bytes: input.len(), input_modified, options: options.to_owned() }
    }

    fn differs(&self, other: &Self) -> &'static str {
        if self.index != other.index {
            "another address index"
        } else if self.options != other.options {
            "other options"
        } else {
            "another input file, or the same before a change"
        }
    }
}

impl Part {
    /// Begins an output, or continues one of the same origin.
    ///
    /// Errors: it was begun from something else (unless `restart`), or another process writes it.
    pub(super) fn open(output: &Path, origin: Origin, restart: bool) -> Result<Self> {
        let part = beside(output, ".part");
        let file = lock(&part)?;
        let found = fs::read(beside(output, ".part.json")).ok();
        let found: Option<Record> = found.and_then(|json| serde_json::from_slice(&json).ok());
        let record = match found {
            Some(record) if record.origin == origin && record.bytes <= file.metadata()?.len() => record,
            Some(record) if record.origin != origin && !restart => bail!(
                "{} was begun with {}: finish it with that, or start again with --restart",
                part.display(),
                origin.differs(&record.origin)
            ),
            _ => Record { origin, rows: 0, bytes: 0 },
        };
        file.set_len(record.bytes)?; // what is after is not certain: a row may be cut
        let mut part = Self {
            output: output.to_owned(),
            part,
            file,
            rows: record.rows,
            bytes: record.bytes,
            record,
            recorded: Instant::now(),
        };
        io::Seek::seek(&mut part.file, io::SeekFrom::End(0))?;
        part.save()?;
        Ok(part)
    }

    /// Rows that are there already.
    pub(super) fn rows(&self) -> u64 {
        self.record.rows
    }

    /// Appends whole rows, the last of which is the `rows`-th of the file.
    pub(super) fn write(&mut self, piece: &[u8], rows: u64) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.bytes += piece.len() as u64;
        self.rows = rows;
        if self.recorded.elapsed() >= CADENCE { self.save() } else { Ok(()) }
    }

    /// Everything is written: the output takes its name.
    pub(super) fn finish(self) -> Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.output).with_context(|| self.output.display().to_string())?;
        fs::remove_file(beside(&self.output, ".part.json"))?;
        Ok(sync_folder(&self.output)?)
    }

    /// The rows are on disk before the record says so.
    fn save(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        (self.record.rows, self.record.bytes) = (self.rows, self.bytes);
        let next = beside(&self.output, ".part.json.next");
        let mut file = File::create(&next)?;
        file.write_all(&serde_json::to_vec(&self.record)?)?;
        file.sync_all()?;
        fs::rename(&next, beside(&self.output, ".part.json"))?;
        sync_folder(&self.output)?;
        self.recorded = Instant::now();
        Ok(())
    }
}

/// The part, created if need be and held by this process: the system lets go of it however the process ends.
fn lock(part: &Path) -> Result<File> {
    loop {
        let open = File::options().create(true).truncate(false).write(true).open(part);
        let file = open.with_context(|| part.display().to_string())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("{}: another command is writing it", part.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| part.display().to_string()),
        }
        // Between opening and locking, the process that wrote it may have finished: it is an output then.
        let same = fs::metadata(part).is_ok_and(|there| file.metadata().is_ok_and(|here| here.ino() == there.ino()));
        if same {
            return Ok(file);
        }
    }
}

fn beside(output: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(output.as_os_str());
    name.push(ending);
    name.into()
}

fn sync_folder(output: &Path) -> io::Result<()> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
