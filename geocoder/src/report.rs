//! What became of the rows of the address files: how many were read, kept and refused, and why, by file and by
//! commune. Kept beside the index, so that the last build can be read again.

use std::{cmp::Reverse, collections::BTreeMap, path::Path};

use jiff::civil::Date;
use layers::{Commune, CommuneCode};
use serde::{Deserialize, Serialize};

use crate::{
    reason::{Notice, Reason},
    row::Row,
};

/// How many refused rows of a file are listed one by one; all of them are counted.
pub const LISTED: usize = 20;
/// How many files, and how many reasons of each, are told of in an error.
const SHOWN: usize = 10;

/// What kind of file it is, recognised by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Base Adresse Locale, 1.1 to 1.5.
    #[default]
    Bal,
    /// National base, CSV of addresses, with or without `id_ban_*`.
    BanAddresses,
    /// National base, CSV of lieux-dits.
    BanLocalities,
    /// National base, one JSON object a street, with its numbers.
    BanStreets,
}

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Everything wrong with it, in the order of the columns; never empty.
    pub reasons: Vec<Reason>,
}

/// The rows of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileReport {
    /// Name of the file, without its folder.
    pub file: String,
    /// What it is.
    #[serde(default)]
    pub format: Format,
    /// Rows read, the header apart; in a file of streets, their numbers are rows too.
    pub rows: u64,
    /// Rows that became a position, a street, a toponym or a commune.
    pub accepted: u64,
    /// Refused rows by reason; a row with two reasons is under both.
    pub rejected: BTreeMap<Reason, u64>,
    /// The first refused rows, [`LISTED`] of them in a build.
    pub first: Vec<Rejected>,
    /// What is unusual in the file as a whole.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

/// The rows of one commune or arrondissement, all files together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CommuneReport {
    /// As the first row names it.
    pub name: String,
    /// Rows read.
    pub rows: u64,
    /// Rows kept.
    pub accepted: u64,
    /// Kept rows that have a number.
    pub numbered: u64,
    /// Of those, the rows the commune vouches for.
    pub certified: u64,
    /// Refused rows by reason; a row with two reasons is under both.
    pub rejected: BTreeMap<Reason, u64>,
    /// The latest `date_der_maj` of a kept row.
    pub latest: Option<Date>,
}

/// All files of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// In the order they were read.
    pub files: Vec<FileReport>,
    /// By code; rows whose commune cannot be read are in no commune.
    #[serde(default)]
    pub communes: BTreeMap<CommuneCode, CommuneReport>,
    /// Whether commune codes were compared with an official list.
    #[serde(default)]
    pub communes_checked: bool,
    /// Accepted rows left out of the index: another file has the same address.
    #[serde(default)]
    pub duplicates: u64,
}

impl FileReport {
    /// Refused rows, each once.
    pub fn rejected_rows(&self) -> u64 {
        self.rows - self.accepted
    }

    fn refusals(&self) -> String {
        let mut reasons: Vec<(Reason, u64)> = self.rejected.iter().map(|(&reason, &rows)| (reason, rows)).collect();
        reasons.sort_by_key(|&(_, rows)| Reverse(rows));
        let shown = reasons.iter().take(SHOWN).map(|(reason, rows)| format!(", {rows} × {reason}"));
        let more = if reasons.len() > SHOWN { ", …" } else { "" };
        format!("{}: {} row(s) read{}{more}", self.file, self.rows, shown.collect::<String>())
    }
}

impl CommuneReport {
    /// Refused rows, each once.
    pub fn rejected_rows(&self) -> u64 {
        self.rows - self.accepted
    }

    /// Certified rows among those with a number, 0 to 1; none without any.
    #[allow(clippy::cast_precision_loss)] // no commune has 2⁵³ addresses
    pub fn certified_share(&self) -> Option<f64> {
        (self.numbered > 0).then(|| self.certified as f64 / self.numbered as f64)
    }
}

impl Report {
    /// Rows read, all files together.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Rows kept, all files together.
    pub fn accepted(&self) -> u64 {
        self.files.iter().map(|file| file.accepted).sum()
    }

    /// Refused rows by reason, all files together; a row with two reasons is under both.
    pub fn rejected(&self) -> BTreeMap<Reason, u64> {
        let mut all = BTreeMap::new();
        for (&reason, &rows) in self.files.iter().flat_map(|file| &file.rejected) {
            *all.entry(reason).or_default() += rows;
        }
        all
    }

    /// Why rows were refused, file by file, on one line.
    pub(crate) fn refusals(&self) -> String {
        let shown = self.files.iter().take(SHOWN).map(FileReport::refusals);
        let more = self.files.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| format!("and {more} file(s) more"));
        shown.chain(more).collect::<Vec<_>>().join("; ")
    }

    /// Begins the count of one file.
    pub(crate) fn begin(&mut self, path: &Path, format: Format) {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.files.push(FileReport { file, format, ..FileReport::default() });
    }

    /// Says something of the file being read, once.
    pub(crate) fn notice(&mut self, notice: Notice) {
        let Some(file) = self.files.last_mut() else { return };
        if !file.notices.contains(&notice) {
            file.notices.push(notice);
        }
    }

    /// Counts one kept row of the file being read.
    pub(crate) fn accept(&mut self, row: &Row) {
        if let Some(file) = self.files.last_mut() {
            file.rows += 1;
            file.accepted += 1;
        }
        let commune = self.commune(&row.commune);
        commune.rows += 1;
        commune.accepted += 1;
        commune.numbered += u64::from(row.number.is_some());
        commune.certified += u64::from(row.number.is_some() && row.certified);
        commune.latest = commune.latest.max(row.updated);
    }

    /// Counts one refused row of the file being read, in its commune when that much can be read.
    /// The first `listed` refused rows of a file are also listed.
    pub(crate) fn refuse(&mut self, line: u64, commune: Option<&Commune>, reasons: &[Reason], listed: usize) {
        if let Some(file) = self.files.last_mut() {
            file.rows += 1;
            count(&mut file.rejected, reasons);
            if file.first.len() < listed {
                file.first.push(Rejected { line, reasons: reasons.to_vec() });
            }
        }
        if let Some(commune) = commune {
            let commune = self.commune(commune);
            commune.rows += 1;
            count(&mut commune.rejected, reasons);
        }
    }

    /// Refuses after all rows of a file that were counted as kept: all those kept of a commune, in that file.
    pub(crate) fn take_back(
        &mut self,
        file: usize,
        commune: CommuneCode,
        (count, lines): (u64, &[u64]),
        reason: Reason,
    ) {
        if let Some(file) = self.files.get_mut(file) {
            file.accepted -= count;
            *file.rejected.entry(reason).or_default() += count;
            file.first.extend(lines.iter().map(|&line| Rejected { line, reasons: vec![reason] }));
            file.first.sort_by_key(|rejected| rejected.line);
            file.first.truncate(LISTED);
        }
        if let Some(commune) = self.communes.get_mut(&commune) {
            commune.accepted -= count;
            *commune.rejected.entry(reason).or_default() += count;
            commune.latest = None;
        }
    }

    fn commune(&mut self, commune: &Commune) -> &mut CommuneReport {
        self.communes
            .entry(commune.code)
            .or_insert_with(|| CommuneReport { name: commune.name.clone(), ..CommuneReport::default() })
    }
}

fn count(by_reason: &mut BTreeMap<Reason, u64>, reasons: &[Reason]) {
    for &reason in reasons {
        *by_reason.entry(reason).or_default() += 1;
    }
}
