//! Strategies, data and options crossed: every statistic and a hash of every order, fill, trade and account value.
//!
//! `golden/backtests.csv` holds them, statistics to ten digits, the hash of all bits. A difference is a change of what
//! backtests say: if it is wanted, the lines that the failing test prints are the new ones.

use std::collections::BTreeMap;
use std::fmt::Write;

use rayon::prelude::*;
use workstation::backtest::{Config, Data, ModelRef, simulate, sweep};
use workstation::domain::fingerprint::sha256;
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::ingest::synthetic::Market;
use workstation::telemetry::Recorder;
use workstation::trade::{Action, Direction, Hours, Signal};
use workstation::venues::{Surroundings, TimedSignal};

use super::series::{bar, btc, goog, part, shared};

/// Series with opinions, hours and actions.
struct World {
    bars: Vec<Bars>,
    signals: Vec<Vec<TimedSignal>>,
    around: Vec<Surroundings>,
}

/// A number from 0 to 99 that looks random.
fn drawn(asset: usize, index: usize) -> u64 {
    let mut state =
        (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (asset as u64 + 7).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state ^= state >> 31;
    state = state.wrapping_mul(0x94D0_49BB_1331_11EB);
    (state ^ (state >> 29)) % 100
}

fn world(bars: Vec<Bars>) -> World {
    let opinions = |(asset, bars): (usize, &Bars)| {
        let mut signals = Vec::new();
        for (index, ts) in bars.ts.iter().enumerate() {
            let number = drawn(asset, index);
            let mut tell = |signal| signals.push(TimedSignal { ts: *ts, signal });
            if index % 40 == 0 {
                tell(Signal::Sentiment { score: number as f64 / 50.0 - 1.0 });
                tell(Signal::VolatilityIndex { level: 10.0 + number as f64 / 5.0 });
            }
            tell(Signal::Prediction { probability: number as f64 / 99.0, side: None });
            let direction = [Some(Direction::Long), Some(Direction::Short), None].get(number as usize);
            if let Some(direction) = direction {
                tell(Signal::Directed { direction: *direction, confidence: Some(0.75) });
            }
        }
        signals
    };
    let around = |bars: &Bars| {
        let mut hours: BTreeMap<i32, Hours> = BTreeMap::new();
        for (day, (open, close)) in bars.session_date.iter().zip(bars.ts.iter().zip(&bars.close_ts)) {
            hours.entry(*day).and_modify(|hours| hours.close = *close).or_insert(Hours { open: *open, close: *close });
        }
        let middle = bars.session_date[bars.len() / 2];
        let actions = vec![(middle, Action::Dividend(0.01))];
        Surroundings { hours: hours.into(), actions, ..Surroundings::default() }
    };
    World { signals: bars.iter().enumerate().map(opinions).collect(), around: bars.iter().map(around).collect(), bars }
}

/// Columns `ts, open, high, low, close, volume` of a file of the shared material, by their places.
fn read(symbol: &str, interval: Interval, path: &str, places: [usize; 6]) -> Bars {
    let mut bars = Bars::empty(symbol.parse().unwrap(), interval);
    // A day without a price is no bar.
    let text = shared(path);
    for line in text.lines().skip(1).filter(|line| !line.contains(",,")) {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |place: usize| fields[places[place]].parse::<f64>().unwrap();
        let ts = Ts::parse(fields[places[0]]).unwrap();
        let found = bar(ts, interval, [number(1), number(2), number(3), number(4)]);
        bars.push(workstation::domain::Bar { volume: fields[places[5]].parse().unwrap_or(f64::NAN), ..found });
    }
    bars
}

/// SYNTHETIC bars.
fn simulated(symbols: usize, days: usize, interval: Interval, seed: u64) -> Vec<Bars> {
    let market = Market { symbols, days, interval, seed, drift: 0.0, start_day: 19_000, calendar: None };
    let series = market.series().unwrap();
    let mut gathered = Vec::new();
    for series in series {
        let mut bars = Bars::empty(series.symbol, interval);
        series.bars.into_iter().for_each(|bar| bars.push(bar));
        gathered.push(bars);
    }
    gathered
}

fn worlds() -> BTreeMap<&'static str, World> {
    let nse = ["ABB", "ICICIBANK", "INFY", "RELIANCE"];
    let nse =
        nse.map(|symbol| read(symbol, Interval::D1, &format!("data/real/nse_1d/{symbol}.csv"), [0, 1, 2, 3, 5, 6]));
    BTreeMap::from([
        ("goog_1d", world(vec![goog()])),
        ("btc_1m", world(vec![part(&btc(), 0, 8_000)])),
        ("eurusd_1h", world(vec![read("EURUSD", Interval::H1, "data/real/EURUSD_1h.csv", [0, 1, 2, 3, 4, 5])])),
        ("nse_1d", world(nse.into())),
        ("synthetic_1h", world(simulated(3, 120, Interval::H1, 11))),
        ("synthetic_1m", world(simulated(2, 6, Interval::M1, 12))),
    ])
}

/// Strategies, and what a strategy that would trade too little or too much is given.
const STRATEGIES: [(&str, &[(&str, &str)]); 6] = [
    ("sma_cross", &[]),
    ("swing", &[("min_sessions", "1"), ("shorts", "1")]),
    ("intraday", &[]),
    ("model", &[("threshold", "0.97"), ("short_threshold", "0.02"), ("vol_index_min", "12")]),
    ("signals", &[("max_holding", "30")]),
    ("sma_cross,signals", &[("sma_cross.fast", "5")]),
];

type Change = fn(&mut Config);

