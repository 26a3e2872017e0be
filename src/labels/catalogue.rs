//! Which label sets a store has, and what their names stand for.

use serde::Serialize;

use super::error::LabelError;
use super::spec::LabelSpec;
use super::triple_barrier::TripleBarrier;
use crate::domain::Ts;
use crate::domain::bet::BetTerms;
use crate::store::{Store, StoreError, duckdb, params};

/// A label set at one bar length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelSet {
    /// Name.
    pub name: String,
    /// Kind; `None` for sets built before their records.
    pub kind: Option<String>,
    /// Specification as kept, JSON.
    pub spec: Option<String>,
    /// UTC time of the first build, as text.
    pub created_at: Option<String>,
    /// Bar length; `None` when the set has a record but no labels.
    pub interval: Option<String>,
    /// Series labelled.
    pub n_series: i64,
    /// Rows.
    pub n_rows: i64,
    /// Rows with a label.
    pub n_complete: i64,
    /// Share of 1 among them; `None` when there are none.
    pub base_rate: Option<f64>,
    /// Mean weight of them; `None` when there are none.
    pub mean_weight: Option<f64>,
}

/// Every label set and bar length, sorted.
///
/// # Errors
/// Faults of the store.
pub fn sets(store: &Store) -> Result<Vec<LabelSet>, LabelError> {
    let read = |row: &duckdb::Row<'_>| {
        Ok(LabelSet {
            name: row.get(0)?,
            kind: row.get(1)?,
            spec: row.get(2)?,
            created_at: row.get::<_, Option<i64>>(3)?.map(|micros| Ts(micros).to_string()),
            interval: row.get(4)?,
            n_series: row.get(5)?,
            n_rows: row.get(6)?,
            n_complete: row.get(7)?,
            base_rate: row.get(8)?,
            mean_weight: row.get(9)?,
        })
    };
    let mut statement = store.conn().prepare(crate::sql!("labels/sets")).map_err(StoreError::from)?;
    let found = statement.query_map([], read).map_err(StoreError::from)?;
    Ok(found.collect::<duckdb::Result<_>>().map_err(StoreError::from)?)
}

/// What a stored label set stands for.
///
/// Sets built before their specifications were kept are triple barriers and say everything by their name.
///
/// # Errors
/// A set that the store doesn't have, a specification that is unreadable or says another name, faults of the store.
pub fn spec_of(store: &Store, name: &str) -> Result<LabelSpec, LabelError> {
    let read = |row: &duckdb::Row<'_>| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, bool>(1)?));
    let (text, has_labels) =
        store.conn().query_row(crate::sql!("labels/spec"), params![name], read).map_err(StoreError::from)?;
    if !has_labels {
        let mut known: Vec<String> = sets(store)?.into_iter().map(|set| set.name).collect();
        known.dedup();
        return Err(LabelError::Unknown { name: name.into(), known });
    }
    described(name, text)?.ok_or_else(|| LabelError::Spec {
        name: name.into(),
        detail: "it has no record and its name tells no triple barrier; build it again".into(),
    })
}

/// When the bets of a label set are left, whether or not the store still has its labels; `None` when nothing is known of it.
///
/// # Errors
/// A specification that is unreadable or says another name, faults of the store.
pub fn terms_of(store: &Store, name: &str) -> Result<Option<BetTerms>, LabelError> {
    let read = |row: &duckdb::Row<'_>| row.get::<_, Option<String>>(0);
    let text = store.conn().query_row(crate::sql!("labels/spec"), params![name], read).map_err(StoreError::from)?;
    Ok(described(name, text)?.map(|spec| spec.terms()))
}

/// What a record stands for, or without one the name of a triple barrier.
fn described(name: &str, text: Option<String>) -> Result<Option<LabelSpec>, LabelError> {
    let Some(text) = text else { return Ok(TripleBarrier::from_name(name).map(LabelSpec::from)) };
    let fault = |detail: String| LabelError::Spec { name: name.into(), detail };
    let spec: LabelSpec =
        serde_json::from_str(&text).map_err(|error| fault(format!("its record is unreadable: {error}")))?;
    spec.check()?;
    if spec.name() != name {
        return Err(fault(format!("its record describes {}", spec.name())));
    }
    Ok(Some(spec))
}
