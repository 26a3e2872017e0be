//! What holds for every commission and slippage.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::order::Side;
use super::tariff::TierBasis;
use super::{Commission, Levy, Slippage, Tariff, Tiers, schedules};

/// 1989-01-01 to 2029-12-31, about.
const DATES: std::ops::Range<i32> = 6_940..21_915;

fn tariff() -> impl Strategy<Value = Tariff> {
    let bound = |low: f64, high: f64| prop_oneof![Just(f64::INFINITY), low..high];
    (0.0..0.01f64, 0.0..0.1f64, 0.0..50.0f64, bound(0.0, 100.0), bound(0.0, 0.5))
        .prop_map(|(rate, per_unit, min, cap, max)| Tariff { rate, per_unit, min, cap, max })
}

fn tiers() -> impl Strategy<Value = Commission> {
    let steps = proptest::collection::vec((1.0..1e5f64, 0.0..0.01f64), 0..6);
    (any::<bool>(), 0.0..0.01f64, steps).prop_map(|(value, first, steps)| {
        let mut from = 0.0;
        let ascending = steps.into_iter().map(|(gap, rate)| {
            from += gap;
            (from, rate)
        });
        let steps = std::iter::once((0.0, first)).chain(ascending).collect();
        let basis = if value { TierBasis::Value } else { TierBasis::Units };
        Commission::Tiered(Arc::new(Tiers::new(basis, steps).unwrap()))
    })
}

fn levy() -> impl Strategy<Value = Commission> {
    (0usize..3, proptest::option::of(tariff())).prop_map(|(index, brokerage)| {
        let schedule = Arc::clone(&schedules().unwrap()[index]);
        let brokerage = brokerage.unwrap_or(schedule.brokerage);
        Commission::Schedule(Levy { schedule, brokerage })
    })
}

fn commission() -> impl Strategy<Value = Commission> {
    let max = prop_oneof![Just(f64::INFINITY), 0.0..0.5f64];
    prop_oneof![
        (0.0..0.5f64).prop_map(Commission::Fraction),
        (0.0..100.0f64).prop_map(Commission::Flat),
        (0.0..0.1f64, 0.0..20.0f64, max).prop_map(|(per_share, min, max)| Commission::PerShare { per_share, min, max }),
        tiers(),
        levy(),
    ]
}

