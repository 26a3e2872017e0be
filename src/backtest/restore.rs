//! From the stored parameters of a run back to its configuration.
//!
//! `restore(strategies, symbols, interval, params).check()?.run_params(p) == params` for whatever was stored. Settings
//! that were stored as each strategy's own (`sma_cross:none,intraday:0.02`), or as a cap with what it gives way to
//! (`100000 or 1 x equity`), or as a multiple of volatility (`2 x volatility of 20 returns`), are the defaults they came from.

use std::collections::BTreeMap;

use super::learned::{self, Learned};
use super::{BacktestError, Config, SignalSource};
use crate::domain::{Interval, Symbol, Ts};

impl Config {
    /// The configuration that a run was stored with: `params` are its rows of `run_params`.
    ///
    /// What those rows do not say is left for the caller: the model and its predictions, the signals themselves, the
    /// name and the seed.
    ///
    /// # Errors
    /// A key that no setting has, a text that is none of its setting's: written by another version, or altered.
    pub fn restore(
        strategies: &[String],
        symbols: &[Symbol],
        interval: Interval,
        params: &BTreeMap<String, String>,
    ) -> Result<Self, BacktestError> {
        let mut config = Self::new("", symbols.to_vec(), interval);
        config.strategies = strategies.to_vec();
        for (key, value) in params {
            config.take(key, value)?;
        }
        config.source = source(params)?;
        config.learned = Learned::restore(params)?;
        Ok(config)
    }

    /// Takes one stored parameter.
    fn take(&mut self, key: &str, value: &str) -> Result<(), BacktestError> {
        if let Some(param) = key.strip_prefix("param.") {
            self.params.insert(param.to_string(), value.to_string());
            return Ok(());
        }
        match key {
            "from" => self.from = bound("from", value)?,
            "to" => self.to = bound("to", value)?,
            // Said by the instruments, the statement and the run itself.
            "periods_per_year" | "signals" | "signals_sha256" | "audit" => {}
            // Every strategy leaves for the night, if at different bars: that is "on", whoever asked for it.
            "square_off" if value.contains(':') && !value.contains(":off") => self.square_off = Some(true),
            _ if key.starts_with("note.") || learned::KEYS.contains(&key) => {}
            _ => {
                let setting = Self::setting(key)?;
                if !(setting.is_strategys() && [":", " or ", " x "].iter().any(|sign| value.contains(sign))) {
                    setting.set(self, value)?;
                }
            }
        }
        Ok(())
    }
}

/// A bound of the period.
fn bound(setting: &'static str, text: &str) -> Result<Option<Ts>, BacktestError> {
    if text == "open" {
        return Ok(None);
    }
    let wanted = || BacktestError::SettingText {
        setting,
        value: text.chars().take(60).collect(),
        problem: "use a UTC time, or open".into(),
    };
    Ts::parse(text).map(Some).ok_or_else(wanted)
}

