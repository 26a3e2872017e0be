//! `ws compare`.

mod pages;
mod text;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::montecarlo;
use crate::cli::{Ctx, Failure, Output};
use crate::domain::time::date_of;
use crate::report::study;
use crate::stats::{self, Difference, LEAST_OBSERVATIONS, Paired, Resampling};
use crate::store::{Store, query, runs};

/// Hold runs against each other: is the difference more than luck?
///
/// Shows the metrics of the view run_performance side by side, and judges the daily returns of each run against those of
/// the baseline on the days both have: mean difference (also a year's worth), Welch's t and the paired t with their
/// probabilities, and a stationary block bootstrap of the mean difference with its 95 % interval and probability. Welch's
/// t takes the runs for independent and the paired t takes days for independent; the verdict goes by the block bootstrap,
/// at 5 %. With more than two runs the probabilities are adjusted for their number (Holm 1979). Changes nothing in the
/// store.
#[derive(Debug, clap::Args)]
pub struct CompareArgs {
    /// Runs: id, the beginning of it, or its name; two or more, the baseline included
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<String>,
    /// Run that the others are held against [default: the first]
    #[arg(long, value_name = "RUN")]
    baseline: Option<String>,
    /// Resamples of the block bootstrap
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    resamples: u32,
    /// Mean length of its blocks, in days [default: from the differences, Politis and White 2004, corrected 2009]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    block: Option<u32>,
    /// Seed of the resamples
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: u64,
    /// Folder for an HTML page and PNG pictures of the accounts; made when missing [default: none is written]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Open the page in the browser
    #[arg(long, requires = "out")]
    open: bool,
}

/// A run as read.
struct Run {
    run_id: String,
    /// Its given name where no other run here has it, else its id.
    label: String,
    /// Its row of `run_performance`.
    metrics: Value,
    days: Vec<(i32, f64)>,
    periods_per_year: f64,
}

/// A run held against the baseline.
struct Pair {
    run_id: String,
    label: String,
    common: Paired,
    /// Sessions a year: the fewer of the two, since only common days count.
    periods_per_year: f64,
    /// Unknown when too few days are common.
    difference: Option<Difference>,
    /// Probabilities of the bootstrap, of Welch's t and of the paired t, adjusted for the number of pairs.
    adjusted: [Option<f64>; 3],
    verdict: String,
}

/// Everything there is to tell; the baseline is the first run.
struct Comparison {
    runs: Vec<Run>,
    pairs: Vec<Pair>,
    notes: Vec<String>,
}

/// What a difference is called luck at.
const LEVEL: f64 = 0.05;

pub fn run(args: &CompareArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let mut runs: Vec<Run> =
        chosen(&store, args)?.into_iter().map(|run_id| read(&store, run_id)).collect::<Result<_, _>>()?;
    label(&mut runs);
    let mut pairs = Vec::new();
    for other in &runs[1..] {
        pairs.push(pair(other, &runs[0], args)?);
    }
    adjust(&mut pairs);
    for pair in &mut pairs {
        pair.verdict = text::verdict(pair, &runs[0].label);
    }
    let notes = text::notes(&runs, &pairs);
    let comparison = Comparison { runs, pairs, notes };
    let run_ids: Vec<String> = comparison.runs.iter().map(|run| run.run_id.clone()).collect();
    let badges = study::badges(&store, &run_ids)?;
    let written = match &args.out {
        Some(out) => Some(study::write(&store, &pages::study(&comparison, &badges), out, ctx.now())?),
        None => None,
    };
    if let Some(written) = written.as_ref().filter(|_| args.open) {
        super::report::open(&written.html)?;
    }
    let human = text::human(&comparison, &badges, written.as_ref());
    Ok(Output::new(human, document(args, &comparison, &badges, written.as_ref())))
}

/// Ids of the runs, the baseline first.
fn chosen(store: &Store, args: &CompareArgs) -> Result<Vec<String>, Failure> {
    let mut found: Vec<String> = Vec::new();
    if let Some(given) = &args.baseline {
        found.push(runs::find(store, given)?);
    }
    for (index, given) in args.runs.iter().enumerate() {
        let run_id = runs::find(store, given)?;
        // The baseline may be named among the runs too.
        let is_baseline = args.baseline.is_some() && found.first() == Some(&run_id);
        let is_repeated = found.contains(&run_id) && (!is_baseline || args.runs[..index].contains(given));
        if is_repeated {
            return Err(Failure::refused(format!("run {run_id} is named twice")).hint("name each run once"));
        }
        if !is_baseline {
            found.push(run_id);
        }
    }
    if found.len() < 2 {
        return Err(Failure::refused("one run alone can't be compared").hint("name another: ws compare RUN RUN.."));
    }
    Ok(found)
}

