//! `ws audit`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::features::SeriesArgs;
use crate::audit::{self, AuditError, Lookahead, Options, Recursive, Subject};
use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::features;
use crate::labels;
use crate::store::Store;

/// Proofs on the data: does anything see ahead?
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Lookahead(LookaheadArgs),
}

/// Alter everything that became known after random cuts; nothing known before may change
///
/// On a sample of the stored series, in a copy in memory: bars, sentiment, corporate actions and memberships after a cut
/// get other values, are thinned out, go or come; features, labels and queries are computed again and compared with
/// what they were. Without --set, --labels or --query every feature set and label set of the store is audited. The
/// outcome is kept in the table audits and shown in reports; an alarm is exit status 1.
#[derive(Debug, clap::Args)]
struct LookaheadArgs {
    /// Feature sets by name, or files ending in .toml, separated by commas
    #[arg(long, value_name = "SET", value_delimiter = ',')]
    set: Vec<String>,
    /// Label sets by name, separated by commas
    #[arg(long, value_name = "SET", value_delimiter = ',')]
    labels: Vec<String>,
    /// A file with one SELECT that gives symbol, interval, ts of bars and further columns
    #[arg(long, value_name = "FILE.sql")]
    query: Vec<PathBuf>,
    /// Random cuts of each
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    cuts: u32,
    /// Seed of sample and cuts
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bars of each sampled series [default: the warm-up and 300 more]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(20..=200_000))]
    bars: Option<u32>,
    /// Compare histories of different length instead: warm-ups and memories against what the records say
    #[arg(long)]
    recursive: bool,
    #[command(flatten)]
    series: SeriesArgs,
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, message: error.to_string(), hint: None }
    }
}

pub fn run(args: &AuditArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let Action::Lookahead(args) = &args.action;
    let store = ctx.open_existing()?;
    if args.recursive { recursive(args, &store, ctx) } else { lookahead(args, &store, ctx) }
}

fn options(args: &LookaheadArgs, cuts: u32) -> Options {
    Options {
        cuts: cuts as usize,
        seed: args.seed,
        filter: args.series.filter(),
        bars: args.bars.map(|bars| bars as usize),
        everything: false,
    }
}

fn lookahead(args: &LookaheadArgs, store: &Store, ctx: &Ctx) -> Result<Output, Failure> {
    let options = options(args, args.cuts);
    let mut audited = Vec::new();
    for subject in subjects(args, store)? {
        let outcome = audit::lookahead(store, &subject, &options, ctx.progress())?;
        let kept = audit::save_lookahead(store, &subject, &options, &outcome, ctx.now())?;
        audited.push((subject, outcome, kept));
    }
    let rows: Vec<Vec<String>> = audited
        .iter()
        .map(|(subject, outcome, kept)| {
            vec![
                subject.kind().into(),
                subject.name(),
                outcome.cuts.to_string(),
                outcome.compared.to_string(),
                outcome.alarms.len().to_string(),
                if kept.passed { "sees nothing ahead" } else { "SEES AHEAD" }.into(),
            ]
        })
        .collect();
    let columns = ["audited", "name", "cuts", "values compared", "alarms", "verdict"];
    let mut text = grid(&columns, &[false, false, true, true, true], &rows);
    for (subject, outcome, _) in audited.iter().filter(|(_, outcome, _)| !outcome.alarms.is_empty()) {
        text.push_str(&format!("\n\n{} sees ahead; the first case of each column:\n", subject.name()));
        text.push_str(&alarms(outcome));
    }
    if let Some((_, outcome, _)) = audited.first() {
        text.push_str(&format!("\n\naltered: {}; on {}", outcome.altered.join(", "), outcome.series.join(", ")));
    }
    let document: Vec<Value> = audited
        .iter()
        .map(|(subject, outcome, kept)| {
            json!({ "audit_id": kept.audit_id, "kind": "lookahead", "subject": subject.kind(), "name": subject.name(),
                "version": subject.version(), "passed": kept.passed, "outcome": outcome })
        })
        .collect();
    let passed = audited.iter().all(|(_, _, kept)| kept.passed);
    let exit = if passed { Exit::Done } else { Exit::Refused };
    Ok(Output::new(text, json!({ "passed": passed, "audits": document })).exit(exit))
}

