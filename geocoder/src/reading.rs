//! Sources read on one thread while another sets their rows aside: each costs about as much as the other.

use std::{
    collections::BTreeSet,
    mem,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use layers::CommuneCode;

use crate::{
    Error, Progress,
    collect::Collector,
    report::Report,
    row::Row,
    source::{self, Context},
    sources::SourceFile,
};

/// Rows handed over together, and how many such handfuls may wait: a few megabytes.
const HANDFUL: usize = 512;
const WAITING: usize = 8;

enum Read {
    Rows(Vec<Row>),
    EndOfFile,
}

/// Reads every source, in order; the report counts all rows, the collector holds the accepted ones, of some communes
/// only when `only` names them. Gives the sources as they were when read, too.
///
/// Errors: those of a source, and rows that could not be set aside.
pub(crate) fn read_all(
    sources: &[PathBuf],
    only: Option<&BTreeSet<CommuneCode>>,
    context: &Context,
    report: &mut Report,
    collector: Collector,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Collector, Vec<SourceFile>), Error> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let aside = scope.spawn(move || set_aside(collector, receiver));
        let mut read = Ok(Vec::with_capacity(sources.len()));
        for (done, source) in sources.iter().enumerate() {
            progress(Progress::Read(done, sources.len()));
            let file = read_one(source, only, context, report, &sender);
            read = read.and_then(|mut files| {
                files.push(file?);
                Ok(files)
            });
            if read.is_err() || aside.is_finished() {
                break; // it only finishes before the sender is dropped when it failed
            }
        }
        drop(sender);
        let collector = aside.join().expect("a panic there is a fault of this program, as one here would be")?;
        progress(Progress::Read(sources.len(), sources.len()));
        read.map(|files| (collector, files))
    })
}

fn read_one(
    source: &Path,
    only: Option<&BTreeSet<CommuneCode>>,
    context: &Context,
    report: &mut Report,
    sender: &SyncSender<Read>,
) -> Result<SourceFile, Error> {
    let mut file = SourceFile::about_to_read(source)?;
    let mut rows = Vec::with_capacity(HANDFUL);
    let mut last = None;
    // Nobody takes the rows once they could not be set aside: that error is told when its thread is joined.
    let mut accept = |row: Row| {
        let code = row.commune.code;
        if last.replace(code) != Some(code) {
            file.communes.insert(code);
        }
        if only.is_none_or(|only| only.contains(&code)) {
            rows.push(row);
        }
        if rows.len() == HANDFUL {
            let _ = sender.send(Read::Rows(mem::replace(&mut rows, Vec::with_capacity(HANDFUL))));
        }
    };
    source::read(source, context, report, &mut accept)?;
    let _ = sender.send(Read::Rows(rows));
    let _ = sender.send(Read::EndOfFile);
    Ok(file)
}

fn set_aside(mut collector: Collector, received: Receiver<Read>) -> Result<Collector, Error> {
    for read in received {
        match read {
            Read::Rows(rows) => rows.into_iter().try_for_each(|row| collector.add(row))?,
            Read::EndOfFile => collector.end_file(),
        }
    }
    Ok(collector)
}
