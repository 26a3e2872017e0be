//! The dataset on a small market whose every value is known.

use super::fixture::{self, HASH, HORIZON, LABELS, WARMUP, ts};
use super::*;
use crate::domain::Ts;
use crate::labels::LabelSpec;

const LOOKBACK: usize = 6;

fn whole(symbols: &[&str], bars: usize) -> Dataset {
    load(&fixture::store(symbols, bars, |_, _| {}), &fixture::spec(LOOKBACK)).unwrap()
}

/// Scaled windows of samples, as bits.
fn bits(scaler: &Scaler, samples: &Samples<'_>) -> Vec<u32> {
    let mut values = Vec::new();
    scaler.gather(samples, 0..samples.len(), &mut values);
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn windows_are_the_rows_of_one_symbol_in_order() {
    let dataset = whole(&["AAA", "BBB"], 40);
    assert_eq!(dataset.symbols(), ["AAA", "BBB"]);
    assert_eq!(dataset.samples.len(), 2 * (40 - WARMUP - LOOKBACK + 1));
    assert!(dataset.samples.is_sorted_by_key(|sample| (sample.ts, sample.series)));
    for sample in &dataset.samples {
        let series = &dataset.series[sample.series as usize];
        let window = dataset.window(sample);
        let closes: Vec<f64> = window.values.iter().step_by(dataset.schema.width()).copied().collect();
        assert_eq!(closes, series.close[sample.row as usize + 1 - LOOKBACK..=sample.row as usize]);
        assert_eq!(window.last_close, series.close[sample.row as usize]);
        assert_eq!(series.ts[sample.row as usize], sample.ts);
        assert_eq!(sample.close_ts, sample.ts.plus(3_600_000_000));
        assert_eq!(sample.exit_ts.is_some(), sample.label.is_some());
    }
    assert_eq!(dataset.labelled(), 2 * (40 - WARMUP - LOOKBACK + 1 - HORIZON));
    assert_eq!(dataset.data_as_of, Some(ts(40)));
}

#[test]
fn an_unknown_value_removes_exactly_the_windows_that_contain_it() {
    let store = fixture::store(&["AAA", "BBB"], 40, |symbol, rows| {
        if symbol == "AAA" {
            rows.hint[20] = f64::NAN;
        }
    });
    let dataset = load(&store, &fixture::spec(LOOKBACK)).unwrap();
    let times: Vec<Ts> = dataset.samples.iter().filter(|sample| sample.series == 0).map(|sample| sample.ts).collect();
    let expected: Vec<Ts> =
        (WARMUP + LOOKBACK - 1..40).filter(|bar| !(20..20 + LOOKBACK).contains(bar)).map(ts).collect();
    assert_eq!(times, expected);
}

#[test]
fn labels_known_early_at_the_end_of_the_data_are_not_used() {
    let store = fixture::store(&["AAA"], 40, |_, rows| {
        // Two bars before the end a barrier is touched at once; the bar before it is still open.
        (rows.label[38], rows.exit[38]) = (Some(1), Some(39));
    });
    let dataset = load(&store, &fixture::spec(LOOKBACK)).unwrap();
    let last = dataset.samples.iter().rev().find(|sample| sample.is_labelled()).unwrap();
    assert_eq!(last.ts, ts(40 - HORIZON - 1));
    assert_eq!(dataset.samples.last().unwrap().ts, ts(39));
}

#[test]
fn a_bar_without_a_bet_ends_no_labels() {
    let store = fixture::store(&["AAA"], 40, |_, rows| {
        (rows.label[20], rows.exit[20]) = (None, None);
        // Known early at the end of the data, after one that is still open.
        (rows.label[38], rows.exit[38]) = (Some(1), Some(39));
    });
    // A name that tells of bets of three bars at most; of the fixture's own nothing is known.
    let named = DatasetSpec { label_set: format!("tb_1_1_{HORIZON}"), ..fixture::spec(LOOKBACK) };
    store.conn().execute("UPDATE labels SET label_set = ?", [&named.label_set]).unwrap();
    let dataset = load(&store, &named).unwrap();
    let labelled: Vec<Ts> =
        dataset.samples.iter().filter(|sample| sample.is_labelled()).map(|sample| sample.ts).collect();
    let expected: Vec<Ts> = (WARMUP + LOOKBACK - 1..40 - HORIZON).filter(|bar| *bar != 20).map(ts).collect();
    assert_eq!(labelled, expected);
    // The features of the bar serve the windows after it, and it is predicted itself.
    assert_eq!(dataset.samples.len(), 40 - WARMUP - LOOKBACK + 1);
}

#[test]
fn a_bet_still_open_hides_those_that_ended_early_after_it() {
    let store = fixture::store(&["AAA"], 40, |_, rows| {
        // Of bets of two bars 37 to 39 may be open: 37 is, 38 ended at once.
        (rows.label[38], rows.exit[38]) = (Some(1), Some(39));
    });
    let named = DatasetSpec { label_set: "tb_1_1_2".into(), ..fixture::spec(LOOKBACK) };
    store.conn().execute("UPDATE labels SET label_set = ?", [&named.label_set]).unwrap();
    let dataset = load(&store, &named).unwrap();
    let last = dataset.samples.iter().rev().find(|sample| sample.is_labelled()).unwrap();
    assert_eq!(last.ts, ts(36));
}

#[test]
fn a_bar_without_a_side_hides_no_bet_after_it() {
    let store = fixture::store(&["AAA"], 40, |_, _| {});
    let spec: LabelSpec = serde_json::from_str(
        r#"{"kind": "meta", "fast": 2, "slow": 5, "barriers": {"kind": "triple_barrier", "take_profit": 0.01, "stop_loss": 0.01, "horizon": 10}}"#,
    )
    .unwrap();
    let record = "INSERT INTO label_sets VALUES (?, 'meta', ?, TIMESTAMP '2024-01-01')";
    store.conn().execute(record, crate::store::params![spec.name(), serde_json::to_string(&spec).unwrap()]).unwrap();
    store.conn().execute("UPDATE labels SET label_set = ?, side = -1", [spec.name()]).unwrap();
    let no_bet = "UPDATE labels SET label = NULL, forward_return = NULL, exit_ts = NULL, side = NULL WHERE ts = make_timestamp(?)";
    store.conn().execute(no_bet, [ts(32).0]).unwrap();
    let dataset = load(&store, &DatasetSpec { label_set: spec.name(), ..fixture::spec(LOOKBACK) }).unwrap();
    let labelled: Vec<Ts> =
        dataset.samples.iter().filter(|sample| sample.is_labelled()).map(|sample| sample.ts).collect();
    let expected: Vec<Ts> = (WARMUP + LOOKBACK - 1..40 - HORIZON).filter(|bar| *bar != 32).map(ts).collect();
    assert_eq!(labelled, expected);
    // Bars that came after the labels have no side that anybody knows of.
    store.conn().execute("DELETE FROM labels WHERE ts >= make_timestamp(?)", [ts(39).0]).unwrap();
    let told = load(&store, &DatasetSpec { label_set: spec.name(), ..fixture::spec(LOOKBACK) }).unwrap_err();
    assert!(told.to_string().contains("AAA 1h have no row at 2024-01-02 15:00:00"), "{told}");
    let before = DatasetSpec { label_set: spec.name(), to: Some(ts(39)), ..fixture::spec(LOOKBACK) };
    assert_eq!(load(&store, &before).unwrap().samples.len(), labelled.len() + 2);
}

#[test]
fn meta_labels_have_samples_where_the_primary_rule_bets() {
    let store = fixture::store(&["AAA"], 40, |_, _| {});
    let spec: LabelSpec = serde_json::from_str(
        r#"{"kind": "meta", "fast": 2, "slow": 5, "barriers": {"kind": "triple_barrier", "take_profit": 0.01, "stop_loss": 0.01, "horizon": 3}}"#,
    )
    .unwrap();
    let record = "INSERT INTO label_sets VALUES (?, 'meta', ?, TIMESTAMP '2024-01-01')";
    store.conn().execute(record, crate::store::params![spec.name(), serde_json::to_string(&spec).unwrap()]).unwrap();
    let bets = "UPDATE labels SET label_set = ?, side = CASE WHEN hour(ts) < 6 THEN NULL WHEN hour(ts) < 12 THEN -1 ELSE 1 END";
    store.conn().execute(bets, [spec.name()]).unwrap();
    let dataset = load(&store, &DatasetSpec { label_set: spec.name(), ..fixture::spec(LOOKBACK) }).unwrap();
    assert!(dataset.samples.iter().any(|sample| sample.side == Some(-1)));
    for bar in WARMUP + LOOKBACK - 1..40 {
        let found = dataset.samples.iter().find(|sample| sample.ts == ts(bar)).map(|sample| sample.side);
        let side = match bar % 24 {
            ..6 => None,
            6..12 => Some(Some(-1)),
            _ => Some(Some(1)),
        };
        assert_eq!(found, side, "bar {bar}");
    }
}

#[test]
fn a_period_gives_the_same_windows_as_the_whole() {
    let store = fixture::store(&["AAA", "BBB"], 40, |_, _| {});
    let all = load(&store, &fixture::spec(LOOKBACK)).unwrap();
    let spec = DatasetSpec { from: Some(ts(18)), to: Some(ts(25)), ..fixture::spec(LOOKBACK) };
    let part = load(&store, &spec).unwrap();
    assert_eq!(part.samples.len(), 2 * 7);
    assert_eq!(part.series[0].ts.first(), Some(&ts(18 + 1 - LOOKBACK)));
    for sample in &part.samples {
        let same = all.samples.iter().find(|other| (other.ts, other.series) == (sample.ts, sample.series)).unwrap();
        assert_eq!(part.window(sample).values, all.window(same).values);
    }
    let named = DatasetSpec { symbols: vec!["BBB".parse().unwrap()], ..fixture::spec(LOOKBACK) };
    let named = load(&store, &named).unwrap();
    assert_eq!((named.symbols(), named.series[0].asset_id), (vec!["BBB".to_string()], 1));
}

#[test]
fn the_fingerprint_follows_the_values() {
    let print = |edit: fn(&mut fixture::Rows)| {
        let store = fixture::store(&["AAA"], 30, |_, rows| edit(rows));
        load(&store, &fixture::spec(LOOKBACK)).unwrap().fingerprint
    };
    let same = print(|_| {});
    assert_eq!(same, print(|_| {}));
    assert_ne!(same, print(|rows| rows.hint[17] += 1e-12));
    assert_ne!(same, print(|rows| rows.label[12] = rows.label[12].map(|label| 1 - label)));
}

#[test]
fn nothing_trained_on_reaches_into_a_later_period() {
    // BBB's labels are decided up to 30 bars later than AAA's.
    let store = fixture::store(&["AAA", "BBB"], 200, |symbol, rows| {
        if symbol == "BBB" {
            for (bar, exit) in rows.exit.iter_mut().enumerate() {
                *exit = exit.map(|exit| (exit + bar % 31).min(199));
            }
        }
    });
    let dataset = load(&store, &fixture::spec(LOOKBACK)).unwrap();
    for embargo in [0, 1, 10] {
        let spec = SplitSpec { embargo: Some(embargo), ..SplitSpec::default() };
        let Split { periods, train, valid, test } = split::by_time(&dataset, &spec).unwrap();
        let fixture_bar = |at: Ts| ((at.0 - ts(0).0) / 3_600_000_000) as usize;
        for (part, boundary) in [(&*train, periods.valid_start), (&*valid, periods.test_start)] {
            assert!(!part.is_empty());
            for sample in part.iter() {
                assert!(sample.exit_ts.unwrap() < boundary, "{sample:?} is decided after {boundary}");
                assert!(fixture_bar(sample.ts) + embargo < fixture_bar(boundary), "{sample:?} is in the embargo");
            }
            // The purge bites: some of BBB's samples before the embargo are gone.
            let kept = part.iter().filter(|sample| sample.series == 1).count();
            let of_other = part.iter().filter(|sample| sample.series == 0).count();
            assert!(kept < of_other, "{kept} of {of_other}");
        }
        assert!(valid.iter().all(|sample| sample.ts >= periods.valid_start));
        assert!(test.iter().all(|sample| sample.ts >= periods.test_start && sample.label.is_some()));
        let again = split::restore(&dataset, periods);
        assert!(again.valid.iter().eq(valid.iter()) && again.train.iter().eq(train.iter()));
    }
}

#[test]
fn fractions_cut_the_distinct_times() {
    let dataset = whole(&["AAA", "BBB"], 100 + WARMUP + LOOKBACK - 1 + HORIZON);
    let spec = SplitSpec { embargo: Some(0), ..SplitSpec::default() };
    let split = split::by_time(&dataset, &spec).unwrap();
    let first = WARMUP + LOOKBACK - 1;
    assert_eq!(split.periods.train_start, ts(first));
    assert_eq!(split.periods.train_end, ts(first + 69));
    assert_eq!(split.periods.valid_start, ts(first + 70));
    assert_eq!(split.periods.test_start, ts(first + 85));
    assert_eq!(split.periods.test_end, ts(first + 99));
    // Labels look 3 bars ahead: the last 3 times before each boundary are purged.
    assert_eq!([split.train.len(), split.valid.len(), split.test.len()], [2 * 67, 2 * 12, 2 * 15]);
    let default = split::by_time(&dataset, &SplitSpec::default()).unwrap();
    assert_eq!(default.periods.train_end, ts(first + 69 - LOOKBACK));
}

#[test]
fn periods_survive_json() {
    let dataset = whole(&["AAA"], 120);
    let periods = split::by_time(&dataset, &SplitSpec::default()).unwrap().periods;
    let text = serde_json::to_string(&periods).unwrap();
    assert!(text.contains(&format!("\"test_start\":\"{}\"", periods.test_start)), "{text}");
    assert_eq!(serde_json::from_str::<Periods>(&text).unwrap(), periods);
}

#[test]
fn test_rows_change_no_bit_of_the_scaler() {
    let bars = 200;
    let wild = |_: &str, rows: &mut fixture::Rows| {
        for bar in 175..bars {
            rows.close[bar] *= 3.0;
            rows.volume[bar] *= 50.0;
            rows.hint[bar] = -1e6;
        }
    };
    let (calm, wild) = (fixture::store(&["AAA", "BBB"], bars, |_, _| {}), fixture::store(&["AAA", "BBB"], bars, wild));
    let (calm, wild) = (load(&calm, &fixture::spec(LOOKBACK)).unwrap(), load(&wild, &fixture::spec(LOOKBACK)).unwrap());
    assert_ne!(calm.fingerprint, wild.fingerprint);
    let spec = SplitSpec::default();
    let (calm, wild) = (split::by_time(&calm, &spec).unwrap(), split::by_time(&wild, &spec).unwrap());
    assert!(calm.periods.test_start <= ts(175) && calm.periods == wild.periods);
    for scaling in [Scaling::Role, Scaling::Standard] {
        let (a, b) = (Scaler::fit(&calm.train, scaling), Scaler::fit(&wild.train, scaling));
        assert_eq!(a, b);
        assert_eq!(bits(&a, &calm.train), bits(&b, &wild.train));
        assert_ne!(bits(&a, &calm.test), bits(&b, &wild.test));
    }
}

#[test]
fn scaled_training_windows_have_mean_0_and_deviation_1() {
    let dataset = whole(&["AAA", "BBB"], 300);
    let split = split::by_time(&dataset, &SplitSpec::default()).unwrap();
    for scaling in [Scaling::Role, Scaling::Standard] {
        let scaler = Scaler::fit(&split.train, scaling);
        let mut values = Vec::new();
        scaler.gather(&split.train, 0..split.train.len(), &mut values);
        let width = dataset.schema.width();
        for feature in 0..width {
            let column: Vec<f64> = values.iter().skip(feature).step_by(width).map(|value| f64::from(*value)).collect();
            let mean = column.iter().sum::<f64>() / column.len() as f64;
            let variance = column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / column.len() as f64;
            assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{scaling:?} {feature}: {mean} {variance}");
        }
    }
}

#[test]
fn rounding_of_a_ratio_is_no_deviation() {
    // A mean of three equal prices is off by a last digit at 0.1, and not at 0.5.
    let store = fixture::store(&["AAA", "BBB"], 60, |symbol, rows| {
        rows.close.fill(if symbol == "AAA" { 0.1 } else { 0.5 });
    });
    store.conn().execute("UPDATE features_toy SET close = (close + close + close) / 3", []).unwrap();
    let dataset = load(&store, &fixture::spec(LOOKBACK)).unwrap();
    let split = split::by_time(&dataset, &SplitSpec::default()).unwrap();
    let scaler = Scaler::fit(&split.train, Scaling::Role);
    assert!(scaler.mean()[0] > 0.0 && scaler.mean()[0] < 1e-15, "{:?}", scaler.mean());
    assert_eq!(scaler.std()[0], 1.0);
    let mut values = Vec::new();
    scaler.gather(&split.train, 0..split.train.len(), &mut values);
    assert!(values.iter().step_by(dataset.schema.width()).all(|value| value.abs() < 1e-12));
}

#[test]
fn roles_relate_values_to_their_window() {
    let dataset = whole(&["AAA"], 120);
    let split = split::by_time(&dataset, &SplitSpec::default()).unwrap();
    let roles = dataset.schema.roles();
    // Mean 0 and deviation 1 leave the first step bare.
    let bare = Scaler::from_parts(Scaling::Role, roles, vec![0.0; 6], vec![1.0; 6]);
    let mut scaled = Vec::new();
    bare.gather(&split.test, [3], &mut scaled);
    let raw = dataset.window(split.test.at(3));
    let column = |feature: usize| -> Vec<f64> { raw.values.iter().skip(feature).step_by(6).copied().collect() };
    let mean_volume = column(2).iter().sum::<f64>() / LOOKBACK as f64;
    let step = column(3).windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / (LOOKBACK - 1) as f64;
    for row in 0..LOOKBACK {
        let expected = [
            column(0)[row] / raw.last_close - 1.0,
            column(1)[row] / raw.last_close,
            column(2)[row] / mean_volume - 1.0,
            (column(3)[row] - column(3)[LOOKBACK - 1]) / step,
            column(4)[row].min(Scaler::CLIP),
            column(5)[row],
        ];
        for (feature, expected) in expected.iter().enumerate() {
            let found = f64::from(scaled[row * 6 + feature]);
            assert!(
                (found - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "row {row} feature {feature}: {found} {expected}"
            );
        }
    }
}

#[test]
fn a_window_without_volume_scales_to_numbers() {
    let store = fixture::store(&["AAA"], 120, |_, rows| rows.volume.fill(0.0));
    let dataset = load(&store, &fixture::spec(LOOKBACK)).unwrap();
    let split = split::by_time(&dataset, &SplitSpec::default()).unwrap();
    let scaler = Scaler::fit(&split.train, Scaling::Role);
    let mut values = Vec::new();
    scaler.gather(&split.test, 0..split.test.len(), &mut values);
    assert!(values.iter().all(|value| value.is_finite()));
}

#[test]
fn what_is_missing_is_named() {
    let store = fixture::store(&["AAA"], 60, |_, _| {});
    let refused = |change: fn(&mut DatasetSpec)| {
        let mut spec = fixture::spec(LOOKBACK);
        change(&mut spec);
        load(&store, &spec).unwrap_err().to_string()
    };
    let message = refused(|spec| spec.schema.set = "core99".into());
    assert!(message.contains("'core99' is not in this store") && message.contains("ws features build"), "{message}");
    let message = refused(|spec| spec.schema.hash = "ffff".into());
    assert!(message.contains(HASH) && message.contains("ffff") && message.contains("rebuild"), "{message}");
    let message = refused(|spec| spec.schema.columns[2].name = "moon".into());
    assert!(message.contains("no DOUBLE column 'moon'"), "{message}");
    let message = refused(|spec| spec.symbols = vec!["AAA".parse().unwrap(), "ZZZ".parse().unwrap()]);
    assert!(message.contains("no 1h rows of ZZZ;"), "{message}");
    let message = refused(|spec| spec.interval = crate::domain::Interval::D1);
    assert!(message.contains("no 1d rows;"), "{message}");
    let message = refused(|spec| spec.lookback = 59);
    assert!(message.contains("no window of 59 complete feature rows in 60 1h rows"), "{message}");
    let message = refused(|spec| spec.lookback = 0);
    assert!(message.contains("lookback of at least 1"), "{message}");
    let unlabelled = DatasetSpec { label_set: "nope".into(), ..fixture::spec(LOOKBACK) };
    assert_eq!(load(&store, &unlabelled).unwrap().labelled(), 0);
    assert_eq!(label_sets(&store, crate::domain::Interval::H1).unwrap(), [LABELS]);
}

#[test]
fn splits_that_cannot_be_are_refused() {
    let dataset = whole(&["AAA"], 60);
    let message = |spec: SplitSpec| split::by_time(&dataset, &spec).unwrap_err().to_string();
    assert!(message(SplitSpec { train: 0.8, ..SplitSpec::default() }).contains("add up to 1"));
    assert!(message(SplitSpec { train: 1.0, valid: 0.0, test: 0.0, embargo: None }).contains("must be positive"));
    assert!(message(SplitSpec { train: f64::NAN, ..SplitSpec::default() }).contains("must be positive"));
    let short = message(SplitSpec { embargo: Some(40), ..SplitSpec::default() });
    assert!(short.contains("47 labelled times are too few") && short.contains("embargo of 40 bars"), "{short}");
}
