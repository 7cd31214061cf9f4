//! `traboule find --csv`: a whole file, on every core, to standard output or to a file that can be continued.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    thread,
};

use anyhow::{Context, Result, bail};
use geocoder::{
    Geocoder,
    bulk::{self, Bulk, Counts, Options, Task},
};
use indicatif::ProgressBar;

use super::{
    part::{Origin, Part},
    say,
};
use crate::cli::Csv;

pub(super) fn run(geocoder: &Geocoder, file: &Path, flags: &Csv) -> Result<()> {
    let options = options(flags)?;
    let threads = flags.threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    match &flags.output {
        Some(output) => to_file(geocoder, file, output, options, threads, flags.restart),
        None => to_standard_output(geocoder, file, options, threads),
    }
}

fn to_file(
    geocoder: &Geocoder,
    file: &Path,
    output: &Path,
    mut options: Options,
    threads: usize,
    restart: bool,
) -> Result<()> {
    if is_standard_input(file) {
        bail!("standard input cannot be read again: give a file to --csv, or no --output");
    }
    let (input, bytes) = open(file)?;
    let origin = Origin::new(&geocoder.revision(), &input.metadata()?, &format!("{options:?}"));
    let mut part = Part::open(output, origin, restart)?;
    options.skip = part.rows();
    if part.rows() > 0 {
        say::line(&format!("continuing after row {}", part.rows()));
    }
    let watch = say::reading(bytes);
    let mut input = watch.wrap_read(input);
    let counts = bulk::run(Bulk::new(options), geocoder, threads, &mut input, &mut |piece, counts| {
        show(&watch, counts);
        part.write(piece, counts.rows)
    });
    watch.finish_and_clear();
    let counts =
        counts.with_context(|| format!("{} (what was answered is kept: run the command again)", file.display()))?;
    part.finish()?;
    say::line(&format!(
        "{} rows in {}; of those answered now {} ok, {} not found, {} skipped, {} in error",
        counts.rows,
        output.display(),
        counts.ok,
        counts.not_found,
        counts.skipped,
        counts.errors
    ));
    Ok(())
}

fn to_standard_output(geocoder: &Geocoder, file: &Path, options: Options, threads: usize) -> Result<()> {
    let mut output = io::stdout().lock();
    let (watch, mut input): (ProgressBar, Box<dyn Read>) = if is_standard_input(file) {
        (say::working("reading standard input"), Box::new(io::stdin().lock()))
    } else {
        let (input, bytes) = open(file)?;
        let watch = say::reading(bytes);
        (watch.clone(), Box::new(watch.wrap_read(input)))
    };
    let done = bulk::run(Bulk::new(options), geocoder, threads, &mut input, &mut |piece, counts| {
        show(&watch, counts);
        output.write_all(piece)
    });
    watch.finish_and_clear();
    match done {
        Err(bulk::Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()), // `traboule … | head`
        done => done.map(|_| ()).with_context(|| file.display().to_string()),
    }
}

fn show(watch: &ProgressBar, counts: &Counts) {
    watch.set_message(format!("{} rows", counts.rows));
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn open(file: &Path) -> Result<(File, u64)> {
    let input = File::open(file).with_context(|| file.display().to_string())?;
    let bytes = input.metadata().with_context(|| file.display().to_string())?.len();
    Ok((input, bytes))
}

/// The flags as the fields of a form.
fn options(flags: &Csv) -> Result<Options> {
    let mut options = Options::new(if flags.reverse { Task::Reverse } else { Task::Search });
    let one = |name, value: &Option<String>| value.clone().map(|value| (name, value));
    let many = |name, values: &[String]| values.iter().map(|value| (name, value.clone())).collect::<Vec<_>>();
    let single = [
        one("citycode", &flags.citycode),
        one("postcode", &flags.postcode),
        one("type", &flags.kind),
        one("lat", &flags.lat),
        one("lon", &flags.lon),
        one("encoding", &flags.encoding),
        one("delimiter", &flags.delimiter),
        one("quote", &flags.quote),
        one("min_score", &flags.min_score),
        flags.with_bom.then(|| ("with_bom", "1".to_owned())),
    ];
    let lists = [many("columns", &flags.columns), many("result_columns", &flags.result_columns)].concat();
    for (name, value) in lists.into_iter().chain(single.into_iter().flatten()) {
        options.set(name, &value)?;
    }
    Ok(options)
}
