//! Limits on the account, and the only door through which an order reaches a broker.
//!
//! Exits are always approved. An entry is refused when
//! - a position is already open in its slot, or its direction is switched off,
//! - the session's loss has tripped the breaker: equity at a close `daily_loss_cap` or more below the equity at the end
//!   of the session before, which takes back every entry that works, too; the next session starts afresh,
//! - equity at a close was `max_drawdown` or more below its highest close so far: then everything is sold at the next
//!   open and trading is over,
//! - exposure, unsettled entries included, would pass `exposure_cap`, that in its asset, whatever the strategy,
//!   `symbol_cap`, or the number of positions and unsettled entries `max_positions` (positions that are being left don't
//!   count here; the broker counts again when the entry is executed).
//!
//! A margin call sells everything at the next open, and trading goes on after that bar: equity at a close at or
//! below `maintenance` times exposure, or at 0 or below whatever the settings. Between two closes a short position, or one on
//! margin, can lose more than the account has; equity below 0 is shown as it is.

use super::event::Direction;
use super::order::{ExitReason, Order, OrderKind};
use super::portfolio::{Account, Portfolio};
use super::refusal::Refusal;

/// Limits; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Largest sum of |position value|, in currency.
    pub exposure_cap: Option<f64>,
    /// Multiple of equity that exposure may reach whatever the cap: a cap by default never keeps an account from using
    /// what it has.
    pub exposure_multiple: Option<f64>,
    /// Largest loss of a session, a fraction of the equity it started with.
    pub daily_loss_cap: Option<f64>,
    /// Largest sum of |position value| in one asset at an entry, in currency.
    pub symbol_cap: Option<f64>,
    /// Most positions at a time.
    pub max_positions: Option<u32>,
    /// Largest fall of equity from its peak, a fraction; then trading is over.
    pub max_drawdown: Option<f64>,
    /// The only direction allowed.
    pub only: Option<Direction>,
    /// Smallest equity, a fraction of exposure, before everything is sold.
    pub maintenance: Option<f64>,
}

impl Limits {
    /// No limit.
    pub const NONE: Self = Self {
        exposure_cap: None,
        exposure_multiple: None,
        daily_loss_cap: None,
        symbol_cap: None,
        max_positions: None,
        max_drawdown: None,
        only: None,
        maintenance: None,
    };
}

/// What a close asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Entries that work are taken back.
    Breaker,
    /// Everything is sold, entries are taken back.
    Sell(ExitReason),
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

impl Approved<Order> {
    /// Exits are always approved.
    pub(super) fn exit(order: Order) -> Self {
        debug_assert!(matches!(order.kind, OrderKind::Exit(_)));
        Self(order)
    }

    /// The same order after a split of `ratio` new units for one old one.
    pub fn split(&mut self, ratio: f64) {
        self.0.split(ratio);
    }
}

/// Watches the account and approves orders.
#[derive(Debug, Clone)]
pub struct Risk {
    limits: Limits,
    session: i32,
    session_start: f64,
    equity: f64,
    peak: f64,
    /// Loss of the session that tripped the breaker.
    tripped: Option<f64>,
    /// Whether this close was a margin call.
    called: bool,
    /// Fall from the peak that ended trading.
    over: Option<f64>,
    /// Whether nothing but ruin is watched for.
    plain: bool,
}

impl Risk {
    /// Starts with the capital as the equity before the first session.
    #[must_use]
    pub fn new(limits: Limits, capital: f64) -> Self {
        let watched = [limits.daily_loss_cap, limits.max_drawdown, limits.maintenance];
        Self {
            limits,
            plain: watched.iter().all(Option::is_none),
            session: i32::MIN,
            session_start: capital,
            equity: capital,
            peak: capital,
            tripped: None,
            called: false,
            over: None,
        }
    }

    /// Takes note of the account at a close and says what that asks for.
    #[inline]
    pub fn observe(&mut self, session: i32, account: &Account) -> Option<Alarm> {
        let equity = account.equity;
        // Most runs of most searches.
        if self.plain && equity > 0.0 {
            self.called = false;
            return None;
        }
        if session != self.session {
            self.session = session;
            self.session_start = self.equity;
            self.tripped = None;
        }
        self.equity = equity;
        let mut alarm = None;
        if self.tripped.is_none()
            && self.limits.daily_loss_cap.is_some_and(|cap| equity <= self.session_start * (1.0 - cap))
        {
            self.tripped = Some(1.0 - equity / self.session_start);
            alarm = Some(Alarm::Breaker);
        }
        if let Some(cap) = self.limits.max_drawdown {
            self.peak = self.peak.max(equity);
            if self.over.is_none() && equity <= self.peak * (1.0 - cap) {
                self.over = Some(1.0 - equity / self.peak);
            }
            if self.over.is_some() {
                return Some(Alarm::Sell(ExitReason::Drawdown));
            }
        }
        let least = self.limits.maintenance.map_or(0.0, |fraction| fraction * account.exposure);
        self.called = equity <= least && account.exposure > 0.0;
        if self.called { Some(Alarm::Sell(ExitReason::MarginCall)) } else { alarm }
    }

    /// Whether trading is over for good.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Approves an order or says why not.
    ///
    /// # Errors
    /// The refusal, for an entry that breaks a limit.
    pub fn approve(&self, order: Order, portfolio: &Portfolio) -> Result<Approved<Order>, Refusal> {
        if matches!(order.kind, OrderKind::Exit(_)) {
            return Ok(Approved(order));
        }
        self.check_times(&order)?;
        let slot = portfolio.slot(order.strategy, order.asset);
        let holding = portfolio.holding(slot);
        if holding.position.size != 0.0 && !holding.exiting {
            return Err(Refusal::PositionOpen);
        }
        let wanted = order.estimated_value();
        if let Some(cap) = self.limits.symbol_cap {
            let wanted = wanted + portfolio.beside(slot, order.asset);
            if wanted > cap {
                return Err(Refusal::SymbolCap { wanted, cap });
            }
        }
        // What this slot has on its way is replaced.
        if let Some(cap) = self.limits.max_positions
            && portfolio.taken() - usize::from(holding.pending.is_some()) >= cap as usize
        {
            return Err(Refusal::Positions { cap });
        }
        if let Some(cap) = self.limits.exposure_cap {
            // What this slot holds now is left at the same open.
            let held = (holding.position.size * holding.mark).abs();
            let account = portfolio.account();
            let cap = self.limits.exposure_multiple.map_or(cap, |multiple| cap.max(multiple * account.equity));
            let wanted = account.exposure - held + portfolio.ordered() - holding.ordered + wanted;
            if wanted > cap {
                return Err(Refusal::Exposure { wanted, cap });
            }
        }
        Ok(Approved(order))
    }

    fn check_times(&self, order: &Order) -> Result<(), Refusal> {
        let direction = order.side.opens();
        if self.limits.only.is_some_and(|only| only != direction) {
            return Err(Refusal::Direction(direction));
        }
        if let Some(drawdown) = self.over {
            return Err(Refusal::Drawdown { drawdown, cap: self.limits.max_drawdown.unwrap_or_default() });
        }
        if let Some(loss) = self.tripped {
            return Err(Refusal::Breaker { loss, cap: self.limits.daily_loss_cap.unwrap_or_default() });
        }
        if self.called {
            return Err(Refusal::MarginCall);
        }
        Ok(())
    }
}
