//! A backtest as a run: begun, simulated, stored whole or not at all.
//!
//! Reading, simulating and writing are steps of their own, so that a campaign can take the first two on many threads
//! and the last on the one that writes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use serde_json::Value;

use super::market::Market;
use super::{BacktestError, Chosen, Config, ModelRef, Plan, inputs, predictions, simulate};
use crate::domain::{Bars, Progress, Ts};
use crate::store::runs::{self, NewRun};
use crate::store::{Columns, Store, artifacts, params, query, tries};
use crate::telemetry::{Recorder, RunLabels, Streaming};
use crate::trade::Sink;
use crate::venues::TimedSignal;

/// What a stored backtest came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Run.
    pub run_id: String,
    /// Bars read, of all symbols.
    pub n_bars: usize,
    /// Closed round trips.
    pub n_trades: usize,
    /// Orders refused by risk or broker.
    pub n_refused: usize,
    /// Executions in bars whose volume is 0.
    pub n_fills_without_volume: usize,
    /// Predictions or signals about bars outside the run; not used, not stored.
    pub n_signals_unused: usize,
    /// Equity at the last close, in currency.
    pub final_equity: f64,
    /// Buy and hold at the last close, in currency.
    pub final_benchmark: f64,
    /// What a reader should know of how the strategies decided.
    pub notes: Vec<String>,
    /// Its row of the view `run_performance`, by column; null when there was no bar.
    pub metrics: Value,
}

/// Runs a backtest over stored bars and stores everything it did under a new run.
///
/// Nothing is stored when the configuration is refused. Once begun, the run ends as `finished` with all its rows,
/// or as `failed` with the error and none. `now` is when it was asked for: the run begins then, and ends as much later as
/// reading, simulating and storing it took.
///
/// # Errors
/// Unknown strategies, parameters and symbols, settings out of range, empty periods, faults of the store.
pub fn run(store: &Store, config: &Config, now: Ts, progress: &dyn Progress) -> Result<Outcome, BacktestError> {
    let begun = Instant::now();
    let ended = || now.plus(begun.elapsed().as_micros() as i64);
    let prepared = prepare(store, Cow::Borrowed(config), progress)?;
    let run_id = runs::begin(store, &prepared.new_run, now)?;
    let recorded = store.transaction(|| {
        let outcome = prepared.stream(store, &run_id, now, progress)?;
        runs::finish(store, &run_id, ended())?;
        tries::add(store, std::slice::from_ref(&run_id), tries::Kind::Backtest)?;
        Ok::<_, BacktestError>(outcome)
    });
    recorded.inspect_err(|error| {
        // The first error is the one to tell.
        let _ = runs::fail(store, &run_id, &error.to_string(), ended());
    })
}

/// A checked backtest with everything it reads in memory.
pub(super) struct Prepared<'a> {
    config: Cow<'a, Config>,
    plan: Plan,
    market: Cow<'a, Market>,
    signals: Vec<Vec<TimedSignal>>,
    n_signals_unused: usize,
    new_run: NewRun,
}

/// Checks a configuration and reads everything that it needs; nothing is written.
///
/// # Errors
/// As [`run`].
pub(super) fn prepare<'a>(
    store: &Store,
    config: Cow<'a, Config>,
    progress: &dyn Progress,
) -> Result<Prepared<'a>, BacktestError> {
    let market = Market::load(store, &config, progress)?;
    let plan = market.plan(&config)?;
    Prepared::of(config, plan, Cow::Owned(market))
}

/// Every parameter of a run: the settings of its plan, its period, the statement behind its signals.
pub(super) fn stored_params(config: &Config, plan: &Plan, periods_per_year: u32) -> BTreeMap<String, String> {
    let mut params = plan.run_params(periods_per_year);
    for (name, bound) in [("from", config.from), ("to", config.to)] {
        params.insert(name.to_string(), bound.map_or_else(|| "open".to_string(), |ts| ts.to_string()));
    }
    if let Some(source) = &config.source {
        params.insert("signals".into(), source.name.clone());
        params.insert("signals_sha256".into(), source.sha256.clone());
        params.insert("audit".into(), source.audit_id.clone().unwrap_or_else(|| "none".into()));
    }
    params
}