fn alarms(outcome: &Lookahead) -> String {
    let number = |value: Option<f64>| value.map_or("NULL".into(), |value| format!("{value:.6}"));
    let rows: Vec<Vec<String>> = outcome
        .alarms
        .iter()
        .map(|alarm| {
            vec![
                alarm.column.clone(),
                alarm.cuts.to_string(),
                alarm.symbol.clone(),
                alarm.interval.clone(),
                alarm.ts.clone(),
                alarm.cut.clone(),
                number(alarm.before),
                number(alarm.after),
                alarm.because_of.join(", "),
            ]
        })
        .collect();
    let columns = ["column", "cuts", "symbol", "interval", "bar", "altered after", "was", "becomes", "because of"];
    grid(&columns, &[false, true, false, false, false, false, true, true], &rows)
}

/// What was asked for, or everything the store holds.
fn subjects(args: &LookaheadArgs, store: &Store) -> Result<Vec<Subject>, Failure> {
    let mut subjects = Vec::new();
    for name in &args.set {
        subjects.push(Subject::Features(Box::new(features::named(store, name)?)));
    }
    for name in &args.labels {
        subjects.push(Subject::Labels(labels::spec_of(store, name)?));
    }
    for path in &args.query {
        let sql =
            std::fs::read_to_string(path).map_err(|error| Failure::fault(format!("{}: {error}", path.display())))?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
        subjects.push(Subject::query(store, name, sql)?);
    }
    if subjects.is_empty() {
        subjects.extend(features::built(store)?.into_iter().map(|set| Subject::Features(Box::new(set))));
        for set in labels::sets(store)? {
            subjects.push(Subject::Labels(labels::spec_of(store, &set.name)?));
        }
    }
    if subjects.is_empty() {
        return Err(Failure::refused("the store has neither features nor labels to audit")
            .hint("name a set with --set core23, or build one with 'ws features build'"));
    }
    Ok(subjects)
}

fn recursive(args: &LookaheadArgs, store: &Store, ctx: &Ctx) -> Result<Output, Failure> {
    // A start costs a build over a long sample, and 20 tell what there is to tell.
    let options = options(args, args.cuts.min(20));
    let mut sets = args.set.iter().map(|name| features::named(store, name)).collect::<Result<Vec<_>, _>>()?;
    if sets.is_empty() {
        sets = features::built(store)?;
    }
    if sets.is_empty() || !args.labels.is_empty() || !args.query.is_empty() {
        return Err(Failure::refused("--recursive compares feature sets").hint("name one with --set core23"));
    }
    let (mut text, mut document, mut passed) = (Vec::new(), Vec::new(), true);
    for set in sets {
        let outcome = audit::recursive(store, &set, &options, ctx.progress())?;
        let subject = Subject::Features(Box::new(set));
        let kept = audit::save_recursive(store, &subject, &options, &outcome, ctx.now())?;
        passed &= kept.passed;
        text.push(histories(&subject.name(), &outcome));
        document.push(json!({ "audit_id": kept.audit_id, "kind": "recursive", "subject": "features",
            "name": subject.name(), "version": subject.version(), "passed": kept.passed, "outcome": outcome }));
    }
    let exit = if passed { Exit::Done } else { Exit::Refused };
    Ok(Output::new(text.join("\n\n"), json!({ "passed": passed, "audits": document })).exit(exit))
}

fn histories(name: &str, outcome: &Recursive) -> String {
    let or_dash = |value: Option<usize>| value.map_or("-".to_string(), |value| value.to_string());
    let rows: Vec<Vec<String>> = outcome
        .features
        .iter()
        .map(|feature| {
            let verdict = match (feature.passed, feature.settles, feature.compared) {
                (false, ..) => "DEPENDS ON ITS START",
                (true, None, _) => "anchored",
                (true, Some(_), 0) => "sample too short to tell",
                (true, Some(_), _) => "settles",
            };
            vec![
                feature.feature.clone(),
                feature.warmup.to_string(),
                or_dash(feature.first),
                or_dash(feature.settles),
                feature.settled.to_string(),
                if feature.compared > 0 { format!("{:.1e}", feature.error) } else { "-".into() },
                verdict.into(),
            ]
        })
        .collect();
    let columns = ["feature", "warm-up", "found", "settles after", "found", "difference after", "verdict"];
    format!(
        "{name}: {} later starts on {}\n{}",
        outcome.starts,
        outcome.series.join(", "),
        grid(&columns, &[false, true, true, true, true, true], &rows)
    )
}
