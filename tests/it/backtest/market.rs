//! Accounts over a market: hundreds of assets whose bars overlap, sums over slots against the second books, and the rows of a
//! run that is stored while it goes on.

use workstation::backtest::{Config, Data, Plan, simulate};
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::store::{Store, query};
use workstation::telemetry::{Recorder, RunLabels, Streaming};
use workstation::trade::Outcome;

use super::auditor::Auditor;
use super::series::bar;

/// Random walks of hours, those of every third asset half an hour late.
fn market(assets: usize, hours: usize) -> Vec<Bars> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let start = Ts::parse("2024-01-01").unwrap();
    let series = |asset: usize| {
        let mut bars = Bars::empty(format!("M{asset:03}").parse().unwrap(), Interval::H1);
        let late = if asset.is_multiple_of(3) { Interval::H1.micros() / 2 } else { 0 };
        let mut close = 20.0 + asset as f64;
        for hour in 0..hours {
            let open = close * (1.0 + 0.01 * draw());
            close = open * (1.0 + 0.04 * draw());
            let (high, low) = (open.max(close) * 1.002, open.min(close) * 0.998);
            bars.push(bar(
                start.plus(hour as i64 * Interval::H1.micros() + late),
                Interval::H1,
                [open, high, low, close],
            ));
        }
        bars
    };
    (0..assets).map(series).collect()
}

/// Two crossing averages that often trade, with stops, targets, limit orders that may wait for long, and limits that refuse.
fn plan(bars: &[Bars], positions: u32) -> Plan {
    let symbols = bars.iter().map(|bars| bars.symbol.clone()).collect();
    let mut config = Config::new("sma_cross", symbols, Interval::H1);
    config.params.extend([("fast", "2"), ("slow", "5")].map(|(key, value)| (key.to_string(), value.to_string())));
    config.sizing = Some("equity:0.01".parse().unwrap());
    (config.stop_loss, config.take_profit) = (Some(0.03), Some(0.05));
    config.exposure_cap = Some(80_000.0);
    config.max_positions = Some(positions);
    config.approach = "limit:0.001".parse().unwrap();
    config.check().unwrap()
}

#[test]
fn sums_over_hundreds_of_slots_are_those_of_the_second_books() {
    let bars = market(300, 120);
    let plan = plan(&bars, 90);
    let mut auditor = Auditor::new(&plan, bars.len());
    simulate(&Data::of(&bars), &plan, &mut auditor, &Silent).unwrap();
    let refused = auditor.orders.iter().filter(|(_, outcome)| matches!(outcome, Some(Outcome::Refused(_)))).count();
    assert!(
        auditor.opens > 0 && refused > 100 && auditor.orders.len() > 5_000,
        "{refused} of {}",
        auditor.orders.len()
    );
}

#[test]
fn a_run_stored_while_it_goes_on_leaves_the_rows_of_one_stored_at_its_end() {
    let bars = market(60, 120);
    let plan = plan(&bars, 20);
    let symbols = plan.symbols.clone();
    let labels = RunLabels {
        run_id: "r",
        mode: "backtest",
        strategies: &["sma_cross"],
        interval: Interval::H1,
        symbols: &symbols,
        feature_set: None,
        model_id: None,
    };
    let capital = plan.settings.capital;
    let mut recorder = Recorder::new(capital, bars.len(), 0);
    simulate(&Data::of(&bars), &plan, &mut recorder, &Silent).unwrap();
    let whole = Store::in_memory().unwrap();
    recorder.write(&whole, &labels).unwrap();
    assert!(recorder.orders().any(|(_, outcome)| outcome.is_none()) || recorder.refused() > 0);
    for piece in [7, 1_000] {
        let store = Store::in_memory().unwrap();
        let mut streaming = Streaming::new(&store, labels, (capital, bars.len()), Some(0)).in_pieces_of(piece);
        simulate(&Data::of(&bars), &plan, &mut streaming, &Silent).unwrap();
        let streamed = streaming.finish().unwrap();
        assert_eq!((streamed.n_trades, streamed.n_refused), (recorder.trades().len(), recorder.refused()));
        assert_eq!(streamed.final_equity.to_bits(), recorder.final_equity().to_bits());
        assert_eq!(streamed.final_benchmark.to_bits(), recorder.final_benchmark().to_bits());
        assert_eq!(streamed.entries, recorder.entries(0).collect());
        for table in ["orders", "fills", "trades", "equity", "prediction_traces", "run_returns"] {
            let rows = |store: &Store| {
                let sql = format!("SELECT * FROM {table} ORDER BY ALL");
                query::run(store, &sql, &[]).unwrap().text_rows().unwrap()
            };
            let (ours, theirs) = (rows(&store), rows(&whole));
            assert!(!theirs.is_empty() && ours == theirs, "{table} in pieces of {piece}");
        }
    }
}
