//! Models traded by the bet of their labels: an oracle of the labels leaves when and where they end.

use std::collections::BTreeMap;

use workstation::backtest::{self, Config, Learned, ModelRef, Outcome, Prediction};
use workstation::domain::bet::Width;
use workstation::domain::{Bars, Silent};
use workstation::labels::{
    Barrier, Barriers, Bounded, FixedHorizon, LabelRow, LabelSpec, Meta, SmaCross, TripleBarrier, Volatility,
};
use workstation::store::Store;
use workstation::trade::costs::{Commission, Slippage};

use super::series::{btc, goog, part};
use super::stored::{now, one, store_with};

/// A trade or a label: entry, exit (both µs), exit price over entry price, reason.
type Bet = (i64, i64, f64, String);

/// What the model says, as a file has it.
fn said(bars: &Bars, at: usize, probability: f64) -> Prediction {
    serde_json::from_value(serde_json::json!({
        "symbol": bars.symbol.as_str(), "ts": bars.ts[at].to_string(), "probability": probability
    }))
    .unwrap()
}

/// Labels that do not overlap, each decided once the one before has ended.
fn chain(bars: &Bars, rows: &[LabelRow]) -> Vec<usize> {
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(decision) = (at..rows.len()).find(|&t| rows[t].forward_return.is_some() && rows[t].side != Some(-1))
    {
        found.push(decision);
        at = bars.ts.binary_search(&rows[decision].exit_ts.unwrap()).unwrap();
    }
    found
}

fn label(row: &LabelRow) -> Bet {
    let reason = match row.barrier.unwrap() {
        Barrier::TakeProfit => "take_profit",
        Barrier::StopLoss => "stop_loss",
        Barrier::Horizon => "max_holding",
        Barrier::Session => "square_off",
    };
    (row.entry_ts.unwrap().0, row.exit_ts.unwrap().0, 1.0 + row.forward_return.unwrap(), reason.to_string())
}

fn config(bars: &Bars, spec: &LabelSpec, predictions: Vec<Prediction>) -> Config {
    let model = ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: "f".into() };
    let learned = Learned { label_set: spec.name(), feature_set: "made".into(), terms: Some(spec.terms()) };
    Config {
        model: Some(model),
        learned: Some(learned),
        predictions,
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        sizing: Some("units:0.01".parse().unwrap()),
        ..Config::new("model", vec![bars.symbol.clone()], bars.interval)
    }
}

/// Bars with a feature set of one feature: twice the close.
fn store(bars: &Bars) -> Store {
    let store = store_with(std::slice::from_ref(bars));
    let made = "CREATE TABLE features_made AS SELECT symbol, interval, ts, 2 * close AS doubled FROM bars";
    store.conn().execute_batch(made).unwrap();
    store
}

