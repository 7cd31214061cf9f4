//! A BAL file (Base Adresse Locale, AITF 1.3 and 1.4) → rows and rejected rows.
//! One row is one position: an address with two doors has two rows. `numero` 99999 is a toponym
//! without number. Read as a stream, gzip or not; a bad row is counted, a bad file is an error.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use csv::{ReaderBuilder, StringRecord};
use flate2::bufread::MultiGzDecoder;
use layers::{Commune, CommuneCode, Crs, LonLat};

use crate::{
    Error,
    address::{Position, PositionKind},
    house_number::HouseNumber,
    report::{FileReport, Reason},
    row::Row,
};

/// BAL's number for « this row is a toponym ».
const TOPONYM: u32 = 99_999;

/// Where the columns are in this file.
struct Columns {
    commune_code: usize,
    commune_name: usize,
    street: usize,
    number: usize,
    former: Option<(usize, usize)>,
    suffix: Option<usize>,
    position: Option<usize>,
    degrees: Option<(usize, usize)>,
    lambert: Option<(usize, usize)>,
    key: Option<usize>,
    certified: Option<usize>,
}

/// Reads a BAL file, handing each accepted row over; the report counts them all.
///
/// Errors: the file cannot be read, is not UTF-8, its header is not a BAL's, or a quote is left open.
pub(crate) fn read(path: &Path, mut accept: impl FnMut(Row)) -> Result<FileReport, Error> {
    let mut reader = ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(open(path)?);
    let failed = |e: csv::Error| csv_error(path, e);
    let columns = Columns::find(reader.headers().map_err(failed)?, path)?;
    let fields = reader.headers().map_err(failed)?.len();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut report = FileReport { file: name, ..FileReport::default() };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(failed)? {
        report.rows += 1;
        // A quote that nobody closes swallows the lines after it, and how many addresses they held is
        // unknown: an error rather than a rejected row. No field of a BAL holds a line break.
        if record.iter().any(|field| field.contains('\n')) {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(Error::OpenQuote { path: path.to_owned(), line });
        }
        let read = if record.len() == fields { columns.row(&record) } else { Err(Reason::FieldCount) };
        match read {
            Ok(row) => {
                report.accepted += 1;
                accept(row);
            }
            Err(reason) => report.reject(record.position().map_or(0, csv::Position::line), reason),
        }
    }
    Ok(report)
}

/// Opens a file, through gzip when its first bytes say so, past a byte order mark when there is one.
pub(crate) fn open(path: &Path) -> Result<impl Read, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut raw = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let gzip = raw.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let plain: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let mut text = BufReader::with_capacity(1 << 16, plain);
    if text.fill_buf().map_err(failed)?.starts_with("\u{feff}".as_bytes()) {
        text.consume("\u{feff}".len());
    }
    Ok(text)
}

/// The csv crate's errors in this crate's words; a Latin-1 file is the one met most often.
pub(crate) fn csv_error(path: &Path, error: csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::Read { path: path.to_owned(), source },
        csv::ErrorKind::Utf8 { pos, .. } => {
            Error::NotUtf8 { path: path.to_owned(), line: pos.map_or(line, |pos| pos.line()) }
        }
        other => Error::Read { path: path.to_owned(), source: std::io::Error::other(format!("{other:?}")) },
    }
}

impl Columns {
    fn find(headers: &StringRecord, path: &Path) -> Result<Self, Error> {
        let at = |name: &str| headers.iter().position(|header| header.trim() == name);
        let pair = |a, b| at(a).zip(at(b));
        let (degrees, lambert) = (pair("long", "lat"), pair("x", "y"));
        let names = ["commune_insee", "commune_nom", "voie_nom", "numero"];
        let found = names.map(at);
        let coordinates = degrees.or(lambert);
        if let ([Some(commune_code), Some(commune_name), Some(street), Some(number)], Some(_)) = (found, coordinates) {
            return Ok(Self {
                commune_code,
                commune_name,
                street,
                number,
                former: pair("commune_deleguee_insee", "commune_deleguee_nom"),
                suffix: at("suffixe"),
                position: at("position"),
                degrees,
                lambert,
                key: at("cle_interop"),
                certified: at("certification_commune"),
            });
        }
        let mut missing: Vec<_> =
            names.into_iter().zip(found).filter(|(_, at)| at.is_none()).map(|(name, _)| name).collect();
        if coordinates.is_none() {
            missing.push("long, lat (or x, y)");
        }
        let header: String = headers.iter().collect::<Vec<_>>().join(";").chars().take(200).collect();
        Err(Error::MissingColumns { path: path.to_owned(), missing: missing.join(", "), found: header })
    }

