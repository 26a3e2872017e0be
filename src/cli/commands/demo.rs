//! `ws demo`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::backtest::Data;
use crate::audit::{self, Subject};
use crate::backtest::{self, Config, Outcome};
use crate::cli::output::{grid, interval, number, percent};
use crate::cli::{Ctx, Failure, Output};
use crate::dataset::{DatasetSpec, FeatureSchema, SplitSpec};
use crate::domain::{Interval, Symbol, Ts, metric};
use crate::features::{self, FeatureSet};
use crate::ingest::{self, Options, synthetic};
use crate::labels::{self, TripleBarrier};
use crate::models::{self, CalibrationMethod, Metrics, MlpSpec, ModelSpec, TrainConfig};
use crate::report;
use crate::store::series::SeriesFilter;
use crate::store::{Store, embedded, query};

/// Run the whole main job on bundled synthetic data: ingest, features, labels, train, evaluate, backtest, report
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Folder of the report
    #[arg(long, value_name = "DIR", default_value = "report")]
    out: PathBuf,
    /// Train the logistic regression only
    #[arg(long)]
    fast: bool,
}

/// Barriers at which the sample's hourly bars have a base rate worth learning.
const BARRIERS: TripleBarrier = TripleBarrier { take_profit: 0.015, stop_loss: 0.01, horizon: 8 };

/// Default costs of entering and leaving, as a fraction.
const ROUND_TRIP: f64 = 0.003;

/// A finished run as a row of the closing table.
struct Row {
    what: String,
    from: Option<Ts>,
    run_id: String,
    metrics: Value,
}

pub fn run(args: &DemoArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open()?;
    let symbols = bring_in(&store, ctx)?;
    let filter = SeriesFilter { symbols: symbols.clone(), interval: Some(Interval::H1) };
    let set = FeatureSet::load("core23")?;
    let built = features::build(&store, &set, &filter, ctx.now(), ctx.progress())?;
    let labelled = labels::build(&store, &BARRIERS.into(), &filter, ctx.now(), ctx.progress())?;
    let mut notes = vec![
        format!("{} bars of {} SYNTHETIC symbols, {} feature rows", labelled.rows, symbols.len(), built.rows),
        format!(
            "label set {}: {} complete, base rate {}",
            labelled.label_set,
            labelled.complete,
            percent(labelled.base_rate)
        ),
    ];
    notes.push(audited(&store, [Subject::Features(Box::new(set.clone())), Subject::Labels(BARRIERS.into())], ctx)?);
    let mut kinds = vec![ModelSpec::by_kind("logistic")];
    if !args.fast {
        kinds.push(Some(ModelSpec::Mlp(MlpSpec { epochs: 8, patience: 3, ..MlpSpec::default() })));
    }
    let mut runs = Vec::new();
    let mut judged = Vec::new();
    for spec in kinds.into_iter().flatten() {
        let (row, metrics) = learn_and_trade(&store, &set, &symbols, spec, &labelled.label_set, ctx)?;
        judged.push((row.what.clone(), metrics));
        runs.push(row);
    }
    let mut config = Config::new("sma_cross", symbols, Interval::H1);
    // Every strategy is compared over the same bars: those no model has seen.
    config.from = runs.iter().find_map(|row: &Row| row.from);
    config.name = "demo sma_cross".into();
    runs.push(finished(&store, &config, &backtest::run(&store, &config, ctx.now(), ctx.progress())?)?);
    let ids: Vec<&str> = runs.iter().rev().map(|row| row.run_id.as_str()).collect();
    // The models lead the page, the last trained first; the rule-based strategy closes it.
    let ordered = [&ids[1..], &ids[..1]].concat();
    let written = report::write(&store, &ordered, &args.out, ctx.now())?;
    notes.push(format!("report: {}", written.html.display()));
    Ok(closing(&notes, &judged, &runs, &written.html, &ctx.db))
}

/// Cuts of the demo's audits; `ws audit lookahead` makes 200.
const CUTS: usize = 25;

/// Audits what the models will rest on.
fn audited(store: &Store, subjects: [Subject; 2], ctx: &Ctx) -> Result<String, Failure> {
    let options =
        audit::Options { cuts: CUTS, seed: 1, filter: SeriesFilter::default(), bars: None, everything: false };
    let mut told = Vec::new();
    for subject in subjects {
        let outcome = audit::lookahead(store, &subject, &options, ctx.progress())?;
        let kept = audit::save_lookahead(store, &subject, &options, &outcome, ctx.now())?;
        told.push(format!("{} {}", subject.name(), if kept.passed { "sees nothing ahead" } else { "SEES AHEAD" }));
    }
    Ok(format!("look-ahead audit, {CUTS} random cuts: {}", told.join(", ")))
}

