use super::*;

const SERIES: &str = "PARTITION BY symbol, interval ORDER BY ts";

#[test]
fn backward_windows_pass_and_tell_their_reach() {
    let read = |text: &str| Expression::parse(text).unwrap();
    let mean = read(&format!("close / avg(close) OVER ({SERIES} ROWS BETWEEN 19 PRECEDING AND CURRENT ROW) - 1"));
    assert_eq!((mean.back(), mean.warmup(), mean.columns()), (19, 19, &["close".to_string()][..]));
    let lagged = read(&format!("lag(close + open, 3) OVER ({SERIES})"));
    assert_eq!((lagged.back(), lagged.warmup()), (3, 3));
    let daily = read(
        "max(high) OVER (PARTITION BY symbol, interval, session_date ORDER BY ts ROWS BETWEEN 400 PRECEDING AND 1 PRECEDING)",
    );
    assert_eq!((daily.back(), daily.warmup()), (400, 0));
    let plain = read("CASE WHEN volume IS NOT NULL AND (close > open) THEN ln(volume) ELSE CAST(0 AS DOUBLE) END");
    assert_eq!((plain.back(), plain.columns().len()), (0, 3));
    assert!(read("close").is_column("close"));
    let short = read("close / lag(close, 2) - avg(close) OVER last_20");
    assert_eq!((short.back(), short.sql()), (19, "close / lag(close, 2) OVER series - avg(close) OVER last_20"));
    assert_eq!(short.windows().len(), 2);
    let across = read("cs_rank(close / open) + close - avg(close) OVER peers");
    assert!(across.is_across() && across.back() == 0);
    assert_eq!(read("sum(volume) OVER session").warmup(), 0);
}

#[test]
fn everything_that_could_look_ahead_is_refused() {
    let frame = |frame: &str| format!("avg(close) OVER ({SERIES} {frame})");
    let leaks = [
        "lead(close, 1) OVER (PARTITION BY symbol, interval ORDER BY ts)".to_string(),
        format!("lag(close, -1) OVER ({SERIES})"),
        format!("lag(close, 0) OVER ({SERIES})"),
        "lag(close, 0)".to_string(),
        "avg(close) OVER next_5".to_string(),
        "lag + sum(close) OVER series".to_string(),
        "first_value(close) OVER peers".to_string(),
        frame("ROWS BETWEEN 20000 PRECEDING AND CURRENT ROW"),
        "avg(close) OVER last_0".to_string(),
        "avg(close) OVER series".to_string(),
        "avg(avg(close) OVER last_5) OVER last_5".to_string(),
        "cs_rank(lag(close, 1))".to_string(),
        "cs_rank(close) OVER last_5".to_string(),
        "lag(close, 1) OVER last_5".to_string(),
        format!("lag(close) OVER ({SERIES})"),
        format!("lag(close, -3, 5) OVER ({SERIES})"),
        format!("lag(close, open) OVER ({SERIES})"),
        frame("ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING"),
        frame("ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"),
        frame("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
        frame("ROWS BETWEEN 1 PRECEDING AND 5 PRECEDING"),
        frame("RANGE BETWEEN 5 PRECEDING AND CURRENT ROW"),
        frame("DESC ROWS BETWEEN 5 PRECEDING AND CURRENT ROW"),
        frame("ROWS BETWEEN -5 PRECEDING AND CURRENT ROW"),
        frame(""),
        "avg(close) OVER ()".to_string(),
        "avg(close)".to_string(),
        "avg(close) OVER w".to_string(),
        "avg(close) OVER (PARTITION BY interval ORDER BY ts ROWS BETWEEN 5 PRECEDING AND CURRENT ROW)".to_string(),
        "avg(close) OVER (PARTITION BY symbol, interval ORDER BY -ts ROWS BETWEEN 5 PRECEDING AND CURRENT ROW)"
            .to_string(),
        "(SELECT max(close) FROM bars)".to_string(),
        "close, lag(close, 1)".to_string(),
        "close) AS x, (open".to_string(),
        "random()".to_string(),
        String::new(),
    ];
    for leak in leaks {
        let refused = Expression::parse(&leak);
        assert!(refused.is_err(), "{leak} passed");
    }
}
