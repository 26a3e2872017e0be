//! Files of an export: each written whole or not at all, and nothing overwritten that somebody else wrote or filled in.
//!
//! `export.json` beside them names every file with its SHA-256. A file that is there is replaced only if it still is as
//! the last export of the same experiment left it, so that signed plans stay signed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ExportError;
use crate::domain::fingerprint::sha256;

/// What an export wrote.
const MANIFEST: &str = "export.json";

/// The list of an export's files.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    experiment_id: String,
    code_version: String,
    written_at: String,
    files: BTreeMap<String, String>,
}

/// Files to be written, by their path within the folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Writes all files and their list into a folder, which is made when missing.
///
/// # Errors
/// A file that is there and not the last export's (before anything is written, unless `force`); the file system.
pub fn write_all(
    out: &Path,
    experiment_id: &str,
    files: &Files,
    force: bool,
    now: crate::domain::Ts,
) -> Result<Vec<PathBuf>, ExportError> {
    if !force {
        check(out, experiment_id, files)?;
    }
    let mut written = Vec::with_capacity(files.len() + 1);
    for (name, bytes) in files {
        let path = out.join(name);
        write(&path, bytes)?;
        written.push(path);
    }
    let manifest = Manifest {
        experiment_id: experiment_id.to_string(),
        code_version: crate::store::runs::code_version(),
        written_at: now.to_string(),
        files: files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect(),
    };
    let path = out.join(MANIFEST);
    write(&path, &super::pretty(MANIFEST, &manifest)?)?;
    written.push(path);
    Ok(written)
}

/// Refuses what is not ours to overwrite.
fn check(out: &Path, experiment_id: &str, files: &Files) -> Result<(), ExportError> {
    let path = out.join(MANIFEST);
    let known: Manifest = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|_| ExportError::Foreign { path: path.clone(), reason: "is no list of an export" })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Manifest::default(),
        Err(error) => return Err(ExportError::io(&path, error)),
    };
    for name in files.keys() {
        let path = out.join(name);
        let there = match std::fs::read(&path) {
            Ok(bytes) => sha256(&bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ExportError::io(&path, error)),
        };
        let reason = match known.files.get(name) {
            None => "was not written by an export",
            Some(_) if known.experiment_id != experiment_id => "belongs to the export of another experiment",
            Some(hash) if *hash != there => "was changed since it was exported",
            Some(_) => continue,
        };
        return Err(ExportError::Foreign { path, reason });
    }
    Ok(())
}

/// Writes one file: beside it first, then in its place.
///
/// # Errors
/// The file system.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| ExportError::io(folder, error))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        // What was begun is of no use; the first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
        ExportError::io(path, error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Ts;

    fn files(text: &str) -> Files {
        Files::from([("plan.md".to_string(), text.into()), ("in/a.json".to_string(), b"{}".to_vec())])
    }

    #[test]
    fn only_what_an_export_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("new");
        let write = |id: &str, text: &str, force| write_all(&out, id, &files(text), force, Ts(0));
        assert_eq!(write("e1", "one", false).unwrap().len(), 3);
        write("e1", "two", false).unwrap();
        assert_eq!(std::fs::read(out.join("plan.md")).unwrap(), b"two");
        let other = write("e2", "three", false).unwrap_err().to_string();
        assert!(other.ends_with("in/a.json is there and belongs to the export of another experiment"), "{other}");
        std::fs::write(out.join("plan.md"), "signed").unwrap();
        let changed = write("e1", "three", false).unwrap_err();
        assert!(changed.to_string().ends_with("plan.md is there and was changed since it was exported"));
        assert!(changed.is_refusal() && changed.hint().unwrap().contains("--force"));
        assert_eq!(std::fs::read(out.join("plan.md")).unwrap(), b"signed");
        write("e2", "three", true).unwrap();
        assert_eq!(std::fs::read(out.join("plan.md")).unwrap(), b"three");
        let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }

    #[test]
    fn a_foreign_file_or_list_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        std::fs::write(out.join("plan.md"), "mine").unwrap();
        let refused = write_all(out, "e", &files("x"), false, Ts(0)).unwrap_err().to_string();
        assert!(refused.ends_with("was not written by an export"), "{refused}");
        assert!(!out.join("in").exists(), "refused before anything was written");
        std::fs::write(out.join("export.json"), "[]").unwrap();
        let refused = write_all(out, "e", &files("x"), false, Ts(0)).unwrap_err().to_string();
        assert!(refused.ends_with("export.json is there and is no list of an export"), "{refused}");
    }
}
