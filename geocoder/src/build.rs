//! Address files → a new revision of the index, built beside the live one and put in place by rename.
//! Reading order: `build`, then `ingest` (files → rows), `collect` (rows → streets and towns), `index` (folders).

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use layers::CommuneCode;
use tantivy::{
    Index, IndexWriter, TantivyDocument, directory::MmapDirectory, index::SegmentId, indexer::NoMergePolicy,
};

use crate::{
    Error,
    collect::{Collector, Written},
    disk,
    index::{
        self, Manifest,
        store::{Builds, Store},
    },
    ingest::read_all,
    losses,
    origins::Origins,
    places::Places,
    postcodes::Postcodes,
    report::{LISTED, Report},
    schema,
    source::Context,
    sources::SourceFile,
    stretches, update,
};

/// Memory of the full-text writer, for each of its threads; tantivy refuses less than 15 MB.
const WRITER_MEMORY: usize = 50_000_000;

/// What a build needs beside the address files.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// La Poste's list (CSV with `code_commune_insee` and `code_postal`); no postcode without it.
    pub postcodes: Option<PathBuf>,
    /// INSEE's list of communes (CSV with `TYPECOM`, `COM`, `LIBELLE`, `COMPARENT`); codes are not checked without it.
    pub communes: Option<PathBuf>,
    /// Codes of the communes of the Métropole; an arrondissement follows its commune.
    pub metropole: BTreeSet<CommuneCode>,
    /// Whether files may have lost most of the addresses that what is current has of a commune, or all of their own.
    pub accept_losses: bool,
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Files read, of how many.
    Read(usize, usize),
    /// Departments put together and written, of how many.
    Gather(usize, usize),
    /// Places written to the full-text index, of how many.
    Index(usize, usize),
}

/// A finished build.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The revision now current.
    pub revision: String,
    /// Rows read, kept and refused.
    pub report: Report,
    /// Streets, lieux-dits and towns.
    pub places: u32,
    /// House numbers, those of several positions counted once.
    pub addresses: u32,
}

/// Builds an index of address files in `into` and makes it current; waits for another build there to end. Edits go on
/// being made to what is current meanwhile; what they changed since the files were read is edited in what is built.
///
/// Errors leave what was current as it was: a file that cannot be read or is not a BAL, no row accepted, most addresses
/// of a commune lost without leave, a full disk.
pub fn build(
    sources: &[PathBuf],
    into: &Path,
    options: &BuildOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Built, Error> {
    let builds = Builds::lock(into)?;
    let started = jiff::Timestamp::now();
    let folder = builds.new_folder()?;
    let (manifest, report) = write(&folder, Inputs { sources, into, options }, progress)?;
    let store = Store::lock(into)?; // edits made meanwhile are: those to come wait
    let edits = update::since(&store, (&folder, &manifest), sources, started, options).inspect_err(|_| {
        let _ = std::fs::remove_dir_all(&folder); // as after any other error: the next build sweeps what stays
    })?;
    store.publish(&folder, &manifest, edits)?;
    let Manifest { revision, places, addresses, .. } = manifest;
    Ok(Built { revision, report, places, addresses })
}

/// What an index is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub sources: &'a [PathBuf],
    pub into: &'a Path,
    pub options: &'a BuildOptions,
}

/// Writes all the files of a revision in an empty folder, which goes again after an error; its manifest is returned.
fn write(folder: &Path, inputs: Inputs<'_>, progress: &mut dyn FnMut(Progress)) -> Result<(Manifest, Report), Error> {
    write_files(folder, inputs, progress).inspect_err(|_| {
        // Scratch files may be large. The next build sweeps what cannot be removed now.
        let _ = std::fs::remove_dir_all(folder);
    })
}

