//! Axes: a range of values and the ticks a reader counts by.

use chrono::{Datelike, Months, NaiveDateTime, Timelike};

use crate::domain::Ts;
use crate::domain::time::DAY_MICROS;
use crate::report::format::{Unit, tick};

/// A labelled position on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where, in axis values.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// A range with its ticks, in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Value at the left or lower end.
    pub from: f64,
    /// Value at the right or upper end; always above `from`.
    pub to: f64,
    /// Labelled positions within the range.
    pub ticks: Vec<Tick>,
    /// Whether positions are by the logarithm of the value.
    pub is_log: bool,
}

impl Axis {
    /// A linear axis that covers the values and ends on ticks, with about `count` of them.
    #[must_use]
    pub fn loose(values: impl IntoIterator<Item = f64>, count: usize, unit: Unit) -> Self {
        let (low, high) = extent(values);
        let step = step_for(low, high, count, unit);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        Self::stepped(first * step, (last * step).max(first * step + step), step, unit)
    }

    /// A linear axis that covers exactly `from..to`.
    #[must_use]
    pub fn tight(from: f64, to: f64, count: usize, unit: Unit) -> Self {
        let (low, high) = extent([from, to]);
        Self::stepped(low, high, step_for(low, high, count, unit), unit)
    }

    fn stepped(from: f64, to: f64, step: f64, unit: Unit) -> Self {
        let (first, last) = ((from / step - 1e-9).ceil(), (to / step + 1e-9).floor());
        let count = (last - first).clamp(0.0, 100.0) as usize;
        let ticks = (0..=count)
            .map(|index| (first + index as f64) * step)
            .map(|at| Tick { at, label: tick(at, step, unit) })
            .collect();
        Self { from, to, ticks, is_log: false }
    }

    /// A logarithmic axis over positive values, its ticks at 1, 2 and 5 of each power of ten, or fewer, or at every so
    /// many powers.
    #[must_use]
    pub fn log(low: f64, high: f64, count: usize, unit: Unit) -> Self {
        let (from, to) = (low / 1.05, high * 1.05);
        let (first, last) = (from.log10().floor() as i32, to.log10().ceil() as i32);
        let sets: [&[f64]; 4] = [&[1.0, 1.5, 2.0, 3.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let within = |set: &[f64]| -> Vec<f64> {
            (first..=last)
                .flat_map(|power| set.iter().map(move |factor| factor * 10f64.powi(power)))
                .filter(|at| (from..=to).contains(at))
                .collect()
        };
        let most = count.max(3);
        let powers = || {
            let all = within(&[1.0]);
            let step = all.len().div_ceil(most);
            all.into_iter().step_by(step.max(1)).collect()
        };
        let chosen = sets.iter().map(|set| within(set)).find(|ticks| ticks.len() <= most).unwrap_or_else(powers);
        let ticks = chosen.into_iter().map(|at| Tick { at, label: tick(at, at, unit) }).collect();
        Self { from, to, ticks, is_log: true }
    }

    /// A time axis over microseconds since 1970, with at most about `count` ticks on calendar boundaries.
    #[must_use]
    pub fn time(from: f64, to: f64, count: usize) -> Self {
        let (low, high) = if to > from { (from, to) } else { (from - DAY_MICROS as f64, from + DAY_MICROS as f64) };
        Self { from: low, to: high, ticks: time_ticks(low, high, count.max(2)), is_log: false }
    }

    /// Where a value lies, from 0 at `from` to 1 at `to`.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        if self.is_log {
            (value.max(f64::MIN_POSITIVE) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        }
    }
}

/// Lowest and highest finite value, moved apart when they are equal; 0 and 1 when there is none.
fn extent(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    // Closer than this, ticks would differ only beyond the digits that are shown.
    let least = (low.abs().max(high.abs()) * 1e-6).max(1e-9);
    if high - low >= least {
        return (low, high);
    }
    let pad = if low == 0.0 { 0.5 } else { low.abs() * 0.05 };
    (low - pad, high + pad)
}

fn step_for(low: f64, high: f64, count: usize, unit: Unit) -> f64 {
    let step = nice_step((high - low) / count.max(1) as f64);
    if unit == Unit::Count { step.ceil().max(1.0) } else { step }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `raw`.
pub fn nice_step(raw: f64) -> f64 {
    let magnitude = 10f64.powf(raw.abs().max(1e-12).log10().floor());
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(magnitude * 10.0)
}

/// Distance between time ticks.
#[derive(Debug, Clone, Copy)]
enum Step {
    Minutes(i64),
    Days(i64),
    Months(u32),
}

const STEPS: [Step; 21] = [
    Step::Minutes(1),
    Step::Minutes(5),
    Step::Minutes(15),
    Step::Minutes(30),
    Step::Minutes(60),
    Step::Minutes(180),
    Step::Minutes(360),
    Step::Minutes(720),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(600),
];

impl Step {
    fn micros(self) -> f64 {
        match self {
            Self::Minutes(minutes) => minutes as f64 * 60e6,
            Self::Days(days) => (days * DAY_MICROS) as f64,
            Self::Months(months) => f64::from(months) * 30.44 * DAY_MICROS as f64,
        }
    }

    /// The first boundary at or after an instant.
    fn first_from(self, from: f64) -> NaiveDateTime {
        let round_up = |step: i64, origin: i64| {
            let micros = from.ceil() as i64 - origin;
            Ts((micros.div_euclid(step) + i64::from(micros.rem_euclid(step) > 0)) * step + origin).naive()
        };
        match self {
            Self::Minutes(minutes) => round_up(minutes * 60_000_000, 0),
            // 1970-01-05 was a Monday: steps of whole weeks start on Mondays.
            Self::Days(days) => round_up(days * DAY_MICROS, 4 * DAY_MICROS),
            Self::Months(months) => {
                let at = Ts(from.ceil() as i64).naive();
                let month = at.year() * 12 + at.month0() as i32;
                let start = month.div_euclid(months as i32) * months as i32;
                let boundary = |month: i32| {
                    let date =
                        chrono::NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1);
                    date.and_then(|date| date.and_hms_opt(0, 0, 0)).unwrap_or(at)
                };
                if boundary(start) >= at { boundary(start) } else { boundary(start + months as i32) }
            }
        }
    }

    fn after(self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Minutes(minutes) => at.checked_add_signed(chrono::TimeDelta::try_minutes(minutes)?),
            Self::Days(days) => at.checked_add_signed(chrono::TimeDelta::try_days(days)?),
            Self::Months(months) => at.checked_add_months(Months::new(months)),
        }
    }

