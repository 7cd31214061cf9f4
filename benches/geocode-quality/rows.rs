//! Rows of the two formats addresses come in, BAN csv and BAL, and La Poste's list of postcodes.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use layers::LonLat;

use crate::text;

/// BAL's number for « this row is a toponym ».
pub(crate) const TOPONYM: u32 = 99_999;

/// What one row says, whichever the format.
pub(crate) struct Row {
    pub id: String,
    pub street: String,
    pub number: u32,
    pub suffix: String,
    pub insee: String,
    pub commune: String,
    pub postcode: Option<String>,
    pub at: Option<LonLat>,
    pub surveyed: bool,
}

/// Commune code → its postcodes, with the former commune each serves.
pub(crate) type Postcodes = HashMap<String, Vec<(String, String)>>;

/// Reads a BAN csv or a BAL, gzip or not, handing over each record with what it says.
pub(crate) fn for_each_row(file: &Path, mut accept: impl FnMut(&csv::StringRecord, Row)) {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(open(file));
    let headers = reader.headers().unwrap().clone();
    let at =
        |names: [&str; 2]| headers.iter().position(|header| names.contains(&header.trim_start_matches('\u{feff}')));
    let columns = [
        ["id", "cle_interop"],
        ["nom_voie", "voie_nom"],
        ["numero", "numero"],
        ["rep", "suffixe"],
        ["code_insee", "commune_insee"],
        ["nom_commune", "commune_nom"],
        ["lon", "long"],
        ["lat", "lat"],
        ["code_postal", "code_postal"],
        ["type_position", "position"],
    ]
    .map(at);
    for record in reader.records() {
        let record = record.unwrap();
        let text = |column: usize| columns[column].and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
        let Ok(number) = text(2).parse() else { continue };
        let position = text(6).parse().ok().zip(text(7).parse().ok());
        let row = Row {
            id: text(0),
            street: text(1),
            number,
            suffix: text(3).to_lowercase(),
            insee: text(4),
            commune: text(5),
            postcode: Some(text(8)).filter(|code| !code.is_empty()),
            at: position.map(|(lon, lat)| LonLat { lon, lat }),
            surveyed: text(9) != "segment",
        };
        accept(&record, row);
    }
}

/// The header of a csv file.
pub(crate) fn header(file: &Path) -> csv::StringRecord {
    csv::ReaderBuilder::new().delimiter(b';').from_reader(open(file)).headers().unwrap().clone()
}

fn open(file: &Path) -> Box<dyn Read> {
    let raw = BufReader::new(File::open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    if file.extension().is_some_and(|extension| extension == "gz") {
        Box::new(MultiGzDecoder::new(raw))
    } else {
        Box::new(raw)
    }
}

/// La Poste's list.
pub(crate) fn read_postcodes(file: &Path) -> Postcodes {
    let text = std::fs::read_to_string(file).unwrap();
    let delimiter = if text.lines().next().unwrap_or_default().contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name);
    let mut found = Postcodes::new();
    for record in reader.records().map(Result::unwrap) {
        let text = |name| at(name).and_then(|at| record.get(at)).unwrap_or_default().to_owned();
        found.entry(text("code_commune_insee")).or_default().push((text("code_postal"), text::key(&text("ligne_5"))));
    }
    found
}

/// The postcode of a commune that has one, or that of its namesake among the former communes.
pub(crate) fn postcode_of(postcodes: &Postcodes, insee: &str, name: &str) -> Option<String> {
    let all = postcodes.get(insee)?;
    let distinct: BTreeSet<&String> = all.iter().map(|(code, _)| code).collect();
    let named = all.iter().find(|(_, former)| *former == text::key(name)).map(|(code, _)| code);
    if distinct.len() == 1 { distinct.first().copied().cloned() } else { named.cloned() }
}
