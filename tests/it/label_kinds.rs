//! Labels of every kind on random bars: a second implementation by brute force, what they may depend on, cases by hand.

use proptest::prelude::*;
use workstation::domain::{Bars, Interval, Ts, time::DAY_MICROS};
use workstation::labels::{
    Barrier, Barriers, Bounded, FixedHorizon, LabelRow, LabelSpec, Meta, SmaCross, TripleBarrier, Volatility,
};

use crate::market;

/// Bars on a coarse grid with sessions of random length, jumps, gaps in time and stretches where nothing moves.
fn bars() -> impl Strategy<Value = Bars> {
    let row = (90_i16..=110, 0_i16..6, 0_i16..6, 0_u8..=8, 0_u8..10, 0_u8..6);
    prop::collection::vec(row, 0..45).prop_map(|rows| {
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
        let (mut day, mut hour) = (19_000_i64, 0_i64);
        for (open, up, down, at, repeat, session) in rows {
            // One row in ten stands still for a while.
            let (up, down, times) = if repeat == 0 { (0, 0, 9) } else { (up, down, 1) };
            for _ in 0..times {
                (day, hour) =
                    if session == 0 || hour > 22 { (day + 1 + i64::from(at % 3), 0) } else { (day, hour + 1) };
                let ts = Ts(day * DAY_MICROS + hour * 3_600_000_000);
                let (high, low) = (f64::from(open + up), f64::from(open - down));
                // Quarters, so that sums of closes are exact.
                let close = low + (f64::from(up + down) * f64::from(at) / 8.0 * 4.0).round() / 4.0;
                market::push(&mut bars, ts, [f64::from(open), high, low, close], 1.0);
            }
        }
        bars
    })
}

fn bounded<B>(barriers: impl Strategy<Value = B>) -> impl Strategy<Value = Bounded<B>>
where
    B: std::fmt::Debug,
{
    (barriers, any::<bool>()).prop_map(|(barriers, session_bounded)| Bounded { barriers, session_bounded })
}

fn fixed() -> impl Strategy<Value = TripleBarrier> {
    let percent = |n: u8| f64::from(n) / 100.0;
    (1_u8..12, 1_u8..12, 1_usize..12).prop_map(move |(up, down, horizon)| TripleBarrier {
        take_profit: percent(up),
        stop_loss: percent(down),
        horizon,
    })
}

fn scaled() -> impl Strategy<Value = Volatility> {
    (1_u8..12, 1_u8..12, 1_usize..12, 2_usize..9).prop_map(|(up, down, horizon, vol_window)| Volatility {
        take_profit: f64::from(up) / 4.0,
        stop_loss: f64::from(down) / 4.0,
        horizon,
        vol_window,
    })
}

fn barriers() -> impl Strategy<Value = Barriers> {
    prop_oneof![bounded(fixed()).prop_map(Barriers::TripleBarrier), bounded(scaled()).prop_map(Barriers::Volatility)]
}

fn spec() -> impl Strategy<Value = LabelSpec> {
    let primary = (1_usize..5, 1_usize..6).prop_map(|(fast, more)| SmaCross { fast, slow: fast + more });
    let horizon = (1_usize..12, -3_i8..4);
    prop_oneof![
        bounded(fixed()).prop_map(LabelSpec::TripleBarrier),
        bounded(scaled()).prop_map(LabelSpec::Volatility),
        (primary, barriers()).prop_map(|(primary, barriers)| Meta { primary, barriers }.into()),
        horizon.prop_map(|(horizon, t)| FixedHorizon { horizon, threshold: f64::from(t) / 100.0 }.into()),
    ]
}

/// What a bet was and became, by brute force.
#[derive(Debug)]
enum Fate {
    None,
    Open,
    Ended { at: usize, fill: f64, why: Barrier },
}

/// A price that a bet meets, in order, and what it can do there.
#[derive(Clone, Copy)]
enum Met {
    Open(f64),
    Extremes { high: f64, low: f64 },
    Leave(f64, Barrier),
}

