//! Audits: does anything see ahead, or depend on where history starts?
//!
//! [`lookahead`] proves on the data what the language of feature sets promises: it takes a sample of a store, computes
//! what is audited, alters everything that became known after a random cut (bars, sentiment, corporate actions,
//! memberships; values, absence and presence), computes again, and compares the rows known by the cut. It knows nothing
//! of how the rows are made, so that it judges a query, a feature set and labels alike. [`recursive`] compares a set
//! over histories of different length. Outcomes are rows of `audits`, told by [`Audit`] and shown in reports.
//!
//! Not for: proving that a result is not luck (`stats`), or that stored rows are right (`labels::audit`, `replay`).
//!
//! [`Audit`]: crate::audit::Audit
//! [`lookahead`]: crate::audit::lookahead()
//! [`recursive`]: crate::audit::recursive()

mod error;
mod lookahead;
mod record;
mod recursive;
mod sample;
mod subject;

pub use error::AuditError;
pub use lookahead::{Alarm, Lookahead, Options, lookahead};
pub use record::{Audit, save_lookahead, save_recursive};
pub use recursive::{Recursive, Settled, recursive};
pub use subject::Subject;
