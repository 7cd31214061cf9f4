//! What address files say now that they did not when a revision was built: of which streets, told from one reading of
//! the files that changed since the last look at them. What one of them says is told in `changes/look.rs`.

mod look;

use std::{
    borrow::Cow,
    collections::HashSet,
    path::{Path, PathBuf},
};

use layers::CommuneCode;
use look::{Seen, see};

use crate::{
    Error,
    index::Manifest,
    losses::{self, Change, Loss, Sizes},
    marks::StreetMark,
    origins::{Origin, Origins, Said},
    pieces::Piece,
    report::Report,
    source::Context,
    sources::{SourceFile, rank_of},
    texts::Kept,
    update::Left,
};

/// A revision, or the edits made to one: what is known of its files.
pub(crate) struct State {
    pub folder: PathBuf,
    pub manifest: Manifest,
    pub origins: Origins,
}

/// An address file as it is now.
pub(crate) struct FileNow<'a> {
    pub source: SourceFile,
    pub origin: Cow<'a, Origin>,
    /// Its rank among the files of the revision.
    rank: Option<usize>,
    /// Whether it says what it said at the last look.
    is_same: bool,
    /// It could not be told, so that this is the file of the last look.
    is_left: bool,
    /// What can be read of that one.
    kept: Option<Kept>,
}

/// The address files as they are now.
pub(crate) struct Now<'a> {
    pub files: Vec<FileNow<'a>>,
    /// Those that could not be told.
    pub left: Vec<Left>,
}

impl State {
    pub(crate) fn open(store: &Path, revision: &str) -> Result<Self, Error> {
        let (folder, manifest) = Manifest::open(store, revision)?;
        let origins = Origins::read(&folder)?;
        Ok(Self { folder, manifest, origins })
    }

    /// The files of the last look, edits or this build, each with what it said then.
    pub(crate) fn known<'a>(&'a self, last: Option<&'a Self>) -> Vec<(&'a SourceFile, &'a Origin)> {
        let sources = &last.unwrap_or(self).manifest.sources;
        let paths: Vec<PathBuf> = sources.iter().map(|file| file.path.clone()).collect();
        let edited = |rank: usize| last.and_then(|last| last.origin(rank));
        let built = |path: &Path| self.origin(rank_of(&self.manifest.sources, path, &paths)?);
        let known = |(rank, file): (usize, &'a SourceFile)| Some((file, edited(rank).or_else(|| built(&file.path))?));
        sources.iter().enumerate().filter_map(known).collect()
    }

    pub(crate) fn origin(&self, rank: usize) -> Option<&Origin> {
        self.origins.files.get(rank)?.as_ref()
    }
}

impl FileNow<'_> {
    /// Where its text is to be read.
    pub(crate) fn text(&self) -> &Path {
        self.kept.as_ref().map_or(&self.source.path, |kept| &kept.path)
    }

    /// The pieces of that text, with the streets of their rows.
    pub(crate) fn readable(&self) -> impl Iterator<Item = (Piece, &[Said])> {
        self.origin.pieces().filter(|(piece, _)| self.can_read(piece))
    }

    /// The streets whose rows cannot be read now.
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = StreetMark> {
        let pieces = self.origin.pieces().filter(|(piece, _)| !self.can_read(piece));
        pieces.flat_map(|(_, streets)| streets.iter().map(|&(street, ..)| street))
    }

    fn can_read(&self, piece: &Piece) -> bool {
        !self.is_left || self.kept.as_ref().is_some_and(|kept| kept.hashes.contains(&piece.hash))
    }

    /// Whether the file itself is read, which may be written to meanwhile.
    pub(crate) fn is_moving(&self) -> Result<bool, Error> {
        Ok(!self.is_left && !self.source.is_still()?)
    }

    /// What edits keep of it: nothing of what it says where that is what it said to the revision.
    pub(crate) fn into_parts(self) -> (SourceFile, Option<Origin>) {
        let origin = match self.origin {
            Cow::Owned(origin) => Some(origin),
            Cow::Borrowed(_) => None,
        };
        (self.source, origin)
    }
}