    fn row(&self, record: &StringRecord) -> Result<Row, Reason> {
        let text = |at: usize| record.get(at).unwrap_or_default().trim();
        let optional = |at: Option<usize>| at.map(text).unwrap_or_default();
        let code: CommuneCode = text(self.commune_code).parse().map_err(|_| Reason::CommuneCode)?;
        let commune = Commune { code, name: text(self.commune_name).to_owned() };
        if commune.name.is_empty() {
            return Err(Reason::CommuneName);
        }
        let street = text(self.street).to_owned();
        if crate::normalize::fold(&street).is_empty() {
            return Err(Reason::StreetName);
        }
        let number = house_number(text(self.number), optional(self.suffix))?;
        let position = self.position(&text, optional(self.position), code)?;
        if number.is_some() && position.is_none() {
            return Err(Reason::PositionMissing);
        }
        Ok(Row {
            commune,
            former: self.former.and_then(|(code, name)| former(text(code), text(name))),
            street,
            number,
            position,
            street_id: street_id(optional(self.key), code),
            certified: optional(self.certified) == "1",
            names: Vec::new(),
            complement: None,
            parcels: Vec::new(),
            ban_address: None,
            ban_street: None,
            ban_commune: None,
            updated: None,
            postcode: None,
        })
    }

    /// Degrees first; Lambert-93 when a file has only that, or left the degrees empty.
    fn position<'r>(
        &self,
        text: &impl Fn(usize) -> &'r str,
        kind: &str,
        code: CommuneCode,
    ) -> Result<Option<Position>, Reason> {
        let pair = |columns: Option<(usize, usize)>| {
            columns.map(|(x, y)| (text(x), text(y))).filter(|(x, y)| !(x.is_empty() && y.is_empty()))
        };
        let number = |text: &str| text.parse::<f64>().map_err(|_| Reason::PositionOutside);
        let at = if let Some((lon, lat)) = pair(self.degrees) {
            LonLat { lon: number(lon)?, lat: number(lat)? }
        } else if let Some((x, y)) = pair(self.lambert) {
            layers::to_lonlat(Crs::Lambert93, number(x)?, number(y)?).map_err(|_| Reason::PositionOutside)?
        } else {
            return Ok(None);
        };
        if !is_in_country(at, code) {
            return Err(Reason::PositionOutside);
        }
        Ok(Some(Position { at, kind: PositionKind::from_bal(kind) }))
    }
}

fn house_number(number: &str, suffix: &str) -> Result<Option<HouseNumber>, Reason> {
    let is_integer = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let number = number.parse::<u32>().ok().filter(|&n| is_integer && n <= TOPONYM).ok_or(Reason::Number)?;
    if number == TOPONYM {
        return Ok(None);
    }
    HouseNumber::new(number, suffix).map(Some).map_err(|_| Reason::Suffix)
}

fn former(code: &str, name: &str) -> Option<Commune> {
    let code = code.parse().ok()?;
    (!name.is_empty()).then(|| Commune { code, name: name.to_owned() })
}

/// `69383_3300` of `69383_3300_00012_bis`, when the key is that of this commune.
fn street_id(key: &str, code: CommuneCode) -> Option<String> {
    let mut parts = key.splitn(3, '_');
    let (commune, street) = (parts.next()?, parts.next()?);
    let plain = !street.is_empty() && street.len() <= 12 && street.bytes().all(|b| b.is_ascii_alphanumeric());
    (commune == code.as_str() && plain).then(|| format!("{commune}_{}", street.to_ascii_lowercase()))
}

