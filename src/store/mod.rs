//! The one door to DuckDB: opening, migrating, views, moving rows, read-only queries.
//!
//! A store is one DuckDB file. Writable opens create it, apply the numbered migrations of `schemas/` and bring
//! the views of `sql/views/` and the calendars of `data/calendars/` up to date; read-only opens create nothing and refuse a missing file. Statements
//! that rooms run live in `sql/statements/<room>/` and are reached through the [`sql!`](crate::sql) macro.
//!
//! Not for: what rows mean; that is in `sql/` and in the rooms that run it.

pub mod actions;
pub mod artifacts;
pub mod bars;
pub mod calendars;
pub mod campaigns;
pub mod experiments;
pub mod columns;
mod error;
pub mod external;
pub mod frame;
pub mod guard;
pub mod migrate;
pub mod models;
pub mod named;
mod open;
pub mod output;
mod pulled;
pub mod query;
pub mod returns;
pub mod runs;
pub mod series;
pub mod signals;
pub mod stale;
mod stamps;
pub mod transfer;
pub mod tries;
pub mod unadjusted;
pub mod views;

pub use columns::Columns;
pub use duckdb::{self, arrow, params};
pub use error::StoreError;
pub use open::Store;
pub use pulled::insert_pulled;
pub use query::Table;

/// The text of `sql/statements/<name>.sql`, embedded at compile time.
#[macro_export]
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/statements/", $name, ".sql"))
    };
}

/// Folders embedded by the build script, as `(path, content)` tables.
pub mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Result of a store operation.
pub type Result<T> = std::result::Result<T, StoreError>;
