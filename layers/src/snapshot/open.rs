//! Opening a snapshot: nothing is read before its sums agree, and no index is followed before it
//! was seen to lead inside the file.

use std::{ops::Range, path::Path};

use geo_index::rtree::{RTreeIndex, RTreeRef};

use super::{
    Snapshot,
    folder::read_current,
    format::{FeatureRow, NO_VALUE, Section, sections, u32_at},
    manifest::{CUT, Manifest, RECORD},
    record::RecordFile,
};
use crate::{CommuneCode, Error, GridBox, LayerId, mmap::Map};

pub(super) fn open_current(store: &Path, id: &LayerId) -> Result<Option<Snapshot>, Error> {
    let layer_folder = store.join(id.as_str());
    let Some(mut revision) = read_current(&layer_folder)? else { return Ok(None) };
    loop {
        match open(&layer_folder.join(&revision)) {
            Ok(snapshot) => return Ok(Some(snapshot)),
            // Two imports in a row may have removed the folder between the two reads.
            Err(error) => match read_current(&layer_folder)? {
                Some(newer) if newer != revision => revision = newer,
                _ => return Err(error),
            },
        }
    }
}

pub(super) fn open(folder: &Path) -> Result<Snapshot, Error> {
    let problem = |problem: String| damaged(folder, problem);
    if !folder.is_dir() {
        return Err(problem("the folder is missing".to_owned()));
    }
    let manifest = Manifest::read(folder)?;
    let (cut, record) = (Map::open(&folder.join(CUT))?, Map::open(&folder.join(RECORD))?);
    let (cut_sum, record_sum) =
        rayon::join(|| manifest.cut.check(CUT, &cut), || manifest.record.check(RECORD, &record));
    cut_sum.and(record_sum).map_err(problem)?;
    let sections = sections(&cut).map_err(problem)?;
    let record_file = RecordFile::read(&record).map_err(problem)?;
    let sets = parse_sets(&cut[sections[Section::Sets as usize].clone()]).map_err(|e| problem(e.to_owned()))?;
    let mut snapshot = Snapshot { manifest, cut, sections, record, record_file, by_set: Vec::new(), sets };
    snapshot.by_set = check(&snapshot).map_err(|e| problem(format!("cut.bin: {e}")))?;
    Ok(snapshot)
}

fn parse_sets(mut bytes: &[u8]) -> Result<Vec<Vec<CommuneCode>>, &'static str> {
    let broken = "the sets of communes make no sense";
    let mut sets = Vec::new();
    while let Some((count, rest)) = bytes.split_first_chunk::<4>() {
        let length = (u32::from_le_bytes(*count) as usize).checked_mul(5).ok_or(broken)?;
        let (codes, rest) = rest.split_at_checked(length).ok_or(broken)?;
        let code = |code: &[u8; 5]| std::str::from_utf8(code).ok()?.parse().ok();
        sets.push(codes.as_chunks().0.iter().map(code).collect::<Option<_>>().ok_or(broken)?);
        bytes = rest;
    }
    Ok(sets)
}

/// Walks every array once, so that reading can index without fear; counts the features of each set.
fn check(snapshot: &Snapshot) -> Result<Vec<(u64, Option<GridBox>)>, &'static str> {
    let section = |s| snapshot.section(s);
    let features = snapshot.len();
    let lengths = [
        (Section::Features, FeatureRow::SIZE * features),
        (Section::ById, 4 * features),
        (Section::Values, 4 * features * snapshot.columns().len()),
    ];
    if features as u64 != snapshot.manifest.features || lengths.iter().any(|(s, length)| section(*s).len() != *length) {
        return Err("arrays of different lengths");
    }
    ends_rise(section(Section::Parts), section(Section::Points).len() / 8).ok_or("parts beyond the points")?;
    let parts = section(Section::Parts).len() / 8;
    let (mut part, mut by_set) = (0, vec![(0, None); snapshot.sets.len()]);
    for row in snapshot.features().map(|feature| feature.row) {
        let (count, bounds) = by_set.get_mut(row.commune_set as usize).ok_or("a set of communes that is not there")?;
        *count += 1;
        *bounds = GridBox::union(*bounds, Some(row.bounds));
        let end = row.parts_end as usize;
        if end < part || end > parts || row.record >= snapshot.record.len() as u64 {
            return Err("features beyond the parts or the record");
        }
        part = end;
    }
    let values = snapshot.value_count();
    let numbers = |s| section(s).as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    if numbers(Section::ById).any(|row| row as usize >= features)
        || numbers(Section::Values).any(|value| value != NO_VALUE && value as usize >= values)
    {
        return Err("a number that leads nowhere");
    }
    texts_read(snapshot).ok_or("a text that cannot be read")?;
    let index = section(Section::Index);
    let tree = RTreeRef::<u32>::try_new(&index).ok().map(|tree| tree.num_items() as usize);
    if features > 0 && tree != Some(features) { Err("the index is of another layer") } else { Ok(by_set) }
}

fn ends_rise(parts: &[u8], points: usize) -> Option<()> {
    let ends = (0..parts.len() / 8).map(|part| u32_at(parts, 2 * part) as usize);
    let last = ends.into_iter().try_fold(0, |before, end| (before <= end).then_some(end))?;
    (last <= points).then_some(())
}

fn texts_read(snapshot: &Snapshot) -> Option<()> {
    let (dictionary, text) = (snapshot.section(Section::Dictionary), snapshot.section(Section::Text));
    for entry in dictionary.as_chunks::<16>().0.iter().filter(|entry| entry[0] == 3) {
        let start = usize::try_from(u64::from(u32_at(entry, 2)) | u64::from(u32_at(entry, 3)) << 32).ok()?;
        let range: Range<usize> = start..start.checked_add(u32_at(entry, 1) as usize)?;
        std::str::from_utf8(text.get(range)?).ok()?;
    }
    Some(())
}

pub(super) fn damaged(folder: &Path, problem: String) -> Error {
    Error::Snapshot { folder: folder.to_owned(), problem }
}