fn write_files(
    folder: &Path,
    inputs: Inputs<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Manifest, Report), Error> {
    let Inputs { sources, into, options } = inputs;
    let postcodes = options.postcodes()?;
    let context = Context::new(options.communes.as_deref(), LISTED)?;
    let mut report = Report { communes_checked: options.communes.is_some(), ..Report::default() };
    let collector = Collector::create(folder, sources.len())?;
    let (mut collector, read) = read_all(inputs, &context, &mut report, collector, progress)?;
    collector.name_merged(&context.communes);
    collector.refuse_unplaced(&mut report);
    if report.accepted() == 0 {
        return Err(Error::NothingAccepted { report: Box::new(report) });
    }
    if !options.accept_losses {
        losses::check_build(into, &read, &report)?;
    }
    let (sources, files): (Vec<_>, Vec<_>) = read.into_iter().map(|(source, origin)| (source, Some(origin))).unzip();
    let written = collector.finish(options, &postcodes, None, progress)?;
    let manifest = finish(folder, written, Origins { files, aside: Vec::new() }, report, sources, progress)?;
    let report = manifest.report.clone();
    Ok((manifest, report))
}

/// Writes what goes with the tables just written: the words of their places, what files they come from.
pub(crate) fn finish(
    folder: &Path,
    written: Written,
    origins: Origins,
    report: Report,
    sources: Vec<SourceFile>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, Error> {
    let report = Report { duplicates: written.duplicates, ..report };
    Origins { aside: written.aside.clone(), ..origins }.write(folder)?;
    let places = Places::open(folder)?;
    stretches::write(folder, &places)?;
    write_words(&folder.join(index::WORDS), &places, progress)?;
    Manifest::of(folder, &written, report, sources)
}

impl BuildOptions {
    pub(crate) fn postcodes(&self) -> Result<Postcodes, Error> {
        Ok(self.postcodes.as_deref().map(Postcodes::read).transpose()?.unwrap_or_default())
    }
}

/// The full-text index, in one segment: every query then visits one term dictionary, and the number of a
/// document is the index of its place.
fn write_words(folder: &Path, places: &Places, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
    std::fs::create_dir(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    let (schema, fields) = schema::schema();
    let index = Index::create(directory, schema, tantivy::IndexSettings::default())?;
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, WRITER_MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy)); // one merge at the end, in the order of the places
    for place in 0..places.len() {
        if place % 10_000 == 0 {
            progress(Progress::Index(place as usize, places.len() as usize));
        }
        writer.add_document(schema::document(fields, places, places.get(place)))?;
    }
    writer.commit()?;
    merge(&index, &mut writer)?;
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    progress(Progress::Index(places.len() as usize, places.len() as usize));
    disk::sync_folder(folder)
}

/// Makes one segment of all, in the order of the places: one thread wrote them, each a run of places.
fn merge(index: &Index, writer: &mut IndexWriter<TantivyDocument>) -> Result<(), Error> {
    let reader = index.reader()?;
    let mut segments: Vec<(Option<u64>, SegmentId)> = Vec::new();
    for segment in reader.searcher().segment_readers() {
        segments.push((segment.fast_fields().u64("place")?.first(0), segment.segment_id()));
    }
    segments.sort_unstable();
    let segments: Vec<SegmentId> = segments.into_iter().map(|(_, id)| id).collect();
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_number_of_its_place_however_many_segments_were_written() {
        let (schema, fields) = schema::schema();
        let index = Index::create_in_ram(schema);
        let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, WRITER_MEMORY).unwrap();
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for place in 0..60u64 {
            let mut document = TantivyDocument::default();
            document.add_u64(fields.place, place);
            writer.add_document(document).unwrap();
            if place % 7 == 6 {
                writer.commit().unwrap();
            }
        }
        writer.commit().unwrap();
        merge(&index, &mut writer).unwrap();
        let searcher = index.reader().unwrap().searcher();
        let [segment] = searcher.segment_readers() else { panic!("{} segments", searcher.segment_readers().len()) };
        let places = segment.fast_fields().u64("place").unwrap();
        assert!((0..60).all(|document| places.first(document) == Some(u64::from(document))));
    }
}
