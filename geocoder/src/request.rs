//! What is asked: a text to search or a point to reverse, around what, among what. Whoever calls the library fills
//! these in; what each contract calls its parameters stays with the contract.

use layers::{Bbox, LonLat};

use crate::{address::Kind, objects::Visible, photon::Choice};

/// Most suggestions given to one request.
pub const MAX_LIMIT: usize = 100;

/// A search as the command hands it over.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What was typed; at most [`MAX_QUERY_CHARS`](crate::MAX_QUERY_CHARS) characters.
    pub text: String,
    /// The text is all there is: its last word is not still being typed.
    pub finished: bool,
    /// Centre of the asker's map: what is near comes first.
    pub near: Option<Near>,
    /// How many suggestions at most; capped at [`MAX_LIMIT`].
    pub limit: usize,
    /// What an answer must be.
    pub filter: Filter,
    /// The layers whose objects are looked for, with what is open of each to who asks. None: addresses alone.
    pub objects: Vec<Visible>,
}

/// Around a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Degrees.
    pub at: LonLat,
    /// Zoom of the asker's map: the larger, the sooner distance counts. 12 when not said.
    pub zoom: f64,
    /// 0 (distance decides) to 1 (importance decides), as Photon's `location_bias_scale`; 0.4 when not said.
    pub scale: f64,
    /// Only answers within this many metres.
    pub radius_m: Option<f64>,
}

/// A point reversed.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearby {
    /// Degrees.
    pub point: LonLat,
    /// How many answers at most; capped at [`MAX_LIMIT`].
    pub limit: usize,
    /// Metres, at most [`MAX_RADIUS_M`](crate::MAX_RADIUS_M).
    pub radius_m: f64,
    /// What an answer must be.
    pub filter: Filter,
    /// The layers whose objects are looked for, with what is open of each to who asks. None: addresses alone.
    pub objects: Vec<Visible>,
}

/// What an answer must be, whatever was typed; everything by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Its position lies in this box, in degrees.
    pub bbox: Option<Bbox>,
    /// It is of one of these kinds: [`Kind::ADDRESSES`], [`Kind::OBJECTS`], some of them.
    pub kinds: Option<Vec<Kind>>,
    /// An object has a tag that this lets through. See [`Choice::kinds`] for the kinds that go with it.
    pub tags: Option<Choice>,
    /// It lies in one of these communes or arrondissements, by INSEE code; a commune stands for its arrondissements.
    pub communes: Vec<String>,
    /// It has one of these postcodes, five digits.
    pub postcodes: Vec<String>,
    /// It lies in the Métropole, or does not.
    pub metropole: Option<bool>,
    /// Its position lies in this polygon (one ring, degrees, closed or not).
    pub within: Option<Vec<LonLat>>,
}

impl From<LonLat> for Near {
    fn from(at: LonLat) -> Self {
        Self { at, zoom: 12.0, scale: 0.4, radius_m: None }
    }
}
