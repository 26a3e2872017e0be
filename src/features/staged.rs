//! What the script reads: the bars being built with everything known at their closes, as Arrow columns.

use super::error::Result;
use super::inputs::Inputs;
use super::script::{self, STAGED};
use super::set::{BAR_NUMBER, FeatureSet};
use crate::domain::Bars;
use crate::store::{Columns, Store};

/// Some neighbouring bars of one series with their kernels.
#[derive(Debug)]
pub(super) struct Rows {
    pub bars: Bars,
    /// Number of the first of them in its series.
    pub first: i64,
    /// Index of the first one whose row is to be written; those before are looked back at.
    pub fresh: usize,
    /// One column a kernel feature, in the order of the set.
    pub kernels: Vec<Vec<f64>>,
}

impl Rows {
    /// The bars whose rows are written.
    pub(super) fn written(&self) -> Bars {
        let mut bars = self.bars.clone();
        bars.forget_first(self.fresh);
        bars
    }
}

/// What is known beside some bars at their closes: sentiment and joined columns, as far as the set reads them.
pub(super) fn known(set: &FeatureSet, bars: &Bars, inputs: &Inputs) -> Vec<Vec<f64>> {
    let sentiment = set.reads_sentiment().then(|| inputs.sentiment(bars));
    let joined = set.joined_columns().into_iter().map(|(_, join, column)| {
        join.join(bars, inputs.other(&join.of(&bars.symbol, bars.interval)), column).into_iter().collect()
    });
    sentiment.into_iter().chain(joined).collect()
}

/// Where the script finds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// In Arrow, written at once: enough for sets that look at one symbol at a time.
    Arrow,
    /// In a table that fills up first: for sets that compare all symbols.
    Table,
}

impl Stage {
    pub(super) fn of(set: &FeatureSet) -> Self {
        if set.is_across() { Self::Table } else { Self::Arrow }
    }
}

/// Both halves of the rows, written in parallel.
const ARROW: &str = "SELECT * FROM arrow($1) UNION ALL SELECT * FROM arrow($2)";

/// Writes the features of the rows, or keeps the rows until [`finish`].
pub(super) fn put(store: &Store, set: &FeatureSet, stage: Stage, rows: Vec<Rows>, inputs: &Inputs) -> Result<()> {
    if rows.iter().all(|rows| rows.bars.is_empty()) {
        return Ok(());
    }
    let columns = columns(set, rows, inputs);
    let fault = |error| super::build::script_fault(set.name(), error);
    columns.insert_with(store, &insert(set, stage, ARROW), &[]).map_err(fault)
}

/// The statement that writes rows, or keeps them.
pub(super) fn insert(set: &FeatureSet, stage: Stage, source: &str) -> String {
    match stage {
        Stage::Arrow => script::insert(set, Some(source)),
        Stage::Table => format!("INSERT INTO {STAGED} {source}"),
    }
}

/// Creates the table that fills up, where there is one.
pub(super) fn start(store: &Store, set: &FeatureSet, stage: Stage) -> Result<()> {
    // A table that is there has its columns and comments: outdated ones were dropped.
    if !super::build::has_table(store, set)? {
        super::build::run(store, set, &script::create_table(set))?;
    }
    super::build::run(store, set, &script::macros(set))?;
    if stage == Stage::Table { super::build::run(store, set, &script::staging_table(set)) } else { Ok(()) }
}

/// Writes what was kept and drops what the script needed.
pub(super) fn finish(store: &Store, set: &FeatureSet, stage: Stage) -> Result<()> {
    if stage == Stage::Table {
        super::build::run(store, set, &script::insert(set, None))?;
        super::build::run(store, set, &format!("DROP TABLE {STAGED}"))?;
    }
    Ok(())
}

/// The columns of the rows, as the script reads them.
pub(super) fn columns(set: &FeatureSet, mut rows: Vec<Rows>, inputs: &Inputs) -> Columns {
    let total: usize = rows.iter().map(|rows| rows.bars.len()).sum();
    let each = |rows: &Rows| rows.bars.len();
    let mut columns = Columns::new()
        .text_runs("symbol", rows.iter().map(|rows| (rows.bars.symbol.as_str(), each(rows))))
        .text_runs("interval", rows.iter().map(|rows| (rows.bars.interval.as_str(), each(rows))))
        .ts("ts", rows.iter().flat_map(|rows| rows.bars.ts.iter().copied()))
        .ts("close_ts", rows.iter().flat_map(|rows| rows.bars.close_ts.iter().copied()))
        .date("session_date", rows.iter().flat_map(|rows| rows.bars.session_date.iter().copied()))
        .i64(BAR_NUMBER, rows.iter().flat_map(|rows| (rows.first..).take(rows.bars.len())))
        .bool("fresh", rows.iter().flat_map(|rows| (0..rows.bars.len()).map(|row| row >= rows.fresh)))
        .bool("member", rows.iter().flat_map(|rows| inputs.is_member(&rows.bars)));
    let beside: Vec<Vec<Vec<f64>>> = rows.iter().map(|rows| known(set, &rows.bars, inputs)).collect();
    let count = usize::from(set.reads_sentiment()) + set.joined_columns().len();
    let mut numbers: Vec<Vec<f64>> =
        (0..count).map(|at| beside.iter().flat_map(|known| known[at].iter().copied()).collect()).collect();
    let of: [fn(&mut Bars) -> &mut Vec<f64>; 6] =
        [|b| &mut b.open, |b| &mut b.high, |b| &mut b.low, |b| &mut b.close, |b| &mut b.volume, |b| &mut b.vwap];
    let prices = of.map(|of| one_column(total, rows.iter_mut().map(|rows| of(&mut rows.bars)).collect()));
    numbers.splice(0..0, prices);
    for kernel in 0..script::kernels(set).count() {
        numbers.push(one_column(total, rows.iter_mut().map(|rows| &mut rows.kernels[kernel]).collect()));
    }
    drop(rows);
    for (name, values) in script::numbers(set).into_iter().zip(numbers) {
        columns = columns.f64_vec(&name, values);
    }
    columns
}

/// The parts behind each other, taken out of where they were: a single one is not copied.
fn one_column(total: usize, mut parts: Vec<&mut Vec<f64>>) -> Vec<f64> {
    if let [only] = parts.as_mut_slice() {
        return std::mem::take(only);
    }
    let mut column = Vec::with_capacity(total);
    parts.into_iter().for_each(|part| column.append(part));
    column
}
