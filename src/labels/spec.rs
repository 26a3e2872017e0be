//! Which labels to build: the one description of a label set, its name and its labels.

use serde::{Deserialize, Serialize};

use super::error::LabelError;
use super::fixed_horizon::FixedHorizon;
use super::primary::SmaCross;
use super::row::{LabelRow, Outcome, rows};
use super::trade::Bet;
use super::triple_barrier::TripleBarrier;
use super::volatility::Volatility;
use crate::domain::Bars;
use crate::domain::bet::{BetTerms, Width};

/// A labelling with all its parameters; as JSON `{"kind": "triple_barrier", "take_profit": 0.05, ..}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LabelSpec {
    /// Barriers of fixed width, long.
    TripleBarrier(Bounded<TripleBarrier>),
    /// Barriers as multiples of volatility, long.
    Volatility(Bounded<Volatility>),
    /// The return over a fixed number of bars, long.
    FixedHorizon(FixedHorizon),
    /// Whether the bet of a primary rule was right.
    Meta(Meta),
}

/// Barriers, and whether a bet ends with the session of its entry bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounded<B> {
    /// The barriers.
    #[serde(flatten)]
    pub barriers: B,
    /// Whether no bet outlives the session of its entry bar; default false.
    #[serde(default)]
    pub session_bounded: bool,
}

impl<B> From<B> for Bounded<B> {
    fn from(barriers: B) -> Self {
        Self { barriers, session_bounded: false }
    }
}

/// Meta labels: 1 when the side of the primary rule hit profit first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Who says long or short.
    #[serde(flatten)]
    pub primary: SmaCross,
    /// How its bets are judged.
    pub barriers: Barriers,
}

/// Barriers of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Barriers {
    /// Of fixed width.
    TripleBarrier(Bounded<TripleBarrier>),
    /// As multiples of volatility.
    Volatility(Bounded<Volatility>),
}

impl Default for LabelSpec {
    fn default() -> Self {
        TripleBarrier::default().into()
    }
}

impl From<TripleBarrier> for LabelSpec {
    fn from(barriers: TripleBarrier) -> Self {
        Self::TripleBarrier(barriers.into())
    }
}

impl From<Volatility> for LabelSpec {
    fn from(barriers: Volatility) -> Self {
        Self::Volatility(barriers.into())
    }
}

impl From<FixedHorizon> for LabelSpec {
    fn from(params: FixedHorizon) -> Self {
        Self::FixedHorizon(params)
    }
}

impl From<Meta> for LabelSpec {
    fn from(params: Meta) -> Self {
        Self::Meta(params)
    }
}

