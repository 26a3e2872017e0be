//! Trials of a model: fitted anew in every fold, judged on what the fit has not seen, traded by strategy `model`.
//!
//! Predictions of all folds together make one account over everything that is judged. Combinatorial cross-validation
//! judges every part several times: then each path has an account of its own. Objectives are means over paths; metrics,
//! returns and what is kept are those of the first path, so that they are one account.

use super::judge::{Prune, measures_of};
use super::{Judged, Study};
use crate::backtest::{Config, Prediction};
use crate::dataset::fold::{Fold, FoldSpec, fold};
use crate::dataset::{self, Dataset, DatasetSpec, FeatureSchema, Samples};
use crate::domain::{Interval, Ts};
use crate::experiments::ExperimentError;
use crate::experiments::measures::Measures;
use crate::experiments::spec::{ModelSubject, Scheme, Spec};
use crate::experiments::windows::{Span, Windows};
use crate::features;
use crate::models::{FittedFold, Learning, classifier_measures};
use crate::search::{Assignment, Pruner};
use crate::stats::Stream;
use crate::store::Store;

/// Everything that models of a study learn from.
pub struct ModelStudy {
    /// What was loaded.
    pub dataset_spec: DatasetSpec,
    /// Samples in each fold.
    pub counts: Vec<FoldCounts>,
    dataset: Dataset,
    folds: Vec<FoldSpec>,
    embargo: usize,
}

/// Samples of a fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldCounts {
    /// Fitted on.
    pub train: usize,
    /// Watching the fit.
    pub watch: usize,
    /// Judged, with or without a label.
    pub judged: usize,
    /// Dropped by purge and embargo.
    pub purged: usize,
}

/// What a fold predicts, by part of time.
struct Said {
    fold: usize,
    predictions: Vec<Prediction>,
}

impl ModelStudy {
    /// The first time of a labelled sample.
    pub(super) fn first_sample(
        store: &Store,
        spec: &Spec,
        subject: &ModelSubject,
        base: &Config,
    ) -> Result<Ts, ExperimentError> {
        let wanted = dataset_spec(store, spec, subject, base.interval, base)?;
        let dataset = dataset::load(store, &wanted)?;
        let first = dataset.samples.iter().find(|sample| sample.is_labelled()).map(|sample| sample.ts);
        first.ok_or_else(|| spec.wrong("data", format!("label set '{}' labels no window", wanted.label_set)).into())
    }

    /// Loads the development period and refuses folds that nothing can be learned from.
    pub(super) fn load(
        store: &Store,
        spec: &Spec,
        subject: &ModelSubject,
        base: &Config,
        windows: &Windows,
    ) -> Result<Self, ExperimentError> {
        let end = windows.development.to;
        let mut dataset_spec = dataset_spec(store, spec, subject, base.interval, base)?;
        dataset_spec.to = Some(end);
        let mut dataset = dataset::load(store, &dataset_spec)?;
        // A label that is decided in the test period knows something of it.
        for sample in &mut dataset.samples {
            if sample.exit_ts.is_some_and(|exit| exit >= end) {
                (sample.label, sample.exit_ts, sample.forward_return) = (None, None, f64::NAN);
            }
        }
        let embargo = spec.validation.embargo.unwrap_or(subject.lookback);
        let stretches = |spans: &[Span]| spans.iter().map(|span| (span.from, span.to)).collect();
        let folds: Vec<FoldSpec> = windows
            .folds
            .iter()
            .map(|fold| FoldSpec { train: stretches(&fold.train), judged: stretches(&fold.valid), embargo })
            .collect();
        let mut study = Self { dataset_spec, counts: Vec::new(), dataset, folds, embargo };
        study.counts = (0..study.folds.len()).map(|at| study.count(spec, at)).collect::<Result<_, _>>()?;
        Ok(study)
    }

    fn count(&self, spec: &Spec, at: usize) -> Result<FoldCounts, ExperimentError> {
        let fold = self.fold(at);
        let refused = |error: crate::models::ModelError| spec.wrong("validation", format!("fold {}: {error}", at + 1));
        Learning::check(&fold).map_err(refused)?;
        if fold.judged.is_empty() {
            return Err(spec.wrong("validation", format!("fold {}: no window to judge by", at + 1)).into());
        }
        let (train, watch, judged) = (fold.train.len(), fold.watch.len(), fold.judged.len());
        Ok(FoldCounts { train, watch, judged, purged: fold.n_purged })
    }

