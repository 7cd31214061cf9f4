//! What is answered: a suggestion, what became of each part of the text in it, and the score that says why it is where
//! it is.

use std::fmt;

use layers::Bbox;
use serde::Serialize;

use crate::{
    address::{Kind, Position},
    objects::FoundObject,
};

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// House, street, locality, district or city; point, crossing or parcel; object.
    pub kind: Kind,
    /// Identifier in the national base: `69383_3300_00012_bis`, `69383_3300`, `69029`; that of a parcel is its own
    /// (14 characters), that of a crossing those of its two streets, that of a point its coordinates, that of an object
    /// the one its layer gives it.
    pub id: String,
    /// Identifier of the address, the street or the commune in the national base's own numbering (a UUID), when known.
    pub ban_id: Option<String>,
    /// Name of the street for a house, of the place itself otherwise.
    pub name: String,
    /// Another of its names (another language's, the national base's alias), when what was typed is likest to that one.
    pub other_name: Option<String>,
    /// `12bis`, for a house only. Always the number that was asked for or is nearest: never an invented one.
    pub house_number: Option<String>,
    /// Lieu-dit the address lies in (BAL `lieudit_complement_nom`).
    pub locality: Option<String>,
    /// Five digits; none where a commune has several and nothing decides.
    pub postcode: Option<String>,
    /// Arrondissement or former commune it lies in.
    pub district: Option<String>,
    /// INSEE code of the former commune it lies in.
    pub old_insee: Option<String>,
    /// Commune: `Lyon`, never `Lyon 3e Arrondissement`.
    pub city: String,
    /// INSEE code of the commune, or of the arrondissement in Lyon.
    pub insee: String,
    /// Whether that commune is of the Métropole.
    pub metropole: bool,
    /// Degrees, and what the point is: the best position of a house.
    pub position: Position,
    /// The other positions of a house, in the order of [`PositionKind`](crate::PositionKind).
    pub other_positions: Vec<Position>,
    /// Cadastral parcels of a house, 14 characters each.
    pub parcels: Vec<String>,
    /// Extent of a street, a town or an object, in degrees; none for a house or a single point.
    pub bbox: Option<Bbox>,
    /// Whether the commune certified this address.
    pub certified: bool,
    /// House numbers in the street, or in the whole town.
    pub addresses: u32,
    /// Metres from the centre given, or from the point reversed.
    pub distance_m: Option<f64>,
    /// The feature it is, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<FoundObject>,
    /// How the answer was reached.
    pub match_type: MatchType,
    /// What became of each part of the text.
    pub verdicts: Verdicts,
    /// Why it is where it is in the list.
    pub score: Score,
}

/// How an answer was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// Everything typed is there as typed, abbreviations apart; of a text that may go on, as far as it goes: only what
    /// would follow may be missing.
    Exact,
    /// A word was corrected or left out.
    Corrected,
    /// The street has no such number: the position is that between its neighbours.
    Interpolated,
    /// The street, the number asked being unknown there.
    Street,
    /// Only the commune: it alone was found, or a place of which nothing says where in the commune it is.
    Commune,
}

/// What became of one part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Found as typed; the last word of a text that may go on, as the beginning of one.
    Ok,
    /// Found otherwise spelt.
    Corrected,
    /// Found in part: words typed are missing from the answer.
    Partial,
    /// Not found there.
    Unknown,
    /// The answer says otherwise.
    Contradicts,
}

/// A verdict a part; none for a part that was not typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Verdicts {
    /// The house number.
    pub number: Option<Verdict>,
    /// The name of the street, place or town.
    pub street: Option<Verdict>,
    /// The postcode.
    pub postcode: Option<Verdict>,
    /// The commune, arrondissement or former commune.
    pub commune: Option<Verdict>,
}

impl MatchType {
    /// The word other software reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Corrected => "corrected",
            Self::Interpolated => "interpolated",
            Self::Street => "street",
            Self::Commune => "commune",
        }
    }
}

impl Verdict {
    /// The word other software reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Corrected => "corrected",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
            Self::Contradicts => "contradicts",
        }
    }
}

/// Why an answer stands where it stands, and how sure it is. All parts are between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Score {
    /// Likeness of the words typed and the name.
    pub text: f32,
    /// Taken off when the number asked is not in the street.
    pub number: f32,
    /// Taken off when the commune or postcode named is not the answer's.
    pub commune: f32,
    /// Taken off for distance to the map's centre.
    pub far: f32,
    /// Taken off for small streets and towns: it only parts equals.
    pub small: f32,
    /// Taken off outside the home territory.
    pub away: f32,
    /// How likely the answer is what was meant: its calibrated confidence.
    pub confidence: f32,
}

impl Score {
    /// The confidence: what other software reads as the score.
    pub fn total(&self) -> f32 {
        self.confidence
    }

    /// What answers are ordered by: the likeness, less what speaks against it.
    pub(crate) fn key(&self) -> f32 {
        self.standing() - self.small
    }

    /// What makes one answer surer than another. Size orders what nothing else parts: it tells nobody which is meant.
    pub(crate) fn standing(&self) -> f32 {
        self.text - self.number - self.commune - self.far - self.away
    }
}

impl fmt::Display for Score {
    /// One line for a terminal: `0.97: text 1.000 − number 0.100 − commune 0.000 − far 0.021 − small 0.008 − away
    /// 0.000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, number, commune, far, small, away, confidence } = self;
        write!(
            f,
            "{confidence:.2}: text {text:.3} − number {number:.3} − commune {commune:.3} − far {far:.3} − small {small:.3} − away {away:.3}"
        )
    }
}

impl Suggestion {
    /// Key and value of its OpenStreetMap tag: its own for an object, that of its kind otherwise.
    pub fn osm_tag(&self) -> (&str, &str) {
        let own = self.object.as_ref().map(|object| (object.tag.0.as_str(), object.tag.1.as_str()));
        own.unwrap_or_else(|| self.kind.osm_tag())
    }

    /// One line for people: `12bis Rue Garibaldi, 69003 Lyon 3e Arrondissement`.
    pub fn label(&self) -> String {
        let street = match &self.house_number {
            Some(number) => format!("{number} {}", self.name),
            None => self.name.clone(),
        };
        let town = match &self.district {
            Some(district) if self.kind != Kind::District => district,
            _ => &self.city,
        };
        match (&self.postcode, self.kind) {
            (_, Kind::City) | (None, Kind::District) => street,
            (Some(postcode), Kind::District) => format!("{street}, {postcode}"),
            (Some(postcode), _) if town.is_empty() => format!("{street}, {postcode}"),
            (Some(postcode), _) => format!("{street}, {postcode} {town}"),
            (None, _) if town.is_empty() => street, // far from any address
            (None, _) => format!("{street}, {town}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_shows_its_parts() {
        let score = Score { text: 1.0, number: 0.1, far: 0.02, small: 0.01, confidence: 0.7, ..Score::default() };
        assert_eq!(
            score.to_string(),
            "0.70: text 1.000 − number 0.100 − commune 0.000 − far 0.020 − small 0.010 − away 0.000"
        );
        assert!((score.key() - 0.87).abs() < 1e-6);
    }
}
