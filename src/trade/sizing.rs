//! How large a position is.
//!
//! | text | size |
//! |---|---|
//! | `units:100` | 100 units |
//! | `notional:10000` | 10 000 of currency, commission included |
//! | `equity:0.25` | a quarter of equity at the fill, commission included; above 1 only on margin |
//! | `volatility:0.1` | 0.1 / yearly volatility of the asset, as a fraction of equity like the one above: a position whose own volatility is 10 % of equity |
//! | `kelly:0.5` | half of Kelly's fraction of equity, p - (1 - p) / b; p the probability, b target over stop |
//!
//! `,by=confidence` after any of them multiplies the size by the confidence of the entry. A fraction of equity is at most
//! 1 / margin, what the account can bear.
//!
//! Yearly volatility is the sample standard deviation (n - 1) of the last [`VOLATILITY_RETURNS`] log returns of the
//! asset's closes, times the root of the asset's own bars a year: the trading days of its calendar times the bars of its
//! longest session. Before there are as many returns, and where prices do not move, it is unknown and nothing is entered.
//!
//! Sources: Kelly 1956; fixed-fraction and volatility targeting as in Carver 2015.

use std::fmt;
use std::str::FromStr;

use super::order::{Exits, Quantity};
use crate::indicators::ReturnDeviation;

/// Largest number of units or amount of money; values stay far from what a number holds.
const MOST: f64 = 1e15;

/// Returns that volatility is measured over.
pub const VOLATILITY_RETURNS: usize = 20;

/// Volatility of a bar that counts as none: what rounding leaves of prices that do not move.
const NO_VOLATILITY: f64 = 1e-9;

/// The yearly volatility of an asset, close by close.
#[derive(Debug, Clone)]
pub(super) struct YearlyVolatility {
    deviation: ReturnDeviation,
    bars_per_year: f64,
    newest: Option<f64>,
}

impl YearlyVolatility {
    /// Of an asset with so many bars a year, before the first close.
    pub(super) fn new(bars_per_year: f64) -> Self {
        Self { deviation: ReturnDeviation::new(VOLATILITY_RETURNS), bars_per_year, newest: None }
    }

    /// Takes the newest close.
    pub(super) fn update(&mut self, close: f64) {
        let deviation = self.deviation.update(close).filter(|deviation| *deviation > NO_VOLATILITY);
        self.newest = deviation.map(|deviation| deviation * self.bars_per_year.sqrt());
    }

    /// A fraction; NaN while unknown.
    pub(super) fn value(&self) -> f64 {
        self.newest.unwrap_or(f64::NAN)
    }
}

/// What the size of new positions rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// This many units.
    Units(f64),
    /// This much currency, commission included.
    Notional(f64),
    /// This fraction of equity at the fill, commission included.
    Equity(f64),
    /// A position whose yearly volatility is this fraction of equity.
    Volatility(f64),
    /// This share of Kelly's fraction of equity.
    Kelly(f64),
}

/// Size of new positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizing {
    /// What it rests on.
    pub basis: Basis,
    /// Whether the confidence of the entry scales it.
    pub by_confidence: bool,
}

/// What is known about an entry when its size is decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Equity at the deciding close, in currency.
    pub equity: f64,
    /// From 0 to 1, when the strategy has one.
    pub confidence: Option<f64>,
    /// That it gains, from 0 to 1, when the strategy knows.
    pub probability: Option<f64>,
    /// Stop and target that go with it.
    pub exits: Exits,
    /// Yearly volatility of the asset, a fraction; NaN while unknown.
    pub volatility: f64,
    /// Most of equity that a position may bind, a fraction: 1 without leverage.
    pub most: f64,
}

/// Why an entry has no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSize {
    /// What it rests on is not known.
    Unknown,
    /// It comes to nothing: no confidence, or odds against it.
    Nothing,
}

impl fmt::Display for NoSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => write!(f, "what it rests on is unknown yet"),
            Self::Nothing => write!(f, "it comes to nothing (no confidence, or odds against it)"),
        }
    }
}

/// A text that is no sizing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a sizing; use units:N, notional:AMOUNT, equity:FRACTION, volatility:FRACTION or kelly:SHARE (at most 1), \
     each above 0 and at most 1e15, and ,by=confidence behind it to scale by confidence"
)]
pub struct InvalidSizing(pub String);

impl Sizing {
    /// Without regard to confidence.
    #[must_use]
    pub const fn of(basis: Basis) -> Self {
        Self { basis, by_confidence: false }
    }

    /// 95 % of equity split over the symbols; the rest is headroom for positions that outgrow their share.
    #[must_use]
    pub fn split_evenly(symbols: usize) -> Self {
        Self::of(Basis::Equity(0.95 / symbols.max(1) as f64))
    }

    /// What to order.
    ///
    /// # Errors
    /// What it rests on is unknown, or there is nothing to be gained.
    pub fn quantity(self, known: &Known) -> Result<Quantity, NoSize> {
        let scale = if self.by_confidence { known.confidence.ok_or(NoSize::Unknown)? } else { 1.0 };
        let size = |amount: f64| match amount * scale {
            sized if sized.is_finite() && sized > 0.0 => Ok(sized),
            sized if sized <= 0.0 => Err(NoSize::Nothing),
            _ => Err(NoSize::Unknown),
        };
        let share = |fraction: f64| {
            let fraction = size(fraction)?.min(known.most);
            Ok(Quantity::Share { fraction, estimate: fraction * known.equity })
        };
        match self.basis {
            Basis::Units(units) => size(units).map(Quantity::Units),
            Basis::Notional(amount) => size(amount).map(Quantity::Value),
            Basis::Equity(fraction) => share(fraction),
            Basis::Volatility(target) => share(target / known.volatility),
            Basis::Kelly(part) => {
                let odds = known.exits.take_profit.zip(known.exits.stop_loss).map(|(target, stop)| target / stop);
                let (odds, wins) = odds.zip(known.probability).ok_or(NoSize::Unknown)?;
                share(part * (wins - (1.0 - wins) / odds))
            }
        }
    }

