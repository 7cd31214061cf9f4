//! An address file of any kind → rows: its beginning says what it is, and who reads it. What all readers need beside
//! the file, and how rows are counted, is here.

use std::{io::BufRead, path::Path};

use csv::StringRecord;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use layers::{Commune, LonLat};

use crate::{
    Error, bal,
    bal_columns::Columns,
    bal_fields::Faults,
    ban, ban_streets,
    communes::Communes,
    reason::Reason,
    report::{Format, Report},
    row::Row,
    table::{self, Table, Text},
};

/// What readers need beside the file.
#[derive(Debug)]
pub(crate) struct Context {
    /// The official list; empty when none was given.
    pub communes: Communes,
    /// A date after this one is a mistake.
    pub today: Date,
    /// How many refused rows of a file are listed one by one.
    pub listed: usize,
}

impl Context {
    /// Errors: the list cannot be read or is not one.
    pub(crate) fn new(communes: Option<&Path>, listed: usize) -> Result<Self, Error> {
        let communes = communes.map(Communes::read).transpose()?.unwrap_or_default();
        Ok(Self { communes, today: Timestamp::now().to_zoned(TimeZone::UTC).date(), listed })
    }
}

/// Reads a file, handing each accepted row over; the report counts them all.
///
/// Errors: the file cannot be read or is of no known kind, or a quote is left open.
pub(crate) fn read(
    path: &Path,
    context: &Context,
    report: &mut Report,
    accept: &mut dyn FnMut(Row),
) -> Result<(), Error> {
    read_text(path, table::open(path)?, context, report, accept)
}

/// The same for the text of a file, or for a part of it that begins as it does.
pub(crate) fn read_text(
    path: &Path,
    mut text: Text,
    context: &Context,
    report: &mut Report,
    accept: &mut dyn FnMut(Row),
) -> Result<(), Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    if text.reader.fill_buf().map_err(failed)?.trim_ascii_start().starts_with(b"{") {
        report.begin(path, Format::BanStreets);
        return ban_streets::read(path, text, context, report, accept);
    }
    let mut table = Table::read(path, text)?;
    if let Some(format) = ban::recognise(&table.headers) {
        report.begin(path, format);
        ban::read(&mut table, context, report, accept)?;
    } else {
        report.begin(path, Format::Bal);
        bal::read(&mut table, context, report, accept)?;
    }
    table.notices.iter().for_each(|&notice| report.notice(notice));
    Ok(())
}

/// Reads the rows of a table, handing over those `read` accepts; the report counts them all. For the others `read`
/// gives the commune, when that much can be told, and what is wrong.
///
/// Errors: a quote is left open.
pub(crate) fn each_row(
    table: &mut Table,
    listed: usize,
    report: &mut Report,
    mut read: impl FnMut(&StringRecord, &mut Faults) -> Result<Row, Option<Commune>>,
    accept: &mut dyn FnMut(Row),
) -> Result<(), Error> {
    let (mut record, mut faults) = (StringRecord::new(), Faults::new());
    while table.next(&mut record)? {
        faults.clear();
        let read = if record.len() == table.headers.len() {
            read(&record, &mut faults)
        } else {
            faults.push(Reason::FieldCount);
            Err(None)
        };
        match read {
            Ok(row) => {
                report.accept(&row);
                accept(Row { at: table.offset(&record), line: table.line(&record), ..row });
            }
            Err(commune) => report.refuse(table.line(&record), commune.as_ref(), &faults, listed),
        }
    }
    Ok(())
}

/// Reads a file without indexing it: what [`build`](crate::build()) would make of its rows, the first `listed` of
/// those it would refuse one by one.
///
/// Errors: as `build` for this one file.
pub fn inspect(path: &Path, communes: Option<&Path>, listed: usize) -> Result<Report, Error> {
    let mut report = Report { communes_checked: communes.is_some(), ..Report::default() };
    read(path, &Context::new(communes, listed)?, &mut report, &mut |_| ())?;
    Ok(report)
}

/// What kind of address file this is, told by its beginning.
///
/// Errors: the file cannot be read or is of no known kind.
pub fn recognise(path: &Path) -> Result<Format, Error> {
    let mut text = table::open(path)?;
    let failed = |source| Error::Read { path: path.to_owned(), source };
    if text.reader.fill_buf().map_err(failed)?.trim_ascii_start().starts_with(b"{") {
        return ban_streets::check(path, text).map(|()| Format::BanStreets);
    }
    let table = Table::read(path, text)?;
    match ban::recognise(&table.headers) {
        Some(format) => Ok(format),
        None => Columns::find(&table).map(|_| Format::Bal),
    }
}

/// The rows of a file that a test writes, on a day of its own and without a list of communes.
#[cfg(test)]
pub(crate) fn rows_of(text: impl AsRef<[u8]>) -> Result<(Vec<Row>, Report), Error> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, text).unwrap();
    let context = Context { communes: Communes::default(), today: jiff::civil::date(2026, 7, 1), listed: 20 };
    let (mut rows, mut report) = (Vec::new(), Report::default());
    read(file.path(), &context, &mut report, &mut |row| rows.push(row))?;
    Ok((rows, report))
}

/// Where French addresses are, overseas included (degrees: west, south, east, north): the areas of use of the legal
/// projections, with the margin the reference validator gives them.
const FRANCE: [[f64; 4]; 12] = [
    [-9.86, 41.15, 10.38, 51.56],    // mainland
    [-63.66, 14.08, -57.52, 18.54],  // Antilles
    [-54.6, 2.11, -49.46, 8.88],     // Guyane
    [51.83, -24.72, 58.24, -18.28],  // La Réunion
    [43.68, -14.49, 46.7, -11.33],   // Mayotte
    [-57.1, 43.41, -55.9, 47.37],    // Saint-Pierre-et-Miquelon
    [163.55, -22.75, 168.2, -19.54], // Nouvelle-Calédonie
    [-155.0, -24.0, -150.0, -9.0],   // Polynésie, zone 5
    [-150.0, -29.0, -144.0, -13.0],  // Polynésie, zone 6
    [-144.0, -29.0, -138.0, -7.0],   // Polynésie, zone 7
    [-138.0, -25.0, -132.0, -18.0],  // Polynésie, zone 8
    [-177.0, -14.0, -176.0, -13.0],  // Wallis-et-Futuna
];

/// Whether a position can be that of a French address.
pub(crate) fn is_in_france(at: LonLat) -> bool {
    FRANCE
        .iter()
        .any(|[west, south, east, north]| (*west..=*east).contains(&at.lon) && (*south..=*north).contains(&at.lat))
}
