//! `ws labels`.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::features::SeriesArgs;
use super::labels_audit::{self, AuditArgs};
use crate::cli::output::{grid, number, percent};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::labels::{
    self, Barriers, Bounded, FixedHorizon, LabelError, LabelReport, LabelSpec, Meta, SmaCross, TripleBarrier,
    Volatility,
};

/// Targets of learning: what came after each bar
#[derive(Debug, clap::Args)]
pub struct LabelsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Build(Box<BuildArgs>),
    /// List the label sets with their kind, size, base rate and mean weight
    List,
    Audit(AuditArgs),
}

/// Kinds of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Barriers of fixed width
    TripleBarrier,
    /// Barriers as multiples of a trailing volatility
    Volatility,
    /// The return over a fixed number of bars, against a threshold
    FixedHorizon,
    /// Whether the bet of a primary rule (two moving averages, long or short) was right
    Meta,
}

/// Barriers that judge the bets of meta labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Width {
    /// Of fixed width
    TripleBarrier,
    /// As multiples of a trailing volatility
    Volatility,
}

/// Build labels of one kind over stored bars
///
/// Entering at the next bar's open: label 1 when the profit barrier comes before the stop and the horizon. A gap
/// through a barrier leaves at the open; a bar that touches both counts as the stop. The name of the set tells every
/// parameter (tb_5_2_8, vol_2_1_8_w20, fh_8_0, meta_10_20_tb_5_2_8, each with _session when bounded). Every label has a
/// weight: its average uniqueness among the labels of its series that are open at the same time.
#[derive(Debug, Clone, clap::Args)]
#[command(allow_negative_numbers = true)]
pub struct BuildArgs {
    /// Kind of labels
    #[arg(long, value_enum, default_value_t = Kind::TripleBarrier)]
    kind: Kind,
    /// Profit barrier, a fraction of the entry price, or a multiple of volatility; several, separated by commas, build one
    /// set each [default: 0.05, or 2 volatilities]
    #[arg(long, value_delimiter = ',')]
    take_profit: Vec<f64>,
    /// Stop barrier, a fraction of the entry price, or a multiple of volatility [default: 0.02, or 1 volatility]
    #[arg(long)]
    stop_loss: Option<f64>,
    /// Bars to wait, the entry bar counted
    #[arg(long, default_value_t = 8)]
    horizon: usize,
    /// End every bet with the session of its entry bar, at the close of the session's last bar
    #[arg(long)]
    session_bounded: bool,
    /// Log returns that volatility is the sample standard deviation of, the decision bar's the last [default: 20]
    #[arg(long, value_name = "BARS")]
    vol_window: Option<usize>,
    /// Fixed horizon: label 1 when the return is above this fraction [default: 0]
    #[arg(long)]
    threshold: Option<f64>,
    /// Meta: closes of the fast average; long while it is above the slow one, short while below [default: 10]
    #[arg(long, value_name = "BARS")]
    fast: Option<usize>,
    /// Meta: closes of the slow average [default: 20]
    #[arg(long, value_name = "BARS")]
    slow: Option<usize>,
    /// Meta: barriers that judge the bets [default: triple-barrier]
    #[arg(long, value_enum, value_name = "KIND")]
    barriers: Option<Width>,
    #[command(flatten)]
    series: SeriesArgs,
}

impl From<LabelError> for Failure {
    fn from(error: LabelError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, message: error.to_string(), hint: None }
    }
}

pub fn run(args: &LabelsArgs, ctx: &Ctx) -> Result<Output, Failure> {
    match &args.action {
        Action::Build(args) => build(args, ctx),
        Action::List => list(ctx),
        Action::Audit(args) => labels_audit::run(args, ctx),
    }
}

