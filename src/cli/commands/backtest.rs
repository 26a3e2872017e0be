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
#[command(after_long_help = strategies_help(), allow_negative_numbers = true)]
pub struct BacktestArgs {
    /// Strategy, by name
    #[arg(long, required_unless_present = "model")]
    strategy: Option<String>,
    /// Strategy parameter; once for each
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Model to trade: id, name or name@version
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Let a model trade bars it was trained on; every report is then marked IN-SAMPLE
    #[arg(long, requires = "model")]
    in_sample: bool,
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
            text.push_str(&format!(
                "    {:<12} {} [default: {}; {min} to {max}]\n",
                param.name, param.doc, param.default
            ));
        }
    }
    text.push_str("\n  threshold=model takes the model's own (best F1 on validation), threshold=profit the best there after costs\n");
    text
}

impl From<BacktestError> for Failure {
    fn from(error: BacktestError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}

pub fn run(args: &BacktestArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let strategy = args.strategy.as_deref().unwrap_or("model");
    strategies::find(strategy).map_err(BacktestError::from)?;
    if strategy == "signals" {
        return Err(
            Failure::fault("strategy 'signals' needs signals, which no flag brings yet").hint("use sma_cross or model")
        );
    }
    let params: BTreeMap<String, String> = args.params.iter().cloned().collect();
    if params.len() < args.params.len() {
        let hint = "give each --param once";
        return Err(Failure::fault("a strategy parameter is given twice").hint(hint));
    }
    // Reading first: a refused request must not create a store.
    let store = ctx.open_existing()?;
    let mut config = match &args.model {
        Some(model) => {
            super::model::config(&store, model, &args.data, args.in_sample, &params, args.account.round_trip(ctx), ctx)?
        }
        None => {
            let (symbols, interval) = series(&store, &args.data)?;
            let mut config = Config::new(strategy, symbols, interval);
            config.params = params;
            config
        }
    };
    config.strategy = strategy.to_string();
    config.from = args.data.from.or(config.from);
    config.to = args.data.to;
    config.name.clone_from(&args.name);
    args.account.apply(&mut config, ctx);
    let outcome = backtest::run(&store, &config, ctx.now(), ctx.progress())?;
    report(&store, &outcome, &config)
}

impl Account {
    /// Costs of entering and leaving, as a fraction of the traded value.
    fn round_trip(&self, ctx: &Ctx) -> f64 {
        let defaults = ctx.config.backtest;
        let slippage_bps = self.slippage_bps.unwrap_or(defaults.slippage_bps);
        2.0 * (self.commission.unwrap_or(defaults.commission) + slippage_bps / 10_000.0)
    }

    /// Flags beat the configuration file, which beats the defaults.
    fn apply(&self, config: &mut Config, ctx: &Ctx) {
        let defaults = ctx.config.backtest;
        config.capital = self.capital.unwrap_or(defaults.capital);
        config.commission = self.commission.unwrap_or(defaults.commission);
        config.slippage_bps = self.slippage_bps.unwrap_or(defaults.slippage_bps);
        config.risk_free_rate = self.risk_free_rate.unwrap_or(defaults.risk_free_rate);
        config.sizing = self.sizing;
        config.stop_loss = self.stop_loss;
        config.take_profit = self.take_profit;
        config.exposure_cap = self.exposure_cap;
        config.daily_loss_cap = self.daily_loss_cap;
    }
}

/// The symbols and the one interval that the flags mean.
fn series(store: &Store, data: &Data) -> Result<(Vec<Symbol>, Interval), Failure> {
    let held: Vec<Coverage> = coverage(store)?;
    let chosen = |found: &&Coverage| data.symbols.is_empty() || data.symbols.contains(&found.symbol);
    let mut intervals: Vec<Interval> = held.iter().filter(chosen).map(|found| found.interval).collect();
    intervals.sort();
    intervals.dedup();
    let interval = match (data.interval, intervals.as_slice()) {
        (Some(interval), _) => interval,
        (None, [only]) => *only,
        (None, []) if held.is_empty() => {
            return Err(Failure::refused("the store has no bars").hint("bring some in: ws ingest csv PATH.."));
        }
        (None, []) => Interval::D1,
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|interval| interval.as_str()).collect();
            return Err(Failure::refused(format!("the symbols have bars of {}", names.join(", ")))
                .hint("say which: --interval"));
        }
    };
    if !data.symbols.is_empty() {
        return Ok((data.symbols.clone(), interval));
    }
    let symbols: Vec<Symbol> =
        held.iter().filter(|found| found.interval == interval).map(|found| found.symbol.clone()).collect();
    if symbols.is_empty() {
        return Err(
            Failure::refused(format!("the store has no {interval} bars")).hint("ws query coverage lists what there is")
        );
    }
    Ok((symbols, interval))
}

