//! Adapters of the engine's ports: where steps come from and who executes.
//!
//! Not for: deciding, sizing or refusing by risk; a broker only takes approved orders.

mod merged;
pub mod paper;
pub mod replay;

pub use merged::{MergedSteps, Playback};
pub use paper::{Paper, SquareOff, Terms};
pub use replay::{Replay, Surroundings, TimedSignal};