/// Lists all that the bet meets until it must leave, and walks the list.
fn walk(bars: &Bars, decision: usize, side: i32, widths: (f64, f64), horizon: usize, bound: bool) -> Fate {
    let n = bars.len();
    let first = decision + 1;
    if first >= n {
        return Fate::None;
    }
    let session_ends = |bar: usize| bar + 1 < n && bars.session_date[bar + 1] != bars.session_date[bar];
    let mut list: Vec<(usize, Met)> = vec![];
    let mut bar = first;
    loop {
        if bar == n {
            break;
        }
        if bar == first + horizon {
            list.push((bar, Met::Leave(bars.open[bar], Barrier::Horizon)));
            break;
        }
        if bar != first {
            list.push((bar, Met::Open(bars.open[bar])));
        }
        list.push((bar, Met::Extremes { high: bars.high[bar], low: bars.low[bar] }));
        if bound && session_ends(bar) {
            list.push((bar, Met::Leave(bars.close[bar], Barrier::Session)));
            break;
        }
        bar += 1;
    }
    let entry = bars.open[first];
    let (upper, lower) = match side {
        1 => (entry * (1.0 + widths.0), entry * (1.0 - widths.1)),
        _ => (entry * (1.0 + widths.1), entry * (1.0 - widths.0)),
    };
    let (above, below) =
        if side == 1 { (Barrier::TakeProfit, Barrier::StopLoss) } else { (Barrier::StopLoss, Barrier::TakeProfit) };
    // To nine digits of the barrier.
    let reached = |price: f64, barrier: f64| price > barrier - 1e-9 * barrier;
    let fallen = |price: f64, barrier: f64| price < barrier + 1e-9 * barrier;
    // A touch to nine digits is made at the price that was met.
    let fill = |met: f64, barrier: f64| if (met / barrier - 1.0).abs() < 1e-9 { met } else { barrier };
    for (at, met) in list {
        let ended = match met {
            Met::Leave(fill, why) => Some((fill, why)),
            Met::Open(price) if fallen(price, lower) => Some((price, below)),
            Met::Open(price) if reached(price, upper) => Some((price, above)),
            Met::Open(_) => None,
            Met::Extremes { high, low } => match (reached(high, upper), fallen(low, lower)) {
                (true, true) => Some((if side == 1 { fill(low, lower) } else { fill(high, upper) }, Barrier::StopLoss)),
                (true, false) => Some((fill(high, upper), above)),
                (false, true) => Some((fill(low, lower), below)),
                (false, false) => None,
            },
        };
        if let Some((fill, why)) = ended {
            return Fate::Ended { at, fill, why };
        }
    }
    Fate::Open
}

/// Sample deviation by differences of pairs: exactly 0 where all returns are the same.
fn deviation(bars: &Bars, t: usize, window: usize) -> Option<f64> {
    if t < window {
        return None;
    }
    let returns: Vec<f64> = (t + 1 - window..=t).map(|i| bars.close[i].ln() - bars.close[i - 1].ln()).collect();
    let mut squares = 0.0;
    for (i, a) in returns.iter().enumerate() {
        squares += returns[..i].iter().map(|b| (a - b).powi(2)).sum::<f64>();
    }
    let sigma = (squares / (window * (window - 1)) as f64).sqrt();
    (sigma > 1e-9).then_some(sigma)
}

/// Sign of the difference of two means, by exact sums of quarters.
fn cross(bars: &Bars, t: usize, primary: &SmaCross) -> Option<i32> {
    if t + 1 < primary.slow {
        return None;
    }
    let sum = |n: usize| bars.close[t + 1 - n..=t].iter().map(|close| (close * 4.0) as i64).sum::<i64>();
    match (sum(primary.fast) * primary.slow as i64).cmp(&(sum(primary.slow) * primary.fast as i64)) {
        std::cmp::Ordering::Greater => Some(1),
        std::cmp::Ordering::Less => Some(-1),
        std::cmp::Ordering::Equal => None,
    }
}

fn fate(bars: &Bars, t: usize, side: i32, barriers: &Barriers) -> Fate {
    match barriers {
        Barriers::TripleBarrier(Bounded { barriers: b, session_bounded }) => {
            walk(bars, t, side, (b.take_profit, b.stop_loss), b.horizon, *session_bounded)
        }
        Barriers::Volatility(Bounded { barriers: b, session_bounded }) => match deviation(bars, t, b.vol_window) {
            Some(sigma) => {
                walk(bars, t, side, (b.take_profit * sigma, b.stop_loss * sigma), b.horizon, *session_bounded)
            }
            None => Fate::None,
        },
    }
}

