//! What every command needs: the store's path, the configuration, the clock, progress.

use std::io::IsTerminal;
use std::path::PathBuf;

use tracing::level_filters::LevelFilter;

use super::progress::Bar;
use super::{Failure, Global};
use crate::config::Config;
use crate::domain::{Progress, Silent, Ts};
use crate::store::{Store, StoreError};

/// The settled surroundings of a command.
pub struct Ctx {
    /// Store to use.
    pub db: PathBuf,
    /// Settled configuration.
    pub config: Config,
    /// Whether the answer is JSON.
    pub json: bool,
    /// Flags of the command as they were given, global ones left out.
    pub given: Vec<String>,
    progress: Box<dyn Progress>,
}

impl Ctx {
    /// Settles defaults < file < environment < flags and starts logging.
    ///
    /// # Errors
    /// A configuration file that is missing or wrong, with its line.
    pub fn new(global: &Global, given: Vec<String>) -> Result<Self, Failure> {
        start_logging(global);
        let config = match &global.config {
            Some(path) => Config::load(path).map_err(|error| Failure::fault(error.to_string()))?,
            None => Config::default(),
        };
        tracing::debug!("configuration: {config:?}");
        let db = global.db.clone().or_else(|| config.db.clone()).unwrap_or_else(|| PathBuf::from("ws.duckdb"));
        let watched = !global.quiet && std::io::stderr().is_terminal();
        let progress: Box<dyn Progress> = if watched { Box::new(Bar::default()) } else { Box::new(Silent) };
        Ok(Self { db, config, json: global.json, given, progress })
    }

    /// The only place where commands read the clock.
    #[must_use]
    pub fn now(&self) -> Ts {
        Ts(chrono::Utc::now().timestamp_micros())
    }

    /// Where progress goes.
    #[must_use]
    pub fn progress(&self) -> &dyn Progress {
        self.progress.as_ref()
    }

    /// Opens the store for writing; creates or migrates it.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(&self) -> Result<Store, Failure> {
        tracing::info!("opening {} for writing", self.db.display());
        Ok(Store::open(&self.db, self.now())?)
    }

    /// Opens the store for work on what it holds: migrates an older one, creates none, for an empty one holds nothing.
    ///
    /// # Errors
    /// A missing store, and as [`Store::open`].
    pub fn open_existing(&self) -> Result<Store, Failure> {
        if !self.db.exists() {
            return Err(StoreError::Missing(self.db.clone()).into());
        }
        self.open()
    }

    /// Opens the store for reading; creates nothing.
    ///
    /// # Errors
    /// As [`Store::open_read_only`].
    pub fn open_read_only(&self) -> Result<Store, Failure> {
        tracing::info!("opening {} for reading", self.db.display());
        Ok(Store::open_read_only(&self.db)?)
    }
}

fn start_logging(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let colours = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(colours);
    // Only the first caller of a process sets it; tests call several times.
    let _ = subscriber.with_target(false).without_time().try_init();
}
