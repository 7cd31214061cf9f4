//! What the answers of all contracts share: GeoJSON geometries in degrees, and numbers as short as their precision, the
//! same of the same answer whichever contract writes it.

use layers::{Crs, LonLat};
use serde::Serialize;

use crate::Suggestion;

/// Digits kept of a degree: a centimetre.
const DEGREES: f64 = 1e7;
/// Digits kept of a metre: a centimetre.
const METRES: f64 = 1e2;

/// A GeoJSON geometry, longitude first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub(crate) enum Geometry {
    Point { coordinates: [f64; 2] },
    MultiPoint { coordinates: Vec<[f64; 2]> },
}

/// An answer where it is, with its properties, in the order of the national base.
#[derive(Debug, Serialize)]
#[serde(tag = "type")]
pub(crate) struct Feature<P> {
    geometry: Geometry,
    properties: P,
}

impl<P> Feature<P> {
    /// At the one point that stands for the answer.
    pub(crate) fn at(suggestion: &Suggestion, properties: P) -> Self {
        Self { geometry: Geometry::point(suggestion), properties }
    }
}

impl Geometry {
    /// The one point that stands for an answer.
    pub(crate) fn point(suggestion: &Suggestion) -> Self {
        Self::Point { coordinates: degrees(suggestion.position.at) }
    }

    /// Every position known of an answer: several for a house with several entrances.
    pub(crate) fn every_position(suggestion: &Suggestion) -> Self {
        if suggestion.other_positions.is_empty() {
            return Self::point(suggestion);
        }
        let positions = std::iter::once(&suggestion.position).chain(&suggestion.other_positions);
        Self::MultiPoint { coordinates: positions.map(|position| degrees(position.at)).collect() }
    }
}

/// `[longitude, latitude]`
pub(crate) fn degrees(at: LonLat) -> [f64; 2] {
    [rounded(at.lon, DEGREES), rounded(at.lat, DEGREES)]
}

/// One coordinate in degrees.
pub(crate) fn degree(value: f64) -> f64 {
    rounded(value, DEGREES)
}

/// Lambert-93 in metres; none far from France, where it has no meaning.
pub(crate) fn lambert93(at: LonLat) -> Option<[f64; 2]> {
    let (x, y) = layers::from_lonlat(at, Crs::Lambert93).ok()?;
    Some([rounded(x, METRES), rounded(y, METRES)])
}

/// A score with the four digits that mean something.
pub(crate) fn score(suggestion: &Suggestion) -> f64 {
    rounded(f64::from(suggestion.score.total()), 1e4)
}

pub(crate) fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}
