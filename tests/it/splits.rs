//! Splits: raw bars with their splits registered say the same as the series without them, everywhere but in the books.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use workstation::audit::{self, Options, Subject};
use workstation::backtest::{self, Config};
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::features::{self, FeatureSet};
use workstation::ingest;
use workstation::labels::{
    self, AuditPlan, Barriers, FixedHorizon, LabelSpec, Meta, SmaCross, TripleBarrier, Volatility,
};
use workstation::store::series::SeriesFilter;
use workstation::store::{Store, stale};
use workstation::trade::costs::{Commission, Slippage};

use crate::feature_world::walk;
use crate::market;
use crate::shared::{ingest_all, now, number, shared};

/// First sessions of the walks.
const DAY: i32 = 19_000;
/// Ex-dates and ratios: 3 for 1, then 1 for 2.
const SPLITS: [(i32, f64); 2] = [(DAY + 70, 3.0), (DAY + 95, 0.5)];

/// The bars as they were traded before these splits.
pub fn as_traded(bars: &Bars, splits: &[(i32, f64)]) -> Bars {
    let mut traded = Bars::empty(bars.symbol.clone(), bars.interval);
    for bar in (0..bars.len()).filter_map(|index| bars.get(index)) {
        let later = splits.iter().filter(|(day, _)| *day > bar.session_date).map(|(_, ratio)| ratio).product();
        traded.push(bar.scaled(later));
    }
    traded
}

pub fn register(store: &Store, symbol: &str, actions: &[(i32, Option<f64>, Option<f64>)]) {
    for (day, split, dividend) in actions {
        let sql = "INSERT INTO corporate_actions VALUES (?, DATE '1970-01-01' + CAST(? AS INTEGER), ?, ?, 'test', '2024-01-01')";
        store.conn().execute(sql, workstation::store::params![symbol, day, split, dividend]).unwrap();
    }
}

/// RAW as traded through the splits, ADJ without; the same walk.
fn pair(interval: Interval, days: i64, seed: u64) -> Store {
    let adjusted = walk("ADJ", interval, 0, days, seed);
    let raw = as_traded(&market::renamed(&adjusted, "RAW"), &SPLITS);
    let store = market::store_of(&[&adjusted, &raw]);
    register(&store, "RAW", &SPLITS.map(|(day, ratio)| (day, Some(ratio), None)));
    store
}

fn is_close(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-6)
}

