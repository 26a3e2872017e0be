//! Feature sets: TA-Lib's numbers, no look into the future, sets as data, and the tables they build.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use workstation::domain::{Bars, Interval, Silent, Ts, time};
use workstation::features::{self, BuildReport, Definition, FeatureError, FeatureSet};
use workstation::store::series::SeriesFilter;
use workstation::store::{Columns, Store};

use crate::feature_sets::WINDOWED;
use crate::market;

fn core23() -> FeatureSet {
    FeatureSet::load("core23").unwrap()
}

fn build(store: &Store, set: &FeatureSet) -> BuildReport {
    features::build(store, set, &SeriesFilter::default(), Ts(0), &Silent).unwrap()
}

/// One column a feature, one value a bar, of one stored symbol.
fn values(store: &Store, set: &FeatureSet, symbol: &str) -> Vec<Vec<Option<f64>>> {
    let query = format!("SELECT {} FROM {} WHERE symbol = ? ORDER BY ts", set.columns().join(", "), set.table());
    let mut statement = store.conn().prepare(&query).unwrap();
    let mut columns = vec![Vec::new(); set.columns().len()];
    let mut rows = statement.query([symbol]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        for (index, column) in columns.iter_mut().enumerate() {
            column.push(row.get::<_, Option<f64>>(index).unwrap());
        }
    }
    columns
}

fn built(bars: &Bars, set: &FeatureSet) -> Vec<Vec<Option<f64>>> {
    let store = market::store_of(&[bars]);
    build(&store, set);
    values(&store, set, bars.symbol.as_str())
}

/// Smallest magnitude against which an error is measured.
fn floor(feature: &str, close: f64) -> f64 {
    match feature {
        "rsi_14" | "stoch_k" | "stoch_d" | "adx_14" => 1.0,
        "bb_bandwidth" => 1e-2,
        _ if feature.starts_with("macd") => 1e-6 * close,
        _ => 0.0,
    }
}

/// Compares every reference column, NULLs included, and gives the largest error in units of the tolerance.
fn compare(set: &FeatureSet, ours: &[Vec<Option<f64>>], header: &[String], rows: &[csv::StringRecord]) -> f64 {
    let (mut worst, mut compared) = (0.0_f64, 0);
    let close = header.iter().position(|name| name == "close").unwrap();
    for (name, column) in set.columns().into_iter().zip(ours) {
        let Some(theirs) = header.iter().position(|found| found == name) else { continue };
        compared += 1;
        assert_eq!(column.len(), rows.len());
        for (bar, (row, value)) in rows.iter().zip(column).enumerate() {
            let expected: Option<f64> = (!row[theirs].is_empty()).then(|| row[theirs].parse().unwrap());
            assert_eq!(value.is_some(), expected.is_some(), "{name} at bar {bar}: {value:?} against {expected:?}");
            let (Some(value), Some(expected)) = (value, expected) else { continue };
            let scale = expected.abs().max(floor(name, row[close].parse().unwrap()));
            let error = (value - expected).abs();
            assert!(error <= 1e-8 * scale, "{name} at bar {bar}: {value} against {expected}");
            if scale > 0.0 {
                worst = worst.max(error / (1e-8 * scale));
            }
        }
    }
    assert_eq!(compared, header.len() - 1, "every reference column but the first is a feature");
    worst
}

#[test]
fn core23_is_ta_libs_from_the_first_bar_on() {
    let golden = [
        (market::goog(), "golden/core23_GOOG_1d.csv.gz"),
        (market::btc(), "golden/core23_BTC-PERP_1m_first5000.csv.gz"),
    ];
    for (bars, path) in golden {
        let set = core23();
        let (header, rows) = market::csv_rows(&market::shared(path));
        let mut ours = built(&bars, &set);
        ours.iter_mut().for_each(|column| column.truncate(rows.len()));
        // The reference has 12 digits, so nothing can be nearer than about 1e-3 of the tolerance.
        let worst = compare(&set, &ours, &header, &rows);
        assert!(worst < 0.01, "{}: {worst} of the tolerance", bars.symbol);
        let starts = ours.iter().zip(set.features());
        for (column, feature) in starts {
            assert_eq!(column.iter().position(Option::is_some), Some(feature.warmup), "{}", feature.name);
        }
    }
}

#[test]
fn awkward_bars_follow_ta_lib() {
    let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/talib_edges.csv"));
    let (header, rows) = market::csv_rows(path);
    let set = core23();
    let mut cases: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
    cases.dedup();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let rows: Vec<_> = rows.iter().filter(|row| &row[0] == case).cloned().collect();
        let mut bars = Bars::empty("EDGE".parse().unwrap(), Interval::D1);
        for (day, row) in rows.iter().enumerate() {
            let number = |index: usize| row[index].parse::<f64>().unwrap();
            market::push(&mut bars, Ts::from_day(day as i32), [1, 2, 3, 4].map(number), number(5));
        }
        // The reference has 10 digits.
        let ours = built(&bars, &set);
        let worst = compare(&set, &ours, &header, &rows);
        assert!(worst < 0.1, "{case}: {worst} of the tolerance");
    }
}

