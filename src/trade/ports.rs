//! The ports of the engine: where steps come from, who executes, who is told.

use super::event::Step;
use super::ledger::Ledger;
use super::order::{Fill, Order, Outcome, Trade};
use super::portfolio::Account;
use super::refusal::Cancel;
use super::risk::Approved;

/// A source of steps in time order.
pub trait Feed {
    /// Replaces `step` by the next one; false when there is none.
    fn next(&mut self, step: &mut Step) -> bool;
}

/// Someone who executes orders.
pub trait Broker {
    /// Takes an order that risk approved; it works until it is filled, refused or cancelled. A slot has at most one
    /// entry and one exit at work: the caller takes the old one back first.
    fn submit(&mut self, order: Approved<Order>);

    /// Takes back the entry of a slot, if one works.
    fn cancel_entry<K: Sink>(&mut self, strategy: usize, asset: usize, why: Cancel, ledger: &mut Ledger<'_, K>);

    /// Every share of an asset becomes `ratio` shares before the next open.
    fn split(&mut self, asset: usize, ratio: f64);

    /// Reports everything executed or refused in what `step` tells of its bars to the ledger, in order of time.
    fn advance<K: Sink>(&mut self, step: &Step, ledger: &mut Ledger<'_, K>);
}

/// Receiver of effects.
pub trait Sink {
    /// An order was decided. Ids count up from 1.
    fn order(&mut self, order: &Order);
    /// What became of an order given before.
    fn outcome(&mut self, order_id: u64, outcome: &Outcome);
    /// An order was executed.
    fn fill(&mut self, fill: &Fill);
    /// A position was closed.
    fn trade(&mut self, trade: &Trade);
    /// Bars opened that close in a later step: its corporate actions and what was executed at the opens have been
    /// told. Bars whose close comes with their open are not told here.
    fn opened(&mut self, _: &Step) {}
    /// The account at the close of a step.
    fn account(&mut self, step: &Step, account: &Account);
}
