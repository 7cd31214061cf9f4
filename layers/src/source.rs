//! Sources: one arm a format. A reader returns every row, accepted or rejected; only a file that
//! cannot be read as what it is said to be is an error.

mod flatgeobuf;
mod geojson;
mod stamp;

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use flate2::bufread::MultiGzDecoder;

pub use self::stamp::SourceStamp;
use crate::{
    Crs, Error, Feature, SourceFormat, SourceSpec,
    report::{Reason, Rejected},
};

/// The rows of a source, in its own coordinate system.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) crs: Crs,
    /// Rows met: features and rejected rows together.
    pub(crate) read: u64,
    pub(crate) features: Vec<Feature>,
    pub(crate) rejected: Vec<Rejected>,
}

/// Reads a source whole.
pub(crate) fn read(source: &SourceSpec) -> Result<Rows, Error> {
    match &source.format {
        SourceFormat::FlatGeobuf(path) => flatgeobuf::read(path, source.crs),
        SourceFormat::GeoJson(path) => geojson::read(path, source.crs),
    }
}

impl Rows {
    fn new() -> Self {
        // The coordinate system is known at the latest when the file has been read.
        Self { crs: Crs::Wgs84, read: 0, features: Vec::new(), rejected: Vec::new() }
    }

    /// Takes the next row; `feature` is given its number.
    fn push(&mut self, feature: impl FnOnce(u64) -> Result<Feature, Reason>) {
        self.read += 1;
        match feature(self.read) {
            Ok(feature) => self.features.push(feature),
            Err(reason) => self.rejected.push(Rejected { row: self.read, reason }),
        }
    }
}

/// Opens a file, reading through gzip, whatever its name says.
fn open(path: &Path) -> Result<Box<dyn BufRead>, Error> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(Error::io(path))?);
    let gzip = file.fill_buf().map_err(Error::io(path))?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzip { Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))) } else { Box::new(file) })
}

/// The first bytes of a file, at most eight, which are taken from it.
fn head(path: &Path, file: &mut impl Read) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    file.take(8).read_to_end(&mut head).map_err(|e| Error::Damaged {
        path: path.to_owned(),
        place: "at its first bytes".to_owned(),
        problem: e.to_string(),
    })?;
    Ok(head)
}

/// What a file seems to be, for the message that refuses it.
fn describe(head: &[u8]) -> &'static str {
    match head {
        [] => "the file is empty",
        [b'f', b'g', b'b', ..] => "it starts as a FlatGeobuf file",
        [b'{' | b'[', ..] => "it starts as JSON",
        [b'P', b'K', ..] => "it starts as a ZIP archive",
        [b'S', b'Q', b'L', b'i', ..] => "it starts as an SQLite file (GeoPackage?)",
        [b'<', ..] => "it starts as XML or HTML",
        _ => "its first bytes are of no format read here",
    }
}