#[test]
fn vwap_and_day_of_week_follow_their_formulas() {
    let mut bars = market::head(&market::goog(), 30);
    bars.vwap[3] = 77.0;
    let set = core23();
    let ours = built(&bars, &set);
    let column = |name: &str| &ours[set.columns().iter().position(|found| *found == name).unwrap()];
    for bar in 0..bars.len() {
        let typical = (bars.high[bar] + bars.low[bar] + bars.close[bar]) / 3.0;
        let vwap = if bar == 3 { 77.0 } else { typical };
        assert!((column("vwap")[bar].unwrap() - vwap).abs() < 1e-12);
        // 1970-01-01 was a Thursday.
        let angle = std::f64::consts::TAU * f64::from((bars.session_date[bar] + 3) % 7) / 7.0;
        assert!((column("day_of_week_sin")[bar].unwrap() - angle.sin()).abs() < 1e-12);
        assert!((column("day_of_week_cos")[bar].unwrap() - angle.cos()).abs() < 1e-12);
    }
    assert_eq!(time::date_of(bars.session_date[0]).to_string(), "2004-08-19");
}

/// Stores snapshots of (known_ts, provider, score, confidence).
fn sentiment(store: &Store, symbol: &str, rows: &[(Ts, &str, f64, f64)]) {
    let n = rows.len();
    Columns::new()
        .text("symbol", std::iter::repeat_n(symbol, n))
        .ts("known_ts", rows.iter().map(|row| row.0))
        .date("date", rows.iter().map(|row| row.0.day()))
        .text("provider", rows.iter().map(|row| row.1))
        .f64("score", rows.iter().map(|row| row.2))
        .f64("confidence", rows.iter().map(|row| row.3))
        .ts("fetched_at", rows.iter().map(|row| row.0))
        .append_to(store, "sentiment_snapshots")
        .unwrap();
}

#[test]
fn sentiment_is_the_newest_known_at_the_close() {
    let (goog, other) = (market::head(&market::goog(), 6), market::renamed(&market::head(&market::goog(), 6), "OTHER"));
    let closes = goog.close_ts.clone();
    let snapshots = [
        (closes[1], "news", 0.5, 0.9),           // known exactly at the close of bar 1
        (closes[2].plus(1), "news", -0.25, 0.9), // a microsecond late for bar 2
        (closes[4], "b", 0.1, 0.7),              // three providers at once: the most confident counts
        (closes[4], "a", 0.2, 0.8),
        (closes[4], "c", 0.3, 0.8),
    ];
    for turn in 0..snapshots.len() {
        let mut stored = snapshots;
        stored.rotate_left(turn);
        let store = market::store_of(&[&goog, &other]);
        sentiment(&store, "GOOG", &stored);
        let set = core23();
        build(&store, &set);
        let score = |symbol| values(&store, &set, symbol)[22].clone();
        assert_eq!(score("GOOG"), [0.0, 0.5, 0.5, -0.25, 0.2, 0.2].map(Some));
        assert_eq!(score("OTHER"), [Some(0.0); 6]);
    }
}

#[test]
fn missing_volume_is_unknown_and_nothing_else_is() {
    let whole = market::head(&market::goog(), 80);
    let mut holed = whole.clone();
    holed.volume[40] = f64::NAN;
    let set = core23();
    let (known, unknown) = (built(&whole, &set), built(&holed, &set));
    for (index, name) in set.columns().into_iter().enumerate() {
        let missing: Vec<usize> = (0..80).filter(|&bar| unknown[index][bar] != known[index][bar]).collect();
        let expected: Vec<usize> = match name {
            "volume" => vec![40],
            "volume_sma_20" => (40..60).collect(),
            "obv" => (40..80).collect(),
            _ => vec![],
        };
        assert_eq!(missing, expected, "{name}");
        assert!(missing.iter().all(|&bar| unknown[index][bar].is_none()), "{name}");
    }
}

fn bits(columns: &[Vec<Option<f64>>], bars: usize) -> Vec<Vec<Option<u64>>> {
    columns.iter().map(|column| column[..bars].iter().map(|value| value.map(f64::to_bits)).collect()).collect()
}

