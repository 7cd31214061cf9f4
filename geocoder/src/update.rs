//! Changed address files → the streets they say something else of, indexed anew beside the index and put in place by
//! rename. Always the whole difference with the revision: edits replace former edits, so that two of them never stack,
//! and going back to what the revision was built from leaves nothing of them.
//!
//! Reading order: `update`, `prepare`, then `changes` (what differs) and `twins` (what else that touches).

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    BuildOptions, Error, build,
    changes::{self, FileNow, State},
    collect::Collector,
    duplicates,
    index::{Current, Manifest, Store},
    marks::{Marker, StreetMark},
    origins::Origins,
    pieces,
    places::Places,
    report::{LISTED, Report},
    row::Row,
    shard,
    source::{self, Context},
    table, twins,
};

/// Beyond so many edited streets that are more than half of all, a build costs less.
const ALWAYS_FEW_STREETS: usize = 1_000;
/// Beyond so many edited addresses each edit costs more than it should: all of them are indexed again.
const BUILD_DUE: u32 = 20_000;

/// What became of changed files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Nothing differs from what is current.
    Unchanged,
    /// They are in place.
    Edited {
        /// What is current now, as [`Geocoder::current_revision`](crate::Geocoder::current_revision) names it.
        revision: String,
        /// Streets that are not what they were in the revision, by all edits made to it.
        streets: usize,
        /// Addresses those have now.
        addresses: u32,
        /// They are so many that a [`build`](crate::build) would make the next edits cheaper.
        build_due: bool,
    },
    /// A file was written to while it was read: what is current is as it was, and it is to be tried again.
    BeingWritten,
    /// Too much changed, or a town is there that the index does not know: what is current is as it was, and a
    /// [`build`](crate::build) is due.
    NeedsBuild,
}

/// What `prepare` found; edits are in a folder, with their manifest.
enum Prepared {
    Unchanged,
    BeingWritten,
    NeedsBuild,
    Edits(PathBuf, Box<Manifest>),
}

/// Indexes the streets anew of which some file of `sources` says something else than when the index in `store` was
/// built; does not wait for a build there to end. `options` are those of the build.
///
/// Errors leave what was current as it was: no index there, a file that cannot be read or is not one of addresses,
/// no row accepted in a file that changed, a full disk.
pub fn update(sources: &[PathBuf], store: &Path, options: &BuildOptions) -> Result<Update, Error> {
    let lock = Store::lock(store)?;
    let current = Current::required(store)?;
    let base = State::open(store, &current.revision)?;
    let last = current.edits.as_deref().map(|edits| State::open(store, edits)).transpose()?;
    Ok(match prepare(&lock, &base, last.as_ref(), sources, options)? {
        Prepared::Unchanged => Update::Unchanged,
        Prepared::BeingWritten => Update::BeingWritten,
        Prepared::NeedsBuild => Update::NeedsBuild,
        Prepared::Edits(folder, manifest) => {
            let revision = lock.publish_edits(&folder, &manifest)?.name();
            let Manifest { streets, addresses, .. } = *manifest;
            Update::Edited { revision, streets, addresses, build_due: addresses > BUILD_DUE }
        }
    })
}

/// Edits to a revision that was just built and is not current yet: what was changed in its files since they were read,
/// `sources` being those of the build or, when they were edited since it `started`, those of the last edit.
///
/// None when nothing was, or when it cannot be told now: the next update will say why.
pub(crate) fn since(
    store: &Store,
    (folder, manifest): (&Path, &Manifest),
    sources: &[PathBuf],
    started: Timestamp,
    options: &BuildOptions,
) -> Option<(PathBuf, Manifest)> {
    let base = State { folder: folder.to_owned(), origins: Origins::read(folder).ok()?, manifest: manifest.clone() };
    let edited = store.last_edits().filter(|edits| edits.built > started);
    let edited: Option<Vec<PathBuf>> = edited.map(|edits| edits.sources.into_iter().map(|file| file.path).collect());
    match prepare(store, &base, None, edited.as_deref().unwrap_or(sources), options) {
        Ok(Prepared::Edits(folder, manifest)) => Some((folder, *manifest)),
        _ => None,
    }
}

