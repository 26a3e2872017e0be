//! Settings by name, as texts: those of the account, its costs, its guards and its orders.
//!
//! Names and texts are those that runs are stored with (`run_params`), so that what one run was told another can be
//! told too. `none` switches off what can be off. Strategy parameters are not settings; see
//! [`Config::params`](super::Config).
//!
//! Errors name the setting, the text and what is wanted.

use super::ranges::{self, Range};
use super::{BacktestError, Config, Halt};
use crate::domain::{Ts, nearest};
use crate::trade::costs::{Commission, Slippage};
use crate::trade::{Direction, SentimentLevels};

/// One setting of a backtest.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Name, as stored with runs.
    pub name: &'static str,
    /// What it means and which texts it takes, one line.
    pub doc: &'static str,
    /// Sets it, or says what is wanted.
    set: fn(&mut Config, &str) -> Result<(), String>,
}

const fn setting(name: &'static str, doc: &'static str, set: fn(&mut Config, &str) -> Result<(), String>) -> Setting {
    Setting { name, doc, set }
}

/// What a grid is when nobody asked for another.
pub(super) const OWN_GRID: &str = "the instrument's own";

static SETTINGS: [Setting; 29] = [
    setting("capital", "starting capital, in currency", |config, text| {
        within(ranges::CAPITAL, text).map(|value| config.capital = value)
    }),
    setting(
        "commission",
        "a side: a fraction of the value, or costs in full such as in-delivery or flat:20",
        |c, text| commission(text).map(|costs| c.commission = costs),
    ),
    setting("slippage", "a side: bps:5, half-spread:0.01 (currency) or volume-share:0.1", |config, text| {
        let slippage = text.parse().map_err(|error: crate::trade::costs::CostsError| error.to_string())?;
        config.slippage = slippage;
        Ok(())
    }),
    setting("slippage_bps", "slippage a side, in basis points", |config, text| {
        within(ranges::SLIPPAGE_BPS, text).map(|bps| config.slippage = Slippage::Bps(bps))
    }),
    setting("borrow_rate", "yearly cost of short positions, a fraction of their value", |config, text| {
        within(ranges::BORROW_RATE, text).map(|rate| config.borrow_rate = rate)
    }),
    setting(
        "sizing",
        "units:100, notional:10000, equity:0.2, volatility:0.1 or kelly:0.5; ,by=confidence",
        |c, text| parsed(text).map(|sizing| c.sizing = Some(sizing)),
    ),
    setting("entry", "market, close, limit:0.004, stop:0.004 or stop-limit:0.004,0.006", |config, text| {
        parsed(text).map(|approach| config.approach = approach)
    }),
    setting("life", "how long entries work: gtc, day or bars:N", |config, text| {
        parsed(text).map(|life| config.life = life)
    }),
    setting("margin", "fraction of its value that a position binds; 1 is no leverage", |config, text| {
        within(ranges::MARGIN, text).map(|margin| config.margin = margin)
    }),
    setting("maintenance", "equity at or below this fraction of exposure sells everything, or none", |config, text| {
        guard(ranges::MAINTENANCE, text).map(|fraction| config.maintenance = Some(fraction))
    }),
    setting("volume_cap", "largest share of a bar's volume, or none", |config, text| {
        guard(ranges::VOLUME_CAP, text).map(|share| config.volume_cap = Some(share))
    }),
    setting("lot", "smallest tradable quantity, none for any, or \"the instrument's own\"", |config, text| {
        grid(ranges::LOT, text).map(|lot| config.lot = lot)
    }),
    setting("tick", "smallest price step, none for any, or \"the instrument's own\"", |config, text| {
        grid(ranges::TICK, text).map(|tick| config.tick = tick)
    }),
    setting("square_off", "whether positions are left at the end of every session: on or off", |config, text| {
        switch(text).map(|on| config.square_off = Some(on))
    }),
    setting(
        "max_holding",
        "longest time a position is held: 90m or 8h within days, 2d on daily bars, or none",
        |c, text| or_none(text, parsed).map(|time| c.max_holding = time),
    ),
    setting("max_positions", "most positions at a time, or none", |config, text| {
        let count = |text: &str| text.parse::<u32>().map_err(|_| "use a whole number from 0, or none".to_string());
        or_none(text, count).map(|most| config.max_positions = most)
    }),
    setting("direction", "directions allowed: both, long or short", |config, text| {
        direction(text).map(|only| config.only = only)
    }),
    setting("sentiment_gate", "BLOCK,BOOST,FACTOR such as -0.3,0.5,1.2, or none", |config, text| {
        or_none(text, levels).map(|levels| config.sentiment = levels)
    }),
    setting("vol_index", "symbol whose closes are the volatility index of strategy model, or none", |config, text| {
        or_none(text, parsed).map(|symbol| config.vol_index = symbol)
    }),
    setting("halts", "times of no trading, SYMBOL,FROM,TO in UTC; a semicolon between several; or none", |c, text| {
        or_none(text, halts).map(|halts| c.halts = halts.unwrap_or_default())
    }),
    setting("stop_loss", "stop, a fraction of the entry price, or none", |config, text| {
        guard(ranges::STOP_LOSS, text).map(|stop| config.stop_loss = Some(stop))
    }),
    setting("take_profit", "target, a fraction of the entry price, or none", |config, text| {
        guard(ranges::TAKE_PROFIT, text).map(|target| config.take_profit = Some(target))
    }),
    setting("exposure_cap", "largest sum of position values over the account, in currency, or none", |config, text| {
        guard(ranges::EXPOSURE_CAP, text).map(|cap| config.exposure_cap = Some(cap))
    }),
    setting("symbol_cap", "largest value of the positions in one symbol, in currency, or none", |config, text| {
        guard(ranges::SYMBOL_CAP, text).map(|cap| config.symbol_cap = Some(cap))
    }),
    setting(
        "daily_loss_cap",
        "loss of a session, a fraction, that stops trading until the next, or none",
        |c, text| guard(ranges::DAILY_LOSS_CAP, text).map(|cap| c.daily_loss_cap = Some(cap)),
    ),
    setting("max_drawdown", "fall of equity from its peak, a fraction, that ends trading, or none", |config, text| {
        guard(ranges::MAX_DRAWDOWN, text).map(|cap| config.max_drawdown = Some(cap))
    }),
    setting("risk_free_rate", "yearly risk-free rate of the metrics, a fraction", |config, text| {
        within(ranges::RISK_FREE, text).map(|rate| config.risk_free_rate = rate)
    }),
    setting("warmup", "bars before the period that strategies warm up on; they are not traded", |config, text| {
        let bars = text.parse().map_err(|_| "use a whole number of bars from 0".to_string());
        bars.map(|bars| config.warmup = bars)
    }),
    setting(
        "in_sample",
        "whether the model may have seen these bars (true or false); reports are marked",
        |c, text| {
            let flag = text.parse().map_err(|_| "use true or false".to_string());
            flag.map(|flag| c.in_sample = flag)
        },
    ),
];

