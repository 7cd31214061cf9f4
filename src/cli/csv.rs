//! The flags of `traboule find --csv`: those of the forms of `/ban/search/csv`, by the same names.

use std::path::PathBuf;

use clap::Args;

/// `traboule find --csv`
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub struct Csv {
    /// Answer a whole CSV file instead of a text; `-` for standard input
    #[arg(long = "csv", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where the answered file goes: standard output when not said. The same command continues one that was stopped
    #[arg(long, requires = "file", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Begin again when another index, another file or other options began this output
    #[arg(long, requires = "output")]
    pub restart: bool,
    /// Positions to addresses, instead of texts to places
    #[arg(long, requires = "file")]
    pub reverse: bool,
    /// Columns that make the text, in order; all of them when none is named
    #[arg(long, requires = "file", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Columns to add; all when none is named
    #[arg(long, requires = "file", value_delimiter = ',')]
    pub result_columns: Vec<String>,
    /// Column of INSEE codes that answers must lie in
    #[arg(long, requires = "file", value_name = "COLUMN")]
    pub citycode: Option<String>,
    /// Column of postcodes that answers must have
    #[arg(long, requires = "file", value_name = "COLUMN")]
    pub postcode: Option<String>,
    /// Column of kinds that answers must be of: housenumber, street, locality, municipality
    #[arg(long = "type", requires = "file", value_name = "COLUMN")]
    pub kind: Option<String>,
    /// Column of latitudes
    #[arg(long, requires = "file", value_name = "COLUMN")]
    pub lat: Option<String>,
    /// Column of longitudes
    #[arg(long, requires = "file", value_name = "COLUMN")]
    pub lon: Option<String>,
    /// utf-8, latin-1, utf-16le…; recognised when not said
    #[arg(long, requires = "file")]
    pub encoding: Option<String>,
    /// One character, or `tab`; recognised when not said
    #[arg(long, requires = "file")]
    pub delimiter: Option<String>,
    /// One character: " when not said
    #[arg(long, requires = "file")]
    pub quote: Option<String>,
    /// Begin the output with a byte order mark
    #[arg(long, requires = "file")]
    pub with_bom: bool,
    /// Leave out answers with a lower score, 0 to 1
    #[arg(long, requires = "file")]
    pub min_score: Option<String>,
    /// Threads that search; one a core when not said
    #[arg(long, requires = "file")]
    pub threads: Option<usize>,
}
