//! Fees that brokers and regulators published, or that follow from their figures by hand.

use chrono::NaiveDate;

use super::super::order::Side;
use super::{Commission, Costs};
use crate::domain::time::day_number;

fn day(date: &str) -> i32 {
    day_number(NaiveDate::parse_from_str(date, "%Y-%m-%d").unwrap())
}

fn commission(text: &str) -> Commission {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Asserts the components that are not zero, in order, and their sum.
fn check(text: &str, side: Side, price: f64, units: f64, date: &str, expected: &[(&str, f64)]) {
    let commission = commission(text);
    let parts = commission.breakdown(side, price, units, day(date));
    let parts: Vec<_> = parts.into_iter().filter(|(_, amount)| *amount != 0.0).collect();
    let names = |parts: &[(&str, f64)]| parts.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&parts), names(expected), "{text} {date}");
    for ((name, found), (_, wanted)) in parts.iter().zip(expected) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.max(1.0), "{text} {date} {name}: {found} instead of {wanted}");
    }
    let total: f64 = expected.iter().map(|(_, amount)| amount).sum();
    let amount = commission.amount(side, price, units, day(date));
    assert!((amount - total).abs() <= 1e-9 * total.max(1.0), "{text} {date}: {amount} instead of {total}");
}

/// The rate of a component either side of a date, found from an execution of 1 unit at 1 000 000.
fn rates(text: &str, side: Side, name: &str, dates: [&str; 2]) -> [f64; 2] {
    let commission = commission(text);
    dates.map(|date| {
        let parts = commission.breakdown(side, 1e6, 1.0, day(date));
        parts.iter().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, amount)| amount / 1e6)
    })
}

#[test]
fn an_intraday_round_trip_costs_what_the_broker_s_calculator_says() {
    // Published by Zerodha's calculator while the NSE asked 0.00345 % (2022-07-18 to 2023-03-31), for 400 shares bought
    // at 1000 and sold at 1100: brokerage 40, STT 110, exchange 28.98, GST 12.42 and SEBI with its GST 0.99 (so 0.84,
    // and GST 12.57 in all), stamp duty 12; 204.39 together. It leaves out the investor protection fund (Rs 0.01 a crore).
    let date = "2023-01-16";
    check(
        "in-intraday",
        Side::Buy,
        1_000.0,
        400.0,
        date,
        &[
            ("brokerage", 20.0), // 0.03 % of 400 000 is 120, held to 20
            ("exchange", 13.8),  // 400 000 · 0.0000345
            ("ipft", 0.0004),    // 400 000 · 1e-9
            ("sebi", 0.4),       // 400 000 · 0.000001
            ("gst", 6.156),      // 18 % of 20 + 13.8 + 0.4
            ("stamp", 12.0),     // 400 000 · 0.00003
        ],
    );
    check(
        "in-intraday",
        Side::Sell,
        1_100.0,
        400.0,
        date,
        &[
            ("brokerage", 20.0),
            ("stt", 110.0),      // 440 000 · 0.00025
            ("exchange", 15.18), // 440 000 · 0.0000345
            ("ipft", 0.00044),
            ("sebi", 0.44),
            ("gst", 6.4116), // 18 % of 20 + 15.18 + 0.44
        ],
    );
    let costs = Costs { commission: commission("in-intraday"), ..Costs::default() };
    let bought = costs.commission(Side::Buy, 1_000.0, 400.0, day(date));
    let sold = costs.commission(Side::Sell, 1_100.0, 400.0, day(date));
    assert!((bought + sold - 204.39).abs() < 0.005, "{}", bought + sold);
}