/// (side as stored, direction, fate) of each decision.
fn fates(bars: &Bars, spec: &LabelSpec) -> Vec<(Option<i32>, i32, Fate)> {
    let of = |t: usize| match spec {
        LabelSpec::TripleBarrier(b) => (None, 1, fate(bars, t, 1, &Barriers::TripleBarrier(*b))),
        LabelSpec::Volatility(b) => (None, 1, fate(bars, t, 1, &Barriers::Volatility(*b))),
        LabelSpec::Meta(Meta { primary, barriers }) => match cross(bars, t, primary) {
            Some(side) => match fate(bars, t, side, barriers) {
                Fate::None => (None, side, Fate::None),
                met => (Some(side), side, met),
            },
            None => (None, 1, Fate::None),
        },
        LabelSpec::FixedHorizon(FixedHorizon { horizon, .. }) => {
            let met = match (t + 1 < bars.len(), bars.open.get(t + 1 + horizon)) {
                (false, _) => Fate::None,
                (true, None) => Fate::Open,
                (true, Some(fill)) => Fate::Ended { at: t + 1 + horizon, fill: *fill, why: Barrier::Horizon },
            };
            (None, 1, met)
        }
    };
    (0..bars.len()).map(of).collect()
}

/// Average uniqueness straight from its definition, bar by bar and bet by bet.
fn weight(bars: &Bars, fates: &[(Option<i32>, i32, Fate)], decision: usize) -> Option<f64> {
    let covers = |(i, fate): (usize, &(Option<i32>, i32, Fate)), bar: usize| match fate.2 {
        Fate::None => false,
        Fate::Open => i < bar,
        Fate::Ended { at, .. } => i < bar && bar <= at,
    };
    let Fate::Ended { at, .. } = fates[decision].2 else { return None };
    let open_at = |bar: usize| fates.iter().enumerate().filter(|pair| covers(*pair, bar)).count() as f64;
    let life = decision + 1..=at;
    let n = life.clone().count() as f64;
    assert!(at < bars.len());
    Some(life.map(|bar| 1.0 / open_at(bar)).sum::<f64>() / n)
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-11,
        (a, b) => a == b,
    }
}

fn agree(bars: &Bars, spec: &LabelSpec) {
    let rows = spec.label(bars);
    let fates = fates(bars, spec);
    assert_eq!(rows.len(), bars.len());
    for (t, (row, (side, direction, fate))) in rows.iter().zip(&fates).enumerate() {
        let context = || format!("{} bar {t}: {row:?} against {fate:?}", spec.name());
        assert_eq!((row.ts, row.entry_ts, row.side), (bars.ts[t], bars.ts.get(t + 1).copied(), *side), "{}", context());
        let expected_weight = weight(bars, &fates, t);
        assert!(close(row.weight, expected_weight), "{} weight {expected_weight:?}", context());
        assert!(row.weight.is_none_or(|weight| weight > 0.0 && weight <= 1.0), "{}", context());
        let Fate::Ended { at, fill, why } = fate else {
            assert_eq!(
                (row.label, row.forward_return, row.exit_ts, row.barrier),
                (None, None, None, None),
                "{}",
                context()
            );
            continue;
        };
        let gained = f64::from(*direction) * (fill - bars.open[t + 1]) / bars.open[t + 1];
        let is_right = match spec {
            LabelSpec::FixedHorizon(FixedHorizon { threshold, .. }) => {
                let level = bars.open[t + 1] * (1.0 + threshold);
                fill - level > 1e-9 * level
            }
            _ => *why == Barrier::TakeProfit,
        };
        assert!(close(row.forward_return, Some(gained)), "{} gained {gained}", context());
        assert_eq!(
            (row.label, row.exit_ts, row.barrier),
            (Some(i32::from(is_right)), Some(bars.ts[*at]), Some(*why)),
            "{}",
            context()
        );
    }
}

/// Other prices for some bars; time and session stay.
fn altered(bars: &Bars, range: std::ops::Range<usize>, factor: f64) -> Bars {
    let mut changed = bars.clone();
    for index in range {
        let wild = if index % 2 == 0 { factor } else { 1.0 / factor };
        for column in [&mut changed.open, &mut changed.high, &mut changed.low, &mut changed.close] {
            column[index] *= wild;
        }
    }
    changed
}

