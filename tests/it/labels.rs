//! Triple-barrier labels against a second implementation, on real and random bars, and their table.

use proptest::prelude::*;
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::labels::{self, Barrier, LabelRow, LabelSpec, TripleBarrier};
use workstation::store::series::SeriesFilter;

use crate::market;
use crate::shared::now;

/// The second implementation: lists every price a trade meets, in order, and walks the list.
///
/// A met price is (bar, price, what it can trigger); opens trigger either barrier and fill at themselves, lows only the
/// stop and highs only the profit, both filling at the barrier. Prices whose ratio is 1 to nine digits are the same price:
/// such a touch fills at the price that was met.
fn by_walking(bars: &Bars, params: &TripleBarrier, decision: usize) -> Option<(i32, f64, Ts, &'static str)> {
    enum Met {
        Open,
        Low,
        High,
        After,
    }
    let opens = &bars.open[decision + 1..];
    let entry = *opens.first()?;
    let mut met: Vec<(usize, f64, Met)> = Vec::new();
    for held in 0..params.horizon {
        let bar = decision + 1 + held;
        if bar == bars.len() {
            break;
        }
        if held > 0 {
            met.push((bar, bars.open[bar], Met::Open));
        }
        met.push((bar, bars.low[bar], Met::Low));
        met.push((bar, bars.high[bar], Met::High));
    }
    if let Some(open) = opens.get(params.horizon) {
        met.push((decision + 1 + params.horizon, *open, Met::After));
    }
    let profit = entry * (1.0 + params.take_profit);
    let loss = entry * (1.0 - params.stop_loss);
    met.into_iter().find_map(|(bar, price, met)| {
        let (to_loss, to_profit) = (price / loss - 1.0, price / profit - 1.0);
        let (label, fill, why) = match met {
            Met::Open if to_loss < 1e-9 => (0, price, "stop_loss"),
            Met::Open if to_profit > -1e-9 => (1, price, "take_profit"),
            Met::Low if to_loss < 1e-9 => (0, if to_loss > -1e-9 { price } else { loss }, "stop_loss"),
            Met::High if to_profit > -1e-9 => (1, if to_profit < 1e-9 { price } else { profit }, "take_profit"),
            Met::After => (0, price, "horizon"),
            _ => return None,
        };
        Some((label, (fill - entry) / entry, bars.ts[bar], why))
    })
}

fn agree(bars: &Bars, params: &TripleBarrier) -> [usize; 4] {
    let rows = LabelSpec::from(*params).label(bars);
    assert_eq!(rows.len(), bars.len());
    let mut seen = [0; 4];
    for (decision, row) in rows.iter().enumerate() {
        let expected = by_walking(bars, params, decision);
        let found = row
            .label
            .map(|label| (label, row.forward_return.unwrap(), row.exit_ts.unwrap(), row.barrier.unwrap().as_str()));
        match (found, expected) {
            (None, None) => assert_eq!((row.forward_return, row.exit_ts, row.barrier), (None, None, None)),
            (Some(a), Some(b)) => {
                assert_eq!((a.0, a.2, a.3), (b.0, b.2, b.3), "bar {decision} of {}", bars.symbol);
                assert!((a.1 - b.1).abs() < 1e-12, "bar {decision}: {} against {}", a.1, b.1);
            }
            _ => panic!("bar {decision}: {found:?} against {expected:?}"),
        }
        assert_eq!((row.ts, row.entry_ts), (bars.ts[decision], bars.ts.get(decision + 1).copied()));
        seen[kind(row)] += 1;
    }
    seen
}

fn kind(row: &LabelRow) -> usize {
    match row.barrier {
        Some(Barrier::TakeProfit) => 0,
        Some(Barrier::StopLoss) => 1,
        Some(Barrier::Horizon | Barrier::Session) => 2,
        None => 3,
    }
}