impl LabelSpec {
    /// The kind, as stored.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TripleBarrier(_) => "triple_barrier",
            Self::Volatility(_) => "volatility",
            Self::FixedHorizon(_) => "fixed_horizon",
            Self::Meta(_) => "meta",
        }
    }

    /// Bars that a bet lasts at most, the entry bar counted.
    #[must_use]
    pub const fn horizon(&self) -> usize {
        match self {
            Self::FixedHorizon(params) => params.horizon,
            Self::TripleBarrier(bounded) => bounded.barriers.horizon,
            Self::Volatility(bounded) => bounded.barriers.horizon,
            Self::Meta(meta) => match meta.barriers {
                Barriers::TripleBarrier(bounded) => bounded.barriers.horizon,
                Barriers::Volatility(bounded) => bounded.barriers.horizon,
            },
        }
    }

    /// Whether a primary rule says on which side each bet is.
    #[must_use]
    pub const fn has_sides(&self) -> bool {
        matches!(self, Self::Meta(_))
    }

    /// Whether labels also follow from what was before the decision: a volatility, or a primary rule.
    #[must_use]
    pub const fn looks_back(&self) -> bool {
        matches!(self, Self::Volatility(_) | Self::Meta(_))
    }

    /// When the bets that it judges are left: what a model of these labels is traded with.
    ///
    /// A fixed horizon has no barriers; whether its return is above the threshold is no exit.
    #[must_use]
    pub fn terms(&self) -> BetTerms {
        match self {
            Self::FixedHorizon(params) => {
                BetTerms { take_profit: None, stop_loss: None, horizon: params.horizon, session_bounded: false }
            }
            Self::TripleBarrier(bounded) => Barriers::TripleBarrier(*bounded).terms(),
            Self::Volatility(bounded) => Barriers::Volatility(*bounded).terms(),
            Self::Meta(meta) => meta.barriers.terms(),
        }
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// Which one can't be used, and the rule.
    pub fn check(&self) -> Result<(), LabelError> {
        match self {
            Self::FixedHorizon(params) => params.check(),
            Self::TripleBarrier(bounded) => Barriers::TripleBarrier(*bounded).check(),
            Self::Volatility(bounded) => Barriers::Volatility(*bounded).check(),
            Self::Meta(meta) => meta.primary.check().and_then(|()| meta.barriers.check()),
        }
    }

    /// Name of the label set; no two labellings share one.
    ///
    /// `tb_5_2_8`, `vol_2_1_8_w20`, `fh_8_0`, `meta_10_20_tb_5_2_8`, each with `_session` behind when it is bounded.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::FixedHorizon(params) => params.name(),
            Self::TripleBarrier(bounded) => Barriers::TripleBarrier(*bounded).name(),
            Self::Volatility(bounded) => Barriers::Volatility(*bounded).name(),
            Self::Meta(Meta { primary, barriers }) => {
                format!("meta_{}_{}_{}", primary.fast, primary.slow, barriers.name())
            }
        }
    }

    /// Labels every bar of a series without dividends; one row a bar, in order.
    #[must_use]
    pub fn label(&self, bars: &Bars) -> Vec<LabelRow> {
        self.label_paid(bars, &[])
    }

    /// Labels every bar of a series; one row a bar, in order. `paid` is what a unit held was paid up to each bar
    /// ([`Actions::paid`](crate::store::actions::Actions::paid)), empty for nothing: dividends add to forward returns, and
    /// touch no barrier and no label.
    ///
    /// Parameters that [`LabelSpec::check`] refuses give rows that mean nothing, but never a panic.
    #[must_use]
    pub fn label_paid(&self, bars: &Bars, paid: &[f64]) -> Vec<LabelRow> {
        let decisions = 0..bars.len();
        let outcomes: Vec<Outcome> = match self {
            Self::FixedHorizon(params) => decisions.map(|decision| params.outcome(bars, decision)).collect(),
            _ => {
                let is_meta = matches!(self, Self::Meta(_));
                let outcome = |(decision, bet): (usize, Option<Bet>)| {
                    let Some(bet) = bet else { return Outcome::NoBet };
                    bet.outcome(bars, decision, is_meta.then_some(bet.side as i32))
                };
                self.bets(bars).into_iter().enumerate().map(outcome).collect()
            }
        };
        rows(bars, paid, &outcomes)
    }

    /// The bet decided at each bar; `None` without a side or a width. Fixed horizons have no barriers and no bets here.
    pub(super) fn bets(&self, bars: &Bars) -> Vec<Option<Bet>> {
        match self {
            Self::FixedHorizon(_) => vec![None; bars.len()],
            Self::TripleBarrier(bounded) => Barriers::TripleBarrier(*bounded).bets(bars),
            Self::Volatility(bounded) => Barriers::Volatility(*bounded).bets(bars),
            Self::Meta(meta) => {
                let sides = meta.primary.sides(bars);
                let sided = |(bet, side): (Option<Bet>, Option<i32>)| Some(Bet { side: f64::from(side?), ..bet? });
                meta.barriers.bets(bars).into_iter().zip(sides).map(sided).collect()
            }
        }
    }
}

impl Barriers {
    fn check(&self) -> Result<(), LabelError> {
        match self {
            Self::TripleBarrier(bounded) => bounded.barriers.check(),
            Self::Volatility(bounded) => bounded.barriers.check(),
        }
    }

    fn name(&self) -> String {
        let (name, session_bounded) = match self {
            Self::TripleBarrier(bounded) => (bounded.barriers.name(), bounded.session_bounded),
            Self::Volatility(bounded) => (bounded.barriers.name(), bounded.session_bounded),
        };
        if session_bounded { format!("{name}_session") } else { name }
    }

    fn terms(&self) -> BetTerms {
        match *self {
            Self::TripleBarrier(Bounded { barriers, session_bounded }) => BetTerms {
                take_profit: Some(Width::Fraction(barriers.take_profit)),
                stop_loss: Some(Width::Fraction(barriers.stop_loss)),
                horizon: barriers.horizon,
                session_bounded,
            },
            Self::Volatility(Bounded { barriers, session_bounded }) => {
                let scaled = |multiple: f64| Some(Width::Volatility { multiple, window: barriers.vol_window });
                BetTerms {
                    take_profit: scaled(barriers.take_profit),
                    stop_loss: scaled(barriers.stop_loss),
                    horizon: barriers.horizon,
                    session_bounded,
                }
            }
        }
    }