/// What a label says, without its weight.
fn said(row: &LabelRow) -> LabelRow {
    LabelRow { weight: None, ..*row }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_brute_force_implementation_agrees_on_every_kind(bars in bars(), spec in spec()) {
        prop_assert!(spec.check().is_ok());
        agree(&bars, &spec);
    }

    #[test]
    fn nothing_after_the_exit_matters(bars in bars(), spec in spec(), pick in any::<prop::sample::Index>(), factor in 0.5..2.0) {
        let rows = spec.label(&bars);
        let complete: Vec<usize> = (0..rows.len()).filter(|t| rows[*t].label.is_some()).collect();
        prop_assume!(!complete.is_empty());
        let t = complete[pick.index(complete.len())];
        let exit = bars.ts.iter().position(|ts| Some(*ts) == rows[t].exit_ts).unwrap();
        let changed = spec.label(&altered(&bars, exit + 1..bars.len(), factor));
        // The weight too: how many bets are open at a bar is known at that bar.
        prop_assert_eq!(rows[t], changed[t]);
        // Nor does it matter whether later bars are there at all, but for the one that tells the end of a session.
        let needed = exit + 1 + usize::from(rows[t].barrier == Some(Barrier::Session));
        prop_assert_eq!(rows[t], spec.label(&market::head(&bars, needed))[t]);
    }

    #[test]
    fn nothing_before_the_entry_matters_to_barriers_of_fixed_width(
        bars in bars(),
        barriers in bounded(fixed()),
        pick in any::<prop::sample::Index>(),
        factor in 0.5..2.0,
    ) {
        prop_assume!(!bars.is_empty());
        let t = pick.index(bars.len());
        let spec = LabelSpec::TripleBarrier(barriers);
        let changed = spec.label(&altered(&bars, 0..t + 1, factor));
        prop_assert_eq!(said(&spec.label(&bars)[t]), said(&changed[t]));
    }

    #[test]
    fn what_scales_and_sides_are_made_of_is_past_and_finite(
        bars in bars(),
        primary in (1_usize..5, 1_usize..6).prop_map(|(fast, more)| SmaCross { fast, slow: fast + more }),
        barriers in barriers(),
        pick in any::<prop::sample::Index>(),
        factor in 0.5..2.0,
    ) {
        prop_assume!(!bars.is_empty());
        let t = pick.index(bars.len());
        let window = match barriers { Barriers::Volatility(bounded) => bounded.barriers.vol_window + 1, _ => 0 };
        let first = (t + 1).saturating_sub(window.max(primary.slow));
        let spec = LabelSpec::from(Meta { primary, barriers });
        let changed = spec.label(&altered(&bars, 0..first, factor));
        prop_assert_eq!(said(&spec.label(&bars)[t]), said(&changed[t]));
    }
}

#[test]
fn every_kind_agrees_on_real_bars() {
    let btc = market::head(&market::btc(), 3000);
    let tenth = TripleBarrier { take_profit: 0.003, stop_loss: 0.002, horizon: 30 };
    for session_bounded in [false, true] {
        let fixed = Bounded { barriers: tenth, session_bounded };
        let scaled = Bounded { barriers: Volatility::default(), session_bounded };
        for spec in [LabelSpec::TripleBarrier(fixed), LabelSpec::Volatility(scaled)] {
            agree(&btc, &spec);
        }
    }
    let goog = market::goog();
    agree(&goog, &FixedHorizon::default().into());
    agree(&goog, &Volatility { vol_window: 100, ..Volatility::default() }.into());
    // Its prices are in cents, so quarters don't sum exactly; sides are held against pandas elsewhere.
}

/// Bars of two sessions of three, from (open, high, low, close).
fn two_sessions(rows: &[[f64; 4]]) -> Bars {
    let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
    for (index, prices) in rows.iter().enumerate() {
        let (day, hour) = (19_000 + index as i64 / 3, 9 + index as i64 % 3);
        market::push(&mut bars, Ts(day * DAY_MICROS + hour * 3_600_000_000), *prices, 1.0);
    }
    bars
}

const QUIET: [f64; 4] = [100.0, 101.0, 99.0, 100.5];

/// (label, exit bar, barrier, return) of a row; `None` while incomplete.
fn told(bars: &Bars, row: &LabelRow) -> Option<(i32, usize, Barrier, f64)> {
    let exit = bars.ts.iter().position(|ts| Some(*ts) == row.exit_ts)?;
    Some((row.label?, exit, row.barrier?, (row.forward_return? * 1e9).round() / 1e9))
}

#[test]
fn sessions_by_hand() {
    let barriers = TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 2 };
    let spec = LabelSpec::TripleBarrier(Bounded { barriers, session_bounded: true });
    let bars = two_sessions(&[QUIET, QUIET, QUIET, QUIET, QUIET, [100.0, 106.0, 99.0, 100.0]]);
    let rows = spec.label(&bars);
    let found: Vec<_> = rows.iter().map(|row| told(&bars, row)).collect();
    let session = |at: usize| Some((0, at, Barrier::Session, 0.005));
    assert_eq!(
        found,
        [
            // Bars 1 and 2 are the horizon and the rest of the session: out at the close, not at the next open.
            session(2),
            // Entered at the session's last bar.
            session(2),
            // Entered at the open of a new session, out by the horizon within it.
            Some((0, 5, Barrier::Horizon, 0.0)),
            Some((1, 5, Barrier::TakeProfit, 0.05)),
            Some((1, 5, Barrier::TakeProfit, 0.05)),
            None,
        ]
    );
    // Without the touch, bar 5 may or may not be the session's last.
    let open = two_sessions(&[QUIET, QUIET, QUIET, QUIET, QUIET, QUIET]);
    assert_eq!(told(&open, &spec.label(&open)[4]), None);
}

