//! `ws labels audit`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::features::SeriesArgs;
use super::{report::open, train::shares};
use crate::cli::output::{grid, number, percent};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::dataset::{DatasetSpec, Periods, SplitSpec, split};
use crate::domain::Interval;
use crate::labels::{self, AuditPlan, AuditReport, LabelSet, SampledLabel, SplitFigures};
use crate::models::ModelError;
use crate::report::labels::{self as pictures, Audit, Outcome, Table, Tile, Written};
use crate::store::Store;
use crate::store::series::SeriesFilter;

/// Hold a label set against its bars: figures by split, checks, pictures of a sample
///
/// Times are cut into train, valid and test as 'ws train' cuts them. Every row is checked for what no label may be;
/// sampled labels are computed again from their bars and drawn with barriers, entry and exit, on an HTML page that
/// needs no network and as PNG sheets. A broken rule makes the exit status 1.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    /// Label set [default: the only one]
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
    /// Labels to sample a split
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1000))]
    per_split: u32,
    /// Seed of the sample
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Shares of time for training, validation and test
    #[arg(long, value_name = "T,V,T", default_value = "0.7,0.15,0.15", value_parser = shares)]
    split: SplitSpec,
    /// Bars of each symbol kept free before each boundary
    #[arg(long, default_value_t = DatasetSpec::LOOKBACK)]
    embargo: usize,
    #[command(flatten)]
    series: SeriesArgs,
    /// Folder to write to; made when missing
    #[arg(long, value_name = "DIR", default_value = "labels-audit")]
    out: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

pub fn run(args: &AuditArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let (label_set, interval) = chosen(&store, args)?;
    let plan = AuditPlan {
        label_set,
        interval,
        symbols: args.series.symbols.clone(),
        per_split: args.per_split as usize,
        seed: args.seed,
    };
    if !plan.symbols.is_empty() {
        // A symbol nobody knows is told, not left out.
        SeriesFilter { symbols: plan.symbols.clone(), interval: Some(interval) }.resolve(&store)?;
    }
    let times = labels::label_times(&store, &plan)?;
    if times.labelled.is_empty() {
        let wanted = if plan.symbols.is_empty() { "" } else { " of these symbols" };
        return Err(Failure::refused(format!("{} has no complete {interval} label{wanted}", plan.label_set))
            .hint("build labels with 'ws labels build', over longer histories"));
    }
    let series: Vec<_> = times.series.iter().map(Vec::as_slice).collect();
    let periods = split::periods(&times.labelled, &series, &args.split, args.embargo).map_err(ModelError::from)?;
    let bounds = [
        (periods.train_start, periods.train_end),
        (periods.valid_start, periods.valid_end),
        (periods.test_start, periods.test_end),
    ];
    let report = labels::audit(&store, &plan, &bounds)?;
    let audit = composed(&plan, &report);
    let written = pictures::write(&store, &audit, &args.out, ctx.now())?;
    if args.open {
        open(&written.html)?;
    }
    let exit = if report.violations() == 0 { Exit::Done } else { Exit::Refused };
    let document = document(&plan, &report, &periods, &written);
    Ok(Output::new(text(&report, &audit, &written), document).exit(exit))
}

/// The set and bar length asked for, or the only ones there are.
fn chosen(store: &Store, args: &AuditArgs) -> Result<(String, Interval), Failure> {
    let wanted = |set: &LabelSet| {
        args.set.as_ref().is_none_or(|name| *name == set.name)
            && args.series.interval.is_none_or(|interval| set.interval.as_deref() == Some(interval.as_str()))
    };
    let all: Vec<LabelSet> = labels::sets(store)?.into_iter().filter(|set| set.interval.is_some()).collect();
    let found: Vec<&LabelSet> = all.iter().filter(|set| wanted(set)).collect();
    let shown = |sets: &mut dyn Iterator<Item = &LabelSet>| {
        let named: Vec<String> =
            sets.map(|set| format!("{} {}", set.name, set.interval.as_deref().unwrap_or("-"))).collect();
        named.join(", ")
    };
    match found.as_slice() {
        [one] => {
            let interval: Result<Interval, _> = one.interval.as_deref().unwrap_or_default().parse();
            Ok((one.name.clone(), interval.map_err(|error| Failure::refused(error.to_string()))?))
        }
        [] if all.is_empty() => {
            Err(Failure::refused("the store has no labels").hint("build some with 'ws labels build'"))
        }
        [] => Err(Failure::refused(format!("no such labels; the store has {}", shown(&mut all.iter())))
            .hint("choose with --set and --interval")),
        many => Err(Failure::refused(format!("which labels? There are {}", shown(&mut many.iter().copied())))
            .hint("choose with --set and --interval")),
    }
}

fn composed(plan: &AuditPlan, report: &AuditReport) -> Audit {
    let violations = report.violations();
    let verdict = match violations {
        0 => "no rule is broken".to_string(),
        n => format!("rules are broken {n} times"),
    };
    let rows: i64 = report.checks.first().map_or(0, |check| check.checked);
    Audit {
        label_set: plan.label_set.clone(),
        sentence: format!(
            "{rows} rows of {} bars, {} of them drawn with seed {} and computed again: {verdict}.",
            plan.interval,
            report.samples.len(),
            plan.seed
        ),
        notes: report.notes.clone(),
        is_synthetic: report.is_synthetic,
        tables: vec![figures(&report.splits), checks(report)],
        tiles: report.samples.iter().filter_map(tile).collect(),
    }
}

