//! GeoJSON: a FeatureCollection, one feature in memory as JSON at a time.
//! RFC 7946 knows WGS 84 only; the older `crs` member that French producers still write is honoured.

use std::{fmt, io::Read, path::Path};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use self::json::{Geometry, RawFeature};
use super::{Rows, describe, head, open};
use crate::{Crs, Error, Feature, UnknownCrs, Value, report::Reason};

mod json;

pub(super) fn read(path: &Path, crs: Option<Crs>) -> Result<Rows, Error> {
    let mut file = open(path)?;
    let mut head = head(path, &mut file)?;
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3); // a byte order mark
    }
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if head.is_empty() || first.is_some_and(|byte| *byte != b'{') {
        return Err(Error::WrongFormat { path: path.into(), expected: "GeoJSON", found: describe(&head).into() });
    }
    let mut collection = Collection { rows: Rows::new(), kind: None, features: false, crs: None };
    let mut json = serde_json::Deserializer::from_reader(head.chain(file));
    let outcome = collection.deserialize(&mut json).and_then(|()| json.end());
    collection.finish(path, crs, outcome)
}

/// What has been read of the collection so far.
struct Collection {
    rows: Rows,
    kind: Option<String>,
    /// Whether the `features` member was met.
    features: bool,
    crs: Option<String>,
}

impl Collection {
    fn deserialize<'de, D: Deserializer<'de>>(&mut self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(Members(self))
    }

    fn finish(mut self, path: &Path, given: Option<Crs>, outcome: serde_json::Result<()>) -> Result<Rows, Error> {
        let collection = self.kind.as_deref().is_none_or(|kind| kind == "FeatureCollection");
        match outcome {
            Err(e) if self.features && collection => {
                let place = format!("after {} features, line {} column {}", self.rows.read, e.line(), e.column());
                return Err(Error::Damaged { path: path.into(), place, problem: e.to_string() });
            }
            Err(e) => {
                let found = format!("it is no FeatureCollection ({e})");
                return Err(Error::WrongFormat { path: path.into(), expected: "GeoJSON", found });
            }
            Ok(()) if !self.features || self.kind.is_none() || !collection => {
                let found = format!("a FeatureCollection is wanted, this is « {} »", self.kind.unwrap_or_default());
                return Err(Error::WrongFormat { path: path.into(), expected: "GeoJSON", found });
            }
            Ok(()) => {}
        }
        let declared = self.crs.as_deref().map_or(Ok(Crs::Wgs84), str::parse);
        let unreadable = |source: UnknownCrs| Error::UnreadableCrs { path: path.into(), source };
        self.rows.crs = given.map_or_else(|| declared.map_err(unreadable), Ok)?;
        Ok(self.rows)
    }
}

/// The members of the top object.
struct Members<'a>(&'a mut Collection);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => self.0.kind = members.next_value()?,
                "crs" => self.0.crs = members.next_value::<Option<CrsMember>>()?.map(|crs| crs.properties.name),
                "features" => {
                    self.0.features = true;
                    members.next_value_seed(Features(&mut self.0.rows))?;
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct CrsMember {
    properties: CrsName,
}

#[derive(Deserialize)]
struct CrsName {
    name: String,
}

/// The `features` array, each taken as a row as soon as it is read.
struct Features<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Features<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while let Some(raw) = features.next_element::<Option<RawFeature>>()? {
            self.0.push(|row| convert(raw.unwrap_or_default(), row));
        }
        Ok(())
    }
}

fn convert(raw: RawFeature, row: u64) -> Result<Feature, Reason> {
    let geometry = match raw.geometry {
        Geometry::Null => return Err(Reason::NullGeometry),
        Geometry::Object { kind, coordinates, geometries } => json::geometry(&kind, &coordinates, &geometries)?,
    };
    let mut properties = raw.properties.0;
    // The member beside the properties is an attribute like another, unless one has its name.
    if raw.id.0 != Value::Null && !properties.iter().any(|(name, _)| name == "id") {
        properties.insert(0, ("id".to_owned(), raw.id.0));
    }
    Ok(Feature { row, geometry, properties, communes: Vec::new() })
}
