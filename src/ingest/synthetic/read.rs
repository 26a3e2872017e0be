//! Reading back the sentiment file of a simulated market.

use std::io::Read;

use super::Sentiment;
use super::write::{WriteError, store_sentiment};
use crate::domain::{Symbol, Ts};
use crate::sql;
use crate::store::{Store, StoreError, params};

/// Stores the scores of a `sentiment.csv.gz` that [`super::write_csv`] wrote, replacing earlier synthetic ones.
///
/// Returns the number of snapshots.
///
/// # Errors
/// A file of another shape, named with its line; faults of the store, which then is as before.
pub fn load_sentiment(store: &Store, gzipped: &[u8], now: Ts) -> Result<usize, WriteError> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzipped).read_to_string(&mut text)?;
    let mut days: Vec<(Symbol, Vec<Sentiment>)> = Vec::new();
    for (n, line) in text.lines().enumerate().skip(1) {
        let (symbol, day) = parse(line).ok_or_else(|| malformed(n + 1))?;
        match days.last_mut() {
            Some((last, scores)) if *last == symbol => scores.push(day),
            _ => days.push((symbol, vec![day])),
        }
    }
    store.transaction(|| {
        for (symbol, scores) in &days {
            store
                .conn()
                .execute(sql!("ingest/delete_synthetic_sentiment"), params![symbol.as_str()])
                .map_err(StoreError::from)?;
            store_sentiment(store, symbol.as_str(), scores, now)?;
        }
        Ok(days.iter().map(|(_, scores)| scores.len()).sum())
    })
}

/// One line `symbol,known_ts,date,provider,score,confidence`.
fn parse(line: &str) -> Option<(Symbol, Sentiment)> {
    let mut fields = line.split(',');
    let symbol = fields.next()?.parse().ok()?;
    let known_ts = Ts::parse(fields.next()?)?;
    let day = Ts::parse(fields.next()?)?.day();
    let score = fields.nth(1)?.parse().ok()?;
    let confidence = fields.next()?.parse().ok()?;
    Some((symbol, Sentiment { day, known_ts, score, confidence }))
}

fn malformed(line: usize) -> WriteError {
    std::io::Error::new(std::io::ErrorKind::InvalidData, format!("sentiment file, line {line}: not a score")).into()
}
