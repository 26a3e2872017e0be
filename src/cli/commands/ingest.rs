//! `ws ingest`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::ingest_reference::{self, ReferenceArgs};
use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::{Interval, Symbol};
use crate::ingest::{self, Adjustment, FileOutcome, FileReport, Kind, Options, Refusal, StampIs};
use crate::store::{Store, calendars};

/// Bring market data into the store
#[derive(Debug, clap::Args)]
pub struct IngestArgs {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, clap::Subcommand)]
enum Source {
    /// Read bars from CSV files (plain or gzip)
    ///
    /// Takes files, folders and quoted globs: {SYMBOL}/{interval}/*.csv[.gz], {SYMBOL}_{interval}.csv[.gz],
    /// {SYMBOL}.csv[.gz], or files with a symbol column. Columns go by common names (date or timestamp, open, high,
    /// low, close, volume ..), the interval by the spacing of rows. A bad row is quarantined in bars_rejected with a
    /// reason; a file of the wrong shape is refused whole. Reading a file twice changes nothing; changed bars replace
    /// the stored ones, which are kept in bars_revisions, and what was built from them is marked stale.
    Csv(FileArgs),
    /// Read bars from Parquet files
    ///
    /// As for CSV: folders, globs, column names, checks and revisions are the same. Time columns may be TIMESTAMP
    /// (with or without zone), DATE, text or epochs.
    Parquet(FileArgs),
    /// Read splits and dividends from a CSV file: symbol, ex_date, split, dividend
    ///
    /// A split is new shares for one old share (2, or 0.1 for a reverse split), a dividend cash a share on the share as it
    /// was before ex_date. Any mistake refuses the whole file with its line. 'ws bars adjust' uses them.
    Actions(ReferenceArgs),
    /// Read dated universes from a CSV file: name, symbol, from, to
    ///
    /// from and to are the first and the last session as a member; an empty to is still a member. Any mistake refuses the
    /// whole file with its line; so do periods of one name and symbol that overlap.
    Universe(ReferenceArgs),
}

/// Options of both formats.
#[derive(Debug, clap::Args)]
struct FileArgs {
    /// Files, folders or globs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Symbol of every row [default: the symbol column, else the file name]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Bar length: 1m, 5m, 15m, 30m, 1h or 1d [default: the file name, else the spacing of rows]
    #[arg(long)]
    interval: Option<Interval>,
    /// Time zone of stamps without an offset, for example Asia/Kolkata [default: the exchange's, else UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    tz: Option<chrono_tz::Tz>,
    /// strftime pattern of the stamps, for example %d/%m/%Y
    #[arg(long, value_name = "PATTERN")]
    date_format: Option<String>,
    /// Exchange of the symbols, for example NSE or XNYS: its calendar checks sessions and dates the bars
    ///
    /// Remembered with the instrument; without one there is no session check and the trading day is the UTC date.
    #[arg(long, value_name = "CODE")]
    exchange: Option<String>,
    /// Which end of a bar its stamp is
    #[arg(long, value_name = "END", value_enum, default_value_t = StampEnd::Start)]
    stamp: StampEnd,
    /// How the prices are adjusted [default: raw]
    ///
    /// A file whose prices don't fit onto the stored ones is refused; with this flag it replaces them.
    #[arg(long, value_name = "KIND", value_enum)]
    adjustment: Option<AdjustmentKind>,
    /// Read and check, write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StampEnd {
    /// The start of the bar
    Start,
    /// The end of the bar
    End,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AdjustmentKind {
    /// As traded
    Raw,
    /// For splits
    Split,
    /// For splits and dividends
    Total,
}

fn zone(text: &str) -> Result<chrono_tz::Tz, String> {
    text.parse().map_err(|_| format!("'{text}' is not an IANA time zone such as America/New_York"))
}

impl FileArgs {
    fn options(&self, kind: Kind) -> Options {
        Options {
            kind,
            symbol: self.symbol.clone(),
            interval: self.interval,
            tz: self.tz,
            date_format: self.date_format.clone(),
            exchange: self.exchange.clone(),
            stamp: match self.stamp {
                StampEnd::Start => StampIs::Start,
                StampEnd::End => StampIs::End,
            },
            adjustment: self.adjustment.map(|kind| match kind {
                AdjustmentKind::Raw => Adjustment::Raw,
                AdjustmentKind::Split => Adjustment::Split,
                AdjustmentKind::Total => Adjustment::Total,
            }),
            source: None,
            dry_run: self.dry_run,
        }
    }
}

pub fn run(args: IngestArgs, ctx: &Ctx) -> Result<Output, Failure> {
    match args.source {
        Source::Csv(args) => files(&args, &args.options(Kind::Csv), ctx),
        Source::Parquet(args) => files(&args, &args.options(Kind::Parquet), ctx),
        Source::Actions(args) => ingest_reference::run_actions(&args, ctx),
        Source::Universe(args) => ingest_reference::run_universe(&args, ctx),
    }
}

fn files(args: &FileArgs, options: &Options, ctx: &Ctx) -> Result<Output, Failure> {
    // Nothing to read, or an exchange that doesn't exist: then nothing is created either.
    ingest::discover::discover(&args.paths, options.kind)?;
    options.exchange.as_deref().map(calendars::exchange).transpose()?;
    let store = if options.dry_run && !ctx.db.exists() { Store::in_memory()? } else { ctx.open()? };
    let outcomes = ingest::run(&store, &args.paths, options, ctx.now(), ctx.progress())?;
    Ok(report(&outcomes))
}

fn report(outcomes: &[FileOutcome]) -> Output {
    let (mut rows, mut notes, mut exit) = (Vec::new(), String::new(), Exit::Done);
    for outcome in outcomes {
        match outcome {
            FileOutcome::Stored(file) => {
                rows.push(row(file));
                for warning in &file.warnings {
                    notes.push_str(&format!("\nwarning: {}: {warning}", file.path.display()));
                }
            }
            FileOutcome::Refused(refusal) => {
                exit = if exit == Exit::Fault { exit } else { Exit::Refused };
                notes.push_str(&format!("\nrefused: {refusal}\n   next: {}", refusal.hint));
            }
            FileOutcome::Failed { path, error } => {
                exit = Exit::Fault;
                notes.push_str(&format!("\nfailed: {}: {error}; nothing of it is stored", path.display()));
            }
            FileOutcome::Skipped(path) => notes.push_str(&format!("\nnot tried: {}", path.display())),
        }
    }
    let columns = ["file", "symbols", "interval", "rows", "inserted", "updated", "unchanged", "rejected", "reasons"];
    let numeric = [false, false, false, true, true, true, true, true, false];
    let text = if rows.is_empty() { notes.trim_start().to_string() } else { grid(&columns, &numeric, &rows) + &notes };
    let files: Vec<_> = outcomes.iter().map(document).collect();
    Output::new(text, json!({ "files": files })).exit(exit)
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
        FileOutcome::Failed { path, error } => {
            json!({ "file": path, "status": "failed", "reason": error.to_string() })
        }
        FileOutcome::Skipped(path) => json!({ "file": path, "status": "not tried" }),
    }
}
