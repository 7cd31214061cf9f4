//! How far from its centre a commune is built, and how finely it is drawn at each scale.

use crate::{Scale, facts::Place};

/// Distances in metres from the centre of a commune.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Density {
    /// The town: beyond it, fields and woods.
    pub(crate) town: f64,
    /// Within: every street.
    pub(crate) streets: f64,
    /// Within: lots, buildings, trees and house numbers.
    pub(crate) lots: f64,
    /// Whether fields are divided too.
    pub(crate) fields: bool,
    /// Whether houses stand side by side along the street.
    pub(crate) dense: bool,
}

/// Ground of the town per inhabitant, square metres.
const GROUND_PER_INHABITANT: f64 = 128.0;
/// A radius no commune's cell reaches: Lyon and Villeurbanne are town from border to border.
const EVERYWHERE: f64 = 9000.0;

/// Communes drawn finely at the committed scale: code, radius of streets, radius of lots.
const CLOSE_UPS: [(&str, f64, f64); 6] = [
    ("69029", 1350.0, 730.0),
    ("69266", 1000.0, 360.0),
    ("69259", 900.0, 330.0),
    ("69383", 900.0, 330.0),
    ("69091", 700.0, 260.0),
    ("69381", 500.0, 200.0),
];

impl Density {
    pub(crate) fn of(place: &Place, original: &str, scale: Scale) -> Self {
        let dense = place.parent.is_some() || original == "69266";
        let disc = (f64::from(place.population) * GROUND_PER_INHABITANT / std::f64::consts::PI).sqrt().max(380.0);
        let town = if dense { EVERYWHERE } else { disc };
        if scale != Scale::Committed {
            return Self { town, streets: town * 1.05, lots: town, fields: true, dense };
        }
        let close_up = CLOSE_UPS.iter().find(|(code, ..)| *code == original);
        let (streets, lots) = close_up.map_or((210.0, 60.0), |(_, streets, lots)| (*streets, *lots));
        Self { town, streets, lots, fields: false, dense }
    }

    /// Area in square metres under which a block is left whole, `away` metres from the centre.
    pub(crate) fn block_area(&self, away: f64) -> f64 {
        if away > self.streets {
            return if away < self.town { 450_000.0 } else { 900_000.0 };
        }
        let built = if self.dense { 7_500.0 } else { 9_500.0 };
        built + 8_000.0 * (away / self.town).min(1.0)
    }
    /// Share of the town that counts as its centre.
    pub(crate) fn central(&self) -> f64 {
        if self.dense { 0.25 } else { 1.0 }
    }
}
