//! The one place where commands speak on standard output.

use std::{borrow::Cow, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// One line on standard output. A closed pipe (`traboule … | head`) ends the speech, not the work.
pub(super) fn line(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Columns as wide as their widest cell, the first row being the header.
pub(super) fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        line(cells.join("  ").trim_end());
    }
}

/// A bar on standard error for work of a known length in bytes; silent when nobody watches.
pub(super) fn reading(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let look = "{wide_bar} {percent} %  {msg}  {elapsed}, {eta} left";
    bar.set_style(ProgressStyle::with_template(look).expect("the template is a constant"));
    bar
}

/// A spinner on standard error for work whose end is not known; silent when nobody watches.
pub(super) fn working(what: impl Into<Cow<'static, str>>) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.set_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})").expect("the template is a constant"));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
