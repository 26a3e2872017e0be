//! `ws backtest`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::query::pair;
use crate::backtest::{self, BacktestError, Config, Outcome};
use crate::cli::output::{grid, number, percent};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::{Interval, Symbol, Ts};
use crate::store::bars::{Coverage, coverage};
use crate::store::{Store, query};
use crate::trade::{Sizing, strategies};

/// Run a strategy over stored bars and record everything it did
///
/// Decides on a bar's close and fills at the next bar's open with slippage and commission. Stops and targets act
/// inside the bar; a gap fills at the open, and a bar that touches both counts as the stop.
#[derive(Debug, clap::Args)]
#[command(after_long_help = strategies_help())]
pub struct BacktestArgs {
    /// Strategy, by name
    #[arg(long, required_unless_present = "model")]
    strategy: Option<String>,
    /// Strategy parameter; may be repeated
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    account: Account,
    /// Name of the run
    #[arg(long, default_value = "")]
    name: String,
}

/// Which bars.
#[derive(Debug, clap::Args)]
pub struct Data {
    /// Symbols, separated by commas [default: all with bars of the interval]
    #[arg(long, value_delimiter = ',')]
    pub symbols: Vec<Symbol>,
    /// Bar length [default: the only one the symbols have]
    #[arg(long)]
    pub interval: Option<Interval>,
    /// First bar start, for example 2024-01-31 or '2024-01-31 09:15'
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub from: Option<Ts>,
    /// End of bar starts, not included
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub to: Option<Ts>,
}

/// Capital, costs and guards.
#[derive(Debug, clap::Args)]
struct Account {
    /// Starting capital [default: 100000]
    #[arg(long)]
    capital: Option<f64>,
    /// Commission a side, as a fraction of the traded value [default: 0.001]
    #[arg(long)]
    commission: Option<f64>,
    /// Slippage a side, in basis points [default: 5]
    #[arg(long)]
    slippage_bps: Option<f64>,
    /// Yearly risk-free rate of the metrics, a fraction [default: 0.02]
    #[arg(long)]
    risk_free_rate: Option<f64>,
    /// Position size: units:100, notional:10000 or equity:0.2 [default: 95 % of equity split over the symbols]
    #[arg(long)]
    sizing: Option<Sizing>,
    /// Stop, a fraction of the entry price; 0 is none [default: the strategy's]
    #[arg(long)]
    stop_loss: Option<f64>,
    /// Target, a fraction of the entry price; 0 is none [default: the strategy's]
    #[arg(long)]
    take_profit: Option<f64>,
    /// Largest sum of position values, in currency; 0 is none [default: the strategy's]
    #[arg(long)]
    exposure_cap: Option<f64>,
    /// Loss of a session that stops trading until the next, a fraction; 0 is none [default: the strategy's]
    #[arg(long)]
    daily_loss_cap: Option<f64>,
}

/// Reads a UTC time.
pub fn instant(text: &str) -> Result<Ts, String> {
    Ts::parse(text).ok_or_else(|| format!("'{text}' is not a UTC time like 2024-01-31 or '2024-01-31 09:15'"))
}

/// Every strategy with its parameters, for `--help`.
fn strategies_help() -> String {
    let mut text = String::from("Strategies and their parameters:\n");
    for spec in strategies::catalogue().iter().filter(|spec| spec.name != "signals") {
        text.push_str(&format!("\n  {}: {}\n", spec.name, spec.doc));
        for param in spec.params {
            let (min, max) = (param.min, param.max);
            text.push_str(&format!("    {:<12} {} [default: {}; {min} to {max}]\n", param.name, param.doc, param.default));
        }
    }
    text
}

impl From<BacktestError> for Failure {
    fn from(error: BacktestError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}
