//! Trade lists of backtesting.py on simulated bars (`tests/peers/backtesting_peer.py` makes and explains them).
//!
//! Where the rules coincide the lists are equal. Ours differ on purpose in three: a bar that opens beyond the target
//! leaves there even if it touches the stop later (`gap_target`), a limit entry fills only when the price goes through
//! it (`touch_entry`), and the bracket of an entry inside a bar sees what surely came after it in that bar
//! (`entry_bar`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use workstation::backtest::{Config, Data, simulate};
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Direction, ExitReason, Trade};

use super::series::bar;

/// Cases whose rules we do not offer.
const NOT_OFFERED: [(&str, &str); 7] = [
    ("commission_fixed", "an amount an order and a fraction at once is no commission of ours"),
    ("bracket_order", "our levels are distances from the entry fill, not from the deciding close"),
    ("stop_bracket", "our levels are distances from the entry fill, not from the stop price"),
    ("limit_touch", "our distances are fractions of the close, not currency"),
    ("stop_touch", "our distances are fractions of the close, not currency"),
    ("on_close", "nothing of ours fills at the close that decided it"),
    ("on_close_bracket", "nothing of ours fills at the close that decided it"),
];

fn golden(name: &str) -> Vec<BTreeMap<String, String>> {
    let path: PathBuf = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/golden")).join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn bars() -> BTreeMap<String, Bars> {
    let mut found: BTreeMap<String, Bars> = BTreeMap::new();
    for row in golden("backtest_bars.csv.gz") {
        let name = &row["series"];
        let interval: Interval = name.rsplit('_').next().unwrap().parse().unwrap();
        let price = |column: &str| row[column].parse::<f64>().unwrap();
        let prices = ["open", "high", "low", "close"].map(price);
        let symbol = name.to_uppercase().parse().unwrap();
        let series = found.entry(name.clone()).or_insert_with(|| Bars::empty(symbol, interval));
        series.push(bar(Ts::parse(&row["ts"]).unwrap(), interval, prices));
    }
    found
}

/// Our settings for a case.
fn config(text: &str, bars: &Bars) -> Config {
    let params: BTreeMap<&str, &str> = text.split(';').map(|pair| pair.split_once('=').unwrap()).collect();
    let number = |key: &str| params[key].parse::<f64>().unwrap();
    let (kind, amount) = params["sizing"].split_once(':').unwrap();
    // Their fraction is of what margin makes of equity, in whole units.
    let amount: f64 = amount.parse::<f64>().unwrap() / if kind == "equity" { number("margin") } else { 1.0 };
    let offset = params["offset"];
    let entry =
        if params["entry"] == "market" { "market".to_string() } else { format!("{}:{offset}", params["entry"]) };
    let life = if params["cancel_after"] == "0" { "gtc".into() } else { format!("bars:{}", params["cancel_after"]) };
    Config {
        params: ["fast", "slow"].map(|key| (key.to_string(), params[key].to_string())).into(),
        capital: number("capital"),
        sizing: Some(format!("{kind}:{amount}").parse().unwrap()),
        commission: Commission::Fraction(number("commission")),
        slippage: Slippage::Bps(0.0),
        only: (params["direction"] == "long").then_some(Direction::Long),
        approach: entry.parse().unwrap(),
        life: life.parse().unwrap(),
        stop_loss: Some(number("stop_loss")),
        take_profit: Some(number("take_profit")),
        margin: number("margin"),
        lot: (kind == "equity").then_some(1.0),
        ..Config::new("sma_cross", vec![bars.symbol.clone()], bars.interval)
    }
}

/// Times, prices as bits, signed units.
type Row = (Ts, Ts, u64, u64, i64);

struct Theirs {
    row: Row,
    pnl: f64,
    commission: f64,
    exit: String,
}

fn theirs(case: &str, series: &str, all: &[BTreeMap<String, String>]) -> Vec<Theirs> {
    let of_case = all.iter().filter(|row| row["case"] == case && row["series"] == series);
    let read = |row: &BTreeMap<String, String>| {
        let number = |key: &str| row[key].parse::<f64>().unwrap();
        let ts = |key: &str| Ts::parse(&row[key]).unwrap();
        Theirs {
            row: (
                ts("entry_ts"),
                ts("exit_ts"),
                number("entry_price").to_bits(),
                number("exit_price").to_bits(),
                number("size") as i64,
            ),
            pnl: number("pnl"),
            commission: number("commission"),
            exit: row["exit"].clone(),
        }
    };
    of_case.map(read).collect()
}

fn row(trade: &Trade) -> Row {
    let size = trade.direction.sign() * trade.size;
    assert_eq!(size.fract(), 0.0, "whole units");
    (trade.entry_ts, trade.exit_ts, trade.entry_price.to_bits(), trade.exit_price.to_bits(), size as i64)
}

fn exit_name(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Signal => "signal",
        ExitReason::StopLoss => "sl",
        ExitReason::TakeProfit => "tp",
        ExitReason::EndOfData => "end",
        other => panic!("{other:?}"),
    }
}

fn run(config: &Config, bars: &Bars) -> Recorder {
    let plan = config.check().unwrap();
    let mut recorder = Recorder::new(config.capital, 1, bars.len());
    simulate(&Data::of(std::slice::from_ref(bars)), &plan, &mut recorder, &Silent).unwrap();
    recorder
}

