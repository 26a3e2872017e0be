//! `ws ingest actions` and `ws ingest universe`.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::{Ctx, Failure, Output};
use crate::domain::Ts;
use crate::ingest::actions::Report;
use crate::ingest::{IngestError, actions, universe};
use crate::store::Store;

/// One CSV file.
#[derive(Debug, clap::Args)]
pub struct ReferenceArgs {
    /// CSV file with a header
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub fn run_actions(args: &ReferenceArgs, ctx: &Ctx) -> Result<Output, Failure> {
    merge(&args.file, ctx, "corporate actions", actions::run)
}

pub fn run_universe(args: &ReferenceArgs, ctx: &Ctx) -> Result<Output, Failure> {
    merge(&args.file, ctx, "memberships", universe::run)
}

fn merge(
    file: &Path,
    ctx: &Ctx,
    what: &str,
    run: fn(&Store, &Path, Ts) -> Result<Report, IngestError>,
) -> Result<Output, Failure> {
    if !file.is_file() {
        return Err(Failure::refused(format!("{}: no such file", file.display())).hint("name one CSV file"));
    }
    let Report { rows_read, inserted, updated, unchanged } = run(&ctx.open()?, file, ctx.now())?;
    let text = format!(
        "{}: {rows_read} rows; {what}: {inserted} inserted, {updated} updated, {unchanged} unchanged",
        file.display()
    );
    let document = json!({
        "file": file, "rows_read": rows_read, "rows_inserted": inserted, "rows_updated": updated, "rows_unchanged": unchanged,
    });
    Ok(Output::new(text, document))
}
