//! What is asked of a file, field by field, in the words of the national service's forms. A field of another name is
//! passed over, as there; a value that a field cannot have is refused.

use super::{Error, answer::Column, encoding::Encoding};

/// What rows are turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// A text into a place.
    Search,
    /// A longitude and a latitude into the nearest address.
    Reverse,
}

/// What is asked of a file. Columns are named as its header names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// What rows are turned into.
    pub task: Task,
    /// Columns whose cells, joined by a space, are the text; all of them when none is named.
    pub columns: Vec<String>,
    /// Result columns to add; all of the task when none is named.
    pub result_columns: Vec<String>,
    /// Column of INSEE codes: answers lie in one of those that the cell holds (`69383+69387`).
    pub citycode: Option<String>,
    /// Column of postcodes: answers have one of those that the cell holds.
    pub postcode: Option<String>,
    /// Column of kinds (housenumber, street, locality, municipality): answers are of one of them.
    pub kind: Option<String>,
    /// Column of latitudes in degrees: of the point to reverse, or that answers are best near to.
    pub lat: Option<String>,
    /// Column of longitudes.
    pub lon: Option<String>,
    /// Recognised when not said.
    pub encoding: Option<Encoding>,
    /// Recognised when not said.
    pub delimiter: Option<u8>,
    /// Around cells.
    pub quote: u8,
    /// Begin the output with a byte order mark even where the input has none.
    pub with_bom: bool,
    /// Answers with a score below this are left out, 0 to 1.
    pub min_score: f32,
    /// Rows answered before: they are passed over, and the header is not written again.
    pub skip: u64,
}

impl Options {
    /// What is done with a file about which nothing is said.
    pub fn new(task: Task) -> Self {
        Self {
            task,
            columns: Vec::new(),
            result_columns: Vec::new(),
            citycode: None,
            postcode: None,
            kind: None,
            lat: None,
            lon: None,
            encoding: None,
            delimiter: None,
            quote: b'"',
            with_bom: false,
            min_score: 0.5,
            skip: 0,
        }
    }

    /// Takes one field of a form. A field of another name is passed over, as the national service does.
    ///
    /// Errors: [`Error::Field`] for a value that the field cannot have.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), Error> {
        let column = || Some(value.to_owned()).filter(|name| !name.is_empty());
        match field {
            "columns" => self.columns.extend(column()),
            "result_columns" => {
                Column::named(value).ok_or(Error::Field("result_columns"))?;
                self.result_columns.push(value.to_owned());
            }
            "citycode" => self.citycode = column(),
            "postcode" => self.postcode = column(),
            "type" => self.kind = column(),
            "lat" | "latitude" => self.lat = column(),
            "lon" | "lng" | "long" | "longitude" => self.lon = column(),
            "encoding" => self.encoding = Some(Encoding::named(value).ok_or(Error::Field("encoding"))?),
            "delimiter" => self.delimiter = Some(ascii(value).ok_or(Error::Field("delimiter"))?),
            "quote" => self.quote = ascii(value).ok_or(Error::Field("quote"))?,
            "with_bom" => self.with_bom = matches!(value, "1" | "true" | "yes" | "on"),
            "min_score" => self.min_score = score(value).ok_or(Error::Field("min_score"))?,
            "skip" => self.skip = value.parse().map_err(|_| Error::Field("skip"))?,
            _ => {}
        }
        Ok(())
    }
}

/// One character that may stand between or around cells.
fn ascii(value: &str) -> Option<u8> {
    match value.as_bytes() {
        b"\\t" | b"tab" => Some(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\r' | b'\n' | 0) => Some(*byte),
        _ => None,
    }
}

fn score(value: &str) -> Option<f32> {
    value.replace(',', ".").parse().ok().filter(|score| (0.0..=1.0).contains(score))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_a_field_cannot_have_is_refused_and_an_unknown_field_passed_over() {
        let mut options = Options::new(Task::Search);
        for (field, value) in [
            ("delimiter", "ab"),
            ("delimiter", "é"),
            ("delimiter", "7"),
            ("quote", ""),
            ("encoding", "klingon"),
            ("min_score", "2"),
            ("min_score", "nan"),
            ("skip", "-1"),
            ("result_columns", "result_secret"),
        ] {
            assert!(matches!(options.set(field, value), Err(Error::Field(named)) if named == field), "{field}={value}");
        }
        assert_eq!(options, Options::new(Task::Search));
        options.set("colour", "red").unwrap();
        options.set("citycode", "").unwrap();
        assert_eq!(options, Options::new(Task::Search));
        for (field, value) in [("columns", "voie"), ("columns", "ville"), ("delimiter", "\\t"), ("min_score", "0,8")] {
            options.set(field, value).unwrap();
        }
        assert_eq!((options.columns.len(), options.delimiter, options.min_score), (2, Some(b'\t'), 0.8));
    }
}
