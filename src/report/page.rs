//! The page as data: sections of runs with their figures and tables, handed to the template.

use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

use super::ReportError;
use super::audits;
use super::chart::{Theme, render};
use super::figures::{self, Figure};
use super::read::{Record, Run, pasteable, rows};
use super::summary::{self, Fact, Summary};
use super::table::{self, Cell, Column, Table};
use crate::domain::Ts;
use crate::store::{Store, embedded};

/// Width of figures on a desk, on a phone, and of those that take half a page.
pub const WIDE: f64 = 920.0;
pub(super) const PHONE: f64 = 390.0;
/// Width of a figure that shares its row.
pub const HALF: f64 = 440.0;

/// What a reader must know first, beside a run's name.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Badge {
    /// In capitals.
    pub text: &'static str,
    /// What it means.
    pub meaning: String,
    /// Whether it is good news; all others warn.
    pub good: bool,
}

/// One run of the report, before it is drawn.
pub struct Section {
    /// The run.
    pub run: Run,
    /// Warnings.
    pub badges: Vec<Badge>,
    /// Metrics beside buy-and-hold, when it has equity.
    pub summary: Option<Summary>,
    /// What its classifier achieved, when it has one and no equity.
    pub sentence: String,
    /// Facts of that classifier.
    pub facts: Vec<Fact>,
    /// Figures in reading order.
    pub figures: Vec<Figure>,
    /// Tables in reading order.
    pub tables: Vec<Table>,
    /// Lineage and parameters.
    details: Vec<(String, String)>,
    params: Vec<(String, String)>,
}

/// Warnings a run carries.
pub(super) fn badges(run: &Run) -> Vec<Badge> {
    let mut found = Vec::new();
    if run.is_synthetic {
        found.push(Badge {
            text: "SYNTHETIC DATA",
            meaning: "simulated bars: says nothing about a market".into(),
            good: false,
        });
    }
    if run.is_in_sample {
        found.push(Badge {
            text: "UNAUDITED · IN-SAMPLE",
            meaning: "traded on data its model was fitted on: expect worse".into(),
            good: false,
        });
    }
    if run.is_unaudited {
        found.push(Badge {
            text: "UNAUDITED",
            meaning: "its signals were not audited for look-ahead: they may know the future".into(),
            good: false,
        });
    }
    if run.is_survivors {
        found.push(Badge {
            text: "SURVIVORSHIP",
            meaning: "its universe has no ended membership: names that failed are missing, results look better than they were".into(), good: false });
    }
    match run.status.as_str() {
        "failed" => found.push(Badge {
            text: "FAILED",
            meaning: "the run ended with an error; its numbers may be partial".into(),
            good: false,
        }),
        "running" => found.push(Badge {
            text: "RUNNING",
            meaning: "the run has not ended; its numbers are partial".into(),
            good: false,
        }),
        "interrupted" => found.push(Badge {
            text: "INTERRUPTED",
            meaning: "the program ended before the run did; its numbers may be partial".into(),
            good: false,
        }),
        _ => {}
    }
    found
}

/// Reads everything the report shows, a section a run.
pub fn sections(store: &Store, runs: Vec<Run>) -> Result<Vec<Section>, ReportError> {
    let classifiers: Vec<Vec<Record>> = runs.iter().map(|run| summary::splits(store, run)).collect::<Result<_, _>>()?;
    let is_evaluated = runs.iter().zip(&classifiers).any(|(run, splits)| run.kind == "evaluate" && !splits.is_empty());
    let mut sections = Vec::with_capacity(runs.len());
    for (index, run) in runs.iter().enumerate() {
        // Other runs may keep labelled predictions too; where the model was evaluated, those say it better.
        let is_shown = run.kind == "evaluate" || !is_evaluated;
        let own = classifiers[index].first().filter(|_| is_shown);
        let of_model = runs.iter().zip(&classifiers).find(|(other, splits)| {
            other.kind == "evaluate" && other.model_id.is_some() && other.model_id == run.model_id && !splits.is_empty()
        });
        let beside = of_model.and_then(|(_, splits)| splits.first()).or(own);
        sections.push(section(store, run.clone(), own, beside)?);
    }
    Ok(sections)
}

fn section(store: &Store, run: Run, own: Option<&Record>, beside: Option<&Record>) -> Result<Section, ReportError> {
    let performance = summary::performance(store, &run)?;
    let summary = performance.map(|record| summary::summary(store, &run, &record, beside)).transpose()?;
    let (mut figures, mut tables) = (Vec::new(), Vec::new());
    let (mut sentence, mut facts) = (String::new(), Vec::new());
    if summary.is_some() {
        figures.extend(figures::of_account(store, &run)?);
        tables.extend(table::of_account(store, &run)?);
    }
    if let Some(metrics) = own {
        let split = metrics.text("split").unwrap_or_default();
        figures.extend(figures::of_classifier(store, &run, split, metrics)?);
        tables.extend(table::of_classifier(store, &run)?);
        if summary.is_none() {
            sentence = summary::classifier_sentence(metrics);
            facts = summary::classifier_facts(store, metrics)?;
        }
    } else {
        figures.extend(figures::of_traces(store, &run)?);
    }
    figures.extend(figures::of_training(store, &run)?);
    let params = rows(store, crate::sql!("report/params"), &[&run.run_id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_else(|| "—".into())))
    })?;
    let mut badges = badges(&run);
    badges.extend(without_volume(store, &run.run_id)?);
    badges.extend(audits::badges(store, &run.run_id)?);
    if let Some(summary) = summary.as_ref().filter(|summary| !summary.warning.is_empty()) {
        badges.push(Badge { text: "FEW SESSIONS", meaning: summary.warning.clone(), good: false });
    }
    Ok(Section { badges, details: details(&run), summary, sentence, facts, figures, tables, params, run })
}