/// Rows of the summary: name, column of `run_performance`, column for buy and hold, whether it is a fraction.
const SUMMARY: [(&str, &str, &str, bool); 14] = [
    ("total return", "total_return", "benchmark_return", true),
    ("CAGR", "cagr", "", true),
    ("volatility", "volatility", "", true),
    ("Sharpe", "sharpe", "benchmark_sharpe", false),
    ("Sortino", "sortino", "", false),
    ("Calmar", "calmar", "", false),
    ("max drawdown", "max_drawdown", "benchmark_max_drawdown", true),
    ("exposure", "exposure", "", true),
    ("trades", "n_trades", "", false),
    ("win rate", "win_rate", "", true),
    ("profit factor", "profit_factor", "", false),
    ("expectancy a trade", "expectancy", "", false),
    ("turnover", "turnover", "", false),
    ("cost drag", "cost_drag", "", true),
];

/// Reads the run's metrics back from the view, so that what is printed is what anyone can query.
fn report(store: &Store, outcome: &Outcome, config: &Config) -> Result<Output, Failure> {
    let table = query::run(store, crate::sql!("cli/run_performance"), &[Some(outcome.run_id.clone())])?;
    let metrics = table.json_rows().into_iter().next().unwrap_or(Value::Null);
    let cell = |column: &str, fraction: bool| match metrics.get(column) {
        None | Some(Value::Null) => {
            if column.is_empty() {
                String::new()
            } else {
                "-".into()
            }
        }
        Some(value) if column == "n_trades" => value.to_string(),
        Some(value) if fraction => percent(value.as_f64()),
        Some(value) => number(value.as_f64()),
    };
    let rows: Vec<Vec<String>> = SUMMARY
        .iter()
        .map(|(name, column, benchmark, fraction)| {
            vec![(*name).into(), cell(column, *fraction), cell(benchmark, *fraction)]
        })
        .collect();
    let mut text =
        format!("run {} ({} over {} bars of {})\n\n", outcome.run_id, config.strategy, outcome.n_bars, config.interval);
    text.push_str(&grid(&["", "strategy", "buy and hold"], &[false, true, true], &rows));
    for warning in warnings(outcome, config) {
        text.push_str(&format!("\n\nnote: {warning}"));
    }
    text.push_str(&format!("\n\nnext: ws report {} --out report", outcome.run_id));
    let document = json!({
        "run_id": outcome.run_id, "n_bars": outcome.n_bars, "n_trades": outcome.n_trades, "n_refused": outcome.n_refused,
        "final_equity": outcome.final_equity, "final_benchmark": outcome.final_benchmark, "metrics": metrics,
        "warnings": warnings(outcome, config),
    });
    Ok(Output::new(text, document))
}

fn warnings(outcome: &Outcome, config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    if config.in_sample {
        found.push("IN-SAMPLE: the model has seen these bars; the result says nothing about the future".to_string());
    }
    if outcome.n_refused > 0 {
        found.push(format!(
            "{} orders were refused (ws sql \"FROM orders WHERE status = 'refused'\")",
            outcome.n_refused
        ));
    }
    let best = config.predictions.iter().map(|prediction| prediction.probability).fold(f64::NAN, f64::max);
    if config.strategy == "model" && outcome.n_trades == 0 && best.is_finite() {
        found.push(format!("no trade: the highest probability is {best:.3}; --param threshold=model takes the model's own, threshold=profit the best on validation after costs"));
    }
    found
}
