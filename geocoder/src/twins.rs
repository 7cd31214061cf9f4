//! The same address in several files, when one of them changes: a build kept one row of each identifier and set the
//! others aside. Streets that share an identifier with an edited one are edited too, so that which row stays is
//! settled again between all of them.

use std::{collections::HashSet, ops::Range};

use crate::{Error, changes::State, duplicates::short, marks::StreetMark, numbers::Numbers, places::Places};

/// The places that some streets are, in ranges.
pub(crate) fn places_of(places: &Places, streets: &HashSet<StreetMark>) -> Vec<Range<u32>> {
    let mut communes: Vec<_> = streets.iter().filter_map(|street| street.commune()).collect();
    communes.sort_unstable();
    communes.dedup();
    let mut found: Vec<Range<u32>> = Vec::new();
    for place in communes.iter().flat_map(|code| places.of_commune(code.as_str())) {
        if !StreetMark::of_place(places, places.get(place)).is_some_and(|street| streets.contains(&street)) {
            continue;
        }
        match found.last_mut() {
            Some(range) if range.end == place => range.end += 1,
            _ => found.push(place..place + 1),
        }
    }
    found
}

/// The streets of a revision that share an identifier with rows that bear `ids` now, or with some of its places.
///
/// Errors: its numbers cannot be read.
pub(crate) fn sharing(
    base: &State,
    places: &Places,
    edited: &[Range<u32>],
    mut ids: HashSet<u64>,
) -> Result<HashSet<StreetMark>, Error> {
    let numbers = Numbers::open(&base.folder)?;
    let blocks = edited.iter().cloned().flatten().flat_map(|place| places.get(place).blocks());
    ids.extend(blocks.flat_map(|block| numbers.identifiers(block)).map(|id| short(&id)));
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let aside = base.origins.aside.iter().filter(|(id, _)| ids.contains(id)).map(|&(_, street)| street);
    let kept = (0..numbers.blocks()).filter(|&block| numbers.identifiers(block).any(|id| ids.contains(&short(&id))));
    let mut kept: Vec<u32> = kept.map(|block| numbers.place_of_block(block)).collect();
    kept.dedup();
    let kept = kept.into_iter().filter_map(|place| StreetMark::of_place(places, places.get(place)));
    Ok(aside.chain(kept).collect())
}