#[test]
fn a_delivery_round_trip_by_hand() {
    check(
        "in-delivery",
        Side::Buy,
        2_500.0,
        100.0,
        "2024-10-01",
        &[
            ("stt", 250.0),      // 250 000 · 0.001
            ("exchange", 7.425), // 250 000 · 0.0000297
            ("ipft", 0.25),      // 250 000 · 0.000001
            ("sebi", 0.25),      // 250 000 · 0.000001
            ("gst", 1.3815),     // 18 % of 7.425 + 0.25
            ("stamp", 37.5),     // 250 000 · 0.00015
        ],
    );
    check(
        "in-delivery",
        Side::Sell,
        2_600.0,
        100.0,
        "2025-01-02",
        &[
            ("stt", 260.0),
            ("exchange", 7.722),
            ("ipft", 0.26),
            ("sebi", 0.26),
            ("gst", 1.43676), // 18 % of 7.722 + 0.26
        ],
    );
    // Ten years earlier, with a brokerage of 0.3 %: STT, service tax of 12.36 % on brokerage and exchange fee.
    check(
        "in-delivery,brokerage=0.003",
        Side::Buy,
        100.0,
        1_000.0,
        "2014-09-01",
        &[
            ("brokerage", 300.0), // 100 000 · 0.003
            ("stt", 100.0),       // 100 000 · 0.001
            ("exchange", 3.25),   // 100 000 · 0.0000325
            ("ipft", 0.0001),
            ("sebi", 0.2),    // Rs 20 a crore
            ("gst", 37.4817), // 12.36 % of 300 + 3.25
        ],
    );
}

#[test]
fn us_sales_cost_what_the_brokers_examples_say() {
    // Interactive Brokers' pricing page of 2013-14: 200 000 shares at 5 pay a transaction fee of 17.40 and a TAF of 5.95,
    // 30 million at 5 a transaction fee of 2610 and the same TAF.
    check("us-equity", Side::Sell, 5.0, 200_000.0, "2013-12-02", &[("sec", 17.40), ("taf", 5.95)]);
    check("us-equity", Side::Sell, 5.0, 30e6, "2013-12-02", &[("sec", 2_610.0), ("taf", 5.95)]);
    // The same page of 2023, with its fixed 0.005 a share: 1000 + 8.00 + 7.27 = 1015.27.
    let fixed = "us-equity,per-share=0.005,min=1,max=0.01";
    let parts = [("brokerage", 1_000.0), ("sec", 8.0), ("taf", 7.27)];
    check(fixed, Side::Sell, 5.0, 200_000.0, "2023-06-01", &parts);
    assert!((parts.iter().map(|part| part.1).sum::<f64>() - 1_015.27).abs() < 1e-9);
    // Alpaca, 100 shares at 100 early in 2024: 10 000 · 8 / 1 000 000 and 100 · 0.000166.
    check("us-equity", Side::Sell, 100.0, 100.0, "2024-01-15", &[("sec", 0.08), ("taf", 0.0166)]);
    // Motif, a sale of 10 000 in 2017-18: 0.231.
    check("us-equity", Side::Sell, 50.0, 200.0, "2017-12-01", &[("sec", 0.231), ("taf", 0.0238)]);
    check("us-equity", Side::Buy, 5.0, 200_000.0, "2023-06-01", &[]);
    // No section 31 fee from 2025-05-14, no TAF at the end of 2026.
    check("us-equity", Side::Sell, 5.0, 200_000.0, "2025-06-02", &[("taf", 8.3)]);
    check("us-equity", Side::Sell, 5.0, 200_000.0, "2026-10-01", &[("sec", 20.6)]);
}

#[test]
fn per_share_and_tiers_as_brokers_describe_them() {
    // Interactive Brokers, fixed: 0.005 a share, at least 1.00, at most 1 % of the value.
    let fixed = "per-share:0.005,min=1,max=0.01";
    check(fixed, Side::Buy, 25.0, 100.0, "2024-01-02", &[("commission", 1.0)]);
    check(fixed, Side::Buy, 25.0, 1_000.0, "2024-01-02", &[("commission", 5.0)]);
    check(fixed, Side::Buy, 0.25, 1_000.0, "2024-01-02", &[("commission", 2.5)]);
    // Its tiers for 30 million shares: 1050 + 5400 + 25 500 + 10 000.
    let tiers = "tiered:units,0=0.0035,300000=0.002,3000000=0.0015,20000000=0.001";
    check(tiers, Side::Sell, 5.0, 30e6, "2024-01-02", &[("commission", 41_950.0)]);
    check("flat:20", Side::Sell, 5.0, 3.0, "2024-01-02", &[("commission", 20.0)]);
    check("fraction:0.001", Side::Sell, 5.0, 3.0, "2024-01-02", &[("commission", 0.015)]);
}