/// The files as they are now, each judged alone: one that is to be left alone (`held`), is written to, cannot be read,
/// is not one of addresses, of which no row is accepted, or by which a commune would lose most of its addresses counts
/// for what it said at the last look. The last two are mistakes rather than a wish to have addresses forgotten: to that
/// end a file is removed.
pub(crate) fn now<'a>(
    base: &'a State,
    last: Option<&State>,
    (sources, held): (&[PathBuf], &[PathBuf]),
    context: &Context,
) -> Now<'a> {
    let mut all: Vec<(&PathBuf, Before<'_>, Seen)> = Vec::with_capacity(sources.len());
    for path in sources {
        let before = Before::of(path, sources, base, last);
        let seen = if held.contains(path) { Err(None) } else { see(path, before.known.as_ref(), context) };
        all.push((path, before, seen));
    }
    let losses = lost(&all, &base.manifest.report);
    for (path, _, seen) in all.iter_mut().filter(|(_, _, seen)| seen.is_ok()) {
        let own = losses.iter().filter(|loss| loss.files.contains(path));
        let own: Vec<Loss> = own.map(|loss| Loss { files: vec![(*path).clone()], ..loss.clone() }).collect();
        if !own.is_empty() {
            *seen = Err(Some(Error::Losses { losses: own }));
        }
    }
    let (mut files, mut left) = (Vec::with_capacity(sources.len()), Vec::new());
    for (path, before, seen) in all {
        match seen {
            Ok(seen) => files.extend(before.told(seen)),
            Err(why) => {
                left.push(Left { path: path.clone(), why });
                files.extend(before.left(last));
            }
        }
    }
    Now { files, left }
}

