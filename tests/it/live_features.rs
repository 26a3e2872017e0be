//! Features kept up to date bar by bar against full builds.

use std::collections::BTreeMap;

use workstation::domain::{Bar, Bars, Interval, Silent, Symbol, Ts};
use workstation::features::{self, FeatureError, FeatureSet, Live};
use workstation::store::Store;
use workstation::store::series::SeriesFilter;

use crate::feature_world::{self, RICH, alone, walk};
use crate::increments::{NESTED, assert_equals_full_build};
use crate::market;

type Named = (Symbol, Interval, Bar);

/// The bars of the store that close after a time, taken out of it, by instant of close.
fn take_later(store: &Store, after: Ts) -> BTreeMap<Ts, Vec<Named>> {
    let mut later: BTreeMap<Ts, Vec<Named>> = BTreeMap::new();
    for found in workstation::store::bars::coverage(store).unwrap() {
        let bars = workstation::store::bars::load(store, &found.symbol, found.interval, None, None).unwrap();
        for bar in (0..bars.len()).filter_map(|index| bars.get(index)).filter(|bar| bar.close_ts > after) {
            later.entry(bar.close_ts).or_default().push((found.symbol.clone(), found.interval, bar));
        }
    }
    store.conn().execute("DELETE FROM bars WHERE epoch_us(close_ts) > ?", [after.0]).unwrap();
    later
}

fn add(store: &Store, new: &[Named]) {
    for (symbol, interval, bar) in new {
        let mut bars = Bars::empty(symbol.clone(), *interval);
        bars.push(*bar);
        market::append(store, &bars);
    }
}

fn open<'a>(store: &'a Store, set: &FeatureSet) -> Live<'a> {
    Live::open(store, set, &SeriesFilter::default(), Ts(0), &Silent).unwrap()
}

