//! Reading the quality of series from the views.

use chrono::{Datelike, NaiveDate};

use crate::domain::{Interval, Symbol, Ts};
use crate::report::ReportError;
use crate::report::read::rows;
use crate::store::{Store, StoreError, duckdb};

/// One series: a row of `data_quality` with what else is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// Calendar it is judged by.
    pub calendar: Option<String>,
    /// Bars stored.
    pub n_bars: i64,
    /// Start of the first bar; `None` when every row was refused.
    pub first: Option<Ts>,
    /// Start of the last bar.
    pub last: Option<Ts>,
    /// Trading days with a bar.
    pub n_sessions: i64,
    /// Share of expected bars present; `None` without a calendar.
    pub coverage: Option<f64>,
    /// Gaps.
    pub n_gaps: i64,
    /// Bars missing in them.
    pub n_missing_bars: i64,
    /// Trading days missing in them.
    pub n_missing_sessions: Option<i64>,
    /// Longest of them, in days.
    pub longest_gap_days: Option<f64>,
    /// Bars outside every session.
    pub n_outside: Option<i64>,
    /// Bars that start with another one.
    pub n_duplicates: i64,
    /// Bars with impossible prices.
    pub n_bad_prices: i64,
    /// Refused rows.
    pub n_rejected: i64,
    /// Refused rows by reason.
    pub reasons: String,
    /// Replaced bars.
    pub n_revisions: i64,
    /// Share of bars without a volume.
    pub missing_volume_share: Option<f64>,
    /// Share of bars with volume 0.
    pub zero_volume_share: Option<f64>,
    /// How prices are adjusted.
    pub adjustments: String,
    /// Where bars came from.
    pub sources: String,
    /// Whether any bar is simulated.
    pub is_synthetic: bool,
    /// What no longer follows from these bars.
    pub stale: String,
}

/// One gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// Start of the last bar before.
    pub from: Ts,
    /// Start of the first bar after.
    pub to: Ts,
    /// Bars missing between the two.
    pub n_missing_bars: i64,
    /// Trading days missing between the two.
    pub n_missing_sessions: Option<i64>,
    /// Time between the two, in days.
    pub days: f64,
}

/// One month of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Month {
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// First day of the month.
    pub month: NaiveDate,
    /// Bars stored.
    pub n_bars: i64,
    /// Of these, bars inside a session; `None` without a calendar.
    pub n_inside: Option<i64>,
    /// Bars expected; `None` without a calendar.
    pub n_expected: Option<i64>,
    /// Share of expected bars present.
    pub coverage: Option<f64>,
}

impl Month {
    /// Months since year 0.
    #[must_use]
    pub fn number(&self) -> i32 {
        self.month.year() * 12 + self.month.month0() as i32
    }
}

/// A universe without a single ended membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivors {
    /// Its name.
    pub universe: String,
    /// Stored symbols that belong to it.
    pub n_held: i64,
}

/// The quality of some series.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// By symbol and bar length.
    pub series: Vec<Series>,
    /// By series and time.
    pub gaps: Vec<Gap>,
    /// By series and month.
    pub months: Vec<Month>,
    /// Universes that warn of survivorship.
    pub survivors: Vec<Survivors>,
}

impl Quality {
    /// What a reader must be warned of.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let synthetic = self.series.iter().filter(|series| series.is_synthetic).count();
        if synthetic > 0 {
            warnings.push(format!("{synthetic} of {} series hold SYNTHETIC bars", self.series.len()));
        }
        for Survivors { universe, n_held } in &self.survivors {
            warnings.push(format!(
                "survivorship: universe {universe} ({n_held} symbols stored) has no ended membership, so names that failed are missing and results look better than they were"
            ));
        }
        warnings
    }
}

/// Reads the series of some symbols (none: all) and one bar length (`None`: every one).
///
/// # Errors
/// Symbols or bar lengths without bars and without refused rows; faults of DuckDB.
pub fn read(store: &Store, symbols: &[Symbol], interval: Option<Interval>) -> Result<Quality, ReportError> {
    let names: Vec<&str> = symbols.iter().map(Symbol::as_str).collect();
    let names = names.join("\n");
    let args = [names.as_str(), interval.map_or("", Interval::as_str)];
    let series = rows(store, crate::sql!("report/quality"), &args, series)?;
    let missing = symbols.iter().any(|symbol| !series.iter().any(|found| found.symbol == symbol.as_str()));
    if series.is_empty() || missing {
        let filter = crate::store::series::SeriesFilter { symbols: symbols.to_vec(), interval };
        filter.resolve(store)?;
        // What has bars has a row here; so this is reached only if it was deleted meanwhile.
        return Err(StoreError::Query("no such series".into()).into());
    }
    let survivors = rows(store, crate::sql!("report/quality_survivors"), &args[..1], |row| {
        Ok(Survivors { universe: row.get(0)?, n_held: row.get(1)? })
    })?;
    Ok(Quality {
        series,
        gaps: rows(store, crate::sql!("report/quality_gaps"), &args, gap)?,
        months: rows(store, crate::sql!("report/quality_months"), &args, month)?,
        survivors,
    })
}

fn series(row: &duckdb::Row<'_>) -> duckdb::Result<Series> {
    let text = |name: &str| -> duckdb::Result<String> { Ok(row.get::<_, Option<String>>(name)?.unwrap_or_default()) };
    let ts = |name: &str| -> duckdb::Result<Option<Ts>> { Ok(row.get::<_, Option<i64>>(name)?.map(Ts)) };
    Ok(Series {
        symbol: row.get("symbol")?,
        interval: row.get("interval")?,
        calendar: row.get("calendar")?,
        n_bars: row.get("n_bars")?,
        first: ts("first_ts")?,
        last: ts("last_ts")?,
        n_sessions: row.get("n_sessions")?,
        coverage: row.get("coverage")?,
        n_gaps: row.get("n_gaps")?,
        n_missing_bars: row.get("n_missing_bars")?,
        n_missing_sessions: row.get("n_missing_sessions")?,
        longest_gap_days: row.get("longest_gap_days")?,
        n_outside: row.get("n_outside")?,
        n_duplicates: row.get("n_duplicates")?,
        n_bad_prices: row.get("n_bad_prices")?,
        n_rejected: row.get("n_rejected")?,
        reasons: text("reasons")?,
        n_revisions: row.get("n_revisions")?,
        missing_volume_share: row.get("missing_volume_share")?,
        zero_volume_share: row.get("zero_volume_share")?,
        adjustments: text("adjustments")?,
        sources: text("source_names")?,
        is_synthetic: row.get::<_, Option<bool>>("is_synthetic")?.unwrap_or(false),
        stale: text("stale")?,
    })
}

fn gap(row: &duckdb::Row<'_>) -> duckdb::Result<Gap> {
    Ok(Gap {
        symbol: row.get("symbol")?,
        interval: row.get("interval")?,
        from: Ts(row.get("from_ts")?),
        to: Ts(row.get("to_ts")?),
        n_missing_bars: row.get("n_missing_bars")?,
        n_missing_sessions: row.get("n_missing_sessions")?,
        days: row.get("gap_days")?,
    })
}

fn month(row: &duckdb::Row<'_>) -> duckdb::Result<Month> {
    Ok(Month {
        symbol: row.get("symbol")?,
        interval: row.get("interval")?,
        month: row.get::<_, String>("month")?.parse().unwrap_or_default(),
        n_bars: row.get("n_bars")?,
        n_inside: row.get("n_inside")?,
        n_expected: row.get("n_expected")?,
        coverage: row.get("coverage")?,
    })
}
