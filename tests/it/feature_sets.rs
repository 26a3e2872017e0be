//! Feature sets as data: what they say, what is wrong with them, and the script made of them.

use workstation::features::{self, FeatureError, FeatureSet, Role};

/// Expressions of every kind: two steps, windows over features, a daily window, a lag, a redefined column.
pub const WINDOWED: &str = r#"
name = "windowed"
about = """Windows of
every allowed form"""
[[feature]]
name = "vwap"
definition = { expression = "coalesce(vwap, (high + low + close) / 3)" }
unit = "currency"
role = "price"
about = "It's the bar's own or typical price"
source = "test"
[[feature]]
name = "rsi_3"
definition = { kernel = "rsi", input = "close", n = 3 }
unit = "0 to 100"
role = "bounded"
about = "RSI"
source = "test"
[[feature]]
name = "over_vwap"
definition = { expression = "close / vwap - 1" }
unit = "fraction"
role = "return"
about = "Close over vwap"
source = "test"
[[feature]]
name = "rsi_mean"
definition = { expression = "avg(rsi_3) OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)" }
unit = "0 to 100"
role = "bounded"
about = "Mean RSI of 5 bars"
source = "test"
[[feature]]
name = "over_mean"
definition = { expression = "over_vwap - avg(over_vwap) OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)" }
unit = "fraction"
role = "return"
about = "Against the two bars before"
source = "test"
[[feature]]
name = "day_high"
definition = { expression = "max(high) OVER (PARTITION BY symbol, interval, session_date ORDER BY ts ROWS BETWEEN 2000 PRECEDING AND CURRENT ROW)" }
unit = "currency"
role = "price"
about = "Highest price of the session so far"
source = "test"
[[feature]]
name = "two_back"
definition = { expression = "lag(close, 2) OVER (PARTITION BY symbol, interval ORDER BY ts)" }
unit = "currency"
role = "price"
about = "Close two bars ago"
source = "test"
[[feature]]
name = "infinite"
definition = { expression = "ln(close - close) + mod(hour(ts), 2)" }
unit = "none"
role = "return"
about = "Never finite"
source = "test"
[[feature]]
name = "up"
definition = { expression = "close > open" }
unit = "0 or 1"
role = "bounded"
about = "Whether the bar closed higher"
source = "test"
[[feature]]
name = "weekday"
definition = { expression = "isodow(session_date)" }
unit = "1 to 7"
role = "bounded"
about = "Monday is 1"
source = "test"
"#;

