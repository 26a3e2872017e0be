//! The sink that stores what a run did while it goes on: memory grows with what is still open, not with the run.

use std::collections::HashSet;

use super::recorder::accepted;
use super::write::{write_equity, write_fills, write_orders, write_traces, write_trades};
use super::{Recorder, RunLabels};
use crate::domain::Ts;
use crate::store::columns::ROW_GROUP;
use crate::store::{Result, Store, StoreError};
use crate::trade::{Account, Fill, Order, Outcome, Sink, Step, Trade};

/// Records a run into a store, a row group of a table at a time; the caller holds the transaction.
///
/// Orders come into their table once it is known what became of them: nearly in order of decision.
pub struct Streaming<'a> {
    recorder: Recorder,
    store: &'a Store,
    labels: RunLabels<'a>,
    /// Rows of a table that are stored together.
    piece: usize,
    /// Strategy whose accepted entries are asked for afterwards.
    watched: Option<usize>,
    entries: HashSet<(usize, Ts)>,
    /// The first fault; after it nothing is stored or kept.
    fault: Option<StoreError>,
}

/// What is known of a streamed run when it has ended.
#[derive(Debug, Clone)]
pub struct Streamed {
    /// Closed round trips.
    pub n_trades: usize,
    /// Refused orders.
    pub n_refused: usize,
    /// Executions.
    pub n_fills: usize,
    /// Those of them in bars whose volume is 0.
    pub n_fills_without_volume: usize,
    /// Equity at the last close, in currency.
    pub final_equity: f64,
    /// Buy and hold at the last close, in currency.
    pub final_benchmark: f64,
    /// Entries of the watched strategy that were ordered and not refused: the asset, and when they were decided.
    pub entries: HashSet<(usize, Ts)>,
}

impl<'a> Streaming<'a> {
    /// Stores a run of an account with this capital in so many assets; `watched` is a strategy whose entries are asked for.
    #[must_use]
    pub fn new(
        store: &'a Store,
        labels: RunLabels<'a>,
        (capital, assets): (f64, usize),
        watched: Option<usize>,
    ) -> Self {
        let recorder = Recorder::new(capital, assets, 0);
        Self { recorder, store, labels, piece: ROW_GROUP, watched, entries: HashSet::new(), fault: None }
    }

    /// The same, storing so many rows of a table together, at least 1 and at most a row group.
    #[must_use]
    pub fn in_pieces_of(self, rows: usize) -> Self {
        Self { piece: rows.clamp(1, ROW_GROUP), ..self }
    }

    /// Stores what is left.
    ///
    /// # Errors
    /// The first fault of DuckDB since the beginning.
    pub fn finish(mut self) -> Result<Streamed> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.recorder.write(self.store, &self.labels)?;
        if let Some(strategy) = self.watched {
            self.entries.extend(self.recorder.entries(strategy));
        }
        Ok(Streamed {
            n_trades: self.recorder.n_trades(),
            n_refused: self.recorder.refused(),
            n_fills: self.recorder.n_fills(),
            n_fills_without_volume: self.recorder.fills_without_volume(),
            final_equity: self.recorder.final_equity(),
            final_benchmark: self.recorder.final_benchmark(),
            entries: self.entries,
        })
    }

    /// Stores what is there of the tables that have a piece.
    fn store_full(&mut self) -> Result<()> {
        let (recorder, store, labels, piece) = (&mut self.recorder, self.store, &self.labels, self.piece);
        if recorder.new_orders() >= piece {
            let (orders, outcomes) = recorder.take_settled();
            if let Some(strategy) = self.watched {
                let known = orders.iter().zip(outcomes.iter().map(Option::as_ref));
                self.entries.extend(accepted(known, strategy));
            }
            write_orders(store, labels, &orders, &outcomes)?;
        }
        if recorder.fills.len() >= piece {
            write_fills(store, labels, &recorder.fills)?;
            recorder.fills.clear();
        }
        if recorder.trades.len() >= piece {
            write_trades(store, labels, &recorder.trades)?;
            write_traces(store, labels, &recorder.trades)?;
            recorder.trades.clear();
        }
        if recorder.equity.ts.len() >= piece {
            write_equity(store, labels, &recorder.equity, 0)?;
            recorder.equity.clear();
        }
        Ok(())
    }
}

impl Sink for Streaming<'_> {
    fn order(&mut self, order: &Order) {
        self.recorder.order(order);
    }

    fn outcome(&mut self, order_id: u64, outcome: &Outcome) {
        self.recorder.outcome(order_id, outcome);
    }

    fn fill(&mut self, fill: &Fill) {
        self.recorder.fill(fill);
    }

    fn trade(&mut self, trade: &Trade) {
        self.recorder.trade(trade);
    }

    fn opened(&mut self, step: &Step) {
        self.recorder.opened(step);
    }

    #[inline]
    fn account(&mut self, step: &Step, account: &Account) {
        self.recorder.account(step, account);
        if self.recorder.fullest() >= self.piece {
            match &self.fault {
                None => self.fault = self.store_full().err(),
                Some(_) => self.recorder.forget(),
            }
        }
    }
}
