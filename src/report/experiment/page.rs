//! The page as data, handed to its template.

use minijinja::value::Serde;
use minijinja::{Environment, Value};

use super::first::{self, plain};
use super::read::Experiment;
use super::{sources, tables};
use crate::domain::Ts;
use crate::report::ReportError;
use crate::report::chart::Theme;
use crate::report::figures::Figure;
use crate::report::page::{Badge, details, figure_view};
use crate::report::read::{Run, rows};
use crate::report::summary::meanings;
use crate::store::{Store, embedded};

/// An experiment with its pictures, before it is set.
pub struct Shown {
    /// What was read.
    pub experiment: Experiment,
    /// Its run.
    pub run: Run,
    /// Warnings.
    pub badges: Vec<Badge>,
    /// Pictures, in reading order.
    pub figures: Vec<Figure>,
}

/// Columns of the summary that need no explanation beside their heading.
const PLAIN: [&str; 8] =
    ["experiment_id", "name", "status", "started_at", "ended_at", "symbols", "n_symbols", "interval"];

/// Fills the template.
pub fn html(store: &Store, shown: &Shown, now: Ts) -> Result<String, ReportError> {
    let of = &shown.experiment;
    let mut environment = Environment::new();
    for (name, text) in embedded::TEMPLATES {
        environment.add_template(name, text)?;
    }
    let figures = shown.figures.iter().map(|figure| figure_view(1, figure)).collect::<Result<Vec<_>, _>>()?;
    let below: Vec<_> = [tables::best(of), tables::failures(of), tables::measures(of)].into_iter().flatten().collect();
    let params = rows(store, crate::sql!("report/params"), &[&of.id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_else(|| "—".into())))
    })?;
    let mut defined: Vec<(String, String)> = meanings(store, "experiment_summary")?.into_iter().collect();
    defined.retain(|(column, _)| !PLAIN.contains(&column.as_str()));
    let store_name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = minijinja::context! {
        generated => now.naive().format("%Y-%m-%d %H:%M").to_string(),
        store => store_name,
        version => crate::store::runs::code_version(),
        light => Value::from_safe_string(Theme::Light.css()),
        dark => Value::from_safe_string(Theme::Dark.css()),
        name => of.text("name"),
        subject => subject(of),
        badges => Value::from(Serde(&shown.badges)),
        error => shown.run.error.clone(),
        notes => notes(of),
        verdict => Value::from(Serde(first::verdict(of))),
        comparison => Value::from(Serde(tables::comparison(of))),
        figures => Value::from(Serde(&figures)),
        tables => Value::from(Serde(&below)),
        details => lineage(shown),
        params => params,
        spec => of.text("spec"),
        definitions => Value::from(Serde(&sources::DEFINITIONS[..])),
        meanings => defined,
    };
    Ok(environment.get_template("experiment.html")?.render(page)?)
}

/// What was searched, in one line.
fn subject(of: &Experiment) -> String {
    let whole = |column: &str| of.number(column).map_or_else(|| "?".to_string(), |value| plain(&(value as i64).into()));
    let what = of.summary.text("strategy").filter(|text| !text.is_empty()).unwrap_or_else(|| of.text("subject"));
    let n_symbols = of.number("n_symbols").unwrap_or(0.0);
    let symbols = if n_symbols > 6.0 { format!("{n_symbols:.0} symbols") } else { of.text("symbols").to_string() };
    let day = |column: &str| of.text(column).get(..10).unwrap_or("?").to_string();
    let parts = [
        of.id.clone(),
        what.to_string(),
        symbols,
        format!("{} bars", of.text("interval")),
        format!("{} trials ({} distinct) by {}", whole("n_trials"), whole("n_distinct"), of.text("sampler")),
        format!("validation by {} from {}", of.text("scheme"), day("dev_from")),
        format!("test from {} to {}", day("test_from"), day("test_to")),
    ];
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What a reader must keep in mind.
fn notes(of: &Experiment) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if let Some(looks) = of.number("test_looks").filter(|looks| *looks > 1.0) {
        let seen = format!(
            "{looks:.0} experiments have looked at this test period or one that overlaps it: it is no longer untouched, and its \
             numbers flatter"
        );
        notes.push(("TEST SEEN BEFORE", seen));
    }
    if let Some(backtests) = of.number("test_backtests").filter(|backtests| *backtests > 0.0) {
        let seen = format!(
            "{backtests:.0} backtests or cells of campaigns had covered half of this test period or more before: whoever saw them \
             may have chosen what to search by them"
        );
        notes.push(("TEST DAYS TRADED BEFORE", seen));
    }
    if of.winner().is_some() && of.number("test_sharpe").is_none() {
        let why = "nothing is known of the winner on the test period: all of its numbers are from where it was chosen";
        notes.push(("NOT TESTED", why.into()));
    }
    notes
}

/// Lineage of the run, and of the search.
fn lineage(shown: &Shown) -> Vec<(String, String)> {
    let of = &shown.experiment;
    let mut lines = details(&shown.run);
    lines.push(("SHA-256 of the specification".into(), of.text("spec_sha256").to_string()));
    for (label, column) in
        [("Test run of the winner", "test_run_id"), ("Test run of the baseline", "baseline_test_run_id")]
    {
        lines.push((label.into(), of.summary.text(column).unwrap_or("none").to_string()));
    }
    lines
}