impl Config {
    /// Every setting that [`set`](Self::set) takes.
    pub const SETTINGS: &'static [Setting] = &SETTINGS;

    /// Sets one setting from its text, blanks around it aside. Settings that must go together are checked by
    /// [`check`](Self::check).
    ///
    /// # Errors
    /// No setting of that name (the nearest is named); a text that is not what the setting takes, or out of range.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), BacktestError> {
        let Some(found) = SETTINGS.iter().find(|setting| setting.name == name) else {
            return Err(unknown(name));
        };
        (found.set)(self, value.trim()).map_err(|problem| BacktestError::SettingText {
            setting: found.name,
            value: shown(value),
            problem,
        })
    }
}

fn unknown(name: &str) -> BacktestError {
    let names = || SETTINGS.iter().map(|setting| setting.name);
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("known: {}", names().collect::<Vec<_>>().join(", ")),
    };
    BacktestError::UnknownSetting { name: shown(name), hint }
}

/// Text from outside, short and without control characters.
fn shown(text: &str) -> String {
    text.chars().take(60).map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn within(range: Range, text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().and_then(|value| range.check(value).ok());
    value.ok_or_else(|| format!("use {}", range.wanted()))
}

/// A guard; 0 and `none` switch it off.
fn guard(range: Range, text: &str) -> Result<f64, String> {
    match text {
        "none" => Ok(0.0),
        text if text.parse() == Ok(0.0) => Ok(0.0),
        text => within(range, text),
    }
}

fn grid(range: Range, text: &str) -> Result<Option<f64>, String> {
    if text == OWN_GRID { Ok(None) } else { guard(range, text).map(Some) }
}

fn or_none<T>(text: &str, value: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text == "none" { Ok(None) } else { value(text).map(Some) }
}

/// A text of a kind that says itself what it takes.
fn parsed<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A plain number is a fraction of the value.
fn commission(text: &str) -> Result<Commission, String> {
    match text.parse::<f64>() {
        Ok(_) => within(ranges::COMMISSION, text).map(Commission::Fraction),
        Err(_) => parsed(text),
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
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

fn levels(text: &str) -> Result<SentimentLevels, String> {
    let wanted = || "use three numbers like -0.3,0.5,1.2, or none".to_string();
    let numbers = text.split(',').map(|number| number.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>();
    let numbers = numbers.map_err(|_| wanted())?;
    let [block_below, boost_above, boost] = numbers[..] else { return Err(wanted()) };
    SentimentLevels { block_below, boost_above, boost }.check().map_err(|error| error.to_string())
}

fn halts(text: &str) -> Result<Vec<Halt>, String> {
    text.split(';').map(halt).collect()
}

fn halt(text: &str) -> Result<Halt, String> {
    let wanted = || "use halts like 'ACME,2024-01-31 10:00,2024-01-31 11:30;..', or none".to_string();
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [symbol, from, to] = parts[..] else { return Err(wanted()) };
    let symbol = symbol.parse().map_err(|_| wanted())?;
    let (from, to) = Ts::parse(from).zip(Ts::parse(to)).ok_or_else(wanted)?;
    Ok(Halt { symbol, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;

    fn config() -> Config {
        Config::new("intraday", vec!["A".parse().unwrap()], Interval::M5)
    }

    fn refusal(name: &str, value: &str) -> String {
        config().set(name, value).unwrap_err().to_string()
    }

    #[test]
    fn texts_set_what_they_name() {
        let mut config = config();
        let given = [
            ("capital", " 5000 "),
            ("commission", "in-intraday,brokerage=0.0003,cap=25"),
            ("slippage", "half-spread:0.01"),
            ("stop_loss", "none"),
            ("take_profit", "0.1"),
            ("max_holding", "90m"),
            ("max_positions", "3"),
            ("direction", "short"),
            ("sentiment_gate", "-0.2, 0.4, 1.1"),
            ("halts", "A,2024-01-31 10:00,2024-01-31 11:30;A,2024-02-01,2024-02-02"),
            ("square_off", "off"),
            ("lot", "none"),
        ];
        for (name, value) in given {
            config.set(name, value).unwrap();
        }
        assert_eq!((config.capital, config.stop_loss, config.take_profit), (5000.0, Some(0.0), Some(0.1)));
        assert_eq!((config.square_off, config.lot, config.only), (Some(false), Some(0.0), Some(Direction::Short)));
        assert_eq!(config.halts.len(), 2);
        let params = config.check().unwrap().run_params(250);
        for (name, value) in [("commission", "in-intraday,brokerage=0.0003,cap=25"), ("max_holding", "90m")] {
            assert_eq!(params[name], value);
        }
        config.set("slippage_bps", "3").unwrap();
        assert_eq!(config.slippage, Slippage::Bps(3.0), "the last one holds");
        config.set("max_positions", "none").unwrap();
        assert_eq!(config.max_positions, None);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_wanted() {
        assert_eq!(refusal("stop_los", "0.1"), "unknown setting 'stop_los'; did you mean 'stop_loss'?");
        assert!(refusal("zzzzzzzzzzzz", "1").contains("known: capital, commission"));
        assert_eq!(refusal("capital", "-1"), "capital = '-1': use an amount above 0 and up to 1e15");
        assert_eq!(refusal("max_positions", "1.5"), "max_positions = '1.5': use a whole number from 0, or none");
        for setting in Config::SETTINGS {
            let message = refusal(setting.name, "rubb\u{7}ish");
            assert!(message.starts_with(&format!("{} = 'rubb?ish': ", setting.name)), "{message}");
            assert!(message.contains("use ") && !setting.doc.is_empty(), "{message}");
        }
        for number in ["nan", "inf", "-0.1", "1e400"] {
            for name in ["capital", "commission", "margin", "stop_loss", "lot", "exposure_cap", "daily_loss_cap"] {
                assert!(config().set(name, number).is_err(), "{name} = {number}");
            }
        }
    }
}