#[test]
fn sets_say_what_is_wrong_with_them() {
    let refused = |text: &str| FeatureSet::parse("mine.toml", text).unwrap_err().to_string();
    let feature = |name: &str, definition: &str| {
        format!(
            "name = 'mine'\nabout = ''\n[[feature]]\nname = 'first'\ndefinition = {{ expression = 'close' }}\nunit = ''\n\
             role = 'price'\nabout = ''\nsource = ''\n[[feature]]\nname = '{name}'\ndefinition = {definition}\nunit = ''\n\
             role = 'price'\nabout = ''\nsource = ''\n"
        )
    };
    let cases = [
        (feature("a b", "{ expression = 'close' }"), "'a b' is no usable name"),
        (feature("select", "{ expression = 'close' }"), "a word of SQL"),
        (feature("symbol", "{ expression = 'close' }"), "a key or input column"),
        (feature("first", "{ expression = 'close' }"), "used twice"),
        (feature("x", "{ expression = 'clse' }"), "unknown column 'clse'"),
        (feature("x", "{ expression = 'lead(close, 1)' }"), "'lead' looks ahead"),
        (feature("x", "{ expression = 'close', n = 2 }"), "'n' doesn't go with an expression"),
        (feature("x", "{ kernel = 'smma', input = 'close', n = 2 }"), "unknown kernel 'smma'; did you mean 'sma'?"),
        (
            feature("x", "{ kernel = 'sma', input = 'close' }"),
            "'sma' needs n; write { kernel = \"sma\", input = \"close\", n = .. }",
        ),
        (feature("x", "{ kernel = 'sma', input = 'close', n = 2, m = 3 }"), "kernel 'sma' has no 'm'"),
        (feature("x", "{ kernel = 'sma', input = 'close', n = 0 }"), "n = 0 is out of range"),
        (feature("x", "{ kernel = 'sma', input = 'close', n = 2, output = 'k' }"), "has one output"),
        (feature("x", "{ kernel = 'stoch', n = 14, k = 3, d = 3 }"), "add output = one of k, d"),
        (
            feature("x", "{ kernel = 'macd', input = 'close', fast = 9, slow = 9, signal = 3, output = 'hist' }"),
            "below slow",
        ),
        (feature("open", "{ kernel = 'ret', input = 'close', n = 1 }"), "can't be named like a column of the bar"),
        (feature("x", "{}"), "needs { kernel ="),
        ("name = 'Mine'\nabout = ''".to_string(), "'Mine' is no usable name"),
        ("name = 'mine'\nabout = ''".to_string(), "it has no [[feature]]"),
        ("name = 'mine'".to_string(), "missing field `about`"),
        ("name = ".to_string(), "mine.toml:1: "),
        (feature("x", "{ kernel = 'sma', input = 'clse', n = 2 }"), "mine.toml:12: feature 'x': unknown column 'clse'"),
        (feature("x", "{ kernel = 'obv', input = 'close' }"), "reads whole bars"),
        (feature("x", "{ kernel = 'sma', input = 'close', n = 2.5 }"), "must be a whole number"),
        (feature("x", "{ expression = 'avg(close) OVER last_20000' }"), "must be from 1 to 10000"),
        (
            feature(
                "x",
                "{ expression = 'avg(close) OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)' }",
            ),
            "'following' looks ahead",
        ),
        (feature("x", "{ expression = \"e'a' is null\" }"), "a text must stand by itself"),
        (feature("double", "{ expression = 'close' }"), "a word of SQL"),
        (feature("lag", "{ expression = 'close' }"), "a word of SQL"),
        (
            feature(
                "x",
                "{ expression = 'sum(close) OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN 20000 PRECEDING AND CURRENT ROW)' }",
            ),
            "at most 10000 bars",
        ),
        (feature("x", "{ expression = 'last_value(close) OVER peers' }"), "peers have no order"),
        (format!("universe = 'u'\n{}", feature("x", "{ expression = 'close' }")), "compares no symbols"),
        (
            format!("{}[[asof]]\nname = 'd'\ninterval = '1d'\n", feature("x", "{ expression = 'close' }")),
            "nothing reads the columns of as-of 'd'",
        ),
        (feature("last_20", "{ expression = 'close' }"), "that of a window"),
        (feature("x", "{ expression = 'x + 1' }"), "mine.toml:12: feature 'x': it depends on itself: x -> x"),
        (format!("universe = ''\n{}", feature("x", "{ expression = 'close' }")), "mine.toml:1: universe must be"),
        (format!("extends = 'core24'\n{}", feature("x", "{ expression = 'close' }")), "extends = 'core24'"),
        (format!("extends = 'core23'\n{}", feature("sma_10", "{ expression = 'close' }")), "the name is used twice"),
        (
            format!("{}[[asof]]\nname = 'd'\n", feature("x", "{ expression = 'close' }")),
            "mine.toml:17: as-of 'd' must name another",
        ),
        (format!("{}[[asof]]\nname = 'd'\ninterval = '2d'\n", feature("x", "{ expression = 'close' }")), "as-of 'd': "),
        (
            format!("{}[[asof]]\nname = 'd'\ninterval = '1d'\n", feature("d_close", "{ expression = 'close' }")),
            "the name is that of an as-of column",
        ),
        (
            format!("{}[[asof]]\nname = 'd'\ninterval = '1d'\n", feature("x", "{ expression = 'd_clos' }")),
            "unknown column 'd_clos'",
        ),
    ];
    for (text, expected) in cases {
        let found = refused(&text);
        assert!(found.contains(expected) && found.contains("mine.toml"), "'{found}' should say '{expected}'");
    }
    let cycle = feature("x", "{ expression = 'first + 1' }").replace("'close' }", "'x * 2' }");
    assert!(
        refused(&cycle).contains("mine.toml:5: feature 'first': it depends on itself: first -> x -> first"),
        "{}",
        refused(&cycle)
    );
    let later =
        feature("x", "{ expression = 'close' }").replacen("expression = 'close' }", "expression = 'x + 1' }", 1);
    assert!(FeatureSet::parse("mine.toml", &later).is_ok(), "features may be listed in any order");
    // A column of the bar under its own name is the same before and after.
    assert!(FeatureSet::parse("mine.toml", &feature("close", "{ expression = 'close' }")).is_ok());
}

