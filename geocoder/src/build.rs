//! Address files → a new revision of the index, built beside the live one and put in place by rename.
//! Reading order: `build`, then `collect` (rows → streets and towns), then `index` (folders).

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use layers::CommuneCode;
use tantivy::{Index, IndexWriter, TantivyDocument, directory::MmapDirectory};

use crate::{
    Error,
    collect::Collector,
    index::{self, Manifest, Store},
    numbers, packed,
    places::{self, Places},
    postcodes::Postcodes,
    report::{LISTED, Report},
    schema,
    source::{self, Context},
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
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Files read, of how many.
    Read(usize, usize),
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

/// Builds an index of BAL files in `into` and makes it current; waits for another build there to end.
///
/// Errors leave what was current as it was: a file that cannot be read or is not a BAL, no row accepted, a full disk.
pub fn build(
    sources: &[PathBuf],
    into: &Path,
    options: &BuildOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Built, Error> {
    let store = Store::lock(into)?;
    let postcodes = options.postcodes.as_deref().map(Postcodes::read).transpose()?.unwrap_or_default();
    let mut collector = Collector::default();
    let context = Context::new(options.communes.as_deref(), LISTED)?;
    let mut report = Report { communes_checked: options.communes.is_some(), ..Report::default() };
    for (read, source) in sources.iter().enumerate() {
        progress(Progress::Read(read, sources.len()));
        source::read(source, &context, &mut report, &mut |row| collector.add(row))?;
    }
    progress(Progress::Read(sources.len(), sources.len()));
    if report.accepted() == 0 {
        return Err(Error::NothingAccepted { files: sources.len(), rows: report.rows() });
    }
    let folder = store.new_folder()?;
    let (places, addresses) = write(&folder, collector, options, &postcodes, progress)?;
    let manifest = Manifest::of(&folder, places, addresses, report.clone())?;
    let revision = store.publish(&folder, &manifest)?;
    Ok(Built { revision, report, places, addresses })
}

fn write(
    folder: &Path,
    collector: Collector,
    options: &BuildOptions,
    postcodes: &Postcodes,
    progress: &mut dyn FnMut(Progress),
) -> Result<(u32, u32), Error> {
    let collected = collector.finish(&options.metropole, postcodes)?;
    places::write(&folder.join("places.bin"), &collected.places, collected.towns)?;
    numbers::write(&folder.join("numbers.bin"), &collected.numbers)?;
    let addresses = packed::count(collected.numbers.len(), "house numbers")?;
    drop(collected);
    let places = Places::open(folder)?;
    write_words(&folder.join(index::WORDS), &places, progress)?;
    Ok((places.len(), addresses))
}

/// The full-text index, in one segment: every query then visits one term dictionary.
fn write_words(folder: &Path, places: &Places, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
    std::fs::create_dir(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    let (schema, fields) = schema::schema();
    let index = Index::create(directory, schema, tantivy::IndexSettings::default())?;
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, WRITER_MEMORY)?;
    for place in 0..places.len() {
        if place % 10_000 == 0 {
            progress(Progress::Index(place as usize, places.len() as usize));
        }
        writer.add_document(schema::document(fields, places, places.get(place)))?;
    }
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    progress(Progress::Index(places.len() as usize, places.len() as usize));
    packed::sync_folder(folder)
}
