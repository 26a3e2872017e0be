//! `[objective]` and `[constraints]`: what is better, and what is not allowed.
//!
//! ```toml
//! [objective]
//! maximise = ["sharpe", "composite"]
//! minimise = "turnover"
//!
//! [constraints]
//! n_trades = { min = 30 }
//! max_drawdown = { min = -0.3 }
//! ```

use super::error::SpecError;
use super::section::Section;
use crate::domain::metric::{self, Better};
use crate::domain::{shown, suggestion};
use crate::experiments::measures;
use crate::search::Direction;

/// One thing to make better.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// Column of the metrics views, or `composite`.
    pub metric: String,
    /// Which values are better.
    pub direction: Direction,
}

/// Bounds of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// Column of the metrics views, or `composite`.
    pub metric: String,
    /// Least value allowed.
    pub min: Option<f64>,
    /// Greatest value allowed.
    pub max: Option<f64>,
}

impl Constraint {
    /// By how much a value misses the bounds, in its own unit; an unknown one misses them by 1.
    #[must_use]
    pub fn violation(&self, value: Option<f64>) -> f64 {
        let Some(value) = value.filter(|value| !value.is_nan()) else { return 1.0 };
        let below = self.min.map_or(0.0, |min| (min - value).max(0.0));
        let above = self.max.map_or(0.0, |max| (value - max).max(0.0));
        below + above
    }
}

/// Reads `[objective]`; the Sharpe ratio when there is none.
pub fn objectives(section: Option<&Section<'_>>, is_model: bool) -> Result<Vec<Objective>, SpecError> {
    let default = || vec![Objective { metric: "sharpe".into(), direction: Direction::Maximise }];
    let Some(section) = section else { return Ok(default()) };
    let mut found: Vec<Objective> = Vec::new();
    for (key, direction) in [("maximise", Direction::Maximise), ("minimise", Direction::Minimise)] {
        for metric in section.texts(key)? {
            check(section, key, &metric, is_model)?;
            let (opposite, other) = match direction {
                Direction::Maximise => (Better::Lower, "minimise"),
                Direction::Minimise => (Better::Higher, "maximise"),
            };
            if metric::find(&metric).is_some_and(|known| known.better == opposite) {
                return Err(section.wrong(key, format!("'{metric}' is better the other way: use {other}")));
            }
            if found.iter().any(|known| known.metric == metric) {
                return Err(section.wrong(key, format!("objective '{metric}' is given twice")));
            }
            found.push(Objective { metric, direction });
        }
    }
    section.finish()?;
    if found.is_empty() {
        return Err(section
            .source
            .wrong(&section.at, "[objective] needs maximise or minimise, like maximise = \"sharpe\""));
    }
    Ok(found)
}

/// Reads `[constraints]`.
pub fn constraints(section: Option<&Section<'_>>, is_model: bool) -> Result<Vec<Constraint>, SpecError> {
    let Some(section) = section else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in section.entries() {
        let metric = entry.key.to_string();
        check(section, entry.key, &metric, is_model)?;
        let wanted =
            || section.wrong(entry.key, format!("constraint '{metric}' must be like {{ min = 30 }} or {{ max = 5 }}"));
        let bounds = section.section(entry.key).map_err(|_| wanted())?.ok_or_else(wanted)?;
        let (min, max) = (bounds.number("min")?, bounds.number("max")?);
        bounds.finish()?;
        match (min, max) {
            (None, None) => return Err(wanted()),
            (Some(min), Some(max)) if min > max => {
                return Err(section.wrong(entry.key, format!("constraint '{metric}': min {min} is above max {max}")));
            }
            _ => found.push(Constraint { metric, min, max }),
        }
    }
    Ok(found)
}

fn check(section: &Section<'_>, key: &str, metric: &str, is_model: bool) -> Result<(), SpecError> {
    let known = measures::names(is_model);
    if known.contains(&metric) {
        return Ok(());
    }
    let hint = suggestion(metric, known.iter().copied());
    let of_models = !is_model && measures::names(true).contains(&metric);
    let why = if of_models { "is a metric of models" } else { "can't be judged by" };
    Err(section.wrong(key, format!("'{}' {why}; {hint}", shown(metric))))
}
