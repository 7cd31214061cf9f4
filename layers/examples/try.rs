#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]
use layers::*;
use std::{collections::BTreeMap, path::PathBuf, time::Instant};
fn main() {
    let store = PathBuf::from(std::env::args().nth(1).unwrap());
    for path in std::env::args().skip(2) {
        let path = PathBuf::from(path);
        let stem =
            path.file_name().unwrap().to_string_lossy().split('.').next().unwrap().replace('_', "-").to_lowercase();
        let format = if path.to_string_lossy().contains(".fgb") {
            SourceFormat::FlatGeobuf(path.clone())
        } else {
            SourceFormat::GeoJson(path.clone())
        };
        let layer = Layer {
            id: stem.parse().unwrap(),
            theme: "t".into(),
            title: "t".into(),
            summary: String::new(),
            source: SourceSpec { format, crs: None },
            key: None,
            attributes: vec![],
            zooms: (10, 18),
            access: Access::Agents,
            commune: None,
            producer: String::new(),
            licence: String::new(),
            frequency: String::new(),
            date: None,
        };
        let t = Instant::now();
        match import(&layer, &store, None) {
            Err(e) => println!("{stem}: ERROR {e}"),
            Ok(Imported { snapshot, report }) => {
                let t_import = t.elapsed();
                let t = Instant::now();
                let again = Snapshot::open_current(&store, &layer.id).unwrap().unwrap();
                let t_open = t.elapsed();
                let extent = again.extent(&Territory::Whole);
                let by: BTreeMap<_, _> = report.by_reason.clone();
                println!(
                    "{stem}: read {} accepted {} repaired {} rejected {:?} {:?} crs {} {} import {:?} open {:?} bbox {:?} zooms {:?}",
                    report.read,
                    report.accepted,
                    report.repaired,
                    by,
                    snapshot.geometry(),
                    snapshot.crs(),
                    snapshot.revision(),
                    t_import,
                    t_open,
                    extent.bbox.map(|b| (b.west, b.south, b.east, b.north)),
                    snapshot.zooms().iter().map(|z| (z.zoom, z.shown, z.too_small, z.thinned)).collect::<Vec<_>>()
                );
                assert_eq!(report.accepted + report.rejected_rows(), report.read);
                for f in again.features() {
                    let r = again.record(f.id()).unwrap().unwrap();
                    assert_eq!(r.id, f.id());
                }
            }
        }
    }
}
