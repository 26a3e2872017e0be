//! `ws bars resample` and `ws bars adjust`.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::SeriesArgs;
use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::{Interval, Symbol};
use crate::ingest::derive::{self, AdjustJob, AdjustKind, Derived, Naming, Outcome, ResampleJob};
use crate::store::series::SeriesFilter;

#[derive(Debug, clap::Args)]
pub struct ResampleArgs {
    /// Bar length to make: 5m, 15m, 30m, 1h or 1d
    #[arg(long)]
    to: Interval,
    /// Bar length to start from [default: the shortest that was brought in]
    #[arg(long)]
    from: Option<Interval>,
    /// Symbols, separated by commas [default: all]
    #[arg(long, value_delimiter = ',')]
    symbols: Vec<Symbol>,
    /// Replace bars of another source that differ (they are kept in bars_revisions)
    #[arg(long)]
    replace: bool,
}

#[derive(Debug, clap::Args)]
pub struct AdjustArgs {
    #[command(flatten)]
    series: SeriesArgs,
    /// What is accounted for: split, or total for splits and dividends
    #[arg(long, value_enum)]
    kind: Kind,
    /// Name of the derived instrument; with a leading dot, what is put behind the symbol [default: .split or .total]
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Split,
    Total,
}

pub fn resample(args: &ResampleArgs, ctx: &Ctx) -> Result<Output, Failure> {
    if args.from.is_some_and(|from| from >= args.to) || args.to == Interval::M1 {
        let from = args.from.map_or("shorter".into(), |from| from.to_string());
        return Err(
            Failure::fault(format!("{} bars can't be made of {from} bars", args.to)).hint("--to must be longer")
        );
    }
    let store = ctx.open()?;
    let filter = SeriesFilter { symbols: args.symbols.clone(), interval: args.from };
    let to = args.to;
    let shorter = |interval: Interval| interval < to;
    let mut symbols: Vec<Symbol> =
        filter.resolve(&store)?.into_iter().filter(|found| shorter(found.interval)).map(|found| found.symbol).collect();
    symbols.extend(args.symbols.iter().cloned());
    symbols.sort();
    symbols.dedup();
    if symbols.is_empty() {
        return Err(
            Failure::refused(format!("no bars are shorter than {to}")).hint("'ws bars quality' lists the series")
        );
    }
    let job = ResampleJob { symbols, from: args.from, to, replace: args.replace };
    Ok(report(&derive::resample(&store, &job, ctx.now(), ctx.progress())?))
}

pub fn adjust(args: &AdjustArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let kind = match args.kind {
        Kind::Split => AdjustKind::Split,
        Kind::Total => AdjustKind::Total,
    };
    let naming = naming(args, kind)?;
    let store = ctx.open()?;
    let found = args.series.filter().resolve(&store)?;
    let all = args.series.symbols.is_empty();
    let raw: Vec<(Symbol, Interval)> = found.into_iter().map(|found| (found.symbol, found.interval)).collect();
    // Asked for everything, series that are adjusted already are no mistake.
    let series = if all { derive::raw_series(&store, raw)? } else { raw };
    if matches!(naming, Naming::Name(_)) && series.iter().any(|(symbol, _)| *symbol != series[0].0) {
        return Err(
            Failure::fault("one name can't hold several symbols").hint("pass --symbols with one, or --as .SUFFIX")
        );
    }
    let job = AdjustJob { series, kind, naming };
    Ok(report(&derive::adjust(&store, &job, ctx.now(), ctx.progress())?))
}

fn naming(args: &AdjustArgs, kind: AdjustKind) -> Result<Naming, Failure> {
    match args.name.as_deref() {
        None => Ok(Naming::Suffix(format!(".{}", kind.as_str()))),
        Some(suffix) if suffix.starts_with('.') && suffix.len() > 1 => Ok(Naming::Suffix(suffix.to_string())),
        Some(name) => name.parse().map(Naming::Name).map_err(|error| Failure::fault(format!("--as: {error}"))),
    }
}

fn report(outcomes: &[Outcome]) -> Output {
    let (mut rows, mut notes, mut exit) = (Vec::new(), String::new(), Exit::Done);
    for outcome in outcomes {
        match outcome {
            Outcome::Stored(derived) => {
                rows.push(row(derived));
                for warning in &derived.warnings {
                    notes.push_str(&format!("\nwarning: {warning}"));
                }
            }
            Outcome::Refused { reason, hint, .. } => {
                exit = Exit::Refused;
                notes.push_str(&format!("\nrefused: {reason}\n   next: {hint}"));
            }
        }
    }
    let columns = ["symbol", "interval", "from", "bars read", "inserted", "updated", "removed", "unchanged"];
    let numeric = [false, false, false, true, true, true, true, true];
    let text = if rows.is_empty() { notes.trim_start().to_string() } else { grid(&columns, &numeric, &rows) + &notes };
    let series: Vec<Value> = outcomes.iter().map(document).collect();
    Output::new(text, json!({ "series": series })).exit(exit)
}

fn row(derived: &Derived) -> Vec<String> {
    let from = if derived.base == derived.symbol { derived.from.to_string() } else { derived.base.to_string() };
    vec![
        derived.symbol.to_string(),
        derived.interval.to_string(),
        from,
        derived.source_bars.to_string(),
        derived.inserted.to_string(),
        derived.updated.to_string(),
        derived.removed.to_string(),
        derived.unchanged.to_string(),
    ]
}

fn document(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Stored(derived) => json!({
            "status": "stored", "symbol": derived.symbol.as_str(), "interval": derived.interval.as_str(),
            "base": derived.base.as_str(), "from": derived.from.as_str(), "bars_read": derived.source_bars,
            "inserted": derived.inserted, "updated": derived.updated, "removed": derived.removed,
            "unchanged": derived.unchanged, "warnings": derived.warnings,
        }),
        Outcome::Refused { symbol, interval, reason, hint } => json!({
            "status": "refused", "symbol": symbol.as_str(), "interval": interval.as_str(), "reason": reason, "next": hint,
        }),
    }
}
