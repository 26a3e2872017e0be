//! One file into rows and rejects, without touching the store.
//!
//! First every record is read (numbers checked, stamps kept open), then the file as a whole settles day/month
//! order, interval and grid, then rows get their final stamps and repeats are dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::discover::Source;
use super::header::{self, Layout};
use super::infer;
use super::lines::{self, Lines, Record};
use super::reject::{Reason, Reject, Values};
use super::stamp::{self, Order, Raw, Verdict};
use super::{IngestError, Options};
use crate::domain::fingerprint::sha256_file;
use crate::domain::time::DAY_MICROS;
use crate::domain::{Interval, Progress, Silent, Symbol, Ts};

/// A row that is a bar.
#[derive(Debug, Clone)]
pub struct Row {
    /// Position in [`Parsed::symbols`].
    pub symbol: usize,
    /// UTC start.
    pub ts: Ts,
    /// UTC time at which it was complete.
    pub close_ts: Ts,
    /// Trading day, since 1970-01-01.
    pub session_date: i32,
    /// Prices and volume.
    pub values: Values,
}

/// A file, read and judged.
#[derive(Debug)]
pub struct Parsed {
    /// The file.
    pub path: PathBuf,
    /// SHA-256 of the file on disk.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Bar length.
    pub interval: Interval,
    /// Symbols found.
    pub symbols: Vec<Symbol>,
    /// Bars by symbol and ts, unique.
    pub rows: Vec<Row>,
    /// Refused rows by line.
    pub rejects: Vec<Reject>,
    /// Data rows in the file.
    pub rows_read: u64,
    /// What a reader should know though nothing is refused.
    pub warnings: Vec<String>,
}

/// A record whose stamp is not settled yet.
struct Pending {
    line: u64,
    symbol: usize,
    stamp: Raw,
    values: Values,
}

/// What the first pass collects.
#[derive(Default)]
struct Collected {
    symbols: Vec<Symbol>,
    pending: Vec<Pending>,
    /// Stamps of refused rows: they count for the interval and the day/month order.
    refused_stamps: Vec<(usize, Raw)>,
    rejects: Vec<Reject>,
    rows_read: u64,
}

/// Reads and judges one file.
///
/// # Errors
/// [`IngestError::Refused`] for a file of the wrong shape, faults of the file system.
pub fn parse_file(source: &Source, options: &Options, progress: &dyn Progress) -> Result<Parsed, IngestError> {
    let path = source.path.as_path();
    let (sha256, bytes) = sha256_file(path).map_err(|error| IngestError::io(path, error))?;
    let mut collected = collect(source, options, progress)?;
    let unreadable = |reject: &Reject| reject.reason == Reason::Unparsable;
    if collected.pending.is_empty() && collected.rejects.iter().all(unreadable) {
        return Err(nothing_readable(path, &collected));
    }
    let order = settle_order(path, &collected)?;
    let mut warnings = Vec::new();
    let interval = settle_interval(source, options, &collected, order, &mut warnings)?;
    let mut late = Vec::new();
    let rows = place(&collected, order, options, interval, &mut late);
    let rows = drop_repeats(rows, &mut late);
    collected.rejects.extend(with_raw(path, &collected.symbols, late)?);
    collected.rejects.sort_by_key(|reject| reject.line);
    Ok(Parsed {
        path: path.to_path_buf(),
        sha256,
        bytes,
        interval,
        symbols: collected.symbols,
        rows,
        rejects: collected.rejects,
        rows_read: collected.rows_read,
        warnings,
    })
}

fn nothing_readable(path: &Path, collected: &Collected) -> IngestError {
    match collected.rejects.first() {
        None => {
            IngestError::refused(path, None, "there is a header but no row", "nothing to ingest; check the download")
        }
        Some(first) => IngestError::refused(
            path,
            Some(first.line),
            format!("none of {} rows can be read; the first: {}", collected.rows_read, first.detail),
            "check the columns, or pass --date-format for unusual stamps",
        ),
    }
}

