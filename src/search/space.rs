//! Which parameters there are, which values they take, and when they matter.
//!
//! A space is checked once; after that every sampler may rely on it. A dimension with a condition is active only while
//! an earlier one is active and has one of the listed values; an assignment has active parameters only.

use serde::Serialize;

use super::error::{Problem, SpaceError};
use super::value::{Assignment, Value};

/// Most points of a stepped float: beyond, neighbours can't be told apart.
const MOST_POINTS: f64 = 9_007_199_254_740_992.0;

/// The values that a parameter can take.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    /// Numbers from `low` to `high`, both included.
    Float {
        /// Least.
        low: f64,
        /// Greatest.
        high: f64,
        /// Search its logarithm; needs `low` above 0 and no step.
        log: bool,
        /// Only `low`, `low + step`, .. up to `high`.
        step: Option<f64>,
        /// How many points a grid takes, evenly spaced (on the logarithm when `log`). Other samplers see a continuum.
        points: Option<u32>,
    },
    /// Whole numbers `low`, `low + step`, .. up to `high`.
    Int {
        /// Least.
        low: i64,
        /// Greatest, if the steps hit it.
        high: i64,
        /// Distance of neighbours, 1 or more.
        step: i64,
        /// Search its logarithm; needs `low` above 0 and a step of 1.
        log: bool,
    },
    /// One of several values without an order.
    Categorical(Vec<Value>),
}

/// When a parameter matters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The earlier parameter that decides.
    pub param: String,
    /// The values of it that make this one active.
    pub is: Vec<Value>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// What it can be.
    pub domain: Domain,
    /// When it matters; always when `None`.
    pub when: Option<Condition>,
}

impl Dimension {
    /// Whether it matters, given the values of the parameters before it.
    #[must_use]
    pub fn active(&self, earlier: &Assignment) -> bool {
        // An inactive parent has no value, so whatever depends on it is inactive too.
        let Some(when) = &self.when else { return true };
        earlier.get(&when.param).is_some_and(|value| when.is.contains(value))
    }
}

/// Parameters that fit together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Space {
    dimensions: Vec<Dimension>,
}

impl Space {
    /// Checks parameters; order matters, since conditions look back and grids vary the last one fastest.
    ///
    /// # Errors
    /// Names that are empty or not unique, bounds out of order or not finite, a log domain that starts at 0 or below or has
    /// a step, steps not above 0, no categories or repeated ones, and conditions that can't come true.
    pub fn new(dimensions: Vec<Dimension>) -> Result<Self, SpaceError> {
        for (at, dimension) in dimensions.iter().enumerate() {
            let earlier = &dimensions[..at];
            check_name(dimension, earlier)
                .and_then(|()| dimension.domain.check())
                .and_then(|()| check_condition(dimension, earlier))
                .map_err(|problem| SpaceError::new(&dimension.name, problem))?;
        }
        Ok(Self { dimensions })
    }

    /// Every parameter, in order.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The parameter of a name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.name == name)
    }

    /// Whether a point has a value in its domain for each active parameter, and no other.
    ///
    /// # Errors
    /// The first parameter that is missing, inactive, outside its domain or unknown.
    pub fn contains(&self, point: &Assignment) -> Result<(), SpaceError> {
        for dimension in &self.dimensions {
            let problem = match (point.get(&dimension.name), dimension.active(point)) {
                (None, true) => Problem::Missing,
                (Some(value), false) => Problem::Inactive(value.clone()),
                (Some(value), true) if !dimension.domain.contains(value) => Problem::Outside(value.clone()),
                _ => continue,
            };
            return Err(SpaceError::new(&dimension.name, problem));
        }
        match point.keys().find(|name| self.dimension(name).is_none()) {
            Some(name) => Err(SpaceError::new(name, Problem::Unknown)),
            None => Ok(()),
        }
    }
}

fn check_name(dimension: &Dimension, earlier: &[Dimension]) -> Result<(), Problem> {
    if dimension.name.trim().is_empty() {
        return Err(Problem::Unnamed);
    }
    if earlier.iter().any(|other| other.name == dimension.name) {
        return Err(Problem::Taken);
    }
    Ok(())
}

fn check_condition(dimension: &Dimension, earlier: &[Dimension]) -> Result<(), Problem> {
    let Some(Condition { param, is }) = &dimension.when else { return Ok(()) };
    let parent = earlier.iter().find(|other| other.name == *param).ok_or_else(|| Problem::NoParent(param.clone()))?;
    if matches!(parent.domain, Domain::Float { .. }) {
        return Err(Problem::FloatParent(param.clone()));
    }
    if is.is_empty() {
        return Err(Problem::NoValues(param.clone()));
    }
    match is.iter().find(|value| !parent.domain.contains(value)) {
        Some(value) => Err(Problem::Impossible { parent: param.clone(), value: value.clone() }),
        None => Ok(()),
    }
}

impl Domain {
    fn check(&self) -> Result<(), Problem> {
        match self {
            Self::Float { low, high, log, step, points } => check_float(*low, *high, *log, *step, *points),
            Self::Int { low, high, step, log } => check_int(*low, *high, *step, *log),
            Self::Categorical(values) => check_categories(values),
        }
    }

