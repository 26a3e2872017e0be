//! Where the shared reference material is, and stores filled from it.

use std::path::{Path, PathBuf};

use workstation::domain::{Silent, Ts};
use workstation::ingest::{self, FileReport, Options};
use workstation::store::Store;

/// A path below `../shared`; fails when it isn't there.
pub fn shared(path: &str) -> PathBuf {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    assert!(full.exists(), "{} is missing: this test needs the shared reference material", full.display());
    full
}

/// The size of a study: `full` in the slow step of `.ci/run` (`WS_STUDIES=full`), else `usual`, which asserts the same.
pub fn study(usual: usize, full: usize) -> usize {
    if std::env::var("WS_STUDIES").is_ok_and(|size| size == "full") { full } else { usual }
}

/// A fixed clock for tests.
pub fn now() -> Ts {
    Ts::parse("2026-11-20 12:00").unwrap()
}

/// Ingests one path; every file of it must be stored.
pub fn ingest_all(store: &Store, path: &Path) -> Vec<FileReport> {
    let outcomes = ingest::run(store, &[path.to_path_buf()], &Options::default(), now(), &Silent).unwrap();
    outcomes.into_iter().map(|outcome| outcome.stored().unwrap()).collect()
}

/// One number from a query.
pub fn number<T: workstation::store::duckdb::types::FromSql>(store: &Store, sql: &str) -> T {
    store.conn().query_row(sql, [], |row| row.get(0)).unwrap()
}
