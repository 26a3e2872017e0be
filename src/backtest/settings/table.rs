//! One row a setting, in the order of `--help`.
//!
//! Numbers are fractions unless they say otherwise. A limit that is [`STRATEGYS`] defaults to what the strategies of a
//! run want; the account takes the tightest of several.

use std::fmt::Display;
use std::str::FromStr;

use super::range::{ABOVE_ONE, Range, above, from};
use super::{Config, Flag, NONE, Setting};
use crate::trade::costs::{Commission, Slippage};
use crate::trade::{Direction, SentimentLevels};

/// A grid that is not asked for.
const INSTRUMENTS: &str = "the instrument's own";
/// A limit that is not asked for, and that strategies have.
pub(super) const STRATEGYS: &str = "the strategy's own";

const COMMISSION: Range = from(0.0, 1.0, "a fraction from 0 to below 1 (0.001 is 0.10 %)");
const BPS: Range = from(0.0, 10_000.0, "basis points from 0 to below 10000");

type Set = fn(&mut Config, &str) -> Result<(), String>;
type Text = fn(&Config) -> Option<String>;

const fn setting(name: &'static str, value: &'static str, about: &'static str, set: Set, text: Text) -> Setting {
    Setting {
        name,
        flag: Some(flag(value)),
        is_input: false,
        about,
        default: None,
        unset: Some(NONE),
        range: None,
        set,
        text,
    }
}

const fn flag(value: &'static str) -> Flag {
    Flag { name: None, value, bare: None, choices: &[], conflict: None, is_repeated: false }
}

/// A number that always holds.
macro_rules! number {
    ($name:ident, $value:literal, $range:expr, $about:literal) => {
        Setting {
            range: Some(($range, |config| Some(config.$name))),
            ..setting(
                stringify!($name),
                $value,
                $about,
                |config, text| $range.number(text).map(|number| config.$name = number),
                |config| Some(config.$name.to_string()),
            )
        }
    };
}

/// A number that can be off, and that is `$unset` where it is not asked for.
macro_rules! limit {
    ($name:ident, $value:literal, $range:expr, $unset:expr, $about:literal) => {
        Setting {
            unset: Some($unset),
            range: Some(($range, |config| config.$name.filter(|limit| *limit != 0.0))),
            ..setting(
                stringify!($name),
                $value,
                $about,
                |config, text| $range.limit(text, $unset).map(|limit| config.$name = limit),
                |config| config.$name.map(|limit| if limit == 0.0 { NONE.into() } else { limit.to_string() }),
            )
        }
    };
}