/// Cents, so that levels a percentage away are often whole cents that no number holds exactly.
#[test]
fn an_exact_touch_counts_on_a_grid_of_cents() {
    for cents in (100..3_000).step_by(50) {
        let price = |cents: u32| f64::from(cents) / 100.0;
        let (entry, up, down) = (price(cents), price(cents * 110 / 100), price(cents * 98 / 100));
        let first = |high: f64, low: f64| {
            let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
            for (index, [high, low]) in [[entry; 2], [entry; 2], [high, low], [entry; 2], [entry; 2]].iter().enumerate()
            {
                let ts = Ts(index as i64 * 3_600_000_000);
                market::push(&mut bars, ts, [entry, *high, *low, entry], 1.0);
            }
            let params = TripleBarrier { take_profit: 0.10, stop_loss: 0.02, horizon: 3 };
            agree(&bars, &params);
            let row = LabelSpec::from(params).label(&bars)[0];
            (row.label, row.barrier, row.forward_return)
        };
        assert_eq!(first(up, entry), (Some(1), Some(Barrier::TakeProfit), Some(up / entry - 1.0)), "{entry}");
        assert_eq!(first(entry, down), (Some(0), Some(Barrier::StopLoss), Some(down / entry - 1.0)), "{entry}");
        assert_eq!(first(up - 0.01, down + 0.01).1, Some(Barrier::Horizon), "{entry}");
    }
}

#[test]
fn two_implementations_agree_on_real_bars() {
    let tenth = |params: TripleBarrier| TripleBarrier {
        take_profit: params.take_profit / 10.0,
        stop_loss: params.stop_loss / 10.0,
        ..params
    };
    let swept = [0.05, 0.03, 0.035, 0.04].map(|take_profit| TripleBarrier { take_profit, ..TripleBarrier::default() });
    for params in swept {
        for bars in [market::goog(), market::reliance()] {
            let seen = agree(&bars, &params);
            assert!(seen.iter().all(|&n| n > 0), "{}: {seen:?} leaves a way out untested", bars.symbol);
            assert!(seen[3] <= params.horizon + 1);
        }
        // Minutes move less.
        let seen = agree(&market::btc(), &tenth(params));
        assert!(seen.iter().all(|&n| n > 0), "BTC-PERP: {seen:?} leaves a way out untested");
    }
}

