//! The vocabulary of the territory, and how data becomes features.
//!
//! Reading order: `commune` and `territory` (who), `layer` (what), `import` (how data comes in),
//! `snapshot` (what the tile cutter and the record sheet read).

mod catalogue;
mod commune;
mod communes;
mod durable;
mod envelope;
mod error;
mod feature;
mod fgb;
mod figure;
mod identity;
mod import;
mod inside;
mod layer;
mod mmap;
mod overview;
mod projection;
mod repair;
mod report;
mod shape;
mod snapshot;
mod source;
mod territory;
mod theme;
mod validity;

pub use catalogue::{Catalogue, Entry};
pub use commune::{Commune, CommuneCode, InvalidCommuneCode};
pub use communes::CommuneShapes;
pub use envelope::{Bbox, Envelope, GridBox, GridPoint, LonLat, MERCATOR_HALF_SIDE};
pub use error::Error;
pub use feature::{Feature, FeatureId, Properties, Value};
pub use figure::Figure;
pub use import::{Imported, import};
pub use layer::{
    Access, Attribute, AttributeType, CommuneRule, InvalidLayerId, Layer, LayerId, SourceFormat, SourceSpec,
};
pub use projection::{Crs, OutOfDomain, UnknownCrs, from_lonlat, to_lonlat, to_mercator};
pub use report::{REJECTED_KEPT, Reason, Rejected, Report};
pub use shape::{PartKind, PartRole};
pub use snapshot::{
    Column, Extent, FeatureRef, GeometryKind, Part, Points, Record, Snapshot, ValueId, ValueRef, ZoomCount,
};
pub use source::SourceStamp;
pub use territory::Territory;
pub use theme::Theme;
