//! What a store says of its instruments reaches the engine: hours, corporate actions, grids, sentiment, an index.

use std::collections::BTreeMap;

use workstation::backtest::{self, BacktestError, Config, GivenSignal, ModelRef, Outcome, Prediction};
use workstation::domain::{Bar, Bars, Interval, Silent};
use workstation::report;
use workstation::store::Store;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Direction, SentimentLevels};

use super::series::{bar, daily, goog, midnight};
use super::stored::{now, one, store_with};

fn run(store: &Store, config: &Config) -> Outcome {
    backtest::run(store, config, now(), &Silent).unwrap()
}

/// Signals about bars of a series, without costs, ten units each.
fn config(bars: &Bars, opinions: &[(usize, Option<Direction>)]) -> Config {
    let signal = |(at, direction): &(usize, Option<Direction>)| GivenSignal {
        symbol: bars.symbol.clone(),
        ts: bars.ts[*at],
        direction: *direction,
        confidence: Some(0.5),
    };
    Config {
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        sizing: Some("units:10".parse().unwrap()),
        signals: opinions.iter().map(signal).collect(),
        ..Config::new("signals", vec![bars.symbol.clone()], bars.interval)
    }
}

const LONG: Option<Direction> = Some(Direction::Long);

fn register(store: &Store, symbol: &str, rest: &str) {
    let sql = format!(
        "INSERT INTO instruments (symbol, calendar, currency, lot_size, tick_size, asset_id, first_seen_at)
         VALUES ('{symbol}', {rest}, 0, '2024-01-01')"
    );
    store.conn().execute_batch(&sql).unwrap();
}

