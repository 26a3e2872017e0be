//! The catalogue: defaults, names, help.

use std::collections::BTreeMap;

use super::market::refusal;
use crate::trade::strategies::params::Params;
use crate::trade::strategies::{catalogue, find, help};

#[test]
fn every_default_is_in_range_and_builds() {
    for spec in catalogue() {
        let params = Params::check(spec.params, &BTreeMap::new()).unwrap();
        assert!(spec.build(&params, 2).unwrap().notes().is_empty(), "{}", spec.name);
        for param in spec.params {
            let text = BTreeMap::from([(param.name.to_string(), param.default.to_string())]);
            assert!(Params::check(spec.params, &text).is_ok(), "{} {}", spec.name, param.name);
        }
    }
}

#[test]
fn an_unknown_name_gets_the_nearest() {
    assert_eq!(find("sma_cros").unwrap_err().to_string(), "unknown strategy 'sma_cros'; did you mean 'sma_cross'?");
    assert_eq!(find("zzz").unwrap_err().hint, "known: sma_cross, intraday, swing, model, signals");
    let wanted = "unknown parameter 'trend_ma'; did you mean 'trend_sma'?";
    assert_eq!(refusal("model", &[("trend_ma", "3")]), wanted);
}

#[test]
fn parameters_that_do_not_go_together_are_refused() {
    let cases = [
        ("sma_cross", [("fast", "30"), ("slow", "20")], "fast=30 must be below slow=20"),
        ("intraday", [("rsi_low", "70"), ("rsi_high", "70")], "rsi_low=70 must be below rsi_high=70"),
        ("swing", [("fast", "50"), ("slow", "50")], "fast=50 must be below slow=50"),
        ("swing", [("min_sessions", "5"), ("max_sessions", "4")], "min_sessions=5 must not be above max_sessions=4"),
        (
            "model",
            [("threshold", "0.5"), ("short_threshold", "0.5")],
            "short_threshold=0.5 must be below threshold=0.5",
        ),
    ];
    for (strategy, given, wanted) in cases {
        assert_eq!(refusal(strategy, &given), wanted);
    }
}

#[test]
fn the_guards_by_default_are_the_documented_ones() {
    for spec in catalogue() {
        let guards = (spec.stop_loss, spec.take_profit, spec.limits.exposure_cap, spec.limits.daily_loss_cap);
        let wanted = match spec.name {
            "intraday" | "swing" | "model" => (Some(0.02), Some(0.04), Some(100_000.0), Some(0.05)),
            _ => (None, None, None, None),
        };
        assert_eq!(guards, wanted, "{}", spec.name);
    }
}

#[test]
fn help_tells_every_parameter_and_every_confidence() {
    let text = help();
    for spec in catalogue() {
        assert!(text.contains(&format!("  {}: {}\n", spec.name, spec.doc)));
        assert!(text.contains(&format!("    confidence: {}\n", spec.confidence)));
        for param in spec.params {
            let line = |line: &&str| line.trim_start().starts_with(param.name) && line.ends_with(param.doc);
            let line = spec.help().lines().find(line).map(str::to_string).unwrap();
            assert!(line.contains(&format!("[{} to {}]", param.min, param.max)), "{line}");
            assert!(line.contains(&format!("{} {}", param.default, param.unit)), "{line}");
        }
    }
    assert!(text.contains("guards: stop 2 %, target 4 %, exposure cap 100000, session loss cap 5 %"));
    assert!(find("sma_cross").unwrap().help().contains("fast  10 bars [1 to 100000]  Length of the fast average"));
}
