//! A small synthetic market in memory for tests: bars, features of every role, labels that the features hint at.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{DatasetSpec, FeatureColumn, FeatureSchema};
use crate::domain::{Interval, Ts};
use crate::features::Role;
use crate::store::{Columns, Store};

/// 2024-01-01 00:00 UTC.
const START: i64 = 1_704_067_200_000_000;
/// Bars a label looks ahead.
pub(crate) const HORIZON: usize = 3;
/// Bars without features at the beginning of each series.
pub(crate) const WARMUP: usize = 5;
pub(crate) const HASH: &str = "a1b2c3";
pub(crate) const LABELS: &str = "tb_test";

pub(crate) fn ts(bar: usize) -> Ts {
    Ts(START + bar as i64 * Interval::H1.micros())
}

/// Columns of the set `toy`.
pub(crate) fn schema() -> FeatureSchema {
    let columns = [
        ("close", Role::Price),
        ("spread", Role::Spread),
        ("volume", Role::Volume),
        ("obv", Role::Flow),
        ("hint", Role::Bounded),
        ("ret_1", Role::Return),
    ];
    let columns = columns.map(|(name, role)| FeatureColumn { name: name.into(), role }).to_vec();
    FeatureSchema { set: "toy".into(), hash: HASH.into(), columns }
}

pub(crate) fn spec(lookback: usize) -> DatasetSpec {
    DatasetSpec {
        schema: schema(),
        label_set: LABELS.into(),
        interval: Interval::H1,
        symbols: vec![],
        lookback,
        from: None,
        to: None,
    }
}

/// A store with `bars` hourly bars of each symbol; `edit` may change a symbol's rows before they are stored.
pub(crate) fn store(symbols: &[&str], bars: usize, edit: impl Fn(&str, &mut Rows)) -> Store {
    let store = Store::in_memory().unwrap();
    store
        .conn()
        .execute_batch(
            "CREATE TABLE features_toy (symbol VARCHAR, interval VARCHAR, ts TIMESTAMP, close DOUBLE, spread DOUBLE,
                 volume DOUBLE, obv DOUBLE, hint DOUBLE, ret_1 DOUBLE);
             COMMENT ON TABLE features_toy IS 'toy a1b2c3';
             INSERT INTO feature_sets VALUES ('toy', 'a1b2c3', '', [], TIMESTAMP '2024-01-01')",
        )
        .unwrap();
    for (id, symbol) in symbols.iter().enumerate() {
        let mut rows = Rows::walk(bars, 7 + id as u64);
        edit(symbol, &mut rows);
        rows.write(&store, symbol, id as i32);
    }
    store
}

/// One symbol's rows.
pub(crate) struct Rows {
    pub(crate) close: Vec<f64>,
    pub(crate) volume: Vec<f64>,
    pub(crate) hint: Vec<f64>,
    pub(crate) label: Vec<Option<i32>>,
    pub(crate) exit: Vec<Option<usize>>,
}

impl Rows {
    /// A random walk; the label says whether the close rises over the horizon, `hint` knows it three times in four.
    fn walk(bars: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut close = vec![100.0 * seed as f64];
        while close.len() < bars {
            let step = (rng.random::<f64>() - 0.5) * 0.02;
            close.push(close[close.len() - 1] * (1.0 + step));
        }
        let volume: Vec<f64> = (0..bars).map(|_| (1000.0 * (1.0 + rng.random::<f64>())).round()).collect();
        let known = |at: usize| at + HORIZON < bars;
        let label: Vec<Option<i32>> =
            (0..bars).map(|at| known(at).then(|| i32::from(close[at + HORIZON] > close[at]))).collect();
        let hint = label
            .iter()
            .map(|label| {
                let right = rng.random::<f64>() < 0.75;
                let up = if right { label.unwrap_or(0) } else { 1 - label.unwrap_or(0) };
                f64::from(up) * 40.0 + 30.0 + 20.0 * rng.random::<f64>()
            })
            .collect();
        let exit = (0..bars).map(|at| known(at).then_some(at + HORIZON)).collect();
        Self { close, volume, hint, label, exit }
    }

    fn write(&self, store: &Store, symbol: &str, id: i32) {
        let n = self.close.len();
        let change = |at: usize| if at == 0 { f64::NAN } else { self.close[at] / self.close[at - 1] - 1.0 };
        let mut obv = 0.0;
        let flow: Vec<f64> = (0..n)
            .map(|at| {
                obv += change(at).max(-1.0).signum() * self.volume[at];
                obv
            })
            .collect();
        let warm = |at: usize, value: f64| if at < WARMUP { f64::NAN } else { value };
        let insert = "INSERT INTO instruments (symbol, asset_id, first_seen_at) VALUES (?, ?, TIMESTAMP '2024-01-01')";
        store.conn().execute(insert, crate::store::params![symbol, id]).unwrap();
        let base =
            || Columns::new().text("symbol", vec![symbol; n]).text("interval", vec!["1h"; n]).ts("ts", (0..n).map(ts));
        base()
            .ts("close_ts", (0..n).map(|at| ts(at + 1)))
            .date("session_date", (0..n).map(|at| ts(at).day()))
            .f64("open", self.close.clone())
            .f64("high", self.close.clone())
            .f64("low", self.close.clone())
            .f64("close", self.close.clone())
            .f64("volume", self.volume.clone())
            .text("adjustment", vec!["raw"; n])
            .text("source", vec!["synthetic"; n])
            .ts("ingested_at", vec![ts(0); n])
            .append_to(store, "bars")
            .unwrap();
        base()
            .f64("close", self.close.clone())
            .f64("spread", (0..n).map(|at| warm(at, self.close[at] - self.close[at.saturating_sub(WARMUP)])))
            .f64("volume", self.volume.clone())
            .f64("obv", flow)
            .f64("hint", (0..n).map(|at| warm(at, self.hint[at])))
            .f64("ret_1", (0..n).map(|at| warm(at, change(at))))
            .append_to(store, "features_toy")
            .unwrap();
        let forward =
            |at: usize| self.exit[at].map_or(f64::NAN, |exit| self.close[exit.min(n - 1)] / self.close[at] - 1.0);
        base()
            .text("label_set", vec![LABELS; n])
            .i32_opt("label", self.label.iter().copied())
            .f64("forward_return", (0..n).map(forward))
            .ts_opt("exit_ts", self.exit.iter().map(|exit| exit.map(ts)))
            .append_to(store, "labels")
            .unwrap();
    }
}
