//! The JSON of one feature. Reading is lenient about what a row holds, so that a bad row is a
//! rejected row; only what is not JSON, or has no shape of a feature, fails the file.

use std::fmt;

use geo_types::{
    Coord, Geometry as Shape, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer},
};

use crate::{Properties, Value, fgb, report::Reason};

/// A feature as JSON gives it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawFeature {
    pub(super) id: Attribute,
    pub(super) properties: Attributes,
    pub(super) geometry: Geometry,
}

/// A geometry object, or null.
#[derive(Default, Deserialize)]
#[serde(from = "Option<GeometryObject>")]
pub(super) enum Geometry {
    #[default]
    Null,
    Object {
        kind: String,
        coordinates: Numbers,
        geometries: Vec<Geometry>,
    },
}

#[derive(Deserialize)]
struct GeometryObject {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    coordinates: Numbers,
    #[serde(default)]
    geometries: Vec<Geometry>,
}

impl From<Option<GeometryObject>> for Geometry {
    fn from(object: Option<GeometryObject>) -> Self {
        object.map_or(Self::Null, |GeometryObject { kind, coordinates, geometries }| Self::Object {
            kind,
            coordinates,
            geometries,
        })
    }
}

/// Numbers nested in lists, as deep as they come.
#[derive(Default)]
pub(super) enum Numbers {
    Number(f64),
    List(Vec<Numbers>),
    #[default]
    Other,
}

/// The geometry of a type and coordinates; only the first two numbers of a position are kept.
pub(super) fn geometry(kind: &str, coordinates: &Numbers, geometries: &[Geometry]) -> Result<Shape<f64>, Reason> {
    Ok(match kind {
        "Point" => Shape::Point(Point(position(coordinates)?)),
        "MultiPoint" => Shape::MultiPoint(MultiPoint(line(coordinates)?.into_points())),
        "LineString" => Shape::LineString(line(coordinates)?),
        "MultiLineString" => Shape::MultiLineString(MultiLineString(lines(coordinates)?)),
        "Polygon" => Shape::Polygon(polygon(coordinates)?),
        "MultiPolygon" => {
            Shape::MultiPolygon(MultiPolygon(list(coordinates)?.iter().map(polygon).collect::<Result<_, _>>()?))
        }
        "GeometryCollection" => {
            let member = |member: &Geometry| match member {
                Geometry::Null => Err(Reason::UnreadableGeometry),
                Geometry::Object { kind, coordinates, geometries } => geometry(kind, coordinates, geometries),
            };
            Shape::GeometryCollection(GeometryCollection(geometries.iter().map(member).collect::<Result<_, _>>()?))
        }
        _ => return Err(Reason::UnreadableGeometry),
    })
}

fn list(numbers: &Numbers) -> Result<&[Numbers], Reason> {
    match numbers {
        Numbers::List(list) => Ok(list),
        Numbers::Number(_) | Numbers::Other => Err(Reason::UnreadableGeometry),
    }
}

fn position(numbers: &Numbers) -> Result<Coord<f64>, Reason> {
    match list(numbers)? {
        [Numbers::Number(x), Numbers::Number(y), ..] => Ok(Coord { x: *x, y: *y }),
        [] => Err(Reason::EmptyGeometry),
        _ => Err(Reason::UnreadableGeometry),
    }
}

fn line(numbers: &Numbers) -> Result<LineString<f64>, Reason> {
    Ok(LineString(list(numbers)?.iter().map(position).collect::<Result<_, _>>()?))
}

fn lines(numbers: &Numbers) -> Result<Vec<LineString<f64>>, Reason> {
    list(numbers)?.iter().map(line).collect()
}

fn polygon(numbers: &Numbers) -> Result<Polygon<f64>, Reason> {
    let mut rings = lines(numbers)?.into_iter();
    let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(exterior, rings.collect()))
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(NumbersVisitor)
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Numbers, E> {
        Ok(Numbers::Number(number))
    }

    #[allow(clippy::cast_precision_loss)] // no coordinate needs more than 2^53
    fn visit_u64<E>(self, number: u64) -> Result<Numbers, E> {
        Ok(Numbers::Number(number as f64))
    }

    #[allow(clippy::cast_precision_loss)] // as above
    fn visit_i64<E>(self, number: i64) -> Result<Numbers, E> {
        Ok(Numbers::Number(number as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Numbers, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = list.next_element()? {
            numbers.push(number);
        }
        Ok(Numbers::List(numbers))
    }

    fn visit_unit<E>(self) -> Result<Numbers, E> {
        Ok(Numbers::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Numbers, E> {
        Ok(Numbers::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Numbers, E> {
        Ok(Numbers::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Numbers, A::Error> {
        serde::de::IgnoredAny::deserialize(MapAccessDeserializer::new(map)).map(|_| Numbers::Other)
    }
}

/// Attributes in the order of the file; the last of two with one name counts. Null is none.
#[derive(Default)]
pub(super) struct Attributes(pub(super) Properties);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of attributes")
            }

            fn visit_unit<E>(self) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }

            // PHP writes an empty object as an empty list.
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Attributes, A::Error> {
                serde::de::IgnoredAny::deserialize(SeqAccessDeserializer::new(list)).map(|_| Attributes::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Attributes, A::Error> {
                let mut attributes = Properties::new();
                while let Some((name, Attribute(value))) = members.next_entry::<String, Attribute>()? {
                    match attributes.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, known)) => *known = value,
                        None => attributes.push((name, value)),
                    }
                }
                Ok(Attributes(attributes))
            }
        }

        json.deserialize_any(Members)
    }
}

/// One attribute's value; a list or an object is its JSON text.
pub(super) struct Attribute(pub(super) Value);

impl Default for Attribute {
    fn default() -> Self {
        Self(Value::Null)
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(AttributeVisitor).map(Self)
    }
}

struct AttributeVisitor;

impl<'de> Visitor<'de> for AttributeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(fgb::whole(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(fgb::float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Value, A::Error> {
        serde_json::Value::deserialize(SeqAccessDeserializer::new(list)).map(|json| Value::Text(json.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        serde_json::Value::deserialize(MapAccessDeserializer::new(map)).map(|json| Value::Text(json.to_string()))
    }
}
