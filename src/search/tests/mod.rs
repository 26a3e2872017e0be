//! Tests of the room: laws on seeded inputs, bad input, and golden numbers of Optuna, pymoo and scikit-learn.

mod golden;
mod grids;
mod importances;
mod laws;
mod objectives;
mod problems;
mod pruning;
mod spaces;

use super::*;

/// A dimension without a condition.
fn always(name: &str, domain: Domain) -> Dimension {
    Dimension { name: name.into(), domain, when: None }
}

/// A dimension that another's value makes active.
fn when(name: &str, domain: Domain, param: &str, is: &[Value]) -> Dimension {
    Dimension { name: name.into(), domain, when: Some(Condition { param: param.into(), is: is.to_vec() }) }
}

fn float(low: f64, high: f64) -> Domain {
    Domain::Float { low, high, log: false, step: None, points: None }
}

fn log_float(low: f64, high: f64) -> Domain {
    Domain::Float { low, high, log: true, step: None, points: None }
}

fn stepped(low: f64, high: f64, step: f64) -> Domain {
    Domain::Float { low, high, log: false, step: Some(step), points: None }
}

fn int(low: i64, high: i64, step: i64) -> Domain {
    Domain::Int { low, high, step, log: false }
}

fn log_int(low: i64, high: i64) -> Domain {
    Domain::Int { low, high, step: 1, log: true }
}

fn texts(values: &[&str]) -> Domain {
    Domain::Categorical(values.iter().map(|value| Value::Text((*value).into())).collect())
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn bools() -> Domain {
    Domain::Categorical(vec![Value::Bool(false), Value::Bool(true)])
}

/// A finished, feasible trial.
fn finished(id: u64, assignment: Assignment, values: Vec<f64>) -> Observed {
    Observed { id, assignment, state: TrialState::Finished, values, intermediate: Vec::new(), violation: 0.0 }
}