fn trades(store: &Store, run_id: &str) -> Vec<Bet> {
    let sql = "SELECT epoch_us(entry_ts), epoch_us(exit_ts), exit_price / entry_price, exit_reason FROM trades
               WHERE run_id = ? ORDER BY trade_id";
    let mut statement = store.conn().prepare(sql).unwrap();
    let rows = statement.query_map([run_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Trades an oracle of the labels from bar `from` on; gives the run, its store and how often each way out was taken.
fn oracle(bars: &Bars, spec: &LabelSpec, from: usize) -> (Store, Outcome, BTreeMap<String, usize>) {
    let rows = spec.label(bars);
    let decisions: Vec<usize> = chain(bars, &rows).into_iter().filter(|&t| t >= from).collect();
    let store = store(bars);
    let mut config = config(bars, spec, decisions.iter().map(|&t| said(bars, t, 1.0)).collect());
    if from > 0 {
        (config.from, config.warmup) = (Some(bars.ts[from]), 0);
    }
    let outcome = backtest::run(&store, &config, now(), &Silent).unwrap();
    let (ours, theirs) = (trades(&store, &outcome.run_id), decisions.iter().map(|&t| label(&rows[t])));
    let mut seen = BTreeMap::new();
    assert_eq!(ours.len(), decisions.len(), "{}", spec.name());
    for (trade, label) in ours.iter().zip(theirs) {
        assert_eq!((trade.0, trade.1, &trade.3), (label.0, label.1, &label.3), "{} {trade:?} {label:?}", spec.name());
        assert!((trade.2 / label.2 - 1.0).abs() < 1e-9, "{} {trade:?} {label:?}", spec.name());
        *seen.entry(trade.3.clone()).or_default() += 1;
    }
    let as_labels = format!("model: exits as its labels {} have them: {}", spec.name(), spec.terms());
    assert!(outcome.notes.contains(&as_labels), "{:?}", outcome.notes);
    (store, outcome, seen)
}

#[test]
fn an_oracle_of_fixed_barriers_leaves_where_the_labels_end() {
    let spec = TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 8 }.into();
    let (_, _, seen) = oracle(&goog(), &spec, 0);
    assert!(seen.len() == 3 && seen.values().sum::<usize>() > 250, "{seen:?}");
    let barriers = Barriers::TripleBarrier(TripleBarrier { take_profit: 0.04, stop_loss: 0.03, horizon: 5 }.into());
    let (_, _, seen) = oracle(&goog(), &Meta { primary: SmaCross::default(), barriers }.into(), 0);
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn an_oracle_of_scaled_barriers_leaves_where_the_labels_end() {
    let spec = Volatility { take_profit: 2.0, stop_loss: 1.5, horizon: 5, vol_window: 20 }.into();
    // Also where nothing else warms up: the volatility of the first bar of the period is read.
    for from in [0, 300] {
        let (store, outcome, seen) = oracle(&goog(), &spec, from);
        assert_eq!(seen.len(), 3, "{seen:?}");
        let stop: String =
            one(&store, "SELECT value FROM run_params WHERE key = 'stop_loss' AND run_id = ?", &outcome.run_id);
        assert_eq!(stop, "1.5 x volatility of 20 returns");
    }
}

#[test]
fn an_oracle_of_other_kinds_leaves_where_the_labels_end() {
    let (_, _, seen) = oracle(&goog(), &FixedHorizon { horizon: 10, threshold: 0.01 }.into(), 0);
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["max_holding"]);
    // Minutes too end at the close of their session, where square-off by itself takes the last open.
    let barriers = TripleBarrier { take_profit: 0.01, stop_loss: 0.008, horizon: 300 };
    let spec = LabelSpec::TripleBarrier(Bounded { barriers, session_bounded: true });
    let (_, _, seen) = oracle(&part(&btc(), 0, 12_000), &spec, 0);
    assert!(seen.contains_key("square_off") && seen.len() == 4, "{seen:?}");
}

#[test]
fn settings_that_are_given_take_the_place_of_what_was_learned() {
    let bars = goog();
    let spec = LabelSpec::from(TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 8 });
    let mut config = config(&bars, &spec, vec![said(&bars, 100, 0.9)]);
    let exits = |config: &Config| {
        let plan = config.check().unwrap();
        (plan.strategies[0].take_profit, plan.strategies[0].stop_loss, plan.strategies[0].params.whole("max_holding"))
    };
    assert_eq!(exits(&config), (Some(Width::Fraction(0.05)), Some(Width::Fraction(0.02)), 8));
    (config.stop_loss, config.take_profit) = (Some(0.01), Some(0.0));
    config.params.insert("max_holding".into(), "3".into());
    assert_eq!(exits(&config), (None, Some(Width::Fraction(0.01)), 3));
    let store = store(&bars);
    let outcome = backtest::run(&store, &config, now(), &Silent).unwrap();
    let told = "model: exits are not those of its labels: traded no target, stop 0.01, 3 bars; tb_5_2_8 has target 0.05, stop 0.02, 8 bars";
    assert_eq!(outcome.notes, [told]);
    // What a run stored is what it is made again from.
    let mut statement = store.conn().prepare("SELECT key, value FROM run_params WHERE run_id = ?").unwrap();
    let rows = statement.query_map([&outcome.run_id], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let stored: BTreeMap<String, String> = rows.map(Result::unwrap).collect();
    assert_eq!(stored["note.1"], told);
    let again = Config::restore(&config.strategies, &config.symbols, config.interval, &stored).unwrap();
    assert_eq!(again.learned, config.learned);
    assert_eq!(exits(&Config { model: config.model.clone(), ..again }), exits(&config));
    // Without knowledge of the labels the strategy's own exits hold, and that is said.
    let learned = Learned { terms: None, ..config.learned.clone().unwrap() };
    let unknown = Config { learned: Some(learned), stop_loss: None, take_profit: None, ..config };
    let outcome = backtest::run(&store, &unknown, now(), &Silent).unwrap();
    assert!(outcome.notes[0].contains("does not know what its labels tb_5_2_8 stand for"), "{:?}", outcome.notes);
}

#[test]
fn every_trace_of_a_model_has_the_features_of_its_deciding_bar() {
    let spec = TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 8 }.into();
    let (store, outcome, _) = oracle(&goog(), &spec, 0);
    let truth = |sql: &str| assert!(one::<bool>(&store, sql, &outcome.run_id), "{sql}");
    truth("SELECT count(*) > 250 AND count(features) = count(*) FROM prediction_traces WHERE run_id = ?");
    truth(
        "SELECT count(*) > 250 AND bool_and(json_keys(t.features) = ['doubled'] AND CAST(t.features->>'doubled' AS DOUBLE) = 2 * b.close)
         FROM prediction_traces AS t JOIN bars AS b ON b.symbol = t.symbol AND b.close_ts = t.ts WHERE t.run_id = ?",
    );
}
