//! Opening a store for writing, for reading, or in memory.

use std::path::{Path, PathBuf};

use duckdb::{AccessMode, Config, Connection};

use super::{Result, StoreError, calendars, columns, guard, migrate, pulled, runs, views};
use crate::domain::Ts;

/// An open store: one DuckDB connection to a migrated file.
pub struct Store {
    conn: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens for writing; creates the file (not its folder) and migrates it when needed. Runs that an earlier program left
    /// running are closed as interrupted at `now`.
    ///
    /// # Errors
    /// Locked, corrupt, foreign or newer files, and failing migrations, each with its own variant.
    pub fn open(path: &Path, now: Ts) -> Result<Self> {
        let fresh = !path.exists();
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.is_dir()) {
            return Err(StoreError::Io {
                path: parent.to_path_buf(),
                source: std::io::Error::new(std::io::ErrorKind::NotFound, "no such folder; create it first"),
            });
        }
        // The older layout lets DuckDB 1.5 clients open what DuckDB 2 writes.
        let config = base_config()?.with("storage_compatibility_version", "v1.5.0")?;
        let conn = Connection::open_with_flags(path, config).map_err(|error| StoreError::from_open(path, &error))?;
        columns::register(&conn)?;
        pulled::register(&conn)?;
        let store = Self { conn, path: path.to_path_buf() };
        migrate::apply(&store, fresh, now)?;
        views::refresh(&store)?;
        calendars::refresh(&store)?;
        runs::close_interrupted(&store, now)?;
        Ok(store)
    }

    /// Opens for reading only; creates nothing.
    ///
    /// # Errors
    /// A missing file, and everything [`Store::open`] reports; an old schema is refused, not migrated.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(StoreError::Missing(path.to_path_buf()));
        }
        let config = base_config()?.access_mode(AccessMode::ReadOnly)?;
        let conn = Connection::open_with_flags(path, config).map_err(|error| StoreError::from_open(path, &error))?;
        let store = Self { conn, path: path.to_path_buf() };
        migrate::check(&store)?;
        Ok(store)
    }

    /// A migrated store in memory, gone when dropped.
    ///
    /// # Errors
    /// Only faults of DuckDB itself.
    pub fn in_memory() -> Result<Self> {
        let conn = Connection::open_in_memory_with_flags(base_config()?)?;
        columns::register(&conn)?;
        pulled::register(&conn)?;
        let store = Self { conn, path: PathBuf::from(":memory:") };
        migrate::apply(&store, true, Ts(0))?;
        views::refresh(&store)?;
        calendars::refresh(&store)?;
        Ok(store)
    }

    /// The same store on a second connection, which sees what is committed; for reading beside a transaction.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn reader(&self) -> Result<Self> {
        Ok(Self { conn: self.conn.try_clone()?, path: self.path.clone() })
    }

    /// Closes this DuckDB instance to files, other databases and the network, and locks its configuration, for good.
    ///
    /// It holds for every connection to the store in this process. The store itself, its log and what DuckDB spills to
    /// disk stay open, and so do the settings that this program changes itself.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn close_doors(&self) -> Result<()> {
        let locked: bool =
            self.conn.query_row("SELECT current_setting('lock_configuration')::BOOLEAN", [], |row| row.get(0))?;
        if !locked {
            self.conn.execute_batch(guard::CLOSED)?;
        }
        Ok(())
    }

    /// As [`Store::close_doors`], but one file may still be written.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn close_doors_but(&self, file: &Path) -> Result<()> {
        // Settings take no parameters; quoting keeps the path what it is.
        let path = file.display().to_string().replace('\'', "''");
        self.conn.execute_batch(&format!("SET allowed_paths = ['{path}']"))?;
        self.close_doors()
    }

    /// Locks the configuration and leaves files open, for statements that may read them.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn lock_settings(&self) -> Result<()> {
        Ok(self.conn.execute_batch("SET max_expression_depth = 250; SET lock_configuration = true")?)
    }

    /// The same store for statements of users: doors closed, in a READ ONLY transaction that sees what is committed.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn guarded(&self) -> Result<Self> {
        self.close_doors()?;
        let guarded = self.reader()?;
        guarded.conn.execute_batch("SET max_expression_depth = 250; BEGIN TRANSACTION READ ONLY")?;
        Ok(guarded)
    }

    /// The connection. Use [`Store::transaction`] to group writes.
    #[must_use]
    pub fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Where the store is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` with DuckDB's own memory bounded to 512 MiB; what needs more goes to disk beside the store.
    ///
    /// Rows may then be written in parallel, in row groups that are not in order among each other. A store in memory
    /// has no place beside it and is not bounded.
    ///
    /// # Errors
    /// The error of `work`, or faults of DuckDB.
    pub fn with_memory_limit<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        if self.path == Path::new(":memory:") {
            return work();
        }
        let bounds = "SET memory_limit = '512MiB'; SET preserve_insertion_order = false";
        self.conn.execute_batch(bounds).map_err(StoreError::from)?;
        let done = work();
        // A checkpoint rewrites row groups; left to the closing of the store it would do so without a bound. The
        // work's own outcome is what counts, also when DuckDB has given up: what is committed is in the log.
        let _ = self.conn.execute_batch("CHECKPOINT");
        let _ = self.conn.execute_batch("RESET memory_limit; RESET preserve_insertion_order");
        done
    }

    /// Runs `work` in one transaction: all of it is stored, or on error none.
    ///
    /// # Errors
    /// The error of `work`, or of the commit.
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.conn.execute_batch("BEGIN").map_err(StoreError::from)?;
        match work() {
            Ok(value) => {
                self.conn.execute_batch("COMMIT").map_err(StoreError::from)?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to tell; a failed rollback changes nothing that was committed.
                let _ = self.conn.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }
}

fn base_config() -> Result<Config> {
    Ok(Config::default().enable_autoload_extension(false)?)
}
