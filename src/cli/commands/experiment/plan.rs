//! `ws experiment run --dry-run` and `ws experiment example`: what would be done, and what to begin with.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cli::output::grid;
use crate::cli::{Failure, Output};
use crate::experiments::Study;
use crate::experiments::spec::Subject;
use crate::experiments::study::FoldCounts;
use crate::experiments::windows::{Fold, Span};
use crate::search::Sampler;

/// Arguments of `example`.
#[derive(Debug, clap::Args)]
pub struct ExampleArgs {
    /// Which one: strategy or model
    #[arg(default_value = "strategy", value_parser = ["strategy", "model"])]
    kind: String,
}

const STRATEGY: &str = include_str!("../../../../data/experiments/sma_cross.toml");
const MODEL: &str = include_str!("../../../../data/experiments/logistic.toml");

pub fn example(args: &ExampleArgs) -> Result<Output, Failure> {
    let text = if args.kind == "model" { MODEL } else { STRATEGY };
    Ok(Output::new(text.trim_end(), json!({ "kind": args.kind, "toml": text })))
}

/// A stretch of sessions as dates, both included.
fn dates(span: &Span) -> String {
    format!("{} .. {}", span.from.naive().date(), span.last.naive().date())
}

/// What a search would take.
struct Effort {
    /// Trials at most.
    trials: Option<u64>,
    /// Combinations there are.
    size: Option<u128>,
    /// Of the baseline.
    seconds: f64,
    cores: usize,
}

impl Effort {
    fn of(study: &Study, max_trials: Option<u64>) -> Result<Self, Failure> {
        let spec = &study.spec;
        let size = spec.searched.space.size();
        let of_grid = if spec.sampler == Sampler::Grid { size.and_then(|size| u64::try_from(size).ok()) } else { None };
        let trials = [spec.budget.trials, max_trials, of_grid].into_iter().flatten().min();
        let begun = Instant::now();
        study.judge(&study.baseline(), spec.seed, &|_| false).map_err(|reason| {
            Failure::refused(format!("the baseline can't be judged: {reason}"))
                .hint("set what is missing in [baseline]")
        })?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { trials, size, seconds: begun.elapsed().as_secs_f64(), cores })
    }

    /// Seconds that all trials would take.
    fn estimate(&self) -> Option<f64> {
        self.trials.map(|trials| trials as f64 * self.seconds / self.cores as f64)
    }
}

/// Says what would be done; the baseline is judged for the estimate, and nothing is stored.
pub fn dry_run(study: &Study, max_trials: Option<u64>) -> Result<Output, Failure> {
    let effort = Effort::of(study, max_trials)?;
    let facts = facts(study, &effort);
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: Vec<String> = facts.iter().map(|(name, text)| format!("{name:width$}  {text}")).collect();
    let human = format!("{}\n\n{}\n\nnothing was stored", lines.join("\n"), folds(study));
    Ok(Output::new(human, document(study, &effort)))
}

fn subject(study: &Study) -> String {
    match &study.spec.subject {
        Subject::Strategy(names) => format!("strategy {}", names.join(", ")),
        Subject::Model(model) => {
            format!("model {} ({}, windows of {} bars)", model.kind, model.features, model.lookback)
        }
    }
}

fn symbols(study: &Study) -> Vec<&str> {
    study.base.symbols.iter().map(crate::domain::Symbol::as_str).collect()
}

