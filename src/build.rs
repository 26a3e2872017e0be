//! Embeds the SQL, calendars, report templates and sample data folders into the binary.
//!
//! Each folder becomes one static table of `(name, text)` so that adding a view, a query, a migration or a
//! feature set is adding a file, and nothing has to be listed twice.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// (constant, folder, extension, bytes instead of text)
const FOLDERS: [(&str, &str, &str, bool); 7] = [
    ("SCHEMAS", "schemas", "sql", false),
    ("VIEWS", "sql/views", "sql", false),
    ("FEATURE_SETS", "sql/features", "toml", false),
    ("QUERIES", "queries", "sql", false),
    ("CALENDARS", "data/calendars", "toml", false),
    ("TEMPLATES", "reports", "html", false),
    ("SAMPLE", "data/sample", "gz", true),
];

/// What the program is made of.
const PROGRAM: [&str; 8] = ["src", "sql", "schemas", "queries", "reports", "data", "Cargo.toml", "Cargo.lock"];

fn main() -> std::io::Result<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default()).join("embedded.rs");
    let mut code = String::new();
    for (name, folder, extension, bytes) in FOLDERS {
        println!("cargo:rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), extension, &mut files)?;
        files.sort();
        write_table(&mut code, name, &root.join(folder), &files, bytes);
    }
    std::fs::write(out, code)?;
    println!("cargo:rustc-env=WS_COMMIT={}", commit(&root));
    watch_commit(&root);
    println!("cargo:rerun-if-changed=src/build.rs");
    Ok(())
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(())
}

fn write_table(code: &mut String, name: &str, folder: &Path, files: &[PathBuf], bytes: bool) {
    let (kind, include) = if bytes { ("&[u8]", "include_bytes") } else { ("&str", "include_str") };
    let _ = writeln!(code, "/// Embedded files of one folder: (path within it, content), in path order.");
    let _ = writeln!(code, "pub static {name}: &[(&str, {kind})] = &[");
    for path in files {
        println!("cargo:rerun-if-changed={}", path.display());
        let key = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        let _ = writeln!(code, "    ({key:?}, {include}!({:?})),", path.display().to_string());
    }
    let _ = writeln!(code, "];");
}

/// The commit the binary is built from, with `-dirty` behind it where tracked files of the program differ from it; nothing
/// outside a checkout of its own, as an unpacked package inside another project's.
pub fn commit(root: &Path) -> String {
    let is_top = git(root, &["rev-parse", "--show-prefix"]).is_some_and(|prefix| prefix.is_empty());
    let Some(commit) = git(root, &["rev-parse", "--short=12", "HEAD"]).filter(|_| is_top) else {
        return String::new();
    };
    let status = ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no", "--"];
    let differs = git(root, &[&status[..], &PROGRAM].concat());
    if differs.is_some_and(|files| !files.is_empty()) { format!("{commit}-dirty") } else { commit }
}

/// What changes when HEAD moves, and only then or hardly ever else: HEAD itself names a branch and stays as it is when that
/// gets a commit, so the branch is watched too, and the log of HEAD, which grows with each move. A branch without a file of
/// its own is packed: then the nearest folder in which its file will appear is watched. The index is not: looking at the
/// state of the tree writes it, and every build would compile everything. Nor are files that are missing, for the same
/// reason. In a worktree these lie in different folders.
pub fn watched(root: &Path) -> Vec<PathBuf> {
    let place = |name: &str| git(root, &["rev-parse", "--git-path", name]).map(|path| root.join(path));
    let mut paths: Vec<PathBuf> = ["HEAD", "logs/HEAD", "packed-refs"].into_iter().filter_map(place).collect();
    paths.retain(|path| path.exists());
    let branch = git(root, &["symbolic-ref", "-q", "HEAD"]).and_then(|branch| place(&branch));
    paths.extend(branch.and_then(|path| path.ancestors().find(|path| path.exists()).map(Path::to_path_buf)));
    paths
}

/// Runs again when HEAD moves, and when a source changes, as that makes a clean tree a dirty one; the crate is compiled again
/// then anyway.
fn watch_commit(root: &Path) {
    for path in PROGRAM {
        println!("cargo:rerun-if-changed={path}");
    }
    for path in watched(root) {
        println!("cargo:rerun-if-changed={}", path.display());
    }
}

/// What git prints, without the line's end; `None` where it fails.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}