    /// Whether it needs the volatility of assets.
    #[must_use]
    pub const fn needs_volatility(&self) -> bool {
        matches!(self.basis, Basis::Volatility(_))
    }
}

impl fmt::Display for Sizing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.basis {
            Basis::Units(units) => write!(f, "units:{units}")?,
            Basis::Notional(amount) => write!(f, "notional:{amount}")?,
            Basis::Equity(fraction) => write!(f, "equity:{fraction}")?,
            Basis::Volatility(target) => write!(f, "volatility:{target}")?,
            Basis::Kelly(part) => write!(f, "kelly:{part}")?,
        }
        if self.by_confidence { write!(f, ",by=confidence") } else { Ok(()) }
    }
}

impl FromStr for Sizing {
    type Err = InvalidSizing;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidSizing(text.chars().take(60).collect());
        let (sized, by_confidence) = text.strip_suffix(",by=confidence").map_or((text, false), |sized| (sized, true));
        let (kind, amount) = sized.split_once(':').ok_or_else(invalid)?;
        let amount: f64 = amount.parse().map_err(|_| invalid())?;
        if !(amount > 0.0 && amount <= MOST) {
            return Err(invalid());
        }
        let basis = match kind {
            "units" => Basis::Units(amount),
            "notional" => Basis::Notional(amount),
            "equity" if amount <= 100.0 => Basis::Equity(amount),
            "volatility" if amount <= 100.0 => Basis::Volatility(amount),
            "kelly" if amount <= 1.0 => Basis::Kelly(amount),
            _ => return Err(invalid()),
        };
        Ok(Self { basis, by_confidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let exits = Exits { stop_loss: Some(0.02), take_profit: Some(0.04), max_bars: None };
        Known { equity: 1e5, confidence: Some(0.5), probability: Some(0.6), exits, volatility: 0.4, most: 1.0 }
    }

    fn share(text: &str, known: &Known) -> Result<f64, NoSize> {
        match text.parse::<Sizing>().unwrap().quantity(known)? {
            Quantity::Share { fraction, estimate } => {
                assert!((estimate - fraction * known.equity).abs() < 1e-9);
                Ok(fraction)
            }
            Quantity::Units(amount) | Quantity::Value(amount) => Ok(amount),
        }
    }

    #[test]
    fn sizes_follow_their_formulas() {
        let near = |text: &str, wanted: f64| {
            let found = share(text, &known()).unwrap();
            assert!((found - wanted).abs() < 1e-12, "{text}: {found}");
        };
        near("units:100", 100.0);
        near("notional:2000,by=confidence", 1000.0);
        near("equity:0.2,by=confidence", 0.1);
        near("volatility:0.1", 0.25);
        near("volatility:0.8", 1.0);
        // p 0.6, b 2: 0.6 - 0.4 / 2 = 0.4.
        near("kelly:0.5", 0.2);
    }

    #[test]
    fn yearly_volatility_is_the_sample_deviation_over_the_bars_of_a_year() {
        // Log returns of 0.02 and 0 in turn: their mean of 0.01 is no volatility, each is 0.01 away from it.
        let mut measured = YearlyVolatility::new(252.0);
        let mut log_price: f64 = 0.0;
        measured.update(100.0);
        for at in 0..VOLATILITY_RETURNS {
            assert!(measured.value().is_nan(), "unknown after {at} returns");
            log_price += if at % 2 == 0 { 0.02 } else { 0.0 };
            measured.update(100.0 * log_price.exp());
        }
        let wanted = 0.01 * (20.0_f64 / 19.0).sqrt() * 252.0_f64.sqrt();
        assert!((measured.value() - wanted).abs() < 1e-12, "{} is not {wanted}", measured.value());
        // A price that grows alike at every bar has none.
        (0..=VOLATILITY_RETURNS).for_each(|at| measured.update(100.0 * (0.01 * at as f64).exp()));
        assert!(measured.value().is_nan());
    }

    #[test]
    fn what_is_unknown_or_hopeless_has_no_size() {
        use NoSize::{Nothing, Unknown};
        assert_eq!(share("volatility:0.1", &Known { volatility: f64::NAN, ..known() }), Err(Unknown));
        assert_eq!(share("volatility:0.1", &Known { volatility: 0.0, ..known() }), Err(Unknown));
        assert_eq!(share("kelly:1", &Known { probability: None, ..known() }), Err(Unknown));
        assert_eq!(share("kelly:1", &Known { probability: Some(0.3), ..known() }), Err(Nothing));
        assert_eq!(share("kelly:1", &Known { exits: Exits::default(), ..known() }), Err(Unknown));
        assert_eq!(share("units:1,by=confidence", &Known { confidence: None, ..known() }), Err(Unknown));
        assert_eq!(share("units:1,by=confidence", &Known { confidence: Some(0.0), ..known() }), Err(Nothing));
    }

    #[test]
    fn texts_round_trip_and_nonsense_is_refused() {
        for text in ["units:100", "notional:2500.5", "equity:0.25", "volatility:0.1,by=confidence", "kelly:0.5"] {
            assert_eq!(text.parse::<Sizing>().unwrap().to_string(), text);
        }
        for text in
            ["", "100", "units:", "units:0", "units:1e16", "equity:101", "equity:nan", "notional:inf", "kelly:1.5"]
        {
            assert!(text.parse::<Sizing>().is_err(), "{text} must be refused");
        }
    }
}