/// What is known of a backtest when it begins.
pub(super) fn new_run(config: &Config, plan: &Plan, market: &Market) -> NewRun {
    let (data_fingerprint, data_as_of) = market.identity();
    let of_model = |text: fn(&ModelRef) -> &String| config.model.as_ref().map(text).cloned().unwrap_or_default();
    NewRun {
        kind: "backtest",
        mode: "backtest",
        name: config.name.clone(),
        parent_run_id: config.parent.clone().unwrap_or_else(|| of_model(|model| &model.parent_run_id)),
        seed: config.seed,
        data_fingerprint,
        feature_set_hash: of_model(|model| &model.feature_set_hash),
        data_as_of,
        model_id: of_model(|model| &model.model_id),
        strategy: plan.names().join(","),
        interval: config.interval.to_string(),
        symbols: plan.symbols.iter().map(ToString::to_string).collect(),
        params: stored_params(config, plan, market.periods_per_year()),
    }
}

impl<'a> Prepared<'a> {
    /// A checked plan on a market.
    ///
    /// # Errors
    /// Predictions or signals that don't fit.
    pub(super) fn of(config: Cow<'a, Config>, plan: Plan, market: Cow<'a, Market>) -> Result<Self, BacktestError> {
        let (signals, n_signals_unused) = market.signals(&config)?;
        let new_run = new_run(&config, &plan, &market);
        Ok(Prepared { config, plan, market, signals, n_signals_unused, new_run })
    }

    /// Simulates into a sink; progress counts bars. Returns what a reader should know.
    fn drive<K: Sink>(&self, sink: &mut K, progress: &dyn Progress) -> Result<Vec<String>, BacktestError> {
        let bars = self.market.bars();
        progress.start("backtest", bars.iter().map(Bars::len).sum::<usize>() as u64);
        let notes = simulate(&self.market.data(&self.signals), &self.plan, sink, progress)?;
        progress.finish();
        Ok(notes)
    }

    /// Simulates and keeps everything in memory; progress counts bars.
    ///
    /// # Errors
    /// Parameters that don't go together.
    pub(super) fn simulate(self, progress: &dyn Progress) -> Result<Simulated<'a>, BacktestError> {
        let bars = self.market.bars();
        let longest = bars.iter().map(Bars::len).max().unwrap_or(0);
        let mut recorder = Recorder::new(self.plan.settings.capital, bars.len(), longest);
        let mut notes = self.drive(&mut recorder, progress)?;
        notes.extend(volume_note(recorder.fills_without_volume(), recorder.n_fills()));
        Ok(Simulated { prepared: self, recorder, notes })
    }

    /// Simulates and stores the rows of a begun run as they become known, and its metrics; the caller holds the transaction
    /// and ends the run.
    fn stream(self, store: &Store, run_id: &str, now: Ts, progress: &dyn Progress) -> Result<Outcome, BacktestError> {
        let strategies = self.plan.names();
        let account = (self.plan.settings.capital, self.market.bars().len());
        let mut sink = Streaming::new(store, self.labels(run_id, &strategies), account, self.asked().map(|(at, _)| at));
        let mut notes = self.drive(&mut sink, progress)?;
        let streamed = sink.finish()?;
        notes.extend(volume_note(streamed.n_fills_without_volume, streamed.n_fills));
        self.write_predictions(store, run_id, &streamed.entries)?;
        write_notes(store, run_id, &notes)?;
        self.write_source(store, run_id, now)?;
        let mut outcome = Outcome {
            run_id: run_id.to_string(),
            n_bars: self.n_bars(),
            n_trades: streamed.n_trades,
            n_refused: streamed.n_refused,
            n_fills_without_volume: streamed.n_fills_without_volume,
            n_signals_unused: self.n_signals_unused,
            final_equity: streamed.final_equity,
            final_benchmark: streamed.final_benchmark,
            notes,
            metrics: Value::Null,
        };
        // Metrics are read from what is stored, and the bars need not be there meanwhile.
        drop(strategies);
        drop(self);
        record_metrics(store, std::slice::from_ref(&outcome.run_id))?;
        outcome.metrics = performance(store, run_id)?;
        Ok(outcome)
    }

    /// What the rows of a run have in common.
    fn labels<'b>(&'b self, run_id: &'b str, strategies: &'b [&'b str]) -> RunLabels<'b> {
        RunLabels {
            run_id,
            mode: "backtest",
            strategies,
            interval: self.config.interval,
            symbols: &self.plan.symbols,
            model_id: self.config.model.as_ref().map(|model| model.model_id.as_str()),
            feature_set: self.config.learned.as_ref().map(|learned| learned.feature_set.as_str()),
        }
    }

    /// The strategy that asks the model of the run.
    fn asked(&self) -> Option<(usize, &Chosen)> {
        let asked = self.plan.strategies.iter().enumerate().find(|(_, chosen)| chosen.spec.name == "model");
        asked.filter(|_| self.config.model.is_some())
    }

    fn write_predictions(
        &self,
        store: &Store,
        run_id: &str,
        entries: &HashSet<(usize, Ts)>,
    ) -> Result<(), BacktestError> {
        if let (Some(model), Some((_, asked))) = (&self.config.model, self.asked()) {
            predictions::write(store, run_id, &self.config, model, asked, self.market.bars(), entries)?;
        }
        Ok(())
    }

    /// Stores the statement behind the signals of a run.
    fn write_source(&self, store: &Store, run_id: &str, now: Ts) -> Result<(), BacktestError> {
        let source = self.config.source.as_ref();
        if let Some((name, text)) = source.and_then(|source| Some((&source.name, source.text.as_ref()?))) {
            artifacts::keep(store, run_id, name, text.as_bytes(), now)?;
        }
        Ok(())
    }

    /// Bars that are traded.
    fn n_bars(&self) -> usize {
        self.market.bars().iter().map(|bars| inputs::traded(bars, self.plan.settings.from)).sum()
    }
}