    /// Whether it has a value; a float on steps may be off by a billionth of one.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Float { low, high, .. }, Value::Float(value)) if !(*low..=*high).contains(value) => false,
            (Self::Float { low, step: Some(step), .. }, Value::Float(value)) => {
                let index = ((value - low) / step).round();
                (self.stepped(index) - value).abs() <= step * 1e-9
            }
            (Self::Float { .. }, Value::Float(_)) => true,
            (Self::Int { low, high, step, .. }, Value::Int(value)) => {
                let from_low = i128::from(*value) - i128::from(*low);
                (low..=high).contains(&value) && from_low % i128::from(*step) == 0
            }
            (Self::Categorical(values), value) => values.contains(value),
            _ => false,
        }
    }

    /// How many values it has; `None` for a continuum.
    pub(super) fn count(&self) -> Option<u128> {
        match self {
            Self::Float { low, high, .. } if low == high => Some(1),
            Self::Float { low, high, step: Some(step), .. } => Some(steps(*low, *high, *step) as u128 + 1),
            Self::Float { points, .. } => points.map(u128::from),
            Self::Int { low, high, step, .. } => {
                let distance = i128::from(*high) - i128::from(*low);
                Some((distance / i128::from(*step)).unsigned_abs() + 1)
            }
            Self::Categorical(values) => Some(values.len() as u128),
        }
    }

    /// Value number `index` of those that `count` counts, from 0; the last one for any greater number.
    pub(super) fn nth(&self, index: u128) -> Value {
        let index = index.min(self.count().unwrap_or(1).saturating_sub(1));
        match self {
            Self::Float { low, step: None, points, high, log } => {
                Value::Float(spaced(*low, *high, *log, index as f64, f64::from(points.unwrap_or(1))))
            }
            Self::Float { .. } => Value::Float(self.stepped(index as f64)),
            Self::Int { low, step, .. } => {
                let value = i128::from(*low) + i128::try_from(index).unwrap_or(0) * i128::from(*step);
                Value::Int(i64::try_from(value).unwrap_or(*low))
            }
            // The index is below the count, and a checked domain has at least one value.
            Self::Categorical(values) => values[index as usize].clone(),
        }
    }

    /// The float `index` steps above `low`, in as few digits as tell it from its neighbours (0.3, not 0.30000000000000004).
    fn stepped(&self, index: f64) -> f64 {
        let Self::Float { low, high, step: Some(step), .. } = self else { return f64::NAN };
        let exact = (low + index * step).clamp(*low, *high);
        let round = format!("{exact:.12e}").parse().unwrap_or(exact);
        if (low..=high).contains(&&round) && (round - exact).abs() < step * 1e-9 { round } else { exact }
    }
}

/// Whole steps between two bounds; one that ends a hair short of the upper bound counts.
fn steps(low: f64, high: f64, step: f64) -> f64 {
    let exact = (high - low) / step;
    if exact.round() - exact < 1e-9 * exact.max(1.0) { exact.round() } else { exact.floor() }
}

/// Point `index` of `points` from `low` to `high`, both ends exact.
fn spaced(low: f64, high: f64, log: bool, index: f64, points: f64) -> f64 {
    let share = if points > 1.0 { index / (points - 1.0) } else { 0.0 };
    let value = if share >= 1.0 {
        high
    } else if log && share > 0.0 {
        (low.ln() + share * (high.ln() - low.ln())).exp()
    } else {
        low + share * (high - low)
    };
    value.clamp(low, high)
}

fn check_float(low: f64, high: f64, log: bool, step: Option<f64>, points: Option<u32>) -> Result<(), Problem> {
    if !low.is_finite() || !high.is_finite() || !(high - low).is_finite() {
        return Err(Problem::NotFinite { low, high });
    }
    if low > high {
        return Err(Problem::Order { low: low.to_string(), high: high.to_string() });
    }
    if log && low <= 0.0 {
        return Err(Problem::LogFromZero { low: low.to_string() });
    }
    if log && step.is_some() {
        return Err(Problem::LogStep);
    }
    if let Some(step) = step {
        if !(step.is_finite() && step > 0.0) {
            return Err(Problem::Step { step: step.to_string() });
        }
        if (high - low) / step >= MOST_POINTS {
            return Err(Problem::TooFine { step });
        }
    }
    if points.is_some_and(|points| points < 2 || step.is_some()) {
        return Err(Problem::Points { low, high });
    }
    Ok(())
}

fn check_int(low: i64, high: i64, step: i64, log: bool) -> Result<(), Problem> {
    if low > high {
        return Err(Problem::Order { low: low.to_string(), high: high.to_string() });
    }
    if step < 1 {
        return Err(Problem::Step { step: step.to_string() });
    }
    if log && low < 1 {
        return Err(Problem::LogFromZero { low: low.to_string() });
    }
    if log && step != 1 {
        return Err(Problem::LogStep);
    }
    Ok(())
}

fn check_categories(values: &[Value]) -> Result<(), Problem> {
    if values.is_empty() {
        return Err(Problem::NoCategories);
    }
    for (at, value) in values.iter().enumerate() {
        if matches!(value, Value::Float(number) if !number.is_finite()) {
            return Err(Problem::NotANumber(value.clone()));
        }
        if values[..at].contains(value) {
            return Err(Problem::Repeated(value.clone()));
        }
    }
    Ok(())
}
