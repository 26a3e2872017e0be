//! Opening: fresh, again, newer, older, foreign, corrupt, locked, missing; comments on everything.

use workstation::store::runs::{self, NewRun};
use workstation::store::{Store, StoreError, migrate};

use crate::shared::{now, number};

#[test]
fn a_store_is_created_migrated_once_and_commented() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    let store = Store::open(&path, now()).unwrap();
    assert_eq!(migrate::version(&store).unwrap(), migrate::newest());
    drop(store);
    let store = Store::open(&path, now()).unwrap();
    let applied: i64 = number(&store, "SELECT count(*) FROM schema_migrations");
    assert_eq!(applied, workstation::store::embedded::SCHEMAS.len() as i64);
    for missing in [
        "SELECT string_agg(table_name, ', ') FROM duckdb_tables() WHERE comment IS NULL AND NOT internal",
        "SELECT string_agg(view_name, ', ') FROM duckdb_views() WHERE comment IS NULL AND NOT internal",
        "SELECT string_agg(table_name || '.' || column_name, ', ') FROM duckdb_columns() WHERE comment IS NULL AND NOT internal",
    ] {
        assert_eq!(number::<Option<String>>(&store, missing), None, "without a comment");
    }
}

/// Only one process can write: what still runs when a store is opened for writing was left by one that is gone.
#[test]
fn a_run_whose_program_is_gone_is_closed_as_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    let store = Store::open(&path, now()).unwrap();
    let run = NewRun { kind: "backtest", mode: "backtest", ..NewRun::default() };
    let (left, done) = (runs::begin(&store, &run, now()).unwrap(), runs::begin(&store, &run, now()).unwrap());
    runs::finish(&store, &done, now().plus(5)).unwrap();
    drop(store);
    let status = |store: &Store, id: &str| -> String {
        let sql = "SELECT status || ' ' || coalesce(epoch_us(ended_at), 0) || ' ' || coalesce(error, '') FROM runs WHERE run_id = ";
        number(store, &format!("{sql}'{id}'"))
    };
    let reading = Store::open_read_only(&path).unwrap();
    assert_eq!(status(&reading, &left), "running 0 ", "readers change nothing");
    drop(reading);
    let later = now().plus(60_000_000);
    let store = Store::open(&path, later).unwrap();
    assert_eq!(status(&store, &left), format!("interrupted {} the program ended before the run did", later.0));
    assert_eq!(status(&store, &done), format!("finished {} ", now().plus(5).0));
}

#[test]
fn the_file_keeps_the_layout_that_older_clients_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    drop(Store::open(&path, now()).unwrap());
    let store = Store::open(&path, now()).unwrap();
    let tags: String = number(&store, "SELECT tags::VARCHAR FROM duckdb_databases() WHERE database_name = 'a'");
    assert!(tags.contains("v1.5.0"), "{tags}");
}

#[test]
fn missing_and_foreign_files_are_refused_and_nothing_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.duckdb");
    assert!(matches!(Store::open_read_only(&path), Err(StoreError::Missing(_))));
    assert!(!path.exists());
    assert!(matches!(Store::open(&folder.path().join("no/folder.duckdb"), now()), Err(StoreError::Io { .. })));
    let foreign = folder.path().join("foreign.duckdb");
    let conn = workstation::store::duckdb::Connection::open(&foreign).unwrap();
    conn.execute_batch("CREATE TABLE theirs (x INTEGER)").unwrap();
    conn.close().unwrap();
    assert!(matches!(Store::open(&foreign, now()), Err(StoreError::Foreign(_))));
    assert!(matches!(Store::open_read_only(&foreign), Err(StoreError::Foreign(_))));
}

#[test]
fn a_corrupt_file_is_named_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("text.duckdb", b"not a database at all".to_vec()), ("zero.duckdb", vec![0_u8; 20_000])] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        for error in [Store::open(&path, now()).err().unwrap(), Store::open_read_only(&path).err().unwrap()] {
            let text = error.to_string();
            assert!(
                matches!(error, StoreError::Corrupt { .. }) && text.contains(name) && text.lines().count() == 1,
                "{text}"
            );
        }
    }
}

#[test]
fn a_newer_or_edited_history_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    let store = Store::open(&path, now()).unwrap();
    store
        .conn()
        .execute_batch("INSERT INTO schema_migrations VALUES (9999, '9999_later.sql', 'x', TIMESTAMP '2030-01-01')")
        .unwrap();
    drop(store);
    assert!(matches!(Store::open(&path, now()), Err(StoreError::Newer { found: 9999, .. })));
    assert!(matches!(Store::open_read_only(&path), Err(StoreError::Newer { found: 9999, .. })));
    let edited = folder.path().join("b.duckdb");
    let store = Store::open(&edited, now()).unwrap();
    store.conn().execute_batch("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1").unwrap();
    drop(store);
    assert!(matches!(Store::open(&edited, now()), Err(StoreError::Checksum { .. })));
}

#[test]
fn a_failed_transaction_leaves_nothing() {
    let store = Store::in_memory().unwrap();
    let failed: Result<(), StoreError> = store.transaction(|| {
        store.conn().execute_batch("INSERT INTO run_params VALUES ('r', 'k', 'v')")?;
        Err(StoreError::Query("stop".into()))
    });
    assert!(failed.is_err());
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM run_params"), 0);
}
