//! Which calendar a symbol's bars are held to: that of `--exchange`, else of its instrument.

use std::collections::HashMap;
use std::sync::Arc;

use super::IngestError;
use super::discover::Source;
use crate::domain::{Calendar, Symbol};
use crate::store::calendars::{self, Exchange};
use crate::store::{Store, params};

/// Calendars met in this command, each loaded once.
#[derive(Default)]
pub struct Calendars {
    exchange: Option<Exchange>,
    loaded: HashMap<String, Option<Arc<Calendar>>>,
}

impl Calendars {
    /// With the exchange that the user named, if any.
    ///
    /// # Errors
    /// A code that no exchange has, naming those there are.
    pub fn new(exchange: Option<&str>) -> Result<Self, IngestError> {
        let exchange = exchange.map(calendars::exchange).transpose()?;
        Ok(Self { exchange, loaded: HashMap::new() })
    }

    /// The exchange that the user named.
    #[must_use]
    pub const fn exchange(&self) -> Option<&Exchange> {
        self.exchange.as_ref()
    }

    /// The calendar of a symbol; `None` when nothing is known of its sessions.
    ///
    /// # Errors
    /// A refusal when the symbol is registered at another exchange; faults of DuckDB.
    pub fn of(
        &mut self,
        store: &Store,
        source: &Source,
        symbol: &Symbol,
    ) -> Result<Option<Arc<Calendar>>, IngestError> {
        let registered = registered(store, symbol)?;
        let name = match (&self.exchange, registered) {
            (Some(exchange), Some((Some(known), _))) if known != exchange.code => {
                let reason = format!("{symbol} is registered at {known}, not at {}", exchange.code);
                let hint = "leave --exchange out, or pass another --symbol";
                return Err(IngestError::refused(&source.path, None, reason, hint));
            }
            (Some(exchange), _) => Some(exchange.calendar.clone()),
            (None, Some((_, calendar))) => calendar,
            (None, None) => None,
        };
        let Some(name) = name else { return Ok(None) };
        if let Some(known) = self.loaded.get(&name) {
            return Ok(known.clone());
        }
        let calendar = calendars::load(store, &name)?.map(Arc::new);
        self.loaded.insert(name, calendar.clone());
        Ok(calendar)
    }
}

/// Exchange and calendar of a registered instrument.
type Registered = Option<(Option<String>, Option<String>)>;

fn registered(store: &Store, symbol: &Symbol) -> Result<Registered, IngestError> {
    let mut statement =
        store.conn().prepare(crate::sql!("ingest/registered")).map_err(crate::store::StoreError::from)?;
    let mut rows = statement.query(params![symbol.as_str()]).map_err(crate::store::StoreError::from)?;
    let row = rows.next().map_err(crate::store::StoreError::from)?;
    let found = row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose();
    found.map_err(|error: crate::store::duckdb::Error| crate::store::StoreError::from(error).into())
}
