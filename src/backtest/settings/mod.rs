//! The settings of the account, its costs, its orders and its limits.
//!
//! Each is a row of one table (`table.rs`) that says what it is called, what it means, which values it takes and how it
//! reads as text. The rest derives from it: flags and help of `ws backtest` and `ws campaign`, keys of `[backtest]` in
//! the configuration file and of `[account]` in specifications, a [`Config`] as TOML or JSON, the parameters stored
//! with a run (`run_params`) and the way back from them, and the checks of a [`Config`] made in code. Strategy
//! parameters are not settings; see [`Config::params`](super::Config).
//!
//! `none` and 0 switch off what can be off. Errors name the setting, the text and what to use instead.

mod range;
mod table;

use super::{BacktestError, Config};
use crate::domain::{Interval, shown, suggestion};
use range::Range;

/// Off.
const NONE: &str = "none";

/// The number that a setting is in a configuration; `None` where it is off or no number.
type Number = fn(&Config) -> Option<f64>;

/// One setting of a backtest.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Name: key of files and of stored parameters.
    pub name: &'static str,
    /// How it is given on the command line; `None` where commands have flags of their own.
    pub flag: Option<Flag>,
    /// Whether it decides what is read, so that it can't differ between the trials of a search.
    pub is_input: bool,
    /// What it means and which texts it takes.
    about: &'static str,
    /// The default in words, where its text says too little.
    default: Option<&'static str>,
    /// Text of nothing asked for; `None` where another setting has the text.
    unset: Option<&'static str>,
    /// Numbers that are allowed, and the number.
    range: Option<(Range, Number)>,
    set: fn(&mut Config, &str) -> Result<(), String>,
    text: fn(&Config) -> Option<String>,
}

/// How a setting is given on the command line.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// Name without dashes before it, where it is not the setting's.
    name: Option<&'static str>,
    /// What help calls the value.
    pub value: &'static str,
    /// What the flag means without a value.
    pub bare: Option<&'static str>,
    /// The only values; empty where there are more.
    pub choices: &'static [&'static str],
    /// The setting that says the same, of which only one can be given.
    pub conflict: Option<&'static str>,
    /// Whether it is given once for each of several, which `;` separates as text.
    pub is_repeated: bool,
}

impl Setting {
    /// Name of the flag, without dashes before it.
    #[must_use]
    pub fn flag_name(&self) -> String {
        self.flag.and_then(|flag| flag.name).unwrap_or(self.name).replace('_', "-")
    }

    /// What it means, which texts it takes and what holds without it.
    #[must_use]
    pub fn help(&self) -> String {
        let usual = || self.text(&Config::new("", Vec::new(), Interval::D1));
        match self.default.map(String::from).or_else(usual).or(self.unset.map(String::from)) {
            Some(default) => format!("{} [default: {default}]", self.about),
            None => self.about.to_string(),
        }
    }

    /// Its text in a configuration; `None` where nothing is asked for, or where another setting has the text.
    #[must_use]
    pub fn text(&self, config: &Config) -> Option<String> {
        (self.text)(config)
    }

    /// The same as stored with a run.
    pub(super) fn stored(&self, config: &Config) -> Option<String> {
        self.text(config).or(self.unset.map(String::from))
    }

    /// Sets it, blanks around the text aside.
    ///
    /// # Errors
    /// A text that is not what it takes, or out of range.
    pub fn set(&self, config: &mut Config, value: &str) -> Result<(), BacktestError> {
        let wrong = |problem| BacktestError::SettingText { setting: self.name, value: shown(value), problem };
        (self.set)(config, value.trim()).map_err(wrong)
    }

    /// What is wrong with a text, when something is; `set` says it with the setting's name.
    ///
    /// # Errors
    /// What to use instead.
    pub fn check_text(&self, value: &str) -> Result<(), String> {
        (self.set)(&mut Config::new("", Vec::new(), Interval::D1), value.trim())
    }

    /// Refuses a number out of range.
    pub(super) fn check(&self, config: &Config) -> Result<(), BacktestError> {
        match self.range.and_then(|(range, number)| Some((range, number(config)?))) {
            Some((range, value)) if !range.has(value) => {
                Err(BacktestError::Setting { setting: self.name, value, wanted: range.wanted })
            }
            _ => Ok(()),
        }
    }

    /// Whether strategies have defaults of their own for it.
    pub(super) fn is_strategys(&self) -> bool {
        self.unset == Some(table::STRATEGYS)
    }
}

impl Config {
    /// Every setting that [`set`](Self::set) takes.
    pub const SETTINGS: &'static [Setting] = &table::SETTINGS;

    /// The setting of a name.
    ///
    /// # Errors
    /// None of that name; the nearest is named.
    pub fn setting(name: &str) -> Result<&'static Setting, BacktestError> {
        Self::SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| BacktestError::UnknownSetting {
            name: shown(name),
            hint: suggestion(name, Self::SETTINGS.iter().map(|setting| setting.name)),
        })
    }

    /// Sets one setting from its text, blanks around it aside. Settings that must go together are checked by
    /// [`check`](Self::check).
    ///
    /// # Errors
    /// As [`setting`](Self::setting) and [`Setting::set`].
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), BacktestError> {
        Self::setting(name)?.set(self, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;
    use crate::trade::Direction;
    use crate::trade::costs::Slippage;

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
        assert!(refusal("zzzzzzzzzzzz", "1").contains("known: warmup, capital, commission"));
        assert_eq!(refusal("capital", "-1"), "capital = '-1': use an amount above 0 and up to 1e15");
        assert_eq!(refusal("max_positions", "1.5"), "max_positions = '1.5': use a whole number from 0, or none");
        for setting in Config::SETTINGS {
            let message = refusal(setting.name, "rubb\u{7}ish");
            assert!(message.starts_with(&format!("{} = 'rubb?ish': ", setting.name)), "{message}");
            assert!(message.contains("use ") && !setting.about.is_empty(), "{message}");
        }
        for number in ["nan", "inf", "-0.1", "1e400"] {
            for name in ["capital", "commission", "margin", "stop_loss", "lot", "exposure_cap", "daily_loss_cap"] {
                assert!(config().set(name, number).is_err(), "{name} = {number}");
            }
        }
    }
}