pub(super) static SETTINGS: [Setting; 30] = [
    Setting {
        is_input: true,
        ..setting(
            "warmup",
            "BARS",
            "Bars before --from that are read to warm averages and other memories up; they are not traded",
            |config, text| whole(text, "a whole number of bars from 0").map(|bars| config.warmup = bars),
            |config| Some(config.warmup.to_string()),
        )
    },
    number!(capital, "AMOUNT", above(0.0, 1e15, "an amount above 0 and up to 1e15"), "Starting capital, in currency"),
    Setting {
        range: Some((COMMISSION, |config| match config.commission {
            Commission::Fraction(fraction) => Some(fraction),
            _ => None,
        })),
        ..setting(
            "commission",
            "FRACTION",
            "Commission a side, as a fraction of the traded value, or any of --costs",
            |config, text| commission(text).map(|commission| config.commission = commission),
            // A fraction reads as it is usually given: a plain number.
            |config| match &config.commission {
                Commission::Fraction(fraction) => Some(fraction.to_string()),
                other => Some(other.to_string()),
            },
        )
    },
    // Another name for the same, stored and kept under the first.
    Setting {
        flag: Some(Flag { conflict: Some("commission"), ..flag("COSTS") }),
        unset: None,
        ..setting(
            "costs",
            "COSTS",
            "Commission in full: a schedule (in-delivery, in-intraday, us-equity), fraction:0.001, flat:20, \
             per-share:0.005,min=1,max=0.01 or tiered:value,0=0.001,100000=0.0005",
            |config, text| commission(text).map(|commission| config.commission = commission),
            |_| None,
        )
    },
    Setting {
        unset: None,
        range: Some((BPS, basis_points)),
        ..setting(
            "slippage_bps",
            "BPS",
            "Slippage a side, in basis points",
            |config, text| BPS.number(text).map(|bps| config.slippage = Slippage::Bps(bps)),
            |config| basis_points(config).map(|bps| bps.to_string()),
        )
    },
    Setting {
        flag: Some(Flag { conflict: Some("slippage_bps"), ..flag("SLIPPAGE") }),
        unset: None,
        ..setting(
            "slippage",
            "SLIPPAGE",
            "Slippage in full: bps:5, half-spread:0.01 (currency) or volume-share:0.1 (price x (1 +- 0.1 x share^2), \
             share the order's of the bar's volume)",
            |config, text| parsed(text).map(|slippage| config.slippage = slippage),
            |config| basis_points(config).is_none().then(|| config.slippage.to_string()),
        )
    },
    number!(
        borrow_rate,
        "FRACTION",
        from(0.0, 10.0, "a yearly fraction from 0 to below 10"),
        "Yearly cost of short positions, a fraction of their value"
    ),
    Setting {
        is_input: true,
        ..number!(
            risk_free_rate,
            "FRACTION",
            above(-1.0, 1.0, "a yearly fraction between -1 and 1"),
            "Yearly risk-free rate of the metrics, a fraction"
        )
    },
    Setting {
        default: Some("95 % of equity split over symbols and strategies"),
        ..setting(
            "sizing",
            "SIZING",
            "Position size: units:100, notional:10000, equity:0.2, volatility:0.1 (of equity a year) or kelly:0.5 \
             (strategy model); ,by=confidence behind it scales by confidence",
            |config, text| optional(text).map(|sizing| config.sizing = sizing),
            |config| config.sizing.map(|sizing| sizing.to_string()),
        )
    },
    number!(
        margin,
        "FRACTION",
        above(0.0, ABOVE_ONE, "a fraction above 0 and up to 1 (1 is no leverage)"),
        "Fraction of its value that a position binds; 0.5 doubles the buying power"
    ),
    limit!(
        maintenance,
        "FRACTION",
        above(0.0, 1.0, "a fraction above 0 and below the margin, or 0 for none"),
        NONE,
        "Equity at or below this fraction of exposure sells everything at the next open; at 0 equity that happens in \
         any case"
    ),
    limit!(
        stop_loss,
        "FRACTION",
        above(0.0, 1.0, "a fraction above 0 and below 1 (0.02 is 2 %), or 0 for none"),
        STRATEGYS,
        "Stop, a fraction of the entry price; 0 is none"
    ),
    limit!(
        take_profit,
        "FRACTION",
        above(0.0, 1_000.0, "a fraction above 0 (0.04 is 4 %), or 0 for none"),
        STRATEGYS,
        "Target, a fraction of the entry price; 0 is none"
    ),
    Setting {
        default: Some("the strategy's, or what equity buys where that is more"),
        ..limit!(
            exposure_cap,
            "AMOUNT",
            above(0.0, f64::INFINITY, "an amount above 0, or 0 for none"),
            STRATEGYS,
            "Largest sum of position values over the whole account, in currency; an entry that would pass it is \
             refused, not made smaller; 0 is none"
        )
    },
    limit!(
        symbol_cap,
        "AMOUNT",
        above(0.0, f64::INFINITY, "an amount above 0, or 0 for none"),
        NONE,
        "Largest value of the positions in one symbol, in currency; an entry that would pass it is refused; 0 is none"
    ),
    Setting {
        default: Some("any number"),
        ..setting(
            "max_positions",
            "N",
            "Most positions at a time; 0 is any number",
            |config, text| {
                let most = if text == NONE { 0 } else { whole(text, "a whole number from 0, or none")? };
                config.max_positions = Some(most).filter(|most| *most > 0);
                Ok(())
            },
            |config| config.max_positions.filter(|most| *most > 0).map(|most| most.to_string()),
        )
    },
    limit!(
        daily_loss_cap,
        "FRACTION",
        above(0.0, 1.0, "a fraction above 0 and below 1, or 0 for none"),
        STRATEGYS,
        "Loss of a session that stops trading until the next, a fraction; 0 is none"
    ),
    limit!(
        max_drawdown,
        "FRACTION",
        above(0.0, 1.0, "a fraction above 0 and below 1, or 0 for none"),
        NONE,
        "Fall of equity from its peak that sells everything and ends trading, a fraction; 0 is none"
    ),
    setting(
        "entry",
        "STYLE",
        "How entries are ordered: market, close (of the session), limit:0.004, stop:0.004 or stop-limit:0.004,0.006, \
         as fractions of the deciding close",
        |config, text| parsed(text).map(|approach| config.approach = approach),
        |config| Some(config.approach.to_string()),
    ),
    setting(
        "life",
        "LIFE",
        "How long entries work: gtc, day or bars:N",
        |config, text| parsed(text).map(|life| config.life = life),
        |config| Some(config.life.to_string()),
    ),
    limit!(
        volume_cap,
        "FRACTION",
        above(0.0, ABOVE_ONE, "a fraction above 0 and up to 1, or 0 for none"),
        NONE,
        "Largest share of a bar's volume; the rest goes on working. 0 is none"
    ),
    limit!(
        lot,
        "UNITS",
        from(1e-12, 1e12, "units from 1e-12 on, or 0 for any quantity"),
        INSTRUMENTS,
        "Smallest tradable quantity; 0 is any"
    ),
    limit!(
        tick,
        "PRICE",
        from(1e-12, 1e12, "a price step from 1e-12 on, or 0 for any price"),
        INSTRUMENTS,
        "Smallest price step; 0 is any"
    ),
    Setting {
        flag: Some(Flag { bare: Some("on"), ..flag("on|off") }),
        unset: Some(STRATEGYS),
        ..setting(
            "square_off",
            "on|off",
            "Leave every position at the end of the session; =off holds over night",
            |config, text| square_off(text).map(|on| config.square_off = on),
            |config| config.square_off.map(|on| if on { "on" } else { "off" }.into()),
        )
    },
    setting(
        "max_holding",
        "TIME",
        "Longest time a position is held: 90m or 8h of trading within days, 2d on daily bars",
        |config, text| optional(text).map(|time| config.max_holding = time),
        |config| config.max_holding.map(|time| time.to_string()),
    ),
    Setting {
        flag: Some(Flag { choices: &["both", "long", "short"], ..flag("both|long|short") }),
        ..setting(
            "direction",
            "both|long|short",
            "Directions allowed",
            |config, text| direction(text).map(|only| config.only = only),
            |config| Some(config.only.map_or_else(|| "both".into(), |only| only.as_str().to_lowercase())),
        )
    },
    Setting {
        is_input: true,
        flag: Some(Flag { bare: Some("-0.3,0.5,1.2"), ..flag("BLOCK,BOOST,FACTOR") }),
        default: Some("none; -0.3,0.5,1.2 when given without levels"),
        ..setting(
            "sentiment_gate",
            "BLOCK,BOOST,FACTOR",
            "Suppress longs at a sentiment score below BLOCK, multiply their confidence by FACTOR above BOOST",
            |config, text| optional(text).map(|levels| config.sentiment = levels),
            |config| config.sentiment.as_ref().map(SentimentLevels::to_string),
        )
    },
    Setting {
        is_input: true,
        ..setting(
            "vol_index",
            "SYMBOL",
            "Instrument whose closes are the volatility index of strategy model, which then holds entries back below \
             15 unless --param vol_index_min says otherwise",
            |config, text| optional(text).map(|symbol| config.vol_index = symbol),
            |config| config.vol_index.as_ref().map(ToString::to_string),
        )
    },
    Setting {
        is_input: true,
        flag: Some(Flag { name: Some("halt"), is_repeated: true, ..flag("SYMBOL,FROM,TO") }),
        ..setting(
            "halts",
            "SYMBOL,FROM,TO",
            "A time in which an instrument does not trade, as SYMBOL,FROM,TO in UTC; once for each",
            |config, text| {
                let each = text.split(';').filter(|_| text != NONE);
                config.halts = each.map(parsed).collect::<Result<_, String>>()?;
                Ok(())
            },
            |config| {
                let halts: Vec<String> = config.halts.iter().map(ToString::to_string).collect();
                (!halts.is_empty()).then(|| halts.join(";"))
            },
        )
    },
    // A flag of the commands themselves, as it needs a model.
    Setting {
        is_input: true,
        flag: None,
        ..setting(
            "in_sample",
            "",
            "Whether the model may have seen these bars (true or false); every report is then marked",
            |config, text| {
                config.in_sample = text.parse().map_err(|_| "use true or false")?;
                Ok(())
            },
            |config| Some(config.in_sample.to_string()),
        )
    },
];

