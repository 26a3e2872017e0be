//! From what is asked to what will be done: everything that needs no store is checked here.

use super::chosen::{Chosen, chosen};
use super::{BacktestError, Config, Plan};
use crate::domain::Ts;
use crate::trade::{Approach, Basis, Costs, Limits, Settings, Sizing};
use crate::venues::SquareOff;

impl Config {
    /// Checks everything that needs no store.
    ///
    /// # Errors
    /// An unknown strategy or parameter, a setting out of range, settings that don't go together, inputs that no
    /// strategy reads.
    pub fn check(&self) -> Result<Plan, BacktestError> {
        let strategies = chosen(self)?;
        self.check_inputs(&strategies)?;
        let mut symbols = self.symbols.clone();
        symbols.sort();
        symbols.dedup();
        if symbols.is_empty() {
            return Err(BacktestError::NoSymbols);
        }
        Self::SETTINGS.iter().try_for_each(|setting| setting.check(self))?;
        let settings = self.settings(&strategies, symbols.len())?;
        check_sizing(&settings, &strategies)?;
        let square_off = self.square_off(&strategies)?;
        self.check_halts(&symbols)?;
        Ok(Plan {
            symbols,
            interval: self.interval,
            settings,
            costs: Costs {
                commission: self.commission.clone(),
                slippage: self.slippage,
                borrow_rate: self.borrow_rate,
            },
            volume_cap: limit(self.volume_cap, None),
            lot: self.lot,
            tick: self.tick,
            square_off,
            max_holding: self.max_holding,
            learned: self.learned.clone(),
            vol_index: self.vol_index.clone(),
            halts: self.halts.clone(),
            risk_free_rate: self.risk_free_rate,
            in_sample: self.in_sample,
            warmup: self.warmup,
            asked: Self::SETTINGS.iter().filter_map(|row| Some((row.name.to_string(), row.stored(self)?))).collect(),
            strategies,
        })
    }

    fn check_inputs(&self, strategies: &[Chosen]) -> Result<(), BacktestError> {
        let has = |name: &str| strategies.iter().any(|chosen| chosen.spec.name == name);
        let refused = |text: &str| Err(BacktestError::Signals(text.to_string()));
        if has("model") && self.model.is_none() {
            return refused("strategy 'model' needs a model; name one with --model ID");
        }
        if !has("model") && (self.model.is_some() || self.learned.is_some() || !self.predictions.is_empty()) {
            return refused("a model and its predictions are for strategy 'model' only");
        }
        let has_shorts = |chosen: &Chosen| chosen.spec.name == "model" && chosen.params.get("short_threshold") > 0.0;
        if strategies.iter().any(has_shorts) && self.predictions.iter().any(|said| said.side.is_some()) {
            return refused(
                "short_threshold is for models whose labels are always long: this one judges the bets of a primary rule, \
                 short ones among them; leave it out",
            );
        }
        if !has("model") && self.vol_index.is_some() {
            return refused("a volatility index is for strategy 'model' only, with --param vol_index_min=15");
        }
        if !has("signals") && (self.source.is_some() || !self.signals.is_empty()) {
            return refused("given signals are for strategy 'signals' only");
        }
        Ok(())
    }

    fn settings(&self, strategies: &[Chosen], symbols: usize) -> Result<Settings, BacktestError> {
        let max_holding = match self.max_holding {
            Some(time) => Some(time.bars(self.interval).ok_or(BacktestError::Holding(time, self.interval))?),
            None => None,
        };
        if let Some(levels) = self.sentiment {
            levels.check().map_err(|error| BacktestError::Combination(error.to_string()))?;
        }
        let sizing = self.sizing.unwrap_or(Sizing::split_evenly(symbols * strategies.len()));
        Ok(Settings {
            limits: self.limits(strategies)?,
            approach: self.approach,
            life: self.life,
            margin: self.margin,
            max_holding,
            sentiment: self.sentiment,
            from: self.from.unwrap_or(Ts(i64::MIN)),
            ..Settings::new(self.capital, sizing)
        })
    }

    /// Limits on the account; what is not given is the tightest of the strategies' own.
    fn limits(&self, strategies: &[Chosen]) -> Result<Limits, BacktestError> {
        let tightest = |cap: fn(&Limits) -> Option<f64>| {
            strategies.iter().filter_map(|chosen| cap(&chosen.spec.limits)).min_by(f64::total_cmp)
        };
        let exposure = tightest(|limits| limits.exposure_cap);
        let maintenance = limit(self.maintenance, None);
        if maintenance.is_some_and(|fraction| fraction >= self.margin) {
            let (setting, wanted) =
                ("maintenance", "a fraction below the margin, or every full position is called at once");
            return Err(BacktestError::Setting { setting, value: maintenance.unwrap_or_default(), wanted });
        }
        Ok(Limits {
            exposure_cap: limit(self.exposure_cap, exposure),
            exposure_multiple: exposure.filter(|_| self.exposure_cap.is_none()).map(|_| 1.0 / self.margin),
            daily_loss_cap: limit(self.daily_loss_cap, tightest(|limits| limits.daily_loss_cap)),
            symbol_cap: limit(self.symbol_cap, None),
            max_positions: self.max_positions.filter(|most| *most > 0),
            max_drawdown: limit(self.max_drawdown, None),
            only: self.only,
            maintenance,
        })
    }

