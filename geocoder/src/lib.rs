//! From text to places, and from a point to the nearest address; no network, no HTTP.
//!
//! Reading order: `search` (one search, in order), `parse`, `hunt`, `candidates`, `recall`, `rank`; `onebox` for what is no
//! address; then `build` and `collect` for where the index comes from, `places`, `numbers` and `parcels` for what lies
//! beside the full-text index; `update` for what changes in it, `pieces` and `origins` for how that is told; `objects`
//! for the features of layers that are searched with the addresses.

mod address;
mod answer;
mod bal;
mod bal_columns;
mod bal_fields;
mod bal_ids;
mod ban;
pub mod ban_api;
mod ban_names;
mod ban_streets;
mod build;
pub mod bulk;
mod cadastre;
mod candidates;
mod changes;
mod collect;
mod communes;
pub mod completion;
mod confidence;
mod coordinates;
mod crossing;
mod dates;
mod departments;
mod disk;
mod doors;
mod duplicates;
mod edit;
mod effort;
mod encoding;
mod error;
mod filter;
mod gazetteer;
mod geocoder;
mod geojson;
mod hash;
mod house_number;
mod hunt;
mod index;
mod interpolation;
mod letters;
mod likeness;
mod marks;
mod matching;
mod named;
mod names;
mod noise;
mod normalize;
mod numbers;
mod numerals;
mod objects;
mod onebox;
mod origins;
mod packed;
mod parcels;
mod parse;
mod phonetic;
pub mod photon;
mod pieces;
mod places;
mod postcodes;
mod rank;
mod reading;
mod reason;
mod recall;
mod report;
mod respace;
mod reverse;
mod rings;
mod row;
#[cfg(test)]
mod sample;
mod schema;
mod search;
mod sections;
mod shard;
mod source;
mod sources;
mod spelling;
mod spill;
mod spilled;
mod streets;
mod stretches;
mod suggestion;
mod table;
mod texts;
mod towns;
mod tree;
mod twins;
mod update;
mod unplaced;
mod varint;
mod vocabulary;

pub use address::{Kind, Position, PositionKind, ground_distance_m};
pub use build::{BuildOptions, Built, Progress, build};
pub use departments::{Department, department};
pub use error::Error;
pub use geocoder::Geocoder;
pub use house_number::{HouseNumber, NotAHouseNumber};
pub use index::{FileStamp, Manifest};
pub use objects::{
    BuiltObjects, FoundObject, Object, ObjectKind, ObjectLayer, Objects, Visible, build_objects, forget_objects,
};
pub use parse::MAX_QUERY_CHARS;
pub use reason::{Notice, Reason};
pub use report::{CommuneReport, FileReport, Format, LISTED, Rejected, Report};
pub use reverse::MAX_RADIUS_M;
pub use source::{inspect, recognise};
pub use sources::{SourceFile, Stamp};
pub use suggestion::{Filter, MAX_LIMIT, MatchType, Near, Nearby, Request, Score, Suggestion, Verdict, Verdicts};
pub use update::{Left, Update, Updated, update};