    fn label(self, at: NaiveDateTime) -> String {
        let format = match self {
            Self::Minutes(_) if at.hour() == 0 && at.minute() == 0 => "%-d %b",
            Self::Minutes(_) => "%H:%M",
            Self::Days(_) => "%-d %b",
            Self::Months(months) if months < 12 => "%b %Y",
            Self::Months(_) => "%Y",
        };
        at.format(format).to_string()
    }
}

fn time_ticks(from: f64, to: f64, count: usize) -> Vec<Tick> {
    let fits = |step: &Step| (to - from) / step.micros() <= count as f64;
    let step = STEPS.into_iter().find(fits).unwrap_or(Step::Months(1200));
    let mut at = step.first_from(from);
    let mut ticks = Vec::new();
    while (Ts::from_naive(at).0 as f64) <= to && ticks.len() <= count {
        ticks.push(Tick { at: Ts::from_naive(at).0 as f64, label: step.label(at) });
        let Some(next) = step.after(at) else { break };
        at = next;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    fn at(text: &str) -> f64 {
        Ts::parse(text).unwrap().0 as f64
    }

    #[test]
    fn linear_ticks_are_round_and_cover_the_data() {
        let axis = Axis::loose([-0.123, 0.0], 4, Unit::Percent);
        assert_eq!(labels(&axis), ["−15%", "−10%", "−5%", "0%"]);
        assert!(axis.from <= -0.123 && axis.to >= 0.0);
        assert_eq!(labels(&Axis::tight(0.0, 1.0, 5, Unit::Ratio)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    }

    #[test]
    fn degenerate_ranges_still_make_an_axis() {
        for values in [vec![], vec![f64::NAN], vec![5.0], vec![0.0, 0.0], vec![-1e-300], vec![1e15, 1e15 + 1.0]] {
            let axis = Axis::loose(values.clone(), 4, Unit::Money);
            assert!(axis.to > axis.from && !axis.ticks.is_empty() && axis.ticks.len() < 12, "{values:?} {axis:?}");
        }
        assert!(Axis::time(5.0, 5.0, 4).ticks.len() <= 5);
    }

    #[test]
    fn log_ticks_step_by_factors() {
        assert_eq!(labels(&Axis::log(90_000.0, 1_200_000.0, 5, Unit::Money)), ["100k", "200k", "500k", "1M"]);
        let wide = Axis::log(1e5, 7e12, 6, Unit::Money);
        assert_eq!(wide.ticks.iter().map(|tick| tick.at).collect::<Vec<_>>(), [1e5, 1e7, 1e9, 1e11]);
    }

    #[test]
    fn time_ticks_sit_on_the_calendar() {
        assert_eq!(labels(&Axis::time(at("2004-08-19"), at("2008-03-01"), 6)), ["2005", "2006", "2007", "2008"]);
        assert_eq!(labels(&Axis::time(at("2024-01-15"), at("2024-04-20"), 5)), ["Feb 2024", "Mar 2024", "Apr 2024"]);
        assert_eq!(labels(&Axis::time(at("2024-01-02 20:00"), at("2024-01-03 05:00"), 4)), ["21:00", "3 Jan", "03:00"]);
        assert_eq!(labels(&Axis::time(at("2024-05-01"), at("2024-05-31"), 5)), ["6 May", "13 May", "20 May", "27 May"]);
    }
}
