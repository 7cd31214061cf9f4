//! Cutting tiles of the generated Métropole, by zoom and layer kind: cold (no cache) and cached.
//!
//! `cargo bench --bench cut`; the data is made once, under the target folder. Figures are CPU time of
//! the cutting thread, so that other work on the machine does not count; tiles are drawn where the
//! features are (every n-th feature names its tile), so medians are those of urban tiles.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a bench prints, and stops at the first surprise

use std::{collections::BTreeSet, path::Path, process::Command, time::Duration};

use layers::{Layer, Snapshot, Territory};
use rustix::time::{ClockId, clock_gettime};
use tiles::{CutLayer, CutOptions, TileCache, TileCoord, TileKey};
use traboule::{config::Config, import};

const LAYERS: [&str; 5] = ["parcelles", "batiments", "rues", "arbres", "communes"];
const COMPOSITE: [&str; 4] = ["parcelles", "batiments", "rues", "arbres"];
const ZOOMS: std::ops::RangeInclusive<u8> = 10..=16;
const TILES_PER_ZOOM: usize = 60;

fn main() {
    let config = generated();
    let layers: Vec<(Layer, Snapshot)> = import::order(&config)
        .into_iter()
        .filter(|layer| LAYERS.contains(&layer.id.as_str()))
        .map(|layer| {
            let snapshot = up_to_date(&config, &layer);
            (layer, snapshot)
        })
        .collect();
    for (layer, snapshot) in &layers {
        println!("{}: {} features", layer.id, snapshot.len());
    }
    println!(
        "\n| layer | zoom | tiles | features p50 | cut p50 ms | cut p99 ms | gzip KB p50 | gzip KB max | dropped |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (layer, snapshot) in &layers {
        for zoom in ZOOMS.filter(|zoom| layer.has_zoom(*zoom)) {
            row(layer.id.as_str(), zoom, &[(layer, snapshot)], &tiles_where_features_are(snapshot, zoom));
        }
    }
    let composite: Vec<(&Layer, &Snapshot)> = COMPOSITE
        .iter()
        .map(|name| layers.iter().find(|(layer, _)| layer.id.as_str() == *name).map(|(l, s)| (l, s)).unwrap())
        .collect();
    for zoom in 13..=16 {
        row("all four", zoom, &composite, &tiles_where_features_are(composite[1].1, zoom));
    }
    cached(composite[0], &tiles_where_features_are(composite[0].1, 14));
}

/// The sample configuration over the generator's output at the scale of the Métropole.
fn generated() -> Config {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("metropole");
    if !folder.join("layers/parcelles.fgb").exists() {
        println!("generating the Métropole (once) …");
        let made = Command::new(env!("CARGO"))
            .args(["run", "--release", "-p", "data-samples", "--", "--scale", "metropole", "--out"])
            .arg(&folder)
            .status()
            .unwrap();
        assert!(made.success());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("traboule.toml")).unwrap();
    let styles = root.join("data-samples/styles");
    let text = text.replace("data-samples/styles", styles.to_str().unwrap()).replace("data-samples/", "");
    let file = folder.join("traboule.toml");
    std::fs::write(&file, text).unwrap();
    Config::load(&file).unwrap()
}

fn up_to_date(config: &Config, layer: &Layer) -> Snapshot {
    let current = Snapshot::open_current(&config.server.snapshots, &layer.id).unwrap();
    if import::is_due(layer, current.as_ref(), None) {
        return import::layer(config, layer).unwrap().snapshot;
    }
    current.unwrap()
}

fn tiles_where_features_are(snapshot: &Snapshot, zoom: u8) -> Vec<TileCoord> {
    let every = (snapshot.len() / (4 * TILES_PER_ZOOM)).max(1);
    let shift = 32 - u32::from(zoom);
    let tiles: BTreeSet<(u32, u32)> = snapshot
        .features()
        .step_by(every)
        .map(|feature| (feature.bounds().min.x >> shift, feature.bounds().min.y >> shift))
        .collect();
    let step = (tiles.len() / TILES_PER_ZOOM).max(1);
    tiles.into_iter().step_by(step).map(|(x, y)| TileCoord::new(zoom, x, y).unwrap()).collect()
}

fn row(name: &str, zoom: u8, layers: &[(&Layer, &Snapshot)], tiles: &[TileCoord]) {
    let layers: Vec<CutLayer<'_>> = layers
        .iter()
        .map(|(layer, snapshot)| CutLayer { name: layer.id.as_str(), snapshot, territory: &Territory::Whole })
        .collect();
    let (mut times, mut sizes, mut features, mut dropped) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..4 {
        for coord in tiles {
            let before = thread_time();
            let tile = tiles::cut(*coord, &layers, &CutOptions::default()).unwrap();
            let spent = thread_time() - before;
            if round == 0 {
                continue; // warms the memory map and the allocator
            }
            times.push(spent.as_secs_f64() * 1000.0);
            sizes.push(tile.bytes.len() as f64 / 1000.0);
            features.push(f64::from(tile.features));
            dropped += tile.dropped;
        }
    }
    println!(
        "| {name} | {zoom} | {} | {:.0} | {:.3} | {:.3} | {:.1} | {:.1} | {} |",
        tiles.len(),
        percentile(&mut features, 50),
        percentile(&mut times, 50),
        percentile(&mut times, 99),
        percentile(&mut sizes, 50),
        percentile(&mut sizes, 100),
        dropped / 3
    );
}

/// The cost of a tile that is there already.
fn cached((layer, snapshot): (&Layer, &Snapshot), tiles: &[TileCoord]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let cache = TileCache::new(1 << 30);
    let key = |coord: TileCoord| TileKey {
        coord,
        layers: vec![(layer.id.clone(), snapshot.revision().to_owned(), Territory::Whole)],
    };
    runtime.block_on(async {
        for coord in tiles {
            let cut = [CutLayer { name: layer.id.as_str(), snapshot, territory: &Territory::Whole }];
            cache.get_or_cut(key(*coord), async { tiles::cut(*coord, &cut, &CutOptions::default()) }).await.unwrap();
        }
        const ROUNDS: u32 = 2_000;
        let before = thread_time();
        for _ in 0..ROUNDS {
            for coord in tiles {
                cache
                    .get_or_cut::<tiles::Error>(key(*coord), async { unreachable!("it is in the cache") })
                    .await
                    .unwrap();
            }
        }
        let each = (thread_time() - before) / (ROUNDS * u32::try_from(tiles.len()).unwrap());
        println!("\ncache hit: {:.2} µs of CPU a tile, key made anew each time", each.as_secs_f64() * 1e6);
    });
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) * percent / 100]
}