const OPTIONS: [(&str, Change); 8] = [
    ("default", |_| {}),
    ("bracket", |config| (config.stop_loss, config.take_profit) = (Some(0.01), Some(0.015))),
    ("limit", |config| {
        config.approach = "limit:0.002".parse().unwrap();
        config.life = "bars:5".parse().unwrap();
        config.stop_loss = Some(0.01);
        config.sizing = Some("units:20".parse().unwrap());
    }),
    ("stop_limit", |config| {
        config.approach = "stop-limit:0.001,0.003".parse().unwrap();
        config.slippage = "half-spread:0.01".parse().unwrap();
        config.only = Some(Direction::Long);
    }),
    ("parts", |config| {
        config.volume_cap = Some(0.0005);
        config.slippage = "volume-share:0.1".parse().unwrap();
        (config.lot, config.tick) = (Some(1.0), Some(0.05));
    }),
    ("margin", |config| {
        (config.margin, config.maintenance) = (0.25, Some(0.2));
        config.sizing = Some("volatility:0.8".parse().unwrap());
        config.borrow_rate = 0.05;
        config.commission = "in-intraday".parse().unwrap();
    }),
    ("squared", |config| {
        config.square_off = Some(true);
        config.commission = "tiered:value,0=0.001,20000=0.0002".parse().unwrap();
        config.max_drawdown = Some(0.1);
    }),
    ("gated", |config| {
        config.sentiment = Some(workstation::trade::SentimentLevels::default());
        config.max_positions = Some(1);
        config.commission = "per-share:0.005,min=1,max=0.01".parse().unwrap();
    }),
];

/// Name, data, configuration. A strategy meets every option once, on data that change from case to case.
fn cases(worlds: &BTreeMap<&'static str, World>) -> Vec<(String, &'static str, Config)> {
    let names: Vec<&'static str> = worlds.keys().copied().collect();
    let mut cases = Vec::new();
    for (s, (strategy, params)) in STRATEGIES.iter().enumerate() {
        for (o, (option, change)) in OPTIONS.iter().enumerate() {
            // Twice: 96 cases.
            for shift in [0, 3] {
                let data = names[(s + o + shift) % names.len()];
                let bars = &worlds[data].bars;
                let symbols = bars.iter().map(|bars| bars.symbol.clone()).collect();
                let model =
                    ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: String::new() };
                let names: Vec<&str> = strategy.split(',').collect();
                let mut config = Config {
                    params: params.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
                    model: (*strategy == "model").then_some(model),
                    daily_loss_cap: Some(0.0),
                    exposure_cap: Some(0.0),
                    ..Config::new("", symbols, bars[0].interval).with_strategies(&names)
                };
                change(&mut config);
                cases.push((format!("{} {option} {data}", strategy.replace(',', "+")), data, config));
            }
        }
    }
    cases
}

/// Everything a run did, bit by bit.
fn hash(recorder: &Recorder) -> String {
    let mut text = String::new();
    for (order, outcome) in recorder.orders() {
        writeln!(text, "{order:?} {outcome:?}").unwrap();
    }
    recorder.fills().iter().for_each(|fill| writeln!(text, "{fill:?}").unwrap());
    recorder.trades().iter().for_each(|trade| writeln!(text, "{trade:?}").unwrap());
    let values = recorder.equity().iter().chain(recorder.benchmark());
    values.for_each(|value| writeln!(text, "{:x}", value.to_bits()).unwrap());
    sha256(text.as_bytes())[..32].to_string()
}

fn line((name, data, config): &(String, &'static str, Config), worlds: &BTreeMap<&'static str, World>) -> String {
    let world = &worlds[data];
    let data = Data { bars: &world.bars, signals: &world.signals, around: &world.around, contracts: &[] };
    let plan = config.check().unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut recorder = Recorder::new(config.capital, world.bars.len(), 0);
    simulate(&data, &plan, &mut recorder, &Silent).unwrap();
    let totals = sweep(&data, &plan).unwrap();
    assert_eq!(
        totals.final_equity.to_bits(),
        recorder.final_equity().to_bits(),
        "{name}: counting and recording agree"
    );
    let counts = [totals.steps, totals.orders, totals.refused, totals.trades, totals.wins, totals.exposed_steps];
    let values = [
        totals.gross_profit,
        totals.gross_loss,
        totals.commission,
        totals.max_drawdown,
        totals.final_equity,
        recorder.benchmark().last().copied().unwrap(),
    ];
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let values: Vec<String> = values.iter().map(|value| format!("{value:.9e}")).collect();
    format!("{name},{},{},{}", counts.join(","), values.join(","), hash(&recorder))
}

const HEAD: &str = "case,steps,orders,refused,trades,wins,exposed_steps,gross_profit,gross_loss,commission,max_drawdown,\
                    final_equity,final_benchmark,sha256_of_all";

#[test]
fn every_case_is_as_it_was_whatever_the_threads() {
    let worlds = worlds();
    let cases = cases(&worlds);
    assert!(cases.len() >= 50);
    let on = |threads: usize| -> Vec<String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| cases.par_iter().map(|case| line(case, &worlds)).collect())
    };
    let lines = on(1);
    for threads in [1, 2, 4, 2, 4, 1, 4, 2, 4] {
        assert_eq!(on(threads), lines, "{threads} threads");
    }
    let traded = lines.iter().filter(|line| line.split(',').rev().nth(9).unwrap() != "0").count();
    assert!(traded > 80, "most cases trade: {traded}");
    let found = format!("{HEAD}\n{}\n", lines.join("\n"));
    let golden = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/backtests.csv"))
        .unwrap_or_default();
    let differing: Vec<&str> = found.lines().filter(|line| !golden.lines().any(|known| known == *line)).collect();
    assert!(golden == found, "{} lines differ from golden/backtests.csv:\n{}", differing.len(), differing.join("\n"));
}
