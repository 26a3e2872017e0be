//! Pure decisions: what became known goes in, effects come out.
//!
//! [`Engine::step`](crate::trade::Engine::step) takes a [`Step`](crate::trade::Step), the bars that open or close at
//! one moment and the signals about them, and writes orders, fills, trades and account values into a reused
//! [`Sink`](crate::trade::Sink); recording is one sink, counting another. Feed and broker are ports, so that a
//! replay, a paper account and a live venue swap parts and never logic. The room knows no database, no network, no
//! clock and no model: predictions arrive as signals.
//!
//! Order of events within a step: exits at the open of every asset, entries at the open, entries inside the bars,
//! exits inside them, entries and exits at the close of a session, closing of ended series; then positions are valued at
//! the close, risk looks at the account, and strategies decide: exits first, then entries, the surest first
//! ([`priority`](crate::trade::priority)), so that no limit goes to the alphabet. What they decide fills at the next open
//! of the asset, never earlier. Bars that overlap without beginning and ending together are told in two steps, opens and
//! closes, in order of time.
//!
//! Identity that holds after every step: equity = cash + Σ size · last close = capital + Σ realised pnl + open
//! pnl net of paid commissions. Prices and money are in the currency of the bars; all of them the same one.
//!
//! Not for: prices of executions (`venues`), or anything that must be stored (`telemetry`).

pub mod contract;
pub mod costs;
pub mod engine;
pub mod event;
pub mod gate;
pub mod ledger;
pub mod order;
pub mod portfolio;
pub mod ports;
pub mod priority;
pub mod refusal;
pub mod risk;
pub mod sinks;
pub mod sizing;
pub mod strategies;
pub mod style;
mod totals;

pub use contract::Contract;
pub use costs::Costs;
pub use engine::{Engine, Settings, Trader};
pub use event::{Action, Direction, Hours, Phase, Signal, Step, StepAction, StepSignal, Tick};
pub use gate::{GateCounts, SentimentGate, SentimentLevels, Suppressed};
pub use ledger::Ledger;
pub use order::{ExitReason, Exits, Fill, Order, OrderKind, Outcome, Quantity, Side, Trade};
pub use portfolio::{Account, Portfolio};
pub use ports::{Broker, Feed, Sink};
pub use priority::surest_first;
pub use refusal::{Cancel, Refusal};
pub use risk::{Approved, Limits, Risk};
pub use sinks::Counters;
pub use sizing::{Basis, Sizing};
pub use style::{Approach, Life, Style};
