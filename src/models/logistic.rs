//! Logistic regression on flattened windows, by linfa.
//!
//! Minimises `−Σ ln σ(y·(w·x + b)) + alpha/2 · w·w` by L-BFGS, the intercept `b` unpenalised: scikit-learn's
//! objective with `C = 1/alpha`. `x` is the scaled window `[lookback × features]`; instruments share one model.
//!
//! linfa-logistic has no sample weights, so classes are not weighted here. In a logistic model that is nearly a
//! matter of the intercept alone, which calibration and the threshold set anew on validation samples anyway.
//!
//! The fit copies the training windows once, 8 bytes a value.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ShapeBuilder};

use super::Result;
use super::learner::{Fitted, Learner, Model};
use super::spec::{InputShape, LogisticSpec};
use super::weights::Weights;
use crate::dataset::{Samples, Scaler, Train, Valid};
use crate::domain::Progress;

/// Fits [`LogisticModel`].
pub(super) struct LogisticLearner(LogisticSpec);

/// Scaler, coefficients and intercept.
pub(super) struct LogisticModel {
    scaler: Scaler,
    coefficients: Vec<f64>,
    intercept: f64,
}

impl LogisticLearner {
    pub(super) fn new(spec: LogisticSpec) -> Self {
        Self(spec)
    }
}

impl Learner for LogisticLearner {
    /// The solver starts at zero and is deterministic, so neither the seed nor the validation samples matter to it.
    fn fit(&self, train: &Train<'_>, _: &Valid<'_>, _: u64, progress: &dyn Progress) -> Result<Fitted> {
        progress.start("fitting logistic regression", train.len() as u64);
        let scaler = Scaler::fit(train, self.0.scaling);
        let width = train.dataset().lookback * train.dataset().schema.width();
        // Column-major: the gradient walks columns.
        let mut inputs = Array2::<f64>::zeros((train.len(), width).f());
        let mut row = Vec::with_capacity(width);
        for position in 0..train.len() {
            row.clear();
            scaler.gather(train, [position], &mut row);
            inputs.row_mut(position).iter_mut().zip(&row).for_each(|(to, from)| *to = f64::from(*from));
            progress.advance(1);
        }
        let (coefficients, intercept) = solve(&self.0, inputs, &train.labels())?;
        progress.finish();
        Ok(Fitted { model: Box::new(LogisticModel { scaler, coefficients, intercept }), curve: vec![], best_epoch: 0 })
    }
}

/// Coefficients and intercept of label 1.
pub(super) fn solve(spec: &LogisticSpec, inputs: Array2<f64>, labels: &[bool]) -> Result<(Vec<f64>, f64)> {
    let tolerance = spec.gradient_tolerance * labels.len() as f64;
    let solver = LogisticRegression::default()
        .alpha(spec.alpha)
        .max_iterations(spec.max_iterations)
        .gradient_tolerance(tolerance);
    let targets = Array1::from_iter(labels.iter().map(|label| usize::from(*label)));
    let fitted = solver.fit(&DatasetBase::new(inputs, targets))?;
    // linfa calls the more frequent class positive.
    let sign = if fitted.labels().pos.class == 1 { 1.0 } else { -1.0 };
    Ok((fitted.params().iter().map(|value| sign * value).collect(), sign * fitted.intercept()))
}

impl LogisticModel {
    pub(super) fn restore(input: InputShape, weights: &Weights) -> Result<Self> {
        Ok(Self {
            coefficients: weights.f64("logistic.coefficients", input.width)?,
            intercept: weights.f64("logistic.intercept", 1)?[0],
            scaler: input.scaler,
        })
    }
}

impl Model for LogisticModel {
    fn predict(&self, samples: &Samples<'_>, progress: &dyn Progress) -> Result<Vec<f64>> {
        progress.start("predicting", samples.len() as u64);
        let mut row = Vec::with_capacity(self.coefficients.len());
        let mut log_odds = Vec::with_capacity(samples.len());
        for position in 0..samples.len() {
            row.clear();
            self.scaler.gather(samples, [position], &mut row);
            let products = row.iter().zip(&self.coefficients).map(|(value, weight)| f64::from(*value) * weight);
            log_odds.push(products.sum::<f64>() + self.intercept);
            progress.advance(1);
        }
        progress.finish();
        Ok(log_odds)
    }

    fn save(&self) -> Result<Weights> {
        let mut weights = Weights::default();
        weights.put_scaler(&self.scaler);
        weights.put_f64("logistic.coefficients", &self.coefficients);
        weights.put_f64("logistic.intercept", &[self.intercept]);
        Ok(weights)
    }
}
