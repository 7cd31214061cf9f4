//! manifest.json of a snapshot folder: what the two data files hold, their sizes and their sums.

use std::{fs::File, io, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::GeometryKind;
use crate::{AttributeType, Crs, Error, LayerId, SourceStamp};

/// File names inside a snapshot folder.
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const REPORT: &str = "report.json";
pub(super) const CUT: &str = "cut.bin";
pub(super) const RECORD: &str = "record.fgb";

/// An attribute that tiles carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the source.
    pub name: String,
    /// Type over the whole layer.
    pub kind: AttributeType,
}

/// How many features a zoom shows, and why it does not show the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoomCount {
    /// The zoom.
    pub zoom: u8,
    /// Features that show.
    pub shown: u64,
    /// Features too small to be seen at this zoom.
    pub too_small: u64,
    /// Features left out because a tile would hold too many, the least important first.
    pub thinned: u64,
}

/// Size and sum of a data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) layer: LayerId,
    /// The description it was imported by: `Layer::import_stamp`.
    pub(super) made_from: String,
    pub(super) revision: String,
    /// When its import began.
    pub(super) imported: jiff::Timestamp,
    /// The source as it was then.
    pub(super) source: SourceStamp,
    /// Revision of the communes it was placed by, when it was placed by geometry.
    pub(super) placed_by: Option<String>,
    pub(super) features: u64,
    pub(super) geometry: GeometryKind,
    /// Coordinate system of the record.
    pub(super) crs: Crs,
    pub(super) columns: Vec<Column>,
    pub(super) zooms: Vec<ZoomCount>,
    pub(super) cut: Stamp,
    pub(super) record: Stamp,
}

impl Stamp {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
    }

    /// Says what differs when `bytes` are not the ones this stamp was made of.
    pub(super) fn check(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() as u64 != self.bytes {
            return Err(format!("{name} has {} bytes, {} were written", bytes.len(), self.bytes));
        }
        if Self::of(bytes) == *self { Ok(()) } else { Err(format!("{name} is not what was written (sha-256)")) }
    }
}

impl Manifest {
    /// Reads and parses it; `folder` must be a snapshot folder.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let file = File::open(&path).map_err(Error::io(&path))?;
        let broken = |e| Error::Snapshot { folder: folder.to_owned(), problem: format!("{MANIFEST}: {e}") };
        serde_json::from_reader(io::BufReader::new(file)).map_err(broken)
    }
}

/// A short name for content: it changes whenever a data file or a column does, and only then,
/// so that an import which finds the same data keeps every cached tile.
pub(super) fn revision(columns: &[Column], files: [&Stamp; 2]) -> String {
    let mut hash = Sha256::new();
    for column in columns {
        hash.update(format!("{}\0{:?}\0", column.name, column.kind));
    }
    files.iter().for_each(|stamp| hash.update(&stamp.sha256));
    hex(&hash.finalize()[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
