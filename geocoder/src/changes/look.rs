//! One address file looked at again: what it says, told by reading those of its pieces that are new and by what is
//! known of the others. A file that is being written to tells nothing, for half of it may be there.

use std::{borrow::Cow, path::Path};

use crate::{
    Error,
    origins::{Origin, Tally},
    pieces::{self, Piece},
    report::Report,
    source::{self, Context},
    sources::{self, SourceFile},
    table,
};

/// What a file was found to say; see [`see`].
pub(super) type Seen = Result<Option<(SourceFile, Origin)>, Option<Error>>;

/// What a file says; none when it is the one that is known.
///
/// Errors: why that cannot be told; none when it is written to.
pub(super) fn see(path: &Path, known: Option<&(SourceFile, Cow<'_, Origin>)>, context: &Context) -> Seen {
    if let Some((known, _)) = known
        && known.is_still()?
    {
        return Ok(None);
    }
    look(path, known.map(|(_, origin)| &**origin), context)?.ok_or(None).map(Some)
}

/// Reads what changed in a file. None when it is written to meanwhile: half of it may be there.
fn look(path: &Path, before: Option<&Origin>, context: &Context) -> Result<Option<(SourceFile, Origin)>, Error> {
    let mut source = SourceFile::about_to_read(path)?;
    let pieces = sources::cut(path)?;
    let mut report = Report::default();
    let nothing = Origin::default();
    let renewed = before.unwrap_or(&nothing).renewed(&pieces, |new| {
        let selected = pieces.iter().enumerate().filter(|(index, _)| new.contains(index)).map(|(_, piece)| *piece);
        let text = pieces::select(table::open(path)?, &pieces, |index| new.contains(&index));
        tally(path, text, selected.collect(), context, &mut report)
    });
    // What is wrong in a part is said as it is in the whole: on which line, of how many.
    let whole = || tally(path, table::open(path)?, pieces.clone(), context, &mut Report::default());
    let origin = renewed.or_else(|_| whole());
    if !source.is_still()? {
        return Ok(None);
    }
    let origin = origin?;
    if origin.is_empty() {
        return Err(Error::NothingAccepted { report: Box::new(report) });
    }
    source.communes.extend(origin.communes());
    Ok(Some((source, origin)))
}

fn tally(
    path: &Path,
    text: table::Text,
    pieces: Vec<Piece>,
    context: &Context,
    report: &mut Report,
) -> Result<Origin, Error> {
    let mut tally = Tally::new(pieces);
    source::read_text(path, text, context, report, &mut |row| {
        tally.add(&row);
    })?;
    Ok(tally.end())
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs, io::Write};

    use super::*;
    use crate::{marks::StreetMark, sample::BAL_COLUMNS as HEADER};

    fn bal(street: usize, number: usize) -> String {
        format!("69029_0001_{number:05};Rue du Clos {};{number};;69029;Bron;;;;4.9;45.7;;0", "x".repeat(street + 1))
    }

    fn ndjson(street: usize, number: usize) -> String {
        format!(
            r#"{{"id":"69029_{street:04}","type":"street","name":"Rue {}","citycode":"69029","city":"Bron","lon":4.9,"lat":45.7,"housenumbers":{{"{number}":{{"lon":4.9,"lat":45.7}}}}}}"#,
            "x".repeat(street + 1)
        )
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    }

    /// What a file says after a change, looked at by its new pieces and read whole; and the streets that changed.
    fn check(first: &str, line: fn(usize, usize) -> String, end: &str, pack: fn(&str) -> Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let context = Context::new(None, 20).unwrap();
        let whole = || {
            let pieces = sources::cut(&path).unwrap();
            tally(&path, table::open(&path).unwrap(), pieces, &context, &mut Report::default()).unwrap()
        };
        let mut lines: Vec<String> = (0..4_000).map(|n| line(n / 100, n % 100 + 1)).collect();
        let write = |lines: &[String]| fs::write(&path, pack(&format!("{first}{}{end}", lines.join(end)))).unwrap();
        write(&lines);
        let before = whole();
        assert!(before.pieces().count() > 30);
        lines.remove(3_950);
        lines[1_234] = line(12, 777);
        lines.insert(70, line(50, 1));
        lines.extend([line(39, 888), String::new(), line(39, 999)]);
        write(&lines);
        let (_, after) = look(&path, Some(&before), &context).unwrap().unwrap();
        assert_eq!(after, whole(), "{end:?}");
        let name = |street: usize| {
            if first.is_empty() {
                format!("rue {}", "x".repeat(street + 1))
            } else {
                format!("rue du clos {}", "x".repeat(street + 1))
            }
        };
        let mark = |street| StreetMark::new("69029".parse().unwrap(), None, &name(street));
        assert_eq!(before.differences(&after), HashSet::from([12, 39, 50].map(mark)), "{end:?}");
        assert_eq!(after.differences(&before), before.differences(&after));
        assert!(before.differences(&before).is_empty());
    }

    #[test]
    fn what_is_known_of_the_pieces_that_stayed_is_what_reading_them_again_would_tell() {
        let plain = |text: &str| text.as_bytes().to_vec();
        let header = |end: &str| format!("{HEADER}{end}");
        for end in ["\n", "\r\n", "\n\n", "\r\n\r\n"] {
            check(&header(end), bal, end, plain);
        }
        check(&format!("\u{feff}{HEADER}\n"), bal, "\n", plain);
        check(&header("\n"), bal, "\n", gzip);
        check(
            &header("\n"),
            |street, number| bal(street, number).replace("Rue du Clos", "\"Rue du\nClos\""),
            "\n",
            plain,
        );
        check("", ndjson, "\n", plain);
    }

    #[test]
    fn a_file_that_changed_while_it_was_read_shares_nothing_with_what_it_becomes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let context = Context::new(None, 20).unwrap();
        let lines: Vec<String> = (0..500).map(|n| bal(n / 100, n % 100 + 1)).collect();
        fs::write(&path, format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
        let (_, sure) = look(&path, None, &context).unwrap().unwrap();
        let unsure = sure.clone().unsure();
        // Every row is counted all the same: what differs is told by what all of them come to.
        assert!(unsure.differences(&sure).is_empty());
        fs::write(&path, format!("{HEADER}\n{}\n", lines[1..].join("\n"))).unwrap();
        let (_, after) = look(&path, Some(&unsure), &context).unwrap().unwrap();
        assert_eq!(unsure.differences(&after).len(), 1);
    }
}
