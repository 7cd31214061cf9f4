//! Who may see an object, packed: each list of communes that some objects have in common is there once, and an object
//! has its number. A territory is asked about a list, not about every object.
//!
//! A section: how many lists (u32), where each ends in codes (u32 each), the codes (5 bytes each).

use std::collections::HashMap;

use layers::{CommuneCode, Territory};

use crate::{
    Error,
    packed::{self, u32_at},
};

/// Bytes of a code.
const CODE: usize = 5;

/// The lists while objects are written.
#[derive(Debug, Default)]
pub(crate) struct AudienceWriter {
    known: HashMap<Vec<CommuneCode>, u32>,
    ends: Vec<u32>,
    codes: Vec<u8>,
}

impl AudienceWriter {
    /// The number of a list, whatever the order of its communes.
    pub(crate) fn add(&mut self, communes: &[CommuneCode]) -> Result<u32, Error> {
        let mut list = communes.to_vec();
        list.sort_unstable();
        list.dedup();
        if let Some(&known) = self.known.get(&list) {
            return Ok(known);
        }
        let number = packed::count(self.ends.len(), "lists of communes")?;
        self.codes.extend(list.iter().flat_map(|code| code.to_bytes()));
        self.ends.push(packed::count(self.codes.len() / CODE, "communes in lists")?);
        self.known.insert(list, number);
        Ok(number)
    }

    /// The section.
    pub(crate) fn finish(self) -> Vec<u8> {
        let count = self.ends.len() as u32; // counted as they came
        let ends = std::iter::once(count).chain(self.ends);
        ends.flat_map(u32::to_le_bytes).chain(self.codes).collect()
    }
}

/// Whether a territory opens each list of a section; a code that is none, in a damaged file, opens nothing.
pub(crate) fn opened(section: &[u8], territory: &Territory) -> Vec<bool> {
    let most = section.len() / 4;
    let count = (u32_at(section, 0) as usize).min(most.saturating_sub(1));
    let end = |list: usize| if list == 0 { 0 } else { u32_at(section, 4 * list) as usize };
    let codes = section.get(4 * (count + 1)..).unwrap_or_default();
    let list = |list: usize| codes.get(end(list) * CODE..end(list + 1) * CODE).unwrap_or_default();
    let opens = |list: &[u8]| {
        let code = |code: &[u8]| std::str::from_utf8(code).ok()?.parse::<CommuneCode>().ok();
        territory.opens(&list.chunks_exact(CODE).filter_map(code).collect::<Vec<_>>())
    };
    (0..count).map(|number| opens(list(number))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &[&str]) -> Vec<CommuneCode> {
        list.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn a_list_is_written_once_and_asked_about_once() {
        let mut writer = AudienceWriter::default();
        let lists = [codes(&["69029"]), codes(&[]), codes(&["69029", "69383"]), codes(&["69383", "69029"])];
        let numbers: Vec<u32> = lists.iter().map(|list| writer.add(list).unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 2]);
        let section = writer.finish();
        assert_eq!(opened(&section, &Territory::Whole), [true; 3]);
        assert_eq!(opened(&section, &Territory::of(codes(&["69029"]))), [true, false, true]);
        assert_eq!(opened(&section, &Territory::of(codes(&["69123"]))), [false, false, true]);
        assert_eq!(opened(&section, &Territory::of([])), [false; 3]);
    }

    #[test]
    fn a_damaged_section_opens_nothing_and_ends() {
        for section in [&[][..], &[9], &[0xff; 4], &[0xff; 41], &[2, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, b'6']] {
            assert!(opened(section, &Territory::of(codes(&["69029"]))).iter().all(|open| !open));
        }
    }
}
