//! What a trial can be judged by: columns of the metrics views by name, and the composite of them.

use std::collections::BTreeMap;

use crate::domain::metric::{BOUNDS, CLASSIFIER, DIRECTIONS, Metric, PERFORMANCE};

/// Metrics by name; `None` is unknown.
pub type Measures = BTreeMap<String, Option<f64>>;

/// Every name, those of models' own metrics only where there is a model.
#[must_use]
pub fn names(is_model: bool) -> Vec<&'static str> {
    let of_model: &[Metric] = if is_model { &CLASSIFIER } else { &[] };
    PERFORMANCE.iter().chain(&BOUNDS).chain(&DIRECTIONS).chain(of_model).map(|metric| metric.name).collect()
}

/// 0.4 clamp(sharpe / 3, 0..1) + 0.3 precision_long + 0.2 hit_ratio + 0.1 win_rate; what is unknown counts as 0, and without
/// a trade nothing is known.
#[must_use]
pub fn composite(measures: &Measures) -> Option<f64> {
    let known = |name: &str| measures.get(name).copied().flatten();
    known("n_trades").filter(|count| *count > 0.0)?;
    let of = |name: &str| known(name).unwrap_or(0.0);
    Some(
        0.4 * (of("sharpe") / 3.0).clamp(0.0, 1.0)
            + 0.3 * of("precision_long")
            + 0.2 * of("hit_ratio")
            + 0.1 * of("win_rate"),
    )
}
