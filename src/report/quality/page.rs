//! The quality page: heat map and tables in one file that needs no network.

use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

use super::figure::{Map, WIDE};
use super::{Month, Quality, Series, percent};
use crate::domain::Ts;
use crate::report::ReportError;
use crate::report::chart::{Sketch, Theme, render};
use crate::store::{Store, embedded};

/// Width of figures on a phone.
const PHONE: f64 = 390.0;
/// Gaps shown; a page of a hundred thousand helps nobody.
const SHOWN: usize = 500;

#[derive(Serialize)]
struct Column {
    label: &'static str,
    is_number: bool,
}

#[derive(Serialize)]
struct Table {
    title: String,
    note: &'static str,
    view: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    is_long: bool,
}

impl Table {
    fn new(title: &str, view: &'static str, columns: &[(&'static str, bool)], rows: Vec<Vec<String>>) -> Self {
        let columns = columns.iter().map(|(label, is_number)| Column { label, is_number: *is_number }).collect();
        Self { title: title.into(), note: "", view, columns, is_long: rows.len() > 40, rows }
    }
}

/// The page.
pub fn html(store: &Store, quality: &Quality, now: Ts) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    for (name, text) in embedded::TEMPLATES {
        environment.add_template(name, text)?;
    }
    let map = Map::of(quality);
    let draw = |sketch: Sketch| {
        let fault = |detail| ReportError::Figure { figure: "bar_coverage".into(), detail };
        render::svg(&sketch).map(Value::from_safe_string).map_err(fault)
    };
    let (wide, phone) = match &map {
        Some(map) => (draw(map.sketch(WIDE))?, draw(map.sketch(PHONE))?),
        None => (Value::UNDEFINED, Value::UNDEFINED),
    };
    let store_name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = minijinja::context! {
        generated => now.naive().format("%Y-%m-%d %H:%M").to_string(),
        store => store_name,
        version => crate::store::runs::code_version(),
        light => Value::from_safe_string(Theme::Light.css()),
        dark => Value::from_safe_string(Theme::Dark.css()),
        warnings => quality.warnings(),
        n_series => quality.series.len(),
        map_title => map.as_ref().map(Map::title),
        map_caption => map.as_ref().map(Map::caption),
        map_alt => map.as_ref().map(Map::alt),
        wide => wide,
        phone => phone,
        tables => Value::from(Serde(tables(quality))),
    };
    Ok(environment.get_template("quality.html")?.render(page)?)
}

fn tables(quality: &Quality) -> Vec<Table> {
    let missing = [
        ("Symbol", false),
        ("Bars of", false),
        ("Calendar", false),
        ("Coverage", true),
        ("Gaps", true),
        ("Missing bars", true),
        ("Missing days", true),
        ("Longest gap, days", true),
        ("Outside", true),
        ("Bars", true),
        ("First", false),
        ("Last", false),
    ];
    let wrong = [
        ("Symbol", false),
        ("Bars of", false),
        ("Duplicates", true),
        ("Bad prices", true),
        ("Refused rows", true),
        ("Reasons", false),
        ("Revisions", true),
        ("No volume", true),
        ("Volume 0", true),
        ("Adjustment", false),
        ("Sources", false),
        ("Stale", false),
    ];
    let gaps = [
        ("Symbol", false),
        ("Bars of", false),
        ("Last before", false),
        ("First after", false),
        ("Missing bars", true),
        ("Missing days", true),
        ("Days", true),
    ];
    let months = [
        ("Symbol", false),
        ("Bars of", false),
        ("Month", false),
        ("Bars", true),
        ("Expected", true),
        ("Coverage", true),
    ];
    let gap_rows = quality.gaps.iter().take(SHOWN).map(|gap| {
        vec![
            gap.symbol.clone(),
            gap.interval.clone(),
            minute(Some(gap.from)),
            minute(Some(gap.to)),
            gap.n_missing_bars.to_string(),
            dash(gap.n_missing_sessions),
            format!("{:.1}", gap.days),
        ]
    });
    let mut gap_table = Table::new("Gaps", "bar_gaps", &gaps, gap_rows.collect());
    if quality.gaps.len() > SHOWN {
        gap_table.note = "The first 500 of them; 'ws bars quality --gaps' lists every one.";
    }
    // Complete months say nothing.
    let lacking = |month: &&Month| month.coverage.is_some_and(|share| share < 1.0);
    let month_rows = quality.months.iter().filter(lacking).take(SHOWN).map(|month| {
        let coverage = month.coverage.map_or("—".into(), percent);
        let name = month.month.format("%Y-%m").to_string();
        vec![
            month.symbol.clone(),
            month.interval.clone(),
            name,
            month.n_bars.to_string(),
            dash(month.n_expected),
            coverage,
        ]
    });
    let mut month_table = Table::new("Months with missing bars", "bar_coverage", &months, month_rows.collect());
    month_table.note = "At most 500; 'ws bars quality --months' lists every month.";
    let all = [
        Table::new("What is there", "data_quality", &missing, quality.series.iter().map(missing_row).collect()),
        Table::new(
            "What is wrong or was refused",
            "data_quality",
            &wrong,
            quality.series.iter().map(wrong_row).collect(),
        ),
        gap_table,
        month_table,
    ];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn missing_row(series: &Series) -> Vec<String> {
    vec![
        series.symbol.clone(),
        series.interval.clone(),
        series.calendar.clone().unwrap_or_else(|| "—".into()),
        series.coverage.map_or("—".into(), percent),
        series.n_gaps.to_string(),
        series.n_missing_bars.to_string(),
        dash(series.n_missing_sessions),
        series.longest_gap_days.map_or("—".into(), |days| format!("{days:.1}")),
        dash(series.n_outside),
        series.n_bars.to_string(),
        minute(series.first),
        minute(series.last),
    ]
}

fn wrong_row(series: &Series) -> Vec<String> {
    let or_dash = |text: &str| if text.is_empty() { "—".to_string() } else { text.to_string() };
    vec![
        series.symbol.clone(),
        series.interval.clone(),
        series.n_duplicates.to_string(),
        series.n_bad_prices.to_string(),
        series.n_rejected.to_string(),
        or_dash(&series.reasons),
        series.n_revisions.to_string(),
        series.missing_volume_share.map_or("—".into(), share),
        series.zero_volume_share.map_or("—".into(), share),
        or_dash(&series.adjustments),
        or_dash(&series.sources),
        or_dash(&series.stale),
    ]
}

fn share(value: f64) -> String {
    format!("{:.2} %", value * 100.0)
}

fn dash(value: Option<i64>) -> String {
    value.map_or("—".into(), |value| value.to_string())
}

fn minute(ts: Option<Ts>) -> String {
    ts.map_or("—".into(), |ts| ts.naive().format("%Y-%m-%d %H:%M").to_string())
}
