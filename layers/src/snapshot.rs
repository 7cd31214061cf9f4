//! A snapshot: all features of a layer at one revision, immutable, indexed, memory-mapped.
//!
//! One folder `<store>/<layer>/<revision>/`: record.fgb (the record: every attribute, any GIS opens
//! it), cut.bin (what tiles are cut from; derived, flat arrays), manifest.json, report.json.
//! Read `format` for the layout, `write` and `record` for how it is made, `folder` for how a
//! revision takes the place of another.

mod folder;
mod format;
mod manifest;
mod open;
mod record;
mod save;
mod view;
mod write;

use std::{ops::Range, path::Path};

use geo_index::rtree::{RTreeIndex, RTreeRef};
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    folder::LayerFolder,
    save::{Description, save},
    write::Prepared,
};
use self::{
    format::{FeatureRow, SECTIONS, Section, index_box, u32_at},
    manifest::Manifest,
    record::RecordFile,
};
pub use self::{
    manifest::{Column, ZoomCount},
    record::Record,
    view::{FeatureRef, Part, Points, ValueId, ValueRef},
};
use crate::{
    Bbox, CommuneCode, Crs, Error, FeatureId, GridBox, Layer, SourceStamp, Territory, mmap::Map, projection::to_degrees,
};

/// What the features of a layer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeometryKind {
    /// All points.
    Point,
    /// All lines.
    Line,
    /// All polygons.
    Polygon,
    /// Some of each.
    Mixed,
}

/// How much of a layer a territory opens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Extent {
    /// Features.
    pub count: u64,
    /// Their box in degrees; none for no feature.
    pub bbox: Option<Bbox>,
}

/// One revision of a layer's data, read in place.
#[derive(Debug)]
pub struct Snapshot {
    manifest: Manifest,
    cut: Map,
    sections: [Range<usize>; SECTIONS],
    record: Map,
    record_file: RecordFile,
    sets: Vec<Vec<CommuneCode>>,
    /// Features and their box, for each set of communes.
    by_set: Vec<(u64, Option<GridBox>)>,
}

impl Snapshot {
    /// Name of the content, `0-9a-z`: it changes whenever the content does, and only then.
    pub fn revision(&self) -> &str {
        &self.manifest.revision
    }

    /// Whether it was imported as `layer` is described now, as far as an import depends on it.
    pub fn is_of(&self, layer: &Layer) -> bool {
        self.manifest.made_from == layer.import_stamp()
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.section(Section::Features).len() / FeatureRow::SIZE
    }

    /// Whether there is no feature.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the last import of the source began, even if it found the same data.
    pub fn imported(&self) -> jiff::Timestamp {
        self.manifest.imported
    }

    /// What the source was when that import began: the file was changed since if it is another now.
    pub fn source(&self) -> &SourceStamp {
        &self.manifest.source
    }

    /// Revision of the communes that its features were placed by; none unless they were placed by geometry.
    pub fn placed_by(&self) -> Option<&str> {
        self.manifest.placed_by.as_deref()
    }

    /// What the features are.
    pub fn geometry(&self) -> GeometryKind {
        self.manifest.geometry
    }

    /// Coordinate system of the source, and of record.fgb.
    pub fn crs(&self) -> Crs {
        self.manifest.crs
    }

    /// The attributes that tiles carry, in the order of the layer's description.
    pub fn columns(&self) -> &[Column] {
        &self.manifest.columns
    }

    /// How many features each zoom shows and leaves out.
    pub fn zooms(&self) -> &[ZoomCount] {
        &self.manifest.zooms
    }