fn basis_points(config: &Config) -> Option<f64> {
    match config.slippage {
        Slippage::Bps(bps) => Some(bps),
        _ => None,
    }
}

/// A text of a kind that says itself what it takes.
fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn optional<T: FromStr<Err: Display>>(text: &str) -> Result<Option<T>, String> {
    if text == NONE { Ok(None) } else { parsed(text).map(Some) }
}

fn whole(text: &str, wanted: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("use {wanted}"))
}

/// A plain number is a fraction of the value.
fn commission(text: &str) -> Result<Commission, String> {
    match text.parse::<f64>() {
        Ok(_) => COMMISSION.number(text).map(Commission::Fraction),
        Err(_) => parsed(text),
    }
}

/// Runs are stored with the bar at which positions are left.
fn square_off(text: &str) -> Result<Option<bool>, String> {
    match text {
        "on" | "true" | "last_open" | "last_close" => Ok(Some(true)),
        "off" | "false" => Ok(Some(false)),
        STRATEGYS => Ok(None),
        _ => Err("use on or off".into()),
    }
}

fn direction(text: &str) -> Result<Option<Direction>, String> {
    match text {
        "both" => Ok(None),
        "long" => Ok(Some(Direction::Long)),
        "short" => Ok(Some(Direction::Short)),
        _ => Err("use both, long or short".into()),
    }
}
