//! From text to places, and from a point to the nearest address; no network, no HTTP.
//!
//! Reading order: `search` (one search, in order), `parse`, `hunt`, `candidates`, `rank`; `onebox` for what is no
//! address; then `build` and `collect`
//! for where the index comes from, `places` and `numbers` for what lies beside the full-text index.

mod address;
mod answer;
mod bal;
mod bal_columns;
mod bal_fields;
mod bal_ids;
mod ban;
mod ban_streets;
mod build;
mod cadastre;
mod candidates;
mod collect;
mod communes;
mod confidence;
mod coordinates;
mod crossing;
mod doors;
mod duplicates;
mod edit;
mod encoding;
mod error;
mod filter;
mod gazetteer;
mod geocoder;
mod house_number;
mod hunt;
mod index;
mod interpolation;
mod noise;
mod normalize;
mod numbers;
mod onebox;
mod packed;
mod parcels;
mod parse;
mod phonetic;
pub mod photon;
mod places;
mod postcodes;
mod rank;
mod reason;
mod report;
mod respace;
mod reverse;
mod row;
mod schema;
mod search;
mod sections;
mod source;
mod spelling;
mod spill;
mod spilled;
mod streets;
mod suggestion;
mod table;
mod towns;
mod tree;
mod varint;
mod vocabulary;

pub use address::{Kind, Position, PositionKind, ground_distance_m};
pub use build::{BuildOptions, Built, Progress, build};
pub use error::Error;
pub use geocoder::Geocoder;
pub use house_number::{HouseNumber, NotAHouseNumber};
pub use index::{FileStamp, Manifest};
pub use parse::MAX_QUERY_CHARS;
pub use reason::{Notice, Reason};
pub use report::{CommuneReport, FileReport, Format, LISTED, Rejected, Report};
pub use reverse::MAX_RADIUS_M;
pub use source::inspect;
pub use suggestion::{Filter, MAX_LIMIT, MatchType, Near, Nearby, Request, Score, Suggestion, Verdict, Verdicts};
