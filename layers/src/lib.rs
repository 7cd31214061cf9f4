//! The vocabulary of the territory, and how data becomes features.
//!
//! Reading order: `commune` and `territory` (who), `layer` (what), `import` (how data comes in),
//! `snapshot` (what the tile cutter and the record sheet read).

mod commune;
mod envelope;
mod feature;
mod layer;
mod projection;
mod territory;
mod theme;

pub use commune::{Commune, CommuneCode, InvalidCommuneCode};
pub use envelope::{Bbox, Envelope, GridBox, GridPoint, LonLat, MERCATOR_HALF_SIDE};
pub use feature::{Feature, FeatureId, Properties, Value};
pub use layer::{Access, Attribute, AttributeType, CommuneRule, InvalidLayerId, Layer, LayerId, SourceFormat, SourceSpec};
pub use projection::{Crs, OutOfDomain, UnknownCrs, from_lonlat, to_lonlat, to_mercator};
pub use territory::Territory;
pub use theme::Theme;
