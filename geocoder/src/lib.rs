//! From text to places, and from a point to the nearest address; no network, no HTTP.
//!
//! Reading order: `search` (one search, in order), `parse`, `hunt`, `candidates`, `rank`; then `build` and `collect`
//! for where the index comes from, `places` and `numbers` for what lies beside the full-text index.

mod address;
mod answer;
mod bal;
pub mod ban_api;
mod build;
pub mod bulk;
mod candidates;
mod collect;
mod communes;
pub mod completion;
mod confidence;
mod departments;
mod edit;
mod error;
mod filter;
mod gazetteer;
mod geocoder;
mod geojson;
mod house_number;
mod hunt;
mod index;
mod noise;
mod normalize;
mod numbers;
mod packed;
mod parse;
mod phonetic;
pub mod photon;
mod places;
mod postcodes;
mod rank;
mod report;
mod reverse;
#[cfg(test)]
mod sample;
mod schema;
mod search;
mod spelling;
mod suggestion;
mod vocabulary;

pub use address::{Kind, Position, PositionKind, ground_distance_m};
pub use build::{BuildOptions, Built, Progress, build};
pub use departments::{Department, department};
pub use error::Error;
pub use geocoder::Geocoder;
pub use house_number::{HouseNumber, NotAHouseNumber};
pub use index::{FileStamp, Manifest};
pub use parse::MAX_QUERY_CHARS;
pub use report::{FileReport, LISTED, Reason, Rejected, Report};
pub use reverse::MAX_RADIUS_M;
pub use suggestion::{Filter, MAX_LIMIT, MatchType, Near, Nearby, Request, Score, Suggestion, Verdict, Verdicts};