/// Pairs of values of a column for RAW and ADJ, NULL as NaN.
fn values(store: &Store, table: &str, column: &str, and: &str) -> Vec<(f64, f64)> {
    let sql = format!(
        "SELECT CAST(r.{column} AS DOUBLE), CAST(a.{column} AS DOUBLE)
         FROM (FROM {table} WHERE symbol = 'RAW' {and}) r FULL JOIN (FROM {table} WHERE symbol = 'ADJ' {and}) a
             ON r.interval = a.interval AND r.ts = a.ts ORDER BY coalesce(r.ts, a.ts)"
    );
    let mut statement = store.conn().prepare(&sql).unwrap();
    let value = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let rows = statement.query_map([], |row| Ok((value(row.get(0)?), value(row.get(1)?)))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Which of the factors holds for every pair.
fn factor_of(pairs: &[(f64, f64)], factors: &[f64]) -> Option<f64> {
    factors.iter().copied().find(|factor| pairs.iter().all(|(raw, adjusted)| is_close(*raw, adjusted * factor)))
}

#[test]
fn features_of_raw_bars_are_those_of_the_series_without_splits() {
    for (name, interval) in [("core23", Interval::D1), ("core23", Interval::H1), ("intraday", Interval::H1)] {
        let store = pair(interval, 130, 5);
        let set = FeatureSet::load(name).unwrap();
        features::build(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
        let mut levels = 0;
        for column in set.columns() {
            let pairs = values(&store, &set.table(), column, "");
            assert!(pairs.iter().filter(|(raw, _)| raw.is_finite()).count() > 50, "{name}.{column} is known");
            // Levels of prices differ by the product of all splits, of volume by its reciprocal, everything else not.
            let factor = factor_of(&pairs, &[1.0, 1.5, 1.0 / 1.5]);
            levels += usize::from(factor.is_some_and(|factor| factor != 1.0));
            assert!(factor.is_some(), "{name}.{column} is neither the same nor another level");
        }
        assert!(levels < set.columns().len(), "{name}: {levels} levels");
    }
}

#[test]
fn a_split_reaches_increments_and_makes_what_was_built_stale() {
    let adjusted = walk("RAW", Interval::D1, 0, 130, 9);
    let raw = as_traded(&adjusted, &SPLITS);
    let other = walk("OTHER", Interval::D1, 0, 130, 10);
    let store = market::store_of(&[&market::head(&raw, 80), &other]);
    let set = FeatureSet::load("core23").unwrap();
    let everything = SeriesFilter::default();
    let increment = || features::increment(&store, &set, &everything, Ts(0), &Silent).unwrap();
    let hows = || -> Vec<String> { increment().series.into_iter().map(|series| series.how).collect() };
    // The first split is registered before its bars were built, the second comes with later bars.
    register(&store, "RAW", &[(SPLITS[0].0, Some(SPLITS[0].1), None)]);
    increment();
    register(&store, "RAW", &[(SPLITS[1].0, Some(SPLITS[1].1), None)]);
    assert_eq!(hows(), ["unchanged", "unchanged"], "a split to come changes nothing");
    let mut rest = raw.clone();
    rest.forget_first(80);
    market::append(&store, &rest);
    assert_eq!(hows(), ["unchanged", "appended"]);
    crate::increments::assert_equals_full_build(&store, &set, "a split among new bars");
    // One that was not known when its bars were built.
    labels::build(&store, &LabelSpec::default(), &everything, now(), &Silent).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let actions = |text: &str| {
        let path = folder.path().join("actions.csv");
        std::fs::write(&path, format!("symbol,ex_date,split,dividend\n{text}\n")).unwrap();
        ingest::actions::run(&store, &path, now()).unwrap();
    };
    let ex_date: String =
        store.conn().query_row("SELECT CAST(DATE '1970-01-01' + 19040 AS VARCHAR)", [], |row| row.get(0)).unwrap();
    let marks = || -> Vec<(String, String, i64)> {
        let marks = stale::list(&store).unwrap().into_iter();
        marks.map(|mark| (mark.kind, mark.symbol, mark.from.0 / 86_400_000_000 - i64::from(DAY))).collect()
    };
    actions(&format!("RAW,{ex_date},2,"));
    let found = marks();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], ("features".into(), "RAW".into(), 40));
    assert!(found[1].0 == "labels" && (30..40).contains(&found[1].2), "{found:?}");
    let outdated = features::outdated(&store, set.name(), set.hash(), Interval::D1, &[]).unwrap();
    assert_eq!(outdated.iter().map(ToString::to_string).collect::<Vec<_>>(), ["RAW"]);
    assert_eq!(hows(), ["unchanged", "built anew: earlier bars changed"]);
    crate::increments::assert_equals_full_build(&store, &set, "a split of long ago");
    labels::build(&store, &LabelSpec::default(), &everything, now(), &Silent).unwrap();
    assert_eq!(marks(), []);
    // A dividend reaches labels alone; what a correction replaces is kept.
    actions(&format!("RAW,{ex_date},2,1.5"));
    assert_eq!(marks().iter().map(|mark| mark.0.as_str()).collect::<Vec<_>>(), ["labels"]);
    assert_eq!(hows(), ["unchanged", "unchanged"]);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM corporate_actions_revisions"), 0);
    actions(&format!("RAW,{ex_date},4,1.5"));
    let kept: (f64, i64) = store
        .conn()
        .query_row("SELECT max(split), count(*) FROM corporate_actions_revisions", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(kept, (2.0, 1));
}

/// Every kind of label.
fn kinds() -> Vec<LabelSpec> {
    let barriers = TripleBarrier { take_profit: 0.03, stop_loss: 0.02, horizon: 8 };
    let scaled = Volatility { vol_window: 10, ..Volatility::default() };
    let primary = SmaCross { fast: 4, slow: 9 };
    vec![
        barriers.into(),
        scaled.into(),
        FixedHorizon { horizon: 5, threshold: 0.0 }.into(),
        Meta { primary, barriers: Barriers::TripleBarrier(barriers.into()) }.into(),
    ]
}

#[test]
fn labels_of_raw_bars_are_those_of_the_series_without_splits() {
    let store = pair(Interval::D1, 130, 6);
    for spec in kinds() {
        labels::build(&store, &spec, &SeriesFilter::default(), now(), &Silent).unwrap();
        let own = format!("AND label_set = '{}'", spec.name());
        let numbers = "(SELECT * REPLACE (epoch_us(exit_ts) AS exit_ts, hash(barrier) % 1000 AS barrier) FROM labels)";
        for column in ["label", "forward_return", "exit_ts", "barrier", "side", "weight"] {
            let pairs = values(&store, numbers, column, &own);
            assert_eq!(pairs.len(), 130);
            assert_eq!(factor_of(&pairs, &[1.0]), Some(1.0), "{} {column}", spec.name());
        }
        let plan =
            AuditPlan { label_set: spec.name(), interval: Interval::D1, symbols: vec![], per_split: 60, seed: 1 };
        let at = |day: i64| Ts((i64::from(DAY) + day) * 86_400_000_000);
        let periods = [(at(0), at(60)), (at(61), at(90)), (at(91), at(130))];
        let report = labels::audit(&store, &plan, &periods).unwrap();
        assert!(report.violations() == 0 && report.samples.len() > 100, "{}: {:?}", spec.name(), report.checks);
    }
}

#[test]
fn dividends_reach_forward_returns_and_nothing_else_of_labels() {
    // Opens 100 a day; a 2-for-1 split on the fourth session, a dividend of 3 on the share before it, one of 1 two days on.
    let mut bars = Bars::empty("PAY".parse().unwrap(), Interval::D1);
    for day in 0..12 {
        let price = if day < 3 { 100.0 } else { 50.0 };
        let ts = Ts((i64::from(DAY) + day) * 86_400_000_000);
        market::push(&mut bars, ts, [price, price * 1.001, price * 0.999, price], 1000.0);
    }
    let store = market::store_of(&[&bars]);
    register(&store, "PAY", &[(DAY + 3, Some(2.0), None), (DAY + 3, None, Some(3.0)), (DAY + 5, None, Some(1.0))]);
    let spec: LabelSpec = FixedHorizon { horizon: 2, threshold: 0.001 }.into();
    labels::build(&store, &spec, &SeriesFilter::default(), now(), &Silent).unwrap();
    let mut statement =
        store.conn().prepare("SELECT label, round(forward_return, 12) FROM labels ORDER BY ts LIMIT 6").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, i32>(0)?, row.get::<_, f64>(1)?))).unwrap();
    let rows: Vec<(i32, f64)> = rows.map(Result::unwrap).collect();
    // Entered at the open of the next bar and left at the open two bars on: entries on days 1 to 6. Who buys on the ex-date
    // is not paid, who sells at its open is; 1 a new share is 2 on the old one that cost 100.
    assert_eq!(rows, [(0, 0.03), (0, 0.03), (0, 0.02), (0, 0.02), (0, 0.0), (0, 0.0)]);
    let plan = AuditPlan { label_set: spec.name(), interval: Interval::D1, symbols: vec![], per_split: 9, seed: 1 };
    let at = |day: i64| Ts((i64::from(DAY) + day) * 86_400_000_000);
    let periods = [(at(0), at(3)), (at(4), at(7)), (at(8), at(12))];
    assert_eq!(labels::audit(&store, &plan, &periods).unwrap().violations(), 0);
    // A short pays, and barriers don't hear of it: the return of a meta label lies within them by price.
    let barriers = TripleBarrier { take_profit: 0.2, stop_loss: 0.01, horizon: 3 };
    let tb: LabelSpec = barriers.into();
    labels::build(&store, &tb, &SeriesFilter::default(), now(), &Silent).unwrap();
    let report = labels::audit(&store, &AuditPlan { label_set: tb.name(), ..plan }, &periods).unwrap();
    assert_eq!(report.violations(), 0, "{:?}", report.checks);
    let paid: f64 = number(
        &store,
        &format!("SELECT max(forward_return) FROM labels WHERE label_set = '{}' AND barrier = 'horizon'", tb.name()),
    );
    assert!((paid - 0.05).abs() < 1e-12, "{paid}");
}

