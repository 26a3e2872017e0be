//! Outcomes as rows of `audits`.

use serde_json::{Value, json};

use super::error::AuditError;
use super::lookahead::{Lookahead, Options};
use super::recursive::Recursive;
use super::subject::Subject;
use crate::domain::Ts;
use crate::domain::id::new_id;
use crate::store::{Store, StoreError, params};

/// An audit that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Identity.
    pub audit_id: String,
    /// Whether there was no alarm.
    pub passed: bool,
}

/// Keeps a look-ahead audit.
///
/// # Errors
/// Faults of DuckDB.
pub fn save_lookahead(
    store: &Store,
    subject: &Subject,
    options: &Options,
    outcome: &Lookahead,
    now: Ts,
) -> Result<Audit, AuditError> {
    let details = json!({ "series": outcome.series, "altered": outcome.altered, "alarms": outcome.alarms });
    let figures = [outcome.cuts as u64, outcome.compared, outcome.alarms.len() as u64];
    save(store, "lookahead", subject, options.seed, figures, &details, now)
}

/// Keeps a comparison of histories.
///
/// # Errors
/// Faults of DuckDB.
pub fn save_recursive(
    store: &Store,
    subject: &Subject,
    options: &Options,
    outcome: &Recursive,
    now: Ts,
) -> Result<Audit, AuditError> {
    let details = json!({ "series": outcome.series, "features": outcome.features });
    let figures = [outcome.starts as u64, outcome.compared, outcome.alarms() as u64];
    save(store, "recursive", subject, options.seed, figures, &details, now)
}

fn save(
    store: &Store,
    kind: &str,
    subject: &Subject,
    seed: u64,
    [cuts, compared, alarms]: [u64; 3],
    details: &Value,
    now: Ts,
) -> Result<Audit, AuditError> {
    let audit_id = new_id("audit", now);
    let values = params![
        audit_id,
        kind,
        subject.kind(),
        subject.name(),
        subject.version(),
        now.0,
        seed as i64,
        cuts as i64,
        compared as i64,
        alarms as i64,
        alarms == 0,
        details.to_string()
    ];
    store.conn().execute(crate::sql!("audit/record"), values).map_err(StoreError::from)?;
    Ok(Audit { audit_id, passed: alarms == 0 })
}
