//! Any bytes as a CSV file of bars: text, records, fields, stamps, zones, sessions. Run it from the package's root:
//!
//! ```sh
//! cargo install cargo-fuzz
//! cargo +nightly fuzz run csv -- -max_total_time=3600 -max_len=4096
//! ```
//!
//! The first byte chooses zone, calendar and which end of a bar a stamp is; the rest is the file. What is asserted:
//! nothing panics, every row is either taken or refused, and no bar ends before it starts.

#![no_main]
#![allow(dead_code, reason = "only the readers are exercised")]

use std::borrow::Cow;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;

#[path = "../../src/domain/mod.rs"]
mod domain;

/// Stands in for the store, which the readers know only by its error.
mod store {
    #[derive(Debug, thiserror::Error)]
    #[error("no store here")]
    pub struct StoreError;
}

mod ingest;

use domain::{Calendar, Session, SessionKind, Ts};
use ingest::block::{self, Block, Format};
use ingest::place::{StampIs, Track};
use ingest::plan::Facts;
use ingest::records::{Records, split};
use ingest::stamp::Order;
use ingest::text::Text;
use ingest::{IngestError, Options, header};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, file)) = bytes.split_first() else { return };
    // A refusal is an answer; only a panic or a broken law is a find.
    let _ = read(*choice, file.to_vec());
});

fn read(choice: u8, bytes: Vec<u8>) -> Result<(), IngestError> {
    let source = ingest::discover::source(PathBuf::from("FUZZ.csv"));
    let mut text = Text::read(&source.path, Cursor::new(bytes))?;
    let Some(mut piece) = text.next()? else { return Ok(()) };
    let format = format_of(&mut piece.bytes, &text, &source)?;
    let mut blocks = vec![block::parse(piece, &format)?];
    while let Some(piece) = text.next()? {
        blocks.push(block::parse(piece, &format)?);
    }
    let tz = [None, Some(chrono_tz::America::New_York), Some(chrono_tz::Asia::Kolkata)][usize::from(choice % 3)];
    judge(&source, &blocks, tz, choice)
}

fn format_of(bytes: &mut Vec<u8>, text: &Text, source: &ingest::discover::Source) -> Result<Format, IngestError> {
    let mut records = Records::new(bytes, text.newline(), 1);
    let raw = records.next().map_or(Vec::new(), |record| record.raw.to_vec());
    let (_, end) = records.span();
    let mut fields: Vec<Cow<'_, [u8]>> = Vec::new();
    split(&raw, text.delimiter(), &mut fields);
    let names: Vec<String> = fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
    let layout = header::layout(Path::new("FUZZ.csv"), Some(1), &names)?;
    bytes.drain(..end);
    Ok(Format {
        file: source.path.clone(),
        delimiter: text.delimiter(),
        newline: text.newline(),
        layout,
        symbol: None,
        fallback: source.symbol.clone(),
        date_format: None,
    })
}

/// Sessions of 05:00 to 11:00 UTC on every fourth day.
fn calendar() -> Arc<Calendar> {
    let session = |day: i32| Session {
        date: day,
        open: Ts(Ts::from_day(day).0 + 5 * 3_600_000_000),
        close: Ts(Ts::from_day(day).0 + 11 * 3_600_000_000),
        kind: SessionKind::Regular,
    };
    Arc::new(Calendar::new("FUZZ".into(), chrono_tz::UTC, 0, 30_000, (0..30_000).step_by(4).map(session).collect()))
}

fn judge(
    source: &ingest::discover::Source,
    blocks: &[Block],
    tz: Option<chrono_tz::Tz>,
    choice: u8,
) -> Result<(), IngestError> {
    let options = Options { tz, interval: None };
    let stamp = if choice & 8 == 0 { StampIs::Start } else { StampIs::End };
    let sessions = (choice & 16 != 0).then(calendar);
    let mut facts = Facts::default();
    for block in blocks {
        let good = block.rows.iter().filter(|row| row.good).count();
        assert_eq!(block.rows_read, (good + block.refused.len()) as u64, "a row is taken or refused");
        block.rows.iter().for_each(|row| facts.add_raw(row.stamp));
    }
    let order = facts.order(source)?.unwrap_or(Order::DayFirst);
    let mut tracks = [Track::new(tz, sessions.clone(), stamp), Track::new(tz, sessions, stamp)];
    let rows = || blocks.iter().flat_map(|block| &block.rows);
    let settled: Vec<_> = rows().map(|row| tracks[0].settle(row.stamp, order)).collect();
    settled.iter().flatten().for_each(|at| facts.add(0, at));
    let plan = facts.plan(source, &options, order, &mut Vec::new())?;
    for (row, at) in rows().zip(&settled) {
        assert_eq!(tracks[1].settle(row.stamp, order), *at, "settling depends on the rows alone");
        if let Some(Ok(place)) = at.as_ref().map(|at| tracks[1].place(at, &plan)) {
            assert!(place.ts < place.close_ts, "a bar ends after it starts");
        }
    }
    Ok(())
}
