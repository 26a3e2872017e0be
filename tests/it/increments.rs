//! Incremental builds against full ones, whatever happened in between.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use workstation::domain::{Interval, Silent, Ts};
use workstation::features::{self, BuildReport, FeatureSet};
use workstation::store::Store;
use workstation::store::series::SeriesFilter;

use crate::feature_world::{self, RICH, alone, walk};
use crate::market;
use crate::shared::study;

fn increment(store: &Store, set: &FeatureSet) -> BuildReport {
    features::increment(store, set, &SeriesFilter::default(), Ts(0), &Silent).unwrap()
}

fn sets() -> [FeatureSet; 3] {
    [
        FeatureSet::parse("rich.toml", RICH).unwrap(),
        FeatureSet::parse("alone.toml", &alone()).unwrap(),
        FeatureSet::load("core23").unwrap(),
    ]
}

/// Rows of a set's table, and their difference to a full build: missing rows, or values apart by more than 1e-12.
pub fn assert_equals_full_build(store: &Store, set: &FeatureSet, what: &str) {
    let table = set.table();
    store.conn().execute_batch(&format!("CREATE OR REPLACE TEMP TABLE kept AS FROM {table}")).unwrap();
    features::build(store, set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
    let differs: Vec<String> = set
        .columns()
        .iter()
        .map(|name| {
            format!(
                "(k.{name} IS NULL) <> (f.{name} IS NULL) OR abs(k.{name} - f.{name}) > 1e-12 * greatest(1, abs(f.{name}))"
            )
        })
        .collect();
    for (name, differs) in set.columns().iter().zip(&differs) {
        let sql = format!(
            "SELECT count(*), string_agg(concat_ws(' ', symbol, interval, ts, k.{name}, f.{name}), '; ' ORDER BY ts) FILTER (true)
             FROM kept k FULL JOIN {table} f USING (symbol, interval, ts) WHERE {differs}"
        );
        let (count, cases): (i64, Option<String>) =
            store.conn().query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let cases: String = cases.unwrap_or_default().chars().take(300).collect();
        assert_eq!(count, 0, "{}.{name} after {what}: {cases}", set.name());
    }
    let count = |table: &str| -> i64 {
        store.conn().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("kept"), count(&table), "{} after {what}", set.name());
}

fn hows(report: &BuildReport) -> Vec<&str> {
    report.series.iter().map(|series| series.how.as_str()).collect()
}

#[test]
fn what_changed_is_found_and_what_did_not_is_left() {
    let store = feature_world::store(30);
    let [rich, alone, core23] = sets();
    for set in [&rich, &alone, &core23] {
        assert!(hows(&increment(&store, set)).iter().all(|how| *how == "built"), "{}", set.name());
        assert!(hows(&increment(&store, set)).iter().all(|how| *how == "unchanged"), "{}", set.name());
    }
    // A new bar of one symbol: that series goes on, and where symbols are compared every row from its close on.
    market::append(&store, &walk("BBB", Interval::H1, 30, 1, 7));
    let report = increment(&store, &alone);
    assert_eq!(report.series.iter().filter(|series| series.how == "appended").count(), 1);
    assert_eq!(report.rows, feature_world::HOURS);
    assert_equals_full_build(&store, &alone, "a new day");
    let report = increment(&store, &rich);
    assert_eq!(hows(&report), ["unchanged", "appended", "unchanged", "appended", "appended", "appended"]);
    assert_eq!(report.rows, feature_world::HOURS, "only BBB has bars at these closes");
    assert_equals_full_build(&store, &rich, "a new day");
    // Another symbol's bars follow later, at instants where rows were already compared, and joined.
    let compared = FeatureSet::parse("compared.toml", COMPARED).unwrap();
    increment(&store, &compared);
    market::append(&store, &walk("AAA", Interval::H1, 30, 1, 8));
    let report = increment(&store, &compared);
    assert_eq!(report.rows, 2 * feature_world::HOURS, "{report:?}");
    assert_equals_full_build(&store, &compared, "a peer's bars came later");
    let report = increment(&store, &rich);
    assert!(hows(&report).contains(&"built anew: what it was made of changed"), "{report:?}");
    assert_equals_full_build(&store, &rich, "a joined symbol's bars came later");
}

/// Only ranks: a late bar of a peer changes rows from its close on, and none before.
const COMPARED: &str = r#"
name = "compared"
about = "Ranks"
[[feature]]
name = "rank"
definition = { expression = "cs_rank(close / open)" }
unit = "0 to 1"
role = "bounded"
"#;

#[test]
fn whatever_happens_an_increment_equals_a_full_build() {
    let mutations = [
        (
            "an old bar was revised",
            "UPDATE bars SET close = close * 1.001 WHERE symbol = 'BBB' AND interval = '1h' AND ts = (SELECT min(ts) + INTERVAL 3 DAY FROM bars WHERE symbol = 'BBB' AND interval = '1h')",
        ),
        (
            "sentiment came late",
            "INSERT INTO sentiment_snapshots SELECT symbol, close_ts - INTERVAL 3 MINUTE, session_date, 'late', 0.77, 1, close_ts, NULL FROM bars WHERE interval = '1h' AND symbol = 'CCC' AND hour(ts) = 11",
        ),
        (
            "a joined daily bar was revised",
            "UPDATE bars SET close = close + 1 WHERE symbol = 'AAA' AND interval = '1d' AND session_date = (SELECT min(session_date) + 4 FROM bars)",
        ),
        ("the universe changed", "UPDATE universe SET \"to\" = \"from\" + 15 WHERE symbol = 'DDD'"),
        (
            "a bar came in between",
            "INSERT INTO bars BY NAME SELECT * REPLACE (ts + INTERVAL 30 MINUTE AS ts, close_ts + INTERVAL 30 MINUTE AS close_ts) FROM bars WHERE symbol = 'DDD' AND interval = '1h' AND ts = (SELECT min(ts) + INTERVAL 5 DAY FROM bars WHERE symbol = 'DDD' AND interval = '1h')",
        ),
        (
            "a bar was deleted",
            "DELETE FROM bars WHERE symbol = 'AAA' AND interval = '1h' AND ts = (SELECT min(ts) + INTERVAL 2 DAY FROM bars WHERE symbol = 'AAA' AND interval = '1h')",
        ),
        ("a symbol went away", "DELETE FROM bars WHERE symbol = 'DDD' AND interval = '1h'"),
        ("a state was lost", "DELETE FROM feature_state WHERE symbol = 'BBB'"),
        (
            "rows were lost",
            "DELETE FROM features_rich WHERE symbol = 'AAA' AND hour(ts) = 11; DELETE FROM features_alone WHERE symbol = 'AAA' AND hour(ts) = 11; DELETE FROM features_core23 WHERE symbol = 'AAA' AND hour(ts) = 11",
        ),
    ];
    let store = feature_world::store(30);
    let sets = sets();
    sets.iter().for_each(|set| drop(increment(&store, set)));
    for (day, (what, sql)) in (30..).zip(mutations) {
        // New bars come together with the change.
        market::append(&store, &walk("AAA", Interval::H1, day, 1, day as u64));
        market::append(&store, &walk("AAA", Interval::D1, day, 1, day as u64));
        store.conn().execute_batch(sql).unwrap();
        for set in &sets {
            let report = increment(&store, set);
            assert!(hows(&report).iter().any(|how| *how != "unchanged"), "{what}");
            assert_equals_full_build(&store, set, what);
        }
    }
    market::append(&store, &walk("NEW", Interval::H1, 5, 40, 99));
    for set in &sets {
        increment(&store, set);
        assert_equals_full_build(&store, set, "a new symbol");
    }
}

#[test]
fn bars_arriving_in_random_pieces_give_the_same_rows() {
    let [rich, alone, _] = sets();
    for seed in 0..study(1, 4) as u64 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let whole = feature_world::store(26);
        // Everything is there but the bars of the last sessions, which come in random pieces.
        whole
            .conn()
            .execute_batch(
                "CREATE TEMP TABLE later AS FROM bars WHERE session_date > (SELECT min(session_date) + 12 FROM bars);
             DELETE FROM bars WHERE session_date > (SELECT min(session_date) + 12 FROM bars)",
            )
            .unwrap();
        for piece in 0..8 {
            let known = 13.0 + f64::from(piece) * 2.0;
            for symbol in ["AAA", "BBB", "CCC", "DDD"] {
                let hours = ((known + random.random::<f64>() * 3.0) * 24.0) as i64;
                whole.conn().execute_batch(&format!(
                    "INSERT INTO bars FROM later l WHERE symbol = '{symbol}'
                         AND close_ts <= (SELECT min(ts) FROM later) + INTERVAL {} HOUR
                         AND NOT EXISTS (SELECT 1 FROM bars b WHERE (b.symbol, b.interval, b.ts) = (l.symbol, l.interval, l.ts))",
                    hours - 13 * 24
                )).unwrap();
            }
            increment(&whole, &rich);
            increment(&whole, &alone);
        }
        whole.conn().execute_batch("INSERT INTO bars FROM later l WHERE NOT EXISTS (SELECT 1 FROM bars b WHERE (b.symbol, b.interval, b.ts) = (l.symbol, l.interval, l.ts))").unwrap();
        increment(&whole, &rich);
        assert_equals_full_build(&whole, &rich, &format!("random pieces, seed {seed}"));
        increment(&whole, &alone);
        assert_equals_full_build(&whole, &alone, &format!("random pieces, seed {seed}"));
    }
}

