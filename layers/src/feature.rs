//! One geometry with its attributes and, when known, the communes it lies in.

use serde::{Deserialize, Serialize};

use crate::CommuneCode;

/// Identifier of a feature in its layer: stable across imports, and at most 2^53 − 1
/// so that JavaScript reads it without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeatureId(pub u64);

impl FeatureId {
    /// The largest identifier: 2^53 − 1.
    pub const MAX: u64 = (1 << 53) - 1;
}

/// One attribute's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Absent or null in the source.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other finite number. NaN and infinities are read as `Null`.
    Float(f64),
    /// Text; dates too, as ISO 8601. Nested objects arrive as their JSON text.
    Text(String),
}

/// Names and values, in the order of the source.
pub type Properties = Vec<(String, Value)>;

/// A feature as a source gives it, on its way to a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Row in the source, from 1, for reports.
    pub row: u64,
    /// Geometry in the coordinate system of the source, x (or longitude) first; Z and M are dropped.
    pub geometry: geo_types::Geometry<f64>,
    /// Attributes.
    pub properties: Properties,
    /// Communes it lies in; empty when unknown or none.
    pub communes: Vec<CommuneCode>,
}

impl Feature {
    /// The value of an attribute, `Null` when there is none of that name.
    pub fn value(&self, name: &str) -> &Value {
        self.properties.iter().find(|(key, _)| key == name).map_or(&Value::Null, |(_, value)| value)
    }
}
