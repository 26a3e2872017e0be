//! Sessions a year of what is traded: outside case 25, and currencies that nobody knows.

use workstation::backtest::{self, Config, GivenSignal};
use workstation::domain::{Interval, Silent, Ts};
use workstation::store::Store;
use workstation::trade::Direction;

use super::series::daily;
use crate::market;
use crate::shared::{ingest_all, now, number, shared};

/// Case 25: weekdays and one Saturday, no exchange named. A held position of 100 units, after default costs.
#[test]
fn one_saturday_is_no_market_that_never_closes() {
    let store = Store::in_memory().unwrap();
    ingest_all(&store, &shared("cases/backtest/25-one-saturday/INDI_1d.csv"));
    let mut config = Config::new("signals", vec!["INDI".parse().unwrap()], Interval::D1);
    config.sizing = Some("units:100".parse().unwrap());
    // What the case's statement says: LONG from the first day on.
    let (symbol, ts) = ("INDI".parse().unwrap(), Ts::parse("2024-01-01").unwrap());
    config.signals = vec![GivenSignal { symbol, ts, direction: Some(Direction::Long), confidence: None }];
    let run = backtest::run(&store, &config, now(), &Silent).unwrap().run_id;
    let of = |sql: &str| -> f64 { number(&store, &sql.replace("RUN", &run)) };
    assert_eq!(of("SELECT periods_per_year FROM run_performance WHERE run_id = 'RUN'"), 252.0);
    let sharpe = of("SELECT sharpe FROM run_performance WHERE run_id = 'RUN'");
    assert!((sharpe - 0.4874).abs() < 5e-5, "{sharpe}");
    // The view judges a run that stored none by the same rule.
    let forget = format!("DELETE FROM run_params WHERE key = 'periods_per_year' AND run_id = '{run}'");
    store.conn().execute_batch(&forget).unwrap();
    assert_eq!(of("SELECT sharpe FROM run_performance WHERE run_id = 'RUN'"), sharpe);
}

#[test]
fn an_unknown_currency_is_not_added_to_a_known_one() {
    let store = Store::in_memory().unwrap();
    for symbol in ["A", "B", "C"] {
        market::append(&store, &daily(symbol, &[[10.0; 4]; 3]));
    }
    let register = "INSERT INTO instruments (symbol, currency, multiplier, asset_id, first_seen_at)
                    VALUES ('A', 'INR', 1, 0, '2024-01-01'), ('B', NULL, 1, 1, '2024-01-01')";
    store.conn().execute_batch(register).unwrap();
    let run = |symbols: &[&str]| {
        let symbols = symbols.iter().map(|symbol| symbol.parse().unwrap()).collect();
        backtest::run(&store, &Config::new("sma_cross", symbols, Interval::D1), now(), &Silent)
    };
    let refused = run(&["A", "B", "C"]).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the others trade in INR, but nobody knows the currency of B, C; ingest with --exchange, or leave them out"
    );
    // Unknown ones alone are one account, whose currency stays unknown.
    let outcome = run(&["B", "C"]).unwrap();
    let known: i64 = number(
        &store,
        &format!("SELECT count(currency) FROM run_performance WHERE run_id = '{}' AND end_equity > 0", outcome.run_id),
    );
    assert_eq!(known, 0);
}
