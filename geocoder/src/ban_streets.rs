//! The national base (BAN) as addok takes it: one JSON object a line, a street with its numbers, a lieu-dit or a
//! commune. Each number is a row; a street without any is one, and so is a commune, which may have no street.

use std::{collections::BTreeMap, io::BufRead, path::Path};

use layers::{Commune, LonLat};
use serde::{Deserialize, Deserializer};

use crate::{
    Error,
    address::{Position, PositionKind},
    bal_fields::{Faults, parse_uuid},
    ban::{house, street, street_id},
    postcodes,
    reason::Reason,
    report::Report,
    row::Row,
    source::{Context, is_in_france},
    table::Text,
};

/// Longest line read: the longest street of France has a few thousand numbers.
const LONGEST_LINE: usize = 1 << 26;

#[derive(Deserialize)]
struct Line {
    /// What addok is to do with it.
    #[serde(rename = "_action")]
    action: Option<String>,
    #[serde(default)]
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "banId")]
    ban_id: Option<String>,
    /// The official name first, then others.
    #[serde(default, deserialize_with = "one_or_many")]
    name: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    postcode: Vec<String>,
    /// The commune or arrondissement first, then the city of an arrondissement.
    #[serde(default, deserialize_with = "one_or_many")]
    citycode: Vec<String>,
    /// The city first, then the arrondissement.
    #[serde(default, deserialize_with = "one_or_many")]
    city: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    oldcitycode: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    oldcity: Vec<String>,
    district: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    housenumbers: BTreeMap<String, Door>,
}

#[derive(Deserialize)]
struct Door {
    #[serde(rename = "banId")]
    ban_id: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
}

/// Reads the file, handing each accepted row over; the report counts them all.
///
/// Errors: the file cannot be read, or is a list of changes.
pub(crate) fn read(
    path: &Path,
    text: Text,
    context: &Context,
    report: &mut Report,
    accept: &mut dyn FnMut(Row),
) -> Result<(), Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let (mut reader, mut bytes, mut end) = (text.reader, Vec::new(), 0);
    for number in 1.. {
        bytes.clear();
        let limited = &mut std::io::Read::take(&mut reader, LONGEST_LINE as u64);
        if limited.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            break;
        }
        if bytes.len() == LONGEST_LINE && !bytes.ends_with(b"\n") {
            end += reader.skip_until(b'\n').map_err(failed)? as u64; // of which the part that was read tells nothing
        }
        end += bytes.len() as u64;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let Ok(line) = serde_json::from_slice::<Line>(&bytes) else {
            report.refuse(number, None, &[Reason::LineUnreadable], context.listed);
            continue;
        };
        line.check_action(path, number)?;
        let accept = &mut |row| accept(Row { at: end - 1, line: number, ..row });
        if line.is_commune() {
            line.commune_rows(number, context, report, accept);
        } else {
            line.rows(number, context, report, accept);
        }
    }
    Ok(())
}

/// Whether the first line that is not empty is one of such a file.
///
/// Errors: the file cannot be read, or it is not, or it is a change to one.
pub(crate) fn check(path: &Path, text: Text) -> Result<(), Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let (mut bytes, mut limited) = (Vec::new(), std::io::Read::take(text.reader, LONGEST_LINE as u64));
    while bytes.trim_ascii().is_empty() {
        bytes.clear();
        if limited.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            break;
        }
    }
    let line = serde_json::from_slice::<Line>(&bytes).ok();
    line.as_ref().map_or(Ok(()), |line| line.check_action(path, 1))?;
    let is_one = line.is_some_and(|line| !line.id.is_empty() && !line.kind.is_empty());
    let wrong = || failed(std::io::Error::other("the first line is not a street of the base"));
    if is_one { Ok(()) } else { Err(wrong()) }
}

impl Line {
    /// Errors: the line changes what another one says. A file says all there is: what changed in it is seen by itself.
    fn check_action(&self, path: &Path, line: u64) -> Result<(), Error> {
        match self.action.as_deref() {
            None | Some("index") => Ok(()),
            Some(_) => Err(Error::Changes { path: path.to_owned(), line }),
        }
    }

    fn is_commune(&self) -> bool {
        matches!(self.kind.as_str(), "municipality" | "commune" | "city" | "town" | "village")
    }