    /// The features whose box meets `window` and that show at `zoom`, in the order of the file.
    pub fn within(&self, window: GridBox, zoom: u8) -> impl Iterator<Item = FeatureRef<'_>> {
        let index = self.section(Section::Index);
        let [min_x, min_y, max_x, max_y] = index_box(window);
        // An empty layer has no tree. The tree itself was checked when the snapshot was opened.
        let mut rows =
            RTreeRef::<u32>::try_new(&index).map(|tree| tree.search(min_x, min_y, max_x, max_y)).unwrap_or_default();
        rows.sort_unstable();
        let shows = move |f: &FeatureRef<'_>| f.min_zoom() <= zoom && f.bounds().intersects(&window);
        rows.into_iter().map(|row| self.feature_at(row as usize)).filter(shows)
    }

    /// Every feature, in the order of the file.
    pub fn features(&self) -> impl ExactSizeIterator<Item = FeatureRef<'_>> {
        (0..self.len()).map(|row| self.feature_at(row))
    }

    /// A feature by its identifier.
    pub fn feature(&self, id: FeatureId) -> Option<FeatureRef<'_>> {
        let (by_id, _) = self.section(Section::ById).as_chunks::<4>();
        let row_of = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) as usize;
        let place = by_id.binary_search_by_key(&id, |bytes| self.row(row_of(bytes)).id).ok()?;
        Some(self.feature_at(row_of(&by_id[place])))
    }

    /// Everything the source says of a feature, geometry in degrees.
    pub fn record(&self, id: FeatureId) -> Result<Option<Record>, Error> {
        let Some(feature) = self.feature(id) else { return Ok(None) };
        let broken = |problem: String| Error::Snapshot { folder: self.name().into(), problem };
        let (properties, geometry) = self.record_file.feature(&self.record, feature.row.record).map_err(broken)?;
        let geometry = to_degrees(&geometry, self.crs()).map_err(|e| broken(e.to_string()))?;
        let communes = self.sets[feature.commune_set() as usize].clone();
        Ok(Some(Record { id, communes, properties, geometry }))
    }

    /// A distinct tile value.
    pub fn value(&self, id: ValueId) -> ValueRef<'_> {
        let dictionary = self.section(Section::Dictionary);
        let at = |word| u32_at(dictionary, 4 * id.0 as usize + word);
        let payload = u64::from(at(2)) | u64::from(at(3)) << 32;
        match at(0) {
            0 => ValueRef::Bool(payload != 0),
            1 => ValueRef::Int(payload.cast_signed()),
            2 => ValueRef::Float(f64::from_bits(payload)),
            _ => {
                let start = usize::try_from(payload).unwrap_or(usize::MAX);
                let bytes = &self.section(Section::Text)[start..start + at(1) as usize];
                ValueRef::Text(std::str::from_utf8(bytes).expect("every text was read when the snapshot was opened"))
            }
        }
    }

    /// How many distinct tile values there are: identifiers go from 0 to this, excluded.
    pub fn value_count(&self) -> usize {
        self.section(Section::Dictionary).len() / 16
    }

    /// The distinct sets of communes, each sorted; a feature names one by index.
    pub fn commune_sets(&self) -> &[Vec<CommuneCode>] {
        &self.sets
    }

    /// How much of the layer a territory opens.
    pub fn extent(&self, territory: &Territory) -> Extent {
        let open = self.by_set.iter().zip(&self.sets).filter(|(_, communes)| territory.opens(communes));
        let (count, grid) = open.fold((0, None), |(count, grid), ((features, bounds), _)| {
            (count + features, GridBox::union(grid, *bounds))
        });
        Extent { count, bbox: grid.map(GridBox::to_bbox) }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.manifest.layer, self.manifest.revision)
    }

    fn section(&self, section: Section) -> &[u8] {
        &self.cut[self.sections[section as usize].clone()]
    }

    fn row(&self, row: usize) -> FeatureRow {
        FeatureRow::from_bytes(&self.section(Section::Features).as_chunks().0[row])
    }

    fn feature_at(&self, row: usize) -> FeatureRef<'_> {
        FeatureRef { snapshot: self, row_number: row, row: self.row(row) }
    }
}

impl Snapshot {
    /// The revision that a layer's folder in `store` names as current; none before the first import.
    pub fn open_current(store: &Path, id: &crate::LayerId) -> Result<Option<Self>, Error> {
        open::open_current(store, id)
    }

    /// Name of the revision that is current, read without opening it; none before the first import,
    /// and none while the one in place was made from another description of the layer.
    pub fn current_revision(store: &Path, layer: &Layer) -> Result<Option<String>, Error> {
        let folder = store.join(layer.id.as_str());
        let Some(revision) = folder::read_current(&folder)? else { return Ok(None) };
        let made_from = Manifest::read(&folder.join(&revision))?.made_from;
        Ok((made_from == layer.import_stamp()).then_some(revision))
    }

    /// Opens a revision's folder, and refuses it unless every size and sum is as the import wrote it.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        open::open(folder)
    }
}