fn figures(splits: &[SplitFigures]) -> Table {
    let columns = [
        "split",
        "rows",
        "NULL",
        "purged",
        "labels",
        "base rate",
        "profit",
        "stop",
        "horizon",
        "session",
        "mean return",
        "median return",
        "bars held",
        "weight",
    ];
    let row = |split: &SplitFigures| {
        let part = |n: i64| percent((split.n > 0).then(|| n as f64 / split.n as f64));
        vec![
            split.split.clone(),
            split.n_rows.to_string(),
            percent(split.null_share),
            split.n_purged.to_string(),
            split.n.to_string(),
            percent(split.base_rate),
            part(split.take_profit),
            part(split.stop_loss),
            part(split.horizon),
            part(split.session),
            percent(split.mean_return),
            percent(split.median_return),
            split.mean_bars_held.map_or_else(|| "-".into(), |bars| format!("{bars:.2}")),
            number(split.mean_weight),
        ]
    };
    Table {
        title: "Labels by split".into(),
        note: "Purged labels reach into the next split and are left out of what stands right of them. Bars held counts from \
               the entry's bar to the exit's; weight is the mean average uniqueness."
            .into(),
        columns: columns.iter().enumerate().map(|(n, name)| ((*name).to_string(), n > 0)).collect(),
        rows: splits.iter().map(row).collect(),
    }
}

fn checks(report: &AuditReport) -> Table {
    let row = |check: &labels::Check| {
        vec![check.name.to_string(), check.checked.to_string(), check.violations.to_string(), check.rule.to_string()]
    };
    let columns = [("check", false), ("rows", true), ("violations", true), ("rule", false)];
    Table {
        title: "Checks".into(),
        note: String::new(),
        columns: columns.iter().map(|(name, is_number)| ((*name).to_string(), *is_number)).collect(),
        rows: report.checks.iter().map(row).collect(),
    }
}

/// A picture of a label; `None` for one that a foreign hand left without its essentials.
fn tile(sample: &SampledLabel) -> Option<Tile> {
    let row = &sample.row;
    let outcome = match row.barrier? {
        labels::Barrier::TakeProfit => Outcome::TakeProfit,
        labels::Barrier::StopLoss => Outcome::StopLoss,
        labels::Barrier::Horizon => Outcome::Horizon,
        labels::Barrier::Session => Outcome::Session,
    };
    Some(Tile {
        split: sample.split.clone(),
        symbol: sample.bars.symbol.to_string(),
        ts: row.ts,
        outcome,
        label: row.label?,
        side: row.side,
        forward_return: row.forward_return?,
        weight: row.weight,
        bars: (0..sample.bars.len())
            .filter_map(|index| sample.bars.get(index))
            .map(|bar| [bar.open, bar.high, bar.low, bar.close])
            .collect(),
        decision: sample.decision,
        exit: sample.exit,
        entry_price: sample.entry_price,
        exit_price: sample.exit_price,
        barriers: sample.barriers,
        faults: sample.faults.clone(),
    })
}

fn text(report: &AuditReport, audit: &Audit, written: &Written) -> String {
    let shown = |table: &Table| {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let numeric: Vec<bool> = table.columns.iter().map(|(_, is_number)| *is_number).collect();
        grid(&names, &numeric, &table.rows)
    };
    let mut lines: Vec<String> = audit.tables.iter().map(|table| shown(table) + "\n").collect();
    if report.is_synthetic {
        lines.push("SYNTHETIC data".into());
    }
    lines.extend(report.notes.iter().map(|note| format!("note: {note}")));
    let faulty = report.samples.iter().filter(|sample| !sample.faults.is_empty());
    lines.extend(
        faulty
            .take(5)
            .map(|sample| format!("fault: {} {}: {}", sample.bars.symbol, sample.row.ts, sample.faults.join("; "))),
    );
    lines.push(format!("{}: {}", audit.label_set, audit.sentence));
    lines.push(format!("{}\n{} pictures beside it", written.html.display(), written.pngs.len()));
    lines.join("\n")
}

fn document(plan: &AuditPlan, report: &AuditReport, periods: &Periods, written: &Written) -> Value {
    let samples: Vec<Value> = report
        .samples
        .iter()
        .map(|sample| {
            let row = &sample.row;
            json!({ "split": sample.split, "symbol": sample.bars.symbol.as_str(), "ts": row.ts.to_string(),
                "label": row.label, "forward_return": row.forward_return, "weight": row.weight, "side": row.side,
                "entry_ts": row.entry_ts.map(|ts| ts.to_string()), "exit_ts": row.exit_ts.map(|ts| ts.to_string()),
                "barrier": row.barrier.map(labels::Barrier::as_str), "faults": sample.faults })
        })
        .collect();
    json!({ "label_set": plan.label_set, "interval": plan.interval.as_str(), "spec": report.spec, "periods": periods,
        "seed": plan.seed, "splits": report.splits, "checks": report.checks, "violations": report.violations(),
        "is_synthetic": report.is_synthetic, "notes": report.notes, "samples": samples, "html": written.html,
        "pngs": written.pngs })
}
