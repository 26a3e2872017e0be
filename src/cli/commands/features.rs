//! `ws features`.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::{Interval, Symbol, nearest};
use crate::features::{self, FeatureError, FeatureSet};
use crate::store::series::SeriesFilter;

/// Feature sets: list, show as SQL, build
#[derive(Debug, clap::Args)]
pub struct FeaturesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the sets, or the features of one with unit, warm-up, memory and source
    List {
        /// Set by name, or a file ending in .toml
        #[arg(long)]
        set: Option<String>,
    },
    /// Print the SQL that builds a set
    Sql {
        /// Set by name, or a file ending in .toml
        #[arg(long, default_value = "core23")]
        set: String,
    },
    /// List the kernels a set may ask for, with their parameters, outputs, inputs and source
    Kernels {
        /// Only this one, with how a set asks for it
        name: Option<String>,
    },
    /// Build a set over stored bars into the table features_<set>
    Build(BuildArgs),
}

#[derive(Debug, clap::Args)]
struct BuildArgs {
    /// Set by name, or a file ending in .toml
    #[arg(long, default_value = "core23")]
    set: String,
    /// Build only what is new or was made of something that changed; the rows are those of a full build
    #[arg(long)]
    incremental: bool,
    #[command(flatten)]
    series: SeriesArgs,
}

/// Which series a command is about.
#[derive(Debug, Clone, clap::Args)]
pub struct SeriesArgs {
    /// Symbols, separated by commas [default: all]
    #[arg(long, value_delimiter = ',')]
    pub symbols: Vec<Symbol>,
    /// Bar length [default: every one]
    #[arg(long)]
    pub interval: Option<Interval>,
}

impl SeriesArgs {
    /// As the store understands it.
    pub fn filter(&self) -> SeriesFilter {
        SeriesFilter { symbols: self.symbols.clone(), interval: self.interval }
    }
}

impl From<FeatureError> for Failure {
    fn from(error: FeatureError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, message: error.to_string(), hint: None }
    }
}

pub fn run(args: &FeaturesArgs, ctx: &Ctx) -> Result<Output, Failure> {
    match &args.action {
        Action::List { set: None } => list_sets(),
        Action::List { set: Some(name) } => Ok(list_features(&named(name, ctx)?)),
        Action::Sql { set } => {
            let set = named(set, ctx)?;
            let sql = features::sql(&set);
            Ok(Output::new(sql.clone(), json!({ "set": set.name(), "version": set.hash(), "sql": sql })))
        }
        Action::Kernels { name } => kernels(name.as_deref()),
        Action::Build(args) => build(args, ctx),
    }
}

/// A set by name or path, or the one of that name in the store, when there is a store.
fn named(name: &str, ctx: &Ctx) -> Result<FeatureSet, Failure> {
    match FeatureSet::load(name) {
        Err(FeatureError::UnknownSet { .. }) if ctx.db.exists() => Ok(features::named(&ctx.open_read_only()?, name)?),
        loaded => Ok(loaded?),
    }
}

fn kernels(name: Option<&str>) -> Result<Output, Failure> {
    let known = || features::KERNELS.iter().map(|info| info.name);
    if let Some(name) = name
        && !known().any(|known| known == name)
    {
        let near = nearest(name, known()).map(|near| format!("did you mean '{near}'?"));
        let failure = Failure::refused(format!("unknown kernel '{name}'"));
        return Err(failure.hint(near.unwrap_or_else(|| "'ws features kernels' lists them".into())));
    }
    let wanted = features::KERNELS.iter().filter(|info| name.is_none_or(|name| info.name == name));
    let (mut rows, mut document) = (Vec::new(), Vec::new());
    for info in wanted {
        let params: Vec<String> = info
            .params
            .iter()
            .map(|param| format!("{} {}..{}", param.name(), param.range().start(), param.range().end()))
            .collect();
        let outputs = if info.outputs.len() > 1 { info.outputs.join(", ") } else { String::new() };
        rows.push(vec![info.name.into(), info.about.into(), info.usage(), outputs.clone(), info.source.into()]);
        document.push(json!({ "kernel": info.name, "about": info.about, "usage": info.usage(), "parameters": params,
            "outputs": info.outputs, "source": info.source }));
    }
    let columns = ["kernel", "what it is", "definition", "outputs", "source"];
    Ok(Output::new(grid(&columns, &[false; 5], &rows), json!(document)))
}

