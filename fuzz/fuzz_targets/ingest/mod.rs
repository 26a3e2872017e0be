//! The readers as they are in the package, and the little of their room that they name.

#[path = "../../../src/ingest/block.rs"]
pub mod block;
#[path = "../../../src/ingest/discover.rs"]
pub mod discover;
#[path = "../../../src/ingest/error.rs"]
pub mod error;
#[path = "../../../src/ingest/header.rs"]
pub mod header;
#[path = "../../../src/ingest/infer.rs"]
pub mod infer;
#[path = "../../../src/ingest/place.rs"]
pub mod place;
#[path = "../../../src/ingest/plan.rs"]
pub mod plan;
#[path = "../../../src/ingest/records.rs"]
pub mod records;
#[path = "../../../src/ingest/reject.rs"]
pub mod reject;
#[path = "../../../src/ingest/stamp.rs"]
pub mod stamp;
#[path = "../../../src/ingest/text.rs"]
pub mod text;
#[path = "../../../src/ingest/zone.rs"]
pub mod zone;

pub use error::IngestError;

/// Formats that discovery tells apart.
#[derive(Clone, Copy)]
pub enum Kind {
    Csv,
    Parquet,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// What plans look at.
#[derive(Default)]
pub struct Options {
    pub tz: Option<chrono_tz::Tz>,
    pub interval: Option<crate::domain::Interval>,
}
