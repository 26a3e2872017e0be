//! Nouns of the product without any I/O: instruments, bars, time, sessions, metrics, identity, progress.
//!
//! Open to every room; imports none.
//!
//! Not for: anything that needs a table, a file or a rule of trading.

pub mod bar;
pub mod bet;
pub mod fingerprint;
pub mod id;
pub mod instrument;
pub mod interval;
pub mod metric;
pub mod names;
pub mod price;
pub mod progress;
pub mod session;
mod text;
pub mod time;
pub mod window;

pub use bar::{Bar, Bars};
pub use instrument::Symbol;
pub use interval::Interval;
pub use names::{nearest, shown, suggestion};
pub use progress::{Progress, Silent};
pub use session::{Calendar, Session, SessionKind};
pub use time::Ts;
pub use window::{Window, WindowError, Windows};
