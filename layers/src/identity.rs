//! Which identifier each feature keeps from one import to the next.
//! It comes from the declared key, or else from the content.

use std::collections::HashSet;

use geo::CoordsIter;
use sha2::{Digest, Sha256};

use crate::{
    Feature, FeatureId, Value,
    import::Drawn,
    report::{Reason, Rejected, Report},
};

/// Gives every feature its identifier, in the order of the source.
///
/// A key that is a whole number from 1 to 2^53 − 1 is used as it is; any other becomes a 53-bit
/// hash. The first row with a key keeps it, the next ones are rejected. Rows without a key are
/// identified by their content, and equal ones by the next free number.
pub(crate) fn identify(rows: Vec<Drawn>, key: Option<&str>, report: &mut Report) -> Vec<(FeatureId, Drawn)> {
    let keyed: Vec<Option<u64>> = rows.iter().map(|row| key.and_then(|key| from_key(row.feature.value(key)))).collect();
    let mut taken: HashSet<u64> = HashSet::new();
    let first: Vec<bool> = keyed.iter().map(|id| id.is_some_and(|id| taken.insert(id))).collect();
    let mut identified = Vec::with_capacity(rows.len());
    for ((row, id), first) in rows.into_iter().zip(keyed).zip(first) {
        let id = match id {
            Some(id) if first => id,
            Some(_) => {
                report.reject(Rejected { row: row.feature.row, reason: Reason::DuplicateKey });
                continue;
            }
            None => {
                report.without_key += u64::from(key.is_some());
                next_free(from_content(&row.feature), &mut taken)
            }
        };
        identified.push((FeatureId(id), row));
    }
    identified
}

fn from_key(key: &Value) -> Option<u64> {
    match key {
        Value::Null => None,
        Value::Text(text) if text.is_empty() => None,
        Value::Text(text) => Some(hash(|h| h.update(text))),
        Value::Int(i) if (1..=FeatureId::MAX.cast_signed()).contains(i) => Some(i.cast_unsigned()),
        Value::Int(i) => Some(hash(|h| h.update(i.to_string()))),
        // A column of numbers may be one of doubles only because the format has no other.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked to be whole and in range
        Value::Float(f) if f.fract() == 0.0 && (1.0..=9_007_199_254_740_991.0).contains(f) => Some(*f as u64),
        Value::Float(f) => Some(hash(|h| h.update(f.to_string()))),
        Value::Bool(b) => Some(hash(|h| h.update(b.to_string()))),
    }
}

fn from_content(feature: &Feature) -> u64 {
    hash(|h| {
        for (name, value) in &feature.properties {
            h.update(format!("{name}\0{value:?}\0"));
        }
        for at in feature.geometry.coords_iter() {
            h.update(at.x.to_le_bytes());
            h.update(at.y.to_le_bytes());
        }
    })
}

/// 53 bits of a SHA-256, never zero.
fn hash(feed: impl FnOnce(&mut Sha256)) -> u64 {
    let mut hash = Sha256::new();
    feed(&mut hash);
    let digest = hash.finalize();
    let bits = digest.first_chunk().map_or(0, |head| u64::from_le_bytes(*head)) & FeatureId::MAX;
    bits.max(1)
}

fn next_free(mut id: u64, taken: &mut HashSet<u64>) -> u64 {
    while !taken.insert(id) {
        id = if id == FeatureId::MAX { 1 } else { id + 1 };
    }
    id
}
