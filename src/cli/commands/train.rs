//! `ws train`.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::output::{grid, number};
use crate::cli::{Ctx, Failure, Output};
use crate::dataset::{DatasetSpec, FeatureSchema, SplitSpec};
use crate::domain::{Interval, Symbol};
use crate::features;
use crate::models::{self, CalibrationMethod, Metrics, ModelSpec, TrainConfig, Trained};
use crate::store::Store;

/// Train a model on features and labels, and store it with everything needed to use it
///
/// Samples are split by time; training samples whose label reaches into validation or test are purged. The scaler
/// is fitted on training samples only, probabilities are calibrated and the threshold chosen on validation only;
/// the test period is left to 'ws evaluate'.
#[derive(Debug, Clone, clap::Args)]
pub struct TrainArgs {
    /// Kind of model
    #[arg(long, default_value = "logistic", value_parser = clap::builder::PossibleValuesParser::new(ModelSpec::KINDS))]
    kind: String,
    /// Parameter of the model, as in TOML; may be repeated, for example epochs=10
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = super::query::pair)]
    params: Vec<(String, String)>,
    /// Specification of the model in TOML (kind = "mlp", epochs = 10, ..) instead of --kind
    #[arg(long, value_name = "FILE", conflicts_with = "kind")]
    spec: Option<PathBuf>,
    /// Feature set by name, or a file ending in .toml
    #[arg(long, default_value = "core23")]
    set: String,
    /// Label set [default: the only one with labels of the interval]
    #[arg(long)]
    labels: Option<String>,
    /// Bar length [default: the only one with labels]
    #[arg(long)]
    interval: Option<Interval>,
    /// Symbols, separated by commas [default: all with features]
    #[arg(long, value_delimiter = ',')]
    symbols: Vec<Symbol>,
    /// Rows of a window
    #[arg(long, default_value_t = DatasetSpec::LOOKBACK)]
    lookback: usize,
    /// Shares of time for training, validation and test
    #[arg(long, value_name = "T,V,T", default_value = "0.7,0.15,0.15", value_parser = shares)]
    split: SplitSpec,
    /// Bars kept free before each boundary [default: the lookback]
    #[arg(long)]
    embargo: Option<usize>,
    /// How to calibrate probabilities: platt or isotonic
    #[arg(long, default_value = "platt", value_parser = calibration)]
    calibration: CalibrationMethod,
    /// Seed of initial weights, shuffles and dropout
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Name of the model; versions count up within it [default: <kind>_<set>_<interval>]
    #[arg(long, default_value = "")]
    name: String,
}

/// Reads `0.7,0.15,0.15`.
pub fn shares(text: &str) -> Result<SplitSpec, String> {
    let parts: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match parts.unwrap_or_default().as_slice() {
        [train, valid, test] => Ok(SplitSpec { train: *train, valid: *valid, test: *test, embargo: None }),
        _ => Err("three shares are needed, for example 0.7,0.15,0.15".into()),
    }
}

fn calibration(text: &str) -> Result<CalibrationMethod, String> {
    match text {
        "platt" => Ok(CalibrationMethod::Platt),
        "isotonic" => Ok(CalibrationMethod::Isotonic),
        _ => Err("use platt or isotonic".into()),
    }
}

pub fn run(args: &TrainArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let model = spec(args)?;
    let store = ctx.open_existing()?;
    let set = features::named(&store, &args.set)?;
    let (label_set, interval) = targets(&store, args)?;
    let config = TrainConfig {
        name: args.name.clone(),
        dataset: DatasetSpec {
            schema: FeatureSchema::from(&set),
            label_set,
            interval,
            symbols: args.symbols.clone(),
            lookback: args.lookback,
            from: None,
            to: None,
        },
        split: SplitSpec { embargo: args.embargo, ..args.split.clone() },
        model,
        calibration: args.calibration,
        seed: args.seed,
    };
    let trained = models::train(&store, &config, ctx.now(), ctx.progress())?;
    Ok(report(&trained))
}

/// The model's specification from a file or from a kind, single parameters laid over it.
fn spec(args: &TrainArgs) -> Result<ModelSpec, Failure> {
    let mut text = match &args.spec {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| Failure::fault(format!("{}: {error}", path.display())))?
        }
        None => format!("kind = \"{}\"\n", args.kind),
    };
    for (name, value) in &args.params {
        text.push_str(&format!("{name} = {}\n", toml_value(value)));
    }
    let place = args.spec.as_ref().map_or_else(|| "model parameters".to_string(), |path| path.display().to_string());
    let hint = "'ws man train' and the documentation of ModelSpec list the parameters";
    toml::from_str(&text).map_err(|error| Failure::fault(format!("{place}: {}", error.to_string().trim())).hint(hint))
}

