//! Edits being written: the rows of the streets that differ, taken from the files as they are now, and of those streets
//! that share an address or a name with them; then the tables made of these rows, in a folder of their own.

use std::{collections::HashSet, ops::Range, path::Path};

use super::{Left, Prepared};
use crate::{
    BuildOptions, Error, build,
    changes::{FileNow, State},
    collect::Collector,
    duplicates,
    index::Manifest,
    marks::{Marker, StreetMark},
    origins::Origins,
    pieces,
    places::Places,
    report::Report,
    row::Row,
    shard,
    source::{self, Context},
    table, texts, twins,
};

/// The streets to index anew.
pub(super) struct Wanted {
    streets: HashSet<StreetMark>,
    /// A street that a file holds which cannot be read now would lose that one's rows: it waits, as it is.
    unreadable: HashSet<StreetMark>,
    /// Whether one does.
    waits: bool,
}

impl Wanted {
    pub(super) fn of(streets: HashSet<StreetMark>, files: &[FileNow<'_>]) -> Self {
        let unreadable = files.iter().flat_map(FileNow::unreadable).collect();
        let mut wanted = Self { streets: HashSet::new(), unreadable, waits: false };
        wanted.extend(streets);
        wanted
    }

    fn extend(&mut self, streets: HashSet<StreetMark>) {
        let (waiting, wanted): (Vec<_>, Vec<_>) =
            streets.into_iter().partition(|street| self.unreadable.contains(street));
        self.waits |= !waiting.is_empty();
        self.streets.extend(wanted);
    }
}

/// The rows of edits, and the places of the revision that they stand in for.
struct Rows {
    collector: Collector,
    hides: Vec<Range<u32>>,
}

/// Edits being made to a revision, in a folder of their own.
pub(super) struct Draft<'a> {
    pub base: &'a State,
    pub places: &'a Places,
    pub folder: &'a Path,
    pub context: &'a Context,
}

impl Draft<'_> {
    /// Writes the streets wanted, said by files as they are now; `left` could not be read.
    pub(super) fn write(
        &self,
        mut wanted: Wanted,
        files: Vec<FileNow<'_>>,
        left: &[Left],
        options: &BuildOptions,
    ) -> Result<Prepared, Error> {
        let mut report = Report::default();
        let Some(Rows { collector, hides }) = self.rows(&mut wanted, &files, &mut report)? else {
            return Ok(Prepared::BeingWritten);
        };
        let written = collector.finish(options, &options.postcodes()?, Some(self.places), &mut |_| ())?;
        if !shard::are_known(&Places::open(self.folder)?, self.places) {
            return Ok(Prepared::NeedsBuild); // the folder is swept by the next who locks the store
        }
        let (files, origins) = files.into_iter().map(FileNow::into_parts).unzip();
        let origins = Origins { files: origins, aside: Vec::new() };
        let made = build::finish(self.folder, written, origins, report, files, &mut |_| ())?;
        let waiting = left.iter().filter(|_| wanted.waits).map(|left| left.path.clone()).collect();
        let manifest = Manifest { hides, streets: wanted.streets.len(), waiting, ..made };
        Ok(Prepared::Edits(self.folder.to_owned(), Box::new(manifest)))
    }

    /// The rows of the streets wanted, and of those that these touch, which are then wanted too. None when a file was
    /// written to.
    fn rows(&self, wanted: &mut Wanted, files: &[FileNow<'_>], report: &mut Report) -> Result<Option<Rows>, Error> {
        loop {
            let gathered = gather(self.folder, files, &wanted.streets, self.context, report)?;
            let Some(Gathered { collector, ids, naming }) = gathered else { return Ok(None) };
            let hides = twins::places_of(self.places, &wanted.streets);
            let known = wanted.streets.len();
            wanted.extend(naming);
            if files.len() > 1 || self.base.manifest.sources.len() > 1 {
                wanted.extend(twins::sharing(self.base, self.places, &hides, ids)?);
            }
            if wanted.streets.len() == known {
                return Ok(Some(Rows { collector, hides }));
            }
        }
    }
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
    for (rank, file) in files.iter().enumerate() {
        let pieces: Vec<_> = file.readable().collect();
        let holds = |index: usize| pieces[index].1.iter().any(|(street, ..)| wanted.contains(street));
        if (0..pieces.len()).any(holds) {
            let all: Vec<_> = pieces.iter().map(|(piece, _)| *piece).collect();
            let text = texts::keep(pieces::select(table::open(file.text())?, &all, holds), folder, rank)?;
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
            source::read_text(&file.source.path, text, context, report, &mut accept)?;
            added?;
            if file.is_moving()? {
                return Ok(None);
            }
        }
        collector.end_file();
    }
    Ok(Some(Gathered { collector, ids, naming }))
}
