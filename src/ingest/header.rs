//! Vendor column names: which column is which.

use std::path::Path;

use super::IngestError;

const TIME: &[&str] = &["timestamp", "time", "datetime", "date", "timestamp_utc", "ts"];
const OPEN: &[&str] = &["open", "o"];
const HIGH: &[&str] = &["high", "h"];
const LOW: &[&str] = &["low", "l"];
// `last` and `adj close` are other prices: never taken for the close.
const CLOSE: &[&str] = &["close", "c"];
const VOLUME: &[&str] = &["volume", "v", "vol"];
const VWAP: &[&str] = &["vwap"];
const SYMBOL: &[&str] = &["symbol", "ticker", "name"];

/// Positions of the columns that matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Fields a row must have.
    pub fields: usize,
    /// Time stamp.
    pub time: usize,
    /// Second stamp column (a `date` beside a `time`), joined with a space.
    pub clock: Option<usize>,
    /// Prices: open, high, low, close.
    pub prices: [usize; 4],
    /// Volume.
    pub volume: Option<usize>,
    /// Volume-weighted average price.
    pub vwap: Option<usize>,
    /// Symbol.
    pub symbol: Option<usize>,
}

/// Reads a header row.
///
/// # Errors
/// A refusal naming each missing column, its aliases and what was found instead; a name that stands there twice.
pub fn layout(file: &Path, line: Option<u64>, header: &[String]) -> Result<Layout, IngestError> {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    refuse_repeats(file, line, &names)?;
    let find = |aliases: &[&str]| aliases.iter().find_map(|alias| names.iter().position(|name| name == alias));
    let unnamed_first = names.first().filter(|name| name.is_empty() || *name == "unnamed: 0").map(|_| 0);
    let date = names.iter().position(|name| name == "date");
    let clock = names.iter().position(|name| name == "time").filter(|_| date.is_some());
    let time = if clock.is_some() { date } else { find(TIME).or(unnamed_first) };
    let wanted = [("timestamp", TIME), ("open", OPEN), ("high", HIGH), ("low", LOW), ("close", CLOSE)];
    let found = [time, find(OPEN), find(HIGH), find(LOW), find(CLOSE)];
    let [Some(time), Some(open), Some(high), Some(low), Some(close)] = found else {
        let missing: Vec<String> = wanted
            .iter()
            .zip(found)
            .filter(|(_, at)| at.is_none())
            .map(|((name, aliases), _)| format!("{name} ({})", aliases.join("/")))
            .collect();
        let shown: Vec<String> = header.iter().take(12).map(|name| format!("'{}'", clipped(name))).collect();
        return Err(IngestError::refused(
            file,
            line,
            format!("the header has no column {}; it has {}", missing.join(", "), shown.join(", ")),
            "name the columns timestamp, open, high, low, close and, when there is one, volume",
        ));
    };
    Ok(Layout {
        fields: header.len(),
        time,
        clock,
        prices: [open, high, low, close],
        volume: find(VOLUME),
        vwap: find(VWAP),
        symbol: find(SYMBOL),
    })
}

/// A column that matters must not stand there twice: nothing says which of them is meant.
fn refuse_repeats(file: &Path, line: Option<u64>, names: &[String]) -> Result<(), IngestError> {
    for name in [TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, VWAP, SYMBOL].concat() {
        if names.iter().filter(|found| *found == name).count() > 1 {
            let reason = format!("the header has the column '{name}' twice");
            return Err(IngestError::refused(file, line, reason, "rename or drop one of them"));
        }
    }
    Ok(())
}

fn clipped(text: &str) -> String {
    text.chars().take(24).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Layout, IngestError> {
        layout(Path::new("x.csv"), Some(1), &header.split(',').map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn vendor_headers_are_read() {
        assert_eq!(read(",Open,High,Low,Close,Volume").unwrap().time, 0);
        assert_eq!(read("Date,Open,High,Low,Last,Close,Volume").unwrap().prices, [1, 2, 3, 5]);
        let pair = read("Date,Time,O,H,L,C").unwrap();
        assert_eq!((pair.time, pair.clock, pair.volume), (0, Some(1), None));
    }

    #[test]
    fn a_column_that_stands_there_twice_is_refused() {
        assert!(read("date,open,high,low,close,close").unwrap_err().to_string().contains("'close' twice"));
        assert!(read("date,open,high,low,close,x,x").is_ok());
    }

    #[test]
    fn last_and_adjusted_close_are_never_the_close() {
        let refused = read("Date,Open,High,Low,Last,Adj Close,Volume").unwrap_err().to_string();
        assert!(refused.contains("x.csv:1") && refused.contains("close (close/c)"), "{refused}");
    }
}