fn slippage() -> impl Strategy<Value = Slippage> {
    prop_oneof![
        (0.0..9_999.0f64).prop_map(Slippage::Bps),
        (0.0..10.0f64).prop_map(Slippage::HalfSpread),
        (0.0..0.99f64).prop_map(Slippage::VolumeShare),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

/// From hundredths to millions, evenly by order of magnitude.
fn magnitude() -> impl Strategy<Value = f64> {
    (-2.0..6.0f64).prop_map(|exponent| 10f64.powf(exponent))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_negative_and_never_falling_in_units(
        commission in commission(), side in side(), price in magnitude(), units in magnitude(),
        more in 1.0..100.0f64, date in DATES,
    ) {
        let fee = commission.amount(side, price, units, date);
        let larger = commission.amount(side, price, units * more, date);
        prop_assert!(fee >= 0.0 && larger >= fee * (1.0 - 1e-12), "{commission}: {fee} then {larger}");
    }

    #[test]
    fn components_sum_to_the_commission(
        commission in commission(), side in side(), price in magnitude(), units in magnitude(), date in DATES,
    ) {
        let fee = commission.amount(side, price, units, date);
        let parts = commission.breakdown(side, price, units, date);
        let sum: f64 = parts.iter().map(|(_, amount)| amount).sum();
        prop_assert!((sum - fee).abs() <= 1e-12 * fee, "{commission}: {sum} {fee}");
        prop_assert!(parts.iter().all(|(_, amount)| *amount >= 0.0));
    }

    #[test]
    fn affordable_units_are_the_largest(
        commission in commission(), side in side(), price in magnitude(), value in magnitude(), date in DATES,
    ) {
        let cost = |units: f64| price * units + commission.amount(side, price, units, date);
        let units = commission.units_for(value, side, price, date);
        prop_assert!(units >= 0.0 && cost(units) <= value * (1.0 + 1e-12), "{commission}: {units}");
        let more = units * (1.0 + 1e-9) + 1e-9 * value / price;
        prop_assert!(cost(more) > value, "{commission}: {units} units cost {}, {more} {}", cost(units), cost(more));
    }

    #[test]
    fn texts_read_back(commission in commission(), slippage in slippage()) {
        prop_assert_eq!(commission.to_string().parse::<Commission>(), Ok(commission));
        prop_assert_eq!(slippage.to_string().parse::<Slippage>(), Ok(slippage));
    }

    #[test]
    fn slippage_never_favours_the_order(
        slippage in slippage(), price in magnitude(), units in magnitude(), volume in proptest::num::f64::ANY,
    ) {
        let bought = slippage.price(Side::Buy, price, units, volume);
        let sold = slippage.price(Side::Sell, price, units, volume);
        prop_assert!(bought >= price && (0.0..=price).contains(&sold), "{slippage}: {bought} {sold}");
    }

    #[test]
    fn any_numbers_and_texts_are_taken(
        commission in commission(), slippage in slippage(), side in side(), a in proptest::num::f64::ANY,
        b in proptest::num::f64::ANY, c in proptest::num::f64::ANY, date in any::<i32>(), text in ".{0,40}",
    ) {
        let fee = commission.amount(side, a, b, date);
        prop_assert!(fee.is_nan() || (0.0..f64::INFINITY).contains(&fee), "{commission}: {fee}");
        let units = commission.units_for(c, side, a, date);
        prop_assert!((0.0..f64::INFINITY).contains(&units), "{commission}: {units}");
        let _ = commission.breakdown(side, a, b, date);
        let _ = slippage.price(side, a, b, c);
        let _ = (text.parse::<Commission>(), text.parse::<Slippage>());
    }
}

#[test]
fn an_execution_of_nothing_costs_nothing_and_an_unknown_one_is_unknown() {
    let texts =
        ["fraction:0.001", "flat:20", "per-share:0.005,min=1", "tiered:value,0=0.001", "in-intraday", "us-equity"];
    for text in texts {
        let commission: Commission = text.parse().unwrap();
        let fee = |price: f64, units: f64| commission.amount(Side::Sell, price, units, 20_000);
        assert_eq!(
            [fee(10.0, 0.0), fee(0.0, 10.0), fee(10.0, -1.0), fee(-1.0, 10.0), fee(-1.0, -1.0)],
            [0.0; 5],
            "{text}"
        );
        assert!(fee(f64::NAN, 1.0).is_nan() && fee(1.0, f64::NAN).is_nan() && fee(f64::MAX, 10.0).is_nan(), "{text}");
        let parts = commission.breakdown(Side::Sell, 1.0, f64::NAN, 20_000);
        assert!(parts.iter().all(|(_, amount)| amount.is_nan()), "{text}");
    }
}

#[test]
fn nothing_is_bought_where_the_fee_is_not_covered() {
    let flat: Commission = "flat:20".parse().unwrap();
    assert_eq!(flat.units_for(20.0, Side::Buy, 5.0, 0), 0.0);
    assert_eq!(flat.units_for(19.0, Side::Buy, 5.0, 0), 0.0);
    assert!((flat.units_for(1_020.0, Side::Buy, 5.0, 0) - 200.0).abs() < 1e-9);
    for odd in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert_eq!((flat.units_for(odd, Side::Buy, 5.0, 0), flat.units_for(100.0, Side::Buy, odd, 0)), (0.0, 0.0));
    }
    // The same division as ever for a fraction: value over the cost of one unit.
    let fraction = Commission::default();
    assert_eq!(fraction.units_for(10_000.0, Side::Buy, 33.3, 0), 10_000.0 / (33.3 + 0.001 * 33.3));
}

#[test]
fn bad_texts_are_refused_with_what_is_allowed() {
    let refusal = |text: &str| text.parse::<Commission>().unwrap_err().to_string();
    assert_eq!(
        refusal("fraction:1.5"),
        "commission 'fraction:1.5': '1.5' is not a number from 0 to below 1; use fraction:0.001, flat:20, \
         per-share:0.005,min=1,max=0.01, tiered:value,0=0.001,100000=0.0005, or a schedule (in-delivery, in-intraday, \
         us-equity) such as in-intraday,brokerage=0.0003,cap=20"
    );
    for (text, problem) in [
        ("", "neither a form nor a schedule"),
        ("in-deliver", "neither a form nor a schedule"),
        ("in-delivery:1", "neither a form nor a schedule"),
        ("fraction", "'' is not a number"),
        ("fraction:nan", "'nan' is not a number"),
        ("flat:-1", "'-1' is not a number"),
        ("flat:inf", "'inf' is not a number"),
        ("per-share:0.005,least=1", "unknown key 'least', known are min and max"),
        ("per-share:0.005,min=1,min=2", "'min' is given twice"),
        ("per-share:0.005,", "'' is not a pair such as min=1"),
        ("tiered:price,0=1", "'price' is neither value nor units"),
        ("tiered:value", "'' is not a pair"),
        ("tiered:value,5=0.1", "the first step must be 0"),
        ("tiered:value,0=0.1,10=0.1,9=0.1", "step 9 must be above 10"),
        ("in-delivery,", "'' is not a pair"),
        ("in-delivery,fee=1", "unknown key 'fee', known are brokerage, per-share, min, cap and max"),
        ("in-delivery,brokerage=2", "'2' is not a number from 0 to below 1"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.contains(problem) && refusal.contains("; use fraction:0.001"), "{text}: {refusal}");
    }
    let refusal = "bps:x".parse::<Slippage>().unwrap_err().to_string();
    let wanted = "use bps:5, half-spread:0.01 (currency) or volume-share:0.1";
    assert_eq!(refusal, format!("slippage 'bps:x': 'x' is not a number from 0 to below 10000; {wanted}"));
    assert!("5".parse::<Slippage>().unwrap_err().to_string().contains("not a form of slippage"));
}

#[test]
fn texts_are_forgiving_about_blanks_only() {
    let levy: Commission = " in-intraday , cap = 20 , brokerage = 0.0003 ".parse().unwrap();
    assert_eq!(levy.to_string(), "in-intraday");
    let levy: Commission = "in-intraday,brokerage=0.0003".parse().unwrap();
    assert_eq!(levy.to_string(), "in-intraday,brokerage=0.0003");
    let free: Commission = "in-intraday,brokerage=0".parse().unwrap();
    assert_eq!(free.to_string(), "in-intraday,brokerage=0");
    assert_eq!("per-share:0.005,max=0.01".parse::<Commission>().unwrap().to_string(), "per-share:0.005,max=0.01");
    assert_eq!("fraction:-0".parse::<Commission>().unwrap().to_string(), "fraction:0");
}
