//! Every view on a populated store: its header tells the truth, nothing is infinite, a run's filter reaches the
//! tables, and run_performance equals an implementation that shares nothing with it.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;
use workstation::store::duckdb::Row;
use workstation::store::duckdb::types::FromSql;
use workstation::store::named::{self, NamedQuery};
use workstation::store::{Store, params, query, views};

mod independent;

const FIXTURE: &str = include_str!("views_fixture.sql");

/// The one populated store, which the tests of this file only read.
fn populated() -> MutexGuard<'static, Store> {
    static STORE: OnceLock<Mutex<Store>> = OnceLock::new();
    let store = STORE.get_or_init(|| {
        let store = Store::in_memory().unwrap();
        store.conn().execute_batch(FIXTURE).unwrap();
        Mutex::new(store)
    });
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

fn one<T: FromSql>(store: &Store, sql: &str) -> T {
    store.conn().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn all<T>(store: &Store, sql: &str, run: &str, read: impl Fn(&Row<'_>) -> T) -> Vec<T> {
    let mut statement = store.conn().prepare(sql).unwrap();
    let rows = statement.query_map(params![run], |row| Ok(read(row))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn grain_columns_are_unique_and_never_null() {
    let store = populated();
    for view in views::all().unwrap() {
        let (name, grain) = (view.name, view.grain.join(", "));
        let rows: i64 = one(&store, &format!("SELECT count(*) FROM {name}"));
        assert!(rows > 0, "{name} is empty: the fixture has nothing for it");
        let keys: i64 = one(&store, &format!("SELECT count(*) FROM (SELECT DISTINCT {grain} FROM {name})"));
        assert_eq!(keys, rows, "{name} is not unique by {grain}");
        for column in &view.grain {
            let nulls: i64 = one(&store, &format!("SELECT count(*) FROM {name} WHERE {column} IS NULL"));
            assert_eq!(nulls, 0, "{name}.{column}");
        }
    }
}

#[test]
fn headers_name_every_column_in_order_and_comments_arrive() {
    let store = populated();
    for view in views::all().unwrap() {
        let found = all(
            &store,
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            view.name,
            |row| (row.get::<_, String>(0).unwrap(), row.get::<_, Option<String>>(1).unwrap().unwrap_or_default()),
        );
        assert_eq!(view.columns, found, "{}", view.name);
        assert!(found.iter().all(|(_, comment)| !comment.is_empty()), "{}", view.name);
    }
    let bare: Option<String> = one(
        &store,
        "SELECT string_agg(table_name || '.' || column_name, ', ') FROM duckdb_columns()
         WHERE NOT internal AND database_name <> 'temp' AND coalesce(comment, '') = ''",
    );
    assert_eq!(bare, None, "columns without a comment");
}

#[test]
fn no_view_calls_the_clock() {
    for view in views::all().unwrap() {
        let body = view.body.to_lowercase();
        for word in ["now()", "current_date", "current_timestamp", "current_time", "today()", "random("] {
            assert!(!body.contains(word), "{} calls {word}", view.name);
        }
    }
}

#[test]
fn numbers_are_finite_and_drawdowns_never_positive() {
    let store = populated();
    for view in views::all().unwrap() {
        let doubles = all(
            &store,
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND data_type IN ('DOUBLE', 'FLOAT')",
            view.name,
            |row| row.get::<_, String>(0).unwrap(),
        );
        let mut faults = vec!["0".to_string()];
        for column in doubles {
            let limit = if column.contains("drawdown") { "0" } else { "'infinity'::DOUBLE" };
            faults.push(format!("count(*) FILTER (NOT isfinite(\"{column}\") OR \"{column}\" > {limit})"));
        }
        let wild: i64 = one(&store, &format!("SELECT 0 + {} FROM {}", faults.join(" + "), view.name));
        assert_eq!(wild, 0, "{}: infinite values, or drawdowns above 0", view.name);
        let huge: i64 = one(
            &store,
            &format!(
                "SELECT count(*) FROM duckdb_columns() WHERE table_name = '{}' AND data_type = 'HUGEINT'",
                view.name
            ),
        );
        assert_eq!(huge, 0, "{}: clients know no 128-bit integers", view.name);
    }
}

/// DuckDB 1.5 can't read a view of DuckDB 2 in which `lag` or `lead` have a default value.
#[test]
fn older_clients_can_read_the_windows() {
    for view in views::all().unwrap() {
        for start in ["lag(", "lead("] {
            for (at, _) in view.body.match_indices(start) {
                let arguments = view.body[at + start.len()..].split(')').next().unwrap();
                assert!(!arguments.contains(','), "{}: {start}{arguments})", view.name);
            }
        }
    }
}

/// A run among millions of rows is quick only when its filter reaches the scans through every CTE and window.
#[test]
fn a_filter_on_the_run_reaches_every_large_table() {
    let store = populated();
    let large = ["equity", "predictions", "prediction_traces", "trades", "fills", "orders", "run_returns"];
    for view in views::all().unwrap().iter().filter(|view| view.grain.contains(&"run_id".to_string())) {
        let plan: String = store
            .conn()
            .query_row(
                &format!("EXPLAIN (FORMAT json) SELECT * FROM {} WHERE run_id = 'bt-walk'", view.name),
                [],
                |row| row.get(1),
            )
            .unwrap();
        let mut scans = Vec::new();
        scans_of(&serde_json::from_str(&plan).unwrap(), &mut scans);
        assert!(!scans.is_empty(), "{}: no scan found in {plan}", view.name);
        for (table, filters) in scans {
            let name = table.rsplit('.').next().unwrap_or(&table);
            assert!(!large.contains(&name) || filters.contains("run_id"), "{} scans all of {table}", view.name);
        }
    }
}

/// (table, its filters) of every scan in a plan.
fn scans_of(node: &Value, found: &mut Vec<(String, String)>) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| scans_of(node, found)),
        Value::Object(fields) => {
            let info = &fields["extra_info"];
            if let Some(table) = info["Table"].as_str() {
                found.push((table.to_string(), info["Filters"].to_string()));
            }
            scans_of(&fields["children"], found);
        }
        _ => {}
    }
}

#[test]
fn every_named_query_answers() {
    let store = populated();
    let queries = named::all();
    assert!(queries.len() >= 12, "{} queries", queries.len());
    for query in &queries {
        assert!(!query.about.is_empty(), "{} has no about line", query.name);
        assert!(queries.iter().filter(|other| other.name == query.name).count() == 1, "{} is there twice", query.name);
        let given = required(query);
        let table = named::run(&store, query, &given).unwrap_or_else(|error| panic!("{}: {error}", query.name));
        assert!(!table.is_empty() || query.name == "feature_sets", "{} found nothing", query.name);
        for param in &query.params {
            assert!(query.text.contains(&format!("${}", param.name)), "{} ignores {}", query.name, param.name);
        }
    }
}

/// Values for the parameters that have no default: the run each query is about.
fn required(query: &NamedQuery) -> Vec<(String, String)> {
    let run = match (query.group, query.name) {
        ("research", _) => "tr-one",
        (_, "lineage") => "bt-model",
        _ => "bt-walk",
    };
    let wanted = query.params.iter().filter(|param| param.default.is_none());
    wanted
        .map(|param| (param.name.clone(), if param.name == "other" { "bt-model".into() } else { run.to_string() }))
        .collect()
}

#[test]
fn a_query_of_an_unknown_run_is_empty_not_wrong() {
    let store = populated();
    for query in named::all().iter().filter(|query| query.params.iter().any(|param| param.name == "run")) {
        let given: Vec<_> =
            query.params.iter().filter(|param| param.default.is_none() || param.name == "run").collect();
        let given: Vec<(String, String)> =
            given.iter().map(|param| (param.name.clone(), "x'; DROP TABLE runs; --".into())).collect();
        assert_eq!(named::run(&store, query, &given).unwrap().len(), 0, "{}", query.name);
    }
}

#[test]
fn traces_give_one_answer_by_run_and_by_strategy() {
    let store = populated();
    let pairs = query::run(
        &store,
        "SELECT c.n - r.n_all AS n, c.accuracy - r.accuracy_all AS a, c.precision_long - r.precision_long_all AS pl,
                c.precision_short - r.precision_short_all AS ps, c.hit_ratio - r.hit_ratio_all AS h,
                c.win_rate - r.win_rate_all AS w, c.mean_return - r.mean_return_all AS m, c.sharpe - r.sharpe_all AS s
         FROM classification_report AS c JOIN runs USING (run_id) JOIN rolling_performance AS r USING (strategy)",
        &[],
    )
    .unwrap();
    assert_eq!(pairs.len(), 2);
    for row in pairs.json_rows() {
        for (name, gap) in row.as_object().unwrap() {
            assert!(gap.as_f64().unwrap().abs() < 1e-12, "{name}: {gap}");
        }
    }
}

#[test]
fn run_performance_equals_an_independent_implementation() {
    let store = populated();
    let runs = ["bt-walk", "bt-flat", "bt-week", "bt-model"];
    assert_eq!(one::<i64>(&store, "SELECT count(*) FROM run_performance"), runs.len() as i64);
    for run in runs {
        let table = query::run(&store, "SELECT * FROM run_performance WHERE run_id = ?", &[Some(run.into())]).unwrap();
        let view = table.json_rows().remove(0);
        for (metric, expected) in independent::metrics(&store, run) {
            let found = view[metric].as_f64();
            let close = match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(close, "{run}.{metric}: view {found:?}, here {expected:?}");
        }
    }
}
