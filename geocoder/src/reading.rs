//! Sources read on one thread while another sets their rows aside: each costs about as much as the other.

use std::{
    mem,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use crate::{
    Error, Progress,
    collect::Collector,
    report::Report,
    row::Row,
    source::{self, Context},
};

/// Rows handed over together, and how many such handfuls may wait: a few megabytes.
const HANDFUL: usize = 512;
const WAITING: usize = 8;

enum Read {
    Rows(Vec<Row>),
    EndOfFile,
}

/// Reads every source, in order; the report counts all rows, the collector holds the accepted ones.
///
/// Errors: those of a source, and rows that could not be set aside.
pub(crate) fn read_all(
    sources: &[PathBuf],
    context: &Context,
    report: &mut Report,
    collector: Collector,
    progress: &mut dyn FnMut(Progress),
) -> Result<Collector, Error> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let aside = scope.spawn(move || set_aside(collector, receiver));
        let mut read = Ok(());
        for (done, source) in sources.iter().enumerate() {
            progress(Progress::Read(done, sources.len()));
            read = read_one(source, context, report, &sender);
            if read.is_err() || aside.is_finished() {
                break; // it only finishes before the sender is dropped when it failed
            }
        }
        drop(sender);
        let collector = aside.join().expect("a panic there is a fault of this program, as one here would be")?;
        progress(Progress::Read(sources.len(), sources.len()));
        read.map(|()| collector)
    })
}

fn read_one(source: &Path, context: &Context, report: &mut Report, sender: &SyncSender<Read>) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(HANDFUL);
    // Nobody takes the rows once they could not be set aside: that error is told when its thread is joined.
    let mut accept = |row| {
        rows.push(row);
        if rows.len() == HANDFUL {
            let _ = sender.send(Read::Rows(mem::replace(&mut rows, Vec::with_capacity(HANDFUL))));
        }
    };
    source::read(source, context, report, &mut accept)?;
    let _ = sender.send(Read::Rows(rows));
    let _ = sender.send(Read::EndOfFile);
    Ok(())
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
