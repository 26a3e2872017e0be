//! Limits on the account, and the only door through which an order reaches a broker.
//!
//! Exits are always approved. An entry is refused when a position is already open, when the session's loss has
//! tripped the breaker, or when exposure, unsettled entries included, would pass the cap. The breaker trips when
//! equity at a close is `daily_loss_cap` (a fraction) or more below the equity at the end of the session before;
//! orders decided in the rest of that session are refused, and the next session starts afresh.

use std::fmt;

use super::order::{Order, OrderKind};
use super::portfolio::Portfolio;

/// Limits; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Largest sum of |position value|, in currency.
    pub exposure_cap: Option<f64>,
    /// Largest loss of a session, a fraction of the equity it started with.
    pub daily_loss_cap: Option<f64>,
}

/// Why an order was not accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refusal {
    /// A position is open and no exit was ordered.
    PositionOpen,
    /// The session has lost too much.
    Breaker {
        /// Loss so far, a fraction.
        loss: f64,
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
    /// It costs more than the account has free.
    Cash {
        /// Cost with commission, in currency.
        needed: f64,
        /// Free, in currency.
        available: f64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PositionOpen => write!(f, "position: one is already open"),
            Self::Breaker { loss, cap } => {
                write!(f, "breaker: the session lost {:.2} %, the cap is {:.2} %", loss * 100.0, cap * 100.0)
            }
            Self::Exposure { wanted, cap } => write!(f, "exposure: would be {wanted:.2}, the cap is {cap:.2}"),
            Self::Cash { needed, available } => write!(f, "cash: needs {needed:.2}, {available:.2} is free"),
        }
    }
}

/// Something risk has looked at and let through; only [`Risk`] makes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    /// What was approved.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// Watches the account and approves orders.
#[derive(Debug, Clone)]
pub struct Risk {
    limits: Limits,
    session: i32,
    session_start: f64,
    equity: f64,
    tripped: bool,
}

impl Risk {
    /// Starts with the capital as the equity before the first session.
    #[must_use]
    pub fn new(limits: Limits, capital: f64) -> Self {
        Self { limits, session: i32::MIN, session_start: capital, equity: capital, tripped: false }
    }

    /// Takes note of equity at a close.
    #[inline]
    pub fn observe(&mut self, session: i32, equity: f64) {
        if session != self.session {
            self.session = session;
            self.session_start = self.equity;
            self.tripped = false;
        }
        self.equity = equity;
        if self.limits.daily_loss_cap.is_some_and(|cap| equity <= self.session_start * (1.0 - cap)) {
            self.tripped = true;
        }
    }

    /// Approves an order or says why not.
    ///
    /// # Errors
    /// The refusal, for an entry that breaks a limit.
    pub fn approve(&self, order: Order, portfolio: &Portfolio) -> Result<Approved<Order>, Refusal> {
        if matches!(order.kind, OrderKind::Exit(_)) {
            return Ok(Approved(order));
        }
        let holding = &portfolio.holdings[order.asset];
        if holding.position.size != 0.0 && !holding.exiting {
            return Err(Refusal::PositionOpen);
        }
        if self.tripped {
            let cap = self.limits.daily_loss_cap.unwrap_or_default();
            return Err(Refusal::Breaker { loss: 1.0 - self.equity / self.session_start, cap });
        }
        if let Some(cap) = self.limits.exposure_cap {
            // What this asset holds now is left at the same open.
            let held = (holding.position.size * holding.mark).abs();
            let wanted = portfolio.account().exposure - held + portfolio.ordered() + order.estimated_value();
            if wanted > cap {
                return Err(Refusal::Exposure { wanted, cap });
            }
        }
        Ok(Approved(order))
    }
}
