//! Numbers as a reader wants them: unit, sign, grouping, and a dash with its reason for what is unknown.

use crate::domain::metric;

/// What a number measures; decides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A fraction shown as percent.
    Percent,
    /// A value that is already in percent.
    InPercent,
    /// A bare ratio or score.
    Ratio,
    /// A small score shown with four decimals, such as a log-loss.
    Score,
    /// A whole number.
    Count,
    /// Money in the run's currency.
    Money,
    /// A price in the instrument's currency.
    Price,
    /// A number of days, with a decimal while they are few.
    Days,
    /// Clock minutes, shown in the largest fitting unit.
    Minutes,
}

impl From<metric::Unit> for Unit {
    fn from(unit: metric::Unit) -> Self {
        match unit {
            metric::Unit::Share => Self::Percent,
            metric::Unit::Ratio => Self::Ratio,
            metric::Unit::Score => Self::Score,
            metric::Unit::Count => Self::Count,
            metric::Unit::Money => Self::Money,
            metric::Unit::Minutes => Self::Minutes,
        }
    }
}

/// Sign used for negative numbers.
const MINUS: char = '\u{2212}';
/// A space that does not break between number and unit.
const GAP: char = '\u{a0}';

/// The number with its unit; `currency` is used for money only and may be empty.
#[must_use]
pub fn number(value: f64, unit: Unit, currency: &str) -> String {
    if !value.is_finite() {
        return "—".to_string();
    }
    match unit {
        Unit::Percent => percent(value * 100.0),
        Unit::InPercent => percent(value),
        Unit::Ratio => fixed(value, 2),
        Unit::Score => fixed(value, 4),
        Unit::Count => fixed(value, 0),
        Unit::Money => join(&fixed(value, if value.abs() >= 10_000.0 { 0 } else { 2 }), currency),
        Unit::Price => fixed(value, price_decimals(value)),
        Unit::Days => fixed(value, usize::from(value.abs() < 9.95)),
        Unit::Minutes => duration(value),
    }
}

fn join(text: &str, unit: &str) -> String {
    if unit.is_empty() { text.to_string() } else { format!("{text}{GAP}{unit}") }
}

fn percent(value: f64) -> String {
    if value.abs() >= 1e7 {
        // A day's luck compounded to a year: only the order of magnitude says anything.
        return join(&format!("{value:.1e}").replace('-', &MINUS.to_string()), "%");
    }
    let decimals = match value.abs() {
        size if size < 9.995 => 2,
        size if size < 999.95 => 1,
        _ => 0,
    };
    join(&fixed(value, decimals), "%")
}

/// Enough digits to tell prices of this size apart: five for currency pairs, two for shares.
fn price_decimals(value: f64) -> usize {
    match value.abs() {
        size if size < 10.0 => 5,
        size if size < 100.0 => 3,
        _ => 2,
    }
}

fn duration(minutes: f64) -> String {
    let (value, unit) = match minutes.abs() {
        size if size < 120.0 => (minutes, "min"),
        size if size < 2880.0 => (minutes / 60.0, "h"),
        _ => (minutes / 1440.0, "days"),
    };
    join(&fixed(value, 1), unit)
}

/// A number with grouped thousands and the given number of decimals; never "-0".
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "—".to_string();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let mut grouped = String::with_capacity(text.len() + text.len() / 3);
    if value < 0.0 && text.chars().any(|digit| digit.is_ascii_digit() && digit != '0') {
        grouped.push(MINUS);
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// A label for an axis whose ticks are `step` apart: as few digits as tell the ticks apart.
#[must_use]
pub fn tick(value: f64, step: f64, unit: Unit) -> String {
    let scale = if unit == Unit::Percent { 100.0 } else { 1.0 };
    let (value, step) = (value * scale, step * scale);
    let suffix = if matches!(unit, Unit::Percent | Unit::InPercent) { "%" } else { "" };
    let (value, step, magnitude) = match value.abs() {
        size if suffix.is_empty() && size >= 1e9 => (value / 1e9, step / 1e9, "B"),
        size if suffix.is_empty() && size >= 1e6 => (value / 1e6, step / 1e6, "M"),
        size if suffix.is_empty() && size >= 1e3 && step >= 100.0 => (value / 1e3, step / 1e3, "k"),
        _ => (value, step, ""),
    };
    let decimals = (0..6).find(|&decimals| is_whole(step * 10f64.powi(decimals))).unwrap_or(6);
    let text = fixed(value, decimals.max(0) as usize);
    let zero = value == 0.0 || !text.chars().any(|digit| digit.is_ascii_digit() && digit != '0');
    if zero { format!("0{suffix}") } else { format!("{text}{magnitude}{suffix}") }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1.0) && value.abs() >= 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_unit_sign_and_grouping() {
        assert_eq!(number(-0.1234, Unit::Percent, ""), "−12.3\u{a0}%");
        assert_eq!(number(0.0512, Unit::Percent, ""), "5.12\u{a0}%");
        assert_eq!(number(-2.89e14, Unit::Percent, ""), "−2.9e16\u{a0}%");
        assert_eq!(number(1234.5, Unit::Money, "USD"), "1,234.50\u{a0}USD");
        assert_eq!(number(1_234_567.0, Unit::Money, ""), "1,234,567");
        assert_eq!(number(-0.000_01, Unit::Ratio, ""), "0.00");
        assert_eq!(number(90.0, Unit::Minutes, ""), "90.0\u{a0}min");
        assert_eq!(number(4320.0, Unit::Minutes, ""), "3.0\u{a0}days");
        assert_eq!(number(1.08412, Unit::Price, ""), "1.08412");
        assert_eq!(number(f64::NAN, Unit::Ratio, ""), "—");
    }

    #[test]
    fn ticks_have_no_more_digits_than_needed() {
        assert_eq!(tick(0.05, 0.05, Unit::Percent), "5%");
        assert_eq!(tick(-0.025, 0.025, Unit::Percent), "−2.5%");
        assert_eq!(tick(1_200_000.0, 100_000.0, Unit::Money), "1.2M");
        assert_eq!(tick(100_000.0, 5_000.0, Unit::Money), "100k");
        assert_eq!(tick(100_500.0, 500.0, Unit::Money), "100.5k");
        assert_eq!(tick(0.0, 5_000.0, Unit::Money), "0");
        assert_eq!(tick(0.6, 0.2, Unit::Ratio), "0.6");
    }
}
