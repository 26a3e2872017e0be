//! The three strategies a second time: whole columns first, each value straight from its definition over a slice, then
//! one walk over them. Both ways must agree on every decision of simulated markets.

use super::market::{Account, Moment, Shape, build, decisions, simulated};
use crate::trade::event::{Direction, Signal};
use crate::trade::strategies::{Enter, Intents};

const SEEDS: std::ops::Range<u64> = 0..6;
const SHAPE: Shape = Shape { sessions: 24, bars: 60, unknown: 0.002 };
const SWINGS: Shape = Shape { sessions: 1500, bars: 1, unknown: 0.0005 };

/// The values up to `index` since the last one that was no number.
fn known(values: &[f64], index: usize) -> &[f64] {
    let start = values[..=index].iter().rposition(|value| !value.is_finite()).map_or(0, |at| at + 1);
    &values[start..=index]
}

fn column(values: &[f64], of: impl Fn(&[f64]) -> Option<f64>) -> Vec<Option<f64>> {
    (0..values.len()).map(|index| of(known(values, index))).collect()
}

/// How far apart two prices are, as a share of the second; nothing when that is less than a billionth.
fn apart(a: f64, b: f64) -> f64 {
    let share = (a - b) / b;
    if (-1e-9..=1e-9).contains(&share) { 0.0 } else { share }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sma(values: &[f64], n: usize) -> Vec<Option<f64>> {
    column(values, |seen| (seen.len() >= n).then(|| mean(&seen[seen.len() - n..])))
}

/// A first mean and then every later value, each with its weight after all the steps since.
fn weighted(values: &[f64], n: usize, weight: f64) -> f64 {
    let steps = values.len() - n;
    let later = values[n..].iter().enumerate();
    let sum: f64 = later.map(|(at, value)| weight * (1.0 - weight).powi((steps - 1 - at) as i32) * value).sum();
    sum + (1.0 - weight).powi(steps as i32) * mean(&values[..n])
}

fn ema(values: &[f64], n: usize) -> Vec<Option<f64>> {
    column(values, |seen| (seen.len() >= n).then(|| weighted(seen, n, 2.0 / (n as f64 + 1.0))))
}

fn rsi(values: &[f64], n: usize) -> Vec<Option<f64>> {
    column(values, |seen| {
        let changes: Vec<f64> = seen.windows(2).map(|pair| pair[1] - pair[0]).collect();
        (changes.len() >= n).then(|| {
            let part = |sign: f64| changes.iter().map(|change| (sign * change).max(0.0)).collect::<Vec<_>>();
            let [gain, loss] = [part(1.0), part(-1.0)].map(|parts| weighted(&parts, n, 1.0 / n as f64));
            100.0 - 100.0 / (1.0 + gain / loss)
        })
    })
}

/// Money over volume of the bars of the same session so far.
fn session_vwap(moments: &[Moment]) -> Vec<Option<f64>> {
    let average = |index: usize| {
        let today = moments[index].bar.session_date;
        let bars = moments[..=index].iter().map(|moment| &moment.bar).filter(|bar| bar.session_date == today);
        let (mut money, mut volume) = (0.0, 0.0);
        for bar in bars.filter(|bar| bar.volume != 0.0) {
            let price = if bar.vwap.is_nan() { (bar.high + bar.low + bar.close) / 3.0 } else { bar.vwap };
            money += price * bar.volume;
            volume += bar.volume;
        }
        Some(money / volume).filter(|average| average.is_finite())
    };
    (0..moments.len()).map(average).collect()
}

fn closes(moments: &[Moment]) -> Vec<f64> {
    moments.iter().map(|moment| moment.bar.close).collect()
}

/// Walks an account over the bars; `decide` gets the bar's index and the size held.
fn walk(moments: &[Moment], mut decide: impl FnMut(usize, f64) -> Intents) -> Vec<(f64, Intents)> {
    let mut account = Account::default();
    let mut step = |(index, moment): (usize, &Moment)| {
        let size = account.advance(moment.stopped);
        let intents = decide(index, size);
        account.obey(&intents);
        (size, intents)
    };
    moments.iter().enumerate().map(&mut step).collect()
}

fn entry(long: bool, confidence: f64) -> Enter {
    let direction = if long { Direction::Long } else { Direction::Short };
    Enter { confidence: Some(confidence), ..Enter::market(direction) }
}

fn intraday(moments: &[Moment], [n_ema, n_sma, n_rsi]: [usize; 3], warmup: usize) -> Vec<(f64, Intents)> {
    let close = closes(moments);
    let (ema, sma, rsi, vwap) = (ema(&close, n_ema), sma(&close, n_sma), rsi(&close, n_rsi), session_vwap(moments));
    // 1, -1, 0 and unknown.
    let side = |index: usize| {
        let (rsi, rise) = (rsi[index]?, apart(sma[index]?, sma[index.checked_sub(1)?]?));
        let (from_vwap, from_ema) = (apart(close[index], vwap[index]?), apart(close[index], ema[index]?));
        let agree = |sign: f64| [from_vwap, from_ema, rise].iter().all(|gap| gap * sign > 0.0);
        let calm = (rsi - 50.0).abs() <= 20.0;
        Some(f64::from(u8::from(agree(1.0) && calm)) - f64::from(u8::from(agree(-1.0) && calm)))
    };
    let sides: Vec<Option<f64>> = (0..close.len()).map(side).collect();
    walk(moments, |index, size| {
        let Some(side) = sides[index].filter(|_| index + 1 >= warmup) else { return Intents::NONE };
        if side == size {
            return Intents::NONE;
        }
        let bar = &moments[index].bar;
        let inside = moments[index].hours.is_none_or(|hours| {
            // Every bar has five minutes; the guard is one.
            hours.open.0 <= bar.close_ts.0 && bar.close_ts.0 + 6 * 60_000_000 <= hours.close.0
        });
        let away = |of: &[Option<f64>]| (close[index] - of[index].unwrap()).abs() / of[index].unwrap();
        let confidence = 0.5 + (50.0 * away(&vwap).min(away(&ema))).min(0.5);
        Intents { exit: size != 0.0, enter: (side != 0.0 && inside).then(|| entry(side > 0.0, confidence)) }
    })
}

fn swing(moments: &[Moment], [n_fast, n_slow, n_rsi]: [usize; 3], level: f64, shorts: bool) -> Vec<(f64, Intents)> {
    let close = closes(moments);
    let (fast, slow, rsi) = (sma(&close, n_fast), sma(&close, n_slow), rsi(&close, n_rsi));
    let trend = |index: usize, sign: f64| {
        let (fast, slow) = (fast[index]?, slow[index]?);
        Some(apart(fast, slow) * sign > 0.0 && apart(close[index], slow) * sign > 0.0)
    };
    // Distance of RSI from the level, above 0 once the pull-back of that side is over.
    let over = |index: usize, sign: f64| rsi[index].map(|rsi| (rsi - 50.0) * sign - (level - 50.0));
    let starts = |index: usize, sign: f64| {
        let before = index.checked_sub(1).and_then(|before| over(before, sign));
        before.is_some_and(|gap| gap < 0.0)
            && over(index, sign).is_some_and(|gap| gap >= 0.0)
            && trend(index, sign) == Some(true)
    };
    let mut opened = None;
    walk(moments, |index, size| {
        if size == 0.0 {
            opened = None;
            let long = starts(index, 1.0);
            let enter = (long || (shorts && starts(index, -1.0))).then(|| {
                let gap = (fast[index].unwrap() - slow[index].unwrap()).abs() / slow[index].unwrap();
                entry(long, 0.5 + (10.0 * gap).min(0.5))
            });
            return Intents { exit: false, enter };
        }
        let first = *opened.get_or_insert(index);
        let mut sessions: Vec<i32> = moments[first..=index].iter().map(|moment| moment.bar.session_date).collect();
        sessions.dedup();
        let broken = trend(index, size) == Some(false) && sessions.len() >= 2;
        Intents { exit: broken || sessions.len() >= 10, enter: None }
    })
}

/// Newest level told up to a moment.
fn index_levels(moments: &[Moment]) -> Vec<Option<f64>> {
    let newest = |until: usize| {
        let told = moments[..=until].iter().flat_map(|moment| &moment.signals);
        let level = |signal: &Signal| match signal {
            Signal::VolatilityIndex { level } => Some(*level),
            _ => None,
        };
        told.filter_map(level).next_back().filter(|level| level.is_finite())
    };
    (0..moments.len()).map(newest).collect()
}

fn model(moments: &[Moment], n_volume: usize, n_trend: usize) -> Vec<(f64, Intents)> {
    let close = closes(moments);
    let volume: Vec<f64> = moments.iter().map(|moment| moment.bar.volume).collect();
    let (trend, index_level) = (sma(&close, n_trend), index_levels(moments));
    let thin = |index: usize| {
        let seen = known(&volume, index);
        let before = seen.len().checked_sub(n_volume + 1)?;
        Some(mean(&seen[before..seen.len() - 1])).filter(|mean| *mean > 0.0).map(|mean| volume[index] / mean < 0.8)
    };
    walk(moments, |index, size| {
        let probability = moments[index].signals.iter().find_map(|signal| match signal {
            Signal::Prediction { probability, .. } => Some(*probability),
            _ => None,
        });
        let Some(p) = probability.filter(|p| size == 0.0 && (*p >= 0.6 || *p <= 0.4)) else { return Intents::NONE };
        let against = trend[index].is_some_and(|mean| (p - 0.5) * apart(close[index], mean) < 0.0);
        let quiet = index_level[index].is_some_and(|level| level < 15.0);
        let held_back = against || quiet || thin(index) == Some(true);
        let probability = Some(if p > 0.5 { p } else { 1.0 - p });
        let enter = Enter { max_bars: Some(8), probability, ..entry(p > 0.5, 2.0 * (p - 0.5).abs()) };
        Intents { exit: false, enter: (!held_back).then_some(enter) }
    })
}

/// Both ways bar by bar, confidence within rounding; gives longs, shorts, and exits ordered.
fn agree(first: &[(f64, Intents)], second: &[(f64, Intents)]) -> [usize; 3] {
    assert_eq!(first.len(), second.len());
    for (index, ((size, ours), (second_size, theirs))) in first.iter().zip(second).enumerate() {
        assert_eq!(size, second_size, "bar {index}");
        assert_eq!(ours.exit, theirs.exit, "bar {index}");
        assert_eq!(ours.enter.map(sure), theirs.enter.map(sure), "bar {index}");
        let (ours, theirs) = (ours.enter.and_then(|e| e.confidence), theirs.enter.and_then(|e| e.confidence));
        assert!(ours.zip(theirs).is_none_or(|(ours, theirs)| (ours - theirs).abs() < 1e-9), "bar {index}");
    }
    let entries = |wanted| first.iter().filter_map(|(_, intents)| intents.enter).filter(move |e| e.direction == wanted);
    let exits = first.iter().filter(|(_, intents)| intents.exit).count();
    [entries(Direction::Long).count(), entries(Direction::Short).count(), exits]
}

/// An entry but for how sure it is.
fn sure(enter: Enter) -> Enter {
    Enter { confidence: enter.confidence.map(|_| 1.0), ..enter }
}

#[test]
fn intraday_both_ways() {
    for seed in SEEDS {
        let moments = simulated(seed, SHAPE);
        let bars: Vec<Moment> = moments.into_iter().map(|moment| Moment { signals: Vec::new(), ..moment }).collect();
        let ours = decisions(&mut build("intraday", &[]), 0, &bars);
        let counts = agree(&ours, &intraday(&bars, [50, 20, 14], 50));
        assert!(counts.iter().all(|count| *count >= 5), "seed {seed}: {counts:?}");
    }
}

#[test]
fn swing_both_ways() {
    for seed in SEEDS {
        for (shape, [fast, slow, rsi]) in [(SWINGS, [20, 50, 14]), (SHAPE, [10, 30, 7])] {
            let moments = simulated(seed, shape);
            let bars: Vec<Moment> =
                moments.into_iter().map(|moment| Moment { signals: Vec::new(), ..moment }).collect();
            let lengths = [fast, slow, rsi].map(|n| n.to_string());
            let given = [
                ("fast", lengths[0].as_str()),
                ("slow", lengths[1].as_str()),
                ("rsi", lengths[2].as_str()),
                ("rsi_pullback", "45"),
                ("shorts", "1"),
            ];
            let ours = decisions(&mut build("swing", &given), 0, &bars);
            let counts = agree(&ours, &swing(&bars, [fast, slow, rsi], 45.0, true));
            assert!(counts.iter().all(|count| *count >= 3), "seed {seed}: {counts:?}");
        }
    }
}

#[test]
fn model_both_ways() {
    let given = [
        ("short_threshold", "0.4"),
        ("vol_index_min", "15"),
        ("volume_ratio_min", "0.8"),
        ("trend_sma", "10"),
        ("volume_bars", "5"),
    ];
    for seed in SEEDS {
        // One prediction a bar at most. The account knows no longest holding; it ends what is held every few bars.
        let mut moments = simulated(seed, SHAPE);
        moments.iter_mut().step_by(7).for_each(|moment| moment.stopped = true);
        let mut strategy = build("model", &given);
        let all = decisions(&mut strategy, 0, &moments);
        let mut per_bar = all.into_iter();
        let ours: Vec<(f64, Intents)> = moments
            .iter()
            .map(|moment| {
                let answers: Vec<_> = per_bar.by_ref().take(1 + moment.signals.len()).collect();
                let (size, first) = answers[0];
                (size, answers.iter().map(|(_, intents)| *intents).find(|i| *i != Intents::NONE).unwrap_or(first))
            })
            .collect();
        let [long, short, _] = agree(&ours, &model(&moments, 5, 10));
        assert!(long >= 5 && short >= 5, "seed {seed}: {long} {short}");
        for count in strategy.filter_counts() {
            assert!(count.unknown > 0 && count.held_back > 0 && count.decisions > count.unknown, "{count}");
        }
    }
}
