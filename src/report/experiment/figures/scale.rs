//! Searched parameters as axes: numbers, numbers that span decades, or a few words.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::report::chart::Axis;
use crate::report::chart::axis::Tick;
use crate::report::experiment::first::plain;
use crate::report::experiment::read::{Experiment, Trial};
use crate::report::format::Unit;

/// How values of a parameter lie on an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Numbers; whether all are whole.
    Linear(bool),
    /// Positive numbers that span decades.
    Log,
    /// Words, in order.
    Words(Vec<String>),
}

/// One searched parameter.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Its scale.
    pub scale: Scale,
    /// Lowest and highest value.
    pub range: (f64, f64),
}

/// Values further apart than this are easier to read by their logarithm.
const LOG_FROM_RATIO: f64 = 50.0;
/// More words than this are told apart by nobody.
pub const MOST_WORDS: usize = 12;

/// Parameters that trials have, the most important first.
pub fn dimensions(of: &Experiment) -> Vec<Dimension> {
    let names: BTreeSet<&String> = of.trials.iter().flat_map(|trial| trial.params.keys()).collect();
    let place = |name: &str| of.importance.iter().position(|found| found.param == name).unwrap_or(usize::MAX);
    let mut names: Vec<&String> = names.into_iter().collect();
    names.sort_by_key(|name| place(name));
    names.into_iter().map(|name| Dimension::of(name, &of.trials)).collect()
}

impl Dimension {
    fn of(name: &str, trials: &[Trial]) -> Self {
        let values: Vec<&Value> = trials.iter().filter_map(|trial| trial.params.get(name)).collect();
        let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
        if numbers.len() < values.len() {
            let words: BTreeSet<String> = values.iter().map(|value| plain(value)).collect();
            let words: Vec<String> = words.into_iter().take(MOST_WORDS).collect();
            let last = words.len().max(1) as f64 - 0.5;
            return Self { name: name.into(), scale: Scale::Words(words), range: (-0.5, last) };
        }
        let (low, high) =
            numbers.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let scale = if low > 0.0 && high / low >= LOG_FROM_RATIO {
            Scale::Log
        } else {
            Scale::Linear(numbers.iter().all(|value| value.fract() == 0.0))
        };
        Self { name: name.into(), scale, range: (low, high) }
    }

    /// Where a trial lies; `None` when it has no such parameter.
    pub fn value(&self, trial: &Trial) -> Option<f64> {
        let value = trial.params.get(&self.name)?;
        match &self.scale {
            Scale::Words(words) => words.iter().position(|word| *word == plain(value)).map(|index| index as f64),
            _ => value.as_f64(),
        }
    }

    /// The axis of a panel, with room at both ends; words take at most so many letters.
    pub fn axis(&self, count: usize, letters: usize) -> Axis {
        let (low, high) = self.range;
        let mut axis = match &self.scale {
            Scale::Words(words) => {
                let tick = |(index, word): (usize, &String)| Tick { at: index as f64, label: shortened(word, letters) };
                Axis { from: low, to: high, ticks: words.iter().enumerate().map(tick).collect(), is_log: false }
            }
            Scale::Log => Axis::log(low, high, count, Unit::Ratio),
            Scale::Linear(is_whole) => {
                let pad = ((high - low) * 0.04).max(high.abs() * 1e-6).max(1e-9);
                let unit = if *is_whole { Unit::Count } else { Unit::Ratio };
                Axis::tight(low - pad, high + pad, count, unit)
            }
        };
        let is_small = |tick: &Tick| tick.at != 0.0 && tick.at.abs() < 5e-4;
        if !matches!(self.scale, Scale::Words(_)) && axis.ticks.iter().any(is_small) {
            for tick in axis.ticks.iter_mut().filter(|tick| tick.at != 0.0) {
                tick.label = format!("{:.1e}", tick.at).replace(".0e", "e").replace('-', "\u{2212}");
            }
        }
        axis
    }

    /// What stands below a panel.
    pub fn title(&self) -> String {
        format!("{}{}", shortened(&self.name, 32), if self.scale == Scale::Log { " (log)" } else { "" })
    }
}

/// Letters that each of `n` labels beside each other may take.
pub fn letters(width: f64, font: f64, n: usize) -> usize {
    ((width / (n.max(1) as f64 * font * 0.66)) as usize).saturating_sub(1).max(3)
}

/// The beginning of a text that is too long.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_string();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::experiment::read::Mark;
    use crate::report::read::Record;

    fn trial(params: &str) -> Trial {
        let params = serde_json::from_str(params).unwrap();
        Trial {
            number: 1,
            mark: Mark::Finished,
            on_front: false,
            rank: None,
            scores: [None; 2],
            params,
            metrics: Record::default(),
        }
    }

    #[test]
    fn scales_follow_the_values() {
        let trials = [
            trial(r#"{"rate": 1e-6, "fast": 5, "kind": "a", "on": true}"#),
            trial(r#"{"rate": 0.01, "fast": 9, "kind": "b"}"#),
        ];
        let of = |name| Dimension::of(name, &trials);
        assert_eq!(of("rate").scale, Scale::Log);
        assert_eq!(of("fast").scale, Scale::Linear(true));
        assert_eq!(of("kind").scale, Scale::Words(vec!["a".into(), "b".into()]));
        assert_eq!((of("on").value(&trials[0]), of("on").value(&trials[1])), (Some(0.0), None));
        let labels: Vec<String> = of("rate").axis(4, 9).ticks.into_iter().map(|tick| tick.label).collect();
        assert!(labels.contains(&"1e\u{2212}6".to_string()), "{labels:?}");
    }

    #[test]
    fn one_value_still_makes_an_axis() {
        for params in [r#"{"a": 0}"#, r#"{"a": 3}"#, r#"{"a": 1e-9}"#, r#"{"a": "x"}"#, r#"{"a": null}"#] {
            let axis = Dimension::of("a", &[trial(params)]).axis(4, 9);
            assert!(axis.to > axis.from, "{params} {axis:?}");
        }
        let axis = Dimension::of("none", &[]).axis(4, 9);
        assert!(axis.to > axis.from, "{axis:?}");
    }
}
