//! `ws bars quality`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::SeriesArgs;
use crate::cli::output::{grid, percent};
use crate::cli::{Ctx, Failure, Output};
use crate::domain::Ts;
use crate::report::quality::{self, Gap, Month, Quality, Series, Written};

#[derive(Debug, clap::Args)]
pub struct QualityArgs {
    #[command(flatten)]
    series: SeriesArgs,
    /// List every gap: the bars before and after, and how many are missing between
    #[arg(long)]
    gaps: bool,
    /// List the share of expected bars by month
    #[arg(long)]
    months: bool,
    /// Write quality.html and a heat map (PNG, light and dark) into this folder; made when missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: &QualityArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let found = quality::read(&store, &args.series.symbols, args.series.interval)?;
    let written = args.out.as_ref().map(|out| quality::write(&store, &found, out, ctx.now())).transpose()?;
    Ok(Output::new(human(args, &found, written.as_ref()), document(args, &found, written.as_ref())))
}

fn human(args: &QualityArgs, found: &Quality, written: Option<&Written>) -> String {
    let columns = [
        "symbol",
        "interval",
        "calendar",
        "bars",
        "first",
        "last",
        "sessions",
        "coverage",
        "gaps",
        "missing bars",
        "missing sessions",
        "longest gap",
        "outside",
    ];
    let numeric = [false, false, false, true, false, false, true, true, true, true, true, true, true];
    let mut text = grid(&columns, &numeric, &found.series.iter().map(there).collect::<Vec<_>>());
    let columns = [
        "symbol",
        "interval",
        "duplicates",
        "bad prices",
        "rejected",
        "reasons",
        "revisions",
        "no volume",
        "volume 0",
        "adjustment",
        "sources",
        "stale",
    ];
    let numeric = [false, false, true, true, true, false, true, true, true, false, false, false];
    text.push_str("\n\n");
    text.push_str(&grid(&columns, &numeric, &found.series.iter().map(wrong).collect::<Vec<_>>()));
    if args.gaps {
        let columns = ["symbol", "interval", "last before", "first after", "missing bars", "missing sessions", "days"];
        let numeric = [false, false, false, false, true, true, true];
        text.push_str("\n\n");
        text.push_str(&grid(&columns, &numeric, &found.gaps.iter().map(gap).collect::<Vec<_>>()));
    }
    if args.months {
        let columns = ["symbol", "interval", "month", "bars", "expected", "coverage"];
        text.push_str("\n\n");
        let rows: Vec<_> = found.months.iter().map(month).collect();
        text.push_str(&grid(&columns, &[false, false, false, true, true, true], &rows));
    }
    for warning in found.warnings() {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    if let Some(written) = written {
        text.push_str(&format!("\n{}", written.html.display()));
        written.pngs.iter().for_each(|png| text.push_str(&format!("\n{}", png.display())));
    }
    text
}

fn there(series: &Series) -> Vec<String> {
    vec![
        series.symbol.clone(),
        series.interval.clone(),
        series.calendar.clone().unwrap_or_else(|| "-".into()),
        series.n_bars.to_string(),
        minute(series.first),
        minute(series.last),
        series.n_sessions.to_string(),
        coverage(series.coverage),
        series.n_gaps.to_string(),
        series.n_missing_bars.to_string(),
        dash(series.n_missing_sessions),
        series.longest_gap_days.map_or("-".into(), |days| format!("{days:.2} d")),
        dash(series.n_outside),
    ]
}

fn wrong(series: &Series) -> Vec<String> {
    let or_dash = |text: &str| if text.is_empty() { "-".to_string() } else { text.to_string() };
    vec![
        series.symbol.clone(),
        series.interval.clone(),
        series.n_duplicates.to_string(),
        series.n_bad_prices.to_string(),
        series.n_rejected.to_string(),
        or_dash(&series.reasons),
        series.n_revisions.to_string(),
        percent(series.missing_volume_share),
        percent(series.zero_volume_share),
        or_dash(&series.adjustments),
        or_dash(&series.sources),
        or_dash(&series.stale),
    ]
}

fn gap(gap: &Gap) -> Vec<String> {
    vec![
        gap.symbol.clone(),
        gap.interval.clone(),
        minute(Some(gap.from)),
        minute(Some(gap.to)),
        gap.n_missing_bars.to_string(),
        dash(gap.n_missing_sessions),
        format!("{:.2}", gap.days),
    ]
}

fn month(month: &Month) -> Vec<String> {
    vec![
        month.symbol.clone(),
        month.interval.clone(),
        month.month.format("%Y-%m").to_string(),
        month.n_bars.to_string(),
        dash(month.n_expected),
        coverage(month.coverage),
    ]
}

/// Coverage as percent; what is not complete never shows as 100.
fn coverage(share: Option<f64>) -> String {
    share.map_or("-".into(), quality::percent)
}

fn dash(value: Option<i64>) -> String {
    value.map_or("-".into(), |value| value.to_string())
}

fn minute(ts: Option<Ts>) -> String {
    ts.map_or("-".into(), |ts| ts.naive().format("%Y-%m-%d %H:%M").to_string())
}

fn document(args: &QualityArgs, found: &Quality, written: Option<&Written>) -> Value {
    let mut document = json!({
        "series": found.series.iter().map(series_document).collect::<Vec<_>>(),
        "warnings": found.warnings(),
    });
    if args.gaps {
        document["gaps"] = found.gaps.iter().map(gap_document).collect();
    }
    if args.months {
        document["months"] = found.months.iter().map(month_document).collect();
    }
    if let Some(written) = written {
        document["html"] = json!(written.html);
        document["pngs"] = json!(written.pngs);
    }
    document
}

fn series_document(series: &Series) -> Value {
    let ts = |ts: Option<Ts>| ts.map(|ts| ts.to_string());
    json!({
        "symbol": series.symbol, "interval": series.interval, "calendar": series.calendar, "n_bars": series.n_bars,
        "first_ts": ts(series.first), "last_ts": ts(series.last), "n_sessions": series.n_sessions,
        "coverage": series.coverage, "n_gaps": series.n_gaps, "n_missing_bars": series.n_missing_bars,
        "n_missing_sessions": series.n_missing_sessions, "longest_gap_days": series.longest_gap_days,
        "n_outside": series.n_outside, "n_duplicates": series.n_duplicates, "n_bad_prices": series.n_bad_prices,
        "n_rejected": series.n_rejected, "reasons": series.reasons, "n_revisions": series.n_revisions,
        "missing_volume_share": series.missing_volume_share, "zero_volume_share": series.zero_volume_share,
        "adjustments": series.adjustments, "sources": series.sources, "is_synthetic": series.is_synthetic,
        "stale": series.stale,
    })
}

fn gap_document(gap: &Gap) -> Value {
    json!({
        "symbol": gap.symbol, "interval": gap.interval, "from_ts": gap.from.to_string(), "to_ts": gap.to.to_string(),
        "n_missing_bars": gap.n_missing_bars, "n_missing_sessions": gap.n_missing_sessions, "gap_days": gap.days,
    })
}

fn month_document(month: &Month) -> Value {
    json!({
        "symbol": month.symbol, "interval": month.interval, "month": month.month.to_string(), "n_bars": month.n_bars,
        "n_inside": month.n_inside, "n_expected": month.n_expected, "coverage": month.coverage,
    })
}
