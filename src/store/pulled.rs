//! A table function whose rows come from Rust while DuckDB writes them.
//!
//! `INSERT .. SELECT .. FROM pulled($1)` has every thread of DuckDB ask for a batch, make it and write it, one batch
//! after the other: no thread waits for another, and only as many batches are in memory as there are threads.

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use duckdb::arrow::record_batch::RecordBatch;
use duckdb::core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId};
use duckdb::vtab::{
    BindInfo, InitInfo, TableFunctionInfo, VTab, record_batch_to_duckdb_data_chunk, to_duckdb_logical_type_for_field,
};

use super::{Columns, Result, Store, StoreError};

/// Rows handed over at a time: DuckDB's vector.
const VECTOR: usize = 2048;

/// Makes the next batch; called from several threads at once, each batch made by one of them.
type Next = dyn Fn() -> Option<std::result::Result<RecordBatch, String>> + Send + Sync;

/// Where the rows of one statement come from.
struct Source {
    shape: RecordBatch,
    next: Box<Next>,
}

static SOURCES: LazyLock<Mutex<HashMap<u64, Arc<Source>>>> = LazyLock::new(Mutex::default);
static NEXT_TOKEN: AtomicU64 = AtomicU64::new(1);

/// A panic while one of these locks is held leaves whole values behind: nothing is changed in two steps.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes `pulled($1)` known to a connection.
pub(super) fn register(conn: &duckdb::Connection) -> Result<()> {
    Ok(conn.register_table_function::<Pulled>("pulled")?)
}

/// Runs an `INSERT .. SELECT` whose rows are `pulled($1)`: those of every batch that `next` makes.
///
/// `shape` has the columns of the batches and no rows. The first error of `next` ends the statement and is returned;
/// `fault` turns what DuckDB itself reports into an error.
///
/// # Errors
/// That of `next`, columns of different lengths, and whatever the statement reports.
pub fn insert_pulled<E: Send + 'static>(
    store: &Store,
    sql: &str,
    shape: Columns,
    next: impl Fn() -> Option<std::result::Result<Columns, E>> + Send + Sync + 'static,
    fault: impl Fn(StoreError) -> E + Send + Sync + Clone + 'static,
) -> std::result::Result<(), E> {
    let failed: Arc<Mutex<Option<E>>> = Arc::default();
    let shape = shape.batch("pulled").map_err(&fault)?;
    let outcome = {
        let (failed, fault) = (Arc::clone(&failed), fault.clone());
        let next = move || {
            let batch = next()?.and_then(|columns| columns.batch("pulled").map_err(&fault));
            Some(batch.map_err(|error| {
                locked(&failed).get_or_insert(error);
                "the rows can't be made".to_string()
            }))
        };
        let source = Source { shape, next: Box::new(next) };
        execute(store, sql, source)
    };
    match locked(&failed).take() {
        Some(error) => Err(error),
        None => outcome.map_err(fault),
    }
}

fn execute(store: &Store, sql: &str, source: Source) -> Result<()> {
    let token = NEXT_TOKEN.fetch_add(1, Ordering::Relaxed);
    locked(&SOURCES).insert(token, Arc::new(source));
    let outcome = store.conn().prepare(sql).and_then(|mut statement| statement.execute([token]));
    locked(&SOURCES).remove(&token);
    outcome?;
    Ok(())
}

/// The table function.
struct Pulled;

/// A batch on its way, and the thread that was at it last.
struct Part {
    batch: RecordBatch,
    given: usize,
    by: ThreadId,
}

/// Batches begun and not finished. A part is taken by one thread for one vector and put back: whichever thread a task
/// of DuckDB goes on in, no rows are left behind.
struct Begun {
    parts: Mutex<Vec<Part>>,
    /// Columns that the statement reads, by index.
    columns: Vec<usize>,
}

impl VTab for Pulled {
    type BindData = Arc<Source>;
    type InitData = Begun;

    fn bind(bind: &BindInfo) -> std::result::Result<Self::BindData, Box<dyn Error>> {
        let token = bind.get_parameter(0).to_uint64();
        let source = locked(&SOURCES).get(&token).cloned().ok_or("pulled() is for inserts made by this program")?;
        for field in source.shape.schema().fields() {
            bind.add_result_column(field.name(), to_duckdb_logical_type_for_field(field)?);
        }
        Ok(source)
    }

    fn init(init: &InitInfo) -> std::result::Result<Self::InitData, Box<dyn Error>> {
        // As many as DuckDB has.
        init.set_max_threads(1 << 16);
        let columns = init.get_column_indices().into_iter().map(|column| column as usize).collect();
        Ok(Begun { parts: Mutex::default(), columns })
    }

    fn func(info: &TableFunctionInfo<Self>, output: &mut DataChunkHandle) -> std::result::Result<(), Box<dyn Error>> {
        let (source, begun) = (info.get_bind_data(), info.get_init_data());
        let here = std::thread::current().id();
        // Another's part only when there is nothing to begin: each thread writes its rows in their order.
        let mut part = begun.take(|part| part.by == here);
        if part.is_none() {
            part = source.begin(&begun.columns, here)?;
        }
        let Some(mut part) = part.or_else(|| begun.take(|_| true)) else {
            output.set_len(0);
            return Ok(());
        };
        let rows = VECTOR.min(part.batch.num_rows() - part.given);
        let filled = record_batch_to_duckdb_data_chunk(&part.batch.slice(part.given, rows), output);
        part.given += rows;
        if part.given < part.batch.num_rows() {
            begun.put(Part { by: here, ..part });
        }
        filled
    }

    fn supports_pushdown() -> bool {
        true
    }

    fn parameters() -> Option<Vec<LogicalTypeHandle>> {
        Some(vec![LogicalTypeHandle::from(LogicalTypeId::UBigint)])
    }
}

impl Source {
    /// Makes the next batch that has rows, with the columns that are read.
    fn begin(&self, columns: &[usize], by: ThreadId) -> std::result::Result<Option<Part>, Box<dyn Error>> {
        loop {
            let Some(batch) = (self.next)().transpose()? else { return Ok(None) };
            if batch.num_rows() > 0 {
                return Ok(Some(Part { batch: batch.project(columns)?, given: 0, by }));
            }
        }
    }
}

impl Begun {
    fn take(&self, wanted: impl Fn(&Part) -> bool) -> Option<Part> {
        let mut parts = locked(&self.parts);
        let at = parts.iter().position(wanted)?;
        Some(parts.swap_remove(at))
    }

    fn put(&self, part: Part) {
        locked(&self.parts).push(part);
    }
}
