//! Bringing data in: which layers are due, importing them, building the address index and what is found beside.
//! Synchronous, and shared by the commands and by a running server (`refresh.rs`).

use std::{collections::HashSet, path::PathBuf};

use anyhow::Context;
use geocoder::{BuildOptions, Built, BuiltObjects, Geocoder, Progress, SourceFile, Updated};
use layers::{CommuneRule, CommuneShapes, Imported, Layer, LayerId, Snapshot, SourceStamp};

use crate::{
    causes::with_causes,
    config::{AddressSource, Config, Territory},
    fetch, files,
    objects::{Places, Source},
};

/// Layers in the order they must be imported: the communes and their arrondissements first, since others are placed by
/// them.
pub fn order(config: &Config) -> Vec<Layer> {
    let mut layers: Vec<Layer> = config.layers().collect();
    let arrondissements = config.territory.arrondissements.as_ref();
    // Stable: the rest keeps its order.
    layers.sort_by_key(|layer| (layer.id != config.territory.layer, Some(&layer.id) != arrondissements));
    layers
}

/// Reads a layer's source and puts its new snapshot in place. The former one serves until then,
/// and still after an error.
pub fn layer(config: &Config, layer: &Layer) -> Result<Imported, layers::Error> {
    let shapes = match layer.commune {
        Some(CommuneRule::Geometry { .. }) => communes(config)?,
        _ => None,
    };
    layers::import(layer, &config.server.snapshots, shapes.as_ref())
}

/// Indexes the features of a searchable layer, when this snapshot's are not yet; none for any other layer.
pub fn objects(config: &Config, layer: &Layer, snapshot: &Snapshot) -> anyhow::Result<Option<BuiltObjects>> {
    let arrondissements = config.territory.arrondissements.as_ref().map(|layer| shapes(config, layer)).transpose()?;
    let (communes, arrondissements) = (communes(config)?, arrondissements.flatten());
    let places = Places { communes: communes.as_ref(), arrondissements: arrondissements.as_ref() };
    let source = Source::of(config, layer, snapshot, places);
    Ok(source.map(|source| source.build(config)).transpose()?)
}

/// Builds the address index from the configured files and URLs and puts it in place; `accept_losses`: even when these
/// have lost most of the addresses of a commune.
pub fn index(config: &Config, accept_losses: bool, progress: &mut dyn FnMut(Progress)) -> anyhow::Result<Built> {
    let sources = address_files(config)?;
    let options = BuildOptions { accept_losses, ..build_options(config)? };
    Ok(geocoder::build(&sources, &config.geocoder.index, &options, progress)?)
}

/// The same from the files there are; nothing is downloaded.
pub fn build_here(config: &Config) -> anyhow::Result<Built> {
    let sources = address_files_here(config)?;
    Ok(geocoder::build(&sources, &config.geocoder.index, &build_options(config)?, &mut |_| ())?)
}

/// Indexes the streets anew of which the address files `sources` changed since the index was built, but for those
/// `held`, which are not to be read now.
pub fn update(config: &Config, sources: &[PathBuf], held: &[PathBuf]) -> anyhow::Result<Updated> {
    Ok(geocoder::update(sources, held, &config.geocoder.index, &build_options(config)?)?)
}

fn build_options(config: &Config) -> Result<BuildOptions, layers::Error> {
    let shapes = communes(config)?;
    Ok(BuildOptions {
        postcodes: config.geocoder.postcodes.clone(),
        communes: config.geocoder.communes.clone(),
        metropole: shapes.iter().flat_map(CommuneShapes::communes).map(|commune| commune.code).collect(),
        accept_losses: false,
    })
}

/// The files of addresses there are now: a commune may have several, and what is published is fetched first.
pub fn address_files(config: &Config) -> anyhow::Result<Vec<PathBuf>> {
    let downloads = config.geocoder.downloads();
    let mut found = Vec::new();
    for source in &config.geocoder.addresses {
        match source {
            AddressSource::Files(pattern) => found.extend(files::matching(std::slice::from_ref(pattern))?),
            AddressSource::Url(url) => found.push(fetch::current(url, &downloads, fetch::LIMITS)?),
        }
    }
    Ok(each_once(found))
}

/// The same, with what is published as it was last downloaded.
pub fn address_files_here(config: &Config) -> std::io::Result<Vec<PathBuf>> {
    let downloads = config.geocoder.downloads();
    let mut found = Vec::new();
    for source in &config.geocoder.addresses {
        match source {
            AddressSource::Files(pattern) => found.extend(files::matching(std::slice::from_ref(pattern))?),
            AddressSource::Url(url) => found.extend(files::matching(&[fetch::copy(url, &downloads)])?),
        }
    }
    Ok(each_once(found))
}

