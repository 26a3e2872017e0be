//! The one look at the test period: the winner and the baseline as ordinary backtests, stored.

use super::Search;
use super::work::seed_of;
use crate::backtest::{self, Config, ModelRef, Prediction};
use crate::dataset::Periods;
use crate::domain::Silent;
use crate::experiments::ExperimentError;
use crate::experiments::study::ModelStudy;
use crate::models::{self, KeptModel};
use crate::search::{Assignment, Observed};
use crate::store::duckdb::OptionalExt;
use crate::store::{Store, params};

/// A backtest on the test period, and the model that it asked.
type Looked = (String, Option<String>);

/// What was seen.
pub(super) struct Tested {
    /// Backtest of the winner.
    pub run_id: String,
    /// Backtest of the baseline; `None` when it could not be run.
    pub baseline_run_id: Option<String>,
    /// The winner as a model.
    pub model_id: Option<String>,
}

/// Runs the winner and the baseline on the test period.
pub(super) fn look(search: &Search<'_>, winner: &Observed) -> Result<Tested, ExperimentError> {
    let (run_id, model_id) = run(search, winner.id.cast_signed() + 1, &winner.assignment, "winner")?;
    // A baseline that can't be fitted or run takes nothing from the winner.
    let baseline = run(search, 0, &search.study.baseline(), "baseline");
    if let Err(error) = &baseline {
        tracing::warn!("the baseline could not be run on the test period: {error}");
    }
    Ok(Tested { run_id, baseline_run_id: baseline.ok().map(|(run_id, _)| run_id), model_id })
}

fn run(search: &Search<'_>, trial: i64, assignment: &Assignment, role: &str) -> Result<Looked, ExperimentError> {
    let (study, test) = (search.study, search.study.windows.test);
    let mut config = study.config(assignment)?;
    (config.from, config.to) = (Some(test.from), Some(test.to));
    config.name = format!("{}/{role}/test", study.spec.name);
    let parent = super::record::run_id(&search.experiment_id, trial);
    if let Some(done) = left_over(search.store, &parent, &config.name)? {
        return Ok(done);
    }
    config.parent = Some(parent);
    let mut model_id = None;
    if let Some(model) = &study.model {
        let kept = keep_model(search, model, trial, assignment, role)?;
        config = with_model(search, config, &kept)?;
        model_id = Some(kept);
    }
    let outcome = backtest::run(search.store, &config, search.now(), &Silent)?;
    Ok((outcome.run_id, model_id))
}

/// What a search that was stopped has already seen.
fn left_over(store: &Store, parent: &str, name: &str) -> Result<Option<Looked>, ExperimentError> {
    let found = store
        .conn()
        .query_row(crate::sql!("experiments/looked"), params![parent, name], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// Fits on all of the development period and stores the model.
fn keep_model(
    search: &Search<'_>,
    model: &ModelStudy,
    trial: i64,
    assignment: &Assignment,
    role: &str,
) -> Result<String, ExperimentError> {
    let (study, windows) = (search.study, &search.study.windows);
    let refused = |reason: String| ExperimentError::refused(reason, "");
    let learning = study.learning(assignment).map_err(refused)?;
    let fold = model.whole(windows);
    let seed = seed_of(study.spec.seed, trial);
    let fitted = learning.fit(&fold, seed)?;
    let span = |samples: &crate::dataset::Samples<'_>| {
        let first = samples.iter().map(|sample| sample.ts).min().unwrap_or(windows.development.from);
        (first, samples.iter().map(|sample| sample.ts).max().unwrap_or(first))
    };
    let ((train_start, train_end), (valid_start, valid_end)) = (span(&fold.train), span(&fold.watch));
    let (test_start, test_end) = (windows.test.from, windows.test.to);
    let kept = KeptModel {
        name: &format!("{}-{role}", study.spec.name),
        run_id: &super::record::run_id(&search.experiment_id, trial),
        dataset: &model.dataset_spec,
        fingerprint: model.fingerprint(),
        periods: Periods {
            train_start,
            train_end,
            valid_start,
            valid_end,
            test_start,
            test_end,
            embargo: model.embargo(),
        },
        seed,
        metrics: models::Metrics::new(),
    };
    Ok(search.store.transaction(|| learning.keep(search.store, &fitted, &fold, kept, search.now()))?)
}

/// A configuration with what a stored model says of the test period.
fn with_model(search: &Search<'_>, config: Config, model_id: &str) -> Result<Config, ExperimentError> {
    let model = models::load(search.store, model_id)?;
    let predicted = models::predict(search.store, &model, &config.symbols, config.from, config.to, &Silent)?;
    let said = |prediction: models::Prediction| Prediction {
        symbol: prediction.symbol,
        ts: prediction.ts,
        probability: prediction.probability,
        side: Prediction::side_of(prediction.side),
        label: None,
        forward_return: None,
        latency_ms: None,
    };
    let reference = ModelRef {
        model_id: model.model_id.clone(),
        parent_run_id: model.run_id.clone(),
        feature_set_hash: model.manifest.feature_set_hash.clone(),
    };
    Ok(Config { predictions: predicted.into_iter().map(said).collect(), model: Some(reference), ..config })
}