#[test]
fn short_bets_by_hand() {
    let barriers = Barriers::TripleBarrier(TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 2 }.into());
    let spec = LabelSpec::from(Meta { primary: SmaCross { fast: 1, slow: 2 }, barriers });
    // The close falls from 100 to 99: short from the open of bar 2.
    let first = [[100.0, 100.0, 100.0, 100.0], [100.0, 100.0, 99.0, 99.0]];
    let case = |rest: &[[f64; 4]]| {
        let bars = two_sessions(&[&first[..], rest].concat());
        let row = spec.label(&bars)[1];
        assert_eq!(row.side, Some(-1));
        told(&bars, &row)
    };
    assert_eq!(case(&[[100.0, 101.0, 95.0, 96.0]]), Some((1, 2, Barrier::TakeProfit, 0.05)));
    assert_eq!(case(&[[100.0, 102.0, 99.0, 100.0]]), Some((0, 2, Barrier::StopLoss, -0.02)));
    assert_eq!(case(&[[100.0, 102.0, 95.0, 100.0]]), Some((0, 2, Barrier::StopLoss, -0.02)));
    assert_eq!(case(&[QUIET, [93.0, 94.0, 92.0, 93.0]]), Some((1, 3, Barrier::TakeProfit, 0.07)));
    assert_eq!(case(&[QUIET, [103.0, 104.0, 90.0, 103.0]]), Some((0, 3, Barrier::StopLoss, -0.03)));
    assert_eq!(case(&[QUIET, QUIET, [99.0, 99.0, 99.0, 99.0]]), Some((0, 4, Barrier::Horizon, 0.01)));
    assert_eq!(case(&[QUIET, QUIET]), None);
    // Bar 0 has no slow average, and equal averages have no side.
    let level = two_sessions(&[QUIET; 6]);
    assert!(spec.label(&level).iter().all(|row| row.side.is_none() && row.label.is_none() && row.weight.is_none()));
}

#[test]
fn volatility_by_hand() {
    // Log returns of ln 1.1 and 0: mean ln 1.1 / 2, sample deviation ln 1.1 / sqrt 2 = 0.0673947..
    let still = |price: f64| [price; 4];
    let bars = two_sessions(&[still(100.0), still(110.0), still(110.0), [110.0, 130.0, 109.0, 120.0]]);
    let spec = LabelSpec::from(Volatility { take_profit: 2.0, stop_loss: 1.0, horizon: 2, vol_window: 2 });
    let sigma = 1.1_f64.ln() / 2.0_f64.sqrt();
    let rows = spec.label(&bars);
    let found = told(&bars, &rows[2]).unwrap();
    assert_eq!((found.0, found.1, found.2), (1, 3, Barrier::TakeProfit));
    assert!((rows[2].forward_return.unwrap() - 2.0 * sigma).abs() < 1e-12);
    assert!(rows[..2].iter().all(|row| row.label.is_none()), "two returns are not known before bar 2");
    // Nothing moves: no volatility, no bet, and no share in anyone's concurrency.
    let level = two_sessions(&[still(100.0); 6]);
    assert!(spec.label(&level).iter().all(|row| row.label.is_none() && row.weight.is_none()));
}

#[test]
fn fixed_horizons_by_hand() {
    let opens = [90.0, 100.0, 50.0, 101.0, 100.0];
    let bars = two_sessions(&opens.map(|open| [open; 4]));
    let label = |threshold: f64| {
        let rows = LabelSpec::from(FixedHorizon { horizon: 2, threshold }).label(&bars);
        rows.iter().map(|row| told(&bars, row)).collect::<Vec<_>>()
    };
    assert_eq!(label(0.0)[0], Some((1, 3, Barrier::Horizon, 0.01)));
    assert_eq!(label(0.0)[1], Some((1, 4, Barrier::Horizon, 1.0)));
    assert_eq!(label(0.02)[0], Some((0, 3, Barrier::Horizon, 0.01)));
    assert_eq!(label(0.0)[2..], [None, None, None]);
}
