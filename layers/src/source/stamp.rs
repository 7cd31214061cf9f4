//! What a source file was when its reading began. A file that was changed since is found by
//! comparing two of these for equality: a copy may bring an older time with it, and a clock may jump.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

/// Time of the last change and length of a file.
///
/// ```
/// # let file = tempfile::NamedTempFile::new().unwrap();
/// # let path = file.path();
/// use layers::SourceStamp;
/// let before = SourceStamp::of(path).unwrap();
/// std::fs::write(path, "{}").unwrap();
/// assert_ne!(SourceStamp::of(path).unwrap(), before);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStamp {
    /// To the nanosecond, as far as the file system keeps it.
    modified: jiff::Timestamp,
    /// In bytes.
    length: u64,
}

impl SourceStamp {
    /// What the file is now; symbolic links are followed.
    ///
    /// Errors: the file cannot be asked, or its time is beyond the year 9999.
    pub fn of(path: &Path) -> io::Result<Self> {
        let file = fs::metadata(path)?;
        let modified = jiff::Timestamp::try_from(file.modified()?).map_err(io::Error::other)?;
        Ok(Self { modified, length: file.len() })
    }
}
