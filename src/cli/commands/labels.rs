//! `ws labels`.

use serde_json::json;

use super::features::SeriesArgs;
use crate::cli::output::{grid, percent};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::labels::{self, LabelError, TripleBarrier};

/// Targets of learning: what came after each bar
#[derive(Debug, clap::Args)]
pub struct LabelsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Build(BuildArgs),
}

/// Build triple-barrier labels over stored bars
///
/// Entering at the next bar's open: label 1 when the profit barrier comes before the stop and the horizon. A gap
/// through a barrier leaves at the open; a bar that touches both counts as the stop.
#[derive(Debug, Clone, clap::Args)]
#[command(allow_negative_numbers = true)]
pub struct BuildArgs {
    /// Profit barrier, a fraction of the entry price
    #[arg(long, default_value_t = 0.05)]
    take_profit: f64,
    /// Stop barrier, a fraction of the entry price
    #[arg(long, default_value_t = 0.02)]
    stop_loss: f64,
    /// Bars to wait, the entry bar counted
    #[arg(long, default_value_t = 8)]
    horizon: usize,
    #[command(flatten)]
    series: SeriesArgs,
}

impl From<LabelError> for Failure {
    fn from(error: LabelError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, message: error.to_string(), hint: None }
    }
}

pub fn run(args: &LabelsArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let Action::Build(args) = &args.action;
    let barriers = TripleBarrier { take_profit: args.take_profit, stop_loss: args.stop_loss, horizon: args.horizon };
    barriers.check()?;
    drop(ctx.open_read_only()?);
    let store = ctx.open()?;
    let report = labels::build(&store, &barriers.into(), &args.series.filter(), ctx.now(), ctx.progress())?;
    let rows: Vec<Vec<String>> = report
        .series
        .iter()
        .map(|series| {
            vec![
                series.symbol.clone(),
                series.interval.clone(),
                series.rows.to_string(),
                series.complete.to_string(),
                percent(series.base_rate),
                series.take_profit.to_string(),
                series.stop_loss.to_string(),
                series.horizon.to_string(),
                percent(series.mean_return),
            ]
        })
        .collect();
    let columns = ["symbol", "interval", "bars", "complete", "base rate", "profit", "stop", "horizon", "mean return"];
    let numeric = [false, false, true, true, true, true, true, true, true];
    let text = format!(
        "{}\n\nlabel set {}: {} of {} complete, base rate {}",
        grid(&columns, &numeric, &rows),
        report.label_set,
        report.complete,
        report.rows,
        percent(report.base_rate)
    );
    let series: Vec<_> = report
        .series
        .iter()
        .map(|series| {
            json!({ "symbol": series.symbol, "interval": series.interval, "rows": series.rows, "complete": series.complete,
                "take_profit": series.take_profit, "stop_loss": series.stop_loss, "horizon": series.horizon,
                "base_rate": series.base_rate, "mean_return": series.mean_return })
        })
        .collect();
    Ok(Output::new(
        text,
        json!({ "label_set": report.label_set, "rows": report.rows, "complete": report.complete,
        "base_rate": report.base_rate, "series": series }),
    ))
}
