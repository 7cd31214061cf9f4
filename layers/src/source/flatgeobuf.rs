//! FlatGeobuf, read from one end to the other; the file's own index is not used.
//! Every feature goes through the format's verifier. The crate's sequential reader is not used
//! because it takes a file that ends between two features for a complete one.

use std::{
    io::{BufRead, Read},
    path::Path,
};

use flatgeobuf::{
    GeometryType, Header, packed_r_tree::PackedRTree, size_prefixed_root_as_feature, size_prefixed_root_as_header,
};

use super::{Rows, describe, head, open};
use crate::{
    Crs, Error, Feature, UnknownCrs,
    fgb::{self, FgbColumn, MAGIC},
    report::Reason,
};

/// No header or feature is this long; a length that says so is damage, and is not allocated.
const LONGEST: u32 = 1 << 30;

pub(super) fn read(path: &Path, crs: Option<Crs>) -> Result<Rows, Error> {
    let mut file = open(path)?;
    let head = head(path, &mut file)?;
    // Byte 3 is the major version, bytes 4 to 6 repeat the name, the last is a patch level.
    if head.len() < 8 || head[..7] != MAGIC[..7] {
        return Err(Error::WrongFormat { path: path.into(), expected: "FlatGeobuf", found: describe(&head).into() });
    }
    let damaged = |place: &str, problem: String| Error::Damaged { path: path.into(), place: place.to_owned(), problem };
    let in_header = |problem: String| damaged("in its header", problem);
    let bytes = block(&mut file).map_err(in_header)?.ok_or_else(|| in_header("the file ends".to_owned()))?;
    let header = size_prefixed_root_as_header(&bytes).map_err(|e| in_header(e.to_string()))?;
    let mut rows = Rows { crs: declared_crs(path, &header, crs)?, ..Rows::new() };
    skip_index(&mut file, &header).map_err(|problem| damaged("in its index", problem))?;

    let (columns, kind) = (fgb::columns(&header), header.geometry_type());
    let place = |read: u64| format!("after {read} of {} features", header.features_count());
    while let Some(bytes) = block(&mut file).map_err(|problem| damaged(&place(rows.read), problem))? {
        let feature = size_prefixed_root_as_feature(&bytes).map_err(|e| damaged(&place(rows.read), e.to_string()))?;
        rows.push(|row| convert(&feature, row, &columns, kind));
    }
    // Writers that stream leave the count at zero.
    if header.features_count() != 0 && header.features_count() != rows.read {
        return Err(damaged(&place(rows.read), "the file ends".to_owned()));
    }
    Ok(rows)
}

fn convert(
    feature: &flatgeobuf::Feature<'_>,
    row: u64,
    columns: &[FgbColumn],
    kind: GeometryType,
) -> Result<Feature, Reason> {
    let geometry = fgb::geometry(feature, kind)?;
    let properties = fgb::properties(feature, columns).ok_or(Reason::UnreadableAttributes)?;
    Ok(Feature { row, geometry, properties, communes: Vec::new() })
}

/// A length and as many bytes, the length included; none at the end of the file.
fn block(file: &mut dyn BufRead) -> Result<Option<Vec<u8>>, String> {
    if file.fill_buf().map_err(|e| e.to_string())?.is_empty() {
        return Ok(None);
    }
    let mut length = [0; 4];
    file.read_exact(&mut length).map_err(|e| e.to_string())?;
    let size = u32::from_le_bytes(length);
    if !(8..LONGEST).contains(&size) {
        return Err(format!("a length of {size} bytes makes no sense"));
    }
    // Grows with what is really there: a wrong length costs no memory.
    let mut bytes = length.to_vec();
    let got = file.take(size.into()).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if got == size as usize { Ok(Some(bytes)) } else { Err("the file ends".to_owned()) }
}

fn skip_index(file: &mut dyn BufRead, header: &Header<'_>) -> Result<(), String> {
    let features = usize::try_from(header.features_count()).map_err(|e| e.to_string())?;
    if header.index_node_size() == 0 || features == 0 {
        return Ok(());
    }
    if header.index_node_size() == 1 || features > 1 << 40 {
        return Err("its size makes no sense".to_owned());
    }
    let size = PackedRTree::index_size(features, header.index_node_size()) as u64;
    let skipped = std::io::copy(&mut file.take(size), &mut std::io::sink()).map_err(|e| e.to_string())?;
    if skipped == size { Ok(()) } else { Err("the file ends".to_owned()) }
}

fn declared_crs(path: &Path, header: &Header<'_>, given: Option<Crs>) -> Result<Crs, Error> {
    if let Some(crs) = given {
        return Ok(crs);
    }
    let crs = header.crs().filter(|crs| crs.code() != 0).ok_or_else(|| Error::NoCrs { path: path.into() })?;
    let known = match crs.org() {
        Some(org) if !org.eq_ignore_ascii_case("EPSG") => None,
        _ => u32::try_from(crs.code()).ok().and_then(|code| Crs::try_from(code).ok()),
    };
    known.ok_or_else(|| Error::UnreadableCrs {
        path: path.into(),
        source: UnknownCrs(format!("{}:{}", crs.org().unwrap_or("EPSG"), crs.code())),
    })
}
