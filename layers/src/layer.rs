//! One drawable data set: what the administrator says of it. A description, not data
//! (the data is a `Snapshot`).

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Crs, feature::Value};

/// Identifier of a layer: 1 to 64 of `a-z`, `0-9` and `-`, the first one a letter.
/// It is part of URLs and of folder names, hence the narrow alphabet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LayerId(String);

/// Text that is not a layer identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » is not a layer identifier (a-z, 0-9 and -, a letter first, 64 at most)")]
pub struct InvalidLayerId(pub String);

impl LayerId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LayerId {
    type Err = InvalidLayerId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letter_first = text.starts_with(|c: char| c.is_ascii_lowercase());
        let alphabet = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if letter_first && alphabet && text.len() <= 64 {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLayerId(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for LayerId {
    type Error = InvalidLayerId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LayerId> for String {
    fn from(id: LayerId) -> Self {
        id.0
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may see a layer. What it means is decided in `auth_proxy::policy`, nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everyone who may reach the service.
    Open,
    /// Every agent whose organisation has an active adhesion: the whole layer.
    Agents,
    /// Every agent whose organisation has an active adhesion: the features of its own communes.
    Commune,
    /// The Métropole's own agents. To everyone else the layer does not exist.
    Metropole,
}

/// How a feature's communes are known.
#[derive(Debug, Clone, PartialEq)]
pub enum CommuneRule {
    /// An attribute holds one code.
    Attribute(String),
    /// An attribute holds several codes, separated by `,`, `;`, `|` or spaces (or a JSON list).
    List(String),
    /// The geometry, compared with the polygons of another layer.
    ///
    /// Without a margin: every commune that a point or a line touches, its border included, and
    /// every commune of which a polygon covers more than 1 m² (or a tenth of the polygon, when
    /// that is less): along a border, neighbours' polygons are not one's own.
    /// With a margin: every commune within that distance, whatever the geometry.
    Geometry {
        /// Distance in metres on the ground.
        margin_m: f64,
        /// The layer whose polygons are the communes.
        of: LayerId,
        /// The attribute of that layer that holds the INSEE code.
        code: String,
    },
}

/// Where a layer's features come from. Used only at import.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSpec {
    /// The format and the place.
    pub format: SourceFormat,
    /// Overrides what the file declares, for files that declare nothing or something wrong.
    pub crs: Option<Crs>,
}

/// The formats that can be read, each with its file. A `.gz` file is read through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceFormat {
    /// FlatGeobuf.
    FlatGeobuf(PathBuf),
    /// GeoJSON: a FeatureCollection.
    GeoJson(PathBuf),
}

impl SourceFormat {
    /// The file.
    pub fn path(&self) -> &std::path::Path {
        match self {
            Self::FlatGeobuf(path) | Self::GeoJson(path) => path,
        }
    }
}

/// One attribute that tiles carry and the record sheet shows first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Name in the source.
    pub name: String,
    /// What agents read; the name when the administrator gave none.
    pub label: String,
}

/// One drawable data set of a theme.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Identifier, unique in the catalogue.
    pub id: LayerId,
    /// Identifier of its theme.
    pub theme: String,
    /// What agents read.
    pub title: String,
    /// One or two sentences on what the layer holds, or empty.
    pub summary: String,
    /// Where its features come from.
    pub source: SourceSpec,
    /// Attribute that identifies a feature across imports; none: a hash of its content does.
    pub key: Option<String>,
    /// Attributes carried by tiles. The record holds all of them.
    pub attributes: Vec<Attribute>,
    /// First and last zoom at which tiles are cut. Maps overzoom beyond the last.
    pub zooms: (u8, u8),
    /// Who may see it.
    pub access: Access,
    /// How its features' communes are known; required when `access` is `Commune`.
    pub commune: Option<CommuneRule>,
    /// Who makes the data.
    pub producer: String,
    /// Licence, as an identifier (`LO-2.0`, `ODbL-1.0`) or in words.
    pub licence: String,
    /// How often the producer promises to renew it, in French (`mensuelle`).
    pub frequency: String,
    /// Date of the data as the producer states it (ISO 8601), when known.
    pub date: Option<jiff::civil::Date>,
}

impl Layer {
    /// Name of everything here that an import depends on: a snapshot made from another description
    /// may show an attribute that was withdrawn, or know the communes by a rule that was changed.
    pub(crate) fn import_stamp(&self) -> String {
        let attributes: Vec<&str> = self.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        let described = format!("{:?}", (&self.source, &self.key, attributes, self.zooms, &self.commune));
        Sha256::digest(described)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether tiles of this zoom exist.
    pub fn has_zoom(&self, zoom: u8) -> bool {
        (self.zooms.0..=self.zooms.1).contains(&zoom)
    }
}

/// Type of an attribute over a whole layer, as TileJSON and the table say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub enum AttributeType {
    /// Only numbers.
    Number,
    /// Only booleans.
    Boolean,
    /// Anything else.
    String,
}

impl AttributeType {
    /// The type of one value; none for a null.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Int(_) | Value::Float(_) => Some(Self::Number),
            Value::Text(_) => Some(Self::String),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_identifier_is_safe_in_a_path() {
        for good in ["parcelles", "silos-verre", "a", "z9-a"] {
            assert!(good.parse::<LayerId>().is_ok(), "{good:?}");
        }
        for bad in ["", "9a", "-a", "Parcelles", "a,b", "a/b", "..", "a b", "é", &"a".repeat(65)] {
            assert!(bad.parse::<LayerId>().is_err(), "{bad:?}");
        }
    }
}