#[test]
fn rates_change_on_their_day() {
    use Side::{Buy, Sell};
    let changes = [
        ("in-delivery", Buy, "stt", ["2004-09-30", "2004-10-01"], [0.0, 0.00075]),
        ("in-delivery", Sell, "stt", ["2012-06-30", "2012-07-01"], [0.00125, 0.001]),
        ("in-intraday", Sell, "stt", ["2006-05-31", "2006-06-01"], [0.0002, 0.00025]),
        ("in-intraday", Buy, "stt", ["2006-05-31", "2006-06-01"], [0.0, 0.0]),
        ("in-delivery", Buy, "stamp", ["2020-06-30", "2020-07-01"], [0.0, 0.00015]),
        ("in-intraday", Buy, "stamp", ["2020-06-30", "2020-07-01"], [0.0, 0.00003]),
        ("in-intraday", Sell, "stamp", ["2020-06-30", "2020-07-01"], [0.0, 0.0]),
        ("in-delivery", Buy, "exchange", ["2020-12-31", "2021-01-01"], [0.0000325, 0.0000345]),
        ("in-delivery", Buy, "exchange", ["2024-09-30", "2024-10-01"], [0.0000322, 0.0000297]),
        ("in-delivery", Buy, "ipft", ["2023-03-31", "2023-04-01"], [1e-9, 1e-6]),
        ("in-delivery", Buy, "sebi", ["2019-03-31", "2019-04-01"], [1.5e-6, 1e-6]),
        ("in-delivery", Buy, "sebi", ["2020-05-31", "2020-06-01"], [1e-6, 5e-7]),
        ("in-delivery", Buy, "sebi", ["2021-03-31", "2021-04-01"], [5e-7, 1e-6]),
        // 15 % and 18 % of the exchange fee; from 2022-07-18 of the SEBI fee too.
        ("in-delivery", Buy, "gst", ["2017-06-30", "2017-07-01"], [0.15 * 0.0000325, 0.18 * 0.0000325]),
        ("in-delivery", Buy, "gst", ["2022-07-17", "2022-07-18"], [0.18 * 0.0000345, 0.18 * 0.0000355]),
        ("us-equity", Sell, "sec", ["2024-05-21", "2024-05-22"], [0.000008, 0.0000278]),
        ("us-equity", Sell, "sec", ["2025-05-13", "2025-05-14"], [0.0000278, 0.0]),
        ("us-equity", Sell, "sec", ["2026-04-03", "2026-04-04"], [0.0, 0.0000206]),
        ("us-equity", Sell, "taf", ["2023-12-31", "2024-01-01"], [0.000145e-6, 0.000166e-6]),
        ("us-equity", Sell, "taf", ["2026-12-31", "2027-01-01"], [0.0, 0.000232e-6]),
    ];
    for (text, side, name, dates, wanted) in changes {
        let found = rates(text, side, name, dates);
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() <= 1e-12 * wanted.max(1e-9), "{text} {name} {dates:?}: {found} {wanted}");
        }
    }
}

#[test]
fn before_the_first_row_nothing_is_levied() {
    for text in ["in-delivery", "us-equity"] {
        for date in [day("1989-12-31"), i32::MIN] {
            assert_eq!(commission(text).amount(Side::Sell, 100.0, 10.0, date), 0.0, "{text}");
        }
    }
}

#[test]
fn borrow_is_paid_by_the_day() {
    let costs = Costs { borrow_rate: 0.0365, ..Costs::default() };
    assert!((costs.borrow(10_000.0, 1.0) - 1.0).abs() < 1e-12);
    assert!((costs.borrow(-10_000.0, 3.0) - 3.0).abs() < 1e-12);
    assert_eq!((costs.borrow(10_000.0, 0.0), Costs::default().borrow(10_000.0, 5.0)), (0.0, 0.0));
    assert!(costs.borrow(f64::NAN, 1.0).is_nan());
}
