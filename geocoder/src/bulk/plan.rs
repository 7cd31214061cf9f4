//! A header and what is asked → what to do with each row. One row is answered here from its cells to its
//! line in the output; nothing is shared between rows, so that several threads can answer them.

use std::ops::Range;

use layers::LonLat;

use super::{
    Error, Options, Task,
    answer::Column,
    input::{Format, Header},
};
use crate::{Error as SearchError, Filter, Geocoder, Near, Nearby, Request, Suggestion, ban_api};

/// How far from a point its address may be, in metres: as for `/ban/reverse`.
const REVERSE_RADIUS_M: f64 = 1_000.0;
/// A text of fewer characters is no address.
const SHORTEST_TEXT: usize = 3;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    NotFound,
    Skipped,
    Error,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotFound => "not-found",
            Self::Skipped => "skipped",
            Self::Error => "error",
        }
    }
}

/// A header and what is asked, resolved.
pub(super) struct Plan {
    pub(super) format: Format,
    width: usize,
    text: Vec<usize>,
    citycode: Option<usize>,
    postcode: Option<usize>,
    kind: Option<usize>,
    lon: Option<usize>,
    lat: Option<usize>,
    task: Task,
    min_score: f32,
    results: Vec<Column>,
    /// For each input column, the result that takes its place: a file answered once may be answered again.
    replaced: Vec<Option<Column>>,
}

/// What a row asks.
enum Question {
    Search(Request),
    Reverse(Nearby),
    Nothing(Status),
}

/// The names of the input's columns.
struct Names {
    names: Vec<String>,
    format: Format,
}

impl Names {
    /// The column that a field of the form names.
    fn find(&self, field: &'static str, name: &str) -> Result<usize, Error> {
        let missing = Error::NoSuchColumn(field, self.format.dialect.delimiter.into());
        self.names.iter().position(|known| known == name.trim()).ok_or(missing)
    }

    fn find_if(&self, field: &'static str, name: Option<&String>) -> Result<Option<usize>, Error> {
        name.map(|name| self.find(field, name)).transpose()
    }

    /// The columns of longitude and latitude: those named, and to reverse those called so.
    fn position(&self, options: &Options) -> Result<(Option<usize>, Option<usize>), Error> {
        let (lon, lat) = (self.find_if("lon", options.lon.as_ref())?, self.find_if("lat", options.lat.as_ref())?);
        if options.task == Task::Search {
            return Ok((lon, lat));
        }
        let called = |names: &[&str]| {
            let of = |wanted: &&str| self.names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
            names.iter().find_map(of).ok_or(Error::NoPosition)
        };
        let lon = lon.map_or_else(|| called(&["longitude", "lon", "lng", "long"]), Ok)?;
        let lat = lat.map_or_else(|| called(&["latitude", "lat"]), Ok)?;
        Ok((Some(lon), Some(lat)))
    }
}

impl Plan {
    /// Errors: a column named that is not there, or no column of positions to reverse.
    pub(super) fn new(options: &Options, first: &Header) -> Result<Self, Error> {
        let format = first.format;
        let named = |cell| format.encoding.text(cell).map(|name| name.trim().to_owned()).unwrap_or_default();
        let names = Names { names: first.names.iter().map(|cell| named(cell)).collect(), format };
        let (lon, lat) = names.position(options)?;
        let results: Vec<Column> = match &options.result_columns[..] {
            [] => Column::of(options.task),
            chosen => chosen.iter().filter_map(|name| Column::named(name)).collect(),
        };
        let result = |name: &String| results.iter().copied().find(|column| column.name() == *name);
        let replaced: Vec<Option<Column>> = names.names.iter().map(result).collect();
        let text = match &options.columns[..] {
            [] => (0..replaced.len()).filter(|&at| replaced[at].is_none()).collect(),
            chosen => chosen.iter().map(|name| names.find("columns", name)).collect::<Result<_, _>>()?,
        };
        Ok(Self {
            width: replaced.len(),
            text,
            citycode: names.find_if("citycode", options.citycode.as_ref())?,
            postcode: names.find_if("postcode", options.postcode.as_ref())?,
            kind: names.find_if("type", options.kind.as_ref())?,
            lon,
            lat,
            task: options.task,
            min_score: options.min_score,
            results: results.iter().copied().filter(|column| !replaced.contains(&Some(*column))).collect(),
            replaced,
            format,
        })
    }