    /// A commune is counted once, and handed over with each of its postcodes.
    fn commune_rows(&self, number: u64, context: &Context, report: &mut Report, accept: &mut dyn FnMut(Row)) {
        let Some(row) = self.commune_row(context) else {
            return report.refuse(number, None, &[Reason::CommuneUnknown], context.listed);
        };
        report.accept(&row);
        for postcode in self.postcode.iter().filter_map(|text| postcodes::parse(text)) {
            accept(Row { postcode: Some(postcode), ..row.clone() });
        }
        accept(row);
    }

    fn commune_row(&self, context: &Context) -> Option<Row> {
        let code = self.citycode.first().map_or(self.id.as_str(), String::as_str);
        let (name, others) = self.names();
        let named = context.communes.named(context.communes.find_commune(code)?, name);
        let (commune, merged) = context.communes.settle(named, name, None);
        // One that has merged since has no streets of its own here: it is a name of the one it is part of now.
        let at = self.at().filter(|_| merged.is_none());
        let commune_names = merged.map(|former| former.name).into_iter().chain(others).collect();
        let position = at.map(|at| Position { at, kind: PositionKind::Unknown });
        let ban_commune = self.ban_id.as_deref().and_then(parse_uuid);
        Some(Row { commune_names, position, ban_commune, ..Row::of_commune(commune) })
    }

    /// The official name, and the others.
    fn names(&self) -> (&str, Vec<String>) {
        let mut all = self.name.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
        let official = all.next().unwrap_or_default();
        (official, all.filter(|name| *name != official).map(str::to_owned).collect())
    }

    fn at(&self) -> Option<LonLat> {
        in_france(self.lon, self.lat)
    }

    fn rows(&self, number: u64, context: &Context, report: &mut Report, accept: &mut dyn FnMut(Row)) {
        let commune = self.commune(context);
        let mut hand_over = |read: Result<Row, Faults>| match read {
            Ok(row) => {
                report.accept(&row);
                accept(row);
            }
            Err(faults) => report.refuse(number, commune.as_ref(), &faults, context.listed),
        };
        if self.housenumbers.is_empty() {
            hand_over(self.row(commune.as_ref(), None, context));
        }
        for door in &self.housenumbers {
            hand_over(self.row(commune.as_ref(), Some(door), context));
        }
    }

    fn commune(&self, context: &Context) -> Option<Commune> {
        let code = context.communes.find(self.citycode.first()?)?;
        // In Paris, Lyon and Marseille the name wanted is that of the arrondissement.
        let arrondissement = self.district.as_deref().or(self.city.last().map(String::as_str));
        let name = if code.parent().is_some() { arrondissement } else { self.city.first().map(String::as_str) };
        Some(context.communes.named(code, name.unwrap_or_default()))
    }

    fn row(&self, commune: Option<&Commune>, door: Option<(&String, &Door)>, context: &Context) -> Result<Row, Faults> {
        let mut faults = Faults::new();
        if commune.is_none() {
            faults.push(Reason::CommuneUnknown);
        }
        let number = door.and_then(|(text, _)| {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let (number, suffix) = text.split_at(digits);
            house(number, suffix.trim(), &mut faults)
        });
        let at = door.map_or_else(|| self.at(), |(_, door)| in_france(door.lon, door.lat));
        if at.is_none() {
            faults.push(Reason::PositionOutside);
        }
        let (name, names) = self.names();
        let name = street(name, &mut faults);
        let (Some(commune), Some(street), true) = (commune, name, faults.is_empty()) else { return Err(faults) };
        let first = |texts: &[String]| texts.first().cloned().unwrap_or_default();
        let former = context.communes.former(&first(&self.oldcitycode), &first(&self.oldcity));
        let written = self.city.first().map(String::as_str).unwrap_or_default();
        let (commune, former) = context.communes.settle(commune.clone(), written, former);
        Ok(Row {
            former,
            street,
            names,
            number,
            position: at.map(|at| Position { at, kind: PositionKind::Unknown }),
            street_id: street_id(&self.id),
            ban_address: door.and_then(|(_, door)| parse_uuid(door.ban_id.as_deref()?)),
            ban_street: self.ban_id.as_deref().and_then(parse_uuid),
            postcode: self.postcode.first().and_then(|text| postcodes::parse(text)),
            ..Row::of_commune(commune)
        })
    }
}