#[test]
fn expressions_build_in_steps_and_windows_keep_to_their_series() {
    let set = FeatureSet::parse("windowed", WINDOWED).unwrap();
    let btc = market::head(&market::btc(), 3000);
    let goog = market::head(&market::goog(), 50);
    let store = market::store_of(&[&btc, &goog]);
    build(&store, &set);
    for bars in [&btc, &goog] {
        let ours = values(&store, &set, bars.symbol.as_str());
        let typical = |bar: usize| (bars.high[bar] + bars.low[bar] + bars.close[bar]) / 3.0;
        let over = |bar: usize| bars.close[bar] / typical(bar) - 1.0;
        for bar in 0..bars.len() {
            let near = |column: usize, expected: Option<f64>| {
                let found = ours[column][bar];
                let same = match (found, expected) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-11 * b.abs().max(1.0),
                    (a, b) => a == b,
                };
                assert!(same, "{} at bar {bar}: {found:?} against {expected:?}", set.columns()[column]);
            };
            let day_start = (0..=bar).find(|&at| bars.session_date[at] == bars.session_date[bar]).unwrap();
            let rsi = |at: usize| ours[1][at].unwrap();
            near(0, Some(typical(bar)));
            near(2, Some(over(bar)));
            near(3, (bar >= 7).then(|| (bar - 4..=bar).map(rsi).sum::<f64>() / 5.0));
            near(4, (bar >= 2).then(|| over(bar) - (over(bar - 1) + over(bar - 2)) / 2.0));
            near(5, Some(bars.high[day_start..=bar].iter().copied().fold(f64::MIN, f64::max)));
            near(6, (bar >= 2).then(|| bars.close[bar - 2]));
            near(7, None);
            near(8, Some(f64::from(u8::from(bars.close[bar] > bars.open[bar]))));
            near(9, Some(f64::from((bars.session_date[bar] + 3).rem_euclid(7) + 1)));
        }
    }
}

/// Builds each cut of the bars as a symbol of its own and compares it to the same rows of the whole, bit by bit.
fn future_changes_nothing(bars: &Bars, set: &FeatureSet, cuts: &[usize]) {
    let parts: Vec<Bars> = cuts
        .iter()
        .enumerate()
        .map(|(n, &cut)| market::renamed(&market::head(bars, cut), &format!("CUT{n}")))
        .collect();
    let store = market::store_of(&[&[bars], &parts.iter().collect::<Vec<_>>()[..]].concat());
    build(&store, set);
    let whole = values(&store, set, bars.symbol.as_str());
    for part in &parts {
        let cut = values(&store, set, part.symbol.as_str());
        assert!(
            bits(&cut, part.len()) == bits(&whole, part.len()),
            "{} changes when bars after {} come",
            set.name(),
            part.len()
        );
    }
}

#[test]
fn bars_that_come_later_change_no_earlier_row() {
    let bars = market::head(&market::btc(), 1500);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let cuts = prop::collection::vec(1..1500_usize, 40).new_tree(&mut runner).unwrap().current();
    for set in [core23(), FeatureSet::parse("windowed", WINDOWED).unwrap()] {
        future_changes_nothing(&bars, &set, &cuts);
    }
}

#[test]
fn a_hundred_thousand_bars_stay_exact() {
    // The same thousand bars over and over: finite windows must not know how often.
    let piece = market::head(&market::goog(), 1000);
    let mut bars = Bars::empty("LONG".parse().unwrap(), Interval::M1);
    for index in 0..120_000_usize {
        let bar = piece.get(index % 1000).unwrap();
        market::push(&mut bars, Ts(index as i64 * 60_000_000), [bar.open, bar.high, bar.low, bar.close], bar.volume);
    }
    let set = core23();
    let kernels: Vec<&str> = set
        .features()
        .iter()
        .filter(|feature| matches!(feature.definition, Definition::Kernel { .. }))
        .map(|feature| feature.name.as_str())
        .collect();
    let columns = features::kernel_columns(&set, &bars);
    assert_eq!(kernels.len(), columns.len());
    for (name, column) in kernels.into_iter().zip(columns) {
        let (early, late) = (&column[1000..2000], &column[119_000..]);
        match name {
            "sma_10" | "sma_20" | "volume_sma_20" | "bb_bandwidth" | "stoch_k" | "stoch_d" | "ret_1" => {
                // Sums are kept in blocks, so the last bit may depend on where a block began.
                assert!(
                    early.iter().zip(late).all(|(a, b)| (a - b).abs() <= 1e-13 * b.abs().max(1.0)),
                    "{name} drifts"
                );
            }
            "obv" => assert!((late[0] - early[0] - 118.0 * (column[2000] - column[1000])).abs() < 1e-3, "obv drifts"),
            // A thousand bars are long enough for these to forget where they started.
            _ => {
                assert!(early.iter().zip(late).all(|(a, b)| (a - b).abs() <= 1e-8 * b.abs().max(1e-4)), "{name} drifts")
            }
        }
    }
}

