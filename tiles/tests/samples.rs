//! Every layer of data-samples, cut from its first zoom down: every tile that shows something is
//! strictly valid to zoom 14, and a fixed one in ten at zooms 15 and 16.

#![allow(clippy::unwrap_used)] // a test and its helpers may fail loudly

mod common;
#[path = "../../tests/support/mvt_strict.rs"]
mod mvt_strict;

use std::path::{Path, PathBuf};

use common::{Imported, cut_whole, import_file, read};
use layers::SourceFormat;
use tiles::{TileCoord, TileId};

const FIRST_ZOOM: u8 = 8;
const LAST_WHOLE_ZOOM: u8 = 14;
const LAST_ZOOM: u8 = 16;

/// Cuts `tile` and every tile below it where the layer has something; gives how many were read.
/// A tile may be empty above one that is not: what is too small is not drawn.
fn walk(layer: &Imported, tile: TileCoord) -> usize {
    if layer.snapshot.within(tile.window(64), TileCoord::MAX_ZOOM).next().is_none() {
        return 0;
    }
    let is_read = tile.z() <= LAST_WHOLE_ZOOM || TileId::from(tile).get().is_multiple_of(10);
    let shown = is_read && read(&cut_whole(layer, tile)).feature_count() > 0;
    let below = tile.children().filter(|_| tile.z() < LAST_ZOOM).into_iter().flatten();
    usize::from(shown) + below.map(|child| walk(layer, child)).sum::<usize>()
}

fn check(file: &Path) {
    let id = file.file_stem().unwrap().to_str().unwrap().replace('_', "-");
    let format = match file.extension().unwrap().to_str().unwrap() {
        "fgb" => SourceFormat::FlatGeobuf(file.to_owned()),
        _ => SourceFormat::GeoJson(file.to_owned()),
    };
    let layer = import_file(&id, format);
    let extent = layer.snapshot.extent(&layers::Territory::Whole).bbox.unwrap();
    let (middle_lon, middle_lat) = ((extent.west + extent.east) / 2.0, (extent.south + extent.north) / 2.0);
    let top = common::tile_at(FIRST_ZOOM, middle_lon, middle_lat);
    let read = walk(&layer, top);
    assert!(read > 20, "{id}: only {read} tiles show something");
}

fn sample_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data-samples/layers");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // A file being written has a name that starts with a dot.
    files.retain(|file| !file.file_name().unwrap().as_encoded_bytes().starts_with(b"."));
    files.sort();
    files
}

#[test]
fn every_tile_of_the_samples_is_strictly_valid() {
    let files = sample_files();
    assert!(files.len() >= 15, "{} layers", files.len());
    std::thread::scope(|scope| {
        // Two halves, because the cuts of one layer share nothing with those of another.
        let halves: [Vec<&PathBuf>; 2] = [files.iter().step_by(2).collect(), files.iter().skip(1).step_by(2).collect()];
        for half in halves {
            scope.spawn(move || half.into_iter().for_each(|file| check(file)));
        }
    });
}
