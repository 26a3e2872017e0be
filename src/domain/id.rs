//! Run and model names: readable, sortable, unique.

use super::Ts;
use super::fingerprint::Fingerprint;

/// `<kind>-<UTC time>-<6 hex>`, for example `bt-20261120-093000-3fa2c1`.
///
/// The hex part is a hash of the microsecond, the process and a counter, so that runs started at once differ.
#[must_use]
pub fn new_id(kind: &str, now: Ts) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut print = Fingerprint::new();
    print.i64(now.0);
    print.i64(i64::from(std::process::id()));
    print.i64(COUNTER.fetch_add(1, Ordering::Relaxed) as i64);
    format!("{kind}-{}-{}", now.naive().format("%Y%m%d-%H%M%S"), &print.finish()[..6])
}