#[test]
fn hours_of_the_calendar_square_off() {
    // Minutes of an NSE session, 15:26 to 15:29 in India, then of the next morning.
    let mut bars = Bars::empty("N".parse().unwrap(), Interval::M1);
    for (day, minute) in [(0, 596), (0, 597), (0, 598), (0, 599), (1, 225), (1, 226)] {
        let ts = midnight("2024-01-03").plus((day * 1440 + minute) * 60_000_000);
        let prices = [100.0 + minute as f64; 4];
        bars.push(Bar { session_date: midnight("2024-01-03").day() + day as i32, ..bar(ts, Interval::M1, prices) });
    }
    let store = store_with(std::slice::from_ref(&bars));
    register(&store, "N", "'NSE', 'INR', NULL, NULL");
    let squared = Config { square_off: Some(true), ..config(&bars, &[(0, LONG), (3, LONG)]) };
    let outcome = run(&store, &squared);
    let rows: Vec<String> = store
        .conn()
        .prepare("SELECT strftime(exit_ts, '%d %H:%M ') || exit_reason FROM trades WHERE run_id = ? ORDER BY trade_id")
        .unwrap()
        .query_map([&outcome.run_id], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    // 15:29 in India is 09:59 UTC; what its close decides fills the next morning and is left when that ends.
    assert_eq!(rows, ["03 09:59 square_off", "04 03:46 square_off"]);
}

#[test]
fn actions_reach_raw_bars_only() {
    let bars = daily("A", &[[100.0; 4], [100.0; 4], [50.0; 4], [50.0; 4], [50.0; 4]]);
    let store = store_with(std::slice::from_ref(&bars));
    store
        .conn()
        .execute_batch(
            "INSERT INTO corporate_actions VALUES ('A', '2024-01-03', 2, NULL, 'test', '2024-01-01'),
                                                  ('A', '2024-01-03', NULL, 4, 'test', '2024-01-01')",
        )
        .unwrap();
    let config = config(&bars, &[(0, LONG)]);
    let raw = run(&store, &config);
    assert_eq!((raw.final_equity, raw.final_benchmark), (100_040.0, 104_000.0));
    let truth = "SELECT size = 20 AND entry_price = 50 AND pnl = 40 FROM trades WHERE run_id = ?";
    assert!(one::<bool>(&store, truth, &raw.run_id));
    let carried =
        "SELECT metadata->>'carry' = '40.0' AND actual_direction = 'NOOP' FROM prediction_traces WHERE run_id = ?";
    assert!(one::<bool>(&store, carried, &raw.run_id));
    store.conn().execute_batch("UPDATE bars SET adjustment = 'total'").unwrap();
    let adjusted = run(&store, &config);
    assert_eq!((adjusted.final_equity, adjusted.final_benchmark), (99_500.0, 50_000.0));
}

#[test]
fn bars_adjusted_for_splits_pay_dividends_on_todays_shares() {
    // 4 a share before a split of 2 for 1, and 1 a share after it, on prices of after the split throughout.
    let bars = daily("A", &[[50.0; 4]; 6]);
    let store = store_with(std::slice::from_ref(&bars));
    store
        .conn()
        .execute_batch(
            "INSERT INTO corporate_actions VALUES ('A', '2024-01-03', NULL, 4, 'test', '2024-01-01'),
                                                  ('A', '2024-01-04', 2, NULL, 'test', '2024-01-01'),
                                                  ('A', '2024-01-05', NULL, 1, 'test', '2024-01-01');
             UPDATE bars SET adjustment = 'split'",
        )
        .unwrap();
    let outcome = run(&store, &config(&bars, &[(0, LONG)]));
    // 10 shares: 2 each, then 1 each; the benchmark has 2000.
    assert_eq!((outcome.final_equity, outcome.final_benchmark), (100_030.0, 106_000.0));
    // A split after the newest bar is in no price yet; a series made from another one has that one's actions.
    store
        .conn()
        .execute_batch(
            "INSERT INTO corporate_actions VALUES ('A', '2024-06-01', 4, NULL, 'test', '2024-01-01');
             UPDATE bars SET symbol = 'A.split';
             INSERT INTO instruments (symbol, base_symbol, asset_id, first_seen_at) VALUES ('A.split', 'A', 0, '2024-01-01')",
        )
        .unwrap();
    let mut derived = bars.clone();
    derived.symbol = "A.split".parse().unwrap();
    let outcome = run(&store, &config(&derived, &[(0, LONG)]));
    assert_eq!((outcome.final_equity, outcome.final_benchmark), (100_030.0, 106_000.0));
}

#[test]
fn a_split_before_the_period_is_no_return() {
    // 2 for 1 five bars before the period, on prices that move by 1 % a day: yearly volatility is near 16 %.
    let price = |n: usize| if n.is_multiple_of(2) { 100.0 } else { 101.0 };
    let rows: Vec<[f64; 4]> = (0..80).map(|n| [price(n) / if n < 35 { 1.0 } else { 2.0 }; 4]).collect();
    let bars = daily("A", &rows);
    let store = store_with(std::slice::from_ref(&bars));
    let split = bars.session_date[35];
    store
        .conn()
        .execute(
            "INSERT INTO corporate_actions VALUES ('A', DATE '1970-01-01' + CAST(? AS INTEGER), 2, NULL, 'test', '2024-01-01')",
            [split],
        )
        .unwrap();
    let sized = |from: usize, at: usize| {
        let signals = config(&bars, &[(at, LONG)]).signals;
        let config = Config {
            from: Some(bars.ts[from]),
            sizing: Some("volatility:0.05".parse().unwrap()),
            signals,
            ..config(&bars, &[])
        };
        let id = run(&store, &config).run_id;
        let sizes = "SELECT coalesce(sum(size), 0) FROM trades WHERE run_id = ?";
        one::<f64>(&store, sizes, &id)
    };
    // The 20 returns before bar 45 reach over the split: with its fall of a half the volatility would be over 200 %.
    for at in [45, 60] {
        assert_eq!(sized(40, at), sized(0, at));
        assert!(sized(40, at) > 500.0, "about 30 % of equity");
    }
}

#[test]
fn fills_without_volume_are_noted_wherever_a_run_is_told() {
    let mut bars = daily("A", &[[100.0; 4]; 6]);
    bars.volume.copy_from_slice(&[1.0, 0.0, 5.0, 5.0, 5.0, 5.0]);
    let store = store_with(std::slice::from_ref(&bars));
    let outcome = run(&store, &config(&bars, &[(0, LONG), (1, None), (2, LONG)]));
    assert_eq!(outcome.n_fills_without_volume, 1);
    assert!(outcome.notes.iter().any(|note| note.starts_with("1 of 4 fills are in bars with volume 0")), "{outcome:?}");
    let id = outcome.run_id.as_str();
    let noted = "SELECT count(*) FILTER (note = 'no_volume' AND ts = '2024-01-02') = 1 AND count(note) = 1 FROM fills WHERE run_id = ?";
    assert!(one::<bool>(&store, noted, id));
    let counted = "SELECT n_fills_without_volume = 1 AND n_fills = 4 FROM execution_quality WHERE run_id = ?";
    assert!(one::<bool>(&store, counted, id));
    let kept = "SELECT count(*) = 1 FROM run_params WHERE run_id = ? AND key LIKE 'note.%' AND value LIKE '%volume 0%'";
    assert!(one::<bool>(&store, kept, id));
    assert!(report::html(&store, &[id], now()).unwrap().contains("NO VOLUME"));
    let traded = run(&store, &config(&bars, &[(2, LONG)]));
    assert_eq!((traded.n_fills_without_volume, traded.notes.len()), (0, 0));
    assert!(!report::html(&store, &[traded.run_id], now()).unwrap().contains("NO VOLUME"));
}

#[test]
fn volatility_is_a_year_of_the_asset_itself() {
    // Both move by log returns of 0.02 and 0 in turn. A trades on weekdays alone, B on every day: 252 and 365 days a year.
    let price = |n: usize| 100.0 * (0.02 * n.div_ceil(2) as f64).exp();
    let days = |symbol: &str, weekends: bool| {
        let all = daily(symbol, &(0..60).map(|n| [price(n); 4]).collect::<Vec<_>>());
        // The first day is a Monday.
        let kept = (0..60).filter(|day| weekends || day % 7 < 5).enumerate();
        let mut bars = Bars::empty(all.symbol.clone(), all.interval);
        kept.for_each(|(n, day)| {
            let [open, high, low, close] = [price(n); 4];
            bars.push(Bar { open, high, low, close, ..all.get(day).unwrap() });
        });
        bars
    };
    let series = [days("A", false), days("B", true)];
    let store = store_with(&series);
    let at = |bars: &Bars| GivenSignal {
        symbol: bars.symbol.clone(),
        ts: bars.ts[20],
        direction: Some(Direction::Long),
        confidence: None,
    };
    let config = Config {
        sizing: Some("volatility:0.05".parse().unwrap()),
        signals: series.iter().map(at).collect(),
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        ..Config::new("signals", vec!["A".parse().unwrap(), "B".parse().unwrap()], Interval::D1)
    };
    let id = run(&store, &config).run_id;
    // Units bought x price as a fraction of what equity was at the close before.
    let share = |symbol: &str| {
        let sql = format!(
            "SELECT f.size * f.price / coalesce(
                (SELECT arg_max(e.equity, e.ts) FROM equity AS e WHERE e.run_id = f.run_id AND e.ts < f.ts), 100000)
             FROM fills AS f WHERE f.run_id = ? AND f.symbol = '{symbol}' AND f.side = 'BUY'"
        );
        one::<f64>(&store, &sql, &id)
    };
    // Sample deviation of ten 0.02 and ten 0: 0.01 x root of 20 / 19; a position of 0.05 / (that x root of days a year).
    for (symbol, days) in [("A", 252.0), ("B", 365.0)] {
        let (found, wanted) = (share(symbol), 0.05 / (0.01 * (20.0_f64 / 19.0 * days).sqrt()));
        assert!((found - wanted).abs() < 1e-9, "{symbol}: {found} is not {wanted}");
    }
}

