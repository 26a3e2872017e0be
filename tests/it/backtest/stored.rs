//! Backtests in a store: what a run leaves behind, and what is refused before it begins.

use std::collections::BTreeMap;

use workstation::backtest::{self, Config, GivenSignal, ModelRef, Outcome, Prediction};
use workstation::domain::fingerprint::Fingerprint;
use workstation::domain::{Bars, Interval, Silent, Symbol, Ts};
use workstation::store::duckdb::types::FromSql;
use workstation::store::{Columns, Store};
use workstation::trade::Direction;
use workstation::trade::costs::{Commission, Slippage};

use super::golden;
use super::series::{btc, daily, goog, midnight, part};

pub fn now() -> Ts {
    Ts::parse("2026-11-20 12:00").unwrap()
}

pub fn store_with(series: &[Bars]) -> Store {
    let store = Store::in_memory().unwrap();
    for bars in series {
        let n = bars.len();
        Columns::new()
            .text("symbol", std::iter::repeat_n(bars.symbol.as_str(), n))
            .text("interval", std::iter::repeat_n(bars.interval.as_str(), n))
            .ts("ts", bars.ts.iter().copied())
            .ts("close_ts", bars.close_ts.iter().copied())
            .date("session_date", bars.session_date.iter().copied())
            .f64("open", bars.open.iter().copied())
            .f64("high", bars.high.iter().copied())
            .f64("low", bars.low.iter().copied())
            .f64("close", bars.close.iter().copied())
            .f64("volume", bars.volume.iter().copied())
            .f64("vwap", bars.vwap.iter().copied())
            .text("adjustment", std::iter::repeat_n("raw", n))
            .text("source", std::iter::repeat_n("csv", n))
            .ts("ingested_at", std::iter::repeat_n(now(), n))
            .append_to(&store, "bars")
            .unwrap();
    }
    store
}

