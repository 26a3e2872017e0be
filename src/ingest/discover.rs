//! Finding files and reading what their names say.
//!
//! `{SYMBOL}/{interval}/*.csv[.gz]`, `{SYMBOL}_{interval}.csv[.gz]`, `{SYMBOL}.csv[.gz]`, and the same with `.parquet`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::{IngestError, Kind};
use crate::domain::{Interval, Symbol};

/// One input file and what its path says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Symbol in the name, when it has the form of one.
    pub symbol: Option<Symbol>,
    /// Interval in the name.
    pub interval: Option<Interval>,
}

/// Expands files, directories (recursively) and globs (`*`, `?`, `[ab]`, `{a,b}`) in the last component; sorted, without repeats.
///
/// In directories only files of the wanted kind count; a file that is named is taken whatever its name. Links that
/// lead nowhere are kept, so that they are told as unreadable files.
///
/// # Errors
/// A path that doesn't exist or can't be read, and nothing found at all.
pub fn discover(paths: &[PathBuf], kind: Kind) -> Result<Vec<Source>, IngestError> {
    let mut files = Vec::new();
    let mut walked = HashSet::new();
    for path in paths {
        if path.is_dir() {
            walk(path, kind, &mut walked, &mut files)?;
        } else if path.is_file() || path.is_symlink() {
            files.push(path.clone());
        } else if path.exists() {
            // A pipe or a device would be waited for without end, and can't be read twice.
            let reason =
                std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file; save it to one first");
            return Err(IngestError::io(path, reason));
        } else {
            glob(path, &mut files)?;
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let given: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(IngestError::NoFiles { kind: kind.as_str(), paths: given.join(", ") });
    }
    Ok(files.into_iter().map(source).collect())
}

fn wanted(path: &Path, kind: Kind) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    match kind {
        Kind::Csv => name.ends_with(".csv") || name.ends_with(".csv.gz"),
        Kind::Parquet => name.ends_with(".parquet"),
    }
}

/// Each folder once, however many links lead to it: links may form a circle.
fn walk(folder: &Path, kind: Kind, walked: &mut HashSet<PathBuf>, files: &mut Vec<PathBuf>) -> Result<(), IngestError> {
    let fault = |error| IngestError::io(folder, error);
    if !walked.insert(folder.canonicalize().map_err(fault)?) {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            walk(&path, kind, walked, files)?;
        } else if (path.is_file() || path.is_symlink()) && wanted(&path, kind) {
            files.push(path);
        }
    }
    Ok(())
}

fn glob(pattern: &Path, files: &mut Vec<PathBuf>) -> Result<(), IngestError> {
    let missing =
        || IngestError::io(pattern, std::io::Error::new(std::io::ErrorKind::NotFound, "no such file or folder"));
    let name = pattern.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !name.contains(['*', '?', '[', '{']) {
        return Err(missing());
    }
    let folder = pattern.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unusable = |error: globset::Error| {
        IngestError::io(pattern, std::io::Error::new(std::io::ErrorKind::InvalidInput, error.kind().to_string()))
    };
    let matcher = GlobBuilder::new(&name).build().map_err(unusable)?.compile_matcher();
    let before = files.len();
    for entry in std::fs::read_dir(folder).map_err(|error| IngestError::io(folder, error))? {
        let path = entry.map_err(|error| IngestError::io(folder, error))?.path();
        if path.is_file() && path.file_name().is_some_and(|name| matcher.is_match(name)) {
            files.push(path);
        }
    }
    if files.len() == before { Err(missing()) } else { Ok(()) }
}

/// Reads symbol and interval off a path.
#[must_use]
pub fn source(path: PathBuf) -> Source {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let lower = file.to_lowercase();
    let cut = if lower.ends_with(".gz") { file.len() - 3 } else { file.len() };
    let stem = file.get(..cut).unwrap_or(&file);
    let ending = [".csv", ".parquet"].into_iter().find(|ending| stem.to_lowercase().ends_with(ending));
    let stem = stem.get(..stem.len() - ending.map_or(0, str::len)).unwrap_or(stem);
    let folder =
        |level: usize| path.ancestors().nth(level).and_then(Path::file_name).map(|name| name.to_string_lossy());
    if let Some(interval) = folder(1).and_then(|name| name.parse::<Interval>().ok()) {
        let symbol = folder(2).and_then(|name| name.parse().ok());
        return Source { symbol, interval: Some(interval), path };
    }
    if let Some((symbol, interval)) = stem.rsplit_once('_')
        && let Ok(interval) = interval.parse::<Interval>()
    {
        return Source { symbol: symbol.parse().ok(), interval: Some(interval), path };
    }
    Source { symbol: stem.parse().ok(), interval: None, path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str) -> (Option<String>, Option<Interval>) {
        let found = source(PathBuf::from(path));
        (found.symbol.map(|symbol| symbol.to_string()), found.interval)
    }

    #[test]
    fn names_say_symbol_and_interval() {
        assert_eq!(said("x/BTC-PERP_1m.csv.gz"), (Some("BTC-PERP".into()), Some(Interval::M1)));
        assert_eq!(said("nse_1d/ABB.csv"), (Some("ABB".into()), None));
        assert_eq!(said("TCS/5m/2024.csv"), (Some("TCS".into()), Some(Interval::M5)));
        assert_eq!(said("my file.csv"), (None, None));
        assert_eq!(said("A_B.csv"), (Some("A_B".into()), None));
        assert_eq!(said("TCS_5m.parquet"), (Some("TCS".into()), Some(Interval::M5)));
    }

    #[test]
    fn globs_match_whole_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["A.csv", "AB.csv", "B.csv", "B.csv.gz", "é.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = |pattern: &str| {
            let found = discover(&[folder.path().join(pattern)], Kind::Csv)?;
            let name = |source: Source| source.path.file_name().unwrap().to_string_lossy().into_owned();
            Ok::<_, IngestError>(found.into_iter().map(name).collect::<Vec<_>>())
        };
        assert_eq!(found("*.csv").unwrap(), ["A.csv", "AB.csv", "B.csv", "é.csv"]);
        // One byte: é has two.
        assert_eq!(found("?.csv").unwrap(), ["A.csv", "B.csv"]);
        assert_eq!(found("{A,B}*").unwrap(), ["A.csv", "AB.csv", "B.csv", "B.csv.gz"]);
        assert_eq!(found("[AB].csv").unwrap(), ["A.csv", "B.csv"]);
        assert!(found("C*").unwrap_err().to_string().contains("no such file"));
        assert!(found("[A").unwrap_err().to_string().contains("character class"));
    }
}