#[test]
fn bars_before_the_period_warm_up_and_are_not_traded() {
    let bars = goog();
    let store = store_with(std::slice::from_ref(&bars));
    let entries = |from: Option<&str>, warmup: u32| -> Vec<String> {
        let config = Config {
            from: from.map(midnight),
            warmup,
            sizing: Some("units:10".parse().unwrap()),
            ..Config::new("sma_cross", vec![bars.symbol.clone()], Interval::D1)
        };
        let outcome = run(&store, &config);
        let since = from.map_or(0, |from| bars.ts.partition_point(|ts| *ts < midnight(from)));
        assert_eq!(outcome.n_bars, bars.len() - since);
        let rows = "SELECT count(*) = ? FROM equity WHERE run_id = ?";
        assert!(
            store
                .conn()
                .query_row(rows, (outcome.n_bars as i64, &outcome.run_id), |row| row.get::<_, bool>(0))
                .unwrap()
        );
        let sql = "SELECT decided_ts || side FROM orders WHERE run_id = ? AND reason = 'entry' ORDER BY order_id";
        let mut statement = store.conn().prepare(sql).unwrap();
        let rows = statement.query_map([&outcome.run_id], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let whole = entries(None, 0);
    let since: Vec<String> = whole.iter().filter(|entry| entry.as_str() >= "2012-03-01").cloned().collect();
    assert!(since.len() >= 3);
    assert_eq!(entries(Some("2012-03-01"), 500), since, "the averages are those of the whole history");
    assert_eq!(entries(Some("2012-03-01"), 21), since, "21 bars are just enough for 20");
    assert!(entries(Some("2012-03-01"), 0).len() < since.len());
    // Nothing of what came before is in the benchmark either.
    let config = Config {
        from: Some(midnight("2012-03-01")),
        ..Config::new("sma_cross", vec![bars.symbol.clone()], Interval::D1)
    };
    let first = bars.ts.partition_point(|ts| *ts < midnight("2012-03-01"));
    let hold = run(&store, &config).final_benchmark;
    assert!((hold - 100_000.0 / bars.open[first] * bars.close.last().unwrap()).abs() < 1e-6);
}

#[test]
fn a_model_of_meta_labels_takes_the_side_of_the_primary_rule() {
    let bars = daily("A", &[[100.0; 4]; 8]);
    let store = store_with(std::slice::from_ref(&bars));
    let said = |index: usize, probability| Prediction {
        symbol: bars.symbol.clone(),
        ts: bars.ts[index],
        probability,
        side: Prediction::side_of(Some(-1)),
        label: None,
        forward_return: None,
        latency_ms: None,
    };
    let meta = Config {
        model: Some(ModelRef { model_id: "m-1".into(), parent_run_id: "t".into(), feature_set_hash: "f".into() }),
        predictions: vec![said(0, 0.1), said(2, 0.9)],
        ..config(&bars, &[]).with_strategies(&["model"])
    };
    let id = run(&store, &meta).run_id;
    let truth = |sql: &str| assert!(one::<bool>(&store, sql, &id), "{sql}");
    truth("SELECT list(side) = ['SHORT'] FROM trades WHERE run_id = ?");
    truth("SELECT list(ml_verdict ORDER BY ts) = ['NOOP', 'SHORT'] FROM predictions WHERE run_id = ?");
    truth("SELECT list(predicted_direction) = ['SHORT'] FROM prediction_traces WHERE run_id = ?");
}

#[test]
fn traces_name_the_model_of_their_own_strategy_alone() {
    let bars = daily("A", &[[100.0; 4]; 8]);
    let store = store_with(std::slice::from_ref(&bars));
    let model = ModelRef { model_id: "m-1".into(), parent_run_id: "t".into(), feature_set_hash: "f".into() };
    let prediction = Prediction {
        symbol: bars.symbol.clone(),
        ts: bars.ts[0],
        probability: 0.9,
        side: None,
        label: None,
        forward_return: None,
        latency_ms: None,
    };
    let both = Config {
        model: Some(model),
        predictions: vec![prediction],
        ..config(&bars, &[(1, LONG)]).with_strategies(&["model", "signals"])
    };
    let id = run(&store, &both).run_id;
    let truth = "SELECT count(*) = 2 AND bool_and((model_id = 'm-1') IS NOT DISTINCT FROM CASE strategy WHEN 'model' THEN TRUE END)
                 FROM prediction_traces WHERE run_id = ?";
    assert!(one::<bool>(&store, truth, &id));
}

#[test]
fn grids_of_the_instrument_hold_unless_told_otherwise() {
    let bars = daily("A", &[[100.0; 4], [100.02; 4], [100.0; 4]]);
    let store = store_with(std::slice::from_ref(&bars));
    register(&store, "A", "NULL, 'USD', 4, 0.05");
    let bought = |config: &Config| {
        let id = run(&store, config).run_id;
        (
            one::<f64>(&store, "SELECT size FROM trades WHERE run_id = ?", &id),
            one::<f64>(&store, "SELECT entry_price FROM trades WHERE run_id = ?", &id),
        )
    };
    let plain = config(&bars, &[(0, LONG)]);
    let near = |(size, price): (f64, f64), wanted: (f64, f64)| {
        assert!(size == wanted.0 && (price - wanted.1).abs() < 1e-9, "{size} {price}")
    };
    near(bought(&plain), (8.0, 100.05));
    near(bought(&Config { lot: Some(0.0), tick: Some(0.0), ..plain.clone() }), (10.0, 100.02));
    near(bought(&Config { lot: Some(5.0), ..plain }), (10.0, 100.05));
}

#[test]
fn sentiment_is_as_of_the_close_of_each_bar() {
    let bars = daily("A", &[[100.0; 4]; 8]);
    let store = store_with(std::slice::from_ref(&bars));
    store
        .conn()
        .execute_batch(
            "INSERT INTO sentiment_snapshots VALUES
               ('A', '2024-01-02 23:59', '2024-01-02', 'one', -0.9, 0.5, '2024-01-01', NULL),
               ('A', '2024-01-02 23:59', '2024-01-02', 'two',  0.0, 0.4, '2024-01-01', NULL),
               ('A', '2024-01-06 00:01', '2024-01-06', 'one',  0.9, 0.5, '2024-01-01', NULL)",
        )
        .unwrap();
    let opinions: Vec<_> = (0..7).map(|at| (at, if at % 2 == 0 { None } else { LONG })).collect();
    let gated = Config { sentiment: Some(SentimentLevels::default()), ..config(&bars, &opinions) };
    let outcome = run(&store, &gated);
    // Longs of the 2nd and the 4th know -0.9 (the surer of two), that of the 6th 0.9; a minute after the 5th is too late.
    let refused = "SELECT string_agg(strftime(decided_ts, '%d'), ' ' ORDER BY order_id) FROM orders
                   WHERE status = 'refused' AND reason LIKE 'sentiment: %' AND run_id = ?";
    assert_eq!(one::<String>(&store, refused, &outcome.run_id), "03 05");
    assert_eq!(outcome.notes, ["sentiment gate: suppressed 2, boosted 1 of 3 entries"]);
    let kept = "SELECT max(value) FROM run_params WHERE key = 'note.1' AND run_id = ?";
    assert_eq!(one::<String>(&store, kept, &outcome.run_id), outcome.notes[0]);
    let levels = "SELECT value FROM run_params WHERE key = 'sentiment_gate' AND run_id = ?";
    assert_eq!(one::<String>(&store, levels, &outcome.run_id), "-0.3,0.5,1.2");
}

#[test]
fn the_index_holds_the_model_back() {
    let bars = daily("A", &[[100.0; 4]; 8]);
    let index = daily("VIX", &[[20.0; 4], [20.0; 4], [10.0; 4], [10.0; 4], [20.0; 4], [20.0; 4], [20.0; 4], [20.0; 4]]);
    let store = store_with(&[bars.clone(), index]);
    let prediction = |at: usize| Prediction {
        symbol: bars.symbol.clone(),
        ts: bars.ts[at],
        probability: 0.9,
        side: None,
        label: None,
        forward_return: None,
        latency_ms: None,
    };
    let model = ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: String::new() };
    let config = Config {
        params: BTreeMap::from([("max_holding".into(), "1".into())]),
        vol_index: Some("VIX".parse().unwrap()),
        model: Some(model),
        predictions: [0, 3, 5].map(prediction).into(),
        ..Config::new("model", vec![bars.symbol.clone()], Interval::D1)
    };
    let outcome = run(&store, &config);
    assert_eq!(outcome.n_trades, 2);
    assert_eq!(outcome.notes, ["model: filter vol_index_min=15: held back 1 of 3 entries"]);
    let missing = Config { vol_index: Some("NONE".parse().unwrap()), ..config };
    let error = backtest::run(&store, &missing, now(), &Silent).unwrap_err().to_string();
    assert!(error.starts_with("no 1d bars of 'NONE'"), "{error}");
}

#[test]
fn every_row_keeps_the_name_of_its_strategy_and_what_became_of_it() {
    let bars = goog();
    let store = store_with(std::slice::from_ref(&bars));
    let both = Config {
        params: BTreeMap::from([("sma_cross.fast".into(), "5".into())]),
        approach: "limit:0.01".parse().unwrap(),
        life: "bars:2".parse().unwrap(),
        ..Config::new("", vec![bars.symbol.clone()], Interval::D1).with_strategies(&["sma_cross", "swing"])
    };
    let outcome = run(&store, &both);
    let id = outcome.run_id.as_str();
    let truth = |sql: &str| assert!(one::<bool>(&store, sql, id), "{sql}");
    truth("SELECT strategy = 'sma_cross,swing' FROM runs WHERE run_id = ?");
    truth("SELECT list_sort(list(DISTINCT strategy)) = ['sma_cross', 'swing'] FROM trades WHERE run_id = ?");
    truth("SELECT list_sort(list(DISTINCT strategy)) = ['sma_cross', 'swing'] FROM prediction_traces WHERE run_id = ?");
    truth(
        "SELECT list_sort(list(DISTINCT status)) = ['expired', 'filled'] AND bool_and(reason = 'expired') FILTER (status = 'expired')
                AND list_sort(list(DISTINCT order_type)) <@ ['end_of_data', 'limit', 'market', 'stop_loss', 'take_profit']
         FROM orders WHERE run_id = ?",
    );
    truth(
        "SELECT bool_and(o.status = 'filled') AND bool_and(f.size = o.size) FROM fills f JOIN orders o USING (run_id, order_id) WHERE run_id = ?",
    );
    truth(
        "SELECT max(value) FILTER (key = 'param.swing.rsi') = '14' AND max(value) FILTER (key = 'entry') = 'limit:0.01' FROM run_params WHERE run_id = ?",
    );
}

#[test]
fn costs_and_bars_must_fit() {
    let mut bars = daily("A", &[[100.0; 4]; 3]);
    bars.volume = vec![f64::NAN; 3];
    let store = store_with(std::slice::from_ref(&bars));
    register(&store, "A", "NULL, 'USD', NULL, NULL");
    let refused = |config: &Config| backtest::run(&store, config, now(), &Silent).unwrap_err();
    let plain = config(&bars, &[(0, LONG)]);
    let capped = refused(&Config { volume_cap: Some(0.1), ..plain.clone() });
    assert_eq!(capped.to_string(), "the 1d bars of 'A' have no volume, which the volume cap rests on");
    let shared = refused(&Config { slippage: "volume-share:0.1".parse().unwrap(), ..plain.clone() });
    assert!(matches!(shared, BacktestError::NoVolume { .. }) && shared.is_refusal());
    let rupees = refused(&Config { commission: "in-delivery".parse().unwrap(), ..plain });
    assert_eq!(rupees.to_string(), "costs in-delivery are in INR, 'A' trades in USD");
    assert_eq!(one::<i64>(&store, "SELECT count(*) FROM runs WHERE run_id <> ?", ""), 0);
}