fn list_sets() -> Result<Output, Failure> {
    let sets = FeatureSet::known().map(FeatureSet::load).collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<Vec<String>> = sets
        .iter()
        .map(|set| {
            vec![
                set.name().into(),
                set.columns().len().to_string(),
                set.warmup().to_string(),
                set.hash()[..12].into(),
                set.about().into(),
            ]
        })
        .collect();
    let document: Vec<_> = sets
        .iter()
        .map(|set| json!({ "set": set.name(), "features": set.columns(), "warmup_bars": set.warmup(), "version": set.hash(), "about": set.about() }))
        .collect();
    let text = grid(&["set", "features", "warm-up", "version", "about"], &[false, true, true], &rows);
    Ok(Output::new(text + "\n\nfeatures of one: ws features list --set NAME", json!(document)))
}

fn list_features(set: &FeatureSet) -> Output {
    let columns = ["feature", "definition", "unit", "warm-up", "memory", "scaled as", "about", "source"];
    let rows: Vec<Vec<String>> = set
        .features()
        .iter()
        .map(|feature| {
            vec![
                feature.name.clone(),
                feature.definition.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
                feature.unit.clone(),
                feature.warmup.to_string(),
                feature.memory.to_string(),
                feature.role.as_str().into(),
                feature.about.clone(),
                feature.source.clone(),
            ]
        })
        .collect();
    let document: Vec<_> = set
        .features()
        .iter()
        .map(|feature| {
            json!({ "name": feature.name, "definition": feature.definition.to_string(), "unit": feature.unit, "warmup_bars": feature.warmup,
                "memory": feature.memory.to_string(), "role": feature.role.as_str(), "about": feature.about, "source": feature.source })
        })
        .collect();
    Output::new(
        grid(&columns, &[false, false, false, true], &rows),
        json!({ "set": set.name(), "version": set.hash(), "features": document }),
    )
}

/// Series shown one by one; more are summed up.
const SHOWN: usize = 20;

/// What was done with each series, those first where something was done.
fn series_table(report: &features::BuildReport) -> String {
    let mut series: Vec<&features::SeriesBuilt> = report.series.iter().collect();
    series.sort_by_key(|series| series.how == "unchanged");
    let rows: Vec<Vec<String>> = series
        .iter()
        .take(SHOWN)
        .map(|series| vec![series.symbol.clone(), series.interval.clone(), series.rows.to_string(), series.how.clone()])
        .collect();
    let mut text = grid(&["symbol", "interval", "rows", ""], &[false, false, true], &rows);
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for series in series.iter().skip(SHOWN) {
        *others.entry(series.how.as_str()).or_default() += 1;
    }
    let others: Vec<String> = others.iter().map(|(how, count)| format!("{count} more {how}")).collect();
    if !others.is_empty() {
        text.push_str(&format!("\n.. {}", others.join(", ")));
    }
    text
}

fn build(args: &BuildArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_existing()?;
    let set = features::named(&store, &args.set)?;
    let work = if args.incremental { features::increment } else { features::build };
    let report = work(&store, &set, &args.series.filter(), ctx.now(), ctx.progress())?;
    let mut text = series_table(&report);
    if let Some(why) = &report.recreated {
        text.push_str(&format!("\nnote: {why}"));
    }
    text.push_str(&format!(
        "\n\n{} rows of {} features in {} (version {})",
        report.rows,
        report.columns,
        report.table,
        &report.version[..12]
    ));
    let series: Vec<_> = report
        .series
        .iter()
        .map(|series| json!({ "symbol": series.symbol, "interval": series.interval, "rows": series.rows, "how": series.how }))
        .collect();
    Ok(Output::new(
        text,
        json!({ "set": report.set, "version": report.version, "table": report.table, "rows": report.rows,
        "series": series, "recreated": report.recreated }),
    ))
}