fn in_france(lon: Option<f64>, lat: Option<f64>) -> Option<LonLat> {
    lon.zip(lat).map(|(lon, lat)| LonLat { lon, lat }).filter(|&at| is_in_france(at))
}

/// A string, a list of strings, or nothing.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        None(()),
        One(String),
        Many(Vec<Option<String>>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::None(()) => Vec::new(),
        Texts::One(text) => vec![text],
        Texts::Many(texts) => texts.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::Format, source::rows_of};

    #[test]
    fn a_line_that_cannot_be_read_is_refused_and_those_around_it_are_read() {
        let good = |n: u32| {
            format!(
                r#"{{"id":"69029_{n}","_action":"index","type":"street","name":"Rue A{n}","citycode":"69029","lon":4.9,"lat":45.7}}"#
            )
        };
        let bad = r#"{"id":"69029_1","type":"street","name":"Rue A","lon":"12 rue secrete"}"#;
        let (rows, report) = rows_of([&good(1), bad, "{\"id\":", "", "[1]", &good(2)].join("\n")).unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.street.as_str(), row.line)).collect::<Vec<_>>(),
            [("Rue A1", 1), ("Rue A2", 6)]
        );
        assert_eq!(report.files[0].rejected, [(Reason::LineUnreadable, 3)].into());
        assert_eq!(report.files[0].first.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 3, 5]);
    }

    #[test]
    fn a_list_of_changes_is_refused_and_its_line_named() {
        let street = r#"{"id":"69029_1","type":"street","name":"Rue Secrète","citycode":"69029","lon":4.9,"lat":45.7}"#;
        for change in
            [r#"{"_action":"delete","id":"69029_1"}"#.to_owned(), street.replace('{', r#"{"_action":"update","#)]
        {
            let error = rows_of(format!("{street}\n{change}\n")).unwrap_err();
            assert!(matches!(error, Error::Changes { line: 2, .. }), "{error}");
        }
    }

    #[test]
    fn a_street_is_as_many_rows_as_it_has_numbers() {
        let text = concat!(
            r#"{"id":"69123","type":"municipality","name":"Lyon","postcode":["69001"],"citycode":"69123","city":"Lyon","lon":4.8,"lat":45.7}"#,
            "\n",
            r#"{"id":"69383_3300","banId":"8a3bab10-f329-4ce3-9c7d-280d91a8053a","name":"Rue Garibaldi","postcode":"69003","citycode":["69383","69123"],"oldcitycode":null,"lon":4.85,"lat":45.756,"city":["Lyon","Lyon 3e Arrondissement"],"district":"Lyon 3e Arrondissement","type":"street","housenumbers":{"12":{"id":"69383_3300_00012","banId":null,"lon":4.85,"lat":45.756},"12bis":{"id":"69383_3300_00012_bis","lon":4.8501,"lat":45.7562},"bis":{"lon":4.85,"lat":45.75}}}"#,
            "\n",
            r#"{"id":"69029_b001","name":"Le Vinatier","postcode":null,"citycode":["69029"],"lon":4.895,"lat":45.74,"city":["Bron"],"type":"locality"}"#,
        );
        let (rows, report) = rows_of(text).unwrap();
        assert_eq!(report.files[0].format, Format::BanStreets);
        let read: Vec<_> = rows
            .iter()
            .map(|row| (row.commune.name.as_str(), row.number.as_ref().map(ToString::to_string), row.postcode))
            .collect();
        assert_eq!(
            read,
            [
                ("Lyon", None, Some(69001)),
                ("Lyon", None, None),
                ("Lyon 3e Arrondissement", Some("12".to_owned()), Some(69003)),
                ("Lyon 3e Arrondissement", Some("12bis".to_owned()), Some(69003)),
                ("Bron", None, None)
            ]
        );
        assert!(rows[0].is_commune() && rows[0].position.is_some());
        assert_eq!(report.files[0].first[0].reasons, [Reason::NumberEmpty]);
        assert_eq!(rows[2].street_id.as_deref(), Some("69383_3300"));
        assert!(rows[2].ban_street.is_some());
    }
}
