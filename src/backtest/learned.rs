//! What a model learned from: the bet that its labels judge, by which trades of strategy `model` are left unless settings say
//! otherwise, and the features that it saw.
//!
//! Stop, target, longest holding and whether the session bounds them are those of the model's label set. A setting that is
//! given (`stop_loss`, `take_profit`, `square_off`, parameter `max_holding`) takes the place of its own part alone. What
//! holds is stored with a run as its parameters, what was learned as `bet`, `label_set` and `feature_set`, and told as a note.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chosen::Chosen;
use super::{BacktestError, Plan};
use crate::domain::bet::{BetTerms, Width};
use crate::venues::SquareOff;

/// Labels and features of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    /// Name of the label set.
    pub label_set: String,
    /// Name of the feature set.
    pub feature_set: String,
    /// When its bets are left; `None` when nothing is known of the label set: exits are then the strategy's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<BetTerms>,
}

/// Parameters that a run stores it as.
pub(super) const KEYS: [&str; 3] = ["bet", "label_set", "feature_set"];

impl Learned {
    /// As a run stores it.
    pub(super) fn params(&self) -> impl Iterator<Item = (String, String)> {
        // Not JSON: serde_json reads a number of 17 digits back with another last bit.
        let text = |terms: BetTerms| {
            toml::Value::try_from(terms).expect("a struct of numbers and flags is always TOML").to_string()
        };
        let bet = self.terms.map(|terms| ("bet".to_string(), text(terms)));
        let sets = [("label_set", &self.label_set), ("feature_set", &self.feature_set)];
        bet.into_iter().chain(sets.map(|(key, name)| (key.to_string(), name.clone())))
    }

    /// What a run was stored with; `None` for runs without a model, and for those older than this.
    ///
    /// # Errors
    /// A text that is no bet: written by another version, or altered.
    pub fn restore(params: &BTreeMap<String, String>) -> Result<Option<Self>, BacktestError> {
        let name = |key: &str| params.get(key).cloned();
        let Some((label_set, feature_set)) = name("label_set").zip(name("feature_set")) else { return Ok(None) };
        let parse = |text: &String| {
            let terms = text.parse::<toml::Value>().and_then(toml::Value::try_into);
            terms.map_err(|error| BacktestError::SettingText {
                setting: "bet",
                value: text.chars().take(60).collect(),
                problem: format!("use a bet as ws backtest stores it ({error})"),
            })
        };
        let terms = params.get("bet").map(parse).transpose()?;
        Ok(Some(Self { label_set, feature_set, terms }))
    }

    /// How far a barrier is: as given (0 is none), else as learned.
    pub(super) fn width(given: Option<f64>, learned: Option<Width>) -> Option<Width> {
        match given {
            Some(fraction) => Some(Width::Fraction(fraction)).filter(|_| fraction != 0.0),
            None => learned,
        }
    }
}

impl Plan {
    /// What a reader should know of how trades of the model are left, a line; nothing without a model that learned.
    pub(super) fn exits_note(&self) -> Option<String> {
        let learned = self.learned.as_ref()?;
        let at = self.strategies.iter().position(|chosen| chosen.spec.name == "model")?;
        let (chosen, labels) = (&self.strategies[at], &learned.label_set);
        let traded = self.terms_of(chosen, self.square_off[at]);
        Some(match learned.terms {
            Some(terms) if traded == terms => format!("model: exits as its labels {labels} have them: {traded}"),
            Some(terms) => format!("model: exits are not those of its labels: traded {traded}; {labels} has {terms}"),
            None => format!("model: the store does not know what its labels {labels} stand for; exits are {traded}"),
        })
    }

    fn terms_of(&self, chosen: &Chosen, square_off: Option<SquareOff>) -> BetTerms {
        let own = chosen.params.whole("max_holding");
        let horizon = self.settings.max_holding.map_or(own, |most| own.min(most));
        BetTerms {
            take_profit: chosen.take_profit,
            stop_loss: chosen.stop_loss,
            horizon: horizon as usize,
            session_bounded: square_off.is_some(),
        }
    }
}