    /// By strategy, when its positions are closed for the night.
    fn square_off(&self, strategies: &[Chosen]) -> Result<Vec<Option<SquareOff>>, BacktestError> {
        let when = if self.interval.minutes() == 1 { SquareOff::LastOpen } else { SquareOff::LastClose };
        let squared = |chosen: &Chosen| {
            let bounded = self.bet_terms().is_some_and(|terms| terms.session_bounded) && chosen.spec.name == "model";
            // A label that its session bounds ends at the close whatever the bar length.
            let when = if bounded { SquareOff::LastClose } else { when };
            self.square_off.unwrap_or(chosen.spec.square_off || bounded).then_some(when)
        };
        let squared: Vec<Option<SquareOff>> = strategies.iter().map(squared).collect();
        match strategies.iter().zip(&squared).find(|(_, squared)| squared.is_some()) {
            Some((chosen, _)) if self.approach == Approach::MarketOnClose => Err(BacktestError::Combination(format!(
                "entries at the close would be squared off at once: strategy {} leaves its positions at the end of a \
                 session; use another --entry or --square-off off",
                chosen.spec.name
            ))),
            _ => Ok(squared),
        }
    }

    fn check_halts(&self, symbols: &[crate::domain::Symbol]) -> Result<(), BacktestError> {
        for halt in &self.halts {
            let (symbol, from, to) = (&halt.symbol, halt.from, halt.to);
            if !symbols.contains(symbol) {
                return Err(BacktestError::Combination(format!("a halt is about '{symbol}', which is not in the run")));
            }
            if from >= to {
                return Err(BacktestError::Combination(format!(
                    "a halt of '{symbol}' ends at {to}, before its begin {from}"
                )));
            }
        }
        Ok(())
    }
}

/// A limit: as given, off when given as 0, else its default.
pub(super) fn limit(given: Option<f64>, default: Option<f64>) -> Option<f64> {
    given.or(default).filter(|limit| *limit != 0.0)
}