fn collect(source: &Source, options: &Options, progress: &dyn Progress) -> Result<Collected, IngestError> {
    let path = source.path.as_path();
    let mut input = Lines::open(path, progress)?;
    let delimiter = input.delimiter();
    let (mut record, mut fields) = (Record::default(), Vec::new());
    input.next(&mut record)?;
    lines::split(&record.raw, delimiter, &mut fields);
    let layout = header::layout(path, record.line, &fields)?;
    let fallback = options.symbol.as_ref().or(source.symbol.as_ref());
    if layout.symbol.is_none() && fallback.is_none() {
        let hint = "pass --symbol NAME, or name the file SYMBOL_INTERVAL.csv";
        return Err(IngestError::refused(path, None, "no symbol column, and the file name is not a symbol", hint));
    }
    let mut collected = Collected::default();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut named_in_file: BTreeSet<String> = BTreeSet::new();
    while input.next(&mut record)? {
        collected.rows_read += 1;
        lines::split(&record.raw, delimiter, &mut fields);
        if let Some(named) = layout.symbol.and_then(|at| fields.get(at)) {
            named_in_file.insert(named.trim().to_string());
        }
        collected.take(&record, &fields, &layout, options, fallback, &mut known);
    }
    if options.symbol.is_some() && named_in_file.len() > 1 {
        let names: Vec<String> = named_in_file.into_iter().take(4).collect();
        let reason =
            format!("the symbol column holds several symbols ({}, ..), --symbol would merge them", names.join(", "));
        return Err(IngestError::refused(path, None, reason, "leave --symbol out"));
    }
    Ok(collected)
}

impl Collected {
    /// Files one record as pending or refused.
    fn take(
        &mut self,
        record: &Record,
        fields: &[String],
        layout: &Layout,
        options: &Options,
        fallback: Option<&Symbol>,
        known: &mut BTreeMap<String, usize>,
    ) {
        let symbol = match (options.symbol.as_ref(), layout.symbol.and_then(|at| fields.get(at))) {
            (None, Some(named)) => named.trim().parse::<Symbol>().map_err(|error| error.to_string()),
            _ => fallback.cloned().ok_or_else(|| "no symbol".to_string()),
        };
        let judged = symbol.and_then(|symbol| {
            // Empty fields past the last column are a trailing separator; others would shift the columns.
            if fields.len() < layout.fields || fields[layout.fields..].iter().any(|field| !field.trim().is_empty()) {
                return Err(format!("{} fields where the header has {}", fields.len(), layout.fields));
            }
            let at = *known.entry(symbol.to_string()).or_insert_with(|| {
                self.symbols.push(symbol.clone());
                self.symbols.len() - 1
            });
            let stamp = read_stamp(fields, layout, options)?;
            Ok((at, stamp))
        });
        let refuse = |symbol: Option<String>, reason, detail| Reject {
            line: record.line,
            raw: clip(&record.raw),
            symbol,
            reason,
            detail,
        };
        let (symbol, stamp) = match judged {
            Ok(found) => found,
            Err(detail) => return self.rejects.push(refuse(None, Reason::Unparsable, detail)),
        };
        let name = Some(self.symbols[symbol].to_string());
        let fault = match read_values(fields, layout) {
            Err(detail) => Some((Reason::Unparsable, detail)),
            Ok(values) => match values.fault() {
                Some(fault) => Some(fault),
                None => {
                    self.pending.push(Pending { line: record.line, symbol, stamp, values });
                    None
                }
            },
        };
        if let Some((reason, detail)) = fault {
            self.refused_stamps.push((symbol, stamp));
            self.rejects.push(refuse(name, reason, detail));
        }
    }

    fn stamps(&self) -> impl Iterator<Item = (usize, Raw)> + '_ {
        let pending = self.pending.iter().map(|row| (row.symbol, row.stamp));
        pending.chain(self.refused_stamps.iter().copied())
    }
}

fn clip(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).chars().take(1000).collect()
}