impl BuildArgs {
    /// One specification a profit barrier, all checked.
    fn specs(&self) -> Result<Vec<LabelSpec>, Failure> {
        self.refuse_unused()?;
        let profits: Vec<Option<f64>> = match self.take_profit.as_slice() {
            [] => vec![None],
            some => some.iter().copied().map(Some).collect(),
        };
        let specs: Vec<LabelSpec> = profits.into_iter().map(|profit| self.spec(profit)).collect();
        for (n, spec) in specs.iter().enumerate() {
            spec.check()?;
            if specs[..n].contains(spec) {
                return Err(Failure::fault(format!("{} is asked for twice", spec.name())));
            }
        }
        Ok(specs)
    }

    fn spec(&self, take_profit: Option<f64>) -> LabelSpec {
        let Self { horizon, session_bounded, .. } = *self;
        let fixed = || {
            let plain = TripleBarrier::default();
            let take_profit = take_profit.unwrap_or(plain.take_profit);
            let barriers = TripleBarrier { take_profit, stop_loss: self.stop_loss.unwrap_or(plain.stop_loss), horizon };
            Bounded { barriers, session_bounded }
        };
        let scaled = || {
            let plain = Volatility::default();
            let barriers = Volatility {
                take_profit: take_profit.unwrap_or(plain.take_profit),
                stop_loss: self.stop_loss.unwrap_or(plain.stop_loss),
                horizon,
                vol_window: self.vol_window.unwrap_or(plain.vol_window),
            };
            Bounded { barriers, session_bounded }
        };
        match self.kind {
            Kind::TripleBarrier => LabelSpec::TripleBarrier(fixed()),
            Kind::Volatility => LabelSpec::Volatility(scaled()),
            Kind::FixedHorizon => FixedHorizon { horizon, threshold: self.threshold.unwrap_or(0.0) }.into(),
            Kind::Meta => {
                let plain = SmaCross::default();
                let (fast, slow) = (self.fast.unwrap_or(plain.fast), self.slow.unwrap_or(plain.slow));
                let barriers = match self.barriers {
                    Some(Width::Volatility) => Barriers::Volatility(scaled()),
                    Some(Width::TripleBarrier) | None => Barriers::TripleBarrier(fixed()),
                };
                Meta { primary: SmaCross { fast, slow }, barriers }.into()
            }
        }
    }

    /// No flag is taken and ignored.
    fn refuse_unused(&self) -> Result<(), Failure> {
        let is_meta = self.kind == Kind::Meta;
        let is_fixed_horizon = self.kind == Kind::FixedHorizon;
        let scales = self.kind == Kind::Volatility || (is_meta && self.barriers == Some(Width::Volatility));
        let given = [
            ("--take-profit", !self.take_profit.is_empty() && is_fixed_horizon, "kinds with barriers"),
            ("--stop-loss", self.stop_loss.is_some() && is_fixed_horizon, "kinds with barriers"),
            ("--session-bounded", self.session_bounded && is_fixed_horizon, "kinds with barriers"),
            ("--threshold", self.threshold.is_some() && !is_fixed_horizon, "--kind fixed-horizon"),
            ("--fast", self.fast.is_some() && !is_meta, "--kind meta"),
            ("--slow", self.slow.is_some() && !is_meta, "--kind meta"),
            ("--barriers", self.barriers.is_some() && !is_meta, "--kind meta"),
            (
                "--vol-window",
                self.vol_window.is_some() && !scales,
                "--kind volatility, or --kind meta --barriers volatility",
            ),
        ];
        match given.into_iter().find(|(_, is_unused, _)| *is_unused) {
            Some((flag, _, belongs)) => Err(Failure::fault(format!("{flag} is for {belongs}"))),
            None => Ok(()),
        }
    }
}

fn build(args: &BuildArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let specs = args.specs()?;
    let store = ctx.open_existing()?;
    let filter = args.series.filter();
    let mut reports = Vec::with_capacity(specs.len());
    for spec in &specs {
        reports.push(labels::build(&store, spec, &filter, ctx.now(), ctx.progress())?);
    }
    Ok(match reports.as_slice() {
        [one] => Output::new(by_series(one), document(one)),
        many => Output::new(by_set(many), json!({ "label_sets": many.iter().map(document).collect::<Vec<_>>() })),
    })
}