/// Bars on a coarse grid of prices, so that opens, highs and lows often lie exactly on a barrier.
fn coarse_bars() -> impl Strategy<Value = Bars> {
    prop::collection::vec((90_u8..=110, 0_u8..8, 0_u8..8, 0_u8..=100), 0..60).prop_map(|rows| {
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
        for (index, (open, up, down, at)) in rows.into_iter().enumerate() {
            let (open, high, low) = (f64::from(open), f64::from(open + up), f64::from(open - down));
            let close = low + (high - low) * f64::from(at) / 100.0;
            market::push(&mut bars, Ts(index as i64 * 3_600_000_000), [open, high, low, close], 1.0);
        }
        bars
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_implementations_agree_on_random_bars(
        bars in coarse_bars(),
        take_profit in 1_u8..12,
        stop_loss in 1_u8..12,
        horizon in 1_usize..12,
    ) {
        let params = TripleBarrier {
            take_profit: f64::from(take_profit) / 100.0,
            stop_loss: f64::from(stop_loss) / 100.0,
            horizon,
        };
        prop_assert!(params.check().is_ok());
        agree(&bars, &params);
    }
}

#[test]
fn built_labels_are_the_computed_ones_and_replace_themselves() {
    let (goog, reliance) = (market::goog(), market::reliance());
    let store = market::store_of(&[&goog, &reliance]);
    let params = TripleBarrier::default();
    let all = SeriesFilter::default();
    let first = labels::build(&store, &params.into(), &all, now(), &Silent).unwrap();
    assert_eq!(first.label_set, "tb_5_2_8");
    assert_eq!(first.rows as usize, goog.len() + reliance.len());
    // Another set, then the first again for one symbol: no other row changes, none doubles.
    labels::build(&store, &TripleBarrier { take_profit: 0.035, ..params }.into(), &all, now(), &Silent).unwrap();
    let one = SeriesFilter { symbols: vec!["GOOG".parse().unwrap()], interval: Some(Interval::D1) };
    let again = labels::build(&store, &params.into(), &one, now(), &Silent).unwrap();
    assert_eq!(again.series[..], first.series[..1]);
    let expected = LabelSpec::from(params).label(&goog);
    let mut statement = store
        .conn()
        .prepare(
            "SELECT epoch_us(ts), label, forward_return, epoch_us(entry_ts), epoch_us(exit_ts), barrier, side, weight FROM labels
             WHERE label_set = 'tb_5_2_8' AND symbol = 'GOOG' AND interval = '1d' ORDER BY ts",
        )
        .unwrap();
    let stored: Vec<_> = statement
        .query_map([], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Option<i32>>(1)?,
                row.get::<_, Option<f64>>(2)?,
                row.get::<_, Option<i64>>(3)?,
                row.get::<_, Option<i64>>(4)?,
                row.get::<_, Option<String>>(5)?,
                (row.get::<_, Option<i32>>(6)?, row.get::<_, Option<f64>>(7)?),
            ))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let micros = |ts: Option<Ts>| ts.map(|ts| ts.0);
    let wanted: Vec<_> = expected
        .iter()
        .map(|row| {
            let barrier = row.barrier.map(|barrier| barrier.as_str().to_string());
            (
                row.ts.0,
                row.label,
                row.forward_return,
                micros(row.entry_ts),
                micros(row.exit_ts),
                barrier,
                (row.side, row.weight),
            )
        })
        .collect();
    assert_eq!(stored, wanted);
    let counts: (i64, i64) = store
        .conn()
        .query_row("SELECT count(*), count(DISTINCT (label_set, symbol, interval, ts)) FROM labels", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(counts, (2 * first.rows, 2 * first.rows));
}

#[test]
fn reports_count_what_the_table_holds() {
    let store = market::store_of(&[&market::goog()]);
    let report = labels::build(&store, &LabelSpec::default(), &SeriesFilter::default(), now(), &Silent).unwrap();
    let of = &report.series[0];
    let (complete, ones, mean): (i64, f64, f64) = store
        .conn()
        .query_row("SELECT count(label), avg(label), avg(forward_return) FROM labels", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!((of.complete, of.take_profit + of.stop_loss + of.horizon), (complete, complete));
    assert!((of.base_rate.unwrap() - ones).abs() < 1e-12 && (of.mean_return.unwrap() - mean).abs() < 1e-12);
    assert_eq!((report.complete, report.base_rate), (of.complete, of.base_rate));
}

#[test]
fn refusals_say_what_there_is_and_write_nothing() {
    let store = market::store_of(&[&market::reliance()]);
    let ask = |symbol: &str, interval| {
        let filter = SeriesFilter { symbols: vec![symbol.parse().unwrap()], interval };
        labels::build(&store, &LabelSpec::default(), &filter, now(), &Silent).unwrap_err()
    };
    let unknown = ask("INFY", None);
    assert!(unknown.is_refusal());
    assert_eq!(unknown.to_string(), "no bars for INFY; the store has RELIANCE 1d");
    assert_eq!(ask("RELIANCE", Some(Interval::H1)).to_string(), "no 1h bars for RELIANCE; the store has RELIANCE 1d");
    let bad = TripleBarrier { stop_loss: 1.5, ..TripleBarrier::default() };
    let refused = labels::build(&store, &bad.into(), &SeriesFilter::default(), now(), &Silent).unwrap_err();
    assert!(refused.is_refusal() && refused.to_string().contains("stop_loss = 1.5"), "{refused}");
    let rows: i64 = store.conn().query_row("SELECT count(*) FROM labels", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}