/// The statement that signals came from.
fn source(params: &BTreeMap<String, String>) -> Result<Option<SignalSource>, BacktestError> {
    let Some(name) = params.get("signals") else { return Ok(None) };
    let sha256 = params.get("signals_sha256").cloned().ok_or_else(|| BacktestError::SettingText {
        setting: "signals_sha256",
        value: String::new(),
        problem: format!("the hash of the statement {name} is missing"),
    })?;
    let audit_id = params.get("audit").filter(|audit| *audit != "none").cloned();
    Ok(Some(SignalSource { name: name.clone(), sha256, text: None, audit_id }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::{Halt, ModelRef};
    use crate::domain::bet::{BetTerms, Width};
    use crate::trade::strategies::catalogue;
    use crate::trade::{Direction, SentimentLevels};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn pick<T: Clone>(rng: &mut ChaCha8Rng, all: &[T]) -> T {
        all[rng.random_range(0..all.len())].clone()
    }

    /// Nothing, off, or a number that has no short text.
    fn maybe(rng: &mut ChaCha8Rng, low: f64, high: f64) -> Option<f64> {
        match rng.random_range(0..4) {
            0 => None,
            1 => Some(0.0),
            _ => Some(rng.random_range(low..high)),
        }
    }

    fn strategies(rng: &mut ChaCha8Rng, config: &mut Config) {
        let mut names: Vec<&str> = catalogue().iter().map(|spec| spec.name).collect();
        while names.len() > 1 && rng.random_bool(0.6) {
            names.remove(rng.random_range(0..names.len()));
        }
        config.strategies = names.iter().map(ToString::to_string).collect();
        let several = names.len() > 1;
        let owner = |name: &str| if several { format!("{name}.") } else { String::new() };
        if names.contains(&"sma_cross") {
            config.params.insert(format!("{}slow", owner("sma_cross")), rng.random_range(30..90).to_string());
        }
        if names.contains(&"model") {
            let model = ModelRef { model_id: "m".into(), parent_run_id: "t".into(), feature_set_hash: "h".into() };
            config.model = Some(model);
            config.params.insert(format!("{}threshold", owner("model")), rng.random::<f64>().to_string());
            config.learned = rng.random_bool(0.6).then(|| learned(rng));
            config.vol_index = rng.random_bool(0.3).then(|| "VIX".parse().unwrap());
        }
        if names.contains(&"signals") {
            let audit_id = rng.random_bool(0.5).then(|| "audit-1".to_string());
            config.source = Some(SignalSource { name: "my.sql".into(), sha256: "ab".into(), text: None, audit_id });
        }
    }

    fn learned(rng: &mut ChaCha8Rng) -> Learned {
        let width = |rng: &mut ChaCha8Rng| {
            let scaled = Width::Volatility { multiple: rng.random_range(0.1..5.0), window: 20 };
            pick(rng, &[None, Some(Width::Fraction(0.0375)), Some(scaled)])
        };
        let terms = BetTerms {
            take_profit: width(rng),
            stop_loss: width(rng),
            horizon: rng.random_range(1..50),
            session_bounded: rng.random_bool(0.3),
        };
        let terms = Some(terms).filter(|_| rng.random_bool(0.8));
        Learned { label_set: "labels".into(), feature_set: "set".into(), terms }
    }

    fn account(rng: &mut ChaCha8Rng, config: &mut Config) {
        config.capital = rng.random_range(1.0..1e9);
        let commissions = [
            "fraction:0.00123",
            "flat:20.5",
            "per-share:0.005",
            "per-share:0.005,min=1,max=0.01",
            "in-delivery",
            "in-intraday,brokerage=0.0003,cap=20",
            "us-equity",
            "tiered:value,0=0.001,100000=0.0005",
        ];
        config.commission = pick(rng, &commissions).parse().unwrap();
        config.slippage = pick(rng, &["bps:7.25", "half-spread:0.013", "volume-share:0.1"]).parse().unwrap();
        config.borrow_rate = rng.random_range(0.0..1.0);
        config.sizing =
            pick(rng, &[None, Some("units:7"), Some("notional:1234.5"), Some("equity:0.01"), Some("volatility:0.1")])
                .map(|text| text.parse().unwrap());
        config.margin = rng.random_range(0.3..=1.0);
        config.maintenance = maybe(rng, 0.01, 0.29);
        config.max_drawdown = maybe(rng, 0.01, 0.9);
        config.stop_loss = maybe(rng, 0.001, 0.5);
        config.take_profit = maybe(rng, 0.001, 0.5);
        config.exposure_cap = maybe(rng, 1.0, 1e9);
        config.symbol_cap = maybe(rng, 1.0, 1e9);
        config.daily_loss_cap = maybe(rng, 0.001, 0.9);
        config.risk_free_rate = rng.random_range(-0.5..0.5);
        config.max_positions = pick(rng, &[None, Some(0), Some(5)]);
    }

    fn orders(rng: &mut ChaCha8Rng, config: &mut Config) {
        config.approach =
            pick(rng, &["market", "limit:0.004", "stop:0.00123", "stop-limit:0.004,0.006"]).parse().unwrap();
        config.life = pick(rng, &["gtc", "day", "bars:3"]).parse().unwrap();
        config.volume_cap = maybe(rng, 0.01, 1.0);
        config.lot = maybe(rng, 0.01, 100.0);
        config.tick = maybe(rng, 0.01, 1.0);
        config.square_off = pick(rng, &[None, Some(true), Some(false)]);
        config.max_holding =
            rng.random_bool(0.3).then(|| if config.interval.is_intraday() { "90m" } else { "3d" }.parse().unwrap());
        config.only = pick(rng, &[None, Some(Direction::Long), Some(Direction::Short)]);
        let levels = SentimentLevels { block_below: -0.123, boost_above: 0.5, boost: 1.3 };
        config.sentiment = rng.random_bool(0.3).then_some(levels);
        for _ in 0..rng.random_range(0..3) {
            let from = rng.random_range(0..2_000_000_000_000_000);
            config.halts.push(Halt { symbol: "A".parse().unwrap(), from: Ts(from), to: Ts(from + 1) });
        }
        config.from = rng.random_bool(0.5).then(|| Ts(rng.random_range(0..2_000_000_000_000_000)));
        config.to = rng.random_bool(0.5).then(|| Ts(rng.random_range(0..2_000_000_000_000_000)));
        config.warmup = rng.random_range(0..1000);
        config.in_sample = rng.random_bool(0.2);
    }

    /// What a run stores of a configuration; `None` when it is refused.
    fn stored(config: &Config) -> Option<BTreeMap<String, String>> {
        let plan = config.check().ok()?;
        Some(crate::backtest::record::stored_params(config, &plan, 252))
    }

    #[test]
    fn any_stored_configuration_is_found_again() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (mut found, mut several, mut own) = (0, 0, 0);
        for _ in 0..4_000 {
            let interval = pick(&mut rng, &[Interval::M1, Interval::M5, Interval::D1]);
            let mut config = Config::new("", vec!["A".parse().unwrap(), "B.X".parse().unwrap()], interval);
            strategies(&mut rng, &mut config);
            account(&mut rng, &mut config);
            orders(&mut rng, &mut config);
            let Some(params) = stored(&config) else { continue };
            let restored = Config::restore(&config.strategies, &config.symbols, interval, &params).unwrap();
            let restored = Config { model: config.model.clone(), ..restored };
            assert_eq!(stored(&restored).unwrap(), params);
            found += 1;
            several += usize::from(config.strategies.len() > 1);
            own += usize::from(params["stop_loss"].contains(':') && params["exposure_cap"].contains(" or "));
        }
        assert!(found > 2_000 && several > 800 && own > 10, "{found} accepted, {several}, {own}");
    }

    #[test]
    fn every_stored_key_is_understood() {
        let config = Config::new("sma_cross", vec!["A".parse().unwrap()], Interval::D1);
        for key in stored(&config).unwrap().keys() {
            let name = key.split('.').next().unwrap();
            let read = ["param", "from", "to", "periods_per_year"].contains(&name);
            let settable = Config::SETTINGS.iter().any(|setting| setting.name == key);
            assert!(read || settable, "run_params writes '{key}', which neither set nor restore reads");
        }
    }

    #[test]
    fn what_no_setting_wrote_is_refused() {
        let symbols = ["A".parse().unwrap()];
        let restore = |key: &str, value: &str| {
            let params = BTreeMap::from([(key.to_string(), value.to_string())]);
            Config::restore(&["sma_cross".to_string()], &symbols, Interval::D1, &params)
                .map_err(|error| error.to_string())
        };
        assert!(restore("captial", "1").unwrap_err().contains("did you mean 'capital'?"));
        assert_eq!(restore("from", "soon").unwrap_err(), "from = 'soon': use a UTC time, or open");
        assert!(restore("signals", "my.sql").unwrap_err().contains("the hash of the statement my.sql is missing"));
        assert!(restore("note.1", "anything").is_ok());
        assert!(restore("exposure_cap", "100000 or 1 x equity").unwrap().exposure_cap.is_none());
    }
}