fn read_stamp(fields: &[String], layout: &Layout, options: &Options) -> Result<Raw, String> {
    let joined;
    let text = match layout.clock {
        Some(clock) => {
            joined = format!("{} {}", fields[layout.time].trim(), fields[clock].trim());
            joined.as_str()
        }
        None => fields[layout.time].trim(),
    };
    let read = match &options.date_format {
        Some(format) => stamp::read_with(text, format),
        None => stamp::read(text),
    };
    let shown: String = text.chars().take(40).collect();
    let stamp = read.ok_or_else(|| format!("'{shown}' is not a time stamp"))?;
    match stamp {
        Raw::Clock { micros, .. } if !stamp::plausible(Ts(micros)) => {
            Err(format!("'{shown}' is not between 1800 and 2200"))
        }
        Raw::TwoWays { year, .. } if !(1800..2200).contains(&year) => {
            Err(format!("'{shown}' is not between 1800 and 2200"))
        }
        _ => Ok(stamp),
    }
}

fn read_values(fields: &[String], layout: &Layout) -> Result<Values, String> {
    let number = |at: usize, name: &str| {
        let text = fields[at].trim();
        if text.is_empty() {
            return Err(format!("{name} is empty"));
        }
        let shown: String = text.chars().take(40).collect();
        fast_float2::parse::<f64, _>(text).map_err(|_| format!("{name} '{shown}' is not a number"))
    };
    let optional = |at: Option<usize>, name: &str| match at {
        Some(at) if !fields[at].trim().is_empty() => number(at, name).map(Some),
        _ => Ok(None),
    };
    let [open, high, low, close] = layout.prices;
    Ok(Values {
        open: number(open, "open")?,
        high: number(high, "high")?,
        low: number(low, "low")?,
        close: number(close, "close")?,
        volume: optional(layout.volume, "volume")?,
        vwap: optional(layout.vwap, "vwap")?,
    })
}

fn settle_order(path: &Path, collected: &Collected) -> Result<Order, IngestError> {
    let hint = "say which: --date-format '%d/%m/%Y' or --date-format '%m/%d/%Y' (add %H:%M:%S for times)";
    match stamp::decide(collected.stamps().map(|(_, raw)| raw)) {
        Verdict::NotNeeded => Ok(Order::DayFirst),
        Verdict::Decided(order) => Ok(order),
        Verdict::Undecided => {
            Err(IngestError::refused(path, None, "dates could be day/month or month/day, no field is above 12", hint))
        }
        Verdict::Contradictory => {
            Err(IngestError::refused(path, None, "some dates are day/month and others month/day", hint))
        }
    }
}

fn settle_interval(
    source: &Source,
    options: &Options,
    collected: &Collected,
    order: Order,
    warnings: &mut Vec<String>,
) -> Result<Interval, IngestError> {
    let path = source.path.as_path();
    let mut series: Vec<Vec<Ts>> = vec![Vec::new(); collected.symbols.len()];
    let (mut date_only, mut stamps) = (true, 0);
    for (symbol, raw) in collected.stamps() {
        if let Some(settled) = stamp::settle(raw, order, options.tz) {
            date_only &= settled.date_only;
            stamps += 1;
            series[symbol].push(settled.ts);
        }
    }
    let spacing = infer::modal_spacing(series.into_iter());
    let said = options.interval.or(source.interval);
    match (said, spacing) {
        (Some(said), Some(spacing)) => {
            let found = spacing_text(spacing);
            if spacing + infer::TOLERANCE < said.micros() {
                let reason = format!("rows are {found} apart, which is less than the interval {said}");
                return Err(IngestError::refused(path, None, reason, "pass --interval with the true bar length"));
            }
            if spacing > said.micros() + infer::TOLERANCE && said != Interval::D1 {
                warnings.push(format!("rows are mostly {found} apart, though the interval is {said}"));
            }
            Ok(said)
        }
        (Some(said), None) => Ok(said),
        (None, None) if date_only => Ok(Interval::D1),
        (None, None) => Err(IngestError::refused(
            path,
            None,
            "one stamp does not tell the interval",
            "pass --interval 1m|5m|15m|30m|1h|1d",
        )),
        (None, Some(spacing)) => match infer::interval_of(spacing) {
            Some(interval) => Ok(interval),
            // A handful of dates has no mode worth the name; many regular ones may be weekly or monthly bars.
            None if date_only && stamps < 10 => {
                warnings.push(format!("{stamps} dates, {} apart, taken as daily bars", spacing_text(spacing)));
                Ok(Interval::D1)
            }
            None => {
                let reason = format!("rows are mostly {} apart, which is no known interval", spacing_text(spacing));
                Err(IngestError::refused(path, None, reason, "pass --interval 1m|5m|15m|30m|1h|1d"))
            }
        },
    }
}