    /// Appends the header: the input's cells, then the result columns that are not among them.
    pub(super) fn header(&self, names: &[Vec<u8>], out: &mut Vec<u8>) {
        let dialect = self.format.dialect;
        if self.format.marked {
            out.extend_from_slice(self.format.encoding.mark());
        }
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                out.push(dialect.delimiter);
            }
            dialect.put(name, out);
        }
        for column in &self.results {
            out.push(dialect.delimiter);
            dialect.put(column.name().as_bytes(), out);
        }
        out.extend_from_slice(self.format.line_break);
    }

    /// Appends the row with its answer.
    pub(super) fn answer(
        &self,
        geocoder: &Geocoder,
        row: &[u8],
        cells: &[Range<usize>],
        broken: bool,
        out: &mut Vec<u8>,
    ) -> Status {
        let beyond = cells.get(self.width..).unwrap_or_default();
        let is_whole = cells.len() >= self.width && beyond.iter().all(|cell| cell.is_empty());
        let (status, found) =
            if broken || !is_whole { (Status::Error, Vec::new()) } else { self.ask(geocoder, row, cells) };
        self.write(row, cells, status, &found, out);
        status
    }

    fn ask(&self, geocoder: &Geocoder, row: &[u8], cells: &[Range<usize>]) -> (Status, Vec<Suggestion>) {
        let found = match self.question(row, cells) {
            Question::Nothing(status) => return (status, Vec::new()),
            Question::Search(request) => geocoder.search(&request),
            Question::Reverse(nearby) => geocoder.reverse(&nearby),
        };
        match found {
            Ok(found) if found.first().is_some_and(|best| self.is_good(best)) => (Status::Ok, found),
            Ok(_) => (Status::NotFound, Vec::new()),
            Err(SearchError::EmptyQuery) => (Status::Skipped, Vec::new()),
            Err(_) => (Status::Error, Vec::new()),
        }
    }

    fn is_good(&self, best: &Suggestion) -> bool {
        self.task == Task::Reverse || best.score.total() >= self.min_score
    }

    fn question(&self, row: &[u8], cells: &[Range<usize>]) -> Question {
        let cell = |at: usize| {
            let cell = self.format.dialect.unquoted(&row[cells[at].clone()]);
            self.format.encoding.text(&cell).map(|text| text.trim().to_owned())
        };
        let maybe = |at: Option<usize>| at.map_or_else(|| Some(String::new()), cell);
        let (Some(lon), Some(lat)) = (maybe(self.lon), maybe(self.lat)) else {
            return Question::Nothing(Status::Error); // bytes of another encoding
        };
        if self.task == Task::Reverse {
            return reverse(&lon, &lat);
        }
        let words: Option<Vec<String>> = self.text.iter().map(|&at| cell(at)).collect();
        let filters = (maybe(self.citycode), maybe(self.postcode), maybe(self.kind));
        let (Some(words), (Some(citycode), Some(postcode), Some(kind))) = (words, filters) else {
            return Question::Nothing(Status::Error);
        };
        let text = words.iter().flat_map(|cell| cell.split_whitespace()).collect::<Vec<_>>().join(" ");
        if text.chars().count() < SHORTEST_TEXT || !text.starts_with(char::is_alphanumeric) {
            return Question::Nothing(Status::Skipped);
        }
        let near = position(&lon, &lat).map(Near::from);
        let is_nowhere = near.is_none() && !(lon.is_empty() && lat.is_empty());
        match filter(&citycode, &postcode, &kind) {
            None => Question::Nothing(Status::Error),
            Some(_) if is_nowhere => Question::Nothing(Status::Error),
            Some(filter) => Question::Search(Request {
                text,
                finished: true,
                near,
                limit: 2, // the second best is told by its score
                filter,
                objects: Vec::new(), // a file is one of addresses
            }),
        }
    }

    fn write(&self, row: &[u8], cells: &[Range<usize>], status: Status, found: &[Suggestion], out: &mut Vec<u8>) {
        let Format { encoding, dialect, line_break, .. } = self.format;
        let next = found.get(1).map(|second| second.score.total());
        let mut buffer = Vec::new();
        let mut put = |column: Column, out: &mut Vec<u8>| {
            buffer.clear();
            match (column, found.first()) {
                (Column::Status, _) => buffer.extend_from_slice(status.word().as_bytes()),
                (_, Some(best)) => encoding.put(&column.cell(best, next), &mut buffer),
                (_, None) => {}
            }
            dialect.put(&buffer, out);
        };
        for (at, replaced) in self.replaced.iter().enumerate() {
            if at > 0 {
                out.push(dialect.delimiter);
            }
            match (replaced, cells.get(at)) {
                (Some(column), cell) if cell.is_none() || cells.len() >= self.width => put(*column, out),
                (_, Some(cell)) => out.extend_from_slice(&row[cell.clone()]),
                (_, None) => {} // a row that ends early
            }
        }
        for column in &self.results {
            out.push(dialect.delimiter);
            put(*column, out);
        }
        // What stands beyond the header's columns comes after the answer, which so stays below its own.
        let beyond = cells.get(self.width..).unwrap_or_default();
        let last = beyond.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        for cell in &beyond[..last] {
            out.push(dialect.delimiter);
            out.extend_from_slice(&row[cell.clone()]);
        }
        out.extend_from_slice(line_break);
    }
}

