//! Writing a revision: record, cut, report and manifest in a scratch folder, then its publication.

use std::{collections::HashMap, io::Write, path::Path};

use super::{
    GeometryKind, Snapshot,
    folder::LayerFolder,
    manifest::{CUT, Column, MANIFEST, Manifest, RECORD, REPORT, Stamp, ZoomCount, revision},
    open::damaged,
    record::{self, RecordFile},
    write::{Prepared, write_cut},
};
use crate::{Crs, Error, FeatureId, Layer, PartKind, Report, SourceStamp, durable, mmap::Map};

/// What a snapshot is made of, beside its features.
pub(crate) struct Description<'a> {
    pub(crate) layer: &'a Layer,
    /// When the import began, before anything was read.
    pub(crate) begun: jiff::Timestamp,
    /// The source as it was then.
    pub(crate) source: SourceStamp,
    /// Revision of the communes, when features were placed by geometry.
    pub(crate) placed_by: Option<String>,
    pub(crate) crs: Crs,
    pub(crate) columns: Vec<Column>,
    pub(crate) zooms: Vec<ZoomCount>,
    pub(crate) report: &'a Report,
}

/// Writes a revision beside the others and makes it current. When the content is that of a
/// revision already there, only its manifest and report are renewed.
pub(crate) fn save(folder: &LayerFolder, about: Description<'_>, features: &[Prepared]) -> Result<Snapshot, Error> {
    let scratch = folder.scratch()?;
    let record_path = scratch.join(RECORD);
    record::write(&record_path, about.layer.id.as_str(), about.crs, features)?;
    let record = Map::open(&record_path)?;
    let order = order(&record, features).map_err(|problem| damaged(&scratch, problem))?;
    let cut_path = scratch.join(CUT);
    let names: Vec<&str> = about.columns.iter().map(|column| column.name.as_str()).collect();
    write_cut(&cut_path, &about.layer.id, &names, &order)?;
    let (cut, record) = (Stamp::of(&Map::open(&cut_path)?), Stamp::of(&record));

    let manifest = Manifest {
        layer: about.layer.id.clone(),
        made_from: about.layer.import_stamp(),
        revision: revision(&about.columns, [&cut, &record]),
        imported: about.begun,
        source: about.source,
        placed_by: about.placed_by,
        features: features.len() as u64,
        geometry: geometry_kind(features),
        crs: about.crs,
        columns: about.columns,
        zooms: about.zooms,
        cut,
        record,
    };
    let target = folder.revision(&manifest.revision);
    if Snapshot::open(&target).is_ok() {
        std::fs::remove_dir_all(&scratch).map_err(Error::io(&scratch))?;
        describe(&target, &manifest, about.report, durable::replace)?;
        folder.switch(&manifest.revision)?;
    } else {
        describe(&scratch, &manifest, about.report, |path, bytes| durable::write(path, |out| out.write_all(bytes)))?;
        folder.publish(&scratch, &manifest.revision)?;
    }
    Snapshot::open(&target)
}

fn describe(
    folder: &Path,
    manifest: &Manifest,
    report: &Report,
    write: impl Fn(&Path, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let json = |text: serde_json::Result<Vec<u8>>| text.map_err(|e| damaged(folder, e.to_string()));
    write(&folder.join(REPORT), &json(serde_json::to_vec_pretty(report))?)?;
    write(&folder.join(MANIFEST), &json(serde_json::to_vec_pretty(manifest))?)
}

/// The features in the order of the record, each with its offset there.
fn order<'a>(record: &[u8], features: &'a [Prepared]) -> Result<Vec<(&'a Prepared, u64)>, String> {
    let by_id: HashMap<FeatureId, &Prepared> = features.iter().map(|prepared| (prepared.id, prepared)).collect();
    let offsets = RecordFile::read(record)?.offsets(record)?;
    let order: Option<Vec<_>> = offsets.iter().map(|(id, at)| Some((*by_id.get(id)?, *at))).collect();
    order.filter(|order| order.len() == features.len()).ok_or_else(|| "record.fgb lost a feature".to_owned())
}

fn geometry_kind(features: &[Prepared]) -> GeometryKind {
    let mut kinds = features.iter().map(|prepared| prepared.shape.kind);
    let first = kinds.next();
    match first {
        Some(kind) if kinds.any(|other| other != kind) => GeometryKind::Mixed,
        Some(PartKind::Point) => GeometryKind::Point,
        Some(PartKind::Line) => GeometryKind::Line,
        Some(PartKind::Polygon) => GeometryKind::Polygon,
        None => GeometryKind::Mixed,
    }
}