#[test]
fn another_version_of_the_set_starts_anew() {
    let store = feature_world::store(12);
    let set = FeatureSet::parse("alone.toml", &alone()).unwrap();
    increment(&store, &set);
    let changed = FeatureSet::parse("alone.toml", &alone().replace("lag(close, 5)", "lag(close, 6)")).unwrap();
    let report = increment(&store, &changed);
    assert!(report.recreated.is_some() && hows(&report).iter().all(|how| *how == "built"), "{report:?}");
    assert_equals_full_build(&store, &changed, "a changed set");
}

#[test]
fn a_failed_increment_leaves_everything_as_it_was() {
    let store = feature_world::store(12);
    let set = FeatureSet::parse("alone.toml", &alone()).unwrap();
    increment(&store, &set);
    let shot = "SELECT (SELECT bit_xor(hash(f)) FROM features_alone f)::VARCHAR || (SELECT bit_xor(hash(s)) FROM feature_state s)";
    market::append(&store, &walk("BBB", Interval::H1, 12, 1, 7));
    store
        .conn()
        .execute_batch("UPDATE feature_state SET state = '\\x01'::BLOB WHERE symbol = 'BBB' AND interval = '1h'")
        .unwrap();
    let report = increment(&store, &set);
    assert!(hows(&report).contains(&"built anew: its saved state was damaged"), "{report:?}");
    assert_equals_full_build(&store, &set, "a damaged state");
    // What fails midway changes nothing.
    let shot = || -> String { store.conn().query_row(shot, [], |row| row.get(0)).unwrap() };
    let before = shot();
    market::append(&store, &walk("CCC", Interval::H1, 12, 1, 7));
    store.conn().execute_batch("ALTER TABLE stale_marks RENAME TO away").unwrap();
    assert!(features::increment(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).is_err());
    assert!(features::build(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).is_err());
    store.conn().execute_batch("ALTER TABLE away RENAME TO stale_marks").unwrap();
    assert_eq!(shot(), before);
    // A full build needs no state.
    features::build(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
    assert!(hows(&increment(&store, &set)).iter().all(|how| *how == "unchanged"));
}

/// Ranks of a return, and windows over them: what is compared must be complete wherever any symbol looks back.
pub const NESTED: &str = r#"
name = "nested"
about = "Windows over cross-sections"
[[feature]]
name = "ret"
definition = { expression = "close / lag(close, 1) - 1" }
unit = "fraction"
role = "return"
[[feature]]
name = "place"
definition = { expression = "cs_rank(ret)" }
unit = "0 to 1"
role = "bounded"
[[feature]]
name = "mean_place"
definition = { expression = "avg(place) OVER last_5" }
unit = "0 to 1"
role = "bounded"
[[feature]]
name = "place_of_mean"
definition = { expression = "cs_rank(mean_place)" }
unit = "0 to 1"
role = "bounded"
[[feature]]
name = "earlier"
definition = { expression = "lag(place_of_mean, 3)" }
unit = "0 to 1"
role = "bounded"
[[feature]]
name = "peers_n"
definition = { expression = "count(close) OVER peers" }
unit = "symbols"
role = "flow"
"#;

#[test]
fn comparisons_over_series_with_gaps_see_the_same_peers() {
    let store = feature_world::store(20);
    let set = FeatureSet::parse("nested.toml", NESTED).unwrap();
    store.conn().execute_batch("DELETE FROM bars WHERE symbol = 'BBB' AND hour(ts) % 3 > 0").unwrap();
    increment(&store, &set);
    for (n, symbol) in ["AAA", "BBB", "CCC", "DDD"].into_iter().enumerate() {
        market::append(&store, &walk(symbol, Interval::H1, 20, 1, 40 + n as u64));
    }
    store.conn().execute_batch("DELETE FROM bars WHERE symbol = 'BBB' AND hour(ts) % 3 > 0").unwrap();
    let report = increment(&store, &set);
    assert!(hows(&report).contains(&"appended"), "{report:?}");
    assert_equals_full_build(&store, &set, "gaps");
}

#[test]
fn a_filter_leaves_other_series_alone() {
    let store = feature_world::store(12);
    let set = FeatureSet::parse("nested.toml", NESTED).unwrap();
    increment(&store, &set);
    store.conn().execute_batch("DELETE FROM bars WHERE symbol = 'CCC' AND interval = '1h'").unwrap();
    let daily = SeriesFilter { symbols: vec![], interval: Some(Interval::D1) };
    let report = features::increment(&store, &set, &daily, Ts(0), &Silent).unwrap();
    assert!(hows(&report).iter().all(|how| *how == "unchanged"), "{report:?}");
    let report = increment(&store, &set);
    assert!(hows(&report).contains(&"removed: it has no bars any more"), "{report:?}");
    assert_equals_full_build(&store, &set, "a series vanished while others were built");
    // A full build removes what has no bars, too.
    store.conn().execute_batch("DELETE FROM bars WHERE symbol = 'DDD'").unwrap();
    features::build(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
    let left: i64 = store
        .conn()
        .query_row("SELECT count(*) FROM features_nested WHERE symbol = 'DDD'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn what_no_longer_follows_is_told() {
    let store = feature_world::store(20);
    let [rich, alone, _] = sets();
    increment(&store, &rich);
    increment(&store, &alone);
    let outdated = |set: &FeatureSet| -> Vec<String> {
        let found = features::outdated(&store, set.name(), set.hash(), Interval::H1, &[]).unwrap();
        found.iter().map(ToString::to_string).collect()
    };
    assert!(outdated(&rich).is_empty() && outdated(&alone).is_empty());
    store.conn().execute_batch("UPDATE bars SET close = close + 1 WHERE symbol = 'BBB' AND interval = '1d' AND session_date = (SELECT min(session_date) + 3 FROM bars)").unwrap();
    assert_eq!(outdated(&alone), ["BBB"], "a joined daily bar");
    store.conn().execute_batch("UPDATE universe SET \"to\" = \"from\" + 5 WHERE symbol = 'AAA'").unwrap();
    assert_eq!(outdated(&rich).len(), 4, "the universe");
    increment(&store, &rich);
    assert!(outdated(&rich).is_empty());
}
