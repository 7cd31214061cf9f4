//! Import: from a source to a snapshot. The file to read first.
//!
//! read → repair → project → communes → identify → rank → write. A bad row leaves the pipeline
//! with its reason; whatever stops an import leaves the layer's last snapshot as it was.

use std::{
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use rayon::prelude::*;

use crate::{
    AttributeType, CommuneRule, Crs, Error, Feature, Layer, Reason, Report, SourceStamp,
    communes::{CommuneShapes, communes_of},
    identity::identify,
    overview::{Overview, TILE_FEATURES, overview},
    repair::repair,
    report::Rejected,
    shape::Shape,
    snapshot::{Column, Description, LayerFolder, Prepared, Snapshot, save},
    source,
};

/// What an import made.
#[derive(Debug)]
pub struct Imported {
    /// The layer's new data.
    pub snapshot: Snapshot,
    /// What became of each row.
    pub report: Report,
}

/// A feature with its shape on the grid.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) feature: Feature,
    pub(crate) shape: Shape,
    repaired: bool,
}

/// Reads a layer's source and makes it the current snapshot of the layer in `store`, the folder
/// that holds one sub-folder a layer. `shapes` are needed when communes are known by geometry.
/// Two imports of one layer wait for each other.
///
/// Errors: the source cannot be read as what it is said to be, lacks an attribute that the layer
/// names, is in an unknown coordinate system, or gives no feature (a source without rows is
/// accepted for a layer that has no feature yet); the store cannot be written. In every case the last
/// snapshot stays current.
pub fn import(layer: &Layer, store: &Path, shapes: Option<&CommuneShapes>) -> Result<Imported, Error> {
    let placed_by = placed_by(layer, shapes)?;
    let folder = LayerFolder::lock(store, &layer.id)?;
    let path = layer.source.format.path();
    // Before the reading: a file that is replaced meanwhile must be seen as changed.
    let (begun, source) = (jiff::Timestamp::now(), SourceStamp::of(path).map_err(Error::io(path))?);
    let rows = source::read(&layer.source)?;
    check_attributes(layer, &rows.features)?;
    let columns = columns(layer, &rows.features);
    let mut report = Report { read: rows.read, ..Report::default() };
    rows.rejected.into_iter().for_each(|rejected| report.reject(rejected));

    let drawn = draw(rows.features, rows.crs, layer.commune.as_ref(), shapes, &mut report);
    let identified = identify(drawn, layer.key.as_deref(), &mut report);
    if identified.is_empty() && (report.read > 0 || folder.has_features()?) {
        return Err(Error::NothingAccepted { layer: layer.id.clone(), path: path.to_owned(), read: report.read });
    }
    let shapes: Vec<_> = identified.iter().map(|(id, drawn)| (*id, &drawn.shape)).collect();
    let Overview { ranks, min_zooms, zooms } = overview(&shapes, layer.zooms, TILE_FEATURES);
    count(&identified, layer, &mut report);

    let ranked = identified.into_iter().zip(ranks).zip(min_zooms);
    let prepared: Vec<Prepared> = ranked
        .map(|(((id, drawn), rank), min_zoom)| {
            let Drawn { feature, shape, .. } = drawn;
            Prepared { id, feature, shape, rank, min_zoom }
        })
        .collect();
    let about = Description { layer, begun, source, placed_by, crs: rows.crs, columns, zooms, report: &report };
    let snapshot = save(&folder, about, &prepared)?;
    Ok(Imported { snapshot, report })
}

/// Revision of the communes that the layer is placed by; none unless it is placed by geometry.
fn placed_by(layer: &Layer, shapes: Option<&CommuneShapes>) -> Result<Option<String>, Error> {
    match (&layer.commune, shapes) {
        (Some(CommuneRule::Geometry { .. }), None) => Err(Error::NoCommuneShapes(layer.id.clone())),
        (Some(CommuneRule::Geometry { .. }), Some(shapes)) => Ok(Some(shapes.revision().to_owned())),
        _ => Ok(None),
    }
}

/// Refuses a source in which no row has an attribute that the layer names: a column was renamed,
/// or it is the wrong file.
fn check_attributes(layer: &Layer, features: &[Feature]) -> Result<(), Error> {
    let commune = match &layer.commune {
        Some(CommuneRule::Attribute(name) | CommuneRule::List(name)) => Some(name),
        Some(CommuneRule::Geometry { .. }) | None => None,
    };
    let named = layer.attributes.iter().map(|attribute| (&attribute.name, "attributes"));
    let named = named.chain(layer.key.iter().map(|name| (name, "key"))).chain(commune.map(|name| (name, "commune")));
    for (name, role) in named {
        let has = |feature: &Feature| feature.properties.iter().any(|(known, _)| known == name);
        if !features.is_empty() && !features.iter().any(has) {
            let first = features.iter().flat_map(|feature| &feature.properties).map(|(known, _)| known.as_str());
            let mut present: Vec<&str> = first.take(1000).collect();
            present.sort_unstable();
            present.dedup();
            return Err(Error::MissingAttribute {
                layer: layer.id.clone(),
                path: layer.source.format.path().to_owned(),
                attribute: name.clone(),
                role,
                present: if present.is_empty() { "none".to_owned() } else { present.join(", ") },
            });
        }
    }
    Ok(())
}

/// The attributes of tiles, each with its type over all rows; text when rows differ or say nothing.
fn columns(layer: &Layer, features: &[Feature]) -> Vec<Column> {
    let kind = |name: &str| {
        let mut kinds = features.iter().filter_map(|feature| AttributeType::of(feature.value(name)));
        let first = kinds.next().unwrap_or(AttributeType::String);
        if kinds.all(|kind| kind == first) { first } else { AttributeType::String }
    };
    layer.attributes.iter().map(|a| Column { name: a.name.clone(), kind: kind(&a.name) }).collect()
}

/// Repairs each geometry, projects it on the grid and finds its communes.
fn draw(
    features: Vec<Feature>,
    crs: Crs,
    rule: Option<&CommuneRule>,
    shapes: Option<&CommuneShapes>,
    report: &mut Report,
) -> Vec<Drawn> {
    let draw = |mut feature: Feature| {
        let (geometry, repaired) = repair(feature.geometry)?;
        let shape = Shape::project(&geometry, crs)?;
        feature.geometry = geometry;
        if let Some(rule) = rule {
            feature.communes = communes_of(&feature, &shape, rule, shapes);
        }
        Ok(Drawn { feature, shape, repaired })
    };
    let attempt = |feature: Feature| {
        let row = feature.row;
        // Geometry libraries assert, and overflow on numbers nobody measured: the failure of one
        // row is that row's. Nothing outlives the panic but the row's number.
        let drawn = panic::catch_unwind(AssertUnwindSafe(|| draw(feature)));
        drawn.unwrap_or(Err(Reason::Unrepairable)).map_err(|reason| Rejected { row, reason })
    };
    let rows: Vec<Result<Drawn, Rejected>> = features.into_par_iter().map(attempt).collect();
    rows.into_iter().filter_map(|row| row.map_err(|rejected| report.reject(rejected)).ok()).collect()
}

fn count(accepted: &[(crate::FeatureId, Drawn)], layer: &Layer, report: &mut Report) {
    let count = |is: fn(&Drawn) -> bool| accepted.iter().filter(|(_, drawn)| is(drawn)).count() as u64;
    report.accepted = accepted.len() as u64;
    report.repaired = count(|drawn| drawn.repaired);
    if layer.commune.is_some() {
        report.without_commune = count(|drawn| drawn.feature.communes.is_empty());
    }
}
