//! Why a file cannot be answered at all. What is wrong with one row is said in that row.
//! No message carries a cell or a header: without a header line, the first row is an address.

/// Why a file cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field with a value that it cannot have.
    #[error("{0}: not a value that this field can have")]
    Field(&'static str),
    /// A field that names a column which the header lacks.
    #[error("{0}: names a column that is not in the header of the file (whose cells are parted by « {1} »)")]
    NoSuchColumn(&'static str, char),
    /// A file to reverse without the columns that give positions.
    #[error(
        "no column of positions: the header has no longitude (or lon, lng, long) and latitude (or lat); name them with lon and lat"
    )]
    NoPosition,
    /// A file without a single row.
    #[error("the file is empty: its first line must be a header")]
    Empty,
    /// A file whose first line is no header.
    #[error("the first line is no header: it is longer than {limit} bytes, or a quote in it is not closed", limit = super::input::LONGEST_ROW)]
    Header,
    /// Reading the input or writing the output failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
