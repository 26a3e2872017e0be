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
    live.update(&later[1]).unwrap();
    // A rename takes the table away.
    store.conn().execute_batch("ALTER TABLE features_rich RENAME TO away").unwrap();
    store.conn().execute_batch("CREATE TABLE features_rich (x INTEGER)").unwrap();
    assert!(live.update(&later[2]).is_err());
    assert!(matches!(live.update(&later[3]).unwrap_err(), FeatureError::LiveBroken { .. }));
    assert!(matches!(live.save(Ts(0)).unwrap_err(), FeatureError::LiveBroken { .. }));
}
