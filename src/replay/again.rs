//! A run made again, by kind.

use super::checks::checks;
use super::compare::Check;
use super::past::{self, Extent, Period};
use super::{ReplayError, Run, reasons, trial};
use crate::audit::Subject;
use crate::backtest::{self, Config, GivenSignal, ModelRef, Prediction};
use crate::dataset::FeatureSchema;
use crate::domain::{Progress, Symbol, Ts, Window};
use crate::features;
use crate::models::{self, TrainConfig};
use crate::store::{Store, artifacts, experiments, runs, signals};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Run: id, name or the beginning of its id.
    pub run: &'a str,
    /// Text of the statement behind a run's signals, where the store does not have it.
    pub statement: Option<&'a str>,
}

/// How it came out.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The run.
    pub run: Run,
    /// This program.
    pub code_now: String,
    /// Whether everything is the same.
    pub reproduced: bool,
    /// What was compared.
    pub checks: Vec<Check>,
    /// Why it differs, the likeliest first; empty when it was reproduced.
    pub reasons: Vec<String>,
    /// What changed since the run, whether or not that made a difference.
    pub changes: Vec<String>,
}

/// Makes a run again and compares; the store is only read.
///
/// # Errors
/// A word that names no run; runs that have not ended well (of trials any end will do) or of a kind that is not made again as a whole; a statement that
/// is missing or another one; faults of the store. That inputs changed, or can't serve any more, is an answer.
pub fn replay(store: &Store, request: &Request<'_>, progress: &dyn Progress) -> Result<Replayed, ReplayError> {
    let run = Run::find(store, request.run)?;
    refuse_unfinished(store, &run)?;
    refuse_signals(&run, request.statement)?;
    let code_now = runs::code_version();
    let mut changes = reasons::changes(store, &run, &code_now)?;
    let mut attempt = Attempt::make(store, &run, request.statement, Learned::Stored, progress)?;
    if !attempt.is_same() && reads_features(&run) && reasons::features_may_differ(&changes) {
        let anew = Attempt::make(store, &run, request.statement, Learned::Anew, progress)?;
        if anew.is_same() {
            changes
                .push("features and labels: built anew from the bars as they were, the stored ones are others".into());
            attempt = anew;
        }
    }
    let reproduced = attempt.is_same();
    let Attempt { checks, failure } = attempt;
    let reasons =
        if reproduced { Vec::new() } else { reasons::reasons(store, &run, &checks, failure.as_deref(), &changes)? };
    Ok(Replayed { run, code_now, reproduced, checks, reasons, changes })
}

/// Refuses signals that nobody kept, and a statement where none is needed.
fn refuse_signals(run: &Run, statement: Option<&str>) -> Result<(), ReplayError> {
    let has_source = run.params.contains_key("signals");
    let has_strategy = run.strategy.as_deref().is_some_and(|names| names.split(',').any(|name| name == "signals"));
    let refused = |message: String, hint: &str| Err(ReplayError::Refused { message, hint: hint.into() });
    if statement.is_some() && !has_source {
        return refused(format!("run {} has no statement behind it", run.run_id), "leave --signals out");
    }
    if run.kind == "backtest" && has_strategy && !has_source {
        let message = format!("the signals of run {} were given by a program and are not in the store", run.run_id);
        return refused(message, "bring signals by a statement: ws backtest --signals FILE.sql");
    }
    Ok(())
}

/// Where features and labels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learned {
    /// As they are stored.
    Stored,
    /// Built from the bars as they were.
    Anew,
}

/// A run made again, and held against what is stored.
struct Attempt {
    checks: Vec<Check>,
    /// Why it could not be made.
    failure: Option<String>,
}

impl Attempt {
    fn make(
        store: &Store,
        run: &Run,
        statement: Option<&str>,
        learned: Learned,
        progress: &dyn Progress,
    ) -> Result<Self, ReplayError> {
        let again = match run.kind.as_str() {
            "backtest" => backtest(store, run, statement, learned, progress),
            "train" => train(store, run, learned, progress),
            "evaluate" => evaluate(store, run, learned, progress),
            "trial" => trial::again(store, run, learned, progress),
            _ => return Err(not_replayed(store, run)?),
        };
        match again {
            Ok((past, run_id)) => Ok(Self { checks: checks(store, run, &past, &run_id)?, failure: None }),
            Err(error) if error.is_about_inputs() => Ok(Self { checks: Vec::new(), failure: Some(error.to_string()) }),
            Err(error) => Err(error),
        }
    }