/// Sizes that could never be told, or never be had.
fn check_sizing(settings: &Settings, strategies: &[Chosen]) -> Result<(), BacktestError> {
    let (sizing, most) = (settings.sizing, 1.0 / settings.margin);
    let refused = |why: String| Err(BacktestError::Combination(format!("sizing {sizing}: {why}")));
    if let Basis::Equity(fraction) = sizing.basis
        && fraction > most
    {
        return refused(format!("more than the {most} x equity that a margin of {} allows", settings.margin));
    }
    for chosen in strategies {
        let name = chosen.spec.name;
        if matches!(sizing.basis, Basis::Kelly(_)) {
            if !chosen.spec.has_probability {
                return refused(format!("strategy {name} knows no probability; only model does"));
            }
            if chosen.stop_loss.is_none() || chosen.take_profit.is_none() {
                return refused("the odds are target over stop: both must be on".into());
            }
        }
        if sizing.by_confidence && chosen.spec.confidence == "none" {
            return refused(format!("strategy {name} has no confidence"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ModelRef;
    use super::*;
    use crate::domain::bet::Width;
    use crate::domain::{Interval, Symbol};
    use crate::trade::costs::Commission;

    fn config() -> Config {
        Config::new("sma_cross", vec!["B".parse().unwrap(), "A".parse().unwrap(), "B".parse().unwrap()], Interval::D1)
    }

    fn of_model() -> Config {
        let model = ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: String::new() };
        Config { model: Some(model), ..config().with_strategies(&["model"]) }
    }

    fn refusal(change: impl Fn(&mut Config)) -> String {
        let mut config = config();
        change(&mut config);
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let plan = config().check().unwrap();
        assert_eq!(plan.symbols.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["A", "B"]);
        let params = plan.run_params(252);
        let expected = [
            ("capital", "100000"),
            ("commission", "0.001"),
            ("slippage_bps", "5"),
            ("borrow_rate", "0"),
            ("sizing", "equity:0.475"),
            ("entry", "market"),
            ("life", "gtc"),
            ("margin", "1"),
            ("volume_cap", "none"),
            ("square_off", "off"),
            ("direction", "both"),
            ("stop_loss", "none"),
            ("daily_loss_cap", "none"),
            ("risk_free_rate", "0.02"),
            ("periods_per_year", "252"),
            ("param.fast", "10"),
        ];
        for (key, value) in expected {
            assert_eq!(params[key], value, "{key}");
        }
    }

    #[test]
    fn model_guards_default_on_and_zero_switches_off() {
        let mut config = of_model();
        let plan = config.check().unwrap();
        assert_eq!(
            (plan.strategies[0].stop_loss, plan.strategies[0].take_profit),
            (Some(Width::Fraction(0.02)), Some(Width::Fraction(0.04)))
        );
        let cautious = Limits {
            exposure_cap: Some(100_000.0),
            exposure_multiple: Some(1.0),
            daily_loss_cap: Some(0.05),
            ..Limits::NONE
        };
        assert_eq!(plan.settings.limits, cautious);
        config.stop_loss = Some(0.0);
        config.take_profit = Some(0.1);
        let plan = config.check().unwrap();
        assert_eq!((plan.strategies[0].stop_loss, plan.strategies[0].take_profit), (None, Some(Width::Fraction(0.1))));
    }

    #[test]
    fn several_strategies_keep_their_own_and_share_the_tightest_limits() {
        let plan =
            Config { interval: Interval::M5, ..config().with_strategies(&["sma_cross", "intraday"]) }.check().unwrap();
        assert_eq!(plan.square_off, [None, Some(SquareOff::LastClose)]);
        assert_eq!(plan.settings.limits.exposure_cap, Some(100_000.0));
        assert_eq!(plan.settings.sizing.to_string(), "equity:0.2375");
        let params = plan.run_params(252);
        assert_eq!(params["stop_loss"], "sma_cross:none,intraday:0.02");
        assert_eq!(params["square_off"], "sma_cross:off,intraday:last_close");
        assert_eq!(params["param.intraday.ema"], "50");
    }

    #[test]
    fn bad_settings_are_refused_with_what_is_allowed() {
        assert!(refusal(|config| config.capital = 1e308).contains("up to 1e15"));
        assert_eq!(refusal(|config| config.capital = -1.0), "capital = -1: use an amount above 0 and up to 1e15");
        for broken in [f64::NAN, f64::INFINITY, -0.1, 1.0] {
            let fraction = refusal(|config| config.commission = Commission::Fraction(broken));
            assert!(fraction.starts_with("commission = "));
            assert!(refusal(|config| config.stop_loss = Some(broken)).starts_with("stop_loss = "));
            assert!(refusal(|config| config.max_drawdown = Some(broken)).starts_with("max_drawdown = "));
            assert!(refusal(|config| config.maintenance = Some(broken)).starts_with("maintenance = "));
        }
        for broken in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            assert!(refusal(|config| config.volume_cap = Some(broken)).starts_with("volume_cap = "));
            assert!(refusal(|config| config.margin = broken).starts_with("margin = "));
        }
        assert!(refusal(|config| config.margin = 0.0).starts_with("margin = 0"));
        assert_eq!(refusal(|config| config.symbols.clear()), "no symbols given");
        assert_eq!(
            refusal(|config| config.strategies = vec!["model".into()]),
            "strategy 'model' needs a model; name one with --model ID"
        );
        let conflict = refusal(|config| drop(config.params.insert("fast".into(), "30".into())));
        assert_eq!(conflict, "strategy sma_cross: fast=30 must be below slow=20");
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused() {
        assert!(
            refusal(|config| config.sizing = Some("kelly:0.5".parse().unwrap()))
                .contains("sma_cross knows no probability")
        );
        assert!(
            refusal(|config| config.sizing = Some("units:5,by=confidence".parse().unwrap()))
                .contains("has no confidence")
        );
        assert!(refusal(|config| config.sizing = Some("equity:1.5".parse().unwrap())).contains("margin of 1 allows"));
        assert!(refusal(|config| config.max_holding = Some("8h".parse().unwrap())).contains("1d bars"));
        let closed = refusal(|config| {
            config.approach = Approach::MarketOnClose;
            config.square_off = Some(true);
        });
        assert!(closed.contains("squared off at once"), "{closed}");
        let halt = |symbol: &str, from: i64, to: i64| super::super::Halt {
            symbol: symbol.parse().unwrap(),
            from: crate::domain::Ts(from),
            to: crate::domain::Ts(to),
        };
        assert!(refusal(|config| config.halts = vec![halt("C", 0, 1)]).contains("not in the run"));
        assert!(refusal(|config| config.halts = vec![halt("A", 1, 1)]).contains("before its begin"));
        assert!(refusal(|config| config.vol_index = Some("V".parse().unwrap())).contains("for strategy 'model' only"));
        let called = refusal(|config| {
            config.margin = 0.4;
            config.maintenance = Some(0.5);
        });
        assert!(called.starts_with("maintenance = 0.5"), "{called}");
        let kelly = Config { sizing: Some("kelly:0.5".parse().unwrap()), ..of_model() };
        assert!(kelly.check().is_ok());
        let unguarded = Config { stop_loss: Some(0.0), ..kelly };
        assert!(unguarded.check().unwrap_err().to_string().contains("target over stop"));
    }
}
