//! A whole file, read and written by the calling thread, answered by several: what a command needs, where a server
//! feeds and drains a [`Bulk`] as bytes come and go.

use std::{io::Read, thread};

use super::{Batch, Bulk, Counts, Error, Step};
use crate::Geocoder;

/// Rows that a thread answers before the others are waited for.
const ROWS: usize = 256;
/// Bytes read at a time.
const READ: usize = 64 * 1024;

/// Answers a file from `input`, on `threads` threads. `sink` is given the output piece by piece, in order, with
/// the rows answered so far; each piece ends at the end of a row. Memory depends on the threads, not on the file.
///
/// Errors: those of [`Bulk::next`], and of reading and writing.
pub fn run(
    mut bulk: Bulk,
    geocoder: &Geocoder,
    threads: usize,
    input: &mut dyn Read,
    sink: &mut dyn FnMut(&[u8], &Counts) -> std::io::Result<()>,
) -> Result<Counts, Error> {
    let mut counts = bulk.counts();
    let mut buffer = vec![0; READ];
    let mut over = false;
    while !over {
        let mut batches = Vec::with_capacity(threads);
        while batches.len() < threads.max(1) && !over {
            match bulk.next(ROWS)? {
                Step::Rows(batch) => batches.push(batch),
                Step::Over => over = true,
                Step::Hungry => match input.read(&mut buffer)? {
                    0 => bulk.finish(),
                    read => bulk.feed(&buffer[..read]),
                },
            }
        }
        for (bytes, more) in answer(&batches, geocoder) {
            counts += more;
            sink(&bytes, &counts)?;
        }
    }
    Ok(counts)
}

/// One batch a thread; the last on this one.
fn answer(batches: &[Batch], geocoder: &Geocoder) -> Vec<(Vec<u8>, Counts)> {
    let Some((own, others)) = batches.split_last() else { return Vec::new() };
    thread::scope(|scope| {
        let others: Vec<_> = others.iter().map(|batch| scope.spawn(move || batch.answer(geocoder))).collect();
        let last = own.answer(geocoder);
        let joined = others.into_iter().map(|other| match other.join() {
            Ok(answered) => answered,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.chain(std::iter::once(last)).collect()
    })
}