/// A warning of prices at which nothing traded; none where every fill is in a bar with volume, or with an unknown one.
fn without_volume(store: &Store, run_id: &str) -> Result<Vec<Badge>, ReportError> {
    let counts = rows(store, crate::sql!("report/without_volume"), &[run_id], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let badge = |(n, all): (i64, i64)| Badge {
        text: "NO VOLUME",
        meaning: format!("{n} of {all} fills are in bars with volume 0: nothing traded at their prices"),
        good: false,
    };
    Ok(counts.into_iter().map(badge).collect())
}

/// Lineage of a run as label and value; what is unknown is said to be.
pub(super) fn details(run: &Run) -> Vec<(String, String)> {
    let or_unknown =
        |value: Option<String>| value.filter(|text| !text.is_empty()).unwrap_or_else(|| "— (unknown)".into());
    let time = |ts: Option<Ts>| or_unknown(ts.map(|ts| format!("{} UTC", ts.naive().format("%Y-%m-%d %H:%M:%S"))));
    let lines = [
        ("Run", run.run_id.clone()),
        ("Kind", format!("{} ({})", run.kind, run.mode)),
        ("Status", run.status.clone()),
        ("Strategy", or_unknown(run.strategy.clone())),
        ("Symbols", or_unknown(Some(run.symbols.clone()))),
        ("Bar length", or_unknown(run.interval.clone())),
        ("Parent run", run.parent_run_id.clone().unwrap_or_else(|| "none".into())),
        ("Model", run.model_id.clone().unwrap_or_else(|| "none".into())),
        ("Seed", or_unknown(run.seed.map(|seed| seed.to_string()))),
        ("Code version", run.code_version.clone()),
        ("Data fingerprint", or_unknown(run.data_fingerprint.clone())),
        ("Data as of", time(run.data_as_of)),
        ("Feature set hash", run.feature_set_hash.clone().unwrap_or_else(|| "none".into())),
        ("Started", time(run.started_at)),
        ("Ended", time(run.ended_at)),
    ];
    let error = run.error.clone().map(|error| ("Error".to_string(), error));
    lines.into_iter().map(|(label, value)| (label.to_string(), value)).chain(error).collect()
}

/// A figure drawn for the template.
#[derive(Serialize)]
pub(super) struct FigureView<'a> {
    id: String,
    title: &'a str,
    caption: &'a str,
    alt: &'a str,
    views: &'a str,
    run_id: &'a str,
    sql: &'a str,
    is_half: bool,
    wide: Value,
    phone: Value,
}

#[derive(Serialize)]
struct SectionView<'a> {
    id: String,
    heading: String,
    subtitle: String,
    badges: &'a [Badge],
    summary: &'a Option<Summary>,
    sentence: &'a str,
    facts: &'a [Fact],
    figures: Vec<FigureView<'a>>,
    tables: &'a [Table],
    details: &'a [(String, String)],
    params: &'a [(String, String)],
    error: &'a Option<String>,
}

/// What a run is called: its given name, else its strategy, else its kind.
fn heading(run: &Run) -> String {
    let what = run.name.as_ref().or(run.strategy.as_ref()).filter(|text| !text.is_empty());
    match (what, run.kind.as_str()) {
        (Some(what), "backtest") => what.clone(),
        (Some(what), kind) => format!("{what} · {kind}"),
        (None, kind) => {
            format!("{}{}", kind.get(..1).unwrap_or_default().to_uppercase(), kind.get(1..).unwrap_or_default())
        }
    }
}

fn subtitle(run: &Run) -> String {
    let symbols = if run.n_symbols > 6 { format!("{} symbols", run.n_symbols) } else { run.symbols.clone() };
    let parts = [
        Some(run.run_id.clone()),
        run.strategy.clone(),
        Some(symbols),
        run.interval.clone().map(|i| format!("{i} bars")),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Draws a figure; its anchor on the page is made of the section's number and its key.
pub(super) fn figure_view<'a>(section: usize, figure: &'a Figure) -> Result<FigureView<'a>, ReportError> {
    let draw = |width: f64| {
        let svg = render::svg(&(figure.picture)(width));
        svg.map(Value::from_safe_string).map_err(|detail| ReportError::Figure { figure: figure.key.clone(), detail })
    };
    let phone = if figure.is_half { Value::UNDEFINED } else { draw(PHONE)? };
    Ok(FigureView {
        id: format!("s{section}-{}", figure.key),
        title: &figure.title,
        caption: &figure.caption,
        alt: &figure.alt,
        views: figure.views,
        run_id: &figure.run_id,
        sql: &figure.sql,
        is_half: figure.is_half,
        wide: draw(if figure.is_half { HALF } else { WIDE })?,
        phone,
    })
}