fn facts(study: &Study, effort: &Effort) -> Vec<(&'static str, String)> {
    let (spec, windows) = (&study.spec, &study.windows);
    let (development, test) = (&windows.development, &windows.test);
    let many = effort.trials.map_or_else(|| "as many as the time allows".to_string(), |trials| trials.to_string());
    let size = effort.size.map_or_else(|| "endless".to_string(), |size| size.to_string());
    let minutes = spec.budget.minutes.map_or(String::new(), |minutes| format!(", {minutes} minutes at most"));
    let time = effort.estimate().map_or_else(|| "-".into(), about);
    let traded = study.base.from.map_or_else(String::new, |from| from.naive().date().to_string());
    let n = spec.searched.space.dimensions().len();
    vec![
        ("experiment", spec.name.clone()),
        ("searches", format!("{} on {} {}", subject(study), symbols(study).join(", "), study.base.interval)),
        ("objective", objectives(study)),
        ("trials", format!("{many} of {size} combinations, {n} parameters{minutes}")),
        ("scheme", spec.validation.scheme.as_str().to_string()),
        (
            "development",
            format!("{} ({} sessions); trials trade from {traded}", dates(development), development.sessions),
        ),
        ("test", format!("{} ({} sessions), untouched until the end", dates(test), test.sessions)),
        ("a trial", format!("{} bars, {:.3} s for the baseline", study.bars_a_trial(), effort.seconds)),
        ("estimate", format!("{time} on {} cores", effort.cores)),
    ]
}

/// The windows as a table.
fn folds(study: &Study) -> String {
    let row = |(at, fold): (usize, &Fold)| {
        let counts = study.model.as_ref().map(|model| model.counts[at]);
        let spans = |spans: &[Span]| spans.iter().map(dates).collect::<Vec<_>>().join(", ");
        let days = |spans: &[Span]| spans.iter().map(|span| span.sessions).sum::<usize>().to_string();
        let count = |of: fn(&FoldCounts) -> usize| counts.as_ref().map_or("-".into(), |counts| of(counts).to_string());
        vec![
            fold.number.to_string(),
            spans(&fold.train),
            days(&fold.train),
            spans(&fold.valid),
            days(&fold.valid),
            count(|counts| counts.train + counts.watch),
            count(|counts| counts.purged),
            count(|counts| counts.judged),
        ]
    };
    let rows: Vec<Vec<String>> = study.windows.folds.iter().enumerate().map(row).collect();
    let header = ["fold", "train", "days", "judged", "days", "fitted on", "purged", "judged on"];
    grid(&header, &[true, false, true, false, true, true, true, true], &rows)
}

fn document(study: &Study, effort: &Effort) -> Value {
    let (spec, windows) = (&study.spec, &study.windows);
    let span =
        |span: &Span| json!({ "from": span.from.to_string(), "to": span.to.to_string(), "sessions": span.sessions });
    let fold = |(at, fold): (usize, &Fold)| {
        let counts = study.model.as_ref().map(|model| model.counts[at]);
        json!({
            "fold": fold.number,
            "train": fold.train.iter().map(span).collect::<Vec<_>>(),
            "valid": fold.valid.iter().map(span).collect::<Vec<_>>(),
            "n_train": counts.map(|counts| counts.train + counts.watch),
            "n_purged": counts.map(|counts| counts.purged),
            "n_valid": counts.map(|counts| counts.judged),
        })
    };
    json!({
        "name": spec.name, "subject": subject(study), "symbols": symbols(study), "interval": study.base.interval.as_str(),
        "trials": effort.trials, "combinations": effort.size.map(|size| size.to_string()),
        "scheme": spec.validation.scheme.as_str(), "development": span(&windows.development), "test": span(&windows.test),
        "folds": windows.folds.iter().enumerate().map(fold).collect::<Vec<_>>(),
        "seconds_a_trial": effort.seconds, "estimated_seconds": effort.estimate(), "dry_run": true,
    })
}

fn objectives(study: &Study) -> String {
    let one = |objective: &crate::experiments::spec::Objective| {
        let word = if objective.direction == crate::search::Direction::Maximise { "maximise" } else { "minimise" };
        format!("{word} {}", objective.metric)
    };
    study.spec.objectives.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Seconds for people.
fn about(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "under a second".into(),
        s if s < 120.0 => format!("about {s:.0} s"),
        s if s < 7200.0 => format!("about {:.0} minutes", s / 60.0),
        s => format!("about {:.1} hours", s / 3600.0),
    }
}
