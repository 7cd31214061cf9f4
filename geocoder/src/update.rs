//! Changed address files → the streets they say something else of, indexed anew beside the index and put in place by
//! rename. Always the whole difference with the revision: edits replace former edits, so that two of them never stack,
//! and going back to what the revision was built from leaves nothing of them. Reading order: `update`, `prepare`, then
//! `changes` (what differs), `update/draft.rs` (how it is written) and `twins` (what else that touches).

mod draft;

use std::{
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use draft::{Draft, Wanted};
use jiff::Timestamp;

use crate::{
    BuildOptions, Error,
    changes::{self, State},
    index::{Current, Manifest, store::Store},
    origins::Origins,
    places::Places,
    report::LISTED,
    source::Context,
};

/// Beyond so many edited streets that are more than half of all, a build costs less.
const ALWAYS_FEW_STREETS: usize = 1_000;
/// Beyond so many edited addresses each edit costs more than it should: all of them are indexed again.
const BUILD_DUE: u32 = 20_000;
/// How often a file is read again that is written to at the end of a build, and after how long.
const TRIES: usize = 5;
const TRY_EVERY: Duration = Duration::from_millis(200);

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
        /// They are so many that a [`build`](crate::build()) would make the next edits cheaper.
        build_due: bool,
    },
    /// A file was written to while its streets were read: what is current is as it was, and it is to be tried again.
    BeingWritten,
    /// Too much changed, or a town is there that the index does not know: what is current is as it was, and a
    /// [`build`](crate::build()) is due.
    NeedsBuild,
}

/// What an update came to.
#[derive(Debug)]
pub struct Updated {
    /// What became of the files that could be read.
    pub update: Update,
    /// The others: what they said before stays, until a next update can read them.
    pub left: Vec<Left>,
}

/// A file that an update could not read.
#[derive(Debug)]
pub struct Left {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it; none when it was written to meanwhile, or was to be left alone.
    pub why: Option<Error>,
}

/// What `prepare` found; edits are in a folder, with their manifest.
enum Prepared {
    Unchanged,
    BeingWritten,
    NeedsBuild,
    Edits(PathBuf, Box<Manifest>),
}

/// Indexes the streets anew of which some file of `sources` says something else than when the index in `store` was
/// built; does not wait for a build there to end. `options` are those of the build. A file that is missing, broken, has
/// no row that is accepted or is one of `held` (those not to be read now) keeps no other from being indexed: its
/// streets stay what they are, and so do those it shares with others.
///
/// Errors leave what was current as it was: no index there, a full disk.
pub fn update(sources: &[PathBuf], held: &[PathBuf], store: &Path, options: &BuildOptions) -> Result<Updated, Error> {
    let lock = Store::lock(store)?;
    let current = Current::required(store)?;
    let base = State::open(store, &current.revision)?;
    let last = current.edits.as_deref().map(|edits| State::open(store, edits)).transpose()?;
    let (prepared, left) = prepare(&lock, &base, last.as_ref(), (sources, held), options)?;
    let update = match prepared {
        Prepared::Unchanged => Update::Unchanged,
        Prepared::BeingWritten => Update::BeingWritten,
        Prepared::NeedsBuild => Update::NeedsBuild,
        Prepared::Edits(folder, manifest) => {
            let revision = lock.publish_edits(&folder, &manifest)?.name();
            let Manifest { streets, addresses, .. } = *manifest;
            Update::Edited { revision, streets, addresses, build_due: addresses > BUILD_DUE }
        }
    };
    Ok(Updated { update, left })
}

/// Edits to a revision that was just built and is not current yet: what was changed in its files since they were read,
/// `sources` being those of the build or, when they were edited since it `started`, those of the last edit.
///
/// None when nothing was, or when it cannot be told now and nothing of it is served: the next update will say why.
/// Errors: what was edited since it started cannot be edited in it, and would be lost.
pub(crate) fn since(
    store: &Store,
    (folder, manifest): (&Path, &Manifest),
    sources: &[PathBuf],
    started: Timestamp,
    options: &BuildOptions,
) -> Result<Option<(PathBuf, Manifest)>, Error> {
    let base = State { folder: folder.to_owned(), origins: Origins::read(folder)?, manifest: manifest.clone() };
    let edited = store.last_edits().filter(|edits| edits.built > started);
    let is_edited = edited.is_some();
    let edited: Option<Vec<PathBuf>> = edited.map(|edits| edits.sources.into_iter().map(|file| file.path).collect());
    let files = edited.as_deref().unwrap_or(sources);
    let lost = |why: String| if is_edited { Err(Error::EditedMeanwhile { why }) } else { Ok(None) };
    for _ in 0..TRIES {
        let (prepared, left) = match prepare(store, &base, None, (files, &[]), options) {
            Ok(made) => made,
            Err(error) => return lost(error.to_string()),
        };
        let broken = left.iter().find_map(|left| Some(format!("{}: {}", left.path.display(), left.why.as_ref()?)));
        let is_moving = !left.is_empty() && is_edited;
        match prepared {
            _ if is_edited && broken.is_some() => return lost(broken.unwrap_or_default()),
            Prepared::NeedsBuild => return lost("too much changed".to_owned()),
            Prepared::Unchanged if !is_moving => return Ok(None),
            Prepared::Edits(folder, manifest) if !is_moving => return Ok(Some((folder, *manifest))),
            _ => store.sweep()?,
        }
        thread::sleep(TRY_EVERY);
    }
    lost("a file is being written to".to_owned())
}

/// Writes what stands in for the streets that changed since `base`, `last` being the edits made to it so far. The
/// files that could not be read come with it.
fn prepare(
    store: &Store,
    base: &State,
    last: Option<&State>,
    sources: (&[PathBuf], &[PathBuf]),
    options: &BuildOptions,
) -> Result<(Prepared, Vec<Left>), Error> {
    let context = Context::new(options.communes.as_deref(), LISTED)?;
    let now = changes::now(base, last, sources, &context);
    if changes::are_none(base, last, &now) {
        return Ok((Prepared::Unchanged, now.left));
    }
    let places = Places::open(&base.folder)?;
    let differing = changes::differences(base, &now.files);
    if differing.len() > ALWAYS_FEW_STREETS.max(places.len() as usize / 2) {
        return Ok((Prepared::NeedsBuild, now.left));
    }
    let folder = store.new_folder()?;
    let draft = Draft { base, places: &places, folder: &folder, context: &context };
    let prepared = draft.write(Wanted::of(differing, &now.files), now.files, &now.left, options)?;
    Ok((prepared, now.left))
}
