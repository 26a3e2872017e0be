//! Flags of the settings: one for each row of their table.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::backtest::{Config, Setting};
use crate::cli::{Ctx, Failure};
use crate::domain::Interval;
use crate::trade::costs::{Commission, Slippage};

/// Settings given on the command line, each with its text.
#[derive(Debug, Clone, Default)]
pub struct Settings(Vec<(&'static Setting, String)>);

impl Settings {
    /// Sets what the configuration file says, then what the flags say.
    pub fn apply(&self, config: &mut Config, ctx: &Ctx) -> Result<(), Failure> {
        ctx.config.backtest.apply(config)?;
        Ok(self.0.iter().try_for_each(|(setting, text)| setting.set(config, text))?)
    }

    /// The settings without anything to trade.
    pub fn alone(&self, ctx: &Ctx) -> Result<Config, Failure> {
        let mut config = Config::new("", Vec::new(), Interval::D1);
        self.apply(&mut config, ctx)?;
        Ok(config)
    }

    /// Costs of entering and leaving, as a fraction of the traded value; `None` where they are no fraction.
    pub fn round_trip(&self, ctx: &Ctx) -> Result<Option<f64>, Failure> {
        let config = self.alone(ctx)?;
        Ok(match (config.commission, config.slippage) {
            (Commission::Fraction(commission), Slippage::Bps(bps)) => Some(2.0 * (commission + bps / 10_000.0)),
            _ => None,
        })
    }
}

fn arg(setting: &'static Setting) -> Option<Arg> {
    let flag = setting.flag?;
    let arg = Arg::new(setting.name).long(setting.flag_name()).value_name(flag.value).help(setting.help());
    let arg = match flag.choices {
        // Refused here already, with the flag's name.
        [] => arg.value_parser(move |text: &str| setting.check_text(text).map(|()| text.to_string())),
        choices => arg.value_parser(PossibleValuesParser::new(choices.iter().copied())),
    };
    let arg = match flag.bare {
        Some(bare) => arg.num_args(0..=1).require_equals(true).default_missing_value(bare),
        None => arg,
    };
    let arg = if flag.is_repeated { arg.action(ArgAction::Append) } else { arg };
    Some(match flag.conflict {
        Some(other) => arg.conflicts_with(other),
        None => arg,
    })
}

impl clap::Args for Settings {
    fn augment_args(command: Command) -> Command {
        command.args(Config::SETTINGS.iter().filter_map(arg))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &'static Setting| {
            setting.flag?;
            let texts: Vec<&str> = matches.get_many::<String>(setting.name)?.map(String::as_str).collect();
            Some((setting, texts.join(";")))
        };
        Ok(Self(Config::SETTINGS.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;
    use crate::backtest::ModelRef;

    /// For every setting a text, as it is stored, that is not its default.
    const TEXTS: [(&str, &str); 30] = [
        ("warmup", "20"),
        ("capital", "5000.5"),
        ("commission", "0.002"),
        ("costs", "per-share:0.005,min=1"),
        ("slippage_bps", "7.25"),
        ("slippage", "half-spread:0.01"),
        ("borrow_rate", "0.03"),
        ("risk_free_rate", "-0.01"),
        ("sizing", "notional:1234.5,by=confidence"),
        ("margin", "0.5"),
        ("maintenance", "0.2"),
        ("stop_loss", "0.013"),
        ("take_profit", "none"),
        ("exposure_cap", "20000"),
        ("symbol_cap", "9000"),
        ("max_positions", "3"),
        ("daily_loss_cap", "0.04"),
        ("max_drawdown", "0.3"),
        ("entry", "stop-limit:0.004,0.006"),
        ("life", "bars:3"),
        ("volume_cap", "0.1"),
        ("lot", "none"),
        ("tick", "0.05"),
        ("square_off", "off"),
        ("max_holding", "90m"),
        ("direction", "short"),
        ("sentiment_gate", "-0.2,0.4,1.1"),
        ("vol_index", "VIX"),
        ("halts", "A,2024-01-31 10:00:00,2024-01-31 11:30:00;A,2024-02-01 00:00:00,2024-02-02 00:00:00"),
        ("in_sample", "true"),
    ];

    /// Settings as flags set them; those without a flag as files do.
    fn given<'a>(texts: impl Iterator<Item = &'a (&'static str, &'static str)>) -> Config {
        let mut config = Config::new("model", vec!["A".parse().unwrap()], Interval::M5);
        let (model_id, parent_run_id, feature_set_hash) = ("m".into(), "t".into(), "h".into());
        config.model = Some(ModelRef { model_id, parent_run_id, feature_set_hash });
        let mut words = vec!["ws".to_string()];
        for (name, text) in texts {
            let setting = Config::setting(name).unwrap();
            match setting.flag {
                Some(_) => words.extend(text.split(';').map(|text| format!("--{}={text}", setting.flag_name()))),
                None => setting.set(&mut config, text).unwrap(),
            }
        }
        let matches = Settings::augment_args(Command::new("ws")).try_get_matches_from(words).unwrap();
        let flags = Settings::from_arg_matches(&matches).unwrap();
        flags.0.iter().for_each(|(setting, text)| setting.set(&mut config, text).unwrap());
        config
    }

    /// What comes back from the parameters that a run is stored with.
    fn restored(config: &Config) -> Config {
        let params = config.check().unwrap().run_params(250);
        let found = Config::restore(&config.strategies, &config.symbols, config.interval, &params).unwrap();
        // Told by other columns of the run; parameters of the strategy come back with their defaults.
        Config { model: config.model.clone(), params: config.params.clone(), ..found }
    }

    #[test]
    fn every_setting_goes_from_its_flag_through_the_store_and_back() {
        let names: Vec<&str> = Config::SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(TEXTS.map(|(name, _)| name).to_vec(), names, "a new setting has a text here");
        let usual = given([].iter());
        for one in &TEXTS {
            let (config, setting) = (given([*one].iter()), Config::setting(one.0).unwrap());
            let stored_as = if one.0 == "costs" { Config::setting("commission").unwrap() } else { setting };
            assert_eq!(stored_as.text(&config).as_deref(), Some(one.1), "{}", one.0);
            assert_ne!(config, usual, "{} has changed nothing", one.0);
            assert_eq!(stored_as.text(&restored(&config)).as_deref(), Some(one.1), "{} stored and restored", one.0);
        }
        for left_out in [["costs", "slippage"], ["commission", "slippage_bps"]] {
            let config = given(TEXTS.iter().filter(|(name, _)| !left_out.contains(name)));
            assert_eq!(restored(&config), config);
            let json = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config, "{json}");
            let toml = toml::to_string(&config).unwrap();
            assert_eq!(toml::from_str::<Config>(&toml).unwrap(), config, "{toml}");
        }
    }

    #[test]
    fn both_commands_list_every_setting_with_its_help() {
        let program = crate::cli::command();
        for command in ["backtest", "campaign"] {
            let command = program.find_subcommand(command).unwrap();
            for setting in Config::SETTINGS {
                let mut args = command.get_arguments();
                let arg = args.find(|arg| arg.get_long() == Some(&setting.flag_name())).unwrap();
                let help = arg.get_help().unwrap().to_string();
                assert!(setting.flag.is_none() || help == setting.help(), "{}: {help}", setting.name);
            }
        }
    }

    #[test]
    fn wrong_values_are_refused_by_the_flag() {
        let refusal = |words: &[&str]| {
            let matches = Settings::augment_args(Command::new("ws")).try_get_matches_from([&["ws"], words].concat());
            matches.unwrap_err().to_string()
        };
        assert!(refusal(&["--capital=0"]).contains("use an amount above 0"));
        assert!(refusal(&["--direction=up"]).contains("both, long, short"));
        assert!(refusal(&["--halt=A,soon,later"]).contains("use SYMBOL,FROM,TO"));
        assert!(refusal(&["--commission=0.1", "--costs=flat:1"]).contains("cannot be used with"));
    }
}