/// The same, with those that should be there and are not: a file that is named, the copy of what is published, and,
/// where nothing matches a pattern, what it matched among the files that the index is made of. They are missing by
/// mistake, as opposed to one of several that match a pattern.
pub fn address_files_due(config: &Config, indexed: &[SourceFile]) -> Vec<PathBuf> {
    let downloads = config.geocoder.downloads();
    let due = |source: &AddressSource| match source {
        AddressSource::Url(url) => vec![fetch::copy(url, &downloads)],
        AddressSource::Files(pattern) => {
            let missing = indexed.iter().map(|file| &file.path).filter(|path| files::fits_pattern(path, pattern));
            files::matching(std::slice::from_ref(pattern)).unwrap_or_else(|_| {
                if files::is_pattern(pattern) { missing.cloned().collect() } else { vec![pattern.clone()] }
            })
        }
    };
    each_once(config.geocoder.addresses.iter().flat_map(due).collect())
}

/// A file may match two patterns; its addresses are there once.
fn each_once(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    files
}

/// Whether a layer has no snapshot yet, or one made from another description of it, or its source
/// file is not the one that was read, or it was placed by another revision of the communes than
/// this one.
pub fn is_due(layer: &Layer, snapshot: Option<&Snapshot>, communes: Option<&str>) -> bool {
    let Some(snapshot) = snapshot else { return true };
    let by_geometry = matches!(layer.commune, Some(CommuneRule::Geometry { .. }));
    let communes_moved = by_geometry && communes.is_some() && snapshot.placed_by() != communes;
    // A source that is away changes nothing: what we have is better than nothing.
    let source_moved = SourceStamp::of(layer.source.format.path()).is_ok_and(|now| now != *snapshot.source());
    !snapshot.is_of(layer) || communes_moved || source_moved
}

/// Makes what is missing or due before anything is served: snapshots, then the index of addresses, then what is found
/// beside. `watch` is told what is being done. A snapshot that cannot be opened is made again.
pub fn prepare(config: &Config, watch: &dyn Fn(&str)) -> anyhow::Result<()> {
    let (mut changed, mut communes) = (false, None::<String>);
    for one in order(config) {
        let mut snapshot = Snapshot::open_current(&config.server.snapshots, &one.id).unwrap_or_else(|error| {
            tracing::warn!(layer = %one.id, error = %with_causes(&error), "the snapshot cannot be opened; importing again");
            None
        });
        if is_due(&one, snapshot.as_ref(), communes.as_deref()) {
            watch(&format!("importing {}", one.id));
            snapshot = Some(layer(config, &one).with_context(|| format!("cannot import {}", one.id))?.snapshot);
            changed = true;
        }
        if one.id == config.territory.layer {
            communes = snapshot.map(|snapshot| snapshot.revision().to_owned());
        }
    }
    if changed || Geocoder::open(&config.geocoder.index).and_then(|index| index.verify()).is_err() {
        watch("indexing addresses");
        index(config, false, &mut |_| ()).context("cannot build the address index")?;
    }
    prepare_objects(config, watch)
}

fn prepare_objects(config: &Config, watch: &dyn Fn(&str)) -> anyhow::Result<()> {
    for one in order(config).iter().filter(|layer| config.searchable(&layer.id).is_some()) {
        let Some(snapshot) = Snapshot::open_current(&config.server.snapshots, &one.id)? else { continue };
        watch(&format!("indexing {}", one.id));
        objects(config, one, &snapshot).with_context(|| format!("cannot index {}", one.id))?;
    }
    Ok(())
}

/// Whether the layer of the communes was imported: without it nothing says which addresses are the Métropole's.
pub fn has_communes(config: &Config) -> Result<bool, layers::Error> {
    Ok(communes(config)?.is_some())
}

fn communes(config: &Config) -> Result<Option<CommuneShapes>, layers::Error> {
    shapes(config, &config.territory.layer)
}

fn shapes(config: &Config, layer: &LayerId) -> Result<Option<CommuneShapes>, layers::Error> {
    let Territory { code, name, .. } = &config.territory;
    Snapshot::open_current(&config.server.snapshots, layer)?
        .map(|snapshot| CommuneShapes::from_snapshot(&snapshot, code, name))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_two_sources_name_is_listed_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["69029.csv", "69266.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut config = Config::load(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("traboule.toml")).unwrap();
        let pattern = |name: &str| AddressSource::Files(folder.path().join(name));
        config.geocoder.addresses = vec![pattern("*.csv"), pattern("69029.csv")];
        assert_eq!(address_files(&config).unwrap().len(), 2);
        assert_eq!(address_files_here(&config).unwrap().len(), 2);
        assert_eq!(address_files_due(&config, &[]).len(), 2);
    }
}
