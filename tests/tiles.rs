//! Tiles of the samples: every one of them strictly valid, judged by a reader that shares
//! nothing with the cutter.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

mod support;

use std::{
    fmt::Write,
    sync::atomic::{AtomicUsize, Ordering},
};

use layers::{Access, GridBox, GridPoint, Layer, Snapshot, Territory};
use support::{gunzip, mvt_strict, prepared};
use tiles::{CutLayer, CutOptions, Tile, TileCoord};

/// Every layer of the samples with its snapshot.
fn sample_layers() -> Vec<(Layer, Snapshot)> {
    let config = prepared();
    let open = |layer: Layer| {
        let snapshot = Snapshot::open_current(&config.server.snapshots, &layer.id).unwrap().unwrap();
        (layer, snapshot)
    };
    config.layers().map(open).collect()
}

fn cut(layer: &Layer, snapshot: &Snapshot, coord: TileCoord) -> Tile {
    let whole = CutLayer { name: layer.id.as_str(), snapshot, territory: &Territory::Whole };
    tiles::cut(coord, &[whole], &CutOptions::default()).unwrap()
}

/// The tiles of a zoom that a layer's features may touch, buffers included.
fn tiles_of(snapshot: &Snapshot, zoom: u8) -> Vec<TileCoord> {
    let Some(all) = GridBox::around(snapshot.features().flat_map(|f| [f.bounds().min, f.bounds().max])) else {
        return Vec::new();
    };
    let tile = |steps: u32| if zoom == 0 { 0 } else { steps >> (32 - u32::from(zoom)) };
    let last = (1u32 << zoom) - 1;
    let around = |from: u32, to: u32| tile(from).saturating_sub(1)..=(tile(to) + 1).min(last);
    let columns = around(all.min.x, all.max.x);
    columns.flat_map(|x| around(all.min.y, all.max.y).map(move |y| TileCoord::new(zoom, x, y).unwrap())).collect()
}

#[test]
fn the_samples_have_their_layers_themes_and_rights() {
    let config = prepared();
    let layers: Vec<Layer> = config.layers().collect();
    assert!(layers.len() >= 15 && config.themes.len() >= 8);
    for layer in &layers {
        let expected = match layer.id.as_str() {
            "parcelles" | "chantiers" | "zonage-plu" => Access::Commune,
            "dia" => Access::Metropole,
            _ => Access::Agents,
        };
        assert_eq!(layer.access, expected, "{}", layer.id);
    }
}

#[test]
fn every_tile_of_the_samples_to_zoom_14_and_one_in_ten_beyond_is_strictly_valid() {
    let layers = sample_layers();
    let (checked, features) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((layer, snapshot)) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
            for zoom in layer.zooms.0..=layer.zooms.1.min(16) {
                let step = if zoom > 14 { 10 } else { 1 };
                for coord in tiles_of(snapshot, zoom).into_iter().step_by(step) {
                    let tile = cut(layer, snapshot, coord);
                    if tile.features == 0 {
                        continue;
                    }
                    let summary = mvt_strict::validate(&gunzip(&tile.bytes))
                        .unwrap_or_else(|violations| panic!("{} {coord}: {violations:?}", layer.id));
                    assert_eq!(summary.feature_count(), tile.features as usize, "{} {coord}", layer.id);
                    checked.fetch_add(1, Ordering::Relaxed);
                    features.fetch_add(summary.feature_count(), Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let (checked, features) = (checked.into_inner(), features.into_inner());
    println!("{checked} tiles, {features} features, all strictly valid");
    assert!(checked > 2_000, "{checked} tiles prove little");
}

/// Nothing is lost between the snapshot and the tiles at the last zoom.
#[test]
fn at_its_last_zoom_every_feature_of_a_layer_is_in_some_tile() {
    for (layer, snapshot) in sample_layers() {
        if snapshot.len() > 3_000 {
            continue; // the larger ones take long and prove the same
        }
        let zoom = layer.zooms.1.min(16);
        let mut missing: std::collections::BTreeSet<u64> = snapshot.features().map(|f| f.id().0).collect();
        let mut tiles: std::collections::BTreeSet<TileCoord> = Default::default();
        for feature in snapshot.features().filter(|f| f.min_zoom() <= zoom) {
            let GridPoint { x, y } = feature.parts().next().unwrap().points.get(0);
            let shift = 32 - u32::from(zoom);
            tiles.insert(TileCoord::new(zoom, x >> shift, y >> shift).unwrap());
        }
        for coord in tiles {
            let tile = cut(&layer, &snapshot, coord);
            for found in
                mvt_strict::validate(&gunzip(&tile.bytes)).unwrap().layers.iter().flat_map(|layer| &layer.features)
            {
                missing.remove(&found.id.unwrap());
            }
        }
        let hidden = snapshot.features().filter(|f| f.min_zoom() > zoom).count();
        assert!(
            missing.len() <= hidden,
            "{}: {} of {} never drawn at zoom {zoom}",
            layer.id,
            missing.len(),
            snapshot.len()
        );
    }
}

/// A tile as text that a person can read, and compare after a change.
#[test]
fn a_tile_reads_as_expected() {
    let (layer, snapshot) = sample_layers().into_iter().find(|(layer, _)| layer.id.as_str() == "communes").unwrap();
    let coord = TileCoord::new(10, 525, 365).unwrap();
    let tile = mvt_strict::validate(&gunzip(&cut(&layer, &snapshot, coord).bytes)).unwrap();
    let mut text = String::new();
    for layer in &tile.layers {
        writeln!(text, "{} (extent {}, {} features)", layer.name, layer.extent, layer.features.len()).unwrap();
        for feature in &layer.features {
            let name = feature.property("nom").unwrap();
            writeln!(text, "  {:?}: {} vertices", name, feature.geometry.points().len()).unwrap();
        }
    }
    assert!(text.starts_with("communes (extent 4096, "), "{text}");
    assert!(text.contains("\"Bron\"") && text.contains("\"Vénissieux\""), "{text}");
}
