//! Monthly returns as a table of coloured cells, a row a year.

use super::{Figure, Source};
use crate::report::ReportError;
use crate::report::chart::palette::HEAT_STEPS;
use crate::report::chart::{Anchor, Role, Sketch};
use crate::report::format::{Unit, fixed, number};
use crate::report::read::{Run, rows};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
struct Month {
    year: i64,
    month: i64,
    change: Option<f64>,
    year_change: Option<f64>,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub fn figure(store: &Store, run: &Run) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "monthly_returns", sql: crate::sql!("report/monthly"), args: &[&run.run_id] };
    let months = rows(store, source.sql, source.args, |row| {
        Ok(Month {
            year: row.get("year")?,
            month: row.get("month")?,
            change: row.get("return")?,
            year_change: row.get("year_return")?,
        })
    })?;
    let known: Vec<(f64, &Month)> = months.iter().filter_map(|month| Some((month.change?, month))).collect();
    let best = known.iter().max_by(|a, b| a.0.total_cmp(&b.0));
    let worst = known.iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(best), Some(worst)) = (best, worst) else { return Ok(None) };
    let told = |(change, month): &(f64, &Month)| {
        let name = MONTHS.get((month.month - 1) as usize).copied().unwrap_or("?");
        format!("{} in {name} {}", number(*change, Unit::Percent, ""), month.year)
    };
    let gains = known.iter().filter(|(change, _)| *change > 0.0).count();
    let alt = format!(
        "Table of monthly returns. {gains} of {} months gained; best {}, worst {}.",
        known.len(),
        told(best),
        told(worst)
    );
    let caption = format!(
        "Return of the strategy by calendar month and year, in percent; months at either end may be partial. \
         {gains} of {} months gained. Best {}, worst {}.",
        known.len(),
        told(best),
        told(worst)
    );
    let figure = source.figure(run, "monthly", "Monthly returns", Box::new(move |width| sketch(&months, width)));
    Ok(Some(Figure { alt, caption, ..figure }))
}

/// Text of a cell, in percent without the sign; narrow cells drop the decimal from 10 % on.
fn cell_text(change: f64, narrow: bool) -> String {
    let percent = change * 100.0;
    fixed(percent, usize::from(!(narrow && percent.abs() >= 9.95 || percent.abs() >= 999.5)))
}

fn sketch(months: &[Month], width: f64) -> Sketch {
    let narrow = width < 600.0;
    let mut years: Vec<i64> = months.iter().map(|month| month.year).collect();
    years.dedup();
    let cell_height = if narrow { 26.0 } else { 27.0 };
    let top = 22.0;
    let mut sketch = Sketch::new(width, top + cell_height * years.len() as f64 + 4.0);
    let font = if narrow { 10.0 } else { sketch.font };
    let left = font * 3.4;
    // A year column of one and a half cells, set off by a small gap.
    let cell = (width - left - 8.0) / 13.5;
    let middle = |column: f64, span: f64| left + column * cell + span * cell / 2.0;
    let strongest = months.iter().filter_map(|month| month.change).map(f64::abs).fold(0.0, f64::max);

    for (column, name) in MONTHS.iter().enumerate() {
        let name = if narrow { &name[..1] } else { name };
        sketch.sized_text((middle(column as f64, 1.0), 14.0), name, Role::Muted, Anchor::Middle, font, false);
    }
    sketch.sized_text((middle(12.0, 1.5) + 8.0, 14.0), "Year", Role::Muted, Anchor::Middle, font, false);
    for (row, year) in years.iter().enumerate() {
        let y = top + row as f64 * cell_height;
        let base = y + cell_height / 2.0 + font * 0.36;
        sketch.sized_text((left - font * 0.7, base), year.to_string(), Role::Muted, Anchor::End, font, false);
        for month in months.iter().filter(|month| month.year == *year) {
            let Some(change) = month.change else { continue };
            let x = left + (month.month - 1) as f64 * cell;
            sketch.bar((x + 1.0, y + 1.0), (x + cell - 1.0, y + cell_height - 1.0), heat(change, strongest));
            let text = cell_text(change, narrow);
            sketch.sized_text((x + cell / 2.0, base), text, Role::Ink, Anchor::Middle, font, false);
        }
        let total = months.iter().find(|month| month.year == *year).and_then(|month| month.year_change);
        if let Some(total) = total {
            sketch.sized_text(
                (middle(12.0, 1.5) + 8.0, base),
                cell_text(total, narrow),
                Role::Ink,
                Anchor::Middle,
                font,
                true,
            );
        }
    }
    sketch
}

/// Heat of a return: its share of the strongest one, in steps; what is shown as zero is neutral.
fn heat(change: f64, strongest: f64) -> Role {
    if change.abs() < 0.000_5 || strongest == 0.0 {
        return Role::Heat(0);
    }
    let steps = (change.abs() / strongest * f64::from(HEAT_STEPS)).ceil().clamp(1.0, f64::from(HEAT_STEPS)) as i8;
    Role::Heat(if change > 0.0 { steps } else { -steps })
}