/// Numbers, lists and booleans as they are, words in quotes.
fn toml_value(text: &str) -> String {
    let plain = toml::from_str::<toml::Table>(&format!("x = {text}")).is_ok();
    if plain { text.to_string() } else { format!("{text:?}") }
}

/// The label set and interval that the flags mean.
fn targets(store: &Store, args: &TrainArgs) -> Result<(String, Interval), Failure> {
    let fault = |error: crate::store::duckdb::Error| Failure::from(crate::store::StoreError::from(error));
    let mut statement = store.conn().prepare(crate::sql!("cli/label_sets")).map_err(fault)?;
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).map_err(fault)?;
    let found: Vec<(String, String)> = rows.collect::<Result<_, _>>().map_err(fault)?;
    let wanted = |(set, interval): &&(String, String)| {
        args.labels.as_ref().is_none_or(|label_set| label_set == set)
            && args.interval.is_none_or(|wanted| wanted.as_str() == interval)
    };
    let names = |sets: &[(String, String)]| -> String {
        sets.iter().map(|(set, interval)| format!("{set} of {interval}")).collect::<Vec<_>>().join(", ")
    };
    let matching: Vec<(String, String)> = found.iter().filter(wanted).cloned().collect();
    match matching.as_slice() {
        [(set, interval)] => {
            let interval =
                interval.parse().map_err(|_| Failure::fault(format!("labels have the interval '{interval}'")))?;
            Ok((set.clone(), interval))
        }
        [] if found.is_empty() => Err(Failure::refused("the store has no labels").hint("build them: ws labels build")),
        [] => Err(Failure::refused(format!("no such labels; the store has {}", names(&found)))
            .hint("ws labels build makes others")),
        several => Err(Failure::refused(format!("several label sets fit: {}", names(several)))
            .hint("say which: --labels and --interval")),
    }
}

fn report(trained: &Trained) -> Output {
    let periods = &trained.periods;
    let split = [
        ("train", trained.windows[0], periods.train_start, periods.train_end),
        ("valid", trained.windows[1], periods.valid_start, periods.valid_end),
        ("test", trained.windows[2], periods.test_start, periods.test_end),
    ];
    let rows: Vec<Vec<String>> = split
        .iter()
        .map(|(name, n, from, to)| vec![(*name).into(), n.to_string(), from.to_string(), to.to_string()])
        .collect();
    let mut text =
        format!("model {} ({}@{}), run {}\n\n", trained.model_id, trained.name, trained.version, trained.run_id);
    text.push_str(&grid(&["split", "windows", "first bar", "last bar"], &[false, true], &rows));
    text.push_str(&format!(
        "\n\nvalidation (used for early stopping, calibration and the threshold {:.4})\n",
        trained.threshold
    ));
    text.push_str(&metrics_grid(&trained.metrics));
    for warning in &trained.warnings {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    text.push_str(&format!("\n\ntook {:.1} s; next: ws evaluate --model {}", trained.seconds, trained.model_id));
    let curve: Vec<_> = trained
        .curve
        .iter()
        .map(|epoch| json!({ "epoch": epoch.epoch, "train_loss": epoch.train_loss, "valid_loss": epoch.valid_loss, "valid_pr_auc": epoch.valid_pr_auc }))
        .collect();
    let splits: Vec<_> = split
        .iter()
        .map(|(name, n, from, to)| json!({ "split": name, "windows": n, "from": from.to_string(), "to": to.to_string() }))
        .collect();
    Output::new(
        text,
        json!({ "run_id": trained.run_id, "model_id": trained.model_id, "name": trained.name, "version": trained.version,
        "splits": splits, "threshold": trained.threshold, "metrics": trained.metrics, "curve": curve,
        "best_epoch": trained.best_epoch, "warnings": trained.warnings, "seconds": trained.seconds }),
    )
}

/// Classifier metrics in reading order.
pub fn metrics_grid(metrics: &Metrics) -> String {
    const ORDER: [&str; 11] = [
        "n",
        "base_rate",
        "threshold",
        "accuracy",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "pr_auc",
        "log_loss",
        "brier",
    ];
    let rows: Vec<Vec<String>> = ORDER
        .iter()
        .filter_map(|key| metrics.get(*key).map(|value| (key, value)))
        .map(|(key, value)| {
            let shown =
                if *key == "n" { value.map_or("-".into(), |value| format!("{value:.0}")) } else { number(*value) };
            vec![key.replace('_', " "), shown]
        })
        .collect();
    grid(&["metric", "value"], &[false, true], &rows)
}
