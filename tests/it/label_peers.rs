//! Labels of every kind and their weights against numpy and pandas (`tests/peers/labels_peer.py`), on SYNTHETIC bars.

use serde_json::Value;
use workstation::domain::{Bar, Bars, Interval, Ts};
use workstation::labels::{Barrier, LabelRow, LabelSpec};

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/golden/labels.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bars(golden: &Value) -> Bars {
    assert_eq!(golden["bar_columns"], serde_json::json!(["open", "high", "low", "close", "session", "ts"]));
    let mut bars = Bars::empty("SYNTHETIC".parse().unwrap(), Interval::H1);
    for row in golden["bars"].as_array().unwrap() {
        let number = |column: usize| row[column].as_f64().unwrap();
        let ts = Ts(row[5].as_i64().unwrap());
        bars.push(Bar {
            ts,
            close_ts: ts.plus(Interval::H1.micros()),
            session_date: row[4].as_i64().unwrap() as i32,
            open: number(0),
            high: number(1),
            low: number(2),
            close: number(3),
            volume: f64::NAN,
            vwap: f64::NAN,
        });
    }
    bars
}

/// `[label, forward_return, entry, exit, barrier, side, weight]` as the peer writes it, bars as indices.
fn as_peer(bars: &Bars, row: &LabelRow) -> [Value; 7] {
    let index = |ts: Option<Ts>| ts.map(|ts| bars.ts.iter().position(|found| *found == ts).unwrap());
    [
        row.label.into(),
        row.forward_return.into(),
        index(row.entry_ts).into(),
        index(row.exit_ts).into(),
        row.barrier.map(Barrier::as_str).into(),
        row.side.into(),
        row.weight.into(),
    ]
}

fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-10,
        _ => ours == theirs,
    }
}

#[test]
fn every_kind_agrees_with_an_independent_implementation() {
    let golden = golden();
    let bars = bars(&golden);
    assert_eq!(bars.len(), 300);
    let sets = golden["sets"].as_array().unwrap();
    let (mut kinds, mut ends) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for set in sets {
        let spec: LabelSpec = serde_json::from_value(set["spec"].clone()).unwrap();
        spec.check().unwrap();
        let rows = spec.label(&bars);
        let expected = set["rows"].as_array().unwrap();
        assert_eq!(rows.len(), expected.len());
        for (decision, (row, theirs)) in rows.iter().zip(expected).enumerate() {
            let ours = as_peer(&bars, row);
            let theirs = theirs.as_array().unwrap();
            let agrees = ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b));
            assert!(agrees, "{} bar {decision}: {ours:?} is not {theirs:?}", spec.name());
            ends.insert(row.barrier.map(Barrier::as_str));
        }
        kinds.insert(spec.kind());
    }
    assert_eq!((kinds.len(), ends.len()), (4, 5), "{kinds:?} {ends:?}");
}