    fn fold(&self, at: usize) -> Fold<'_> {
        fold(&self.dataset, &self.folds[at])
    }

    /// All of the development period as one fold: what the winner is fitted on in the end.
    #[must_use]
    pub fn whole(&self, windows: &Windows) -> Fold<'_> {
        let (development, test) = (windows.development, windows.test);
        let spec = FoldSpec {
            train: vec![(development.from, development.to)],
            judged: vec![(test.from, test.to)],
            embargo: self.embargo,
        };
        fold(&self.dataset, &spec)
    }

    /// Bars of each symbol kept free around judged stretches.
    #[must_use]
    pub fn embargo(&self) -> usize {
        self.embargo
    }

    /// SHA-256 of the samples.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.dataset.fingerprint
    }

    /// Newest bar of them.
    #[must_use]
    pub fn data_as_of(&self) -> Option<Ts> {
        self.dataset.data_as_of
    }
}

fn dataset_spec(
    store: &Store,
    spec: &Spec,
    subject: &ModelSubject,
    interval: Interval,
    base: &Config,
) -> Result<DatasetSpec, ExperimentError> {
    let set = features::named(store, &subject.features);
    let set = set.map_err(|error| spec.wrong("data", error.to_string()))?;
    let label_set = label_set(store, spec, subject, interval)?;
    Ok(DatasetSpec {
        schema: FeatureSchema::from(&set),
        label_set,
        interval,
        symbols: base.symbols.clone(),
        lookback: subject.lookback,
        // Trials may begin to trade later than models begin to learn.
        from: spec.data.from,
        to: base.to,
    })
}

/// The label set that a model learns: the one named, or the only one there is.
pub(super) fn label_set(
    store: &Store,
    spec: &Spec,
    subject: &ModelSubject,
    interval: Interval,
) -> Result<String, ExperimentError> {
    Ok(match &subject.labels {
        Some(name) => name.clone(),
        None => match dataset::label_sets(store, interval)?.as_slice() {
            [only] => only.clone(),
            [] => {
                let message = format!("the store has no {interval} labels");
                return Err(ExperimentError::refused(
                    message,
                    format!("make some: ws labels build --interval {interval}"),
                ));
            }
            several => {
                let reason =
                    format!("there are the label sets {}; say which: labels = \"{}\"", several.join(", "), several[0]);
                return Err(spec.wrong("data", reason).into());
            }
        },
    })
}

impl Study {
    pub(super) fn judge_model(
        &self,
        model: &ModelStudy,
        assignment: &Assignment,
        seed: u64,
        prune: Prune<'_>,
    ) -> Result<Judged, String> {
        let config = self.config(assignment).map_err(|error| error.to_string())?;
        let learning = self.learning(assignment)?;
        let (mut said, mut steps) = (Vec::new(), Vec::new());
        for at in 0..model.folds.len() {
            let (predictions, _) = self.ask(model, &learning, at, seed)?;
            said.push(Said { fold: at, predictions });
            let until = self.windows.folds[at].valid.last().map(|span| span.to);
            let is_last = at + 1 == model.folds.len();
            if self.spec.pruner == Pruner::None || is_last || self.is_combinatorial() {
                continue;
            }
            let (measures, returns) = self.path(&config, &said, &self.windows.paths[0], until)?;
            steps.push(self.value(&measures));
            if prune(&steps) {
                let judged_by = measures.clone();
                return Ok(Judged { measures, judged_by, by_path: Vec::new(), returns, steps, is_pruned: true });
            }
        }
        let paths = self.windows.paths.iter().map(|path| self.path(&config, &said, path, None));
        let paths = paths.collect::<Result<Vec<_>, _>>()?;
        let judged = judged(paths);
        steps.push(self.value(&judged.judged_by));
        Ok(Judged { steps, ..judged })
    }

    fn is_combinatorial(&self) -> bool {
        matches!(self.spec.validation.scheme, Scheme::Combinatorial { .. })
    }

