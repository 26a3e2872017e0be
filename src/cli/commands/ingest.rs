//! `ws ingest`.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::{Interval, Symbol};
use crate::ingest::{self, FileOutcome, FileReport, Options, Refusal};
use crate::store::Store;

/// Bring market data into the store
#[derive(Debug, clap::Args)]
pub struct IngestArgs {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, clap::Subcommand)]
enum Source {
    Csv(CsvArgs),
}

/// Read bars from CSV files (plain or gzip)
///
/// Takes files, folders and quoted globs: {SYMBOL}/{interval}/*.csv[.gz], {SYMBOL}_{interval}.csv[.gz],
/// {SYMBOL}.csv[.gz], or files with a symbol column. Columns go by common names (date or timestamp, open, high,
/// low, close, volume ..), the interval by the spacing of rows. A bad row is quarantined in bars_rejected with a
/// reason; a file of the wrong shape is refused whole. Reading a file twice changes nothing.
#[derive(Debug, clap::Args)]
struct CsvArgs {
    /// Files, folders or globs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Symbol of every row [default: the symbol column, else the file name]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Bar length: 1m, 5m, 15m, 30m, 1h or 1d [default: the file name, else the spacing of rows]
    #[arg(long)]
    interval: Option<Interval>,
    /// Time zone of stamps without an offset, for example Asia/Kolkata [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    tz: Option<chrono_tz::Tz>,
    /// strftime pattern of the stamps, for example %d/%m/%Y
    #[arg(long, value_name = "PATTERN")]
    date_format: Option<String>,
    /// Read and check, write nothing
    #[arg(long)]
    dry_run: bool,
}

fn zone(text: &str) -> Result<chrono_tz::Tz, String> {
    text.parse().map_err(|_| format!("'{text}' is not an IANA time zone such as America/New_York"))
}

pub fn run(args: IngestArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let Source::Csv(args) = args.source;
    let options = Options {
        symbol: args.symbol,
        interval: args.interval,
        tz: args.tz,
        date_format: args.date_format,
        source: None,
        dry_run: args.dry_run,
    };
    // Nothing to read: then nothing is created either.
    ingest::discover::discover(&args.paths)?;
    let store = if options.dry_run && !ctx.db.exists() { Store::in_memory()? } else { ctx.open()? };
    let outcomes = ingest::run(&store, &args.paths, &options, ctx.now(), ctx.progress())?;
    Ok(report(&outcomes))
}

fn report(outcomes: &[FileOutcome]) -> Output {
    let mut rows = Vec::new();
    let mut notes = String::new();
    let mut refused = false;
    for outcome in outcomes {
        match outcome {
            FileOutcome::Stored(file) => {
                rows.push(row(file));
                for warning in &file.warnings {
                    notes.push_str(&format!("\nwarning: {}: {warning}", file.path.display()));
                }
            }
            FileOutcome::Refused(refusal) => {
                refused = true;
                notes.push_str(&format!("\nrefused: {refusal}\n   next: {}", refusal.hint));
            }
        }
    }
    let columns = ["file", "symbols", "interval", "rows", "inserted", "updated", "unchanged", "rejected", "reasons"];
    let numeric = [false, false, false, true, true, true, true, true, false];
    let text = if rows.is_empty() { notes.trim_start().to_string() } else { grid(&columns, &numeric, &rows) + &notes };
    let files: Vec<_> = outcomes.iter().map(document).collect();
    let output = Output::new(text, json!({ "files": files }));
    if refused { output.exit(Exit::Refused) } else { output }
}

fn row(file: &FileReport) -> Vec<String> {
    let reasons: Vec<String> = file.reasons.iter().map(|(code, n)| format!("{code} {n}")).collect();
    let symbols = match file.symbols.as_slice() {
        [] => "-".to_string(),
        few if few.len() <= 3 => few.join(", "),
        many => format!("{}, .. ({})", many[0], many.len()),
    };
    vec![
        file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        symbols,
        file.interval.to_string(),
        file.rows_read.to_string(),
        file.inserted.to_string(),
        file.updated.to_string(),
        file.unchanged.to_string(),
        file.rejected.to_string(),
        reasons.join(", "),
    ]
}

fn document(outcome: &FileOutcome) -> serde_json::Value {
    match outcome {
        FileOutcome::Stored(file) => json!({
            "file": file.path, "status": if file.dry_run { "checked" } else { "stored" }, "symbols": file.symbols,
            "interval": file.interval.as_str(), "rows_read": file.rows_read, "rows_inserted": file.inserted,
            "rows_updated": file.updated, "rows_unchanged": file.unchanged, "rows_rejected": file.rejected,
            "reasons": file.reasons.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(), "warnings": file.warnings,
        }),
        FileOutcome::Refused(Refusal { file, line, reason, hint }) => {
            json!({ "file": file, "status": "refused", "line": line, "reason": reason, "next": hint })
        }
    }
}
