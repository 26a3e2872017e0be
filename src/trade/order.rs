//! Orders, what became of them, and the round trips they make.

use super::event::Direction;
use super::refusal::{Cancel, Refusal};
use super::style::{Life, Style};
use crate::domain::Ts;

/// Side of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Buys units.
    Buy,
    /// Sells units.
    Sell,
}

impl Side {
    /// The side that opens a position of `direction`.
    #[must_use]
    pub const fn opening(direction: Direction) -> Self {
        match direction {
            Direction::Long => Self::Buy,
            Direction::Short => Self::Sell,
        }
    }

    /// The side that closes a position of `direction`.
    #[must_use]
    pub const fn closing(direction: Direction) -> Self {
        match direction {
            Direction::Long => Self::Sell,
            Direction::Short => Self::Buy,
        }
    }

    /// The direction that it opens.
    #[must_use]
    pub const fn opens(self) -> Direction {
        match self {
            Self::Buy => Direction::Long,
            Self::Sell => Direction::Short,
        }
    }

    /// 1 for a buy, -1 for a sale.
    #[must_use]
    pub const fn sign(self) -> f64 {
        match self {
            Self::Buy => 1.0,
            Self::Sell => -1.0,
        }
    }

    /// The name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }
}

/// How much an order is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// A number of units.
    Units(f64),
    /// The units whose cost at the fill, commission included, is this amount of currency.
    Value(f64),
    /// The units whose cost at the fill, commission included, is this fraction of equity at that moment.
    Share {
        /// From 0 to 1.
        fraction: f64,
        /// What that was at the decision, in currency.
        estimate: f64,
    },
}

/// Why a position was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// The strategy said so.
    Signal,
    /// The stop was touched.
    StopLoss,
    /// The target was touched.
    TakeProfit,
    /// It was held for as many bars as its entry allowed.
    MaxHolding,
    /// The session ended and nothing is held overnight.
    SquareOff,
    /// The account fell too far below its peak; trading is over.
    Drawdown,
    /// The account no longer bears its positions.
    MarginCall,
    /// The series ended.
    EndOfData,
}

impl ExitReason {
    /// The name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::StopLoss => "stop_loss",
            Self::TakeProfit => "take_profit",
            Self::MaxHolding => "max_holding",
            Self::SquareOff => "square_off",
            Self::Drawdown => "drawdown_stop",
            Self::MarginCall => "margin_call",
            Self::EndOfData => "end_of_data",
        }
    }
}

/// Exits that go with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exits {
    /// Leave at this loss against the entry fill, a fraction of its price.
    pub stop_loss: Option<f64>,
    /// Leave at this gain against the entry fill, a fraction of its price.
    pub take_profit: Option<f64>,
    /// Leave at the open after this many bars, the entry bar counted.
    pub max_bars: Option<u32>,
}

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OrderKind {
    /// Opens a position.
    Entry(Exits),
    /// Closes the whole position.
    Exit(ExitReason),
}

/// An order: decided once, then refused, filled in one or more parts, or cancelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// Number within the run, from 1, in order of decision.
    pub id: u64,
    /// Index of the asset.
    pub asset: usize,
    /// Index of the strategy.
    pub strategy: usize,
    /// How it is to be executed.
    pub style: Style,
    /// How long it works.
    pub life: Life,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub quantity: Quantity,
    /// Price when it was decided; sizes given as money are estimated with it.
    pub decided_price: f64,
    /// What for.
    pub kind: OrderKind,
    /// `close_ts` of the deciding bar; an exit made by a bar itself carries the start of that bar.
    pub decided_ts: Ts,
    /// From 0 to 1, when the strategy has one.
    pub confidence: Option<f64>,
}

impl Order {
    /// A market order that closes a position of `units` in a direction, decided at a price and a time.
    pub(super) fn exit(
        id: u64,
        (strategy, asset): (usize, usize),
        (units, direction): (f64, Direction),
        reason: ExitReason,
        (decided_price, decided_ts): (f64, Ts),
    ) -> Self {
        Self {
            id,
            asset,
            strategy,
            style: Style::Market,
            life: Life::UntilCancelled,
            side: Side::closing(direction),
            quantity: Quantity::Units(units),
            decided_price,
            kind: OrderKind::Exit(reason),
            decided_ts,
            confidence: None,
        }
    }

    /// The same after a split of `ratio` new units for one old one.
    pub(super) fn split(&mut self, ratio: f64) {
        self.style.split(ratio);
        self.decided_price /= ratio;
        if let Quantity::Units(units) = &mut self.quantity {
            *units *= ratio;
        }
    }

