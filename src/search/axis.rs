//! A dimension as a line of numbers: where samplers draw and measure distances.
//!
//! | domain | coordinate | cell of a value |
//! |---|---|---|
//! | float | the value, or its logarithm | none: a continuum |
//! | float or int on steps | number of steps above `low` | half a step to either side |
//! | int, log | its logarithm | the logarithms of half a number below and above |
//! | categories | number of the category | - |
//!
//! NaN is the coordinate of an inactive parameter, and of a value that the domain does not have.

use crate::stats::Stream;

use super::space::Domain;
use super::value::Value;

/// One dimension.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis<'a> {
    domain: &'a Domain,
    kind: Kind,
    low: f64,
    high: f64,
}

/// The stretch of a line that belongs to one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) width: f64,
    pub(super) ln_width: f64,
}

/// How values lie on the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Every number.
    Continuous,
    /// Whole numbers, each in a cell of width 1.
    Steps,
    /// Logarithms of whole numbers.
    LogInt,
    /// This many categories.
    Choices(usize),
}

impl<'a> Axis<'a> {
    pub(super) fn new(domain: &'a Domain) -> Self {
        let points = || domain.count().map_or(1.0, |count| count as f64);
        let (kind, low, high) = match domain {
            Domain::Float { step: Some(_), .. } | Domain::Int { log: false, .. } => (Kind::Steps, -0.5, points() - 0.5),
            Domain::Float { low, high, log: true, .. } => (Kind::Continuous, low.ln(), high.ln()),
            Domain::Float { low, high, .. } => (Kind::Continuous, *low, *high),
            Domain::Int { low, high, .. } => (Kind::LogInt, (*low as f64 - 0.5).ln(), (*high as f64 + 0.5).ln()),
            Domain::Categorical(values) => (Kind::Choices(values.len()), 0.0, values.len() as f64 - 1.0),
        };
        Self { domain, kind, low, high }
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Ends of the line; cells of the outermost values included.
    pub(super) const fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where a value lies.
    pub(super) fn coordinate(&self, value: &Value) -> f64 {
        if !self.domain.contains(value) {
            return f64::NAN;
        }
        match (self.domain, value) {
            (Domain::Float { low, step: Some(step), .. }, Value::Float(value)) => ((value - low) / step).round(),
            (Domain::Float { log: true, .. }, Value::Float(value)) => value.ln(),
            (Domain::Float { .. }, Value::Float(value)) => *value,
            (Domain::Int { log: true, .. }, Value::Int(value)) => (*value as f64).ln(),
            (Domain::Int { low, step, .. }, Value::Int(value)) => {
                ((i128::from(*value) - i128::from(*low)) / i128::from(*step)) as f64
            }
            (Domain::Categorical(values), value) => {
                values.iter().position(|v| v == value).map_or(f64::NAN, |at| at as f64)
            }
            _ => f64::NAN,
        }
    }

    /// The value nearest to a place on the line.
    pub(super) fn value(&self, place: f64) -> Value {
        match self.domain {
            Domain::Float { low, high, log, step: None, .. } => {
                Value::Float(if *log { place.exp() } else { place }.clamp(*low, *high))
            }
            // A conversion to an integer stays within its range, so that nothing wraps.
            Domain::Int { low, high, log: true, .. } => Value::Int((place.exp().round() as i64).clamp(*low, *high)),
            _ => self.domain.nth(place.round() as u128),
        }
    }

    /// A place on the line where a value lies: the middle of its cell.
    pub(super) fn snap(&self, place: f64) -> f64 {
        match self.kind {
            Kind::Continuous => place.clamp(self.low, self.high),
            Kind::Steps | Kind::Choices(_) => place.round().clamp(self.low.ceil(), self.high.floor()),
            Kind::LogInt => self.coordinate(&self.value(place)),
        }
    }

    /// The cell of a value; `None` on a continuum.
    pub(super) fn cell(&self, place: f64) -> Option<Cell> {
        match self.kind {
            Kind::Steps => Some(Cell { low: place - 0.5, high: place + 0.5, width: 1.0, ln_width: 0.0 }),
            Kind::LogInt => {
                let value = place.exp().round();
                // ln((v + 1/2) / (v - 1/2)), exact for numbers to which adding a half changes nothing.
                let width = (value - 0.5).recip().ln_1p();
                Some(Cell { low: (value - 0.5).ln(), high: (value + 0.5).ln(), width, ln_width: width.ln() })
            }
            Kind::Continuous | Kind::Choices(_) => None,
        }
    }

    /// A place drawn evenly from the line, in the middle of a cell where there are cells.
    pub(super) fn draw(&self, stream: &mut Stream) -> f64 {
        match self.kind {
            Kind::Choices(n) => f64::from(stream.below(u32::try_from(n).unwrap_or(u32::MAX))),
            _ => self.snap(self.low + stream.positive() * (self.high - self.low)),
        }
    }
}
