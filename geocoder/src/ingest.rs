//! Address files read on one thread while another sets their rows aside: each costs about as much as the other. What
//! waits between them is bounded, so that a slow disk makes the reader wait rather than memory grow.

use std::{
    mem,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use crate::{
    Error, Progress,
    build::Inputs,
    collect::Collector,
    origins::{Origin, Tally},
    report::Report,
    row::Row,
    source::{self, Context},
    sources::{self, SourceFile},
};

/// Rows handed over together, and how many such handfuls may wait: a few megabytes.
const HANDFUL: usize = 512;
const WAITING: usize = 8;

enum Read {
    Rows(Vec<Row>),
    EndOfFile,
}

/// Reads every source, in order; the report counts all rows, the collector holds the accepted ones.
/// What each source was then, and what it said of which street, comes back with it.
///
/// Errors: those of a source, and rows that could not be set aside.
pub(crate) fn read_all(
    inputs: Inputs<'_>,
    context: &Context,
    report: &mut Report,
    collector: Collector,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Collector, Vec<(SourceFile, Origin)>), Error> {
    let Inputs { sources, .. } = inputs;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let aside = scope.spawn(move || set_aside(collector, receiver));
        let (mut read, mut files) = (Ok(()), Vec::with_capacity(sources.len()));
        for (done, source) in sources.iter().enumerate() {
            progress(Progress::Read(done, sources.len()));
            read = read_one(source, context, report, &sender).map(|file| files.push(file));
            if read.is_err() || aside.is_finished() {
                break; // it only finishes before the sender is dropped when it failed
            }
        }
        drop(sender);
        let collector = aside.join().expect("a panic there is a fault of this program, as one here would be")?;
        progress(Progress::Read(sources.len(), sources.len()));
        read.map(|()| (collector, files))
    })
}

fn read_one(
    source: &Path,
    context: &Context,
    report: &mut Report,
    sender: &SyncSender<Read>,
) -> Result<(SourceFile, Origin), Error> {
    let mut file = SourceFile::about_to_read(source)?;
    let mut tally = Tally::new(sources::cut(source)?);
    let mut rows = Vec::with_capacity(HANDFUL);
    // Nobody takes the rows once they could not be set aside: that error is told when its thread is joined.
    let mut accept = |row: Row| {
        tally.add(&row);
        rows.push(row);
        if rows.len() == HANDFUL {
            let _ = sender.send(Read::Rows(mem::replace(&mut rows, Vec::with_capacity(HANDFUL))));
        }
    };
    source::read(source, context, report, &mut accept)?;
    let _ = sender.send(Read::Rows(rows));
    let _ = sender.send(Read::EndOfFile);
    let origin = tally.end();
    file.communes.extend(origin.communes());
    let origin = if file.is_still()? { origin } else { origin.unsure() };
    Ok((file, origin))
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
