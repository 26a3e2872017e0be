use std::time::{Duration, Instant};

use super::*;
use crate::store::Store;
use crate::store::query;

fn reading(text: &str) -> Result<Statement> {
    Statement::reading(text, Files::Refused)
}

#[test]
fn what_would_take_the_parser_minutes_is_refused_at_once() {
    let nested = |open: &str, core: &str, n: usize| format!("{}{core}{}", open.repeat(n), ")".repeat(n));
    let slow = [
        format!("SELECT * FROM {}", nested("(", "range(1)", 30_000)),
        format!("SELECT * FROM {}", nested("(", "bars", 3_000)),
        format!("SELECT * FROM {}", vec![nested("(", "bars", 250); 100].join(", ")),
        format!("SELECT a{} FROM (SELECT 1 AS a)", ".a".repeat(8_000)),
    ];
    for text in slow {
        let started = Instant::now();
        assert!(reading(&text).is_err(), "{} ..", &text[..60]);
        assert!(started.elapsed() < Duration::from_secs(10), "{} .. took {:?}", &text[..60], started.elapsed());
    }
    for usual in [
        format!("SELECT {}", nested("(", "1", 100)),
        format!("SELECT {}", vec![nested("(", "1", 6); 2_000].join(", ")),
        format!("SELECT * FROM {}", nested("(", "VALUES (1)", 40)),
        format!("SELECT a{} FROM (SELECT {{'a': {{'a': 1}}}} AS a)", ".a".repeat(2)),
    ] {
        assert!(reading(&usual).is_ok(), "{} ..", &usual[..30]);
    }
}

#[test]
fn what_nests_deep_neither_overflows_a_small_stack_nor_hangs() {
    let chain = |first: &str, more: &str, n: usize| format!("{first}{}", more.repeat(n));
    let mut deep = vec![
        chain("SELECT 1 FROM range(1)", ", range(1)", 6_000),
        chain("SELECT 1 FROM range(1) a", " CROSS JOIN range(1)", 3_000),
        chain("SELECT 1 FROM range(1)", ", LATERAL (SELECT 1)", 2_500),
        chain("SELECT true", " AND true", 7_000),
        chain("SELECT 1", " UNION ALL SELECT 1", 300),
        chain("SELECT '[]'::JSON", " -> 'a'", 7_000),
        chain("FROM (SELECT 1 a, 2 b)", " PIVOT (sum(b) FOR a IN (1))", 2_000),
        format!("SELECT '{}{}'::JSON", "[".repeat(30_000), "]".repeat(30_000)),
        format!("SELECT {}1{}", "[".repeat(30_000), "]".repeat(30_000)),
        format!("SELECT {}1{}", "{'a': ".repeat(9_000), "}".repeat(9_000)),
    ];
    let chained: String = (1..2_400).map(|n| format!(", a{n} AS (FROM a{})", n - 1)).collect();
    deep.push(format!("WITH a0 AS (SELECT 1){chained} FROM a2399"));
    // Half of what the main thread has: what passes is bound and run by whoever asked.
    let small = std::thread::Builder::new().stack_size(4 << 20);
    let run = small.spawn(move || {
        let store = Store::in_memory().unwrap().guarded().unwrap();
        for text in deep {
            let started = Instant::now();
            // Either answer is right.
            let told = query::run(&store, &text, &[]).map(|table| table.len());
            assert!(started.elapsed() < Duration::from_secs(20), "{} .. {told:?}", &text[..40]);
        }
    });
    run.unwrap().join().unwrap();
}

#[test]
fn a_statement_stands_inside_another_with_nothing_of_it_outside() {
    let within = |text: &str| reading(text).unwrap().within("SELECT * FROM", "AS given JOIN bars AS b USING (ts)");
    for text in
        ["SELECT 1 AS ts", "FROM bars -- all of them", "SELECT ';' AS ts; -- ;", "(SELECT 1 AS ts);", "VALUES (1)"]
    {
        assert!(reading(&within(text).unwrap()).is_ok(), "{text}");
    }
    assert!(within("EXPLAIN SELECT 1").is_err());
}

#[test]
fn what_asks_about_the_database_is_told_from_what_only_says_so() {
    for (text, asks) in [
        ("FROM duckdb_tables()", Some("duckdb_tables")),
        ("FROM duckdb_views", Some("duckdb_views")),
        ("FROM information_schema.tables", Some("information_schema")),
        ("FROM sqlite_master", Some("sqlite_master")),
        ("SELECT current_database()", Some("current_database")),
        ("SELECT current_catalog", Some("current_catalog")),
        ("FROM (SHOW ALL TABLES)", Some("show tables")),
        ("SELECT 'duckdb_tables' AS current_setting -- information_schema", None),
        ("FROM bars SELECT version, \"user\"", None),
    ] {
        assert_eq!(reading(text).unwrap().introspects(), asks, "{text}");
    }
}

#[test]
fn expressions_are_one_and_have_no_subquery() {
    let check = |text: &str| check_expression(text, "w AS (ORDER BY ts)", &["cs_rank"]);
    for good in ["close - open", "avg(close) OVER w", "cs_rank(close)", "CASE WHEN a THEN 1 END -- why", "(a + b) / 2"]
    {
        check(good).unwrap();
    }
    for bad in [
        "a, b",
        "a) FROM bars; DROP TABLE bars; SELECT (1",
        "a) AS x, (b",
        "a AS x",
        "*",
        "(SELECT 1)",
        "EXISTS (FROM bars)",
        "nextval('s')",
        "a FROM bars",
        "1) FROM given WHERE (true",
        "E'\\'' ) ; DROP TABLE bars; -- '",
        "",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
}
