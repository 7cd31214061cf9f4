//! What address files have lost since they were last indexed. A file cut short, or with nothing but its header, is a
//! mistake far more often than a wish: it must not silently take the addresses of a commune along. Addresses that go
//! from one file to another are not lost, and neither are those of a file that was removed, which is how a file is
//! said to be wanted no more.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use layers::CommuneCode;
use serde::Deserialize;

use crate::{
    Error,
    changes::State,
    index::{Current, MANIFEST},
    origins::Origin,
    report::Report,
    sources::{SourceFile, rank_of},
};

/// A commune that loses fewer addresses than this, and keeps some, was corrected, however few it has.
const ALWAYS_FEW: u64 = 20;
/// One that loses as many or more must keep one address in so many.
const KEPT: u64 = 2;
/// How many losses an error tells of.
const TOLD: usize = 10;

/// Addresses by commune.
pub(crate) type Sizes = BTreeMap<CommuneCode, u64>;

/// A commune most of whose addresses are gone, or all those it had in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Its code.
    pub commune: CommuneCode,
    /// Its name; empty when it is not known.
    pub name: String,
    /// The addresses it had in all files.
    pub before: u64,
    /// Those it has.
    pub now: u64,
    /// The files that have fewer of them than before; none when that cannot be told.
    pub files: Vec<PathBuf>,
}

/// What a file said and says.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub path: &'a Path,
    pub before: Sizes,
    pub now: Sizes,
}

/// Compares what files say with what is current in a store, and with what the edits of it were made to: losses add up
/// over edits. Errors: something would be lost.
pub(crate) fn check_build(store: &Path, now: &[(SourceFile, Origin)], report: &Report) -> Result<(), Error> {
    let Some((base, last)) = current(store) else { return check_reports(store, report) };
    let before = base.known(last.as_ref());
    let known: Vec<SourceFile> = before.iter().map(|(file, _)| (*file).clone()).collect();
    let paths: Vec<PathBuf> = now.iter().map(|(file, _)| file.path.clone()).collect();
    let ranks: Vec<Option<usize>> = paths.iter().map(|path| rank_of(&known, path, &paths)).collect();
    let sizes = |rank: Option<usize>| rank.map(|rank| before[rank].1.sizes()).unwrap_or_default();
    let mut all = Vec::with_capacity(now.len());
    for ((file, origin), rank) in now.iter().zip(&ranks) {
        all.push(Change { path: &file.path, before: sizes(*rank), now: origin.sizes() });
    }
    // Where files are new, one that is gone may be one of them under another name.
    if ranks.contains(&None) {
        let gone = (0..before.len()).filter(|rank| !ranks.contains(&Some(*rank)));
        all.extend(gone.map(|rank| Change { path: &known[rank].path, before: sizes(Some(rank)), now: Sizes::new() }));
    }
    let mut losses = of(&all, &base.manifest.report);
    if losses.is_empty() && last.is_some() {
        losses = adding_up(&since_build(&base, now, &paths), &base.manifest.report);
    }
    if losses.is_empty() { Ok(()) } else { Err(Error::Losses { losses }) }
}

/// The same after an index of another format, of which the report is all that can be compared, commune by commune and
/// not file by file. Of one that cannot be read at all nothing is known.
fn check_reports(store: &Path, now: &Report) -> Result<(), Error> {
    let former = Current::read(store).ok().flatten().and_then(|current| former_communes(store, &current.revision));
    let losses = former.into_iter().flatten().filter_map(|(commune, Former { name, numbered })| {
        let left = now.communes.get(&commune).map_or(0, |known| known.numbered);
        let loss = || Loss { commune, name, before: numbered, now: left, files: Vec::new() };
        is_most(numbered, left).then(loss)
    });
    let losses: Vec<Loss> = losses.collect();
    if losses.is_empty() { Ok(()) } else { Err(Error::Losses { losses }) }
}

/// What every format of the manifest has told of a commune.
#[derive(Deserialize)]
struct Former {
    name: String,
    numbered: u64,
}

fn former_communes(store: &Path, revision: &str) -> Option<BTreeMap<CommuneCode, Former>> {
    #[derive(Deserialize)]
    struct Manifest {
        report: Report,
    }
    #[derive(Deserialize)]
    struct Report {
        communes: BTreeMap<CommuneCode, Former>,
    }
    let json = std::fs::read(store.join(revision).join(MANIFEST)).ok()?;
    Some(serde_json::from_slice::<Manifest>(&json).ok()?.report.communes)
}

/// What files said to the revision, and say.
fn since_build<'a>(base: &State, now: &'a [(SourceFile, Origin)], paths: &[PathBuf]) -> Vec<Change<'a>> {
    let built = |path: &Path| Some(base.origin(rank_of(&base.manifest.sources, path, paths)?)?.sizes());
    let change = |(file, origin): &'a (SourceFile, Origin)| Change {
        path: &file.path,
        before: built(&file.path).unwrap_or_default(),
        now: origin.sizes(),
    };
    now.iter().map(change).collect()
}

fn current(store: &Path) -> Option<(State, Option<State>)> {
    let current = Current::read(store).ok()??;
    let base = State::open(store, &current.revision).ok()?;
    let last = current.edits.and_then(|edits| State::open(store, &edits).ok());
    Some((base, last))
}

