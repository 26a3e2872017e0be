//! Adapters of the engine's ports: where steps come from and who executes.

pub mod paper;
pub mod replay;

pub use paper::Paper;
pub use replay::{Replay, TimedSignal};
