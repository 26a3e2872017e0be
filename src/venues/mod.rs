//! Adapters of the engine's ports: where steps come from and who executes.

pub mod paper;
pub mod replay;
mod tape;

pub use paper::{Paper, SquareOff, Terms};
pub use replay::{Replay, Surroundings, TimedSignal};
pub use tape::{Playback, Tape};