/// Unpacks the bundled sample and takes it in through the same door as any file; returns its symbols.
fn bring_in(store: &Store, ctx: &Ctx) -> Result<Vec<Symbol>, Failure> {
    let fault = |error: std::io::Error| Failure::fault(format!("unpacking the sample: {error}"));
    let folder = std::env::temp_dir().join(format!("ws-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(fault)?;
    let mut paths = Vec::new();
    for (name, bytes) in embedded::SAMPLE.iter().filter(|(name, _)| *name != "sentiment.csv.gz") {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(fault)?;
        paths.push(path);
    }
    let options = Options { source: Some("synthetic".into()), ..Options::default() };
    let outcomes = ingest::run(store, &paths, &options, ctx.now(), ctx.progress());
    std::fs::remove_dir_all(&folder).map_err(fault)?;
    let mut symbols = Vec::new();
    for outcome in outcomes? {
        symbols.extend(outcome.stored()?.symbols.iter().filter_map(|symbol| symbol.parse().ok()));
    }
    for (_, bytes) in embedded::SAMPLE.iter().filter(|(name, _)| *name == "sentiment.csv.gz") {
        let loaded = synthetic::load_sentiment(store, bytes, ctx.now());
        loaded.map_err(|error| Failure::fault(error.to_string()))?;
    }
    Ok(symbols)
}

/// Trains, evaluates on the test period and backtests there.
fn learn_and_trade(
    store: &Store,
    set: &FeatureSet,
    symbols: &[Symbol],
    spec: ModelSpec,
    label_set: &str,
    ctx: &Ctx,
) -> Result<(Row, Metrics), Failure> {
    let kind = spec.kind();
    let config = TrainConfig {
        name: format!("demo_{kind}"),
        dataset: DatasetSpec {
            schema: FeatureSchema::from(set),
            label_set: label_set.to_string(),
            interval: Interval::H1,
            symbols: symbols.to_vec(),
            lookback: DatasetSpec::LOOKBACK,
            from: None,
            to: None,
        },
        split: SplitSpec::default(),
        model: spec,
        calibration: CalibrationMethod::Platt,
        seed: 42,
    };
    let trained = models::train(store, &config, ctx.now(), ctx.progress())?;
    let model = models::load(store, &trained.model_id)?;
    let evaluated = models::evaluate(store, &model, ctx.now(), ctx.progress())?;
    let data = Data { symbols: symbols.to_vec(), interval: None, from: None, to: None };
    let params = BTreeMap::from([("threshold".to_string(), "profit".to_string())]);
    let mut config =
        super::model::config(store, &trained.model_id, &data, false, &params, Some(ROUND_TRIP), ctx.progress())?;
    config.name = format!("demo {kind}");
    let outcome = backtest::run(store, &config, ctx.now(), ctx.progress())?;
    Ok((Row { what: kind.to_string(), ..finished(store, &config, &outcome)? }, evaluated.metrics))
}

/// Reads a run's metrics back from the view.
fn finished(store: &Store, config: &Config, outcome: &Outcome) -> Result<Row, Failure> {
    let table = query::run(store, crate::sql!("cli/run_performance"), &[Some(outcome.run_id.clone())])?;
    let metrics = table.json_rows().into_iter().next().unwrap_or(Value::Null);
    Ok(Row { what: config.strategies.join(", "), from: config.from, run_id: outcome.run_id.clone(), metrics })
}

fn closing(notes: &[String], judged: &[(String, Metrics)], runs: &[Row], page: &Path, db: &Path) -> Output {
    let known = |metrics: &Metrics, key: &str| metrics.get(key).copied().flatten();
    let models: Vec<Vec<String>> = judged
        .iter()
        .map(|(kind, metrics)| {
            let mut row = vec![kind.clone(), percent(known(metrics, "base_rate"))];
            row.extend(["roc_auc", "pr_auc", "precision", "recall", "log_loss"].map(|key| number(known(metrics, key))));
            row
        })
        .collect();
    let traded: Vec<Vec<String>> = runs
        .iter()
        .map(|row| {
            let value = |key: &str| row.metrics.get(key).and_then(Value::as_f64);
            vec![
                row.what.clone(),
                percent(value("total_return")),
                percent(value("benchmark_return")),
                number(value("sharpe")),
                metric::find("sharpe").map_or_else(String::new, |sharpe| interval(sharpe, &row.metrics)),
                percent(value("max_drawdown")),
                value("n_trades").map_or_else(|| "-".into(), |n| format!("{n:.0}")),
                percent(value("win_rate")),
                row.run_id.clone(),
            ]
        })
        .collect();
    let right = [false, true, true, true, true, true, true, true];
    let warnings: BTreeSet<&str> = runs.iter().filter_map(|row| row.metrics["annualised_warning"].as_str()).collect();
    let warnings: String = warnings.iter().map(|warning| format!("\nnote: {warning}")).collect();
    let text = format!(
        "{}\n\ntest period, models (SYNTHETIC data)\n{}\n\ntest period, after costs (SYNTHETIC data)\n{}{warnings}\n\ntry:\n  ws sql {db} \"FROM experiment_leaderboard\"\n  ws sql {db} \"SELECT symbol, count(*) AS n, avg(return_pct) AS mean_return_pct FROM trades GROUP BY ALL ORDER BY ALL\"\n  ws sql {db} \"SELECT * FROM threshold_sweep WHERE best_by_f1\"",
        notes.join("\n"),
        grid(&["model", "base rate", "ROC-AUC", "PR-AUC", "precision", "recall", "log-loss"], &right, &models),
        grid(
            &[
                "strategy",
                "return",
                "buy and hold",
                "Sharpe",
                "95 % interval",
                "max drawdown",
                "trades",
                "win rate",
                "run"
            ],
            &right,
            &traded
        ),
        db = format_args!("--db {}", db.display()),
    );
    let first = runs.first().map(|row| row.run_id.clone());
    let runs: Vec<Value> =
        runs.iter().map(|row| json!({ "strategy": row.what, "run_id": row.run_id, "metrics": row.metrics })).collect();
    let models: Vec<Value> = judged.iter().map(|(kind, metrics)| json!({ "kind": kind, "metrics": metrics })).collect();
    Output::new(
        text,
        json!({ "run_id": first, "source": "synthetic", "db": db, "report": page, "runs": runs, "models": models }),
    )
}
