//! What is audited: anything that turns a store into rows known at some time.

use super::error::AuditError;
use crate::domain::fingerprint::sha256;
use crate::domain::{Interval, Silent, Symbol, Ts};
use crate::features::{self, FeatureSet};
use crate::labels::{self, LabelSpec};
use crate::store::Store;
use crate::store::frame::Frame;
use crate::store::guard::{Files, Statement};
use crate::store::series::SeriesFilter;

/// Something whose rows must not depend on what became known after them.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A feature set.
    Features(Box<FeatureSet>),
    /// A reading statement that gives `symbol, interval, ts` of bars and further columns: a strategy, or features of
    /// one's own.
    Query {
        /// What it is called.
        name: String,
        /// The statement.
        sql: String,
        /// Feature sets whose tables it reads.
        sets: Vec<FeatureSet>,
    },
    /// A label set: known at the close of the exit's bar.
    Labels(LabelSpec),
}

impl Subject {
    /// A statement, with the built feature sets of a store whose tables it names.
    ///
    /// # Errors
    /// What is no reading statement, faults of DuckDB, a stored set that can't be read.
    pub fn query(store: &Store, name: String, sql: String) -> Result<Self, AuditError> {
        let statement = Statement::reading(&sql, Files::Refused)?;
        let mut sets = features::built(store)?;
        sets.retain(|set| statement.names_table(&set.table()));
        Ok(Self::Query { name, sql, sets })
    }

    /// `features`, `query` or `labels`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Features(_) => "features",
            Self::Query { .. } => "query",
            Self::Labels(_) => "labels",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Features(set) => set.name().into(),
            Self::Query { name, .. } => name.clone(),
            Self::Labels(spec) => spec.name(),
        }
    }

    /// What exactly was audited: the hash of a set or query; the name of a label set says everything.
    #[must_use]
    pub fn version(&self) -> String {
        match self {
            Self::Features(set) => set.hash().into(),
            Self::Query { sql, sets, .. } => {
                let hashes: Vec<&str> = sets.iter().map(FeatureSet::hash).collect();
                sha256([sql.as_str(), &hashes.concat()].concat().as_bytes())
            }
            Self::Labels(spec) => spec.name(),
        }
    }

    /// The name by which a statement asks about the database itself, if it does.
    pub(super) fn introspects(&self) -> Result<Option<String>, AuditError> {
        let Self::Query { sql, .. } = self else { return Ok(None) };
        Ok(Statement::reading(sql, Files::Refused)?.introspects().map(str::to_string))
    }

    /// Bars before the first row that can have every value.
    pub(super) fn warmup(&self) -> usize {
        match self {
            Self::Features(set) => set.warmup(),
            Self::Query { sets, .. } => sets.iter().map(FeatureSet::warmup).fold(60, usize::max),
            Self::Labels(_) => 60,
        }
    }

    /// Whether symbols are compared with each other.
    pub(super) fn is_across(&self) -> bool {
        match self {
            Self::Features(set) => set.is_across(),
            Self::Query { .. } => true,
            Self::Labels(_) => false,
        }
    }

    /// Series that the given one looks at besides itself.
    pub(super) fn also(&self, symbol: &Symbol, interval: Interval) -> Vec<(Symbol, Interval)> {
        match self {
            Self::Features(set) => set.joins().iter().map(|join| join.of(symbol, interval)).collect(),
            Self::Query { sets, .. } => {
                let joins = sets.iter().flat_map(FeatureSet::joins);
                joins.map(|join| join.of(symbol, interval)).collect()
            }
            Self::Labels(_) => Vec::new(),
        }
    }

    /// Its rows over all bars of a store.
    pub(super) fn rows(&self, store: &Store) -> Result<Frame, AuditError> {
        match self {
            Self::Features(set) => {
                features::materialise(store, set)?;
                Ok(Frame::of_features(store, &set.table(), &set.columns())?)
            }
            Self::Query { sql, sets, .. } => {
                for set in sets {
                    features::materialise(store, set)?;
                }
                Ok(Frame::of_query(store, sql)?)
            }
            Self::Labels(spec) => {
                labels::build(store, spec, &SeriesFilter::default(), Ts(0), &Silent)?;
                Ok(Frame::read(store, crate::sql!("audit/label_values"))?)
            }
        }
    }

    /// What must not depend on bars before the decision, one row a decision: for labels when they enter, and, where
    /// barriers are fixed, everything that follows.
    pub(super) fn entries(&self, store: &Store) -> Result<Option<Frame>, AuditError> {
        let Self::Labels(spec) = self else { return Ok(None) };
        labels::build(store, spec, &SeriesFilter::default(), Ts(0), &Silent)?;
        let mut frame = Frame::read(store, crate::sql!("audit/label_entries"))?;
        if spec.looks_back() {
            frame.names.truncate(1);
            frame.columns.truncate(1);
        }
        Ok(Some(frame))
    }
}