#[test]
fn rows_written_bar_by_bar_are_those_of_a_full_build() {
    for text in [RICH, &alone(), NESTED] {
        let set = FeatureSet::parse("live.toml", text).unwrap();
        let store = feature_world::store(30);
        // DDD went away early, and is compared all the same where windows look back.
        store
            .conn()
            .execute_batch("DELETE FROM bars WHERE symbol = 'DDD' AND session_date > DATE '2022-01-22'")
            .unwrap();
        let later = take_later(&store, feature_world::open_of(20));
        let mut live = open(&store, &set);
        for (day, new) in later.values().enumerate() {
            add(&store, new);
            assert_eq!(live.update(new).unwrap(), new.len());
            if day == 7 {
                // Someone else's restart.
                live.save(Ts(0)).unwrap();
                live = open(&store, &set);
            }
        }
        live.save(Ts(0)).unwrap();
        let report = features::increment(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
        assert!(report.series.iter().all(|series| series.how == "unchanged"), "{report:?}");
        assert_equals_full_build(&store, &set, "live updates");
    }
}

#[test]
fn several_bars_and_a_new_symbol_in_one_update() {
    let set = FeatureSet::load("core23").unwrap();
    let store = feature_world::store(10);
    let later = take_later(&store, feature_world::open_of(8));
    let mut live = open(&store, &set);
    let mut new: Vec<Named> = later.into_values().flatten().collect();
    let other = walk("NEW", Interval::H1, 9, 1, 5);
    new.extend((0..other.len()).filter_map(|index| Some((other.symbol.clone(), Interval::H1, other.get(index)?))));
    add(&store, &new);
    live.update(&new).unwrap();
    assert_equals_full_build(&store, &set, "one large update");
}

#[test]
fn an_old_bar_and_a_failed_update_are_told() {
    let set = FeatureSet::parse("rich.toml", RICH).unwrap();
    let store = feature_world::store(10);
    let later: Vec<Vec<Named>> = take_later(&store, feature_world::open_of(9)).into_values().collect();
    let mut live = open(&store, &set);
    live.update(&later[0]).unwrap();
    let again = live.update(&later[0]).unwrap_err();
    assert!(matches!(again, FeatureError::NotNewer { .. }) && again.to_string().contains("is not newer"), "{again}");
    // Kernels would step over what was missed.
    assert!(matches!(live.update(&later[1]).unwrap_err(), FeatureError::LiveBroken { .. }));
    let mut live = open(&store, &set);
    // A rename takes the table away.
    store.conn().execute_batch("ALTER TABLE features_rich RENAME TO away").unwrap();
    store.conn().execute_batch("CREATE TABLE features_rich (x INTEGER)").unwrap();
    assert!(live.update(&later[2]).is_err());
    assert!(matches!(live.update(&later[3]).unwrap_err(), FeatureError::LiveBroken { .. }));
    assert!(matches!(live.save(Ts(0)).unwrap_err(), FeatureError::LiveBroken { .. }));
}

fn hows(store: &Store, set: &FeatureSet) -> Vec<(String, String)> {
    let report = features::increment(store, set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
    report.series.into_iter().map(|series| (format!("{} {}", series.symbol, series.interval), series.how)).collect()
}

#[test]
fn what_came_late_is_not_saved_as_if_it_had_been_seen() {
    let lates = [
        (
            "a bar that was never given",
            "INSERT INTO bars SELECT * REPLACE (ts - INTERVAL 30 MINUTE AS ts, close_ts - INTERVAL 30 MINUTE AS close_ts) FROM bars WHERE symbol = 'AAA' AND interval = '1h' AND ts = (SELECT max(ts) FROM bars WHERE symbol = 'AAA' AND interval = '1h')",
        ),
        (
            "a new bar revised",
            "UPDATE bars SET close = close * 1.001 WHERE symbol = 'AAA' AND interval = '1h' AND ts = (SELECT max(ts) FROM bars WHERE symbol = 'AAA' AND interval = '1h')",
        ),
        (
            "an old bar revised",
            "UPDATE bars SET close = close * 1.001 WHERE symbol = 'AAA' AND interval = '1h' AND ts = (SELECT min(ts) FROM bars WHERE symbol = 'AAA' AND interval = '1h')",
        ),
        (
            "a score published before the last bar's close",
            "INSERT INTO sentiment_snapshots SELECT symbol, close_ts - INTERVAL 1 MINUTE, session_date, 'late', -0.77, 0.9, close_ts, NULL FROM bars WHERE symbol = 'AAA' AND interval = '1h' AND ts = (SELECT max(ts) FROM bars WHERE symbol = 'AAA' AND interval = '1h')",
        ),
    ];
    for (what, late) in lates {
        let set = FeatureSet::load("core23").unwrap();
        let store = feature_world::store(12);
        let later = take_later(&store, feature_world::open_of(11));
        let mut live = open(&store, &set);
        for new in later.values() {
            add(&store, new);
            live.update(new).unwrap();
        }
        store.conn().execute_batch(late).unwrap();
        assert!(live.save(Ts(0)).unwrap() >= 1, "{what}");
        let hows = hows(&store, &set);
        let of = |series: &str| hows.iter().find(|(name, _)| name == series).map(|(_, how)| how.as_str()).unwrap();
        assert!(of("AAA 1h").starts_with("built anew"), "{what}: {hows:?}");
        assert_eq!(of("CCC 1h"), "unchanged", "{what}");
        assert_equals_full_build(&store, &set, what);
    }
}

#[test]
fn splits_are_heard_of_as_they_come_and_one_that_came_late_is_built_anew() {
    for text in [RICH, &alone(), NESTED] {
        let set = FeatureSet::parse("live.toml", text).unwrap();
        let store = feature_world::store(16);
        let first = (feature_world::open_of(0).0 / 86_400_000_000) as i32;
        // AAA has split before all bars, and splits twice more; its bars in the store are as if it had not.
        let splits = [(first + 5, 3.0), (first + 12, 0.5), (first + 14, 7.0)];
        for interval in [Interval::H1, Interval::D1] {
            let bars = workstation::store::bars::load(&store, &"AAA".parse().unwrap(), interval, None, None).unwrap();
            store
                .conn()
                .execute("DELETE FROM bars WHERE symbol = 'AAA' AND interval = ?", [interval.as_str()])
                .unwrap();
            market::append(&store, &crate::splits::as_traded(&bars, &splits));
        }
        crate::splits::register(&store, "AAA", &[(first - 9, Some(2.0), None), (first + 5, Some(3.0), None)]);
        let later = take_later(&store, feature_world::open_of(10));
        let (mut live, mut known) = (open(&store, &set), false);
        for (at, new) in later.range(..feature_world::open_of(14)) {
            if *at > feature_world::open_of(12) && !known {
                // Registered before the first bar of its session comes in.
                crate::splits::register(&store, "AAA", &[(first + 12, Some(0.5), None)]);
                known = true;
            }
            add(&store, new);
            live.update(new).unwrap();
        }
        assert!(known);
        assert_eq!(live.save(Ts(0)).unwrap(), 0);
        assert!(hows(&store, &set).iter().all(|(_, how)| how == "unchanged"));
        assert_equals_full_build(&store, &set, "splits as they come");
        let mut live = open(&store, &set);
        for new in later.range(feature_world::open_of(14)..).map(|(_, new)| new) {
            add(&store, new);
            live.update(new).unwrap();
        }
        crate::splits::register(&store, "AAA", &[(first + 14, Some(7.0), None)]);
        assert!(live.save(Ts(0)).unwrap() >= 1, "a split that came late is not saved as if it had been known");
        let hows = hows(&store, &set);
        assert!(hows.iter().any(|(name, how)| name == "AAA 1h" && how.starts_with("built anew")), "{hows:?}");
        assert_equals_full_build(&store, &set, "a split that came late");
    }
}

#[test]
fn a_joined_bar_that_came_late_is_found() {
    let set = FeatureSet::parse("alone.toml", &alone()).unwrap();
    let store = feature_world::store(12);
    let later = take_later(&store, feature_world::open_of(11));
    let mut live = open(&store, &set);
    for new in later.values() {
        // Everyone looks at AAA's close; it is stored too late.
        let others: Vec<Named> = new.iter().filter(|(symbol, ..)| symbol.as_str() != "AAA").cloned().collect();
        add(&store, &others);
        live.update(&others).unwrap();
        add(&store, new.iter().filter(|(symbol, ..)| symbol.as_str() == "AAA").cloned().collect::<Vec<_>>().as_slice());
    }
    assert!(live.save(Ts(0)).unwrap() >= 3);
    let hows = hows(&store, &set);
    assert!(hows.iter().any(|(name, how)| name == "CCC 1h" && how.starts_with("built anew")), "{hows:?}");
    assert_equals_full_build(&store, &set, "a late joined bar");
}

#[test]
fn only_what_was_asked_for_is_followed_and_a_filter_leaves_others_alone() {
    let set = FeatureSet::load("core23").unwrap();
    let store = feature_world::store(10);
    let later = take_later(&store, feature_world::open_of(9));
    open(&store, &set);
    let only = SeriesFilter { symbols: vec!["AAA".parse().unwrap()], interval: Some(Interval::H1) };
    let mut live = Live::open(&store, &set, &only, Ts(0), &Silent).unwrap();
    let (_, new) = later.first_key_value().unwrap();
    let refused = live.update(new).unwrap_err();
    assert!(matches!(refused, FeatureError::NotFollowed { .. }), "{refused}");
    let mut live = Live::open(&store, &set, &only, Ts(0), &Silent).unwrap();
    for new in later.values() {
        add(&store, new);
        let wanted = |(symbol, interval, _): &&Named| only.takes(symbol, *interval);
        live.update(&new.iter().filter(wanted).cloned().collect::<Vec<_>>()).unwrap();
    }
    assert_eq!(live.save(Ts(0)).unwrap(), 0);
    let hows = hows(&store, &set);
    let of = |series: &str| hows.iter().find(|(name, _)| name == series).map(|(_, how)| how.as_str()).unwrap();
    assert_eq!((of("AAA 1h"), of("BBB 1h")), ("unchanged", "appended"));
    assert_equals_full_build(&store, &set, "a filter");
}

#[test]
fn a_symbol_that_ended_long_ago_takes_nobody_back_and_may_return() {
    let set = FeatureSet::parse("live.toml", NESTED).unwrap();
    let store = feature_world::store(40);
    store
        .conn()
        .execute_batch(
            "DELETE FROM bars WHERE symbol = 'DDD' AND session_date > (SELECT min(session_date) + 6 FROM bars)",
        )
        .unwrap();
    let later = take_later(&store, feature_world::open_of(38));
    let mut live = open(&store, &set);
    for new in later.values() {
        add(&store, new);
        live.update(new).unwrap();
    }
    live.save(Ts(0)).unwrap();
    assert!(hows(&store, &set).iter().all(|(_, how)| how == "unchanged"));
    assert_equals_full_build(&store, &set, "an ended symbol");
    // It comes back: its windows reach over the gap, and everyone it is compared with must be at hand there.
    let back = walk("DDD", Interval::H1, 41, 1, 3);
    let new: Vec<Named> =
        (0..1).filter_map(|index| Some((back.symbol.clone(), Interval::H1, back.get(index)?))).collect();
    add(&store, &new);
    let mut live = Live::open(&store, &set, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
    assert_equals_full_build(&store, &set, "a return, opened");
    let new: Vec<Named> =
        (1..2).filter_map(|index| Some((back.symbol.clone(), Interval::H1, back.get(index)?))).collect();
    add(&store, &new);
    match live.update(&new) {
        Ok(_) => drop(live.save(Ts(0)).unwrap()),
        Err(error) => assert!(matches!(error, FeatureError::CameBack { .. }), "{error}"),
    }
    hows(&store, &set);
    assert_equals_full_build(&store, &set, "a return, updated");
}
