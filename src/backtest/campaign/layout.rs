//! Which cells a campaign has: every subject on every group of symbols in every period.

use super::Period;
use crate::domain::{Symbol, Ts};

/// What trades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Strategy, or model as `name@version`.
    pub name: String,
    /// Key of the model, when it is one.
    pub model_id: Option<String>,
    /// First bar it may trade: one that a model has not seen.
    pub not_before: Option<Ts>,
}

/// One backtest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Number within the campaign, from 1.
    pub number: i64,
    /// Name of its subject.
    pub subject: String,
    /// Model asked, when it is one.
    pub model_id: Option<String>,
    /// Instruments on one account.
    pub symbols: Vec<Symbol>,
    /// When it trades.
    pub period: Period,
}

/// Instruments on one account, and the time that their bars span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Instruments, sorted.
    pub symbols: Vec<Symbol>,
    /// Start of the first bar of any.
    pub first: Ts,
    /// Start of the last bar of any.
    pub last: Ts,
}

/// What has no cell, as there is nothing to trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the subject.
    pub subject: String,
    /// Name of the period.
    pub period: String,
    /// Why.
    pub why: Why,
}

/// Why there is nothing to trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// All of the period lies before the first bar that the subject may trade.
    Seen {
        /// That bar.
        not_before: Ts,
    },
    /// All of the period lies before the first or after the last bar of these instruments.
    NoBars {
        /// The instruments.
        symbols: Vec<Symbol>,
    },
}

/// Every cell, and what was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Cells by subject, period and symbols.
    pub cells: Vec<Cell>,
    /// Periods without anything to trade.
    pub left_out: Vec<LeftOut>,
}

/// Lays out a campaign; a subject's periods begin no earlier than it may trade.
///
/// A hole within the bars of a group is not looked for: its cell fails when it is read.
#[must_use]
pub fn lay_out(subjects: &[Subject], groups: &[Group], periods: &[Period]) -> Layout {
    let mut layout = Layout::default();
    for subject in subjects {
        for period in periods {
            let from = subject.not_before.map_or(period.from, |earliest| earliest.max(period.from));
            if let Some(not_before) = subject.not_before.filter(|_| from >= period.to) {
                layout.leave_out(subject, period, Why::Seen { not_before });
                continue;
            }
            for Group { symbols, first, last } in groups {
                if *last < from || *first >= period.to {
                    layout.leave_out(subject, period, Why::NoBars { symbols: symbols.clone() });
                    continue;
                }
                layout.cells.push(Cell {
                    number: layout.cells.len() as i64 + 1,
                    subject: subject.name.clone(),
                    model_id: subject.model_id.clone(),
                    symbols: symbols.clone(),
                    period: Period { from, ..period.clone() },
                });
            }
        }
    }
    layout
}

impl Layout {
    fn leave_out(&mut self, subject: &Subject, period: &Period, why: Why) {
        self.left_out.push(LeftOut { subject: subject.name.clone(), period: period.name.clone(), why });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_meets_every_group_in_every_period_it_may_trade() {
        let period = |name: &str, from, to| Period { name: name.into(), from: Ts(from), to: Ts(to) };
        let periods = [period("a", 0, 10), period("b", 10, 20), period("c", 20, 30)];
        let group = |names: &[&str], first, last| Group {
            symbols: names.iter().map(|name| name.parse().unwrap()).collect(),
            first: Ts(first),
            last: Ts(last),
        };
        let groups = [group(&["X"], 0, 29), group(&["Y", "Z"], 0, 29)];
        let strategy = Subject { name: "s".into(), model_id: None, not_before: None };
        let model = Subject { name: "m@1".into(), model_id: Some("m".into()), not_before: Some(Ts(15)) };
        let layout = lay_out(&[strategy, model], &groups, &periods);
        assert_eq!(layout.cells.len(), 6 + 4);
        assert!(layout.cells.iter().zip(1..).all(|(cell, number)| cell.number == number));
        let late = &layout.cells[6];
        assert_eq!((late.subject.as_str(), &late.period), ("m@1", &period("b", 15, 20)));
        assert_eq!(layout.cells[9].period, periods[2]);
        let left_out = LeftOut { subject: "m@1".into(), period: "a".into(), why: Why::Seen { not_before: Ts(15) } };
        assert_eq!(layout.left_out, [left_out]);
        assert!(lay_out(&[], &groups, &periods).cells.is_empty());
    }

    #[test]
    fn nothing_is_asked_where_a_group_has_no_bars() {
        let period = |name: &str, from, to| Period { name: name.into(), from: Ts(from), to: Ts(to) };
        let periods = [period("a", 0, 10), period("b", 10, 20), period("c", 20, 30)];
        let group = |first, last| Group { symbols: vec!["X".parse().unwrap()], first: Ts(first), last: Ts(last) };
        let found = |first, last, not_before: Option<i64>| {
            let subject = Subject { name: "s".into(), model_id: None, not_before: not_before.map(Ts) };
            let layout = lay_out(&[subject], &[group(first, last)], &periods);
            let names = |cells: &[Cell]| cells.iter().map(|cell| cell.period.name.clone()).collect::<String>();
            assert_eq!(layout.cells.len() + layout.left_out.len(), 3);
            names(&layout.cells)
        };
        assert_eq!(found(10, 19, None), "b");
        assert_eq!(found(9, 20, None), "abc");
        assert_eq!(found(20, 20, None), "c");
        // Bars that the subject has seen are no bars.
        assert_eq!(found(0, 12, Some(13)), "");
        assert_eq!(found(0, 12, Some(12)), "b");
    }
}