    fn is_same(&self) -> bool {
        self.failure.is_none() && self.checks.iter().all(|check| check.equal)
    }
}

/// Whether features may be behind a run; a statement may read any.
fn reads_features(run: &Run) -> bool {
    run.feature_set_hash.is_some() || run.params.contains_key("signals")
}

impl Learned {
    pub(super) fn extent(self, feature_set: String, label_set: String, index: Option<String>) -> Extent {
        match self {
            Self::Stored => Extent::Learning { feature_set, label_set, index },
            Self::Anew => Extent::Anew { feature_set, label_set },
        }
    }
}

fn refuse_unfinished(store: &Store, run: &Run) -> Result<(), ReplayError> {
    match (run.kind.as_str(), run.status.as_str()) {
        (_, "finished") | ("trial", "pruned" | "failed") => return Ok(()),
        // Its trials may have ended.
        ("experiment", _) => return Err(not_replayed(store, run)?),
        _ => {}
    }
    let why = run.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
    Err(ReplayError::Refused {
        message: format!("run {} is {}, it left nothing to reproduce{why}", run.run_id, run.status),
        hint: format!("ws explain {} tells what is known of it", run.run_id),
    })
}

/// The refusal of a kind that is not made again as a whole.
fn not_replayed(store: &Store, run: &Run) -> Result<ReplayError, ReplayError> {
    let (why, hint) = match run.kind.as_str() {
        "experiment" => {
            let name = run.name.as_deref().unwrap_or(&run.run_id);
            let winner = experiments::find(store, &run.run_id)?.and_then(|found| found.winner_trial);
            let which = winner
                .map_or_else(|| "such as".to_string(), |trial| format!("its winner with ws replay {name}/{trial},"));
            ("is many trials", format!("replay them one by one: {which} ws replay {name}/1"))
        }
        "campaign" => (
            "is many backtests",
            format!("replay its cells one by one: ws query campaign_cells --param campaign={}", run.run_id),
        ),
        _ => ("is of a kind that this ws can't make again", format!("ws explain {} tells its story", run.run_id)),
    };
    Ok(ReplayError::Refused { message: format!("run {} ({}) {why}", run.run_id, run.kind), hint })
}

/// A store in memory with the run made again, and its id there.
pub(super) type Again = Result<(Store, String), ReplayError>;

fn backtest(store: &Store, run: &Run, statement: Option<&str>, learned: Learned, progress: &dyn Progress) -> Again {
    let (symbols, interval) = (run.checked_symbols()?, run.checked_interval()?);
    let strategies: Vec<String> = run.strategy.as_deref().unwrap_or_default().split(',').map(str::to_string).collect();
    let mut config = Config::restore(&strategies, &symbols, interval, &run.params)?;
    config.name = run.name.clone().unwrap_or_default();
    config.seed = run.seed;
    let text = match &config.source {
        Some(_) => Some(statement_of(store, run, statement)?),
        None => None,
    };
    let past = past::take(store, run, &extent(store, run, &config, learned)?)?;
    if let Some(text) = text {
        config.signals = given(&past, &text, &symbols)?;
    }
    if run.model_id.is_some() {
        ask(&past, run, &mut config, progress)?;
    }
    let outcome = backtest::run(&past, &config, run.started_at, progress)?;
    Ok((past, outcome.run_id))
}

/// What a backtest reads.
fn extent(store: &Store, run: &Run, config: &Config, learned: Learned) -> Result<Extent, ReplayError> {
    if config.source.is_some() {
        return Ok(Extent::Everything { anew: learned == Learned::Anew });
    }
    let index = config.vol_index.as_ref().map(Symbol::to_string);
    match &run.model_id {
        None => {
            let period = Period { from: config.from, to: config.to, warmup: config.warmup };
            Ok(Extent::Series { period, index })
        }
        Some(model) => {
            let manifest = models::load(store, model)?.manifest;
            Ok(learned.extent(manifest.feature_set, manifest.label_set, index))
        }
    }
}