/// The communes that lose most of their addresses, all files together; and those that lose any by a file that had
/// some and has none. The report tells their names.
pub(crate) fn of(changes: &[Change<'_>], report: &Report) -> Vec<Loss> {
    let is_emptied = |change: &&Change<'_>| total(&change.before) > 0 && total(&change.now) == 0;
    let emptied: BTreeSet<_> = changes.iter().filter(is_emptied).flat_map(|change| change.before.keys()).collect();
    losses(changes, report, |commune, before, now| is_most(before, now) || now < before && emptied.contains(commune))
}

/// The communes that lost most of their addresses by and by. A file that has none any more may have given them to
/// another one long ago.
pub(crate) fn adding_up(changes: &[Change<'_>], report: &Report) -> Vec<Loss> {
    losses(changes, report, |_, before, now| is_most(before, now))
}

fn losses(changes: &[Change<'_>], report: &Report, is_loss: impl Fn(&CommuneCode, u64, u64) -> bool) -> Vec<Loss> {
    let (mut before, mut now) = (Sizes::new(), Sizes::new());
    for change in changes {
        add(&mut before, &change.before);
        add(&mut now, &change.now);
    }
    let mut losses = Vec::new();
    for (commune, &before) in &before {
        let now = size(&now, commune);
        if is_loss(commune, before, now) {
            let has_fewer = |change: &&Change<'_>| size(&change.now, commune) < size(&change.before, commune);
            let files = changes.iter().filter(has_fewer).map(|change| change.path.to_owned()).collect();
            let name = report.communes.get(commune).map(|known| known.name.clone()).unwrap_or_default();
            losses.push(Loss { commune: *commune, name, before, now, files });
        }
    }
    losses
}

fn is_most(before: u64, now: u64) -> bool {
    before > now && (now == 0 || before - now >= ALWAYS_FEW && now * KEPT < before)
}

/// How many addresses of a commune.
pub(crate) fn size(sizes: &Sizes, commune: &CommuneCode) -> u64 {
    sizes.get(commune).copied().unwrap_or_default()
}

fn add(all: &mut Sizes, more: &Sizes) {
    more.iter().for_each(|(&commune, addresses)| *all.entry(commune).or_default() += addresses);
}

fn total(sizes: &Sizes) -> u64 {
    sizes.values().sum()
}

/// The losses on one line.
pub(crate) fn told(losses: &[Loss]) -> String {
    let one = |Loss { commune, name, before, now, files }: &Loss| {
        let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
        let by = if files.is_empty() { String::new() } else { format!(", by {}", files.join(", ")) };
        format!("commune {commune}{name} has {now} of {before} addresses left{by}")
    };
    let more = losses.len().saturating_sub(TOLD);
    let more = (more > 0).then(|| format!("and {more} commune(s) more"));
    losses.iter().take(TOLD).map(one).chain(more).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Counts<'a> = &'a [(&'a str, u64)];

    fn sizes(all: Counts<'_>) -> Sizes {
        all.iter().map(|(code, size)| (code.parse().unwrap(), *size)).collect()
    }

    #[track_caller]
    fn check(files: &[(Counts<'_>, Counts<'_>)], expected: &[(&str, u64, u64)]) {
        let change = |(before, now): &(Counts<'_>, Counts<'_>)| Change {
            path: Path::new("a.csv"),
            before: sizes(before),
            now: sizes(now),
        };
        let found = of(&files.iter().map(change).collect::<Vec<_>>(), &Report::default());
        let found: Vec<_> = found.iter().map(|loss| (loss.commune.to_string(), loss.before, loss.now)).collect();
        let expected: Vec<_> = expected.iter().map(|&(code, before, now)| (code.to_owned(), before, now)).collect();
        assert_eq!(found, expected);
    }

    const BRON: &str = "69029";
    const LYON: &str = "69383";

    #[test]
    fn most_of_a_commune_is_a_loss_and_a_correction_is_none() {
        check(&[(&[(BRON, 1_000)], &[(BRON, 1_200)])], &[]);
        check(&[(&[(BRON, 1_000)], &[(BRON, 500)])], &[]);
        check(&[(&[(BRON, 1_000)], &[(BRON, 499)])], &[(BRON, 1_000, 499)]);
        check(&[(&[(BRON, 1_000), (LYON, 9)], &[(BRON, 1_000)])], &[(LYON, 9, 0)]);
        // A hamlet may be corrected down to an address, not to none.
        check(&[(&[(BRON, 20)], &[(BRON, 1)])], &[]);
        check(&[(&[(BRON, 1)], &[])], &[(BRON, 1, 0)]);
    }

    #[test]
    fn a_commune_given_to_another_file_is_not_lost_unless_a_file_is_emptied_that_had_some_of_its_own() {
        check(&[(&[(BRON, 1_000), (LYON, 9)], &[(LYON, 9)]), (&[], &[(BRON, 990)])], &[]);
        check(&[(&[(BRON, 1_000)], &[]), (&[], &[(BRON, 1_000)])], &[]);
        check(&[(&[(BRON, 10)], &[]), (&[(BRON, 1_000)], &[(BRON, 1_000)])], &[(BRON, 1_010, 1_000)]);
    }
}
