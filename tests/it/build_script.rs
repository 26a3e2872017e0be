//! The build script on repositories of its own: which commit it names, whether the tree differs from it, and that what it
//! watches changes whenever HEAD moves, in worktrees and with packed references too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use tempfile::TempDir;

#[allow(dead_code, reason = "what it does beside naming the commit needs cargo")]
#[path = "../../src/build.rs"]
mod script;

fn git(root: &Path, arguments: &[&str]) -> String {
    let who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").arg("-C").arg(root).args(who).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

/// A repository with one commit of a program and a note.
fn repository() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("main");
    std::fs::create_dir_all(root.join("src")).unwrap();
    git(folder.path(), &["init", "-q", "-b", "trunk", "main"]);
    std::fs::write(root.join("src/lib.rs"), "one").unwrap();
    std::fs::write(root.join("NOTES"), "one").unwrap();
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    (folder, root)
}

fn head(root: &Path) -> String {
    git(root, &["rev-parse", "--short=12", "HEAD"])
}

/// Files and folders that are watched, with what cargo compares: the newest time in them; here their size too, as two
/// changes may fall into one tick of the clock.
fn state(root: &Path) -> BTreeMap<PathBuf, Vec<(PathBuf, SystemTime, u64)>> {
    fn all(path: &Path, found: &mut Vec<(PathBuf, SystemTime, u64)>) {
        let facts = path.metadata().unwrap();
        found.push((path.to_path_buf(), facts.modified().unwrap(), if facts.is_dir() { 0 } else { facts.len() }));
        for entry in path.read_dir().into_iter().flatten() {
            all(&entry.unwrap().path(), found);
        }
    }
    let paths = script::watched(root);
    assert!(paths.iter().all(|path| path.exists()), "a missing file would run the script at every build: {paths:?}");
    let stated = paths.into_iter().map(|path| {
        let mut found = Vec::new();
        all(&path, &mut found);
        (path, found)
    });
    stated.collect()
}

#[test]
fn a_tree_that_differs_is_marked() {
    let (_folder, root) = repository();
    assert_eq!(script::commit(&root), head(&root));
    // What is no part of the program, or not tracked, makes no other program.
    std::fs::write(root.join("NOTES"), "two").unwrap();
    std::fs::write(root.join("src/new.rs"), "new").unwrap();
    assert_eq!(script::commit(&root), head(&root));
    std::fs::write(root.join("src/lib.rs"), "two").unwrap();
    assert_eq!(script::commit(&root), format!("{}-dirty", head(&root)));
    // Also what waits to be committed.
    git(&root, &["add", "src/lib.rs"]);
    assert_eq!(script::commit(&root), format!("{}-dirty", head(&root)));
    git(&root, &["commit", "-q", "-m", "two"]);
    assert_eq!(script::commit(&root), head(&root));
}

#[test]
fn outside_a_checkout_of_its_own_there_is_no_commit() {
    let (folder, root) = repository();
    let alone = tempfile::tempdir().unwrap();
    assert_eq!(script::commit(alone.path()), "");
    assert!(script::watched(alone.path()).is_empty());
    // Unpacked inside another project.
    assert_eq!(script::commit(&root.join("src")), "");
    git(folder.path(), &["init", "-q", "empty"]);
    assert_eq!(script::commit(&folder.path().join("empty")), "", "no commit yet");
}

#[test]
fn whatever_moves_head_is_seen() {
    let (folder, root) = repository();
    git(&root, &["branch", "other"]);
    git(&root, &["worktree", "add", "-q", "-b", "side/branch", "../side"]);
    let tree = folder.path().join("side");
    for (root, logs) in [(&root, true), (&tree, true), (&root, false), (&tree, false)] {
        if !logs {
            git(root, &["config", "core.logAllRefUpdates", "false"]);
            let log = git(root, &["rev-parse", "--git-path", "logs/HEAD"]);
            std::fs::remove_file(root.join(log)).unwrap();
        }
        for packed in [false, true] {
            if packed {
                git(root, &["pack-refs", "--all"]);
            }
            let before = (state(root), head(root));
            git(root, &["commit", "-q", "--allow-empty", "-m", "more"]);
            assert_ne!(before.1, head(root));
            assert_ne!(before.0, state(root), "{} logs {logs} packed {packed}: a commit goes unseen", root.display());
        }
    }
    let before = state(&root);
    git(&root, &["switch", "-q", "other"]);
    assert_ne!(before, state(&root), "another branch goes unseen");
    // Looking at the tree changes nothing.
    let before = state(&root);
    assert_eq!(script::commit(&root), head(&root));
    git(&root, &["status"]);
    assert_eq!(before, state(&root));
}

#[test]
fn the_program_says_what_it_was_built_from() {
    let version = workstation::store::runs::code_version();
    let rest = version.strip_prefix(env!("CARGO_PKG_VERSION")).unwrap();
    let commit = rest.strip_suffix("-dirty").unwrap_or(rest);
    let is_commit = |text: &str| text.len() == 12 && text.chars().all(|c| c.is_ascii_hexdigit());
    assert!(rest.is_empty() || commit.strip_prefix('+').is_some_and(is_commit), "{version}");
}
