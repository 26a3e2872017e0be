//! Metrics come out the same, bit by bit, on any number of threads: over tables of several row groups, which threads share
//! among them.

use workstation::store::Store;

const FIXTURE: &str = include_str!("reproducible_fixture.sql");

/// Views whose values are stored, replayed or chosen by.
const VIEWS: [&str; 12] = [
    "run_performance",
    "daily_returns",
    "monthly_returns",
    "trade_stats",
    "execution_quality",
    "classification_report",
    "rolling_performance",
    "classifier_metrics",
    "threshold_sweep",
    "calibration",
    "symbol_breakdown",
    "information_coefficient",
];

/// All of a view as text: the shortest digits that tell each double from its neighbours.
fn text(store: &Store, view: &str) -> String {
    let sql = format!("SELECT CAST(list(CAST(v AS VARCHAR) ORDER BY CAST(v AS VARCHAR)) AS VARCHAR) FROM {view} AS v");
    store.conn().query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn every_number_of_threads_gives_the_same_metrics() {
    let store = Store::in_memory().unwrap();
    store.conn().execute_batch(FIXTURE).unwrap();
    let rows: i64 = store.conn().query_row("SELECT count(*) FROM trades", [], |row| row.get(0)).unwrap();
    assert!(rows > 2 * 122_880, "several row groups");
    let all = |threads: usize| -> Vec<String> {
        store.conn().execute_batch(&format!("SET threads = {threads}")).unwrap();
        VIEWS.iter().map(|view| text(&store, view)).collect()
    };
    let alone = all(1);
    for (view, text) in VIEWS.iter().zip(&alone) {
        assert!(text.len() > 40, "{view} is empty: {text}");
    }
    for threads in [2, 8] {
        for (view, (alone, shared)) in VIEWS.iter().zip(alone.iter().zip(all(threads))) {
            assert!(*alone == shared, "{view} differs on {threads} threads");
        }
    }
}
