//! Why orders are not accepted, and why they are taken back.

use std::fmt;

use super::event::Direction;
use super::gate::Suppressed;
use super::sizing::NoSize;

/// Why an order was not accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refusal {
    /// A position is open and no exit was ordered.
    PositionOpen,
    /// Only the other direction is allowed.
    Direction(Direction),
    /// The session has lost too much.
    Breaker {
        /// Loss so far, a fraction.
        loss: f64,
        /// Cap, a fraction.
        cap: f64,
    },
    /// The account has fallen too far; trading is over.
    Drawdown {
        /// Fall from the peak, a fraction.
        drawdown: f64,
        /// Cap, a fraction.
        cap: f64,
    },
    /// Exposure would pass the cap.
    Exposure {
        /// What it would be, in currency.
        wanted: f64,
        /// Cap, in currency.
        cap: f64,
    },
    /// The position would pass the cap of a symbol.
    SymbolCap {
        /// What it would be, in currency.
        wanted: f64,
        /// Cap, in currency.
        cap: f64,
    },
    /// As many positions are open or ordered as may be.
    Positions {
        /// Most of them.
        cap: u32,
    },
    /// It costs more than the account has free.
    Cash {
        /// Cost with commission, in currency.
        needed: f64,
        /// Free, in currency.
        available: f64,
    },
    /// Less than one lot.
    Lot {
        /// Units wanted.
        units: f64,
        /// Smallest tradable quantity.
        lot: f64,
    },
    /// Trading in it is halted.
    Halted,
    /// It has no size.
    Size(NoSize),
    /// Stop and target rest on a volatility that is unknown.
    Barriers {
        /// Returns that it is taken from.
        window: usize,
    },
    /// The account no longer bears its positions.
    MarginCall,
    /// The sentiment gate said no.
    Sentiment(Suppressed),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PositionOpen => write!(f, "position: one is already open"),
            Self::Direction(direction) => write!(f, "direction: {} is switched off", direction.as_str()),
            Self::Breaker { loss, cap } => {
                write!(f, "breaker: the session lost {:.2} %, the cap is {:.2} %", loss * 100.0, cap * 100.0)
            }
            Self::Drawdown { drawdown, cap } => {
                write!(f, "drawdown: {:.2} % below the peak, the cap is {:.2} %", drawdown * 100.0, cap * 100.0)
            }
            Self::Exposure { wanted, cap } => write!(f, "exposure: would be {wanted:.2}, the cap is {cap:.2}"),
            Self::SymbolCap { wanted, cap } => write!(f, "symbol: would be {wanted:.2}, the cap is {cap:.2}"),
            Self::Positions { cap } => write!(f, "positions: {cap} are open or ordered, the most there may be"),
            Self::Cash { needed, available } if *needed == 0.0 => write!(f, "cash: nothing is free ({available:.2})"),
            Self::Cash { needed, available } => write!(f, "cash: needs {needed:.2}, {available:.2} is free"),
            Self::Lot { units, lot } => write!(f, "lot: {units} units are less than one lot of {lot}"),
            Self::Halted => write!(f, "halt: trading is halted"),
            Self::Size(why) => write!(f, "size: {why}"),
            Self::Barriers { window } => {
                write!(
                    f,
                    "exits: stop and target are multiples of the volatility of {window} returns, which is unknown or none"
                )
            }
            Self::MarginCall => write!(f, "margin call: the account no longer bears its positions"),
            Self::Sentiment(suppressed) => write!(f, "{suppressed}"),
        }
    }
}

/// Why an order was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// Its life was over.
    Expired,
    /// The strategy wants out, or something else.
    Strategy,
    /// The position it built was left.
    PositionLeft,
    /// The session ends and nothing is held overnight.
    SquareOff,
    /// What was left costs more than the account has free.
    Cash,
    /// Trading is over.
    Stopped,
    /// The session has lost too much.
    Breaker,
    /// The account no longer bears its positions.
    MarginCall,
    /// The bar had no volume left; a target that is touched again makes a new order.
    Volume,
    /// The series ended.
    EndOfData,
}

impl Cancel {
    /// The name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Strategy => "strategy",
            Self::PositionLeft => "position_left",
            Self::SquareOff => "square_off",
            Self::Cash => "cash",
            Self::Stopped => "stopped",
            Self::Breaker => "breaker",
            Self::MarginCall => "margin_call",
            Self::Volume => "volume",
            Self::EndOfData => "end_of_data",
        }
    }
}