/// A simulated backtest with everything it did in memory.
pub(super) struct Simulated<'a> {
    prepared: Prepared<'a>,
    recorder: Recorder,
    notes: Vec<String>,
}

impl Simulated<'_> {
    /// What is known of the run when it begins.
    pub(super) fn new_run(&self) -> &NewRun {
        &self.prepared.new_run
    }

    /// Stores the rows of a begun run, all but its metrics and its end; the caller holds the transaction.
    ///
    /// # Errors
    /// Faults of the store.
    pub(super) fn write(&self, store: &Store, run_id: &str, now: Ts) -> Result<(), BacktestError> {
        self.write_rows(store, run_id)?;
        self.prepared.write_source(store, run_id, now)
    }

    /// Stores the rows of a run; the caller holds the transaction.
    ///
    /// # Errors
    /// Faults of the store.
    pub(super) fn write_rows(&self, store: &Store, run_id: &str) -> Result<(), BacktestError> {
        let strategies = self.prepared.plan.names();
        self.recorder.write(store, &self.prepared.labels(run_id, &strategies))?;
        if let Some((strategy, _)) = self.prepared.asked() {
            self.prepared.write_predictions(store, run_id, &self.recorder.entries(strategy).collect())?;
        }
        write_notes(store, run_id, &self.notes)
    }
}

/// Says how many of all fills had a price at which nothing traded; `None` when none had.
fn volume_note(n: usize, all: usize) -> Option<String> {
    (n > 0).then(|| {
        format!("{n} of {all} fills are in bars with volume 0: nothing traded there; a volume cap (--volume-cap) waits for a bar that trades")
    })
}

/// Keeps the notes of a run as its parameters `note.1`, `note.2`, ..
fn write_notes(store: &Store, run_id: &str, notes: &[String]) -> Result<(), BacktestError> {
    Columns::new()
        .text("run_id", std::iter::repeat_n(run_id, notes.len()))
        .text("key", (1..=notes.len()).map(|number| format!("note.{number}")))
        .text("value", notes)
        .append_to(store, "run_params")?;
    Ok(())
}

/// The metrics kept of a finished run, by column of `run_performance`; null when it had no bar.
fn performance(store: &Store, run_id: &str) -> Result<Value, BacktestError> {
    let table = query::run(store, crate::sql!("backtest/performance"), &[Some(run_id.to_string())])?;
    Ok(table.json_rows().into_iter().next().unwrap_or(Value::Null))
}

/// Copies the rows of finished runs from the metrics view into `run_metrics`, and keeps them for [`performance`] until other
/// runs are finished; the caller holds the transaction.
///
/// One statement over many runs takes hardly longer than over one.
///
/// # Errors
/// Faults of the store.
pub(super) fn record_metrics(store: &Store, run_ids: &[String]) -> Result<(), BacktestError> {
    let (Some(first), Some(last)) = (run_ids.iter().min(), run_ids.iter().max()) else { return Ok(()) };
    store.conn().execute(crate::sql!("backtest/keep_performance"), params![run_ids.join("\n"), first, last])?;
    store.conn().execute(crate::sql!("backtest/record_metrics"), [])?;
    Ok(())
}
