//! The embargo around judged time, counted in each symbol's own bars: two hourly symbols half an hour apart.

use std::collections::BTreeMap;
use std::path::Path;

use workstation::dataset::fold::{FoldSpec, fold};
use workstation::dataset::{self, Dataset, DatasetSpec, FeatureSchema, Samples, SplitSpec};
use workstation::domain::{Interval, Ts};
use workstation::features;
use workstation::store::Store;

use crate::luck_store::json;
use crate::shared;

const HOUR: i64 = 3_600_000_000;
const EMBARGO: usize = 12;

fn staggered() -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("staggered.duckdb");
    let case = shared::shared("cases/backtest/35-staggered");
    let csv = |name: &str| case.join(name).to_str().unwrap().to_string();
    json(&db, &["ingest", "csv", &csv("STG0_1h.csv"), &csv("STG1_1h.csv")]);
    json(&db, &["features", "build"]);
    json(&db, &["labels", "build"]);
    load(&db)
}

fn load(db: &Path) -> Dataset {
    let store = Store::open_read_only(db).unwrap();
    let label_set = dataset::label_sets(&store, Interval::H1).unwrap().remove(0);
    let spec = DatasetSpec {
        schema: FeatureSchema::from(&features::named(&store, "core23").unwrap()),
        label_set,
        interval: Interval::H1,
        symbols: vec![],
        lookback: 4,
        from: None,
        to: None,
    };
    dataset::load(&store, &spec).unwrap()
}

/// By symbol, how many of its own bars begin after its last sample and before a boundary.
fn bars_before(dataset: &Dataset, samples: &Samples<'_>, boundary: Ts) -> BTreeMap<String, usize> {
    let free = |series: &dataset::Series| {
        let own =
            samples.iter().filter(|sample| samples.series_of(sample).symbol == series.symbol && sample.ts < boundary);
        let last = own.map(|sample| sample.ts).max().unwrap();
        (series.symbol.to_string(), series.ts.iter().filter(|ts| **ts > last && **ts < boundary).count())
    };
    dataset.series.iter().map(free).collect()
}

#[test]
fn an_embargo_of_twelve_bars_is_twelve_hours_of_each_symbol() {
    let dataset = staggered();
    assert_eq!(dataset.series.len(), 2);
    let spec = SplitSpec { embargo: Some(EMBARGO), ..SplitSpec::default() };
    let split = dataset::split::by_time(&dataset, &spec).unwrap();
    for (samples, boundary) in [(&*split.train, split.periods.valid_start), (&*split.valid, split.periods.test_start)] {
        for (symbol, bars) in bars_before(&dataset, samples, boundary) {
            // The purge may take a few more, the embargo none less.
            assert!((EMBARGO..EMBARGO + 8).contains(&bars), "{symbol}: {bars} bars before {boundary}");
        }
        let last = samples.iter().map(|sample| sample.ts).max().unwrap();
        assert!(boundary.0 - last.0 > 12 * HOUR, "{last} to {boundary}");
    }
}

#[test]
fn a_fold_keeps_as_many_bars_free_on_both_sides_and_at_the_end_of_the_data() {
    let dataset = staggered();
    let first = dataset.samples[0].ts;
    let at = |hours: i64| Ts(first.0 + hours * HOUR);
    let end = dataset.samples[dataset.samples.len() - 1].ts;
    let of = |judged: (Ts, Ts), embargo: usize| {
        let spec = FoldSpec { train: vec![(first, Ts(i64::MAX))], judged: vec![judged], embargo };
        let fold = fold(&dataset, &spec);
        let mut kept: Vec<(u32, Ts)> = fold.train.iter().chain(fold.watch.iter()).map(|s| (s.series, s.ts)).collect();
        kept.sort();
        kept
    };
    let (from, to) = (at(600), at(700));
    let kept = of((from, to), EMBARGO);
    for (number, series) in (0..).zip(&dataset.series) {
        let own = |is: &dyn Fn(Ts) -> bool| series.ts.iter().filter(|ts| is(**ts)).count();
        let before = kept.iter().filter(|(at, ts)| *at == number && *ts < from).map(|(_, ts)| *ts).max().unwrap();
        let after = kept.iter().filter(|(at, ts)| *at == number && *ts >= to).map(|(_, ts)| *ts).min().unwrap();
        assert!(own(&|ts| before < ts && ts < from) >= EMBARGO, "{}: {before}", series.symbol);
        assert!(own(&|ts| to <= ts && ts < after) >= EMBARGO, "{}: {after}", series.symbol);
    }
    // Fewer bars than the embargo are left after the judged ones: none of them is free.
    let late = (at(600), Ts(end.0 - 10 * HOUR));
    assert!(of(late, EMBARGO).iter().all(|(_, ts)| *ts < late.0), "an embargo does not end with the data");
    assert!(of(late, 0).len() >= of(late, EMBARGO).len());
}