/// What would be lost by what changed files say: since the last look, or by and by since the build.
fn lost(all: &[(&PathBuf, Before<'_>, Seen)], report: &Report) -> Vec<Loss> {
    let (mut changes, mut same) = (Vec::new(), Vec::new());
    for (path, before, seen) in all {
        match seen {
            Ok(Some((_, origin))) => changes.push(Change { path, before: before.sizes(), now: origin.sizes() }),
            _ => same.push((path, before)),
        }
    }
    // Those that did not change can only make it less.
    if !losses::of(&changes, report).is_empty() {
        let same = same.iter().map(|(path, before)| (path, before.sizes()));
        changes.extend(same.map(|(path, sizes)| Change { path, before: sizes.clone(), now: sizes }));
        let losses = losses::of(&changes, report);
        if !losses.is_empty() {
            return losses;
        }
    }
    lost_by_and_by(all, &changes, report)
}

/// The communes most of whose addresses are gone since the build, and some of them now, by the files that tell so now.
fn lost_by_and_by(all: &[(&PathBuf, Before<'_>, Seen)], changes: &[Change<'_>], report: &Report) -> Vec<Loss> {
    let loses = |change: &Change<'_>, commune: &CommuneCode| {
        losses::size(&change.now, commune) < losses::size(&change.before, commune)
    };
    if !changes.iter().any(|change| change.before.keys().any(|commune| loses(change, commune))) {
        return Vec::new();
    }
    let since_build = all.iter().map(|(path, before, seen)| Change {
        path,
        before: before.built_sizes(),
        now: if let Ok(Some((_, origin))) = seen { origin.sizes() } else { before.sizes() },
    });
    let since_build: Vec<Change<'_>> = since_build.collect();
    let mut losses = losses::adding_up(&since_build, report);
    for loss in &mut losses {
        let now = changes.iter().filter(|change| loses(change, &loss.commune));
        loss.files = now.map(|change| change.path.to_owned()).collect();
    }
    losses.retain(|loss| !loss.files.is_empty());
    losses
}

/// What is known of a file from before.
struct Before<'a> {
    /// Its rank among the files of the revision.
    rank: Option<usize>,
    /// The same at the last look.
    rank_then: Option<usize>,
    /// Whether it was one of the files of the last look, edits or build.
    was_there: bool,
    /// What it said to the revision.
    built: Option<&'a Origin>,
    /// It, and what it said: at the last look, else to the revision.
    known: Option<(SourceFile, Cow<'a, Origin>)>,
}

impl<'a> Before<'a> {
    fn of(path: &Path, sources: &[PathBuf], base: &'a State, last: Option<&State>) -> Self {
        let rank = rank_of(&base.manifest.sources, path, sources);
        let built = rank.and_then(|rank| Some((&base.manifest.sources[rank], Cow::Borrowed(base.origin(rank)?))));
        let rank_then = last.and_then(|last| rank_of(&last.manifest.sources, path, sources));
        let looked = last.zip(rank_then).and_then(|(last, rank)| {
            let origin = last.origin(rank).cloned().map(Cow::Owned);
            Some((&last.manifest.sources[rank], origin.or_else(|| Some(built.clone()?.1))?))
        });
        let was_there = last.is_none() || looked.is_some();
        // It may have been elsewhere: its whole folder moves.
        let here = |known: &SourceFile| SourceFile { path: path.to_owned(), ..known.clone() };
        let known = looked.or(built).map(|(known, origin)| (here(known), origin));
        let built = rank.and_then(|rank| base.origin(rank));
        Self { rank, rank_then, was_there, built, known }
    }

    /// The addresses that it had when the revision was built.
    fn built_sizes(&self) -> Sizes {
        self.built.map(Origin::sizes).unwrap_or_default()
    }

    /// The addresses that it had at the last look.
    fn sizes(&self) -> Sizes {
        self.known.as_ref().filter(|_| self.was_there).map(|(_, origin)| origin.sizes()).unwrap_or_default()
    }

    /// The file as [`see`] told it.
    fn told(self, seen: Option<(SourceFile, Origin)>) -> Option<FileNow<'a>> {
        let Self { rank, was_there, known, .. } = self;
        let file = |source, origin, is_same| FileNow { source, origin, rank, is_same, is_left: false, kept: None };
        match seen {
            Some((source, origin)) => {
                let is_same = was_there && known.is_some_and(|(_, before)| *before == origin);
                Some(file(source, Cow::Owned(origin), is_same))
            }
            None => known.map(|(source, origin)| file(source, origin, was_there)),
        }
    }

    /// The file of the last look, which could not be told; none that was not there then.
    fn left(self, last: Option<&State>) -> Option<FileNow<'a>> {
        let Self { rank, rank_then, was_there, known, .. } = self;
        let (source, origin) = known.filter(|_| was_there)?;
        let kept = last.zip(rank_then).and_then(|(last, rank)| Kept::of(&last.folder, rank));
        Some(FileNow { source, origin, rank, is_same: true, is_left: true, kept })
    }
}

/// Whether the files say what they said at the last look, edits or build, and are those; and whether no street waits
/// for one that can be read now.
pub(crate) fn are_none(base: &State, last: Option<&State>, now: &Now<'_>) -> bool {
    let then = &last.unwrap_or(base).manifest;
    let waits = |path: &PathBuf| now.left.iter().any(|left| left.path == *path);
    then.sources.len() == now.files.len() && now.files.iter().all(|file| file.is_same) && then.waiting.iter().all(waits)
}

/// The streets of which the files do not say what they said to the revision.
pub(crate) fn differences(base: &State, now: &[FileNow<'_>]) -> HashSet<StreetMark> {
    let (nothing, mut all) = (Origin::default(), HashSet::new());
    for FileNow { origin, rank, .. } in now {
        let before = rank.and_then(|rank| base.origin(rank)).unwrap_or(&nothing);
        if matches!(origin, Cow::Owned(_)) {
            all.extend(before.differences(origin));
        }
    }
    let is_gone = |rank: &usize| now.iter().all(|file| file.rank != Some(*rank));
    for rank in (0..base.manifest.sources.len()).filter(is_gone) {
        all.extend(base.origin(rank).unwrap_or(&nothing).differences(&nothing));
    }
    all
}