/// What a comparison shows of a run; figures a year with their intervals when there are few sessions.
fn compared(summary: &Summary) -> Vec<(String, Cell)> {
    let line = |name: &str| summary.lines.iter().find(|line| line.name == name);
    let fact = |name: &str| summary.facts.iter().find(|fact| fact.name == name);
    let mut cells = Vec::new();
    cells.extend(line("total_return").map(|line| (line.label.clone(), line.strategy.clone())));
    cells.extend(line("total_return").map(|line| ("Buy and hold".to_string(), line.benchmark.clone())));
    for line in ["cagr", "volatility", "sharpe", "max_drawdown"].into_iter().filter_map(line) {
        let mut cell = line.strategy.clone();
        if !summary.warning.is_empty() && !line.interval.text.is_empty() {
            cell.text = format!("{} ({})", cell.text, line.interval.text);
        }
        cells.push((line.label.trim_end_matches(" ratio").to_string(), cell));
    }
    cells.extend(
        ["cost_drag", "n_trades"].into_iter().filter_map(fact).map(|fact| (fact.label.clone(), fact.value.clone())),
    );
    cells
}

/// Runs side by side, when more than one has equity.
fn comparison(sections: &[Section]) -> Option<Table> {
    let found: Vec<(&Section, &Summary)> =
        sections.iter().filter_map(|section| Some((section, section.summary.as_ref()?))).collect();
    let (_, first) = found.first().filter(|_| found.len() > 1)?;
    let names: Vec<String> = found.iter().map(|(section, _)| heading(&section.run)).collect();
    let mut columns = vec![Column { label: "Run".into(), is_number: false }];
    columns.extend(compared(first).into_iter().map(|(label, _)| Column { label, is_number: true }));
    let row = |(index, (section, summary)): (usize, &(&Section, &Summary))| {
        let is_unique = names.iter().filter(|name| **name == names[index]).count() == 1;
        let name = if is_unique { names[index].clone() } else { format!("{} ({})", names[index], section.run.run_id) };
        let values = compared(summary).into_iter().map(|(_, cell)| cell);
        [Cell::text(Some(&name))].into_iter().chain(values).collect()
    };
    let ids: Vec<&str> = found.iter().map(|(section, _)| section.run.run_id.as_str()).collect();
    Some(Table {
        title: "Beside buy and hold".into(),
        note: "Buy and hold is the total return of holding the same symbols over the same time.".into(),
        columns,
        rows: found.iter().enumerate().map(row).collect(),
        views: "run_performance",
        run_id: "each row".into(),
        sql: pasteable(crate::sql!("report/comparison"), &[&format!("[{}]", ids.join(", "))]),
        is_long: false,
    })
}

/// Fills the template.
pub fn html(store: &Store, sections: &[Section], now: Ts) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    for (name, text) in embedded::TEMPLATES {
        environment.add_template(name, text)?;
    }
    let mut views = Vec::with_capacity(sections.len());
    for (index, section) in sections.iter().enumerate() {
        let figures =
            section.figures.iter().map(|figure| figure_view(index + 1, figure)).collect::<Result<Vec<_>, _>>()?;
        views.push(SectionView {
            id: format!("s{}", index + 1),
            heading: heading(&section.run),
            subtitle: subtitle(&section.run),
            badges: &section.badges,
            summary: &section.summary,
            sentence: &section.sentence,
            facts: &section.facts,
            figures,
            tables: &section.tables,
            details: &section.details,
            params: &section.params,
            error: &section.run.error,
        });
    }
    let mut meanings: Vec<(String, String)> = Vec::new();
    if sections.iter().any(|section| section.summary.is_some()) {
        meanings.extend(summary::meanings(store, "run_performance")?);
    }
    if sections.iter().any(|section| section.figures.iter().any(|figure| figure.views == "roc_curve")) {
        meanings.extend(summary::meanings(store, "classifier_metrics")?);
    }
    meanings
        .retain(|(column, _)| !["run_id", "kind", "name", "strategy", "interval", "split"].contains(&column.as_str()));
    let store_name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = minijinja::context! {
        title => sections.first().map(|section| heading(&section.run)).unwrap_or_default(),
        generated => now.naive().format("%Y-%m-%d %H:%M").to_string(),
        store => store_name,
        version => crate::store::runs::code_version(),
        light => Value::from_safe_string(Theme::Light.css()),
        dark => Value::from_safe_string(Theme::Dark.css()),
        sections => Value::from(Serde(&views)),
        comparison => Value::from(Serde(comparison(sections))),
        meanings => Value::from(Serde(&meanings)),
    };
    Ok(environment.get_template("report.html")?.render(page)?)
}
