//! Which features of a snapshot a tile and a territory show, the most important first.

use std::cmp::Reverse;

use layers::{FeatureRef, Snapshot, Territory};

use crate::TileCoord;

/// The features of `snapshot` that `territory` opens and that may be drawn in `tile` or in its
/// buffer, by decreasing rank. Equal snapshots give an equal order in every tile.
pub(crate) fn select<'a>(
    snapshot: &'a Snapshot,
    tile: TileCoord,
    buffer: u16,
    territory: &Territory,
) -> Vec<FeatureRef<'a>> {
    let near = snapshot.within(tile.window(buffer), tile.z());
    let mut chosen: Vec<_> = match territory {
        Territory::Whole => near.collect(),
        Territory::Communes(_) => {
            let open = open_sets(snapshot, territory);
            near.filter(|feature| open.get(feature.commune_set() as usize) == Some(&true)).collect()
        }
    };
    chosen.sort_unstable_by_key(|feature| (Reverse(feature.rank()), feature.id()));
    chosen
}

/// For each set of communes of the snapshot, whether the territory opens it: sets are few and
/// features many, so the question is asked once a set.
fn open_sets(snapshot: &Snapshot, territory: &Territory) -> Vec<bool> {
    snapshot.commune_sets().iter().map(|communes| territory.opens(communes)).collect()
}
