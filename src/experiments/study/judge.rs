//! One trial, judged: simulated on the development period, its metrics taken from counters that the views are held to.

use serde::Serialize;

use super::{Judged, Study};
use crate::backtest::{BacktestError, Config};
use crate::experiments::measures::{self, Measures};
use crate::search::Assignment;
use crate::telemetry::Meter;

/// Asked after each step with the values so far: whether to stop.
pub type Prune<'a> = &'a (dyn Fn(&[f64]) -> bool + Sync);

impl Study {
    /// Judges parameters; the same ones with the same seed come to the same, bit for bit.
    ///
    /// # Errors
    /// Why they could not be tried, in words.
    pub fn judge(&self, assignment: &Assignment, seed: u64, prune: Prune<'_>) -> Result<Judged, String> {
        match &self.model {
            None => self.judge_strategy(assignment, prune).map_err(|error| error.to_string()),
            Some(model) => self.judge_model(model, assignment, seed, prune),
        }
    }

    fn judge_strategy(&self, assignment: &Assignment, prune: Prune<'_>) -> Result<Judged, BacktestError> {
        let plan = self.market.plan(&self.config(assignment)?)?;
        let (mut steps, mut is_pruned) = (Vec::new(), false);
        let mut go_on = |meter: &Meter| {
            steps.push(self.value(&measures_of(meter)));
            is_pruned = prune(&steps);
            !is_pruned
        };
        let meter = self.market.measure_merged(&plan, &self.steps, &self.pauses, &mut go_on)?;
        let measures = measures_of(&meter);
        if !is_pruned {
            steps.push(self.value(&measures));
        }
        let judged_by = measures.clone();
        Ok(Judged { measures, judged_by, by_path: Vec::new(), returns: meter.returns(), steps, is_pruned })
    }

    /// Totals of a configuration with predictions on the development period, up to a pause or to the end.
    pub(super) fn account(&self, config: &Config, until: Option<crate::domain::Ts>) -> Result<Meter, BacktestError> {
        let plan = self.market.plan(config)?;
        let (signals, _) = self.market.signals(config)?;
        let pauses: Vec<_> = until.into_iter().collect();
        self.market.measure(&plan, &signals, &pauses, &mut |_| false)
    }

    /// The first objective; NaN is unknown.
    pub(super) fn value(&self, measures: &Measures) -> f64 {
        self.scores(measures).first().copied().unwrap_or(f64::NAN)
    }

    /// The objectives in their order; NaN is unknown.
    #[must_use]
    pub fn scores(&self, measures: &Measures) -> Vec<f64> {
        let known = |name: &String| measures.get(name).copied().flatten().unwrap_or(f64::NAN);
        self.spec.objectives.iter().map(|objective| known(&objective.metric)).collect()
    }

    /// By how much constraints are missed, summed.
    #[must_use]
    pub fn violation(&self, measures: &Measures) -> f64 {
        let of = |name: &str| measures.get(name).copied().flatten();
        self.spec
            .constraints
            .iter()
            .map(|constraint| constraint.violation(of(&constraint.metric)))
            .fold(0.0, |sum, missed| sum + missed)
    }
}

/// Everything a meter counted, by name.
pub(super) fn measures_of(meter: &Meter) -> Measures {
    let mut found = Measures::new();
    extend(&mut found, &meter.metrics());
    extend(&mut found, &meter.directions());
    let composite = measures::composite(&found);
    found.insert("composite".into(), composite);
    found
}

/// Adds the fields of a record of numbers; nothing when there is none.
fn extend(into: &mut Measures, record: &Option<impl Serialize>) {
    if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(record) {
        into.extend(fields.into_iter().map(|(name, value)| (name, value.as_f64())));
    }
}