    /// A long bet a bar.
    fn bets(&self, bars: &Bars) -> Vec<Option<Bet>> {
        match *self {
            Self::TripleBarrier(Bounded { barriers, session_bounded }) => {
                let TripleBarrier { take_profit, stop_loss, horizon } = barriers;
                let bet = Bet { side: 1.0, take_profit, stop_loss, horizon, session_bounded };
                vec![Some(bet); bars.len()]
            }
            Self::Volatility(Bounded { barriers, session_bounded }) => {
                let Volatility { take_profit, stop_loss, horizon, .. } = barriers;
                let scaled = |sigma: f64| Bet {
                    side: 1.0,
                    take_profit: take_profit * sigma,
                    stop_loss: stop_loss * sigma,
                    horizon,
                    session_bounded,
                };
                barriers.trailing(bars).into_iter().map(|sigma| sigma.map(scaled)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each, with the bound and without.
    fn every() -> Vec<LabelSpec> {
        let mut specs = vec![FixedHorizon { horizon: 20, threshold: -0.005 }.into(), FixedHorizon::default().into()];
        for session_bounded in [false, true] {
            let fixed = Bounded { barriers: TripleBarrier::default(), session_bounded };
            let scaled =
                Bounded { barriers: Volatility { take_profit: 1.5, ..Volatility::default() }, session_bounded };
            specs.push(LabelSpec::TripleBarrier(fixed));
            specs.push(LabelSpec::Volatility(scaled));
            for barriers in [Barriers::TripleBarrier(fixed), Barriers::Volatility(scaled)] {
                specs.push(Meta { primary: SmaCross::default(), barriers }.into());
            }
        }
        specs
    }

    #[test]
    fn names_say_every_parameter() {
        let names: Vec<String> = every().iter().map(LabelSpec::name).collect();
        let expected = [
            "fh_20_-0.5",
            "fh_8_0",
            "tb_5_2_8",
            "vol_1.5_1_8_w20",
            "meta_10_20_tb_5_2_8",
            "meta_10_20_vol_1.5_1_8_w20",
            "tb_5_2_8_session",
            "vol_1.5_1_8_w20_session",
            "meta_10_20_tb_5_2_8_session",
            "meta_10_20_vol_1.5_1_8_w20_session",
        ];
        assert_eq!(names, expected);
        assert_eq!(FixedHorizon { horizon: 8, threshold: -0.0 }.name(), "fh_8_0");
    }

    #[test]
    fn specifications_survive_json() {
        for spec in every() {
            let text = serde_json::to_string(&spec).unwrap();
            assert!(text.contains(&format!("\"kind\":\"{}\"", spec.kind())), "{text}");
            assert_eq!(serde_json::from_str::<LabelSpec>(&text).unwrap(), spec, "{text}");
        }
    }

    #[test]
    fn unusable_parameters_are_refused() {
        assert!(every().iter().all(|spec| spec.check().is_ok()));
        let plain = Volatility::default();
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1001.0] {
            let refused = LabelSpec::from(Volatility { take_profit: bad, ..plain }).check().unwrap_err();
            assert!(refused.to_string().starts_with("take_profit = "), "{refused}");
            assert!(LabelSpec::from(Volatility { stop_loss: bad, ..plain }).check().is_err());
        }
        assert!(LabelSpec::from(Volatility { vol_window: 1, ..plain }).check().is_err());
        assert!(LabelSpec::from(Volatility { vol_window: 10_001, ..plain }).check().is_err());
        assert!(LabelSpec::from(Volatility { horizon: 0, ..plain }).check().is_err());
        for threshold in [-1.0, f64::NAN, f64::INFINITY, 1e-11] {
            assert!(LabelSpec::from(FixedHorizon { horizon: 8, threshold }).check().is_err(), "{threshold}");
        }
        assert!(LabelSpec::from(FixedHorizon { horizon: 10_001, threshold: 0.0 }).check().is_err());
        let barriers = Barriers::TripleBarrier(TripleBarrier::default().into());
        for (fast, slow) in [(0, 20), (20, 20), (21, 20), (10, 10_001), (0, 0), (1, 1)] {
            let primary = SmaCross { fast, slow };
            assert!(LabelSpec::from(Meta { primary, barriers }).check().is_err(), "{fast} {slow}");
        }
        let bad = Barriers::Volatility(Volatility { horizon: 0, ..plain }.into());
        assert!(LabelSpec::from(Meta { primary: SmaCross::default(), barriers: bad }).check().is_err());
    }
}
