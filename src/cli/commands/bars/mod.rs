//! `ws bars`.

mod derive;
mod quality;

use super::features::SeriesArgs;
use crate::cli::{Ctx, Failure, Output};

/// Stored bars: what is missing, longer bars, adjusted bars
#[derive(Debug, clap::Args)]
pub struct BarsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// What is stored of each series, what is missing by its calendar, and what was refused
    ///
    /// Gaps are bars that sessions between two stored bars should have; an instrument without a calendar is judged by the
    /// spacing of its bars. Reads only; --out writes a page with a heat map.
    Quality(quality::QualityArgs),
    /// Make longer bars from shorter ones, by session
    ///
    /// With a calendar bars start at the session's open (hourly NSE bars at 09:15, the last is short), without one at
    /// midnight UTC. Bars that are still growing are not written. Changed bars replace the ones resampled before, which
    /// are kept in bars_revisions. Volume is unknown as soon as one part's is.
    Resample(derive::ResampleArgs),
    /// Make an adjusted series from raw bars, splits and dividends
    ///
    /// Backward: the newest prices are as traded, bars before an ex-date are scaled by 1/split and, with --kind total, by
    /// 1 - dividend / close before. The raw bars stay as they are; the result is an instrument of its own.
    Adjust(derive::AdjustArgs),
}

pub fn run(args: &BarsArgs, ctx: &Ctx) -> Result<Output, Failure> {
    match &args.action {
        Action::Quality(args) => quality::run(args, ctx),
        Action::Resample(args) => derive::resample(args, ctx),
        Action::Adjust(args) => derive::adjust(args, ctx),
    }
}
