//! The headings of the catalogue.

use serde::{Deserialize, Serialize};

/// A heading of the catalogue, one per public policy (urbanisme, voirie, environnement…).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Short name used by layers: `voirie`.
    pub id: String,
    /// What agents read: `Voirie et déplacements`.
    pub title: String,
}