/// What every table of built labels shows behind its first columns.
const COUNTS: [&str; 9] =
    ["bars", "complete", "base rate", "profit", "stop", "horizon", "session", "mean return", "mean weight"];

fn by_series(report: &LabelReport) -> String {
    let rows: Vec<Vec<String>> = report
        .series
        .iter()
        .map(|series| {
            vec![
                series.symbol.clone(),
                series.interval.clone(),
                series.rows.to_string(),
                series.complete.to_string(),
                percent(series.base_rate),
                series.take_profit.to_string(),
                series.stop_loss.to_string(),
                series.horizon.to_string(),
                series.session.to_string(),
                percent(series.mean_return),
                number(series.mean_weight),
            ]
        })
        .collect();
    let columns: Vec<&str> = ["symbol", "interval"].into_iter().chain(COUNTS).collect();
    format!(
        "{}\n\nlabel set {}: {} of {} complete, base rate {}",
        grid(&columns, &numeric(2), &rows),
        report.label_set,
        report.complete,
        report.rows,
        percent(report.base_rate)
    )
}

/// One line a set; for its series, 'ws query label_balance'.
fn by_set(reports: &[LabelReport]) -> String {
    let row = |report: &LabelReport| {
        let sum = |of: fn(&labels::SeriesLabels) -> i64| report.series.iter().map(of).sum::<i64>().to_string();
        let mean = |of: fn(&labels::SeriesLabels) -> Option<f64>| {
            let total: f64 = report.series.iter().filter_map(|series| Some(of(series)? * series.complete as f64)).sum();
            (report.complete > 0).then(|| total / report.complete as f64)
        };
        vec![
            report.label_set.clone(),
            report.rows.to_string(),
            report.complete.to_string(),
            percent(report.base_rate),
            sum(|series| series.take_profit),
            sum(|series| series.stop_loss),
            sum(|series| series.horizon),
            sum(|series| series.session),
            percent(mean(|series| series.mean_return)),
            number(mean(|series| series.mean_weight)),
        ]
    };
    let columns: Vec<&str> = ["label set"].into_iter().chain(COUNTS).collect();
    grid(&columns, &numeric(1), &reports.iter().map(row).collect::<Vec<_>>())
}

fn numeric(texts: usize) -> Vec<bool> {
    (0..texts + COUNTS.len()).map(|column| column >= texts).collect()
}

fn document(report: &LabelReport) -> Value {
    json!({ "label_set": report.label_set, "rows": report.rows, "complete": report.complete,
        "base_rate": report.base_rate, "series": report.series })
}

fn list(ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let sets = labels::sets(&store)?;
    if sets.is_empty() {
        return Ok(Output::new("no label sets yet; 'ws labels build' makes one", json!({ "label_sets": [] })));
    }
    let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let rows: Vec<Vec<String>> = sets
        .iter()
        .map(|set| {
            vec![
                set.name.clone(),
                dash(&set.kind),
                dash(&set.interval),
                set.n_series.to_string(),
                set.n_rows.to_string(),
                set.n_complete.to_string(),
                percent(set.base_rate),
                number(set.mean_weight),
                dash(&set.created_at),
            ]
        })
        .collect();
    let columns =
        ["label set", "kind", "interval", "series", "bars", "complete", "base rate", "mean weight", "first built"];
    let numeric = [false, false, false, true, true, true, true, true, false];
    let documents: Vec<Value> = sets
        .iter()
        .map(|set| {
            let spec: Option<Value> = set.spec.as_deref().and_then(|text| serde_json::from_str(text).ok());
            json!({ "name": set.name, "kind": set.kind, "spec": spec, "interval": set.interval,
                "series": set.n_series, "rows": set.n_rows, "complete": set.n_complete, "base_rate": set.base_rate,
                "mean_weight": set.mean_weight, "created_at": set.created_at })
        })
        .collect();
    Ok(Output::new(grid(&columns, &numeric, &rows), json!({ "label_sets": documents })))
}