fn read(store: &Store, run_id: String) -> Result<Run, Failure> {
    let (settings, days) = montecarlo::read(store, &run_id)?;
    let table = query::run(store, crate::sql!("cli/run_performance"), &[Some(run_id.clone())])?;
    let metrics = table.json_rows().into_iter().next().unwrap_or(Value::Null);
    Ok(Run { label: run_id.clone(), run_id, metrics, days, periods_per_year: settings.periods_per_year })
}

/// Gives runs their names where these tell them apart.
fn label(runs: &mut [Run]) {
    let names: Vec<Option<String>> =
        runs.iter().map(|run| run.metrics["name"].as_str().filter(|name| !name.is_empty()).map(String::from)).collect();
    for (run, name) in runs.iter_mut().zip(&names) {
        if let Some(name) = name.as_ref().filter(|_| names.iter().filter(|other| *other == name).count() == 1) {
            run.label.clone_from(name);
        }
    }
}

fn pair(run: &Run, baseline: &Run, args: &CompareArgs) -> Result<Pair, Failure> {
    let common = stats::pair(&run.days, &baseline.days);
    let resampling =
        Resampling { block: args.block.map(f64::from), resamples: args.resamples as usize, seed: args.seed };
    let difference = if common.days.len() < LEAST_OBSERVATIONS {
        None
    } else {
        Some(stats::difference(&common.left, &common.right, &resampling)?)
    };
    Ok(Pair {
        run_id: run.run_id.clone(),
        label: run.label.clone(),
        common,
        periods_per_year: run.periods_per_year.min(baseline.periods_per_year),
        difference,
        adjusted: [None; 3],
        verdict: String::new(),
    })
}

/// Adjusts each kind of probability for the number of pairs.
fn adjust(pairs: &mut [Pair]) {
    let kinds: [fn(&Difference) -> Option<f64>; 3] = [
        |found| found.bootstrap.map(|test| test.p),
        |found| found.welch.map(|test| test.p),
        |found| found.paired.map(|test| test.p),
    ];
    for (kind, p) in kinds.into_iter().enumerate() {
        let given: Vec<Option<f64>> = pairs.iter().map(|pair| pair.difference.as_ref().and_then(p)).collect();
        for (pair, adjusted) in pairs.iter_mut().zip(stats::holm(&given)) {
            pair.adjusted[kind] = adjusted;
        }
    }
}

fn document(
    args: &CompareArgs,
    comparison: &Comparison,
    badges: &[study::Badge],
    written: Option<&study::Written>,
) -> Value {
    let pair = |pair: &Pair| {
        let day = |day: Option<&i32>| day.map(|day| date_of(*day).to_string());
        json!({ "run_id": pair.run_id, "common_days": pair.common.days.len(), "from": day(pair.common.days.first()),
            "to": day(pair.common.days.last()), "days_only_run": pair.common.only_left,
            "days_only_baseline": pair.common.only_right, "periods_per_year": pair.periods_per_year,
            "difference": pair.difference,
            "annual_difference": pair.difference.as_ref().map(|found| found.mean * pair.periods_per_year),
            "adjusted_p": { "bootstrap": pair.adjusted[0], "welch": pair.adjusted[1], "paired": pair.adjusted[2] },
            "verdict": pair.verdict })
    };
    let run = |run: &Run| json!({ "run_id": run.run_id, "days": run.days.len(), "metrics": run.metrics });
    json!({ "baseline": comparison.runs.first().map(|run| run.run_id.as_str()), "seed": args.seed, "level": LEVEL,
        "runs": comparison.runs.iter().map(run).collect::<Vec<_>>(),
        "pairs": comparison.pairs.iter().map(pair).collect::<Vec<_>>(), "notes": comparison.notes,
        "badges": badges.iter().map(|badge| badge.text.as_str()).collect::<Vec<_>>(),
        "html": written.map(|written| &written.html),
        "pngs": written.map(|written| written.pngs.as_slice()).unwrap_or_default() })
}