    /// Fits on a fold and predicts what judges it; with the fit.
    fn ask(
        &self,
        model: &ModelStudy,
        learning: &Learning,
        at: usize,
        seed: u64,
    ) -> Result<(Vec<Prediction>, FittedFold), String> {
        let fold = model.fold(at);
        let fitted = learning.fit(&fold, fold_seed(seed, at));
        let fitted = fitted.map_err(|error| format!("fold {}: {error}", at + 1))?;
        let probabilities = fitted.probabilities(&fold.judged).map_err(|error| format!("fold {}: {error}", at + 1))?;
        Ok((predictions(&fold.judged, &probabilities), fitted))
    }

    /// Metrics and returns of a path: by part, the predictions of the fold that judges it there.
    fn path(
        &self,
        config: &Config,
        said: &[Said],
        path: &[usize],
        until: Option<Ts>,
    ) -> Result<(Measures, Vec<(i32, f64)>), String> {
        let config = Config { predictions: self.along(said, path), ..config.clone() };
        let meter = self.account(&config, until).map_err(|error| error.to_string())?;
        let mut measures = measures_of(&meter);
        let threshold = config.check().map_err(|error| error.to_string())?.strategies[0].params.get("threshold");
        let labelled = config.predictions.iter().filter(|prediction| prediction.label.is_some());
        let (labels, probabilities): (Vec<bool>, Vec<f64>) =
            labelled.map(|prediction| (prediction.label == Some(1), prediction.probability)).unzip();
        let known = classifier_measures(&labels, &probabilities, threshold);
        measures.extend(known.into_iter().map(|(name, value)| (name.to_string(), value)));
        Ok((measures, meter.returns()))
    }

    fn along(&self, said: &[Said], path: &[usize]) -> Vec<Prediction> {
        let mut found = Vec::new();
        for (part, fold) in path.iter().enumerate() {
            let Some(said) = said.iter().find(|said| said.fold == *fold) else { continue };
            let within = self.windows.parts[part];
            found.extend(said.predictions.iter().filter(|prediction| within.contains(prediction.ts)).cloned());
        }
        found
    }

    /// The configuration of a trial with the predictions of its first path, as its rows are recorded, and the weights of
    /// its folds.
    ///
    /// # Errors
    /// As [`Study::judge`].
    pub fn with_predictions(&self, assignment: &Assignment, seed: u64) -> Result<(Config, Vec<Vec<u8>>), String> {
        let config = self.config(assignment).map_err(|error| error.to_string())?;
        let Some(model) = &self.model else { return Ok((config, Vec::new())) };
        let learning = self.learning(assignment)?;
        let (mut said, mut weights) = (Vec::new(), Vec::new());
        for at in 0..model.folds.len() {
            let (predictions, fitted) = self.ask(model, &learning, at, seed)?;
            said.push(Said { fold: at, predictions });
            weights.push(fitted.weights().map_err(|error| error.to_string())?);
        }
        let predictions = self.along(&said, &self.windows.paths[0]);
        Ok((Config { predictions, ..config }, weights))
    }
}

/// Every fold of every trial has a seed of its own.
fn fold_seed(seed: u64, fold: usize) -> u64 {
    Stream::new(seed, fold as u64).seed()
}

fn predictions(samples: &Samples<'_>, probabilities: &[f64]) -> Vec<Prediction> {
    let said = |(sample, probability): (&dataset::Sample, &f64)| Prediction {
        symbol: samples.series_of(sample).symbol.clone(),
        ts: sample.ts,
        probability: *probability,
        side: Prediction::side_of(sample.side),
        label: sample.label,
        forward_return: Some(sample.forward_return).filter(|value| !value.is_nan()),
        latency_ms: None,
    };
    samples.iter().zip(probabilities).map(said).collect()
}

/// What several paths come to: objectives are means over them, the account is that of the first.
fn judged(mut paths: Vec<(Measures, Vec<(i32, f64)>)>) -> Judged {
    let mut judged_by = Measures::new();
    for name in paths[0].0.keys() {
        let known: Vec<f64> = paths.iter().filter_map(|(measures, _)| measures.get(name).copied().flatten()).collect();
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        judged_by.insert(name.clone(), mean);
    }
    let is_one = paths.len() == 1;
    let by_path = if is_one { Vec::new() } else { paths.iter().map(|(measures, _)| measures.clone()).collect() };
    let (measures, returns) = paths.swap_remove(0);
    if is_one {
        judged_by.clone_from(&measures);
    }
    Judged { measures, judged_by, by_path, returns, steps: Vec::new(), is_pruned: false }
}