fn run(store: &Store, symbol: &str, interval: Interval, strategy: &str, sizing: &str) -> String {
    let config = Config {
        commission: Commission::Fraction(0.001),
        slippage: Slippage::Bps(3.0),
        sizing: Some(sizing.parse().unwrap()),
        params: match strategy {
            "sma_cross" => [("fast", "4"), ("slow", "9")].map(|(k, v)| (k.to_string(), v.to_string())).into(),
            "swing" => [("fast", "5"), ("slow", "12"), ("rsi", "4"), ("rsi_pullback", "49"), ("shorts", "1")]
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .into(),
            _ => Default::default(),
        },
        ..Config::new(strategy, vec![symbol.parse().unwrap()], interval)
    };
    backtest::run(store, &config, now(), &Silent).unwrap().run_id
}

#[test]
fn strategies_on_raw_bars_trade_as_on_the_series_without_splits() {
    let cases = [
        ("sma_cross", Interval::D1, "equity:0.9"),
        ("sma_cross", Interval::H1, "volatility:0.2"),
        ("swing", Interval::D1, "equity:0.5"),
        ("swing", Interval::H1, "volatility:0.1"),
        ("intraday", Interval::H1, "equity:0.5"),
    ];
    for (strategy, interval, sizing) in cases {
        let store = pair(interval, 130, 7);
        let [raw, adjusted] = ["RAW", "ADJ"].map(|symbol| run(&store, symbol, interval, strategy, sizing));
        let trades = |run_id: &str| -> Vec<(i64, i64, f64, f64)> {
            let sql = "SELECT epoch_us(entry_ts), epoch_us(exit_ts), pnl, entry_price * size FROM trades WHERE run_id = ? ORDER BY ALL";
            let mut statement = store.conn().prepare(sql).unwrap();
            let rows = statement.query_map([run_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
            rows.unwrap().map(Result::unwrap).collect()
        };
        let (on_raw, on_adjusted) = (trades(&raw), trades(&adjusted));
        assert!(on_raw.len() > 3, "{strategy} {interval} trades {} times", on_raw.len());
        assert_eq!(on_raw.len(), on_adjusted.len(), "{strategy} {interval}");
        for (a, b) in on_raw.iter().zip(&on_adjusted) {
            assert_eq!((a.0, a.1), (b.0, b.1), "{strategy} {interval}");
            // Of an account of 100 000.
            assert!((a.2 - b.2).abs() < 1e-5, "{strategy} {interval}: {a:?} {b:?}");
        }
        let equity = |run_id: &str| -> Vec<f64> {
            let mut statement = store.conn().prepare("SELECT equity FROM equity WHERE run_id = ? ORDER BY ts").unwrap();
            statement.query_map([run_id], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let (on_raw, on_adjusted) = (equity(&raw), equity(&adjusted));
        assert!(on_raw.len() > 100 && on_raw.iter().zip(&on_adjusted).all(|(a, b)| is_close(*a, *b)), "{strategy}");
    }
}

#[test]
fn nothing_sees_a_split_ahead_and_a_statement_over_bars_adjusted_neither() {
    let store = pair(Interval::D1, 130, 8);
    let options = Options { cuts: 24, seed: 3, filter: SeriesFilter::default(), bars: Some(130), everything: false };
    let statement = "SELECT symbol, interval, ts, close, volume, factor FROM bars_adjusted";
    let subjects = [
        Subject::Features(Box::new(FeatureSet::load("core23").unwrap())),
        Subject::Labels(FixedHorizon { horizon: 5, threshold: 0.0 }.into()),
        Subject::Query { name: "adjusted".into(), sql: statement.into(), sets: Vec::new() },
    ];
    for subject in subjects {
        let outcome = audit::lookahead(&store, &subject, &options, &Silent).unwrap();
        assert!(outcome.compared > 1000 && outcome.alarms.is_empty(), "{}: {:?}", subject.name(), outcome.alarms);
    }
}

fn ws(db: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("ws").unwrap().env_remove("WS_DB").arg("--db").arg(db).args(args).output().unwrap()
}

fn done(db: &Path, args: &[&str]) -> String {
    let output = ws(db, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn case(file: &str) -> PathBuf {
    shared(&format!("cases/backtest/32-split-signals/{file}"))
}

/// The outside case: RAW rises 0.1 a day through a 3-for-1 split, ADJ is the same series adjusted.
#[test]
fn case_32_splits_make_no_cross_no_fall_and_no_label() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("case.duckdb");
    {
        let store = Store::open(&db, now()).unwrap();
        for file in ["RAW_1d.csv", "ADJ_1d.csv"] {
            ingest_all(&store, &case(file));
        }
        ingest::actions::run(&store, &case("actions.csv"), now()).unwrap();
        let set = FeatureSet::load("core23").unwrap();
        features::build(&store, &set, &SeriesFilter::default(), now(), &Silent).unwrap();
        let returns = values(&store, &set.table(), "ret_1", "");
        assert!(returns.iter().all(|(raw, _)| raw.is_nan() || (raw - 0.001).abs() < 0.0005), "{returns:?}");
        // The sources round volume (333 beside 1000 shares) and the prices before the split to cents.
        for column in set.columns() {
            let pairs = values(&store, &set.table(), column, "");
            let near = |(raw, adjusted): &(f64, f64), factor: f64| {
                (raw.is_nan() && adjusted.is_nan()) || (raw - adjusted * factor).abs() <= 2e-3 * adjusted.abs().max(1.0)
            };
            let level = [1.0, 3.0, 1.0 / 3.0].into_iter().find(|level| pairs.iter().all(|pair| near(pair, *level)));
            assert!(level.is_some(), "{column}");
        }
        for spec in kinds() {
            labels::build(&store, &spec, &SeriesFilter::default(), now(), &Silent).unwrap();
            let own = format!("AND label_set = '{}'", spec.name());
            assert_eq!(factor_of(&values(&store, "labels", "label", &own), &[1.0]), Some(1.0), "{}", spec.name());
            let returns = values(&store, "labels", "forward_return", &own);
            assert!(returns.iter().all(|(a, b)| (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-6), "{}", spec.name());
        }
        for symbol in ["RAW", "ADJ"] {
            for strategy in ["sma_cross", "swing"] {
                let config = Config::new(strategy, vec![symbol.parse().unwrap()], Interval::D1);
                let outcome = backtest::run(&store, &config, now(), &Silent).unwrap();
                assert_eq!((outcome.n_trades, outcome.final_equity), (0, config.capital), "{strategy} {symbol}");
            }
        }
    }
    for set in kinds() {
        let out = folder.path().join("audit").display().to_string();
        let audit = ["labels", "audit", "--set", &set.name(), "--embargo", "0", "--out", &out];
        done(&db, &audit);
    }
    done(&db, &["audit", "lookahead", "--cuts", "20"]);
}

#[test]
fn signals_that_read_prices_across_a_split_are_refused_unless_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("case.duckdb");
    done(&db, &["ingest", "csv", case("RAW_1d.csv").to_str().unwrap()]);
    let file = |name: &str, table: &str| {
        let path = folder.path().join(name);
        let sql = format!(
            "SELECT symbol, ts, CASE WHEN close < lag(close) OVER w THEN 'SHORT' ELSE 'LONG' END AS direction
             FROM {table} WINDOW w AS (PARTITION BY symbol ORDER BY ts)"
        );
        std::fs::write(&path, sql).unwrap();
        path.display().to_string()
    };
    let (raw, adjusted) = (file("raw.sql", "bars"), file("adjusted.sql", "bars_adjusted"));
    // Without a split there is nothing to refuse.
    done(&db, &["backtest", "--signals", &raw]);
    done(&db, &["ingest", "actions", case("actions.csv").to_str().unwrap()]);
    let refused = ws(&db, &["backtest", "--signals", &raw]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("split of 2024-03-28") && told.contains("bars_adjusted") && told.contains("--raw"), "{told}");
    // Before the split there is none to cross.
    done(&db, &["backtest", "--signals", &raw, "--to", "2024-03-20"]);
    let shorts = |args: &[&str]| {
        done(&db, &[args, &["--name", "counted"]].concat());
        let sql = "SELECT count(*) FILTER (t.side = 'SHORT') AS n FROM trades t
                   WHERE run_id = (SELECT max_by(run_id, started_at) FROM runs WHERE name = 'counted')";
        done(&db, &["sql", sql, "--format", "csv"]).trim().to_string()
    };
    assert_eq!(shorts(&["backtest", "--signals", &adjusted]), "n\n0");
    assert_eq!(shorts(&["backtest", "--signals", &raw, "--raw"]), "n\n1");
}