/// Trades that are in both lists agree in money and reason too; gives the number of rows that only one has.
fn compare(case: &str, ours: &[Trade], theirs: &[Theirs]) -> usize {
    let known: BTreeMap<Row, &Theirs> = theirs.iter().map(|trade| (trade.row, trade)).collect();
    for trade in ours {
        let Some(same) = known.get(&row(trade)) else { continue };
        assert!((trade.pnl - same.pnl).abs() < 1e-6, "{case}: {trade:?} earned {}", same.pnl);
        assert!((trade.commission - same.commission).abs() < 1e-6, "{case}: {trade:?} paid {}", same.commission);
        assert_eq!(exit_name(trade.reason), same.exit, "{case}: {trade:?}");
    }
    let mine: BTreeSet<Row> = ours.iter().map(row).collect();
    let peers: BTreeSet<Row> = known.into_keys().collect();
    mine.symmetric_difference(&peers).count()
}

/// Rows that a rule tells to differ.
fn told(differs: &str, rule: &str) -> usize {
    differs
        .split(' ')
        .filter_map(|text| text.strip_prefix(rule)?.strip_prefix(':'))
        .map(|n| n.parse::<usize>().unwrap())
        .sum()
}

#[test]
fn trade_lists_equal_those_of_the_independent_engine() {
    let (bars, trades, stats) = (bars(), golden("backtest_trades.csv.gz"), golden("backtest_stats.csv"));
    let (mut equal, mut differing) = (0, BTreeMap::new());
    for case in golden("backtest_cases.csv") {
        let name = case["case"].as_str();
        if NOT_OFFERED.iter().any(|(not, _)| *not == name) {
            continue;
        }
        for series in case["series"].split(' ') {
            let (bars, theirs) = (&bars[series], theirs(name, series, &trades));
            let recorder = run(&config(&case["params"], bars), bars);
            let stat = stats.iter().find(|row| row["case"] == name && row["series"] == series).unwrap();
            let rows = compare(&format!("{name} {series}"), recorder.trades(), &theirs);
            let differs = &stat["differs"];
            if told(differs, "gap_target") + told(differs, "entry_bar") == 0 {
                assert_eq!(rows, 0, "{name} {series}");
                assert_eq!(recorder.trades().len(), theirs.len(), "{name} {series}");
                let equity: f64 = stat["equity_final"].parse().unwrap();
                assert!(
                    (recorder.final_equity() - equity).abs() < 1e-6,
                    "{name} {series}: {}",
                    recorder.final_equity()
                );
                let wanted: f64 = stat["max_drawdown_pct"].parse().unwrap();
                let (mut peak, mut worst) = (0.0_f64, 0.0_f64);
                for equity in recorder.equity() {
                    peak = peak.max(*equity);
                    worst = worst.min(100.0 * (equity / peak - 1.0));
                }
                assert!((worst - wanted).abs() < 1e-8, "{name} {series}: {worst}");
                equal += 1;
            } else {
                differing.insert((name.to_string(), series.to_string()), rows);
            }
        }
    }
    assert_eq!(equal, 59);
    let gap = |case: &str| differing[&(case.to_string(), "jumpy_1h".to_string())];
    assert_eq!((gap("bracket_short"), gap("bracket_long")), (4, 4), "as many rows as gap_target tells");
    assert_eq!(differing.len(), 5, "the rest is about the bar of a limit entry: {differing:?}");
}

#[test]
fn the_bar_of_a_limit_entry_differs_in_early_exits_only() {
    let (bars, trades, stats) = (bars(), golden("backtest_trades.csv.gz"), golden("backtest_stats.csv"));
    let case = golden("backtest_cases.csv").into_iter().find(|case| case["case"] == "limit_bracket").unwrap();
    let mut early = 0;
    for series in case["series"].split(' ') {
        let (bars, theirs) = (&bars[series], theirs("limit_bracket", series, &trades));
        let recorder = run(&config(&case["params"], bars), bars);
        let ours = recorder.trades();
        assert_eq!(ours.len(), theirs.len(), "entries do not depend on exits");
        let mut rows = 0;
        for (trade, peer) in ours.iter().zip(&theirs) {
            let (entry_ts, exit_ts, entry_price, ..) = peer.row;
            assert_eq!((trade.entry_ts, trade.entry_price.to_bits()), (entry_ts, entry_price));
            if row(trade) == peer.row {
                continue;
            }
            rows += 2;
            let in_entry_bar = trade.exit_ts == trade.entry_ts && exit_ts > entry_ts;
            let at = bars.ts.binary_search(&trade.exit_ts).unwrap();
            let gap = trade.reason == ExitReason::TakeProfit && peer.exit == "sl" && trade.exit_price == bars.open[at];
            assert!(in_entry_bar || gap, "{series}: {trade:?}");
            early += usize::from(in_entry_bar);
        }
        let stat = stats.iter().find(|row| row["case"] == "limit_bracket" && row["series"] == series).unwrap();
        let most = told(&stat["differs"], "entry_bar") + told(&stat["differs"], "gap_target");
        assert!(rows > 0 && rows <= most, "{series}: {rows} of at most {most}");
    }
    assert!(early > 20, "{early}");
}

#[test]
fn every_case_is_compared_or_named_with_its_reason() {
    let cases: BTreeSet<String> = golden("backtest_cases.csv").into_iter().map(|case| case["case"].clone()).collect();
    assert!(NOT_OFFERED.iter().all(|(name, why)| cases.contains(*name) && !why.is_empty()));
    assert_eq!(cases.len() - NOT_OFFERED.len(), 21);
}
