//! What a collection repeats of its request, as addok does. What was typed is in it: it goes back to who asked, and
//! nowhere else.

use serde::Serialize;

/// What a collection repeats of its request, as addok does.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Asked {
    /// What was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Filters, as they were given.
    #[serde(skip_serializing_if = "Filters::is_empty")]
    pub filters: Filters,
    /// `[longitude, latitude]` of the centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub center: Option<[f64; 2]>,
    /// How many answers at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Filters of a request, as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Filters {
    /// `housenumber`, `street`, `locality` or `municipality`
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// INSEE codes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citycode: Option<String>,
    /// Postcodes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
}

impl Filters {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
