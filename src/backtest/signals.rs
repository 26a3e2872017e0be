//! Signals as a statement gives them, into signals as strategies take them.

use super::GivenSignal;
use crate::store::signals::SignalRow;
use crate::trade::Direction;

impl GivenSignal {
    /// The signal of a row.
    ///
    /// # Errors
    /// What is wrong with it, with its symbol and time: no symbol, another direction, a confidence out of range.
    pub fn from_row(row: &SignalRow) -> Result<Self, String> {
        let at = format!("the signal about '{}' at {}", row.symbol, row.ts);
        let symbol = row.symbol.parse().map_err(|error| format!("{at}: {error}"))?;
        let direction = match row.direction.to_uppercase().as_str() {
            "LONG" => Some(Direction::Long),
            "SHORT" => Some(Direction::Short),
            "FLAT" => None,
            other => return Err(format!("{at}: direction '{other}' is none of LONG, SHORT, FLAT")),
        };
        if let Some(confidence) = row.confidence.filter(|confidence| !(0.0..=1.0).contains(confidence)) {
            return Err(format!("{at}: confidence {confidence} is not between 0 and 1"));
        }
        Ok(Self { symbol, ts: row.ts, direction, confidence: row.confidence })
    }
}