/// Whether a position can be French: mainland by its box, overseas (97, 98) only on Earth.
fn is_in_country(at: LonLat, code: CommuneCode) -> bool {
    if matches!(&code.as_str()[..2], "97" | "98") {
        return at.lon.abs() <= 180.0 && at.lat.abs() <= 90.0;
    }
    (-5.5..=10.0).contains(&at.lon) && (41.0..=51.5).contains(&at.lat)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const HEADER: &str =
        "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;position;x;y;long;lat;certification_commune";

    fn check(bytes: &[u8]) -> Result<(Vec<Row>, FileReport), Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bal.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut rows = Vec::new();
        let report = read(&path, |row| rows.push(row))?;
        assert_eq!(report.accepted + report.rejected_rows(), report.rows);
        Ok((rows, report))
    }

    fn check_row(row: &str) -> Result<Row, Reason> {
        let (mut rows, report) = check(format!("{HEADER}\r\n{row}\r\n").as_bytes()).unwrap();
        rows.pop().ok_or_else(|| report.first[0].reason)
    }

    #[test]
    fn a_quote_left_open_is_an_error_and_not_a_short_file() {
        let row = "69029_0455_00012;Avenue Jean Jaurès;12;;69029;Bron;entrée;;;4.911;45.738;1";
        let open = format!("{HEADER}\n{row}\n{}\n{row}\n{row}\n", row.replace(";Avenue", ";\"Avenue"));
        assert!(matches!(check(open.as_bytes()), Err(Error::OpenQuote { line: 3, .. })));
        let closed = format!("{HEADER}\n{}\n", row.replace("Avenue Jean Jaurès", "\"Avenue Jean Jaurès\""));
        assert_eq!(check(closed.as_bytes()).unwrap().0[0].street, "Avenue Jean Jaurès");
    }

    #[test]
    fn a_row_becomes_an_address() {
        let row =
            check_row("69029_0455_00012_bis;Avenue Jean Jaurès;12;bis;69029;Bron;entrée;;;4.911;45.738;1").unwrap();
        assert_eq!(row.commune.code.as_str(), "69029");
        assert_eq!(row.number.unwrap().to_string(), "12bis");
        assert_eq!(row.position.unwrap().kind, PositionKind::Entrance);
        assert_eq!(row.street_id.as_deref(), Some("69029_0455"));
        assert!(row.certified);
    }

    #[test]
    fn ninety_nine_thousand_is_a_toponym_and_needs_no_position() {
        let row = check_row("69029_b001_99999;Le Vinatier;99999;;69029;Bron;;;;;;0").unwrap();
        assert_eq!((row.number, row.position), (None, None));
    }

    #[test]
    fn lambert_coordinates_are_used_where_degrees_are_empty() {
        let row = check_row("k;Rue A;1;;69029;Bron;;848700.5;6516900.2;;;0").unwrap();
        let at = row.position.unwrap().at;
        assert!((at.lon - 4.9).abs() < 0.1 && (at.lat - 45.74).abs() < 0.1, "{at:?}");
    }

    #[test]
    fn every_bad_row_says_why() {
        for (row, reason) in [
            ("k;Rue A;1;;6902;Bron;;;;4.9;45.7;0", Reason::CommuneCode),
            ("k;Rue A;1;;69029;;;;;4.9;45.7;0", Reason::CommuneName),
            ("k; - ;1;;69029;Bron;;;;4.9;45.7;0", Reason::StreetName),
            ("k;Rue A;1 bis;;69029;Bron;;;;4.9;45.7;0", Reason::Number),
            ("k;Rue A;;;69029;Bron;;;;4.9;45.7;0", Reason::Number),
            ("k;Rue A;1;appartement;69029;Bron;;;;4.9;45.7;0", Reason::Suffix),
            ("k;Rue A;1;;69029;Bron;;;;;;0", Reason::PositionMissing),
            ("k;Rue A;1;;69029;Bron;;;;45.7;4.9;0", Reason::PositionOutside),
            ("k;Rue A;1;;69029;Bron;;;;4,9;45,7;0", Reason::PositionOutside),
            ("k;Rue A;1;;69029;Bron;;;;4.9;45.7", Reason::FieldCount),
        ] {
            assert_eq!(check_row(row), Err(reason), "{row}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_gzip_are_read_through() {
        let plain = format!("\u{feff}{HEADER}\nk;Rue A;1;;69029;Bron;;;;4.9;45.7;0\n");
        assert_eq!(check(plain.as_bytes()).unwrap().1.accepted, 1);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(plain.as_bytes()).unwrap();
        let mut bytes = gzip.finish().unwrap();
        assert_eq!(check(&bytes).unwrap().1.accepted, 1);
        bytes.truncate(bytes.len() / 2);
        assert!(matches!(check(&bytes), Err(Error::Read { .. })));
    }

    #[test]
    fn another_encoding_is_named_with_its_line() {
        let mut bytes = format!("{HEADER}\nk;Rue A;1;;69029;Bron;;;;4.9;45.7;0\n").into_bytes();
        bytes.extend_from_slice(b"k;All\xe9e B;1;;69029;Bron;;;;4.9;45.7;0\n");
        let error = check(&bytes).unwrap_err();
        assert!(matches!(error, Error::NotUtf8 { line: 3, .. }), "{error}");
        assert!(error.to_string().contains("Windows-1252"));
    }

    #[test]
    fn a_header_that_is_not_a_bal_says_what_is_missing() {
        let error = check(b"gml_id,cli\n1,CLI 4\n").unwrap_err().to_string();
        assert!(error.contains("commune_insee, commune_nom, voie_nom, numero, long, lat (or x, y)"), "{error}");
        assert!(error.contains("gml_id,cli"), "{error}");
        assert!(matches!(check(b""), Err(Error::MissingColumns { .. })));
    }
}
