//! What an import did with each row: accepted, repaired or rejected, and why.
//! It is kept beside the snapshot as report.json, so that it can be shown later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rejected rows kept one by one; beyond, only the counts by reason go on.
pub const REJECTED_KEPT: usize = 1000;

/// Why a row did not become a feature. The serialised name is a stable code;
/// `Reason::sentence` is what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The row has no geometry.
    NullGeometry,
    /// The geometry has no coordinates.
    EmptyGeometry,
    /// The geometry cannot be read: unknown type, too few numbers, broken offsets.
    UnreadableGeometry,
    /// The attributes do not fit the columns that the file declares.
    UnreadableAttributes,
    /// Curves and surfaces that only some CAD software writes.
    UnsupportedGeometry,
    /// A collection of points, lines and polygons together.
    MixedCollection,
    /// A coordinate is not a finite number.
    NotFinite,
    /// A position lies outside the coordinate system or the Web Mercator square.
    OutOfDomain,
    /// A line whose points are all at one place.
    ZeroLength,
    /// A polygon that encloses nothing, even after repair.
    NoArea,
    /// A geometry that makes a geometry library fail.
    Unrepairable,
    /// Another row has the same key.
    DuplicateKey,
}

impl Reason {
    /// One French sentence, for reports.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NullGeometry => "La géométrie est absente.",
            Self::EmptyGeometry => "La géométrie est vide.",
            Self::UnreadableGeometry => "La géométrie est illisible.",
            Self::UnreadableAttributes => "Les attributs ne correspondent pas aux colonnes du fichier.",
            Self::UnsupportedGeometry => "Le type de géométrie (courbe ou surface) n’est pas pris en charge.",
            Self::MixedCollection => "La collection mêle des points, des lignes ou des polygones.",
            Self::NotFinite => "Une coordonnée n’est pas un nombre fini.",
            Self::OutOfDomain => "Une position est hors du domaine du système de coordonnées.",
            Self::ZeroLength => "La ligne est de longueur nulle.",
            Self::NoArea => "Le polygone n’a pas de surface, même après réparation.",
            Self::Unrepairable => "La géométrie ne peut pas être traitée, même après réparation.",
            Self::DuplicateKey => "La clé est déjà portée par une autre ligne.",
        }
    }
}

/// One row that did not become a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Row in the source, from 1.
    pub row: u64,
    /// Why.
    pub reason: Reason,
}

/// The account of one import. `accepted + rejected_rows() == read`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Rows in the source.
    pub read: u64,
    /// Rows that became features.
    pub accepted: u64,
    /// Accepted rows whose polygons had to be repaired.
    pub repaired: u64,
    /// Accepted rows without a value in the key attribute: identified by their content instead.
    pub without_key: u64,
    /// Accepted rows that lie in no commune although the layer says how to know it:
    /// shown to the Métropole only.
    pub without_commune: u64,
    /// Rejected rows by reason, exact.
    pub by_reason: BTreeMap<Reason, u64>,
    /// The first rejected rows, in the order of the source.
    pub rejected: Vec<Rejected>,
}

impl Report {
    /// Counts a rejected row, and keeps it if it is among the first.
    pub fn reject(&mut self, row: Rejected) {
        *self.by_reason.entry(row.reason).or_default() += 1;
        let place = self.rejected.partition_point(|kept| kept.row <= row.row);
        if place < REJECTED_KEPT {
            self.rejected.insert(place, row);
            self.rejected.truncate(REJECTED_KEPT);
        }
    }

    /// How many rows were rejected.
    pub fn rejected_rows(&self) -> u64 {
        self.by_reason.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_and_the_list_keeps_the_first_rows() {
        let mut report = Report::default();
        for row in (1..=3 * REJECTED_KEPT as u64).rev() {
            report.reject(Rejected { row, reason: Reason::NullGeometry });
        }
        assert_eq!(report.rejected_rows(), 3 * REJECTED_KEPT as u64);
        assert_eq!(report.rejected.len(), REJECTED_KEPT);
        assert!(report.rejected.iter().zip(1..).all(|(kept, row)| kept.row == row));
    }

    #[test]
    fn reasons_have_stable_codes() {
        assert_eq!(serde_json::to_string(&Reason::DuplicateKey).unwrap(), "\"duplicate-key\"");
    }
}