/// The statement behind the signals of a run: the one kept with it, or the one given, which must be the same.
fn statement_of(store: &Store, run: &Run, given: Option<&str>) -> Result<String, ReplayError> {
    let name = run.params.get("signals").cloned().unwrap_or_default();
    let kept = artifacts::load(store, &run.run_id, &name)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let refused = |message: String, hint: String| ReplayError::Refused { message, hint };
    let Some(text) = given.map(str::to_string).or(kept) else {
        return Err(refused(
            format!("the statement {name} behind the signals of run {} is not in the store", run.run_id),
            "bring it: --signals FILE.sql".into(),
        ));
    };
    let sql = signals::keyed(store, &text, run.checked_interval()?)?;
    let sha256 = Subject::query(store, name.clone(), sql)?.version();
    if run.params.get("signals_sha256") == Some(&sha256) {
        return Ok(text);
    }
    Err(refused(
        format!("the statement is not the one of run {}: its hash is {sha256}", run.run_id),
        format!("the text of {name} must be as it was, and so must the feature sets that it reads"),
    ))
}

fn given(past: &Store, text: &str, symbols: &[Symbol]) -> Result<Vec<GivenSignal>, ReplayError> {
    let rows = signals::read(past, text)?;
    let asked = rows.iter().filter(|row| symbols.iter().any(|symbol| symbol.as_str() == row.symbol));
    let signals = asked.map(GivenSignal::from_row).collect::<Result<_, _>>();
    signals.map_err(|message| backtest::BacktestError::Signals(message).into())
}

/// Asks the model of a backtest again.
fn ask(past: &Store, run: &Run, config: &mut Config, progress: &dyn Progress) -> Result<(), ReplayError> {
    let model = models::load(past, run.model_id.as_deref().unwrap_or_default())?;
    let predicted = models::predict(past, &model, &config.symbols, config.from, config.to, progress)?;
    let predictions = predicted.into_iter().map(|predicted| Prediction {
        symbol: predicted.symbol,
        ts: predicted.ts,
        probability: predicted.probability,
        side: Prediction::side_of(predicted.side),
        label: None,
        forward_return: None,
        latency_ms: None,
    });
    config.predictions = predictions.collect();
    config.model = Some(ModelRef {
        model_id: model.model_id.clone(),
        parent_run_id: model.run_id.clone(),
        feature_set_hash: model.manifest.feature_set_hash.clone(),
    });
    Ok(())
}

fn train(store: &Store, run: &Run, learned: Learned, progress: &dyn Progress) -> Again {
    let param = |key: &str| run.params.get(key).cloned().unwrap_or_default();
    let (feature_set, label_set) = (param("feature_set"), param("label_set"));
    let past = past::take(store, run, &learned.extent(feature_set.clone(), label_set, None))?;
    let schema = FeatureSchema::from(&features::named(&past, &feature_set)?);
    let (symbols, interval) = (run.checked_symbols()?, run.checked_interval()?);
    let name = run.name.as_deref().unwrap_or_default();
    let seed = run.seed.unwrap_or_default().cast_unsigned();
    let config = TrainConfig::restore(&run.params, schema, (&symbols, interval), (name, seed))?;
    let trained = models::train(&past, &config, run.started_at, progress)?;
    Ok((past, trained.run_id))
}

fn evaluate(store: &Store, run: &Run, learned: Learned, progress: &dyn Progress) -> Again {
    let param = |key: &str| run.params.get(key).cloned().unwrap_or_default();
    let past = past::take(store, run, &learned.extent(param("feature_set"), param("label_set"), None))?;
    let model = models::load(&past, run.model_id.as_deref().unwrap_or_default())?;
    let evaluated = match run.params.get("window") {
        None => models::evaluate(&past, &model, run.started_at, progress)?,
        Some(name) => {
            let time = |key: &str| {
                Ts::parse(&param(key)).ok_or_else(|| run.altered(&format!("its {key} '{}' is no time", param(key))))
            };
            let window = Window { from: time("test_start")?, to: time("test_end")?.plus(1) };
            models::evaluate_within(&past, &model, (name, window), run.started_at, progress)?
        }
    };
    Ok((past, evaluated.run_id))
}
