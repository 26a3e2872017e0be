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

/// A period of a subject that has no cell, as all of it lies before the subject may trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the subject.
    pub subject: String,
    /// Name of the period.
    pub period: String,
    /// First bar that the subject may trade.
    pub not_before: Ts,
}

/// Every cell, and what was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Cells by subject, period and symbols.
    pub cells: Vec<Cell>,
    /// Periods that subjects may not trade.
    pub left_out: Vec<LeftOut>,
}

/// Lays out a campaign; a subject's periods begin no earlier than it may trade.
#[must_use]
pub fn lay_out(subjects: &[Subject], groups: &[Vec<Symbol>], periods: &[Period]) -> Layout {
    let mut layout = Layout::default();
    for subject in subjects {
        for period in periods {
            let from = subject.not_before.map_or(period.from, |earliest| earliest.max(period.from));
            if let Some(not_before) = subject.not_before.filter(|_| from >= period.to) {
                let (subject, period) = (subject.name.clone(), period.name.clone());
                layout.left_out.push(LeftOut { subject, period, not_before });
                continue;
            }
            for symbols in groups {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_meets_every_group_in_every_period_it_may_trade() {
        let period = |name: &str, from, to| Period { name: name.into(), from: Ts(from), to: Ts(to) };
        let periods = [period("a", 0, 10), period("b", 10, 20), period("c", 20, 30)];
        let groups: [Vec<Symbol>; 2] = [vec!["X".parse().unwrap()], vec!["Y".parse().unwrap(), "Z".parse().unwrap()]];
        let strategy = Subject { name: "s".into(), model_id: None, not_before: None };
        let model = Subject { name: "m@1".into(), model_id: Some("m".into()), not_before: Some(Ts(15)) };
        let layout = lay_out(&[strategy, model], &groups, &periods);
        assert_eq!(layout.cells.len(), 6 + 4);
        assert!(layout.cells.iter().zip(1..).all(|(cell, number)| cell.number == number));
        let late = &layout.cells[6];
        assert_eq!((late.subject.as_str(), &late.period), ("m@1", &period("b", 15, 20)));
        assert_eq!(layout.cells[9].period, periods[2]);
        let left_out = LeftOut { subject: "m@1".into(), period: "a".into(), not_before: Ts(15) };
        assert_eq!(layout.left_out, [left_out]);
        assert!(lay_out(&[], &groups, &periods).cells.is_empty());
    }
}
