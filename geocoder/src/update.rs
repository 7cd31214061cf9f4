//! Changed address files → the communes they hold, indexed anew beside the index and put in place by rename.
//! Always the whole difference with the revision: edits replace former edits, so that two of them never stack, and
//! going back to what the revision was built from leaves nothing of them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use layers::CommuneCode;

use crate::{
    BuildOptions, Error,
    build::{self, Inputs},
    index::{Current, Manifest, Store},
    places::Places,
    report::{LISTED, Report},
    shard,
    source::{self, Context},
    sources::{Changes, SourceFile, of_path},
};

/// Edits of at most so many addresses never need a whole build, nor do those of this share of all.
const ALWAYS_FEW: u64 = 20_000;
const ONE_IN: u64 = 5;

/// What became of changed files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Nothing differs from what is current.
    Unchanged,
    /// They are in place.
    Edited {
        /// What is current now, as [`Geocoder::current_revision`](crate::Geocoder::current_revision) names it.
        revision: String,
        /// Communes indexed anew.
        communes: usize,
        /// Addresses those have now.
        addresses: u32,
    },
    /// Too much changed, or a town is there that the index does not know: what is current is as it was, and a
    /// [`build`](crate::build) is due.
    NeedsBuild,
}

/// Indexes the communes anew of which some file of `sources` changed since the index in `store` was built; waits for
/// a build there to end. `options` are those of the build.
///
/// Errors leave what was current as it was: no index there, a file that cannot be read or is not one of addresses,
/// no row accepted in files that had some, a full disk.
pub fn update(sources: &[PathBuf], store: &Path, options: &BuildOptions) -> Result<Update, Error> {
    let lock = Store::lock(store)?;
    let current = Current::required(store)?;
    let (folder, manifest) = Manifest::open(store, &current.revision)?;
    let edits = current.edits.as_deref().map(|edits| Manifest::open(store, edits)).transpose()?;
    if edits.as_ref().is_some_and(|(_, edits)| is_same(&edits.sources, sources).unwrap_or(false)) {
        return Ok(Update::Unchanged);
    }
    if manifest.sources.is_empty() {
        return Ok(Update::Unchanged); // built before files were remembered: nothing to compare with
    }
    let changes = Changes::between(&manifest.sources, sources)?;
    let stamped = changes.changed.iter().map(|path| SourceFile::about_to_read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut replaces = communes_of(&changes.changed, options)?;
    replaces.extend(&changes.before);
    if replaces.is_empty() && edits.is_none() {
        return Ok(Update::Unchanged);
    }
    if is_much(&replaces, &manifest) {
        return Ok(Update::NeedsBuild);
    }
    let new = lock.new_folder()?;
    let holding = holding(sources, &manifest, &changes, &replaces);
    let inputs = Inputs { sources: &holding, only: Some(&replaces), options };
    let (mut made, _) = build::write(&new, inputs, &mut |_| ())?;
    if !shard::are_known(&Places::open(&new)?, &Places::open(&folder)?) {
        return Ok(Update::NeedsBuild); // the folder is swept by that build
    }
    // What was written to a file between the two readings of it may be of communes that are not replaced: with the
    // stamp of before, the next look finds it changed.
    for file in &mut made.sources {
        let before = stamped.iter().find(|known| known.path == file.path);
        if let Some(before) = before.or_else(|| of_path(&manifest.sources, &file.path)) {
            (file.stamp, file.modified) = (before.stamp.clone(), before.modified);
        }
    }
    // Files that were not read again are those of the revision: together they say what these edits are made of.
    let unread = sources.iter().filter(|path| !holding.contains(path));
    made.sources.extend(unread.filter_map(|path| of_path(&manifest.sources, path)).cloned());
    let communes = replaces.len();
    made.replaces = replaces;
    let revision = lock.publish_edits(&new, &made)?.name();
    Ok(Update::Edited { revision, communes, addresses: made.addresses })
}

/// Whether the files there are now are those that were read.
fn is_same(known: &[SourceFile], sources: &[PathBuf]) -> Result<bool, Error> {
    let changes = Changes::between(known, sources)?;
    Ok(changes.changed.is_empty() && known.len() == sources.len())
}

/// The communes some files have rows of. A file in which no row is accepted is a mistake rather than a wish to have
/// its addresses forgotten: to that end a file is removed.
fn communes_of(files: &[PathBuf], options: &BuildOptions) -> Result<BTreeSet<CommuneCode>, Error> {
    let context = Context::new(options.communes.as_deref(), LISTED)?;
    let mut communes = BTreeSet::new();
    for file in files {
        let mut report = Report::default();
        source::read(file, &context, &mut report, &mut |row| {
            communes.insert(row.commune.code);
        })?;
        if report.accepted() == 0 {
            return Err(Error::NothingAccepted { files: 1, rows: report.rows() });
        }
    }
    Ok(communes)
}

fn is_much(communes: &BTreeSet<CommuneCode>, manifest: &Manifest) -> bool {
    let known = |code| manifest.report.communes.get(code).map_or(0, |commune| commune.numbered);
    let addresses: u64 = communes.iter().map(known).sum();
    addresses > ALWAYS_FEW.max(u64::from(manifest.addresses) / ONE_IN)
}

/// The files that have rows of some communes, in the order they were given: it settles which duplicate is kept.
fn holding(
    sources: &[PathBuf],
    manifest: &Manifest,
    changes: &Changes,
    communes: &BTreeSet<CommuneCode>,
) -> Vec<PathBuf> {
    let had =
        |path: &PathBuf| of_path(&manifest.sources, path).is_some_and(|file| !file.communes.is_disjoint(communes));
    sources.iter().filter(|path| changes.changed.contains(path) || had(path)).cloned().collect()
}