#[test]
fn tables_are_documented_keyed_and_replaced() {
    let set = core23();
    let store = market::store_of(&[&market::goog(), &market::reliance()]);
    let first = build(&store, &set);
    assert_eq!((first.table.as_str(), first.columns, first.recreated.as_deref()), ("features_core23", 23, None));
    let one = SeriesFilter { symbols: vec!["GOOG".parse().unwrap()], interval: Some(Interval::D1) };
    let again = features::build(&store, &set, &one, Ts(7), &Silent).unwrap();
    assert_eq!((again.rows as usize, &again.recreated), (market::goog().len(), &None));
    let counts =
        |sql: &str| store.conn().query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap();
    let rows = counts("SELECT count(*), count(DISTINCT (symbol, interval, ts)) FROM features_core23");
    assert_eq!(rows, (first.rows, first.rows));
    let comments = counts(
        "SELECT count(*), count(comment) FILTER (comment <> '') FROM duckdb_columns() WHERE table_name = 'features_core23'",
    );
    assert_eq!(comments, (26, 26));
    let registered = counts("SELECT count(*), max(epoch_us(created_at)) FROM feature_sets WHERE name = 'core23'");
    assert_eq!(registered, (1, 0));
    let version: String =
        store.conn().query_row("SELECT version FROM feature_sets WHERE name = 'core23'", [], |row| row.get(0)).unwrap();
    assert_eq!(version, set.hash());
    let left = counts("SELECT count(*), count(*) FROM duckdb_tables() WHERE temporary");
    assert_eq!(left.0, 0, "the staging table is gone");
}

#[test]
fn a_changed_set_starts_its_table_anew_and_says_so() {
    let one = |expression: &str, name: &str| {
        let text = format!(
            "name = 'mine'\nabout = 'Mine'\n[[feature]]\nname = '{name}'\ndefinition = {{ expression = '{expression}' }}\n\
             unit = 'currency'\nrole = 'price'\nabout = 'Something'\nsource = 'test'\n"
        );
        FeatureSet::parse("mine", &text).unwrap()
    };
    let store = market::store_of(&[&market::head(&market::goog(), 10)]);
    assert_eq!(build(&store, &one("open", "first")).recreated, None);
    let columns = build(&store, &one("open", "second")).recreated.unwrap();
    assert!(columns.contains("other columns") && columns.contains("10 rows"), "{columns}");
    let version = build(&store, &one("close", "second")).recreated.unwrap();
    assert!(version.contains("another version"), "{version}");
    assert_eq!(build(&store, &one("close", "second")).recreated, None);
    let windowed = FeatureSet::parse("windowed", WINDOWED).unwrap();
    assert_eq!([build(&store, &windowed).recreated, build(&store, &windowed).recreated], [None, None]);
    let versions: i64 =
        store.conn().query_row("SELECT count(*) FROM feature_sets WHERE name = 'mine'", [], |row| row.get(0)).unwrap();
    assert_eq!(versions, 3);
}

#[test]
fn a_failing_build_changes_nothing() {
    let text = WINDOWED.replace("ln(close - close) + mod(hour(ts), 2)", "hour(close)");
    let broken = FeatureSet::parse("windowed", &text).unwrap();
    let whole = FeatureSet::parse("windowed", WINDOWED).unwrap();
    let store = market::store_of(&[&market::head(&market::goog(), 20)]);
    build(&store, &whole);
    let before = bits(&values(&store, &whole, "GOOG"), 20);
    let refused = features::build(&store, &broken, &SeriesFilter::default(), Ts(0), &Silent).unwrap_err();
    assert!(matches!(refused, FeatureError::Expression { .. }), "{refused}");
    assert!(refused.to_string().contains("line 56, feature 'infinite'"), "{refused}");
    assert_eq!(bits(&values(&store, &whole, "GOOG"), 20), before);
}

#[test]
fn a_series_without_bars_is_refused_naming_what_there_is() {
    let store = market::store_of(&[&market::head(&market::goog(), 5)]);
    let filter = SeriesFilter { symbols: vec!["GOOG".parse().unwrap(), "TSLA".parse().unwrap()], interval: None };
    let refused = features::build(&store, &core23(), &filter, Ts(0), &Silent).unwrap_err();
    assert!(refused.is_refusal());
    assert_eq!(refused.to_string(), "no bars for TSLA; the store has GOOG 1d");
    let empty = Store::in_memory().unwrap();
    let refused = features::build(&empty, &core23(), &SeriesFilter::default(), Ts(0), &Silent).unwrap_err();
    assert!(refused.to_string().contains("ws ingest csv"), "{refused}");
}
