//! File names with one `*`, as `addresses = ["bal/*.csv"]` gives them.

use std::path::{Path, PathBuf};

/// The files that match, sorted by name. A pattern that matches nothing is an error: an empty
/// index is never what was meant.
pub fn matching(patterns: &[PathBuf]) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut files = Vec::new();
    for pattern in patterns {
        let found = matching_one(pattern)?;
        if found.is_empty() {
            let message = format!("no file matches {}", pattern.display());
            return Err(std::io::Error::new(std::io::ErrorKind::NotFound, message));
        }
        files.extend(found);
    }
    Ok(files)
}

fn matching_one(pattern: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let name = pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((before, after)) = name.split_once('*') else {
        return Ok(if pattern.is_file() { vec![pattern.to_owned()] } else { Vec::new() });
    };
    let folder = pattern.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| std::io::Error::new(e.kind(), format!("{}: {e}", folder.display())))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| fits(name, before, after)))
        .collect();
    found.sort();
    Ok(found)
}

/// Whether it stands for any number of files.
pub fn is_pattern(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains('*'))
}

/// Whether a pattern matches a path, be there a file or not.
pub fn fits_pattern(path: &Path, pattern: &Path) -> bool {
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let (name, wanted) = (name(path), name(pattern));
    let is_fit = wanted.split_once('*').map_or(name == wanted, |(before, after)| fits(&name, before, after));
    path.parent() == pattern.parent() && is_fit
}

fn fits(name: &str, before: &str, after: &str) -> bool {
    name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stands_for_any_part_of_the_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["69029.csv", "69266.csv", "lisez-moi.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names = |pattern: &str| matching(&[folder.path().join(pattern)]).map(|files| files.len());
        assert_eq!(names("*.csv").unwrap(), 2);
        assert_eq!(names("69029.csv").unwrap(), 1);
        assert!(names("*.gz").unwrap_err().to_string().contains("no file matches"));
        assert!(names("absent.csv").is_err());
        let fits = |path: &str, pattern: &str| fits_pattern(Path::new(path), Path::new(pattern));
        assert!(fits("bal/69029.csv", "bal/*.csv") && fits("bal/69029.csv", "bal/69029.csv"));
        assert!(!fits("bal/69029.csv", "*.csv") && !fits("bal/69029.txt", "bal/*.csv"));
    }
}
