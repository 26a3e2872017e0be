//! `ws experiment run --dry-run` and `ws experiment example`: what would be done, and what to begin with.

use std::time::Instant;

use serde_json::json;

use crate::cli::output::grid;
use crate::cli::{Failure, Output};
use crate::experiments::Study;
use crate::experiments::spec::Subject;
use crate::experiments::windows::Span;
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

/// Says what would be done; the baseline is judged for the estimate, and nothing is stored.
pub fn dry_run(study: &Study, max_trials: Option<u64>) -> Result<Output, Failure> {
    let spec = &study.spec;
    let size = spec.searched.space.size();
    let of_grid = if spec.sampler == Sampler::Grid { size.and_then(|size| u64::try_from(size).ok()) } else { None };
    let trials = [spec.budget.trials, max_trials, of_grid].into_iter().flatten().min();
    let begun = Instant::now();
    let judged = study.judge(&study.baseline(), spec.seed, &|_| false);
    let seconds = begun.elapsed().as_secs_f64();
    if let Err(reason) = &judged {
        return Err(Failure::refused(format!("the baseline can't be judged: {reason}"))
            .hint("set what is missing in [baseline]"));
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let estimate = trials.map(|trials| trials as f64 * seconds / cores as f64);
    let windows = &study.windows;
    let mut rows = Vec::new();
    for (at, fold) in windows.folds.iter().enumerate() {
        let counts = study.model.as_ref().map(|model| model.counts[at]);
        let spans = |spans: &[Span]| spans.iter().map(dates).collect::<Vec<_>>().join(", ");
        let days = |spans: &[Span]| spans.iter().map(|span| span.sessions).sum::<usize>().to_string();
        let count = |of: fn(&crate::experiments::study::FoldCounts) -> usize| {
            counts.as_ref().map_or("-".into(), |counts| of(counts).to_string())
        };
        rows.push(vec![
            fold.number.to_string(),
            spans(&fold.train),
            days(&fold.train),
            spans(&fold.valid),
            days(&fold.valid),
            count(|counts| counts.train + counts.watch),
            count(|counts| counts.purged),
            count(|counts| counts.judged),
        ]);
    }
    let header = ["fold", "train", "days", "judged", "days", "fitted on", "purged", "judged on"];
    let folds = grid(&header, &[true, false, true, false, true, true, true, true], &rows);
    let what = match &spec.subject {
        Subject::Strategy(names) => format!("strategy {}", names.join(", ")),
        Subject::Model(model) => {
            format!("model {} ({} windows of {} bars)", model.kind, model.features, model.lookback)
        }
    };
    let symbols: Vec<&str> = study.base.symbols.iter().map(crate::domain::Symbol::as_str).collect();
    let many = trials.map_or_else(|| "as many as the time allows".to_string(), |trials| trials.to_string());
    let size_text = size.map_or_else(|| "endless".to_string(), |size| size.to_string());
    let minutes = spec.budget.minutes.map_or(String::new(), |minutes| format!(", {minutes} minutes at most"));
    let time = estimate.map_or_else(|| "-".into(), |seconds| about(seconds));
    let traded = study.base.from.map_or_else(String::new, |from| from.naive().date().to_string());
    let facts = [
        ("experiment", spec.name.clone()),
        ("searches", format!("{what} on {} {}", symbols.join(", "), study.base.interval)),
        ("objective", objectives(study)),
        (
            "trials",
            format!(
                "{many} of {size_text} combinations, {} parameters{minutes}",
                spec.searched.space.dimensions().len()
            ),
        ),
        ("scheme", spec.validation.scheme.as_str().to_string()),
        (
            "development",
            format!(
                "{} ({} sessions); trials trade from {traded}",
                dates(&windows.development),
                windows.development.sessions
            ),
        ),
        ("test", format!("{} ({} sessions), untouched until the end", dates(&windows.test), windows.test.sessions)),
        ("a trial", format!("{} bars, {seconds:.3} s for the baseline", study.bars_a_trial())),
        ("estimate", format!("{time} on {cores} cores")),
    ];
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: Vec<String> = facts.iter().map(|(name, text)| format!("{name:width$}  {text}")).collect();
    let fold_documents: Vec<_> = windows.folds.iter().enumerate().map(|(at, fold)| {
        let spans = |spans: &[Span]| spans.iter().map(|span| json!({ "from": span.from.to_string(), "to": span.to.to_string(), "sessions": span.sessions })).collect::<Vec<_>>();
        let counts = study.model.as_ref().map(|model| model.counts[at]);
        json!({
            "fold": fold.number, "train": spans(&fold.train), "valid": spans(&fold.valid),
            "n_train": counts.map(|counts| counts.train + counts.watch), "n_purged": counts.map(|counts| counts.purged),
            "n_valid": counts.map(|counts| counts.judged),
        })
    }).collect();
    let document = json!({
        "name": spec.name, "subject": what, "symbols": symbols, "interval": study.base.interval.as_str(),
        "trials": trials, "combinations": size.map(|size| size.to_string()), "scheme": spec.validation.scheme.as_str(),
        "development": { "from": windows.development.from.to_string(), "to": windows.development.to.to_string(), "sessions": windows.development.sessions },
        "test": { "from": windows.test.from.to_string(), "to": windows.test.to.to_string(), "sessions": windows.test.sessions },
        "folds": fold_documents, "seconds_a_trial": seconds, "estimated_seconds": estimate, "dry_run": true,
    });
    Ok(Output::new(format!("{}\n\n{folds}\n\nnothing was stored", lines.join("\n")), document))
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