fn reverse(lon: &str, lat: &str) -> Question {
    match position(lon, lat) {
        Some(point) => Question::Reverse(Nearby {
            point,
            limit: 1,
            radius_m: REVERSE_RADIUS_M,
            filter: Filter::default(),
            objects: Vec::new(),
        }),
        None if lon.is_empty() && lat.is_empty() => Question::Nothing(Status::Skipped),
        None => Question::Nothing(Status::Error),
    }
}

/// Degrees, with a decimal point or comma.
fn position(lon: &str, lat: &str) -> Option<LonLat> {
    let degrees = |text: &str, most: f64| {
        text.replacen(',', ".", 1).parse::<f64>().ok().filter(|degrees| degrees.abs() <= most) // NaN is not
    };
    Some(LonLat { lon: degrees(lon, 180.0)?, lat: degrees(lat, 90.0)? })
}

/// What the cells of a row restrict answers to; none when one of them cannot be obeyed.
fn filter(citycode: &str, postcode: &str, kind: &str) -> Option<Filter> {
    let each = |cell: &str| cell.split(['+', ' ', ',']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let (communes, postcodes, words): (Vec<String>, Vec<String>, Vec<String>) =
        (each(citycode), each(postcode), each(kind));
    let of_kinds = words.iter().map(|word| ban_api::kinds(word)).collect::<Option<Vec<_>>>()?.concat();
    Some(Filter {
        communes: communes.into_iter().map(code).collect::<Option<_>>()?,
        postcodes: postcodes.into_iter().map(code).collect::<Option<_>>()?,
        kinds: Some(of_kinds).filter(|kinds| !kinds.is_empty()),
        ..Filter::default()
    })
}

/// Five characters. A spreadsheet takes `01000` for a number and writes `1000`: its zero is given back.
fn code(text: String) -> Option<String> {
    let text = if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) { format!("0{text}") } else { text };
    (text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| text.to_ascii_uppercase())
}