    /// Units wanted, as far as known at the decision.
    #[must_use]
    pub fn estimated_units(&self) -> f64 {
        match self.quantity {
            Quantity::Units(units) => units,
            Quantity::Value(_) | Quantity::Share { .. } => self.estimated_value() / self.decided_price,
        }
    }

    /// Currency wanted, as far as known at the decision.
    #[must_use]
    pub fn estimated_value(&self) -> f64 {
        match self.quantity {
            Quantity::Units(units) => units * self.decided_price,
            Quantity::Value(value) | Quantity::Share { estimate: value, .. } => value,
        }
    }

    /// The name used in tables: its style, or the exit that a bar made by itself.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self.kind {
            OrderKind::Exit(
                reason
                @ (ExitReason::StopLoss | ExitReason::TakeProfit | ExitReason::SquareOff | ExitReason::EndOfData),
            ) => reason.as_str(),
            OrderKind::Entry(_) | OrderKind::Exit(_) => self.style.as_str(),
        }
    }

    /// What it was for: `entry`, or the reason of the exit.
    #[must_use]
    pub const fn purpose(&self) -> &'static str {
        match self.kind {
            OrderKind::Entry(_) => "entry",
            OrderKind::Exit(reason) => reason.as_str(),
        }
    }
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Executed in full, with this many units.
    Filled(f64),
    /// Not accepted by risk or broker.
    Refused(Refusal),
    /// Taken back before it was executed in full.
    Cancelled {
        /// Units executed before.
        filled: f64,
        /// Why.
        why: Cancel,
    },
}

/// An execution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// Order executed.
    pub order_id: u64,
    /// Index of the asset.
    pub asset: usize,
    /// Index of the strategy.
    pub strategy: usize,
    /// Buy or sell.
    pub side: Side,
    /// Units, positive.
    pub size: f64,
    /// Execution price, slippage included.
    pub price: f64,
    /// Price before slippage.
    pub ref_price: f64,
    /// Paid, in currency, >= 0.
    pub commission: f64,
    /// Cost against `ref_price`, in currency, >= 0.
    pub slippage: f64,
    /// Start of the bar it happened in.
    pub ts: Ts,
    /// Whether that bar's volume is 0: nothing traded at its prices. An unknown volume says nothing.
    pub without_volume: bool,
}

/// A closed round trip: a position from flat to flat, however many orders and executions built it and took it apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Number within the run, from 1, in order of exit.
    pub id: u64,
    /// Index of the asset.
    pub asset: usize,
    /// Index of the strategy.
    pub strategy: usize,
    /// Long or short.
    pub direction: Direction,
    /// Units in all, positive; of today after a split.
    pub size: f64,
    /// Start of the bar of the first entry.
    pub entry_ts: Ts,
    /// Fill price of the entry, the mean of several; on the units of today after a split.
    pub entry_price: f64,
    /// Start of the bar of the last exit.
    pub exit_ts: Ts,
    /// Fill price of the exit, the mean of several; on the units of today after a split.
    pub exit_price: f64,
    /// Entry price before slippage.
    pub entry_ref_price: f64,
    /// Exit price before slippage.
    pub exit_ref_price: f64,
    /// What the prices alone gained, slippage inside them, in currency: `side x size x (exit_price - entry_price)`.
    pub gross_pnl: f64,
    /// `gross_pnl - entry_commission - exit_commission + carry`, in currency.
    pub pnl: f64,
    /// Dividends received less dividends and borrow paid while it was held, in currency.
    pub carry: f64,
    /// Of all executions, in currency: `entry_commission + exit_commission`.
    pub commission: f64,
    /// Of the executions that built it, in currency.
    pub entry_commission: f64,
    /// Of the executions that took it apart, in currency.
    pub exit_commission: f64,
    /// Of all executions, in currency.
    pub slippage: f64,
    /// Why the last of it was left: what had been left before may have had other reasons, which its orders tell.
    pub reason: ExitReason,
    /// Bars from the first entry to the last exit; 0 when left in the bar of entry.
    pub bars_held: u32,
    /// When the entry was decided.
    pub decided_ts: Ts,
    /// Confidence of the entry, when there was one.
    pub confidence: Option<f64>,
}

impl Trade {
    /// 100 x pnl / (size x entry price).
    #[must_use]
    pub fn return_pct(&self) -> f64 {
        100.0 * self.pnl / (self.size * self.entry_price)
    }

    /// Clock minutes between the bars of entry and exit.
    #[must_use]
    pub fn holding_minutes(&self) -> f64 {
        (self.exit_ts.0 - self.entry_ts.0) as f64 / 60e6
    }
}
