//! Metrics in memory are those of the view.

use serde_json::Value;
use workstation::backtest::{self, Config, Data};
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::store::Store;
use workstation::telemetry::Yearly;
use workstation::trade::Sizing;

use super::series::{btc, goog, part};
use crate::market;

/// The view's row of a run, by column.
fn view(store: &Store, run_id: &str) -> Value {
    let sql = "SELECT CAST(to_json(p) AS VARCHAR) FROM run_performance p WHERE run_id = ?";
    let text: String = store.conn().query_row(sql, [run_id], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_same(what: &str, bars: &[Bars], config: &Config) {
    let store = Store::in_memory().unwrap();
    bars.iter().for_each(|bars| market::append(&store, bars));
    let outcome = backtest::run(&store, config, Ts(0), &Silent).unwrap();
    let wanted = view(&store, &outcome.run_id);
    let yearly = Yearly {
        risk_free_rate: config.risk_free_rate,
        periods_per_year: wanted["periods_per_year"].as_f64().unwrap() as u32,
    };
    let mut sorted = bars.to_vec();
    sorted.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    let metrics = backtest::measure(&Data::of(&sorted), &config.check().unwrap(), yearly).unwrap().unwrap();
    let Value::Object(ours) = serde_json::to_value(metrics).unwrap() else { unreachable!() };
    assert_eq!(ours.len(), 41, "{what}");
    for (name, ours) in ours {
        let wanted = &wanted[&name];
        match (ours.as_f64(), wanted.as_f64()) {
            (Some(ours), Some(wanted)) => {
                assert!((ours - wanted).abs() <= 1e-9 * wanted.abs().max(1e-3), "{what}: {name} {ours} {wanted}");
            }
            _ => assert_eq!(ours, *wanted, "{what}: {name}"),
        }
    }
}

#[test]
fn metrics_in_memory_are_those_of_the_view() {
    let sma = |bars: &[Bars], interval| {
        Config::new("sma_cross", bars.iter().map(|bars| bars.symbol.clone()).collect(), interval)
    };
    let goog = [goog()];
    let mut config = sma(&goog, Interval::D1);
    assert_same("GOOG", &goog, &config);
    config.sizing = Some("units:100".parse::<Sizing>().unwrap());
    config.stop_loss = Some(0.03);
    config.risk_free_rate = 0.05;
    assert_same("GOOG with a stop", &goog, &config);
    let btc = [btc()];
    assert_same("BTC by the minute, to ruin", &btc, &sma(&btc, Interval::M1));
    // One that never trades, one session, several symbols.
    let mut idle = sma(&goog, Interval::D1);
    idle.sizing = Some("notional:1e12".parse::<Sizing>().unwrap());
    assert_same("no trade", &goog, &idle);
    let first = part(&goog[0], 0, 1);
    let one = [first];
    assert_same("one bar", &one, &sma(&one, Interval::D1));
    let mut several = [part(&goog[0], 0, 900), part(&goog[0], 300, 1200)];
    several[0].symbol = "OLD".parse().unwrap();
    assert_same("several symbols", &several, &sma(&several, Interval::D1));
}
