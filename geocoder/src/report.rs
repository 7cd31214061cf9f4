//! What became of the rows of the address files: how many were read, kept, and refused, and why.
//! Kept beside the index, so that the last build can be read again.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// How many refused rows of a file are listed one by one; all of them are counted.
pub const LISTED: usize = 20;

/// Why a row was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The row has not as many fields as the header.
    FieldCount,
    /// `commune_insee` is not an INSEE code.
    CommuneCode,
    /// `commune_nom` is empty.
    CommuneName,
    /// `voie_nom` is empty or has no letter or digit.
    StreetName,
    /// `numero` is not an integer from 0 to 99999.
    Number,
    /// `suffixe` is longer than nine characters.
    Suffix,
    /// A numbered address without coordinates.
    PositionMissing,
    /// Coordinates that are not numbers, or outside the country.
    PositionOutside,
}

/// One refused row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// The rows of one file: `accepted + rejected == rows`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileReport {
    /// Name of the file, without its folder.
    pub file: String,
    /// Rows read, the header apart.
    pub rows: u64,
    /// Rows that became a position or a toponym.
    pub accepted: u64,
    /// Refused rows, by reason.
    pub rejected: BTreeMap<Reason, u64>,
    /// The first [`LISTED`] refused rows.
    pub first: Vec<Rejected>,
}

/// All files of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// In the order they were read.
    pub files: Vec<FileReport>,
    /// Accepted rows left out of the index: another file has the same address.
    #[serde(default)]
    pub duplicates: u64,
}

impl Reason {
    /// The sentence shown to the person who keeps the address file.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::FieldCount => "la ligne n’a pas autant de champs que l’en-tête",
            Self::CommuneCode => "commune_insee n’est pas un code INSEE de cinq caractères",
            Self::CommuneName => "commune_nom est vide",
            Self::StreetName => "voie_nom est vide",
            Self::Number => "numero n’est pas un entier de 0 à 99999",
            Self::Suffix => "suffixe dépasse neuf caractères",
            Self::PositionMissing => "adresse numérotée sans coordonnées",
            Self::PositionOutside => "coordonnées illisibles ou hors du territoire français",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl FileReport {
    /// Counts one refused row.
    pub(crate) fn reject(&mut self, line: u64, reason: Reason) {
        *self.rejected.entry(reason).or_default() += 1;
        if self.first.len() < LISTED {
            self.first.push(Rejected { line, reason });
        }
    }

    /// Refused rows, all reasons together.
    pub fn rejected_rows(&self) -> u64 {
        self.rejected.values().sum()
    }
}

impl Report {
    /// Rows read, all files together.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Rows kept, all files together.
    pub fn accepted(&self) -> u64 {
        self.files.iter().map(|file| file.accepted).sum()
    }

    /// Refused rows by reason, all files together.
    pub fn rejected(&self) -> BTreeMap<Reason, u64> {
        let mut all = BTreeMap::new();
        for (&reason, &rows) in self.files.iter().flat_map(|file| &file.rejected) {
            *all.entry(reason).or_default() += rows;
        }
        all
    }
}
