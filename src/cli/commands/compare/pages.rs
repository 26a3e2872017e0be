//! The comparison for the page and the pictures.

use super::text::{metric_rows, pair_rows};
use super::{Comparison, Pair, Run};
use crate::cli::output::percent;
use crate::report::labels::Table;
use crate::report::study::{Badge, Chart, Curve, Curves, Figure, Study};
use crate::stats::growth_curve;

/// The study of a comparison.
pub fn study(comparison: &Comparison, badges: &[Badge]) -> Study {
    let run_ids: Vec<String> = comparison.runs.iter().map(|run| run.run_id.clone()).collect();
    let labels: Vec<String> = comparison.runs.iter().map(|run| run.label.clone()).collect();
    let told = |run: &Run| match run.label == run.run_id {
        true => run.run_id.clone(),
        false => format!("{} ({})", run.label, run.run_id),
    };
    let others: Vec<String> = comparison.runs.iter().skip(1).map(told).collect();
    let table = |title: &str, note: &str, first: &str, ids: &[String], rows: Vec<Vec<String>>| Table {
        title: title.into(),
        note: note.into(),
        columns: std::iter::once((first.to_string(), false)).chain(ids.iter().map(|id| (id.clone(), true))).collect(),
        rows,
    };
    Study {
        stem: "compare".into(),
        title: format!("{} runs beside each other", run_ids.len()),
        subject: format!("{} against {}", others.join(", "), comparison.runs.first().map(told).unwrap_or_default()),
        findings: comparison.pairs.iter().map(|pair| pair.verdict.clone()).collect(),
        badges: badges.to_vec(),
        notes: comparison.notes.clone(),
        summary: Vec::new(),
        figures: vec![figure(comparison)],
        tables: vec![
            table(
                "Daily differences to the baseline",
                "On common days only. Welch's t takes the runs for independent, the paired t takes days for independent, the \
                 block bootstrap neither.",
                "",
                labels.get(1..).unwrap_or_default(),
                pair_rows(&comparison.pairs),
            ),
            table("Metrics", "From the view run_performance.", "", &labels, metric_rows(&comparison.runs)),
        ],
        run_ids,
        origin: "Its numbers come from the tables run_returns and runs and the view run_performance.".into(),
    }
}

fn figure(comparison: &Comparison) -> Figure {
    let ends: Vec<String> = comparison
        .runs
        .iter()
        .map(|run| format!("{} {}", run.label, percent(run.metrics["total_return"].as_f64())))
        .collect();
    let curves = comparison.runs.iter().enumerate().map(|(n, run)| {
        let pair = n.checked_sub(1).and_then(|at| comparison.pairs.get(at));
        curve(run, pair, n == 0)
    });
    Figure {
        key: "equity".into(),
        title: "Accounts over time".into(),
        caption:
            "Each account since its own start, at session ends. Below, the daily differences to the baseline on common \
                  days, added up: a steady slope is a steady advantage, a single step is a single day."
                .into(),
        alt: format!("Line chart of the returns of {}.", ends.join(", ")),
        chart: Chart::Curves(Curves { curves: curves.collect() }),
    }
}

fn curve(run: &Run, pair: Option<&Pair>, is_baseline: bool) -> Curve {
    let changes: Vec<f64> = run.days.iter().map(|day| day.1).collect();
    let growth = growth_curve(&changes);
    let gained = pair.map_or_else(Vec::new, |pair| {
        let common = &pair.common;
        let mut sum = 0.0;
        let steps = common.days.iter().zip(&common.left).zip(&common.right);
        steps
            .map(|((day, run), baseline)| {
                sum += run - baseline;
                (*day, sum)
            })
            .collect()
    });
    Curve {
        label: if is_baseline { format!("{} (baseline)", run.label) } else { run.label.clone() },
        returns: run.days.iter().zip(&growth[1..]).map(|((day, _), value)| (*day, value - 1.0)).collect(),
        gained,
    }
}
