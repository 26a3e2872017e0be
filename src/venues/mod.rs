//! Adapters of the engine's ports: where steps come from and who executes.
//!
//! Not for: deciding, sizing or refusing by risk; a broker only takes approved orders.

pub mod paper;
pub mod replay;
mod tape;

pub use paper::{Paper, SquareOff, Terms};
pub use replay::{Replay, Surroundings, TimedSignal};
pub use tape::{Playback, Tape};