pub fn one<T: FromSql>(store: &Store, sql: &str, run_id: &str) -> T {
    store.conn().query_row(sql, [run_id], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn run(store: &Store, config: &Config) -> Outcome {
    backtest::run(store, config, now(), &Silent).unwrap()
}

/// The message of a refused configuration; nothing may have been stored.
fn refusal(store: &Store, config: &Config) -> String {
    let error = backtest::run(store, config, now(), &Silent).unwrap_err();
    assert_eq!(one::<i64>(store, "SELECT count(*) FROM runs WHERE run_id <> ?", ""), 0, "{error}");
    error.to_string()
}

fn symbols(names: &[&str]) -> Vec<Symbol> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn the_golden_trades_are_in_the_table() {
    let store = store_with(&[goog()]);
    let outcome = run(&store, &golden::config());
    let mut statement = store
        .conn()
        .prepare(
            "SELECT CASE side WHEN 'LONG' THEN size ELSE -size END, epoch_us(entry_ts), epoch_us(exit_ts), entry_price,
                    exit_price, pnl FROM trades WHERE run_id = ? ORDER BY trade_id",
        )
        .unwrap();
    let rows = statement.query_map([&outcome.run_id], |row| {
        Ok((
            row.get::<_, f64>(0)?,
            Ts(row.get(1)?),
            Ts(row.get(2)?),
            row.get::<_, f64>(3)?,
            row.get::<_, f64>(4)?,
            row.get::<_, f64>(5)?,
        ))
    });
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let reference = golden::reference();
    assert_eq!((rows.len(), outcome.n_trades), (reference.len(), reference.len()));
    for (row, line) in rows.iter().zip(&reference).take(reference.len() - 1) {
        let number = |field: usize| line[field].parse::<f64>().unwrap();
        let wanted = (number(0), midnight(&line[1]), midnight(&line[2]), number(3), number(4));
        assert_eq!((row.0, row.1, row.2, row.3, row.4), wanted);
        assert!((row.5 - number(5)).abs() < 1e-6);
    }
}

#[test]
fn a_run_leaves_everything_behind() {
    let bars = goog();
    let store = store_with(std::slice::from_ref(&bars));
    let outcome = run(&store, &golden::config());
    let id = outcome.run_id.as_str();
    let truth = |sql: &str| assert!(one::<bool>(&store, sql, id), "{sql}");
    let mut print = Fingerprint::new();
    print.bars(&bars);
    assert_eq!(one::<String>(&store, "SELECT data_fingerprint FROM runs WHERE run_id = ?", id), print.finish());
    truth("SELECT status = 'finished' AND kind = 'backtest' AND mode = 'backtest' AND strategy = 'sma_cross' AND interval = '1d'
           AND ended_at > started_at AND symbols = ['GOOG'] AND data_as_of = '2013-03-02' AND error IS NULL FROM runs WHERE run_id = ?");
    let params: i64 = one(&store, "SELECT count(DISTINCT key) FROM run_params WHERE run_id = ?", id);
    assert_eq!(params, 33);
    truth("SELECT count(*) = 33 AND max(value) FILTER (key = 'in_sample') = 'false' AND max(value) FILTER (key = 'sizing') = 'units:100' AND max(value) FILTER (key = 'param.slow') = '20'
           AND max(value) FILTER (key = 'periods_per_year') = '252' FROM run_params WHERE run_id = ?");
    truth("SELECT count(*) = 2148 AND count(DISTINCT ts) = 2148 AND min(benchmark) > 0 FROM equity WHERE run_id = ?");
    truth("SELECT count(*) = 2148 AND count(DISTINCT session_date) = 2148 FROM run_returns WHERE run_id = ?");
    truth(
        "SELECT count(*) = 188 AND bool_and(status = 'filled') AND min(order_id) = 1 AND max(order_id) = 188 FROM orders WHERE run_id = ?",
    );
    truth(
        "SELECT count(*) = 188 AND bool_and(f.ts >= o.decided_ts AND f.side = o.side AND f.size = o.size)
           FROM fills f JOIN orders o USING (run_id, order_id) WHERE f.run_id = ?",
    );
    truth("SELECT count(*) = 94 AND bool_and(t.entry_price = p.entry_price AND t.side = p.predicted_direction AND p.ts <= t.entry_ts
                AND p.trace_id = t.run_id || '/' || t.trade_id AND p.metadata->>'exit_reason' = t.exit_reason)
           FROM trades t JOIN prediction_traces p ON p.trace_id = t.run_id || '/' || t.trade_id WHERE t.run_id = ?");
    truth(
        "SELECT bool_and(actual_direction = CASE WHEN abs(exit_price / entry_price - 1) < 0.005 THEN 'NOOP'
                WHEN exit_price > entry_price THEN 'LONG' ELSE 'SHORT' END) AND count(DISTINCT actual_direction) = 3
           FROM prediction_traces WHERE run_id = ?",
    );
    truth("SELECT count(*) = 94 AND bool_and(abs(gross_pnl - entry_commission - exit_commission + carry - pnl) < 1e-9
                AND abs(gross_pnl - CASE side WHEN 'LONG' THEN size ELSE -size END * (exit_price - entry_price)) < 1e-9
                AND abs(entry_commission - 0.001 * size * entry_price) < 1e-9 AND abs(exit_commission - 0.001 * size * exit_price) < 1e-9
                AND commission = entry_commission + exit_commission AND carry = 0) FROM trades WHERE run_id = ?");
    truth("SELECT sum(entry_commission) > 1 AND abs(sum(gross_pnl - entry_commission - exit_commission + carry - total_pnl)) < 1e-6
           FROM trade_stats WHERE run_id = ?");
    let pnl: f64 = one(&store, "SELECT sum(pnl) FROM trades WHERE run_id = ?", id);
    let grown: f64 = one(&store, "SELECT 100000 * product(1 + \"return\") FROM run_returns WHERE run_id = ?", id);
    let last: f64 = one(&store, "SELECT arg_max(equity, ts) FROM equity WHERE run_id = ?", id);
    assert_eq!(last.to_bits(), outcome.final_equity.to_bits());
    assert!((100_000.0 + pnl - last).abs() < 1e-6 && (grown - last).abs() < 1e-6);
    let benchmark = 100_000.0 * bars.close[2147] / bars.open[0];
    assert!((outcome.final_benchmark - benchmark).abs() < 1e-6);
}

#[test]
fn metrics_are_stored_from_the_view() {
    let store = store_with(&[goog()]);
    let id = run(&store, &golden::config()).run_id;
    let stored: i64 =
        one(&store, "SELECT count(*) FROM run_metrics WHERE run_id = ? AND split = 'backtest' AND step = 0", &id);
    // 24 figures and the two ends of six intervals.
    assert_eq!(stored, 36);
    for metric in ["sharpe", "max_drawdown", "n_trades", "benchmark_return", "avg_holding_minutes"] {
        let same = format!(
            "SELECT abs((SELECT value FROM run_metrics m WHERE m.run_id = p.run_id AND key = '{metric}') / {metric} - 1) < 1e-9
             FROM run_performance p WHERE run_id = ?"
        );
        assert!(one::<bool>(&store, &same, &id), "{metric}");
    }
    let drawdown: f64 = one(&store, "SELECT value FROM run_metrics WHERE key = 'max_drawdown' AND run_id = ?", &id);
    assert!((drawdown + 0.143_141_564_144_628_41).abs() < 1e-9, "as the independent engine has it: {drawdown}");
}

#[test]
fn the_same_data_gives_the_same_rows() {
    let bars = [part(&btc(), 0, 5000), {
        let mut other = part(&btc(), 2000, 6000);
        other.symbol = "OTHER".parse().unwrap();
        other
    }];
    let store = store_with(&bars);
    let config =
        Config { stop_loss: Some(0.002), ..Config::new("sma_cross", symbols(&["OTHER", "BTC-PERP"]), Interval::M1) };
    let (first, second) = (run(&store, &config), run(&store, &config));
    assert!(first.n_trades > 100 && first.run_id != second.run_id);
    for table in ["orders", "fills", "trades", "equity", "run_returns"] {
        let rows = |id: &str| format!("(SELECT * EXCLUDE (run_id) FROM {table} WHERE run_id = '{id}')");
        let (a, b) = (rows(&first.run_id), rows(&second.run_id));
        let different: i64 = one(
            &store,
            &format!("SELECT count(*) FROM (({a} EXCEPT ALL {b}) UNION ALL ({b} EXCEPT ALL {a})) WHERE ? <> ''"),
            "x",
        );
        assert_eq!(different, 0, "{table}");
    }
    let weekend_market: String =
        one(&store, "SELECT value FROM run_params WHERE key = 'periods_per_year' AND run_id = ?", &first.run_id);
    assert_eq!(weekend_market, "365");
}

/// A model that is sure every fifth day, and says 0.5 otherwise.
fn model_config(bars: &Bars) -> Config {
    let model = ModelRef { model_id: "m-1".into(), parent_run_id: "train-1".into(), feature_set_hash: "f00d".into() };
    let predictions = (0..bars.len()).map(|i| Prediction {
        symbol: bars.symbol.clone(),
        ts: bars.ts[i],
        probability: if i % 5 == 0 { 0.75 } else { 0.5 },
        side: None,
        label: Some(1),
        forward_return: None,
        latency_ms: Some(0.25),
    });
    Config {
        model: Some(model),
        predictions: predictions.collect(),
        ..Config::new("model", vec![bars.symbol.clone()], Interval::D1)
    }
}

#[test]
fn a_model_run_keeps_its_predictions_lineage_and_limits() {
    let bars = goog();
    let store = store_with(std::slice::from_ref(&bars));
    let config = Config { from: Some(midnight("2008-01-01")), to: Some(midnight("2010-01-01")), ..model_config(&bars) };
    let outcome = run(&store, &config);
    let id = outcome.run_id.as_str();
    let truth = |sql: &str| assert!(one::<bool>(&store, sql, id), "{sql}");
    assert_eq!((outcome.n_bars, outcome.n_signals_unused), (505, 2148 - 505));
    truth(
        "SELECT parent_run_id = 'train-1' AND model_id = 'm-1' AND feature_set_hash = 'f00d' FROM runs WHERE run_id = ?",
    );
    truth("SELECT count(*) = 505 AND bool_and(split = 'backtest' AND threshold = 0.6 AND close_ts = ts + INTERVAL 1 DAY
                AND ml_verdict = CASE WHEN probability >= 0.6 THEN 'LONG' ELSE 'NOOP' END
                AND final_source = CASE WHEN final_verdict = ml_verdict THEN 'model' ELSE 'rule' END
                AND final_verdict = CASE WHEN ml_verdict = 'NOOP' THEN 'NOOP' WHEN EXISTS (
                    FROM orders AS o WHERE o.run_id = predictions.run_id AND o.symbol = predictions.symbol
                    AND o.decided_ts = predictions.close_ts AND o.side = 'BUY' AND o.status <> 'refused'
                ) THEN 'LONG' ELSE 'HOLD' END
                AND confidence = abs(2 * probability - 1) AND label = 1 AND forward_return IS NULL AND latency_ms = 0.25)
           FROM predictions WHERE run_id = ?");
    truth("SELECT count(*) > 40 AND max(bars_held) = 8 AND bool_and(side = 'LONG') FROM trades WHERE run_id = ?");
    truth(
        "SELECT list_sort(list(DISTINCT exit_reason)) = ['max_holding', 'stop_loss', 'take_profit'] FROM trades
           WHERE run_id = ? AND exit_reason <> 'end_of_data'",
    );
    truth(
        "SELECT bool_and(predicted_confidence = 0.5 AND model_id = 'm-1' AND mode = 'backtest') FROM prediction_traces WHERE run_id = ?",
    );
    truth("SELECT bool_and(exit_price / entry_price BETWEEN 0.98 * 0.9994 AND 0.98 * 0.9996) FROM trades t WHERE run_id = ? AND exit_reason = 'stop_loss'
           AND NOT EXISTS (FROM fills f WHERE f.run_id = t.run_id AND f.ts = t.exit_ts AND f.side = 'SELL' AND f.ref_price < 0.9799 * t.entry_price)");
}

#[test]
fn refused_orders_are_kept_with_their_reason() {
    let store = store_with(&[goog()]);
    let mut config = golden::config();
    config.exposure_cap = Some(40_000.0);
    let outcome = run(&store, &config);
    let refused: i64 = one(
        &store,
        "SELECT count(*) FROM orders WHERE run_id = ? AND status = 'refused' AND reason LIKE 'exposure: would be %, the cap is 40000.00' AND size = 100",
        &outcome.run_id,
    );
    assert!(refused > 10 && refused as usize == outcome.n_refused);
    let fills: i64 = one(
        &store,
        "SELECT count(*) FROM fills JOIN orders USING (run_id, order_id) WHERE status = 'refused' AND run_id = ?",
        &outcome.run_id,
    );
    assert_eq!(fills, 0);
}

#[test]
fn given_signals_trade_in_the_store_too() {
    let store = store_with(&[daily("A", &[[10.0; 4], [11.0; 4], [12.0; 4], [13.0; 4]])]);
    let at = |day: i64, direction| GivenSignal {
        symbol: "A".parse().unwrap(),
        ts: midnight("2024-01-01").plus(day * Interval::D1.micros()),
        direction,
        confidence: Some(0.9),
    };
    let mut config = Config {
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        ..Config::new("signals", symbols(&["A"]), Interval::D1)
    };
    config.sizing = Some("units:10".parse().unwrap());
    config.signals = vec![at(1, None), at(0, Some(Direction::Long)), at(90, None)];
    let outcome = run(&store, &config);
    assert_eq!((outcome.n_trades, outcome.n_signals_unused, outcome.final_equity), (1, 1, 100_010.0));
    config.signals.push(at(0, None));
    let error = backtest::run(&store, &config, now(), &Silent).unwrap_err();
    assert_eq!(error.to_string(), "two signals about 'A' at 2024-01-01 00:00:00");
}

#[test]
fn bad_requests_are_refused_and_store_nothing() {
    let store = store_with(&[goog(), part(&btc(), 0, 10)]);
    let config = Config::new("sma_cross", symbols(&["GOOGL"]), Interval::D1);
    assert_eq!(refusal(&store, &config), "no 1d bars of 'GOOGL'; the store has BTC-PERP 1m, GOOG 1d");
    let config = Config { from: Some(midnight("2020-01-01")), ..golden::config() };
    assert_eq!(
        refusal(&store, &config),
        "no 1d bars of 'GOOG' in the period; they go from 2004-08-19 00:00:00 to 2013-03-01 00:00:00"
    );
    let config = Config { strategies: vec!["sma_corss".into()], ..golden::config() };
    assert_eq!(refusal(&store, &config), "unknown strategy 'sma_corss'; did you mean 'sma_cross'?");
    let config = Config { params: BTreeMap::from([("slwo".into(), "20".into())]), ..golden::config() };
    assert_eq!(refusal(&store, &config), "strategy sma_cross: unknown parameter 'slwo'; did you mean 'slow'?");
    let mut config = model_config(&goog());
    config.predictions[7].probability = 1.5;
    assert_eq!(refusal(&store, &config), "'GOOG' at 2004-08-30 00:00:00: probability 1.5 is not between 0 and 1");
    let mut config = model_config(&goog());
    config.predictions[0].symbol = "BTC-PERP".parse().unwrap();
    assert_eq!(
        refusal(&store, &config),
        "a signal at 2004-08-19 00:00:00 is about 'BTC-PERP', which is not in the run"
    );
}

#[test]
fn currencies_and_multipliers_are_not_mixed_up() {
    let store = store_with(&[daily("A", &[[10.0; 4]; 3]), daily("B", &[[10.0; 4]; 3])]);
    let instrument = "INSERT INTO instruments (symbol, calendar, currency, multiplier, asset_id, first_seen_at)
                      VALUES ('A', 'NSE', 'INR', 1, 0, '2024-01-01'), ('B', 'XNYS', 'USD', 1, 1, '2024-01-01')";
    store.conn().execute_batch(instrument).unwrap();
    let config = Config::new("sma_cross", symbols(&["A", "B"]), Interval::D1);
    assert_eq!(
        refusal(&store, &config),
        "the symbols trade in different currencies (INR, USD); run one backtest a currency"
    );
    store.conn().execute_batch("UPDATE instruments SET multiplier = 50, currency = 'USD'").unwrap();
    assert_eq!(refusal(&store, &config), "'A' has a multiplier of 50; backtests handle a multiplier of 1 only");
    store.conn().execute_batch("UPDATE instruments SET multiplier = 1").unwrap();
    let outcome = run(&store, &config);
    let periods: String =
        one(&store, "SELECT value FROM run_params WHERE key = 'periods_per_year' AND run_id = ?", &outcome.run_id);
    assert_eq!(periods, "260", "XNYS and NSE: days on which either trades");
}

#[test]
fn a_run_that_breaks_is_failed_and_leaves_no_rows() {
    let store = store_with(&[goog()]);
    store.conn().execute_batch("DROP TABLE equity CASCADE").unwrap();
    backtest::run(&store, &golden::config(), now(), &Silent).unwrap_err();
    let failed: bool = one(
        &store,
        "SELECT count(*) = 1 AND bool_and(status = 'failed' AND error LIKE '%equity%') FROM runs WHERE run_id <> ?",
        "",
    );
    assert!(failed);
    for table in ["orders", "fills", "trades", "prediction_traces", "run_metrics"] {
        assert_eq!(one::<i64>(&store, &format!("SELECT count(*) FROM {table} WHERE run_id <> ?"), ""), 0, "{table}");
    }
}
