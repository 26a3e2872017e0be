//! `ws backtest`.

mod given;
mod settings;
mod summary;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::query::pair;
use crate::backtest::{self, BacktestError, Config};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::{Interval, Symbol, Ts};
use crate::store::Store;
use crate::store::bars::{coverage, coverage_of};
use crate::trade::strategies;
pub use settings::Settings;

/// Run strategies over stored bars and record everything they did
///
/// Decides on a bar's close and fills at the next bar's open with slippage and commission. Stops and targets act
/// inside the bar; a gap fills at the open, and a bar that touches both counts as the stop. Sessions come from the
/// calendar of the instrument; splits and dividends that are not in the prices are accounted for.
#[derive(Debug, clap::Args)]
#[command(after_long_help = strategies_help(), allow_negative_numbers = true)]
pub struct BacktestArgs {
    /// Strategy, by name; several trade side by side on one account
    #[arg(long, value_delimiter = ',')]
    strategy: Vec<String>,
    /// Strategy parameter; once for each. STRATEGY.NAME=VALUE where several strategies have it
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Model to trade: id, name or name@version
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Let a model trade bars it was trained on; every report is then marked IN-SAMPLE
    #[arg(long, requires = "model")]
    in_sample: bool,
    /// SQL strategy: a file with one SELECT of symbol, ts (a bar's start), direction (LONG, SHORT, FLAT), confidence
    ///
    /// A signal is known at the close of the bar it names; the direction is held from the next open on. The statement
    /// is audited for look-ahead at 20 cuts, half of them at bars it speaks about; one that sees ahead is refused, and so is
    /// one that reads what an audit does not have: files, labels, the catalogue of the database.
    #[arg(long, value_name = "FILE.sql", conflicts_with = "model")]
    signals: Option<PathBuf>,
    /// Do not audit the SQL strategy; every report is then marked UNAUDITED
    #[arg(long, requires = "signals")]
    no_audit: bool,
    /// Let the SQL strategy read prices as traded (table bars) across a split, where bars_adjusted has none
    #[arg(long, requires = "signals")]
    raw: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    settings: Settings,
    /// Name of the run
    #[arg(long, default_value = "")]
    name: String,
}

/// Which bars.
#[derive(Debug, Clone, clap::Args)]
pub struct Data {
    /// Symbols, separated by commas [default: all with bars of the interval]
    #[arg(long, value_delimiter = ',')]
    pub symbols: Vec<Symbol>,
    /// Bar length [default: the only one the symbols have]
    #[arg(long)]
    pub interval: Option<Interval>,
    /// First bar start, for example 2024-01-31 or '2024-01-31 09:15'
    #[arg(long, value_name = "TIME")]
    pub from: Option<Ts>,
    /// End of bar starts, not included
    #[arg(long, value_name = "TIME")]
    pub to: Option<Ts>,
}

/// Every strategy with its parameters, for `--help`.
pub fn strategies_help() -> String {
    format!(
        "Strategies and their parameters:\n\n{}\n  threshold=model takes the model's own (best F1 on validation), \
         threshold=profit the best there after costs\n",
        strategies::help()
    )
}

impl From<BacktestError> for Failure {
    fn from(error: BacktestError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}

pub fn run(args: &BacktestArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let names = args.strategies()?;
    let params = each_once(&args.params)?;
    // Reading first: a refused request must not create a store.
    let store = ctx.open_existing()?;
    let mut config = args.config(&store, &params, ctx)?;
    config.strategies = names;
    config.from = args.data.from.or(config.from);
    config.to = args.data.to;
    config.name.clone_from(&args.name);
    args.settings.apply(&mut config, ctx)?;
    if let Some(path) = &args.signals {
        if !args.raw {
            given::refuse_raw(&config, &store, path)?;
        }
        given::audit(&mut config, &store, path, args.no_audit, ctx)?;
    }
    let outcome = backtest::run(&store, &config, ctx.now(), ctx.progress())?;
    summary::report(&store, &outcome, &config)
}

/// Parameters by name.
pub fn each_once(given: &[(String, String)]) -> Result<BTreeMap<String, String>, Failure> {
    let params: BTreeMap<String, String> = given.iter().cloned().collect();
    if params.len() < given.len() {
        return Err(Failure::fault("a strategy parameter is given twice").hint("give each --param once"));
    }
    Ok(params)
}

impl BacktestArgs {
    /// The strategies named, and those that a model or signals stand for.
    fn strategies(&self) -> Result<Vec<String>, Failure> {
        let mut names = self.strategy.clone();
        let implied = [(self.model.is_some(), "model"), (self.signals.is_some(), "signals")];
        for (_, name) in implied.iter().filter(|(given, name)| *given && !self.strategy.iter().any(|own| own == name)) {
            names.push((*name).to_string());
        }
        if names.is_empty() {
            let all = strategies::catalogue().iter().map(|spec| spec.name).collect::<Vec<_>>().join(", ");
            return Err(Failure::fault("no strategy is named").hint(format!(
                "--strategy NAME ({all}), --model ID for a trained model, or --signals FILE.sql for a statement of your own"
            )));
        }
        for name in &names {
            strategies::find(name).map_err(BacktestError::from)?;
        }
        if self.signals.is_none() && names.iter().any(|name| name == "signals") {
            return Err(
                Failure::fault("strategy 'signals' needs signals").hint("bring a statement: --signals FILE.sql")
            );
        }
        Ok(names)
    }

    /// Where the bars and opinions come from.
    fn config(&self, store: &Store, params: &BTreeMap<String, String>, ctx: &Ctx) -> Result<Config, Failure> {
        if let Some(model) = &self.model {
            let round_trip = self.settings.round_trip(ctx)?;
            return super::model::config(store, model, &self.data, self.in_sample, params, round_trip, ctx.progress());
        }
        let mut config = match &self.signals {
            Some(path) => given::config(store, path, &self.data)?,
            None => {
                let index = self.settings.alone(ctx)?.vol_index;
                let (symbols, interval) = series(store, &self.data, index.as_ref())?;
                Config::new("", symbols, interval)
            }
        };
        config.params.clone_from(params);
        Ok(config)
    }
}

/// The symbols and the one interval that the flags mean; the volatility index is not traded unless asked for.
pub fn series(store: &Store, data: &Data, index: Option<&Symbol>) -> Result<(Vec<Symbol>, Interval), Failure> {
    let held = coverage_of(store, &data.symbols, None)?;
    let mut intervals: Vec<Interval> = held.iter().map(|found| found.interval).collect();
    intervals.sort();
    intervals.dedup();
    let interval = match (data.interval, intervals.as_slice()) {
        (Some(interval), _) => interval,
        (None, [only]) => *only,
        (None, []) if coverage(store)?.is_empty() => {
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
    let traded = held.iter().filter(|found| found.interval == interval && Some(&found.symbol) != index);
    let symbols: Vec<Symbol> = traded.map(|found| found.symbol.clone()).collect();
    if symbols.is_empty() {
        return Err(
            Failure::refused(format!("the store has no {interval} bars")).hint("ws query coverage lists what there is")
        );
    }
    Ok((symbols, interval))
}