/// Writes what stands in for the streets that changed since `base`, `last` being the edits made to it so far.
fn prepare(
    store: &Store,
    base: &State,
    last: Option<&State>,
    sources: &[PathBuf],
    options: &BuildOptions,
) -> Result<Prepared, Error> {
    let context = Context::new(options.communes.as_deref(), LISTED)?;
    let Some(now) = changes::now(base, last, sources, &context)? else { return Ok(Prepared::BeingWritten) };
    if changes::are_none(base, last, &now) {
        return Ok(Prepared::Unchanged);
    }
    let places = Places::open(&base.folder)?;
    let mut wanted = changes::differences(base, &now);
    if wanted.len() > ALWAYS_FEW_STREETS.max(places.len() as usize / 2) {
        return Ok(Prepared::NeedsBuild);
    }
    let folder = store.new_folder()?;
    let mut report = Report::default();
    let (collector, hides) = loop {
        let Some(Gathered { collector, ids, naming }) = gather(&folder, &now, &wanted, &context, &mut report)? else {
            return Ok(Prepared::BeingWritten);
        };
        let hides = twins::places_of(&places, &wanted);
        let known = wanted.len();
        wanted.extend(naming);
        if now.len() > 1 || base.manifest.sources.len() > 1 {
            wanted.extend(twins::sharing(base, &places, &hides, ids)?);
        }
        if wanted.len() == known {
            break (collector, hides);
        }
    };
    let written = collector.finish(options, &options.postcodes()?, Some(&places), &mut |_| ())?;
    if !shard::are_known(&Places::open(&folder)?, &places) {
        return Ok(Prepared::NeedsBuild); // the folder is swept by the next who locks the store
    }
    let (files, origins) = now.into_iter().map(FileNow::into_parts).unzip();
    let origins = Origins { files: origins, aside: Vec::new() };
    let made = build::finish(&folder, written, origins, report, files, &mut |_| ())?;
    Ok(Prepared::Edits(folder, Box::new(Manifest { hides, streets: wanted.len(), ..made })))
}

/// The rows of some streets.
struct Gathered {
    collector: Collector,
    /// The identifiers they bear, in short.
    ids: HashSet<u64>,
    /// Other streets, whose rows tell names of one of these.
    naming: HashSet<StreetMark>,
}

/// Sets the rows of some streets aside in a folder. None when a file was written to.
fn gather(
    folder: &Path,
    files: &[FileNow<'_>],
    wanted: &HashSet<StreetMark>,
    context: &Context,
    report: &mut Report,
) -> Result<Option<Gathered>, Error> {
    *report = Report::default();
    let mut collector = Collector::create(folder, files.len())?;
    let (mut ids, mut naming) = (HashSet::new(), HashSet::new());
    for FileNow { source, origin, .. } in files {
        let pieces: Vec<_> = origin.pieces().collect();
        let holds = |index: usize| pieces[index].1.iter().any(|(street, _)| wanted.contains(street));
        if (0..pieces.len()).any(holds) {
            let all: Vec<_> = pieces.iter().map(|(piece, _)| *piece).collect();
            let text = pieces::select(table::open(&source.path)?, &all, holds);
            let (mut marker, mut added) = (Marker::default(), Ok(()));
            let mut accept = |row: Row| {
                let street = marker.read(&row).0;
                if !wanted.contains(&street) {
                    naming.extend(Marker::named(&row).any(|named| wanted.contains(&named)).then_some(street));
                } else if added.is_ok() {
                    ids.extend(row.ban_address.as_ref().map(duplicates::short));
                    added = collector.add(row);
                }
            };
            source::read_text(&source.path, text, context, report, &mut accept)?;
            added?;
            if !source.is_still(&source.path)? {
                return Ok(None);
            }
        }
        collector.end_file();
    }
    Ok(Some(Gathered { collector, ids, naming }))
}