fn spacing_text(spacing: i64) -> String {
    match infer::interval_of(spacing) {
        Some(interval) => interval.to_string(),
        None if spacing % DAY_MICROS == 0 => format!("{} days", spacing / DAY_MICROS),
        None => format!("{} s", spacing / 1_000_000),
    }
}

/// A row that fails only once the whole file is known.
struct Late {
    line: u64,
    symbol: usize,
    reason: Reason,
    detail: String,
}

fn place(
    collected: &Collected,
    order: Order,
    options: &Options,
    interval: Interval,
    late: &mut Vec<Late>,
) -> Vec<(u64, Row)> {
    let settled: Vec<_> =
        collected.pending.iter().map(|row| (row, stamp::settle(row.stamp, order, options.tz))).collect();
    let phase = infer::grid_phase(settled.iter().filter_map(|(_, at)| at.map(|at| at.ts)), interval);
    let mut rows = Vec::with_capacity(settled.len());
    for (row, at) in settled {
        let refuse = |reason, detail| Late { line: row.line, symbol: row.symbol, reason, detail };
        let Some(at) = at else {
            late.push(refuse(Reason::Unparsable, "the date or local time does not exist".into()));
            continue;
        };
        let (ts, session_date) = if interval == Interval::D1 {
            (Ts::from_day(at.local_day), at.local_day)
        } else if let Some(ts) = infer::snap(at.ts, interval, phase) {
            (ts, ts.day())
        } else {
            late.push(refuse(Reason::OffGrid, format!("{} is off the {interval} grid", at.ts)));
            continue;
        };
        let close_ts = ts.plus(interval.micros());
        rows.push((row.line, Row { symbol: row.symbol, ts, close_ts, session_date, values: row.values }));
    }
    rows
}

/// Sorts by symbol and stamp; of rows with the same both, the last in the file stays.
fn drop_repeats(mut rows: Vec<(u64, Row)>, late: &mut Vec<Late>) -> Vec<Row> {
    rows.sort_by_key(|(line, row)| (row.symbol, row.ts, *line));
    let mut kept: Vec<(u64, Row)> = Vec::with_capacity(rows.len());
    for (line, row) in rows {
        if let Some(previous) = kept.last_mut()
            && (previous.1.symbol, previous.1.ts) == (row.symbol, row.ts)
        {
            let detail = format!("line {line} has the same symbol and stamp and is kept");
            late.push(Late { line: previous.0, symbol: row.symbol, reason: Reason::Duplicate, detail });
            *previous = (line, row);
        } else {
            kept.push((line, row));
        }
    }
    kept.into_iter().map(|(_, row)| row).collect()
}

/// Reads the text of late rejects from the file again: keeping every row's text would cost far more.
fn with_raw(path: &Path, symbols: &[Symbol], late: Vec<Late>) -> Result<Vec<Reject>, IngestError> {
    if late.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: BTreeMap<u64, Late> = late.into_iter().map(|reject| (reject.line, reject)).collect();
    let mut input = Lines::open(path, &Silent)?;
    let (mut record, mut rejects) = (Record::default(), Vec::with_capacity(wanted.len()));
    while !wanted.is_empty() && input.next(&mut record)? {
        if let Some(found) = wanted.remove(&record.line) {
            rejects.push(Reject {
                line: found.line,
                raw: clip(&record.raw),
                symbol: symbols.get(found.symbol).map(Symbol::to_string),
                reason: found.reason,
                detail: found.detail,
            });
        }
    }
    Ok(rejects)
}