#[test]
fn sets_come_by_name_or_by_path() {
    assert_eq!(FeatureSet::known().collect::<Vec<_>>(), ["core23", "intraday"]);
    let unknown = FeatureSet::load("core24").unwrap_err();
    assert!(unknown.is_refusal() && unknown.to_string().contains("known: core23"), "{unknown}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let load = || FeatureSet::load(path.to_str().unwrap());
    assert!(matches!(load().unwrap_err(), FeatureError::Read { .. }));
    std::fs::write(&path, WINDOWED).unwrap();
    assert_eq!(load().unwrap(), FeatureSet::parse("elsewhere", WINDOWED).unwrap());
    std::fs::write(&path, WINDOWED.replace("\"windowed\"", "\"core23\"")).unwrap();
    assert!(load().unwrap_err().to_string().contains("that of a built-in set"));
}

#[test]
fn the_hash_is_that_of_the_definitions() {
    let set = FeatureSet::load("core23").unwrap();
    assert_eq!((set.hash().len(), set.hash()), (64, FeatureSet::load("core23").unwrap().hash()));
    let changed = FeatureSet::parse("core23", &set.text().replace("n = 10", "n = 11")).unwrap();
    assert_ne!(changed.hash(), set.hash());
    let role = |name: &str| set.features().iter().find(|feature| feature.name == name).unwrap().role;
    assert_eq!((role("close"), role("macd_hist"), role("obv")), (Role::Price, Role::Spread, Role::Flow));
}

#[test]
fn the_script_is_the_one_people_read() {
    let script = features::sql(&FeatureSet::load("core23").unwrap());
    for part in [
        "--   macd_line     = macd(close, fast = 12, slow = 26, signal = 9).line, stepped bar by bar\n",
        "CREATE TABLE IF NOT EXISTS features_core23 (\n    symbol VARCHAR NOT NULL,\n",
        "    finite(coalesce(vwap, (high + low + close) / 3)) AS vwap,\n    sma_10,\n",
        "--   sentiment     = newest score with known_ts <= close_ts, the most confident of several\n",
        "COMMENT ON COLUMN features_core23.adx_14 IS 'Average directional index, Wilder: strength of trend \
         [0 to 100; role bounded; first at bar 27; memory decaying (526 bars); source TA-Lib ADX]';",
    ] {
        assert!(script.contains(part), "{part}\nis not in\n{script}");
    }
    let steps = features::sql(&FeatureSet::parse("windowed", WINDOWED).unwrap());
    for part in [
        "SELECT * REPLACE (finite(coalesce(vwap, (high + low + close) / 3)) AS vwap),\n",
        "CASE WHEN bar_n >= 7 THEN finite(avg(rsi_3) OVER",
        "IS 'It''s the bar''s own or typical price [",
    ] {
        assert!(steps.contains(part), "{part}\nis not in\n{steps}");
    }
    assert!(!steps.contains("sentiment"), "a set that does not speak of sentiment does not join it");
}

#[test]
fn the_set_in_the_manual_is_a_set() {
    let manual = include_str!("../../sql/features/README.md");
    let text = manual.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let set = FeatureSet::parse("my.toml", text).unwrap();
    assert_eq!(set.table(), "features_my");
    assert!(set.columns().starts_with(&FeatureSet::load("core23").unwrap().columns()));
    assert_eq!(set.columns()[23..], ["ema_21", "upper", "momentum", "corr_to_market", "rank_momentum"]);
}
